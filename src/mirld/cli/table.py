"""Rows as an aligned table: as wide as the terminal, or as wide as the text where there is none."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence

import click

_GAP = "  "
_NARROWEST = 8
_CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"


def painted(text: str, *, bold: bool) -> str:
    """Style a text for a terminal that wants it: not in a pipe, not under NO_COLOR (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return click.style(text, bold=bold or None)


def printable(text: str) -> str:
    r"""Replace what would steer a terminal instead of being shown.

    >>> printable("two\nlines\x1b[31m")
    'two lines [31m'
    """
    return text if text.isprintable() else re.sub(_CONTROL, " ", text)


def width_of(text: str) -> int:
    """Columns that a text takes on a terminal: two for a wide character, none for a mark over another.

    >>> width_of("模型"), width_of("e\u0301")
    (4, 1)
    """
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def terminal_width() -> int | None:
    """Columns of the terminal that is written to, or None when it is none."""
    if not sys.stdout.isatty():
        return None
    import shutil  # it brings every way of packing files along

    return shutil.get_terminal_size().columns


def draw(head: Sequence[str], rows: Sequence[Sequence[str]], *, width: int | None, right: Sequence[bool] = ()) -> str:
    """Draw a table; the widest columns are cut until it fits in `width` columns, when one is given.

    >>> print(draw(["id", "steps"], [["a", "4"], ["bbb", "16"]], width=None, right=[False, True]), end="")
    id   steps
    a        4
    bbb     16
    """
    cells = [[printable(cell) for cell in row] for row in (head, *rows)]
    widths = _fitted([max(width_of(row[column]) for row in cells) for column in range(len(head))], width)
    rights = [*right, *[False] * (len(head) - len(right))]
    lines = []
    for number, row in enumerate(cells):
        line = _GAP.join(_aligned(*cell) for cell in zip(row, widths, rights, strict=True)).rstrip()
        lines.append(painted(line, bold=True) if number == 0 else line)
    return "\n".join(lines) + "\n"


def _fitted(widths: list[int], total: int | None) -> list[int]:
    """Take from the widest columns what is too much, down to a width below which nothing can be read."""
    if total is None or not widths:
        return widths
    widths = list(widths)
    excess = sum(widths) + len(_GAP) * (len(widths) - 1) - total
    while excess > 0 and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
        excess -= 1
    return widths


def _aligned(text: str, width: int, right: bool) -> str:
    space = width - width_of(text)
    if space < 0:
        kept = ""
        for character in text:
            if width_of(kept) + width_of(character) > width - 1:
                break
            kept += character
        text, space = f"{kept}…", width - width_of(kept) - 1
    return " " * space + text if right else text + " " * space
