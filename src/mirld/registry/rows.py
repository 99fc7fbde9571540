"""Values of the registry as the text of one row, and back.

A row is a JSON list of the fields of a named tuple in their order, without the defaults at its end; values inside it
are such lists too. What a field holds is told by its annotation, so no second list of fields has to be kept. IRIs are
written short: control characters, which no JSON text holds, stand for what most of them begin with.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeVar, get_args

from mirld.ids import MirId
from mirld.registry.values import Digest, Ref, Value
from mirld.vocab import DEFAULT_BASE, MIR

Kind = TypeVar("Kind")
Reader = Callable[[Any], Any]

_OWN, _BASE = "\x01", "\x02"
# Words keep their IRI whatever the base is, so they are shortened before what lies above them.
_SHORT = (
    ("\x03", str(MIR)),
    ("\x04", "https://huggingface.co/"),
    ("\x05", "https://github.com/"),
    ("\x06", "https://spdx.org/licenses/"),
    ("\x07", "http://www.w3.org/2001/XMLSchema#"),
)


def dump(value: object, *, iri: str = "", skip: int = 0, base: str = DEFAULT_BASE) -> str:
    """Write a value as a row; `iri` is that of the entry it is part of, and `skip` fields are left out at its start."""
    text = json.dumps(_plain(value)[skip:], ensure_ascii=False, separators=(",", ":"))
    if iri:
        text = text.replace(f"{iri}#", _OWN)
    for mark, start in _SHORT:
        text = text.replace(start, mark)
    return text.replace(base, _BASE)


def load(kind: type[Kind], text: str, *, base: str, iri: str = "", first: Sequence[object] = ()) -> Kind:
    """Read what `dump` wrote: `first` are the fields it left out, in order."""
    if _BASE in text:
        text = text.replace(_BASE, base)
    for mark, start in _SHORT:
        if mark in text:
            text = text.replace(mark, start)
    if iri:
        text = text.replace(_OWN, f"{iri}#")
    return _read(kind, chain(first, json.loads(text)))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        row = list(value)
        defaults = getattr(value, "_field_defaults", None)
        if defaults:
            names = value._fields  # type: ignore[attr-defined]  # what has defaults is a named tuple
            while row and names[len(row) - 1] in defaults and row[-1] == defaults[names[len(row) - 1]]:
                row.pop()
        return [_plain(each) for each in row]
    return str(value) if isinstance(value, MirId) else value


def _read(kind: type[Kind], row: Iterable[Any]) -> Kind:
    # Defaults at the end of a row are left out, so it may be shorter than the fields.
    values = list(row)
    for place, reader in _READERS.get(kind) or _readers(kind):
        if place >= len(values):
            break
        value = values[place]
        if value is not None:
            values[place] = reader(value)
    return kind(*values)


# What reads the fields of each class that are not what JSON gave: their places and readers, found out once.
_READERS: dict[object, tuple[tuple[int, Reader], ...]] = {}


def _readers(kind: Any) -> tuple[tuple[int, Reader], ...]:
    """Give the fields of a class that hold something else than JSON gave, each with what makes it of that."""
    value = next(one for one in kind.__mro__ if "_fields" in vars(one))  # where a class adds to what it is made of
    readers = [_reader(value.__annotations__[name]) for name in value._fields]
    found = tuple((place, reader) for place, reader in enumerate(readers) if reader is not None)
    return _READERS.setdefault(kind, found)


_PLAIN = (MirId, str, int, float, bool, Value, str | None, int | None, float | None, Value | None)


def _reader(annotation: Any) -> Reader | None:
    if annotation in _PLAIN:  # an id is among the fields that are left out
        return None
    if annotation in (tuple[str, ...], tuple[int, ...]):
        return tuple
    if annotation in (Ref, Ref | None):
        return lambda pair: Ref(*pair)
    if annotation == tuple[Ref, ...]:
        return lambda pairs: tuple([Ref(*pair) for pair in pairs])
    if annotation == tuple[Digest, ...]:
        return lambda pairs: tuple([Digest(*pair) for pair in pairs])
    if annotation == tuple[tuple[str, Ref], ...]:
        return lambda pairs: tuple([(name, Ref(*pair)) for name, pair in pairs])
    if annotation == tuple[tuple[str, str], ...]:
        return lambda pairs: tuple([(name, text) for name, text in pairs])
    kind, *_ = get_args(annotation) or (None,)
    if not hasattr(kind, "_fields"):
        raise TypeError(f"a row cannot hold {annotation}")
    return lambda rows: tuple([_read(kind, row) for row in rows])
