"""The schemes of concepts are sound SKOS and hold every token that upstream ever used."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rdflib import OWL, RDF, SKOS, Graph, Literal, Namespace, URIRef

ROOT = Path(__file__).resolve().parents[2]
DCTERMS = Namespace("http://purl.org/dc/terms/")
MIR = Namespace("https://w3id.org/mir/ns#")
BASE = "https://w3id.org/mir/vocab/"
SCHEMES = (
    "architecture",
    "axis",
    "compatibility",
    "confidence",
    "domain",
    "format",
    "layout",
    "modality",
    "mode",
    "phase",
    "precision",
    "problem",
    "rule",
    "state",
    "subject",
    "task",
    "verdict",
)
UPSTREAM_ARCHITECTURES = set(
    """
    aet aetm art artm autoencoder autoregressive brnn cnn controlnet detr dit dpt embedding encoder float gan gru lora
    lstm mamba mix mldm mlp moe patch precision rbm rcnn resnet rnn scheduler seq2seq ssm stst ststm tae taesd
    transformer unclassified unet vae vit
    """.split()  # noqa: SIM905  # a list of words is read more easily
)
RETIRED = {"artm", "ststm", "aetm", "mamba", "autoregressive", "seq2seq", "autoencoder", "mix", "embedding", "float"}
UPSTREAM_PRECISIONS = set(
    """
    U8 U16 U32 U64 U1 U2 U3 U4 U5 U6 U7 I8 I16 I32 I64 I1 I2 I3 I4 I5 I6 I7 Q32 Q4x2 Q2x4 F16 F32 F64 F8_E5M2 F8_E4M3
    F8_E5M2FNUZ F8_E4M3FNUZ F8_E8M0FNU F8_E2M1 C32 C64 C128 Bbool B16 B1x8 B2x4 B4x2 B8 BF16 NF4
    """.split()  # noqa: SIM905  # a list of words is read more easily
)

# Values and bytes of a block.
GGML_SIZES: dict[str, tuple[int, int]] = {
    "q1-0": (128, 18), "q4-0": (32, 18), "q4-1": (32, 20), "q5-0": (32, 22), "q5-1": (32, 24), "q8-0": (32, 34),
    "q8-1": (32, 40), "q2-k": (256, 84), "q3-k": (256, 110), "q4-k": (256, 144), "q5-k": (256, 176),
    "q6-k": (256, 210), "q8-k": (256, 292), "iq1-m": (256, 56), "iq1-s": (256, 50), "iq2-s": (256, 82),
    "iq2-xs": (256, 74), "iq2-xxs": (256, 66), "iq3-s": (256, 110), "iq3-xxs": (256, 98), "iq4-nl": (32, 18),
    "iq4-xs": (256, 136), "tq1-0": (256, 54), "tq2-0": (256, 66), "mxfp4": (32, 17), "nvfp4": (64, 36),
}  # fmt: skip


def read(scheme: str) -> Graph:
    return Graph().parse(ROOT / "ontology" / f"{scheme}.ttl")


def concepts(graph: Graph) -> list[URIRef]:
    return sorted(node for node in graph.subjects(RDF.type, SKOS.Concept) if isinstance(node, URIRef))


@pytest.fixture(scope="module", params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> tuple[str, Graph]:
    return request.param, read(request.param)


def test_a_file_holds_one_scheme_under_its_name(scheme: tuple[str, Graph]) -> None:
    """The scheme is vocab/<name>, and each concept vocab/<name>/<notation>."""
    name, graph = scheme
    assert list(graph.subjects(RDF.type, SKOS.ConceptScheme)) == [URIRef(BASE + name)]
    for concept in concepts(graph):
        assert str(concept) == f"{BASE}{name}/{graph.value(concept, SKOS.notation)}"
        assert graph.value(concept, SKOS.inScheme) == URIRef(BASE + name)


def test_every_concept_is_named_and_defined(scheme: tuple[str, Graph]) -> None:
    """One preferred label and one definition in English, no label twice in a scheme or as another of the concept."""
    _, graph = scheme
    preferred = Counter[str]()
    for concept in concepts(graph):
        labels = list(graph.objects(concept, SKOS.prefLabel))
        definitions = list(graph.objects(concept, SKOS.definition))
        for values in (labels, definitions):
            assert [value.language for value in values if isinstance(value, Literal)] == ["en"], concept
        preferred[str(labels[0]).lower()] += 1
        others = [*graph.objects(concept, SKOS.altLabel), *graph.objects(concept, SKOS.hiddenLabel)]
        assert labels[0] not in others, concept
    assert [label for label, count in preferred.items() if count > 1] == []


def test_no_name_leads_to_two_live_concepts(scheme: tuple[str, Graph]) -> None:
    """Whatever a user types, notation or label, it is at most one concept of a scheme that is not retired."""
    _, graph = scheme
    leads: dict[str, set[URIRef]] = {}
    for concept in concepts(graph):
        if (concept, OWL.deprecated, Literal(True)) in graph:
            continue
        for predicate in (SKOS.notation, SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel):
            for name in graph.objects(concept, predicate):
                leads.setdefault(str(name).lower(), set()).add(concept)
    assert {name: found for name, found in leads.items() if len(found) > 1} == {}


def test_links_go_both_ways_and_end_in_the_scheme(scheme: tuple[str, Graph]) -> None:
    name, graph = scheme
    known = set(concepts(graph))
    for one, other in ((SKOS.broader, SKOS.narrower), (SKOS.topConceptOf, SKOS.hasTopConcept)):
        pairs = set(graph.subject_objects(one))
        assert pairs == {(b, a) for a, b in graph.subject_objects(other)}
    for link in (SKOS.broader, SKOS.related, DCTERMS.isReplacedBy):
        assert set(graph.objects(None, link)) <= known, (name, link)


def test_no_concept_is_an_orphan_and_none_is_its_own_ancestor(scheme: tuple[str, Graph]) -> None:
    """Each stands at the top, below another, or is retired with what took its place."""
    name, graph = scheme
    top = URIRef(BASE + name)
    for concept in concepts(graph):
        retired = (concept, OWL.deprecated, Literal(True)) in graph
        assert (
            (concept, SKOS.topConceptOf, top) in graph
            or (concept, SKOS.broader, None) in graph
            or (retired and (concept, DCTERMS.isReplacedBy, None) in graph)
        ), concept
        seen: set[object] = set()
        above = set(graph.objects(concept, SKOS.broader))
        while above:
            assert concept not in above, concept
            seen |= above
            above = {wider for narrower in above for wider in graph.objects(narrower, SKOS.broader)} - seen


def test_every_architecture_of_upstream_has_a_concept() -> None:
    """Current tokens are live, retired ones lead to what replaced them, which is live."""
    graph = read("architecture")
    tokens = {str(notation) for notation in graph.objects(None, SKOS.notation)}
    assert tokens >= UPSTREAM_ARCHITECTURES
    for token in RETIRED:
        concept = URIRef(f"{BASE}architecture/{token}")
        assert (concept, OWL.deprecated, Literal(True)) in graph
        for successor in graph.objects(concept, DCTERMS.isReplacedBy):
            assert (successor, OWL.deprecated, None) not in graph


def test_the_heuristics_of_upstream_can_be_replayed() -> None:
    """Two lists, each tried in order, first fit wins: 13 architectures by configuration, 6 by component."""
    graph = read("architecture")
    for key, length in ((MIR.configKey, 13), (MIR.componentKey, 6)):
        turns = {concept: graph.value(concept, MIR.heuristicOrder) for concept in graph.subjects(key)}
        values = sorted(turn.toPython() for turn in turns.values() if isinstance(turn, Literal))
        assert values == list(range(1, length + 1))
    keys = {concept: {str(key) for key in graph.objects(concept, MIR.configKey)} for concept in concepts(graph)}
    order = sorted(
        (concept for concept in keys if keys[concept]), key=lambda c: int(str(graph.value(c, MIR.heuristicOrder)))
    )
    mamba = {"vocab_size", "hidden_size", "state_size", "expand"}
    first = next(concept for concept in order if keys[concept] & mamba)
    assert first == URIRef(f"{BASE}architecture/ssm")


def test_every_precision_of_upstream_has_a_concept() -> None:
    graph = read("precision")
    names = {str(label) for label in graph.objects(None, SKOS.altLabel)}
    assert UPSTREAM_PRECISIONS - names == set()


def test_a_block_type_takes_the_bits_that_its_sizes_say() -> None:
    """Bits per value are eight times the bytes of a block by its values, as GGML's table of sizes has them."""
    graph = read("precision")
    blocks = set(graph.subjects(SKOS.broader, URIRef(f"{BASE}precision/block")))
    assert {str(concept).rpartition("/")[2] for concept in blocks} == set(GGML_SIZES)
    for token, (values, size) in GGML_SIZES.items():
        bits = graph.value(URIRef(f"{BASE}precision/{token}"), MIR.bitsPerValue)
        assert float(str(bits)) == 8 * size / values, token


def test_the_domains_are_two_axes_crossed() -> None:
    """Each domain lies at one end of each axis, no two at the same ends, and the old spellings are labels."""
    graph = read("domain")
    ends = {concept: frozenset(graph.objects(concept, MIR.axis)) for concept in concepts(graph)}
    assert len(set(ends.values())) == len(ends) == 4
    assert all(len(pair) == 2 for pair in ends.values())
    operations = URIRef(f"{BASE}domain/operations")
    assert {str(label) for label in graph.objects(operations, SKOS.altLabel)} == {"ops", "operation"}


def test_tasks_name_modalities_that_exist() -> None:
    graph = read("task")
    known = set(concepts(read("modality")))
    used = {*graph.objects(None, MIR.inputModality), *graph.objects(None, MIR.outputModality)}
    assert used <= known
    assert len(concepts(graph)) == 57
