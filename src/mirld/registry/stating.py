"""Who states the settings of a registry, and precisions to load in: the merged view drops who said what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from mirld.graph.dataset import Dataset
from mirld.registry.said import value_of
from mirld.registry.values import Entry, Outvoted, Value
from mirld.vocab import MIR, RDF_TYPE


def with_speakers(dataset: Dataset, entries: Iterable[Entry]) -> list[Entry]:
    """Say of every setting which sources state it, highest in rank first, and what others say in its place."""
    setting, value, precision = MIR.Setting, MIR.value, MIR.precision
    stated: dict[str, list[str]] = defaultdict(list)
    precise: dict[tuple[str, str], list[str]] = defaultdict(list)
    preferred = dataset.preferred()
    for graph in dataset.ordered():
        source = dataset.sources.get(graph)
        if source is None:
            continue
        for subject, predicate, term in dataset.graphs[graph]:
            if subject in preferred and graph not in dataset.overlays:
                continue  # a user's overlay speaks in its place
            if predicate == RDF_TYPE and term == setting and source not in stated[subject]:
                stated[subject].append(source)
            elif predicate == precision and source not in precise[subject, str(term)]:
                precise[subject, str(term)].append(source)
    others: dict[str, list[tuple[Value, str]]] = defaultdict(list)
    for graph, (subject, predicate, term) in dataset.outvoted:
        source = dataset.sources.get(graph)
        if predicate == value and source is not None and subject in stated and subject not in preferred:
            others[subject].append((value_of(term), source))
    return [_with(entry, stated, others, precise) if entry.settings or entry.loaders else entry for entry in entries]


def preferring(dataset: Dataset, entries: list[Entry]) -> list[Entry]:
    """Put what a user's overlays prefer before what the registry says of an entry, as `overlay` does."""
    preferred = dataset.preferred()
    if not preferred:
        return entries
    found = []
    for entry in entries:
        parts: dict[str, Any] = {name: getattr(entry, name) for name in ("settings", "loaders", "parameters")}
        if any(part.iri in preferred for each in parts.values() for part in each):
            first = {name: sorted(each, key=lambda part: part.iri not in preferred) for name, each in parts.items()}
            parts = {name: tuple(each) for name, each in first.items()}
            entry = entry._replace(**parts)
        found.append(entry)
    return found


def _with(
    entry: Entry,
    stated: dict[str, list[str]],
    others: dict[str, list[tuple[Value, str]]],
    precise: dict[tuple[str, str], list[str]],
) -> Entry:
    loaders = [
        each
        if each.precision is None
        else each._replace(precision_by=tuple(precise.get((each.iri, each.precision.iri), ())))
        for each in entry.loaders
    ]
    found = []
    for each in entry.settings:
        differing = [(term, source) for term, source in others.get(each.iri, ()) if term != each.value]
        against = {source for _, source in differing}
        by = tuple(source for source in stated.get(each.iri, ()) if source not in against)
        found.append(each._replace(stated_by=by, outvoted=_gathered(differing)))
    return entry._replace(settings=tuple(found), loaders=tuple(loaders))


def _gathered(said: Iterable[tuple[Value, str]]) -> tuple[Outvoted, ...]:
    """Put together who says the same."""
    found: dict[str, tuple[Value, list[str]]] = {}
    for term, source in said:
        found.setdefault(repr(term), (term, []))[1].append(source)
    return tuple(Outvoted(value=term, by=tuple(dict.fromkeys(sources))) for _, (term, sources) in sorted(found.items()))
