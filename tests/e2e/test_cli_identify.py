"""`mirld identify` as a user runs it: real files of every format, on the real registry."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.weights.builders import Pickle, gguf, safetensors, safetensors_file, size_of, torch, torch_legacy, torch_zip

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "fixtures" / "small"
SCHEMA = json.loads((ROOT / "site" / "content" / "schema" / "identify.schema.json").read_text(encoding="utf-8"))
TYPE = "F16"
VAE = {
    "decoder.conv_in.weight": (TYPE, [512, 16, 3, 3]),
    "encoder.conv_out.weight": (TYPE, [32, 512, 3, 3]),
    "decoder.mid.block_1.conv1.weight": (TYPE, [512, 512, 3, 3]),
}
FLUX = {
    "img_in.weight": (TYPE, [3072, 64]),
    "vector_in.in_layer.weight": (TYPE, [3072, 768]),
    "guidance_in.in_layer.weight": (TYPE, [3072, 256]),
    **{f"double_blocks.{block}.img_attn.norm.key_norm.scale": (TYPE, [128]) for block in range(19)},
    **{f"single_blocks.{block}.norm.key_norm.scale": (TYPE, [128]) for block in range(38)},
}
"""What a signature asks of FLUX.1 [dev], 8 MB of zeros."""
UNKNOWN = {"fc.weight": (TYPE, [10, 20])}
LORA = {
    f"diffusion_model.single_blocks.{block}.linear1.lora_{side}.weight": (TYPE, shape)
    for block in range(38)
    for side, shape in (("A", [1, 3072]), ("B", [21504, 1]))
}
FILES = {
    "safetensors": ("flux.safetensors", safetensors(FLUX)),
    "gguf": ("flux.gguf", gguf(FLUX, {"general.architecture": "flux"})),
    "pytorch-zip": ("flux.pt", torch(FLUX)),
    "pytorch-legacy": ("flux.ckpt", torch_legacy(FLUX)),
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the index that the first command makes."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def identify(tmp_path: Path, cache: Path) -> Any:
    """Run the command in a folder of its own."""

    def run(*arguments: str, before: tuple[str, ...] = ("--root", str(ROOT))) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mirld", *before, "identify", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={"PATH": "", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", "XDG_CACHE_HOME": str(cache)},
            check=False,
        )

    return run


def answers(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Read answers, which are as the schema says."""
    found: list[dict[str, Any]] = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(found)
    return found


def ids(answer: Mapping[str, Any]) -> set[str]:
    return {claim["id"] for claim in answer["candidates"]}


@pytest.mark.parametrize("form", FILES)
def test_a_file_of_each_format_is_known(form: str, identify: Any, tmp_path: Path) -> None:
    """By the same signature, with all that share the header."""
    name, raw = FILES[form]
    (tmp_path / name).write_bytes(raw)
    done = identify(name, "--json")
    assert (done.returncode, done.stderr.count("error")) == (0, 0)
    (answer,) = answers(done)
    assert (answer["file"], answer["format"], answer["kind"]) == (name, form, "diffusion")
    assert {"mir:model.dit.flux-1:dev", "mir:model.dit.flux-1:kontext-dev"} <= ids(answer)
    assert "mir:model.dit.flux-1:schnell" not in ids(answer)


def test_text_has_candidates_reasons_and_what_would_settle_it(identify: Any, tmp_path: Path) -> None:
    """In the order in which they are asked for."""
    (tmp_path / "x.safetensors").write_bytes(safetensors(FLUX, {"modelspec.architecture": "qwen-image"}))
    done = identify("x.safetensors")
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert lines[0] == "x.safetensors  diffusion, series, f16"
    assert "    mir:model.dit.flux-1:dev" in lines
    assert any(line.startswith("    since img_in.weight [3072, 64]: ") for line in lines)
    assert any("--hash" in line for line in lines)
    assert lines[-1] == "    hint: modelspec.architecture says qwen-image"


def test_a_name_of_a_file_claims_nothing(identify: Any, tmp_path: Path) -> None:
    """It is unknown whatever it is called, and the code is 1."""
    (tmp_path / "flux1-dev.safetensors").write_bytes(safetensors(UNKNOWN))
    done = identify("flux1-dev.safetensors", "--json")
    assert done.returncode == 1
    (answer,) = answers(done)
    assert (answer["kind"], answer["level"], answer["candidates"]) == ("unknown", "unknown", [])
    assert identify("flux1-dev.safetensors").stdout == "flux1-dev.safetensors  unknown, unknown, f16\n"


