"""Traits of two entries put beside each other: what they must share, and where they do not.

A trait is stated as such, by a setting that constructs the entry, or by the classes that load it. One that an entry
does not state it takes from what it is a variant of, and from its series; a series that states none has those that its
releases have between them.
"""

# Annotations are values here, for as texts each would be compiled whenever the named tuples are made.

import re
from collections.abc import Iterator
from typing import NamedTuple

from mirld.lookup.compatibility import Verdict, as_verdict
from mirld.lookup.compatibility_kinds import ARCHITECTURE, COMPONENT, Kind
from mirld.lookup.compatibility_statements import Knowledge, Statement, remembered, sources_of
from mirld.registry.briefs import Brief
from mirld.registry.values import Component, Entry

# What a class does with its network: T5EncoderModel, CLIPTextModelWithProjection and LlamaForCausalLM name families.
_OF_FAMILY = r"(?:Encoder|Text|Vision|Language|LMHead|For(?=[A-Z])|PreTrained|Model)\w*$"


class Values(NamedTuple):
    """Values of one kind, as texts, and where they are said."""

    texts: frozenset[str]
    sources: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The values in words."""
        return " or ".join(sorted(self.texts))


class Difference(NamedTuple):
    """Two entries compared in one kind: the verdict that follows, in words, and who says so."""

    kind: Kind
    verdict: Verdict
    text: str
    sources: tuple[str, ...]


class Filler(NamedTuple):
    """What fills a role of a pipeline: an entry, or only the class of one."""

    entry: Entry | None
    class_name: str | None
    sources: tuple[str, ...] = ()


@remembered
def values_of(known: Knowledge, entry: Entry, kind: Kind) -> Values:
    """Return the values that an entry has of a kind; none when nobody states any."""
    is_of_layers = known.kinds.is_a(kind.token, ARCHITECTURE)
    for ancestor in known.ancestors(entry):
        if is_of_layers or not ancestor.layers_only:
            found = _own(known, ancestor.entry, kind)
            if found.texts:
                return found
    return _of_releases(known, entry, kind)


def _of_releases(known: Knowledge, series: Entry, kind: Kind) -> Values:
    """Return the values that all releases of a series have between them; none when one of them states none."""
    found = [_own(known, release, kind) for release in known.releases(series)]
    if not all(each.texts for each in found):
        return Values(frozenset())
    pages = dict.fromkeys(page for each in found for page in each.sources)
    return Values(frozenset(text for each in found for text in each.texts), tuple(pages))


def _own(known: Knowledge, of: Entry | Brief, kind: Kind) -> Values:
    said = [(str(each.value), each.sources) for each in of.traits if each.kind.iri == kind.ref.iri]
    if said and all(sources for _, sources in said):
        return _with_pages(said, ())
    entry = known.entry(of.iri)
    if entry is None:
        return Values(frozenset())
    if not said and kind.is_of_classes:
        names = [(loader.class_name, loader.sources) for loader in entry.loaders if not loader.call]
        names += [
            (part.class_name, part.sources)
            for holder in known.linking(entry, "component")
            for part in holder.components
            if part.entry is not None and part.entry.iri == entry.iri
        ]
        said = [(found, sources) for name, sources in names if name and (found := family(name))]
    elif not said:
        said = [
            (str(each.value), each.sources)
            for each in entry.settings
            if each.phase == "init" and each.parameter in kind.stated_by
        ]
    return _with_pages(said, sources_of(entry))


def _with_pages(said: list[tuple[str, tuple[str, ...]]], otherwise: tuple[str, ...]) -> Values:
    """Gather values; one that cites nothing is said by what describes its entry."""
    pages = dict.fromkeys(page for _, sources in said for page in sources or otherwise)
    return Values(frozenset(text for text, _ in said), tuple(pages))


def family(class_name: str) -> str:
    """Return what a class name says of the network it loads, not of what it does with it.

    >>> family("T5EncoderModel"), family("transformers.CLIPTextModelWithProjection"), family("LlamaForCausalLM")
    ('T5', 'CLIP', 'Llama')
    >>> family("Qwen2_5_VLForConditionalGeneration"), family("UMT5EncoderModel"), family("ChatGLMModel")
    ('Qwen2_5_VL', 'UMT5', 'ChatGLM')

    Classes that load whatever they are given name none:

    >>> family("PreTrainedModel"), family("AutoModelForCausalLM")
    ('', '')
    """
    return re.sub(_OF_FAMILY, "", class_name.rpartition(".")[2]).removeprefix("Auto")


def compared(known: Knowledge, one: Entry, other: Entry, above: str) -> Iterator[Difference]:
    """Compare two entries in every trait below a kind, those that weigh most first, where both state values."""
    for kind in known.kinds.traits(above):
        found = judged(kind, one.label, values_of(known, one, kind), other.label, values_of(known, other, kind))
        if found is not None:
            yield found


def required(known: Knowledge, part: Entry, pipeline: Entry, role: str) -> Iterator[Difference]:
    """Compare a component with the traits that a pipeline states itself, of what a component of it must have."""
    for kind in known.kinds.traits(role):
        for ancestor in known.ancestors(pipeline):
            stated = [each for each in ancestor.entry.traits if each.kind.iri == kind.ref.iri]
            if stated and not ancestor.layers_only:
                pages = dict.fromkeys(page for each in stated for page in each.sources)
                others = Values(frozenset(str(each.value) for each in stated), tuple(pages))
                found = judged(kind, part.label, values_of(known, part, kind), pipeline.label, others)
                if found is not None:
                    yield found
                break


def judged(kind: Kind, one: str, ones: Values, other: str, others: Values) -> Difference | None:
    """Say what follows from the values of two; None when a side has none, or nothing follows."""
    if not ones.texts or not others.texts:
        return None
    is_equal = bool(ones.texts & others.texts)
    verdict = kind.when_equal if is_equal else kind.when_different
    if verdict is None:
        return None
    text = (
        f"{kind.ref.label}: {Values(ones.texts & others.texts).words} in both {one} and {other}"
        if is_equal
        else f"{kind.ref.label}: {ones.words} in {one}, {others.words} in {other}"
    )
    return Difference(kind, as_verdict(verdict), text, tuple(dict.fromkeys((*ones.sources, *others.sources))))


def apart(known: Knowledge, one: Entry, other: Entry) -> list[Difference]:
    """Say in what two networks differ: that somebody says they are not built alike, and in which traits."""
    found = [each for each in compared(known, one, other, ARCHITECTURE) if each.verdict != "yes"]
    refused = next(_refusals(known, one, other), None)
    if refused is not None:
        text = f"{one.label} and {other.label} are not built alike"
        found.insert(0, Difference(known.kinds[refused.kind], "no", text, refused.sources))
    return found


def _refusals(known: Knowledge, one: Entry, other: Entry) -> Iterator[Statement]:
    for each in known.said_of(one):
        is_about = {each.subject, each.object} == {one.iri, other.iri}
        if is_about and each.verdict == "no" and known.kinds.is_a(each.kind, ARCHITECTURE):
            yield each


def refused_by(known: Knowledge, release: Entry, series: Brief) -> Iterator[tuple[Statement, Brief]]:
    """Give the releases of its own series that a release is said not to be built like."""
    for each in known.statements(release):
        other = known.brief(each.object)
        if other is None or each.verdict != "no" or not known.kinds.is_a(each.kind, ARCHITECTURE):
            continue
        found = known.series(other)
        if each.subject == release.iri and found is not None and found.iri == series.iri:
            yield each, other


@remembered
def roles_of(known: Knowledge, entry: Entry) -> list[Kind]:
    """Return the kinds of component that an entry is: by its architecture, or else by the roles that it fills."""
    kinds = [kind for kind in known.kinds.below(COMPONENT) if not kind.is_trait]
    by_architecture = [kind for kind in kinds if entry.id.architecture in kind.stated_by]
    return by_architecture or [kind for kind in kinds if _fills(known, entry, kind)]


def _fills(known: Knowledge, entry: Entry, kind: Kind) -> bool:
    return any(
        part.role in kind.stated_by
        for holder in known.linking(entry, "component")
        for part in holder.components
        if part.entry is not None and part.entry.iri == entry.iri
    )


@remembered
def fillers(known: Knowledge, pipeline: Entry, kind: Kind) -> list[Filler]:
    """Return what fills the roles of a kind in a pipeline; of a series, in any of its releases.

    What is only declared to fill one is added to what is known of the roles; without roles there are no fillers, for
    what is declared may leave roles out.
    """
    parts = _parts(pipeline, kind)
    series = known.series(pipeline) or pipeline
    if not parts:
        parts = [part for release in known.releases(series) for part in _parts(release, kind)]
    if not parts:
        return []
    found = [Filler(known.entry(p.entry.iri) if p.entry else None, p.class_name, p.sources) for p in parts]
    for whole in {pipeline.iri: pipeline, series.iri: series}.values():
        for each in known.said_of(whole):
            is_filler = each.object == whole.iri and each.verdict == "yes" and known.kinds.is_a(each.kind, COMPONENT)
            subject = known.entry(each.subject) if is_filler else None
            if subject is not None and kind in roles_of(known, subject):
                found.append(Filler(subject, None, each.sources))
    distinct = {(filler.entry.iri if filler.entry else filler.class_name): filler for filler in reversed(found)}
    return list(reversed(distinct.values()))


def _parts(entry: Entry, kind: Kind) -> list[Component]:
    return [part for part in entry.components if part.role in kind.stated_by]
