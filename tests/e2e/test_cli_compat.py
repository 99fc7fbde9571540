"""`mirld compat` as a user runs it, on the real registry."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "site" / "content" / "schema" / "compat.schema.json").read_text(encoding="utf-8"))
LORA, DEV, FLUX_2 = "mir:model.lora.hyper:flux-1", "mir:model.dit.flux-1:dev", "mir:model.dit.flux-2:dev"
SDXL = "mir:model.unet.stable-diffusion-xl:base"
# Loads the command in a process of its own and names what it must not have loaded.
LOADED = """
import sys
from mirld.cli import run
code = run(sys.argv[1:])
heavy = {"rdflib", "pyoxigraph", "pyshacl", "jinja2"} & set(sys.modules)
graph = [name for name in sys.modules if name.startswith("mirld.graph")]
print(code, sorted(heavy), graph, file=sys.stderr)
"""


def compat(folder: Path, *arguments: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mirld", "--root", str(root), "compat", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": "", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", "HOME": str(folder)},
        check=False,
    )


def test_yes_names_the_steps_and_who_says_so(tmp_path: Path) -> None:
    """The variant that was asked for is shown; the series is a step; pages stand below."""
    done = compat(tmp_path, f"{LORA}@8step", "mir:model.dit.flux-1:schnell")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == f"yes  {LORA}@8step  mir:model.dit.flux-1:schnell"
    assert lines[1] == "    yes: Hyper-SD for FLUX.1 is made for FLUX.1 (adapter for)"
    assert lines[2] == "        since FLUX.1 [schnell] is a release of FLUX.1"
    assert lines[3].startswith("        https://")


def test_no_says_in_what_the_two_differ(tmp_path: Path) -> None:
    """A LoRA of FLUX.1 on FLUX.2."""
    done = compat(tmp_path, LORA, FLUX_2)
    assert done.returncode == 1
    assert done.stdout.startswith(f"no  {LORA}  {FLUX_2}\n")
    assert "inner width: 3072 in FLUX.1 [dev], 6144 in FLUX.2-dev (inner width)" in done.stdout


def test_unknown_is_four_and_says_why(tmp_path: Path) -> None:
    """Nobody says whether LoRAs of SDXL work with Kolors."""
    done = compat(tmp_path, "mir:model.lora.lcm:stable-diffusion-xl", "mir:model.unet.kolors:base")
    assert done.returncode == 4
    assert "is made for Stable Diffusion XL Base 1.0, and nothing says whether it fits the other" in done.stdout


def test_any_form_that_resolve_finds_will_do(tmp_path: Path) -> None:
    """A repository and an id without its scheme."""
    done = compat(tmp_path, "black-forest-labs/FLUX.1-dev", "model.vae.kl:flux-1")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, f"yes  {DEV}  mir:model.vae.kl:flux-1")


def test_three_and_more_are_a_pipeline(tmp_path: Path) -> None:
    """The weakest pair decides and is named."""
    parts = ("mir:model.vae.tae:stable-diffusion-xl", "mir:model.lora.lcm:stable-diffusion-xl")
    good = compat(tmp_path, SDXL, *parts, "mir:operations.scheduler.lcm:scheduler")
    assert (good.returncode, good.stdout.splitlines()[0]) == (0, "yes  4 entries, 3 pairs")
    bad = compat(tmp_path, SDXL, *parts, "mir:operations.scheduler.flowmatcheuler:discrete")
    assert bad.returncode == 1
    assert f"the weakest pair is mir:operations.scheduler.flowmatcheuler:discrete  {SDXL}" in bad.stdout


def test_what_fits_is_listed(tmp_path: Path) -> None:
    """By kind, or of one kind; nothing known is unknown."""
    done = compat(tmp_path, DEV, "--list")
    assert done.returncode == 0
    for kind in ("adapter for", "autoencoder for", "control for", "scheduler for", "text encoder for"):
        assert f"\n    {kind}\n" in done.stdout
    only = compat(tmp_path, DEV, "--list", "VAEs")
    assert "mir:model.vae.tae:flux-1" in only.stdout
    assert "mir:model.lora" not in only.stdout
    nothing = compat(tmp_path, "mir:model.art.parler-tts:tiny-v1", "--list=adapters")
    assert (nothing.returncode, "nothing is known to fit it" in nothing.stdout) == (4, True)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((LORA, DEV), 0),
        ((LORA, FLUX_2), 1),
        (("mir:model.vae.kl:flux-1", LORA), 4),
        ((SDXL, "mir:model.vae.kl:flux-1", "mir:model.lora.lcm:stable-diffusion-xl"), 1),
        ((DEV, "--list"), 0),
        (("mir:model.art.parler-tts:tiny-v1", "--list", "adapters"), 4),
    ],
)
def test_json_keeps_to_its_schema(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    """A pair, a set and a list, with the exit code of the verdict."""
    done = compat(tmp_path, *arguments, "--json")
    assert done.returncode == code
    found: dict[str, Any] = json.loads(done.stdout)
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(found)
    if "pairs" in found:
        assert found["pairs"][found["weakest"]]["verdict"] == found["verdict"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((LORA,), 2, "one entry alone: name another, or ask with --list what fits it"),
        ((LORA, DEV, "--list"), 2, "--list is asked of one entry: name no other, and write --list=KIND"),
        ((DEV, "--list=colours"), 2, "nothing is listed by this kind: colours"),
        ((), 2, "Missing argument"),
        ((LORA, "no such thing at all"), 3, "no entry has"),
        ((LORA, "stable diffusion"), 3, "no entry has exactly this name: stable diffusion"),
        ((LORA, ""), 3, "no name was given"),
    ],
)
def test_wrong_questions_are_two_and_bad_names_three(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """In one sentence, without a trace."""
    done = compat(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_ambiguous_name_is_not_guessed_at(tmp_path: Path) -> None:
    """It names some of what it may mean."""
    done = compat(tmp_path, LORA, "StableDiffusionXLPipeline")
    assert done.returncode == 3
    assert "entries have this name: StableDiffusionXLPipeline" in done.stderr
    assert "hint: name one of them, such as mir:model.unet.stable-diffusion-xl" in done.stderr


def test_a_look_up_loads_no_rdf(tmp_path: Path) -> None:
    """Once the index is made, the command imports neither the graph nor what reads and renders it."""
    compat(tmp_path, LORA, DEV)
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "--root", str(ROOT), "compat", LORA, DEV],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": "", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", "HOME": str(tmp_path)},
        check=False,
    )
    assert done.stderr.strip().splitlines()[-1] == "0 [] []"
