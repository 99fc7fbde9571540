"""Whatever has a name in the registry has a page, and its data in three forms beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.site.reading import HtmlPage

from mirld.graph.dataset import Dataset
from mirld.graph.terms import Iri
from mirld.registry import Registry
from mirld.vocab import DCTERMS, DEFAULT_BASE, FOAF, OWL, SKOS, SPDX_LICENSES

FORMS = ("index.html", "index.jsonld", "index.ttl", "index.nt")


def without_a_page(built: Path, paths: Iterator[str]) -> list[str]:
    wanted = list(paths)
    assert wanted
    return [f"{path}/{form}" for path in wanted for form in FORMS if not (built / path / form).is_file()]


def of_type(dataset: Dataset, name: str) -> Iterator[str]:
    for subject in dataset.view.subjects():
        if name in dataset.view.types(subject) and subject.startswith(DEFAULT_BASE) and "#" not in subject:
            yield subject.removeprefix(DEFAULT_BASE)


def test_every_entry_and_series_has_its_page(built: Path, registry: Registry) -> None:
    """The page lies where the id says, so the id can be turned into a link by hand."""
    assert without_a_page(built, (entry.id.file_path for entry in registry)) == []


def test_every_series_named_by_a_release_has_its_page(built: Path, registry: Registry) -> None:
    """A release never names a series that is not there."""
    series = {entry.id.series_id.file_path for entry in registry}
    assert without_a_page(built, iter(sorted(series))) == []


def test_every_concept_and_scheme_has_its_page(built: Path, dataset: Dataset) -> None:
    """Architectures, domains, tasks and all other vocabularies can be looked up."""
    assert without_a_page(built, of_type(dataset, str(SKOS.Concept))) == []
    assert without_a_page(built, of_type(dataset, str(SKOS.ConceptScheme))) == []


def test_every_architecture_and_domain_of_an_id_has_its_page(built: Path, registry: Registry) -> None:
    """The parts of a name are concepts of the registry, not only tokens."""
    architectures = {f"vocab/architecture/{entry.id.architecture}" for entry in registry}
    domains = {f"vocab/domain/{entry.id.domain}" for entry in registry}
    assert without_a_page(built, iter(sorted(architectures | domains))) == []


def test_every_record_of_the_ledger_has_its_page(built: Path, registry: Registry) -> None:
    """An old id is never a dead link."""
    paths = (record.iri.removeprefix(DEFAULT_BASE) for record in registry.ledger.values())
    assert without_a_page(built, paths) == []


def test_every_source_has_its_page(built: Path, registry: Registry) -> None:
    """Where a fact comes from can be read."""
    assert without_a_page(built, (iri.removeprefix(DEFAULT_BASE) for iri in registry.sources)) == []


def test_the_ontology_has_its_page(built: Path, dataset: Dataset) -> None:
    """Its terms are fragments of one page, which is there in every form."""
    assert list(of_type(dataset, str(OWL.Ontology))) == ["ns"]
    assert without_a_page(built, iter(["ns", "shapes"])) == []


def test_nothing_described_below_the_base_is_without_a_page(built: Path, dataset: Dataset) -> None:
    """Whatever else the registry describes, such as agents and licences, has a page as well."""
    described = {subject.partition("#")[0] for subject in dataset.view.subjects()}
    paths = sorted(iri.removeprefix(DEFAULT_BASE) for iri in described if iri.startswith(DEFAULT_BASE))
    assert without_a_page(built, iter(paths)) == []


def test_a_licence_that_spdx_lacks_has_a_page_with_its_id_and_its_text(
    dataset: Dataset, pages: Mapping[str, HtmlPage]
) -> None:
    """Whether an entry is under it or not."""
    view = dataset.view
    found = [iri for iri in view.instances(DCTERMS.LicenseDocument) if iri.startswith(DEFAULT_BASE)]
    assert len(found) > 50
    for iri in found:
        page = pages[iri.removeprefix(DEFAULT_BASE)]
        assert f"LicenseRef-{iri.rpartition('/')[2]}" in page.main
        assert str(view.value(iri, FOAF.page)) in page.hrefs


def test_a_licence_of_spdx_is_called_by_its_id(pages: Mapping[str, HtmlPage]) -> None:
    """In the list of licences and on its page: what stands in an expression, and no address."""
    assert "licence/mit" in pages["licence"].links
    assert pages["licence"].links["licence/mit"] == ["MIT"]
    assert pages["licence/mit"].h1 == ["MIT"]


@pytest.mark.parametrize("folder", ["model", "info", "operations", "vocab", "ledger", "agent", "licence", "source"])
def test_no_page_is_about_nothing(dataset: Dataset, pages: Mapping[str, HtmlPage], folder: str) -> None:
    """Every page below these folders is of a resource that the registry describes or names."""
    known = {subject.partition("#")[0] for subject in dataset.view.subjects()}
    lower = {iri.removeprefix(DEFAULT_BASE) for iri in known}
    named = {str(term) for _, predicate, term in dataset.view if predicate == DCTERMS.license and isinstance(term, Iri)}
    lower |= {f"licence/{iri.removeprefix(str(SPDX_LICENSES)).lower()}" for iri in known | named}
    found = {path for path in pages if path.startswith(f"{folder}/")}
    assert found - lower == set()
