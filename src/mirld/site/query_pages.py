"""Saved queries into what their pages show: the question, the query, and its answer over what is exported."""

from __future__ import annotations

from collections.abc import Iterator

from mirld.graph.terms import Term
from mirld.site.contexts import Group, Head, QueryContext, Row
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.names import table, trail
from mirld.site.plan import ROWS, Page

CSV, QUERY = "result.csv", "query.rq"


def query_context(material: Material, page: Page, head: Head) -> QueryContext:
    """Show a saved query with its answer: at most 200 rows, and all of them as CSV beside the page."""
    link = Linker(material, page)
    query = material.queries[page.topic]
    answer, _ = material.answers[page.topic]
    rows = answer.rows or ()
    shown = [Row(anchor="", head=_cell(row[0], link), cells=_cells(row[1:], link)) for row in rows[:ROWS]]
    return QueryContext(
        head=head,
        label=query.question,
        crumbs=trail(link, ("query", "query"), here=page.topic),
        about=query.about,
        text=query.text,
        command=f"mirld query --saved {page.topic}",
        answer=table(answer.variables, shown),
        total=len(rows),
        shown=len(shown),
    )


def query_files(material: Material, page: Page) -> Iterator[tuple[str, bytes]]:
    """Give the query and all rows of its answer, to lie beside its page."""
    yield f"{page.path}/{QUERY}", material.queries[page.topic].text.encode()
    yield f"{page.path}/{CSV}", material.answers[page.topic][1]


def questions(material: Material, link: Linker) -> tuple[Group, ...]:
    """List the saved queries by their questions."""
    links = tuple(link.path(query.question, f"query/{name}") for name, query in material.queries.items())
    return (Group(title="", links=links),) if links else ()


def _cells(terms: tuple[Term | None, ...], link: Linker) -> tuple[tuple[Link, ...], ...]:
    return tuple((_cell(term, link),) if term is not None else () for term in terms)


def _cell(term: Term | None, link: Linker) -> Link:
    return Link("") if term is None else link.value(term)
