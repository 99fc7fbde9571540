"""Texts that try to be markup, script or template are shown as text, and nothing of them runs or leads anywhere."""

from __future__ import annotations

import ast
import html
import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph
import pytest
from tests.conftest import ROOT, run_build
from tests.site.hostile import BASE, LINKS, TEXTS, write_registry
from tests.site.reading import HtmlPage, read_pages
from tests.site.triples import read

from mirld.site.linkcheck import check_links

Pages = Mapping[str, HtmlPage]


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    done = run_build(write_registry(folder / "registry"), folder / "site", "--no-check")
    assert done.returncode == 0, done.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def hostile_pages(hostile_site: Path) -> Pages:
    return read_pages(hostile_site)


def shown(text: str) -> str:
    """Write a text as a page shows it: white space as one space, what HTML cannot hold replaced."""
    kept = "".join("\ufffd" if _unshowable(character) else character for character in text)
    return " ".join(kept.split())


def _unshowable(character: str) -> bool:
    control = unicodedata.category(character) == "Cc" and character not in "\t\n\r\x0c"
    return control or ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF


def test_every_page_is_html_without_an_error(hostile_pages: Pages) -> None:
    """A strict parser finds nothing, not even a character that HTML cannot hold."""
    assert {path: page.errors for path, page in hostile_pages.items() if page.errors} == {}


def test_no_element_is_there_that_no_template_writes(hostile_pages: Pages) -> None:
    """No img, style, iframe or form came out of a text."""
    written = {
        tag
        for path in (ROOT / "site" / "templates").rglob("*.html")
        for tag in re.findall(r"<([a-z][a-z0-9]*)", path.read_text(encoding="utf-8"))
    }
    found = {tag for page in hostile_pages.values() for tag in page.tags}
    assert found - written == set()


def test_nothing_runs(hostile_pages: Pages) -> None:
    """Each page has the one module of ours and at most one block of data; no attribute is a handler.

    The page that identifies files has a module of its own as well.
    """
    for path, page in hostile_pages.items():
        assert page.handlers == [], path
        kinds = [given.get("type") for given, _ in page.scripts]
        modules = ["module"] * (2 if path == "identify" else 1)
        assert kinds.count("application/ld+json") <= 1, path
        assert [kind for kind in kinds if kind != "application/ld+json"] == modules, path
        assert not any(text for given, text in page.scripts if given.get("type") == "module"), path


def test_no_link_has_a_scheme_that_does_something(hostile_pages: Pages) -> None:
    """javascript:, data:, vbscript: and file: are shown, never linked; the safe ones are linked as written."""
    hrefs = {href for page in hostile_pages.values() for href in page.hrefs}
    schemes = {match[1].lower() for href in hrefs if (match := re.match(r"\s*([A-Za-z][A-Za-z0-9+.-]*):", href))}
    assert schemes <= {"http", "https", "mailto", "urn"}
    assert {link for link in LINKS if link.startswith(("https:", "mailto:", "urn:"))} <= hrefs
    entry = hostile_pages["model/unet/hostile/n0"]
    assert all(link in entry.main for link in LINKS if link.startswith(("javascript:", "JaVaScRiPt:", "vbscript:")))


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_a_text_is_shown_as_it_is(hostile_pages: Pages, number: int) -> None:
    """Heading, title, description and concept say the text itself, character by character."""
    text = shown(TEXTS[number])
    page = hostile_pages[f"model/unet/hostile/n{number}"]
    assert page.h1 == [text]
    assert text in page.title
    assert shown(page.meta["description"]) == text
    for path in (f"vocab/s{number}/c", f"agent/a{number}", f"ledger/hostile-{number}"):
        assert hostile_pages[path].h1 == [text], path
    assert hostile_pages[f"library/l{number}/class/c"].h1 == [text]
    assert text in hostile_pages[f"library/l{number}/parameter/p"].main
    assert text in hostile_pages["ns"].main
    assert text in hostile_pages["shapes"].main
    assert text in hostile_pages["source/curated"].main


def test_data_in_the_page_is_the_data_beside_it(hostile_site: Path, hostile_pages: Pages) -> None:
    """The block is not ended by what it holds, and reads as the same JSON."""
    for path, page in hostile_pages.items():
        if page.data is not None:
            assert json.loads(page.data) == json.loads((hostile_site / path / "index.jsonld").read_bytes()), path


def test_every_form_says_the_same(hostile_site: Path) -> None:
    """JSON-LD, Turtle and N-Triples agree, with the texts whole."""
    folders = [path.parent for path in hostile_site.rglob("index.nt")]
    for folder in folders:
        expected = read(folder / "index.nt")
        assert read(folder / "index.ttl") == expected, folder
        assert read(folder / "index.jsonld") == expected, folder
    for number, text in enumerate(TEXTS):
        label = pyoxigraph.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
        entry = pyoxigraph.NamedNode(f"{BASE}model/unet/hostile/n{number}")
        said = read(hostile_site / "model" / "unet" / "hostile" / f"n{number}" / "index.jsonld")
        assert pyoxigraph.Triple(entry, label, pyoxigraph.Literal(text)) in said


def test_code_to_copy_is_code(hostile_site: Path) -> None:
    """What a snippet quotes stays a string: it parses, and calls only what the template of the snippet calls."""
    found = 0
    for path in hostile_site.glob("model/unet/hostile/*/index.html"):
        for code in _snippets(path):
            found += 1
            calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)}
            assert calls == {"StableDiffusionPipeline.from_pretrained"}, path
    assert found == len(TEXTS)


def _snippets(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r'<button class="btn sm" type="button" data-copy="([^"]*)"', text)
    return [html.unescape(block) for block in blocks]


def test_links_of_the_hostile_site_lead_somewhere(hostile_site: Path) -> None:
    """A text in an id or a path never breaks the way to a page."""
    assert [fault for fault in check_links(hostile_site) if fault.href] == []


def test_lists_of_names_keep_one_line_an_entry(hostile_site: Path) -> None:
    """A tab or a line break in a name does not make a column or a line of its own."""
    lines = (hostile_site / "api" / "names.tsv").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert {line.count("\t") for line in lines} == {4}
