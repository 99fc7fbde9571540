"""The saved queries on the real registry: each says its question, and two engines give the same answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import rdflib
from tests.drawing import draw_entries, with_entries

from mirld.graph.dataset import Dataset
from mirld.graph.ntriples import write_ntriples
from mirld.graph.query import Answer, Endpoint
from mirld.graph.saved import saved_queries
from mirld.graph.terms import Literal
from mirld.vocab import DEFAULT_BASE, PREFIXES

ROOT = Path(__file__).resolve().parents[2]
SAVED = saved_queries(ROOT)
HEAD = f"BASE <{DEFAULT_BASE}>\n" + "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


@pytest.fixture(scope="module")
def endpoint(dataset: Dataset) -> Endpoint:
    return Endpoint(dataset, named_graphs=False)


@pytest.fixture(scope="module")
def some(dataset: Dataset) -> Dataset:
    """Every curated entry, and ten of every source, class and architecture, drawn by a seed; all else is whole."""
    drawn = draw_entries(dataset.view, each=10)
    assert len(drawn) > 500
    return Dataset(dataset.base, view=with_entries(dataset.view, drawn))


@pytest.fixture(scope="module")
def other(some: Dataset) -> rdflib.Graph:
    """Fill rdflib with what the queries name."""
    named = {PREFIXES[prefix] + name for query in SAVED.values() for prefix, name in _names(query.text)}
    kept = [triple for triple in some.view if triple[1] in named]
    return rdflib.Graph().parse(data=write_ntriples(kept), format="nt")


def _names(text: str) -> list[tuple[str, str]]:
    return [(prefix, name) for prefix, name in re.findall(r"\b([a-z]+):(\w+)", text) if prefix in PREFIXES]


def rows(endpoint: Endpoint, name: str) -> list[tuple[str | None, ...]]:
    answer: Answer = endpoint.run(SAVED[name].text).answer()
    assert answer.rows is not None
    return [tuple(term.value if isinstance(term, Literal) else term for term in row) for row in answer.rows]


def test_the_questions_that_a_governance_reader_asks_are_there() -> None:
    assert set(SAVED) == {
        "basis-of-a-model",
        "grounds",
        "models-by-activity",
        "models-by-criterion",
        "oecd-by-nist",
        "rmf-subcategories",
        "unanswered",
        "without-ground",
    }


@pytest.mark.parametrize("name", SAVED)
def test_a_query_says_its_question_and_gives_its_rows_an_order(name: str) -> None:
    """One question in the first line, and an ORDER BY, so that the same registry gives the same bytes."""
    query = SAVED[name]
    assert query.question.endswith("?")
    assert query.about.endswith(".")
    assert "\nORDER BY " in query.text
    assert all(len(line) <= 120 for line in query.text.splitlines())


@pytest.mark.parametrize("name", SAVED)
def test_the_one_that_must_be_empty_is_empty_and_no_other_is(endpoint: Endpoint, name: str) -> None:
    """Over everything."""
    assert bool(rows(endpoint, name)) == (name != "without-ground")


@pytest.mark.slow
@pytest.mark.parametrize("name", SAVED)
def test_two_engines_give_the_same_answer(some: Dataset, other: rdflib.Graph, name: str) -> None:
    """Row for row, in the same order, over the curated entries and some of every kind: rdflib is too slow for all."""
    found = rows(Endpoint(some, named_graphs=False), name)
    again = [tuple(None if term is None else str(term) for term in row) for row in other.query(HEAD + SAVED[name].text)]  # type: ignore[union-attr]  # rows of a SELECT
    assert found == again
    assert bool(found) == (name != "without-ground")


def test_every_activity_and_both_tasks_of_the_matrix_are_counted(endpoint: Endpoint) -> None:
    activities = {row[1]: int(row[2] or 0) for row in rows(endpoint, "models-by-activity")}
    assert len(activities) == 16
    assert activities["Content creation"] > activities["Image analysis"] > 100
    assert activities["Vehicular automation"] == 0
    pairs = {(row[0], row[1]): int(row[2] or 0) for row in rows(endpoint, "oecd-by-nist")}
    assert pairs["Content generation", "Content creation"] > 400


def test_what_nothing_answers_is_what_needs_data_or_a_deployment_and_little_else(endpoint: Endpoint) -> None:
    """A registry of models answers no criterion of data or of a deployment, and must not."""
    unanswered = {row[0]: row[2] for row in rows(endpoint, "unanswered")}
    assert {code for code, needs in unanswered.items() if needs == "data"} == {f"DI.{n}" for n in range(1, 10)}
    assert sum(needs == "deployment" for needs in unanswered.values()) == 16
    assert {code for code, needs in unanswered.items() if needs == "model"} == {"AM.6", "AM.8"}


def test_outcomes_that_a_registry_supports_are_those_of_inventory_parts_and_documentation(endpoint: Endpoint) -> None:
    found = {row[0] for row in rows(endpoint, "rmf-subcategories")}
    assert found == {"GOVERN 1.6", "GOVERN 6.1", "MANAGE 3.2", "MAP 2.1", "MAP 4.1", "MAP 4.2", "MEASURE 2.9"}
