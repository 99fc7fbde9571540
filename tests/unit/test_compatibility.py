"""Whether two entries work together, on registries of a few imaginary entries."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from mirld.errors import InputError, UsageError
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.ids import MirId
from mirld.lookup import Fit, all_compatible, compatible, compatible_set
from mirld.registry import (
    Compatibility,
    Component,
    Concept,
    Entry,
    Evidence,
    File,
    Index,
    Loader,
    Ref,
    Registry,
    Setting,
    Trait,
)
from mirld.registry.read import read_concepts
from mirld.vocab import DEFAULT_BASE, MIR

ROOT = Path(__file__).resolve().parents[2]
PAGE = "https://example.org/page"


def iri(text: str) -> str:
    return MirId.parse(text).iri(DEFAULT_BASE)


def ref(text: str) -> Ref:
    return Ref(iri(text), text)


def kind(token: str) -> Ref:
    return Ref(f"{DEFAULT_BASE}vocab/compatibility/{token}", token)


def entry(text: str, **parts: object) -> Entry:
    types = ("Scheduler",) if ".scheduler." in text else ("Model",)
    return Entry(id=MirId.parse(text), iri=iri(text), label=text[4:], types=types)._replace(**parts)  # type: ignore[arg-type]


def trait(owner: str, token: str, *values: str | int) -> tuple[Trait, ...]:
    return tuple(
        Trait(iri=f"{iri(owner)}#trait-{token}-{value}", kind=kind(token), value=value, sources=(PAGE,))
        for value in values
    )


def said(subject: str, token: str, other: str, verdict: str = "yes") -> Compatibility:
    return Compatibility(
        iri=f"{iri(subject)}#compatibility-{token}-{verdict}-{other.replace(':', '-')}",
        subject=ref(subject),
        object=ref(other),
        kind=kind(token),
        verdict=Ref(f"{DEFAULT_BASE}vocab/verdict/{verdict}", verdict),
        sources=(PAGE,),
    )


def component(owner: str, role: str, part: str | None, class_name: str | None = None) -> Component:
    entry_of = ref(part) if part else None
    return Component(
        iri=f"{iri(owner)}#component-{role}", role=role, entry=entry_of, class_name=class_name, sources=(PAGE,)
    )


LORA, BASE, TUNED, SMALL = (
    "mir:model.lora.x:a",
    "mir:model.dit.a:base",
    "mir:model.dit.a:tuned",
    "mir:model.dit.a:small",
)
SERIES, OTHER = "mir:info.dit.a", "mir:model.dit.b:base"
VAE, FOREIGN = "mir:model.vae.kl:a", "mir:model.vae.kl:b"
T5, CLIP, LLAMA = "mir:model.transformer.t5:x", "mir:model.transformer.clip:x", "mir:model.art.llama:x"
EULER, FLOW = "mir:operations.scheduler.euler:discrete", "mir:operations.scheduler.flow:discrete"
HALF = "mir:operations.precision.float:f16"


@pytest.fixture(scope="module")
def concepts() -> list[Concept]:
    found = read_concepts(load(Corpus.scan(ROOT)))
    return [concept for concept in found if "/vocab/compatibility/" in concept.iri]


def asked(concepts: Iterable[Concept], entries: Iterable[Entry], one: str, other: str) -> Fit:
    index = Index.of(Registry(base=DEFAULT_BASE, entries=entries), concepts=concepts)
    fit, back = compatible(index, one, other), compatible(index, other, one)
    assert back.verdict == fit.verdict
    assert {fact.text for fact in back.evidence} == {fact.text for fact in fit.evidence}
    return fit


def test_what_is_stated_of_two_decides(concepts: list[Concept]) -> None:
    """An adapter is for what it says it is for, and the page that says so is named."""
    supports = Evidence(iri=f"{iri(LORA)}#evidence", supports=(MIR.adapterFor,), sources=(PAGE,))
    fit = asked(concepts, [entry(LORA, adapter_for=(ref(BASE),), evidence=(supports,)), entry(BASE)], LORA, BASE)
    assert fit.verdict == "yes"
    assert [(fact.text, fact.sources, fact.decides) for fact in fit.evidence] == [
        ("model.lora.x:a is made for model.dit.a:base", (PAGE,), True)
    ]


def test_nothing_said_is_unknown(concepts: list[Concept]) -> None:
    """Never no: two entries without an edge, an adapter for another model of which no trait is known."""
    entries = [entry(LORA, adapter_for=(ref(BASE),)), entry(BASE), entry(OTHER)]
    fit = asked(concepts, entries, LORA, OTHER)
    assert (fit.verdict, fit.evidence) == ("unknown", ())
    assert "is made for model.dit.a:base, and nothing says" in fit.reason
    assert asked(concepts, entries, BASE, OTHER).reason == "nothing says whether they work together"


def test_a_release_inherits_what_is_said_of_its_series(concepts: list[Concept]) -> None:
    """The step is part of the evidence; what is said of the release itself outweighs it."""
    entries = [entry(LORA, adapter_for=(ref(SERIES),)), entry(SERIES), entry(BASE), entry(TUNED)]
    fit = asked(concepts, entries, LORA, TUNED)
    assert (fit.verdict, fit.evidence[0].steps) == ("yes", ("model.dit.a:tuned is a release of info.dit.a",))
    entries[0] = entries[0]._replace(compatibilities=(said(LORA, "adapter-for", TUNED, "no"),))
    assert asked(concepts, entries, LORA, TUNED).verdict == "no"
    assert asked(concepts, entries, LORA, BASE).verdict == "yes"


def test_a_variant_of_an_id_fits_as_its_release_does(concepts: list[Concept]) -> None:
    """It is shown as asked for, and decides nothing."""
    fit = asked(concepts, [entry(LORA, adapter_for=(ref(BASE),)), entry(BASE)], f"{LORA}@8step", BASE)
    assert (fit.verdict, fit.one.variant) == ("yes", "8step")


@pytest.mark.parametrize(
    ("token", "values", "verdict"),
    [
        ("inner-width", (3072, 6144), "no"),
        ("attended-width", (768, 2048), "no"),
        ("network", ("A", "B"), "no"),
        ("block-count", (19, 8), "unknown"),
        ("inner-width", (3072, 3072), "unknown"),
    ],
)
def test_an_adapter_and_another_network(
    concepts: list[Concept], token: str, values: tuple[str | int, ...], verdict: str
) -> None:
    """Another width or network is no; fewer blocks hold part of it, so that is unknown; equal traits say nothing."""
    entries = [
        entry(LORA, adapter_for=(ref(BASE),)),
        entry(BASE, traits=trait(BASE, token, values[0])),
        entry(OTHER, traits=trait(OTHER, token, values[1])),
    ]
    assert asked(concepts, entries, LORA, OTHER).verdict == verdict


def test_a_release_that_differs_inherits_no_adapter_of_its_series(concepts: list[Concept]) -> None:
    """By its trait, or by what is said of it and of the release that the adapter is for, or of another one."""
    series = entry(SERIES, traits=trait(SERIES, "inner-width", 3072))
    narrow = entry(SMALL, traits=trait(SMALL, "inner-width", 1536))
    lora = entry(LORA, adapter_for=(ref(SERIES),))
    assert asked(concepts, [lora, series, narrow, entry(BASE)], LORA, SMALL).verdict == "no"
    cut = entry(SMALL, compatibilities=(said(SMALL, "same-architecture", BASE, "no"),))
    both = entry(LORA, adapter_for=(ref(SERIES), ref(BASE)))
    assert asked(concepts, [both, entry(SERIES), cut, entry(BASE)], LORA, SMALL).verdict == "no"
    doubted = asked(concepts, [lora, entry(SERIES), cut, entry(BASE)], LORA, SMALL)
    assert (doubted.verdict, doubted.evidence[0].verdict) == ("unknown", "unknown")
    assert asked(concepts, [lora, entry(SERIES), cut, entry(BASE)], LORA, BASE).verdict == "yes"


def test_layers_are_handed_on_and_nothing_else(concepts: list[Concept]) -> None:
    """What is built alike shares adapters but no autoencoders; a fine-tune takes the adapters of its base."""
    alike = (said(OTHER, "same-architecture", BASE),)
    entries = [
        entry(LORA, adapter_for=(ref(BASE),)),
        entry(BASE, components=(component(BASE, "vae", VAE),)),
        entry(OTHER, compatibilities=alike),
        entry(TUNED, derived_from=(("fineTunedFrom", ref(BASE)),)),
        entry(VAE),
    ]
    assert asked(concepts, entries, LORA, OTHER).verdict == "yes"
    assert asked(concepts, entries, LORA, TUNED).verdict == "yes"
    assert asked(concepts, entries, VAE, BASE).verdict == "yes"
    assert asked(concepts, entries, VAE, OTHER).verdict == "unknown"


def test_a_fine_tune_of_another_size_inherits_nothing(concepts: list[Concept]) -> None:
    """Where both say how many parameters they have: one that was pruned has lost layers."""
    lora, base = entry(LORA, adapter_for=(ref(BASE),)), entry(BASE, parameter_count=20_000_000_000)
    for size, verdict in ((12_000_000_000, "unknown"), (20_100_000_000, "yes"), (None, "yes")):
        tuned = entry(OTHER, derived_from=(("fineTunedFrom", ref(BASE)),), parameter_count=size)
        assert asked(concepts, [lora, base, tuned], LORA, OTHER).verdict == verdict


def test_distilling_hands_nothing_on(concepts: list[Concept]) -> None:
    """What was distilled may be smaller."""
    entries = [
        entry(LORA, adapter_for=(ref(BASE),)),
        entry(BASE),
        entry(OTHER, derived_from=(("distilledFrom", ref(BASE)),)),
    ]
    assert asked(concepts, entries, LORA, OTHER).verdict == "unknown"


def test_autoencoders_by_channels_and_space(concepts: list[Concept]) -> None:
    """Other channels or another space than the pipeline's is no, one space yes, equal channels alone say nothing."""
    whole = entry(BASE, components=(component(BASE, "vae", VAE),))
    own = entry(VAE, traits=(*trait(VAE, "latent-channels", 16), *trait(VAE, "latent-space", "a")))
    for traits, verdict in (
        (trait(FOREIGN, "latent-channels", 4), "no"),
        (trait(FOREIGN, "latent-channels", 16), "unknown"),
        ((*trait(FOREIGN, "latent-channels", 16), *trait(FOREIGN, "latent-space", "b")), "no"),
        ((*trait(FOREIGN, "latent-channels", 16), *trait(FOREIGN, "latent-space", "a")), "yes"),
    ):
        assert asked(concepts, [whole, own, entry(FOREIGN, traits=traits)], FOREIGN, BASE).verdict == verdict


