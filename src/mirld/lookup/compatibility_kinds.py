"""The kinds of compatibility as the registry says them: how much each weighs, and what follows from a trait.

All of it is data, the scheme `vocab/compatibility`: an overlay that adds a kind adds evidence. What is fixed here is
only what the kinds of the top mean to the questions in `mirld.lookup.compatibility_asking`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mirld.registry.values import Concept, Ref
from mirld.vocab import MIR

ADAPTER, COMPONENT, SCHEDULER, ARCHITECTURE = "adapter-for", "component-of", "scheduler-for", "same-architecture"
LAYOUT, EXCHANGE, RELEASE, VARIANT = "layout-equal", "interchangeable", "release-of", "variant-of"
SOURCE, PRECISION = "declared-by-source", "published-in"

_LEAST = 100  # rank of a kind that does not say how much it weighs
_CLASS = "className"


class Kind(NamedTuple):
    """One kind: `token` is its notation, `broader` those above it; of two pieces of evidence the lower `rank` wins.

    `stated_by` are names by which data states it. `when_different` and `when_equal` are the verdicts that follow from
    two entries whose traits of this kind have no value, or have a value, in common.
    """

    token: str
    ref: Ref
    other_labels: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    rank: int = _LEAST
    stated_by: tuple[str, ...] = ()
    when_different: str | None = None
    when_equal: str | None = None

    @property
    def is_trait(self) -> bool:
        """Whether entries have values of it, which are compared."""
        return self.when_different is not None or self.when_equal is not None

    @property
    def is_of_classes(self) -> bool:
        """Whether its values are the classes that an entry is loaded by."""
        return _CLASS in self.stated_by


class Kinds:
    """All kinds by token. A kind that nobody described ranks last and lies below nothing."""

    def __init__(self, kinds: Iterable[Kind], base: str) -> None:
        self._base = base
        self._kinds = {kind.token: kind for kind in sorted(kinds, key=lambda kind: kind.token)}

    @classmethod
    def of(cls, concepts: Iterable[Concept], base: str) -> Kinds:
        """Read the concepts of the scheme."""
        return cls((_kind(concept) for concept in concepts), base)

    def __getitem__(self, token: str) -> Kind:
        known = self._kinds.get(token)
        return known or Kind(token=token, ref=Ref(f"{self._base}vocab/compatibility/{token}", token.replace("-", " ")))

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._kinds.values())

    def is_a(self, token: str, above: str) -> bool:
        """Say whether a kind is another, or lies below it."""
        return token == above or any(self.is_a(each, above) for each in self[token].broader)

    def below(self, above: str) -> list[Kind]:
        """Return the kinds directly below one, sorted by token."""
        return [kind for kind in self._kinds.values() if above in kind.broader]

    def traits(self, above: str) -> list[Kind]:
        """Return the kinds of traits directly below one, those that weigh most first."""
        return sorted((kind for kind in self.below(above) if kind.is_trait), key=lambda kind: (kind.rank, kind.token))

    def stated(self, name: str, *above: str) -> str | None:
        """Return the token of the kind that a name states, at or below one of some kinds; None when none is stated."""
        for kind in self._kinds.values():
            if name in kind.stated_by and not kind.is_trait and any(self.is_a(kind.token, each) for each in above):
                return kind.token
        return None

    def listed(self) -> dict[str, tuple[str, ...]]:
        """Return the kinds that what fits is listed by: token, and every name a person may call it by."""
        tops = [
            self[token] for token in (ADAPTER, COMPONENT, SCHEDULER, PRECISION, ARCHITECTURE) if token in self._kinds
        ]
        found = [*tops, *(kind for top in tops[:2] for kind in self.below(top.token) if not kind.is_trait)]
        return {kind.token: (*kind.other_labels, kind.ref.label, kind.token) for kind in found}

    def named(self, name: str) -> str | None:
        """Return the token of the listed kind that a person calls so, in any case and number; or None."""
        wanted = name.lower().rstrip("s")
        for token, names in self.listed().items():
            if wanted in {each.lower().rstrip("s") for each in names}:
                return token
        return None


def _kind(concept: Concept) -> Kind:
    said: dict[str, list[str]] = {}
    for name, text in concept.properties:
        said.setdefault(name, []).append(text)
    rank = said.get(MIR.rank, [""])[0]
    return Kind(
        token=concept.notation or _last(concept.iri),
        ref=Ref(concept.iri, concept.label),
        other_labels=concept.other_labels,
        broader=tuple(_last(above) for above in concept.broader),
        rank=int(rank) if rank.isdigit() else _LEAST,
        stated_by=tuple(said.get(MIR.statedBy, ())),
        when_different=_verdict(said.get(MIR.whenDifferent)),
        when_equal=_verdict(said.get(MIR.whenEqual)),
    )


def _verdict(said: list[str] | None) -> str | None:
    return _last(said[0]) if said else None


def _last(iri: str) -> str:
    return iri.rpartition("/")[2]
