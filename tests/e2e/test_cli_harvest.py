"""`mirld harvest` as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT, digests
from tests.harvest.packages import make_wheel
from tests.registries import make_checked_registry

from mirld.errors import UnreachableError
from mirld.harvest.fetching import fetch

TIMM = {
    "timm/data/constants.py": "MEAN = (0.5, 0.5, 0.5)\n",
    "timm/data/imagenet_info.py": "_NUM_CLASSES_TO_SUBSET = {1000: 'a'}\n",
    "timm/models/_pretrained.py": (
        "class PretrainedCfg:\n    num_classes: int = 1000\n    input_size: tuple = (3, 224, 224)\n"
        "    mean: tuple = (0.4, 0.4, 0.4)\n"
        "    std: tuple = (0.2, 0.2, 0.2)\n    interpolation: str = 'bicubic'\n    crop_pct: float = 0.875\n"
    ),
    "timm/models/resnet.py": (
        "from timm.data import MEAN\n"
        "def _cfg(url='', **kwargs):\n    return {'url': url, 'num_classes': 1000, 'mean': MEAN, **kwargs}\n"
        "default_cfgs = {\n    'resnet7.a1_in1k': _cfg(hf_hub_id='timm/', license='apache-2.0'),\n"
        "    'resnet9.a1_in1k': _cfg(hf_hub_id='timm/', license='apache-2.0', crop_pct=1.0),\n}\n"
    ),
}


def mirld(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mirld", "--root", str(root), "harvest", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, cwd=root.parent)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_checked_registry(tmp_path / "r")


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    return make_wheel(tmp_path / "timm-1.0-py3-none-any.whl", TIMM)


def test_a_package_is_read_and_put_on_record(root: Path, wheel: Path) -> None:
    """The report keeps to its schema, the registry conforms, and what was read is found by the name it has there."""
    done = mirld(root, "timm", "--from", str(wheel), "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "site/content/schema/harvest.schema.json").read_text(encoding="utf-8"))
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(document)) == []
    assert document["harvests"][0]["entries"] == {"Info": 1, "Model": 2}
    command = [sys.executable, "-m", "mirld", "--root", str(root)]
    checked = subprocess.run([*command, "check", "--record"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    found = subprocess.run([*command, "resolve", "timm:resnet7.a1_in1k"], capture_output=True, text=True, check=False)
    assert "resnet7.a1_in1k" in found.stdout.splitlines()[0]
    assert mirld(root, "timm", "--from", str(wheel), "--check").returncode == 0


def test_the_sources_are_listed(root: Path) -> None:
    """Each with where it is had."""
    done = mirld(root, "--list")
    assert done.returncode == 0
    assert any(line.split()[:2] == ["timm", "pip:timm"] for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-source",),
        ("timm", "--all"),
        ("--all", "--from", "x.whl"),
        ("upstream-mir",),
        ("openmodeldb",),
        ("openmodeldb", "--into", "r/data/mine"),
        ("timm", "openmodeldb"),
    ],
)
def test_what_does_not_go_together_is_refused(root: Path, arguments: tuple[str, ...]) -> None:
    """Nothing named, nothing known, everything and one, no JSON of upstream, no folder of one's own: with what to do.

    Before anything is downloaded, whatever else is named.
    """
    before = digests(root)
    done = mirld(root, *arguments)
    assert done.returncode == 2
    assert "hint: " in done.stderr
    assert digests(root) == before


def test_a_damaged_package_leaves_the_registry_as_it_was(root: Path, wheel: Path) -> None:
    """With the file that is damaged and the code of bad input."""
    wheel.write_bytes(wheel.read_bytes()[:-200])
    before = digests(root)
    done = mirld(root, "timm", "--from", str(wheel))
    assert done.returncode == 3
    assert wheel.name in done.stderr
    assert digests(root) == before


def test_a_package_that_cannot_be_had_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the tool said, and what to do instead; the cache keeps what it had."""
    folder = tmp_path / "cache" / "pip-nothing"
    folder.mkdir(parents=True)
    (folder / "old.whl").write_bytes(b"old")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(UnreachableError, match="cannot get pip:nothing") as caught:
        fetch("pip:nothing", tmp_path / "cache")
    assert "--from" in str(caught.value.hint)
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["pip-nothing"]
    assert (folder / "old.whl").read_bytes() == b"old"
