"""N-Triples and N-Quads: one line a statement, sorted by the caller."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from mirld.graph.dataset import Block, Pairs
from mirld.graph.terms import XSD_STRING, Iri, Literal, Term, Triple

_ESCAPED = re.compile(r'[\x00-\x1f"\\\x7f]')
_SHORT = {"\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f", '"': '\\"', "\\": "\\\\"}


def quote(value: str) -> str:
    r"""Write a string as N-Triples and Turtle quote it.

    >>> print(quote('a "b"\n'))
    "a \"b\"\n"
    """
    if not value.isprintable() or '"' in value or "\\" in value:
        value = _ESCAPED.sub(_escape, value)
    return f'"{value}"'


def _escape(match: re.Match[str]) -> str:
    return _SHORT.get(match[0]) or f"\\u{ord(match[0]):04X}"


def write_term(term: Term) -> str:
    """Write one term."""
    return write_literal(term) if isinstance(term, Literal) else f"<{term}>"


def write_literal(term: Literal) -> str:
    """Write a literal."""
    value, datatype, language = term
    if not value.isprintable() or '"' in value or "\\" in value:  # as `quote`, which costs as much as all the rest
        value = _ESCAPED.sub(_escape, value)
    if language is not None:
        return f'"{value}"@{language}'
    return f'"{value}"' if datatype == XSD_STRING else f'"{value}"^^<{datatype}>'


def write_ntriples(triples: Iterable[Triple]) -> str:
    """Write triples in the order given, one a line."""
    return "".join([f"<{subject}> <{predicate}> {write_term(term)} .\n" for subject, predicate, term in triples])


def write_blocks(blocks: Iterable[Block]) -> str:
    """Write all that is said of some subjects, one statement a line."""
    return "".join(
        [
            _lines(f"<{subject}> <", _shared_ends(pairs) if isinstance(pairs, tuple) else _ends(pairs))
            for subject, pairs in blocks
        ]
    )


def _lines(start: str, rests: Sequence[str]) -> str:
    """Write lines that begin alike."""
    return start + start.join(rests) if rests else ""


def _ends(pairs: Pairs) -> list[str]:
    return [
        f"{predicate}> <{term}> .\n" if term.__class__ is Iri else f"{predicate}> {write_literal(term)} .\n"  # type: ignore[arg-type]  # a literal
        for predicate, term in pairs
    ]


_shared_ends = cache(_ends)


def write_nquads(triples: Iterable[Triple], graph: str) -> str:
    """Write triples of one named graph, one a line, each once, in the order of the lines."""
    end = f" <{graph}> .\n"
    found: dict[str, set[str]] = {}
    last: str | None = None
    rests: set[str] = set()
    for subject, predicate, term in triples:
        if subject is not last:
            last = subject
            rests = found.setdefault(subject, set())
        written = f"<{term}>" if term.__class__ is Iri else write_literal(term)  # type: ignore[arg-type]  # a literal
        rests.add(f"{predicate}> {written}{end}")
    return _joined((subject, sorted(rests)) for subject, rests in found.items())


def write_nquad_blocks(blocks: Iterable[Block], graph: str) -> str:
    """Write the same of subjects that stand in one block each; what is said of many, in a tuple, is written once."""
    end = f" <{graph}> .\n"

    @cache
    def shared(pairs: Pairs) -> list[str]:
        return sorted([f"{predicate}> {write_term(term)}{end}" for predicate, term in pairs])

    return _joined((subject, shared(pairs if isinstance(pairs, tuple) else tuple(pairs))) for subject, pairs in blocks)


def _joined(found: Iterable[tuple[str, list[str]]]) -> str:
    return "".join([_lines(start, rests) for start, rests in sorted([(f"<{one}> <", rests) for one, rests in found])])
