"""The list of what was outvoted, on the real site: complete, both sides of each, and linked from where one looks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.site.reading import HtmlPage

from mirld.graph.agreement import Agreement, agreement
from mirld.graph.dataset import Dataset
from mirld.site.plan import ROWS
from mirld.vocab import DEFAULT_BASE

FIRST = "browse/conflicts"


@pytest.fixture(scope="module")
def found(dataset: Dataset) -> Agreement:
    return agreement(dataset)


@pytest.fixture(scope="module")
def listed(pages: Mapping[str, HtmlPage]) -> list[str]:
    """Paths of all pages of the list, in order."""
    numbers = sorted(int(path.rpartition("/")[2]) for path in pages if path.startswith(f"{FIRST}/"))
    return [FIRST, *(f"{FIRST}/{number}" for number in numbers)]


def rows(built: Path, path: str) -> list[str]:
    text = (built / path / "index.html").read_text(encoding="utf-8")
    return re.findall(r"<tr><th scope=\"row\">.*?</tr>", text)


def test_everything_that_was_outvoted_is_listed_once(built: Path, found: Agreement, listed: list[str]) -> None:
    """200 rows a page, and both sides of each: who says what stands, and who says the other."""
    counts = [len(rows(built, path)) for path in listed]
    assert sum(counts) == len(found.conflicts) > ROWS
    assert set(counts[:-1]) == {ROWS}
    sides = re.compile(r'data-l="Said by"><a .*rank \d.*data-l="By"><a .*rank \d')
    assert [row for path in listed for row in rows(built, path) if not sides.search(row)] == []


def test_facts_come_before_words(built: Path, found: Agreement, listed: list[str]) -> None:
    """Names that differ are in a section of their own, after all facts."""
    text = "".join((built / path / "index.html").read_text(encoding="utf-8") for path in listed)
    facts, words = text.split('id="h-words"')[:2]
    number = sum(not conflict.is_of_words for conflict in found.conflicts)
    assert 0 < number == facts.count('<th scope="row">')
    assert ">rdfs:label<" not in facts
    assert ">rdfs:label<" in words


def test_an_entry_and_the_list_link_each_other(
    pages: Mapping[str, HtmlPage], found: Agreement, listed: list[str]
) -> None:
    """Whatever of an entry, or of a part of it, was outvoted."""
    wholes = {found.subject.partition("#")[0].removeprefix(DEFAULT_BASE) for found in found.conflicts}
    linked = {link for path in listed for link in pages[path].links}
    entries = [whole for whole in wholes if whole.startswith(("model/", "info/", "operations/"))]
    assert len(entries) > 100
    assert [path for path in entries if FIRST not in pages[path].links or path not in linked] == []


def test_it_is_found_from_the_top(pages: Mapping[str, HtmlPage]) -> None:
    """From home, and from the index of ways into the registry."""
    assert FIRST in pages[""].links
    assert FIRST in pages["browse"].links


def test_a_page_that_disputes_nothing_has_no_link_to_it(pages: Mapping[str, HtmlPage], found: Agreement) -> None:
    """It would lead the reader of a page nowhere."""
    disputed = {conflict.subject.partition("#")[0].removeprefix(DEFAULT_BASE) for conflict in found.conflicts}
    others = [path for path in pages if path.startswith("model/") and path not in disputed]
    assert others
    assert [path for path in others if FIRST in pages[path].links] == []
