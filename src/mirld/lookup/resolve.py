"""All readings of a text, put together into one answer.

1. Every exact reading is tried: name, address, repository, alias, digest, class, file. Readings that find different
   things all stand in the answer, in this order, and the answer says that it is ambiguous.
2. Of the spellings of a name the strictest that finds something counts: what was published as `info.dit.allegro:*` is
   that, even though the text could also be read as the id of a series.
3. A release comes before the series that only describes it, and before the components that its repository also holds.
4. Only when no exact reading finds anything is the text taken as words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from mirld.lookup.rank import Names
from mirld.lookup.readings import Hit, Readings
from mirld.lookup.resolution import Candidate, Resolution
from mirld.registry import Registry

LIMIT = 10
"""Entries that free text gives at most, when nothing else is said."""

_LONGEST = 2_000  # characters: an address with its query; no name of anything is longer


class _Tables(NamedTuple):
    readings: Readings
    names: Names


# What a registry is asked by does not change, so it is made once for each and goes when the registry goes.
_TABLES: WeakKeyDictionary[Registry, _Tables] = WeakKeyDictionary()


def resolve(registry: Registry, text: str, *, limit: int = LIMIT) -> Resolution:
    """Find what a text means: a name, an address, a repository, an alias, a digest, a class, a file, or words.

    Exact readings give everything they find; words give at most `limit` entries, best first.
    """
    tables = _TABLES.get(registry)
    if tables is None:
        tables = _TABLES.setdefault(registry, _Tables(Readings(registry), Names(registry)))
    asked = text.strip()
    if not asked or len(asked) > _LONGEST:
        return Resolution(query=text, reading=None)
    found = _exact(tables.readings, asked)
    if found:
        reading, candidates, tied = found
        return Resolution(query=text, reading=reading, candidates=candidates, total=len(candidates), tied=tied)
    ranked, total, tied = tables.names.rank(asked, limit)
    if not ranked:
        return Resolution(query=text, reading=None, nearest=tables.names.nearest(asked))
    return Resolution(query=text, reading="text", candidates=ranked, total=total, tied=tied)


def _exact(readings: Readings, text: str) -> tuple[str, tuple[Candidate, ...], int] | None:
    """Name the first reading that found something, all candidates, and how many of them share the first place."""
    first: list[Hit] = []
    second: list[Hit] = []
    reading: str | None = None
    for name in (readings.verbatim, readings.spelled, readings.identified):
        hits = name(text)
        if hits and not first:
            reading = "address" if name == readings.identified and "/" in text else "name"
            first = hits
        else:
            second += hits
    others: tuple[tuple[str, Callable[[str], list[Hit]], Callable[[Sequence[Hit]], list[bool]]], ...] = (
        ("repository", readings.repository, _wholes),
        ("alias", readings.alias, _releases),
        ("digest", readings.digest, _releases),
        ("class", readings.loader, _releases),
        ("file", readings.file, _releases),
    )
    for label, read, leads in others:
        hits = read(text)
        if label == "file" and reading == "repository":
            continue  # the address of a file has its name at the end, and says more
        if hits:
            reading = reading or label
            leading = leads(hits)
            first += [hit for hit, leads_it in zip(hits, leading, strict=True) if leads_it]
            second += [hit for hit, leads_it in zip(hits, leading, strict=True) if not leads_it]
    if reading is None:
        return None
    tied = len({_key(hit) for hit in first})
    return reading, _candidates([*first, *second]), tied


def _releases(hits: Sequence[Hit]) -> list[bool]:
    """Say of each hit whether it is a release; of all, when none is."""
    leading = [hit.entry is not None and hit.entry.id.domain != "info" for hit in hits]
    return leading if any(leading) else [True] * len(hits)


def _wholes(hits: Sequence[Hit]) -> list[bool]:
    """Say of each hit whether it is a release that is no component of another one found."""
    leading = _releases(hits)
    inside = {
        component.entry.iri
        for hit, leads in zip(hits, leading, strict=True)
        if leads and hit.entry is not None
        for component in hit.entry.components
        if component.entry is not None and component.entry.iri != hit.entry.iri
    }
    outside = [
        leads and hit.entry is not None and hit.entry.iri not in inside
        for hit, leads in zip(hits, leading, strict=True)
    ]
    return outside if any(outside) else leading


def _key(hit: Hit) -> str:
    if hit.entry is not None:
        return hit.entry.iri
    return hit.record.iri if hit.record is not None else ""


def _candidates(hits: Iterable[Hit]) -> tuple[Candidate, ...]:
    """Put the hits of one entry together, first hit first."""
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(_key(hit), []).append(hit)
    return tuple(_candidate(iri, found) for iri, found in grouped.items())


def _candidate(iri: str, hits: Sequence[Hit]) -> Candidate:
    first = hits[0]
    record = first.record
    entry = first.entry
    text = record.text if record is not None else ""
    return Candidate(
        id=str(entry.id) if entry is not None else text,
        iri=iri,
        label=entry.label if entry is not None else text,
        level="exact",
        reasons=tuple(dict.fromkeys(hit.reason for hit in hits)),
        state=first.state,
        record=record,
        part=next((hit.part for hit in hits if hit.part is not None), None),
        variant=next((hit.variant for hit in hits if hit.variant is not None), None),
    )
