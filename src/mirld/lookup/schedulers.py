"""Which schedulers an entry is meant to be used with: the one that it has, and others that its loader is stated with.

1. What a pipeline is made of comes first: its repository brings this one. A class that no scheduler can be made of, as
   a list of schedulers is, is none that it has.
2. Else it is the one that the loader is stated with. Where several are, none is: any of them will do.
"""

# Annotations are values here, for as texts each would be compiled whenever the named tuples are made.

from collections.abc import Sequence
from typing import NamedTuple

from mirld.lookup.knowledge import Knowledge
from mirld.registry.values import Entry, Loader


class Schedulers(NamedTuple):
    """The scheduler that an entry has, None when no source says, and the others that are stated of it, by id."""

    default: Entry | None = None
    others: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return self.default is not None or bool(self.others)

    @property
    def all(self) -> tuple[Entry, ...]:
        """All of them, the default first."""
        return (*([] if self.default is None else [self.default]), *self.others)

    def as_dicts(self) -> list[dict[str, object]]:
        """Return the schedulers as JSON has them, the default first."""
        return [{"id": str(each.id), "default": each is self.default} for each in self.all]

    def words(self) -> str:
        """Say which there are."""
        others = ", ".join(str(each.id) for each in self.others)
        if self.default is None:
            return f"schedulers stated of it: {others}; no source says which of them it has"
        return f"its scheduler is {self.default.id}" + (f"; others stated of it: {others}" if others else "")


NONE_STATED = Schedulers()


def schedulers_of(known: Knowledge, entry: Entry, loader: Loader | None) -> Schedulers:
    """Gather the schedulers that are stated of an entry as a loader loads it."""
    parts = [each.entry.iri for each in entry.components if each.role == "scheduler" and each.entry]
    named = [ref.iri for ref in loader.schedulers] if loader is not None else []
    found = {iri: each for iri in (*parts, *named) if (each := known.entry_at(iri)) is not None}
    own = next((found[iri] for iri in parts if iri in found and _can_be_made(found[iri])), None)
    if own is None and len(named) == 1:
        own = found.get(named[0])
    others = [each for each in found.values() if own is None or each.iri != own.iri]
    return Schedulers(own, tuple(sorted(others, key=lambda each: each.id)))


def is_stated(scheduler: Entry, entries: Sequence[Entry]) -> bool:
    """Say whether a scheduler is said to work with one of some entries, by itself or by them."""
    found = {each.iri for each in entries}
    return any(
        each.verdict.iri.endswith("/yes") and scheduler.iri in pair and not found.isdisjoint(pair)
        for one in (scheduler, *entries)
        for each in one.compatibilities
        for pair in ((each.subject.iri, each.object.iri),)
    )


def _can_be_made(entry: Entry) -> bool:
    names = [(each.class_name or "").rpartition(".")[2] for each in entry.loaders]
    return not names or any(name.endswith("Scheduler") for name in names)
