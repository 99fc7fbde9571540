"""timm: pretrained image models, one an architecture and a tag, with repository, licence, digest prefix and input."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from mirld.errors import InputError
from mirld.graph.terms import Iri
from mirld.harvest.cleaning import fault, is_address, shown
from mirld.harvest.facts import file_format
from mirld.harvest.items import Harvest, Item, file_key, is_repository
from mirld.harvest.known import Known
from mirld.harvest.licences import claim_licence
from mirld.harvest.naming import token
from mirld.harvest.package import Package
from mirld.harvest.python import Module, NotLiteral, value
from mirld.harvest.source import Source
from mirld.harvest.sources.timm.families import FILES, family
from mirld.harvest.usual import state_settings
from mirld.vocab import MIR

_PREFIX = re.compile(r"-([0-9a-f]{8,16})\.(?:pth|pt|safetensors|tar)")
_PAPER = re.compile(r"arXiv:\s*(\d{4}\.\d{4,5})")
_HALF = re.compile(r"clip|_pe_core_")
_INPUT = ("input_size", "mean", "std", "interpolation", "crop_pct")
_TABLE = "default_cfgs"
# What a configuration leaves out has these values.
_DEFAULTS = "timm/models/_pretrained.py"
# What timm's registry groups is taken as it is given to it.
_GROUPING = ast.parse("def generate_default_cfgs(cfgs):\n    return cfgs").body[0]


def read(package: Package, known: Known) -> Harvest:
    """Read every pretrained configuration, and what each family has in common."""
    harvest = Harvest()
    constants = Module(package, "timm/data/constants.py").constants
    labels = _labels(package)
    defaults = _input_defaults(package, constants)
    families: dict[tuple[str, str | None], list[tuple[Item, dict[str, Any]]]] = defaultdict(list)
    for path in package.paths("timm/models/*.py"):
        stem = PurePosixPath(path).stem
        if path.count("/") > 2 or stem.startswith("_"):
            continue
        module = Module(package, path, {**constants, "generate_default_cfgs": _GROUPING})
        by_weights: dict[str, Item] = {}
        for name, place, config in _configurations(module, harvest):
            whole = {**defaults, **config}
            item = _item(name, place, stem, whole, labels, harvest)
            if item is None:
                continue
            weights = f"{_repository(name, config) or name} {config.get('hf_hub_filename')}"
            first = by_weights.setdefault(weights, item)
            if first is item:
                families[item.series, item.architecture].append((item, whole))
            else:
                first.alias(item.key)  # one file for two functions: one model with two names
    for members in families.values():
        harvest.items += [_series(members), *(item for item, _ in members)]
    if not harvest.items:
        raise InputError("the package has no pretrained configurations: its layout changed", file=package.name)
    return harvest


def _labels(package: Package) -> dict[int, str]:
    """Return the sets of labels that timm knows, by how many labels each has."""
    module = Module(package, "timm/data/imagenet_info.py")
    found = module.constants.get("_NUM_CLASSES_TO_SUBSET")
    if not isinstance(found, dict):
        raise InputError("no sets of labels: the layout changed", file=module.shown)
    return found


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
    missing = [name for name in (*_INPUT, "num_classes") if name not in found]
    if missing:
        raise InputError(f"no default for {', '.join(missing)}: the layout changed", file=module.shown)
    return found


def _configurations(module: Module, harvest: Harvest) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give (function.tag, place, configuration) of everything that a file lists."""
    tables = [node for name, node in module.assignments() if name == _TABLE]
    if not tables:
        return
    rows = {key.value: (module.place(key), found) for key, found in _rows(module.tree)}
    table = module.constants.get(_TABLE)
    if not isinstance(table, dict):
        # One of them is beyond reading: the others are not.
        table = {}
        written = list(_rows(tables[-1]))
        for key, found in written:
            try:
                table[key.value] = value(found, module.constants)
            except NotLiteral as error:
                _lose(harvest, module.place(key), str(key.value), str(error))
        if not written:
            _lose(harvest, module.place(tables[-1]), PurePosixPath(module.path).stem, "all of it")
    for name, config in table.items():
        if isinstance(config, dict) and isinstance(name, str):
            yield name.rstrip("*"), rows[name][0] if name in rows else module.place(tables[-1]), config


