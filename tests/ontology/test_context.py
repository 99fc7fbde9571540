"""The JSON-LD context covers every term and loses nothing; the frame gives one tree for one entry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyld import jsonld  # type: ignore[import-untyped]  # ships no types
from rdflib import OWL, RDF, Graph, Namespace, URIRef
from rdflib.compare import isomorphic

ROOT = Path(__file__).resolve().parents[2]
MIR = Namespace("https://w3id.org/mir/ns#")
BASE = "https://w3id.org/mir/"
CONTEXT: dict[str, Any] = json.loads((ROOT / "ontology" / "context.jsonld").read_text(encoding="utf-8"))
FRAME: dict[str, Any] = json.loads((ROOT / "ontology" / "frame.jsonld").read_text(encoding="utf-8"))


def load_document(url: str, options: object) -> dict[str, object]:
    """Serve the one published context from the checkout; a test never asks the network."""
    assert url == "https://w3id.org/mir/context.jsonld", url
    return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": CONTEXT}


OPTIONS = {"documentLoader": load_document}


def definitions() -> dict[str, tuple[str, dict[str, str]]]:
    """Each IRI of the context, with its key and what the context says of it."""
    context = CONTEXT["@context"]
    prefixes = {key: value for key, value in context.items() if isinstance(value, str) and value[-1] in "/#"}
    result: dict[str, tuple[str, dict[str, str]]] = {}
    for key, value in context.items():
        if key.startswith("@") or key in prefixes:
            continue
        definition = value if isinstance(value, dict) else {"@id": value}
        name = definition["@id"]
        head, _, tail = name.partition(":")
        iri = prefixes[head] + tail if head in prefixes else name
        assert iri not in result, f"two keys for {iri}"
        result[iri] = (key, definition)
    return result


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(ROOT / "ontology" / "mir.ttl")


def test_every_term_has_a_key_of_its_own_name(ontology: Graph) -> None:
    """A term of the ontology is written in JSON by its local name, and its values are IRIs exactly if it links."""
    known = definitions()
    for term in set(ontology.subjects(RDF.type)):
        if not str(term).startswith(str(MIR)):
            continue
        key, definition = known[str(term)]
        assert key == str(term).removeprefix(str(MIR))
        assert (definition.get("@type") == "@id") == ((term, RDF.type, OWL.ObjectProperty) in ontology), key


def test_every_property_in_the_files_has_a_key() -> None:
    """What the ontology, the schemes and the fixtures say can be said in JSON without a full IRI."""
    graph = Graph()
    for path in [*(ROOT / "ontology").glob("*.ttl"), *(ROOT / "tests" / "shapes").rglob("*.ttl")]:
        graph.parse(path)
    known = definitions()
    assert {str(predicate) for predicate in graph.predicates() if predicate != RDF.type} - set(known) == set()


def test_the_context_has_no_prefix_that_is_the_scheme_of_a_mir_uri() -> None:
    """With `mir` as a prefix, <mir:model.unet.x> would become a term of the ontology."""
    assert "mir" not in CONTEXT["@context"]


def to_jsonld(graph: Graph) -> Any:
    return jsonld.from_rdf(graph.serialize(format="nt"), {"format": "application/n-quads"})


def to_graph(document: Any) -> Graph:
    quads = jsonld.to_rdf(document, {**OPTIONS, "format": "application/n-quads"})
    return Graph().parse(data=quads, format="nt")


@pytest.mark.parametrize(
    "name",
    ["ontology/mir.ttl", "ontology/architecture.ttl", "ontology/precision.ttl", "tests/shapes/registry.ttl",
     "tests/shapes/pass/Entry.ttl", "tests/shapes/pass/File.ttl", "tests/shapes/pass/Parameter.ttl"],
)  # fmt: skip
def test_nothing_is_lost_on_the_way_to_json_and_back(name: str) -> None:
    graph = Graph().parse(ROOT / name)
    document = jsonld.compact(to_jsonld(graph), "https://w3id.org/mir/context.jsonld", OPTIONS)
    assert isomorphic(to_graph(document), graph)


def test_the_frame_gives_one_tree_for_an_entry() -> None:
    """Parts stand inside the entry, what is another page is an IRI, and the triples are those of the entry."""
    graph = Graph().parse(ROOT / "tests" / "shapes" / "registry.ttl")
    entry = f"{BASE}model/unet/stable-diffusion-xl/base"
    mine = Graph()
    for triple in graph:
        if str(triple[0]).split("#")[0] == entry:
            mine.add(triple)
    linked = {part for part in mine.objects(URIRef(entry)) if isinstance(part, URIRef)}
    for part in {s for s in mine.subjects() if s != URIRef(entry)} - linked:
        mine.remove((part, None, None))
    tree = jsonld.frame(to_jsonld(mine), FRAME, OPTIONS)
    assert tree["@id"] == entry
    assert tree["@type"] == "Model"
    assert tree["file"]["fileSha256"].startswith("31e35c80fc4829d1")
    assert tree["series"] == f"{BASE}info/unet/stable-diffusion-xl"
    assert tree["component"]["role"] == "text_encoder"
    assert isomorphic(to_graph(tree), mine)


def test_the_frame_only_names_keys_of_the_context() -> None:
    keys = set(CONTEXT["@context"])
    todo: list[dict[str, Any]] = [FRAME]
    while todo:
        node = todo.pop()
        assert {key for key in node if not key.startswith("@")} <= keys
        todo += [value for value in node.values() if isinstance(value, dict)]
