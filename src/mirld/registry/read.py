"""A loaded dataset into registry values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from mirld.errors import IdError
from mirld.graph.dataset import Dataset, Graph
from mirld.graph.terms import Literal, Term
from mirld.ids import MirId
from mirld.registry.registry import Registry
from mirld.registry.values import (
    Compatibility,
    Component,
    Digest,
    Entry,
    Evidence,
    File,
    Layout,
    LedgerRecord,
    Loader,
    Parameter,
    Ref,
    Repository,
    Setting,
    Source,
    Value,
)
from mirld.vocab import (
    DCAT,
    DCTERMS,
    DIGEST_PROPERTIES,
    ENTRY_CLASSES,
    FOAF,
    MIR,
    RDF,
    RDF_TYPE,
    RDFS,
    RDFS_LABEL,
    SKOS,
    XSD,
)

Part = TypeVar("Part")

_DERIVATIONS = ("fineTunedFrom", "quantizedFrom", "mergedFrom", "distilledFrom", "variantOf")
_INTEGERS = frozenset({XSD.integer, XSD.nonNegativeInteger, XSD.positiveInteger, XSD.int, XSD.long})
_REALS = frozenset({XSD.decimal, XSD.double, XSD.float})


def read_registry(dataset: Dataset) -> Registry:
    """Read every entry, ledger record and source of a dataset; an entry whose IRI is no id is left to the checks."""
    reader = _Reader(dataset.view, dataset.base)
    entries = []
    for iri in dataset.view.instances(*ENTRY_CLASSES):
        try:
            entries.append(reader.entry(iri, MirId.from_iri(iri, dataset.base)))
        except IdError:
            continue
    return Registry(
        base=dataset.base,
        entries=entries,
        ledger=[reader.record(iri) for iri in dataset.view.instances(MIR.LedgerRecord)],
        sources=[reader.source(iri) for iri in dataset.view.instances(MIR.Source)],
    )


def value_of(term: Term) -> Value:
    """Return the Python value of a literal; an ill-typed one, and an IRI, stay text."""
    if not isinstance(term, Literal):
        return str(term)
    text, datatype, _ = term
    try:
        if datatype in _INTEGERS:
            return int(text)
        if datatype in _REALS:
            return float(text)
        if datatype == RDF.JSON:
            value: Value = json.loads(text)
            return value
    except ValueError:
        return text
    return text == "true" if datatype == XSD.boolean else text


class _Reader:
    """Reads resources of one graph; every method takes an IRI and returns one value."""

    def __init__(self, graph: Graph, base: str) -> None:
        self._graph = graph
        self._base = base
        self._digests = {iri: iri.rpartition("#")[2] for iri in DIGEST_PROPERTIES}

    def ref(self, iri: str) -> Ref:
        graph = self._graph
        label = graph.text(iri, RDFS_LABEL) or graph.text(iri, SKOS.prefLabel) or graph.text(iri, DCTERMS.title)
        return Ref(iri, label or iri.removeprefix(self._base).rstrip("/").rpartition("/")[2])

    def _ref(self, iri: str, predicate: str) -> Ref | None:
        found = self._graph.iris(iri, predicate)
        return self.ref(found[0]) if found else None

    def _refs(self, iri: str, predicate: str) -> tuple[Ref, ...]:
        return tuple(self.ref(found) for found in self._graph.iris(iri, predicate))

    def _texts(self, iri: str, predicate: str) -> tuple[str, ...]:
        return tuple(str(t.value if isinstance(t, Literal) else t) for t in self._graph.values(iri, predicate))

    def _number(self, iri: str, predicate: str) -> int | None:
        text = self._graph.text(iri, predicate)
        return int(text) if text is not None and text.lstrip("-").isdigit() else None

    def _real(self, iri: str, predicate: str) -> float | None:
        text = self._graph.text(iri, predicate)
        try:
            return None if text is None else float(text)
        except ValueError:
            return None

    def _sources(self, iri: str) -> tuple[str, ...]:
        return self._texts(iri, DCTERMS.source)

    def _parts(self, iri: str, predicate: str, read: Callable[[str], Part]) -> tuple[Part, ...]:
        return tuple(read(part) for part in self._graph.iris(iri, predicate))

    def _digests_of(self, iri: str) -> tuple[Digest, ...]:
        kinds = self._digests
        found = {
            Digest(kinds[predicate], term.value)
            for predicate, term in self._graph.pairs(iri)
            if predicate in kinds and isinstance(term, Literal)
        }
        return tuple(sorted(found))

    def entry(self, iri: str, mir_id: MirId) -> Entry:
        graph = self._graph
        return Entry(
            id=mir_id,
            iri=iri,
            label=graph.text(iri, RDFS_LABEL) or str(mir_id),
            types=tuple(
                found.removeprefix(str(MIR)) for found in graph.iris(iri, RDF_TYPE) if found.startswith(str(MIR))
            ),
            description=graph.text(iri, DCTERMS.description),
            other_labels=self._texts(iri, SKOS.altLabel),
            architectures=self._refs(iri, MIR.architecture),
            publishers=self._refs(iri, DCTERMS.publisher),
            licences=self._refs(iri, DCTERMS.license),
            issued=graph.text(iri, DCTERMS.issued),
            homepages=self._texts(iri, FOAF.homepage),
            papers=self._texts(iri, MIR.paper),
            parameter_count=self._number(iri, MIR.parameterCount),
            tasks=self._refs(iri, MIR.task),
            task_classes=self._texts(iri, MIR.taskClass),
            input_modalities=self._refs(iri, MIR.inputModality),
            output_modalities=self._refs(iri, MIR.outputModality),
            precision=self._ref(iri, MIR.precision),
            repositories=self._parts(iri, MIR.repository, self.repository),
            files=self._parts(iri, MIR.file, self.file),
            layouts=self._parts(iri, MIR.layout, self.layout),
            loaders=tuple(
                sorted(self._parts(iri, MIR.loader, self.loader), key=lambda found: (found.order, found.iri))
            ),
            settings=self._parts(iri, MIR.setting, self.setting),
            parameters=self._parts(iri, MIR.parameter, self.parameter),
            components=self._parts(iri, MIR.component, self.component),
            compatibilities=self._parts(iri, MIR.compatibility, self.compatibility),
            evidence=self._parts(iri, MIR.evidence, self.evidence),
            derived_from=self._derived_from(iri),
            adapter_for=self._refs(iri, MIR.adapterFor),
            key_fragments=self._texts(iri, MIR.keyFragment),
            tensor_counts=tuple(int(text) for text in self._texts(iri, MIR.tensorCount) if text.isdigit()),
            tensor_shapes=self._texts(iri, MIR.tensorShape),
            sources=self._refs(iri, MIR.source),
        )

    def _derived_from(self, iri: str) -> tuple[tuple[str, Ref], ...]:
        named = [(name, ref) for name in _DERIVATIONS for ref in self._refs(iri, MIR[name])]
        known = {ref.iri for _, ref in named}
        plain = [("derivedFrom", ref) for ref in self._refs(iri, MIR.derivedFrom) if ref.iri not in known]
        return (*named, *plain)

    def repository(self, iri: str) -> Repository:
        graph = self._graph
        return Repository(
            iri=iri,
            host=graph.text(iri, MIR.host) or "",
            name=graph.text(iri, MIR.repositoryName) or "",
            revision=graph.text(iri, MIR.revision),
            purl=graph.text(iri, MIR.purl),
            air=graph.text(iri, MIR.air),
            page=graph.text(iri, DCAT.landingPage),
            sources=self._sources(iri),
        )

    def file(self, iri: str) -> File:
        graph = self._graph
        return File(
            iri=iri,
            name=graph.text(iri, MIR.fileName),
            size=self._number(iri, DCAT.byteSize),
            format=self._ref(iri, MIR.format),
            precision=self._ref(iri, MIR.precision),
            layout=self._ref(iri, MIR.layoutConvention),
            variant=graph.text(iri, MIR.variant),
            comment=graph.text(iri, RDFS.comment),
            download=graph.text(iri, DCAT.downloadURL),
            repository=graph.text(iri, MIR.inRepository),
            digests=self._digests_of(iri),
            sources=self._sources(iri),
        )

    def layout(self, iri: str) -> Layout:
        return Layout(
            iri=iri,
            convention=self._ref(iri, MIR.layoutConvention),
            precision=self._ref(iri, MIR.precision),
            comment=self._graph.text(iri, RDFS.comment),
            digests=self._digests_of(iri),
            sources=self._sources(iri),
        )

    def loader(self, iri: str) -> Loader:
        graph = self._graph
        return Loader(
            iri=iri,
            library=graph.text(iri, MIR.library) or "",
            version=graph.text(iri, MIR.libraryVersion),
            class_name=graph.text(iri, MIR.className),
            module=graph.text(iri, MIR.modulePath),
            call=graph.text(iri, MIR.callable),
            order=self._number(iri, MIR.order) or 0,
            precision=self._ref(iri, MIR.precision),
            scheduler=self._ref(iri, MIR.scheduler),
            sources=self._sources(iri),
        )

    def setting(self, iri: str) -> Setting:
        graph = self._graph
        term = graph.value(iri, MIR.value)
        phase = graph.text(iri, MIR.phase)
        return Setting(
            iri=iri,
            parameter=graph.text(iri, MIR.parameterName) or "",
            value="" if term is None else value_of(term),
            datatype=term.datatype if isinstance(term, Literal) else "",
            phase=None if phase is None else phase.rpartition("/")[2],
            unit=graph.text(iri, MIR.unit),
            applies_to=self._texts(iri, MIR.appliesTo),
            sources=self._sources(iri),
        )

    def parameter(self, iri: str) -> Parameter:
        graph = self._graph
        default = graph.value(iri, MIR.defaultValue)
        return Parameter(
            iri=iri,
            name=graph.text(iri, MIR.parameterName) or "",
            type=graph.text(iri, MIR.valueType),
            default=None if default is None else value_of(default),
            minimum=self._real(iri, MIR.minimum),
            maximum=self._real(iri, MIR.maximum),
            allowed=self._texts(iri, MIR.allowedValue),
            unit=graph.text(iri, MIR.unit),
            version=graph.text(iri, MIR.libraryVersion),
            sources=self._sources(iri),
        )

    def component(self, iri: str) -> Component:
        graph = self._graph
        return Component(
            iri=iri,
            role=graph.text(iri, MIR.role) or "",
            entry=self._ref(iri, MIR.entry),
            class_name=graph.text(iri, MIR.className),
            library=graph.text(iri, MIR.library),
            sources=self._sources(iri),
        )

    def compatibility(self, iri: str) -> Compatibility:
        nowhere = Ref("", "")
        return Compatibility(
            iri=iri,
            subject=self._ref(iri, MIR.subject) or nowhere,
            object=self._ref(iri, MIR.object) or nowhere,
            kind=self._ref(iri, MIR.kind) or nowhere,
            verdict=self._ref(iri, MIR.verdict) or nowhere,
            sources=self._sources(iri),
        )

    def evidence(self, iri: str) -> Evidence:
        return Evidence(
            iri=iri,
            supports=self._texts(iri, MIR.supports),
            sources=self._sources(iri),
            locator=self._graph.text(iri, MIR.locator),
            confidence=self._ref(iri, MIR.confidence),
        )

    def record(self, iri: str) -> LedgerRecord:
        graph = self._graph
        return LedgerRecord(
            iri=iri,
            text=graph.text(iri, SKOS.notation) or "",
            state=(graph.text(iri, MIR.state) or "").rpartition("/")[2],
            targets=self._texts(iri, DCTERMS.isReplacedBy),
            first_seen=graph.text(iri, MIR.firstSeen),
            last_seen=graph.text(iri, MIR.lastSeen),
            reason=graph.text(iri, MIR.reason),
            sources=self._sources(iri),
        )

    def source(self, iri: str) -> Source:
        graph = self._graph
        return Source(
            iri=iri,
            title=self.ref(iri).label,
            description=graph.text(iri, DCTERMS.description),
            licences=self._refs(iri, DCTERMS.license),
            pages=self._sources(iri),
            revision=graph.text(iri, MIR.revision),
            version=graph.text(iri, DCAT.version),
            retrieved=graph.text(iri, MIR.retrieved),
            confidence=self._ref(iri, MIR.confidence),
            rank=self._number(iri, MIR.rank),
        )
