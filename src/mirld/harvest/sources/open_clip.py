"""OpenCLIP: models that read images and texts into one space, with repository, file, digest and image preprocessing."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import PurePosixPath
from typing import Any

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, is_address, shown
from mirld.harvest.facts import file_format
from mirld.harvest.items import Harvest, Item, is_repository, is_sha256, repository_key
from mirld.harvest.known import Known
from mirld.harvest.naming import token
from mirld.harvest.package import Package, parse_json
from mirld.harvest.python import Module
from mirld.harvest.source import Source
from mirld.harvest.usual import state_settings
from mirld.vocab import MIR

_TABLE = "open_clip/pretrained.py"
_CONFIGS = "open_clip/model_configs"
# Families by what their configurations are called; of several that fit, the first. All others are CLIP.
_FAMILIES = tuple(
    (re.compile(pattern), series)
    for pattern, series in (
        (r"coca_", "CoCa"),
        (r"EVA0\d-", "EVA-CLIP"),
        (r"nllb-clip-", "NLLB-CLIP"),
        (r"MobileCLIP2-", "MobileCLIP2"),
        (r"MobileCLIP-", "MobileCLIP"),
        (r"PE-Core-", "Perception Encoder"),
        (r"ViTamin-", "ViTamin"),
        (r"ViT-.*-CLIPA", "CLIPA"),
        (r"ViT-.*-SigLIP2", "SigLIP 2"),
        (r"ViT-.*-SigLIP", "SigLIP"),
        (r"ViT-.*-worldwide", "MetaCLIP 2"),
    )
)
_CLIP = "CLIP"
# The image half is a convolutional network in these, and a transformer in all others.
_CONVOLUTIONS = re.compile(r"RN\d|convnext_")
_PREFIX = re.compile(r"-([0-9a-f]{8,16})\.pth?$")
_SETTINGS = ("image_size", "mean", "std", "interpolation", "resize_mode", "quick_gelu")


def read(package: Package, known: Known) -> Harvest:
    """Read every pair of a configuration and a tag, and what each family has in common."""
    harvest = Harvest()
    constants = Module(package, "open_clip/constants.py").constants
    module = Module(package, _TABLE, constants)
    table = module.constants.get("_PRETRAINED")
    if not isinstance(table, dict) or not table:
        raise InputError("the package has no table of pretrained models: its layout changed", file=module.shown)
    configs = _configs(package)
    halves = {key.removeprefix("timm:"): path for key, path in known.by_key.items() if key.startswith("timm:")}
    by_weights: dict[str, Item] = {}
    families: dict[str, list[tuple[Item, dict[str, Any]]]] = defaultdict(list)
    for name, tags in table.items():
        for tag, wanted in tags.items() if isinstance(tags, dict) else ():
            if not isinstance(wanted, dict) or not _is_named(f"{name}:{tag}", name, module.path, harvest):
                continue
            config = configs.get(name)
            if config is None:
                comment = "The package has no configuration of that name, so the model is left out."
                harvest.find(f"open-clip:{name}:{tag}", "config", "unknown-reference", name, comment, module.path)
                continue
            item = _item(name, tag, wanted, config, module.path, harvest)
            _add_half(item, wanted.get("hf_hub"), known, halves)
            first = by_weights.setdefault(f"{wanted.get('hf_hub') or item.key} {wanted.get('url')}", item)
            if first is not item:
                first.alias(item.key)  # the same file with another activation: one model with two names
                continue
            vision = config.get("vision_cfg")
            size = vision.get("image_size") if isinstance(vision, dict) else None
            families[item.series].append((item, {**wanted, "image_size": size}))
    for series, members in families.items():
        harvest.items += [_series(series, members), *(item for item, _ in members)]
    return harvest


def _configs(package: Package) -> dict[str, dict[str, object]]:
    """Return every configuration by its name; InputError when there is none."""
    paths = package.paths(f"{_CONFIGS}/*.json")
    if not paths:
        raise InputError("the package has no configurations: its layout changed", file=f"{package.name}/{_CONFIGS}")
    return {PurePosixPath(path).stem: parse_json(package.read(path), f"{package.name}/{path}") for path in paths}


def _is_named(key: str, name: object, place: str, harvest: Harvest) -> bool:
    wrong = fault(key) if isinstance(name, str) else "it is no text"
    if wrong:
        comment = f"The name is refused ({wrong}), so the model is left out."
        harvest.find(f"open-clip:{shown(key)}", "name", "garbage-id", shown(key), comment, place)
    return wrong is None


def _item(name: str, tag: str, wanted: dict[str, Any], config: dict[str, object], place: str, harvest: Harvest) -> Item:
    series = next((found for pattern, found in _FAMILIES if pattern.match(name)), _CLIP)
    item = Item(
        key=f"open-clip:{name}:{tag}",
        place=place,
        kind="Model",
        architecture="cnn" if _CONVOLUTIONS.match(name) else "vit",
        series=series,
        release=f"{name}-{tag}",
        label=f"{name} {tag}",
    )
    _add_repository(item, wanted.get("hf_hub"), harvest)
    _add_file(item, wanted.get("url"), harvest)
    item.loader("open_clip", call="create_model_and_transforms", module="open_clip")
    item.setting("model_name", name, "load", scope="open_clip")
    item.setting("pretrained", tag, "load", scope="open_clip")
    item.concept(MIR.task, "task", "zero-shot-image-classification")
    if "multimodal_cfg" in config:
        item.concept(MIR.task, "task", "image-to-text")
    return item


def _add_repository(item: Item, hub: object, harvest: Harvest) -> None:
    """State the repository, written as `owner/title/` or `owner/title/file`."""
    if not hub:
        return
    owner, _, rest = str(hub).partition("/")
    title, _, file = rest.partition("/")
    name = f"{owner}/{title}"
    if not is_repository(name) or fault(file or "-") or "/" in file:
        comment = "The value is no name of a repository, so it is left out."
        harvest.find(item.key, "hf_hub", "wrong-repository", shown(str(hub)), comment, item.place)
        return
    # timm reads the image half of a model, as a model of its own, from the repository of the whole: it names those
    # that it made itself after the half, and of the others opens the one file that is named here.
    item.repository(name, joins=not file and not (owner == "timm" and "." in title))
    if file:
        item.file(file, kind=file_format(file))


def _add_half(item: Item, hub: object, known: Known, halves: dict[str, str]) -> None:
    """Say which model of timm is the image half: the one that timm reads from the same repository."""
    owner, _, rest = str(hub or "").partition("/")
    title = rest.partition("/")[0]
    there = known.by_key.get(repository_key(f"{owner}/{title}"))
    half = (
        title if owner == "timm" and title in halves else next((name for name in halves if halves[name] == there), None)
    )
    if half is not None:
        item.component("image_encoder", key=f"timm:{half}")
        item.inferred.add(MIR.component)


def _add_file(item: Item, url: object, harvest: Harvest) -> None:
    """State the file: OpenAI's addresses hold the whole digest, those of releases the first digits of it."""
    if not url:
        return
    if not is_address(str(url)):
        comment = "The value is no address, so it is left out."
        harvest.find(item.key, "url", "wrong-type", shown(str(url)), comment, item.place)
        return
    *_, folder, file = str(url).split("/")
    prefix = _PREFIX.search(file)
    item.file(
        file,
        sha256=folder if is_sha256(folder) else None,
        prefix=prefix[1] if prefix else None,
        url=str(url),
        kind=file_format(file),
    )


def _series(name: str, members: list[tuple[Item, dict[str, Any]]]) -> Item:
    series = Item(
        key=f"open-clip:{token(name)}", place=_CONFIGS, kind="Info", architecture="vit", series=name, label=name
    )
    state_settings(series, members, _SETTINGS, "call", "open_clip")
    return series


SOURCE = Source(
    name="open-clip",
    title="OpenCLIP",
    description=(
        "Models that read images and texts into one space, with repository, file, digest or its first digits, and the"
        " preprocessing of images, read from the tables and configurations of the Python package."
    ),
    licence="MIT",
    origin="pip:open_clip_torch",
    page="https://github.com/mlfoundations/open_clip/tree/v{version}/src/open_clip",
    rank=60,
    read=read,
)
