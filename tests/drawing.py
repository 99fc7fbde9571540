"""Samples that are drawn by a seed, where looking at everything costs too much.

A sample is of every kind: so many of each, all of a kind that has fewer, and whatever is named to be there always. The
same are drawn of a kind as long as that has the same members, whatever becomes of other kinds.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable

from mirld.graph.dataset import Graph
from mirld.graph.terms import Iri
from mirld.vocab import DEFAULT_BASE, ENTRY_CLASSES, MIR

SEED = 20261127
CURATED = f"{DEFAULT_BASE}source/curated"


def draw(
    items: Iterable[str], kinds: Callable[[str], Iterable[str]], *, each: int, always: Iterable[str] = ()
) -> list[str]:
    """Draw `each` of every kind, and what is always to be there; sorted. `kinds` names those that an item is of."""
    members: dict[str, list[str]] = defaultdict(list)
    for item in sorted(items):
        for kind in kinds(item):
            members[kind].append(item)
    drawn = set(always)
    for kind, found in members.items():
        chance = random.Random(f"{SEED} {kind}")  # noqa: S311 - a sample, not a secret
        drawn.update(chance.sample(found, min(each, len(found))))
    return sorted(drawn)


def draw_entries(view: Graph, *, each: int) -> list[str]:
    """Draw entries of the registry: every curated one, and `each` of every source, class and architecture."""
    sources = {entry: view.iris(entry, MIR.source) for entry in view.instances(*ENTRY_CLASSES)}

    def kinds(entry: str) -> list[Iri]:
        return [*sources[entry], *view.types(entry), *view.iris(entry, MIR.architecture)]

    return draw(sources, kinds, each=each, always=(entry for entry, found in sources.items() if CURATED in found))


def with_entries(view: Graph, entries: Iterable[str]) -> Graph:
    """Return a view without what it says of other entries and their parts; all else is whole, words and ledger too."""
    others = set(view.instances(*ENTRY_CLASSES)) - set(entries)
    return Graph(triple for triple in view if triple[0].partition("#")[0] not in others)
