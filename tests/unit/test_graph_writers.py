"""The writers: what they write reads back as what was given, always in the same bytes."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from rdflib import Graph as RdflibGraph
from rdflib.compare import isomorphic

from mirld.graph.corpus import Corpus
from mirld.graph.describe import Descriptions
from mirld.graph.jsonld import JsonLdWriter, write_json
from mirld.graph.load import load, parse_turtle
from mirld.graph.ntriples import write_nquads, write_ntriples
from mirld.graph.terms import Iri, Literal, Term, Triple, text
from mirld.graph.turtle import TurtleWriter, write_turtle
from mirld.vocab import DEFAULT_BASE, MIR, OWL, PREFIXES, RDF, RDF_TYPE, RDFS_LABEL, SKOS, XSD

ROOT = Path(__file__).resolve().parents[2]
CONTEXT = json.loads((ROOT / "ontology" / "context.jsonld").read_text(encoding="utf-8"))["@context"]
ENTRY = Iri(f"{DEFAULT_BASE}model/unet/orrery/base")

# IRIs that a relative form, a prefixed name or a scheme could swallow.
_TAILS = st.text("abcXYZ019-_.~@:/?#=&%é", max_size=12).filter(lambda tail: "%" not in tail and tail.count("#") < 2)
_HEADS = st.sampled_from(
    [DEFAULT_BASE, f"{DEFAULT_BASE}vocab/", *sorted(PREFIXES.values()), "mir:model.", "http://e.org/"]
)
_VALUES = st.text(st.characters(codec="utf-8"), max_size=20)


def _is_iri(text: str) -> bool:
    try:
        pyoxigraph.NamedNode(text)
    except ValueError:
        return False
    return True


iris = st.builds(lambda head, tail: Iri(head + tail), _HEADS, _TAILS).filter(_is_iri)
typed = (
    (_VALUES, [XSD.string, XSD.integer, XSD.decimal, XSD.boolean, XSD.date, RDF.JSON, MIR.odd]),
    (st.from_regex(r"[+-]?[0-9]{1,20}", fullmatch=True), [XSD.integer]),
    (st.from_regex(r"[+-]?[0-9]{0,3}\.[0-9]{1,5}", fullmatch=True), [XSD.decimal]),
    (st.sampled_from(["true", "false", "1"]), [XSD.boolean]),
)
literals = st.one_of(
    *(st.tuples(values, st.sampled_from(kinds)).map(lambda pair: Literal(*pair)) for values, kinds in typed),
    st.builds(text, _VALUES, st.sampled_from(["en", "de-at"])),
)
terms: st.SearchStrategy[Term] = st.one_of(iris, literals)
triples = st.lists(st.tuples(iris, iris, terms), max_size=12)


@given(triples)
def test_turtle_reads_back_as_what_was_written(given_triples: list[Triple]) -> None:
    """Nothing is lost, nothing is added, whatever the terms are and whatever the base."""
    for base in (DEFAULT_BASE, "http://e.org/"):
        written = write_turtle(given_triples, base)
        assert set(parse_turtle(written.encode(), DEFAULT_BASE, "t")) == set(given_triples)


@given(triples, st.randoms(use_true_random=False))
def test_turtle_is_written_one_way(given_triples: list[Triple], shuffler: random.Random) -> None:
    """Shuffled or repeated triples, a second writing of what was read: the same bytes."""
    written = write_turtle(given_triples, DEFAULT_BASE)
    shuffled = given_triples + given_triples[:3]
    shuffler.shuffle(shuffled)
    assert write_turtle(shuffled, DEFAULT_BASE) == written
    assert write_turtle(parse_turtle(written.encode(), DEFAULT_BASE, "t"), DEFAULT_BASE) == written


@given(triples)
def test_ntriples_read_back_as_what_was_written(given_triples: list[Triple]) -> None:
    """One line a statement, in the order given; N-Quads too."""
    written = write_ntriples(given_triples)
    assert written.count("\n") == len(given_triples)
    read = list(pyoxigraph.parse(written.encode(), pyoxigraph.RdfFormat.N_TRIPLES))
    assert [(str(quad.subject)[1:-1], quad.object.value) for quad in read] == [
        (subject, term.value if isinstance(term, Literal) else term) for subject, _, term in given_triples
    ]
    quads = pyoxigraph.parse(write_nquads(given_triples, "urn:g").encode(), pyoxigraph.RdfFormat.N_QUADS)
    assert {quad.graph_name.value for quad in quads} == ({"urn:g"} if given_triples else set())


def _of_the_processor(document: object) -> RdflibGraph:
    """Read JSON-LD with PyLD, which is not the reader of rdflib."""
    quads = jsonld.to_rdf(document, {"format": "application/n-quads"})
    return RdflibGraph().parse(data=quads, format="nt")


def _expected(given_triples: list[Triple]) -> RdflibGraph:
    return RdflibGraph().parse(data=write_ntriples(given_triples), format="nt")


_PROPERTIES = st.sampled_from(
    sorted(
        Iri(found)
        for found in (
            RDFS_LABEL,
            OWL.sameAs,
            SKOS.altLabel,
            MIR.file,
            MIR.parameterCount,
            MIR.value,
            MIR.tensorShape,
            MIR.fileSha256,
        )
    )
)
_SUBJECTS = st.sampled_from(
    [ENTRY, Iri(f"{ENTRY}#file-1"), Iri(f"{ENTRY}#file-2"), Iri(f"{DEFAULT_BASE}info/unet/orrery")]
)
_OBJECTS = st.one_of(_SUBJECTS, st.just(Iri("mir:model.unet.orrery:base")), literals)


@given(st.lists(st.tuples(_SUBJECTS, _PROPERTIES, _OBJECTS), min_size=1, max_size=10))
def test_json_ld_says_what_the_triples_say(given_triples: list[Triple]) -> None:
    """Whatever stands at a property, fit for its term or not, a processor reads the same statements out of it."""
    document = JsonLdWriter(CONTEXT).document(given_triples, ENTRY)
    quads = jsonld.to_rdf(json.loads(write_json(document)), {"format": "application/n-quads"})
    read = {str(quad) for quad in pyoxigraph.parse(quads.encode(), pyoxigraph.RdfFormat.N_QUADS)}
    wanted = {
        str(quad) for quad in pyoxigraph.parse(write_ntriples(given_triples).encode(), pyoxigraph.RdfFormat.N_TRIPLES)
    }
    assert read == wanted


@pytest.mark.parametrize(
    "reader",
    [_of_the_processor, lambda document: RdflibGraph().parse(data=json.dumps(document), format="json-ld")],
    ids=["pyld", "rdflib"],
)
def test_the_json_ld_of_a_page_is_isomorphic_to_its_turtle(reader) -> None:  # type: ignore[no-untyped-def]
    """For every resource of the small corpus, read by two processors."""
    dataset = load(Corpus.scan(ROOT / "tests" / "fixtures" / "small"))
    descriptions = Descriptions(dataset.view)
    writer = JsonLdWriter(CONTEXT)
    for resource in descriptions.resources():
        found = descriptions.of(resource)
        turtle = RdflibGraph().parse(data=write_turtle(found, DEFAULT_BASE), format="turtle")
        document = json.loads(write_json(writer.document(found, resource)))
        assert isomorphic(turtle, reader(document)), resource
        assert isomorphic(turtle, _expected(found)), resource


def test_a_document_carries_only_the_terms_it_uses() -> None:
    """So that it is short, and nothing has to be fetched to read it."""
    document = JsonLdWriter(CONTEXT).document([(ENTRY, Iri(RDFS_LABEL), text("Sky", "en"))], ENTRY)
    assert list(document) == ["@context", "@id", next(name for name in document if name[0] not in "@")]
    assert len(document["@context"]) == 1


def test_parts_stand_inside_what_they_are_parts_of() -> None:
    """Where they are first named; what nothing leads to stands beside."""
    part, lost = Iri(f"{ENTRY}#file-1"), Iri(f"{ENTRY}#lost")
    given_triples: list[Triple] = [
        (ENTRY, Iri(MIR.file), part),
        (part, Iri(RDF_TYPE), Iri(MIR.File)),
        (lost, Iri(RDF_TYPE), Iri(MIR.File)),
    ]
    nested, beside = JsonLdWriter(CONTEXT).document(given_triples, ENTRY)["@graph"]
    assert next(value for name, value in nested.items() if name != "@id")["@id"] == part
    assert beside["@id"] == lost


def test_the_form_of_turtle_is_the_agreed_one() -> None:
    """An entry before its parts, `a` and the label first, one predicate a line, long lists one object a line."""
    long = [(ENTRY, Iri(MIR.paper), Iri(f"https://arxiv.org/abs/2307.0{n}")) for n in range(5)]
    given_triples: list[Triple] = [
        (Iri(f"{ENTRY}#file-1"), Iri(RDF_TYPE), Iri(MIR.File)),
        (ENTRY, Iri(MIR.parameterCount), Literal("5", XSD.integer)),
        (ENTRY, Iri(RDFS_LABEL), text('A "sky"\n', "en")),
        (ENTRY, Iri(RDF_TYPE), Iri(MIR.Model)),
        *long,
    ]
    assert write_turtle(given_triples, DEFAULT_BASE) == (
        "@base <https://w3id.org/mir/> .\n"
        "@prefix mir: <https://w3id.org/mir/ns#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "\n"
        "<model/unet/orrery/base>\n"
        "    a mir:Model ;\n"
        '    rdfs:label "A \\"sky\\"\\n"@en ;\n'
        "    mir:paper\n"
        "        <https://arxiv.org/abs/2307.00>,\n"
        "        <https://arxiv.org/abs/2307.01>,\n"
        "        <https://arxiv.org/abs/2307.02>,\n"
        "        <https://arxiv.org/abs/2307.03>,\n"
        "        <https://arxiv.org/abs/2307.04> ;\n"
        "    mir:parameterCount 5 .\n"
        "\n"
        "<model/unet/orrery/base#file-1>\n"
        "    a mir:File .\n"
    )


def test_one_writer_writes_many_documents() -> None:
    """Each declares only its own prefixes, though the writer remembers how it wrote each IRI."""
    writer = TurtleWriter(DEFAULT_BASE)
    first = writer.document([(ENTRY, Iri(RDFS_LABEL), text("x", "en"))])
    writer.document([(ENTRY, Iri(MIR.file), ENTRY)])
    assert writer.document([(ENTRY, Iri(RDFS_LABEL), text("x", "en"))]) == first
    assert "@prefix mir:" not in first
