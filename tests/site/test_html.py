"""Every page of the real site is HTML that a parser takes without a word, with what each page has to have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.drawing import draw, draw_entries
from tests.site.reading import HtmlPage, kind_of, read_page, read_pages

from mirld.graph.dataset import Dataset
from mirld.vocab import DEFAULT_BASE

Pages = Mapping[str, HtmlPage]

OWN = {"identify": ["assets/identify/page.js"]}
"""Modules that one page has beside the one that all have."""
SCRIPTS = {"module", "application/ld+json"}
# What a template or a value that went wrong would leave in a page.
LEFTOVERS = re.compile(r"\{\{ |\{%|%\}|Undefined|object at 0x|<built-in|namespace\(|Iri\(|Literal\(|&amp;amp;")


def paths(pages: Pages) -> list[str]:
    assert len(pages) > 3000
    return list(pages)


@pytest.fixture(scope="module")
def strict(built: Path, pages: Pages, dataset: Dataset) -> Pages:
    """Parse by the rules of HTML5 the pages of all curated entries, and a dozen of every kind, drawn by a seed."""
    curated = [entry.removeprefix(DEFAULT_BASE) for entry in draw_entries(dataset.view, each=0)]
    drawn = draw(pages, lambda path: [kind_of(path)], each=12, always=curated)
    assert len(curated) > 200
    assert len(drawn) > len(curated) + 300
    return read_pages(built, read_page, drawn)


def test_a_parser_finds_no_error(pages: Pages) -> None:
    """Not one of libxml2's errors on any page: no tag is closed that is not open, or before what it holds."""
    assert {path: pages[path].errors for path in paths(pages) if pages[path].errors} == {}


def test_a_strict_parser_finds_no_error_in_a_sample(strict: Pages) -> None:
    """Not one of html5lib's errors on every curated entry and twelve pages of every kind, down to a stray sign."""
    assert {path: page.errors for path, page in strict.items() if page.errors} == {}


def test_both_parsers_read_the_same_in_a_sample(strict: Pages, pages: Pages) -> None:
    """Links, anchors, headings, data and text, so what is asked of every page is asked of what a browser shows."""
    assert [path for path, page in strict.items() if page != pages[path]] == []


def test_every_page_has_a_language_a_title_and_one_heading(pages: Pages) -> None:
    """English pages say so; the title and the one h1 are not empty."""
    wrong = [
        path
        for path in paths(pages)
        if pages[path].lang != "en" or not pages[path].title or len(pages[path].h1) != 1 or not pages[path].h1[0]
    ]
    assert wrong == []


def test_titles_tell_pages_apart(pages: Pages) -> None:
    """No two pages have the same title."""
    assert {title: count for title, count in Counter(page.title for page in pages.values()).items() if count > 1} == {}


def test_every_page_describes_itself(pages: Pages) -> None:
    """The sentence that a search engine shows is there, and it is text."""
    wrong = [path for path in paths(pages) if not pages[path].meta.get("description", "").strip()]
    assert wrong == []
    assert [path for path in paths(pages) if "viewport" not in pages[path].meta] == []


def test_no_id_is_used_twice_on_a_page(pages: Pages) -> None:
    """An anchor leads to one place."""
    wrong = {}
    for path in paths(pages):
        twice = [name for name, count in Counter(pages[path].ids).items() if count > 1 or not name]
        if twice:
            wrong[path] = twice
    assert wrong == {}


def test_every_page_names_its_own_address(pages: Pages) -> None:
    """One canonical address, below the base; for all but old names it is the page's own."""
    wrong = []
    for path in paths(pages):
        page = pages[path]
        own = f"{DEFAULT_BASE}{path}/" if path and path != "404.html" else f"{DEFAULT_BASE}{path}"
        if page.canonical != [own] and not (page.refresh is not None and len(page.canonical) == 1):
            wrong.append((path, page.canonical))
    assert wrong == []


def test_no_page_runs_what_no_template_wrote(pages: Pages) -> None:
    """Modules of our own and the data; no handler in an attribute, no script in the text."""
    for path in paths(pages):
        page = pages[path]
        assert page.handlers == [], path
        assert {given.get("type") for given, _ in page.scripts} <= SCRIPTS, path
        modules = [given["src"] for given, text in page.scripts if given.get("type") == "module"]
        ours = ["assets/site.js", *OWN.get(path, ())]
        assert [f"assets/{module.rpartition('assets/')[2]}" for module in modules] == ours, path
        assert "default-src 'self'" in page.meta["content-security-policy"], path


def test_links_use_schemes_that_are_safe(pages: Pages) -> None:
    """Web and mail addresses, DOIs and URNs; all else is relative."""
    allowed = re.compile(r"(?:https?://|mailto:|urn:|\.|#|[A-Za-z0-9_/-][^:]*$)")
    wrong = {(path, href) for path in paths(pages) for href in pages[path].hrefs if not allowed.match(href)}
    assert wrong == set()


def test_nothing_is_left_of_templates_and_values(pages: Pages) -> None:
    """No brace of a template, no name of a class, no undefined value, nothing escaped twice."""
    found = {path: match[0] for path in paths(pages) if (match := LEFTOVERS.search(pages[path].main))}
    assert found == {}
