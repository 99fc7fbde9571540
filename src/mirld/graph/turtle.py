"""Turtle, the one way mirld writes it.

Subjects sorted, an entry before its parts; each on a line of its own; `a` first, then rdfs:label, then the predicates
by prefixed name; one predicate a line, or one object a line where that would be too long; objects sorted. Everything
below the base is a relative IRI. Only the prefixes in use are declared. Same triples, same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from mirld.graph.ntriples import quote
from mirld.graph.terms import XSD_STRING, Literal, Term, Triple, sort_key
from mirld.vocab import PREFIXES, RDF_TYPE, RDFS_LABEL, XSD

# PN_LOCAL, narrowed to what needs no escape: https://www.w3.org/TR/turtle/#grammar-production-PN_LOCAL
_LOCAL_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
# INTEGER and DECIMAL: https://www.w3.org/TR/turtle/#grammar-production-INTEGER
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?[0-9]*\.[0-9]+")
# A relative IRI that a reader could take for something else: a scheme, a network path, a dot segment, nothing at all.
_RISKY_RELATIVE = re.compile(r"^$|^[^/?#]*:|^/|^[?#]|(?:^|/)\.{1,2}(?:[/?#]|$)")

_INDENT = "    "
_WIDTH = 120


class TurtleWriter:
    """Writes terms against one base and one table of prefixes, and remembers which prefixes it used."""

    def __init__(self, base: str, prefixes: Mapping[str, str] = PREFIXES) -> None:
        self._base = base
        self._prefixes = prefixes
        # The longest namespace wins, so that a term of `ns#` is never written as a relative IRI.
        self._namespaces = sorted(((iri, name) for name, iri in prefixes.items()), key=lambda pair: -len(pair[0]))
        self._iris: dict[str, str] = {}
        self.used: set[str] = set()

    def document(self, triples: Iterable[Triple]) -> str:
        """Write a document: base, the prefixes in use, then one block a subject; a writer may write many."""
        self.used = set()
        blocks = [self.block(subject, pairs) for subject, pairs in _by_subject(triples)]
        head = [f"@base <{self._base}> .\n"]
        head += [f"@prefix {name}: <{self._prefixes[name]}> .\n" for name in sorted(self.used)]
        return "".join(head) + "\n" + "\n".join(blocks)

    def iri(self, iri: str) -> str:
        """Write an IRI: prefixed, relative, or in full."""
        written = self._iris.get(iri)
        if written is None:
            written = self._iris[iri] = self._write_iri(iri)
        if written[0] != "<":
            self.used.add(written.split(":", 1)[0])
        return written

    def _write_iri(self, iri: str) -> str:
        for namespace, name in self._namespaces:
            if iri.startswith(namespace) and _LOCAL_NAME.fullmatch(iri, len(namespace)):
                return f"{name}:{iri[len(namespace) :]}"
        if iri.startswith(self._base):
            relative = iri[len(self._base) :]
            if not _RISKY_RELATIVE.search(relative):
                return f"<{relative}>"
        return f"<{iri}>"

    def term(self, term: Term) -> str:
        """Write a term; integers, decimals and booleans bare."""
        if not isinstance(term, Literal):
            return self.iri(term)
        value, datatype, language = term
        if language is not None:
            return f"{quote(value)}@{language}"
        if datatype == XSD_STRING:
            return quote(value)
        if (
            (datatype == XSD.integer and _INTEGER.fullmatch(value))
            or (datatype == XSD.decimal and _DECIMAL.fullmatch(value))
            or (datatype == XSD.boolean and value in ("true", "false"))
        ):
            return value
        return f"{quote(value)}^^{self.iri(datatype)}"

    def block(self, subject: str, pairs: Iterable[tuple[str, Term]]) -> str:
        """Write all that is said of one subject."""
        by_predicate: dict[str, list[Term]] = {}
        for predicate, term in pairs:
            by_predicate.setdefault(predicate, []).append(term)
        lines = []
        for predicate in sorted(by_predicate, key=self._predicate_key):
            name = "a" if predicate == RDF_TYPE else self.iri(predicate)
            written = [self.term(term) for term in sorted(by_predicate[predicate], key=sort_key)]
            line = f"{_INDENT}{name} {', '.join(written)}"
            if len(line) > _WIDTH and len(written) > 1:
                # One object a line, so that adding one changes one line.
                line = f"{_INDENT}{name}\n{_INDENT * 2}" + f",\n{_INDENT * 2}".join(written)
            lines.append(line)
        return self.iri(subject) + "\n" + " ;\n".join(lines) + " .\n"

    def _predicate_key(self, predicate: str) -> tuple[bool, bool, str]:
        # `a` needs no prefix, so rdf:type is not written as a name and does not count as a use of `rdf:`.
        return predicate != RDF_TYPE, predicate != RDFS_LABEL, "" if predicate == RDF_TYPE else self.iri(predicate)


def write_turtle(triples: Iterable[Triple], base: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Write a document: base, the prefixes in use, then one block a subject.

    >>> from mirld.graph.terms import Iri, text
    >>> print(write_turtle([(Iri("http://a/x"), Iri(RDFS_LABEL), text("X", "en"))], "http://a/"), end="")
    @base <http://a/> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    <BLANKLINE>
    <x>
        rdfs:label "X"@en .
    """
    return TurtleWriter(base, prefixes).document(triples)


def _by_subject(triples: Iterable[Triple]) -> Iterator[tuple[str, list[tuple[str, Term]]]]:
    subjects: dict[str, dict[tuple[str, Term], None]] = {}
    for subject, predicate, term in triples:
        subjects.setdefault(subject, {})[predicate, term] = None
    for name in sorted(subjects):
        yield name, list(subjects[name])