def test_a_lora_says_what_it_is_and_what_it_fits(identify: Any, tmp_path: Path) -> None:
    """In both forms."""
    (tmp_path / "lora.safetensors").write_bytes(safetensors(LORA, {"ss_base_model_version": "sdxl_base_v1-0"}))
    (answer,) = answers(identify("lora.safetensors", "--json"))
    assert answer["kind"] == "lora"
    adapter = answer["components"][0]["adapter"]
    assert (adapter["kind"], adapter["ranks"], adapter["proved"]) == ("LoRA", {"1": 38}, True)
    assert adapter["parts"] == [{"name": "network", "modules": 38, "proved": True}]
    assert "mir:info.dit.flux-1" in ids(answer)
    text = identify("lora.safetensors").stdout
    assert "    fits mir:info.dit.flux-1\n" in text
    assert "    since adapter: LoRA: 38 modules of network; rank 1 (38)\n" in text
    assert text.endswith("    hint: ss_base_model_version says sdxl_base_v1-0\n")


def test_a_checkpoint_is_taken_apart(identify: Any, tmp_path: Path) -> None:
    """Its parts are told with what their names begin with."""
    joined = {f"model.diffusion_model.{name}": tensor for name, tensor in FLUX.items()}
    joined |= {f"first_stage_model.{name}": tensor for name, tensor in VAE.items()}
    (tmp_path / "all.safetensors").write_bytes(safetensors(joined))
    (answer,) = answers(identify("all.safetensors", "--json"))
    assert answer["kind"] == "checkpoint"
    parts = [(each["kind"], each["prefix"]) for each in answer["components"]]
    assert parts == [("diffusion", "model.diffusion_model."), ("vae", "first_stage_model.")]


def test_a_file_that_is_refused_is_named_and_the_others_are_answered(identify: Any, tmp_path: Path) -> None:
    """A damaged file and one that would run a program beside a good one: the code is 3."""
    (tmp_path / "good.safetensors").write_bytes(FILES["safetensors"][1])
    (tmp_path / "cut.safetensors").write_bytes(safetensors_file({}, length=10**12))
    evil = Pickle().name("os", "system").op(b"(").text("true").op(b"tR").end()
    (tmp_path / "evil.pt").write_bytes(torch_zip(evil, []))
    done = identify("cut.safetensors", "evil.pt", "good.safetensors", "--json")
    assert done.returncode == 3
    assert [answer["file"] for answer in answers(done)] == ["good.safetensors"]
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert [line.split(":")[1] for line in errors] == [" cut.safetensors", " evil.pt"]
    assert "Traceback" not in done.stderr


def test_what_is_not_there_is_a_wrong_use(identify: Any) -> None:
    """The code is 2 and nothing is answered."""
    done = identify("nowhere.safetensors")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.safetensors" in done.stderr


def test_a_folder_is_gone_through(identify: Any, tmp_path: Path) -> None:
    """Every weights file below it, sorted, and no other file."""
    for name in ("b/two.safetensors", "a/one.safetensors", "three.gguf"):
        path = tmp_path / "models" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(FILES["gguf" if name.endswith("gguf") else "safetensors"][1])
    (tmp_path / "models" / "notes.txt").write_text("no weights")
    done = identify("models", "--recursive", "--json")
    assert done.returncode == 0
    assert [answer["file"] for answer in answers(done)] == [
        str(Path("models", *name)) for name in (("a", "one.safetensors"), ("b", "two.safetensors"), ("three.gguf",))
    ]


def test_a_digest_that_is_known_names_the_file(identify: Any, tmp_path: Path) -> None:
    """--hash reads all of it; an overlay may have the digest, and no signature is needed."""
    raw = safetensors(UNKNOWN)
    (tmp_path / "mine.safetensors").write_bytes(raw)
    overlay = tmp_path / "overlay"
    overlay.mkdir()
    (overlay / "own.ttl").write_text(
        "@base <https://w3id.org/mir/> . @prefix mir: <https://w3id.org/mir/ns#> .\n"
        "<dev/unet/zwergal> a mir:Development ; mir:file <dev/unet/zwergal#file-mine> .\n"
        f'<dev/unet/zwergal#file-mine> a mir:File ; mir:fileSha256 "{hashlib.sha256(raw).hexdigest()}" .\n'
    )
    before = ("--root", str(SMALL), "--overlay", str(overlay))
    assert identify("mine.safetensors", before=before).returncode == 1
    done = identify("mine.safetensors", "--hash", "--json", before=before)
    assert done.returncode == 0
    (answer,) = answers(done)
    assert (answer["level"], ids(answer)) == ("exact file", {"mir:dev.unet.zwergal"})
    assert answer["size"] == len(raw) > sum(size_of(*tensor) for tensor in UNKNOWN.values())
