"""Conditions that tell one layout from all others that are known: few, of names that last, by greedy set cover.

1. What is true of the layout and could be asked: a name, a name with its shape, a number of blocks, metadata.
2. The one that most of the others do not meet is taken, then the one that most of the rest do not, until none is left.
   Of those that tell alike, a shape in two dimensions of a module outside the blocks comes first, a bias last.
3. Where the layout is a part of another in all it has, what the other has besides is forbidden.
4. How many blocks there are and how wide its widest entrance is, is asked of every layout: sizes of one family that
   nobody has yet differ in these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mirld.weights.header import Shape
from mirld.weights.layout_text import Layout
from mirld.weights.signature import BLOCK, noted

_NUMBER = re.compile(r"(?<![^._])\d+(?![^._])")
_LATE = ("norm", "scale", "running", "embed.pe", "position")


class Told(NamedTuple):
    """Conditions as texts, sorted; and the numbers, in the order they were given, of others that have all there is."""

    conditions: tuple[str, ...]
    same: tuple[int, ...]


class _Candidate(NamedTuple):
    """A condition, and what makes it a worse one; `test` is what `_meets` looks at."""

    text: str
    name: str
    shape: Shape | None = None
    blocks: int | None = None
    field: str | None = None
    is_forbidden: bool = False

    def cost(self) -> tuple[int, int, int, int, str]:
        """Order: shapes before names before counts before what is forbidden; few numbers, no bias, no norm."""
        kind = 3 if self.is_forbidden else 2 if self.blocks is not None else 0 if len(self.shape or ()) > 1 else 1
        ends = 0 if self.name.endswith("weight") else 2 if self.name.endswith("bias") else 1
        late = any(word in self.name for word in _LATE)
        return (kind, ends + 2 * late, len(_NUMBER.findall(self.name)), len(self.name), self.text)


def tell(layout: Layout, others: Sequence[Layout]) -> Told:
    """Find the conditions by which a layout is told from others."""
    candidates = sorted(_candidates(layout), key=_Candidate.cost)
    missed = {each: frozenset(n for n, other in enumerate(others) if not _meets(each, other)) for each in candidates}
    left = set(range(len(others)))
    chosen: list[_Candidate] = []
    while left:
        best = max(candidates, key=lambda each: len(missed[each] & left), default=None)
        if best is None or not missed[best] & left:
            break
        chosen.append(best)
        left -= missed[best]
    more, same = _forbidding(layout, [(n, others[n]) for n in sorted(left)])
    kept = _needed(chosen, missed, frozenset(range(len(others))) - left)
    for each in _always(candidates):
        if each.blocks is None and any(one.shape and len(one.shape) > 1 for one in kept):
            continue
        if each not in kept:
            kept.append(each)
    return Told(tuple(sorted({each.text for each in (*kept, *more)})), same)


def _candidates(layout: Layout) -> Iterable[_Candidate]:
    for field, value in sorted(layout.metadata.items()):
        yield _Candidate(noted(field, value), field, field=value)
    seen: set[str] = set()
    for name in sorted(layout.shapes, key=lambda each: (len(each), each)):
        form = _NUMBER.sub("#", name)
        if form in seen or BLOCK in name:
            continue
        seen.add(form)
        shape = layout.shapes[name]
        yield _Candidate(name, name)
        if shape is not None:
            yield _Candidate(f"{name} [{', '.join(map(str, shape))}]", name, shape)
        match = _NUMBER.search(name)
        if match is not None and match[0] == "0":
            pattern = name[: match.start()] + BLOCK + name[match.end() :]
            number = _count(pattern, layout)
            if number > 1:
                yield _Candidate(f"{pattern} x {number}", pattern, blocks=number)


def _count(pattern: str, layout: Layout) -> int:
    number = 0
    while pattern.replace(BLOCK, str(number)) in layout.shapes:
        number += 1
    return number


def _meets(candidate: _Candidate, layout: Layout) -> bool:
    if candidate.field is not None:
        return layout.metadata.get(candidate.name) == candidate.field
    if candidate.blocks is not None:
        # The block after the last is looked at first, since it settles most.
        last = candidate.name.replace(BLOCK, str(candidate.blocks - 1)) in layout.shapes
        return last and _count(candidate.name, layout) == candidate.blocks
    if candidate.shape is not None:
        return layout.shapes.get(candidate.name) == candidate.shape
    return candidate.name in layout.shapes


def _forbidding(layout: Layout, others: Sequence[tuple[int, Layout]]) -> tuple[list[_Candidate], tuple[int, ...]]:
    """Forbid what others that have everything have besides, as few names as do; or nothing: the same."""
    having: dict[_Candidate, set[int]] = {}
    for n, other in others:
        seen: set[str] = set()
        for name in sorted(other.shapes, key=lambda each: (len(each), each)):
            form = _NUMBER.sub("#", name)
            if form not in seen and name not in layout.shapes:
                seen.add(form)
                having.setdefault(_Candidate(f"not {name}", name, is_forbidden=True), set()).add(n)
    left = {n for n, _ in others}
    chosen = []
    ordered = sorted(having, key=_Candidate.cost)
    while left and ordered:
        best = max(ordered, key=lambda each: len(having[each] & left))
        if not having[best] & left:
            break
        chosen.append(best)
        left -= having[best]
    return chosen, tuple(sorted(left))


def _needed(
    chosen: Sequence[_Candidate], missed: dict[_Candidate, frozenset[int]], wanted: frozenset[int]
) -> list[_Candidate]:
    """Leave out what the others, taken later, tell as well."""
    kept = list(chosen)
    for each in chosen:
        rest = frozenset[int]().union(*(missed[one] for one in kept if one is not each))
        if len(kept) > 1 and wanted <= rest:
            kept.remove(each)
    return kept


def _always(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Return the count of the most blocks, and the shape that comes first."""
    counted = [each for each in candidates if each.blocks is not None]
    shaped = [each for each in candidates if each.shape is not None and len(each.shape) > 1]
    most = max((each.blocks or 0 for each in counted), default=0)
    return [*[each for each in counted if each.blocks == most][:1], *shaped[:1]]
