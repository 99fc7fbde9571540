"""Textual inversions of every form are known by names and widths."""

from __future__ import annotations

import pytest

from mirld.weights import Tensor, Tensors
from mirld.weights.adapter import CONTROL_MARK, Module, read_adapter
from mirld.weights.inversion import MAX_VECTORS, read_inversion


def tensors(shapes: dict[str, tuple[int, ...] | None]) -> Tensors:
    return Tensors.of_rows([Tensor(name, "F32", shape, None, None) for name, shape in shapes.items()])


@pytest.mark.parametrize(
    ("shapes", "widths"),
    [
        ({"emb_params": (8, 768)}, {"": 768}),
        ({"<cat-toy>": (768,)}, {"": 768}),
        ({"string_to_param.*": (8, 1024), "string_to_token.*": ()}, {"": 1024}),
        ({"clip_l": (4, 768), "clip_g": (4, 1280), "t5xxl": (4, 4096)}, {"clip_l": 768, "clip_g": 1280, "t5xxl": 4096}),
    ],
)
def test_every_form_is_read(shapes: dict[str, tuple[int, ...] | None], widths: dict[str, int]) -> None:
    """By the encoder that the vectors are for."""
    assert read_inversion(tensors(shapes)) == widths


@pytest.mark.parametrize(
    "shapes",
    [
        {},
        {"string_to_token.*": ()},
        {"emb_params": (MAX_VECTORS + 1, 768)},
        {"emb_params": (2, 3, 768)},
        {"emb_params": None},
        {"<a>": (768,), "<b>": (1024,)},
        {"emb_params": (8, 768), "conv.weight": (8, 8)},
    ],
)
def test_anything_else_is_none(shapes: dict[str, tuple[int, ...] | None]) -> None:
    """A tensor too many, too large, or of unknown shape is no learned word."""
    assert read_inversion(tensors(shapes)) is None


def test_matrices_of_a_control_lora_need_no_ending() -> None:
    """Where the mark is there, up and down are enough; elsewhere they are no adapter's."""
    pair = {"a.up": (8, 4), "a.down": (4, 6)}
    found = read_adapter(tensors({**pair, CONTROL_MARK: (0,), "b.weight": (3,)}))
    assert found is not None
    assert found.modules == (Module("a", "lora", 4, 6, 8),)
    assert read_adapter(tensors({**pair})) is None