def test_a_setting_states_a_trait(concepts: list[Concept]) -> None:
    """What a loader constructs an autoencoder with says how many channels it has."""
    setting = Setting(
        iri=f"{iri(VAE)}#setting", parameter="z_dim", value=48, datatype="", phase="init", sources=(PAGE,)
    )
    entries = [
        entry(BASE, components=(component(BASE, "vae", VAE),)),
        entry(VAE, settings=(setting,)),
        entry(FOREIGN, traits=trait(FOREIGN, "latent-channels", 16)),
    ]
    assert asked(concepts, entries, FOREIGN, BASE).verdict == "no"


def test_encoders_have_to_differ_from_all_that_are_taken(concepts: list[Concept]) -> None:
    """By class, or by width where the class is the same; a role that nobody describes leaves it open."""
    clip = entry(CLIP, traits=trait(CLIP, "token-width", 768))
    loader = Loader(iri=f"{iri(T5)}#loader", library="transformers", class_name="T5EncoderModel", sources=(PAGE,))
    t5 = entry(T5, loaders=(loader,), traits=trait(T5, "token-width", 4096))
    user = entry(OTHER, components=(component(OTHER, "text_encoder", T5, "T5EncoderModel"),))
    takes = component(BASE, "text_encoder", CLIP, "CLIPTextModel")
    assert asked(concepts, [entry(BASE, components=(takes,)), user, clip, t5], T5, BASE).verdict == "no"
    second = component(BASE, "text_encoder_2", None, "T5EncoderModel")
    assert asked(concepts, [entry(BASE, components=(takes, second)), user, clip, t5], T5, BASE).verdict == "unknown"
    anything = component(BASE, "text_encoder_2", None, "PreTrainedModel")
    assert asked(concepts, [entry(BASE, components=(takes, anything)), user, clip, t5], T5, BASE).verdict == "unknown"


