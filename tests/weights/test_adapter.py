"""Adapters by the names of their tensors, in every dialect; and the numbers beside them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from tests.weights.builders import Gguf, Named, safetensors_file, safetensors_table

from mirld.errors import WeightError
from mirld.weights import Tensor, Tensors, read
from mirld.weights.adapter import METHODS, Module, read_adapter
from mirld.weights.scalars import read_scalars


def tensors(shapes: dict[str, list[int]]) -> Tensors:
    return Tensors.of_rows([Tensor(name, "F16", tuple(shape), None, None) for name, shape in shapes.items()])


LORAS = {
    "kohya": ("lora_unet_a", ".lora_down.weight", ".lora_up.weight"),
    "PEFT": ("base_model.model.a", ".lora_A.weight", ".lora_B.weight"),
    "PEFT with an adapter's name": ("transformer.a", ".lora_A.default.weight", ".lora_B.default.weight"),
    "diffusers": ("unet.a", ".lora.down.weight", ".lora.up.weight"),
    "diffusers of old": ("a.processor.to_q", "_lora.down.weight", "_lora.up.weight"),
    "diffusers of text encoders": ("text_encoder.a", ".lora_linear_layer.down.weight", ".lora_linear_layer.up.weight"),
    "XLabs": ("double_blocks.0.processor.proj_lora1", ".down.weight", ".up.weight"),
}


@pytest.mark.parametrize("dialect", LORAS)
def test_every_dialect_of_lora_is_read(dialect: str) -> None:
    """Rank and sizes from the two matrices."""
    stem, down, up = LORAS[dialect]
    found = read_adapter(tensors({f"{stem}{down}": [16, 320], f"{stem}{up}": [640, 16]}))
    assert found is not None
    assert found.modules == (Module(stem, "lora", 16, 320, 640),)
    assert (found.method, found.is_dora, found.ranks, found.rest) == ("lora", False, {16: 1}, ())


@pytest.mark.parametrize(
    ("shapes", "module"),
    [
        ({"a.lora_down.weight": [4, 8, 3, 3], "a.lora_up.weight": [9, 4, 1, 1]}, Module("a", "lora", 4, 8, 9)),
        (
            {"a.hada_w1_a": [9, 4], "a.hada_w1_b": [4, 8], "a.hada_w2_a": [9, 4], "a.hada_w2_b": [4, 8]},
            Module("a", "loha", 4, 8, 9),
        ),
        ({"a.lokr_w1": [4, 2], "a.lokr_w2": [3, 5]}, Module("a", "lokr", None, 10, 12)),
        ({"a.lokr_w1": [4, 2], "a.lokr_w2_a": [3, 6], "a.lokr_w2_b": [6, 5]}, Module("a", "lokr", 6, 10, 12)),
        ({"a.oft_blocks": [4, 8, 8]}, Module("a", "oft", 4, None, 32)),
        ({"a.weight": [320], "a.on_input": []}, Module("a", "ia3", None, None, 320)),
        ({"a.diff": [9, 8], "a.diff_b": [9]}, Module("a", "difference", None, 8, 9)),
    ],
)
def test_every_method_is_told_apart(shapes: dict[str, list[int]], module: Module) -> None:
    """By the endings alone."""
    found = read_adapter(tensors(shapes))
    assert found is not None
    assert found.modules == (module,)
    assert found.method == module.method
    assert found.method in METHODS
    assert found.rest == ()


def test_magnitudes_alphas_and_what_is_beside_are_told() -> None:
    """DoRA keeps magnitudes apart; textual inversions may lie beside a LoRA."""
    pair = {"a.lora_down.weight": [4, 8], "a.lora_up.weight": [8, 4]}
    found = read_adapter(tensors({**pair, "a.alpha": [], "a.dora_scale": [8, 1], "emb.clip_l": [2, 768]}))
    assert found is not None
    assert found.is_dora
    assert found.alphas == ("a.alpha",)
    assert found.rest == ("emb.clip_l",)


def test_a_model_is_no_adapter() -> None:
    """Nor are an embedding and a file without tensors; an unknown shape leaves sizes unknown."""
    assert read_adapter(tensors({"model.diffusion_model.input_blocks.0.0.weight": [320, 4, 3, 3]})) is None
    assert read_adapter(tensors({"emb_params": [2, 768]})) is None
    assert read_adapter(tensors({})) is None
    unknown = Tensors.of_rows([Tensor("a.lora_down.weight", None, None, None, None)])
    found = read_adapter(unknown)
    assert found is not None
    assert found.modules == (Module("a", "lora", None, None, None),)


def test_single_numbers_are_read(tmp_path: Path) -> None:
    """Of each plain type, and nothing else."""
    table: Named = {
        "a.alpha": ("F32", []),
        "b.alpha": ("BF16", [1]),
        "c": ("I64", []),
        "h": ("F16", []),
        "w": ("F32", [2]),
    }
    data = struct.pack("<fHqeff", 8.0, 0x40C0, -3, 0.5, 1.0, 2.0)
    path = tmp_path / "x.safetensors"
    path.write_bytes(safetensors_file(safetensors_table(table), data))
    header = read(path)
    assert read_scalars(path, header, [*table, "none"]) == {"a.alpha": 8.0, "b.alpha": 6.0, "c": -3, "h": 0.5}
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(WeightError, match="when its header was read"):
        read_scalars(path, header, ["a.alpha"])


def test_single_numbers_of_a_big_endian_file_are_read(tmp_path: Path) -> None:
    """In the order of the file."""
    path = tmp_path / "x.gguf"
    head = Gguf(3, ">").count(1).count(0).tensor("a", 0, [1], 0).end()
    path.write_bytes(head + struct.pack(">f", 4.0))
    assert read_scalars(path, read(path), ["a"]) == {"a": 4.0}
