"""Free text against the names of all entries.

A word of the text counts for an entry when it is a word of its id, labels, repositories or variants, begins one, stands
inside one, or is one with typing errors; rare words count more than common ones. An entry that most of the words say
nothing of is no answer, nor is one that scores less than a quarter of the best. A text that is a whole name, whatever
divides its words, comes first. Same registry, same text, same order.

However many entries there are, few are looked at: a word that very many have is asked only of the entries that the
others found.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mirld.lookup.resolution import Candidate
from mirld.registry import word_table
from mirld.registry.index import Index, Name
from mirld.registry.spelling import deletions, pieces, squashed, tolerance, typing_errors, words
from mirld.registry.tables import NAMES, Kind
from mirld.registry.word_table import Posting

_WHOLE = 100.0  # a whole name outweighs any sum of words
_TOO_FAR = 0.25  # of the best score
_NEAREST = 3
_MIN_SHARE = 0.25  # of the three-letter pieces of two names, for one to be suggested for the other
_MANY = 4_000  # entries that one word of the text leads to on its own
_ALIKE = 400  # words that begin with a word of the text, or have it inside
_LIKELIEST = 5  # of these, when only some entries are looked at

_WEIGHTS = tuple(weight for _, weight in NAMES)
# A label says more than a part of an id, which releases of a series share.
_WHOLE_WEIGHTS = {"its label": 1.0, "another label of it": 0.9, "the series of its id": 0.9, "a part of its id": 0.3}


class _Near(NamedTuple):
    """A word of a name that a word of the text may mean: `sort` is 0 whole, 1 start, 2 inside, 3 typing error."""

    w: int
    word: str
    entries: int
    quality: float
    sort: int


_Met = tuple[float, int, int]
"""How an entry meets a word of the text: what that adds to its score, the word of a name, the sort of that name."""


class _Word(NamedTuple):
    """A word of the text: the words of names that it may mean, best first, and how many entries they lead to."""

    asked: str
    near: Mapping[int, _Near]
    worth: Mapping[int, float]
    leads: int


class Names:
    """The names of all entries of an index."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def rank(self, text: str, limit: int) -> tuple[tuple[Candidate, ...], int, int]:
        """Return at most `limit` candidates best first, how many there are, and how many share the first place."""
        asked = [self._word(word) for word in dict.fromkeys(words(text))]
        met = self._meet(asked)
        whole = self._whole(text) if asked else {}
        sums: dict[int, float] = defaultdict(float)
        counts: dict[int, int] = defaultdict(int)
        for found in met:  # in the order of the text, in which a sum is always the same
            for number, (gain, _, _) in found.items():
                sums[number] += gain
                counts[number] += 1
        fewest = len(asked) / 2
        raw = {n: score * (counts[n] / len(asked)) ** 2 for n, score in sums.items() if counts[n] >= fewest}
        scores = self._weighed(raw, whole)
        for number, called in whole.items():
            scores[number] = scores.get(number, 0.0) + _WHOLE * _WHOLE_WEIGHTS.get(called, 0.6)
        order = sorted(scores, key=lambda number: (-scores[number], number))
        tied = sum(1 for score in scores.values() if score == scores[order[0]])
        names = {name.n: name for name in self._index.names(order[:limit])}
        candidates = tuple(
            self._candidate(names[number], asked, [found.get(number) for found in met], whole.get(number))
            for number in order[:limit]
        )
        return candidates, len(order), tied

    def _weighed(self, raw: dict[int, float], whole: dict[int, str]) -> dict[int, float]:
        """Divide what entries score by the length of their ids, and leave out those too far from the best."""
        if not raw:
            return {}
        # An id has from 3 to some 30 words: who cannot come near enough, whatever his id, need not be looked up.
        far = max(raw.values()) * _TOO_FAR / 2.5
        near = [number for number, score in raw.items() if score > far or number in whole]
        lengths = word_table.lengths(self._index, near)
        scores = {number: round(raw[number] / (1.0 + 0.05 * lengths[number]), 6) for number in near}
        best = max(scores.values())
        return {number: score for number, score in scores.items() if number in whole or score > best * _TOO_FAR}

    def _whole(self, text: str) -> dict[int, str]:
        found: dict[int, str] = {}
        for number, (called,), _ in self._index.keys(Kind.WHOLE, squashed(text)):
            found.setdefault(number, called)
        return found

    def _word(self, asked: str) -> _Word:
        near: dict[int, _Near] = {}
        for each in sorted(self._near(asked), key=lambda each: each.quality):
            near[each.w] = each
        known = next((each.entries for each in near.values() if not each.sort), 0)
        # What is only near the word is worth no more for being rarer than the word itself.
        worth = {
            w: each.quality * math.log(1 + len(self._index) / max(known, each.entries)) for w, each in near.items()
        }
        best_first = {w: near[w] for w in sorted(near, key=lambda w: (-worth[w], w))}
        return _Word(asked, best_first, worth, sum(each.entries for each in near.values()))

    def _meet(self, asked: Sequence[_Word]) -> list[dict[int, _Met]]:
        """Return, for every word of the text, the entries that have it, each with the best way that it has it.

        An entry has at least half of the words, so it has one of the rarest: more than half of them are asked for all
        entries that have them, the others for those that were found so.
        """
        rarest = sorted(range(len(asked)), key=lambda place: (asked[place].leads, place))
        met: list[dict[int, _Met]] = [{} for _ in asked]
        among: set[int] = set()
        for rank, place in enumerate(rarest):
            word = asked[place]
            if rank <= len(asked) // 2 and (word.leads <= _MANY or not among):
                met[place] = _best(word_table.postings(self._index, list(word.near), _MANY), word)
                among |= met[place].keys()
            elif word.leads <= _MANY:
                met[place] = _best(word_table.postings(self._index, list(word.near), _MANY), word, among)
            else:
                met[place] = _best(
                    word_table.postings(self._index, list(word.near)[:_LIKELIEST], _MANY, sorted(among)), word
                )
        return met

    def _near(self, asked: str) -> Iterator[_Near]:
        index, size = self._index, len(asked)
        is_known = False
        for w, word, entries in word_table.beginning(index, asked, _ALIKE if size > 1 else 1):
            if word == asked:
                is_known = True
                yield _Near(w, word, entries, 1.0, 0)
            elif size > 1:
                yield _Near(w, word, entries, 0.6 + 0.3 * size / len(word), 1)
        if size > 2:
            for w, word, entries in word_table.inside(index, asked, _ALIKE):
                if not word.startswith(asked):
                    yield _Near(w, word, entries, 0.2 + 0.4 * size / len(word), 2)
        version = _other_version(asked)
        if version is not None:
            for w, word, entries in word_table.beginning(index, version, 1):
                if word == version:
                    yield _Near(w, word, entries, 0.8, 3)
        most = tolerance(asked)
        if most and not is_known:
            for w, word, entries in word_table.alike(index, deletions(asked, most)):
                errors = typing_errors(asked, word, most)
                if errors:
                    yield _Near(w, word, entries, 0.8 - 0.2 * errors, 3)

    def nearest(self, text: str) -> tuple[str, ...]:
        """Return the ids whose names share most pieces with a text that nothing was found for."""
        written = squashed(text)
        asked = pieces(written, 3)
        if not asked:
            return ()
        shared: dict[int, int] = defaultdict(int)
        for piece in sorted(asked)[:_ALIKE]:
            found = [*word_table.beginning(self._index, piece, _ALIKE), *word_table.inside(self._index, piece, _ALIKE)]
            for w in {w for w, _, _ in found}:
                shared[w] += 1
        likeliest = sorted(shared, key=lambda w: (-shared[w], w))[:_ALIKE]
        numbers = {number for _, number, _ in word_table.postings(self._index, likeliest, _MANY)}
        shares: dict[int, float] = {}
        for name in self._index.names(numbers):
            share = max(_share(asked, pieces(squashed(known), 3)) for known in _known(name))
            if share >= _MIN_SHARE:
                shares[name.n] = share
        order = sorted(shares, key=lambda number: (-shares[number], number))[:_NEAREST]
        ids = {name.n: name.id for name in self._index.names(order)}
        return tuple(ids[number] for number in order)

    def _candidate(
        self, name: Name, asked: Sequence[_Word], met: Sequence[_Met | None], whole: str | None
    ) -> Candidate:
        reasons = [] if whole is None else [f"is {whole}"]
        together: dict[tuple[int, str], list[tuple[str, str]]] = defaultdict(list)
        for word, found in zip(asked, met, strict=True):
            if found is not None:
                near = word.near[found[1]]
                together[near.sort, NAMES[found[2]][0]].append((word.asked, near.word))
        reasons += [_words(sort, called, found) for (sort, called), found in sorted(together.items())]
        iri = self._index.iri_of(name.id)
        return Candidate(id=name.id, iri=iri, label=name.label, level="ranked", reasons=tuple(reasons))


