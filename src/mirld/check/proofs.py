"""Signatures proved by cases: each holds of its own, of none besides, and no two of one component without an order.

    signature:condition  a condition that cannot be read, or nothing that must be there
    signature:layout     a case whose lines cannot be read, or have another digest than it states
    signature:case       a signature without a case
    signature:missed     it does not hold of a case that is said to conform to it
    signature:claimed    it holds of a case that is not said to conform to it
    signature:overlap    two hold of one component, and neither is said to be a case of the other

A case is a mir:Layout with its tensors; which signatures must hold of it is its dcterms:conformsTo, to which those they
are a case of (prov:specializationOf) are added, and what tells their kind alone. All others must not hold, so every
case is a negative of all the rest.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from mirld.check.scope import Problem
from mirld.graph.terms import Iri
from mirld.registry.layout_cases import LayoutCase, read_layout_cases
from mirld.registry.signatures import LayoutSignature, stated_signatures
from mirld.vocab import DCTERMS, MIR, RDF_TYPE
from mirld.weights.fingerprint import layout_md5
from mirld.weights.layout_text import read_layout
from mirld.weights.signature import Index, Signature, Truth, prove

if TYPE_CHECKING:
    from mirld.graph.dataset import Dataset

PREFIX = "signature:"
_WORDS = re.compile(r"[^\d.]+")


class Held(NamedTuple):
    """A signature holds of a case, below a prefix."""

    case: str
    prefix: str
    signature: str


class Fault(NamedTuple):
    """What is wrong with a case by itself, and in which property."""

    case: str
    predicate: str
    message: str


class Proofs(NamedTuple):
    """All signatures and cases by IRI, which of them hold, and what is wrong with cases themselves."""

    signatures: Mapping[str, LayoutSignature]
    cases: Mapping[str, LayoutCase]
    held: tuple[Held, ...]
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, dataset: Dataset) -> Proofs:
        """Prove every signature of a dataset on every case."""
        return NOTHING_PROVED.revised(dataset, lambda _: True)

    def revised(self, dataset: Dataset, touched: Callable[[str], bool]) -> Proofs:
        """Prove again what differs in a dataset that holds all that is said of the resources that were touched."""
        signatures = {each.iri: each for each in stated_signatures(dataset) if touched(each.iri)}
        cases = {each.iri: each for each in read_layout_cases(dataset) if touched(each.iri)}
        every = {**{iri: one for iri, one in self.signatures.items() if not touched(iri)}, **signatures}
        whole = {**{iri: one for iri, one in self.cases.items() if not touched(iri)}, **cases}
        new = [one for iri, one in signatures.items() if self.signatures.get(iri) != one]
        fresh = [one for iri, one in cases.items() if self.cases.get(iri) != one]
        same = {iri for iri, one in whole.items() if self.cases.get(iri) == one}
        kept = {iri for iri, one in every.items() if self.signatures.get(iri) == one}
        held, faults = _proved(fresh, every.values() if fresh else ())
        others = [whole[iri] for iri in sorted(same)] if new else []
        again, _ = _proved([case for case in others if _may_hold(new, case)], new)
        return Proofs(
            every,
            whole,
            (*(found for found in self.held if found.case in same and found.signature in kept), *held, *again),
            (*(found for found in self.faults if found.case in same), *faults),
        )


NOTHING_PROVED = Proofs({}, {}, (), ())
"""What is known before anything is."""


def _proved(cases: Iterable[LayoutCase], signatures: Iterable[LayoutSignature]) -> tuple[list[Held], list[Fault]]:
    index = Index([read for each in signatures if (read := _read(each)) is not None])
    held, faults = [], []
    for case in cases:
        try:
            layout = read_layout(case.lines)
        except ValueError as error:
            message = f"the layout cannot be read: {error}; write a name and its shape: img_in.weight [3072, 64]"
            faults.append(Fault(case.iri, DCTERMS.tableOfContents, message))
            continue
        tensors = layout.tensors()
        held += [
            Held(case.iri, match.prefix, match.signature.identifies)
            for match in index.matches(tensors, metadata=layout.metadata)
            if match.truth is Truth.YES
        ]
        if case.md5 and (found := layout_md5(tensors)) != case.md5:
            message = f"its tensors have the digest {found}: mend them, or leave mir:layoutMd5 out"
            faults.append(Fault(case.iri, MIR.layoutMd5, message))
    return held, faults


def _read(signature: LayoutSignature) -> Signature | None:
    try:
        return signature.parsed()
    except ValueError:
        return None


def _may_hold(signatures: Iterable[LayoutSignature], case: LayoutCase) -> bool:
    """Say whether all words of a name that a signature cannot do without stand somewhere in a layout."""
    text = "\n".join(case.lines)
    read = [each for each in map(_read, signatures) if each is not None]
    return any(all(word in text for word in _WORDS.findall(max(each.anchors(), key=len))) for each in read)


def judged(proofs: Proofs) -> Iterator[Problem]:
    """Say what is wrong, given what holds."""
    signatures, cases = proofs.signatures, proofs.cases
    for fault in proofs.faults:
        yield Problem(f"{PREFIX}layout", "violation", fault.message, fault.case, fault.predicate)
    broken = {found.case for found in proofs.faults if found.predicate == DCTERMS.tableOfContents}
    for signature in signatures.values():
        try:
            signature.parsed()
        except ValueError as error:
            broken.add(signature.iri)
            message = f"{error}; docs/identification.md lists what a condition may be"
            yield Problem(f"{PREFIX}condition", "violation", message, signature.iri, MIR.requires)
    proved = {iri for case in cases.values() for iri in case.conforms}
    for iri in sorted(signatures.keys() - proved - broken):
        message = "no case proves this signature: add one that conforms to it, as mirld signature draft FILE writes it"
        yield Problem(f"{PREFIX}case", "violation", message, iri, RDF_TYPE)
    by_case: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for found in proofs.held:
        by_case[found.case][found.prefix].append(found.signature)
    for iri, case in sorted(cases.items()):
        yield from _of_case(case, signatures, by_case[iri], broken)


def _of_case(
    case: LayoutCase,
    signatures: Mapping[str, LayoutSignature],
    by_prefix: Mapping[str, Sequence[str]],
    broken: Set[str],
) -> Iterator[Problem]:
    holds = {iri for found in by_prefix.values() for iri in found}
    for iri in case.conforms:
        if iri in signatures and iri not in holds and not {iri, case.iri} & broken:
            yield _missed(case, signatures[iri])
    paired: set[str] = set()
    for prefix, found in sorted(by_prefix.items()):
        for one, other in combinations(sorted(found), 2):
            if not ordered(one, other, signatures):
                paired.update((one, other))
                yield _overlap(case, prefix, signatures[one], signatures[other])
    said = {above for iri in case.conforms for above in (iri, *ancestors(iri, signatures))}
    known = [signatures[iri] for iri in said if iri in signatures]
    alone = {iri for iri in holds if any(gives_way(signatures[iri], other) for other in known)}
    for iri in sorted(holds - said - paired - alone):
        name = signatures[iri].name
        message = (
            f"{name} holds of it as well, and it is not said to conform to that: write dcterms:conformsTo <identify#"
            f"{name}> if it is one, else give the signature a condition that is not met here"
        )
        yield Problem(f"{PREFIX}claimed", "violation", message, case.iri, DCTERMS.conformsTo)


def _missed(case: LayoutCase, signature: LayoutSignature) -> Problem:
    lacking = lacks(signature, case)
    why = f": {lacking[0]}" if lacking else ""
    message = f"{signature.name} does not hold of its case {case.name}{why}; mend the one that is wrong"
    return Problem(f"{PREFIX}missed", "violation", message, case.iri, DCTERMS.conformsTo, Iri(signature.iri))


def _overlap(case: LayoutCase, prefix: str, one: LayoutSignature, other: LayoutSignature) -> Problem:
    where = f" below {prefix}" if prefix else ""
    message = (
        f"{one.name} and {other.name} both hold of {case.name}{where}: say in the narrower that it is a case of the "
        "wider, by prov:specializationOf; or, where no header tells them apart, make them one signature with "
        "mir:networkOf both; or give one of them a condition that is not met here"
    )
    return Problem(f"{PREFIX}overlap", "violation", message, one.iri, MIR.requires)


def ancestors(iri: str, signatures: Mapping[str, LayoutSignature]) -> list[str]:
    """Return the signatures that one is a case of, from the nearest on."""
    found: list[str] = []
    above = signatures[iri].refines if iri in signatures else None
    while above and above not in found:
        found.append(above)
        above = signatures[above].refines if above in signatures else None
    return found


def ordered(one: str, other: str, signatures: Mapping[str, LayoutSignature]) -> bool:
    """Say whether one of two signatures is a case of the other, or gives way to it."""
    if gives_way(signatures[one], signatures[other]) or gives_way(signatures[other], signatures[one]):
        return True
    return one in ancestors(other, signatures) or other in ancestors(one, signatures)


def gives_way(one: LayoutSignature, other: LayoutSignature) -> bool:
    """Say whether a signature tells a kind alone, and another which model of that kind it is."""
    return one.kind == other.kind and not one.identifies and bool(other.identifies)


def lacks(signature: LayoutSignature, case: LayoutCase) -> list[str]:
    """Return the conditions of a signature that are not met by a case, each with what was found; by its whole."""
    read = _read(signature)
    if read is None:
        return []
    layout = read_layout(case.lines)
    match = prove(read, "", layout.tensors(), metadata=layout.metadata)
    return [
        f"{text} is asked, {found.found} is there"
        for text, found in zip(signature.texts, match.evidence, strict=True)
        if found.truth is not Truth.YES
    ]
