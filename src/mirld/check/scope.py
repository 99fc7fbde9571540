"""What a lint rule looks at: the resources under check, and what it may ask of everything around them."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from mirld.check.findings import Severity
from mirld.check.offers import Named, Offer, names_of, offer_of
from mirld.check.shapes import Shapes
from mirld.graph.dataset import Dataset, Graph
from mirld.graph.terms import Iri, Term, Triple
from mirld.vocab import DCTERMS, ENTRY_CLASSES, MIR, OWL, RDF, RDF_TYPE, RDFS, SKOS, split_term

_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)


class Problem(NamedTuple):
    """What a rule found: a finding before its file and line are looked up."""

    code: str
    severity: Severity
    message: str
    subject: str
    predicate: str | None = None
    value: Term | None = None


class Around(Protocol):
    """What is known of resources that are not under check themselves."""

    def knows(self, iri: str) -> bool:
        """Say whether anything describes a resource."""

    def types(self, iri: str) -> Collection[str]:
        """Return the classes of a resource; none when nothing describes it."""

    def records(self, text: str) -> Collection[str]:
        """Return the ledger records of a text."""

    def near(self, iri: str) -> str | None:
        """Return the resource whose IRI is most like one that nothing describes."""

    def offer(self, iri: str) -> Offer | None:
        """Return what a class of a library or an operation takes; None when nothing says so."""

    def classes(self, library: str, name: str) -> Sequence[Named]:
        """Return the classes of a library that a loader means by a name."""


class Everything:
    """What is known when all of a registry is under check."""

    def __init__(self, view: Graph) -> None:
        self._view = view
        self._offers: dict[str, Offer | None] = {}

    def knows(self, iri: str) -> bool:
        """Say whether anything describes a resource."""
        return iri in self._view

    def types(self, iri: str) -> Collection[str]:
        """Return the classes of a resource; none when nothing describes it."""
        return self._view.types(iri)

    def records(self, text: str) -> Collection[str]:
        """Return the ledger records of a text."""
        return self._records.get(text, ())

    @cached_property
    def _records(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for record in self._view.instances(MIR.LedgerRecord):
            found[self._view.text(record, SKOS.notation) or ""].append(record)
        return dict(found)

    def near(self, iri: str) -> str | None:
        """Return the resource whose IRI is most like one that nothing describes."""
        return closest(iri, self._view.subjects())

    def offer(self, iri: str) -> Offer | None:
        """Return what a class of a library or an operation takes; None when nothing says so."""
        if iri not in self._offers:
            self._offers[iri] = offer_of(self._view, iri)
        return self._offers[iri]

    def classes(self, library: str, name: str) -> Sequence[Named]:
        """Return the classes of a library that a loader means by a name."""
        return self._classes.get((library, name), ())

    @cached_property
    def _classes(self) -> Mapping[tuple[str, str], list[Named]]:
        found: dict[tuple[str, str], list[Named]] = defaultdict(list)
        for named in names_of(self._view, self._view.instances(MIR.LibraryClass)):
            found[named.library, named.name].append(named)
        return dict(found)


def closest(iri: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most like an IRI among those that share its first segments below the base."""
    start = iri[: iri.rfind("/", 0, len(iri) - 1) + 1]
    near = difflib.get_close_matches(iri, (name for name in candidates if name.startswith(start)), n=1, cutoff=0.8)
    return near[0] if near else None


@dataclass(frozen=True, slots=True)
class Words:
    """The terms that data may use: what the ontology declares, and what the shapes ask about."""

    terms: frozenset[str]

    @classmethod
    def of(cls, dataset: Dataset, shapes: Shapes) -> Words:
        """Gather the terms of the ontology's files and of the shapes."""
        found = {path for shape in shapes.nodes for path in (inner.path for inner in shape.properties) if path}
        found.update(name for shape in shapes.nodes for name in shape.classes)
        for graph, triples in dataset.graphs.items():
            if dataset.sources[graph] is None:
                for subject, predicate, term in triples:
                    found.update((subject, predicate))
                    if predicate in (RDF_TYPE, RDFS.subClassOf, RDFS.range, RDFS.domain) and isinstance(term, Iri):
                        found.add(term)
        found.update((RDF_TYPE, OWL.sameAs, DCTERMS.isPartOf, DCTERMS.identifier, RDF.JSON))
        return cls(frozenset(name for name in found if namespace_of(name)))

    def near(self, name: str) -> str | None:
        """Return the known term most like an unknown one, in any namespace."""
        local = name.rpartition("#")[2].rpartition("/")[2]
        locals_ = {term.rpartition("#")[2].rpartition("/")[2]: term for term in sorted(self.terms)}
        near = difflib.get_close_matches(local, locals_, n=1, cutoff=0.7)
        return locals_[near[0]] if near else None


def namespace_of(iri: str) -> str | None:
    """Return the prefix of the known namespace that an IRI is a term of; None when it is no term of one.

    >>> namespace_of("http://purl.org/dc/terms/licence"), namespace_of("https://w3id.org/mir/model/unet/kolors")
    ('dcterms', None)
    """
    found = split_term(iri)
    return found[0] if found and "/" not in found[1] else None


@dataclass(slots=True)
class Scope:
    """The resources under check, in `dataset`, and what is around them."""

    dataset: Dataset
    words: Words
    around: Around
    own_files: frozenset[str]
    """Names of the files that belong to the registry itself; others are a user's overlay."""
    _own: dict[str, list[Triple]] | None = None
    _files: dict[str, list[str]] | None = None

    @property
    def view(self) -> Graph:
        """The merged triples of the resources under check."""
        return self.dataset.view

    @property
    def base(self) -> str:
        """The base IRI."""
        return self.dataset.base

    def is_entry(self, iri: str) -> bool:
        """Whether some file describes an entry of this name."""
        return not _ENTRY_CLASSES.isdisjoint(self.around.types(iri))

    def stated_by_hand(self, subject: str) -> Sequence[Triple]:
        """Return what is said of a subject by sources that have no origin outside the registry."""
        if self._own is None:
            self._own = {}
            outside = self._harvested()
            for graph, triples in self.dataset.graphs.items():
                source = self.dataset.sources[graph]
                if source is None or source in outside or self.dataset.files[graph] not in self.own_files:
                    continue
                for triple in triples:
                    self._own.setdefault(triple[0], []).append(triple)
        return self._own.get(subject, ())

    def _harvested(self) -> frozenset[str]:
        """Return the sources that were read somewhere else: their `dcterms:source` is not the registry."""
        origin = DCTERMS.source
        return frozenset(
            triple[0]
            for graph, triples in self.dataset.graphs.items()
            for triple in triples
            if triple[1] == origin and triple[0] == self.dataset.sources[graph] and triple[2] != self.dataset.base
        )

    def files_of(self, entry: str) -> Sequence[str]:
        """Return the names of the files that state the class of an entry."""
        if self._files is None:
            self._files = {}
            for graph, triples in self.dataset.graphs.items():
                for subject, predicate, term in triples:
                    if predicate == RDF_TYPE and term in _ENTRY_CLASSES:
                        self._files.setdefault(subject, []).append(self.dataset.files[graph])
        return self._files.get(entry, ())
