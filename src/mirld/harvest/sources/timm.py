"""timm: pretrained image models, one an architecture and a tag, with repository, licence, digest prefix and input."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from mirld.errors import InputError
from mirld.graph.terms import Iri
from mirld.harvest.facts import json_literal
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.licences import claim_licence
from mirld.harvest.package import Package
from mirld.harvest.python import Module, NotLiteral, value
from mirld.harvest.source import Source
from mirld.vocab import MIR

# The architecture of a family is that of the networks its file builds; those not listed are convolutional.
_TRANSFORMERS = frozenset(
    [
        "beit",
        "cait",
        "coat",
        "convit",
        "crossvit",
        "davit",
        "deepseek_vit",
        "deit",
        "efficientformer",
        "efficientformer_v2",
        "efficientvit_mit",
        "efficientvit_msra",
        "eva",
        "fastvit",
        "gcvit",
        "gemma4_vit",
        "hiera",
        "hieradet_sam2",
        "iformer",
        "levit",
        "lowformer",
        "maxxvit",
        "metaformer",
        "mobilevit",
        "mvitv2",
        "naflexvit",
        "nest",
        "nextvit",
        "pit",
        "pvt_v2",
        "qwen3_vit",
        "shvit",
        "swiftformer",
        "swin_transformer",
        "swin_transformer_v2",
        "swin_transformer_v2_cr",
        "tiny_vit",
        "tnt",
        "twins",
        "visformer",
        "vision_transformer",
        "vision_transformer_hybrid",
        "vision_transformer_relpos",
        "vision_transformer_sam",
        "vitamin",
        "volo",
        "xcit",
        "csatv2",
    ]
)
_OTHERS = {"mlp_mixer": "mlp", "efficientvim": "ssm", "sequencer": "lstm"}
# Families that the registry has under the name their papers give them.
_FAMILIES = {
    "vision_transformer": "ViT",
    "vision_transformer_hybrid": "ViT hybrid",
    "vision_transformer_sam": "SAM",
    "swin_transformer": "Swin",
    "swin_transformer_v2": "Swin V2",
    "mlp_mixer": "MLP-Mixer",
    "hieradet_sam2": "SAM 2.1",
    "byobnet": "ByobNet",
    "byoanet": "ByoaNet",
}
_PREFIX = re.compile(r"-([0-9a-f]{8,16})\.(?:pth|pt|safetensors|tar)")
_INPUT = ("input_size", "mean", "std", "interpolation", "crop_pct")
# What a configuration leaves out has these values: timm/models/_pretrained.py.
_DEFAULTS = "timm/models/_pretrained.py"
_NO_MODELS = frozenset(("factory", "features", "fx_features", "helpers", "hub", "registry"))


def read(package: Package, known: Known) -> Harvest:
    """Read every pretrained configuration, and what each family has in common."""
    harvest = Harvest()
    constants = Module(package, "timm/data/constants.py").constants
    defaults = _input_defaults(package, constants)
    families: dict[str, list[tuple[Item, dict[str, Any]]]] = defaultdict(list)
    for path in package.paths("timm/models/*.py"):
        stem = PurePosixPath(path).stem
        if path.count("/") > 2 or stem.startswith("_") or stem in _NO_MODELS:
            continue
        module = Module(package, path, constants)
        for name, place, config in _configurations(module, harvest):
            item = _item(name, place, stem, config, harvest)
            if item is not None:
                families[stem].append((item, {**defaults, **config}))
    for stem, members in families.items():
        harvest.items += _with_input(stem, members)
    if not harvest.items:
        raise InputError("the package has no pretrained configurations: its layout changed", file=package.name)
    return harvest


def _input_defaults(package: Package, constants: dict[str, Any]) -> dict[str, Any]:
    module = Module(package, _DEFAULTS, constants)
    found: dict[str, Any] = {}
    for node in module.classes():
        for field in node.body:
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.value is not None:
                try:
                    found[field.target.id] = value(field.value, constants)
                except NotLiteral:
                    continue
    missing = [name for name in _INPUT if name not in found]
    if missing:
        raise InputError(f"no default for {', '.join(missing)}: the layout changed", file=module.shown)
    return found


def _configurations(module: Module, harvest: Harvest) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give (architecture.tag, place, configuration) of everything that a file lists."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Dict):
            continue
        for key, found in zip(node.keys, node.values, strict=True):
            if not (isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(found, ast.Call)):
                continue
            if not (isinstance(found.func, ast.Name) and found.func.id.endswith("cfg")):
                continue
            place = module.place(key)
            try:
                config = value(found, module.constants)
            except NotLiteral as error:
                comment = f"The configuration is made by a program ({error}), so it is not read."
                harvest.find(f"timm:{key.value}", "default_cfgs", "lost-field", key.value, comment, place)
                continue
            if isinstance(config, dict):
                yield key.value.rstrip("*"), place, config


def _item(name: str, place: str, stem: str, config: dict[str, Any], harvest: Harvest) -> Item | None:
    hub, url = config.get("hf_hub_id"), config.get("url") or ""
    if not hub and not url:
        return None  # an architecture without weights is none of the models
    item = Item(
        key=f"timm:{name}",
        place=place,
        kind="Model",
        architecture=_architecture(stem),
        series=_FAMILIES.get(stem, stem.replace("_", "-")),
        release=name,
        label=name,
        owner="timm",
    )
    if hub:
        repository = f"{hub}{name}" if hub.endswith("/") else hub
        filename = config.get("hf_hub_filename")
        # A repository with a file name in the configuration holds several models.
        item.repository(repository, joins=not filename)
        if filename:
            item.file(str(filename))
    if isinstance(url, str) and url.startswith("https://"):
        found = _PREFIX.search(url)
        item.file(url.rpartition("/")[2], prefix=found[1] if found else None, url=url)
    item.loader("timm", call="create_model", module="timm")
    if config.get("license"):
        claim_licence(item, str(config["license"]), harvest)
    papers = config.get("paper_ids") or ()
    for paper in (papers,) if isinstance(papers, str) else papers:
        if paper.startswith("arXiv:"):
            item.say(MIR.paper, Iri(f"https://arxiv.org/abs/{paper.removeprefix('arXiv:').strip()}"))
    if config.get("num_classes"):
        item.concept(MIR.task, "task", "image-classification")
    else:
        item.concept(MIR.task, "task", "image-feature-extraction")
    return item


def _architecture(stem: str) -> str:
    return _OTHERS.get(stem) or ("vit" if stem in _TRANSFORMERS else "cnn")


def _with_input(stem: str, members: list[tuple[Item, dict[str, Any]]]) -> Iterator[Item]:
    """Give a family and its models; what most models of it want as input is said of the family, once."""
    first = members[0][0]
    family = Item(
        key=f"timm:{stem}", place=first.place.partition(":")[0], kind="Info", architecture=first.architecture,
        series=first.series, label=first.series,
    )  # fmt: skip
    usual = {name: Counter(json_literal(config[name]) for _, config in members).most_common(1)[0][0] for name in _INPUT}
    for name in _INPUT:
        value_of = {json_literal(config[name]): config[name] for _, config in members}
        family.setting(name, _plain(value_of[usual[name]]), "call", scope="timm")
    yield family
    for item, config in members:
        for name in _INPUT:
            if json_literal(config[name]) != usual[name]:
                item.setting(name, _plain(config[name]), "call", scope="timm")
        yield item


def _plain(found: Any) -> Any:
    return list(found) if isinstance(found, tuple) else found


SOURCE = Source(
    name="timm",
    title="PyTorch Image Models (timm)",
    description=(
        "Pretrained image models with repository, licence, prefix of the file's digest, and the input they were"
        " trained for, read from the configurations of the Python package."
    ),
    licence="Apache-2.0",
    origin="pip:timm",
    page="https://github.com/huggingface/pytorch-image-models/tree/v{version}/timm/models",
    rank=60,
    read=read,
)
