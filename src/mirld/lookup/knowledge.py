"""What settings and loader code are answered from: the index, or values that somebody already has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from mirld.ids import MirId
from mirld.registry.tables import Kind

if TYPE_CHECKING:
    from mirld.registry.index import Index
    from mirld.registry.registry import Registry
    from mirld.registry.values import Entry, LibraryClass


class Knowledge(Protocol):
    """Entries by id and IRI, and classes of libraries with what they take."""

    def entry(self, mir_id: MirId | str, /) -> Entry | None:
        """Return the entry of a canonical id, or None."""

    def entry_at(self, iri: str, /) -> Entry | None:
        """Return the entry of an IRI, or None."""

    def overlaid(self, mir_id: MirId | str, /) -> frozenset[str] | None:
        """Return the IRIs of the parts of an entry that a user's overlay states; None when none speaks of it."""

    def published_in(self, repository: str, /) -> list[Entry]:
        """Return the entries that a repository holds, by its name in any case."""

    def releases(self, series: MirId, /) -> list[Entry]:
        """Return the releases and operations of a series, sorted by id."""

    def precisions(self) -> list[Entry]:
        """Return the operations that stand for a precision, sorted by id."""

    def library_class(self, library: str, name: str, /) -> LibraryClass | None:
        """Return a class of a library by its name, or what configures it, or None."""

    def lineage(self, found: LibraryClass, /) -> list[LibraryClass]:
        """Return a class and all that it extends, nearest first."""


def series_of(known: Knowledge, entry: Entry) -> Entry | None:
    """Return the series of a release or an operation; None for a series, and when it has no entry."""
    return known.entry(entry.id.series_id) if entry.id.domain != "info" else None


class Indexed:
    """The same of an index."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.entry = index.entry
        self.entry_at = index.entry_at
        self.library_class = index.library_class
        self.lineage = index.lineage
        self.overlaid = index.overlaid

    def published_in(self, repository: str, /) -> list[Entry]:
        """Return the entries that a repository holds, by its name in any case."""
        numbers = {found.n for found in self._index.keys(Kind.REPOSITORY, repository.lower())}
        return [self._index.entry_of(n) for n in sorted(numbers)]

    def releases(self, series: MirId, /) -> list[Entry]:
        """Return the releases and operations of a series, sorted by id."""
        numbers = {found.n for found in self._index.keys(Kind.SERIES, str(series))}
        return [self._index.entry_of(n) for n in sorted(numbers)]

    def precisions(self) -> list[Entry]:
        """Return the operations that stand for a precision, sorted by id."""
        found = self._index.among(architecture="precision")
        return [self._index.entry_of(each.n) for each in found if each.id.startswith("mir:operations.")]


class Values:
    """The same of values in memory: a registry, and classes of libraries."""

    def __init__(
        self, registry: Registry, classes: Iterable[LibraryClass] = (), *, overlaid: frozenset[str] = frozenset()
    ) -> None:
        self._registry = registry
        self._classes = tuple(classes)
        self._overlaid = overlaid

    def entry(self, mir_id: MirId | str, /) -> Entry | None:
        """Return the entry of a canonical id, or None."""
        return self._registry.get(MirId.parse(mir_id) if isinstance(mir_id, str) else mir_id)

    def entry_at(self, iri: str, /) -> Entry | None:
        """Return the entry of an IRI, or None."""
        return self._registry.by_iri.get(iri)

    def overlaid(self, mir_id: MirId | str, /) -> frozenset[str] | None:
        """Return the IRIs of the parts of an entry that a user's overlay states; None when none speaks of it."""
        return self._overlaid or None

    def published_in(self, repository: str, /) -> list[Entry]:
        """Return the entries that a repository holds, by its name in any case."""
        return list(self._registry.by_repository.get(repository.lower(), ()))

    def releases(self, series: MirId, /) -> list[Entry]:
        """Return the releases and operations of a series, sorted by id."""
        return list(self._registry.by_series.get(series, ()))

    def precisions(self) -> list[Entry]:
        """Return the operations that stand for a precision, sorted by id."""
        return [
            each for each in self._registry if each.id.domain == "operations" and each.id.architecture == "precision"
        ]

    def library_class(self, library: str, name: str, /) -> LibraryClass | None:
        """Return a class of a library by its name in any case, without its module; or what configures it; or None."""
        return self._by_name.get((library, name.rpartition(".")[2].lower()))

    def lineage(self, found: LibraryClass, /) -> list[LibraryClass]:
        """Return a class and all that it extends, nearest first."""
        known = {found.iri: found}
        waiting = list(found.extends)
        while waiting:
            above = self._by_iri.get(waiting.pop(0))
            if above is not None and above.iri not in known:
                known[above.iri] = above
                waiting += above.extends
        return list(known.values())

    @cached_property
    def _by_iri(self) -> Mapping[str, LibraryClass]:
        return {each.iri: each for each in self._classes}

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], LibraryClass]:
        configured = {(each.library, name.lower()): each for each in self._classes for name in each.configures}
        return configured | {(each.library, each.name.lower()): each for each in self._classes}
