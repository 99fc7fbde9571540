"""SPARQL over a dataset: how entries may be named, what is refused, and where a fault is said to be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mirld.errors import QueryError
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset
from mirld.graph.load import load
from mirld.graph.query import Endpoint, name_entries
from mirld.graph.terms import Iri, Literal, text
from mirld.vocab import DEFAULT_BASE, XSD

ROOT = Path(__file__).resolve().parents[1] / "fixtures" / "small"
FULL = f"<{DEFAULT_BASE}model/unet/orrery/base>"


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return load(Corpus.scan(ROOT))


@pytest.fixture(scope="module")
def endpoint(dataset: Dataset) -> Endpoint:
    return Endpoint(dataset)


@pytest.mark.parametrize(
    "name", [FULL, "<model/unet/orrery/base>", "<mir:model.unet.orrery:base>", "<mir:Model.UNet.Orrery:Base>"]
)
def test_an_entry_is_named_in_three_ways(endpoint: Endpoint, name: str) -> None:
    """In full, relative to the base, and by its id in any spelling."""
    answer = endpoint.run(f"SELECT ?label {{ {name} rdfs:label ?label }}").answer()
    assert answer.rows == ((text("Orrery base", "en"),),)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "<mir:model.unet.orrery:base>" }',
        "SELECT * { ?s ?p '<mir:model.unet.orrery:base>' }",
        'SELECT * { ?s ?p """one\n"<mir:model.unet.orrery:base>" """ }',
        r'SELECT * { ?s ?p "\"<mir:model.unet.orrery:base>" }',
        "SELECT * { ?s ?p ?o } # <mir:model.unet.orrery:base>",
        "SELECT * { ?s owl:sameAs <mir:model.unet.orrery:base> }",
        "SELECT * { ?s owl:sameAs <mir:model.unet.orrery:base>, <mir:model.unet.orrery:tuned> }",
        "SELECT * { ?s <http://www.w3.org/2002/07/owl#sameAs> <mir:model.unet.orrery:base> }",
        "SELECT * { <mirror:model.unet.orrery:base> ?p ?o }",
    ],
)
def test_what_is_no_name_of_an_entry_stays_as_it_is(query: str) -> None:
    """Strings, comments, and the objects of owl:sameAs, where the mir: URI itself is meant."""
    assert name_entries(query, DEFAULT_BASE) == query


def test_a_name_behind_a_string_or_a_comment_is_still_one() -> None:
    """Reading goes on where they end."""
    query = '{ ?a ?b "x" . # <mir:x.y.z>\n <mir:model.unet.orrery:base> owl:sameAs ?c ; ?d <mir:info.unet.orrery> }'
    assert name_entries(query, "http://b/").endswith(
        "\n <http://b/model/unet/orrery/base> owl:sameAs ?c ; ?d <http://b/info/unet/orrery> }"
    )


def test_same_as_is_asked_for_the_uri_itself(endpoint: Endpoint) -> None:
    """Both as the object and as a row."""
    asked = endpoint.run("SELECT ?e { ?e owl:sameAs <mir:model.unet.orrery:base> }").answer()
    assert asked.rows == ((Iri(FULL[1:-1]),),)
    given = endpoint.run("SELECT ?same { <mir:model.unet.orrery:base> owl:sameAs ?same }").answer()
    assert given.rows == ((Iri("mir:model.unet.orrery:base"),),)


def test_every_file_is_a_named_graph(dataset: Dataset) -> None:
    """The default graph is the merged view; a file's own graph says what it says."""
    query = "SELECT ?g ?n { GRAPH ?g { <mir:model.unet.orrery:base> mir:parameterCount ?n } }"
    rows = Endpoint.for_query(dataset, query).run(query).answer().rows
    assert rows is not None
    assert {(str(graph).removeprefix(DEFAULT_BASE), number) for graph, number in rows} == {
        ("graph/curated/unet/orrery", Literal("2567463684", XSD.integer)),
        ("graph/harvested/elsewhere/unet", Literal("2600000000", XSD.integer)),
    }
    merged = "SELECT ?n { <mir:model.unet.orrery:base> mir:parameterCount ?n }"
    assert Endpoint.for_query(dataset, merged).run(merged).answer().rows == ((Literal("2567463684", XSD.integer),),)
    one = "SELECT ?n FROM <graph/harvested/elsewhere/unet> { <mir:model.unet.orrery:base> mir:parameterCount ?n }"
    assert Endpoint.for_query(dataset, one).run(one).answer().rows == ((Literal("2600000000", XSD.integer),),)


