"""Layouts changed by chance, as files in the wild are: the answer stays what it was, or less is said, never another.

`MIRLD_SEEDS=100 pytest tests/data/test_identified_changed.py` makes the long run, of all layouts; a short one has some
of them, and seeds that are fixed.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from tests.layouts import Shapes, header, layouts

from mirld.lookup.identification import Identification
from mirld.lookup.identifying import Identifier
from mirld.registry.place import open_index
from mirld.weights import Header

ROOT = Path(__file__).resolve().parents[2]
SEEDS = int(os.environ.get("MIRLD_SEEDS", "0"))
SOME = sorted(layouts()) if SEEDS else sorted(layouts())[::6]
ADDED = ("vae-sd-ldm", "vae-wan2.1-original", "t5-xxl")
PREFIXES = ("model.diffusion_model.", "diffusion_model.", "model.", "module.", "net.", "transformer.", "_orig_mod.")


@pytest.fixture(scope="module")
def identifier() -> Iterator[Identifier]:
    with open_index(ROOT) as index:
        yield Identifier(index)


def seeded(seed: object) -> random.Random:
    return random.Random(str(seed))  # noqa: S311  # the same cases each time


def series(answer: Identification) -> set[str]:
    """Return the series of what the main component may be."""
    return {claim.series for claim in answer.candidates}


def wider(identifier: Identifier, answer: Identification) -> set[str]:
    """Return the series that a wider layout has, which the one of the answer is a case of."""
    found = {signature.iri: signature for signature in identifier.signatures}
    refined = found[answer.components[0].signature].refines
    claims = identifier.claims_of(found[refined].identifies) if refined else ()
    return {claim.series for claim in claims}


def releases(answer: Identification) -> set[str]:
    return {claim.id for claim in answer.candidates}


def wrapped(tensors: Shapes, chance: random.Random) -> Header:
    prefix = chance.choice(PREFIXES)
    return header({prefix + name: shape for name, shape in tensors.items()})


def shuffled(tensors: Shapes, chance: random.Random) -> Header:
    names = list(tensors)
    chance.shuffle(names)
    return header({name: tensors[name] for name in names})


def in_eight_bits(tensors: Shapes, chance: random.Random) -> Header:
    scales: Shapes = {f"{name[:-6]}scale_weight": () for name in tensors if name.endswith(".weight")}
    return header({**tensors, **scales, "scaled_fp8": (0,)}, dtype="F8_E4M3")


def in_blocks(tensors: Shapes, chance: random.Random) -> Header:
    return header(tensors, dtype=chance.choice(("Q4_K", "Q8_0", "F16")), form="gguf")


def dropped(tensors: Shapes, chance: random.Random) -> Header:
    return header({name: shape for name, shape in tensors.items() if chance.random() > 0.02})


def with_average(tensors: Shapes, chance: random.Random) -> Header:
    average = {f"model_ema.diffusion_model{name.replace('.', '')}": shape for name, shape in tensors.items()}
    return header({f"model.diffusion_model.{name}": shape for name, shape in tensors.items()} | average)


def merged(tensors: Shapes, chance: random.Random) -> Header:
    found = {f"model.diffusion_model.{name}": shape for name, shape in tensors.items()}
    for part, other in (
        ("first_stage_model.", chance.choice(ADDED[:2])),
        ("text_encoders.t5xxl.transformer.", ADDED[2]),
    ):
        found |= {f"{part}{name}": shape for name, shape in layouts()[other].items()}
    return header(found)


def half_missing(tensors: Shapes, chance: random.Random) -> Header:
    """Two shards, one of which is not there: its tensors are names alone."""
    return header({name: shape if chance.random() < 0.5 else None for name, shape in tensors.items()})


def called_otherwise(tensors: Shapes, chance: random.Random) -> Header:
    return header(tensors, file=f"{chance.choice(('flux1-dev', 'sd_xl_base_1.0', 'wan2.1'))}.safetensors")


CHANGES: tuple[Callable[[Shapes, random.Random], Header], ...] = (
    wrapped,
    shuffled,
    in_eight_bits,
    in_blocks,
    dropped,
    with_average,
    merged,
    half_missing,
    called_otherwise,
)
LOSSLESS = (wrapped, shuffled, in_eight_bits, called_otherwise)


@pytest.mark.parametrize("name", SOME)
def test_a_changed_layout_is_never_taken_for_another(identifier: Identifier, name: str) -> None:
    """The series are among those of the layout as it was, of the wider one that it is a case of, or of its parts."""
    tensors = layouts()[name]
    before = identifier.identify(header(tensors), digests=False)
    assert before.kind != "unknown"
    allowed = wider(identifier, before) | {claim.series for part in before.components for claim in part.candidates}
    # Only a network is joined with others in a checkpoint, or kept beside its average.
    changes = (
        CHANGES if before.kind == "diffusion" else [each for each in CHANGES if each not in (with_average, merged)]
    )
    for change, seed in product(changes, range(SEEDS or 3)):
        after = identifier.identify(change(tensors, seeded(f"{seed} {name} {change.__name__}")), digests=False)
        wrong = series(after) - allowed
        assert not wrong, f"{change.__name__}, seed {seed}: {sorted(wrong)}"
        if change in LOSSLESS:
            assert (releases(after), after.components[0].kind) == (releases(before), before.components[0].kind), change
