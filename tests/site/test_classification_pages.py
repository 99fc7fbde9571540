"""Classifications on the real site: on the page of an entry, on that of a concept, and as questions with answers."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.site.reading import HtmlPage

ROOT = Path(__file__).resolve().parents[2]
QUERIES = sorted(path.stem for path in (ROOT / "queries").glob("*.rq"))


def text(built: Path, path: str) -> str:
    return " ".join((built / path / "index.html").read_text(encoding="utf-8").split())


def test_an_entry_shows_what_it_is_and_on_what_that_rests(built: Path) -> None:
    """Answer, how it is meant, the question, the ground and the rule; a mark where the criterion is only recalled."""
    page = text(built, "model/unet/stable-diffusion-xl/base")
    section = page.split('id="h-classified"')[1].split("</section>")[0]
    for words in ("Statistical</a>", "supports", "Content creation</a>", "to consider", "not verified", "U-Net</a>"):
        assert words in section
    assert "/vocab/rule/model-type/" in section


def test_an_operation_and_a_series_of_operations_show_none(built: Path) -> None:
    for path in ("operations/scheduler/euler/discrete", "info/scheduler/euler"):
        assert "h-classified" not in text(built, path)


def test_a_concept_lists_its_entries_with_the_ground_for_each_and_leads_to_all(built: Path) -> None:
    """The first hundred on the page, the rest on its list, 200 a page."""
    page = text(built, "vocab/oecd-class/am-2-2")
    assert "Rests on" in page
    assert "browse/vocab/oecd-class/am-2-2/" in page
    listed = text(built, "browse/vocab/oecd-class/am-2-2/2")
    assert "Rests on" in listed
    assert listed.count("<tr>") == 201


@pytest.mark.parametrize(
    ("concept", "words"),
    [
        ("oecd-class/to-3", "only a deployment can"),
        ("oecd-class/di-1", "only a data set can"),
        ("oecd-class/am-6", "No entry is classified by this yet."),
        ("oecd-class/am-2", "entries this is not known."),
        ("nist-ai-use/vehicular-automation", "No entry is classified by this yet."),
    ],
)
def test_a_concept_says_what_is_missing(built: Path, concept: str, words: str) -> None:
    assert words in text(built, f"vocab/{concept}")


@pytest.mark.parametrize("name", QUERIES)
def test_a_question_has_a_page_with_its_query_and_all_rows_beside_it(
    built: Path, pages: Mapping[str, HtmlPage], name: str
) -> None:
    """What is only recalled is in neither; at most 200 rows on the page."""
    folder = built / "query" / name
    assert (folder / "query.rq").read_bytes() == (ROOT / "queries" / f"{name}.rq").read_bytes()
    rows = list(csv.reader((folder / "result.csv").read_text(encoding="utf-8").splitlines()))[1:]
    assert bool(rows) == (name != "without-ground")
    page = text(built, f"query/{name}")
    assert page.count("<tr>") == (min(len(rows), 200) + 1 if rows else 0)
    assert not [row for row in rows if name == "models-by-criterion" and row[0] in ("AM.1", "AM.3", "AM.4", "AM.5")]


def test_every_question_is_found_from_the_ways_into_the_registry(built: Path) -> None:
    for path in ("query", "browse"):
        page = text(built, path)
        assert all(f"{name}/" in page for name in QUERIES)


def test_the_dump_keeps_what_rules_find_in_a_graph_of_its_own(built: Path) -> None:
    """N-Quads name it; nothing of it rests on a criterion that is only recalled."""
    with (built / "data" / "mirld.nq").open(encoding="utf-8") as lines:
        inferred = [line for line in lines if line.rstrip().endswith("<https://w3id.org/mir/graph/inferred> .")]
    assert len(inferred) > 20_000
    assert not [line for line in inferred if "/vocab/oecd-class/am-4" in line]
