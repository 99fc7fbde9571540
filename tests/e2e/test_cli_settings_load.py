"""`mirld settings` and `mirld load` as a user runs them: another folder, no network, nothing configured."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = {
    name: json.loads((ROOT / "site" / "content" / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
    for name in ("settings", "load")
}
OFFLINE = """
import socket, sys
def refuse(*_, **__): raise RuntimeError("the network was used")
socket.socket.connect = socket.getaddrinfo = refuse
from mirld.cli import run
sys.exit(run(sys.argv[1:]))
"""
FLUX, HYPER = "mir:model.dit.flux-1:dev", "mir:model.lora.hyper:flux-1"
OVERLAY = """@base <https://w3id.org/mir/> .
@prefix mir: <https://w3id.org/mir/ns#> .
<model/dit/flux-1/dev> mir:setting <model/dit/flux-1/dev#setting-mine-call-num_inference_steps> .
<model/dit/flux-1/dev#setting-mine-call-num_inference_steps> a mir:Setting ; mir:value 21 ;
    mir:parameterName "num_inference_steps" ; mir:phase <vocab/phase/call> .
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder that has nothing to do with the registry, and a cache in it."""
    return tmp_path_factory.mktemp("elsewhere")


def mirld(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", OFFLINE, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": "", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", "XDG_CACHE_HOME": str(folder / "cache")},
        check=False,
    )


def test_settings_of_an_adapter_lie_over_those_of_its_model(folder: Path) -> None:
    """The steps of the variant win, and what they outdo is named with its source."""
    done = mirld(folder, "settings", FLUX, "--with", f"{HYPER}@8step")
    assert done.returncode == 0
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("num_inference_steps"))
    assert line.split()[1:] == ["8", "step", *line.split()[3:-4], "call", "adapter", "curated,", "upstream-mir"]
    assert f"num_inference_steps is 8, adapter {HYPER}@8step by curated and upstream-mir, over 50" in done.stdout


def test_settings_can_be_used_as_they_are_printed(folder: Path) -> None:
    """TOML and Python read as the same values."""
    toml = tomllib.loads(mirld(folder, "settings", FLUX, "--for", "mflux", "--toml").stdout)
    python = mirld(folder, "settings", FLUX, "--for", "mflux", "--python").stdout
    assert eval(python) == toml  # noqa: S307 - what a reader of it does
    assert toml["call"]["guidance"] == 3.5


@pytest.mark.parametrize(
    "arguments",
    [[FLUX], [FLUX, "--all"], [FLUX, "--with", f"{HYPER}@16step"], [FLUX, "--for", "sdnext"], [f"{HYPER}@8step"],
     ["mir:operations.scheduler.euler:discrete", "--all"], ["mir:info.unet.stable-diffusion-xl"],
     ["mir:operations.precision.bfloat:bf16"], ["black-forest-labs/FLUX.1-schnell"]],
    ids=" ".join,
)  # fmt: skip
def test_settings_as_json_keep_to_their_schema(folder: Path, arguments: list[str]) -> None:
    """Whatever was asked; the exit code says whether anything is known."""
    done = mirld(folder, "settings", *arguments, "--json")
    found = json.loads(done.stdout)
    Draft202012Validator(SCHEMAS["settings"]).validate(found)
    assert done.returncode == (0 if found["settings"] or found["defaults"] else 1)


@pytest.mark.parametrize(
    "arguments",
    [[FLUX], [FLUX, "--library", "mflux"], [FLUX, "--library", "divisor"], [FLUX, "--adapter", f"{HYPER}@8step"],
     [FLUX, "--precision", "fp16", "--scheduler", "mir:operations.scheduler.euler:discrete"], [HYPER],
     ["mir:info.unet.stable-diffusion-xl"], ["mir:operations.precision.bfloat:bf16"],
     ["mir:model.aet.bert:base-uncased"]],
    ids=" ".join,
)  # fmt: skip
def test_code_as_json_keeps_to_its_schema(folder: Path, arguments: list[str]) -> None:
    """With code and exit code 0, or with the reason why not and exit code 1."""
    done = mirld(folder, "load", *arguments, "--json")
    found = json.loads(done.stdout)
    Draft202012Validator(SCHEMAS["load"]).validate(found)
    assert (found["code"] is None) == (found["unknown"] is not None)
    assert done.returncode == (1 if found["code"] is None else 0)
    if found["code"] is not None:
        ast.parse(found["code"])


def test_code_stands_alone_on_stdout(folder: Path) -> None:
    """So that `> run.py` gives a file that runs."""
    done = mirld(folder, "load", FLUX)
    assert done.returncode == 0
    assert done.stdout.startswith("import torch\nfrom diffusers import FluxPipeline\n")
    assert "it needs diffusers" in done.stderr


def test_what_is_unknown_is_said_with_what_is_known(folder: Path) -> None:
    """Exit code 1, the facts on stdout, the reason and another library on stderr."""
    done = mirld(folder, "load", FLUX, "--library", "divisor")
    assert done.returncode == 1
    assert done.stdout.splitlines()[:2] == [
        "library: divisor",
        "repository: huggingface.co/black-forest-labs/FLUX.1-dev",
    ]
    assert (
        "no code: divisor is named without a class or a function that would load it\nhint: it is also loaded with "
        in done.stderr
    )


def test_an_overlay_wins(folder: Path) -> None:
    """What a user's own file says stands above all else, and is named as such."""
    own = folder / "own"
    own.mkdir(exist_ok=True)
    (own / "own.ttl").write_text(OVERLAY, encoding="utf-8")
    done = mirld(folder, "--overlay", str(own), "settings", FLUX, "--with", f"{HYPER}@8step", "--json")
    (steps,) = (each for each in json.loads(done.stdout)["settings"] if each["parameter"] == "num_inference_steps")
    assert (steps["value"], steps["layer"]) == (21, "overlay")
    assert [said["value"] for said in steps["said"] if said["layer"] != "library"] == [50, 8, 21]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["settings"], 2, "error: missing argument"),
        (["load", FLUX, "--nothing"], 2, "error: no such option"),
        (["settings", FLUX, "--with", "mir:model.dit.flux-1:schnell"], 2, "is no adapter, scheduler or precision"),
        (["settings", "no such thing at all"], 1, "error: nothing has this name exactly"),
        (["settings", f"{HYPER}@9step"], 1, f"error: {HYPER} has no variant 9step\nhint: its variants are"),
        (["load", FLUX, "--precision", "f17"], 1, "error: nothing has this name exactly: f17"),
        (["load", FLUX, "--adapter", "mir:model.lora.nothing:flux-1"], 1, "error: nothing has this name exactly"),
        (["settings", FLUX, "--for", "comfyui"], 1, f"no source states a setting of {FLUX} for comfyui"),
    ],
)
def test_what_cannot_be_answered_is_said(folder: Path, arguments: list[str], code: int, says: str) -> None:
    """One sentence on stderr, and the exit code."""
    done = mirld(folder, *arguments)
    assert done.returncode == code
    assert says.lower() in done.stderr.lower()
    assert done.stdout == ""


def test_a_broken_registry_is_three(tmp_path: Path) -> None:
    """File, line and column of the fault."""
    for name in ("ontology", "shapes", "data", "site"):
        (tmp_path / name).mkdir()
    (tmp_path / "data" / "broken.ttl").write_text("<a> <b> .", encoding="utf-8")
    done = mirld(tmp_path, "--root", str(tmp_path), "settings", FLUX)
    assert done.returncode == 3
    assert f"data{os.sep}broken.ttl:1:" in done.stderr.replace("/", os.sep)
