"""`--overlay`, MIRLD_OVERLAY and mirld.toml hold for every command: what is added is there, what is published stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from tests.registries import make_checked_registry
from tests.serve.running import Served

HEAD = """@base <https://w3id.org/mir/> .
@prefix mir: <https://w3id.org/mir/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
DEV, BASE = "mir:dev.lora.mine:orrery", "mir:model.unet.orrery:base"
MINE = """<info/lora/mine> a mir:Info ; rdfs:label "Mine"@en .
<dev/lora/mine/orrery> a mir:Development ; rdfs:label "My private thing"@en .
<model/unet/orrery/base> rdfs:label "My favourite"@en ;
    mir:setting <model/unet/orrery/base#setting-mine-call-num_inference_steps> .
<model/unet/orrery/base#setting-mine-call-num_inference_steps> a mir:Setting ; mir:value 7 ;
    mir:parameterName "num_inference_steps" ; mir:phase <vocab/phase/call> .
"""
ANOTHER_CLASS = "<model/unet/orrery/base> a mir:Scheduler ."
ASK = "ASK { <dev/lora/mine/orrery> a mir:Development }"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("MIRLD_OVERLAY", raising=False)


def overlay(tmp_path: Path, text: str = MINE) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir(exist_ok=True)
    (folder / "own.ttl").write_text(HEAD + text, encoding="utf-8")
    return folder


def mirld(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mirld", "--root", str(root), *arguments],
        cwd=root.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1", **environment},
        check=False,
    )


def test_wherever_an_overlay_is_named_a_query_sees_it(small: Path, tmp_path: Path) -> None:
    """By the option, the variable and the file; and not without."""
    mine = overlay(tmp_path)
    assert mirld(small, "query", ASK).stdout == "no\n"
    assert mirld(small, "--overlay", str(mine), "query", ASK).stdout == "yes\n"
    assert mirld(small, "query", ASK, MIRLD_OVERLAY=str(mine)).stdout == "yes\n"
    (small.parent / "mirld.toml").write_text('overlay = ["mine"]\n', encoding="utf-8")
    assert mirld(small, "query", ASK).stdout == "yes\n"


def test_pages_say_what_is_from_an_overlay(small: Path, tmp_path: Path) -> None:
    """All of an entry, or what it adds to one; the setting counts in code and data, and the name stays."""
    mine, site = overlay(tmp_path), tmp_path / "site"
    done = mirld(small, "--overlay", str(mine), "build", "--no-check", "--out", str(site))
    assert done.returncode == 0, done.stderr
    whole = (site / "dev/lora/mine/orrery/index.html").read_text("utf-8")
    assert "<strong>From an overlay</strong>, mine/own.ttl: it is no part of the published registry." in whole
    page = (site / "model/unet/orrery/base/index.html").read_text("utf-8")
    assert "<strong>An overlay adds to this entry</strong>, mine/own.ttl: " in page
    assert '<a href="#setting-mine-call-num_inference_steps">' in page
    assert "<h1>Orrery base</h1>" in page
    assert "Also called My favourite" in page
    assert "overlay</strong>" not in (site / "info/unet/orrery/index.html").read_text("utf-8")
    (run,) = [
        found[BASE]
        for path in (site / "api/v1/run").glob("*.json")
        if BASE in (found := json.loads(path.read_text("utf-8")))
    ]
    said = {each["parameter"]: each for each in run["libraries"]["diffusers"]["settings"]["settings"]}
    asked = json.loads(mirld(small, "--overlay", str(mine), "settings", BASE, "--json").stdout)["settings"]
    (steps,) = (each for each in asked if each["parameter"] == "num_inference_steps")
    assert (steps["value"], steps["layer"]) == (7, "overlay")
    assert (said["num_inference_steps"]["value"], said["num_inference_steps"]["layer"]) == (7, "overlay")


