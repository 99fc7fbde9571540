"""What a question of compatibility gives: a verdict and the facts it rests on; frozen, ready for JSON.

The schema of all of it is site/content/schema/compat.schema.json.
"""

# Annotations are values here, for as texts each would be compiled whenever the named tuples are made.

from collections.abc import Iterable
from typing import Literal, NamedTuple, Self, get_args

from mirld.registry.values import Entry, Ref

Verdict = Literal["no", "unknown", "yes"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""The three verdicts, the weakest first."""


class Named(NamedTuple):
    """An entry as an answer names it; `variant` is the one that was asked for, such as `8step`."""

    id: str
    iri: str
    label: str
    variant: str | None = None

    @classmethod
    def of(cls, entry: Entry, variant: str | None = None) -> Self:
        """Name an entry."""
        return cls(str(entry.id), entry.iri, entry.label, variant)

    def as_dict(self) -> dict[str, object]:
        """Return the name as JSON has it."""
        return self._asdict()


class Fact(NamedTuple):
    """One fact that speaks for a verdict.

    `text` says it in words and `steps` how it came to the two that were asked for, by way of series and releases;
    `sources` are the pages that say it. `weight` is the rank of its kind and of its steps: the lowest decides.
    """

    verdict: Verdict
    kind: Ref
    text: str
    weight: int
    steps: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    decides: bool = False

    def as_dict(self) -> dict[str, object]:
        """Return the fact as JSON has it."""
        return {
            "verdict": self.verdict,
            "kind": self.kind._asdict(),
            "text": self.text,
            "steps": list(self.steps),
            "sources": list(self.sources),
            "weight": self.weight,
            "decides": self.decides,
        }


class Fit(NamedTuple):
    """Whether two entries work together: `reason` in one sentence, `evidence` with what decides first.

    >>> fit = Fit(verdict="unknown", one=Named("mir:info.dit.a", "", "A"), other=Named("mir:info.dit.b", "", "B"),
    ...     reason="nothing says whether they work together")
    >>> print(fit)
    unknown: A and B: nothing says whether they work together
    """

    verdict: Verdict
    one: Named
    other: Named
    reason: str
    evidence: tuple[Fact, ...] = ()

    def __str__(self) -> str:
        return f"{self.verdict}: {self.one.label} and {self.other.label}: {self.reason}"

    def as_dict(self) -> dict[str, object]:
        """Return the answer as JSON has it."""
        return {
            "verdict": self.verdict,
            "one": self.one.as_dict(),
            "other": self.other.as_dict(),
            "reason": self.reason,
            "evidence": [fact.as_dict() for fact in self.evidence],
        }


class FitOfSet(NamedTuple):
    """Whether several entries make one pipeline: every pair that has to fit, in order, and the weakest of them."""

    entries: tuple[Named, ...]
    pairs: tuple[Fit, ...]

    @property
    def weakest(self) -> Fit:
        """The first pair of the verdict that decides: one that does not fit, else one that is not known to."""
        return weakest(self.pairs)

    @property
    def verdict(self) -> Verdict:
        """The verdict of the weakest pair."""
        return self.weakest.verdict

    def __str__(self) -> str:
        return f"{self.verdict}, by {self.weakest.one.label} and {self.weakest.other.label}: {self.weakest.reason}"

    def as_dict(self) -> dict[str, object]:
        """Return the answer as JSON has it."""
        return {
            "verdict": self.verdict,
            "entries": [entry.as_dict() for entry in self.entries],
            "weakest": self.pairs.index(self.weakest),
            "pairs": [pair.as_dict() for pair in self.pairs],
        }


class Fitting(NamedTuple):
    """All that is known to fit an entry: by the token of its kind, each with the answer that says so."""

    entry: Named
    fits: tuple[tuple[Ref, tuple[Fit, ...]], ...]

    def as_dict(self) -> dict[str, object]:
        """Return the answer as JSON has it."""
        return {
            "entry": self.entry.as_dict(),
            "fits": [{"kind": kind._asdict(), "entries": [_brief(fit) for fit in fits]} for kind, fits in self.fits],
        }


def _brief(fit: Fit) -> dict[str, object]:
    return {**fit.one.as_dict(), "reason": fit.reason, "evidence": [fact.as_dict() for fact in fit.evidence]}


def weakest(fits: Iterable[Fit]) -> Fit:
    """Return the first of the weakest verdict: no, then unknown, then yes."""
    return min(fits, key=lambda fit: VERDICTS.index(fit.verdict))


def as_verdict(text: str) -> Verdict:
    """Read a verdict; anything that is none says that nothing is known.

    >>> as_verdict("no"), as_verdict("perhaps")
    ('no', 'unknown')
    """
    return next((verdict for verdict in VERDICTS if verdict == text), "unknown")
