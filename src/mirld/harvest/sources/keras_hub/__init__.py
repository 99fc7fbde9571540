"""KerasHub: presets of models, with the place on Kaggle, the number of parameters and the classes that open them.

It comes after the lists that have the models themselves.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from mirld.errors import InputError
from mirld.graph.terms import literal
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.naming import title_key
from mirld.harvest.package import Package
from mirld.harvest.python import Module
from mirld.harvest.source import Source
from mirld.harvest.sources.keras_hub.families import family
from mirld.vocab import MIR

_ROOT = "keras_hub/src/models/"
_HOST = "kaggle.com"
# owner, collection, framework, variation, and the version, which is missing where the newest is meant.
_HANDLE = re.compile(r"kaggle://([\w.-]+)/([\w.-]+)/([A-Za-z]+)/([\w.-]+)(?:/(\d+))?")
# Classes with a backbone that prepare its input, and do not run it.
_NO_TASK = ("Preprocessor", "Converter", "Tokenizer")
# What the class says that runs a network, where the head is a part of the network and not put on it afterwards.
_TASKS = {
    "AudioToText": "automatic-speech-recognition",
    "DepthEstimator": "depth-estimation",
    "ImageSegmenter": "image-segmentation",
    "ImageToImage": "image-to-image",
    "ObjectDetector": "object-detection",
    "TextToImage": "text-to-image",
}
_WRITERS = frozenset(("art", "moe"))
_QUANTISED = "_int8"


class _Row(NamedTuple):
    """One preset: where it is written, the class that it is registered for, and what is said of it."""

    name: str
    place: str
    class_name: str
    said: dict[str, Any]


def read(package: Package, known: Known) -> Harvest:
    """Read every preset that is registered for a class."""
    harvest = Harvest()
    tasks = _task_classes(package)
    rows: dict[str, _Row] = {}
    for folder in sorted({str(PurePosixPath(path).parent) for path in package.paths(f"{_ROOT}*/*_presets.py")}):
        for row in _rows(package, folder, harvest):
            rows.setdefault(row.name, row)
    for row in rows.values():
        item = _item(row, rows, tasks, known, harvest)
        if item is not None:
            harvest.items.append(item)
    if not harvest.items:
        raise InputError("the package has no presets: its layout changed", file=f"{package.name}/{_ROOT}")
    return harvest


def _task_classes(package: Package) -> dict[str, set[str]]:
    """Return the classes that run a model on a task, by the class of its network."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in package.paths(f"{_ROOT}*/*.py"):
        if not path.endswith(("_test.py", "_presets.py", "_layers.py", "__init__.py")):
            for node in Module(package, path).classes():
                for member in node.body:
                    match member:
                        case ast.Assign(targets=[ast.Name(id="backbone_cls")], value=ast.Name(id=network)):
                            if not node.name.endswith(_NO_TASK):
                                found[network].add(node.name)
    return found


def _rows(package: Package, folder: str, harvest: Harvest) -> Iterator[_Row]:
    """Give the presets of a family, each with the class that its table is registered for."""
    tables: dict[str, tuple[Module, Any]] = {}
    for path in package.paths(f"{folder}/*_presets.py"):
        module = Module(package, path)
        tables |= {name: (module, module.constants.get(name)) for name, _ in module.assignments()}
    registering = Module(package, f"{folder}/__init__.py")
    for node in ast.walk(registering.tree):
        match node:
            case ast.Call(func=ast.Name(id="register_presets"), args=[ast.Name(id=table), ast.Name(id=class_name)]) if (
                table in tables
            ):
                module, presets = tables[table]
                places = _places(module)
                if not isinstance(presets, dict):
                    comment = "The table is made by a program, so it is not read."
                    harvest.find(f"keras-hub:{table}", "presets", "lost-field", table, comment, module.path)
                    continue
                for name, said in presets.items():
                    place = places.get(name, module.path)
                    wrong = fault(name) if isinstance(name, str) and isinstance(said, dict) else "it is no preset"
                    if wrong is None:
                        yield _Row(name, place, class_name, said)
                        continue
                    comment = f"The name is refused ({wrong}), so the preset is left out."
                    value = shown(str(name))
                    harvest.find(f"keras-hub:{value}", "name", "garbage-id", value, comment, place)


def _places(module: Module) -> dict[object, str]:
    return {
        key.value: module.place(key)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }


def _item(row: _Row, rows: dict[str, _Row], tasks: dict[str, set[str]], known: Known, harvest: Harvest) -> Item | None:
    handle = _HANDLE.fullmatch(str(row.said.get("kaggle_handle")))
    if handle is None:
        comment = "The preset has no handle of Kaggle that can be read, so it is left out."
        value = shown(str(row.said.get("kaggle_handle")))
        harvest.find(f"keras-hub:{row.name}", "kaggle_handle", "wrong-type", value, comment, row.place)
        return None
    owner, collection, framework, variation, version = handle.groups()
    series, architecture = family(row.name, collection)
    item = Item(
        key=f"keras-hub:{row.name}",
        place=row.place,
        kind="Model",
        architecture=architecture,
        series=series,
        release=row.name,
        label=row.name,
        owner=owner,
    )
    if variation != row.name and variation in rows:
        comment = f"The handle is that of another preset, {variation}, so it is left out."
        harvest.find(item.key, "kaggle_handle", "wrong-repository", handle[0], comment, row.place)
    else:
        name = f"{owner}/{collection}/{framework}/{variation}"
        page = "/".join(["https://www.kaggle.com/models", name, *([version] if version else [])])
        item.repository(name, _HOST, revision=version, page=page)
    item.loader("keras_hub", row.class_name, call="from_preset", module="keras_hub.models")
    item.setting("preset", row.name, "load", scope="keras_hub")
    metadata = row.said.get("metadata")
    count = metadata.get("params") if isinstance(metadata, dict) else None
    if isinstance(count, int) and count > 0:
        item.say(MIR.parameterCount, literal(count))
    _add_tasks(item, row, tasks)
    if row.name.endswith(_QUANTISED) and row.name.removesuffix(_QUANTISED) in rows:
        item.link(MIR.quantizedFrom, f"keras-hub:{row.name.removesuffix(_QUANTISED)}")
        item.inferred.add(MIR.quantizedFrom)
    elif (whole := known.titles.get(title_key(row.name))) is not None:
        # A preset is a model of somebody else in the format of Keras: what has its name is that model.
        item.keys.append(whole.key)
        item.inferred.add(MIR.alias)
    return item


def _add_tasks(item: Item, row: _Row, tasks: dict[str, set[str]]) -> None:
    """State the classes that run the model; what it is for is concluded from what they are called."""
    classes = {row.class_name} & {name for names in tasks.values() for name in names} or tasks.get(
        row.class_name, set()
    )
    item.say(MIR.taskClass, *(literal(name) for name in sorted(classes)))
    found = {task for kind, task in _TASKS.items() if any(name.endswith(kind) for name in classes)}
    if item.architecture in _WRITERS and "embedding" not in row.name:
        found |= {"text-generation" for name in classes if name.endswith("CausalLM")}
    if found:
        item.concept(MIR.task, "task", *sorted(found))
        item.inferred.add(MIR.task)


SOURCE = Source(
    name="keras-hub",
    title="KerasHub",
    description=(
        "Presets of models with their place on Kaggle, the number of their parameters and the classes that open and"
        " run them, read from the tables of the Python package."
    ),
    licence="Apache-2.0",
    origin="pip:keras-hub",
    page="https://github.com/keras-team/keras-hub/tree/v{version}/keras_hub/src/models",
    rank=60,
    read=read,
)
