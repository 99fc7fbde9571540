"""The table that a terminal shows."""

from __future__ import annotations

import pytest

from mirld.cli import table

ROWS = [["a", "short"], ["b", "long " * 12]]


def test_without_a_terminal_nothing_is_cut() -> None:
    """A pipe gets all there is."""
    assert "long " * 11 in table.draw(["id", "text"], ROWS, width=None)


@pytest.mark.parametrize("width", [20, 40, 60])
def test_a_table_keeps_to_the_terminal(width: int) -> None:
    """The widest column is cut, and the cut is shown."""
    lines = table.draw(["id", "text"], ROWS, width=width).splitlines()
    assert max(map(table.width_of, lines)) <= width
    assert lines[-1].endswith("…")
    assert "short" in lines[1]


def test_wide_characters_take_two_columns() -> None:
    """Columns stay aligned."""
    lines = table.draw(["id", "x"], [["模型", "1"], ["ab", "2"]], width=None).splitlines()
    assert [table.width_of(line) for line in lines] == [7, 7, 7]


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for pipes, not under NO_COLOR."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert table.painted("x", bold=True) == "\x1b[1mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert table.painted("x", bold=True) == "x"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setattr("sys.stdout.isatty", lambda: False)
    assert table.painted("x", bold=True) == "x"
