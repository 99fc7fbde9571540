"""Signatures of layouts: what must hold of names and shapes, proved with three values and found without an order.

A signature is a set of conditions. Each is true, false, or, where a header does not say enough (names alone, packed
weights), unknown; a signature is true when all its conditions are, false when one is, and else unknown, which never
counts as a match. There are no priorities: whatever is true is given, and two signatures that are true of one component
contradict each other unless they say that they may.

A key may hold `{i}` for the number of a block, from 0 without a gap. A dimension is a number, a set of numbers, a
range, `ANY`, or a multiple of a variable: `Variable("h", 3)` is thrice what `Variable("h")` is elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from mirld.weights.components import parts
from mirld.weights.header import Shape, Tensors

BLOCK = "{i}"
NOTHING: Mapping[str, object] = MappingProxyType({})


class Truth(Enum):
    """One of three values."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_OPPOSITE = {Truth.YES: Truth.NO, Truth.NO: Truth.YES, Truth.UNKNOWN: Truth.UNKNOWN}


class Variable(NamedTuple):
    """`factor` times the value of a variable."""

    name: str
    factor: int = 1


_BEYOND = (1, 2, 3)
"""How far beyond the first block that is missing another is looked for: a tensor that was lost ends no count."""

ANY = range(2**63)
"""Any dimension."""

Dimension = int | AbstractSet[int] | range | Variable


class Key(NamedTuple):
    """A tensor of this name is there."""

    name: str


class Shaped(NamedTuple):
    """The tensor is there, and has as many dimensions as are given, each as it is given."""

    name: str
    dimensions: tuple[Dimension, ...]


class Blocks(NamedTuple):
    """There are so many blocks: numbers from 0 that make the key, which holds `{i}` once, a name that is there."""

    name: str
    wanted: Dimension


class Noted(NamedTuple):
    """A field of the metadata has this value; a header without the field is another."""

    field: str
    value: str


class Either(NamedTuple):
    """One of several conditions holds, such as one name in each of two layouts."""

    conditions: tuple[Condition, ...]


class Not(NamedTuple):
    """The condition does not hold; what is not known stays unknown."""

    condition: Condition


Condition = Key | Shaped | Blocks | Noted | Either | Not


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How a component is known: `identifies` names what it is."""

    identifies: str
    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        """Refuse a signature that could not be found by a name, and blocks without a number, which would never end."""
        if not self.anchors():
            raise ValueError("it needs a name, a shape or blocks that must be there")
        for condition in self.conditions:
            if isinstance(condition, Blocks) and BLOCK not in condition.name:
                raise ValueError(f"{condition.name} has no {BLOCK} for the number of a block")

    def anchors(self) -> list[str]:
        """List what the signature is false without: names of tensors, and fields of metadata as `noted` writes them."""
        found = [anchor for condition in self.conditions if (anchor := _anchor(condition)) is not None]
        # Where a block is missing before others their number is unknown, so their first name may be missing as well.
        blocks = {each.name.replace(BLOCK, "0") for each in self.conditions if isinstance(each, Blocks)}
        return [anchor for anchor in found if anchor not in blocks] or found


class Evidence(NamedTuple):
    """A condition, what was found for it, and what follows."""

    condition: Condition
    found: str
    truth: Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What came of a signature on the component below a prefix, with the evidence and the values of its variables."""

    signature: Signature
    prefix: str
    truth: Truth
    evidence: tuple[Evidence, ...]
    variables: Mapping[str, int]


def noted(field: str, value: object) -> str:
    """Write a field of the metadata with its value, as an anchor."""
    return f"@{field} = {value}"


def _anchor(condition: Condition) -> str | None:
    match condition:
        case Noted():
            return noted(condition.field, condition.value)
        case Key() | Shaped():
            return condition.name.replace(BLOCK, "0")
        case Blocks() if not _holds(condition.wanted, 0):
            return condition.name.replace(BLOCK, "0")
    return None


def prove(
    signature: Signature,
    prefix: str,
    tensors: Tensors,
    packed: AbstractSet[str] = frozenset(),
    metadata: Mapping[str, object] = NOTHING,
) -> Match:
    """Hold a signature against the component below a prefix; shapes of `packed` tensors are not those of the model."""
    variables: dict[str, int] = {}
    evidence = [prove_condition(each, prefix, tensors, packed, variables, metadata) for each in signature.conditions]
    truths = {found.truth for found in evidence}
    truth = Truth.NO if Truth.NO in truths else Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.YES
    return Match(signature=signature, prefix=prefix, truth=truth, evidence=tuple(evidence), variables=variables)


