"""Does this fit that? Every fact that speaks for an answer is gathered; the one of the lowest weight decides.

1. What is stated of the two, or of what they take after, is a fact with the verdict that was stated.
2. An adapter does not fit where every network it is made for differs from this one in a trait that decides it.
3. A component does not fit where it differs from everything that the pipeline takes in its role.
4. A scheduler does not fit where it takes for the output of the network what the network does not predict.
5. Facts of one weight that contradict each other, and no fact at all, make the answer unknown.

The answer is the same whichever of the two is asked for first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mirld.lookup.compatibility import Fact, Fit, Named, Verdict
from mirld.lookup.compatibility_kinds import (
    ADAPTER,
    ARCHITECTURE,
    COMPONENT,
    EXCHANGE,
    PRECISION,
    RELEASE,
    SCHEDULER,
    Kind,
)
from mirld.lookup.compatibility_statements import (
    Ancestor,
    Knowledge,
    Statement,
    label_of,
    remembered,
    said_in_words,
    sources_of,
)
from mirld.lookup.compatibility_traits import (
    Difference,
    Filler,
    Values,
    apart,
    compared,
    family,
    fillers,
    judged,
    refused_by,
    required,
    roles_of,
    values_of,
)
from mirld.registry.values import Entry, File, Loader


def fit_of(known: Knowledge, one: Entry, other: Entry) -> Fit:
    """Judge two entries: yes, no or unknown, with every fact that speaks for it, what decides first."""
    facts = sorted(
        _distinct(_facts(known, one, other)), key=lambda fact: (fact.weight, fact.verdict, fact.kind.iri, fact.text)
    )
    deciding = {fact.verdict for fact in facts if fact.weight == facts[0].weight}
    verdict: Verdict = deciding.pop() if len(deciding) == 1 else "unknown"
    evidence = tuple(fact._replace(decides=fact.weight == facts[0].weight) for fact in facts)
    return Fit(
        verdict=verdict,
        one=Named.of(one),
        other=Named.of(other),
        reason=_reason(known, one, other, evidence),
        evidence=evidence,
    )


def _reason(known: Knowledge, one: Entry, other: Entry, evidence: tuple[Fact, ...]) -> str:
    deciding = [fact for fact in evidence if fact.decides]
    if len({fact.verdict for fact in deciding}) > 1:
        return f"what is known contradicts itself: {'; '.join(fact.text for fact in deciding)}"
    if deciding:
        return "; ".join((*deciding[0].steps, deciding[0].text))
    for each in (one, other):
        made_for = [label_of(iri, known.brief) for iri in sorted(targets(known, each))]
        if made_for:
            return f"{each.label} is made for {' and '.join(made_for)}, and nothing says whether it fits the other"
    return "nothing says whether they work together"


def _distinct(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Give each fact once, by its shortest way."""
    found: dict[tuple[str, str, str], Fact] = {}
    for fact in facts:
        key = (fact.verdict, fact.kind.iri, fact.text)
        if key not in found or fact.weight < found[key].weight:
            found[key] = fact
    return iter(found.values())


def _facts(known: Knowledge, one: Entry, other: Entry) -> Iterator[Fact]:
    if one.iri == other.iri:
        yield Fact(verdict="yes", kind=known.kinds[EXCHANGE].ref, text="both are the same entry", weight=0)
        return
    yield from _stated(known, one, other)
    yield from unstated(known, one, other)


def unstated(known: Knowledge, one: Entry, other: Entry) -> Iterator[Fact]:
    """Give the facts that follow of two different entries: from a series, from traits, from a precision."""
    for part, whole in ((one, other), (other, one)):
        yield from _of_series(known, part, whole)
        yield from _of_adapter(known, part, whole)
        yield from _of_component(known, part, whole)
        yield from _of_scheduler(known, part, whole)
        yield from _of_precision(known, part, whole)
    if not any(is_part(known, each) for each in (one, other)):
        yield from _of_networks(known, [apart(known, one, other)], "")


@remembered
def targets(known: Knowledge, entry: Entry) -> list[str]:
    """Return the IRIs of what an adapter is made for; a series only where none of its releases is."""
    found = [
        each.object
        for each in known.statements(entry)
        if each.subject == entry.iri and each.verdict == "yes" and known.kinds.is_a(each.kind, ADAPTER)
    ]
    entries = [target for target in map(known.entry, dict.fromkeys(found)) if target is not None]
    whole = {series.iri for series in map(known.series, entries) if series is not None}
    return [target.iri for target in entries if target.iri not in whole]


@remembered
def is_part(known: Knowledge, entry: Entry) -> bool:
    """Whether an entry is put into a pipeline or onto a network, and is none itself."""
    return entry.id.domain == "operations" or bool(targets(known, entry)) or bool(roles_of(known, entry))


# What is stated, of the two or of what they take after.


def _stated(known: Knowledge, one: Entry, other: Entry) -> Iterator[Fact]:
    sides = [{each.entry.iri: each for each in known.ancestors(entry)} for entry in (one, other)]
    for here, there in (sides, sides[::-1]):
        for ancestor in here.values():
            for said in known.statements(ancestor.entry):
                far = said.object if said.subject == ancestor.entry.iri else said.subject
                if ancestor.entry.iri in (said.subject, said.object) and far in there:
                    ends = (ancestor, there[far])
                    if is_handed_on(known, said, ends, (one.iri, other.iri)):
                        yield fact_of(known, said, ends if here is sides[0] else ends[::-1])


