"""What many tests need and is slow to make: the real registry, loaded and built once a session."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from filelock import FileLock
from tests.site.reading import HtmlPage, read_pages, scan_page

from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset
from mirld.graph.load import load
from mirld.graph.rules import classify
from mirld.registry import Index, Registry, read_registry

ROOT = Path(__file__).resolve().parents[1]
SMALL = ROOT / "tests" / "fixtures" / "small"
EPOCH = "1750000000"


class RealBuild(NamedTuple):
    """The built site of the real registry, and how the build ended."""

    site: Path
    code: int
    stderr: str


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the goldens be made again."""
    parser.addoption("--remake-goldens", action="store_true", help="write tests/golden/small anew from what is built")


def run_build(root: Path, out: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `mirld build` as a user does, with the clock of the build set."""
    return subprocess.run(
        [sys.executable, "-m", "mirld", "--root", str(root), "build", "--out", str(out), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "NO_COLOR": "1", **environment},
        check=False,
    )


def copy_small(target: Path) -> Path:
    """Copy the small registry, with the templates and styles of the real one; it is free to be changed."""
    shutil.copytree(SMALL, target)
    for name in ("templates", "static"):
        shutil.copytree(ROOT / "site" / name, target / "site" / name)
    return target


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Make a small registry of the test's own."""
    return copy_small(tmp_path / "registry")


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """List the files of the real registry."""
    return Corpus.scan(ROOT)


@pytest.fixture(scope="session")
def loaded(corpus: Corpus) -> Dataset:
    """Load the real registry and merge it, as a check does; tests only read it."""
    return load(corpus)


@pytest.fixture(scope="session")
def dataset(loaded: Dataset) -> Dataset:
    """Run the rules of the real registry over it, as a build does; tests only read it."""
    found = replace(loaded, graphs={**loaded.graphs}, sources={**loaded.sources}, files={**loaded.files})
    classify(found, ROOT)
    return found


@pytest.fixture(scope="session")
def registry(dataset: Dataset) -> Registry:
    """Read the values of the real registry."""
    return read_registry(dataset)


@pytest.fixture(scope="session")
def real_build(tmp_path_factory: pytest.TempPathFactory) -> RealBuild:
    """Build the site of the real registry, once for all workers of pytest-xdist, whatever the check finds."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # each worker has a folder of its own in that of the run
    site, said = folder / "real-site", folder / "real-site.json"
    with FileLock(folder / "real-site.lock"):
        if not said.exists():
            done = run_build(ROOT, site, "--keep-going")
            assert done.returncode in (0, 1), done.stderr
            said.write_text(json.dumps([done.returncode, done.stderr]), encoding="utf-8")
    return RealBuild(site, *json.loads(said.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def index(registry: Registry) -> Index:
    """Make the index of the real registry, in memory."""
    return Index.of(registry)


@pytest.fixture(scope="session")
def built(real_build: RealBuild) -> Path:
    """Name the folder of the built site of the real registry; tests only read it."""
    return real_build.site


@pytest.fixture(scope="session")
def pages(built: Path) -> Mapping[str, HtmlPage]:
    """Read every page of the real site by its folder; tests/site/test_html.py shows that it is read as it should be."""
    return read_pages(built, scan_page)
