"""An inventory of a folder of models, as text, CSV, JSON, or a page of HTML that needs nothing else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from html import escape

from mirld.cli.table import draw, printable, terminal_width
from mirld.lookup.inventory import COLUMNS, Row

_SHOWN = 3
"""Entries and files shown of a cell; all are in CSV, JSON and HTML."""

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:90rem;padding:0 1rem;color-scheme:light dark}"
    "table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid #8884;padding:.4rem .6rem;"
    "text-align:left;vertical-align:top}td.size{text-align:right;white-space:nowrap}td.file{overflow-wrap:anywhere}"
)


def write(rows: Sequence[Row], form: str) -> str:
    """Write an inventory in one of `FORMS`."""
    return FORMS[form](rows)


def _text(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    cells = [[_cell(row, column) for column in COLUMNS] for row in rows]
    return draw(COLUMNS, cells, width=terminal_width(), right=[column == "size" for column in COLUMNS])


def _cell(row: Row, column: str) -> str:
    if column == "ids" and row.error:
        return printable(row.error)
    value = getattr(row, column)
    if isinstance(value, tuple):
        more = f" and {len(value) - _SHOWN} more" if len(value) > _SHOWN else ""
        return printable(", ".join(value[:_SHOWN])) + more
    return size(value) if column == "size" else printable(str(value or ""))


def size(number: int) -> str:
    """Write a number of bytes as people say it.

    >>> size(512), size(23_802_932_552)
    ('512 B', '23.8 GB')
    """
    for unit, bytes_of_it in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if number >= bytes_of_it:
            return f"{number / bytes_of_it:.1f} {unit}"
    return f"{number} B"


def _csv(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, "error"))
    for row in rows:
        values = (getattr(row, column) for column in (*COLUMNS, "error"))
        writer.writerow([_inert(" ".join(value) if isinstance(value, tuple) else value) for value in values])
    return text.getvalue()


def _inert(value: object) -> object:
    """Keep a spreadsheet from taking the name of a file for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _json(rows: Sequence[Row]) -> str:
    return json.dumps([row.as_dict() for row in rows], ensure_ascii=False, indent=2) + "\n"


def _html(rows: Sequence[Row]) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in COLUMNS)
    body = "\n".join(f"<tr>{''.join(_td(row, column) for column in COLUMNS)}</tr>" for row in rows)
    total = sum(row.size for row in rows)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>Inventory of models</title>\n<style>{_STYLE}</style>\n<h1>Inventory of models</h1>\n"
        f"<p>{len(rows)} files, {size(total)}</p>\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n"
        "</tbody>\n</table>\n</html>\n"
    )


def _td(row: Row, column: str) -> str:
    value = getattr(row, column)
    if column == "size":
        return f'<td class="size">{size(value)}</td>'
    if column == "ids" and row.error:
        return f"<td>{escape(row.error)}</td>"
    words = [printable(each) for each in value] if isinstance(value, tuple) else [printable(str(value or ""))]
    return f'<td class="{column}">{"<br>".join(map(escape, words))}</td>'


FORMS: dict[str, Callable[[Sequence[Row]], str]] = {"text": _text, "csv": _csv, "json": _json, "html": _html}
"""The forms of an inventory."""
