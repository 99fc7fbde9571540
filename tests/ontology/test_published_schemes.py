"""The schemes of OECD and NIST hold what was counted in the publications, and say what is theirs and what is ours."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from rdflib import OWL, RDF, SKOS, Graph, Literal, Namespace, URIRef

ROOT = Path(__file__).resolve().parents[2]
DCTERMS = Namespace("http://purl.org/dc/terms/")
MIR = Namespace("https://w3id.org/mir/ns#")
BASE = "https://w3id.org/mir/vocab/"
CC0 = URIRef("https://creativecommons.org/publicdomain/zero/1.0/")
TRUE = Literal(True)

COUNTS = {
    "nist-ai-rmf": 145,
    "nist-ai-use": 16,
    "nist-aml": 47,
    "nist-gai": 234,
    "oecd-aim": 8,
    "oecd-class": 203,
    "oecd-data-collection": 9,
    "oecd-incident": 58,
    "oecd-lifecycle": 7,
    "oecd-principles": 18,
}
"""Concepts in each scheme."""
UNVERIFIED = {"nist-gai": 4, "oecd-aim": 2, "oecd-class": 131}
"""Concepts that are only recalled, in the schemes that have any."""
GRAPHS = {name: Graph().parse(ROOT / "ontology" / f"{name}.ttl") for name in COUNTS}


def concepts(name: str) -> list[URIRef]:
    return sorted(node for node in GRAPHS[name].subjects(RDF.type, SKOS.Concept) if isinstance(node, URIRef))


def concept(path: str) -> URIRef:
    return URIRef(BASE + path)


def below(path: str) -> list[URIRef]:
    """Concepts right below one, in the order of the publication."""
    graph = GRAPHS[path.split("/")[0]]
    found = [node for node in graph.subjects(SKOS.broader, concept(path)) if isinstance(node, URIRef)]
    return sorted(found, key=lambda node: int(str(graph.value(node, MIR.order))))


def codes(path: str) -> list[str]:
    graph = GRAPHS[path.split("/")[0]]
    return [str(graph.value(node, SKOS.notation)) for node in below(path)]


def linked(node: URIRef, scheme: str) -> set[str]:
    """Last parts of the concepts of a scheme that a concept is related to."""
    name = str(node).removeprefix(BASE).split("/")[0]
    start = f"{BASE}{scheme}/"
    return {str(found).removeprefix(start) for found in GRAPHS[name].objects(node, SKOS.related) if start in str(found)}


@pytest.fixture(params=sorted(COUNTS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_scheme_has_as_many_concepts_as_the_publication(name: str) -> None:
    """All concepts of a file, and among them those that nobody has compared with the publication."""
    assert len(concepts(name)) == COUNTS[name]
    assert len(list(GRAPHS[name].subjects(MIR.unverified, TRUE))) == UNVERIFIED.get(name, 0)


def test_a_scheme_says_what_it_is_of_and_who_has_not_endorsed_it(name: str) -> None:
    """Publication, edition, day, our licence, their rights, and that the publisher has no part in it."""
    graph, scheme = GRAPHS[name], URIRef(BASE + name)
    publisher = "The OECD" if name.startswith("oecd") else "NIST"
    assert f"{publisher} neither made nor endorsed this scheme." in str(graph.value(scheme, DCTERMS.description))
    assert str(graph.value(scheme, DCTERMS.source)).startswith("https://")
    assert graph.value(scheme, OWL.versionInfo)
    assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", str(graph.value(scheme, DCTERMS.issued)))
    assert graph.value(scheme, DCTERMS.license) == CC0
    rights = str(graph.value(scheme, DCTERMS.rights))
    assert rights.startswith("© OECD. " if name.startswith("oecd") else "A work of the United States Government")


def test_an_iri_is_the_code_in_lower_case_with_hyphens(name: str) -> None:
    """So the IRI follows from the code; it names no edition."""
    for node in concepts(name):
        code = str(GRAPHS[name].value(node, SKOS.notation))
        assert str(node) == f"{BASE}{name}/{re.sub('[^a-z0-9]+', '-', code.lower())}"


def test_every_concept_names_its_place_or_says_that_it_was_not_seen(name: str) -> None:
    """Source and place for what was found; none, but a note on what was not seen, for what is recalled."""
    graph, scheme = GRAPHS[name], URIRef(BASE + name)
    for node in concepts(name):
        if (node, MIR.unverified, TRUE) in graph:
            notes = " ".join(str(note) for note in graph.objects(node, SKOS.editorialNote))
            assert "Recalled, not seen" in notes, node
            assert "Not to be cited as" in notes, node
            assert "To be looked up in doi:" in notes, node
            assert (node, DCTERMS.source, None) not in graph, node
            assert (node, MIR.locator, None) not in graph, node
        else:
            assert graph.value(node, DCTERMS.source) == graph.value(scheme, DCTERMS.source), node
            assert graph.value(node, MIR.locator), node


def test_a_code_of_ours_is_said_to_be_ours(name: str) -> None:
    """Codes that the publisher prints are told by their form; all others carry the note."""
    printed = {
        "nist-ai-rmf": r"(GOVERN|MAP|MEASURE|MANAGE)( \d(\.\d+)?)?",
        "nist-aml": r"NISTAML\.\d+",
        "nist-gai": r"(GV|MP|MS|MG)(-[1-6]\.\d{1,2}-\d{3})?",
        "oecd-incident": r"\d+",
        "oecd-principles": r"[12](\.[1-5])?",
    }.get(name, r"$^")
    graph = GRAPHS[name]
    for node in concepts(name):
        notes = {str(note) for note in graph.objects(node, SKOS.editorialNote)}
        ours = any(note.startswith("The code is mirld's;") for note in notes)
        assert ours != bool(re.fullmatch(printed, str(graph.value(node, SKOS.notation)))), node


def test_order_is_whole_and_clear(name: str) -> None:
    """Every concept has a turn, and no two below one concept, or at the top, have the same."""
    graph = GRAPHS[name]
    for node in concepts(name):
        assert graph.value(node, MIR.order) is not None, node
    parents: list[list[object]] = [list(graph.subjects(SKOS.topConceptOf, URIRef(BASE + name)))]
    parents += [list(graph.objects(node, SKOS.narrower)) for node in concepts(name)]
    for siblings in parents:
        turns = Counter(str(graph.value(node, MIR.order)) for node in siblings)  # type: ignore[arg-type]  # an IRI
        assert [turn for turn, count in turns.items() if count > 1] == []


def test_what_was_seen_does_not_hang_on_what_was_not(name: str) -> None:
    """So the concepts that are left when the recalled ones are taken out still reach a top concept."""
    graph = GRAPHS[name]
    recalled = set(graph.subjects(MIR.unverified, TRUE))
    for node in set(concepts(name)) - recalled:
        assert not set(graph.objects(node, SKOS.broader)) & recalled, node


def test_links_across_schemes_end_in_concepts(name: str) -> None:
    known = {node for other in GRAPHS for node in concepts(other)}
    assert {node for node in GRAPHS[name].objects(None, SKOS.related) if node not in known} == set()
    members = set(GRAPHS[name].objects(None, SKOS.member))
    assert members <= set(concepts(name))


def test_the_framework_of_2022_has_5_dimensions_36_criteria_and_162_answers() -> None:
    graph = GRAPHS["oecd-class"]
    dimensions = ["PP", "EC", "DI", "AM", "TO"]
    tops = graph.subjects(SKOS.topConceptOf, URIRef(f"{BASE}oecd-class"))
    assert {str(graph.value(node, SKOS.notation)) for node in tops} == set(dimensions)
    criteria = {code: below(f"oecd-class/{code.lower()}") for code in dimensions}
    assert [len(found) for found in criteria.values()] == [6, 5, 9, 11, 5]
    every = [node for found in criteria.values() for node in found]
    answers = [node for found in every for node in below(str(found).removeprefix(BASE))]
    assert (len(every), len(answers)) == (36, 162)
    assert sum((node, MIR.unverified, TRUE) not in graph for node in every) == 23
    assert sum((node, MIR.unverified, TRUE) not in graph for node in answers) == 44


def test_only_a_criterion_says_what_its_answer_is_true_of() -> None:
    """Seven criteria of a model, nine of data, four of a system; everything else needs a deployment."""
    graph = GRAPHS["oecd-class"]
    subjects: dict[str, set[str]] = {}
    for node, subject in graph.subject_objects(MIR.criterionSubject):
        subjects.setdefault(str(subject).rpartition("/")[2], set()).add(str(graph.value(node, SKOS.notation)))
    assert subjects["model"] == {"AM.1", "AM.2", "AM.3", "AM.4", "AM.5", "AM.6", "AM.8"}
    assert subjects["data"] == {f"DI.{number}" for number in range(1, 10)}
    assert subjects["system"] == {"TO.1", "TO.2", "TO.4", "TO.5"}
    assert len(subjects["deployment"]) == 16
    assert {"AM.7", "AM.9", "AM.10", "AM.11", "TO.3"} < subjects["deployment"]


def test_the_safe_parts_of_the_framework_were_seen() -> None:
    """Seven tasks, four levels of autonomy and three types of model; generation is none of the tasks."""
    graph = GRAPHS["oecd-class"]
    for criterion, labels in {
        "to-1": [
            "Recognition",
            "Event detection",
            "Forecasting",
            "Personalisation",
            "Interaction support",
            "Goal-driven optimisation",
            "Reasoning with knowledge structures",
        ],
        "am-2": ["Symbolic", "Statistical", "Hybrid"],
    }.items():
        found = below(f"oecd-class/{criterion}")
        assert [str(graph.value(node, SKOS.prefLabel)) for node in found] == labels
        assert not [node for node in found if (node, MIR.unverified, TRUE) in graph]
    levels = [str(graph.value(node, SKOS.prefLabel)).split("-")[0] for node in below("oecd-class/to-3")]
    assert levels == ["No", "Low", "Medium", "High"]
    aim = GRAPHS["oecd-aim"]
    assert str(aim.value(concept("oecd-aim/content"), SKOS.prefLabel)) == "Content generation"
    assert (concept("oecd-aim/content"), MIR.unverified, TRUE) not in aim


def test_incidents_have_29_criteria_in_8_dimensions_and_7_are_mandatory() -> None:
    graph = GRAPHS["oecd-incident"]
    tops = [node for node in concepts("oecd-incident") if (node, SKOS.topConceptOf, None) in graph]
    assert len(tops) == 8
    numbers = [code for top in tops for code in codes(str(top).removeprefix(BASE))]
    assert sorted(map(int, numbers)) == list(range(1, 30))
    mandatory = graph.objects(concept("oecd-incident/mandatory"), SKOS.member)
    assert sorted(int(str(graph.value(node, SKOS.notation))) for node in mandatory) == [1, 2, 3, 4, 7, 10, 11]  # type: ignore[arg-type]  # an IRI
    assert [len(below(f"oecd-incident/{number}")) for number in (3, 10, 11)] == [7, 5, 9]
    relations = [len(list(graph.objects(concept(f"oecd-incident/relations-{of}"), SKOS.member))) for of in
                 ("direct", "indirect")]  # fmt: skip
    assert relations == [2, 5]


def test_the_recommendation_has_ten_principles_five_terms_and_seven_phases() -> None:
    assert codes("oecd-principles/1") == ["1.1", "1.2", "1.3", "1.4", "1.5"]
    assert codes("oecd-principles/2") == ["2.1", "2.2", "2.3", "2.4", "2.5"]
    assert len(below("oecd-principles/terms")) == 5
    lifecycle = GRAPHS["oecd-lifecycle"]
    assert len(list(lifecycle.subjects(SKOS.related, concept("oecd-principles/ai-system-lifecycle")))) == 7


def test_training_data_is_collected_in_four_direct_and_three_other_ways() -> None:
    ways = [len(below(f"oecd-data-collection/{way}")) for way in ("direct", "third-party")]
    assert ways == [4, 3]


def test_the_core_of_the_rmf_has_4_functions_19_categories_and_72_subcategories() -> None:
    functions = ["GOVERN", "MAP", "MEASURE", "MANAGE"]
    assert codes("nist-ai-rmf/core") == functions
    counts = []
    for function in functions:
        categories = codes(f"nist-ai-rmf/{function.lower()}")
        assert categories == [f"{function} {number}" for number in range(1, len(categories) + 1)]
        found = [codes(f"nist-ai-rmf/{code.lower().replace(' ', '-')}") for code in categories]
        for code, subcategories in zip(categories, found, strict=True):
            assert subcategories == [f"{code}.{number}" for number in range(1, len(subcategories) + 1)]
        counts.append((len(categories), sum(map(len, found))))
    assert counts == [(6, 19), (5, 18), (4, 22), (4, 13)]
    groups = ("trustworthiness", "bias", "dimensions", "lifecycle", "actor-tasks")
    assert [len(below(f"nist-ai-rmf/{group}")) for group in groups] == [7, 3, 5, 7, 15]
    assert [len(below(f"nist-ai-rmf/{group}")) for group in ("harm", "harm-people")] == [3, 3]


def test_every_stage_of_the_rmf_belongs_to_a_dimension() -> None:
    dimensions = ["application-context", "data-and-input", "ai-model", "ai-model", "task-and-output",
                  "application-context", "people-and-planet"]  # fmt: skip
    found = [linked(node, "nist-ai-rmf") for node in below("nist-ai-rmf/lifecycle")]
    assert found == [{f"dim-{dimension}"} for dimension in dimensions]


def test_the_use_taxonomy_has_16_activities_in_the_order_of_the_alphabet() -> None:
    graph = GRAPHS["nist-ai-use"]
    found = sorted(concepts("nist-ai-use"), key=lambda node: int(str(graph.value(node, MIR.order))))
    labels = [str(graph.value(node, SKOS.prefLabel)) for node in found]
    assert len(labels) == 16
    assert labels == sorted(labels)
    assert "Information retrieval/search" in labels
    assert all((node, SKOS.example, None) in graph for node in found)


def test_the_profile_has_12_risks_tied_to_characteristics() -> None:
    characteristics = {str(node).rpartition("/")[2]: number for number, node in
                       enumerate(below("nist-ai-rmf/trustworthiness"), start=1)}  # fmt: skip
    tied = {
        str(node).rpartition("/")[2]: sorted(characteristics[found] for found in linked(node, "nist-ai-rmf"))
        for node in below("nist-gai/gai-risks")
    }
    assert tied == {
        "cbrn": [2, 5],
        "confabulation": [1, 2, 5, 7],
        "dangerous-violent-hateful": [2, 3],
        "data-privacy": [2, 3, 4, 6],
        "environmental-impacts": [2, 4],
        "harmful-bias-homogenization": [1, 7],
        "human-ai-configuration": [1, 2, 4, 5, 6, 7],
        "information-integrity": [1, 2, 4, 5],
        "information-security": [1, 2, 3, 6],
        "intellectual-property": [4, 6, 7],
        "obscene-degrading-abusive": [2, 6, 7],
        "value-chain": [1, 2, 3, 4, 5, 6, 7],
    }


def test_the_profile_has_212_actions_each_with_its_subcategory_risks_and_actors() -> None:
    graph = GRAPHS["nist-gai"]
    prefixes = {"gv": "govern", "mp": "map", "ms": "measure", "mg": "manage"}
    actions = [node for prefix in prefixes for node in below(f"nist-gai/{prefix}")]
    assert len(actions) == 212
    risks = Counter[str]()
    subcategories = set()
    for node in actions:
        code = re.fullmatch(r"(..)-(\d)-(\d+)-\d{3}", str(node).rpartition("/")[2])
        assert code is not None
        mine = {found for found in linked(node, "nist-ai-rmf") if not found.startswith("actor-")}
        assert mine == {f"{prefixes[code[1]]}-{code[2]}-{code[3]}"}, node
        assert len(linked(node, "nist-ai-rmf")) > 1, "an action is meant for somebody"
        subcategories |= mine
        assert linked(node, "nist-gai"), "an action is for some risk"
        risks.update(linked(node, "nist-gai"))
        assert str(graph.value(node, SKOS.notation)) == code.string.upper().replace(
            f"-{code[2]}-{code[3]}-", f"-{code[2]}.{code[3]}-"
        )
    assert len(subcategories) == 49
    assert dict(risks) == {
        "cbrn": 31,
        "confabulation": 18,
        "dangerous-violent-hateful": 31,
        "data-privacy": 29,
        "environmental-impacts": 4,
        "harmful-bias-homogenization": 57,
        "human-ai-configuration": 58,
        "information-integrity": 73,
        "information-security": 51,
        "intellectual-property": 28,
        "obscene-degrading-abusive": 14,
        "value-chain": 36,
    }


def test_attacks_have_5_objectives_and_23_identifiers_for_two_kinds_of_system() -> None:
    graph = GRAPHS["nist-aml"]
    assert codes("nist-aml/objectives") == [f"NISTAML.0{number}" for number in range(1, 6)]
    attacks = {node for number in range(1, 6) for node in below(f"nist-aml/nistaml-0{number}")}
    numbers = sorted(int(str(graph.value(node, SKOS.notation)).removeprefix("NISTAML.")) for node in attacks)
    assert numbers == [11, 12, 13, 14, 15, 18, *range(21, 28), *range(31, 40), 51]
    assert len(numbers) == 23
    members = {
        str(found).rpartition("/")[2]: len(list(graph.objects(found, SKOS.member)))
        for found in graph.subjects(RDF.type, SKOS.Collection)
    }
    assert members == {
        "nistaml-01-genai": 3,
        "nistaml-01-predai": 4,
        "nistaml-02-genai": 6,
        "nistaml-02-predai": 7,
        "nistaml-03-genai": 9,
        "nistaml-03-predai": 4,
        "nistaml-04-genai": 1,
        "nistaml-05-genai": 1,
        "nistaml-05-predai": 1,
    }
    for found, label in graph.subject_objects(SKOS.member):
        objective, kind = str(found).rpartition("/")[2].rsplit("-", 1)
        assert (label, SKOS.broader, concept(f"nist-aml/{objective}")) in graph
        assert kind in linked(label, "nist-aml")  # type: ignore[arg-type]  # an IRI
    shapes = ("stages", "capabilities", "knowledge", "system-type")
    assert [len(below(f"nist-aml/{axis}")) for axis in shapes] == [2, 7, 3, 2]


def test_a_label_that_a_publisher_prints_more_than_once_is_told_apart() -> None:
    """“Model Poisoning” is three attacks: the printed label stays as another label of each."""
    graph = GRAPHS["nist-aml"]
    found = list(graph.subjects(SKOS.altLabel, Literal("Model Poisoning", lang="en")))
    assert len(found) == 3
    assert len({str(graph.value(node, SKOS.prefLabel)) for node in found}) == 3
