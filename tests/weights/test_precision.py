"""The precision of a file, and how its weights were packed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.weights.builders import Named, gguf, safetensors

from mirld.weights import Header, Tensor, Tensors, read_bytes
from mirld.weights.dtypes import BLOCKS
from mirld.weights.precision import precision, token

FORMS = ("4_4", "4_8", "8_8")
"""Interleavings of blocks that llama.cpp withdrew."""

QUANTISED: Named = {"l.qweight": ("I32", [8, 16]), "l.qzeros": ("I32", [1, 2]), "l.scales": ("F16", [1, 16])}
ROOT = Path(__file__).resolve().parents[2]


def header_of(tensors: Named) -> Header:
    return read_bytes(safetensors(tensors))


def test_every_type_is_in_the_vocabulary() -> None:
    """Save for what no model was published in."""
    text = (ROOT / "ontology" / "precision.ttl").read_text(encoding="utf-8")
    known = set(re.findall(r'skos:notation "([^"]+)"', text))
    unknown = {name for name in BLOCKS if token(name) not in known}
    assert unknown <= {
        "F6_E2M3",
        "F6_E3M2",
        "F2",
        "Q4_0_4_4",
        "Q4_0_4_8",
        "Q4_0_8_8",
        "IQ4_NL_4_4",
        "IQ4_NL_4_8",
        "IQ4_NL_8_8",
    }


def test_the_main_precision_is_that_of_most_elements() -> None:
    """Not of most tensors: norms are often kept in full."""
    found = precision(header_of({"w": ("BF16", [64, 64]), "norm.a": ("F32", [64]), "norm.b": ("F32", [64])}))
    assert found.main == "bf16"
    assert found.elements == {"BF16": 4096, "F32": 128}
    assert found.method is None


def test_what_is_not_known_has_no_precision() -> None:
    """As of an index whose shards are missing."""
    tensors = Tensors.of_rows([Tensor("a", None, None, None, None)])
    header = Header(file="x", format="sharded-safetensors", size=0, bytes_read=0, tensors=tensors)
    assert precision(header).main is None


@pytest.mark.parametrize(
    ("tensors", "method", "main", "packed"),
    [
        (
            {
                "l.weight": ("U8", [128, 1]),
                "l.weight.absmax": ("U8", [4]),
                "l.weight.quant_map": ("F32", [16]),
                "l.weight.quant_state.bitsandbytes__nf4": ("U8", [8]),
            },
            "bitsandbytes",
            "nf4",
            {"l.weight"},
        ),
        ({"l.weight": ("I8", [16, 16]), "l.SCB": ("F32", [16])}, "bitsandbytes", "i8", {"l.weight"}),
        (
            {
                "l.qweight": ("I32", [8, 16]),
                "l.qzeros": ("I32", [1, 2]),
                "l.scales": ("F16", [1, 16]),
                "l.g_idx": ("I32", [64]),
            },
            "gptq",
            "i32",
            {"l.qweight"},
        ),
        (
            QUANTISED,
            "awq",
            "i32",
            {"l.qweight"},
        ),
        (
            {"l.weight": ("U32", [8, 16]), "l.scales": ("F16", [8, 2]), "l.biases": ("F16", [8, 2])},
            "mlx",
            "u32",
            {"l.weight"},
        ),
        (
            {"l.qweight": ("I8", [8, 16]), "l.wscales": ("BF16", [2, 8]), "l.proj_down": ("BF16", [8, 2])},
            "svdquant",
            "i8",
            {"l.qweight"},
        ),
        ({"l.weight": ("F8_E4M3", [8, 16]), "l.scale_weight": ("F32", [])}, "scaled-fp8", "f8-e4m3fn", set()),
        ({"l.weight": ("F8_E4M3", [8, 16]), "scaled_fp8": ("F8_E4M3", [0])}, "scaled-fp8", "f8-e4m3fn", set()),
        ({"l.weight": ("F16", [8, 16]), "l.scales": ("F16", [8]), "l.biases": ("F16", [8])}, None, "f16", set()),
        ({"l.weight": ("F8_E4M3", [8, 16])}, None, "f8-e4m3fn", set()),
    ],
)
def test_a_method_is_known_by_what_stands_beside_the_weights(
    tensors: Named, method: str | None, main: str, packed: set[str]
) -> None:
    """And the weights whose shapes are of the packing are named."""
    found = precision(header_of(tensors))
    assert (found.method, found.main, found.packed) == (method, main, packed)


def test_blocks_of_ggml_are_a_method() -> None:
    """Their shapes are those of the model."""
    found = precision(read_bytes(gguf({"w": ("Q4_K", [4, 256]), "n": ("F32", [4])})))
    assert (found.method, found.main, found.packed) == ("gguf", "q4-k", frozenset())
    assert precision(read_bytes(gguf({"w": ("F16", [4, 256])}))).method is None
