"""What is only recalled has a page with a mark, and is in no export unless it is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Graph
from mirld.graph.load import load
from mirld.graph.release import recalled, without
from mirld.graph.terms import Iri, Literal
from mirld.site.build import Site
from mirld.site.material import Material
from mirld.vocab import MIR, SKOS

ROOT = Path(__file__).resolve().parents[2]
TRUE = Literal("true", "http://www.w3.org/2001/XMLSchema#boolean")
SCHEME = """
@base <https://w3id.org/mir/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix mir: <https://w3id.org/mir/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<vocab/x> a skos:ConceptScheme ; dcterms:title "X"@en ; skos:hasTopConcept <vocab/x/seen> .
<vocab/x/seen> a skos:Concept ; skos:prefLabel "Seen"@en ; skos:inScheme <vocab/x> ; skos:topConceptOf <vocab/x> ;
    skos:narrower <vocab/x/first> , <vocab/x/second> ; skos:notation "S" .
<vocab/x/second> a skos:Concept ; skos:prefLabel "Alpha"@en ; skos:inScheme <vocab/x> ; skos:broader <vocab/x/seen> ;
    mir:order 2 ; skos:notation "S.2" .
<vocab/x/first> a skos:Concept ; skos:prefLabel "Recollection"@en ; skos:inScheme <vocab/x> ;
    skos:broader <vocab/x/seen> ; mir:order 1 ; mir:unverified true ; skos:notation "S.1" ;
    skos:editorialNote "Not seen in the text."@en .
<vocab/x/some> a skos:Collection ; skos:prefLabel "Some"@en ; skos:inScheme <vocab/x> ;
    skos:member <vocab/x/first> , <vocab/x/second> .
"""
TABLE = "#mapping_set_id: https://w3id.org/mir/data/mappings/{}\n"


def test_a_graph_without_a_resource_has_no_link_to_it() -> None:
    """What is said of it and what leads to it go; the rest keeps its order."""
    one, two, name = Iri("https://e.org/1"), Iri("https://e.org/2"), Iri(SKOS.related)
    kept = (two, Iri(SKOS.notation), Literal("https://e.org/1"))
    graph = Graph([(one, Iri(MIR.unverified), TRUE), (one, name, two), (two, name, one), kept])
    assert recalled(graph) == {one}
    assert list(without(graph, recalled(graph))) == [kept]
    assert without(graph, frozenset()) is graph


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    for folder in ("ontology", "shapes", "data", "mappings"):
        (tmp_path / folder).mkdir()
    (tmp_path / "ontology" / "x.ttl").write_text(SCHEME, encoding="utf-8")
    for name in ("x-mappings.sssom.tsv", "unverified-mappings.sssom.tsv"):
        (tmp_path / "mappings" / name).write_text(TABLE.format(name), encoding="utf-8")
    return Corpus.scan(tmp_path)


def built(corpus: Corpus, *, with_unverified: bool = False) -> dict[str, str]:
    material = Material.load(corpus, load(corpus), look=ROOT / "site", with_unverified=with_unverified)
    found = dict(Site(material).files())
    return {path: data.decode() for path, data in found.items() if not path.endswith((".gz", ".woff2"))}


def test_dumps_tables_and_the_data_of_other_pages_leave_it_out(corpus: Corpus) -> None:
    """Its own page has it, with the mark in HTML and in the data."""
    site = built(corpus)
    holding = {path for path, text in site.items() if "vocab/x/first>" in text or '"S.1"' in text}
    assert holding == {f"vocab/x/first/index.{form}" for form in ("ttl", "nt", "jsonld", "html")}
    assert "unverified" in site["vocab/x/first/index.ttl"]
    assert "vocab/x/second" in site["data/mirld.nt"]
    assert {path for path in site if path.startswith("data/mappings/")} == {"data/mappings/x-mappings.sssom.tsv"}
    assert "mappings/x-mappings.sssom.tsv" in site["data/index.html"]


def test_it_is_exported_with_its_mark_when_asked_for(corpus: Corpus) -> None:
    site = built(corpus, with_unverified=True)
    for form in ("nt", "nq", "ttl", "jsonld"):
        assert "vocab/x/first" in site[f"data/mirld.{form}"]
        assert "unverified" in site[f"data/mirld.{form}"]
    assert "data/mappings/unverified-mappings.sssom.tsv" in site


def test_pages_show_the_mark_the_notes_and_the_order(corpus: Corpus) -> None:
    """On its page, beside every link to it, and in the table of the scheme, which keeps the published order."""
    site = built(corpus)
    assert "Not verified." in site["vocab/x/first/index.html"]
    assert "<p>Not seen in the text.</p>" in site["vocab/x/first/index.html"]
    assert "Not verified." not in site["vocab/x/second/index.html"]
    above = site["vocab/x/seen/index.html"]
    assert "Recollection</a> <small>not verified</small>" in above
    assert above.index("Recollection</a>") < above.index("Alpha</a>")
    scheme = site["vocab/x/index.html"]
    assert "Recollection</a> <small>not verified</small>" in scheme
    assert scheme.index("Recollection</a>") < scheme.index("Alpha</a>") < scheme.index("Some</a>")
    assert "3 in all" in scheme, "a collection is no concept"
    assert "<small>3</small>" in site["vocab/index.html"]
