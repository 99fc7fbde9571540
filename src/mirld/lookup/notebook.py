"""Values as HTML for a notebook: plain tables, everything escaped, nothing loaded from anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from mirld.registry.values import Entry

_SHOWN = 12  # values in one row


def entry_html(entry: Entry) -> str:
    """Show an entry: its id, which leads to its page, and what is known of it."""
    rows = [
        ("id", [f'<a href="{escape(entry.iri)}"><code>{escape(str(entry.id))}</code></a>']),
        ("class", map(escape, entry.types)),
        ("architecture", (escape(ref.label) for ref in entry.architectures)),
        ("task", (escape(ref.label) for ref in entry.tasks)),
        ("licence", (escape(ref.label) for ref in entry.licences)),
        ("publisher", (escape(ref.label) for ref in entry.publishers)),
        ("repository", (_repository(found.name, found.page) for found in entry.repositories)),
        ("file", (escape(found.name or found.iri) for found in entry.files)),
        ("loads with", (escape(f"{each.library}: {each.class_name or each.call}") for each in entry.loaders)),
        ("setting", (escape(f"{each.parameter} = {each.value}") for each in entry.settings)),
        ("description", [escape(entry.description)] if entry.description else []),
    ]
    return _table(entry.label, ((name, _listed(values)) for name, values in rows))


def registry_html(name: str, counts: Iterable[tuple[str, int]]) -> str:
    """Show a registry: what it is of, and how many of each it has."""
    return _table(name, ((label, f"{count:,}") for label, count in counts))


def answer_html(asked: str, candidates: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Show what a text means: every candidate with the lines below it."""
    rows = ((f"<code>{escape(name)}</code>", "<br>".join(map(escape, lines))) for name, lines in candidates)
    return _table(asked, rows)


def _repository(name: str, page: str | None) -> str:
    shown = escape(name)
    return f'<a href="{escape(page)}">{shown}</a>' if page and page.startswith(("https://", "http://")) else shown


def _listed(values: Iterable[str]) -> str:
    written = list(values)
    more = f", and {len(written) - _SHOWN} more" if len(written) > _SHOWN else ""
    return ", ".join(written[:_SHOWN]) + more


def _table(caption: str, rows: Iterable[tuple[str, str]]) -> str:
    body = "".join(f'<tr><th scope="row">{head}</th><td>{text}</td></tr>' for head, text in rows if text)
    return f"<table><caption>{escape(caption)}</caption><tbody>{body}</tbody></table>"
