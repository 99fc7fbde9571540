"""Which files are the registry, and which source each belongs to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mirld.errors import InputError
from mirld.graph.corpus import Corpus

BASE = "https://example.org/m/"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (
        "ontology/mir.ttl",
        "ontology/rules/skip.ttl",
        "data/curated/source.ttl",
        "data/curated/unet/one.ttl",
        "data/harvested/elsewhere/source.ttl",
        "data/harvested/elsewhere/two.ttl",
        "data/harvested/elsewhere/deep/er/three.ttl",
        "data/curated/unet/notes.md",
        "data/curated/unet/.hidden.ttl",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    return tmp_path


def test_every_turtle_file_is_a_graph_of_its_own(root: Path) -> None:
    """Ontology first, then data, sorted; hidden files, rules and other endings are left out."""
    found = Corpus.scan(root, base=BASE)
    assert [file.name for file in found.files] == [
        "ontology/mir.ttl",
        "data/curated/source.ttl",
        "data/curated/unet/one.ttl",
        "data/harvested/elsewhere/deep/er/three.ttl",
        "data/harvested/elsewhere/source.ttl",
        "data/harvested/elsewhere/two.ttl",
    ]
    assert [file.graph.removeprefix(f"{BASE}graph/") for file in found.files] == [
        "ontology/mir",
        "curated/source",
        "curated/unet/one",
        "harvested/elsewhere/deep/er/three",
        "harvested/elsewhere/source",
        "harvested/elsewhere/two",
    ]


def test_a_file_belongs_to_the_nearest_source(root: Path) -> None:
    """A folder with a source.ttl is a source; the ontology belongs to none."""
    sources = {file.name: file.source for file in Corpus.scan(root, base=BASE).files}
    assert sources["ontology/mir.ttl"] is None
    assert sources["data/curated/unet/one.ttl"] == f"{BASE}source/curated"
    assert sources["data/harvested/elsewhere/deep/er/three.ttl"] == f"{BASE}source/elsewhere"


def test_overlays_do_not_hide_each_other(root: Path, tmp_path: Path) -> None:
    """Two overlays with a file of one name are two graphs."""
    overlays = []
    for name in ("mine", "theirs"):
        folder = tmp_path / "overlays" / name
        folder.mkdir(parents=True)
        (folder / "one.ttl").write_text("", encoding="utf-8")
        overlays.append(folder)
    files = Corpus.scan(root, base=BASE, overlays=tuple(overlays)).files[-2:]
    assert [file.name for file in files] == ["mine/one.ttl", "theirs/one.ttl"]
    assert len({file.graph for file in files}) == 2
    assert [file.source for file in files] == [f"{BASE}source/mine", f"{BASE}source/theirs"]


def test_a_name_that_no_iri_may_hold_is_encoded(root: Path) -> None:
    """File systems allow spaces, brackets and any letter."""
    (root / "data" / "curated" / "my <file> é.ttl").write_text("", encoding="utf-8")
    graphs = [file.graph for file in Corpus.scan(root, base=BASE).files]
    assert f"{BASE}graph/curated/my%20%3Cfile%3E%20%C3%A9" in graphs


def test_a_folder_that_is_not_there_is_an_input_error(root: Path) -> None:
    """With its name."""
    with pytest.raises(InputError, match=r"nowhere.*cannot read the folder"):
        Corpus.scan(root / "nowhere")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_is_an_input_error(root: Path) -> None:
    """Not an empty registry."""
    folder = root / "data" / "curated"
    folder.chmod(0)
    try:
        with pytest.raises(InputError, match=r"curated.*cannot read the folder"):
            Corpus.scan(root)
    finally:
        folder.chmod(0o755)


def test_a_file_that_vanished_is_an_input_error(root: Path) -> None:
    """Between listing and reading."""
    file = Corpus.scan(root).files[0]
    file.path.unlink()
    with pytest.raises(InputError, match=r"ontology/mir\.ttl: cannot read the file"):
        file.read()
