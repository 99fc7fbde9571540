"""What the documents say is so: examples print what they show, and every command exists."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mirld.cli import COMMANDS
from mirld.errors import EXIT_YES
from mirld.registry.place import open_index

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
EXAMPLES = re.findall(r"^\$ (mirld .*)\n((?:(?!\$ |```).*\n)*)", README, re.MULTILINE)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the index of the registry, which else the first example would say that it makes."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        open_index().close()
    return folder


@pytest.mark.parametrize(("command", "output"), EXAMPLES, ids=[command[:40] for command, _ in EXAMPLES])
def test_an_example_prints_what_it_shows(tmp_path: Path, cache: Path, command: str, output: str) -> None:
    """As it is written, from an empty folder, with nothing configured."""
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        env={"PATH": "", "HOME": str(tmp_path), "XDG_CACHE_HOME": str(cache)},
        check=False,
    )
    assert done.returncode == EXIT_YES
    assert sorted(done.stdout.splitlines()) == sorted(output.splitlines())


def test_there_are_examples() -> None:
    """Build, query and resolve are shown in the first minute."""
    shown = " ".join(command for command, _ in EXAMPLES)
    assert "mirld resolve" in shown
    assert "mirld query" in shown
    assert ".venv/bin/mirld build" in README


def test_every_command_is_spoken_of() -> None:
    """The changelog names what there is, and the documents name nothing that there is not."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    named = set(re.findall(r"(?:`|^|&& |[$] |bin/)mirld ([a-z-]+)", text, re.MULTILINE))
    assert set(COMMANDS) <= set(re.findall(r"`([a-z-]+)(?: upstream-mir)?`", text)) | named
    assert named - {"is"} <= set(COMMANDS)  # a sentence may begin with the name of the program


def test_the_two_commands_stand_in_the_readme() -> None:
    """One sets up and builds, one sets up and tests; continuous integration takes the second from there."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    build, test = (next(block for block in blocks if word in block) for word in ("mirld build", "pytest"))
    assert build.count("\n") == test.count("\n") == 1
    between = README.split("<!-- test-command -->")[1].split("<!-- /test-command -->")[0]
    assert test in between
    assert "README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_grammar_in_the_documents_is_the_published_one() -> None:
    """Word for word."""
    published = (ROOT / "site" / "content" / "grammar" / "mir.abnf").read_text(encoding="utf-8")
    assert f"```abnf\n{published}```" in (ROOT / "docs" / "names.md").read_text(encoding="utf-8")


def test_the_names_shown_are_names() -> None:
    """Every `mir:` name in a document can be read, templates with … or [ left aside."""
    from mirld.ids import MirId

    for path in DOCUMENTS:
        for text in re.findall(r"(?<![\w-])mir:(?:model|info|operations|dev)\.[^\s`<>|\"')\]]+", path.read_text()):
            MirId.find(text.rstrip(".,;:*"))


def test_the_notice_names_every_source() -> None:
    """Each folder of data with a source of its own, and every package whose facts are carried."""
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for source in sorted((ROOT / "data").rglob("source.ttl")):
        folder = source.parent.relative_to(ROOT).as_posix()
        assert folder in notice, f"NOTICE says nothing of {folder}"


def test_the_wheel_carries_what_a_command_reads() -> None:
    """The four folders, under the name that `mirld.config` looks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for folder in ("ontology", "shapes", "data", "site"):
        assert carried[folder] == f"mirld/carried/{folder}"
