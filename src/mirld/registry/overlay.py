"""A user's own files laid over an index: what they add, and what they prefer.

1. An entry, part, name, source, concept or class of a library that the registry has not is added.
2. Of an entry that the registry has, a setting, loader or parameter stands before those of the registry, and takes the
   place of the one with the same IRI; a file, repository or any other part may only say more.
3. What a published name means stays: an overlay that gives it another class, digest, host or number, that takes up an
   old name, or that sends a name elsewhere, is a ConflictError that names the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from mirld.errors import ConflictError
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset, Graph
from mirld.graph.load import load
from mirld.graph.terms import Iri, Triple
from mirld.graph.terms import text as literal
from mirld.registry.briefs import Brief
from mirld.registry.index import Index
from mirld.registry.keys import (
    Key,
    endings_of,
    key,
    keys_of_concept,
    keys_of_entry,
    keys_of_library_class,
    keys_of_record,
    near_of,
    words_of_entry,
)
from mirld.registry.module_layouts import keys_of_module_layout, read_module_layouts
from mirld.registry.read import read_concepts, read_library, read_registry
from mirld.registry.rows import dump
from mirld.registry.spelling import words
from mirld.registry.tables import VALUES, Kind
from mirld.registry.values import Digest, Entry, LedgerRecord, Ref
from mirld.registry.writing import digest_lengths
from mirld.vocab import ENTRY_CLASSES, MIR, RDF_TYPE, RDFS_LABEL

Value = TypeVar("Value")

_PREFERRED = ("settings", "loaders", "parameters")
_OWN_WORDS = ("description", "issued")  # said of the same thing in other words
_HINT = "an overlay may add and prefer: give what is another thing a name of its own, such as mir:dev.…"


def lay_over(connection: sqlite3.Connection, root: Path, overlays: Sequence[Path]) -> None:
    """Write overlays into a copy of the index of a registry; ConflictError as said above, and what `load` raises."""
    index = Index(connection)
    dataset = _read(index, root, overlays)
    registry = read_registry(dataset)
    layer = _Layer(connection, index)
    for entry in registry:
        file = dataset.locate(entry.iri) or str(overlays[0])
        published = index.entry(entry.id)
        if published is None:
            _refuse_old(index, entry, file)
        layer.entry(entry if published is None else _merged(published, entry, file), published, entry)
    for record in registry.ledger.values():
        if not _is_known(index, record):
            layer.value("record", record, keys_of_record(record, index.base))
    for iri, source in registry.sources.items():
        if index.source(iri) is None:
            layer.value("source", source, [key(Kind.SOURCE, iri.removeprefix(index.base))])
    for concept in read_concepts(dataset):
        if index.concept(concept.iri) is None:
            layer.value("concept", concept, keys_of_concept(concept, index.base))
    for found in read_library(dataset):
        if not index.keys(Kind.LIBRARY_IRI, found.iri.removeprefix(index.base)):
            numbers = [layer.value("parameter", parameter, ()) for parameter in found.parameters]
            n = layer.value("library_class", found._replace(parameters=()), keys_of_library_class(found, index.base))
            connection.executemany(
                "INSERT INTO taking VALUES (?, ?, ?)", [(n, place, number) for place, number in enumerate(numbers)]
            )
    for layout in read_module_layouts(dataset):
        if not index.keys(Kind.MODULE_LAYOUT, layout.iri.removeprefix(index.base)):
            layer.value("module_layout", layout._replace(modules=()), keys_of_module_layout(layout, index.base))
    layer.finish()


def _read(index: Index, root: Path, overlays: Sequence[Path]) -> Dataset:
    """Read the overlays with the words of the registry; entries that it has need no class and no label there."""
    corpus = Corpus.scan(root, overlays=tuple(overlays))
    mine = tuple(file for file in corpus.files if file.source is None or file.is_overlay)
    dataset = load(replace(corpus, files=mine))
    view, more = dataset.view, list[Triple]()
    classes = frozenset(ENTRY_CLASSES)
    linked = {str(term) for graph in dataset.graphs.values() for _, _, term in graph if isinstance(term, Iri)}
    for iri in sorted({*view.subjects(), *linked}):
        text = index.id_at(iri) if "#" not in iri else None
        published = index.entry(text) if text else None
        if published is None:
            continue
        if iri in view and not classes.intersection(view.types(iri)):
            more.append((Iri(iri), Iri(RDF_TYPE), Iri(MIR[published.types[0]])))
        if view.value(iri, RDFS_LABEL) is None:
            more.append((Iri(iri), Iri(RDFS_LABEL), literal(published.label, "en")))
    dataset.view = view.with_more(Graph(more).sorted().blocks())
    return dataset


def _refuse_old(index: Index, entry: Entry, file: str) -> None:
    record = index.record(str(entry.id))
    if record is not None and record.state != "current":
        raise ConflictError(f"{entry.id} was published and is {record.state}", file=file, hint=_HINT)


def _is_known(index: Index, record: LedgerRecord) -> bool:
    """Say whether the registry has a record; it may not be another one, nor be of a name that an entry has."""
    known = index.record(record.text)
    if known is None and index.entry(record.text) is None:
        return False
    if known is None or (known.state, known.targets) != (record.state, record.targets):
        raise ConflictError(f"the name is published and means something else: {record.text}", hint=_HINT)
    return True


def _merged(published: Entry, own: Entry, file: str) -> Entry:
    changes: dict[str, Any] = {}
    for name in Entry._fields:
        theirs, mine = getattr(published, name), getattr(own, name)
        where = f"{published.id}: {name}"
        if name in ("id", "iri", "label") or mine in (None, ()) or mine == theirs:
            continue
        if name == "types":
            if not set(mine) <= set(theirs):
                _refuse(where, theirs, mine, file)
        elif name in _PREFERRED:
            kept = {part.iri for part in mine}
            changes[name] = (*mine, *(part for part in theirs if part.iri not in kept))
        elif name not in _OWN_WORDS or theirs is None:
            changes[name] = _together(theirs, mine, where, file)
    labels = [label for label in (own.label,) if label not in (published.label, str(own.id), *published.other_labels)]
    if labels:
        changes["other_labels"] = (*changes.get("other_labels", published.other_labels), *labels)
    return published._replace(**changes)


def _together(theirs: Any, mine: Any, where: str, file: str) -> Any:
    """Return what both say; ConflictError when they cannot both hold."""
    if theirs is None or theirs == mine or mine is None:
        return mine if theirs is None else theirs
    if isinstance(theirs, Ref) and theirs.iri == mine.iri:
        return theirs
    if isinstance(theirs, tuple) and not hasattr(theirs, "_fields"):
        return _all_of(theirs, mine, where, file)
    if isinstance(theirs, tuple) and not isinstance(theirs, Ref | Digest):
        part: Any = theirs
        both = {
            name: _together(getattr(part, name), getattr(mine, name), f"{where}: {name}", file) for name in part._fields
        }
        return part._replace(**both)
    return _refuse(where, theirs, mine, file)


def _all_of(theirs: tuple[Any, ...], mine: tuple[Any, ...], where: str, file: str) -> tuple[Any, ...]:
    known = {_identity(each): each for each in theirs}
    for each in mine:
        name = _identity(each)
        known[name] = _together(known[name], each, where, file) if name in known else each
    return tuple(known.values())


def _identity(value: Any) -> object:
    """Return what makes one of several values the same: its IRI, the kind of a digest, else itself."""
    if isinstance(value, Digest):
        return value.kind
    return getattr(value, "iri", value)


def _refuse(where: str, theirs: object, mine: object, file: str) -> None:
    raise ConflictError(f"{where} is {_shown(theirs)} in the registry, not {_shown(mine)}", file=file, hint=_HINT)


def _shown(value: object) -> str:
    if isinstance(value, Digest):
        return value.value
    if isinstance(value, Ref):
        return value.label
    return ", ".join(map(_shown, value)) if isinstance(value, tuple) else str(value)


class _Layer:
    """Writes into a copy of an index."""

    def __init__(self, connection: sqlite3.Connection, index: Index) -> None:
        self._connection = connection
        self._base = index.base
        self._counts = {name: int(index.about()[name]) for name in VALUES}

    def value(self, table: str, value: object, keys: Iterable[Key]) -> int:
        """Add a value with what it is found by; return its number."""
        n = self._next(table)
        self._connection.execute(f"INSERT INTO {table} VALUES (?, ?)", (n, dump(value, base=self._base)))  # noqa: S608
        self._add_keys(n, keys)
        return n

    def _next(self, table: str) -> int:
        self._counts[table] += 1
        return self._counts[table] - 1

    def _add_keys(self, n: int, keys: Iterable[Key]) -> None:
        self._connection.executemany(
            "INSERT INTO key VALUES (?, ?, ?, ?, ?)",
            [(int(kind), text, n, place, said) for place, (kind, text, said) in enumerate(dict.fromkeys(keys))],
        )

    def entry(self, entry: Entry, published: Entry | None, own: Entry) -> None:
        """Add an entry, or put it in the place of the published one; `own` is what the overlay says of it."""
        run, text = self._connection.execute, str(entry.id)
        if published is None:
            n = self._next("entry")
        else:
            ((n,),) = run("SELECT n FROM key WHERE kind = ? AND key = ?", (int(Kind.ID), text))
            for kind, written, _ in keys_of_entry(published, self._base):
                run("DELETE FROM key WHERE kind = ? AND key = ? AND n = ?", (int(kind), written, n))
            for word in words_of_entry(published):
                run("DELETE FROM posting WHERE n = ? AND w = (SELECT w FROM word WHERE word = ?)", (n, word))
                run("UPDATE word SET entries = entries - 1 WHERE word = ?", (word,))
        run("INSERT OR REPLACE INTO name VALUES (?, ?, ?, ?)", (n, text, entry.label, len(words(text))))
        value = dump(entry, iri=entry.iri, skip=2, base=self._base)
        run("INSERT OR REPLACE INTO entry VALUES (?, ?)", (n, value))
        brief = dump(Brief.of(entry), iri=entry.iri, skip=3, base=self._base)
        run("INSERT OR REPLACE INTO brief VALUES (?, ?)", (n, brief))
        parts = [part.iri for name in _PREFERRED for part in getattr(own, name)]
        self._add_keys(n, [*keys_of_entry(entry, self._base), *(key(Kind.OVERLAID, text, iri) for iri in ["", *parts])])
        for word, sort in words_of_entry(entry).items():
            run("INSERT INTO posting VALUES (?, ?, ?)", (self._word(word), n, sort))

    def _word(self, word: str) -> int:
        run = self._connection.execute
        found = run("UPDATE word SET entries = entries + 1 WHERE word = ? RETURNING w", (word,)).fetchall()
        if found:
            return int(found[0][0])
        ((w,),) = run("SELECT ifnull(max(w), -1) + 1 FROM word")
        run("INSERT INTO word VALUES (?, ?, 1)", (w, word))
        self._connection.executemany("INSERT INTO ending VALUES (?, ?)", [(end, w) for end in endings_of(word)])
        self._connection.executemany("INSERT INTO deletion VALUES (?, ?)", [(number, w) for number in near_of(word)])
        return int(w)

    def finish(self) -> None:
        """Write how many there are now."""
        about = {name: str(count) for name, count in self._counts.items()}
        about["digest lengths"] = digest_lengths(self._connection, "key")
        self._connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())
        self._connection.commit()
