"""What an entry says of itself and others, in brief: all that a question of compatibility asks of most entries.

A whole entry is ten times as long, and such a question goes by way of dozens. Which kind a statement is of is not said
here: the scheme of kinds says that by the names that state it, and an overlay may add to them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from mirld.ids import MirId
from mirld.registry.values import Entry, Trait
from mirld.vocab import MIR

STATED, ADAPTER_FOR, COMPONENT, SCHEDULER, DERIVED = "stated", "adapterFor", "component", "scheduler", "derived"
"""How something is said: as a compatibility, or by what the entry is for, has, is sampled with, is made from."""


class Said(NamedTuple):
    """That `subject` fits `object` (IRIs), or does not: how it is said, and the name that states the kind.

    The name is the token of a kind, the architecture of an adapter, the role of a component, or a kind of derivation.
    """

    how: str
    name: str
    subject: str
    object: str
    verdict: str = "yes"
    sources: tuple[str, ...] = ()


class Brief(NamedTuple):
    """An entry in brief: what it is called, how large it is, its traits, and what it says."""

    id: MirId
    iri: str
    label: str
    parameter_count: int | None = None
    traits: tuple[Trait, ...] = ()
    said: tuple[Said, ...] = ()

    @classmethod
    def of(cls, entry: Entry) -> "Brief":
        """Take what counts from an entry; what cites nothing is said by the sources that describe it."""
        sources = tuple(source.iri for source in entry.sources)
        said = tuple(each if each.sources else each._replace(sources=sources) for each in _said_by(entry))
        return cls(entry.id, entry.iri, entry.label, entry.parameter_count, entry.traits, said)


def _said_by(entry: Entry) -> Iterator[Said]:
    for each in entry.compatibilities:
        token, verdict = (ref.iri.rpartition("/")[2] for ref in (each.kind, each.verdict))
        yield Said(STATED, token, each.subject.iri, each.object.iri, verdict, each.sources)
    for ref in entry.adapter_for:
        pages = _pages(entry, MIR.adapterFor)
        yield Said(ADAPTER_FOR, entry.id.architecture, entry.iri, ref.iri, sources=pages)
    for part in entry.components:
        if part.entry is not None:
            yield Said(COMPONENT, part.role, part.entry.iri, entry.iri, sources=part.sources)
    for loader in entry.loaders:
        for ref in loader.schedulers:
            yield Said(SCHEDULER, "", ref.iri, entry.iri, sources=loader.sources)
    for setting in entry.settings:
        for iri in setting.applies_to:
            if "/operations/scheduler/" in iri and "#" not in iri:
                yield Said(SCHEDULER, "", iri, entry.iri, sources=setting.sources)
    for name, ref in entry.derived_from:
        yield Said(DERIVED, name, entry.iri, ref.iri, sources=_pages(entry, MIR[name]))


def _pages(entry: Entry, predicate: str) -> tuple[str, ...]:
    """Return the pages that support a property of an entry."""
    return tuple(dict.fromkeys(page for each in entry.evidence if predicate in each.supports for page in each.sources))
