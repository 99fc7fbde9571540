"""An adapter as `identify` has it: its kind, what it changes, and every network that it fits, with how sure that is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mirld.lookup.identification import Identification
from mirld.lookup.identifying import Identifier
from mirld.registry.index import Index
from mirld.registry.place import open_index
from mirld.weights.header import Header, Tensor, Tensors

SINGLE = {f"single_blocks.{block}.linear1": (3072, 21504) for block in range(38)}
"""Modules of FLUX.1, with what goes in and comes out."""


@pytest.fixture(scope="module")
def index() -> Index:
    return open_index()


def identified(
    index: Index, shapes: Mapping[str, tuple[int, ...] | None], metadata: Mapping[str, str] | None = None
) -> Identification:
    rows = [Tensor(name, "BF16", shape, None, None) for name, shape in shapes.items()]
    header = Header(
        file="x",
        format="safetensors",
        size=0,
        bytes_read=0,
        tensors=Tensors.of_rows(rows),
        metadata=dict(metadata or {}),
    )
    return Identifier(index).identify(header)


def lora(modules: Mapping[str, tuple[int, int]], rank: int = 16) -> dict[str, tuple[int, ...] | None]:
    found: dict[str, tuple[int, ...] | None] = {}
    for name, (inputs, outputs) in modules.items():
        found[f"diffusion_model.{name}.lora_A.weight"] = (rank, inputs)
        found[f"diffusion_model.{name}.lora_B.weight"] = (outputs, rank)
    return found


def test_kind_rank_parts_and_bases_are_given(index: Index) -> None:
    """What it fits are the candidates, each of them, and what it changes stands beside."""
    found = identified(index, lora(SINGLE))
    component = found.components[0]
    assert (found.kind, component.label) == ("lora", "LoRA")
    assert "mir:info.dit.flux-1" in {claim.id for claim in found.candidates}
    assert component.adapter is not None
    assert component.adapter.as_dict() == {
        "kind": "LoRA",
        "ranks": {"16": 38},
        "parts": [{"name": "network", "modules": 38, "proved": True}],
        "proved": True,
        "nearest": [],
    }
    if len(found.candidates) > 1:
        assert component.settle is not None
        assert f"fits all {len(found.candidates)}" in component.settle


def test_magnitudes_apart_are_dora(index: Index) -> None:
    """The same modules with a magnitude each."""
    shapes = lora(SINGLE) | {f"diffusion_model.{name}.dora_scale": (21504, 1) for name in SINGLE}
    assert identified(index, shapes).components[0].label == "DoRA"


def test_names_without_sizes_prove_nothing(index: Index) -> None:
    """The level stays that of the kind, and it is said why."""
    found = identified(index, dict.fromkeys(lora(SINGLE)))
    adapter = found.components[0].adapter
    assert adapter is not None
    assert (found.kind, found.level, adapter.proved) == ("lora", "kind", False)


def test_what_metadata_says_is_a_hint(index: Index) -> None:
    """It names another base, and the candidates stay as they are."""
    said = identified(index, lora(SINGLE), {"ss_base_model_version": "sdxl_base_v1-0"})
    assert said.hints == ("ss_base_model_version says sdxl_base_v1-0",)
    assert said.candidates == identified(index, lora(SINGLE)).candidates


def test_modules_that_no_network_has_fit_none(index: Index) -> None:
    """It is still an adapter, with no candidate."""
    found = identified(index, lora({"no.such.module": (17, 19)}))
    assert (found.kind, found.level, found.candidates) == ("lora", "kind", ())


def test_a_textual_inversion_fits_what_has_its_encoders(index: Index) -> None:
    """Vectors for both encoders of SDXL."""
    found = identified(index, {"clip_l": (4, 768), "clip_g": (4, 1280)})
    assert found.kind == "textual-inversion"
    assert "mir:info.unet.stable-diffusion-xl" in {claim.id for claim in found.candidates}
