"""Turtle, the one way mirld writes it.

Subjects sorted, an entry before its parts; each on a line of its own; `a` first, then rdfs:label, then the predicates
by prefixed name; one predicate a line, or one object a line where that would be too long; objects sorted. Everything
below the base is a relative IRI. Only the prefixes in use are declared. Same triples, same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mirld.graph.dataset import Block, Graph, Pairs
from mirld.graph.ntriples import quote, write_literal
from mirld.graph.terms import XSD_STRING, Iri, Literal, Term, Triple
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
        self._ordered: dict[tuple[str, ...], tuple[list[tuple[str, str]], set[str]]] = {}
        self._shared: dict[Pairs, tuple[str, set[str]]] = {}
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
        written, prefix = self._iris.get(iri) or self._named(iri)
        if prefix:
            self.used.add(prefix)
        return written

    def _named(self, iri: str) -> tuple[str, str]:
        """Write an IRI for the first time: as it is written, and the prefix of that."""
        written = self._write_iri(iri)
        found = self._iris[iri] = (written, "" if written[0] == "<" else written.split(":", 1)[0])
        return found

    def _write_iri(self, iri: str) -> str:
        # No local name holds `/` or `#`, so one namespace at most fits; a term of `ns#` is never a relative IRI.
        start = max(iri.rfind("/"), iri.rfind("#")) + 1
        name = self._names.get(iri[:start])
        if name is not None and _LOCAL_NAME.fullmatch(iri, start):
            return f"{name}:{iri[start:]}"
        if iri.startswith(self._base):
            relative = iri[len(self._base) :]
            # Most names are plain paths, of which nothing is risky; that is seen faster than looked for.
            if (relative and relative[0] not in "/?#." and ":" not in relative and "/." not in relative) or (
                not _RISKY_RELATIVE.search(relative)
            ):
                return f"<{relative}>"
        return f"<{iri}>"

    def term(self, term: Term) -> str:
        """Write a term; integers, decimals and booleans bare."""
        if not isinstance(term, Literal):
            return self.iri(term)
        value, datatype, language = term
        if language is not None or datatype == XSD_STRING:
            return write_literal(term)
        if (
            (datatype == XSD.integer and _INTEGER.fullmatch(value))
            or (datatype == XSD.decimal and _DECIMAL.fullmatch(value))
            or (datatype == XSD.boolean and value in ("true", "false"))
        ):
            return value
        return f"{quote(value)}^^{self.iri(datatype)}"

    def block(self, subject: str, pairs: Pairs) -> str:
        """Write all that is said of one subject, given in canonical order."""
        if not isinstance(pairs, tuple):
            return f"{self.iri(subject)}\n{self._said(pairs)}"
        found = self._shared.get(pairs)
        if found is None:
            others, self.used = self.used, set()
            found = self._shared[pairs] = (self._said(pairs), self.used)
            self.used = others
        said, prefixes = found
        self.used |= prefixes
        return f"{self.iri(subject)}\n{said}"

    def _said(self, pairs: Pairs) -> str:
        by_predicate: dict[str, list[str]] = {}
        iris, used = self._iris, self.used
        for predicate, term in pairs:
            if term.__class__ is Iri:
                written, prefix = iris.get(term) or self._named(term)
                if prefix:
                    used.add(prefix)
            else:
                written = self.term(term)
            objects = by_predicate.get(predicate)
            if objects is None:
                by_predicate[predicate] = [written]
            else:
                objects.append(written)
        names, prefixes = self._names_of(tuple(by_predicate))
        used |= prefixes
        lines = []
        for property_, name in names:
            objects = by_predicate[property_]
            line = f"{_INDENT}{name} {', '.join(objects) if len(objects) > 1 else objects[0]}"
            if len(line) > _WIDTH and len(objects) > 1:
                # One object a line, so that adding one changes one line.
                line = f"{_INDENT}{name}\n{_INDENT * 2}" + f",\n{_INDENT * 2}".join(objects)
            lines.append(line)
        return " ;\n".join(lines) + " .\n"

    def _names_of(self, predicates: tuple[str, ...]) -> tuple[list[tuple[str, str]], set[str]]:
        """Return predicates with their names, in the order of their names, and the prefixes of these.

        Resources of one kind have the same predicates, so there are few such lists.
        """
        found = self._ordered.get(predicates)
        if found is None:
            others, self.used = self.used, set()
            # `a` needs no prefix, so rdf:type is not written as a name and does not count as a use of `rdf:`.
            named = [(predicate, "a" if predicate == RDF_TYPE else self.iri(predicate)) for predicate in predicates]
            named.sort(key=lambda pair: (pair[0] != RDF_TYPE, pair[0] != RDFS_LABEL, pair[1]))
            found = self._ordered[predicates] = (named, self.used)
            self.used = others
        return found


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
