"""What a query can match: the predicates of its triple patterns, so that a store needs no other triples to answer it.

Reads tokens, not the grammar; whatever is not understood counts as any predicate. A variable in place of a predicate
does as well, unless VALUES beside it says what it may be.

    SPARQL 1.1, "Grammar": https://www.w3.org/TR/sparql11-query/#sparqlGrammar
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin

from mirld.graph.dataset import Graph
from mirld.vocab import PREFIXES, RDF_TYPE

_TOKEN = re.compile(
    r'(?P<text>"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*')(?:@[\w-]+)?"
    r'|(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)'
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<variable>[?$]\w+)"
    r"|(?P<name>[\w.-]*:(?:[\w:-]|\.(?=[\w:.%\\-])|%[0-9A-Fa-f]{2}|\\.)*)"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<number>[0-9.]*[0-9](?:[eE][+-]?[0-9]+)?)"
    r"|(?P<mark>\^\^|\S)",
    re.DOTALL,
)
_PREFIX = re.compile(r"\bprefix\s+([\w.-]*):\s*<([^<>\s]*)>", re.IGNORECASE)
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:[/?#]|$)")
# What reads graphs by name, describes, asks others, or moves what relative IRIs mean.
_BEYOND = frozenset(("base", "describe", "from", "graph", "service"))
_TERMS = frozenset(("a", "true", "false"))
# Marks of triples and paths that match no more than the names beside them.
_PLAIN = frozenset(("^^", *".;,/|^+-()"))

_SUBJECT, _VERB, _OBJECT, _ELSEWHERE = range(4)


class _AnythingError(Exception):
    """The query may match any predicate."""


@dataclass(slots=True)
class _Group:
    """What stands between braces: patterns, or else data or a template, which match nothing.

    `turn` is what comes next in a triple, `depth` counts parentheses, `asked` are variables in place of a predicate,
    and `bound` those that VALUES names.
    """

    is_patterns: bool
    turn: int = _SUBJECT
    depth: int = 0
    asked: set[str] = field(default_factory=set)
    bound: set[str] = field(default_factory=set)

    def step(self, kind: str | None, written: str, last: str) -> None:
        """Go on by a token that is no brace."""
        if written == ")":
            self.depth -= 1
            if self.turn == _ELSEWHERE and self.depth <= 0:
                self.turn = _SUBJECT  # the end of FILTER or BIND, behind which a triple may follow
        elif written == "(":
            if self.turn in (_SUBJECT, _OBJECT) and last not in "/|^(":
                raise _AnythingError  # a collection
            self.depth += 1
            if self.turn == _VERB:
                self.turn = _OBJECT
        elif self.turn == _ELSEWHERE and self.depth > 0:
            pass
        elif kind == "word" and written not in _TERMS:
            self.turn = _ELSEWHERE
        elif written in (".", ";"):
            self.turn = _SUBJECT if written == "." else _VERB
        elif self.turn == _ELSEWHERE:
            pass
        elif kind == "mark" and written not in _PLAIN:
            raise _AnythingError
        elif self.turn == _SUBJECT:
            self.turn = _VERB
        elif self.turn == _VERB:
            if kind == "variable":
                self.asked.add(written[1:])
            self.turn = _OBJECT  # of a path only the beginning matters: it holds no variables


def predicates(query: str, base: str) -> frozenset[str] | None:
    """Return the IRIs among which are all predicates that a query can match; None when that may be any.

    >>> sorted(predicates("SELECT ?s { ?s <p>/foaf:name 'x' }", "http://a/"))
    ['http://a/p', 'http://xmlns.com/foaf/0.1/name']
    >>> predicates("SELECT * { ?s ?p ?o }", "http://a/") is None
    True
    """
    try:
        return frozenset(_Reader(query, base).read())
    except _AnythingError:
        return None


class _Reader:
    """Goes through the tokens of a query once."""

    def __init__(self, query: str, base: str) -> None:
        self._query = query
        self._base = base
        self._prefixes = {**PREFIXES, **{name: self._absolute(iri) for name, iri in _PREFIX.findall(query)}}
        self._groups = [_Group(is_patterns=False)]
        self._naming: set[str] | None = None  # variables of VALUES, up to the end of its data

    def read(self) -> set[str]:
        """Return every IRI that may be a predicate."""
        found: set[str] = set()
        last = ""
        for match in _TOKEN.finditer(self._query):
            kind, written = match.lastgroup, match[0]
            word = written.lower() if kind == "word" else ""
            if kind == "comment":
                continue
            if word in _BEYOND or (word == "undef" and self._naming is not None):
                raise _AnythingError
            if written == "{":
                self._groups.append(_Group(is_patterns=self._naming is None and last != "construct"))
            elif written == "}":
                self._close()
            elif word == "values":
                self._naming = set()
            elif self._naming is not None:
                if kind == "variable":
                    self._naming.add(written[1:])
            elif self._groups[-1].is_patterns:
                self._groups[-1].step(kind, written, last)
            if self._groups[-1].is_patterns or self._naming is not None:
                if kind == "iri":
                    found.add(self._absolute(written[1:-1]))
                elif kind == "name":
                    found.add(self._in_full(written))
                elif written == "a":
                    found.add(RDF_TYPE)
            last = word or written
        if len(self._groups) > 1:
            raise _AnythingError
        return found

    def _close(self) -> None:
        closed = self._groups.pop()
        if not self._groups or closed.asked - closed.bound:
            raise _AnythingError
        around = self._groups[-1]
        if self._naming is not None:
            around.bound |= self._naming
            self._naming = None
        if not around.depth:
            around.turn = _SUBJECT

    def _absolute(self, iri: str) -> str:
        if _DOTS.search(iri):
            raise _AnythingError
        return urljoin(self._base, iri) + ("#" if iri.endswith("#") else "")

    def _in_full(self, name: str) -> str:
        prefix, _, local = name.partition(":")
        return self._prefixes.get(prefix, "") + local.replace("\\", "")


def matching(queries: Iterable[str], base: str, view: Graph) -> frozenset[str]:
    """Return the predicates of a view that some of the queries can match."""
    found = [predicates(query, base) for query in queries]
    if None in found:
        return frozenset(predicate for _, pairs in view.blocks() for predicate, _ in pairs)
    return frozenset().union(*filter(None, found))
