"""Where things stand in a text of Turtle: comments, blank nodes, and every statement with its line.

A parser says what a text means and forgets where it was written. This reads the same text once more, token by token,
for the sake of places alone; it is right for Turtle that a parser took and that has no blank nodes.

    Turtle, "Terminals": https://www.w3.org/TR/turtle/#terminals
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin

from mirld.vocab import RDF_TYPE

_STRING = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
)
# Strings and IRIs come before comments and blank nodes, so that neither is found inside them.
_TOKEN = re.compile(
    rf"(?P<string>(?:{_STRING})(?:@[A-Za-z0-9-]+|\^\^(?:<[^<>\s]*>|[\w.-]*:[\w.:%\\-]*))?)"
    r"|<(?P<iri>[^<>\s]*)>"
    r"|(?P<comment>#[^\n]*)"
    r"|(?P<blank>_:|\[|\()"
    r"|(?P<directive>@(?:prefix|base)\b|\b(?:PREFIX|BASE)\b)"
    # A local name may hold dots and may not end in one: that dot ends the statement.
    r"|(?P<name>[\w-]*(?:\.[\w-]+)*:(?:[\w:%-]|\\.)*(?:\.+(?:[\w:%-]|\\.)+)*)"
    r"|(?P<number>[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<word>[A-Za-z]+)"
    r"|(?P<mark>[.;,])",
    re.DOTALL,
)


class Statement(NamedTuple):
    """One statement as it is written: IRIs in full, the object an IRI or None for a literal, line from 1."""

    subject: str
    predicate: str
    object: str | None
    written: str
    line: int


def blank_node(text: str) -> int | None:
    """Return the offset of the first blank node of a text; None when there is none."""
    return next((match.start() for match in _TOKEN.finditer(text) if match["blank"]), None)


def comments(text: str) -> list[int]:
    """Return the lines, from 1, on which a comment stands.

    >>> comments('<a> <b> "# none" . # one')
    [1]
    """
    return [text.count("\n", 0, match.start()) + 1 for match in _TOKEN.finditer(text) if match["comment"]]


def statements(text: str, base: str) -> Iterator[Statement]:
    r"""Yield every statement of a text with the line its object stands on.

    >>> for found in statements('@prefix ex: <http://e/> .\n<a> a ex:B ;\n  ex:c "x" .', "http://b/"):
    ...     print(found.subject, found.predicate, found.written, found.line)
    http://b/a http://www.w3.org/1999/02/22-rdf-syntax-ns#type ex:B 2
    http://b/a http://e/c "x" 3
    """
    reader = _Reader(base)
    line, reached = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", reached, match.start())
        reached = match.start()
        found = reader.take(match, line)
        if found is not None:
            yield found


class _Reader:
    """What a statement needs to know of the tokens before its own."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._prefixes: dict[str, str] = {}
        self._subject: str | None = None
        self._predicate: str | None = None
        self._directive: list[str] | None = None

    def take(self, match: re.Match[str], line: int) -> Statement | None:
        kind, written = match.lastgroup, match[0]
        if kind == "comment":
            return None
        if kind == "directive":
            self._directive = [written.lower().lstrip("@")]
            return None
        if self._directive is not None and kind != "mark":
            self._direct(match)
            return None
        if kind == "mark":
            self._end(written)
            return None
        iri = self._iri(match)
        if self._subject is None:
            self._subject = iri
        elif self._predicate is None:
            self._predicate = RDF_TYPE if written == "a" else iri
        else:
            return Statement(self._subject, self._predicate, iri, written, line)
        return None

    def _direct(self, match: re.Match[str]) -> None:
        assert self._directive is not None  # noqa: S101 - the caller looked
        self._directive.append(match["iri"] if match["iri"] is not None else match[0])
        if self._directive[0] == "base":
            self._base = self._absolute(self._directive[1])
        elif len(self._directive) == 3:
            self._prefixes[self._directive[1][:-1]] = self._absolute(self._directive[2])
        else:
            return
        self._directive = None

    def _end(self, mark: str) -> None:
        if mark == ".":
            self._subject = None
        if mark != ",":
            self._predicate = None

    def _iri(self, match: re.Match[str]) -> str | None:
        if match["iri"] is not None:
            return self._absolute(match["iri"])
        if match["name"] is not None:
            prefix, _, local = match["name"].partition(":")
            return self._prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)
        return None

    def _absolute(self, iri: str) -> str:
        if ":" in iri.split("/", 1)[0]:
            return iri
        if iri[:1].isalnum() and "/." not in iri:
            return self._base[: self._base.rfind("/") + 1] + iri
        # Joining drops an empty fragment, which the IRI of a namespace may end in.
        return urljoin(self._base, iri) + ("#" if iri.endswith("#") else "")
