"""Adapters made of the registry's own layouts, by chance and in every dialect, are known again or are unknown."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.lookup.adapter_bases import Bases, bases_of
from mirld.lookup.adapter_facts import adapter_facts
from mirld.registry.index import Index
from mirld.registry.module_layouts import read_module_layouts
from mirld.registry.registry import Registry
from mirld.registry.values import ModuleLayout
from mirld.weights import Header, Tensor, Tensors
from mirld.weights.adapter import read_adapter

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/mir/"
SEVERAL = {"dit/stable-diffusion-3", "dit/stable-diffusion-3.5"}
Sizes = dict[str, tuple[int, int]]


def _layouts() -> tuple[ModuleLayout, ...]:
    corpus = Corpus.scan(ROOT)
    files = tuple(file for file in corpus.files if file.name.startswith("data/modules/"))
    return read_module_layouts(load(replace(corpus, files=files)))


LAYOUTS = {layout.iri.rpartition("/")[2]: layout for layout in _layouts()}


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with Index.of(Registry(base=BASE, entries=[], ledger=[], sources=[]), layouts=LAYOUTS.values()) as made:
        yield made


def seeded(seed: object) -> random.Random:
    return random.Random(str(seed))  # noqa: S311  # the same cases each time


def expanded(name: str) -> list[str]:
    match = re.search(r"\{(\d+)-(\d+)\}", name)
    if match is None:
        return [name]
    numbers = range(int(match[1]), int(match[2]) + 1)
    return [each for i in numbers for each in expanded(f"{name[: match.start()]}{i}{name[match.end() :]}")]


def linear(layout: ModuleLayout) -> Sizes:
    """Return the modules that are no convolution and no norm, as trainers choose them."""
    found: Sizes = {}
    for line in layout.modules:
        name, *sizes = line.split()
        if len(sizes) == 2:
            found |= dict.fromkeys(expanded(name), (int(sizes[0]), int(sizes[1])))
    return found


PREFIXES = {
    "unet": ("lora_unet_", "diffusion_model.", "unet.", "model.diffusion_model.", "base_model.model.", ""),
    "transformer": ("lora_unet_", "lora_transformer_", "diffusion_model.", "transformer.", "base_model.model.", "x.y."),
    "text_encoder": ("lora_te_", "text_encoder."),
    "text_encoder_1": ("lora_te1_", "text_encoder.", "clip_l.transformer."),
    "text_encoder_2": ("lora_te2_", "text_encoder_2."),
    "text_encoder_3": ("lora_te3_", "text_encoder_3."),
    "language_model": ("base_model.model.",),
}


def adapter(sizes: Sizes, prefix: str, kind: str, rank: int) -> dict[str, tuple[int, ...]]:
    tensors: dict[str, tuple[int, ...]] = {}
    for name, (inputs, outputs) in sizes.items():
        stem = prefix + (name.replace(".", "_") if prefix.endswith("_") else name)
        if kind == "kohya":
            tensors |= {f"{stem}.lora_down.weight": (rank, inputs), f"{stem}.lora_up.weight": (outputs, rank)}
            tensors[f"{stem}.alpha"] = ()
        elif kind == "peft":
            tensors |= {f"{stem}.lora_A.weight": (rank, inputs), f"{stem}.lora_B.weight": (outputs, rank)}
        elif kind == "dora":
            tensors |= {f"{stem}.lora_down.weight": (rank, inputs), f"{stem}.lora_up.weight": (outputs, rank)}
            tensors[f"{stem}.dora_scale"] = (outputs, 1)
        elif kind == "loha":
            tensors |= {f"{stem}.hada_w{i}_a": (outputs, rank) for i in (1, 2)}
            tensors |= {f"{stem}.hada_w{i}_b": (rank, inputs) for i in (1, 2)}
        elif kind == "lokr":
            factor = 8 if inputs % 8 == 0 and outputs % 8 == 0 else 1
            tensors |= {f"{stem}.lokr_w1": (factor, factor), f"{stem}.lokr_w2_a": (outputs // factor, rank)}
            tensors[f"{stem}.lokr_w2_b"] = (rank, inputs // factor)
        else:
            tensors[f"{stem}.diff"] = (outputs, inputs)
    return tensors


KINDS = ("kohya", "peft", "dora", "loha", "lokr", "difference")


def answer(index: Index, tensors: dict[str, tuple[int, ...]], chance: random.Random) -> Bases:
    rows = [Tensor(name, "F16", shape, None, None) for name, shape in tensors.items()]
    chance.shuffle(rows)
    found = read_adapter(Tensors.of_rows(rows))
    assert found is not None
    return bases_of(index, found)


def case(layout: ModuleLayout, seed: int) -> tuple[random.Random, Sizes, str, str, int]:
    chance = seeded(f"{seed} {layout.iri}")
    prefix = chance.choice(PREFIXES[layout.role])
    return chance, linear(layout), prefix, chance.choice(KINDS), chance.choice((1, 4, 16, 64))


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_an_adapter_of_all_modules_is_known(index: Index, name: str) -> None:
    """The networks of the layout are among the answers, and what else is has those modules too, in those sizes."""
    layout = LAYOUTS[name]
    for seed in range(3):
        chance, sizes, prefix, kind, rank = case(layout, seed)
        found = answer(index, adapter(sizes, prefix, kind, rank), chance)
        assert {network.iri for network in layout.networks} <= set(found.networks)
        assert found.is_proved
        (part,) = found.parts
        for other in part.layouts:
            theirs = linear(LAYOUTS[other.iri.rpartition("/")[2]])
            agree = sum(spell(theirs).get(each) == size for each, size in spell(sizes).items())
            assert agree >= 0.9 * len(sizes), other.iri


def spell(sizes: Sizes) -> Sizes:
    return {name.replace(".", "_"): size for name, size in sizes.items()}


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_an_adapter_of_some_modules_is_never_taken_for_another(index: Index, name: str) -> None:
    """Some modules by chance, 2 % of the tensors dropped: the network is among the answers, or nothing is claimed."""
    layout = LAYOUTS[name]
    for seed in range(4):
        chance, sizes, prefix, kind, rank = case(layout, seed)
        some = chance.sample(sorted(sizes), max(1, int(len(sizes) * chance.uniform(0.02, 0.9))))
        tensors = adapter({each: sizes[each] for each in some}, prefix, kind, rank)
        kept = {key: shape for key, shape in tensors.items() if chance.random() > 0.02} or tensors
        found = answer(index, kept, chance)
        assert not found.networks or {network.iri for network in layout.networks} <= set(found.networks), found.networks


def test_most_adapters_of_some_modules_are_known(index: Index) -> None:
    """Unknown is the exception: of adapters of some modules, nineteen of twenty are known."""
    known = 0
    for layout in LAYOUTS.values():
        chance, sizes, prefix, kind, rank = case(layout, 9)
        some = chance.sample(sorted(sizes), max(1, len(sizes) // 3))
        known += bool(answer(index, adapter({each: sizes[each] for each in some}, prefix, kind, rank), chance).networks)
    assert known >= 0.95 * len(LAYOUTS)


@pytest.mark.parametrize("name", ["flux-1-original", "sdxl-unet-original", "wan-14b-diffusers", "qwen-image"])
def test_a_network_of_other_sizes_is_not_claimed_to_be_proved(index: Index, name: str) -> None:
    """The same names in sizes that no network has are at most an answer by names."""
    sizes = {each: (a + 64, b + 64) for each, (a, b) in linear(LAYOUTS[name]).items()}
    found = answer(index, adapter(sizes, "diffusion_model.", "peft", 8), seeded(0))
    assert not found.is_proved


def test_parts_decide_together(index: Index) -> None:
    """Modules of attention alone fit SDXL and Kolors; a second encoder is trained along with SDXL only."""
    attention = {name: size for name, size in linear(LAYOUTS["sdxl-unet-diffusers"]).items() if ".attn" in name}
    alone = adapter(attention, "lora_unet_", "kohya", 8)
    both = alone | adapter(linear(LAYOUTS["clip-g-second"]), "lora_te2_", "kohya", 8)
    chance = seeded(0)
    assert {f"{BASE}info/unet/kolors", f"{BASE}info/unet/stable-diffusion-xl"} <= set(
        answer(index, alone, chance).networks
    )
    assert answer(index, both, chance).networks == (f"{BASE}info/unet/stable-diffusion-xl",)


def test_a_widened_first_module_takes_a_picture_of_control(index: Index) -> None:
    """As control LoRAs of FLUX.1 do."""
    sizes = {**linear(LAYOUTS["flux-1-original"]), "img_in": (128, 3072)}
    found = answer(index, adapter(sizes, "", "peft", 128), seeded(0))
    assert found.networks == (f"{BASE}info/dit/flux-1",)
    assert found.is_control


def test_a_foreign_adapter_is_unknown(index: Index) -> None:
    """Nothing is claimed for modules that no layout has."""
    found = answer(index, adapter({"conv.0": (8, 8), "head": (8, 4)}, "", "peft", 2), seeded(0))
    assert found == Bases(networks=(), parts=found.parts, is_proved=False)


def header(tensors: dict[str, tuple[int, ...]], metadata: dict[str, str] | None = None) -> Header:
    rows = [Tensor(name, "F16", shape, None, None) for name, shape in tensors.items()]
    return Header(
        file="x", format="safetensors", size=0, bytes_read=0, tensors=Tensors.of_rows(rows), metadata=metadata or {}
    )


@pytest.mark.parametrize(("kind", "word"), [("peft", "LoRA"), ("dora", "DoRA"), ("loha", "LoHa"), ("lokr", "LoKr")])
def test_the_kind_of_an_adapter_is_named(index: Index, kind: str, word: str) -> None:
    """With its rank; what metadata says of its base decides nothing."""
    tensors = adapter(linear(LAYOUTS["sd-3-medium-original"]), "lora_unet_", kind, 16)
    facts = adapter_facts(index, header(tensors, {"modelspec.architecture": "flux-1-dev/lora"}))
    assert facts is not None
    assert facts.kind == word
    assert set(facts.ranks) == {16}
    assert facts.bases.networks == (f"{BASE}info/dit/stable-diffusion-3",)


def test_a_control_lora_is_named(index: Index) -> None:
    """By its widened first module."""
    sizes = {**linear(LAYOUTS["flux-1-original"]), "img_in": (128, 3072)}
    facts = adapter_facts(index, header(adapter(sizes, "", "peft", 128)))
    assert facts is not None
    assert facts.kind == "control LoRA"


@pytest.mark.parametrize(
    ("tensors", "networks"),
    [
        ({"emb_params": (8, 768)}, {"unet/stable-diffusion-1.4", "unet/stable-diffusion-1.5"}),
        ({"<a>": (1024,)}, {"unet/sd-turbo", "unet/stable-diffusion-2", "unet/stable-diffusion-2.1"}),
        ({"clip_l": (2, 768), "t5xxl": (2, 4096)}, {"dit/flux-1", *SEVERAL}),
        ({"clip_l": (2, 768), "clip_g": (2, 1280), "t5xxl": (2, 4096)}, SEVERAL),
        ({"clip_l": (2, 768), "clip_g": (2, 1280)}, {"unet/stable-diffusion-xl", *SEVERAL}),
        ({"emb_params": (8, 777)}, set()),
    ],
)
def test_learned_words_are_for_who_has_the_encoders(
    index: Index, tensors: dict[str, tuple[int, ...]], networks: set[str]
) -> None:
    """Of the widths that the vectors have."""
    facts = adapter_facts(index, header(tensors))
    assert facts is not None
    assert facts.kind == "textual inversion"
    assert set(facts.bases.networks) == {f"{BASE}info/{network}" for network in networks}


def test_a_model_is_no_adapter(index: Index) -> None:
    """Nothing is told of weights that are a network's own."""
    assert adapter_facts(index, header({"double_blocks.0.img_attn.qkv.weight": (9216, 3072)})) is None
