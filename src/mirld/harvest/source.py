"""What a source is: where its package comes from, under which licence, and the function that reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mirld.graph.terms import Iri, Literal, Triple, literal, text
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.vocab import DCAT, DCTERMS, DEFAULT_BASE, MIR, RDF_TYPE, RDFS_LABEL, SPDX_LICENSES, XSD


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source. `description` says in one sentence what is taken from it; `licence` is an id of SPDX.

    Where SPDX has none, `licence` is the `licence/TOKEN` of a document in data/curated/licences.ttl. `origin` is where
    the package is had: `pip:timm`, `npm:@huggingface/tasks` or `git:mudler/LocalAI`. `page` is the address of what was
    read, with `{version}` or `{revision}` in it. `confidence` and `rank` hold for all it says. What is `overlay_only`
    has a licence that the registry cannot carry on, and goes into a folder of the user's.
    """

    name: str
    title: str
    description: str
    licence: str
    origin: str
    page: str
    rank: int
    read: Callable[[Package, Known], Harvest]
    confidence: str = "declared"
    overlay_only: bool = False

    @property
    def iri(self) -> Iri:
        """Its IRI."""
        return Iri(f"{DEFAULT_BASE}source/{self.name}")

    def address(self, package: Package) -> str:
        """Return the address of what was read."""
        return self.page.format(version=package.version, revision=package.revision)

    def triples(self, package: Package, day: str) -> list[Triple]:
        """Describe the source as it was read, on a day written as ISO 8601."""
        terms = f"{DEFAULT_BASE}{self.licence}" if self.licence.startswith("licence/") else SPDX_LICENSES[self.licence]
        said: list[tuple[str, Iri | Literal]] = [
            (RDF_TYPE, Iri(MIR.Source)),
            (RDFS_LABEL, text(self.title, "en")),
            (DCTERMS.title, text(self.title, "en")),
            (DCTERMS.description, text(self.description, "en")),
            (DCTERMS.license, Iri(terms)),
            (DCTERMS.source, Iri(self.address(package))),
            (DCAT.version, literal(package.version)),
            (MIR.retrieved, Literal(day, XSD.date)),
            (MIR.confidence, concept("confidence", self.confidence)),
            (MIR.rank, literal(self.rank)),
            (MIR.revision, literal(package.revision)),
        ]
        return [(self.iri, Iri(predicate), term) for predicate, term in said]
