"""Takes a state dict apart into the components that checkpoints join: each by its prefix, its names without it.

Names are looked at once, sorted; what a prefix costs does not depend on how many tensors there are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mirld.weights.header import Tensors

PREFIXES: tuple[str, ...] = (
    "model.diffusion_model.",
    "diffusion_model.",
    "model.model.",
    "model_ema.diffusion_model",
    "model_ema.diffusion_model.",
    "model.",
    "net.",
    "module.",
    "transformer.",
    "unet.",
    "dit.",
    "generator.",
    "params.",
    "params_ema.",
    "control_model.",
    "controlnet.",
    "first_stage_model.",
    "first_stage_model.model.",
    "vae.",
    "vae.model.",
    "pretransform.model.",
    "cond_stage_model.",
    "cond_stage_model.transformer.",
    "cond_stage_model.model.",
    "conditioner.embedders.0.transformer.",
    "conditioner.embedders.0.model.",
    "conditioner.embedders.1.model.",
    "conditioner.embedders.0.open_clip.model.",
    "embedder.model.",
    "image_encoder.",
    "text_encoder.",
    "text_encoder_2.",
    "text_model_wrapper.",
    "text_encoders.",
    "language_model.",
    "language_model.model.",
    "model.language_model.",
    "model.language_model.model.",
    "thinker.model.",
    "encoder.",
    "albert.",
    "bert.",
    "clip.",
    "deberta.",
    "distilbert.",
    "electra.",
    "gpt_neox.",
    "hubert.",
    "layoutlm.",
    "longformer.",
    "mobilebert.",
    "mpnet.",
    "rembert.",
    "roberta.",
    "rwkv.",
    "wav2vec2.",
    "wavlm.",
    "beit.",
    "convnext.",
    "deit.",
    "dinov2.",
    "segformer.",
    "swin.",
    "vit.",
    "base_model.model.",
    "_orig_mod.",
)
"""What may stand before the names of a component. A prefix inside another is tried on its own."""

# What text encoders of ComfyUI's files are called stands in their names: `text_encoders.clip_l.transformer.`.
NAMED = "text_encoders."
BELOW_NAMED = ("", "transformer.", "model.", "transformer.model.")


class Part(NamedTuple):
    """Tensors below a prefix: their names without it."""

    prefix: str
    names: Sequence[str]


def parts(tensors: Tensors) -> Iterator[Part]:
    """Give the whole of a state dict, with the prefix "", and each component that some names have the prefix of."""
    yield Part("", tensors.names)
    ordered = sorted(tensors.names)
    for prefix in PREFIXES:
        yield from _below(ordered, prefix)
    start = bisect_left(ordered, NAMED)
    while start < len(ordered) and ordered[start].startswith(NAMED):
        called = ordered[start][len(NAMED) :].partition(".")[0]
        for below in BELOW_NAMED:
            yield from _below(ordered, f"{NAMED}{called}.{below}")
        start = bisect_left(ordered, f"{NAMED}{called}/", start)


def _below(ordered: Sequence[str], prefix: str) -> Iterator[Part]:
    start = bisect_left(ordered, prefix)
    stop = bisect_left(ordered, prefix[:-1] + chr(ord(prefix[-1]) + 1), start)
    if start < stop:
        length = len(prefix)
        yield Part(prefix, [name[length:] for name in ordered[start:stop]])
