"""RDF terms as light Python values: an IRI is a `str` subclass, a literal a named tuple."""

from __future__ import annotations

import math
from typing import NamedTuple

from mirld.vocab import RDF, XSD

XSD_STRING = XSD.string
RDF_LANG_STRING = RDF.langString


class Iri(str):
    """An absolute IRI."""

    __slots__ = ()


class Literal(NamedTuple):
    """A literal: lexical form, datatype IRI, and a language tag when the datatype is rdf:langString.

    >>> Literal("Euler", RDF_LANG_STRING, "en").language
    'en'
    """

    value: str
    datatype: str = XSD_STRING
    language: str | None = None


Term = Iri | Literal
Triple = tuple[Iri, Iri, Term]


def text(value: str, language: str) -> Literal:
    """Make a literal in a language."""
    return Literal(value, RDF_LANG_STRING, language)


def literal(value: str | int | bool | float) -> Literal:
    """Make a typed literal of a Python value: booleans, integers, and floats in their shortest decimal form.

    >>> literal(3.5)
    Literal(value='3.5', datatype='http://www.w3.org/2001/XMLSchema#decimal', language=None)
    >>> literal(1e-07).value
    '1.0E-7'
    """
    if isinstance(value, bool):
        return Literal("true" if value else "false", XSD.boolean)
    if isinstance(value, int):
        return Literal(str(value), XSD.integer)
    if isinstance(value, float):
        if not math.isfinite(value):
            # https://www.w3.org/TR/xmlschema11-2/#double: NaN, INF and -INF
            return Literal("NaN" if math.isnan(value) else "INF" if value > 0 else "-INF", XSD.double)
        shortest = repr(value)
        if "e" in shortest:
            # The canonical form, which is the one that readers of JSON-LD make of a double.
            mantissa, exponent = shortest.split("e")
            return Literal(f"{float(mantissa)}E{int(exponent)}", XSD.double)
        return Literal(shortest, XSD.decimal)
    return Literal(value)


def sort_key(term: Term) -> tuple[int, str, str, str]:
    """Order terms: IRIs first, then literals by language, lexical form and datatype."""
    if isinstance(term, Literal):
        return (1, term.language or "", term.value, term.datatype)
    return (0, term, "", "")