@pytest.mark.parametrize(
    ("query", "line", "column", "message"),
    [
        ("SELECT * {\n  ?s foo:x ?o }", 2, 6, "the prefix foo: is not declared"),
        ('SELECT * { ?s ?p "a:b", <c:d> ; dcterm:title ?o }', 1, 33, "the prefix dcterm: is not declared"),
        ("SELECT * {\n  ?s ?p \n}", 3, 2, "the query does not parse here"),
        ("SELECT * { ?s ?p ?o }\nLIMIT", 2, 6, "the query does not parse here"),
        ("SELECT * { ?s ?p }", 1, 19, "the query does not parse here"),
        ("SELECT * { <mir:model.unet.orrery:base> ?p", 1, 43, "the query does not parse here"),
        ("SELECT * { <mir:model.unet.orrery:base> ?p } LIMIT 5", 1, 44, "the query does not parse here"),
        ("SELECT *\n{ <mir:model.unet> ?p ?o }", 2, 3, "<mir:model.unet> is no MIR id"),
        ("", 1, 1, "the query is empty"),
        ("# nothing\n", 1, 1, "the query is empty"),
        ("INSERT DATA { <a> <b> <c> }", 1, 1, "this changes data"),
        ("# delete nothing\nPREFIX a: <http://a/>\nDELETE WHERE { ?s ?p ?o }", 3, 1, "this changes data"),
        ("SELECT * { SERVICE <http://localhost:1/> { ?s ?p ?o } }", 1, 12, "SERVICE asks another endpoint"),
        ("SELECT * {\n service silent ?x { ?s ?p ?o } }", 2, 2, "SERVICE asks another endpoint"),
    ],
)
def test_a_query_that_cannot_be_run_says_where(
    endpoint: Endpoint, query: str, line: int, column: int, message: str
) -> None:
    """Line and column are those of the query as it was written, whatever its names were written out as."""
    with pytest.raises(QueryError) as caught:
        endpoint.run(query)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.message.startswith(message)


def test_a_prefix_that_is_nearly_one_is_suggested(endpoint: Endpoint) -> None:
    """Else how to declare it."""
    with pytest.raises(QueryError) as caught:
        endpoint.run("SELECT * { ?s dcterm:title ?o }")
    assert caught.value.hint == "did you mean dcterms:?"


@pytest.mark.parametrize("word", ["?service", "mir:service", '"service"', "<service>", "_:service"])
def test_a_word_is_refused_only_as_a_keyword(endpoint: Endpoint, word: str) -> None:
    """Variables, names and strings may be called what they like."""
    endpoint.run(f"SELECT * {{ ?s ?p {word} }}").answer()


def test_a_query_that_fails_while_it_runs_is_a_query_error(endpoint: Endpoint) -> None:
    """Not a bug."""
    with pytest.raises(QueryError, match="not supported"):
        endpoint.run("SELECT * { ?s ?p ?o FILTER(<http://x/f>(?s)) }").answer()
    with pytest.raises(QueryError, match="not supported"):
        endpoint.run("SELECT * { ?s ?p ?o FILTER(<http://x/f>(?s)) }").serialize("json")


def test_answers_are_values(endpoint: Endpoint) -> None:
    """Rows with unbound variables, truths, triples."""
    rows = endpoint.run("SELECT ?e ?none { ?e a mir:Adapter OPTIONAL { ?e mir:paper ?none } }").answer()
    assert (rows.variables, rows.rows) == (("e", "none"), ((Iri(f"{DEFAULT_BASE}model/lora/swift/orrery"), None),))
    assert endpoint.run("ASK { ?e a mir:Nothing }").answer().truth is False
    made = endpoint.run("CONSTRUCT { ?e rdfs:seeAlso <x> } { ?e a mir:Adapter }").answer()
    assert made.triples == (
        (
            Iri(f"{DEFAULT_BASE}model/lora/swift/orrery"),
            Iri("http://www.w3.org/2000/01/rdf-schema#seeAlso"),
            Iri(f"{DEFAULT_BASE}x"),
        ),
    )


@pytest.mark.parametrize(
    ("query", "form", "written"),
    [
        ("SELECT ?e { ?e a mir:Adapter }", "csv", f"e\r\n{DEFAULT_BASE}model/lora/swift/orrery\r\n"),
        ("SELECT ?e { ?e a mir:Adapter }", "tsv", f"?e\n<{DEFAULT_BASE}model/lora/swift/orrery>\n"),
        ("ASK { ?e a mir:Adapter }", "csv", "true\n"),
        (
            "CONSTRUCT { ?e a <x> } { ?e a mir:Adapter }",
            "turtle",
            f"@base <{DEFAULT_BASE}> .\n\n<model/lora/swift/orrery>\n    a <x> .\n",
        ),
    ],
)
def test_answers_are_written_in_a_format(endpoint: Endpoint, query: str, form: str, written: str) -> None:
    """Triples as the registry itself writes Turtle."""
    assert endpoint.run(query).serialize(form).decode().replace("\r\n", "\n") == written.replace("\r\n", "\n")


def test_triples_as_json_are_json_ld(endpoint: Endpoint) -> None:
    """Expanded."""
    found = json.loads(endpoint.run("CONSTRUCT { ?e rdfs:seeAlso <x> } { ?e a mir:Adapter }").serialize("json"))
    seen = {"http://www.w3.org/2000/01/rdf-schema#seeAlso": [{"@id": f"{DEFAULT_BASE}x"}]}
    assert found == [{"@id": f"{DEFAULT_BASE}model/lora/swift/orrery", **seen}]


@pytest.mark.parametrize(
    ("query", "form"),
    [("CONSTRUCT WHERE { ?s a ?o }", "csv"), ("SELECT * { ?s a ?o }", "turtle"), ("ASK { ?s a ?o }", "ntriples")],
)
def test_a_format_that_does_not_fit_is_refused(endpoint: Endpoint, query: str, form: str) -> None:
    """With those that do."""
    with pytest.raises(QueryError, match=f"has no {form} answer") as caught:
        endpoint.run(query).serialize(form)
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("ask for ")


def test_a_template_may_make_blank_nodes(endpoint: Endpoint) -> None:
    """The registry has none, an answer may."""
    written = endpoint.run("CONSTRUCT { [] a <x> } { ?e a mir:Adapter }").serialize("ntriples").decode()
    assert written.startswith("_:")
