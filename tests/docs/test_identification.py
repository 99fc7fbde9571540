"""What docs/identification.md says of signatures is so."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph

from mirld.lookup.identification import LEVELS
from mirld.registry.place import open_index
from mirld.vocab import MIR
from mirld.weights.condition_text import parse_condition

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "identification.md").read_text(encoding="utf-8")


def test_the_signature_that_is_shown_could_be_one() -> None:
    """Its conditions can be read, and what it names is there."""
    (block,) = re.findall(r"```turtle\n(.*?)```", TEXT, re.DOTALL)
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
