"""All values of a registry, and the look-up tables over them; each table is made when it is first asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from mirld.ids import MirId
from mirld.registry.values import Digest, Entry, LedgerRecord, Source


class DigestHit(NamedTuple):
    """Where a digest stands: the entry, the digest, and the IRI of the file or layout that has it."""

    entry: Entry
    digest: Digest
    part: str


class Registry:
    """Entries by id, ledger records by text, sources by IRI. Iterating gives the entries sorted by id."""

    def __init__(
        self,
        *,
        base: str,
        entries: Iterable[Entry],
        ledger: Iterable[LedgerRecord] = (),
        sources: Iterable[Source] = (),
    ) -> None:
        self.base = base
        self.entries: Mapping[MirId, Entry] = {entry.id: entry for entry in sorted(entries, key=lambda entry: entry.id)}
        self.ledger: Mapping[str, LedgerRecord] = {
            record.text: record for record in sorted(ledger, key=lambda record: record.text)
        }
        self.sources: Mapping[str, Source] = {
            source.iri: source for source in sorted(sources, key=lambda source: source.iri)
        }

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries.values())

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, mir_id: MirId) -> Entry | None:
        """Return the entry of an id, or None."""
        return self.entries.get(mir_id)

    @cached_property
    def by_iri(self) -> Mapping[str, Entry]:
        """Entries by IRI."""
        return {entry.iri: entry for entry in self}

    def among(self, iris: Iterable[str]) -> list[Entry]:
        """Return the entries that some of these IRIs name, each once, sorted by id."""
        places = self._places
        entries = self._in_order
        return [entries[place] for place in sorted({places[iri] for iri in set(iris) if iri in places})]

    @cached_property
    def _in_order(self) -> tuple[Entry, ...]:
        return tuple(self)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {entry.iri: place for place, entry in enumerate(self._in_order)}

    @cached_property
    def by_series(self) -> Mapping[MirId, tuple[Entry, ...]]:
        """Releases and operations of a series, by the `info` id of the series."""
        found: dict[MirId, list[Entry]] = defaultdict(list)
        for entry in self:
            if entry.id.domain != "info":
                found[entry.id.series_id].append(entry)
        return {series: tuple(entries) for series, entries in sorted(found.items())}

    @cached_property
    def by_domain(self) -> Mapping[str, tuple[Entry, ...]]:
        """Entries by the domain of their ids."""
        return _grouped((entry.id.domain, entry) for entry in self)

    @cached_property
    def by_architecture(self) -> Mapping[str, tuple[Entry, ...]]:
        """Entries by the IRI of each of their architectures."""
        return _grouped((ref.iri, entry) for entry in self for ref in entry.architectures)

    @cached_property
    def by_repository(self) -> Mapping[str, tuple[Entry, ...]]:
        """Entries by repository name, in lower case (`owner/name`)."""
        return _grouped((name.name.lower(), entry) for entry in self for name in entry.repositories)

    @cached_property
    def by_class(self) -> Mapping[str, tuple[Entry, ...]]:
        """Entries by the class a loader names, in lower case."""
        return _grouped(
            (loader.class_name.rpartition(".")[2].lower(), entry)
            for entry in self
            for loader in entry.loaders
            if loader.class_name
        )

    @cached_property
    def by_digest(self) -> Mapping[str, tuple[DigestHit, ...]]:
        """Where each digest stands, by its lower-case digits."""
        found: dict[str, list[DigestHit]] = defaultdict(list)
        for entry in self:
            for digest, part in entry.digests:
                found[digest.value].append(DigestHit(entry, digest, part))
        return {value: tuple(hits) for value, hits in sorted(found.items())}


def _grouped(pairs: Iterable[tuple[str, Entry]]) -> Mapping[str, tuple[Entry, ...]]:
    found: dict[str, dict[MirId, Entry]] = defaultdict(dict)
    for key, entry in pairs:
        found[key][entry.id] = entry
    return {key: tuple(entries.values()) for key, entries in sorted(found.items())}
