"""`mirld identify --mint` as a user runs it: an entry of one's own for what nobody knows, and for nothing else."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.weights.builders import safetensors

from mirld.check.report import CheckPlan
from mirld.graph.load import parse_turtle
from mirld.vocab import DEFAULT_BASE, MIR

ROOT = Path(__file__).resolve().parents[2]
TYPE = "BF16"
UNKNOWN = {"orbits.0.gear.weight": (TYPE, [64, 64]), "sun.weight": (TYPE, [64, 4])}
INVERSION = {"emb_params": (TYPE, [4, 768])}
LORA = {
    f"diffusion_model.single_blocks.{block}.linear1.lora_{side}.weight": (TYPE, shape)
    for block in range(38)
    for side, shape in (("A", [1, 3072]), ("B", [21504, 1]))
}
TAESD = {"decoder.layers.0.weight": (TYPE, [64, 4, 3, 3]), "encoder.layers.0.weight": (TYPE, [64, 3, 3, 3])}

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the index that the first command makes."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(tmp_path: Path, cache: Path) -> Run:
    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mirld", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={"PATH": "", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", "XDG_CACHE_HOME": str(cache)},
            check=False,
        )

    return command


def values(path: Path, predicate: str) -> list[str]:
    triples = parse_turtle(path.read_bytes(), DEFAULT_BASE, path.name)
    return [term.value if hasattr(term, "value") else str(term) for _, found, term in triples if found == predicate]


def test_an_unknown_file_gets_an_entry_of_ones_own(run: Run, tmp_path: Path) -> None:
    """With its name, size, precision and digests; it passes the checks, and as an overlay it knows the file."""
    raw = safetensors(UNKNOWN)
    (tmp_path / "My Orrery v2.safetensors").write_bytes(raw)
    done = run("identify", "My Orrery v2.safetensors", "--mint", "--into", "mine", "--hash")
    assert (done.returncode, done.stdout) == (0, f"{Path('mine', 'my-orrery-v2.ttl')}\n"), done.stderr
    made = tmp_path / "mine" / "my-orrery-v2.ttl"
    assert values(made, MIR.fileName) == ["My Orrery v2.safetensors"]
    assert values(made, MIR.fileSha256) == [hashlib.sha256(raw).hexdigest()]
    assert values(made, MIR.precision) == [f"{DEFAULT_BASE}vocab/precision/bf16"]
    assert len(values(made, MIR.layoutFingerprint)) == len(values(made, MIR.layer256)) == 1
    report = CheckPlan(root=ROOT, base=DEFAULT_BASE, paths=(made,)).report()
    assert [str(found) for found in report.findings] == []
    known = run("--overlay", "mine", "identify", "My Orrery v2.safetensors", "--hash", "--json")
    (answer,) = json.loads(known.stdout)
    assert (answer["level"], [claim["id"] for claim in answer["candidates"]]) == (
        "exact file",
        ["mir:dev.unclassified.my-orrery-v2"],
    )
    again = run("--overlay", "mine", "identify", "My Orrery v2.safetensors", "--hash", "--mint", "--into", "other")
    assert again.returncode == 3
    assert "it is known: mir:dev.unclassified.my-orrery-v2" in again.stderr
    assert not (tmp_path / "other").exists()


def test_what_was_minted_is_written_over_by_force_alone(run: Run, tmp_path: Path) -> None:
    """It may have been edited since."""
    (tmp_path / "orrery.safetensors").write_bytes(safetensors(UNKNOWN))
    assert run("identify", "orrery.safetensors", "--mint").returncode == 0
    (tmp_path / "orrery.ttl").write_text("# mine\n")
    done = run("identify", "orrery.safetensors", "--mint")
    assert (done.returncode, done.stdout) == (3, "")
    assert "the file is there already: orrery.ttl" in done.stderr
    assert (tmp_path / "orrery.ttl").read_text() == "# mine\n"
    assert run("identify", "orrery.safetensors", "--mint", "--force").returncode == 0
    assert "dev/unclassified/orrery" in (tmp_path / "orrery.ttl").read_text()


def test_a_file_whose_layout_is_known_is_refused_with_its_ids(run: Run, tmp_path: Path) -> None:
    """And what to do for a fine-tune is said; the others are written all the same."""
    (tmp_path / "tae.safetensors").write_bytes(safetensors(TAESD))
    (tmp_path / "orrery.safetensors").write_bytes(safetensors(UNKNOWN))
    done = run("identify", "tae.safetensors", "orrery.safetensors", "--mint")
    assert (done.returncode, done.stdout) == (3, "orrery.ttl\n")
    assert "tae.safetensors: its layout is known: mir:model." in done.stderr
    assert "mirld new mir:dev." in done.stderr


def test_an_adapter_is_minted_with_what_it_fits(run: Run, tmp_path: Path) -> None:
    """It is not what it fits, so that this makes it no known file."""
    (tmp_path / "style.safetensors").write_bytes(safetensors(LORA))
    (tmp_path / "token.pt.safetensors").write_bytes(safetensors(INVERSION))
    done = run("identify", "style.safetensors", "token.pt.safetensors", "--mint")
    assert (done.returncode, done.stdout) == (0, "style.ttl\ntoken.ttl\n"), done.stderr
    made = (tmp_path / "style.ttl").read_text(encoding="utf-8")
    assert "<dev/lora/style>" in made
    assert "Kind: lora; method: LoRA; rank: 1; fits: mir:" in made
    assert "<dev/textual-inversion/token>" in (tmp_path / "token.ttl").read_text(encoding="utf-8")


def test_where_to_mint_is_nothing_without_minting(run: Run, tmp_path: Path) -> None:
    """A wrong use, with what is missing."""
    (tmp_path / "orrery.safetensors").write_bytes(safetensors(UNKNOWN))
    done = run("identify", "orrery.safetensors", "--into", "mine")
    assert done.returncode == 2
    assert "give --mint as well" in done.stderr
