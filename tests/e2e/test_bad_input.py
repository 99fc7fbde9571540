"""Bad input, case by case, for look-ups and for Python: what is wrong, where, and what to do, with its exit code."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import mirld
from mirld.errors import ConflictError, InputError, MirldError, UnknownNameError, UsageError
from mirld.registry.place import index_file
from mirld.registry.tables import FORMAT

SMALL = Path(__file__).resolve().parents[1] / "fixtures" / "small"
BASE, WHEEL = "mir:model.unet.orrery:base", "mir:operations.scheduler.wheel:discrete"
HEAD = """@base <https://w3id.org/mir/> .
@prefix mir: <https://w3id.org/mir/ns#> .
"""
COMMANDS = {
    "resolve": lambda text: ["resolve", text],
    "compat": lambda text: ["compat", text, BASE],
    "settings": lambda text: ["settings", text],
    "load": lambda text: ["load", text],
}
PYTHON: dict[str, Callable[[mirld.Registry, str], object]] = {
    "[]": lambda registry, text: registry[text],
    "settings": lambda registry, text: registry.settings(text),
    "loader": lambda registry, text: registry.loader(text),
    "compatible": lambda registry, text: registry.compatible(text, BASE),
}
NO_NAMES = {
    "not an id": ("mir:model..x", "this is no MIR id: the architecture is empty at 10: mir:model..x", None),
    "empty": ("", "no name was given", "any other name"),
    "no such file": ("./nowhere.safetensors", "no published file has this name", "mirld identify says what a file"),
    "unknown": ("mir:model.unet.orrery:bas", "mir:model.unet.orrery:bas", f"did you mean {BASE}"),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a registry with a class that loads two entries, so that its name is of both."""
    root = tmp_path_factory.mktemp("bad") / "registry"
    shutil.copytree(SMALL, root)
    return root


