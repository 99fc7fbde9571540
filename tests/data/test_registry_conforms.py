"""The registry that mirld carries passes its own checks, in the form its files have."""

from __future__ import annotations

from pathlib import Path

import pytest

from mirld.check.findings import Report
from mirld.check.form import canonical
from mirld.check.run import check
from mirld.check.shacl import run_pyshacl
from mirld.check.shapes import Shapes
from mirld.graph.corpus import Corpus
from mirld.graph.load import load, parse_turtle
from mirld.vocab import DEFAULT_BASE

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "data").rglob("*.ttl"))


@pytest.fixture(scope="module")
def report() -> Report:
    corpus = Corpus.scan(ROOT)
    return check(corpus, load(corpus), Shapes.read(ROOT / "shapes"))


def test_nothing_is_wrong_or_doubtful(report: Report) -> None:
    """No violation, no warning; run `mirld check` for the list."""
    assert [str(found) for found in report.findings if found.severity != "info"] == []


@pytest.mark.slow
def test_pyshacl_alone_finds_nothing_either() -> None:
    """Every shape over the whole registry, by the authority, with nothing compiled in between."""
    assert run_pyshacl(load(Corpus.scan(ROOT)).view, Shapes.read(ROOT / "shapes")) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_formatting_keeps_every_statement(path: Path) -> None:
    """Lossless and done once: run `mirld fmt` when this fails."""
    data = path.read_bytes()
    assert canonical(data, path.name) == data
    assert canonical(canonical(data, path.name), path.name) == data
    assert set(parse_turtle(data, DEFAULT_BASE, "")) == set(parse_turtle(canonical(data, ""), DEFAULT_BASE, ""))
