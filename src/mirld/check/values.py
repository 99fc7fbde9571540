"""Whether a literal can be a value of a type, within limits."""

from __future__ import annotations

import json

from mirld.graph.terms import Literal
from mirld.lookup.fitting import kinds
from mirld.vocab import RDF, XSD

_WHOLE = frozenset({XSD.integer, XSD.nonNegativeInteger, XSD.positiveInteger, XSD.int, XSD.long})
_REAL = frozenset({XSD.decimal, XSD.double, XSD.float})


def fits(value: Literal, annotation: str) -> bool:
    """Say whether a value can be of a type; a whole number can be a `float`, and whatever is not known can be.

    >>> from mirld.graph.terms import literal
    >>> fits(literal(28), "int | None"), fits(literal("28"), "int | None"), fits(literal(5), "float")
    (True, False, True)
    """
    expected = kinds(annotation)
    return expected is None or not expected.isdisjoint(_kinds_of(value))


def _kinds_of(value: Literal) -> tuple[str, ...]:
    """Return what types a value may be of, in the words of `kinds`."""
    if value.datatype == XSD.boolean:
        return ("bool",)
    if value.datatype in _WHOLE:
        return ("int", "float")
    if value.datatype in _REAL:
        return ("float",)
    if value.datatype == RDF.JSON:
        try:
            found = json.loads(value.value)
        except ValueError:
            return ()
        return ("list",) if isinstance(found, list) else ("object",) if isinstance(found, dict) else ("null",)
    return ("str",)


def beyond(value: Literal, minimum: str | None, maximum: str | None) -> bool:
    """Say whether a value is a number out of range."""
    try:
        number = float(value.value)
        return (minimum is not None and number < float(minimum)) or (maximum is not None and number > float(maximum))
    except ValueError:
        return False
