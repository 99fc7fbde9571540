"""N-Triples and N-Quads: one line a statement, sorted by the caller."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mirld.graph.terms import XSD_STRING, Literal, Term, Triple

_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]')
_SHORT = {"\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f", '"': '\\"', "\\": "\\\\"}


def quote(value: str) -> str:
    r"""Write a string as N-Triples and Turtle quote it.

    >>> print(quote('a "b"\n'))
    "a \"b\"\n"
    """
    escaped = _ESCAPED.sub(lambda match: _SHORT.get(match[0]) or f"\\u{ord(match[0]):04X}", value)
    return f'"{escaped}"'


def write_term(term: Term) -> str:
    """Write one term."""
    if isinstance(term, Literal):
        if term.language is not None:
            return f"{quote(term.value)}@{term.language}"
        if term.datatype == XSD_STRING:
            return quote(term.value)
        return f"{quote(term.value)}^^<{term.datatype}>"
    return f"<{term}>"


def write_ntriples(triples: Iterable[Triple]) -> str:
    """Write triples in the order given, one a line."""
    return "".join(f"<{subject}> <{predicate}> {write_term(term)} .\n" for subject, predicate, term in triples)


def write_nquads(triples: Iterable[Triple], graph: str) -> str:
    """Write triples of one named graph in the order given, one a line."""
    return "".join(
        f"<{subject}> <{predicate}> {write_term(term)} <{graph}> .\n" for subject, predicate, term in triples
    )
