"""Where sources agree and where they do not, from the named graphs: the merged view drops who said what.

A source confirms a statement that another one makes: the same subject, predicate and object. What a source only
concluded is no confirmation; its evidence says so, with the confidence `inferred`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from mirld.graph.dataset import Dataset, Pair, slot
from mirld.graph.terms import Iri, Literal, Term, Triple, sort_key
from mirld.vocab import DCTERMS, FOAF, MIR, RDF_TYPE, RDFS, RDFS_LABEL, SKOS, XSD

_SUPPORTS = Iri(MIR.supports)
_NUMBERS = frozenset((XSD.integer, XSD.nonNegativeInteger, XSD.decimal, XSD.double, XSD.float))
_WORDS = frozenset((RDFS_LABEL, RDFS.comment, DCTERMS.title, DCTERMS.description, FOAF.name, SKOS.prefLabel))


class Conflict(NamedTuple):
    """A statement that was outvoted, who makes it (`by`), and the terms that stand in its place with who says those.

    `by` and `kept_by` are IRIs of sources, highest in rank first; the ontology, which is no source, is in neither.
    """

    subject: Iri
    predicate: Iri
    term: Term
    by: tuple[str, ...]
    kept: tuple[Term, ...]
    kept_by: tuple[str, ...]

    @property
    def is_of_words(self) -> bool:
        """Whether both sides only name, remark or write one thing in other words, which is no conflict of facts."""
        return self.predicate in _WORDS or any(_is_same(self.term, kept) for kept in self.kept)


@dataclass(frozen=True, slots=True)
class Agreement:
    """`confirmed` are statements of the view that two sources or more make: subject → (predicate, term) → sources.

    `conflicts` are all that was outvoted, facts before words, sorted by subject, predicate and term.
    """

    confirmed: Mapping[str, Mapping[Pair, tuple[str, ...]]] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()


def agreement(dataset: Dataset) -> Agreement:
    """Say of every statement that several sources make, or that was outvoted, who makes it."""
    inferred = _inferred(dataset)
    said = _said(dataset, dataset.shared.union(inferred))
    concluded = _concluded(dataset, inferred, said)
    outvoted = {triple for _, triple in dataset.outvoted}
    confirmed: dict[str, dict[Pair, tuple[str, ...]]] = {}
    for triple, sources in said.items():
        if len(sources) > 1 and triple not in outvoted:
            subject, predicate, term = triple
            counted = [source for source in sources if concluded.isdisjoint((source, (source, subject, predicate)))]
            if len(counted) > 1:
                confirmed.setdefault(subject, {})[predicate, term] = tuple(counted)
    # By what they say, since the order of triples in a file says nothing.
    confirmed = {subject: dict(sorted(pairs.items(), key=_pair_key)) for subject, pairs in confirmed.items()}
    conflicts = sorted((_conflict(dataset, triple, said) for triple in outvoted), key=_conflict_key)
    return Agreement(confirmed, tuple(conflicts))


def _pair_key(item: tuple[Pair, tuple[str, ...]]) -> tuple[str, tuple[int, str, str, str]]:
    (predicate, term), _ = item
    return predicate, sort_key(term)


def _inferred(dataset: Dataset) -> list[Iri]:
    """Evidence whose confidence is `inferred`, and sources all of which is."""
    concept = f"{dataset.base}vocab/confidence/inferred"
    return [subject for subject, predicate in dataset.view.incoming(concept) if predicate == MIR.confidence]


def _said(dataset: Dataset, subjects: set[str]) -> dict[Triple, list[str]]:
    """Give the sources of each statement about some subjects, highest in rank first."""
    said: dict[Triple, list[str]] = {}
    for graph in dataset.ordered():
        source = dataset.sources.get(graph)
        if source is None:
            continue
        for triple in dataset.graphs[graph]:
            if triple[0] in subjects:
                sources = said.get(triple)
                if sources is None:
                    said[triple] = [source]
                elif sources[-1] != source:
                    sources.append(source)
    return said


def _concluded(dataset: Dataset, inferred: list[Iri], said: dict[Triple, list[str]]) -> set[object]:
    """Give the sources that only conclude, and (source, entry, predicate) of what the others conclude."""
    found: set[object] = set(inferred)
    for evidence in inferred:
        entry = evidence.partition("#")[0]
        for predicate in dataset.view.iris(evidence, _SUPPORTS):
            found.update((source, entry, predicate) for source in said.get((evidence, _SUPPORTS, predicate), ()))
    return found


def _conflict(dataset: Dataset, triple: Triple, said: dict[Triple, list[str]]) -> Conflict:
    subject, predicate, term = triple
    place = slot(predicate, term)
    kept = [found for found in dataset.view.values(subject, predicate) if slot(predicate, found) == place]
    speakers = [source for found in kept for source in said.get((subject, predicate, found), ())]
    return Conflict(subject, predicate, term, tuple(said[triple]), tuple(kept), tuple(dict.fromkeys(speakers)))


def _is_same(one: Term, other: Term) -> bool:
    """Say whether two terms differ in capitals alone, as names of repositories do, or are one number."""
    if isinstance(one, Literal) and isinstance(other, Literal):
        if one.datatype in _NUMBERS and other.datatype in _NUMBERS:
            return _number(one) == _number(other)
        return one.value.casefold() == other.value.casefold()
    return isinstance(one, Iri) and isinstance(other, Iri) and one.casefold() == other.casefold()


def _number(term: Literal) -> Decimal | str:
    try:
        return Decimal(term.value)
    except InvalidOperation:
        return term.value


def _conflict_key(found: Conflict) -> tuple[object, ...]:
    return found.is_of_words, found.subject, found.predicate != RDF_TYPE, found.predicate, sort_key(found.term)