def test_what_is_no_encoder_anywhere_is_not_judged_as_one(concepts: list[Concept]) -> None:
    """A language model that no pipeline takes is unknown, whatever its class."""
    loader = Loader(iri=f"{iri(LLAMA)}#loader", library="transformers", class_name="LlamaForCausalLM")
    whole = entry(BASE, components=(component(BASE, "text_encoder", CLIP, "CLIPTextModel"),))
    assert asked(concepts, [whole, entry(CLIP), entry(LLAMA, loaders=(loader,))], LLAMA, BASE).verdict == "unknown"


def test_schedulers_by_what_is_predicted(concepts: list[Concept]) -> None:
    """No value in common is no; one in common is not yet yes."""
    entries = [
        entry(BASE, traits=trait(BASE, "prediction", "flow_prediction")),
        entry(EULER, traits=trait(EULER, "prediction", "epsilon", "sample")),
        entry(FLOW, traits=trait(FLOW, "prediction", "flow_prediction")),
    ]
    assert asked(concepts, entries, EULER, BASE).verdict == "no"
    assert asked(concepts, entries, FLOW, BASE).verdict == "unknown"
    named = Loader(iri=f"{iri(BASE)}#loader", library="diffusers", schedulers=(ref(FLOW),), sources=(PAGE,))
    entries[0] = entries[0]._replace(loaders=(named,))
    assert asked(concepts, entries, FLOW, BASE).verdict == "yes"


