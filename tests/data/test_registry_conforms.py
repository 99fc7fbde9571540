"""The registry that mirld carries passes its own checks, in the form its files have."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.drawing import draw

from mirld.check.findings import Report
from mirld.check.form import canonical
from mirld.check.run import check
from mirld.check.shacl import run_pyshacl
from mirld.check.shapes import Shapes
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset, Graph
from mirld.graph.terms import Iri
from mirld.vocab import RDF_TYPE, RDFS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "data").rglob("*.ttl"))


@pytest.fixture(scope="module")
def report(corpus: Corpus, loaded: Dataset) -> Report:
    return check(corpus, loaded, Shapes.read(ROOT / "shapes"))


def test_nothing_is_wrong_or_doubtful(report: Report) -> None:
    """No violation, no warning; run `mirld check` for the list."""
    assert [str(found) for found in report.findings if found.severity != "info"] == []


@pytest.mark.slow
def test_pyshacl_alone_finds_nothing_in_a_sample_either(loaded: Dataset) -> None:
    """Every shape by the authority, with nothing compiled in between.

    It sees eighty subjects of every class, drawn by a seed, and the classes of what they link. Over everything it takes
    minutes; tests/property shows that the compiled shapes, which see everything, report the same.
    """
    view = loaded.view
    drawn = set(draw(view.subjects(), view.types, each=80))
    assert len(drawn) > 1_000
    linked = {term for subject in drawn for _, term in view.pairs(subject) if isinstance(term, Iri)}
    beside = {subject for subject in linked - drawn if subject in view}
    seen = Graph(
        (subject, predicate, term)
        for subject, predicate, term in view
        if subject in drawn or predicate == RDFS.subClassOf or (subject in beside and predicate == RDF_TYPE)
    )
    found = {result.focus for result in run_pyshacl(seen, Shapes.read(ROOT / "shapes"))}
    assert found & drawn == set()
    # Of these nothing but the class is there, which must not go unnoticed.
    assert found & beside


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_has_the_one_form(path: Path) -> None:
    """Its bytes are those that formatting gives: run `mirld fmt` when this fails."""
    data = path.read_bytes()
    assert canonical(data, path.name) == data
