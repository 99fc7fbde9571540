"""The curated entries as tests read them: every resource by its IRI, with its values by predicate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mirld.graph.load import parse_turtle
from mirld.graph.terms import Term, Triple
from mirld.vocab import DEFAULT_BASE, MIR

ROOT = Path(__file__).resolve().parents[1]
CURATED = ROOT / "data" / "curated"

Description = dict[str, list[Term]]
"""Values by predicate."""
Descriptions = Mapping[str, Description]
"""Descriptions by subject."""


def describe(triples: Iterable[Triple]) -> dict[str, Description]:
    found: dict[str, Description] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, term in triples:
        found[subject][predicate].append(term)
    return found


def read_file(path: Path) -> list[Triple]:
    return parse_turtle(path.read_bytes(), DEFAULT_BASE, str(path.relative_to(ROOT)))


def read_curated() -> Descriptions:
    """Describe every resource of data/curated, as its files say and nothing more."""
    return describe(triple for path in sorted(CURATED.rglob("*.ttl")) for triple in read_file(path))


def short(iri: str) -> str:
    """Cut what every IRI of the registry begins with."""
    return iri.removeprefix(str(MIR)).removeprefix(DEFAULT_BASE)


def entries(of: Descriptions) -> Iterator[str]:
    yield from (iri for iri in of if "#" not in iri and short(iri).startswith(("info/", "model/", "operations/")))


def parts(of: Descriptions) -> Iterator[str]:
    yield from (iri for iri in of if "#" in iri)
