"""The SPARQL 1.1 Protocol over HTTP, on the real registry."""

from __future__ import annotations

import csv
import io
import json
from urllib.parse import urlencode
from xml.etree import ElementTree

import pyoxigraph
import pytest
from tests.serve.running import Answer, Served

from mirld.graph.dataset import Dataset
from mirld.serve.sparql import MAX_QUERY_BYTES
from mirld.vocab import DEFAULT_BASE

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
LABEL = "SELECT ?label { <model/unet/stable-diffusion-xl/base> rdfs:label ?label }"
CONSTRUCT = "CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s a mir:Scheduler ; rdfs:label ?l }"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"


def ask(server: Served, query: str, how: str, accept: str = "*/*", **more: str) -> Answer:
    """Send a query in one of the protocol's three ways."""
    if how == "get":
        return server.ask(f"/sparql?{urlencode({'query': query, **more})}", Accept=accept)
    if how == "form":
        body = urlencode({"query": query, **more}).encode()
        return server.ask("/sparql", method="POST", body=body, Content_Type=FORM, Accept=accept)
    path = f"/sparql?{urlencode(more)}" if more else "/sparql"
    return server.ask(path, method="POST", body=query.encode(), Content_Type=DIRECT, Accept=accept)


WAYS = ("get", "form", "direct")


def rows_json(body: bytes) -> list[str]:
    return [row["label"]["value"] for row in json.loads(body)["results"]["bindings"]]


def rows_csv(body: bytes) -> list[str]:
    return [row["label"] for row in csv.DictReader(io.StringIO(body.decode()))]


def rows_tsv(body: bytes) -> list[str]:
    return [line.partition("@")[0].strip('"') for line in body.decode().splitlines()[1:]]


def rows_xml(body: bytes) -> list[str]:
    root = ElementTree.fromstring(body)  # noqa: S314 - our own server wrote it
    return [found.text or "" for found in root.iter("{http://www.w3.org/2005/sparql-results#}literal")]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize(
    ("accept", "media_type", "rows"),
    [
        ("application/sparql-results+json", "application/sparql-results+json", rows_json),
        ("text/csv", "text/csv; charset=utf-8", rows_csv),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", rows_tsv),
        ("application/sparql-results+xml", "application/sparql-results+xml", rows_xml),
        ("text/csv;q=0.1, application/sparql-results+xml;q=0.9", "application/sparql-results+xml", rows_xml),
    ],
    ids=["json", "csv", "tsv", "xml", "weighed"],
)
def test_rows_come_in_the_form_asked_for(server: Served, how: str, accept: str, media_type: str, rows: object) -> None:
    """The same row in each, however the query was sent."""
    answer = ask(server, LABEL, how, accept)
    assert (answer.status, answer.type, answer.headers["vary"]) == (200, media_type, "Accept")
    assert callable(rows)
    assert len(rows(answer.body)) == 1
    assert "Stable Diffusion XL" in rows(answer.body)[0]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize(
    ("accept", "media_type", "form"),
    [
        ("text/turtle", "text/turtle; charset=utf-8", pyoxigraph.RdfFormat.TURTLE),
        ("application/n-triples", "application/n-triples", pyoxigraph.RdfFormat.N_TRIPLES),
    ],
)
def test_triples_come_in_the_form_asked_for(
    server: Served, dataset: Dataset, how: str, accept: str, media_type: str, form: pyoxigraph.RdfFormat
) -> None:
    """As many as the registry has schedulers with labels."""
    answer = ask(server, CONSTRUCT, how, accept)
    assert (answer.status, answer.type) == (200, media_type)
    schedulers = dataset.view.instances("https://w3id.org/mir/ns#Scheduler")
    assert len(list(pyoxigraph.parse(answer.body, form))) == len(schedulers) > 10


@pytest.mark.parametrize("how", WAYS)
def test_a_truth_is_answered(server: Served, how: str) -> None:
    """ASK gives true and false."""
    for query, truth in (("ASK { ?s a mir:Model }", True), ("ASK { ?s a <urn:nothing> }", False)):
        assert json.loads(ask(server, query, how).body)["boolean"] is truth


