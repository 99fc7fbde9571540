"""A loaded dataset into registry values."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from mirld.errors import IdError
from mirld.graph.dataset import Dataset, Graph, Pairs
from mirld.graph.infer import entry_id
from mirld.graph.terms import Literal
from mirld.ids import MirId
from mirld.registry.registry import Registry
from mirld.registry.said import Said, value_of
from mirld.registry.stating import preferring, with_speakers
from mirld.registry.values import (
    Classification,
    Compatibility,
    Component,
    Concept,
    Digest,
    Entry,
    Evidence,
    File,
    Layout,
    LedgerRecord,
    LibraryClass,
    Loader,
    Parameter,
    Ref,
    Repository,
    Setting,
    Source,
    Trait,
)
from mirld.vocab import (
    DCAT,
    DCTERMS,
    DIGEST_PROPERTIES,
    ENTRY_CLASSES,
    FOAF,
    MIR,
    RDF_TYPE,
    RDFS,
    RDFS_LABEL,
    SKOS,
)

Part = TypeVar("Part")

_DERIVATIONS = ("fineTunedFrom", "quantizedFrom", "mergedFrom", "distilledFrom", "variantOf")


def read_registry(dataset: Dataset) -> Registry:
    """Read every entry, ledger record and source of a dataset; an entry whose IRI is no id is left to the checks."""
    reader = _Reader(dataset.view, dataset.base)
    entries = []
    for iri in dataset.view.instances(*ENTRY_CLASSES):
        try:
            entries.append(reader.entry(iri, entry_id(iri, dataset.base)))
        except IdError:
            continue
    return Registry(
        base=dataset.base,
        entries=preferring(dataset, with_speakers(dataset, entries)),
        ledger=[reader.record(iri) for iri in dataset.view.instances(MIR.LedgerRecord)],
        sources=[reader.source(iri) for iri in dataset.view.instances(MIR.Source)],
    )


def read_library(dataset: Dataset) -> tuple[LibraryClass, ...]:
    """Read every class of a library with what it takes, sorted by IRI; definitions that classes share are read once."""
    reader = _Reader(dataset.view, dataset.base)
    return tuple(reader.library_class(iri) for iri in dataset.view.instances(MIR.LibraryClass))


def read_concepts(dataset: Dataset) -> tuple[Concept, ...]:
    """Read every concept of every scheme, sorted by IRI."""
    reader = _Reader(dataset.view, dataset.base)
    return tuple(reader.concept(iri) for iri in dataset.view.instances(SKOS.Concept))


class _Reader:
    """Reads resources of one graph; every public method takes an IRI and returns one value."""

    def __init__(self, graph: Graph, base: str) -> None:
        self._graph = graph
        self._base = base
        self._digests = {iri: iri.rpartition("#")[2] for iri in DIGEST_PROPERTIES}
        self._known: dict[str, Ref] = {}
        self._shared_answer = cache(self._answer)
        self._defined: dict[str, Parameter] = {}

    def _said(self, iri: str) -> Said:
        return Said(iri, self._graph.pairs(iri))

    def ref(self, iri: str) -> Ref:
        found = self._known.get(iri)
        if found is None:
            said = self._said(iri)
            label = said.text(RDFS_LABEL) or said.text(SKOS.prefLabel) or said.text(DCTERMS.title)
            found = self._known[iri] = Ref(iri, label or iri.removeprefix(self._base).rstrip("/").rpartition("/")[2])
        return found

    def _ref(self, said: Said, predicate: str) -> Ref | None:
        found = said.iris(predicate)
        return self.ref(found[0]) if found else None

    def _refs(self, said: Said, predicate: str) -> tuple[Ref, ...]:
        return tuple([self.ref(found) for found in said.iris(predicate)])

    def _parts(self, said: Said, predicate: str, read: Callable[[str], Part]) -> tuple[Part, ...]:
        return tuple([read(part) for part in said.iris(predicate)])

    def _digests_of(self, iri: str) -> tuple[Digest, ...]:
        kinds = self._digests
        found = {
            Digest(kinds[predicate], term.value)
            for predicate, term in self._graph.pairs(iri)
            if predicate in kinds and isinstance(term, Literal)
        }
        return tuple(sorted(found))

    def entry(self, iri: str, mir_id: MirId) -> Entry:
        said = self._said(iri)
        return Entry(
            id=mir_id,
            iri=iri,
            label=said.text(RDFS_LABEL) or str(mir_id),
            types=tuple(found.removeprefix(str(MIR)) for found in said.iris(RDF_TYPE) if found.startswith(str(MIR))),
            description=said.text(DCTERMS.description),
            other_labels=said.texts(SKOS.altLabel),
            architectures=self._refs(said, MIR.architecture),
            publishers=self._refs(said, DCTERMS.publisher),
            licences=self._refs(said, DCTERMS.license),
            issued=said.text(DCTERMS.issued),
            homepages=said.texts(FOAF.homepage),
            papers=said.texts(MIR.paper),
            parameter_count=said.number(MIR.parameterCount),
            tasks=self._refs(said, MIR.task),
            task_classes=said.texts(MIR.taskClass),
            input_modalities=self._refs(said, MIR.inputModality),
            output_modalities=self._refs(said, MIR.outputModality),
            precision=self._ref(said, MIR.precision),
            repositories=self._parts(said, MIR.repository, self.repository),
            files=self._parts(said, MIR.file, self.file),
            layouts=self._parts(said, MIR.layout, self.layout),
            loaders=tuple(
                sorted(self._parts(said, MIR.loader, self.loader), key=lambda found: (found.order, found.iri))
            ),
            settings=self._parts(said, MIR.setting, self.setting),
            parameters=self._parts(said, MIR.parameter, self.parameter),
            components=self._parts(said, MIR.component, self.component),
            compatibilities=self._parts(said, MIR.compatibility, self.compatibility),
            traits=self._parts(said, MIR.trait, self.trait),
            evidence=self._parts(said, MIR.evidence, self.evidence),
            derived_from=self._derived_from(said),
            adapter_for=self._refs(said, MIR.adapterFor),
            aliases=said.texts(MIR.alias),
            example_repositories=said.texts(MIR.exampleRepository),
            key_fragments=said.texts(MIR.keyFragment),
            tensor_counts=tuple(int(text) for text in said.texts(MIR.tensorCount) if text.isdigit()),
            tensor_shapes=said.texts(MIR.tensorShape),
            classifications=self._parts(said, MIR.classification, self.classification),
            sources=self._refs(said, MIR.source),
        )

    def _derived_from(self, said: Said) -> tuple[tuple[str, Ref], ...]:
        named = [(name, ref) for name in _DERIVATIONS for ref in self._refs(said, MIR[name])]
        known = {ref.iri for _, ref in named}
        plain = [("derivedFrom", ref) for ref in self._refs(said, MIR.derivedFrom) if ref.iri not in known]
        return (*named, *plain)

    def repository(self, iri: str) -> Repository:
        said = self._said(iri)
        return Repository(
            iri=iri,
            host=said.text(MIR.host) or "",
            name=said.text(MIR.repositoryName) or "",
            revision=said.text(MIR.revision),
            purl=said.text(MIR.purl),
            air=said.text(MIR.air),
            page=said.text(DCAT.landingPage),
            sources=said.sources,
        )

    def file(self, iri: str) -> File:
        said = self._said(iri)
        return File(
            iri=iri,
            name=said.text(MIR.fileName),
            size=said.number(DCAT.byteSize),
            format=self._ref(said, MIR.format),
            precision=self._ref(said, MIR.precision),
            layout=self._ref(said, MIR.layoutConvention),
            variant=said.text(MIR.variant),
            comment=said.text(RDFS.comment),
            download=said.text(DCAT.downloadURL),
            repository=said.text(MIR.inRepository),
            digests=self._digests_of(iri),
            sources=said.sources,
        )

    def layout(self, iri: str) -> Layout:
        said = self._said(iri)
        return Layout(
            iri=iri,
            convention=self._ref(said, MIR.layoutConvention),
            precision=self._ref(said, MIR.precision),
            comment=said.text(RDFS.comment),
            digests=self._digests_of(iri),
            sources=said.sources,
        )

    def loader(self, iri: str) -> Loader:
        said = self._said(iri)
        return Loader(
            iri=iri,
            library=said.text(MIR.library) or "",
            version=said.text(MIR.libraryVersion),
            class_name=said.text(MIR.className),
            module=said.text(MIR.modulePath),
            call=said.text(MIR.callable),
            order=said.number(MIR.order) or 0,
            precision=self._ref(said, MIR.precision),
            schedulers=self._refs(said, MIR.scheduler),
            sources=said.sources,
        )

    def setting(self, iri: str) -> Setting:
        said = self._said(iri)
        term = next(iter(said.terms(MIR.value)), None)
        phase = said.text(MIR.phase)
        return Setting(
            iri=iri,
            parameter=said.text(MIR.parameterName) or "",
            value="" if term is None else value_of(term),
            datatype=term.datatype if isinstance(term, Literal) else "",
            phase=None if phase is None else phase.rpartition("/")[2],
            unit=said.text(MIR.unit),
            applies_to=said.texts(MIR.appliesTo),
            sources=said.sources,
        )

    def parameter(self, iri: str) -> Parameter:
        said = self._said(iri)
        default = next(iter(said.terms(MIR.defaultValue)), None)
        phase = said.text(MIR.phase)
        return Parameter(
            iri=iri,
            name=said.text(MIR.parameterName) or "",
            phase=None if phase is None else phase.rpartition("/")[2],
            call=said.text(MIR.callable),
            type=said.text(MIR.valueType),
            default=None if default is None else value_of(default),
            is_optional=default is not None,
            minimum=said.real(MIR.minimum),
            maximum=said.real(MIR.maximum),
            allowed=said.texts(MIR.allowedValue),
            unit=said.text(MIR.unit),
            version=said.text(MIR.libraryVersion),
            sources=said.sources,
        )

    def library_class(self, iri: str) -> LibraryClass:
        said = self._said(iri)
        parts = said.iris(MIR.parameter)
        for part in parts:
            if part not in self._defined:
                self._defined[part] = self.parameter(part)
        return LibraryClass(
            iri=iri,
            library=said.text(MIR.library) or "",
            name=said.text(MIR.className) or "",
            version=said.text(MIR.libraryVersion),
            module=said.text(MIR.modulePath),
            extends=said.texts(MIR.extends),
            open_phases=tuple(phase.rpartition("/")[2] for phase in said.texts(MIR.open)),
            configures=said.texts(MIR.configures),
            parameters=tuple(self._defined[part] for part in parts),
            sources=said.sources,
        )

    def concept(self, iri: str) -> Concept:
        said = self._said(iri)
        named = (SKOS.prefLabel, SKOS.altLabel, SKOS.inScheme, SKOS.notation, SKOS.definition, SKOS.broader, RDF_TYPE)
        others = [name for name in said.predicates if name not in named]
        return Concept(
            iri=iri,
            label=self.ref(iri).label,
            scheme=said.text(SKOS.inScheme),
            notation=said.text(SKOS.notation),
            definition=said.text(SKOS.definition),
            other_labels=said.texts(SKOS.altLabel),
            broader=said.texts(SKOS.broader),
            properties=tuple((name, text) for name in others for text in said.texts(name)),
        )

    def component(self, iri: str) -> Component:
        said = self._said(iri)
        return Component(
            iri=iri,
            role=said.text(MIR.role) or "",
            entry=self._ref(said, MIR.entry),
            class_name=said.text(MIR.className),
            library=said.text(MIR.library),
            sources=said.sources,
        )

    def compatibility(self, iri: str) -> Compatibility:
        said = self._said(iri)
        nowhere = Ref("", "")
        return Compatibility(
            iri=iri,
            subject=self._ref(said, MIR.subject) or nowhere,
            object=self._ref(said, MIR.object) or nowhere,
            kind=self._ref(said, MIR.kind) or nowhere,
            verdict=self._ref(said, MIR.verdict) or nowhere,
            sources=said.sources,
        )

    def trait(self, iri: str) -> Trait:
        said = self._said(iri)
        term = next(iter(said.terms(MIR.value)), None)
        return Trait(
            iri=iri,
            kind=self._ref(said, MIR.kind) or Ref("", ""),
            value="" if term is None else value_of(term),
            sources=said.sources,
        )

    def evidence(self, iri: str) -> Evidence:
        said = self._said(iri)
        return Evidence(
            iri=iri,
            supports=said.texts(MIR.supports),
            sources=said.sources,
            locator=said.text(MIR.locator),
            confidence=self._ref(said, MIR.confidence),
        )

    def classification(self, iri: str) -> Classification:
        pairs = self._graph.pairs(iri)
        # The same answer on the same ground is that of many entries.
        answer = self._shared_answer if isinstance(pairs, tuple) else self._answer
        return Classification(iri=iri, **answer(pairs))

    def _answer(self, pairs: Pairs) -> dict[str, Any]:
        said = Said("", pairs)
        criterion = self._ref(said, MIR.criterion) or Ref("", "")
        start, _, rest = criterion.iri.partition("/vocab/")
        return {
            "scheme": self.ref(f"{start}/vocab/{rest.partition('/')[0]}"),
            "criterion": criterion,
            "concept": self._ref(said, MIR.concept),
            "mode": (said.text(MIR.mode) or "").rpartition("/")[2],
            "unverified": said.text(MIR.unverified) == "true",
            "rules": self._refs(said, MIR.rule),
            "grounds": self._refs(said, MIR.ground),
            "sources": said.sources,
            "confidence": self._ref(said, MIR.confidence),
        }

    def record(self, iri: str) -> LedgerRecord:
        said = self._said(iri)
        return LedgerRecord(
            iri=iri,
            text=said.text(SKOS.notation) or "",
            state=(said.text(MIR.state) or "").rpartition("/")[2],
            targets=said.texts(DCTERMS.isReplacedBy),
            first_seen=said.text(MIR.firstSeen),
            last_seen=said.text(MIR.lastSeen),
            reason=said.text(MIR.reason),
            sources=said.sources,
        )

    def source(self, iri: str) -> Source:
        said = self._said(iri)
        return Source(
            iri=iri,
            title=self.ref(iri).label,
            description=said.text(DCTERMS.description),
            licences=self._refs(said, DCTERMS.license),
            pages=said.sources,
            revision=said.text(MIR.revision),
            version=said.text(DCAT.version),
            retrieved=said.text(MIR.retrieved),
            confidence=self._ref(said, MIR.confidence),
            rank=said.number(MIR.rank),
        )
