"""What the static API finds by a name: ids old and new, repositories, addresses, aliases, labels, classes, files.

Where one entry has a name, that is the answer; where several have it, or it is on record, `mirld.lookup.resolve` is
asked, over the same keys as in an index, so that what comes first there comes first here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from mirld.ids import MirId
from mirld.lookup.resolution import Candidate
from mirld.lookup.resolving import resolve
from mirld.registry import Registry
from mirld.registry.index import Found, Index, Name, Named
from mirld.registry.keys import keys_of_record, names_of_entry
from mirld.registry.tables import DIVIDER, Kind
from mirld.registry.values import Entry, LedgerRecord
from mirld.site.api_shards import name_key, told
from mirld.site.material import Material

_READINGS: dict[Kind, str] = {
    Kind.ID: "name",
    Kind.RECORD: "name",
    Kind.FOLDED: "name",
    Kind.PAGE: "repository",
    Kind.DOWNLOAD: "repository",
    Kind.REPOSITORY: "repository",
    Kind.AIR: "repository",
    Kind.ALIAS: "alias",
    Kind.CLASS: "class",
    Kind.TASK_CLASS: "class",
    Kind.FILE: "file",
    Kind.LABEL: "label",
}
"""Kinds of keys that are names, in the order of readings; a label is read by `mirld resolve` as words."""

_TURNS = {kind: turn for turn, kind in enumerate(_READINGS)}
_OF_RECORDS = frozenset((Kind.RECORD, Kind.FOLDED, Kind.RECORD_IRI))
_WITH_PART = frozenset((Kind.DOWNLOAD, Kind.FILE))

Hit = tuple[Kind, int, str]
"""A kind of key, the number of an entry or a record, and what is said with the key."""


class _Keys(Index):
    """The keys of a loaded registry, as `resolve` asks an index for them; no text begins any of them."""

    def __init__(self, registry: Registry, ids: Iterable[str]) -> None:
        super().__init__(sqlite3.connect(":memory:"), base=registry.base)
        self._entries = tuple(registry)
        self._wholes: dict[str, list[tuple[str, Name]]] = {}
        self._named = [Name(n, text, entry.label) for n, (text, entry) in enumerate(zip(ids, registry, strict=True))]
        self._records = tuple(registry.ledger.values())
        self.found: dict[tuple[Kind, str], list[tuple[int, str]]] = {}
        for n, entry in enumerate(self._entries):
            for kind, key, said in names_of_entry(entry):
                self._add(kind, key, n, said)
            for part in entry.components:
                if part.entry is not None and part.entry.iri != entry.iri:
                    self._wholes.setdefault(part.entry.iri, []).append(("component", self._named[n]))
        for n, record in enumerate(self._records):
            for kind, key, said in keys_of_record(record, registry.base):
                self._add(kind, key, n, said)

    def _add(self, kind: Kind, key: str, n: int, said: str) -> None:
        hits = self.found.setdefault((kind, key), [])
        if (n, said) not in hits[-9:]:  # one entry may say a thing twice
            hits.append((n, said))

    def named_keys(self, asked: Sequence[tuple[Kind, str]]) -> dict[tuple[Kind, str], list[Named]]:
        """Return the entries that each of some keys leads to."""
        return {
            (kind, key): [
                Named(Name(n, "", "") if kind in _OF_RECORDS else self._named[n], tuple(said.split(DIVIDER)), key)
                for n, said in self.found.get((kind, key), ())
            ]
            for kind, key in asked
        }

    def linking(self, mir_id: MirId | str) -> list[tuple[str, Name]]:
        """Return the entries that an entry is a component of."""
        return self._wholes.get(self.iri_of(str(mir_id)), [])

    def beginning(self, kind: Kind, text: str, limit: int = -1) -> list[Found]:
        """Return nothing: a name is whole."""
        return []

    def digest_lengths(self) -> list[int]:
        """Return none: a digest is no name."""
        return []

    def entry_of(self, n: int) -> Entry:
        """Return the entry of a number."""
        return self._entries[n]

    def record_of(self, n: int) -> LedgerRecord:
        """Return the record of a number."""
        return self._records[n]


def names(material: Material) -> dict[str, object]:
    """Return what every name leads to, by its key."""
    ids = list(material.ids.values())
    index = _Keys(material.registry, ids)
    entries = tuple(material.registry)
    known: dict[str, list[Hit]] = {}
    for (kind, key), hits in index.found.items():
        if kind in _TURNS:
            known.setdefault(name_key(key), []).extend([(kind, n, said) for n, said in hits])
    found: dict[str, object] = {}
    for key, named in known.items():
        named.sort(key=lambda hit: _TURNS[hit[0]])
        kind, n, _ = named[0]
        if kind == Kind.ID:
            named = [hit for hit in named if hit[0] not in _OF_RECORDS]
        if kind in _OF_RECORDS or any(hit[1] != n for hit in named):
            written = index.record_of(n).text if kind in _OF_RECORDS else key
            found[key] = _asked(index, written, named, ids)
            continue
        candidate: dict[str, Any] = {"id": ids[n]}
        for kind_, _, said_ in named:
            if kind_ in _WITH_PART:
                part, _, variant = said_.split(DIVIDER)
                candidate["part"] = part.removeprefix(entries[n].iri)
                if variant:
                    candidate["variant"] = variant
                break
        found[key] = {"reading": _READINGS[kind], "candidates": [candidate]}
    return found


def _asked(index: Index, written: str, hits: Sequence[Hit], ids: Sequence[str]) -> dict[str, object]:
    """Ask what a name means that several have; those that have it as a label alone are all of them."""
    answer = resolve(index, written) if any(kind != Kind.LABEL for kind, _, _ in hits) else None
    if answer is None or answer.reading in (None, "text"):
        labelled = dict.fromkeys(n for kind, n, _ in hits if kind == Kind.LABEL)
        return {"reading": "label", "candidates": [{"id": ids[n]} for n in labelled]}
    tied = {"tied": answer.tied} if answer.tied > 1 else {}
    return {"reading": answer.reading, **tied, "candidates": [_candidate(each) for each in answer.candidates]}


def _candidate(found: Candidate) -> dict[str, Any]:
    record = found.as_dict()["record"]
    return told(
        {
            "id": found.id,
            "state": found.state if found.state != "current" else None,
            "part": found.part.removeprefix(found.iri) if found.part else None,
            "variant": found.variant,
            "record": told(record) if isinstance(record, dict) else None,
        }
    )
