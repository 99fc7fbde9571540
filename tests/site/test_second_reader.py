"""Readers of RDF that share no code with ours parse all Turtle, published or kept, and count the same triples."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/mir/"
_N3 = """
const {{ Parser }} = require("n3"), fs = require("fs");
for (const file of fs.readFileSync(0, "utf8").split("\\n").filter(Boolean)) {{
  let count;
  const parser = new Parser({{ baseIRI: "{base}", format: "text/turtle" }});
  try {{ count = parser.parse(fs.readFileSync(file, "utf8")).length; }}
  catch (error) {{ count = "failed"; }}
  console.log(count, file);
}}
"""


def counts(printed: str) -> dict[Path, str]:
    found = {}
    for line in printed.splitlines():
        count, _, name = line.partition(" ")
        found[Path(name)] = count.strip()
    return found


def ours(files: list[Path]) -> dict[Path, str]:
    """Count the triples of each file as pyoxigraph reads them."""
    return {
        path: str(sum(1 for _ in pyoxigraph.parse(path=str(path), base_iri=BASE, format=pyoxigraph.RdfFormat.TURTLE)))
        for path in files
    }


@pytest.fixture(scope="module")
def turtle(built: Path) -> list[Path]:
    """List every Turtle file of the site and of the registry."""
    published = sorted(built.rglob("*.ttl"))
    kept = sorted(path for folder in ("ontology", "shapes", "data") for path in (ROOT / folder).rglob("*.ttl"))
    assert len(published) > 3000
    assert kept
    return [*published, *kept]


@pytest.fixture(scope="module")
def expected(turtle: list[Path]) -> dict[Path, str]:
    return ours(turtle)


def wrong(turtle: list[Path], expected: dict[Path, str], count: Callable[[bytes], str]) -> list[str]:
    """Let a reader count the triples of all files, a hundred at once: one after the other they are Turtle as well.

    `count` is given the bytes of a hundred, and gives the number or what the reader complains of.
    """
    found = []
    for at in range(0, len(turtle), 100):
        files = turtle[at : at + 100]
        said = count(b"\n".join(path.read_bytes() for path in files))
        total = str(sum(int(expected[path]) for path in files))
        if said != total:
            found.append(f"{files[0]} and those after it: {total} triples, but {said[-300:]}")
    return found


@pytest.mark.reader
def test_serdi_counts_the_same(turtle: list[Path], expected: dict[Path, str]) -> None:
    """No file that it refuses, no hundred in which it finds more or fewer triples."""
    if shutil.which("serdi") is None:
        pytest.skip("serdi is not installed: apt-get install serdi")

    def count(data: bytes) -> str:
        done = subprocess.run(["serdi", "-o", "ntriples", "-", BASE], input=data, capture_output=True, check=False)
        return done.stderr.decode() if done.returncode else str(done.stdout.count(b"\n"))

    assert wrong(turtle, expected, count) == []


@pytest.mark.reader
def test_rapper_counts_the_same(turtle: list[Path], expected: dict[Path, str]) -> None:
    """No file that it refuses, no hundred in which it finds more or fewer triples."""
    if shutil.which("rapper") is None:
        pytest.skip("rapper is not installed: apt-get install raptor2-utils")

    def count(data: bytes) -> str:
        command = ["rapper", "-c", "-i", "turtle", "-", BASE]
        done = subprocess.run(command, input=data, capture_output=True, check=False)
        said = done.stderr.decode()
        number = re.search(r"returned (\d+) triples", said)
        return said if done.returncode or number is None else number[1]

    assert wrong(turtle, expected, count) == []


@pytest.fixture(scope="module")
def n3(request: pytest.FixtureRequest) -> Path:
    """Install N3.js once, in the cache folder of pytest."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed: apt-get install nodejs npm")
    assert request.config.cache is not None
    folder = request.config.cache.mkdir("n3")
    if not (folder / "node_modules" / "n3").is_dir():
        command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--fetch-retries", "0", "n3@1"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=40, check=False)
        except subprocess.TimeoutExpired:
            pytest.skip("npm did not install N3.js within 40 seconds")
        if done.returncode:
            pytest.skip(f"npm cannot install N3.js: {done.stderr.strip().splitlines()[-1:]}")
    return folder


@pytest.mark.reader
def test_n3_js_counts_the_same(turtle: list[Path], expected: dict[Path, str], n3: Path) -> None:
    """The reader that web applications use agrees on every file as well."""
    done = subprocess.run(
        ["node", "-e", _N3.format(base=BASE)],
        input="\n".join(map(str, turtle)),
        capture_output=True,
        text=True,
        check=True,
        cwd=n3,
    )
    found = counts(done.stdout)
    assert {str(path): (found.get(path), count) for path, count in expected.items() if found.get(path) != count} == {}
