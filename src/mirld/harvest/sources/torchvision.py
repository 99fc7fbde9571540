"""torchvision: weights of vision models, one a class of weights and a member, with file, digest prefix and input."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from mirld.errors import InputError
from mirld.graph.terms import literal
from mirld.harvest.cleaning import fault, is_address, shown
from mirld.harvest.facts import file_format
from mirld.harvest.items import Harvest, Item, file_key
from mirld.harvest.known import Known
from mirld.harvest.licences import claim_licence
from mirld.harvest.naming import token
from mirld.harvest.package import Package
from mirld.harvest.python import Module, NotLiteral, value
from mirld.harvest.source import Source
from mirld.harvest.usual import state_settings
from mirld.vocab import MIR

_ROOT = "torchvision/models/"
# Series and architecture by file. `quantization/resnet` is of the series of `resnet`.
_FILES = {
    "alexnet": ("AlexNet", "cnn"),
    "convnext": ("ConvNeXt", "cnn"),
    "densenet": ("DenseNet", "cnn"),
    "detection/faster_rcnn": ("Faster R-CNN", "rcnn"),
    "detection/fcos": ("FCOS", "cnn"),
    "detection/keypoint_rcnn": ("Keypoint R-CNN", "rcnn"),
    "detection/mask_rcnn": ("Mask R-CNN", "rcnn"),
    "detection/retinanet": ("RetinaNet", "cnn"),
    "detection/ssd": ("SSD", "cnn"),
    "detection/ssdlite": ("SSDlite", "cnn"),
    "efficientnet": ("EfficientNet", "cnn"),
    "googlenet": ("GoogLeNet", "cnn"),
    "inception": ("Inception v3", "cnn"),
    "maxvit": ("MaxViT", "vit"),
    "mnasnet": ("MnasNet", "cnn"),
    "mobilenetv2": ("MobileNet V2", "cnn"),
    "mobilenetv3": ("MobileNet V3", "cnn"),
    "optical_flow/raft": ("RAFT", "cnn"),
    "regnet": ("RegNet", "cnn"),
    "resnet": ("ResNet", "cnn"),
    "segmentation/deeplabv3": ("DeepLabV3", "cnn"),
    "segmentation/fcn": ("FCN", "cnn"),
    "segmentation/lraspp": ("LR-ASPP", "cnn"),
    "shufflenetv2": ("ShuffleNet V2", "cnn"),
    "squeezenet": ("SqueezeNet", "cnn"),
    "swin_transformer": ("Swin", "vit"),
    "vgg": ("VGG", "cnn"),
    "video/mvit": ("MViTv2", "vit"),
    "video/resnet": ("Video ResNet", "cnn"),
    "video/s3d": ("S3D", "cnn"),
    "video/swin_transformer": ("Video Swin", "vit"),
    "vision_transformer": ("ViT", "vit"),
}
# Families that share a file with another, by their classes of weights.
_CLASSES = {"EfficientNet_V2_": "EfficientNetV2", "MViT_V1_": "MViT", "Swin_V2_": "Swin V2"}
_TASKS = {
    "": "image-classification",
    "detection": "object-detection",
    "quantization": "image-classification",
    "segmentation": "image-segmentation",
    "video": "video-classification",
}
_FURTHER_TASKS = {"detection/keypoint_rcnn": "keypoint-detection", "detection/mask_rcnn": "image-segmentation"}
_SETTINGS = ("crop_size", "resize_size", "mean", "std", "interpolation")
_PREFIX = re.compile(r"-([0-9a-f]{8,16})\.pth$")
# What torchvision's own description says of the page that these weights link to.
_LICENCES = {"https://github.com/facebookresearch/SWAG/blob/main/LICENSE": "cc-by-nc-4.0"}


class _Row(NamedTuple):
    """One member of a class of weights; `function` builds the model, which is registered as `model`."""

    name: str
    tag: str
    function: str
    model: str
    place: str
    url: object
    wanted: dict[str, Any]
    meta: dict[str, Any]


def read(package: Package, known: Known) -> Harvest:
    """Read every member of every class of weights, and what each family has in common."""
    harvest = Harvest()
    names = Module(package, f"{_ROOT}_meta.py").constants
    presets = _presets(Module(package, "torchvision/transforms/_presets.py"))
    families: dict[tuple[str, str | None], list[tuple[Item, dict[str, Any]]]] = defaultdict(list)
    for path in package.paths(f"{_ROOT}*.py"):
        module = Module(package, path, names)
        stem = path.removeprefix(_ROOT).removesuffix(".py")
        rows = list(_rows(module, presets, harvest))
        for row in rows:
            item = _item(row, stem, harvest)
            families[item.series, item.architecture].append((item, row.wanted))
        if rows and _folder(stem) not in _TASKS:
            comment = "The registry has no concept for the task, so none is stated."
            harvest.find(f"torchvision:{stem}", "task", "unknown-reference", _folder(stem), comment, path)
    if not families:
        raise InputError("the package has no classes of weights: its layout changed", file=f"{package.name}/{_ROOT}")
    for members in families.values():
        harvest.items += [_series(members), *(item for item, _ in members)]
    return harvest


def _folder(stem: str) -> str:
    return stem.rpartition("/")[0]


def _presets(module: Module) -> dict[str, dict[str, Any]]:
    """Return what the classes that prepare an input do when they are told nothing, by class."""
    found: dict[str, dict[str, Any]] = {}
    for node in module.classes():
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                pairs = zip(inner.args.kwonlyargs, inner.args.kw_defaults, strict=True)
                found[node.name] = dict(_given([(argument.arg, default) for argument, default in pairs]))
    if "ImageClassification" not in found:
        raise InputError("the package has no ImageClassification: its layout changed", file=module.shown)
    return found


def _given(pairs: list[tuple[str | None, ast.expr | None]]) -> Iterator[tuple[str, Any]]:
    """Give the settings whose values can be told; a member of an enumeration is told by its name."""
    for name, node in pairs:
        if name in _SETTINGS and node is not None:
            match node:
                case ast.Attribute(value=ast.Name(id="InterpolationMode")):
                    yield name, node.attr.lower()
                case _:
                    try:
                        yield name, value(node)
                    except NotLiteral:
                        continue


def _rows(module: Module, presets: Mapping[str, Mapping[str, Any]], harvest: Harvest) -> Iterator[_Row]:
    classes = [node for node in module.classes() if "WeightsEnum" in {ast.unparse(base) for base in node.bases}]
    functions = _functions(module, {node.name for node in classes})
    for node in classes:
        for member in node.body:
            match member:
                case ast.Assign(targets=[ast.Name(id=tag)], value=ast.Call(func=ast.Name(id="Weights")) as made):
                    row = _row(module, node.name, tag, functions.get(node.name), made, presets)
                    if row is not None:
                        yield row
                        continue
                    comment = "No function takes the weights, or what they are is made by a program: they are left out."
                    key = f"{node.name}.{tag}"
                    harvest.find(f"torchvision:{key}", "weights", "lost-field", key, comment, module.place(member))


def _functions(module: Module, classes: set[str]) -> dict[str, tuple[str, str]]:
    """Return name and registered name of the function that takes each class of weights, by class."""
    found: dict[str, tuple[str, str]] = {}
    for function in module.functions():
        registered = _registered(function)
        for argument in (*function.args.args, *function.args.kwonlyargs) if registered else ():
            if argument.arg == "weights" and argument.annotation is not None:
                for name in ast.walk(argument.annotation):
                    if isinstance(name, ast.Name) and name.id in classes:
                        found.setdefault(name.id, (function.name, registered))
    return found


def _registered(function: ast.FunctionDef) -> str:
    """Return what torchvision calls a function that builds a model; empty for others."""
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(func=ast.Name(id="register_model"), keywords=[ast.keyword(arg="name", value=named)]):
                return named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) else ""
            case ast.Call(func=ast.Name(id="register_model")):
                return function.name
    return ""


def _row(
    module: Module,
    name: str,
    tag: str,
    function: tuple[str, str] | None,
    made: ast.Call,
    presets: Mapping[str, Mapping[str, Any]],
) -> _Row | None:
    fields = {keyword.arg: keyword.value for keyword in made.keywords}
    if function is None or not isinstance(fields.get("meta"), ast.Dict) or "url" not in fields:
        return None
    try:
        url = value(fields["url"], module.constants)
    except NotLiteral:
        return None
    wanted: dict[str, Any] = {}
    match fields.get("transforms"):
        case ast.Name(id=preset):
            wanted = dict(presets.get(preset, {}))
        case ast.Call(func=ast.Name(id="partial"), args=[ast.Name(id=preset)], keywords=keywords):
            wanted = {**presets.get(preset, {}), **dict(_given([(given.arg, given.value) for given in keywords]))}
    return _Row(name, tag, *function, module.place(made), url, wanted, _meta(module, fields["meta"]))


def _meta(module: Module, node: ast.expr) -> dict[str, Any]:
    """Return what a dictionary of facts holds, as far as each can be told; other weights are told by their names."""
    result: dict[str, Any] = {}
    pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
    for key, found in pairs:
        try:
            if isinstance(key, ast.Constant):
                is_weights = isinstance(found, ast.Attribute)
                result[str(key.value)] = ast.unparse(found) if is_weights else value(found, module.constants)
            elif key is None:
                result.update(value(found, module.constants))
        except (NotLiteral, TypeError, ValueError):
            continue
    return result


def _item(row: _Row, stem: str, harvest: Harvest) -> Item:
    folder = _folder(stem)
    series, architecture = _family(row.name, stem)
    item = Item(
        key=f"torchvision:{row.name}.{row.tag}",
        place=row.place,
        kind="Model",
        architecture=architecture,
        series=series,
        release=f"{row.model}-{row.tag}",
        label=f"{row.model} {row.tag}",
        owner="torchvision",
    )
    _add_file(item, row.url, harvest)
    item.loader("torchvision", call=row.function, module=".".join(["torchvision.models", *filter(None, [folder])]))
    item.setting("weights", row.tag, "load", scope="torchvision")
    if folder == "quantization":
        item.setting("quantize", True, "load", scope="torchvision")
    if isinstance(row.meta.get("unquantized"), str):
        item.link(MIR.quantizedFrom, f"torchvision:{row.meta['unquantized']}")
    count = row.meta.get("num_params")
    if isinstance(count, int) and count > 0:
        item.say(MIR.parameterCount, literal(count))
    if "license" in row.meta:
        licence = str(row.meta["license"])
        claim_licence(item, _LICENCES.get(licence, licence), harvest)
    if row.meta.get("categories", True) is None:
        item.concept(MIR.task, "task", "image-feature-extraction")
    else:
        tasks = [_TASKS.get(folder), _FURTHER_TASKS.get(stem)]
        item.concept(MIR.task, "task", *(task for task in tasks if task))
    return item


def _family(name: str, stem: str) -> tuple[str, str | None]:
    """Return series and architecture of a class of weights; a new file is its own series, of no known architecture."""
    series, architecture = _FILES.get(
        stem.removeprefix("quantization/"), (PurePosixPath(stem).name.replace("_", "-"), None)
    )
    return next((found for start, found in _CLASSES.items() if name.startswith(start)), series), architecture


def _add_file(item: Item, url: object, harvest: Harvest) -> None:
    if not isinstance(url, str) or not is_address(url) or fault(url.rpartition("/")[2]):
        comment = "The value is no address, so it is left out."
        harvest.find(item.key, "url", "wrong-type", shown(str(url)), comment, item.place)
        return
    name = url.rpartition("/")[2]
    prefix = _PREFIX.search(name)
    item.file(name, prefix=prefix[1] if prefix else None, url=url, kind=file_format(name))
    item.keys += [file_key(name)] if prefix else []


def _series(members: list[tuple[Item, dict[str, Any]]]) -> Item:
    first = members[0][0]
    series = Item(
        key=f"torchvision:{token(first.series)}", place=first.place.partition(":")[0], kind="Info",
        architecture=first.architecture, series=first.series, label=first.series,
    )  # fmt: skip
    state_settings(series, members, _SETTINGS, "call", "torchvision")
    return series


SOURCE = Source(
    name="torchvision",
    title="torchvision",
    description=(
        "Weights of vision models with file, first digits of its digest, number of parameters, and the preparation of"
        " their input, read from the classes of weights of the Python package."
    ),
    licence="BSD-3-Clause",
    origin="pip:torchvision",
    page="https://github.com/pytorch/vision/tree/v{version}/torchvision/models",
    rank=60,
    read=read,
)
