"""A loaded dataset into registry values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

from mirld.errors import IdError
from mirld.graph.dataset import Dataset, Graph, Pairs
from mirld.graph.infer import entry_id
from mirld.graph.terms import Literal, Term
from mirld.ids import MirId
from mirld.registry.registry import Registry
from mirld.registry.values import (
    Classification,
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
            entries.append(reader.entry(iri, entry_id(iri, dataset.base)))
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


class _Said:
    """What is said of one resource, by predicate; every method takes a predicate."""

    __slots__ = ("_terms", "iri")

    def __init__(self, iri: str, pairs: Iterable[tuple[str, Term]]) -> None:
        self.iri = iri
        self._terms: dict[str, list[Term]] = {}
        for predicate, term in pairs:
            self._terms.setdefault(predicate, []).append(term)

    def terms(self, predicate: str) -> Sequence[Term]:
        return self._terms.get(predicate, ())

    def iris(self, predicate: str) -> list[str]:
        return [term for term in self._terms.get(predicate, ()) if not isinstance(term, Literal)]

    def text(self, predicate: str) -> str | None:
        """Lexical form of the one term; an English one when there are several."""
        best: str | None = None
        for term in self._terms.get(predicate, ()):
            if not isinstance(term, Literal):
                return str(term)
            if term.language in (None, "en"):
                return term.value
            best = best or term.value
        return best

    def texts(self, predicate: str) -> tuple[str, ...]:
        found = self._terms.get(predicate)
        return tuple(str(t.value if isinstance(t, Literal) else t) for t in found) if found else ()

    def number(self, predicate: str) -> int | None:
        text = self.text(predicate)
        return int(text) if text is not None and text.lstrip("-").isdigit() else None

    def real(self, predicate: str) -> float | None:
        text = self.text(predicate)
        try:
            return None if text is None else float(text)
        except ValueError:
            return None

    @property
    def sources(self) -> tuple[str, ...]:
        return self.texts(DCTERMS.source)


class _Reader:
    """Reads resources of one graph; every public method takes an IRI and returns one value."""

    def __init__(self, graph: Graph, base: str) -> None:
        self._graph = graph
        self._base = base
        self._digests = {iri: iri.rpartition("#")[2] for iri in DIGEST_PROPERTIES}
        self._known: dict[str, Ref] = {}
        self._shared_answer = cache(self._answer)

    def _said(self, iri: str) -> _Said:
        return _Said(iri, self._graph.pairs(iri))

    def ref(self, iri: str) -> Ref:
        found = self._known.get(iri)
        if found is None:
            said = self._said(iri)
            label = said.text(RDFS_LABEL) or said.text(SKOS.prefLabel) or said.text(DCTERMS.title)
            found = self._known[iri] = Ref(iri, label or iri.removeprefix(self._base).rstrip("/").rpartition("/")[2])
        return found

    def _ref(self, said: _Said, predicate: str) -> Ref | None:
        found = said.iris(predicate)
        return self.ref(found[0]) if found else None

    def _refs(self, said: _Said, predicate: str) -> tuple[Ref, ...]:
        return tuple([self.ref(found) for found in said.iris(predicate)])

    def _parts(self, said: _Said, predicate: str, read: Callable[[str], Part]) -> tuple[Part, ...]:
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

    def _derived_from(self, said: _Said) -> tuple[tuple[str, Ref], ...]:
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
            scheduler=self._ref(said, MIR.scheduler),
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
            minimum=said.real(MIR.minimum),
            maximum=said.real(MIR.maximum),
            allowed=said.texts(MIR.allowedValue),
            unit=said.text(MIR.unit),
            version=said.text(MIR.libraryVersion),
            sources=said.sources,
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
        said = _Said("", pairs)
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
