"""Turtle, the one way mirld writes it.

Subjects sorted, an entry before its parts; each on a line of its own; `a` first, then rdfs:label, then the predicates
by prefixed name; one predicate a line, or one object a line where that would be too long; objects sorted. Everything
below the base is a relative IRI. Only the prefixes in use are declared. Same triples, same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mirld.graph.dataset import Block, Graph, Pair
from mirld.graph.ntriples import quote
from mirld.graph.terms import XSD_STRING, Literal, Term, Triple
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
    """Writes terms against one base and one table of prefixes, and remembers which prefixes it used.

    Namespaces end in `/` or `#`.
    """

    def __init__(self, base: str, prefixes: Mapping[str, str] = PREFIXES) -> None:
        self._base = base
        self._prefixes = prefixes
        self._names = {namespace: name for name, namespace in prefixes.items()}
        self._iris: dict[str, tuple[str, str]] = {}
        self._order: dict[str, tuple[bool, bool, str]] = {}
        self.used: set[str] = set()

    def document(self, triples: Iterable[Triple]) -> str:
        """Write a document: base, the prefixes in use, then one block a subject; a writer may write many."""
        self.used = set()
        body = self.body(Graph(triples).sorted().blocks())
        return f"{self.head(self.used)}\n{body}"

    def head(self, prefixes: Iterable[str]) -> str:
        """Write the lines that declare the base and the prefixes."""
        declared = "".join([f"@prefix {name}: <{self._prefixes[name]}> .\n" for name in sorted(prefixes)])
        return f"@base <{self._base}> .\n{declared}"

    def body(self, blocks: Iterable[Block]) -> str:
        """Write blocks, with an empty line between them."""
        return "\n".join([self.block(subject, pairs) for subject, pairs in blocks])

    def iri(self, iri: str) -> str:
        """Write an IRI: prefixed, relative, or in full."""
        found = self._iris.get(iri)
        if found is None:
            written = self._write_iri(iri)
            found = self._iris[iri] = (written, "" if written[0] == "<" else written.split(":", 1)[0])
        written, prefix = found
        if prefix:
            self.used.add(prefix)
        return written

    def _write_iri(self, iri: str) -> str:
        # No local name holds `/` or `#`, so one namespace at most fits; a term of `ns#` is never a relative IRI.
        start = max(iri.rfind("/"), iri.rfind("#")) + 1
        name = self._names.get(iri[:start])
        if name is not None and _LOCAL_NAME.fullmatch(iri, start):
            return f"{name}:{iri[start:]}"
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

    def block(self, subject: str, pairs: Iterable[Pair]) -> str:
        """Write all that is said of one subject, given in canonical order."""
        by_predicate: dict[str, list[str]] = {}
        for property_, term in pairs:
            written = self.term(term) if isinstance(term, Literal) else self.iri(term)
            by_predicate.setdefault(property_, []).append(written)
        lines = []
        for predicate in sorted(by_predicate, key=self._predicate_key):
            name = "a" if predicate == RDF_TYPE else self.iri(predicate)
            objects = by_predicate[predicate]
            line = f"{_INDENT}{name} {', '.join(objects)}"
            if len(line) > _WIDTH and len(objects) > 1:
                # One object a line, so that adding one changes one line.
                line = f"{_INDENT}{name}\n{_INDENT * 2}" + f",\n{_INDENT * 2}".join(objects)
            lines.append(line)
        return self.iri(subject) + "\n" + " ;\n".join(lines) + " .\n"

    def _predicate_key(self, predicate: str) -> tuple[bool, bool, str]:
        key = self._order.get(predicate)
        if key is None:
            # `a` needs no prefix, so rdf:type is not written as a name and does not count as a use of `rdf:`.
            name = "" if predicate == RDF_TYPE else self.iri(predicate)
            key = self._order[predicate] = (predicate != RDF_TYPE, predicate != RDFS_LABEL, name)
        return key


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
