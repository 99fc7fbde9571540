"""Quads by named graph, and one merged view of them.

The merged view is what pages, look-ups and checks see: the union of all graphs, except that a single-valued property
keeps only what the source says that ranks first (lowest `mir:rank`; the ontology before all). A source that says two
things of one property keeps both, for the shapes to refuse. Nothing is lost: every graph stays whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mirld.graph.terms import Iri, Literal, Term, Triple, sort_key
from mirld.vocab import ENTRY_CLASSES, MIR, OWL, RDF_TYPE, RDFS_LABEL, SKOS

ONTOLOGY = -1
"""Rank of the ontology, which belongs to no source."""
UNRANKED = 1_000
"""Rank of a graph whose source states none: below every source that does."""
LAID_OVER = 1_000_000_000
"""Rank of a graph that a user laid over the registry, whatever it states: what is published keeps its meaning."""


Pair = tuple[Iri, Term]
"""What is said of a subject: predicate and term."""

Pairs = Sequence[Pair]
"""All that is said of a subject: a tuple where the same is said of others too, so that writers write it once."""

Block = tuple[Iri, Pairs]
"""A subject, and all that is said of it in canonical order, as a sorted graph holds it."""


class Graph:
    """Triples indexed by subject and by object; iteration is in insertion order, so builders insert sorted.

    What it holds of a subject is never changed, only replaced: others may hold the same.
    """

    __slots__ = ("_inverse", "_subjects", "_types")

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        # Typed by what it is asked with; every key is the Iri of a triple.
        self._subjects: dict[str, Pairs] = {}
        self._inverse: dict[str, list[tuple[Iri, Iri]]] | None = None
        self._types: dict[str, list[Iri]] = {}
        found: dict[str, dict[Pair, None]] = {}
        for subject, predicate, term in triples:
            found.setdefault(subject, {})[predicate, term] = None
        for name, pairs in found.items():
            self._subjects[name] = list(pairs)

    def add(self, triple: Triple) -> None:
        """Add a triple unless it is there."""
        subject, predicate, term = triple
        pairs = self.pairs(subject)
        if (predicate, term) not in pairs:
            self._subjects[subject] = [*pairs, (predicate, term)]
            self._forget(subject)

    def _forget(self, subject: str) -> None:
        self._inverse = None
        self._types.pop(subject, None)

    def without(self, names: frozenset[str]) -> Graph:
        """Return a graph without some resources, in the same order: nothing about them, and no link to them."""
        linking = {subject for name in names for subject, _ in self.incoming(name)}
        result = Graph()
        for subject, pairs in self._subjects.items():
            if subject in names:
                continue
            if subject in linking:
                pairs = [pair for pair in pairs if pair[1].__class__ is not Iri or pair[1] not in names]
            if pairs:
                result._subjects[subject] = pairs
        return result

    def __contains__(self, subject: object) -> bool:
        return subject in self._subjects

    def __len__(self) -> int:
        return sum(len(pairs) for pairs in self._subjects.values())

    def __iter__(self) -> Iterator[Triple]:
        for subject, pairs in self._subjects.items():
            for predicate, term in pairs:
                yield subject, predicate, term  # type: ignore[misc]  # an Iri

    def subjects(self) -> Iterable[str]:
        """Every subject."""
        return self._subjects.keys()

    def blocks(self) -> Iterable[Block]:
        """Every subject with its pairs; of a sorted graph, in canonical order."""
        return self._subjects.items()  # type: ignore[return-value]  # Iris

    def pairs(self, subject: str) -> Pairs:
        """(predicate, term) of a subject; empty when there is none."""
        return self._subjects.get(subject, ())

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
        return [term for found, term in self._subjects.get(subject, ()) if found == predicate and isinstance(term, Iri)]

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
        """Classes of a subject, remembered: checks and plans begin with them."""
        found = self._types.get(subject)
        if found is None:
            found = self._types[subject] = self.iris(subject, RDF_TYPE)
        return found

    def incoming(self, target: str) -> list[tuple[Iri, Iri]]:
        """(subject, predicate) of every triple whose object is the IRI `target`, sorted."""
        if self._inverse is None:
            self.index()
        return self._inverse.get(target, []) if self._inverse else []

    def index(self) -> None:
        """Index the triples by object, which is else done when that is first asked for."""
        inverse: dict[str, list[tuple[Iri, Iri]]] = defaultdict(list)
        for subject, pairs in self.blocks():
            for predicate, term in pairs:
                if isinstance(term, Iri):
                    inverse[term].append((subject, predicate))
        for found in inverse.values():
            found.sort()
        self._inverse = dict(inverse)

    def instances(self, *classes: str) -> list[Iri]:
        """Every subject of one of the classes, sorted."""
        found = {subject for name in classes for subject, predicate in self.incoming(name) if predicate == RDF_TYPE}
        return sorted(found)

    def with_more(self, blocks: Iterable[Block]) -> Graph:
        """Return a sorted graph of the triples of this one and of more, both sorted; indexed when this one is."""
        more: dict[str, Pairs] = dict(blocks)
        grown = {**self._subjects, **more}
        linking: dict[str, list[tuple[Iri, Iri]]] = defaultdict(list)
        for subject, new in more.items():
            pairs = self._subjects.get(subject)
            if pairs:
                there = set(pairs)
                new = [pair for pair in new if pair not in there]
                grown[subject] = in_order([*pairs, *new])
            for predicate, term in new:
                if term.__class__ is Iri:
                    linking[term].append((subject, predicate))  # type: ignore[arg-type]  # Iris
        result = Graph()
        result._subjects = {subject: grown[subject] for subject in sorted(grown)}
        if self._inverse is not None:
            result._inverse = self._inverse.copy()
            for name, found in linking.items():
                result._inverse[name] = sorted([*self._inverse.get(name, ()), *found])
        return result

    def sorted(self) -> Graph:
        """Return the same triples, subjects and pairs in canonical order."""
        result = Graph()
        for subject in sorted(self._subjects):
            result._subjects[subject] = in_order(self._subjects[subject])
        return result


def in_order(pairs: Pairs) -> list[Pair]:
    """Sort what is said of one subject; most predicates have one value, and need no look at it."""
    by_term = len({predicate for predicate, _ in pairs}) < len(pairs)
    return sorted(pairs, key=_pair_key if by_term else _predicate_key)


def _pair_key(pair: Pair) -> tuple[bool, str, tuple[int, str, str, str]]:
    return pair[0] != RDF_TYPE, pair[0], sort_key(pair[1])


def _predicate_key(pair: Pair) -> str:
    # No IRI is empty, so the class comes first.
    return "" if pair[0] == RDF_TYPE else pair[0]


@dataclass(slots=True)
class Dataset:
    """A loaded corpus.

    `graphs` maps the IRI of a graph to its triples, `sources` to the IRI of its source, `files` to its file name.
    `view` is the merged graph (see the module docstring), sorted, with what `mirld.graph.infer` derived.
    `overlays` are the graphs that a user laid over the registry, and `undescribed` their sources that nothing
    describes and nothing need describe.
    `derived` holds the inferred triples alone, `found` what rules found, block by block; `outvoted` what the merge left
    out, as (graph, triple); `shared` the subjects that several sources spoke of when it was merged.
    """

    base: str
    graphs: dict[str, list[Triple]] = field(default_factory=dict)
    sources: dict[str, str | None] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    overlays: frozenset[str] = frozenset()
    undescribed: frozenset[str] = frozenset()
    view: Graph = field(default_factory=Graph)
    derived: list[Triple] = field(default_factory=list)
    found: list[Block] = field(default_factory=list)
    outvoted: list[tuple[str, Triple]] = field(default_factory=list)
    shared: set[str] = field(default_factory=set)

    def merge(self) -> None:
        """Fill `view`, `shared` and `outvoted` from `graphs`, and `view` from `derived` as well."""
        contested, disputed = self._single_valued() | {RDF_TYPE}, self._shared()
        self.shared = disputed
        merged: dict[str, dict[Pair, None]] = {}
        settled: dict[tuple[str, str, str], tuple[str | None, set[Term]]] = {}
        self.outvoted = []
        preferred = self.preferred()

        for graph in self.ordered():
            source = self.sources.get(graph)
            laid = bool(preferred) and graph in self.overlays
            for triple in self.graphs[graph]:
                subject, predicate, term = triple
                if preferred and not laid and subject in preferred:
                    self.outvoted.append((graph, triple))
                    continue
                place = slot(predicate, term) if subject in disputed and predicate in contested else None
                if place is not None:
                    settler, kept = settled.setdefault((subject, predicate, place), (source, {term}))
                    if settler == source:
                        kept.add(term)
                    elif term not in kept:
                        if graph not in self.overlays or predicate != RDFS_LABEL:
                            self.outvoted.append((graph, triple))
                            continue
                        predicate = _OTHER_LABEL  # a user's name for what has one is one more name
                pairs = merged.get(subject)
                if pairs is None:
                    merged[subject] = {(predicate, term): None}
                else:
                    pairs[predicate, term] = None
        for subject, predicate, term in self.derived:
            merged[subject][predicate, term] = None
        view = Graph()
        view._subjects = {subject: list(pairs) for subject, pairs in merged.items()}
        self.view = view.sorted()

    def ordered(self) -> list[str]:
        """Return the graphs as they are merged: the ontology, then sources by rank and name, then files by name."""
        ranks = self._ranks()

        def rank(graph: str) -> int:
            # A source may not redefine words; one that states no rank comes last, and a user's overlay behind that.
            source = self.sources.get(graph)
            if graph in self.overlays:
                return LAID_OVER
            return ONTOLOGY if source is None else ranks.get(source, UNRANKED)

        return sorted(self.graphs, key=lambda iri: (rank(iri), self.sources.get(iri) or "", iri))

    def laid_over(self) -> frozenset[str]:
        """Return all that overlays speak of: entries, and parts of entries."""
        return frozenset(subject for graph in self.overlays for subject, _, _ in self.graphs[graph])

    def preferred(self) -> frozenset[str]:
        """Return the parts that an overlay states in the place of what the registry says of them."""
        return frozenset(
            subject
            for graph in self.overlays
            for subject, predicate, term in self.graphs[graph]
            if predicate == RDF_TYPE and term in _PREFERRED
        )

    def _shared(self) -> set[str]:
        """Return the subjects that several sources speak of: nobody else can be outvoted."""
        by_source: dict[str | None, set[str]] = defaultdict(set)
        for graph, triples in self.graphs.items():
            by_source[self.sources.get(graph)].update(subject for subject, _, _ in triples)
        seen: set[str] = set()
        shared: set[str] = set()
        for subjects in by_source.values():
            shared |= seen & subjects
            seen |= subjects
        return shared

    def _single_valued(self) -> frozenset[str]:
        return frozenset(
            subject
            for subject, _, term in self._statements(RDF_TYPE, _SINGLE_VALUED)
            if (term.value in ("true", "1") if isinstance(term, Literal) else term == _FUNCTIONAL)
        )

    def _ranks(self) -> dict[str, int]:
        return {
            subject: int(term.value)
            for subject, _, term in self._statements(_RANK)
            if isinstance(term, Literal) and term.value.isdigit()
        }

    def _statements(self, *predicates: str) -> list[Triple]:
        wanted = frozenset(predicates)
        return [triple for triples in self.graphs.values() for triple in triples if triple[1] in wanted]

    def locate(self, subject: str) -> str | None:
        """Name of the file that states the class of a subject; None when no file does."""
        for graph, triples in self.graphs.items():
            for found, predicate, _ in triples:
                if found == subject and predicate == RDF_TYPE:
                    return self.files[graph]
        return None


_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)
_FUNCTIONAL = OWL.FunctionalProperty
_SINGLE_VALUED = MIR.singleValued
_RANK = MIR.rank
_OTHER_LABEL = Iri(SKOS.altLabel)
_PREFERRED = frozenset((MIR.Loader, MIR.Parameter, MIR.Setting))


def slot(predicate: str, term: Term) -> str | None:
    """Name what a property of one value holds one of: the value, one a language, or the entry class of a resource."""
    if predicate == RDF_TYPE:
        return "class" if term in _ENTRY_CLASSES else None
    return (term.language or "") if isinstance(term, Literal) else ""
