"""How complete a registry is and how well its sources agree, counted: by source, over all, and what is missing most.

Counts are of what is stated, in the named graphs of a source; shares are of models, what their series says included.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from mirld.graph.agreement import Agreement, agreement
from mirld.graph.dataset import Dataset
from mirld.lookup.lineage import MADE_FROM, Lineage, lineage
from mirld.registry import Entry, Ref, Registry, Source
from mirld.vocab import DCTERMS, DIGEST_PROPERTIES, MIR, PART_PROPERTIES

LAYOUT_DIGESTS = frozenset((MIR.layer256, MIR.layerBlake3, MIR.layoutFingerprint, MIR.layoutMd5))
"""Digests of the layout of a file, which say nothing of its weights."""

FACTS: Mapping[str, tuple[str, ...]] = {
    "repositories": (MIR.repository,),
    "files": (MIR.file,),
    "loaders": (MIR.loader,),
    "components": (MIR.component,),
    "settings": (MIR.setting,),
    "parameters": (MIR.parameter,),
    "licences": (DCTERMS.license,),
    "publishers": (DCTERMS.publisher,),
    "papers": (MIR.paper,),
    "tasks": (MIR.task,),
    "modalities": (MIR.inputModality, MIR.outputModality),
    "parameter counts": (MIR.parameterCount,),
    "dates": (DCTERMS.issued,),
    "aliases": (MIR.alias,),
    "example repositories": (MIR.exampleRepository,),
    "layouts": (MIR.layout,),
    "compatibilities": (MIR.compatibility,),
    "base models": tuple(MIR[name] for name in MADE_FROM["base model"]),
    "models quantised": tuple(MIR[name] for name in MADE_FROM["quantised from"]),
    "models merged": tuple(MIR[name] for name in MADE_FROM["merged from"]),
    "models distilled": tuple(MIR[name] for name in MADE_FROM["distilled from"]),
    "models adapted": (MIR.adapterFor,),
}
"""What is counted of each source: the properties of an entry that state it."""

DIGESTS = ("sha256 of files", "other digests of files", "layout digests")
"""What is counted of each source by its value, each once: whole SHA-256 of files, all else of files, and of layouts."""

COVERED: Mapping[str, Callable[[Entry], bool]] = {
    "repository": lambda entry: bool(entry.repositories),
    "digest": lambda entry: any(digest.kind == "fileSha256" for digest, _ in entry.digests),
    "loader": lambda entry: bool(entry.loaders),
    "licence": lambda entry: bool(entry.licences),
    "task": lambda entry: bool(entry.tasks),
    "parameter count": lambda entry: entry.parameter_count is not None,
    "publisher": lambda entry: bool(entry.publishers),
    "paper": lambda entry: bool(entry.papers),
}
"""What a model should have, and whether an entry has it."""

OF_SERIES = frozenset(("loader", "licence", "task", "publisher", "paper"))
"""What a series says for all its models; a repository, a file or a size is of one model."""

_SHOWN = 20
# What tells one thing from another; that a part is there, of which kind, or in which order tells nothing by itself.
_TELLING = frozenset(predicate for predicates in FACTS.values() for predicate in predicates) - PART_PROPERTIES.keys()
_TELLING |= DIGEST_PROPERTIES.keys() | {MIR.repositoryName, MIR.className, MIR.callable, MIR.entry, MIR.value}
_TELLING |= {MIR.defaultValue, MIR.verdict, MIR.keyFragment, MIR.taskClass, MIR.precision}

Key = TypeVar("Key", str, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """One source: the entries that it describes by domain, how many of them nobody else does, and what it states.

    `confirmed` are its facts that others state as well, `outvoted` those that a higher one outranks, without
    `reworded`: other words for the same. `empty` names what it never states.
    """

    source: Source
    entries: Mapping[str, int]
    alone: int
    facts: Mapping[str, int]
    findings: Mapping[str, int]
    confirmed: int
    outvoted: int
    reworded: int

    @property
    def total(self) -> int:
        """How many entries it describes."""
        return sum(self.entries.values())

    @property
    def empty(self) -> tuple[str, ...]:
        """What it never states."""
        return tuple(name for name, count in self.facts.items() if not count)

    def as_dict(self) -> dict[str, object]:
        """Return the source as JSON has it."""
        source = self.source
        return {
            "iri": source.iri,
            "title": source.title,
            "version": source.version,
            "revision": source.revision,
            "retrieved": source.retrieved,
            "rank": source.rank,
            "licences": [licence.iri for licence in source.licences],
            "entries": dict(self.entries),
            "entries_alone": self.alone,
            "facts": dict(self.facts),
            "never_stated": list(self.empty),
            "findings": dict(self.findings),
            "confirmed": self.confirmed,
            "outvoted": self.outvoted,
            "reworded": self.reworded,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many models have something: `own` state it, `all` have it themselves or from their series, of `models`."""

    name: str
    own: int
    all: int
    models: int

    @property
    def share(self) -> float:
        """Share of the models that have it, from 0 to 1."""
        return self.all / self.models if self.models else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A series of which `missing` of `models` lack something."""

    series: Ref
    text: str
    missing: int
    models: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The whole registry: its sources, its entries by domain, and what models have.

    `lineage` counts how entries stand to others, `gaps` lists by what models lack the series that lack it most, and
    `confirmed` counts facts that two sources or more state, by the number of their sources.
    """

    entries: Mapping[str, int]
    digests: Mapping[str, int]
    coverage: tuple[Coverage, ...]
    lineage: tuple[Lineage, ...]
    confirmed: Mapping[int, int]
    outvoted: int
    reworded: int
    sources: tuple[SourceHealth, ...]
    gaps: Mapping[str, tuple[Gap, ...]]

    def as_dict(self) -> dict[str, object]:
        """Return all of it as JSON has it; its schema is site/content/schema/health.schema.json."""
        return {
            "entries": dict(self.entries),
            "digests": dict(self.digests),
            "coverage": [
                {"property": found.name, "own": found.own, "with_series": found.all, "models": found.models}
                for found in self.coverage
            ],
            "lineage": [found.as_dict() for found in self.lineage],
            "confirmed": {str(sources): count for sources, count in self.confirmed.items()},
            "outvoted": self.outvoted,
            "reworded": self.reworded,
            "sources": [found.as_dict() for found in self.sources],
            "next": {
                "series_lacking": {
                    name: [
                        {"iri": gap.series.iri, "id": gap.text, "missing": gap.missing, "models": gap.models}
                        for gap in gaps
                    ]
                    for name, gaps in self.gaps.items()
                },
                "sources_with_findings": [
                    {"iri": found.source.iri, "findings": sum(found.findings.values())} for found in self.faulty()
                ],
            },
        }

    def faulty(self) -> list[SourceHealth]:
        """List the sources with findings, those with most first."""
        found = [each for each in self.sources if each.findings]
        return sorted(found, key=lambda each: (-sum(each.findings.values()), each.source.iri))


