"""Ids are completed in bash, zsh and fish, as their own scripts ask for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SMALL = Path(__file__).resolve().parents[1] / "fixtures" / "small"
BASE, TUNED = "mir:model.unet.orrery:base", "mir:model.unet.orrery:tuned"


@pytest.fixture
def place(tmp_path: Path) -> dict[str, str]:
    """Make a command `mirld`, and a cache of its own."""
    program = tmp_path / "bin" / "mirld"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom mirld.cli import main\nmain()\n")
    program.chmod(0o755)
    return {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}", "XDG_CACHE_HOME": str(tmp_path / "cache")}


def completed(place: dict[str, str], shell: str, words: list[str], number: int) -> list[str]:
    """Ask as the script of a shell does: what one word of a line may become."""
    asked = {"_MIRLD_COMPLETE": f"{shell}_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(number)}
    if shell == "fish":
        asked["COMP_CWORD"] = words[number] if number < len(words) else ""
    done = subprocess.run(["mirld"], env={**place, **asked}, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize("command", ["resolve", "classify"])
def test_zsh_and_fish_get_whole_ids(place: dict[str, str], command: str) -> None:
    """With `mir:` and without; of the registry that the line names."""
    line = ["mirld", "--root", str(SMALL), command]
    assert completed(place, "zsh", [*line, "mir:model.unet.orr"], 4) == ["plain", BASE, "_", "plain", TUNED, "_"]
    assert completed(place, "zsh", [*line, "model.unet.orr"], 4)[1::3] == [
        "model.unet.orrery:base",
        "model.unet.orrery:tuned",
    ]
    assert [each.partition(",")[2] for each in completed(place, "fish", [*line, "mir:model.unet.orr"], 4)] == [
        BASE,
        TUNED,
    ]
    assert completed(place, "zsh", [*line, "mir:nothing"], 4) == []
    assert len(completed(place, "zsh", [*line, "m"], 4)) > 6


def test_a_registry_that_cannot_be_read_completes_nothing(place: dict[str, str], tmp_path: Path) -> None:
    """And prints nothing into the line."""
    assert completed(place, "zsh", ["mirld", "--root", str(tmp_path / "none"), "resolve", "mir:"], 4) == []


@pytest.mark.parametrize(
    ("words", "replies"),
    [
        (["mir", ":", "model.unet.orr"], ["model.unet.orrery:base", "model.unet.orrery:tuned"]),
        (["mir", ":", "model.unet.orrery", ":", "b"], ["base"]),
        (["mir", ":", "model.unet.orrery", ":"], ["base", "tuned"]),
        (["model.unet.orr"], ["model.unet.orrery:base", "model.unet.orrery:tuned"]),
        (["model.unet.orrery", ":", "ba"], ["base"]),
    ],
)
def test_bash_gets_what_follows_the_last_colon(place: dict[str, str], words: list[str], replies: list[str]) -> None:
    """Which bash takes for a word of its own; its script runs in a real bash."""
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash on this machine")
    line = ["mirld", "--root", str(SMALL), "resolve", *words]
    script = f"""
eval "$(_MIRLD_COMPLETE=bash_source mirld)"
COMP_WORDS=({" ".join(f"'{word}'" for word in line)}); COMP_CWORD={len(line) - 1}
_mirld_completion mirld
printf '%s\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run([bash, "-c", script], env=place, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.stderr) == (replies, "")
