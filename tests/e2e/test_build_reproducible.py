"""Same registry, same bytes: whatever the folder, the hash seed, the order of files and triples, or the workers."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pytest
from tests.conftest import EPOCH, ROOT, copy_small, digests

# Every listing of a folder comes in another order than the file system gives it.
SHUFFLED = """
import os, random, sys
chance = random.Random(int(os.environ["SHUFFLE"]))
scan, names = os.scandir, os.listdir
class Shuffled:
    def __init__(self, path="."):
        with scan(path) as found:
            self._found = sorted(found, key=lambda entry: entry.name)
        chance.shuffle(self._found)
        self._left = iter(self._found)
    def __iter__(self): return self
    def __next__(self): return next(self._left)
    def __enter__(self): return self
    def __exit__(self, *_): self.close()
    def close(self): pass
def listed(path="."):
    found = sorted(names(path))
    chance.shuffle(found)
    return found
os.scandir, os.listdir = Shuffled, listed
from mirld.cli import run
sys.exit(run(sys.argv[1:]))
"""


def build(root: Path, out: Path, seed: int, workers: int) -> dict[str, str]:
    """Build in a process of its own, and give the SHA-256 of every file by its path."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            SHUFFLED,
            "--root",
            str(root),
            "build",
            "--no-check",
            "--out",
            str(out),
            "--workers",
            str(workers),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": str(seed), "SHUFFLE": str(seed)},
        cwd=out.parent,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return digests(out)


def copy_shuffled(root: Path, target: Path, chance: random.Random) -> None:
    """Copy a registry: files are made in another order, and those that are only read hold their triples in another."""
    folders = ("data", "mappings", "ontology", "queries", "shapes", "site")
    files = [path for folder in folders for path in (root / folder).rglob("*")]
    files = [path for path in files if path.is_file()]
    chance.shuffle(files)
    for path in files:
        name = path.relative_to(root)
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        # The ontology and the shapes are published as they are written.
        if path.suffix == ".ttl" and name.parts[0] != "shapes" and path.name != "mir.ttl":
            place.write_bytes(shuffle_turtle(path.read_bytes(), chance))
        else:
            shutil.copy(path, place)


def shuffle_turtle(data: bytes, chance: random.Random) -> bytes:
    triples = [
        quad.triple for quad in pyoxigraph.parse(data, pyoxigraph.RdfFormat.TURTLE, base_iri="https://w3id.org/mir/")
    ]
    chance.shuffle(triples)
    return "".join(f"{triple} .\n" for triple in triples).encode()


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def test_the_real_site_is_the_same_from_a_shuffled_copy(built: Path, tmp_path: Path) -> None:
    """All 15,000 files, built by one process from another folder, files and triples in another order."""
    root = tmp_path / "elsewhere with a space"
    copy_shuffled(ROOT, root, random.Random(7))  # noqa: S311 - an order, not a secret
    assert differing(digests(built), build(root, tmp_path / "out", seed=4242, workers=1)) == []


@pytest.mark.parametrize(("seed", "workers"), [(0, 1), (1, 2), (2, 3), (3, 5)])
def test_a_small_site_is_the_same_however_it_is_built(tmp_path: Path, seed: int, workers: int) -> None:
    """Any number of workers and any hash seed; the look is that of the real site."""
    plain, shuffled = copy_small(tmp_path / "plain"), tmp_path / "shuffled"
    copy_shuffled(plain, shuffled, random.Random(seed))  # noqa: S311 - an order, not a secret
    first = build(plain, tmp_path / "one", seed=100, workers=2)
    assert len(first) > 100
    assert differing(first, build(shuffled, tmp_path / "two", seed=seed, workers=workers)) == []


def test_what_is_compared_can_differ(tmp_path: Path) -> None:
    """The comparison sees a single byte, a file more and a file less."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "same").write_text("same")
    (tmp_path / "one" / "byte").write_text("a")
    (tmp_path / "two" / "byte").write_text("b")
    (tmp_path / "two" / "more").write_text("")
    assert differing(digests(tmp_path / "one"), digests(tmp_path / "two")) == ["byte", "more"]
