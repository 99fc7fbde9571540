"""The compiled shapes and pySHACL report the same as pySHACL alone over the whole graph, whatever the data."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mirld.check.shacl import Prover, run_pyshacl, validate
from mirld.check.shapes import Shapes
from mirld.graph.dataset import Graph
from mirld.graph.load import parse_turtle
from mirld.graph.terms import RDF_LANG_STRING, Iri, Literal, Term, Triple, text
from mirld.vocab import DEFAULT_BASE, RDF, RDF_TYPE, RDFS, SKOS, XSD

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "shapes"
EX = "http://example.org/"

# Every constraint that is compiled, and values of every sort, on one property each.
SMALL_SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix : <http://example.org/> .
:S a sh:NodeShape ; sh:targetClass :C ; sh:targetNode :named, :nowhere ; sh:pattern "/[a-z]+$" ; sh:nodeKind sh:IRI ;
  sh:property :S-p0, :S-p1, :S-p2, :S-p3, :S-p4, :S-p5, :S-p6, :S-p7 .
:S-p0 a sh:PropertyShape ; sh:path :p0 ; sh:minCount 1 ; sh:maxCount 2 ; sh:message "p0"@en .
:S-p1 a sh:PropertyShape ; sh:path :p1 ; sh:datatype %s ; sh:severity sh:Warning .
:S-p2 a sh:PropertyShape ; sh:path :p2 ; sh:class :C, :D .
:S-p3 a sh:PropertyShape ; sh:path :p3 ; sh:pattern "^[a-e1-5.-]+$", "e" ; sh:flags "i" ; sh:minLength 2 ;
  sh:maxLength 5 .
:S-p4 a sh:PropertyShape ; sh:path :p4 ; sh:minInclusive 2 ; sh:maxExclusive 30.5 .
:S-p5 a sh:PropertyShape ; sh:path :p5 ; sh:in ( 1 "a" :a "x"@en true ) .
:S-p6 a sh:PropertyShape ; sh:path :p6 ; sh:uniqueLang true ; sh:languageIn ( "en" "de" ) .
:S-p7 a sh:PropertyShape ; sh:path :p7 ; sh:nodeKind %s ; sh:hasValue 1 ; sh:minCount 2 .
:T a sh:NodeShape ; sh:targetClass :D ; sh:property [ sh:path :p0 ; sh:maxCount 1 ; sh:minExclusive 1.5 ] .
"""

NAMES = st.sampled_from(["a", "b", "named", "x9"]).map(lambda name: Iri(EX + name))
WORDS = """
1 01 +1 -0 0 2 30 30.5 1.0 1.50 -0.5 a abcde E true TRUE x 2023 2023-02-28 2023-02-30 2023-13 2023-11 12023 2023-11-28Z
1E3 [1,2] NaN
"""
LEXICAL = st.sampled_from(["", "a\n", *WORDS.split()])
DATATYPES = [XSD[name] for name in ("integer", "decimal", "double", "boolean", "date", "gYear", "gYearMonth", "anyURI")]
ODD = [XSD.dateTime, XSD.int, RDF.JSON, EX + "type"]
LITERALS = st.one_of(
    LEXICAL.map(Literal),
    st.tuples(LEXICAL, st.sampled_from([*DATATYPES, *ODD])).map(lambda pair: Literal(*pair)),
    st.tuples(LEXICAL, st.sampled_from(["en", "de", "en-gb", "fr"])).map(lambda pair: text(*pair)),
)
TERMS: st.SearchStrategy[Term] = st.one_of(NAMES, LITERALS)
FACTS = st.one_of(
    st.tuples(NAMES, st.integers(0, 7).map(lambda n: Iri(f"{EX}p{n}")), TERMS),
    st.tuples(NAMES, st.just(Iri(RDF_TYPE)), st.sampled_from([Iri(EX + name) for name in "CDE"])),
    st.tuples(
        st.sampled_from([Iri(EX + name) for name in "CDE"]),
        st.just(Iri(RDFS.subClassOf)),
        st.sampled_from([Iri(EX + name) for name in "CDE"]),
    ),
)


def small_shapes(datatype: str, kind: str) -> Shapes:
    turtle = SMALL_SHAPES % (datatype, kind)
    return Shapes.compile(quad.triple for quad in pyoxigraph.parse(turtle, pyoxigraph.RdfFormat.TURTLE))


DATATYPE_NAMES = ["xsd:string", "xsd:integer", "xsd:decimal", "xsd:boolean", "xsd:date", "xsd:gYear", "xsd:gYearMonth"]
DATATYPE_NAMES += ["xsd:anyURI", "rdf:langString", "rdf:JSON", "xsd:dateTime", "xsd:double"]
SMALL = [small_shapes(name, kind) for name in DATATYPE_NAMES for kind in ("sh:IRI", "sh:Literal", "sh:IRIOrLiteral")]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SMALL), st.lists(FACTS, min_size=3, max_size=25))
def test_any_small_graph_has_the_report_of_pyshacl(shapes: Shapes, facts: list[Triple]) -> None:
    """Each compiled constraint, on terms of every sort, agrees with pySHACL over the whole graph."""
    assert not shapes.beyond
    view = Graph(facts)
    assert validate(view, shapes) == run_pyshacl(view, shapes)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SMALL), st.lists(FACTS, min_size=3, max_size=25), st.sets(NAMES, max_size=2))
def test_a_focus_gives_the_part_of_the_report_that_is_about_it(
    shapes: Shapes, facts: list[Triple], focus: set[Iri]
) -> None:
    """Validating some nodes reports what validating all reports of them."""
    view = Graph(facts)
    found = validate(view, shapes)
    assert validate(view, shapes, focus=focus) == [result for result in found if result.focus in focus]