def health(dataset: Dataset, registry: Registry) -> Health:
    """Count what a dataset and its values hold."""
    agreed = agreement(dataset)
    stated = _stated(dataset, registry)
    digests = {name: len(set().union(*(values[name] for _, values in stated.values()))) for name in DIGESTS}
    return Health(
        entries=_by_domain(registry),
        digests=digests,
        coverage=tuple(_coverage(name, registry) for name in COVERED),
        lineage=lineage(registry),
        confirmed=_counted(len(sources) for sources in _confirmed(agreed)),
        outvoted=sum(not found.is_of_words for found in agreed.conflicts),
        reworded=sum(found.is_of_words for found in agreed.conflicts),
        sources=tuple(_sources(dataset, registry, agreed, stated)),
        gaps={name: tuple(_gaps(name, registry))[:_SHOWN] for name in COVERED},
    )


Stated = dict[str, tuple[Counter[str], dict[str, set[str]]]]
"""By source, how often it states what is counted, and the values of what is counted by value."""


def _stated(dataset: Dataset, registry: Registry) -> Stated:
    names = {predicate: name for name, predicates in FACTS.items() for predicate in predicates}
    kinds = dict.fromkeys(DIGEST_PROPERTIES, DIGESTS[1]) | dict.fromkeys(LAYOUT_DIGESTS, DIGESTS[2])
    kinds[MIR.fileSha256] = DIGESTS[0]
    found: Stated = {iri: (Counter(), {name: set() for name in DIGESTS}) for iri in registry.sources}
    for graph, triples in dataset.graphs.items():
        source = dataset.sources.get(graph)
        if source not in found:
            continue
        facts, values = found[source]
        for subject, predicate, term in triples:
            name = names.get(predicate)
            if name is not None and subject in registry.by_iri:
                facts[name] += 1
            elif predicate in kinds:
                values[kinds[predicate]].add(term if isinstance(term, str) else term.value)
    return found


