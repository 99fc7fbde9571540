"""Each shape has a file that keeps to it and one that breaks it, and its message says how to mend it."""

from __future__ import annotations

import re
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.term import BNode

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SH = Namespace("http://www.w3.org/ns/shacl#")
MIRS = Namespace("https://w3id.org/mir/shapes#")

# What the fast checker of mirld knows; anything else would be left to pySHACL.
COMPONENTS = {
    SH[name]
    for name in """
    path minCount maxCount datatype class nodeKind pattern flags minLength maxLength minInclusive maxInclusive in
    hasValue uniqueLang languageIn
    """.split()  # noqa: SIM905  # a list of words is read more easily
}
ABOUT = {SH.name, SH.description, SH.severity, SH.message, SH.order}


def read(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    return graph


SHAPES = read(*sorted((ROOT / "shapes").glob("*.ttl")))
PROPERTY_SHAPES = sorted(str(shape).removeprefix(str(MIRS)) for shape in SHAPES.subjects(RDF.type, SH.PropertyShape))
NODE_SHAPES = sorted(str(shape).removeprefix(str(MIRS)) for shape in SHAPES.subjects(RDF.type, SH.NodeShape))


@pytest.fixture(scope="module")
def around() -> Graph:
    """Read the ontology, its schemes and a small registry that the fixtures link to."""
    return read(*sorted((ROOT / "ontology").glob("*.ttl")), HERE / "registry.ttl")


def violated(around: Graph, path: Path | None = None) -> list[str]:
    """Return the names of the shapes that a fixture breaks, read together with what it links to."""
    data = Graph()
    for triple in around:
        data.add(triple)
    focus: list[str | URIRef] | None = None
    if path is not None:
        fixture = read(path)
        focus = [subject for subject in fixture.subjects(unique=True) if isinstance(subject, URIRef)]
        for triple in fixture:
            data.add(triple)
    _, report, _ = pyshacl.validate(data, shacl_graph=SHAPES, focus_nodes=focus)
    assert isinstance(report, Graph)
    return sorted({str(shape).removeprefix(str(MIRS)) for shape in report.objects(None, SH.sourceShape)})


def test_the_ontology_and_the_small_registry_keep_to_every_shape(around: Graph) -> None:
    assert violated(around) == []


@pytest.mark.parametrize("name", NODE_SHAPES)
def test_a_file_that_keeps_to_the_shapes_breaks_none(around: Graph, name: str) -> None:
    assert violated(around, HERE / "pass" / f"{name}.ttl") == []


@pytest.mark.parametrize("name", PROPERTY_SHAPES)
def test_a_file_that_breaks_one_shape_is_reported_under_its_name(around: Graph, name: str) -> None:
    assert violated(around, HERE / "fail" / f"{name}.ttl") == [name]


def test_no_fixture_is_left_over() -> None:
    assert sorted(path.stem for path in (HERE / "pass").glob("*.ttl")) == NODE_SHAPES
    assert sorted(path.stem for path in (HERE / "fail").glob("*.ttl")) == PROPERTY_SHAPES


def test_every_property_shape_is_named_and_explained() -> None:
    """Name after class and dash; name, description, severity, order and a message that says what to write."""
    owners: dict[object, object] = {}
    for owner, shape in SHAPES.subject_objects(SH.property):
        assert shape not in owners, shape
        owners[shape] = owner
    for name in PROPERTY_SHAPES:
        shape = MIRS[name]
        assert str(owners[shape]).removeprefix(str(MIRS)) == name.split("-")[0]
        for predicate in (SH.name, SH.description, SH.message):
            values = list(SHAPES.objects(shape, predicate))
            assert len(values) == 1, (name, predicate)
            assert isinstance(values[0], Literal)
            assert values[0].language == "en"
        message = str(SHAPES.value(shape, SH.message))
        assert ": " in message, name
        assert not message.endswith("."), name
        assert SHAPES.value(shape, SH.severity) in (SH.Violation, SH.Warning, SH.Info), name
        assert SHAPES.value(shape, SH.order) is not None, name


def test_shapes_use_only_what_the_fast_checker_knows() -> None:
    """SHACL core with constraints on one property, no blank shapes, no term that SHACL does not have."""
    assert not [node for triple in SHAPES for node in triple if isinstance(node, BNode)]
    for name in PROPERTY_SHAPES:
        assert set(SHAPES.predicates(MIRS[name])) - {RDF.type} <= COMPONENTS | ABOUT, name
    for name in NODE_SHAPES:
        predicates = set(SHAPES.predicates(MIRS[name]))
        assert predicates <= {RDF.type, RDFS.label, RDFS.comment, RDFS.isDefinedBy, SH.targetClass, SH.property}, name


def test_patterns_do_not_know_the_base() -> None:
    """The base IRI is a setting, so a pattern for an IRI of the registry matches its end."""
    for pattern in SHAPES.objects(None, SH.pattern):
        assert "w3id.org" not in str(pattern)
        re.compile(str(pattern))


def test_every_class_of_the_ontology_has_a_shape() -> None:
    """All but the two that only gather others: mir:Entry has one, mir:Part says nothing of its own."""
    ontology = read(ROOT / "ontology" / "mir.ttl")
    mir = "https://w3id.org/mir/ns#"
    owl_class = URIRef("http://www.w3.org/2002/07/owl#Class")
    classes = {str(term) for term in ontology.subjects(RDF.type, owl_class) if str(term).startswith(mir)}
    targets = {str(target) for target in SHAPES.objects(None, SH.targetClass)}
    assert classes - targets == {mir + "Part"}
