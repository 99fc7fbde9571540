"""What an adapter adds to a model: by which method, to which modules, at which rank. From names and shapes alone.

Every writer has its own endings for the same few matrices. `ENDINGS` has each of them, with the part it plays; what
stands before an ending names the module. Names of modules are left as they are written: whose they are is another
question.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from mirld.weights.header import Shape, Tensors


class Module(NamedTuple):
    """A module that is changed: `name` as it is written, and its sizes; None is what shapes do not tell."""

    name: str
    method: str
    rank: int | None
    inputs: int | None
    outputs: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """An adapter: `method` of most modules, whether magnitudes are kept apart (`is_dora`), and its modules in order.

    `ranks` counts modules by rank. `alphas` are names of the tensors that hold the scale of a module, to be read if the
    value is wanted. `rest` are tensors that are no part of an adapter.
    """

    method: str
    is_dora: bool
    modules: tuple[Module, ...]
    ranks: Mapping[int, int]
    alphas: tuple[str, ...]
    rest: tuple[str, ...]


CONTROL_MARK = "lora_controlnet"
"""Tensor that marks a control LoRA of Stability AI, whose matrices are called up and down and nothing more."""

METHODS = ("lora", "loha", "lokr", "oft", "ia3", "difference")
"""Methods that are told apart."""

# By the part a tensor plays: the endings it is known by, in regular expressions.
ENDINGS: dict[str, str] = {
    "lora-down": r"\.lora_down\.weight|\.lora_A(?:(?:\.\w+)?\.weight)?"
    r"|[._]lora(?:_linear_layer)?\.down\.weight|\.down\.weight",
    "lora-up": r"\.lora_up\.weight|\.lora_B(?:(?:\.\w+)?\.weight)?"
    r"|[._]lora(?:_linear_layer)?\.up\.weight|\.up\.weight",
    "lora-mid": r"\.lora_mid\.weight",
    "loha-1a": r"\.hada_w1_a",
    "loha-1b": r"\.hada_w1_b",
    "loha-2a": r"\.hada_w2_a",
    "loha-2b": r"\.hada_w2_b",
    "loha-t": r"\.hada_t[12]",
    "lokr-1": r"\.lokr_w1",
    "lokr-1a": r"\.lokr_w1_a",
    "lokr-1b": r"\.lokr_w1_b",
    "lokr-2": r"\.lokr_w2",
    "lokr-2a": r"\.lokr_w2_a",
    "lokr-2b": r"\.lokr_w2_b",
    "lokr-t": r"\.lokr_t[12]",
    "oft-blocks": r"\.oft_(?:blocks|diag)|\.oft_R(?:\.\w+)?\.weight",
    "oft-rescale": r"\.rescale",
    "ia3-weight": r"\.ia3_l(?:\.\w+)?",
    "ia3-side": r"\.on_input",
    "difference-weight": r"\.diff",
    "difference-bias": r"\.diff_b",
    "dora": r"\.dora_scale|\.lora_magnitude_vector(?:\.\w+)?(?:\.weight)?",
    "alpha": r"\.alpha",
}
_PARTS = tuple(ENDINGS)
_ENDING = re.compile("|".join(f"({pattern})" for pattern in ENDINGS.values()))
# The endings of most tensors of most adapters, which need no expression.
_USUAL = {
    f".{word}.weight": part
    for part, words in (("lora-down", ("lora_down", "lora_A")), ("lora-up", ("lora_up", "lora_B")))
    for word in words
}
# Where an ending may begin: quicker to look for than the endings.
BEGIN = re.compile(
    r"[._]lora(?=[._])|\.lora_|(?<=_lora\d)\.(?=down|up)|\.(?=hada_|lokr_|oft_|ia3_l|on_input|diff|dora_scale|alpha|rescale)"
)
MARKS = ("lora", ".hada_w", ".lokr_w", ".oft_", ".ia3_l", ".on_input\n", ".diff\n", ".diff_b\n")
"""Texts of which each adapter has one, when its names stand in lines."""


@dataclass(slots=True)
class _Parts:
    shapes: dict[str, Shape | None] = field(default_factory=dict)
    methods: set[str] = field(default_factory=set)


def read_adapter(tensors: Tensors) -> Adapter | None:
    """Read tensors as an adapter; None when no module of theirs is changed by a method that is known."""
    found: dict[str, _Parts] = {}
    alphas: list[str] = []
    rest: list[str] = []
    is_dora = False
    lines = "\n".join((*tensors.names, ""))
    if not any(mark in lines for mark in MARKS):
        return None
    is_bare = CONTROL_MARK in tensors
    for name, shape in zip(tensors.names, tensors.shapes, strict=True):
        ending = _ending(name) or (_bare_ending(name) if is_bare else None)
        if ending is None:
            rest.append(name)
            continue
        stem, part = ending
        if part == "alpha":
            alphas.append(name)
        elif part == "dora":
            is_dora = True
        else:
            parts = found.setdefault(stem, _Parts())
            parts.shapes[part] = shape
            parts.methods.add(part.split("-")[0])
    # IA3 of LyCORIS keeps a plain weight beside the side it is on.
    sides = {name for name in rest if "ia3" in found.get(name.removesuffix(".weight"), _Parts()).methods}
    for name in sides:
        found[name.removesuffix(".weight")].shapes["ia3-weight"] = tensors[name].shape
    rest = [name for name in rest if name not in sides]
    modules = [_module(name, parts) for name, parts in found.items()]
    if not modules:
        return None
    counted = Counter(module.method for module in modules)
    return Adapter(
        method=min(counted, key=lambda method: (-counted[method], METHODS.index(method))),
        is_dora=is_dora,
        modules=tuple(modules),
        ranks=dict(sorted(Counter(module.rank for module in modules if module.rank is not None).items())),
        alphas=tuple(alphas),
        rest=tuple(rest),
    )


def _ending(name: str) -> tuple[str, str] | None:
    """Return what stands before the ending of a name, and the part that it plays; None for a name without one."""
    dot = name.rfind(".", 0, name.rfind("."))
    if dot > 0 and (usual := _USUAL.get(name[dot:])) is not None:
        return name[:dot], usual
    for begin in BEGIN.finditer(name):
        part = _part(name[begin.start() :])
        if part is not None:
            return name[: begin.start()], part
    return None


def _bare_ending(name: str) -> tuple[str, str] | None:
    stem, _, ending = name.rpartition(".")
    return (stem, f"lora-{ending}") if stem and ending in ("up", "down") else None


@lru_cache(maxsize=1024)
def _part(ending: str) -> str | None:
    match = _ENDING.fullmatch(ending)
    return None if match is None or match.lastindex is None else _PARTS[match.lastindex - 1]


def _module(name: str, parts: _Parts) -> Module:
    method = next(method for method in METHODS if method in parts.methods)
    sizes = {part: shape for part, shape in parts.shapes.items() if shape}

    def size(part: str, place: int) -> int | None:
        shape = sizes.get(part)
        return shape[place] if shape and len(shape) > place else None

    rank: int | None = None
    inputs: int | None = None
    outputs: int | None = None
    if method == "lora":
        rank, inputs, outputs = size("lora-down", 0), size("lora-down", 1), size("lora-up", 0)
    elif method == "loha":
        rank, inputs, outputs = size("loha-1b", 0), size("loha-1b", 1), size("loha-1a", 0)
        if "loha-t" in sizes:
            outputs = size("loha-1a", 1)
    elif method == "lokr":
        rank = size("lokr-2b", 0) or size("lokr-1b", 0)
        outputs = _product(size("lokr-1", 0) or size("lokr-1a", 0), size("lokr-2", 0) or size("lokr-2a", 0))
        inputs = _product(size("lokr-1", 1) or size("lokr-1b", 1), size("lokr-2", 1) or size("lokr-2b", 1))
    elif method == "difference":
        outputs = size("difference-weight", 0) or size("difference-bias", 0)
        inputs = size("difference-weight", 1)
    elif method == "ia3":
        # One number for each input, or for each output: which of them a header does not say.
        shape = sizes.get("ia3-weight")
        outputs = math.prod(shape) if shape else None
    elif method == "oft":
        shape = sizes.get("oft-blocks", ())
        rank = shape[0] if shape else None
        if len(shape) == 3:
            outputs = math.prod(shape[:2])
        elif len(shape) == 2:
            # PEFT keeps what stands above the diagonal of each block, and turns what goes into the module.
            inputs = shape[0] * (1 + math.isqrt(1 + 8 * shape[1])) // 2
    return Module(name, method, rank, inputs, outputs)


def _product(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first * second
