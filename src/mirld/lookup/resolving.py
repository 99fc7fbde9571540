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

from mirld.lookup.readings import Hit, Readings
from mirld.lookup.resolution import Candidate, Resolution
from mirld.registry import forms
from mirld.registry.index import Index

LIMIT = 10
"""Entries that free text gives at most, when nothing else is said."""

_SERIES = "mir:info."
_LONGEST = 2_000  # characters: an address with its query; no name of anything is longer


def resolve(index: Index, text: str, *, limit: int = LIMIT) -> Resolution:
    """Find what a text means: a name, an address, a repository, an alias, a digest, a class, a file, or words.

    Exact readings give everything they find; words give at most `limit` entries, best first.
    """
    asked = text.strip()
    if not asked or len(asked) > _LONGEST:
        return Resolution(query=text, reading=None)
    found = _exact(Readings(index, asked), asked, index)
    if found:
        reading, candidates, tied = found
        return Resolution(query=text, reading=reading, candidates=candidates, total=len(candidates), tied=tied)
    from mirld.lookup.rank import Names  # most texts are no words

    names = Names(index)
    ranked, total, tied = names.rank(forms.path_words(asked), limit)
    if not ranked:
        return Resolution(query=text, reading=None, nearest=names.nearest(asked))
    return Resolution(query=text, reading="text", candidates=ranked, total=total, tied=tied)


def _exact(readings: Readings, text: str, index: Index) -> tuple[str, tuple[Candidate, ...], int] | None:
    """Name the first reading that found something, all candidates, and how many of them share the first place."""
    first: list[Hit] = []
    second: list[Hit] = []
    reading: str | None = None
    for name in (readings.verbatim, readings.spelled, readings.identified):
        hits = name()
        if hits and not first:
            reading = "address" if name == readings.identified and "/" in text else "name"
            first = hits
        else:
            second += hits
    for label, hits, leads in _others(readings, text):
        if not hits or (label == "file" and reading == "repository"):
            continue  # the address of a file has its name at the end, and says more
        reading = reading or label
        leading = leads(hits)
        first += [hit for hit, leads_it in zip(hits, leading, strict=True) if leads_it]
        second += [hit for hit, leads_it in zip(hits, leading, strict=True) if not leads_it]
    if reading is None:
        return None
    tied = len({_key(hit) for hit in first})
    return reading, _candidates([*first, *second], index), tied


_Leads = Callable[[Sequence[Hit]], list[bool]]


def _others(readings: Readings, text: str) -> list[tuple[str, list[Hit], _Leads]]:
    """Give every reading but those of names, each with what says which of its hits come first."""

    def wholes(hits: Sequence[Hit]) -> list[bool]:
        """Say of each hit whether it is a release that is no component of another one found."""
        leading = _releases(hits)
        inside = readings.components_among(hit for hit, leads in zip(hits, leading, strict=True) if leads)
        outside = [
            leads and hit.name is not None and hit.name.id not in inside
            for hit, leads in zip(hits, leading, strict=True)
        ]
        return outside if any(outside) else leading

    alias, loaders, files = readings.alias(), readings.loader(), readings.file()
    # A label alone is read as words, which find more than it. Where something else has the same name, it must not hide
    # what is labelled so; a name with its scheme before it is no label.
    labels = readings.label() if (alias and ":" not in text) or loaders or files else []
    if alias:
        alias, labels = alias + labels, []
    return [
        ("repository", readings.repository(), wholes),
        ("alias", alias, _releases),
        ("digest", readings.digest(), _releases),
        ("class" if loaders else "file", labels, _releases),
        ("class", loaders, _releases),
        ("file", files, _releases),
    ]


def _releases(hits: Sequence[Hit]) -> list[bool]:
    """Say of each hit whether it is a release; of all, when none is."""
    leading = [hit.name is not None and not hit.name.id.startswith(_SERIES) for hit in hits]
    return leading if any(leading) else [True] * len(hits)


def _key(hit: Hit) -> str:
    if hit.name is not None:
        return hit.name.id
    return hit.record.iri if hit.record is not None else ""


def _candidates(hits: Iterable[Hit], index: Index) -> tuple[Candidate, ...]:
    """Put the hits of one entry together, first hit first."""
    grouped: dict[str, list[Hit]] = {}
    for hit in hits:
        grouped.setdefault(_key(hit), []).append(hit)
    return tuple(_candidate(found, index) for found in grouped.values())


def _candidate(hits: Sequence[Hit], index: Index) -> Candidate:
    first = hits[0]
    record, name = first.record, first.name
    text = record.text if record is not None else ""
    return Candidate(
        id=name.id if name is not None else text,
        iri=index.iri_of(name.id) if name is not None else record.iri if record is not None else "",
        label=name.label if name is not None else text,
        level="exact",
        reasons=tuple(dict.fromkeys(hit.reason for hit in hits)),
        state=first.state,
        record=record,
        part=next((hit.part for hit in hits if hit.part is not None), None),
        variant=next((hit.variant for hit in hits if hit.variant is not None), None),
    )
