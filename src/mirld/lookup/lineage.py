"""How entries stand to others, counted: what they are made from, what they are made for, and what they need to run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mirld.registry import Entry, Registry

MADE_FROM: Mapping[str, tuple[str, ...]] = {
    "base model": ("fineTunedFrom", "variantOf", "derivedFrom"),
    "quantised from": ("quantizedFrom",),
    "merged from": ("mergedFrom",),
    "distilled from": ("distilledFrom",),
}
"""Relations to what an entry was made from, by the local names of the properties that state them."""

RELATIONS = (*MADE_FROM, "adapter for", "component of", "needs encoder", "needs VAE", "scheduler default")
"""Every relation that is counted, in the order of a report."""

_COMPONENT_OF = "vocab/compatibility/component-of"
# Roles of what turns pictures into latents and back: "vae", "audio_vae", "vqvae", "vqgan", and "movq" of Kandinsky.
_AUTOENCODERS = ("vae", "vqgan", "movq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """One relation: the entries that have it, its links to entries, and the parts of which only a class is named."""

    name: str
    entries: int
    links: int
    unlinked: int

    def as_dict(self) -> dict[str, object]:
        """Return the relation as JSON has it."""
        return {"relation": self.name, "entries": self.entries, "links": self.links, "unlinked": self.unlinked}


def lineage(registry: Registry) -> tuple[Lineage, ...]:
    """Count the relations of all entries; a part and its whole are related whichever of the two states it."""
    links: dict[str, set[tuple[str, str]]] = defaultdict(set)
    unlinked: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for entry in registry:
        for name, subject, target in _made(entry):
            links[name].add((subject, target))
        for name, subject, target in _composed(entry, registry.base):
            links[name].add((subject, target))
        for component in entry.components:
            if component.entry is None:
                for name in _needs(component.role):
                    unlinked[name].add((entry.iri, component.iri))
    return tuple(
        Lineage(
            name=name,
            entries=len({subject for subject, _ in links[name]}),
            links=len(links[name]),
            unlinked=len(unlinked[name]),
        )
        for name in RELATIONS
    )


def _made(entry: Entry) -> Iterator[tuple[str, str, str]]:
    for name, locals_ in MADE_FROM.items():
        yield from ((name, entry.iri, ref.iri) for local, ref in entry.derived_from if local in locals_)
    yield from (("adapter for", entry.iri, ref.iri) for ref in entry.adapter_for)


def _composed(entry: Entry, base: str) -> Iterator[tuple[str, str, str]]:
    for stated in entry.compatibilities:
        if stated.kind.iri == base + _COMPONENT_OF:
            yield "component of", stated.subject.iri, stated.object.iri
    for component in entry.components:
        if component.entry is not None:
            yield "component of", component.entry.iri, entry.iri
            yield from ((name, entry.iri, component.entry.iri) for name in _needs(component.role))
    for loader in entry.loaders:
        if len(loader.schedulers) == 1:  # of several none is said to be the one it has
            yield "scheduler default", entry.iri, loader.schedulers[0].iri


def _needs(role: str) -> Iterable[str]:
    """Name the relations of a pipeline to what fills a role in it."""
    if "encoder" in role:
        yield "needs encoder"
    elif any(word in role for word in _AUTOENCODERS):
        yield "needs VAE"
    elif role.endswith("scheduler"):
        yield "scheduler default"
