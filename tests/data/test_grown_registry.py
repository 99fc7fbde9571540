"""The registry is worth looking things up in: how much it knows, and that every entry leads somewhere."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mirld.registry import Entry, Registry

ROOT = Path(__file__).resolve().parents[2]
LEAST = {"model": 5_000, "info": 900, "operations": 200}
GOLDEN = ROOT / "tests" / "data" / "golden" / "sources.json"
"""Entries by source, as they were counted when the data was last harvested: `mirld health --json`."""

DRIFT = 0.2
MOST_TURTLE = 40_000_000
"""Bytes of Turtle below data/."""


@pytest.fixture(scope="module")
def health() -> Mapping[str, Any]:
    """Count as `mirld health --json` does."""
    command = [sys.executable, "-m", "mirld", "--root", str(ROOT), "health", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("domain", "least"), LEAST.items())
def test_there_are_enough_entries(registry: Registry, domain: str, least: int) -> None:
    """Released weights, series and operations."""
    assert sum(entry.id.domain == domain for entry in registry) >= least


def test_every_entry_says_what_it_is_and_who_says_so(registry: Registry) -> None:
    """A label, an architecture and a source."""
    assert [str(entry.id) for entry in registry if not (entry.label and entry.architectures and entry.sources)] == []


def leads_somewhere(entry: Entry, registry: Registry) -> bool:
    """Whether it has a repository, a digest or a loader, or its series has a loader; a series, a release."""
    own = entry.repositories or entry.digests or entry.loaders
    if entry.id.domain == "info":
        return bool(own or entry.aliases or registry.by_series.get(entry.id))
    series = registry.get(entry.id.series_id)
    return bool(own or (series and series.loaders) or (entry.id.domain == "operations" and entry.precision))


def test_every_entry_leads_somewhere(registry: Registry) -> None:
    """To a repository, a digest or a loader; a series by its releases, or by the name that a library loads it by."""
    assert [str(entry.id) for entry in registry if not leads_somewhere(entry, registry)] == []


def test_digests_tell_files_apart(registry: Registry) -> None:
    """Whole SHA-256 of files, and digests of layouts."""
    digests = {digest for entry in registry for digest, _ in entry.digests}
    assert sum(digest.kind == "fileSha256" for digest in digests) >= 2_300
    assert sum(digest.kind == "layoutMd5" for digest in digests) >= 169


def test_a_shared_digest_is_on_every_entry_that_has_it(registry: Registry) -> None:
    """Looking one up gives them all."""
    shared = {value: hits for value, hits in registry.by_digest.items() if len({hit.entry.id for hit in hits}) > 1}
    assert shared
    for value, hits in shared.items():
        assert all(any(digest.value == value for digest, _ in hit.entry.digests) for hit in hits)


def test_no_source_drifts_without_a_word(health: Mapping[str, Any]) -> None:
    """By more than a fifth from what it gave before; when the numbers are right, write them into the golden file."""
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    now = {source["iri"].rpartition("/")[2]: sum(source["entries"].values()) for source in health["sources"]}
    assert now.keys() == golden.keys()
    far = {
        name: (golden[name], count)
        for name, count in now.items()
        if abs(count - golden[name]) > DRIFT * max(golden[name], 1)
    }
    assert far == {}


def test_the_data_stays_within_its_budget() -> None:
    """A clone is small enough to edit."""
    assert sum(path.stat().st_size for path in (ROOT / "data").rglob("*.ttl")) <= MOST_TURTLE
