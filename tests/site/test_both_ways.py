"""Whatever two pages have to do with each other, each links to the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
from tests.site.reading import HtmlPage

from mirld.graph.dataset import Dataset
from mirld.graph.terms import Iri
from mirld.registry import Entry, Registry
from mirld.vocab import DEFAULT_BASE, RDF_TYPE, SKOS, SPDX_LICENSES

Pages = Mapping[str, HtmlPage]
Pair = tuple[str, str]


def page_of(iri: str) -> str:
    """Folder of the page of a resource or of a part of one."""
    if iri.startswith(str(SPDX_LICENSES)):
        return f"licence/{iri.removeprefix(str(SPDX_LICENSES)).lower()}"
    return iri.partition("#")[0].removeprefix(DEFAULT_BASE)


def reachable(pages: Pages, path: str, found: dict[str, set[str]]) -> set[str]:
    """Pages that a page links to itself, or by the list of all its entries."""
    if path not in found:
        found[path] = set(pages[path].links)
        own = path.removeprefix("vocab/")
        for first in [link for link in pages[path].links if link in (f"browse/{path}", f"browse/{own}")]:
            for number in [first, *(link for link in pages[first].links if link.startswith(f"{first}/"))]:
                found[path] |= set(pages[number].links)
    return found[path]


def one_way(pages: Pages, pairs: Iterator[Pair]) -> list[str]:
    """Every pair of pages in which one lacks the link to the other."""
    found: dict[str, set[str]] = {}
    missing, seen = [], 0
    for one, other in pairs:
        if one == other:
            continue
        seen += 1
        if other not in pages[one].links:
            missing.append(f"{one} has no link to {other}")
        if one not in reachable(pages, other, found):
            missing.append(f"{other} has no link to {one}")
    assert seen
    return missing


def series(entry: Entry) -> Iterator[str]:
    yield entry.id.series_id.file_path


def domain(entry: Entry) -> Iterator[str]:
    yield f"vocab/domain/{entry.id.domain}"


def architectures(entry: Entry) -> Iterator[str]:
    yield f"vocab/architecture/{entry.id.architecture}"
    yield from (page_of(ref.iri) for ref in entry.architectures)


def sources(entry: Entry) -> Iterator[str]:
    yield from (page_of(ref.iri) for ref in entry.sources)


def licences(entry: Entry) -> Iterator[str]:
    yield from (page_of(ref.iri) for ref in entry.licences)


def publishers(entry: Entry) -> Iterator[str]:
    yield from (page_of(ref.iri) for ref in entry.publishers)


@pytest.mark.parametrize("others", [series, domain, architectures, sources, licences, publishers])
def test_an_entry_and_what_it_belongs_to_link_each_other(
    registry: Registry, pages: Pages, others: Callable[[Entry], Iterator[str]]
) -> None:
    """Every entry, every series, domain, architecture, source, licence and publisher of it, both ways."""
    pairs = ((entry.id.file_path, other) for entry in registry for other in others(entry))
    assert one_way(pages, pairs) == []


def test_an_entry_and_every_concept_it_carries_link_each_other(
    dataset: Dataset, registry: Registry, pages: Pages
) -> None:
    """Whatever property of an entry or of its parts names a concept, the two pages link each other."""
    view = dataset.view
    concepts = {subject for subject in view.subjects() if SKOS.Concept in view.types(subject)}
    pairs = (
        (page_of(subject), page_of(term))
        for subject, _, term in view
        if term in concepts and subject.partition("#")[0] in registry.by_iri
    )
    assert one_way(pages, pairs) == []


def test_two_entries_that_have_to_do_with_each_other_link_each_other(
    dataset: Dataset, registry: Registry, pages: Pages
) -> None:
    """Whatever property relates them: lineage, components, adapters, schedulers, compatibility."""
    pairs = (
        (page_of(subject), page_of(term))
        for subject, predicate, term in dataset.view
        if isinstance(term, Iri)
        and predicate != RDF_TYPE
        and term.partition("#")[0] in registry.by_iri
        and subject.partition("#")[0] in registry.by_iri
    )
    assert one_way(pages, pairs) == []


def test_concepts_and_their_schemes_link_each_other(dataset: Dataset, pages: Pages) -> None:
    """From the scheme to each of its concepts and back, from each concept to those around it and back."""
    around = {SKOS.inScheme, SKOS.broader, SKOS.narrower, SKOS.related, SKOS.hasTopConcept, SKOS.topConceptOf}
    pairs = (
        (page_of(subject), page_of(term))
        for subject, predicate, term in dataset.view
        if predicate in around and isinstance(term, Iri) and page_of(term) in pages
    )
    assert one_way(pages, pairs) == []


def test_an_old_name_and_its_targets_link_each_other(registry: Registry, pages: Pages) -> None:
    """The record leads to every target, and the page of each target lists the record."""
    pairs = ((page_of(record.iri), page_of(target)) for record in registry.ledger.values() for target in record.targets)
    assert one_way(pages, pairs) == []


def test_a_target_lists_its_old_names_as_they_were_written(registry: Registry, pages: Pages) -> None:
    """The text of the link is the old id, character by character."""
    missing = [
        f"{page_of(target)}: {record.text}"
        for record in registry.ledger.values()
        for target in record.targets
        if " ".join(record.text.split()) not in pages[page_of(target)].links.get(page_of(record.iri), [])
    ]
    assert missing == []


def test_no_page_links_to_the_registry_on_the_web(pages: Pages) -> None:
    """A link to what the site holds is relative, so that a copy of the site is whole without the original."""
    absolute = [
        f"{page.path}: {href}"
        for page in pages.values()
        for href in page.hrefs
        if href.startswith(DEFAULT_BASE) and href not in page.canonical
    ]
    assert absolute == []


def test_the_menu_leads_everywhere_from_everywhere(pages: Pages) -> None:
    """Every page links home and to each index, whatever its depth."""
    wanted = {"", "browse", "browse/a-z", "vocab", "ns", "ledger", "source", "data", "agent", "licence", "shapes"}
    assert [page.path for page in pages.values() if not wanted <= set(page.links)] == []
