"""Names of modules in one spelling, whoever writes them: with dots or underscores, and with any prefix before them.

Trainers write one and the same module as `unet.down_blocks.0.to_k`, `lora_unet_down_blocks_0_to_k` or
`base_model.model.down_blocks.0.to_k`. `spelled` gives what they share, with the numbers of blocks apart; `parted` tells
the part of a pipeline that a prefix stands for.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_WITHIN = r"\.(?:transformer\.)?"
PREFIXES: tuple[tuple[str, str], ...] = (
    (rf"lora_te1_|te1[._]|(?:text_encoders\.)?clip_l{_WITHIN}", "text_encoder_1"),
    (rf"lora_te2_|te2[._]|text_encoder_2\.|(?:text_encoders\.)?clip_g{_WITHIN}", "text_encoder_2"),
    (r"lora_te3_|text_encoder_3\.", "text_encoder_3"),
    (rf"(?:text_encoders\.)?t5xxl{_WITHIN}", "t5"),
    (r"lora_te_|lora_prior_te_|te[._]", "text_encoder"),
    (rf"text_encoder\.|text_encoders\.\w+{_WITHIN}", "first_text_encoder"),
    (r"lora_unet_|lora_transformer_|lora_prior_unet_|lycoris_(?:unet_)?", "network"),
    (r"model\.diffusion_model\.|diffusion_model\.|pipe\.dit\.|transformer\.|unet\.|dit\.|net\.", "network"),
)
_PREFIX = re.compile("|".join(f"({pattern})" for pattern, _ in PREFIXES))
ROLES: dict[str, frozenset[str]] = {
    "network": frozenset({"unet", "transformer"}),
    "first_text_encoder": frozenset({"text_encoder", "text_encoder_1"}),
    "t5": frozenset({"text_encoder", "text_encoder_2", "text_encoder_3"}),
}
_GAPS = re.compile(r"__+")


class Spelled(NamedTuple):
    """A name without its numbers, `#` in the place of each, and the numbers."""

    name: str
    numbers: tuple[int, ...]


class Parted(NamedTuple):
    """What a prefix says: the part ("" for none that is known), the roles of layouts it may have, and the rest."""

    part: str
    roles: frozenset[str]
    name: str


def spelled(name: str) -> Spelled:
    """Spell a name of a module.

    >>> spelled("double_blocks.3.img_attn.qkv")
    Spelled(name='double_blocks_#_img_attn_qkv', numbers=(3,))
    >>> spelled("input_blocks_4_1_attn1_to_out_0")
    Spelled(name='input_blocks_#_#_attn1_to_out_#', numbers=(4, 1, 0))
    """
    flat = name.replace(".", "_")
    tokens = (_GAPS.sub("_", flat) if "__" in flat else flat).split("_")
    numbers = []
    for place, token in enumerate(tokens):
        if token.isdecimal() and len(token) < 6:
            numbers.append(int(token))
            tokens[place] = "#"
    return Spelled("_".join(tokens), tuple(numbers))


def parted(name: str) -> Parted:
    """Take the prefix from the name of a module that an adapter changes.

    >>> parted("lora_te2_text_model_encoder_layers_0_mlp_fc1").part
    'text_encoder_2'
    >>> parted("base_model.model.model.layers.0.mlp.up_proj")
    Parted(part='', roles=frozenset(), name='model.layers.0.mlp.up_proj')
    """
    name = name.removeprefix("base_model.model.")
    match = _PREFIX.match(name)
    if match is None or match.lastindex is None:
        return Parted("", frozenset(), name)
    part = PREFIXES[match.lastindex - 1][1]
    return Parted(part, ROLES.get(part, frozenset({part})), name[match.end() :].removeprefix("_"))
