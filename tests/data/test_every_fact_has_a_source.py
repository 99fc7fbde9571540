"""Queries that must give nothing: a fact, a file or an entry of the registry that no source answers for.

A file of data/ is a named graph; its source is described in the graph `…/source` of its folder or of one above it.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import ROOT

from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset
from mirld.graph.load import load
from mirld.graph.query import Endpoint
from mirld.graph.terms import Iri, Literal
from mirld.vocab import MIR

OURS = """
FILTER(!STRSTARTS(STR(?graph), "https://w3id.org/mir/graph/ontology/") && ?graph != <graph/inferred>)
"""
# ?source answers for ?graph.
ANSWERS = """
GRAPH ?where { ?source a mir:Source }
FILTER(STRENDS(STR(?where), "/source") && STRSTARTS(STR(?graph), REPLACE(STR(?where), "source$", "")))
"""
# What follows from the name of an entry: its own parts, and the sources that are asked for here.
FOLLOWS = (
    "dcterms:identifier",
    "dcterms:isPartOf",
    "mir:architecture",
    "mir:domain",
    "mir:series",
    "mir:source",
    "owl:sameAs",
)

QUERIES: dict[str, str] = {
    "a file that no source answers for": f"""
        SELECT DISTINCT ?graph WHERE {{
          GRAPH ?graph {{ ?subject ?predicate ?object }} {OURS}
          FILTER NOT EXISTS {{ {ANSWERS} }}
        }} ORDER BY ?graph
    """,
    "a source without a licence": """
        SELECT ?source WHERE { ?source a mir:Source FILTER NOT EXISTS { ?source dcterms:license ?licence } }
        ORDER BY ?source
    """,
    "a source that was read nobody knows when": """
        SELECT ?source WHERE { ?source a mir:Source FILTER NOT EXISTS { ?source mir:retrieved ?day } } ORDER BY ?source
    """,
    # What is written here has the version of the registry.
    "a source from elsewhere without a version or a revision": """
        SELECT ?source WHERE {
          ?source a mir:Source
          FILTER NOT EXISTS { ?source dcterms:source <https://w3id.org/mir/> }
          FILTER NOT EXISTS { ?source dcat:version|mir:revision ?version }
        } ORDER BY ?source
    """,
    "an entry that no source describes": """
        SELECT ?entry WHERE {
          ?entry dcterms:identifier ?id
          FILTER NOT EXISTS { ?entry mir:source ?source . ?source a mir:Source }
        } ORDER BY ?entry
    """,
    "a fact about an entry that no file states": f"""
        SELECT ?subject ?predicate ?object WHERE {{
          ?subject ?predicate ?object
          FILTER(REGEX(STR(?subject), "^https://w3id.org/mir/(model|info|operations|dev)/"))
          FILTER(?predicate NOT IN ({", ".join(FOLLOWS)}))
          FILTER NOT EXISTS {{ GRAPH ?graph {{ ?subject ?predicate ?object }} }}
        }} ORDER BY ?subject ?predicate ?object
    """,
    "a classification by rule without rule or ground": """
        SELECT ?node WHERE {
          GRAPH <graph/inferred> { ?entry mir:classification ?node }
          FILTER NOT EXISTS { ?node mir:rule ?rule ; mir:ground ?ground }
        } ORDER BY ?node
    """,
    "a finding that is reported by another source than that it is of": f"""
        SELECT ?finding ?source WHERE {{
          GRAPH ?graph {{ ?finding a mir:Finding }} {ANSWERS}
          FILTER(!STRSTARTS(STR(?finding), CONCAT(STR(?source), "#")))
        }} ORDER BY ?finding ?source
    """,
}


def rows(endpoint: Endpoint, query: str) -> list[tuple[str, ...]]:
    found = endpoint.run(query).answer().rows
    assert found is not None
    return [tuple(term.value if isinstance(term, Literal) else str(term) for term in row) for row in found]


@pytest.fixture(scope="module")
def real(dataset: Dataset) -> Endpoint:
    return Endpoint(dataset)


@pytest.mark.parametrize("name", QUERIES)
def test_the_registry_has_no(real: Endpoint, name: str) -> None:
    """Every query gives nothing on the real registry."""
    assert rows(real, QUERIES[name])[:10] == []


def test_files_and_entries_are_there_to_be_asked_about(real: Endpoint, dataset: Dataset) -> None:
    """Every file of data/ is a graph with a source, as the loader says as well."""
    answered = rows(real, f"SELECT DISTINCT ?graph ?source WHERE {{ GRAPH ?graph {{ ?s ?p ?o }} {OURS} {ANSWERS} }}")
    assert dict(answered) == {graph: source for graph, source in dataset.sources.items() if source is not None}
    assert len(answered) == len(list((ROOT / "data").rglob("*.ttl")))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    prefixes = "@base <https://w3id.org/mir/> . @prefix mir: <https://w3id.org/mir/ns#> .\n"
    path.write_text(prefixes + text, encoding="utf-8")


def test_each_query_finds_what_it_looks_for(tmp_path: Path) -> None:
    """A registry with one of each fault: a query that gives nothing anywhere would prove nothing."""
    write(tmp_path / "ontology" / "words.ttl", "mir:Model a mir:Class .")
    write(tmp_path / "data" / "stray" / "unet.ttl", "<model/unet/orrery/stray> a mir:Model .")
    write(tmp_path / "data" / "bare" / "source.ttl", "<source/bare> a mir:Source .")
    write(tmp_path / "data" / "bare" / "findings.ttl", "<source/other#finding-1> a mir:Finding .")
    found = load(Corpus.scan(tmp_path))
    entry, inferred = "https://w3id.org/mir/model/unet/orrery/stray", "https://w3id.org/mir/graph/inferred"
    node = Iri(f"{entry}#classification-1")
    found.view.add((Iri(entry), Iri(MIR.classification), node))
    found.view.add((Iri(entry), Iri(MIR.task), node))
    found.graphs[inferred] = [(Iri(entry), Iri(MIR.classification), node)]
    endpoint = Endpoint(found)
    bare = ("https://w3id.org/mir/source/bare",)
    assert {name: rows(endpoint, query) for name, query in QUERIES.items()} == {
        "a file that no source answers for": [("https://w3id.org/mir/graph/stray/unet",)],
        "a source without a licence": [bare],
        "a source that was read nobody knows when": [bare],
        "a source from elsewhere without a version or a revision": [bare],
        "an entry that no source describes": [(entry,)],
        "a fact about an entry that no file states": [(entry, MIR.task, str(node))],
        "a classification by rule without rule or ground": [(str(node),)],
        "a finding that is reported by another source than that it is of": [
            ("https://w3id.org/mir/source/other#finding-1", *bare)
        ],
    }
