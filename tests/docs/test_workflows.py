"""The workflows that run without anybody looking: what they run is there, and they may do no more than they have to."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from mirld.cli import run
from mirld.errors import EXIT_YES

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
HARVEST = ROOT / ".github" / "workflows" / "harvest.yml"


def read(path: Path) -> dict[Any, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def scripts(path: Path) -> list[str]:
    return [step["run"] for step in steps(path) if "run" in step]


def commands(path: Path) -> list[list[str]]:
    """List the arguments of every call of mirld in a workflow."""
    lines = [line.strip() for script in scripts(path) for line in script.splitlines()]
    return [shlex.split(line.split("|")[0])[1:] for line in lines if line.startswith("mirld ")]


def is_valid(arguments: list[str]) -> bool:
    """Say whether there is such a command with such options: all of them are read before help is shown."""
    return run([*arguments, "--help"]) == EXIT_YES


def test_every_command_exists_with_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    """Harvest, record, form, check and health, in this order."""
    found = commands(HARVEST)
    assert found == [
        ["--root", ".", "harvest", "--all"],
        ["--root", ".", "check", "--record"],
        ["--root", ".", "fmt", "--check"],
        ["--root", ".", "check"],
        ["--root", ".", "health"],
    ]
    assert [arguments for arguments in found if not is_valid(arguments)] == []
    assert not is_valid(["--root", ".", "harvest", "--everything"])
    assert not is_valid(["--root", ".", "reap", "--all"])
    capsys.readouterr()


def test_it_runs_once_a_week_and_when_asked() -> None:
    """One time on one day; YAML 1.1 takes the word before it for a truth."""
    when = read(HARVEST)[True]
    assert set(when) == {"schedule", "workflow_dispatch"}
    (time,) = when["schedule"]
    assert re.fullmatch(r"\d{1,2} \d{1,2} \* \* [0-6]", time["cron"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_do_no_more_than_it_has_to(path: Path) -> None:
    """Nothing by default, a branch and its request to merge for the job, and actions of GitHub alone, pinned."""
    found = read(path)
    assert found["permissions"] == {}
    for job in found["jobs"].values():
        assert set(job["permissions"].items()) <= {("contents", "write"), ("pull-requests", "write")}
        assert job["timeout-minutes"] <= 120
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"actions/(?:checkout|setup-python)@[0-9a-f]{40}", name) for name in used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_no_text_from_outside_gets_into_a_script(path: Path) -> None:
    """An expression in a script is replaced before the shell sees it; values come by the environment."""
    assert [script for script in scripts(path) if "${{" in script] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_failure_before_a_pipe_stops_a_script(path: Path) -> None:
    """Only a shell that is named is run with pipefail."""
    assert read(path)["defaults"]["run"]["shell"] == "bash"


def test_what_is_installed_is_an_extra_of_the_project() -> None:
    """By its name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = re.findall(r"pip install '\.\[(.*?)\]'", "\n".join(scripts(HARVEST)))
    assert named
    assert set(named) <= set(project["optional-dependencies"])


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash on this machine")
@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_the_scripts_are_bash(path: Path) -> None:
    """Read by bash, not run."""
    for script in scripts(path):
        done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git on this machine")
@pytest.mark.parametrize("changed", [False, True])
def test_only_what_changed_is_proposed(tmp_path: Path, changed: bool) -> None:
    """The last script, with a git of its own and gh written down: a branch with data/ alone, or nothing at all."""
    origin, checkout, temp, tools = (tmp_path / name for name in ("origin", "checkout", "temp", "tools"))
    for folder in (checkout / "data", temp, tools):
        folder.mkdir(parents=True)
    (tools / "gh").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/gh.txt\n', encoding="utf-8")
    (tools / "gh").chmod(0o755)
    for name in ("harvest", "health"):
        (temp / f"{name}.txt").write_text(f"the {name}\n", encoding="utf-8")
    environment = {
        "PATH": f"{tools}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "RUNNER_TEMP": str(temp),
        "GITHUB_REF_NAME": "main",
        "GIT_CONFIG_NOSYSTEM": "1",
    }

    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        done = subprocess.run(
            ["git", *identity, *arguments], cwd=checkout, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    subprocess.run(["git", "init", "-q", "--bare", str(origin)], env=environment, check=True)
    git("init", "-q", "-b", "main")
    (checkout / "data" / "a.ttl").write_text("old", encoding="utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", "first")
    git("remote", "add", "origin", str(origin))
    (checkout / "left.txt").write_text("of no use", encoding="utf-8")
    if changed:
        (checkout / "data" / "a.ttl").write_text("new", encoding="utf-8")
        (checkout / "data" / "b.ttl").write_text("more", encoding="utf-8")
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", scripts(HARVEST)[-1]],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if not changed:
        assert "The sources say what they said." in done.stdout
        assert not (tmp_path / "gh.txt").exists()
        return
    assert git("diff", "--name-only", "main", "harvest").split() == ["data/a.ttl", "data/b.ttl"]
    assert git("ls-remote", "origin").split()[1] == "refs/heads/harvest"
    said = (tmp_path / "gh.txt").read_text(encoding="utf-8")
    assert "pr create --head harvest --base main " in said
    assert "the harvest" in (temp / "body.md").read_text(encoding="utf-8")
