"""What holds of every answer about compatibility, whatever the registry says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.ids import MirId
from mirld.lookup.compatibility import VERDICTS, Fit
from mirld.lookup.compatibility_asking import fit_of
from mirld.lookup.compatibility_statements import Knowledge
from mirld.registry import Compatibility, Component, Concept, Entry, Index, Ref, Registry, Trait
from mirld.registry.read import read_concepts
from mirld.vocab import DEFAULT_BASE

ROOT = Path(__file__).resolve().parents[2]
IDS = (
    "mir:info.dit.a",
    "mir:model.dit.a:base",
    "mir:model.dit.a:tuned",
    "mir:model.dit.b:base",
    "mir:model.lora.x:a",
    "mir:model.vae.kl:a",
    "mir:model.transformer.t5:x",
    "mir:operations.scheduler.euler:discrete",
)
KINDS = ("adapter-for", "component-of", "declared-by-source", "layout-equal", "same-architecture", "scheduler-for")
TRAITS = ("inner-width", "network", "block-count", "latent-channels", "latent-space", "token-width", "prediction")
DERIVED = ("fineTunedFrom", "quantizedFrom", "distilledFrom", "variantOf", "derivedFrom")
OF_PARTS = {"lora": "inner-width", "vae": "latent-channels", "transformer": "token-width"}
ROLES = ("vae", "text_encoder", "scheduler", "transformer")


@pytest.fixture(scope="module")
def concepts() -> list[Concept]:
    found = read_concepts(load(Corpus.scan(ROOT)))
    return [concept for concept in found if "/vocab/compatibility/" in concept.iri]


def ref(text: str) -> Ref:
    return Ref(MirId.parse(text).iri(DEFAULT_BASE), text)


def bare(text: str) -> Entry:
    mir_id = MirId.parse(text)
    types = ("Scheduler",) if mir_id.architecture == "scheduler" else ("Model",)
    return Entry(id=mir_id, iri=mir_id.iri(DEFAULT_BASE), label=text, types=types)


@st.composite
def edges(draw: st.DrawFn, names: Sequence[str] = IDS) -> Entry:
    """Make an entry with one thing said of it."""
    one, other = bare(draw(st.sampled_from(names))), draw(st.sampled_from(names))
    vocab = f"{DEFAULT_BASE}vocab/"
    what = draw(st.sampled_from(("statement", "adapter", "derived", "component", "trait")))
    if what == "adapter":
        return one._replace(adapter_for=(ref(other),))
    if what == "derived":
        return one._replace(derived_from=((draw(st.sampled_from(DERIVED)), ref(other)),))
    if what == "component":
        part = Component(iri=f"{one.iri}#component", role=draw(st.sampled_from(ROLES)), entry=ref(other))
        return one._replace(components=(part,))
    if what == "trait":
        token = draw(st.sampled_from(TRAITS))
        value = draw(st.sampled_from(("a", "b")))
        trait = Trait(iri=f"{one.iri}#trait", kind=Ref(f"{vocab}compatibility/{token}", token), value=value)
        return one._replace(traits=(trait,))
    token, verdict = draw(st.sampled_from(KINDS)), draw(st.sampled_from(VERDICTS))
    said = Compatibility(
        iri=f"{one.iri}#compatibility",
        subject=ref(draw(st.sampled_from((str(one.id), other)))),
        object=ref(other),
        kind=Ref(f"{vocab}compatibility/{token}", token),
        verdict=Ref(f"{vocab}verdict/{verdict}", verdict),
    )
    return one._replace(compatibilities=(said,))


def joined(found: Sequence[Entry], names: Sequence[str] = IDS) -> list[Entry]:
    """Put what is said of each entry together."""
    entries = {name: bare(name) for name in names}
    for each in found:
        known = entries[str(each.id)]
        entries[str(each.id)] = known._replace(
            adapter_for=known.adapter_for + each.adapter_for,
            derived_from=known.derived_from + each.derived_from,
            components=known.components + each.components,
            traits=known.traits + each.traits,
            compatibilities=known.compatibilities + each.compatibilities,
        )
    return list(entries.values())


def ask(concepts: Sequence[Concept], entries: Sequence[Entry], one: str, other: str) -> Fit:
    known = Knowledge(Index.of(Registry(base=DEFAULT_BASE, entries=entries), concepts=concepts))
    first, second = known.entry(ref(one).iri), known.entry(ref(other).iri)
    assert first is not None
    assert second is not None
    return fit_of(known, first, second)


PAIRS = st.lists(st.sampled_from(IDS), min_size=2, max_size=2, unique=True)


@settings(max_examples=150, deadline=None)
@given(found=st.lists(edges(), max_size=8), pair=PAIRS)
def test_the_order_of_the_question_decides_nothing(
    concepts: list[Concept], found: list[Entry], pair: list[str]
) -> None:
    """The same verdict on the same facts, whichever is named first; and the same again."""
    entries = joined(found)
    fit, back = ask(concepts, entries, *pair), ask(concepts, entries, *pair[::-1])
    assert fit.verdict == back.verdict
    assert {(f.verdict, f.kind, f.weight) for f in fit.evidence} == {
        (f.verdict, f.kind, f.weight) for f in back.evidence
    }
    assert ask(concepts, entries, *pair) == fit


@settings(max_examples=150, deadline=None)
@given(found=st.lists(edges(), max_size=8), pair=PAIRS)
def test_a_verdict_rests_on_facts_that_say_so(concepts: list[Concept], found: list[Entry], pair: list[str]) -> None:
    """Yes and no have a deciding fact of that verdict and none of another; without facts it is unknown."""
    fit = ask(concepts, joined(found), *pair)
    deciding = [fact for fact in fit.evidence if fact.decides]
    if fit.verdict == "unknown":
        assert not deciding or len({fact.verdict for fact in deciding}) > 1 or deciding[0].verdict == "unknown"
    else:
        assert deciding
        assert {fact.verdict for fact in deciding} == {fit.verdict}
    assert [fact.weight for fact in fit.evidence] == sorted(fact.weight for fact in fit.evidence)


@settings(max_examples=100, deadline=None)
@given(pair=PAIRS, values=st.lists(st.sampled_from(("a", "b")), min_size=2, max_size=2))
def test_without_edges_it_stays_unknown(concepts: list[Concept], pair: list[str], values: list[str]) -> None:
    """Whatever the traits of an adapter, an autoencoder or an encoder that nobody connects with anything."""
    described = []
    for name, value in zip(pair, values, strict=True):
        entry = bare(name)
        token = {"lora": "inner-width", "vae": "latent-channels", "transformer": "token-width"}.get(
            entry.id.architecture
        )
        if token is not None:
            kind = Ref(f"{DEFAULT_BASE}vocab/compatibility/{token}", token)
            entry = entry._replace(traits=(Trait(iri=f"{entry.iri}#trait", kind=kind, value=value),))
        described.append(entry)
    fit = ask(concepts, joined(described), *pair)
    is_of_series = set(pair) <= {"mir:info.dit.a", "mir:model.dit.a:base", "mir:model.dit.a:tuned"}
    assert fit.verdict == ("yes" if is_of_series and "mir:info.dit.a" in pair else "unknown")


ELSEWHERE = ("mir:info.unet.z", "mir:model.unet.z:base", "mir:model.unet.z:other", "mir:model.lora.y:z")


@settings(max_examples=150, deadline=None)
@given(found=st.lists(edges(), max_size=6), more=st.lists(edges(names=ELSEWHERE), max_size=6), pair=PAIRS)
def test_what_is_said_of_others_changes_nothing(
    concepts: list[Concept], found: list[Entry], more: list[Entry], pair: list[str]
) -> None:
    """Facts about entries that nothing connects with the two leave the answer as it is."""
    before = ask(concepts, joined(found), *pair)
    after = ask(concepts, joined([*found, *more], (*IDS, *ELSEWHERE)), *pair)
    assert after == before


@settings(max_examples=150, deadline=None)
@given(found=st.lists(edges(), max_size=6), pair=PAIRS)
def test_a_stated_answer_outweighs_what_follows(concepts: list[Concept], found: list[Entry], pair: list[str]) -> None:
    """Said of the two themselves, it decides, unless that is contradicted or outweighed by a statement of the two."""
    one, other = bare(pair[0]), bare(pair[1])
    said = Compatibility(
        iri=f"{one.iri}#compatibility-own",
        subject=ref(pair[0]),
        object=ref(pair[1]),
        kind=Ref(f"{DEFAULT_BASE}vocab/compatibility/adapter-for", "adapter-for"),
        verdict=Ref(f"{DEFAULT_BASE}vocab/verdict/yes", "yes"),
    )
    fit = ask(concepts, joined([*found, one._replace(compatibilities=(said,))]), *pair)
    assert fit.evidence
    assert other.iri != one.iri
    assert min(fact.weight for fact in fit.evidence) <= 10
    assert any(fact.verdict == "yes" and fact.weight == 10 for fact in fit.evidence)
    assert fit.verdict != "no"
