"""Texts as people type them, in titles of issues, names of files and boxes of searches, find what was meant.

golden/queries.tsv has one a line, with the ids that would be right as patterns; one that the registry has no entry for
is not counted.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path

from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.lookup import resolve
from mirld.registry import Index, read_registry

ROOT = Path(__file__).resolve().parents[2]
QUERIES = Path(__file__).parent / "golden" / "queries.tsv"


def test_what_was_meant_is_among_the_first_three() -> None:
    """In 95 of 100."""
    index = Index.of(read_registry(load(Corpus.scan(ROOT))))
    known = [name.id for name in index.names()]
    asked, missed = 0, []
    for line in QUERIES.read_text(encoding="utf-8").splitlines():
        text, right = line.split("\t")
        patterns = right.split("|")
        if not any(fnmatchcase(each, pattern) for each in known for pattern in patterns):
            continue
        asked += 1
        first = [candidate.id for candidate in resolve(index, text).candidates[:3]]
        if not any(fnmatchcase(each, pattern) for each in first for pattern in patterns):
            missed.append((text, first))
    assert asked >= 120
    assert len(missed) <= 0.05 * asked, missed
