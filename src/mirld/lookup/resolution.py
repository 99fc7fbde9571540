"""What a look-up gives: candidates, each with its reasons; frozen, ready for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from mirld.registry.values import LedgerRecord

Level = Literal["exact", "ranked"]
State = Literal["current", "alias", "replaced", "withdrawn"]


class Candidate(NamedTuple):
    """One thing a text may mean.

    `id` and `iri` are those of an entry or, when the name was withdrawn, of its ledger record, whose tombstone it is.
    `state` is that of the name as it was written: an alias or a replaced name leads to an entry under another name.
    `part` is the IRI of the file or layout that was hit and `variant` the variant it holds; `reasons` are plain words.
    """

    id: str
    iri: str
    label: str
    level: Level
    reasons: tuple[str, ...]
    state: State = "current"
    record: LedgerRecord | None = None
    part: str | None = None
    variant: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the candidate as JSON has it: every key always there, null where nothing is known."""
        record = self.record
        return {
            "id": self.id,
            "iri": self.iri,
            "label": self.label,
            "level": self.level,
            "state": self.state,
            "reasons": list(self.reasons),
            "part": self.part,
            "variant": self.variant,
            "record": None
            if record is None
            else {
                "iri": record.iri,
                "text": record.text,
                "first_seen": record.first_seen,
                "last_seen": record.last_seen,
                "reason": record.reason,
            },
        }


class Resolution(NamedTuple):
    """The answer to one text.

    `reading` says as what it was read: `name`, `address`, `repository`, `alias`, `digest`, `class`, `file`, `text`, or
    None when nothing was found; `candidates` are best first and `total` of them were found; `tied` says how many share
    the first place; `nearest` are names to try, given only when nothing was found.
    """

    query: str
    reading: str | None
    candidates: tuple[Candidate, ...] = ()
    total: int = 0
    tied: int = 0
    nearest: tuple[str, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether the text could be two things."""
        return self.tied > 1

    @property
    def best(self) -> Candidate | None:
        """The first candidate."""
        return self.candidates[0] if self.candidates else None

    def first(self, limit: int) -> Resolution:
        """Return the same answer with at most `limit` candidates; `total` and `tied` still count all."""
        return self._replace(candidates=self.candidates[:limit])

    def _repr_html_(self) -> str:
        from mirld.lookup.notebook import answer_html

        return answer_html(self.query, ((each.id, (each.label, *each.reasons)) for each in self.candidates))

    def as_dict(self) -> dict[str, object]:
        """Return the answer as JSON has it; its schema is site/content/schema/resolve.schema.json."""
        return {
            "query": self.query,
            "reading": self.reading,
            "ambiguous": self.ambiguous,
            "tied": self.tied,
            "total": self.total,
            "candidates": [candidate.as_dict() for candidate in self.candidates],
            "nearest": list(self.nearest),
        }
