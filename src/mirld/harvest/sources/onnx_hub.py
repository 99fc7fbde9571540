"""The model hub of ONNX: small classics in one format, each with the digest and size of every file.

The manifest has a row for each file. Number format and version of the operator set are of a file, so the files of one
network are one release here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mirld.errors import InputError
from mirld.graph.terms import text
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.findings import as_text
from mirld.harvest.items import Harvest, Item, is_sha256
from mirld.harvest.known import Known
from mirld.harvest.naming import same_name, token
from mirld.harvest.package import Package, parse_json_list
from mirld.harvest.source import Source
from mirld.vocab import MIR, RDFS

_PATH = "ONNX_HUB_MANIFEST.json"
_REPOSITORY = "onnx/models"
_PACKING = re.compile(r"[- ](int8|qdq|fp32)$")
_OPERATORS = re.compile(r"-1\d$")
# Quantised files with quantise and dequantise nodes hold whole numbers too.
_PRECISIONS = {"int8": "i8", "qdq": "i8", "fp32": "f32"}


class _Family(NamedTuple):
    architecture: str
    series: str
    tasks: tuple[str, ...]


# Families by the folder that the files of each are in.
_FAMILIES = {
    "alexnet": _Family("cnn", "AlexNet", ("image-classification",)),
    "arcface": _Family("cnn", "ArcFace", ("image-feature-extraction",)),
    "bert-squad": _Family("aet", "BERT", ("question-answering",)),
    "bidirectional_attention_flow": _Family("lstm", "BiDAF", ("question-answering",)),
    "caffenet": _Family("cnn", "CaffeNet", ("image-classification",)),
    "densenet-121": _Family("cnn", "DenseNet", ("image-classification",)),
    "duc": _Family("cnn", "DUC", ("image-segmentation",)),
    "efficientnet-lite4": _Family("cnn", "EfficientNet-Lite", ("image-classification",)),
    "emotion_ferplus": _Family("cnn", "Emotion FERPlus", ("image-classification",)),
    "fast_neural_style": _Family("cnn", "Fast Neural Style", ("image-to-image",)),
    "faster-rcnn": _Family("rcnn", "Faster R-CNN", ("object-detection",)),
    "fcn": _Family("cnn", "FCN", ("image-segmentation",)),
    "googlenet": _Family("cnn", "GoogLeNet", ("image-classification",)),
    "gpt-2": _Family("art", "GPT-2", ("text-generation",)),
    "inception_v1": _Family("cnn", "Inception", ("image-classification",)),
    "inception_v2": _Family("cnn", "Inception", ("image-classification",)),
    "mask-rcnn": _Family("rcnn", "Mask R-CNN", ("object-detection", "image-segmentation")),
    "mnist": _Family("cnn", "MNIST", ("image-classification",)),
    "mobilenet": _Family("cnn", "MobileNet V2", ("image-classification",)),
    "rcnn_ilsvrc13": _Family("rcnn", "R-CNN", ("image-classification",)),
    "resnet": _Family("cnn", "ResNet", ("image-classification",)),
    "retinanet": _Family("cnn", "RetinaNet", ("object-detection",)),
    "roberta": _Family("aet", "RoBERTa", ("feature-extraction",)),
    "shufflenet": _Family("cnn", "ShuffleNet", ("image-classification",)),
    "squeezenet": _Family("cnn", "SqueezeNet", ("image-classification",)),
    "ssd": _Family("cnn", "SSD", ("object-detection",)),
    "ssd-mobilenetv1": _Family("cnn", "SSD", ("object-detection",)),
    "sub_pixel_cnn_2016": _Family("cnn", "Sub-pixel CNN", ("image-to-image",)),
    "t5": _Family("stst", "T5", ("translation", "summarization")),
    "tiny-yolov2": _Family("cnn", "YOLOv2", ("object-detection",)),
    "tiny-yolov3": _Family("cnn", "YOLOv3", ("object-detection",)),
    "ultraface": _Family("cnn", "UltraFace", ("object-detection",)),
    "vgg": _Family("cnn", "VGG", ("image-classification",)),
    "yolov2-coco": _Family("cnn", "YOLOv2", ("object-detection",)),
    "yolov3": _Family("cnn", "YOLOv3", ("object-detection",)),
    "yolov4": _Family("cnn", "YOLOv4", ("object-detection",)),
    "zfnet-512": _Family("cnn", "ZFNet", ("image-classification",)),
}
_NO_MODEL = "preprocessing"


def read(package: Package, known: Known) -> Harvest:
    """Read the manifest: an item for each network, and a file for each row."""
    harvest = Harvest()
    items: dict[str, Item] = {}
    rows = parse_json_list(package.read(_PATH), f"{package.name}/{_PATH}")
    if not rows:
        raise InputError("the manifest is empty: its layout changed", file=f"{package.name}/{_PATH}")
    for number, row in enumerate(rows, 1):
        _read_row(row, f"{_PATH}#{number}", items, harvest)
    if not items:
        raise InputError("the manifest has no row of a known form: its layout changed", file=f"{package.name}/{_PATH}")
    harvest.items += items.values()
    return harvest


def _read_row(row: object, place: str, items: dict[str, Item], harvest: Harvest) -> None:
    fields = row if isinstance(row, dict) else {}
    about = fields.get("metadata")
    metadata = about if isinstance(about, dict) else {}
    name, path = as_text(fields.get("model", "")), as_text(fields.get("model_path", ""))
    key = f"onnx-hub:{shown(name)}"
    wrong = fault(name) or fault(path) or ("it leads out of the repository" if ".." in path.split("/") else None)
    if wrong:
        comment = f"A row has no name or no path: {wrong}. It is left out."
        harvest.find(key, "model_path", "garbage-id", shown(path or name), comment, place)
        return
    digest = as_text(metadata.get("model_sha", ""))
    if not is_sha256(digest):
        comment = "A SHA-256 has 64 lower-case hexadecimal digits, this is none; the file is left out."
        harvest.find(key, "model_sha", "malformed-digest" if digest else "empty-digest", shown(digest), comment, place)
        return
    tags = metadata.get("tags")
    if isinstance(tags, list) and _NO_MODEL in tags:
        comment = "This is a graph that prepares pictures for a model, and no model; it is left out."
        harvest.find(key, "tags", "wrong-field", name, comment, place)
        return
    # …/resnet/model/resnet50-v1-7.onnx
    folder = ["", "", "", *path.split("/")][-3]
    family = _FAMILIES.get(folder)
    if family is None:
        comment = "Nobody has looked at what the models of this folder are yet; the file is left out."
        harvest.find(key, "model_path", "unknown-reference", path, comment, place)
        return
    operators = fields.get("opset_version")
    item = _item(_network(name, operators), place, family, items)
    if key not in (item.key, *item.keys):
        item.alias(key)
    if ("file", digest[:16]) in item.parts:
        comment = "Another file of the model has this digest, so one of the two is wrong; the first is kept."
        harvest.find(key, "model_sha", "shared-digest", digest, comment, place)
        return
    packing = _PACKING.search(name)
    size = metadata.get("model_bytes")
    part = item.file(
        path,
        sha256=digest,
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        kind="onnx",
        precision=_PRECISIONS[packing[1]] if packing else None,
    )
    if isinstance(operators, int) and not isinstance(operators, bool):
        part.say(RDFS.comment, text(f"For version {operators} of the operator set of ONNX.", "en"))


def _network(name: str, operators: object) -> str:
    """Return the name of a network without number format and version of the operator set."""
    plain = _OPERATORS.sub("", _PACKING.sub("", name))
    is_said = isinstance(operators, int) and operators > 2  # smaller ones are versions of a network
    return plain.removesuffix(f"-{operators}") if is_said else plain


def _item(network: str, place: str, family: _Family, items: dict[str, Item]) -> Item:
    key = f"onnx-hub:{network}"
    if key not in items:
        item = items[key] = Item(
            key=key, place=place, kind="Model", architecture=family.architecture, series=family.series,
            release=_release(network, family.series), label=f"{network} (ONNX)", owner="onnx",
        )  # fmt: skip
        item.repository(_REPOSITORY, "github.com", joins=False)
        item.loader("onnx", call="load", module="onnx.hub")
        item.concept(MIR.task, "task", *family.tasks)
        item.inferred |= {MIR.architecture, MIR.loader, MIR.task}
    return items[key]


def _release(network: str, series: str) -> str:
    """Return what the name of a network says beyond the series; all of it, where it does not begin with that.

    >>> _release("ResNet50-v2", "ResNet"), _release("SSD", "SSD"), _release("Candy", "Fast Neural Style")
    ('50-v2', 'base', 'candy')
    """
    for end in range(len(network), 0, -1):
        if same_name(network[:end]) == same_name(series):
            return token(network[end:]) or "base"
    return token(network)


SOURCE = Source(
    name="onnx-hub",
    title="ONNX Model Zoo",
    description=(
        "Classic models in the format of ONNX: every file with its digest, size, number format and operator set, read"
        " from the manifest of the hub."
    ),
    licence="Apache-2.0",
    origin="git:onnx/models",
    page=f"https://github.com/onnx/models/blob/{{revision}}/{_PATH}",
    rank=60,
    read=read,
)
