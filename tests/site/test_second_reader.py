"""Readers of RDF that share no code with ours parse all Turtle, published or kept, and count the same triples."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pyoxigraph
import pytest

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/mir/"
# Prints the count and the name of each file, one a line; a file that does not parse counts as "failed".
_SERDI = """
for file; do
  if out=$(serdi -q -o ntriples "$file" {base} 2>/dev/null); then
    if [ -z "$out" ]; then count=0; else count=$(printf '%s\\n' "$out" | wc -l); fi
  else count=failed; fi
  printf '%s %s\\n' "$count" "$file"
done
"""
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


@pytest.mark.reader
def test_serdi_counts_the_same(turtle: list[Path], expected: dict[Path, str]) -> None:
    """No file that it refuses, none in which it finds more or fewer triples."""
    if shutil.which("serdi") is None:
        pytest.skip("serdi is not installed: apt-get install serdi")
    done = subprocess.run(
        ["xargs", "-0", "-n", "64", "-P", "2", "sh", "-c", _SERDI.format(base=BASE), "sh"],
        input="\0".join(map(str, turtle)),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LC_ALL": "C"},
    )
    found = counts(done.stdout)
    assert {str(path): (found.get(path), count) for path, count in expected.items() if found.get(path) != count} == {}


@pytest.mark.reader
def test_rapper_counts_the_same(turtle: list[Path], expected: dict[Path, str]) -> None:
    """Files one after the other are Turtle as well, so a hundred are read at once; starting it takes longest."""
    if shutil.which("rapper") is None:
        pytest.skip("rapper is not installed: apt-get install raptor2-utils")
    wrong = []
    for at in range(0, len(turtle), 100):
        files = turtle[at : at + 100]
        done = subprocess.run(
            ["rapper", "-c", "-i", "turtle", "-", BASE],
            input=b"\n".join(path.read_bytes() for path in files),
            capture_output=True,
            check=False,
        )
        said = done.stderr.decode()
        count = re.search(r"returned (\d+) triples", said)
        total = sum(int(expected[path]) for path in files)
        if done.returncode or count is None or int(count[1]) != total:
            wrong.append(f"{files[0]} and those after it: {total} triples, but {said[-300:]}")
    assert wrong == []


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
    """The reader that web applications use agrees as well."""
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
