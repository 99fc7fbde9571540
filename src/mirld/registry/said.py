"""What is said of one resource, read by predicate."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from mirld.graph.terms import Literal, Term
from mirld.registry.values import Value
from mirld.vocab import DCTERMS, RDF, XSD

_INTEGERS = frozenset({XSD.integer, XSD.nonNegativeInteger, XSD.positiveInteger, XSD.int, XSD.long})
_REALS = frozenset({XSD.decimal, XSD.double, XSD.float})


def value_of(term: Term) -> Value:
    """Return the Python value of a literal; an ill-typed one, and an IRI, stay text."""
    if not isinstance(term, Literal):
        return str(term)
    text, datatype, _ = term
    try:
        if datatype in _INTEGERS:
            return int(text)
        if datatype in _REALS:
            return float(text)
        if datatype == RDF.JSON:
            value: Value = json.loads(text)
            return value
    except ValueError:
        return text
    return text == "true" if datatype == XSD.boolean else text


class Said:
    """What is said of one resource, by predicate; every method takes a predicate."""

    __slots__ = ("_terms", "iri")

    def __init__(self, iri: str, pairs: Iterable[tuple[str, Term]]) -> None:
        self.iri = iri
        self._terms: dict[str, list[Term]] = {}
        for predicate, term in pairs:
            self._terms.setdefault(predicate, []).append(term)

    @property
    def predicates(self) -> tuple[str, ...]:
        """Every predicate, in the order of the graph."""
        return tuple(self._terms)

    def terms(self, predicate: str) -> Sequence[Term]:
        """Terms of a predicate."""
        return self._terms.get(predicate, ())

    def iris(self, predicate: str) -> list[str]:
        """IRIs among the terms."""
        return [term for term in self._terms.get(predicate, ()) if not isinstance(term, Literal)]

    def text(self, predicate: str) -> str | None:
        """Lexical form of the one term; an English one when there are several."""
        best: str | None = None
        for term in self._terms.get(predicate, ()):
            if not isinstance(term, Literal):
                return str(term)
            if term.language in (None, "en"):
                return term.value
            best = best or term.value
        return best

    def texts(self, predicate: str) -> tuple[str, ...]:
        """Lexical forms of all terms."""
        found = self._terms.get(predicate)
        return tuple(str(t.value if isinstance(t, Literal) else t) for t in found) if found else ()

    def number(self, predicate: str) -> int | None:
        """Return the one term as a whole number; None when it is none."""
        text = self.text(predicate)
        return int(text) if text is not None and text.lstrip("-").isdigit() else None

    def real(self, predicate: str) -> float | None:
        """Return the one term as a number; None when it is none."""
        text = self.text(predicate)
        try:
            return None if text is None else float(text)
        except ValueError:
            return None

    @property
    def sources(self) -> tuple[str, ...]:
        """What the resource cites."""
        return self.texts(DCTERMS.source)