def run(root: Path, cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mirld", "--root", str(root), *arguments],
        cwd=root.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1", "XDG_CACHE_HOME": str(cache), "MIRLD_OVERLAY": ""},
        check=False,
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("case", NO_NAMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_name_of_anything(root: Path, cache: Path, command: str, case: str) -> None:
    """1, since nothing has the name, and 3 of compat, whose 1 says that two do not fit; nothing on stdout."""
    text, says, hint = NO_NAMES[case]
    done = run(root, cache, *COMMANDS[command](text))
    if command == "resolve":
        assert done.returncode == (0 if done.stdout else 1)  # words may find what is like it
        assert text in done.stderr or says in done.stderr
        return
    assert done.returncode == (3 if command == "compat" else 1), done.stderr
    assert done.stderr.startswith("error: ")
    assert says in done.stderr
    assert hint is None or hint in done.stderr.partition("hint: ")[2], done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("case", NO_NAMES)
@pytest.mark.parametrize("method", PYTHON)
def test_python_says_the_same(root: Path, monkeypatch: pytest.MonkeyPatch, cache: Path, method: str, case: str) -> None:
    """As an UnknownNameError, which is a KeyError; a look-up of words gives nothing, and raises nothing."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    text, says, hint = NO_NAMES[case]
    with mirld.open(root, overlays=[]) as registry:
        with pytest.raises(UnknownNameError) as caught:
            PYTHON[method](registry, text)
        assert isinstance(caught.value, KeyError)
        assert says in str(caught.value)
        assert hint is None or hint in (caught.value.hint or "")
        assert registry.resolve(text).query == text
        assert registry.get(text) is None


def test_an_ambiguous_name_lists_what_it_may_be(root: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that have the class, where one is needed; resolve gives them all, and says so."""
    other = HEAD + (
        '<model/unet/orrery/other> a mir:Model ; <http://www.w3.org/2000/01/rdf-schema#label> "Other"@en ;'
        " mir:loader <model/unet/orrery/other#loader-diffusers> .\n"
        '<model/unet/orrery/other#loader-diffusers> a mir:Loader ; mir:library "diffusers" ;'
        ' mir:className "StableDiffusionXLPipeline" .\n'
    )
    path = root / "data" / "curated" / "unet" / "other.ttl"
    path.write_text(other, encoding="utf-8")
    try:
        found = run(root, cache, "resolve", "StableDiffusionXLPipeline")
        assert (found.returncode, found.stdout.count("mir:model.unet.orrery")) == (0, 2)
        assert "ambiguous: 2 entries fit equally well" in found.stderr
        for command, code in (("settings", 1), ("load", 1), ("compat", 3)):
            done = run(root, cache, *COMMANDS[command]("StableDiffusionXLPipeline"))
            assert (done.returncode, done.stdout) == (code, "")
            assert "error: 2 entries have this name: StableDiffusionXLPipeline\nhint: " in done.stderr
            assert BASE in done.stderr
            assert "mir:model.unet.orrery:other" in done.stderr
        monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
        with (
            mirld.open(root, overlays=[]) as registry,
            pytest.raises(UnknownNameError, match="2 entries have this name"),
        ):
            registry["StableDiffusionXLPipeline"]
    finally:
        path.unlink()


OVERLAYS = {
    "not there": (None, UsageError, 2, "there is no such overlay"),
    "no Turtle": ("<a> <b>", InputError, 3, "own.ttl:"),
    "contradicts": ("<model/unet/orrery/base> a mir:Scheduler .", ConflictError, 3, "is Model in the registry"),
}


@pytest.mark.parametrize("case", OVERLAYS)
def test_an_overlay_that_cannot_be_laid_over(
    root: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """With the file, for each look-up and in Python; what is published is answered as before without it."""
    text, kind, code, says = OVERLAYS[case]
    place = tmp_path / "own.ttl"
    if text is not None:
        place.write_text(HEAD + text, encoding="utf-8")
    for command in COMMANDS.values():
        done = run(root, cache, "--overlay", str(place), *command(BASE))
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert says in done.stderr
        assert "own.ttl" in done.stderr
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    with pytest.raises(kind) as caught:
        mirld.open(root, overlays=[place])
    assert isinstance(caught.value, MirldError)
    assert run(root, cache, "resolve", BASE).returncode == 0


def damaged(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])


def scribbled(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    path.write_bytes(bytes(data))


def newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={FORMAT + 1}")
    connection.commit()
    connection.close()


def no_database(path: Path) -> None:
    path.write_text("this is no database", encoding="utf-8")


@pytest.mark.parametrize("damage", [damaged, scribbled, newer, no_database], ids=lambda each: each.__name__)
def test_an_index_that_cannot_be_used_is_made_anew(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    """Cut off, overwritten, of a newer mirld, or something else: each look-up answers as it did before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    place = Path(index_file(root))
    for name, command in COMMANDS.items():
        before = run(root, tmp_path, *command(WHEEL if name == "compat" else BASE))
        damage(place)
        after = run(root, tmp_path, *command(WHEEL if name == "compat" else BASE))
        assert (after.returncode, after.stdout) == (before.returncode, before.stdout), after.stderr
        assert before.stdout
    damage(place)
    with mirld.open(root, overlays=[]) as registry:
        assert registry[BASE].label == "Orrery base"


def test_a_cache_that_takes_nothing_is_said_and_does_no_harm(
    root: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a file stands in the way of the folder, which no permission can mend: in memory, each time, on stderr."""
    blocked = tmp_path / "blocked"
    blocked.write_text("", encoding="utf-8")
    for name, command in COMMANDS.items():
        asked = command(WHEEL if name == "compat" else BASE)
        done = run(root, blocked, *asked)
        assert "the index is made in memory, for this once, since " in done.stderr
        assert str(blocked) in done.stderr
        assert done.stdout == run(root, cache, *asked).stdout
    assert blocked.read_bytes() == b""
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    with mirld.open(root, overlays=[]) as registry:
        assert registry[BASE].label == "Orrery base"
    assert "mirld: the index is made in memory" in capsys.readouterr().err
