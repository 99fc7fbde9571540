"""A build is judged beside its work: a registry that breaks a rule takes nobody's place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conftest import RealBuild, digests, run_build

from mirld.site.output import MARKER

BROKEN = """@base <https://w3id.org/mir/> .
@prefix mir: <https://w3id.org/mir/ns#> .

<model/unet/odd/base>
    a mir:Model .
"""


@pytest.fixture
def faulty(small: Path) -> Path:
    """Make a registry with an entry that lacks all it must have."""
    (small / "data" / "curated" / "unet" / "odd.ttl").write_text(BROKEN, encoding="utf-8")
    return small


@pytest.mark.parametrize("workers", ["1", "2"])
def test_violations_leave_what_stood_there(faulty: Path, tmp_path: Path, workers: str) -> None:
    """They are said with their file, and nothing is left beside the old site."""
    out = tmp_path / "out" / "site"
    out.mkdir(parents=True)
    (out / MARKER).touch()
    before = digests(out)
    done = run_build(faulty, out, "--workers", workers)
    assert done.returncode == 1
    assert "data/curated/unet/odd.ttl" in done.stderr
    assert "nothing was written: " in done.stderr
    assert done.stdout == ""
    assert digests(out) == before
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_who_keeps_going_has_a_site_and_the_answer_no(faulty: Path, tmp_path: Path) -> None:
    """The report counts the violations."""
    done = run_build(faulty, tmp_path / "site", "--keep-going", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["violations"] > 0
    assert (tmp_path / "site" / "model" / "unet" / "odd" / "base" / "index.html").is_file()


def test_a_shape_that_is_no_turtle_is_an_error_of_its_own(small: Path, tmp_path: Path) -> None:
    """Found beside the work, told as if it had been found before it."""
    (small / "shapes" / "broken.ttl").write_text("<a> <b>", encoding="utf-8")
    done = run_build(small, tmp_path / "site")
    assert done.returncode == 3
    assert "shapes/broken.ttl:1" in done.stderr
    assert not (tmp_path / "site").exists()


def test_the_real_registry_breaks_no_rule(real_build: RealBuild) -> None:
    """As it is carried, its build answers yes."""
    assert real_build.code == 0, real_build.stderr
    assert (real_build.site / MARKER).is_file()
