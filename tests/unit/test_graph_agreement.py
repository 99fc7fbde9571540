"""Which statements several sources make, and which were outvoted by whom."""

from __future__ import annotations

import pytest

from mirld.graph.agreement import Agreement, Conflict, agreement
from mirld.graph.dataset import Dataset
from mirld.graph.terms import Iri, Literal, Term, Triple, literal, text
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, OWL, RDF_TYPE, RDFS_LABEL, XSD

ENTRY = Iri(f"{DEFAULT_BASE}model/unet/orrery/base")
FILE = Iri(f"{ENTRY}#file-1")
COUNT, TASK, LICENCE, LABEL = Iri(MIR.parameterCount), Iri(MIR.task), Iri(DCTERMS.license), Iri(RDFS_LABEL)
DIGEST, CONFIDENCE, VALUE = Iri(MIR.fileSha256), Iri(MIR.confidence), Iri(MIR.value)
INFERRED, DECLARED = (Iri(f"{DEFAULT_BASE}vocab/confidence/{name}") for name in ("inferred", "declared"))
DRAW, READ = Iri("urn:task:draw"), Iri("urn:task:read")
ONTOLOGY: list[Triple] = [
    (LABEL, Iri(MIR.singleValued), literal(True)),
    (COUNT, Iri(RDF_TYPE), Iri(OWL.FunctionalProperty)),
]


def source(name: str) -> Iri:
    return Iri(f"{DEFAULT_BASE}source/{name}")


def found(*words: Triple, **said: list[list[Triple]]) -> Agreement:
    """Compare sources, each of some graphs, which rank in the order they are given; `words` are of the ontology."""
    made = Dataset(
        base=DEFAULT_BASE, graphs={"urn:graph:ontology": [*ONTOLOGY, *words]}, sources={"urn:graph:ontology": None}
    )
    for rank, (name, graphs) in enumerate(said.items(), start=1):
        for number, triples in enumerate([[(source(name), Iri(MIR.rank), literal(rank))], *graphs]):
            made.graphs[f"urn:graph:{name}/{number}"] = triples
            made.sources[f"urn:graph:{name}/{number}"] = source(name)
    made.merge()
    return agreement(made)


def about(predicate: Iri, term: Term, subject: Iri = ENTRY) -> Triple:
    return subject, predicate, term


def evidence(name: str, predicate: Iri, confidence: Iri) -> list[Triple]:
    node = Iri(f"{ENTRY}#evidence-{name}")
    return [(node, CONFIDENCE, confidence), (node, Iri(MIR.supports), predicate)]


def test_what_two_sources_state_is_confirmed_by_both() -> None:
    """Of an entry and of its parts, with the sources by their rank; what one says alone is not there."""
    digest = about(DIGEST, literal("11"), FILE)
    result = found(
        z=[[about(TASK, DRAW), digest]], a=[[about(TASK, DRAW), about(TASK, READ)]], m=[[about(TASK, DRAW), digest]]
    )
    assert result.confirmed == {
        ENTRY: {(TASK, DRAW): (source("z"), source("a"), source("m"))},
        FILE: {(DIGEST, literal("11")): (source("z"), source("m"))},
    }
    assert result.conflicts == ()


def test_a_source_does_not_confirm_itself() -> None:
    """However many of its files say the same."""
    assert found(a=[[about(TASK, DRAW)], [about(TASK, DRAW)]], b=[[about(TASK, READ)]]).confirmed == {}


def test_the_same_word_in_another_type_is_another_statement() -> None:
    """A literal is its text, its type and its language."""
    assert found(a=[[about(TASK, literal("5"))]], b=[[about(TASK, literal(5))]]).confirmed == {}


def test_what_a_source_concludes_confirms_nothing() -> None:
    """Its evidence says so of a property of the entry; declared evidence changes nothing, nor does that of another."""
    said = [about(TASK, DRAW), about(LICENCE, DRAW)]
    result = found(a=[said], b=[[*said, *evidence("b", TASK, INFERRED), *evidence("c", LICENCE, DECLARED)]])
    assert result.confirmed == {ENTRY: {(LICENCE, DRAW): (source("a"), source("b"))}}
    three = found(a=[said], b=[[*said, *evidence("b", TASK, INFERRED)]], c=[said])
    assert three.confirmed[ENTRY][TASK, DRAW] == (source("a"), source("c"))


def test_a_source_that_only_concludes_confirms_nothing() -> None:
    """It says so of itself."""
    said = [about(TASK, DRAW)]
    assert found(a=[said], b=[said, [(source("b"), CONFIDENCE, INFERRED)]]).confirmed == {}