def test_a_precision_that_is_published(concepts: list[Concept]) -> None:
    """One that is not named says nothing."""
    f16, bf16 = (Ref(f"{DEFAULT_BASE}vocab/precision/{name}", name) for name in ("f16", "bf16"))
    file = File(iri=f"{iri(BASE)}#file", precision=f16, sources=(PAGE,))
    half = entry(HALF, precision=f16, types=("Operation",))
    assert asked(concepts, [entry(BASE, files=(file,)), half], HALF, BASE).verdict == "yes"
    assert asked(concepts, [entry(BASE, files=(file,)), half._replace(precision=bf16)], HALF, BASE).verdict == "unknown"


def test_what_contradicts_itself_is_unknown(concepts: list[Concept]) -> None:
    """Two statements of one weight; both are shown."""
    both = (said(LORA, "adapter-for", BASE), said(LORA, "adapter-for", BASE, "no"))
    fit = asked(concepts, [entry(LORA, compatibilities=both), entry(BASE)], LORA, BASE)
    assert fit.verdict == "unknown"
    assert fit.reason.startswith("what is known contradicts itself: ")
    assert {fact.verdict for fact in fit.evidence if fact.decides} == {"yes", "no"}


def test_more_than_two_are_a_pipeline(concepts: list[Concept]) -> None:
    """Parts have to fit a model, not each other; the weakest pair decides and is named."""
    entries = [
        entry(LORA, adapter_for=(ref(BASE),)),
        entry(BASE, components=(component(BASE, "vae", VAE),), traits=trait(BASE, "prediction", "flow_prediction")),
        entry(VAE),
        entry(EULER, traits=trait(EULER, "prediction", "epsilon")),
    ]
    index = Index.of(Registry(base=DEFAULT_BASE, entries=entries), concepts=concepts)
    good = compatible_set(index, [VAE, BASE, LORA])
    assert (good.verdict, len(good.pairs)) == ("yes", 2)
    bad = compatible_set(index, [BASE, LORA, EULER, VAE])
    assert (bad.verdict, bad.weakest.one.id, bad.weakest.other.id) == ("no", EULER, BASE)
    assert str(bad).startswith("no, by operations.scheduler.euler:discrete and model.dit.a:base: ")


