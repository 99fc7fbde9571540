"""Quads by named graph, and one merged view of them.

The merged view is what pages, look-ups and checks see: the union of all graphs, except that a single-valued property
keeps only what the source says that ranks first (lowest `mir:rank`; the ontology before all). A source that says two
things of one property keeps both, for the shapes to refuse. Nothing is lost: every graph stays whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mirld.graph.terms import Iri, Literal, Term, Triple, sort_key
from mirld.vocab import ENTRY_CLASSES, MIR, OWL, RDF_TYPE

ONTOLOGY = -1
"""Rank of the ontology, which belongs to no source."""
UNRANKED = 1_000
"""Rank of a graph whose source states none: below every source that does."""


class Graph:
    """Triples indexed by subject and by object; iteration is in insertion order, so builders insert sorted."""

    __slots__ = ("_inverse", "_subjects")

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self._subjects: dict[str, list[tuple[Iri, Term]]] = {}
        self._inverse: dict[str, list[tuple[Iri, Iri]]] | None = None
        for triple in triples:
            self.add(triple)

    def add(self, triple: Triple) -> None:
        """Add a triple unless it is there."""
        subject, predicate, term = triple
        pairs = self._subjects.setdefault(subject, [])
        if (predicate, term) not in pairs:
            pairs.append((predicate, term))
            self._inverse = None

    def __contains__(self, subject: object) -> bool:
        return subject in self._subjects

    def __len__(self) -> int:
        return sum(len(pairs) for pairs in self._subjects.values())

    def __iter__(self) -> Iterator[Triple]:
        for subject, pairs in self._subjects.items():
            for predicate, term in pairs:
                yield Iri(subject), predicate, term

    def subjects(self) -> Iterable[str]:
        """Every subject."""
        return self._subjects.keys()

    def pairs(self, subject: str) -> list[tuple[Iri, Term]]:
        """(predicate, term) of a subject; empty when there is none."""
        return self._subjects.get(subject, [])

    def values(self, subject: str, predicate: str) -> list[Term]:
        """All terms of a subject and predicate."""
        return [term for found, term in self._subjects.get(subject, ()) if found == predicate]

    def value(self, subject: str, predicate: str) -> Term | None:
        """Return one term of a subject and predicate, or None."""
        for found, term in self._subjects.get(subject, ()):
            if found == predicate:
                return term
        return None

    def iris(self, subject: str, predicate: str) -> list[Iri]:
        """IRIs among the terms of a subject and predicate."""
        return [term for term in self.values(subject, predicate) if isinstance(term, Iri)]

    def text(self, subject: str, predicate: str) -> str | None:
        """Lexical form of the one term of a subject and predicate (an English one when there are several)."""
        best: str | None = None
        for found, term in self._subjects.get(subject, ()):
            if found == predicate:
                if isinstance(term, Iri):
                    return str(term)
                if term.language in (None, "en"):
                    return term.value
                best = best or term.value
        return best

    def types(self, subject: str) -> list[Iri]:
        """Classes of a subject."""
        return self.iris(subject, RDF_TYPE)

    def incoming(self, target: str) -> list[tuple[Iri, Iri]]:
        """(subject, predicate) of every triple whose object is the IRI `target`, sorted."""
        if self._inverse is None:
            inverse: dict[str, list[tuple[Iri, Iri]]] = defaultdict(list)
            for subject, pairs in self._subjects.items():
                for predicate, term in pairs:
                    if isinstance(term, Iri):
                        inverse[term].append((Iri(subject), predicate))
            for found in inverse.values():
                found.sort()
            self._inverse = dict(inverse)
        return self._inverse.get(target, [])

    def instances(self, *classes: str) -> list[Iri]:
        """Every subject of one of the classes, sorted."""
        found = {subject for name in classes for subject, predicate in self.incoming(name) if predicate == RDF_TYPE}
        return sorted(found)

    def sorted(self) -> Graph:
        """Return the same triples, subjects and pairs in canonical order."""
        result = Graph()
        for subject in sorted(self._subjects):
            pairs = self._subjects[subject]
            result._subjects[subject] = sorted(pairs, key=_pair_key)
        return result


def _pair_key(pair: tuple[Iri, Term]) -> tuple[bool, str, tuple[int, str, str, str]]:
    return pair[0] != RDF_TYPE, pair[0], sort_key(pair[1])


@dataclass(slots=True)
class Dataset:
    """A loaded corpus.

    `graphs` maps the IRI of a graph to its triples, `sources` to the IRI of its source, `files` to its file name.
    `view` is the merged graph (see the module docstring), sorted, with what `mirld.graph.infer` derived.
    `undescribed` are sources that nothing describes and nothing need describe: those of a user's overlays.
    `derived` holds the inferred triples alone; `outvoted` what the merge left out, as (graph, triple).
    """

    base: str
    graphs: dict[str, list[Triple]] = field(default_factory=dict)
    sources: dict[str, str | None] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    undescribed: frozenset[str] = frozenset()
    view: Graph = field(default_factory=Graph)
    derived: list[Triple] = field(default_factory=list)
    outvoted: list[tuple[str, Triple]] = field(default_factory=list)

    def merge(self) -> None:
        """Fill `view` and `outvoted` from `graphs`."""
        single = self._single_valued()
        merged: dict[str, dict[tuple[Iri, Term], None]] = {}
        settled: dict[tuple[str, str, str], tuple[str | None, set[Term]]] = {}
        self.outvoted = []

        for graph in self.ordered():
            source = self.sources.get(graph)
            for triple in self.graphs[graph]:
                subject, predicate, term = triple
                slot = _slot(predicate, term, single)
                if slot is not None:
                    settler, kept = settled.setdefault((subject, predicate, slot), (source, {term}))
                    if settler == source:
                        kept.add(term)
                    elif term not in kept:
                        self.outvoted.append((graph, triple))
                        continue
                merged.setdefault(subject, {})[predicate, term] = None
        view = Graph()
        view._subjects = {subject: list(pairs) for subject, pairs in merged.items()}
        self.view = view.sorted()

    def ordered(self) -> list[str]:
        """Return the graphs as they are merged: the ontology, then sources by rank and name, then files by name."""
        ranks = self._ranks()

        def rank(graph: str) -> int:
            # A source may not redefine words; one that states no rank comes last.
            source = self.sources.get(graph)
            return ONTOLOGY if source is None else ranks.get(source, UNRANKED)

        return sorted(self.graphs, key=lambda iri: (rank(iri), self.sources.get(iri) or "", iri))

    def _single_valued(self) -> frozenset[str]:
        found: set[str] = set()
        for triples in self.graphs.values():
            for subject, predicate, term in triples:
                if (predicate == RDF_TYPE and term == OWL.FunctionalProperty) or (
                    predicate == MIR.singleValued and isinstance(term, Literal) and term.value in ("true", "1")
                ):
                    found.add(subject)
        return frozenset(found)

    def _ranks(self) -> dict[str, int]:
        return {
            subject: int(term.value)
            for triples in self.graphs.values()
            for subject, predicate, term in triples
            if predicate == MIR.rank and isinstance(term, Literal) and term.value.isdigit()
        }

    def locate(self, subject: str) -> str | None:
        """Name of the file that states the class of a subject; None when no file does."""
        for graph, triples in self.graphs.items():
            for found, predicate, _ in triples:
                if found == subject and predicate == RDF_TYPE:
                    return self.files[graph]
        return None


_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)


def _slot(predicate: str, term: Term, single: frozenset[str]) -> str | None:
    """Name what may hold one value only: the property, a language of it, or the entry class of a resource."""
    if predicate == RDF_TYPE:
        return "class" if term in _ENTRY_CLASSES else None
    if predicate in single:
        return (term.language or "") if isinstance(term, Literal) else ""
    return None
