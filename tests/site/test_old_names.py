"""Pages of names that were once published: redirect, choice, or tombstone with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from tests.site.reading import HtmlPage

from mirld.registry import LedgerRecord, Registry
from mirld.vocab import DEFAULT_BASE

Pages = Mapping[str, HtmlPage]


def path_of(iri: str) -> str:
    return iri.removeprefix(DEFAULT_BASE)


def records(registry: Registry, *, targets: range) -> list[LedgerRecord]:
    found = [record for record in registry.ledger.values() if len(record.targets) in targets]
    assert found
    return found


def test_a_name_with_one_target_leads_on(registry: Registry, pages: Pages) -> None:
    """The page sends the reader on, says which address to keep, and has a link for those it cannot send."""
    wrong = []
    for record in records(registry, targets=range(1, 2)):
        page, target = pages[path_of(record.iri)], path_of(record.targets[0])
        if page.refresh != target or page.canonical != [f"{DEFAULT_BASE}{target}/"] or target not in page.links:
            wrong.append(record.text)
    assert wrong == []


def test_a_name_with_several_targets_lists_them_all(registry: Registry, pages: Pages) -> None:
    """Nobody is sent to one of several at random; the page is its own address."""
    wrong = []
    for record in records(registry, targets=range(2, 10_000)):
        page = pages[path_of(record.iri)]
        listed = all(path_of(target) in page.links for target in record.targets)
        if page.refresh is not None or not listed or page.canonical != [f"{record.iri}/"]:
            wrong.append(record.text)
    assert wrong == []


def test_a_withdrawn_name_is_a_tombstone_with_its_reason(registry: Registry, pages: Pages) -> None:
    """It says that the name was withdrawn and why, and leads to no entry."""
    entries = {entry.id.file_path for entry in registry}
    for record in records(registry, targets=range(1)):
        page = pages[path_of(record.iri)]
        assert record.state == "withdrawn"
        assert record.reason
        assert " ".join(record.reason.split()) in page.main
        assert "State of this name: withdrawn" in page.main
        assert page.refresh is None
        assert not entries & set(page.links)


def test_every_old_name_stands_on_its_page_as_it_was_written(registry: Registry, pages: Pages) -> None:
    """Backquotes, brackets, stars and all: the heading is the old text."""
    wrong = [
        record.text
        for record in registry.ledger.values()
        if pages[path_of(record.iri)].h1 != [" ".join(record.text.split())]
    ]
    assert wrong == []


def test_every_state_and_date_of_a_record_is_on_its_page(registry: Registry, pages: Pages) -> None:
    """What became of the name, when it was first and last seen, and why."""
    wrong = []
    for record in registry.ledger.values():
        page = pages[path_of(record.iri)]
        said = [date for date in (record.first_seen, record.last_seen) if date]
        said += [" ".join(record.reason.split())] if record.reason else []
        if not all(text in page.main for text in said) or f"vocab/state/{record.state}" not in page.links:
            wrong.append(record.text)
    assert wrong == []


def test_the_list_of_names_holds_every_name(registry: Registry, pages: Pages) -> None:
    """The numbered pages of the ledger together link to every record."""
    listed = {link for path, page in pages.items() if f"{path}/".startswith("browse/ledger/") for link in page.links}
    assert {path_of(record.iri) for record in registry.ledger.values()} - listed == set()


def test_only_old_names_send_the_reader_on(registry: Registry, pages: Pages) -> None:
    """No page of an entry, concept or list moves under the reader's eyes."""
    known = {path_of(record.iri) for record in registry.ledger.values()}
    assert {page.path for page in pages.values() if page.refresh is not None} - known == set()
