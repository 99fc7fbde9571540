"""`mirld resolve` as a user runs it: another folder, no network, nothing configured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "fixtures" / "small"
SCHEMA = json.loads((ROOT / "site" / "content" / "schema" / "resolve.schema.json").read_text(encoding="utf-8"))
# A socket in the child process is a failure: a look-up asks nobody.
OFFLINE = """
import socket, sys
def refuse(*_, **__): raise RuntimeError("the network was used")
socket.socket.connect = socket.getaddrinfo = refuse
from mirld.cli import run
sys.exit(run(sys.argv[1:]))
"""


def resolve(folder: Path, *arguments: str, root: Path | None = SMALL) -> subprocess.CompletedProcess[str]:
    place = ["--root", str(root)] if root is not None else []
    return subprocess.run(
        [sys.executable, "-c", OFFLINE, *place, "resolve", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": "", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def test_a_name_gives_its_entry(tmp_path: Path) -> None:
    """Data on stdout, nothing to say on stderr, exit code 0."""
    done = resolve(tmp_path, "mir:model.unet.orrery:base")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "mir:model.unet.orrery:base  Orrery base\n"
        "    https://w3id.org/mir/model/unet/orrery/base\n"
        "    is its canonical id\n"
    )


def test_the_carried_registry_needs_no_folder(tmp_path: Path) -> None:
    """The two names that the first lines of the registry's own story use."""
    for name in ("mir:model.lora.hyper:flux-1", "mir:model.transformer.clip-l:stable-diffusion-xl"):
        done = resolve(tmp_path, name, root=None)
        assert done.returncode == 0
        assert done.stdout.startswith(f"{name}  ")


def test_an_ambiguous_name_says_so(tmp_path: Path) -> None:
    """Both are printed, the exit code is 0, a line on stderr says it."""
    done = resolve(tmp_path, "orrery all")
    assert (done.returncode, done.stderr) == (0, "ambiguous: 2 entries fit equally well\n")
    assert done.stdout.count("was published as orrery all") == 2


def test_a_withdrawn_name_gives_its_reason(tmp_path: Path) -> None:
    """Its tombstone, and why it was withdrawn."""
    done = resolve(tmp_path, "mir:model.unet.orrery:lost")
    assert done.returncode == 0
    assert "(withdrawn)" in done.stdout
    assert "It was a test that should not have been published." in done.stdout


def test_nothing_found_is_no(tmp_path: Path) -> None:
    """Exit code 1, nothing on stdout, a name to try."""
    done = resolve(tmp_path, "orrerybasics")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("nothing is known by this name: orrerybasics\nhint: did you mean mir:")


@pytest.mark.parametrize(
    "text",
    ["mir:model.unet.orrery:base", "1" * 64, "22222222", "orrery/base", "StableDiffusionXLPipeline", "orrery",
     "info.unet.orrery:base", "mir:model.unet.orrery:lost", "orrery_base.safetensors", "no such thing", "orrerybasics",
     ""],
)  # fmt: skip
def test_json_keeps_to_its_schema(tmp_path: Path, text: str) -> None:
    """Whatever was asked; the words on stderr do not get into it."""
    done = resolve(tmp_path, text, "--json")
    Draft202012Validator.check_schema(SCHEMA)
    found = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(found)
    assert done.returncode == (0 if found["candidates"] else 1)


def test_the_limit_is_said(tmp_path: Path) -> None:
    """What is not shown is counted."""
    done = resolve(tmp_path, "orrery", "--limit", "1", "--json")
    found = json.loads(done.stdout)
    assert len(found["candidates"]) == 1
    assert found["total"] > 1
    assert f"1 of {found['total']} shown" in done.stderr


def test_words_need_no_quotes(tmp_path: Path) -> None:
    """Several arguments are one text."""
    assert resolve(tmp_path, "orrery", "tuned").stdout == resolve(tmp_path, "orrery tuned").stdout


@pytest.mark.parametrize("arguments", [[], ["x", "--limit", "0"], ["x", "--nothing"]])
def test_wrong_usage_is_two(tmp_path: Path, arguments: list[str]) -> None:
    """One sentence and a hint."""
    done = resolve(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")


def test_broken_data_is_three(tmp_path: Path) -> None:
    """File, line and column of the fault."""
    for folder in ("ontology", "shapes", "data", "site"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data" / "x.ttl").write_text("<a> <b>\n", encoding="utf-8")
    done = resolve(tmp_path, "x", root=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error: data/x.ttl:2:1: this is no Turtle: ")


def test_an_id_with_a_typing_error_is_told_from_one_that_exists(tmp_path: Path) -> None:
    """What was meant comes first, and a line on stderr says that it is not what was written."""
    done = resolve(tmp_path, "mir:model.unet.orery:base")
    assert done.stdout.startswith("mir:model.unet.orrery:base  ")
    assert done.stderr.startswith("there is no such id, these are like it: mir:model.unet.orery:base\n")


def test_an_overlay_is_laid_over(tmp_path: Path) -> None:
    """Given before the command or in the environment; one that contradicts the registry is bad input, with its file."""
    mine = tmp_path / "mine"
    mine.mkdir()
    head = "@base <https://w3id.org/mir/> . @prefix mir: <https://w3id.org/mir/ns#> .\n"
    (mine / "own.ttl").write_text(head + "<dev/unet/zwergal> a mir:Development .\n")
    line = [sys.executable, "-m", "mirld", "--root", str(SMALL)]
    environment = {"PATH": "", "XDG_CACHE_HOME": str(tmp_path / "cache")}

    def run(*more: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*line, *more],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**environment, **variables},
            check=False,
        )

    assert run("resolve", "dev.unet.zwergal").returncode == 1
    for done in (
        run("--overlay", str(mine), "resolve", "dev.unet.zwergal"),
        run("resolve", "dev.unet.zwergal", MIRLD_OVERLAY=str(mine)),
    ):
        assert done.stdout.startswith("mir:dev.unet.zwergal\n")
        assert (done.returncode, done.stderr) == (0, "")
    asked = run("--overlay", str(mine), "query", "ASK { <dev/unet/zwergal> a mir:Development }")
    assert asked.stdout == "yes\n"
    (mine / "own.ttl").write_text(head + "<model/unet/orrery/base> a mir:Scheduler .\n")
    done = run("--overlay", str(mine), "resolve", "orrery")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error: mine/own.ttl: mir:model.unet.orrery:base: types is ")
    assert "\nhint: an overlay may add and prefer" in done.stderr
    done = run("--overlay", "nowhere", "resolve", "orrery")
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, "error: there is no such overlay: nowhere")


def test_a_cache_that_takes_nothing_is_said(tmp_path: Path) -> None:
    """The answer is the same, and a line says why it took longer."""
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "mirld", "--root", str(SMALL), "resolve", "mir:model.unet.orrery:base"],
        capture_output=True,
        text=True,
        env={"XDG_CACHE_HOME": str(tmp_path / "file")},
        check=False,
    )
    assert done.stdout.startswith("mir:model.unet.orrery:base  ")
    assert done.stderr.startswith("the index is made in memory, for this once, since ")


def test_a_text_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Control characters of the question are not printed."""
    assert "\x1b" not in resolve(tmp_path, "\x1b[31m no such").stderr
