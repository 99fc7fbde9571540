"""JSON-LD, Turtle and N-Triples of a page say the same, and together they say what the registry says."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from pyld import jsonld  # type: ignore[import-untyped]  # ships no types
from rdflib import Graph as RdflibGraph
from rdflib.compare import isomorphic
from tests.site.reading import HtmlPage
from tests.site.triples import as_read, read

from mirld.graph.dataset import Dataset
from mirld.graph.release import recalled, without
from mirld.registry import Registry
from mirld.site.plan import IDENTIFY
from mirld.vocab import DEFAULT_BASE, PART_PROPERTIES

SAMPLED = 60


@pytest.fixture(scope="module")
def described(built: Path) -> list[Path]:
    """List the folders of all pages that are about a resource."""
    folders = sorted(path.parent for path in built.rglob("index.nt"))
    assert folders
    return folders


@pytest.fixture(scope="module")
def said(described: list[Path]) -> dict[Path, set[pyoxigraph.Triple]]:
    """Read the N-Triples of every page."""
    return {folder: read(folder / "index.nt") for folder in described}


def served(built: Path) -> dict[str, Any]:
    """Make pyld read addresses below the base from the built site, and no others."""

    def load(url: str, options: object) -> dict[str, object]:
        assert url.startswith(DEFAULT_BASE), f"the network would have been asked for {url}"
        document = json.loads((built / url.removeprefix(DEFAULT_BASE)).read_bytes())
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": document}

    return {"documentLoader": load}


@pytest.mark.parametrize("form", ["ttl", "jsonld"])
def test_every_form_says_what_the_n_triples_say(
    described: list[Path], said: dict[Path, set[pyoxigraph.Triple]], form: str
) -> None:
    """Each page, triple by triple; the files need no base and no file beside them."""
    assert [str(folder) for folder in described if read(folder / f"index.{form}") != said[folder]] == []


def test_an_independent_reader_agrees_on_a_sample(built: Path, described: list[Path]) -> None:
    """Pyld and rdflib, which share no code with what wrote the files, read the same graph from all three forms."""
    chosen = random.Random(20).sample(described, SAMPLED)  # noqa: S311 - a sample, not a secret
    for folder in [*chosen, built / "shapes"]:
        turtle = RdflibGraph().parse(folder / "index.ttl", format="turtle")
        ntriples = RdflibGraph().parse(folder / "index.nt", format="nt")
        quads = jsonld.to_rdf(
            json.loads((folder / "index.jsonld").read_bytes()), {**served(built), "format": "application/n-quads"}
        )
        linked = RdflibGraph().parse(data=quads, format="nt")
        assert len(turtle) > 0, folder
        if folder.name == "shapes":
            assert isomorphic(turtle, ntriples)
            assert isomorphic(turtle, linked)
        else:
            assert set(turtle) == set(ntriples) == set(linked), folder


def test_the_pages_together_say_what_the_registry_says(
    built: Path, said: dict[Path, set[pyoxigraph.Triple]], dataset: Dataset
) -> None:
    """No triple of the merged view is on no page, and no page of a resource says one that is not in it.

    What is only recalled is said on its own page, if it has one, and no other page links to it in its data.
    """
    own = {built / "ns", built / "shapes"}
    on_pages = {triple for folder, triples in said.items() if folder not in own for triple in triples}
    withheld = recalled(dataset.view)
    merged = as_read(without(dataset.view, withheld))
    alone = as_read(triple for triple in dataset.view if triple[0] in withheld and "#" not in triple[0])
    assert on_pages - merged == alone
    assert merged - on_pages - said[built / "ns"] == set()


def test_the_data_in_a_page_is_its_json_ld(built: Path, pages: Mapping[str, HtmlPage]) -> None:
    """What a search engine finds in the HTML is what a program gets beside it; a list carries none."""
    differ, carried = [], 0
    for path, page in pages.items():
        beside = built / path / "index.jsonld"
        if page.data is None:
            # All signatures are too much to stand in a page.
            differ += [path] if beside.is_file() and path != IDENTIFY else []
            continue
        carried += 1
        if json.loads(page.data) != json.loads(beside.read_bytes()):
            differ.append(path)
    assert carried > 3000
    assert differ == []


def test_json_ld_is_about_its_page(built: Path, registry: Registry) -> None:
    """The outermost object is the entry itself, with its class and its MIR URI."""
    for entry in registry:
        document = json.loads((built / entry.id.file_path / "index.jsonld").read_bytes())
        assert document["@id"] == entry.iri
        assert document["identifier"] == str(entry.id)
        assert document["@type"]


def test_the_published_context_names_everything(built: Path, described: list[Path]) -> None:
    """Each term of each page's own context is defined alike in the published one, so either may be used."""
    published = jsonld.JsonLdProcessor().process_context(
        jsonld.JsonLdProcessor()._get_initial_context({"processingMode": "json-ld-1.1"}),
        json.loads((built / "context.jsonld").read_bytes())["@context"],
        {**served(built), "processingMode": "json-ld-1.1"},
    )
    names = {name: term["@id"] for name, term in published["mappings"].items() if term}
    for folder in described:
        if folder.name == "shapes":
            continue
        own = json.loads((folder / "index.jsonld").read_bytes())["@context"]
        for name, term in own.items():
            assert names[name] == (term if isinstance(term, str) else term["@id"]), (folder, name)


def test_a_framed_entry_is_one_tree(built: Path, registry: Registry) -> None:
    """With the published frame and context an entry holds its parts as objects, and names other entries by IRI."""
    frame = json.loads((built / "data" / "frame.jsonld").read_bytes())
    chosen = random.Random(5).sample(list(registry), 20)  # noqa: S311 - a sample, not a secret
    chosen += [entry for entry in registry if entry.id.file_path == "model/unet/stable-diffusion-xl/base"]
    nested = 0
    for entry in chosen:
        document = json.loads((built / entry.id.file_path / "index.jsonld").read_bytes())
        framed = jsonld.frame(document, frame, served(built))
        assert framed["@id"] == entry.iri
        assert "@graph" not in framed
        for name in (iri.rpartition("#")[2] for iri in PART_PROPERTIES):
            values = framed.get(name, [])
            for part in values if isinstance(values, list) else [values]:
                assert isinstance(part, dict), (entry.iri, name)
                assert part["@id"].startswith(f"{entry.iri}#")
                nested += 1
        assert isinstance(framed["domain"], str)
    assert nested > len(chosen)
