"""What the header of an adapter tells: its kind, its rank, what it changes, and what it may be used with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mirld.lookup.adapter_bases import Bases, Part, agreed, bases_of
from mirld.registry.index import Index
from mirld.registry.modules import layout_of, places_of
from mirld.weights.adapter import CONTROL_MARK, read_adapter
from mirld.weights.header import Header
from mirld.weights.inversion import read_inversion

KINDS: Mapping[str, str] = {
    "lora": "LoRA",
    "loha": "LoHa",
    "lokr": "LoKr",
    "oft": "OFT",
    "ia3": "IA3",
    "difference": "difference of weights",
}
"""What methods are called."""

INVERSION = "textual inversion"

EMBEDDINGS = ("text_model_embeddings_token_embedding", "shared")
ROLES: Mapping[str, frozenset[str]] = {
    "": frozenset({"text_encoder"}),
    "clip_l": frozenset({"text_encoder_1"}),
    "clip_g": frozenset({"text_encoder_2"}),
    "t5xxl": frozenset({"text_encoder_2", "text_encoder_3"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterFacts:
    """An adapter: `kind` in words, modules counted by rank, what it fits."""

    kind: str
    bases: Bases
    ranks: Mapping[int, int] = field(default_factory=dict)


def adapter_facts(index: Index, header: Header) -> AdapterFacts | None:
    """Tell what a header says of an adapter; None when it is none for the most part."""
    widths = read_inversion(header.tensors)
    if widths is not None:
        return AdapterFacts(kind=INVERSION, bases=_of_words(index, widths))
    adapter = read_adapter(header.tensors)
    if adapter is None or 2 * len(adapter.rest) > len(header.tensors):
        return None
    bases = bases_of(index, adapter)
    kind = KINDS[adapter.method]
    if adapter.is_dora:
        kind = "DoRA" if adapter.method == "lora" else f"{kind} with DoRA"
    if bases.is_control or CONTROL_MARK in header.tensors:
        kind = f"control {kind}"
    return AdapterFacts(kind=kind, bases=bases, ranks=adapter.ranks)


def _of_words(index: Index, widths: Mapping[str, int]) -> Bases:
    """Find the text encoders whose words are so wide, and who has them all."""
    places = [place for those in places_of(index, EMBEDDINGS).values() for place in those]
    parts = []
    for encoder, width in widths.items():
        numbers = {place.layout for place in places if place.outputs == width and place.role in ROLES[encoder]}
        layouts = tuple(layout_of(index, n) for n in sorted(numbers))
        parts.append(Part(name=encoder or "text_encoder", modules=1, layouts=layouts, is_proved=bool(layouts)))
    is_known = all(part.layouts for part in parts)
    return Bases(networks=tuple(agreed(parts)) if is_known else (), parts=tuple(parts), is_proved=is_known)
