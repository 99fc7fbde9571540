"""What a query can match: the store that is filled for it answers as one that holds everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset
from mirld.graph.load import load
from mirld.graph.patterns import matching, predicates
from mirld.graph.query import Endpoint
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, RDF_TYPE, RDFS_LABEL

ROOT = Path(__file__).resolve().parents[1] / "fixtures" / "small"

_NAMED = [
    "SELECT * { ?s rdfs:label ?label FILTER(LANG(?label) = 'en') ?s mir:series ?series }",
    "SELECT * { ?s a mir:Model ; rdfs:label ?o , ?other . FILTER regex(?o, 'o') ?s dcterms:identifier ?id }",
    "SELECT ?s (COUNT(*) AS ?n) { ?s mir:loader/mir:library|mir:file/mir:fileName ?o } GROUP BY ?s ORDER BY DESC(?n)",
    "SELECT * { ?s ^mir:series ?o . OPTIONAL { ?s (rdfs:label|skos:prefLabel) ?label } }",
    "SELECT * { { SELECT ?s (COUNT(?o) AS ?n) WHERE { ?s mir:loader ?o } GROUP BY ?s } ?s rdfs:label ?label }",
    "SELECT * { VALUES (?p ?x) { (rdfs:label 1) (<ns#series> 2) } ?s ?p ?o }",
    "SELECT * { ?s ?p ?o . VALUES ?p { dcterms:identifier } FILTER NOT EXISTS { ?s mir:file ?o2 } }",
    "SELECT * { ?s mir:series ?o MINUS { ?s mir:loader ?l . FILTER(EXISTS { ?l mir:library 'diffusers' }) } }",
    "PREFIX my: <ns#> SELECT * { ?s my:series+ ?o BIND(STR(?o) AS ?text) ?o rdfs:label ?l . FILTER(?text != '?p') }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s mir:series ?o . VALUES ?p { rdfs:seeAlso } }",
    "ASK { <model/unet/orrery/base> mir:parameterCount 2567463684 }",
    "SELECT * { ?s mir:series ?o } # ?s ?p ?o\nLIMIT 3",
    "SELECT (MIN(?o) AS ?least) { { ?s rdfs:label ?o } UNION { ?s skos:prefLabel ?o } } HAVING (COUNT(?s) > 0)",
]
_ANY = [
    "SELECT * { ?s ?p ?o }",
    "SELECT * { ?s a mir:Model ; ?p ?o }",
    "SELECT * { ?s rdfs:label ?o FILTER(?o != '') ?s ?p ?other }",
    "SELECT * { { VALUES ?p { rdfs:label } ?s rdfs:label ?o } UNION { ?s ?p ?o } }",
    "SELECT * { VALUES ?p { rdfs:label UNDEF } ?s ?p ?o }",
    "SELECT * { ?s !rdfs:label ?o }",
    "SELECT * { ?s mir:series* ?o }",
    "SELECT * { ?s (mir:series|rdfs:label)? ?o }",
    "SELECT * { ?s mir:entry [ ?p ?o ] }",
    "SELECT * { (1 2) ?p ?o }",
    "SELECT * { ?s rdfs:label ?o FILTER(EXISTS { ?s ?p ?o2 } || true) }",
    "SELECT * { ?s rdfs:label ?o BIND(rdfs:label AS ?p) ?s ?p ?o }",
    "SELECT * { { SELECT ?s { ?s ?p ?o } } VALUES ?p { rdfs:label } }",
    "DESCRIBE <model/unet/orrery/base>",
    "CONSTRUCT WHERE { ?s ?p ?o }",
    "BASE <http://elsewhere.example/> SELECT * { ?s <p> ?o }",
    "SELECT * { GRAPH ?g { ?s rdfs:label ?o } }",
    "SELECT * { ?s <../x> ?o }",
    "SELECT * { ?s rdfs:label ?o",
]


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load(Corpus.scan(ROOT))


def _answer(endpoint: Endpoint, query: str) -> tuple[list[str], bool | None]:
    found = endpoint.run(query).answer()
    return sorted(map(str, found.rows or found.triples or ())), found.truth


@pytest.mark.parametrize("query", _NAMED)
def test_what_a_query_can_match_is_all_that_it_needs(dataset: Dataset, query: str) -> None:
    """A query whose predicates are named gets the answer it would get of everything, from less."""
    names = matching((query,), DEFAULT_BASE, dataset.view)
    assert predicates(query, DEFAULT_BASE) == names
    assert len(names) < len({predicate for _, predicate, _ in dataset.view})
    whole = Endpoint(dataset, named_graphs=False)
    assert _answer(Endpoint.for_query(dataset, query), query) == _answer(whole, query)


@pytest.mark.parametrize("query", _ANY)
def test_a_query_that_may_match_any_predicate_gets_all_of_them(dataset: Dataset, query: str) -> None:
    """Variables that nothing names beside them, paths that match more than they name, and what is not understood."""
    assert predicates(query, DEFAULT_BASE) is None
    assert matching((query,), DEFAULT_BASE, dataset.view) == {predicate for _, predicate, _ in dataset.view}


def test_predicates_are_read_in_every_way_of_writing_them() -> None:
    """Prefixed, with the prefix of the query, in full, relative, and as `a`; a template names none."""
    query = (
        "PREFIX d: <http://purl.org/dc/terms/> CONSTRUCT { ?s rdfs:seeAlso 1 } { ?s a ?k ; d:title ?t ; <ns#file> ?f }"
    )
    assert predicates(query, DEFAULT_BASE) == {RDF_TYPE, DCTERMS.title, MIR.file}
    assert predicates(f"ASK {{ ?s <{RDFS_LABEL}> 'a' }}", DEFAULT_BASE) == {RDFS_LABEL}
