"""Where modules are: layouts of modules out of an index, by the names of modules in one spelling."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from mirld.registry.index import Index, marks, portions
from mirld.registry.tables import DIVIDER, Kind
from mirld.registry.values import ModuleLayout


class Place(NamedTuple):
    """Where modules of one name are: in which layout, in which role, their sizes, and the range of each number."""

    layout: int
    role: str
    inputs: int | None
    outputs: int
    kernel: int
    ranges: tuple[tuple[int, int], ...]


def places_of(index: Index, names: Collection[str]) -> dict[str, list[Place]]:
    """Return where modules are, by their names in one spelling; a name that no layout has is left out."""
    found: dict[str, list[Place]] = {}
    for some in portions(sorted(names)):
        rows = index.rows(
            f"SELECT key, n, said FROM key WHERE kind = ? AND key IN ({marks(some)}) ORDER BY key, n, place",  # noqa: S608
            (int(Kind.MODULE), *some),
        )
        for name, n, said in rows:
            role, inputs, outputs, kernel, ranges = said.split(DIVIDER)
            found.setdefault(name, []).append(
                Place(n, role, int(inputs) if inputs else None, int(outputs), int(kernel), _ranges(ranges))
            )
    return found


def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    pairs = (each.partition("-") for each in text.split())
    return tuple((int(first), int(last)) for first, _, last in pairs)


def layout_of(index: Index, n: int) -> ModuleLayout:
    """Return the layout of modules of a number, without its modules."""
    return index.value("module_layout", ModuleLayout, n)
