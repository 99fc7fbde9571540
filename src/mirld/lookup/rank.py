"""Free text against the names of all entries.

A word of the text counts for an entry when it is a word of its id, labels, repositories or variants, begins one, stands
inside one, or is one with typing errors; rare words count more than common ones. An entry that most of the words say
nothing of is no answer, nor is one that scores less than a quarter of the best. A text that is a whole name, whatever
divides its words, comes first. Same registry, same text, same order.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from mirld.lookup.resolution import Candidate
from mirld.registry import Entry, Registry
from mirld.registry.spelling import pieces, squashed, tolerance, typing_errors, words

_WHOLE = 100.0  # a whole name outweighs any sum of words
_TOO_FAR = 0.25  # of the best score
_NEAREST = 3
_MIN_SHARE = 0.25  # of the three-letter pieces of two names, for one to be suggested for the other


class _Name(NamedTuple):
    """One name of an entry: what it is called in a reason, its text, and what a word of it weighs."""

    called: str
    text: str
    weight: float


class _Match(NamedTuple):
    """How a word of the text met a word of a name: `sort` is 0 whole, 1 start, 2 inside, 3 typing error."""

    gain: float
    sort: int
    asked: str
    found: str
    called: str


def _names(entry: Entry) -> Iterator[_Name]:
    mir_id = entry.id
    yield _Name("id", mir_id.series, 3.0)
    if mir_id.compatibility:
        yield _Name("id", mir_id.compatibility, 2.5)
    yield _Name("id", f"{mir_id.domain} {mir_id.architecture} {' '.join(mir_id.variants)}", 1.0)
    yield _Name("label", entry.label, 3.0)
    for label in entry.other_labels:
        yield _Name("other label", label, 2.5)
    for alias in entry.aliases:
        yield _Name("alias", alias.partition(":")[2], 2.0)
    for repository in entry.repositories:
        owner, _, name = repository.name.rpartition("/")
        yield _Name("repository", name, 2.0)
        yield _Name("repository", owner, 1.0)
    for file in entry.files:
        if file.variant:
            yield _Name("variants", file.variant, 1.0)


def _wholes(entry: Entry) -> Iterator[tuple[str, str]]:
    """Every whole name that a person may write, with how a reason calls it."""
    mir_id = entry.id
    yield "its label", entry.label
    for label in entry.other_labels:
        yield "another label of it", label
    yield "the series of its id" if mir_id.domain == "info" else "a part of its id", mir_id.series
    if mir_id.compatibility:
        yield "the end of its id", f"{mir_id.series} {mir_id.compatibility}"
    for repository in entry.repositories:
        yield f"the name of its repository {repository.name}", repository.name.rpartition("/")[2]


# A label says more than a part of an id, which releases of a series share.
_WHOLE_WEIGHTS = {"its label": 1.0, "another label of it": 0.9, "the series of its id": 0.9, "a part of its id": 0.3}


class Names:
    """The names of all entries of a registry, as a table of words made when it is first needed."""

    def __init__(self, registry: Registry) -> None:
        self._entries = tuple(registry)

    @cached_property
    def _words(self) -> Mapping[str, Mapping[int, tuple[float, str]]]:
        """Word → number of the entry → the most it weighs there, and the kind of name it is in."""
        found: dict[str, dict[int, tuple[float, str]]] = defaultdict(dict)
        for number, entry in enumerate(self._entries):
            for called, text, weight in _names(entry):
                for word in words(text):
                    known = found[word].get(number)
                    if known is None or known[0] < weight:
                        found[word][number] = (weight, called)
        return dict(sorted(found.items()))

    @cached_property
    def _pairs(self) -> Mapping[str, frozenset[str]]:
        return {word: pieces(word, 2) for word in self._words if tolerance(word) or len(word) == 3}

    @cached_property
    def _whole_names(self) -> Mapping[str, Mapping[int, str]]:
        found: dict[str, dict[int, str]] = defaultdict(dict)
        for number, entry in enumerate(self._entries):
            for called, text in _wholes(entry):
                found[squashed(text)].setdefault(number, called)
        return found

    def rank(self, text: str, limit: int) -> tuple[tuple[Candidate, ...], int, int]:
        """Return at most `limit` candidates best first, how many there are, and how many share the first place."""
        asked = list(dict.fromkeys(words(text)))
        matches: dict[int, list[_Match]] = defaultdict(list)
        for word in asked:
            for number, match in self._matches(word).items():
                matches[number].append(match)
        scores: dict[int, float] = {}
        best = 0.0
        whole = self._whole_names.get(squashed(text), {}) if asked else {}
        for number, found in matches.items():
            covered = len(found) / len(asked)
            if covered < 0.5:
                continue
            names = 1.0 + 0.05 * len(words(str(self._entries[number].id)))
            scores[number] = round(sum(match.gain for match in found) * covered**2 / names, 6)
            best = max(best, scores[number])
        scores = {number: score for number, score in scores.items() if number in whole or score > best * _TOO_FAR}
        for number, called in whole.items():
            scores[number] = scores.get(number, 0.0) + _WHOLE * _WHOLE_WEIGHTS.get(called, 0.6)
        order = sorted(scores, key=lambda number: (-scores[number], number))
        tied = sum(1 for score in scores.values() if score == scores[order[0]])
        candidates = tuple(self._candidate(number, matches[number], whole.get(number)) for number in order[:limit])
        return candidates, len(order), tied

    def _matches(self, asked: str) -> Mapping[int, _Match]:
        """Return the best match of one word in every entry that has any."""
        best: dict[int, _Match] = {}
        known = len(self._words.get(asked, ()))
        for found, quality, sort in self._near(asked):
            entries = self._words[found]
            # What is only near the word is worth no more for being rarer than the word itself.
            rarity = math.log(1 + len(self._entries) / max(known, len(entries)))
            for number, (weight, called) in entries.items():
                match = _Match(weight * quality * rarity, sort, asked, found, called)
                if number not in best or best[number].gain < match.gain:
                    best[number] = match
        return best

    def _near(self, asked: str) -> Iterator[tuple[str, float, int]]:
        if asked in self._words:
            yield asked, 1.0, 0
        size = len(asked)
        for word in self._words:
            if len(word) > size > 1 and asked in word:
                if word.startswith(asked):
                    yield word, 0.6 + 0.3 * size / len(word), 1
                elif size > 2:
                    yield word, 0.2 + 0.4 * size / len(word), 2
        most = tolerance(asked)
        if most and asked not in self._words:
            pairs = pieces(asked, 2)
            for word, known in self._pairs.items():
                if abs(len(word) - size) <= most and (word[0] == asked[0] or not pairs.isdisjoint(known)):
                    errors = typing_errors(asked, word, most)
                    if errors is not None:
                        yield word, 0.8 - 0.2 * errors, 3

    def nearest(self, text: str) -> tuple[str, ...]:
        """Return the ids whose names share most pieces with a text that nothing was found for."""
        asked = pieces(squashed(text), 3)
        if not asked:
            return ()
        shares: dict[int, float] = {}
        for name, numbers in self._whole_names.items():
            known = pieces(name, 3)
            share = 2 * len(asked & known) / (len(asked) + len(known))
            if share >= _MIN_SHARE:
                for number in numbers:
                    shares[number] = max(share, shares.get(number, 0.0))
        order = sorted(shares, key=lambda number: (-shares[number], number))
        return tuple(str(self._entries[number].id) for number in order[:_NEAREST])

    def _candidate(self, number: int, matches: Iterable[_Match], whole: str | None) -> Candidate:
        entry = self._entries[number]
        reasons = [] if whole is None else [f"is {whole}"]
        together: dict[tuple[int, str], list[_Match]] = defaultdict(list)
        for match in matches:
            together[match.sort, match.called].append(match)
        reasons += [_words(sort, called, found) for (sort, called), found in sorted(together.items())]
        return Candidate(id=str(entry.id), iri=entry.iri, label=entry.label, level="ranked", reasons=tuple(reasons))


def _words(sort: int, called: str, matches: Iterable[_Match]) -> str:
    if not sort:
        return f"in its {called}: {', '.join(match.asked for match in matches)}"
    verb = {1: "begins", 2: "is inside", 3: "is close to"}[sort]
    return f"in its {called}: " + ", ".join(f"{match.asked} {verb} {match.found}" for match in matches)
