"""Settings and loader code, as a terminal shows them: a table, and words about what is in it and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mirld.cli.table import draw, printable, terminal_width
from mirld.lookup.python_text import python_text

if TYPE_CHECKING:
    from mirld.lookup.loading import LoadCode
    from mirld.lookup.settings import Effective, Settings

_LONGEST = 60


def write_settings(found: Settings, *, everything: bool) -> str:
    """Write one line a setting, then one a conflict; nothing when there is neither."""
    shown = (*found.values, *(found.defaults if everything else ()))
    if not shown:
        return ""
    head = ("setting", "value", "unit", "range", "when", "layer", "said by")
    table = draw(head, [_row(each) for each in shown], width=terminal_width())
    clashes = "".join(f"conflict ({clash.kind}): {printable(clash.message)}\n" for _, clash in found.clashes)
    return table + ("\n" + clashes if clashes else "")


def _row(found: Effective) -> list[str]:
    text = python_text(found.value)
    last = found.said[-1]
    by = ", ".join(iri.rstrip("/").rpartition("/")[2] for iri in last.by) if last.layer != "library" else last.of
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return [found.parameter, cut, found.unit or "", _range(found), found.group, found.layer, by]


def _range(found: Effective) -> str:
    if found.allowed:
        return ", ".join(found.allowed)
    low, high = found.minimum, found.maximum
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    return f"at least {low:g}" if low is not None else f"at most {high:g}" if high is not None else found.type or ""


def words_about(found: Settings, *, everything: bool) -> Iterator[str]:
    """Say what settings are for, and what is not shown."""
    if not found.values and not found.defaults:
        yield f"no source states a setting of {found.id}" + (f" for {found.library}" if found.library else "")
    elif found.library is not None:
        version = f" {found.version}" if found.version else ""
        yield (
            f"for {found.class_name or found.library} of {found.library}{version}"
            if found.class_name
            else (f"for {found.library}")
        )
    if found.defaults and not everything:
        yield f"{len(found.defaults)} defaults of libraries are not shown, --all shows them"
    if found.schedulers:
        yield found.schedulers.words()
    if found.consumers:
        yield f"others are stated for {', '.join(found.consumers)}: --for says for which"
    yield from map(printable, found.notes)


def words_about_code(found: LoadCode) -> Iterator[str]:
    """Say why there is no code, or what is not in it."""
    if found.unknown is not None:
        yield f"no code: {printable(found.unknown)}"
        others = [each for each in found.libraries if each != found.library]
        if others:
            yield f"hint: it is also loaded with {', '.join(others)}: --library says with which"
    for left in found.left_out:
        yield f"left out: {left.parameter} = {python_text(left.value)}: {printable(left.reason)}"
    if found.schedulers:
        yield found.schedulers.words()
    if found.code is not None and found.distribution:
        yield f"it needs {found.distribution}{found.version or ''}"
    yield from map(printable, found.notes)
