"""Pages of the real registry over HTTP: the form asked for, under the address that decision 0004 gives it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.serve.running import Served

from mirld.registry import Registry

ENTRY = "/model/unet/stable-diffusion-xl/base"
TYPES = {
    "html": "text/html; charset=utf-8",
    "jsonld": "application/ld+json",
    "ttl": "text/turtle; charset=utf-8",
    "nt": "application/n-triples",
}
ACCEPTED = [
    (None, "html"),
    ("*/*", "html"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "html"),
    ("text/turtle", "ttl"),
    ("application/ld+json", "jsonld"),
    ("application/n-triples", "nt"),
    ("application/json", "jsonld"),
    ("text/turtle;q=0.5, application/ld+json;q=0.9", "jsonld"),
    ("text/turtle;q=0.9, application/ld+json;q=0.5", "ttl"),
    ("text/html;q=0.1, application/n-triples;q=0.2", "nt"),
    ("text/html;q=0, */*;q=0.1", "jsonld"),
    ("application/rdf+xml, text/turtle;q=0.8, */*;q=0.1", "ttl"),
    ("TEXT/TURTLE; Q=0.7", "ttl"),
]


@pytest.mark.parametrize(("accept", "ending"), ACCEPTED)
def test_a_page_comes_in_the_form_asked_for(server: Served, built: Path, accept: str | None, ending: str) -> None:
    """200 under the address with the slash: bytes of the file, its type, its own address, and that it varies."""
    headers = {} if accept is None else {"Accept": accept}
    answer = server.ask(f"{ENTRY}/", **headers)
    assert answer.status == 200
    assert answer.type == TYPES[ending]
    assert answer.body == (built / ENTRY[1:] / f"index.{ending}").read_bytes()
    assert answer.headers["content-location"] == f"{ENTRY}/index.{ending}"
    assert answer.headers["vary"] == "Accept"


@pytest.mark.parametrize(("accept", "ending"), ACCEPTED)
def test_the_iri_of_a_thing_sees_other(server: Served, accept: str | None, ending: str) -> None:
    """303 from the name of the thing: to the page for a reader, to the file for a program."""
    headers = {} if accept is None else {"Accept": accept}
    answer = server.ask(ENTRY, **headers)
    assert answer.status == 303
    assert answer.headers["location"] == (f"{ENTRY}/" if ending == "html" else f"{ENTRY}/index.{ending}")
    assert answer.headers["vary"] == "Accept"


def test_every_entry_answers_in_every_form(server: Served, registry: Registry, built: Path) -> None:
    """Following the IRI of any entry gives the file of the form, for a sample of two hundred."""
    chosen = random.Random(3).sample(list(registry), 200)  # noqa: S311 - a sample, not a secret
    connection = server.connect()
    for number, entry in enumerate(chosen):
        ending, media_type = list(TYPES.items())[number % 4]
        accept = media_type.partition(";")[0]
        first = server.ask(f"/{entry.id.path}", connection=connection, Accept=accept)
        assert first.status == 303, entry.id
        found = server.ask(first.headers["location"], connection=connection, Accept=accept)
        assert found.status == 200, entry.id
        assert found.type == media_type
        assert found.body == (built / entry.id.file_path / f"index.{ending}").read_bytes()


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        (f"{ENTRY}/index.ttl", TYPES["ttl"]),
        (f"{ENTRY}/index.jsonld", TYPES["jsonld"]),
        (f"{ENTRY}/index.nt", TYPES["nt"]),
        ("/context.jsonld", "application/ld+json"),
        ("/data/mirld.nq", "application/n-quads"),
        ("/data/mirld.ttl.gz", "application/gzip"),
        ("/data/SHA256SUMS", "text/plain; charset=utf-8"),
        ("/data/mir.abnf", "text/plain; charset=utf-8"),
        ("/data/conformance.json", "application/json"),
        ("/api/names.tsv", "text/tab-separated-values; charset=utf-8"),
        ("/assets/site.css", "text/css; charset=utf-8"),
        ("/assets/site.js", "text/javascript; charset=utf-8"),
        ("/assets/sans.woff2", "font/woff2"),
        ("/assets/icon.svg", "image/svg+xml"),
        ("/shapes/", TYPES["html"]),
        ("/", TYPES["html"]),
    ],
)
def test_every_kind_of_file_has_its_type(server: Served, built: Path, path: str, media_type: str) -> None:
    """The file as it is, whatever Accept says when it has one form only."""
    answer = server.ask(path)
    assert (answer.status, answer.type) == (200, media_type)
    file = path if not path.endswith("/") else f"{path}index.html"
    assert answer.body == (built / file[1:]).read_bytes()
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("accept", [TYPES[ending].partition(";")[0] for ending in TYPES])
def test_an_unchanged_page_is_not_sent_again(server: Served, accept: str) -> None:
    """The tag of one form gets 304 for that form and the whole body for another."""
    tag = server.ask(f"{ENTRY}/", Accept=accept).headers["etag"]
    answer = server.ask(f"{ENTRY}/", Accept=accept, If_None_Match=tag)
    assert (answer.status, answer.body) == (304, b"")
    assert (answer.headers["etag"], answer.headers["vary"]) == (tag, "Accept")
    assert "content-length" not in answer.headers
    other = "text/turtle" if accept != "text/turtle" else "text/html"
    assert server.ask(f"{ENTRY}/", Accept=other, If_None_Match=tag).status == 200


@pytest.mark.parametrize("path", ["/", f"{ENTRY}/", ENTRY, "/data/mirld.nt", "/nothing", "/resolve?q=clip", "/sparql"])
def test_head_says_what_get_would(server: Served, path: str) -> None:
    """The same status and headers, no body; the connection can go on being used."""
    connection = server.connect()
    head = server.ask(path, method="HEAD", connection=connection)
    get = server.ask(path, connection=connection)
    assert head.body == b""
    assert (head.status, dict(head.headers) | {"date": ""}) == (get.status, dict(get.headers) | {"date": ""})


def test_options_says_what_works(server: Served) -> None:
    """A page of another origin is let in by its preflight, for pages, look-up and queries."""
    for path, methods in ((ENTRY, "GET, HEAD, OPTIONS"), ("/sparql", "GET, HEAD, POST, OPTIONS")):
        answer = server.ask(path, method="OPTIONS", Origin="https://example.org")
        assert (answer.status, answer.body) == (204, b"")
        assert answer.headers["access-control-allow-methods"] == methods
        assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_pages_can_only_be_read(server: Served, method: str) -> None:
    """405 with the methods that work, and the connection goes on."""
    connection = server.connect()
    answer = server.ask(f"{ENTRY}/", method=method, body=b"x" * 1000, connection=connection)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert server.ask(f"{ENTRY}/", connection=connection).status == 200


@pytest.mark.parametrize("path", [ENTRY, f"{ENTRY}/"])
def test_what_cannot_be_accepted_is_refused_with_what_there_is(server: Served, path: str) -> None:
    """406 names each form and where it lies."""
    answer = server.ask(path, Accept="image/png, application/rdf+xml;q=0.5")
    assert answer.status == 406
    for ending, media_type in TYPES.items():
        assert f"{media_type.partition(';')[0]} {ENTRY}/index.{ending}" in answer.body.decode()
    assert answer.headers["vary"] == "Accept"


def test_what_is_not_there_has_a_page(server: Served, built: Path) -> None:
    """404 is a page for a reader and a line for a program; its links work from any depth."""
    answer = server.ask("/model/unet/no-such/thing/at/all", Accept="text/html")
    assert (answer.status, answer.type) == (404, TYPES["html"])
    assert answer.body == (built / "404.html").read_bytes()
    answer = server.ask("/model/unet/no-such", Accept="text/turtle")
    assert (answer.status, answer.type) == (404, "text/plain; charset=utf-8")
    assert server.ask("/model/unet/stable-diffusion-xl/base/index.xml").status == 404
    assert server.ask("/data/mirld.nt/").status == 404


@pytest.mark.parametrize(
    "path", ["/", ENTRY, f"{ENTRY}/", "/data/SHA256SUMS", "/nothing", "/resolve?q=clip", "/resolve", "/sparql", "/%ff"]
)
def test_other_origins_may_read_every_answer(server: Served, path: str) -> None:
    """CORS stands on each, once, with the headers that a client of linked data needs exposed."""
    connection = server.connect()
    connection.request("GET", path, headers={"Origin": "https://example.org"})
    found = connection.getresponse()
    found.read()
    names = [name.lower() for name, _ in found.getheaders()]
    assert names.count("access-control-allow-origin") == 1
    assert found.getheader("Access-Control-Allow-Origin") == "*"
    assert "Content-Location" in (found.getheader("Access-Control-Expose-Headers") or "")


def test_a_query_string_does_not_hide_a_page(server: Served) -> None:
    """What follows a question mark is kept in a redirect and ignored by a page."""
    assert server.ask(f"{ENTRY}/?utm=1").status == 200
    assert server.ask(f"{ENTRY}?utm=1").headers["location"] == f"{ENTRY}/?utm=1"
