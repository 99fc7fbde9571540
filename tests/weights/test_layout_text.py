"""Layouts as few lines: what is written is read back, and what is no layout is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirld.weights.layout_text import MOST, read_layout, write_layout

WORDS = st.sampled_from(["blocks", "norm1", "to_q", "weight", "bias", "0", "1", "2", "10", "007", "RDB3", "x-y", ""])
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(".".join).filter(lambda name: name != "")
SHAPES = st.none() | st.lists(st.integers(0, 4096), max_size=4).map(tuple)
LAYOUTS = st.dictionaries(NAMES, SHAPES, max_size=40)
METADATA = st.dictionaries(st.sampled_from(["general.architecture", "format"]), st.sampled_from(["llama", "a b"]))


@given(shapes=LAYOUTS, metadata=METADATA)
def test_what_is_written_is_read_back(shapes: dict[str, tuple[int, ...] | None], metadata: dict[str, str]) -> None:
    """Names, shapes and metadata, whatever numbers stand in names; the lines are sorted, and each stands once."""
    lines = write_layout(shapes, metadata)
    assert list(lines) == sorted(set(lines))
    found = read_layout(lines)
    assert found.shapes == shapes
    assert found.metadata == metadata


def test_blocks_and_modules_are_one_line() -> None:
    """Numbers become sets, and tensors of one module stand together."""
    shapes = {f"blocks.{i}.{j}.proj.{leaf}": (4,) for i in (0, 1, 3) for j in range(2) for leaf in ("weight", "bias")}
    assert write_layout(shapes) == ("blocks.{0-1|3}.{0-1}.proj: bias [4], weight [4]",)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "a b",
        "a [1 2]",
        "a [1,]",
        "a [-1]",
        "a [1], ",
        "a.{0-}.w [1]",
        "a.{x}.w [1]",
        "a.{0.w [1]",
        "a: ",
        f"a.{{0-{MOST}}}.w [1]",
        "a.{0-999}.{0-999}.w [1]",
    ],
)
def test_what_is_no_line_is_refused(line: str) -> None:
    """With the line, or the part of it that cannot be read; a line that stands for too many tensors is none."""
    with pytest.raises(ValueError, match=r"no line|no set|no name|more than"):
        read_layout([line])


def test_a_name_that_stands_twice_is_refused() -> None:
    """Which of the shapes would hold, nobody could tell."""
    with pytest.raises(ValueError, match=r"stands in two lines of the layout: a\.1: w \[2\]"):
        read_layout(["a.{0-1}.w [1]", "a.1: w [2]"])


@pytest.mark.parametrize("name", ["a b", "a{0}", "a: b", "@a", "a,b", "a[0]"])
def test_a_name_that_no_line_can_hold_is_refused(name: str) -> None:
    """It would be read as something else."""
    with pytest.raises(ValueError, match="no line of a layout can hold"):
        write_layout({name: (1,)})