def _best(rows: Iterable[Posting], word: _Word, among: Collection[int] | None = None) -> dict[int, _Met]:
    """Return the best way in which each entry has a word, of all entries or of some."""
    best: dict[int, _Met] = {}
    worth = word.worth
    for w, number, sort in rows:
        if among is None or number in among:
            gain = _WEIGHTS[sort] * worth[w]
            known = best.get(number)
            if known is None or known[0] < gain:
                best[number] = gain, w, sort
    return best


def _other_version(asked: str) -> str | None:
    """Return a version as it is also written: sd15 is SD 1.5."""
    if len(asked) == 2 and asked.isdigit():
        return f"{asked[0]}.{asked[1]}"
    return asked.replace(".", "") if len(asked) == 3 and asked[1] == "." else None


def _known(name: Name) -> tuple[str, ...]:
    """Return the names of an entry that can be told from its id and label."""
    series = name.id.split(".", 2)[2].partition("@")[0]
    return (name.label, series.partition(":")[0], series)


def _share(one: frozenset[str], two: frozenset[str]) -> float:
    return 2 * len(one & two) / (len(one) + len(two))


def _words(sort: int, called: str, pairs: Iterable[tuple[str, str]]) -> str:
    if not sort:
        return f"in its {called}: {', '.join(asked for asked, _ in pairs)}"
    verb = {1: "begins", 2: "is inside", 3: "is close to"}[sort]
    return f"in its {called}: " + ", ".join(f"{asked} {verb} {found}" for asked, found in pairs)
