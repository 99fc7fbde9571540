"""Signatures: three values, variables, and an index that changes nothing but the time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirld.weights import Tensor, Tensors
from mirld.weights.components import parts
from mirld.weights.signature import (
    ANY,
    Blocks,
    Condition,
    Index,
    Key,
    Not,
    Shaped,
    Signature,
    Truth,
    Variable,
    prove,
)

FLUX = Signature(
    identifies="flux-1:dev",
    conditions=(
        Shaped("img_in.weight", (Variable("h"), 64)),
        Shaped("double_blocks.{i}.img_attn.qkv.weight", (Variable("h", 3), Variable("h"))),
        Blocks("double_blocks.{i}.img_attn.qkv.weight", 2),
        Key("guidance_in.in_layer.weight"),
        Not(Key("distilled_guidance_layer.in_proj.weight")),
    ),
)
SHAPES: dict[str, tuple[int, ...] | None] = {
    "img_in.weight": (3072, 64),
    "double_blocks.0.img_attn.qkv.weight": (9216, 3072),
    "double_blocks.1.img_attn.qkv.weight": (9216, 3072),
    "guidance_in.in_layer.weight": (3072, 256),
}


def tensors(shapes: dict[str, tuple[int, ...] | None]) -> Tensors:
    return Tensors.of_rows([Tensor(name, None, shape, None, None) for name, shape in shapes.items()])


def test_a_signature_is_true_when_all_its_conditions_are() -> None:
    """With the evidence for each, and the values of its variables."""
    match = prove(FLUX, "", tensors(SHAPES))
    assert match.truth is Truth.YES
    assert match.variables == {"h": 3072}
    assert [found.found for found in match.evidence] == ["[3072, 64]", "[9216, 3072]", "2", "there", "not there"]


@pytest.mark.parametrize(
    "changed",
    [
        {"img_in.weight": (3072, 128)},
        {"img_in.weight": (3072,)},
        {"img_in.weight": (1024, 64)},
        {"double_blocks.0.img_attn.qkv.weight": (9215, 3072)},
        {"double_blocks.2.img_attn.qkv.weight": (9216, 3072)},
        {"distilled_guidance_layer.in_proj.weight": None},
    ],
)
def test_a_signature_is_false_when_one_of_its_conditions_is(changed: dict[str, tuple[int, ...] | None]) -> None:
    """Another shape, a relation that does not hold, a block more, a key that must not be there."""
    assert prove(FLUX, "", tensors({**SHAPES, **changed})).truth is Truth.NO


def test_what_is_not_known_is_no_match() -> None:
    """Names alone, and packed weights: unknown; but a name that is missing is false all the same."""
    names = dict.fromkeys(SHAPES)
    assert prove(FLUX, "", tensors(names)).truth is Truth.UNKNOWN
    assert prove(FLUX, "", tensors(SHAPES), {"img_in.weight"}).truth is Truth.UNKNOWN
    del names["guidance_in.in_layer.weight"]
    assert prove(FLUX, "", tensors(names)).truth is Truth.NO


def test_a_component_is_found_below_a_prefix() -> None:
    """And what stands beside it does not count."""
    prefixed = {f"model.diffusion_model.{name}": shape for name, shape in SHAPES.items()}
    (match,) = Index([FLUX]).matches(tensors({"first_stage_model.x": (1,), **prefixed}))
    assert (match.prefix, match.truth) == ("model.diffusion_model.", Truth.YES)
    assert Index([FLUX]).matches(tensors({f"other.{name}": shape for name, shape in SHAPES.items()})) == []


def test_dimensions_are_numbers_sets_and_ranges() -> None:
    """Or anything at all."""
    shape = tensors({"w": (4, 9, 7)})
    for dimensions, truth in (
        ((4, frozenset((8, 9)), range(1, 8)), Truth.YES),
        ((ANY, ANY, ANY), Truth.YES),
        ((4, frozenset((8,)), 7), Truth.NO),
        ((4, 9, range(1, 7)), Truth.NO),
        ((Variable("a"), 9, Variable("a")), Truth.NO),
    ):
        signature = Signature(identifies="x", conditions=(Shaped("w", dimensions),))
        assert prove(signature, "", shape).truth is truth


@pytest.mark.parametrize("conditions", [(), (Not(Key("a")),), (Blocks("a.{i}", range(3)),), (Key("a"), Blocks("b", 1))])
def test_a_signature_that_cannot_be_found_is_refused(conditions: tuple[Condition, ...]) -> None:
    """It needs a name, and blocks need a number."""
    with pytest.raises(ValueError, match=r"needs|has no"):
        Signature(identifies="x", conditions=conditions)


NAMES = st.sampled_from(["a", "b", "c.0.w", "c.1.w", "c.2.w", "net.a", "net.b", "net.c.0.w"])
SIZES = st.integers(1, 4).map(lambda number: number * 6)
LAYOUTS = st.dictionaries(NAMES, st.none() | st.lists(SIZES, max_size=2).map(tuple), max_size=8)
DIMENSIONS = st.one_of(SIZES, st.just(ANY), st.builds(Variable, st.sampled_from("hk"), st.integers(1, 3)))
CONDITIONS = st.one_of(
    st.builds(Key, st.sampled_from(["a", "b", "c.{i}.w"])),
    st.builds(Not, st.builds(Key, st.sampled_from(["a", "b", "c.{i}.w"]))),
    st.builds(Shaped, st.sampled_from(["a", "b", "c.{i}.w"]), st.lists(DIMENSIONS, max_size=2).map(tuple)),
    st.builds(Blocks, st.just("c.{i}.w"), st.integers(0, 3)),
)
SIGNATURES = st.builds(
    lambda name, first, more: Signature(identifies=name, conditions=(first, *more)),
    st.sampled_from("xyz"),
    st.builds(Key, st.sampled_from(["a", "b", "c.{i}.w"])),
    st.lists(CONDITIONS, max_size=4),
)


@given(signatures=st.lists(SIGNATURES, max_size=6), shapes=LAYOUTS, seed=st.integers())
def test_the_index_finds_what_trying_all_would(
    signatures: list[Signature], shapes: dict[str, tuple[int, ...] | None], seed: int
) -> None:
    """Whatever the order of signatures, of conditions and of tensors."""
    layout = tensors(shapes)
    expected = sorted(
        (signature.identifies, prefix, prove(signature, prefix, layout).truth.value)
        for signature in signatures
        for prefix in [part.prefix for part in parts(layout)]
        if prove(signature, prefix, layout).truth is not Truth.NO
    )
    chance = random.Random(seed)  # noqa: S311 - tests need repeatable numbers, not secret ones
    mixed = [
        Signature(identifies=each.identifies, conditions=tuple(chance.sample(each.conditions, len(each.conditions))))
        for each in chance.sample(signatures, len(signatures))
    ]
    shuffled = tensors(dict(chance.sample(list(shapes.items()), len(shapes))))
    found = [(match.signature.identifies, match.prefix, match.truth.value) for match in Index(mixed).matches(shuffled)]
    assert sorted(found) == expected


@given(signature=SIGNATURES, shapes=LAYOUTS, hidden=st.sets(NAMES))
def test_knowing_less_never_turns_an_answer_round(
    signature: Signature, shapes: dict[str, tuple[int, ...] | None], hidden: set[str]
) -> None:
    """What was true may become unknown, not false; what was not true never becomes true."""
    before = prove(signature, "", tensors(shapes)).truth
    less = tensors({name: None if name in hidden else shape for name, shape in shapes.items()})
    for after in (prove(signature, "", less).truth, prove(signature, "", tensors(shapes), hidden).truth):
        if before is Truth.YES:
            assert after is not Truth.NO
        elif before is Truth.UNKNOWN:
            assert after is Truth.UNKNOWN
        else:
            assert after is not Truth.YES
