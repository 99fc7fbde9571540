"""The signatures of an index, read when one of their names turns up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mirld.registry.index import Index, marks, portions
from mirld.registry.rows import load
from mirld.registry.signatures import LayoutSignature


class Signatures:
    """The signatures of an index: which may be true of names, and each by its number. Rows are read when asked for."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._by_anchor: dict[str, list[int]] = {}
        for n, anchor in index.rows("SELECT n, anchor FROM signature ORDER BY n"):
            self._by_anchor.setdefault(anchor, []).append(n)
        self._known: dict[int, LayoutSignature] = {}

    @property
    def anchors(self) -> dict[str, list[int]]:
        """Numbers of signatures by the name that each cannot do without."""
        return self._by_anchor

    def __len__(self) -> int:
        return sum(map(len, self._by_anchor.values()))

    def __iter__(self) -> Iterator[LayoutSignature]:
        return iter(self.of([n for numbers in self._by_anchor.values() for n in numbers]))

    def of(self, numbers: Sequence[int]) -> list[LayoutSignature]:
        """Return the signatures of some numbers, in their order."""
        missing = [n for n in numbers if n not in self._known]
        for some in portions(missing):
            sql = f"SELECT n, value FROM signature WHERE n IN ({marks(some)})"  # noqa: S608  # marks alone
            for n, value in self._index.rows(sql, some):
                self._known[n] = load(LayoutSignature, value, base=self._index.base)
        return [self._known[n] for n in numbers]
