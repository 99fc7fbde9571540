"""YAML as data: anchors and merge keys, what a row says itself, and texts made to break a reader."""

from __future__ import annotations

import time

import pytest

from mirld.errors import SyntaxInputError
from mirld.harvest.yaml_text import parse_rows, parse_yaml

ROWS = """\
- &first
  name: one
  tags: [a, b]
  size: 7
- !!merge <<: *first
  name: two
- <<: [*first, {size: 8, colour: red}]
  name: three
- word
"""


def test_a_row_takes_what_its_anchor_says_and_tells_it_from_its_own() -> None:
    """Of several anchors the first wins, and what the row says itself wins over all."""
    first, second, third, word = parse_rows(ROWS, "rows.yaml")
    assert second.value == {"name": "two", "tags": ["a", "b"], "size": 7}
    assert second.own == {"name"}
    assert third.value == {"name": "three", "tags": ["a", "b"], "size": 7, "colour": "red"}
    assert (first.line, second.line, third.line) == (1, 5, 7)
    assert (word.value, word.own) == ({}, frozenset())


def test_what_only_looks_like_a_value_of_another_type_stays_text() -> None:
    """A date that is none, and a tag that would make an object."""
    found = parse_yaml("day: 2024-13-45\ncall: !!python/name:os.system go\nno: null\n", "one.yaml")
    assert found == {"day": "2024-13-45", "call": "go", "no": None}


@pytest.mark.parametrize(
    ("text", "line"),
    [("- a: [\n- b", 2), ("- name: one\n\t- x", 2), ("- &a [*a]", 1), ("- a: *gone", 1), ("- name: 'open", 1)],
)
def test_what_is_no_yaml_is_refused_with_its_line(text: str, line: int) -> None:
    """Broken, or an anchor that is missing or holds itself."""
    with pytest.raises(SyntaxInputError) as caught:
        parse_rows(text, "rows.yaml")
    assert caught.value.file == "rows.yaml"
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["", "a: \x00", "a: 1", "[" * 100_000])
def test_what_is_no_list_is_refused(text: str) -> None:
    """Empty, with characters that no text holds, a mapping, or nested without end."""
    with pytest.raises(SyntaxInputError):
        parse_rows(text, "rows.yaml")


def test_what_is_no_mapping_is_refused() -> None:
    """A file of one record is a mapping."""
    with pytest.raises(SyntaxInputError, match="no mapping"):
        parse_yaml("- a", "one.yaml")


def test_anchors_that_double_themselves_stay_as_small_as_they_are_written() -> None:
    """Forty doublings would be more than a memory holds, were they copied."""
    lines = ["- &m0 {k: v}", *(f"- &m{n} {{<<: [*m{n - 1}, *m{n - 1}], k{n}: *m{n - 1}}}" for n in range(1, 40))]
    began = time.monotonic()
    rows = parse_rows("\n".join(lines), "rows.yaml")
    assert time.monotonic() - began < 5
    assert rows[39].own == {"k39"}
    assert len(rows[39].value) == 40


def test_a_long_line_is_one_value() -> None:
    """Ten million characters without an end of line."""
    assert len(parse_yaml(f"a: {'x' * 10_000_000}", "one.yaml")["a"]) == 10_000_000
