"""The answer to a query, as a terminal shows it: a table, or yes and no."""

from __future__ import annotations

from mirld.cli.table import draw, terminal_width
from mirld.graph.query import Answer
from mirld.graph.terms import Literal, Term
from mirld.graph.turtle import TurtleWriter
from mirld.vocab import XSD

_NUMBERS = frozenset((XSD.integer, XSD.decimal, XSD.double, XSD.float))


def write_answer(answer: Answer, base: str) -> str:
    """Write an answer: IRIs as a query may write them, literals as their text, nothing for an unbound variable."""
    if answer.truth is not None:
        return "yes\n" if answer.truth else "no\n"
    if answer.triples is not None:
        head: tuple[str, ...] = ("subject", "predicate", "object")
        rows: tuple[tuple[Term | None, ...], ...] = answer.triples
    else:
        head, rows = answer.variables, answer.rows or ()
    if not rows:
        return ""
    writer = TurtleWriter(base)
    cells = [["" if term is None else _shown(term, writer) for term in row] for row in rows]
    right = [_is_number([row[column] for row in rows]) for column in range(len(head))]
    return draw(head, cells, width=terminal_width(), right=right)


def count(answer: Answer) -> str | None:
    """Say how many there are; of a truth there is nothing to count."""
    if answer.truth is not None:
        return None
    number = len(answer.triples if answer.triples is not None else answer.rows or ())
    return f"{number:,} {'triple' if answer.triples is not None else 'row'}{'' if number == 1 else 's'}"


def _shown(term: Term, writer: TurtleWriter) -> str:
    return term.value if isinstance(term, Literal) else writer.iri(term)


def _is_number(column: list[Term | None]) -> bool:
    found = [term for term in column if term is not None]
    return bool(found) and all(isinstance(term, Literal) and term.datatype in _NUMBERS for term in found)