def count(answer: Answer) -> int:
    return int(json.loads(answer.body)["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize("how", WAYS)
def test_the_default_graph_is_the_merged_view(server: Served, dataset: Dataset, how: str) -> None:
    """And a named graph can take its place: by default-graph-uri, or beside it by named-graph-uri and GRAPH."""
    assert count(ask(server, COUNT, how)) == len(dataset.view)
    name = next(name for name in sorted(dataset.graphs) if "curated/unet" in name)
    one = {"default-graph-uri": name}
    assert count(ask(server, COUNT, how, **one)) == len(set(dataset.graphs[name]))
    named = ask(server, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", how, **{"named-graph-uri": name})
    assert count(named) == len(set(dataset.graphs[name]))
    assert count(ask(server, COUNT, how, **{"default-graph-uri": f"{DEFAULT_BASE}graph/none"})) == 0


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT WHERE {", "1:"),
        ("SELECT * WHERE { ?s foo:bar ?o }", "foo"),
        ("", "query"),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "read"),
        ("DELETE WHERE { ?s ?p ?o }", "read"),
        ("CLEAR ALL", "read"),
        ("LOAD <http://127.0.0.1:9/x>", "read"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { SERVICE SILENT <http://127.0.0.1:9/sparql> { ?s ?p ?o } }", "SERVICE"),
    ],
)
def test_what_is_no_query_is_refused(server: Served, how: str, query: str, message: str) -> None:
    """400 with a line that says what is wrong; nothing is changed and no other server is asked."""
    answer = ask(server, query, how)
    assert answer.status == 400
    assert answer.type == "text/plain; charset=utf-8"
    assert message.lower() in answer.body.decode().lower()
    assert answer.body.count(b"\n") <= 3


def test_an_update_is_refused_however_it_is_sent(server: Served, dataset: Dataset) -> None:
    """As a parameter, in a form, and as a body of its own type; the registry holds what it held."""
    update = "INSERT DATA { <urn:a> <urn:b> <urn:c> }"
    body = urlencode({"update": update}).encode()
    assert server.ask(f"/sparql?{urlencode({'update': update})}").status == 400
    assert server.ask("/sparql", method="POST", body=body, Content_Type=FORM).status == 400
    kind = "application/sparql-update"
    assert server.ask("/sparql", method="POST", body=update.encode(), Content_Type=kind).status == 400
    assert count(ask(server, COUNT, "get")) == len(dataset.view)


@pytest.mark.parametrize(
    ("status", "method", "body", "headers"),
    [
        (405, "PUT", b"x", {}),
        (405, "DELETE", None, {}),
        (415, "POST", b"{}", {"Content_Type": "application/json"}),
        (415, "POST", b"SELECT", {}),
        (413, "POST", b"#" * (MAX_QUERY_BYTES + 1), {"Content_Type": DIRECT}),
        (413, "POST", b"#" * 1_000_001, {"Content_Type": DIRECT}),
        (400, "POST", b"\xff\xfe", {"Content_Type": DIRECT}),
        (400, "POST", b"query=%ff", {"Content_Type": FORM}),
        (400, "POST", b"query=ASK%7B%7D&query=ASK%7B%7D", {"Content_Type": FORM}),
        (406, "POST", b"ASK {}", {"Content_Type": DIRECT, "Accept": "text/turtle"}),
    ],
)
def test_a_wrong_request_has_its_status(
    server: Served, status: int, method: str, body: bytes | None, headers: dict[str, str]
) -> None:
    """Each fault has its own, with CORS and one line of text; the server goes on."""
    answer = server.ask("/sparql", method=method, body=body, **headers)
    assert answer.status == status
    assert answer.body.strip()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert server.ask("/sparql?query=ASK%7B%7D").status == 200


def test_the_service_describes_itself(server: Served, dataset: Dataset) -> None:
    """Without a query, in Turtle: where it is, and how many triples its default graph holds."""
    answer = server.ask("/sparql")
    assert (answer.status, answer.type) == (200, "text/turtle; charset=utf-8")
    triples = list(pyoxigraph.parse(answer.body, pyoxigraph.RdfFormat.TURTLE))
    said = {(quad.predicate.value, getattr(quad.object, "value", None)) for quad in triples}
    assert ("http://www.w3.org/ns/sparql-service-description#endpoint", f"{DEFAULT_BASE}sparql") in said
    assert ("http://rdfs.org/ns/void#triples", str(len(dataset.view))) in said


def test_the_same_question_gets_the_same_bytes(server: Served) -> None:
    """Rows and triples come in one order."""
    for query in ("SELECT ?s { ?s a mir:Scheduler }", CONSTRUCT):
        assert len({ask(server, query, "get").body for _ in range(3)}) == 1