def test_a_scheduler_that_an_adapter_wants_goes_with_it(concepts: list[Concept]) -> None:
    """Where the model says nothing of it, what the adapter is sampled with will do."""
    wants = Setting(
        iri=f"{iri(LORA)}#s", parameter="x", value=1, datatype="", applies_to=(iri(EULER),), sources=(PAGE,)
    )
    entries = [entry(LORA, adapter_for=(ref(BASE),), settings=(wants,)), entry(BASE), entry(EULER)]
    index = Index.of(Registry(base=DEFAULT_BASE, entries=entries), concepts=concepts)
    assert compatible(index, EULER, BASE).verdict == "unknown"
    assert compatible_set(index, [BASE, LORA, EULER]).verdict == "yes"


def test_what_fits_is_listed_by_kind(concepts: list[Concept]) -> None:
    """Only what is known to fit; of one kind when it is named, in any case and number."""
    entries = [
        entry(LORA, adapter_for=(ref(SERIES),)),
        entry("mir:model.controlnet.canny:a", adapter_for=(ref(BASE),)),
        entry(SERIES),
        entry(BASE, components=(component(BASE, "vae", VAE), component(BASE, "scheduler", EULER))),
        entry(VAE),
        entry(EULER),
        entry(OTHER),
    ]
    index = Index.of(Registry(base=DEFAULT_BASE, entries=entries), concepts=concepts)
    found = {kind.label: [fit.one.id for fit in fits] for kind, fits in all_compatible(index, BASE).fits}
    assert found == {
        "adapter for": [LORA],
        "control for": ["mir:model.controlnet.canny:a"],
        "autoencoder for": [VAE],
        "scheduler for": [EULER],
        "same architecture": [SERIES],
    }
    assert [kind.label for kind, _ in all_compatible(index, BASE, "vae").fits] == ["autoencoder for"]
    assert [kind.label for kind, _ in all_compatible(index, BASE, "Adapters").fits] == ["adapter for", "control for"]
    assert [fit.one.id for _, fits in all_compatible(index, LORA).fits for fit in fits] == [SERIES, BASE]
    with pytest.raises(UsageError, match="nothing is listed by this kind: colours"):
        all_compatible(index, BASE, "colours")


def test_texts_that_name_nothing_or_several(concepts: list[Concept]) -> None:
    """Words are no names, and a name of several is not guessed at."""
    entries = [entry(BASE, other_labels=("Twin",)), entry(OTHER, other_labels=("Twin",))]
    index = Index.of(Registry(base=DEFAULT_BASE, entries=entries), concepts=concepts)
    for text in ("dit base", "zzz"):
        with pytest.raises(InputError, match="no entry has"):
            compatible(index, text, BASE)
    with pytest.raises(InputError, match="no name was given"):
        compatible(index, "", BASE)


def test_a_registry_without_the_scheme_still_answers() -> None:
    """Statements count, all alike; no trait says anything."""
    entries = [
        entry(LORA, adapter_for=(ref(BASE),)),
        entry(BASE, traits=trait(BASE, "inner-width", 1)),
        entry(OTHER, traits=trait(OTHER, "inner-width", 2)),
    ]
    assert asked([], entries, LORA, BASE).verdict == "yes"
    assert asked([], entries, LORA, OTHER).verdict == "unknown"


def test_an_overlay_adds_a_kind_of_trait(concepts: list[Concept]) -> None:
    """A concept below another and a trait of it are all that it takes."""
    scheme = f"{DEFAULT_BASE}vocab/compatibility"
    own = Concept(
        iri=f"{scheme}/colour",
        label="colour",
        scheme=scheme,
        notation="colour",
        broader=(f"{scheme}/same-architecture",),
        properties=((MIR.rank, "15"), (MIR.whenDifferent, f"{DEFAULT_BASE}vocab/verdict/no")),
    )
    entries = [
        entry(LORA, adapter_for=(ref(BASE),)),
        entry(BASE, traits=trait(BASE, "colour", "red")),
        entry(OTHER, traits=trait(OTHER, "colour", "blue")),
    ]
    assert asked(concepts, entries, LORA, OTHER).verdict == "unknown"
    fit = asked([*concepts, own], entries, LORA, OTHER)
    assert (fit.verdict, fit.reason) == (
        "no",
        "model.lora.x:a: colour: red in model.dit.a:base, blue in model.dit.b:base",
    )
