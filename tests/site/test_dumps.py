"""The files below data/ and api/: all of the registry, the same in every form, with sums that hold."""

from __future__ import annotations

import gzip
import hashlib
import re
import struct
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph
import pytest
from tests.site.reading import HtmlPage
from tests.site.triples import as_read, read

from mirld.graph.dataset import Dataset, Graph
from mirld.graph.release import recalled, without
from mirld.registry import Registry
from mirld.vocab import DEFAULT_BASE

PACKED = ("mirld.ttl", "mirld.nt", "mirld.nq", "mirld.jsonld")


@pytest.fixture(scope="module")
def merged(dataset: Dataset) -> set[pyoxigraph.Triple]:
    return as_read(without(dataset.view, recalled(dataset.view)))


@pytest.mark.parametrize("name", ["mirld.ttl", "mirld.nt", "mirld.jsonld"])
def test_a_dump_holds_the_merged_view(built: Path, merged: set[pyoxigraph.Triple], name: str) -> None:
    """Triple by triple, nothing more and nothing less, save what is only recalled."""
    assert read(built / "data" / name) == merged


def test_the_quads_keep_every_file_apart(built: Path, dataset: Dataset) -> None:
    """Each file of the registry is a named graph with what it says, outvoted or not; what was derived is one more.

    What is only recalled is in none, so the file of mappings to it is no graph.
    """
    graphs: dict[str, set[pyoxigraph.Triple]] = defaultdict(set)
    for quad in pyoxigraph.parse((built / "data" / "mirld.nq").read_bytes(), pyoxigraph.RdfFormat.N_QUADS):
        graphs[quad.graph_name.value].add(quad.triple)
    withheld = recalled(dataset.view)
    expected = {name: as_read(without(Graph(triples), withheld)) for name, triples in dataset.graphs.items()}
    expected[f"{DEFAULT_BASE}graph/derived"] = as_read(dataset.derived)
    assert graphs == {name: triples for name, triples in expected.items() if triples}
    assert f"{DEFAULT_BASE}graph/ontology/unverified-mappings" not in graphs


@pytest.mark.parametrize("name", ["mirld.nt", "mirld.nq"])
def test_lines_are_sorted_and_said_once(built: Path, name: str) -> None:
    """Two dumps can be compared line by line."""
    lines = (built / "data" / name).read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(set(lines))
    subjects = [re.match(r"<([^>]*)>", line)[1] for line in lines]  # type: ignore[index]  # every line has a subject
    if name == "mirld.nt":
        assert subjects == sorted(subjects)


@pytest.mark.parametrize("name", PACKED)
def test_a_packed_dump_is_the_plain_one(built: Path, name: str) -> None:
    """The packed file holds the same bytes, and neither a time nor a name, which would change with each build."""
    packed = (built / "data" / f"{name}.gz").read_bytes()
    assert gzip.decompress(packed) == (built / "data" / name).read_bytes()
    flags, time = struct.unpack_from("<BI", packed, 3)
    assert (flags, time) == (0, 0)


def sums(built: Path) -> dict[str, str]:
    lines = (built / "data" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return dict(reversed(line.split("  ", 1)) for line in lines)  # type: ignore[misc]  # two parts a line


def test_the_sums_are_right_and_list_everything(built: Path) -> None:
    """sha256sum -c is content, and no file below data/ is left out but the page and the sums themselves."""
    found = {
        path.relative_to(built / "data").as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (built / "data").rglob("*")
        if path.is_file() and path.name not in ("SHA256SUMS", "index.html")
    }
    assert sums(built) == found
    assert list(sums(built)) == sorted(found)
    assert {*PACKED, *(f"{name}.gz" for name in PACKED), "context.jsonld", "frame.jsonld", "shapes.ttl"} <= set(found)


def test_the_page_of_downloads_says_the_sums(built: Path, pages: Mapping[str, HtmlPage], dataset: Dataset) -> None:
    """Every file with its size and its sum, and the counts of what is in them."""
    page = pages["data"]
    for name, digest in sums(built).items():
        assert f"data/{name}" in page.links
        assert digest in page.main
        assert f"{(built / 'data' / name).stat().st_size:,} bytes" in page.main
    assert f"{len(without(dataset.view, recalled(dataset.view))):,} triples" in page.main


def test_the_context_lies_where_documents_name_it(built: Path) -> None:
    """The address that the frame names is a file of the site."""
    assert (built / "context.jsonld").read_bytes() == (built / "data" / "context.jsonld").read_bytes()
    assert f'"{DEFAULT_BASE}context.jsonld"' in (built / "data" / "frame.jsonld").read_text(encoding="utf-8")


def test_names_lists_every_entry(built: Path, registry: Registry) -> None:
    """One line an entry with its id, name and page; every old name of it is there, and every repository."""
    head, *lines = (built / "api" / "names.tsv").read_text(encoding="utf-8").splitlines()
    assert head == "id\tname\taliases\trepositories\tpath"
    rows = {line.split("\t")[0]: line.split("\t") for line in lines}
    assert list(rows) == [str(entry.id) for entry in registry]
    old: dict[str, set[str]] = defaultdict(set)
    for record in registry.ledger.values():
        for target in record.targets:
            old[target].add(" ".join(record.text.split()))
    for entry in registry:
        _, name, aliases, repositories, path = rows[str(entry.id)]
        assert name == " ".join(entry.label.split())
        assert old[entry.iri] <= set(aliases.split("|")), entry.iri
        assert set(filter(None, repositories.split("|"))) == {found.name for found in entry.repositories}
        assert (built / path / "index.html").is_file()
