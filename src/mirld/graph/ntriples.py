"""N-Triples and N-Quads: one line a statement, sorted by the caller."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from mirld.graph.dataset import Block, Pairs
from mirld.graph.terms import XSD_STRING, Literal, Term, Triple

_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]')
_SHORT = {"\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f", '"': '\\"', "\\": "\\\\"}


def quote(value: str) -> str:
    r"""Write a string as N-Triples and Turtle quote it.

    >>> print(quote('a "b"\n'))
    "a \"b\"\n"
    """
    if not value.isprintable() or '"' in value or "\\" in value:
        value = _ESCAPED.sub(lambda match: _SHORT.get(match[0]) or f"\\u{ord(match[0]):04X}", value)
    return f'"{value}"'


def write_term(term: Term) -> str:
    """Write one term."""
    if not isinstance(term, Literal):
        return f"<{term}>"
    value, datatype, language = term
    if language is not None:
        return f"{quote(value)}@{language}"
    return quote(value) if datatype == XSD_STRING else f"{quote(value)}^^<{datatype}>"


def write_ntriples(triples: Iterable[Triple]) -> str:
    """Write triples in the order given, one a line."""
    return "".join([f"<{subject}> <{predicate}> {write_term(term)} .\n" for subject, predicate, term in triples])


def write_blocks(blocks: Iterable[Block]) -> str:
    """Write all that is said of some subjects, one statement a line."""
    lines = []
    for subject, pairs in blocks:
        start = f"<{subject}> <"
        ends = _shared_ends(pairs) if isinstance(pairs, tuple) else _ends(pairs)
        lines += [start + end for end in ends]
    return "".join(lines)


def _ends(pairs: Pairs) -> list[str]:
    return [
        f"{predicate}> {write_term(term)} .\n" if isinstance(term, Literal) else f"{predicate}> <{term}> .\n"
        for predicate, term in pairs
    ]


_shared_ends = cache(_ends)


def write_nquads(triples: Iterable[Triple], graph: str) -> str:
    """Write triples of one named graph, one a line, each once, in the order of the lines."""
    end = f" <{graph}> .\n"
    rests: dict[str, set[str]] = defaultdict(set)
    for subject, predicate, term in triples:
        written = write_term(term) if isinstance(term, Literal) else f"<{term}>"
        rests[f"<{subject}> <"].add(f"{predicate}> {written}{end}")
    return "".join([start + rest for start in sorted(rests) for rest in sorted(rests[start])])