def test_a_setting_of_the_same_name_is_the_one_of_the_overlay(small: Path, tmp_path: Path) -> None:
    """In the graph as in look-ups; a rank of one's own outvotes nothing that is published."""
    path = small / "data" / "curated" / "unet" / "orrery.ttl"
    name = next(
        line.split("#")[1].split(">")[0]
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("<model/unet/orrery/base#setting-")
    )
    mine = overlay(
        tmp_path,
        f"""<model/unet/orrery/base> mir:setting <model/unet/orrery/base#{name}> .
        <model/unet/orrery/base#{name}> a mir:Setting ; mir:parameterName "guidance_scale" ; mir:value 1.5 ;
            mir:phase <vocab/phase/call> .""",
    )
    (mine / "source.ttl").write_text(
        HEAD + '<source/mine> a mir:Source ; rdfs:label "Mine"@en ; mir:rank 0 .', encoding="utf-8"
    )
    query = f"SELECT ?v {{ <model/unet/orrery/base#{name}> mir:value ?v }}"
    assert mirld(small, "--overlay", str(mine), "query", query, "--format", "csv").stdout.split() == ["v", "1.5"]
    site = tmp_path / "site"
    assert mirld(small, "--overlay", str(mine), "build", "--no-check", "--out", str(site)).returncode == 0
    assert "<h1>Orrery base</h1>" in (site / "model/unet/orrery/base/index.html").read_text("utf-8")


def test_a_server_answers_with_an_overlay(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, SPARQL, names and settings; and it follows the overlay when it watches."""
    mine = overlay(tmp_path)
    monkeypatch.setenv("MIRLD_OVERLAY", str(mine))
    with Served(root=small) as served:
        assert b"From an overlay" in served.ask("/dev/lora/mine/orrery/").body
        found = json.loads(served.ask("/resolve?q=my+favourite").body)
        assert found["candidates"][0]["id"] == BASE
        settings = json.loads(served.ask(f"/api/settings?id={BASE}").body)["settings"]
        assert {each["parameter"]: each["layer"] for each in settings}["num_inference_steps"] == "overlay"
        asked = "ASK { <https://w3id.org/mir/dev/lora/mine/orrery> a <https://w3id.org/mir/ns#Development> }"
        assert json.loads(served.ask(f"/sparql?query={urllib.parse.quote(asked)}").body)["boolean"] is True


def test_an_entry_of_an_overlay_is_classified_and_checked(tmp_path: Path) -> None:
    """With the rest of the registry around it."""
    root = make_checked_registry(tmp_path / "registry")
    mine = overlay(tmp_path)
    done = mirld(root, "--overlay", str(mine), "classify", DEV)
    assert done.returncode == 0, done.stderr
    report = json.loads(mirld(root, "--overlay", str(mine), "check", "--json").stdout)
    assert [each for each in report["findings"] if each["severity"] == "violation"] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ANOTHER_CLASS, "own.ttl: mir:model.unet.orrery:base: types is Model in the registry, not Scheduler"),
        ("<a> <b>", "own.ttl:"),
        (None, "there is no such overlay"),
    ],
    ids=["contradicts", "broken", "missing"],
)
@pytest.mark.parametrize(
    "command",
    [["query", ASK], ["classify", BASE], ["build", "--no-check", "--out", "site"], ["serve", "--port", "0"],
     ["resolve", BASE], ["settings", BASE], ["load", BASE], ["compat", BASE, BASE]],
    ids=lambda command: command[0],
)  # fmt: skip
def test_what_an_overlay_may_not_is_refused_by_every_command(
    small: Path, tmp_path: Path, command: list[str], text: str | None, says: str
) -> None:
    """Exit code 3, the file and what is wrong, nothing on stdout and nothing written; 2 for one that is not there."""
    mine = overlay(tmp_path, text) if text is not None else tmp_path / "nowhere"
    done = mirld(small, "--overlay", str(mine), *command)
    assert done.returncode == (3 if text is not None else 2), done.stderr
    assert f"error: {says if text is None else ''}" in done.stderr
    assert says in done.stderr
    assert "hint: " in done.stderr or text == "<a> <b>"
    assert done.stdout == ""
    assert not (small.parent / "site").exists()


def test_a_check_finds_what_an_overlay_may_not(tmp_path: Path) -> None:
    """As a violation among the others."""
    root = make_checked_registry(tmp_path / "registry")
    mine = overlay(tmp_path, "<model/unet/orrery/base> a mir:Scheduler .")
    for arguments in (["--overlay", str(mine), "check"], ["check", str(mine)]):
        done = mirld(root, *arguments)
        assert done.returncode == 1
        assert "(overlay:contradicts)" in done.stdout
