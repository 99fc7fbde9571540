"""The SPARQL 1.1 Protocol, query part: https://www.w3.org/TR/sparql11-protocol/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from mirld.errors import QueryError
from mirld.graph.query import MEDIA_TYPES, Endpoint
from mirld.serve.negotiation import Representation, choose
from mirld.serve.site import Request, Response, finish, plain, preflight

_ALLOWED = "GET, HEAD, POST, OPTIONS"
MAX_QUERY_BYTES = 100_000
"""A longer query is refused with 413."""

ROW_FORMS: tuple[Representation, ...] = (
    Representation(MEDIA_TYPES["json"], "json", ("application/json",)),
    Representation(MEDIA_TYPES["csv"], "csv"),
    Representation(MEDIA_TYPES["tsv"], "tsv"),
    Representation(MEDIA_TYPES["xml"], "xml", ("application/xml", "text/xml")),
)
GRAPH_FORMS: tuple[Representation, ...] = (
    Representation(MEDIA_TYPES["turtle"], "turtle", ("application/x-turtle",)),
    Representation(MEDIA_TYPES["ntriples"], "ntriples", ("text/plain",)),
)
_VARY = ("Vary", "Accept")


def respond(request: Request, endpoint: Callable[[], Endpoint], describe: Callable[[], bytes]) -> Response:
    """Answer one protocol request.

    `endpoint` gives the store (made on the first query), `describe` the service description as Turtle, which answers a
    GET without a query.
    """
    return finish(request, _respond(request, endpoint, describe))


def _respond(request: Request, endpoint: Callable[[], Endpoint], describe: Callable[[], bytes]) -> Response:
    if request.method == "OPTIONS":
        return preflight(_ALLOWED)
    if request.method not in ("GET", "HEAD", "POST"):
        answer = plain(405, f"a query is sent by GET or POST: {request.method}")
        return Response(status=405, headers=(*answer.headers, ("Allow", _ALLOWED)), body=answer.body)
    if len(request.body) > MAX_QUERY_BYTES:
        return plain(413, f"the query is longer than {MAX_QUERY_BYTES} bytes")
    try:
        asked = _parameters(request)
    except ValueError as error:
        return plain(415 if "type" in str(error) else 400, str(error))
    if "update" in asked:
        return plain(400, "this endpoint only reads: send query, not update")
    queries = asked.get("query", [])
    if not queries:
        if request.method == "POST":
            return plain(400, "no query: send query=… or a body of type application/sparql-query")
        return Response(status=200, headers=(("Content-Type", "text/turtle; charset=utf-8"), _VARY), body=describe())
    if len(queries) > 1:
        return plain(400, "more than one query: send one")
    return _answer(queries[0], asked, request, endpoint())


def _parameters(request: Request) -> Mapping[str, list[str]]:
    asked = parse_qs(request.query, keep_blank_values=True, errors="strict")
    if request.method != "POST":
        return asked
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = request.body.decode("utf-8")
    if kind == "application/x-www-form-urlencoded":
        return {**asked, **parse_qs(text, keep_blank_values=True, errors="strict")}
    if kind == "application/sparql-query":
        return {**asked, "query": [text]}
    if kind == "application/sparql-update":
        return {"update": [text]}
    raise ValueError(
        f"a POST has type application/sparql-query or application/x-www-form-urlencoded: {kind or 'none given'}"
    )


def _answer(query: str, asked: Mapping[str, list[str]], request: Request, endpoint: Endpoint) -> Response:
    wanted = request.headers.get("accept")
    try:
        result = endpoint.run(
            query,
            default_graphs=asked.get("default-graph-uri", []),
            named_graphs=asked.get("named-graph-uri", []),
        )
        forms = GRAPH_FORMS if result.kind == "triples" else ROW_FORMS
        form = choose(wanted, forms)
        if form is None:
            answer = plain(406, "this answer comes as " + ", ".join(found.media_type for found in forms))
            return Response(status=406, headers=(*answer.headers, _VARY), body=answer.body)
        body = result.serialize(form.ending)
    except QueryError as error:
        hint = f" ({error.hint})" if error.hint else ""
        return plain(400, f"{error}{hint}")
    return Response(status=200, headers=(("Content-Type", form.content_type), _VARY), body=body)
