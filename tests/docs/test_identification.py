"""What docs/identification.md says of signatures is so."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pyoxigraph
from tests.registries import make_checked_registry
from tests.weights.builders import write_sparse

from mirld.lookup.identification import LEVELS
from mirld.registry.place import open_index
from mirld.vocab import MIR
from mirld.weights.condition_text import parse_condition
from mirld.weights.layout_text import read_layout

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "identification.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```turtle\n(.*?)```", TEXT, re.DOTALL)


def test_the_signature_that_is_shown_could_be_one() -> None:
    """Its conditions can be read, and what it names is there."""
    block, _ = BLOCKS
    found = list(pyoxigraph.parse(input=block, format=pyoxigraph.RdfFormat.TURTLE))
    conditions = [each.object.value for each in found if each.predicate.value == MIR.requires]
    named = [each.object.value for each in found if each.predicate.value == MIR.networkOf]
    assert len(conditions) == 5
    assert all(parse_condition(text) for text in conditions)
    with open_index() as index:
        assert len(named) == 2
        assert all(index.entry_at(iri) for iri in named)


def test_every_kind_of_condition_that_is_shown_can_be_read() -> None:
    """The table of conditions, with what stands in code of its first column."""
    table = TEXT.split("| condition | true when |\n|---|---|\n")[1].split("\n\n")[0]
    rows = [re.match(r"\| `(.*?)` \|", line) for line in table.splitlines()]
    texts = [row[1].replace("\\|", "|") for row in rows if row]
    assert len(texts) == len(table.splitlines()) == 6
    for text in texts:
        parse_condition(text.removeprefix("not "))


def test_every_level_is_told() -> None:
    """In the order of the answers."""
    table = TEXT.split("| level | what is known |\n|---|---|\n")[1].split("\n\n")[0]
    assert [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines()] == list(LEVELS)


def test_a_model_is_added_as_it_is_told(tmp_path: Path) -> None:
    """The commands, one after the other, in a small registry, on a file with the layout of the case that is shown."""
    root = make_checked_registry(tmp_path / "r")
    lines = re.findall(r'"([^"]+)"', BLOCKS[1].partition("tableOfContents")[2].partition(" ;")[0])
    write_sparse(root / "my-model.safetensors", read_layout(lines).shapes)
    told = TEXT.partition("## How a model is added\n\n")[2].partition("\n\n")[0].replace("\\\n", " ")
    commands = [shlex.split(line) for line in told.splitlines()]
    assert [each[1] for each in commands] == ["new", "signature", "check", "identify"]
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", "mirld", "--root", str(root), *command[1:]],
            cwd=root,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={"PATH": "", "NO_COLOR": "1", "XDG_CACHE_HOME": str(tmp_path / "cache")},
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert "    mir:model.dit.my-model:base\n" in done.stdout


def test_every_finding_that_is_told_is_one() -> None:
    """And each that there is, is told."""
    source = (ROOT / "src" / "mirld" / "check" / "proofs.py").read_text(encoding="utf-8")
    assert set(re.findall(r"`signature:(\w+)`", TEXT)) == set(re.findall(r"\{PREFIX\}(\w+)", source))
