"""Names of models by the titles of their repositories: by `families.toml`, then the registry, then the title alone."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from mirld.harvest.known import Known
from mirld.harvest.naming import same_name, split_title, unpacked
from mirld.vocab import OPERATION_ARCHITECTURES

_DIVIDERS = re.compile(r"[-_ ]+")
_BY_CLASS = (
    (re.compile(r"ControlNet"), "controlnet"),
    (re.compile(r"MotionAdapter"), "lora"),
    (re.compile(r"T2IAdapter"), "t2i-adapter"),
    (re.compile(r"Autoencoder|VQModel|VAE$"), "vae"),
    (re.compile(r"UNet"), "unet"),
    (re.compile(r"Transformer\w*Model|DiT\w*Model"), "dit"),
)
# A pipeline tells these apart only by what it calls its networks, so a family may be said to be another of them.
_WHOLE = frozenset(("dit", "mldm", "transformer", "unet"))
ADAPTERS = frozenset(("controlnet", "ip-adapter", "lora", "t2i-adapter", "textual-inversion"))
"""Architectures of what is added to a model."""


class Name(NamedTuple):
    """The name of a model in words: `base` is the repository of what an adapter is for, where no example says it."""

    series: str
    release: str | None
    architecture: str | None
    base: str | None = None


def name_of(repository: str, architecture: str | None, known: Known, *, adapter: bool = False) -> Name:
    """Name what a repository holds; `architecture` is what the class that opens it tells, if it does.

    >>> name_of("example/LTX-2.3-Distilled-Diffusers", "dit", Known())
    Name(series='LTX-2.3', release='Distilled', architecture='dit', base=None)
    """
    row = _table()["repository"].get(repository.lower())
    if row is not None:
        return Name(*row)
    title = repository.partition("/")[2].replace("/", "-")
    words = [word for word in _DIVIDERS.split(unpacked(title)) if word]
    adapter = adapter or architecture in ADAPTERS
    for length in range(len(words), 0, -1):
        for series, of in _families(words[:length], known):
            if of == architecture or (not adapter and (architecture is None or {architecture, of} <= _WHOLE)):
                return Name(series, "-".join(words[length:]) or None, of)
    if adapter:
        return Name("-".join(words), None, architecture)
    found = split_title(title)
    return Name(found.series, found.release, architecture)


def _families(words: list[str], known: Known) -> Iterator[tuple[str, str]]:
    """Give (series, architecture) of the families that are called by these words."""
    row = _table()["title"].get("-".join(words).lower())
    if row is not None:
        yield row[0], row[1]
    paths = [path.split("/") for path in known.series.get(same_name("-".join(words)), ())]
    models = [
        (series, architecture) for _, architecture, series in paths if architecture not in OPERATION_ARCHITECTURES
    ]
    if len(models) == 1:
        yield models[0]


def architecture_of(class_name: str) -> str | None:
    """Tell the architecture by the name of a class of networks.

    >>> architecture_of("FluxControlNetModel"), architecture_of("AutoencoderKLWan"), architecture_of("CLIPTextModel")
    ('controlnet', 'vae', None)
    """
    return next((found for pattern, found in _BY_CLASS if pattern.search(class_name)), None)


def same_as(repository: str) -> str | None:
    """Return the key of what a repository holds again in the files of this library."""
    found = _table()["same"].get(repository.lower())
    return None if found is None else str(found)


def family(folder: str) -> tuple[str, ...] | None:
    """Return what the table says of a folder of pipelines: series and architecture, or that it holds no family."""
    row = _table()["family"].get(folder)
    return None if row is None else tuple(row)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("families.toml").read_text(encoding="utf-8"))
