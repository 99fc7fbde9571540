"""In which precision a file keeps its weights, and by which method they were packed, if they were."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from mirld.weights.dtypes import BLOCKS
from mirld.weights.header import Header, Tensors

TOKENS: dict[str, str] = {
    "F8_E4M3": "f8-e4m3fn",
    "F8_E8M0": "f8-e8m0fnu",
    "F4": "f4-e2m1",
    "C32": "complex32",
    "C64": "complex64",
    "C128": "complex128",
}
"""Tokens of the vocabulary of precisions for types that are not the same in lower case with hyphens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """Precision of a file: `elements` of each type, `main` the token of the one that most are of, `method` of packing.

    `main` is None when no type is known. `method` is None for weights that are numbers of their type, else a word such
    as `bitsandbytes` or `gptq`. `packed` are weights whose shapes are those of the packing, not those of the model.
    """

    main: str | None
    elements: Mapping[str, int]
    method: str | None
    packed: frozenset[str]


# Endings of the names of tensors beside a packed weight, and the method that writes them; the first that fits counts.
SIDES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("bitsandbytes", (".weight.quant_state.bitsandbytes__nf4",)),
    ("bitsandbytes", (".weight.quant_state.bitsandbytes__fp4",)),
    ("bitsandbytes", (".SCB",)),
    ("comfy", (".comfy_quant",)),
    ("svdquant", (".qweight", ".wscales", ".proj_down")),
    ("gptq", (".qweight", ".qzeros", ".scales", ".g_idx")),
    ("awq", (".qweight", ".qzeros", ".scales")),
    ("mlx", (".weight", ".scales", ".biases")),
)
PACKED_TYPES = frozenset(("U8", "I8", "U32", "I32", "F4", "U4", "I4"))


def token(dtype: str) -> str:
    """Return the token of a type.

    >>> token("Q4_K"), token("BF16"), token("F8_E4M3")
    ('q4-k', 'bf16', 'f8-e4m3fn')
    """
    return TOKENS.get(dtype) or dtype.lower().replace("_", "-")


def precision(header: Header) -> Precision:
    """Sum up the types of a file, and say how its weights were packed by what stands beside them."""
    elements: dict[str, int] = {}
    for dtype, shape in zip(header.tensors.dtypes, header.tensors.shapes, strict=True):
        if dtype is not None and shape is not None:
            elements[dtype] = elements.get(dtype, 0) + math.prod(shape)
    method, packed = _method(header.tensors)
    config = header.config.get("quantization_config")
    if method is None and isinstance(config, Mapping) and isinstance(config.get("quant_method"), str):
        method = str(config["quant_method"])
    most = max(elements.items(), key=lambda found: (found[1], found[0]), default=None)
    if method == "bitsandbytes" and any(name.endswith("__nf4") for name in header.tensors.names):
        main: str | None = "nf4"
    else:
        main = None if most is None else token(most[0])
    return Precision(main=main, elements=elements, method=method, packed=packed)


def _method(tensors: Tensors) -> tuple[str | None, frozenset[str]]:
    """Find the method of packing, and the names of the weights whose shapes are those of the packing."""
    names = tensors.names
    lines = "\n".join((*names, ""))  # one search of all names tells that none ends so
    for method, endings in SIDES:
        if not all(f"{ending}\n" in lines for ending in endings):
            continue
        stems = None
        for ending in endings:
            found = {name.removesuffix(ending) for name in names if name.endswith(ending)}
            stems = found if stems is None else stems & found
        if not stems:
            continue
        weights = {
            f"{stem}{ending}" for stem in stems for ending in (".weight", ".qweight") if f"{stem}{ending}" in tensors
        }
        packed = frozenset(name for name in weights if tensors[name].dtype in PACKED_TYPES)
        if packed:
            return method, packed
    eights = {name for name in names if name == "scaled_fp8" or name.endswith((".scale_weight", ".weight_scale"))}
    if eights and any((dtype or "").startswith("F8_") for dtype in tensors.dtypes):
        return "scaled-fp8", frozenset()
    if any(dtype is not None and BLOCKS[dtype].elements > 1 for dtype in set(tensors.dtypes)):
        return "gguf", frozenset()
    return None, frozenset()