def _sources(dataset: Dataset, registry: Registry, agreed: Agreement, stated: Stated) -> Iterator[SourceHealth]:
    described: dict[str, list[Entry]] = defaultdict(list)
    for entry in registry:
        for ref in entry.sources:
            described[ref.iri].append(entry)
    confirmed = Counter(source for sources in _confirmed(agreed) for source in sources)
    findings = _findings(dataset)
    for iri, source in registry.sources.items():
        facts, values = stated[iri]
        outvoted = [conflict for conflict in agreed.conflicts if iri in conflict.by]
        yield SourceHealth(
            source=source,
            entries=_by_domain(described[iri]),
            alone=sum(len(entry.sources) == 1 for entry in described[iri]),
            facts={name: facts[name] for name in FACTS} | {name: len(values[name]) for name in DIGESTS},
            findings=_counted(findings[iri]),
            confirmed=confirmed[iri],
            outvoted=sum(not conflict.is_of_words for conflict in outvoted),
            reworded=sum(conflict.is_of_words for conflict in outvoted),
        )


def _findings(dataset: Dataset) -> dict[str, list[str]]:
    """Tokens of problems by the source they were found in."""
    found: dict[str, list[str]] = defaultdict(list)
    for finding in dataset.view.instances(MIR.Finding):
        problem = dataset.view.text(finding, MIR.problem) or ""
        found[finding.partition("#")[0]].append(problem.rpartition("/")[2])
    return found


def _confirmed(agreed: Agreement) -> Iterator[tuple[str, ...]]:
    """Give the sources of each confirmed fact."""
    for said in agreed.confirmed.values():
        for (predicate, _), sources in said.items():
            if predicate in _TELLING:
                yield sources


def _coverage(name: str, registry: Registry) -> Coverage:
    has = COVERED[name]
    models = [entry for entry in registry if entry.id.domain == "model"]
    own = sum(map(has, models))
    return Coverage(
        name=name, own=own, all=sum(not _lacks(entry, name, registry) for entry in models), models=len(models)
    )


def _lacks(entry: Entry, name: str, registry: Registry) -> bool:
    """Say whether neither an entry nor, where that speaks for all its models, its series has something."""
    if COVERED[name](entry):
        return False
    series = registry.get(entry.id.series_id) if name in OF_SERIES else None
    return series is None or not COVERED[name](series)


def _gaps(name: str, registry: Registry) -> list[Gap]:
    """List the series with models that lack something, those with most of these first."""
    found = []
    for series, entries in registry.by_series.items():
        models = [entry for entry in entries if entry.id.domain == "model"]
        missing = sum(_lacks(entry, name, registry) for entry in models)
        if missing:
            described = registry.get(series)
            ref = Ref(series.iri(registry.base), described.label if described else str(series))
            found.append(Gap(series=ref, text=str(series), missing=missing, models=len(models)))
    return sorted(found, key=lambda gap: (-gap.missing, gap.text))


def _by_domain(entries: Iterable[Entry]) -> dict[str, int]:
    return _counted(entry.id.domain for entry in entries)


def _counted(keys: Iterable[Key]) -> dict[Key, int]:
    return dict(sorted(Counter(keys).items()))