@pytest.mark.parametrize("lexical", ["NaN", "sNaN", "Infinity", "x"])
@pytest.mark.parametrize("path", ["p0", "p4"])
def test_a_decimal_that_is_no_number_is_reported(path: str, lexical: str) -> None:
    """A bound is no place to fail: what cannot be compared with it breaks it."""
    facts = [
        (Iri(EX + "a"), Iri(RDF_TYPE), Iri(EX + "C" if path == "p4" else EX + "D")),
        (Iri(EX + "a"), Iri(EX + path), Literal(lexical, XSD.decimal)),
    ]
    view = Graph(facts)
    found = validate(view, SMALL[0])
    assert found == run_pyshacl(view, SMALL[0])
    broken = any(result.focus == EX + "a" and result.path == EX + path for result in found)
    assert broken == ((path, lexical) != ("p0", "Infinity"))


@pytest.fixture(scope="module")
def registry_shapes() -> Shapes:
    return Shapes.read(ROOT / "shapes")


def real_facts() -> list[Triple]:
    """Return a small registry with one of everything, and of the ontology what classes need."""
    facts: list[Triple] = []
    for path in [FIXTURES / "registry.ttl", *sorted((FIXTURES / "pass").glob("*.ttl"))]:
        facts += parse_turtle(path.read_bytes(), DEFAULT_BASE, path.name)
    linked = {term for _, _, term in facts}
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        facts += [
            triple
            for triple in parse_turtle(path.read_bytes(), DEFAULT_BASE, path.name)
            if triple[1] == RDFS.subClassOf
            or (triple[0] in linked and triple[1] == RDF_TYPE and triple[2] == SKOS.Concept)
        ]
    return facts


REAL = real_facts()
PREDICATES = sorted({predicate for _, predicate, _ in REAL})
OBJECTS = sorted({term for _, _, term in REAL}, key=repr)


@st.composite
def mutated(draw: st.DrawFn) -> list[Triple]:
    """Take the small registry and drop, double, retype and rewire a few of its facts."""
    facts = list(REAL)
    for _ in range(draw(st.integers(1, 6))):
        index = draw(st.integers(0, len(facts) - 1))
        subject, predicate, term = facts[index]
        change = draw(st.sampled_from(["drop", "object", "literal", "predicate", "add", "retag"]))
        if change == "drop":
            del facts[index]
        elif change == "object":
            facts[index] = (subject, predicate, draw(st.sampled_from(OBJECTS)))
        elif change == "literal":
            facts[index] = (subject, predicate, draw(LITERALS))
        elif change == "predicate":
            facts[index] = (subject, draw(st.sampled_from(PREDICATES)), term)
        elif change == "add":
            facts.append((subject, draw(st.sampled_from(PREDICATES)), draw(st.one_of(st.sampled_from(OBJECTS), TERMS))))
        elif isinstance(term, Literal):
            facts[index] = (subject, predicate, Literal(term.value, RDF_LANG_STRING, "en"))
    return facts


@settings(max_examples=40, deadline=None)
@given(mutated())
def test_a_mutated_registry_has_the_report_of_pyshacl(facts: list[Triple]) -> None:
    """Whatever is done to real entries, both runs name the same node, shape, component, value, message and severity."""
    shapes = Shapes.read(ROOT / "shapes")
    view = Graph(facts)
    assert validate(view, shapes) == run_pyshacl(view, shapes)


def test_the_shapes_of_the_registry_are_all_compiled(registry_shapes: Shapes) -> None:
    """No shape needs a run over everything, which would make a check take minutes."""
    assert registry_shapes.beyond == []


def test_conforming_data_never_reaches_pyshacl(registry_shapes: Shapes) -> None:
    """The small registry is proven without pySHACL."""
    doubts = Prover(Graph(REAL), registry_shapes).doubts()
    assert {shape.rpartition("#")[2] for shape in doubts} <= {"Concept"}


@pytest.mark.parametrize(
    "more",
    [
        ":X a sh:NodeShape ; sh:targetSubjectsOf :p0 ; sh:property [ sh:path :p1 ; sh:minCount 1 ] .",
        ":X a sh:NodeShape ; sh:targetClass :C ; sh:property [ sh:path ( :p0 :p1 ) ; sh:minCount 1 ] .",
        ":X a sh:NodeShape ; sh:targetClass :C ; sh:or ( [ sh:nodeKind sh:Literal ] [ sh:pattern 'a$' ] ) .",
        ":X a sh:NodeShape ; sh:targetClass :C ; sh:closed true .",
        ":C a sh:NodeShape, <http://www.w3.org/2000/01/rdf-schema#Class> ; sh:pattern 'b$' .",
        ":X a sh:PropertyShape ; sh:targetClass :C ; sh:path :p1 ; sh:minCount 1 .",
    ],
)
def test_what_is_not_compiled_is_left_to_pyshacl(more: str) -> None:
    """Shapes that use more than the compiled subset are named, and the report is still pySHACL's."""
    turtle = SMALL_SHAPES % ("xsd:string", "sh:IRI") + more
    shapes = Shapes.compile(quad.triple for quad in pyoxigraph.parse(turtle, pyoxigraph.RdfFormat.TURTLE))
    assert len(shapes.beyond) == 1
    view = Graph(
        [
            (Iri(EX + "a"), Iri(RDF_TYPE), Iri(EX + "C")),
            (Iri(EX + "a"), Iri(EX + "p0"), Literal("x")),
            (Iri(EX + "b"), Iri(RDF_TYPE), Iri(EX + "C")),
        ]
    )
    found = validate(view, shapes)
    assert any(result.shape not in {EX + "S", EX + "T"} and "S-p" not in result.shape for result in found)
    assert [result for result in found if result.focus == EX + "a"] == validate(view, shapes, focus=[EX + "a"])
