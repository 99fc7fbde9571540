"""Sources that the registry cannot carry on: they go into a folder of the user's, which is laid over the registry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import digests
from tests.harvest.packages import make_repository
from tests.registries import make_checked_registry

from mirld.check.report import CheckPlan
from mirld.errors import UsageError
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.graph.query import Endpoint
from mirld.harvest.running import harvest
from mirld.harvest.sources import MODULES, source
from mirld.lookup import resolve
from mirld.registry import Index, read_registry
from mirld.vocab import DEFAULT_BASE

DIGEST = "31e35c80fc4829d14f90153f4c74cd59c90b779f6afe05a74cd6120b893f7e5b"
FILES = {
    "openmodeldb": {
        "data/architectures.json": json.dumps({"esrgan": {"name": "ESRGAN", "input": "image"}}),
        "data/models/4x-Thing.json": json.dumps(
            {
                "name": "Thing",
                "architecture": "esrgan",
                "scale": 4,
                "license": "MIT",
                "resources": [{"type": "pth", "size": 12, "sha256": DIGEST, "urls": []}],
            }
        ),
    },
    "comfyui-manager": {
        "model-list.json": json.dumps(
            {
                "models": [
                    {
                        "name": "Swift",
                        "type": "checkpoint",
                        "base": "SDXL",
                        "save_path": "default",
                        "filename": "swift_v2.safetensors",
                        "url": "https://huggingface.co/somebody/swift_v2/resolve/main/swift_v2.safetensors",
                    }
                ]
            }
        )
    },
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_checked_registry(tmp_path / "registry")


def package(folder: Path, name: str) -> Path:
    return make_repository(folder / name, FILES[name])


def test_what_the_registry_cannot_carry_on_is_marked() -> None:
    """All that are under the GPL, and nothing else."""
    sources = [source(name) for name in MODULES]
    marked = {found.name for found in sources if found.overlay_only}
    assert marked == {found.name for found in sources if "GPL" in found.licence}
    assert marked >= FILES.keys()


@pytest.mark.parametrize("name", sorted(FILES))
@pytest.mark.parametrize("into", [None, "data", "data/harvested/mine", "x/../data/harvested"])
def test_it_is_never_written_into_the_registry(root: Path, tmp_path: Path, name: str, into: str | None) -> None:
    """Without a folder, or with one below its data, nothing is read and nothing written."""
    before = digests(root)
    with pytest.raises(UsageError, match=r"GPL-3\.0-only, which the registry cannot carry on") as caught:
        harvest(source(name), package(tmp_path, name), root, into=root / into if into else None)
    assert "--into" in str(caught.value.hint)
    assert digests(root) == before


def test_a_link_into_the_registry_is_seen_through(root: Path, tmp_path: Path) -> None:
    """It is the folder that counts, and not how it is called."""
    (tmp_path / "link").symlink_to(root / "data", target_is_directory=True)
    before = digests(root)
    with pytest.raises(UsageError):
        harvest(source("openmodeldb"), package(tmp_path, "openmodeldb"), root, into=tmp_path / "link" / "mine")
    assert digests(root) == before


def test_an_overlay_answers_with_the_registry(root: Path, tmp_path: Path) -> None:
    """Two sources in one folder, queried, resolved and checked together with what it is laid over."""
    mine, before = tmp_path / "mine", digests(root)
    for name in sorted(FILES):
        harvest(source(name), package(tmp_path, name), root, into=mine)
    assert digests(root) == before
    assert sorted(path.name for path in mine.iterdir()) == sorted(FILES)
    dataset = load(Corpus.scan(root, overlays=(mine,)))
    asked = "SELECT ?s { ?s a mir:Model ; rdfs:label ?l FILTER(STR(?l) IN ('Thing', 'Swift', 'Orrery base')) }"
    rows = Endpoint(dataset).run(asked).answer().rows
    assert {str(term).removeprefix(DEFAULT_BASE) for (term,) in rows} >= {
        "model/gan/esrgan/4x-thing",
        "model/unet/stable-diffusion-xl/swift-v2",
    }
    index = Index.of(read_registry(dataset))
    for text, found in {
        DIGEST: "mir:model.gan.esrgan:4x-thing",
        "openmodeldb:4x-Thing": "mir:model.gan.esrgan:4x-thing",
        "somebody/swift_v2": "mir:model.unet.stable-diffusion-xl:swift-v2",
    }.items():
        assert str(resolve(index, text).candidates[0].id) == found
    checked = CheckPlan(root=root, base=DEFAULT_BASE, paths=(mine,)).report()
    assert [finding.message for finding in checked.findings if finding.severity != "info"] == []


def test_a_source_writes_its_own_folder_alone(root: Path, tmp_path: Path) -> None:
    """What another wrote, and what the user did, stays."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "own.ttl").write_text("# mine\n")
    harvest(source("comfyui-manager"), package(tmp_path, "comfyui-manager"), root, into=mine)
    before = digests(mine)
    report = harvest(source("openmodeldb"), package(tmp_path, "openmodeldb"), root, into=mine)
    after = digests(mine)
    assert after.keys() - before.keys() == set(report.files)
    assert {name: after[name] for name in before} == before
