"""The ontology says what its terms mean, in OWL 2 DL, without contradiction, and nothing outside it invents a term."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import owlrl  # type: ignore[import-untyped]  # ships no types
import pyoxigraph
import pytest
from owlrl.Namespaces import ERRNS  # type: ignore[import-untyped]
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import BNode, Node

from mirld.vocab import DIGEST_PROPERTIES

ROOT = Path(__file__).resolve().parents[2]
MIR = Namespace("https://w3id.org/mir/ns#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
SCHEMA = Namespace("https://schema.org/")
VS = Namespace("http://www.w3.org/2003/06/sw-vocab-status/ns#")
ONTOLOGY = URIRef("https://w3id.org/mir/ns")

# The datatypes an OWL 2 reasoner must know: https://www.w3.org/TR/owl2-syntax/#Datatype_Maps
OWL_DATATYPES = {
    None,
    RDF.langString,
    RDFS.Literal,
    XSD.boolean,
    XSD.dateTime,
    XSD.decimal,
    XSD.integer,
    XSD.string,
}
KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
# Values of these are the names of properties, things of several classes, or a concept or its whole scheme.
WITHOUT_RANGE = {MIR.appliesTo, MIR.criterion, MIR.ground, MIR.supports}

FILES = sorted((ROOT / "ontology").glob("*.ttl")) + sorted((ROOT / "shapes").glob("*.ttl"))


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(ROOT / "ontology" / "mir.ttl")


def own_terms(graph: Graph) -> list[URIRef]:
    return sorted({s for s in graph.subjects(RDF.type) if isinstance(s, URIRef) and s.startswith(str(MIR))})


def properties(graph: Graph) -> list[URIRef]:
    return [term for term in own_terms(graph) if (term, RDF.type, OWL.Class) not in graph]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_two_readers_agree_on_the_number_of_triples(path: Path) -> None:
    """Both rdflib and pyoxigraph read each file to the same number of triples, and none has a blank node."""
    graph = Graph().parse(path)
    other = set(pyoxigraph.parse(path=str(path)))
    assert len(graph) == len(other) > 0
    assert not [node for triple in graph for node in triple if isinstance(node, BNode)]


def test_there_are_fewer_than_150_terms(ontology: Graph) -> None:
    assert 100 < len(own_terms(ontology)) < 150


def test_every_term_is_documented(ontology: Graph) -> None:
    """Label, definition, example, status, date and home for each term, in English where there are words."""
    for term in own_terms(ontology):
        for predicate in (RDFS.label, SKOS.definition):
            values = list(ontology.objects(term, predicate))
            assert len(values) == 1, (term, predicate)
            assert isinstance(values[0], Literal)
            assert values[0].language == "en", (term, predicate)
        for predicate in (SKOS.example, VS.term_status, DCTERMS.created):
            assert len(list(ontology.objects(term, predicate))) == 1, (term, predicate)
        assert ontology.value(term, RDFS.isDefinedBy) == ONTOLOGY
        definition = str(ontology.value(term, SKOS.definition))
        assert definition[0].isupper(), term
        assert definition.endswith("."), term


def test_labels_and_definitions_tell_terms_apart(ontology: Graph) -> None:
    """No two terms of one kind share a label, no two terms a definition."""
    definitions = [str(ontology.value(term, SKOS.definition)) for term in own_terms(ontology)]
    assert len(set(definitions)) == len(definitions)
    labels = [str(ontology.value(term, RDFS.label)) for term in properties(ontology)]
    assert len(set(labels)) == len(labels)


def test_every_property_says_where_it_belongs(ontology: Graph) -> None:
    """A domain or the classes it is used with, and a range where there is one."""
    for term in properties(ontology):
        if term == MIR.singleValued:
            continue
        domains = [*ontology.objects(term, RDFS.domain), *ontology.objects(term, SCHEMA.domainIncludes)]
        assert domains, term
        if (term, RDF.type, OWL.ObjectProperty) in ontology and term not in WITHOUT_RANGE:
            assert ontology.value(term, RDFS.range) is not None, term


def test_examples_parse_and_use_their_term(ontology: Graph) -> None:
    """Each example is Turtle under the base of the registry, and the term it explains stands in it."""
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in ontology.namespaces())
    for term in own_terms(ontology):
        text = f"@base <https://w3id.org/mir/> .\n{prefixes}{ontology.value(term, SKOS.example)}"
        sample = Graph().parse(data=text, format="turtle")
        assert any(term in triple for triple in sample), term


def test_the_header_names_version_licence_and_prefix(ontology: Graph) -> None:
    vann = Namespace("http://purl.org/vocab/vann/")
    assert ontology.value(ONTOLOGY, OWL.versionIRI) == URIRef(
        f"https://w3id.org/mir/ns/{ontology.value(ONTOLOGY, OWL.versionInfo)}"
    )
    assert str(ontology.value(ONTOLOGY, vann.preferredNamespacePrefix)) == "mir"
    assert str(ontology.value(ONTOLOGY, vann.preferredNamespaceUri)) == str(MIR)
    for predicate in (DCTERMS.title, DCTERMS.description, DCTERMS.license):
        assert ontology.value(ONTOLOGY, predicate) is not None


def test_owl_dl_tools_can_type_every_name(ontology: Graph) -> None:
    """Each property is of one kind, each class and property in use is declared, each datatype is one of OWL 2."""
    for subject in set(ontology.subjects(RDF.type)):
        assert sum((subject, RDF.type, kind) in ontology for kind in KINDS) <= 1, subject
        if (subject, RDF.type, OWL.FunctionalProperty) in ontology:
            assert (subject, RDF.type, OWL.AnnotationProperty) not in ontology, subject
    built_in = (str(RDF), str(RDFS), str(OWL), str(XSD))
    for subject, predicate, value in ontology:
        assert str(predicate).startswith(built_in) or any((predicate, RDF.type, kind) in ontology for kind in KINDS)
        if predicate in (RDFS.subClassOf, RDFS.domain, OWL.disjointWith, SCHEMA.domainIncludes):
            assert (value, RDF.type, OWL.Class) in ontology, (subject, value)
        if predicate == RDFS.subPropertyOf:
            assert any({(subject, RDF.type, kind), (value, RDF.type, kind)} <= set(ontology) for kind in KINDS), subject
        if predicate == RDFS.range and (subject, RDF.type, OWL.ObjectProperty) in ontology:
            assert (value, RDF.type, OWL.Class) in ontology, (subject, value)
        if predicate == RDFS.range and (subject, RDF.type, OWL.DatatypeProperty) in ontology:
            assert value in OWL_DATATYPES, (subject, value)
        if isinstance(value, Literal):
            assert value.datatype in OWL_DATATYPES, (subject, value)


def closure(*paths: Path) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return graph


def errors(graph: Graph) -> list[str]:
    return [
        str(message)
        for node in graph.subjects(RDF.type, ERRNS.ErrorMessage)
        for message in graph.objects(node, ERRNS.error)
    ]


def test_nothing_contradicts_itself_under_owl_rl() -> None:
    """The ontology, every scheme and mapping, and a small registry have an OWL RL closure without an error."""
    graph = closure(*sorted((ROOT / "ontology").glob("*.ttl")), ROOT / "tests" / "shapes" / "registry.ttl")
    assert errors(graph) == []
    entry = URIRef("https://w3id.org/mir/model/lora/hyper/flux-1")
    assert (entry, RDF.type, MIR.Entry) in graph, "the closure follows the sub-classes"


def test_a_contradiction_is_caught() -> None:
    """An entry that is a series and a release at once makes the closure inconsistent."""
    assert errors(closure(ROOT / "ontology" / "mir.ttl", Path(__file__).with_name("inconsistent.ttl")))


def _names_in_turtle(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*.ttl")):
        for quad in pyoxigraph.parse(path=str(path), base_iri="https://w3id.org/mir/"):
            for node in (quad.subject, quad.predicate, quad.object):
                if isinstance(node, pyoxigraph.NamedNode) and node.value.startswith(str(MIR)):
                    yield path, node.value.removeprefix(str(MIR))


def _names_in_python(folder: Path) -> Iterator[tuple[Path, str]]:
    pattern = re.compile(r"""\bMIR(?:\.(\w+)\b(?!\()|\["(\w+)"\]|\.term\("(\w+)"\))|/mir/ns\#(\w+)""")
    for path in sorted(folder.rglob("*.py")):
        for match in pattern.finditer(path.read_text(encoding="utf-8")):
            yield path, next(group for group in match.groups() if group)


@pytest.mark.parametrize("folder", ["ontology", "shapes", "data"])
def test_every_term_in_use_exists(ontology: Graph, folder: str) -> None:
    """A name of the namespace that a file uses is a term of the ontology, so a slip of the pen is caught."""
    known = {term.removeprefix(str(MIR)) for term in own_terms(ontology)}
    assert {(path.name, name) for path, name in _names_in_turtle(ROOT / folder) if name not in known} == set()


def test_every_term_the_program_names_exists(ontology: Graph) -> None:
    known = {term.removeprefix(str(MIR)) for term in own_terms(ontology)}
    found = {(path.name, name) for path, name in _names_in_python(ROOT / "src")}
    assert len(found) > 20
    assert {pair for pair in found if pair[1] not in known} == set()


def test_terms_stand_in_the_one_order() -> None:
    """Sections are alphabetical, and each term says what it says in the same order."""
    order = [
        "a",
        "rdfs:subClassOf",
        "rdfs:subPropertyOf",
        "owl:disjointWith",
        "rdfs:domain",
        "schema:domainIncludes",
        "rdfs:range",
        "rdfs:label",
        "skos:definition",
        "skos:example",
        "skos:scopeNote",
        "vs:term_status",
        "dcterms:created",
        "rdfs:isDefinedBy",
    ]
    text = (ROOT / "ontology" / "mir.ttl").read_text(encoding="utf-8")
    for section in re.split(r"^# .*$", text.split("# Reused terms")[0], flags=re.M)[2:]:
        blocks = [block for block in section.strip().split("\n\n") if block]
        names = [block.split()[0] for block in blocks]
        assert names == sorted(names, key=str.lower)
        for block in blocks:
            said = ["a", *re.findall(r"^    (\S+) ", block, flags=re.M)]
            assert said == sorted(said, key=order.index), names


def test_single_values_are_marked_once(ontology: Graph) -> None:
    """Own terms say it with owl:FunctionalProperty, terms of others with mir:singleValued."""
    marked: set[Node] = set(ontology.subjects(MIR.singleValued, Literal(True)))
    assert RDFS.label in marked
    assert not {term for term in marked if str(term).startswith(str(MIR))}


def test_every_kind_of_digest_is_known_and_accounted_for(ontology: Graph) -> None:
    """To the program by its name, and to readers by who gives it, or why nobody does."""
    kinds = {str(kind) for kind in ontology.subjects(RDFS.subPropertyOf, MIR.digest)}
    decision = (ROOT / "docs" / "decisions" / "0002-digests-are-properties.md").read_text(encoding="utf-8")
    assert kinds == set(DIGEST_PROPERTIES)
    assert len(kinds) == 11
    told = decision.partition("Eleven kinds")[2]
    assert [kind for kind in kinds if f"`mir:{kind.removeprefix(str(MIR))}`" not in told] == []
