"""Textual inversions: words that a text encoder learns, as vectors of its embedding. From names and shapes alone."""

from __future__ import annotations

from mirld.weights.header import Tensors

MAX_VECTORS = 512
"""Vectors of one word; more than so many are no word."""

ENCODERS = {"emb_params": "", "string_to_param.*": "", "clip_l": "clip_l", "clip_g": "clip_g", "t5xxl": "t5xxl"}
BESIDE = frozenset({"string_to_token.*", "name", "step", "sd_checkpoint", "sd_checkpoint_name"})


def read_inversion(tensors: Tensors) -> dict[str, int] | None:
    """Return how wide the vectors are for each encoder, "" for the only one; None when this is no textual inversion."""
    found: dict[str, int] = {}
    for name, shape in zip(tensors.names, tensors.shapes, strict=True):
        if name in BESIDE:
            continue
        encoder = "" if name.startswith("<") and name.endswith(">") else ENCODERS.get(name)
        if encoder is None or not shape or len(shape) > 2 or (len(shape) == 2 and shape[0] > MAX_VECTORS):
            return None
        if found.get(encoder, shape[-1]) != shape[-1]:
            return None
        found[encoder] = shape[-1]
    return found or None
