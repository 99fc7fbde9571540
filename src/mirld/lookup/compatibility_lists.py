"""All that fits each entry of a loaded registry, in one go: what `fitting` lists, with the fact that decides.

An answer about two entries has every fact that speaks for it; a list of all entries only needs the lightest, so facts
are put into words when they decide, and what nothing can speak for is not compared. Left out is what an entry says
itself: the series of a release and the releases of a series, and the precisions of files and loaders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from math import inf
from typing import NamedTuple

from mirld.lookup.compatibility import Fact
from mirld.lookup.compatibility_asking import fact_of, is_handed_on, is_part, unstated
from mirld.lookup.compatibility_kinds import ARCHITECTURE, COMPONENT, PRECISION, RELEASE, Kind, Kinds
from mirld.lookup.compatibility_sets import LINKS, kind_of, near
from mirld.lookup.compatibility_statements import Ancestor, Knowledge, Statement
from mirld.lookup.compatibility_traits import Filler, family, fillers, roles_of, values_of
from mirld.registry.briefs import Brief
from mirld.registry.keys import links_of
from mirld.registry.registry import Registry
from mirld.registry.values import Concept, Entry

_SCHEME = "vocab/compatibility"

Ends = tuple[Ancestor, Ancestor]
Traits = frozenset[tuple[str, str, str]]
"""Values that a role is filled by: token of the role, token of the trait, value."""

_Said = tuple[int, Statement, Ancestor]
"""A statement with its turn, and the ancestor of an entry that says it."""

_SIDE, _FAR = "takes after", "speaks of"


class Fits(NamedTuple):
    """One thing that fits an entry: its IRI, the reason, and who says what decides."""

    iri: str
    reason: str
    sources: tuple[str, ...]


class LoadedKnowledge(Knowledge):
    """What these questions need, of values in memory."""

    def __init__(self, registry: Registry, concepts: Iterable[Concept]) -> None:
        self._registry = registry
        self._concepts = [each for each in concepts if each.scheme == f"{registry.base}{_SCHEME}"]
        self.kinds = Kinds.of(self._concepts, registry.base)
        self._statements = {}
        self._said_of = {}
        self._ancestors = {}
        self.found = {}
        self._places = {entry.iri: place for place, entry in enumerate(registry)}
        self._briefs = {}
        self._linkers: dict[str, dict[str, dict[str, Entry]]] = {}
        for entry in registry:
            for name, iri in links_of(entry):
                self._linkers.setdefault(iri, {}).setdefault(name, {})[entry.iri] = entry

    def concepts(self) -> list[Concept]:
        """Return the concepts of the scheme of kinds."""
        return self._concepts

    @property
    def base(self) -> str:
        """IRI that entries are named under."""
        return self._registry.base

    def entry(self, iri: str) -> Entry | None:
        """Return the entry of an IRI, or None."""
        return self._registry.by_iri.get(iri)

    def brief(self, iri: str) -> Brief | None:
        """Return the entry of an IRI in brief, or None."""
        if iri not in self._briefs:
            entry = self._registry.by_iri.get(iri)
            self._briefs[iri] = None if entry is None else Brief.of(entry)
        return self._briefs[iri]

    def releases(self, series: Entry | Brief) -> Iterator[Entry]:
        """Give the releases of a series, sorted by id."""
        return iter(self._registry.by_series.get(series.id, ()) if series.id.domain == "info" else ())

    def saying(self, entry: Entry | Brief, *by: str) -> Iterable[Brief]:
        """Give the entries that link one by any of some names, in brief."""
        return filter(None, (self.brief(each.iri) for each in self.linking(entry, *by)))

    def linking(self, entry: Entry | Brief, *by: str) -> Iterator[Entry]:
        """Give the entries that link one by any of some names, each once, sorted by id."""
        held = self._linkers.get(entry.iri)
        found = {iri: each for name in by for iri, each in held.get(name, {}).items()} if held else {}
        return iter(self.in_order(found.values()) if len(found) > 1 else found.values())

    def in_order(self, entries: Iterable[Entry]) -> list[Entry]:
        """Sort entries by id."""
        return sorted(entries, key=lambda entry: self._places[entry.iri])

    def searched(self) -> Iterator[Entry]:
        """Give the entries that may fit though nobody names them: those of kinds whose traits can say yes."""
        return iter(self._searched)

    @cached_property
    def _searched(self) -> tuple[Entry, ...]:
        names = self.searched_architectures()
        return tuple(
            each
            for name in names
            for each in self._registry.by_architecture.get(f"{self.base}vocab/architecture/{name}", ())
        )


def all_fitting(known: LoadedKnowledge, entries: Iterable[Entry]) -> Iterator[tuple[Entry, dict[str, list[Fits]]]]:
    """Give every entry that something fits, with what does: by the token of its kind, sorted by id."""
    judge = _Judge(known)
    for entry in entries:
        if judge.is_alone(entry):
            continue
        found: dict[str, list[Fits]] = {}
        for other in known.in_order(judge.candidates(entry)):
            part, whole = (other, entry) if is_part(known, other) or not is_part(known, entry) else (entry, other)
            token = kind_of(known, part, whole)
            fact = judge.deciding(other, entry) if token is not None else None
            if token is not None and fact is not None:
                found.setdefault(token, []).append(Fits(other.iri, "; ".join((*fact.steps, fact.text)), fact.sources))
        if found:
            yield entry, dict(sorted(found.items()))


def _is_series(known: Knowledge, series: Entry, release: Entry) -> bool:
    found = known.series(release)
    return found is not None and found.iri == series.iri


class _Judge:
    """Finds what decides, and remembers of each entry what many questions need."""

    def __init__(self, known: LoadedKnowledge) -> None:
        self._known = known
        self._sides: dict[str, dict[str, Ancestor]] = {}
        self._said: dict[str, dict[str, list[_Said]]] = {}
        kinds = known.kinds
        self._roles = [kind for kind in kinds.below(COMPONENT) if not kind.is_trait]
        self._traits = {
            role.token: [kind for kind in kinds.traits(role.token) if kind.when_equal == "yes"] for role in self._roles
        }
        self._own = frozenset((kinds[RELEASE].ref, kinds[PRECISION].ref))
        # What is stated and lighter than any trait decides without them.
        ranks = [kind.rank for kind in kinds if kind.is_trait or kinds.is_a(kind.token, ARCHITECTURE)]
        self._floor = min(ranks, default=0)

    def is_alone(self, entry: Entry) -> bool:
        """Say whether nobody says anything of an entry and what it takes after that something could follow from."""
        known = self._known
        return not any(
            known.statements(each.entry)
            or each.entry.traits
            or ((whole := known.entry(each.entry.iri)) is not None and whole.components)
            or next(known.linking(each.entry, *LINKS), None)
            for each in known.ancestors(entry)
        )

    def candidates(self, entry: Entry) -> Iterable[Entry]:
        """Give what may fit an entry: what is near, and what anything speaks for among what is searched."""
        known = self._known
        found = {each.iri: each for each in near(known, entry)}
        if not is_part(known, entry):
            far, sides = self._said_of(entry), self._sides_of(entry)
            for key in (*((_FAR, iri) for iri in sides), *((_SIDE, iri) for iri in far), *self._wanted(entry)):
                found.update(self._searched.get(key, ()))
        found.pop(entry.iri, None)
        return found.values()

    @cached_property
    def _searched(self) -> Mapping[tuple[str, ...], list[tuple[str, Entry]]]:
        """What is searched, by what it may be found by: what it takes after, what that speaks of, values it has."""
        found: dict[tuple[str, ...], list[tuple[str, Entry]]] = {}
        for each in self._known.searched():
            keys: list[tuple[str, ...]] = [(_SIDE, iri) for iri in self._sides_of(each)]
            keys += [(_FAR, iri) for iri in self._said_of(each)]
            for key in (*keys, *self._held(each)):
                found.setdefault(key, []).append((each.iri, each))
        return found

    def deciding(self, one: Entry, other: Entry) -> Fact | None:
        """Return the first fact that decides that two entries fit; None when they do not, or an entry says it."""
        known = self._known
        lightest, stated = self._stated(one, other)
        facts = [fact_of(known, said, ends) for said, ends in stated]
        if lightest >= self._floor or _is_series(known, other, one) or _is_series(known, one, other):
            facts += unstated(known, one, other)
        if not facts:
            return None
        least = min(fact.weight for fact in facts)
        distinct: dict[tuple[str, str, str], Fact] = {}
        for fact in facts:
            if fact.weight == least:
                distinct.setdefault((fact.verdict, fact.kind.iri, fact.text), fact)
        first = distinct[min(distinct)]
        is_yes = all(verdict == "yes" for verdict, _, _ in distinct)
        return first if is_yes and first.kind not in self._own else None

    def _stated(self, one: Entry, other: Entry) -> tuple[float, list[tuple[Statement, Ends]]]:
        """Return the lightest weight of what is stated of two, or of what they take after, and all that has it."""
        known = self._known
        lightest, found = inf, list[tuple[Statement, Ends]]()
        for here, there, is_turned in ((one, other, False), (other, one, True)):
            sides, said_of = self._sides_of(there), self._said_of(here)
            meant = [(each, sides[far]) for far in said_of.keys() & sides.keys() for each in said_of[far]]
            meant.sort(key=lambda pair: pair[0][0])  # as they are said, whatever the order of a set is
            for (_, said, ancestor), end in meant:
                weight = known.kinds[said.kind].rank + ancestor.weight + end.weight
                ends = (ancestor, end)
                if weight > lightest or not is_handed_on(known, said, ends, (one.iri, other.iri)):
                    continue
                if weight < lightest:
                    lightest, found = weight, []
                found.append((said, ends[::-1] if is_turned else ends))
        return lightest, found

    def _sides_of(self, entry: Entry) -> Mapping[str, Ancestor]:
        found = self._sides.get(entry.iri)
        if found is None:
            found = self._sides[entry.iri] = {each.entry.iri: each for each in self._known.ancestors(entry)}
        return found

    def _said_of(self, entry: Entry) -> Mapping[str, list[_Said]]:
        """Return what an entry and those it takes after say, by the IRI of the other end."""
        found = self._said.get(entry.iri)
        if found is None:
            found = self._said[entry.iri] = {}
            turn = 0
            for iri, ancestor in self._sides_of(entry).items():
                for said in self._known.statements(ancestor.entry):
                    if iri in (said.subject, said.object):
                        far = said.object if said.subject == iri else said.subject
                        found.setdefault(far, []).append((turn, said, ancestor))
                        turn += 1
        return found

    def _wanted(self, pipeline: Entry) -> Traits:
        """Return the values that speak for a component of a pipeline."""
        return frozenset(each for role in self._roles for each in self._of_role(pipeline, role))

    def _of_role(self, pipeline: Entry, role: Kind) -> Iterator[tuple[str, str, str]]:
        known = self._known
        filled = fillers(known, pipeline, role) if self._traits[role.token] else []
        for kind in self._traits[role.token]:
            texts = {
                str(each.value)
                for ancestor in known.ancestors(pipeline)
                for each in ancestor.entry.traits
                if each.kind.iri == kind.ref.iri
            }
            texts.update(text for filler in filled for text in self._of_filler(filler, kind))
            yield from ((role.token, kind.token, text) for text in texts)

    def _of_filler(self, filler: Filler, kind: Kind) -> Iterable[str]:
        if kind.is_of_classes and filler.class_name is not None:
            return (family(filler.class_name),)
        return values_of(self._known, filler.entry, kind).texts if filler.entry is not None else ()

    def _held(self, part: Entry) -> Traits:
        """Return the values that a component has, in each of its roles."""
        known = self._known
        return frozenset(
            (role.token, kind.token, text)
            for role in roles_of(known, part)
            for kind in self._traits[role.token]
            for text in values_of(known, part, kind).texts
        )