class Index:
    """Signatures by a name that each cannot do without: only those that may be true are held against a header."""

    def __init__(self, signatures: Iterable[Signature]) -> None:
        every = list(signatures)
        uses: dict[str, int] = {}
        for signature in every:
            for anchor in set(signature.anchors()):
                uses[anchor] = uses.get(anchor, 0) + 1
        self._by_name: dict[str, list[Signature]] = {}
        for signature in every:
            # The name that the fewest others need tells most.
            rarest = min(signature.anchors(), key=lambda anchor: (uses[anchor], anchor))
            self._by_name.setdefault(rarest, []).append(signature)

    def matches(
        self, tensors: Tensors, packed: AbstractSet[str] = frozenset(), metadata: Mapping[str, object] = NOTHING
    ) -> list[Match]:
        """Give what is true or unknown of each component, sorted by name and prefix."""
        found = []
        for part in parts(tensors):
            names = self._by_name.keys() & set(part.names)
            if not part.prefix:
                names |= self._by_name.keys() & {noted(field, value) for field, value in metadata.items()}
            found += [
                prove(signature, part.prefix, tensors, packed, metadata)
                for name in names
                for signature in self._by_name[name]
            ]
        kept = [match for match in found if match.truth is not Truth.NO]
        return sorted(kept, key=lambda match: (match.signature.identifies, match.prefix))


def prove_condition(
    condition: Condition,
    prefix: str,
    tensors: Tensors,
    packed: AbstractSet[str],
    variables: dict[str, int],
    metadata: Mapping[str, object] = NOTHING,
) -> Evidence:
    """Hold one condition against the component below a prefix; `variables` are known so far, and grow."""
    match condition:
        case Noted():
            value = metadata.get(condition.field)
            said = "not there" if value is None else str(value)
            return Evidence(condition, said, Truth.YES if said == condition.value else Truth.NO)
        case Not():
            inner = prove_condition(condition.condition, prefix, tensors, packed, dict(variables), metadata)
            return Evidence(condition, inner.found, _OPPOSITE[inner.truth])
        case Either():
            found = []
            for each in condition.conditions:
                tried = dict(variables)
                one = prove_condition(each, prefix, tensors, packed, tried, metadata)
                if one.truth is Truth.YES:
                    variables.update(tried)
                    return Evidence(each, one.found, Truth.YES)
                found.append(one)
            truth = Truth.UNKNOWN if any(one.truth is Truth.UNKNOWN for one in found) else Truth.NO
            return Evidence(condition, ", ".join(dict.fromkeys(one.found for one in found)), truth)
    name = prefix + condition.name
    match condition:
        case Key():
            there = name.replace(BLOCK, "0") in tensors
            return Evidence(condition, "there" if there else "not there", Truth.YES if there else Truth.NO)
        case Blocks():
            blocks = 0
            while name.replace(BLOCK, str(blocks)) in tensors:
                blocks += 1
            if any(name.replace(BLOCK, str(blocks + ahead)) in tensors for ahead in _BEYOND):
                return Evidence(condition, f"{blocks}, then a gap", Truth.UNKNOWN)
            return Evidence(condition, str(blocks), _agrees(condition.wanted, blocks, variables))
        case Shaped():
            name = name.replace(BLOCK, "0")
            if name not in tensors:
                return Evidence(condition, "not there", Truth.NO)
            shape = tensors[name].shape
            if name in packed and shape is not None:
                return _packed(condition, shape)
            if shape is None:
                return Evidence(condition, "shape not known", Truth.UNKNOWN)
            return Evidence(condition, str(list(shape)), _fits(condition.dimensions, shape, variables))


def _packed(condition: Shaped, shape: Shape) -> Evidence:
    """Compare elements where two of four bits lie in a byte, in a column, and every dimension is a number."""
    if len(shape) == 2 and shape[1] == 1 and all(isinstance(length, int) for length in condition.dimensions):
        elements = math.prod(length for length in condition.dimensions if isinstance(length, int))
        agrees = elements == 2 * shape[0]
        return Evidence(condition, f"{2 * shape[0]} elements, packed", Truth.YES if agrees else Truth.NO)
    return Evidence(condition, "shape not known", Truth.UNKNOWN)


def _fits(wanted: tuple[Dimension, ...], shape: Shape, variables: dict[str, int]) -> Truth:
    if len(wanted) != len(shape):
        return Truth.NO
    truths = [_agrees(one, length, variables) for one, length in zip(wanted, shape, strict=True)]
    return Truth.NO if Truth.NO in truths else Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.YES


def _agrees(wanted: Dimension, found: int, variables: dict[str, int]) -> Truth:
    if not isinstance(wanted, Variable):
        return Truth.YES if _holds(wanted, found) else Truth.NO
    if wanted.name not in variables:
        if found % wanted.factor:
            return Truth.NO
        variables[wanted.name] = found // wanted.factor
    return Truth.YES if variables[wanted.name] * wanted.factor == found else Truth.NO


def _holds(wanted: Dimension, found: int) -> bool:
    if isinstance(wanted, Variable):
        return True
    return found == wanted if isinstance(wanted, int) else found in wanted