def test_a_conflict_has_both_sides() -> None:
    """What stands and who says so, what does not and who says that; a majority does not outvote a rank."""
    result = found(a=[[about(COUNT, literal(5))]], b=[[about(COUNT, literal(6))]], c=[[about(COUNT, literal(6))]])
    assert result.conflicts == (
        Conflict(ENTRY, COUNT, literal(6), (source("b"), source("c")), (literal(5),), (source("a"),)),
    )
    assert result.confirmed == {}


def test_whoever_agrees_with_what_stands_is_named() -> None:
    """The winner is not alone."""
    result = found(a=[[about(COUNT, literal(5))]], b=[[about(COUNT, literal(6))]], c=[[about(COUNT, literal(5))]])
    assert [conflict.kept_by for conflict in result.conflicts] == [(source("a"), source("c"))]
    assert result.confirmed == {ENTRY: {(COUNT, literal(5)): (source("a"), source("c"))}}


def test_a_text_stands_against_one_of_its_language() -> None:
    """What another language says is no side of it."""
    first: list[Triple] = [about(LABEL, text("sky", "en")), about(LABEL, text("ciel", "fr"))]
    (conflict,) = found(a=[first], b=[[about(LABEL, text("cieux", "fr"))]]).conflicts
    assert (conflict.term, conflict.kept) == (text("cieux", "fr"), (text("ciel", "fr"),))


def test_classes_stand_against_classes_of_entries() -> None:
    """Another class beside them is no side of it."""
    kind = Iri(RDF_TYPE)
    other = Iri("urn:class")
    first = [about(kind, Iri(MIR.Model)), about(kind, other)]
    (conflict,) = found(a=[first], b=[[about(kind, Iri(MIR.Adapter))]]).conflicts
    assert (conflict.term, conflict.kept) == (MIR.Adapter, (MIR.Model,))


def test_the_ontology_is_no_source() -> None:
    """What it says outvotes all, and nobody is named for it."""
    word = (COUNT, LABEL, text("count", "en"))
    (conflict,) = found(word, a=[[(COUNT, LABEL, text("number", "en"))]], b=[[word]]).conflicts
    assert (conflict.kept, conflict.kept_by, conflict.by) == ((text("count", "en"),), (source("b"),), (source("a"),))
    assert found(word, a=[[word]]).confirmed == {}


@pytest.mark.parametrize(
    ("predicate", "kept", "term", "words"),
    [
        (LABEL, text("Orrery", "en"), text("Sky", "en"), True),
        (VALUE, literal("Owner/Name"), literal("owner/name"), True),
        (VALUE, Iri("https://e.org/A"), Iri("https://e.org/a"), True),
        (VALUE, literal(6), literal(6.0), True),
        (VALUE, literal(6), literal(6.5), False),
        (VALUE, literal(6), literal("6.0"), False),
        (VALUE, Literal("six", XSD.integer), Literal("SIX", XSD.decimal), False),
        (VALUE, literal("a"), Iri("a"), False),
        (COUNT, literal(5), literal(6), False),
    ],
)
def test_other_words_are_no_conflict_of_facts(predicate: Iri, kept: Term, term: Term, words: bool) -> None:
    """Names differ, capitals of a name that ignores them, and how one number is written."""
    (conflict,) = found(
        (VALUE, Iri(MIR.singleValued), literal(True)), a=[[about(predicate, kept)]], b=[[about(predicate, term)]]
    ).conflicts
    assert conflict.is_of_words == words


def test_conflicts_are_in_one_order() -> None:
    """Facts before words, by subject, predicate and term, whatever the order of graphs."""
    triples = [about(COUNT, literal(6)), about(LABEL, text("b", "en")), about(COUNT, literal(1), FILE)]
    first = [about(COUNT, literal(5)), about(LABEL, text("a", "en")), about(COUNT, literal(0), FILE)]
    one = found(a=[first], b=[triples]).conflicts
    assert one == found(a=[first[::-1]], b=[triples[::-1]]).conflicts
    assert [(conflict.subject, conflict.predicate) for conflict in one] == [
        (ENTRY, COUNT),
        (FILE, COUNT),
        (ENTRY, LABEL),
    ]
    assert all(isinstance(conflict.term, Literal) for conflict in one)


def test_what_is_confirmed_is_in_one_order() -> None:
    """By predicate and value, whatever the order of triples in the files."""
    triples = [about(TASK, READ), about(DIGEST, literal("22")), about(TASK, DRAW), about(DIGEST, literal("11"))]
    orders = []
    for one in (triples, triples[::-1]):
        result = found(a=[one], b=[triples])
        orders.append(list(result.confirmed[ENTRY]))
    assert orders[0] == orders[1] == sorted(orders[0], key=lambda pair: (pair[0], str(pair[1])))
