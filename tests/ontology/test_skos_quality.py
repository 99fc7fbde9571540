"""What qSKOS asks of vocabularies, asked of every scheme: https://github.com/cmader/qSKOS/wiki/Quality-Issues."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import OWL, RDF, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/mir/"
MIR = Namespace(f"{BASE}ns#")
MATCHES = (SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch, SKOS.exactMatch)
TEXTS = (SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.definition, SKOS.scopeNote, SKOS.editorialNote)


def everything() -> Graph:
    graph = Graph()
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        graph.parse(path)
    return graph


ALL = everything()
SCHEMES = sorted(str(scheme).rpartition("/")[2] for scheme in ALL.subjects(RDF.type, SKOS.ConceptScheme))
CONCEPTS = set(ALL.subjects(RDF.type, SKOS.Concept))
ABOVE = {concept: set(ALL.objects(concept, SKOS.broader)) for concept in CONCEPTS}


def ancestors(concept: Node) -> set[Node]:
    found: set[Node] = set()
    todo = list(ABOVE.get(concept, ()))
    while todo:
        node = todo.pop()
        if node not in found:
            found.add(node)
            todo += ABOVE.get(node, ())
    return found


def of(scheme: str) -> Iterator[Node]:
    yield from ALL.subjects(SKOS.inScheme, URIRef(f"{BASE}vocab/{scheme}"))


def is_retired(concept: Node) -> bool:
    return (concept, OWL.deprecated, Literal(True)) in ALL


def test_there_are_as_many_schemes_as_files_with_one() -> None:
    assert len(SCHEMES) == 27
    assert len(CONCEPTS) > 1_000


def test_no_concept_is_its_own_ancestor() -> None:
    assert [concept for concept in CONCEPTS if concept in ancestors(concept)] == []


def test_no_concept_is_related_to_what_is_above_it() -> None:
    """SKOS S27: related and broader, over any number of steps, exclude each other; a match counts like a relation."""
    for link in (SKOS.related, SKOS.relatedMatch):
        for one, other in ALL.subject_objects(link):
            assert other not in ancestors(one), (one, other)
            assert one not in ancestors(other), (one, other)
            assert one != other


def test_no_concept_stands_alone() -> None:
    """Each is below another, above one, related, or one of a flat list of top concepts."""
    for concept in CONCEPTS:
        links = (SKOS.broader, SKOS.topConceptOf)
        assert is_retired(concept) or any((concept, link, None) in ALL for link in links), concept


def test_a_top_concept_has_nothing_above_it() -> None:
    for concept in ALL.subjects(SKOS.topConceptOf):
        assert ABOVE[concept] == set(), concept
    for concept in CONCEPTS:
        assert bool(ABOVE[concept]) != ((concept, SKOS.topConceptOf, None) in ALL) or is_retired(concept), concept


def test_no_step_of_the_tree_is_given_twice() -> None:
    """A concept is not put below one that another of its parents is below."""
    for concept, parents in ABOVE.items():
        for parent in parents:
            assert not parents & ancestors(parent), concept


@pytest.mark.parametrize("scheme", SCHEMES)
def test_codes_and_labels_are_clear_within_a_scheme(scheme: str) -> None:
    codes = Counter(str(code).lower() for node in of(scheme) for code in ALL.objects(node, SKOS.notation))
    labels = Counter(
        (str(label).lower(), label.language)
        for node in of(scheme)
        for label in ALL.objects(node, SKOS.prefLabel)
        if isinstance(label, Literal)
    )
    assert [name for name, count in (*codes.items(), *labels.items()) if count > 1] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_concept_is_documented_in_clean_text(scheme: str) -> None:
    """A definition in each, a language on each text, and no text empty, in blanks or said twice."""
    for node in of(scheme):
        assert (node, SKOS.definition, None) in ALL, node
        for predicate in TEXTS:
            values = list(ALL.objects(node, predicate))
            assert all(isinstance(value, Literal) and value.language for value in values), (node, predicate)
            assert all(str(value) == " ".join(str(value).split()) != "" for value in values), (node, predicate)
        assert str(ALL.value(node, SKOS.definition)) != str(ALL.value(node, SKOS.prefLabel)), node


def test_relations_end_in_concepts_and_go_both_ways_within_a_scheme() -> None:
    """A link from one scheme to another stands where it was published, in the later of the two."""
    for link, back in ((SKOS.related, SKOS.related), (SKOS.broader, SKOS.narrower), (SKOS.narrower, SKOS.broader)):
        for one, other in ALL.subject_objects(link):
            assert other in CONCEPTS, (one, other)
            if ALL.value(one, SKOS.inScheme) == ALL.value(other, SKOS.inScheme):
                assert (other, back, one) in ALL, (one, other)
            else:
                assert link == SKOS.related, (one, other)


def test_matches_lead_out_of_a_scheme() -> None:
    for link in MATCHES:
        for one, other in ALL.subject_objects(link):
            if one in CONCEPTS:
                assert ALL.value(one, SKOS.inScheme) != ALL.value(other, SKOS.inScheme), (one, other)
                assert other in CONCEPTS or not str(other).startswith(BASE), (one, other)


def test_both_engines_read_the_same_vocabularies() -> None:
    """The same triples, and the same answers to a question over all schemes, from rdflib and pyoxigraph."""
    store = pyoxigraph.Store()
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        store.load(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
    assert len(store) == len(ALL)
    question = """
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT ?scheme (COUNT(DISTINCT ?concept) AS ?concepts) (COUNT(DISTINCT ?parent) AS ?parents) WHERE {
          ?concept a skos:Concept ; skos:inScheme ?scheme OPTIONAL { ?concept skos:broader ?parent }
        } GROUP BY ?scheme ORDER BY ?scheme
    """
    ours = [tuple(str(value) for value in row) for row in ALL.query(question)]  # type: ignore[union-attr]  # SELECT
    theirs = [
        (row["scheme"].value, row["concepts"].value, row["parents"].value)
        for row in store.query(question)  # type: ignore[union-attr]  # SELECT
    ]
    assert ours == theirs
    assert len(ours) == len(SCHEMES)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_skosify_finds_nothing_to_mend(scheme: str, caplog: pytest.LogCaptureFixture) -> None:
    """It warns of nothing, and gives back every statement of SKOS that the file makes of a concept."""
    skosify = pytest.importorskip(
        "skosify", reason="the package skosify is not installed: pip install 'mirld[vocabularies]'"
    )
    path = ROOT / "ontology" / f"{scheme}.ttl"
    with caplog.at_level(logging.WARNING):
        mended = skosify.skosify(str(path))
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    said = {triple for triple in Graph().parse(path) if triple[0] in CONCEPTS and triple[1] in SKOS}
    assert len(said) > 10
    assert said - set(mended) == set()
