"""Terms, and the order they stand in."""

from __future__ import annotations

import pytest

from mirld.graph.terms import Iri, Literal, literal, sort_key, text
from mirld.vocab import XSD


@pytest.mark.parametrize(
    ("value", "written", "datatype"),
    [
        (True, "true", XSD.boolean),
        (False, "false", XSD.boolean),
        (0, "0", XSD.integer),
        (-7, "-7", XSD.integer),
        (10**30, "1" + "0" * 30, XSD.integer),
        (3.5, "3.5", XSD.decimal),
        (0.1, "0.1", XSD.decimal),
        (1.0, "1.0", XSD.decimal),
        ("1", "1", XSD.string),
    ],
)
def test_python_values_become_typed_literals(value: object, written: str, datatype: str) -> None:
    """A truth is no number; a float is written in its shortest decimal form."""
    assert literal(value) == Literal(written, datatype)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1e-07, 1e300, -2.5e-300, 1.2345678901234567e-05])
def test_a_float_too_small_or_too_large_for_a_decimal_keeps_its_value(value: float) -> None:
    """A double, which reads back as the same number."""
    made = literal(value)
    assert made.datatype == XSD.double
    assert float(made.value) == value


@pytest.mark.parametrize(("value", "written"), [(float("inf"), "INF"), (float("-inf"), "-INF"), (float("nan"), "NaN")])
def test_what_is_no_number_is_written_as_xml_schema_writes_it(value: float, written: str) -> None:
    """`inf` and `nan` are not in the lexical space of xsd:double: https://www.w3.org/TR/xmlschema11-2/#double."""
    assert literal(value) == Literal(written, XSD.double)


def test_terms_have_one_order() -> None:
    """IRIs, then literals without a language, then by language; the same whatever order they came in."""
    terms = [
        text("b", "en"),
        Literal("1", XSD.integer),
        Iri("http://b"),
        Literal("1"),
        text("a", "de"),
        Iri("http://a"),
    ]
    expected = [
        Iri("http://a"),
        Iri("http://b"),
        Literal("1", XSD.integer),
        Literal("1"),
        text("a", "de"),
        text("b", "en"),
    ]
    assert sorted(terms, key=sort_key) == expected
    terms.reverse()
    assert sorted(terms, key=sort_key) == expected