def _rows(tree: ast.AST) -> Iterator[tuple[ast.Constant, ast.expr]]:
    """Give the rows of dictionaries whose values are configurations: calls, and dictionaries."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, found in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(found, ast.Call | ast.Dict):
                    yield key, found


def _lose(harvest: Harvest, place: str, name: str, reason: str) -> None:
    comment = f"The configuration is made by a program ({reason}), so it is not read."
    harvest.find(f"timm:{shown(name)}", _TABLE, "lost-field", shown(name), comment, place)


def _item(
    name: str, place: str, stem: str, config: dict[str, Any], labels: dict[int, str], harvest: Harvest
) -> Item | None:
    hub, url, filename = config.get("hf_hub_id"), config.get("url"), config.get("hf_hub_filename")
    if not hub and not url:
        return None  # an architecture without weights is none of the models
    wrong = fault(name)
    if wrong:
        comment = f"The name is refused ({wrong}), so the model is left out."
        harvest.find(f"timm:{shown(name)}", "name", "garbage-id", shown(name), comment, place)
        return None
    series, architecture = family(name, stem)
    item = Item(
        key=f"timm:{name}",
        place=place,
        kind="Model",
        architecture=architecture,
        series=series,
        release=name,
        label=name,
        owner="timm",
    )
    repository = _repository(name, config)
    if isinstance(repository, str) and is_repository(repository):
        # With a file name it holds several models, and with the image half of a CLIP its other half as well.
        item.repository(repository, joins=not filename and not _is_half(name, config, labels))
    elif hub:
        _refuse(item, "hf_hub_id", hub, harvest)
    if isinstance(filename, str) and not fault(filename):
        item.file(filename, kind=file_format(filename))
    if isinstance(url, str) and is_address(url):
        found = _PREFIX.search(url)
        file = url.rpartition("/")[2]
        item.file(file, prefix=found[1] if found else None, url=url, kind=file_format(file))
        item.keys += [file_key(file)] if found else []
    elif url:
        _refuse(item, "url", url, harvest)
    item.loader("timm", call="create_model", module="timm")
    item.setting("model_name", name, "load", scope="timm")
    if config.get("license"):
        claim_licence(item, str(config["license"]), harvest)
    papers = config.get("paper_ids") or ()
    for paper in papers if isinstance(papers, list | tuple) else (papers,):
        if found := _PAPER.fullmatch(str(paper).strip()):
            item.say(MIR.paper, Iri(f"https://arxiv.org/abs/{found[1]}"))
    embeds = not config.get("num_classes") or _is_half(name, config, labels)
    item.concept(MIR.task, "task", "image-feature-extraction" if embeds else "image-classification")
    return item


def _repository(name: str, config: dict[str, Any]) -> object:
    hub = config.get("hf_hub_id")
    return f"{hub}{name}" if isinstance(hub, str) and hub.endswith("/") else hub


def _is_half(name: str, config: dict[str, Any], labels: dict[int, str]) -> bool:
    """Say whether a model is the image half of one such as CLIP, with an embedding's width for a number of classes."""
    classes = config["num_classes"]
    return bool(classes) and isinstance(classes, int) and classes not in labels and _HALF.search(name) is not None


def _refuse(item: Item, field: str, found: object, harvest: Harvest) -> None:
    comment = "The value is no name of a repository and no address, so it is left out."
    harvest.find(item.key, field, "wrong-type", shown(str(found)), comment, item.place)


def _series(members: list[tuple[Item, dict[str, Any]]]) -> Item:
    """Describe the series of some models; what most of them want as input is said of it, once."""
    first = members[0][0]
    file = first.place.partition(":")[0]
    stem = PurePosixPath(file).stem
    named = stem if FILES.get(stem, (first.series,))[0] == first.series else token(first.series)
    series = Item(
        key=f"timm:{named}", place=file, kind="Info", architecture=first.architecture, series=first.series,
        label=first.series,
    )  # fmt: skip
    series.setting("pretrained", True, "load", scope="timm")
    state_settings(series, members, _INPUT, "call", "timm")
    return series


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
