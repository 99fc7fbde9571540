"""Strategies and a generator for the property tests: ids that lean towards what breaks file systems and readers."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from mirld.grammar import MAX_LENGTH, RESERVED_STEMS, write
from mirld.ids import MirId
from mirld.vocab import DOMAINS

# Windows' devices, their neighbours, file names a page has, and parts that look like a path's or an id's own words.
AWKWARD = (
    *sorted(RESERVED_STEMS),
    "con-1",
    "com10",
    "console",
    "x-con",
    "html",
    "ttl",
    "model",
    "info",
    "mir",
    "ns",
    "v1",
)

_ALNUM = "abcdefghijklmnopqrstuvwxyz0123456789"


def tokens() -> st.SearchStrategy[str]:
    """Production `token`."""
    return st.one_of(st.sampled_from(AWKWARD), st.from_regex(r"[a-z0-9](?:[_-]{0,2}[a-z0-9]){0,6}", fullmatch=True))


def dotted() -> st.SearchStrategy[str]:
    """Production `dotted`."""
    return st.lists(tokens(), min_size=1, max_size=3).map(".".join)


def mir_ids() -> st.SearchStrategy[MirId]:
    """Any id of at most MAX_LENGTH characters."""
    parts = st.tuples(
        st.sampled_from(DOMAINS),
        tokens(),
        dotted(),
        st.none() | dotted(),
        st.lists(dotted(), max_size=3, unique=True).map(sorted).map(tuple),
    )
    return parts.filter(lambda found: len(write(*found)) <= MAX_LENGTH).map(lambda found: MirId(*found))


def many_ids(count: int, seed: int) -> set[MirId]:
    """Make `count` different ids, the same for the same seed; quicker than hypothesis, and as awkward."""
    chance = random.Random(seed)  # noqa: S311 - tests need repeatable numbers, not secret ones

    def token() -> str:
        if chance.random() < 0.4:
            return chance.choice(AWKWARD)
        middle = "".join(chance.choices(_ALNUM + "-_", k=chance.randrange(5)))
        return chance.choice(_ALNUM) + middle + chance.choice(_ALNUM)

    def name() -> str:
        return ".".join(token() for _ in range(chance.choice((1, 1, 2, 3))))

    found: set[MirId] = set()
    while len(found) < count:
        variants = tuple(sorted({name() for _ in range(chance.choice((0, 0, 1, 2)))}))
        release = name() if chance.random() < 0.7 else None
        found.add(MirId(chance.choice(DOMAINS), token(), name(), release, variants))
    return found
