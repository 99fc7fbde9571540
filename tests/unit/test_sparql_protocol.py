"""The SPARQL 1.1 Protocol at /sparql, without a socket."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from mirld.graph.dataset import Dataset
from mirld.graph.query import Endpoint
from mirld.graph.terms import Iri, text
from mirld.serve.site import Request, Response
from mirld.serve.sparql import MAX_QUERY_BYTES, respond
from mirld.vocab import DEFAULT_BASE, RDFS_LABEL

SELECT = "SELECT ?label WHERE { <model/lora/hyper/flux-1> rdfs:label ?label }"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"


@pytest.fixture(scope="module")
def endpoint() -> Endpoint:
    dataset = Dataset(base=DEFAULT_BASE)
    entry = Iri(DEFAULT_BASE + "model/lora/hyper/flux-1")
    dataset.graphs = {DEFAULT_BASE + "graph/one": [(entry, Iri(RDFS_LABEL), text("Hyper", "en"))]}
    dataset.sources = {DEFAULT_BASE + "graph/one": None}
    dataset.merge()
    return Endpoint(dataset)


def send(endpoint: Endpoint, *, method: str = "GET", query: str = "", body: bytes = b"", **headers: str) -> Response:
    request = Request(
        method=method,
        path="/sparql",
        query=query,
        body=body,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )
    return respond(request, lambda: endpoint, lambda: b"# the service")


def test_a_query_is_sent_three_ways(endpoint: Endpoint) -> None:
    """GET, a form, and a body of its own type give the same rows."""
    encoded = urlencode({"query": SELECT})
    answers = [
        send(endpoint, query=encoded),
        send(endpoint, method="POST", body=encoded.encode(), content_type="application/x-www-form-urlencoded"),
        send(endpoint, method="POST", body=SELECT.encode(), content_type="application/sparql-query; charset=utf-8"),
    ]
    for answer in answers:
        assert answer.status == 200
        assert json.loads(answer.body)["results"]["bindings"][0]["label"]["value"] == "Hyper"


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "text/csv", "text/csv; charset=utf-8"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "application/json", "application/sparql-results+json"),
        ("ASK { ?s ?p ?o }", "application/sparql-results+json", "application/sparql-results+json"),
        (CONSTRUCT, "*/*", "text/turtle; charset=utf-8"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
    ],
)
def test_the_answer_comes_in_the_form_asked_for(endpoint: Endpoint, query: str, accept: str, content_type: str) -> None:
    """Rows, truths and triples each have their forms."""
    answer = send(endpoint, query=urlencode({"query": query}), accept=accept)
    assert (answer.status, answer.header("Content-Type")) == (200, content_type)
    assert answer.header("Vary") == "Accept"


@pytest.mark.parametrize(
    ("status", "request_parts"),
    [
        (400, {"query": urlencode({"query": "SELECT WHERE {"})}),
        (400, {"query": urlencode([("query", SELECT), ("query", SELECT)])}),
        (400, {"query": urlencode({"update": "CLEAR ALL"})}),
        (400, {"query": urlencode({"query": "INSERT DATA { <a> <b> <c> }"})}),
        (400, {"method": "POST", "body": b"x=1", "content_type": "application/x-www-form-urlencoded"}),
        (415, {"method": "POST", "body": b"{}", "content_type": "application/json"}),
        (405, {"method": "DELETE"}),
        (406, {"query": urlencode({"query": SELECT}), "accept": "text/turtle"}),
        (413, {"method": "POST", "body": b"a" * (MAX_QUERY_BYTES + 1), "content_type": "application/sparql-query"}),
    ],
)
def test_what_cannot_be_answered_is_said(endpoint: Endpoint, status: int, request_parts: dict[str, object]) -> None:
    """Each wrong request has its own status, one line of text, and CORS."""
    answer = send(endpoint, **request_parts)  # type: ignore[arg-type]  # the table mixes the keyword types of send
    assert answer.status == status
    assert answer.body.strip()
    assert answer.header("Access-Control-Allow-Origin") == "*"


def test_without_a_query_the_service_describes_itself(endpoint: Endpoint) -> None:
    """A plain GET is how a client finds out what the endpoint offers."""
    answer = send(endpoint)
    assert (answer.status, answer.body) == (200, b"# the service")


def test_graphs_can_be_chosen(endpoint: Endpoint) -> None:
    """default-graph-uri makes a named graph the default one."""
    query = {"query": "SELECT * WHERE { ?s ?p ?o }", "default-graph-uri": DEFAULT_BASE + "graph/none"}
    assert json.loads(send(endpoint, query=urlencode(query)).body)["results"]["bindings"] == []
