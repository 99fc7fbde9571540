"""Each table of mappings says the same as its triples, keeps to SSSOM, and does not say of anything yes and no."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef

from mirld.vocab import OPERATION_ARCHITECTURES

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/mir/vocab/"
MIR = Namespace("https://w3id.org/mir/ns#")
FILES = sorted((ROOT / "mappings").glob("*.sssom.tsv"))
COLUMNS = [
    *("subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id", "object_label"),
    *("mapping_justification", "author_label", "mapping_date", "confidence", "comment"),
]


class Table(NamedTuple):
    """A file of mappings: its name, what stands above its rows, and its rows."""

    name: str
    head: str
    curies: dict[str, str]
    rows: list[dict[str, str]]

    def expand(self, curie: str) -> URIRef:
        """Write a short name in full."""
        prefix, _, local = curie.partition(":")
        return URIRef(self.curies[prefix] + local)

    def triples(self, modifier: str) -> list[tuple[URIRef, URIRef, URIRef]]:
        """Give what rows say to hold (modifier "") or not to hold (modifier "Not")."""
        return [
            (self.expand(row["subject_id"]), self.expand(row["predicate_id"]), self.expand(row["object_id"]))
            for row in self.rows
            if row["predicate_modifier"] == modifier
        ]


def read(path: Path) -> Table:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = "\n".join(line for line in lines if line.startswith("#"))
    curies = dict(re.findall(r'^#  ([\w-]+): "(\S+)"$', head, flags=re.M))
    reader = csv.DictReader(
        (line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    rows = list(reader)
    assert reader.fieldnames == COLUMNS, path.name
    return Table(path.name.removesuffix(".sssom.tsv"), head, curies, rows)


TABLES = {table.name: table for table in map(read, FILES)}
BETWEEN_CONCEPTS = {name: table for name, table in TABLES.items() if name != "alignments"}


@pytest.fixture(scope="module")
def known() -> Graph:
    graph = Graph()
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        graph.parse(path)
    return graph


@pytest.fixture(params=sorted(TABLES))
def table(request: pytest.FixtureRequest) -> Table:
    return TABLES[request.param]


def test_the_tables_are_these() -> None:
    """Rows of each, and how many of them say that a mapping does not hold."""
    counts = {name: (len(table.rows), len(table.triples("Not"))) for name, table in TABLES.items()}
    assert counts == {
        "alignments": (59, 0),
        "architecture-mappings": (64, 7),
        "nist-mappings": (64, 2),
        "oecd-mappings": (66, 3),
        "oecd-nist-mappings": (36, 4),
        "task-mappings": (159, 24),
        "unverified-mappings": (154, 4),
    }


def test_the_table_and_the_triples_say_the_same(table: Table) -> None:
    """Each row is a triple, but for those that say no, and there is no triple without a row."""
    said = set(table.triples(""))
    assert len(said) == len(table.triples(""))
    assert said == set(Graph().parse(ROOT / "ontology" / f"{table.name}.ttl"))


def test_every_row_is_whole(table: Table) -> None:
    """Who, when, how sure and on what ground; in the order of the alphabet, and no prefix without use."""
    assert f"#mapping_set_id: https://w3id.org/mir/data/mappings/{table.name}.sssom.tsv" in table.head
    assert "#license: https://creativecommons.org/publicdomain/zero/1.0/" in table.head
    assert "#mapping_tool: " in table.head
    for row in table.rows:
        assert row["mapping_justification"] == "semapv:ManualMappingCuration"
        assert row["author_label"] == "mirld maintainers"
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["mapping_date"])
        assert 0 < float(row["confidence"]) <= 1
        assert row["predicate_modifier"] in ("", "Not")
        assert row["comment"] or table.name == "alignments", "a mapping of a concept gives its reason"
    keys = [tuple(row[name] for name in COLUMNS[:1] + COLUMNS[2:5]) for row in table.rows]
    assert keys == sorted(set(keys))
    cells = {row[name] for row in table.rows for name in COLUMNS if name.endswith("_id")}
    cells |= {row["mapping_justification"] for row in table.rows}
    assert {cell.partition(":")[0] for cell in cells} == set(table.curies)


@pytest.mark.parametrize("name", sorted(BETWEEN_CONCEPTS))
def test_both_ends_exist_and_bear_their_labels(known: Graph, name: str) -> None:
    """What is ours is a concept that is not retired, under the label it has; other ends are outside."""
    table = BETWEEN_CONCEPTS[name]
    for row in table.rows:
        for end in ("subject", "object"):
            iri = table.expand(row[f"{end}_id"])
            if str(iri).startswith("https://w3id.org/mir/"):
                assert (iri, RDF.type, SKOS.Concept) in known, iri
                assert (iri, OWL.deprecated, None) not in known, iri
                assert str(known.value(iri, SKOS.prefLabel)) == row[f"{end}_label"]
            else:
                assert end == "object"
                assert row["object_label"] == ""


def test_a_recalled_concept_is_mapped_in_a_table_of_its_own(known: Graph) -> None:
    """So that the other tables can be published as they are."""
    recalled = set(known.subjects(MIR.unverified, Literal(True)))
    for name, table in BETWEEN_CONCEPTS.items():
        for one, _, other in [*table.triples(""), *table.triples("Not")]:
            assert bool({one, other} & recalled) == (name == "unverified-mappings"), (one, other)


def test_nothing_of_one_publisher_is_exactly_something_of_another() -> None:
    """An exact match would carry over from list to list; one row says outright that there is none."""
    exact = {
        triple for table in BETWEEN_CONCEPTS.values() for triple in table.triples("") if triple[1] == SKOS.exactMatch
    }
    assert exact == set()


def test_classes_of_others_are_pointed_at_and_not_matched() -> None:
    """AIRO, AIO, lmodel and AI Atlas Nexus have classes where SKOS asks for concepts."""
    classes = (
        "https://w3id.org/airo#",
        "https://w3id.org/aio/",
        "https://w3id.org/lmodel/",
        "https://w3id.org/ai-atlas-nexus/",
    )
    reached = set()
    for table in BETWEEN_CONCEPTS.values():
        for _, predicate, other in table.triples(""):
            if str(other).startswith(classes):
                assert predicate == RDFS.seeAlso, other
                reached.add(next(name for name in classes if str(other).startswith(name)))
            elif predicate == RDFS.seeAlso:
                assert str(other).startswith("https://w3id.org/dpv/ai#"), other
    assert reached == set(classes)


def test_one_pair_has_one_kind_of_match() -> None:
    """SKOS S27 and S46: never related and broader or narrower, and what is said not to hold is not said to hold."""
    said: dict[tuple[URIRef, URIRef], set[URIRef]] = {}
    denied = set()
    for table in BETWEEN_CONCEPTS.values():
        for one, predicate, other in table.triples(""):
            said.setdefault((one, other), set()).add(predicate)
        denied |= set(table.triples("Not"))
    assert {pair: found for pair, found in said.items() if len(found) > 1} == {}
    assert not [pair for pair in said if pair[::-1] in said], "a pair is mapped from one side"
    for one, predicate, other in denied:
        assert predicate not in said.get((one, other), ()), (one, other)


def test_no_related_match_joins_a_concept_with_what_is_above_it(known: Graph) -> None:
    """SKOS S27 over any number of steps, through the trees of all schemes and the matches between them."""
    above: dict[object, set[object]] = {}
    for link in (SKOS.broader, SKOS.broadMatch):
        for one, other in known.subject_objects(link):
            above.setdefault(one, set()).add(other)
    for one, other in known.subject_objects(SKOS.narrowMatch):
        above.setdefault(other, set()).add(one)

    def ancestors(node: object) -> set[object]:
        found: set[object] = set()
        todo = list(above.get(node, ()))
        while todo:
            wider = todo.pop()
            if wider not in found:
                found.add(wider)
                todo += above.get(wider, ())
        return found

    for link in (SKOS.related, SKOS.relatedMatch):
        for one, other in known.subject_objects(link):
            assert other not in ancestors(one), (one, other)
            assert one not in ancestors(other), (one, other)
    assert not [node for node in above if node in ancestors(node)]


def test_broad_and_narrow_point_the_right_way(known: Graph) -> None:
    """Three known rows: the object is the broader one of broadMatch, and the narrower one of narrowMatch."""
    dpv = "https://w3id.org/dpv/ai#"
    for one, predicate, other in (
        (f"{BASE}task/object-detection", SKOS.broadMatch, f"{BASE}oecd-class/to-1-1"),
        (f"{BASE}nist-ai-use/image-analysis", SKOS.broadMatch, f"{dpv}ComputerVision"),
        (f"{BASE}oecd-class/am-2-2", SKOS.narrowMatch, f"{dpv}MachineLearning"),
    ):
        assert (URIRef(one), predicate, URIRef(other)) in known


def test_an_architecture_gives_a_type_of_model_and_never_a_task_or_an_activity() -> None:
    """Nor does what is no model: what is done with models, and what holds tokenizers, are denied one."""
    architectures = [table for name, table in BETWEEN_CONCEPTS.items() if name != "task-mappings"]
    given: dict[str, set[str]] = {}
    for table in architectures:
        for one, predicate, other in table.triples(""):
            if str(one).startswith(f"{BASE}architecture/") and predicate != RDFS.seeAlso:
                given.setdefault(str(one).rpartition("/")[2], set()).add(str(other).removeprefix(BASE))
    assert {criterion.rpartition("-")[0] for found in given.values() for criterion in found} == {
        "oecd-class/am-2",
        "oecd-class/am-4",
    }
    assert all("oecd-class/am-2-2" in found for found in given.values())
    denied = TABLES["architecture-mappings"].triples("Not")
    assert {str(one).rpartition("/")[2] for one, _, _ in denied} == {"encoder", *OPERATION_ARCHITECTURES}
    assert not {str(one).rpartition("/")[2] for one, _, _ in denied} & set(given)


def test_every_task_is_classified_or_known_not_to_be(known: Graph) -> None:
    """All tasks but six lead to NIST, and generating ones to content generation, which 2022 has no task for."""
    rows = TABLES["task-mappings"].triples("")
    by_task: dict[str, set[str]] = {}
    for one, _, other in rows:
        by_task.setdefault(str(one).rpartition("/")[2], set()).add(str(other).removeprefix(BASE))
    every = {str(node).rpartition("/")[2] for node in known.subjects(SKOS.inScheme, URIRef(f"{BASE}task"))}
    without = {"feature-extraction", "fill-mask", "graph-ml", "image-feature-extraction", "multiple-choice", "other"}
    assert every - set(by_task) == without
    generating = {task for task, found in by_task.items() if "oecd-aim/content" in found}
    assert {"text-to-image", "text-generation", "text-to-video", "text-to-speech"} < generating
    for task in generating:
        assert not [found for found in by_task[task] if found.startswith("oecd-class/to-1-")], task


def test_the_vocabularies_asked_for_are_reached() -> None:
    prefixes = Counter(row["object_id"].partition(":")[0] for table in TABLES.values() for row in table.rows)
    assert {"airo", "vair", "dpv", "dpv-ai", "dpv-risk", "aio", "nexus", "nexus-adapter"} <= set(prefixes)


def test_the_tables_are_valid_sssom(table: Table) -> None:
    """The reference implementation finds nothing against the schema, the prefixes or the names."""
    reason = "the package sssom is not installed: pip install 'mirld[vocabularies]'"
    parsers = pytest.importorskip("sssom.parsers", reason=reason)
    validators = pytest.importorskip("sssom.validators", reason=reason)
    found = parsers.parse_sssom_table(ROOT / "mappings" / f"{table.name}.sssom.tsv")
    assert len(found.df) == len(table.rows)
    reports = validators.validate(found, fail_on_error=False)
    assert reports
    assert [result.message for report in reports.values() for result in report.results] == []