def is_handed_on(known: Knowledge, said: Statement, ends: tuple[Ancestor, Ancestor], asked: tuple[str, str]) -> bool:
    """Say whether what is stated of two ends holds of the entries (IRIs) that take after them."""
    kinds = known.kinds
    is_of_layers = kinds.is_a(said.kind, ADAPTER) or kinds.is_a(said.kind, ARCHITECTURE)
    if not is_of_layers and any(end.layers_only for end in ends):
        return False
    if kinds.is_a(said.kind, COMPONENT):
        # A series of autoencoders or encoders gathers what was made for different pipelines.
        subject = next((end.entry for end in ends if end.entry.iri == said.subject), None)
        return subject is None or subject.id.domain != "info" or subject.iri in asked
    return True


def fact_of(known: Knowledge, said: Statement, ends: tuple[Ancestor, Ancestor]) -> Fact:
    """Put a statement into words, with the steps from both ends to the entries that are asked for."""
    kind = known.kinds[said.kind]
    return Fact(
        verdict=said.verdict,
        kind=kind.ref,
        text=said_in_words(said, known),
        weight=kind.rank + sum(end.weight for end in ends),
        steps=tuple(dict.fromkeys(step for end in ends for step in end.steps)),
        sources=said.sources,
    )


def _of_series(known: Knowledge, release: Entry, series: Entry) -> Iterator[Fact]:
    found = known.series(release)
    if found is not None and found.iri == series.iri:
        kind = known.kinds[RELEASE]
        text = f"{release.label} is a release of {series.label}"
        yield Fact(verdict="yes", kind=kind.ref, text=text, weight=kind.rank)


# What follows from traits.


def _of_adapter(known: Knowledge, adapter: Entry, base: Entry) -> Iterator[Fact]:
    made_for = [target for target in map(known.entry, targets(known, adapter)) if target is not None]
    if not made_for or is_part(known, base) or any(target.iri == base.iri for target in made_for):
        return
    yield from _of_networks(known, [apart(known, target, base) for target in made_for], f"{adapter.label}: ")
    series = known.series(base)
    for target in made_for:
        if series is not None and target.iri == series.iri:
            for said, sibling in refused_by(known, base, series):
                kind = known.kinds[said.kind]
                text = f"{base.label} is not built like {sibling.label}: {adapter.label} is for either or both"
                yield Fact(verdict="unknown", kind=kind.ref, text=text, weight=kind.rank, sources=said.sources)


def _of_networks(known: Knowledge, found: list[list[Difference]], lead: str) -> Iterator[Fact]:
    """Say that networks differ where every one that an adapter is for does, in what decides it or at least in part."""
    if not all(found):
        return
    is_sure = all(any(each.verdict == "no" for each in differences) for differences in found)
    for each in (each for differences in found for each in differences):
        if not is_sure or each.verdict == "no":
            yield _of_difference(each, lead, "no" if is_sure else "unknown")


def _of_difference(found: Difference, lead: str, verdict: Verdict) -> Fact:
    return Fact(
        verdict=verdict,
        kind=found.kind.ref,
        text=f"{lead}{found.text}",
        weight=found.kind.rank,
        sources=found.sources,
    )


def _of_component(known: Knowledge, part: Entry, pipeline: Entry) -> Iterator[Fact]:
    if part.id.domain == "info" or is_part(known, pipeline):
        return
    same = {each.entry.iri for each in known.ancestors(part) if not each.layers_only}
    refusal = f"{pipeline.label} does not take it: "
    for role in roles_of(known, part):
        for each in required(known, part, pipeline, role.token):
            yield _of_difference(each, "" if each.verdict == "yes" else refusal, each.verdict)
        filled = fillers(known, pipeline, role)
        if any(filler.entry is not None and filler.entry.iri in same for filler in filled):
            continue
        found = [list(_against(known, part, filler, role)) for filler in filled]
        for differences in found:
            yield from (_of_difference(each, "", "yes") for each in differences if each.verdict == "yes")
        refused = [[each for each in differences if each.verdict == "no"] for differences in found]
        if found and all(refused):
            yield from (_of_difference(differences[0], refusal, "no") for differences in refused)


def _against(known: Knowledge, part: Entry, filler: Filler, role: Kind) -> Iterator[Difference]:
    """Compare a component with what fills its role: an entry in every trait, and classes."""
    for kind in known.kinds.traits(role.token):
        ones = values_of(known, part, kind)
        if kind.is_of_classes and filler.class_name is not None:
            named = family(filler.class_name)
            others, label = Values(frozenset((named,) if named else ()), filler.sources), filler.class_name
        elif filler.entry is not None:
            others, label = values_of(known, filler.entry, kind), filler.entry.label
        else:
            continue
        difference = judged(kind, part.label, ones, label, others)
        if difference is not None:
            yield difference


def _of_scheduler(known: Knowledge, scheduler: Entry, base: Entry) -> Iterator[Fact]:
    if "Scheduler" in scheduler.types and not is_part(known, base):
        for each in compared(known, scheduler, base, SCHEDULER):
            yield _of_difference(each, "", each.verdict)


def _of_precision(known: Knowledge, precision: Entry, entry: Entry) -> Iterator[Fact]:
    wanted = precision.precision
    if precision.id.domain != "operations" or wanted is None:
        return
    kind = known.kinds[PRECISION]
    parts: tuple[File | Loader, ...] = (*entry.files, *entry.loaders)
    for part in parts:
        if part.precision is not None and part.precision.iri == wanted.iri:
            text = f"{entry.label} is published in, or loaded as, {wanted.label}"
            pages = part.sources or sources_of(entry)
            yield Fact(verdict="yes", kind=kind.ref, text=text, weight=kind.rank, sources=pages)
            return
