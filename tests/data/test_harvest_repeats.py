"""Sixty entries and classes of libraries, drawn by a seed, say what their pinned source says, read again.

The packages are looked for in the folder that MIRLD_PACKAGES names, by the digest that the source's own file states;
the tests of those that are not there are skipped. `python tests/harvest/pinned.py FOLDER` gets those of PyPI and npm.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import pytest

from mirld.graph.load import parse_turtle
from mirld.graph.terms import Triple
from mirld.harvest.known import Known
from mirld.harvest.merge import leave_out_unpublished, merge
from mirld.harvest.package import Package
from mirld.harvest.sources import MODULES, source
from mirld.vocab import DCAT, DEFAULT_BASE, MIR

ROOT = Path(__file__).resolve().parents[2]
SEED, DRAWN = 20261127, 60
HARVESTED = ROOT / "data" / "harvested"
NAMES = sorted(name for name in MODULES if (HARVESTED / name).is_dir())


def pinned(name: str) -> tuple[str, str]:
    """Version and digest or commit of what was read."""
    triples = parse_turtle((HARVESTED / name / "source.ttl").read_bytes(), DEFAULT_BASE, name)
    said = {predicate: term for _, predicate, term in triples}
    return said[DCAT.version].value, said[MIR.revision].value  # type: ignore[index,union-attr]  # both are literals


def package_of(name: str) -> Path | None:
    """Find the archive with the digest, or the repository with the commit, that was harvested."""
    folder = os.environ.get("MIRLD_PACKAGES")
    if not folder:
        return None
    _, revision = pinned(name)
    for path in sorted(Path(folder).iterdir()):
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == revision:
            return path
        if path.is_dir() and (path / revision).is_file():
            return path / "git"
    return None


def by_entry(triples: Iterable[Triple]) -> dict[str, set[Triple]]:
    """Group what is said of an entry and its parts."""
    found: dict[str, set[Triple]] = defaultdict(set)
    for triple in triples:
        found[triple[0].partition("#")[0]].add(triple)
    return found


def shares() -> dict[str, int]:
    """How many entries are drawn of each source: as many as its share of all, and one at least."""
    counts = {name: sum(path.stat().st_size for path in (HARVESTED / name).glob("*.ttl")) for name in NAMES}
    whole = sum(counts.values())
    return {name: max(1, round(DRAWN * count / whole)) for name, count in counts.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_what_the_source_says(name: str) -> None:
    """Every statement about the drawn entries and their parts, and none more."""
    path = package_of(name)
    if path is None:
        version, revision = pinned(name)
        where = f"{source(name).origin} {version}, {revision[:12]}"
        pytest.skip(f"the package is not at hand: put {where} into a folder and name that in MIRLD_PACKAGES")
    package = Package.open(path)
    known = Known.read(ROOT, name)
    found = source(name)
    items = found.read(package, known)
    leave_out_unpublished(items, known)
    merged = merge(items, known, found.iri, found.address(package))
    computed = by_entry([*merged.triples, *chain.from_iterable(items.triples.values())])
    files = sorted((HARVESTED / name).glob("*.ttl"))
    stated = by_entry(triple for file in files for triple in parse_turtle(file.read_bytes(), DEFAULT_BASE, file.name))
    domains = tuple(f"{DEFAULT_BASE}{domain}/" for domain in ("model", "info", "operations", "library"))
    entries = sorted(iri for iri in stated if iri.startswith(domains))
    drawn = random.Random(SEED).sample(entries, min(len(entries), shares()[name]))  # noqa: S311  # a drawing, no secret
    for iri in drawn:
        assert computed.get(iri) == stated[iri], iri
