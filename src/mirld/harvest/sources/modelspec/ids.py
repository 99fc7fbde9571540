"""Architecture ids of ModelSpec: the entry that an id stands for, and adapters apart from what they are for."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from mirld.harvest.items import Item
from mirld.harvest.naming import token
from mirld.ids import MirId

PACKED = frozenset(("tensorrt",))
"""Words behind a slash that tell only how the weights are packed."""


class Named(NamedTuple):
    """What an id stands for: an id of ours, and whether it is that and not only of its family."""

    mir_id: MirId
    is_exact: bool


def named(identifier: str) -> Named | None:
    """Return what an id stands for; None for one of adapters, and for one that nobody decided about.

    >>> str(named("Flux.1-dev").mir_id), str(named("stable-diffusion-xl-v1-base/tensorrt").mir_id)
    ('mir:model.dit.flux-1:dev', 'mir:model.unet.stable-diffusion-xl:base')
    >>> named("stable-diffusion-v1-inpainting")[1:], named("flux.1-dev/lora"), named("nobody-knows")
    ((False,), None, None)
    """
    low = identifier.lower()
    base, _, word = low.rpartition("/")
    if word in PACKED:
        low = base
    found = _table()["entries"].get(low)
    return Named(MirId.parse(f"mir:{found.removeprefix('~')}"), not found.startswith("~")) if found else None


def adapter(identifier: str) -> tuple[str, str] | None:
    """Return what adapters of an id are for, as an id, and their architecture; None for an id of something else.

    >>> adapter("Flux.1-dev/lora-canny"), adapter("flux.1-dev")
    (('Flux.1-dev', 'lora'), None)
    """
    base, _, word = identifier.rpartition("/")
    architecture = _table()["adapters"].get(word.lower()) if base else None
    return (base, architecture) if architecture else None


def entry_item(key: str, place: str, mir_id: MirId, label: str | None = None) -> Item:
    """Make the item of an entry that a person found for an id; `label` is what the source calls it, if it says."""
    series = str(mir_id.series_id).removeprefix("mir:")
    name = _table()["labels"].get(series)
    is_series = mir_id.domain == "info"
    plain = mir_id.series if is_series else f"{name or mir_id.series} {mir_id.compatibility}"
    item = Item(
        key=key, place=place, kind="Info" if is_series else "Model", architecture=mir_id.architecture,
        series=mir_id.series, release=mir_id.compatibility,
        label=(name if is_series else None) or label or plain, series_label=name,
    )  # fmt: skip
    return item.alias(str(mir_id))


def adapters_item(key: str, place: str, identifier: str, architecture: str, label: str) -> Item:
    """Make the item of all adapters of an id, a series: no adapter of it is a model that anybody named."""
    return Item(
        key=key, place=place, kind="Info", architecture=architecture, series=token(identifier.replace("/", "-")),
        label=label,
    )  # fmt: skip


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "ids.toml").read_text(encoding="utf-8"))
