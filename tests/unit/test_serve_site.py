"""Pages over HTTP, without a socket: negotiation, validators, redirects, and what every answer carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from mirld.serve.site import Request, Response, Site

ENTRY = "model/unet/stable-diffusion-xl/base"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "site" / ENTRY
    folder.mkdir(parents=True)
    for ending in ("html", "jsonld", "ttl", "nt"):
        (folder / f"index.{ending}").write_text(f"the {ending} form")
    (tmp_path / "site" / "404.html").write_text("<p>not here</p>")
    (tmp_path / "site" / "data").mkdir()
    (tmp_path / "site" / "data" / "mirld.nq").write_text("quads")
    (tmp_path / "secret.txt").write_text("outside")
    return Site(tmp_path / "site")


def get(site: Site, path: str, **headers: str) -> Response:
    return site.respond(Request(path=path, headers={name.replace("_", "-"): value for name, value in headers.items()}))


def test_a_page_answers_in_the_form_asked_for(site: Site) -> None:
    """The body, its type, where it lies and that it varies are all said."""
    answer = get(site, f"/{ENTRY}/", accept="text/turtle")
    assert answer.body == b"the ttl form"
    assert answer.header("Content-Type") == "text/turtle; charset=utf-8"
    assert answer.header("Content-Location") == f"/{ENTRY}/index.ttl"
    assert answer.header("Vary") == "Accept"


def test_the_iri_of_a_thing_leads_to_the_page_about_it(site: Site) -> None:
    """Without the slash it is the thing's name: 303, to the page for a reader and to the file for a program."""
    assert get(site, f"/{ENTRY}").header("Location") == f"/{ENTRY}/"
    answer = get(site, f"/{ENTRY}", accept="application/ld+json")
    assert (answer.status, answer.header("Location")) == (303, f"/{ENTRY}/index.jsonld")
    assert answer.header("Vary") == "Accept"


def test_forms_have_different_validators(site: Site) -> None:
    """A cache that holds the HTML must not answer for the Turtle."""
    tags = {get(site, f"/{ENTRY}/", accept=kind).header("ETag") for kind in ("text/html", "text/turtle")}
    assert len(tags) == 2


def test_an_unchanged_page_is_not_sent_again(site: Site) -> None:
    """If-None-Match with the page's tag gets 304, no body, and the headers a cache needs."""
    tag = get(site, f"/{ENTRY}/").header("ETag")
    assert tag is not None
    for sent in (tag, f'"other", W/{tag}', "*"):
        answer = get(site, f"/{ENTRY}/", if_none_match=sent)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.header("ETag") == tag
        assert answer.header("Vary") == "Accept"
    assert get(site, f"/{ENTRY}/", if_none_match='"other"').status == 200


def test_what_cannot_be_accepted_is_said_with_what_there_is(site: Site) -> None:
    """406 lists the forms."""
    answer = get(site, f"/{ENTRY}/", accept="image/png")
    assert answer.status == 406
    assert b"text/turtle" in answer.body
    assert answer.header("Vary") == "Accept"


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        (f"/{ENTRY}/", "*/*", 200),
        (f"/{ENTRY}", "*/*", 303),
        (f"/{ENTRY}/", "image/png", 406),
        ("/nothing/here", "*/*", 404),
        ("/nothing/here", "text/turtle", 404),
        ("/../secret.txt", "*/*", 400),
        ("/mir:model.unet.stable-diffusion-xl:base", "*/*", 301),
        ("/data/mirld.nq", "*/*", 200),
    ],
)
def test_every_answer_lets_other_origins_read_it_once(site: Site, path: str, accept: str, status: int) -> None:
    """CORS stands on every status, exactly once."""
    answer = get(site, path, accept=accept)
    assert answer.status == status
    names = [name for name, _ in answer.headers]
    assert names.count("Access-Control-Allow-Origin") == 1
    assert names.count("Vary") <= 1


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/a/%2e%2e/%2e%2e/secret.txt", "/..%5csecret.txt"]
)
def test_nothing_outside_the_site_is_read(site: Site, path: str) -> None:
    """Every way to write a parent folder is refused."""
    assert get(site, path).status == 400


@pytest.mark.parametrize(
    "path",
    [
        "/mir:model.unet.stable-diffusion-xl:base",
        "/model.unet.stable-diffusion-xl:base",
        "/MODEL/unet/Stable-Diffusion-XL/base",
        "/mir%3Amodel.unet.stable-diffusion-xl%3Abase",
    ],
)
def test_other_spellings_of_an_id_lead_to_its_page(site: Site, path: str) -> None:
    """Dotted ids, percent-encoded ones and capitals are redirected for good."""
    answer = get(site, path)
    assert (answer.status, answer.header("Location")) == (301, f"/{ENTRY}")


def test_an_id_known_only_to_the_ledger_leads_to_its_target(tmp_path: Path) -> None:
    """The site asks the registry before it says not found."""
    site = Site(tmp_path, find_target={"info.unet.sdxl:*": ENTRY}.get)
    assert get(site, "/info.unet.sdxl:*").header("Location") == f"/{ENTRY}"


def test_head_says_the_length_and_sends_nothing(site: Site) -> None:
    """HEAD is GET without the body."""
    answer = site.respond(Request(method="HEAD", path=f"/{ENTRY}/"))
    assert answer.body == b""
    assert answer.header("Content-Length") == str(len("the html form"))


def test_writing_is_refused_and_options_says_what_works(site: Site) -> None:
    """405 names the methods; a preflight gets them with the headers it may send."""
    assert site.respond(Request(method="PUT", path="/x")).header("Allow") == "GET, HEAD, OPTIONS"
    answer = site.respond(Request(method="OPTIONS", path=f"/{ENTRY}"))
    assert answer.status == 204
    assert "Accept" in (answer.header("Access-Control-Allow-Headers") or "")


def test_a_path_that_is_no_text_is_refused(site: Site) -> None:
    """Percent-encoded bytes that are no UTF-8 get 400, not a traceback."""
    assert get(site, "/%ff%fe").status == 400
