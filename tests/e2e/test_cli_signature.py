"""`mirld signature` as a contributor runs it: on a copy of the real registry that does not know a model yet."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.weights.builders import write_sparse

from mirld.weights.layout_text import read_layout

ROOT = Path(__file__).resolve().parents[2]
NAME = "cogvideox-2b-diffusers"
ID = "mir:model.dit.cogvideox:2b"
SOURCE = "https://github.com/huggingface/diffusers/blob/v0.42.1/src/diffusers/models/transformers/cogvideox_transformer_3d.py"
FILE = "cogvideox.ttl"

Run = Callable[..., subprocess.CompletedProcess[str]]


def without(path: Path, subject: str) -> str:
    """Take a block out of a file, and return it."""
    text = path.read_text(encoding="utf-8")
    match = re.search(rf"(?ms)^<{re.escape(subject)}>\n.*? \.\n", text)
    assert match is not None, subject
    path.write_text(text.replace(f"\n{match[0]}", "", 1), encoding="utf-8")
    return match[0]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the registry, without what it knows of one model, which lies beside it as a file."""
    folder = tmp_path_factory.mktemp("registry")
    for name in ("ontology", "shapes", "data"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "site").mkdir()
    without(folder / "data" / "curated" / "signature" / FILE, f"identify#{NAME}")
    case = without(folder / "data" / "cases" / FILE, f"cases/{NAME}")
    listed = case.partition("tableOfContents")[2].partition(" ;\n")[0]
    write_sparse(folder / "CogVideoX-2b.safetensors", read_layout(re.findall(r'"([^"]+)"', listed)).shapes)
    return folder


@pytest.fixture(scope="module")
def run(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    cache = tmp_path_factory.mktemp("cache")

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mirld", "--root", str(root), *arguments],
            cwd=root,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={"PATH": "", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", "XDG_CACHE_HOME": str(cache)},
            check=False,
        )

    return command


def test_what_nobody_can_guess_is_said(run: Run) -> None:
    """Comments before the block name what is missing; the block itself is Turtle."""
    done = run("signature", "draft", "CogVideoX-2b.safetensors", "--name", "cogvideox-2b")
    lines = [line for line in done.stdout.splitlines() if line.startswith("#")]
    assert lines[0].startswith("# cogvideox-2b: told from ")
    assert [line.split(" ")[3] for line in lines[1:3]] == ["mir:networkOf", "dcterms:source"]
    assert any(line.startswith("# Look at mir:role of the signature, which is that of ") for line in lines)


def test_a_model_is_known_after_its_draft_is_added(root: Path, run: Run) -> None:
    """Unknown before; drafted in one file, which check passes; then identify names it, and no second draft is made."""
    before = json.loads(run("identify", "CogVideoX-2b.safetensors", "--json").stdout)[0]
    assert ID not in {claim["id"] for claim in before["candidates"]}
    place = "data/curated/signature/new.ttl"
    options = ("--id", ID, "--source", SOURCE, "--label", "CogVideoX 2B", "--kind", "diffusion")
    done = run("signature", "draft", "CogVideoX-2b.safetensors", *options, "--out", place)
    assert (done.returncode, done.stdout) == (0, f"{place}\n"), done.stderr
    text = (root / place).read_text(encoding="utf-8")
    assert 1 <= len(re.findall(r'"([^"]+)"', text.partition("mir:requires")[2].partition(" ;")[0])) <= 7
    checked = run("check")
    assert checked.returncode == 0, checked.stdout
    assert run("fmt", "--check", place).returncode == 0
    found = json.loads(run("identify", "CogVideoX-2b.safetensors", "--json").stdout)[0]
    assert [claim["id"] for claim in found["candidates"]] == [ID]
    again = run("signature", "draft", "CogVideoX-2b.safetensors", "--name", "another")
    assert again.returncode == 1
    assert (
        again.stderr
        == "cogvideox-2b has the very same names and shapes: add the entry to mir:networkOf of cogvideox-2b\n"
    )
    over = run("signature", "draft", "CogVideoX-2b.safetensors", *options, "--name", "other", "--out", place)
    assert over.returncode in (1, 3)
    assert (root / place).read_text(encoding="utf-8") == text


def test_a_signature_is_shown_with_what_proves_it(run: Run) -> None:
    """Its conditions, its case and how that is known, and the case that comes nearest without being one."""
    done = run("signature", "show", "cogvideox-5b-diffusers")
    assert done.returncode == 0, done.stderr
    assert "  requires patch_embed.proj.weight [3072, 16, 2, 2]\n" in done.stdout
    assert "  holds of cogvideox-5b-diffusers, derived: https://github.com/huggingface/diffusers/" in done.stdout
    near = done.stdout.split("  nearest of those it does not hold of: ")[1].splitlines()
    assert near[0].startswith("cogvideox")
    assert len(near) == 2
    wrong = run("signature", "show", "cogvideox-5b-difusers")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "did you mean cogvideox-5b-diffusers?" in wrong.stderr


def test_a_kind_that_there_is_none_of_is_refused(run: Run) -> None:
    """With those that there are."""
    done = run("signature", "draft", "CogVideoX-2b.safetensors", "--kind", "video")
    assert done.returncode == 2
    assert "the kinds are diffusion, vae, " in done.stderr
