"""Content negotiation: which form of a page an Accept header gets."""

from __future__ import annotations

import pytest

from mirld.serve.negotiation import RESOURCE_FORMS, choose, parse_accept

CASES = [
    (None, "html"),
    ("", "html"),
    ("*/*", "html"),
    ("text/*", "html"),
    ("text/html", "html"),
    ("TEXT/HTML", "html"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
    ("application/xhtml+xml", "html"),
    ("text/turtle", "ttl"),
    ("application/x-turtle", "ttl"),
    ("text/turtle;charset=utf-8", "ttl"),
    ("text/turtle;q=1, application/ld+json;q=.1", "ttl"),
    ("text/turtle;q=0.1, application/ld+json;q=0.2", "jsonld"),
    ("text/html;q=.1,text/turtle", "ttl"),
    ("text/turtle;q=0, */*", "html"),
    ("text/html;q=0, */*", "jsonld"),
    ("text/html;q=0, text/*", "ttl"),
    ("application/ld+json", "jsonld"),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
    ('application/ld+json;profile="a,b";q=0.2, text/turtle;q=0.1', "jsonld"),
    ("application/json", "jsonld"),
    ("application/n-triples", "nt"),
    ("application/*", "jsonld"),
    ("application/*;q=0.5, text/turtle;q=0.4", "jsonld"),
    ("*/*;q=0.1, application/n-triples", "nt"),
    ("text/turtle, application/ld+json", "jsonld"),
    ("nonsense", "html"),
    ("*/turtle, text/turtle", "ttl"),
    ("image/png", None),
    ("*/*;q=0", None),
    ("text/turtle;q=2", None),
    ("application/rdf+xml, text/turtle;q=0.3", "ttl"),
]


@pytest.mark.parametrize(("header", "ending"), CASES)
def test_the_form_most_wanted_is_chosen(header: str | None, ending: str | None) -> None:
    """The highest quality wins, then the form named outright, then the order of preference; none is None."""
    form = choose(header, RESOURCE_FORMS)
    assert (form.ending if form else None) == ending


def test_parameters_before_the_quality_are_counted_and_after_it_ignored() -> None:
    """Accept parameters after q belong to the header, not to the media type."""
    (found,) = parse_accept("text/turtle;charset=utf-8;q=0.5;level=1")
    assert (found.quality, found.parameters) == (0.5, 1)
