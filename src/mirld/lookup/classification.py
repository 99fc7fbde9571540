"""What an entry is by published frameworks: all that is known of it, and the lists gone through one by one.

A list never turns silence into an answer: what a model cannot answer says who can, and the rest is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from mirld.registry import Classification, Criterion, Entry, Frameworks, Ref

State = Literal[
    "answered", "supported", "not known", "needs a data set", "needs a system", "needs a deployment", "no such answer"
]

_NEEDS: Mapping[str, State] = {
    "model": "not known",
    "data": "needs a data set",
    "system": "needs a system",
    "deployment": "needs a deployment",
}
_TASKS = "/vocab/oecd-class/to-1"
_CONTENT = "/vocab/oecd-aim/content"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One question of a list: its answers with the classifications they stand in, or why there is none."""

    code: str | None
    question: Ref
    group: str | None
    state: State
    unverified: bool
    answers: tuple[Classification, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the line as JSON has it."""
        return {
            "code": self.code,
            "iri": self.question.iri,
            "label": self.question.label,
            "dimension": self.group,
            "state": self.state,
            "unverified": self.unverified,
            "answers": [classification_dict(found) for found in self.answers],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The OECD's checklist and NIST's list of activities, filled in for one entry, and what to consider."""

    entry: Entry
    oecd: tuple[Line, ...]
    nist: tuple[Line, ...]
    to_consider: tuple[Classification, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the card as JSON has it; its schema is site/content/schema/classify.schema.json."""
        return {
            **_head(self.entry),
            "oecd": [line.as_dict() for line in self.oecd],
            "nist": [line.as_dict() for line in self.nist],
            "to_consider": [classification_dict(found) for found in self.to_consider],
        }


def card(entry: Entry, frameworks: Frameworks) -> Card:
    """Go through the OECD's criteria and NIST's activities with what is known of an entry."""
    known = entry.classifications
    return Card(
        entry=entry,
        oecd=tuple(_criterion(criterion, known) for criterion in frameworks.criteria),
        nist=tuple(_activity(activity, known) for activity in frameworks.activities),
        to_consider=tuple(found for found in known if found.mode == "to-consider"),
    )


def _criterion(criterion: Criterion, known: Iterable[Classification]) -> Line:
    answers = tuple(found for found in known if found.criterion.iri == criterion.iri and found.concept is not None)
    state = _NEEDS.get(criterion.subject, "not known")
    if answers:
        state = "answered" if answers[0].mode == "asserted" else "supported"
    elif criterion.iri.endswith(_TASKS) and any(_is(found, _CONTENT) for found in known):
        state = "no such answer"
    return Line(
        code=criterion.code,
        question=Ref(criterion.iri, criterion.label),
        group=criterion.dimension,
        state=state,
        unverified=criterion.unverified or any(found.unverified for found in answers),
        answers=answers,
    )


def _activity(activity: Ref, known: Iterable[Classification]) -> Line:
    answers = tuple(found for found in known if _is(found, activity.iri))
    state: State = "supported" if answers else "not known"
    return Line(code=None, question=activity, group=None, state=state, unverified=False, answers=answers)


def _is(found: Classification, ending: str) -> bool:
    return found.concept is not None and found.concept.iri.endswith(ending)


def by_scheme(entry: Entry) -> dict[Ref, list[Classification]]:
    """Group the classifications of an entry by their scheme, in the order of their names."""
    grouped: dict[Ref, list[Classification]] = {}
    for found in sorted(entry.classifications, key=lambda found: (found.criterion.iri, found.iri)):
        grouped.setdefault(found.scheme, []).append(found)
    return grouped


def classified_dict(entry: Entry) -> dict[str, object]:
    """Return all classifications of an entry as JSON has them; see site/content/schema/classify.schema.json."""
    found = [classification_dict(each) for group in by_scheme(entry).values() for each in group]
    return {**_head(entry), "classifications": found}


def classification_dict(found: Classification) -> dict[str, object]:
    """Return one classification as JSON has it: every key always there, null where nothing is known."""
    return {
        "iri": found.iri,
        "scheme": found.scheme._asdict(),
        "criterion": found.criterion._asdict(),
        "concept": None if found.concept is None else found.concept._asdict(),
        "mode": found.mode,
        "unverified": found.unverified,
        "rules": [rule._asdict() for rule in found.rules],
        "grounds": [ground._asdict() for ground in found.grounds],
        "sources": list(found.sources),
        "confidence": None if found.confidence is None else found.confidence._asdict(),
    }


def _head(entry: Entry) -> dict[str, object]:
    return {"id": str(entry.id), "iri": entry.iri, "label": entry.label}
