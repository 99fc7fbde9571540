"""What was refused or mended, one finding each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from mirld.graph.terms import Iri, Literal, Triple, text
from mirld.vocab import DEFAULT_BASE, MIR, RDF_TYPE, RDFS


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One fault: `problem` is a token of ontology/problem.ttl, `about` the path of the entry it touches.

    `upstream_id` is what the source calls the thing, `place` the file and row of the source where it stands.
    """

    upstream_id: str
    field: str
    problem: str
    value: str
    comment: str
    about: str | None = None
    place: str | None = None

    def iri(self, source: str) -> Iri:
        """Its IRI, a part of its source, which depends on nothing but what is wrong where."""
        key = json.dumps([self.upstream_id, self.field, self.problem, self.value], ensure_ascii=False)
        return Iri(f"{source}#finding-{self.problem}-{hashlib.sha256(key.encode()).hexdigest()[:12]}")

    def triples(self, source: str) -> list[Triple]:
        """Everything said of it, as a part of a source."""
        iri = self.iri(source)
        result: list[Triple] = [
            (iri, Iri(RDF_TYPE), Iri(MIR.Finding)),
            (iri, Iri(MIR.upstreamId), Literal(self.upstream_id)),
            (iri, Iri(MIR.field), Literal(self.field)),
            (iri, Iri(MIR.problem), Iri(f"{DEFAULT_BASE}vocab/problem/{self.problem}")),
            (iri, Iri(MIR.originalValue), Literal(self.value)),
            (iri, Iri(RDFS.comment), text(self.comment, "en")),
        ]
        if self.about is not None:
            result.append((iri, Iri(MIR.about), Iri(DEFAULT_BASE + self.about)))
        if self.place is not None:
            result.append((iri, Iri(MIR.locator), Literal(self.place)))
        return result


def as_text(value: object) -> str:
    """Write a value of JSON as a finding shows it: texts as they are, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def count_by_problem(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings there are of each kind."""
    counts: dict[str, int] = {}
    for finding in sorted(findings):
        counts[finding.problem] = counts.get(finding.problem, 0) + 1
    return dict(sorted(counts.items()))
