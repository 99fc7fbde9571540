"""Pipelines: the class, the types of what it is made of, what its call takes, and its tasks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from mirld.errors import InputError
from mirld.harvest.python import Module
from mirld.harvest.sources.diffusers.library import NAME, Library, base_names, method
from mirld.harvest.sources.diffusers.signatures import parameters

_FOLDER = "diffusers/pipelines"
_AUTO = f"{_FOLDER}/auto_pipeline.py"
_ROOT = "DiffusionPipeline"
_TASKS = {
    "TEXT2IMAGE": "text-to-image",
    "IMAGE2IMAGE": "image-to-image",
    "INPAINT": "image-to-image",
    "TEXT2VIDEO": "text-to-video",
    "IMAGE2VIDEO": "image-to-video",
    "VIDEO2VIDEO": "video-to-video",
    "TEXT2AUDIO": "text-to-audio",
}
_DENOISERS = (("dit", "transformer"), ("unet", "unet"), ("unet", "prior"), ("unet", "decoder"))
_PLAIN_TYPES = frozenset(("Any", "bool", "dict", "float", "int", "list", "object", "str", "tuple"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The place of a component: its role, and the classes that the source lets fill it, each with its library."""

    role: str
    classes: tuple[tuple[str, str | None], ...]


@dataclass(slots=True, kw_only=True)
class Pipeline:
    """A pipeline class. `call` are the names that its call takes, or None where it takes any."""

    name: str
    path: str
    place: str
    family: str
    slots: tuple[Slot, ...]
    call: frozenset[str] | None
    tasks: tuple[str, ...] = ()

    @property
    def architecture(self) -> str | None:
        """What its denoiser is, by the name that its place has."""
        roles = [slot.role for slot in self.slots]
        for architecture, mark in _DENOISERS:
            if any(mark in role for role in roles):
                return architecture
        return None


def read_pipelines(library: Library) -> dict[str, Pipeline]:
    """Read every pipeline class by its name; InputError when there is none."""
    modules = [library.module(path) for path in library.package.paths(f"{_FOLDER}/*.py")]
    nodes = {node.name: (module, node) for module in modules for node in module.classes()}
    kinds = _descendants({name: base_names(node) for name, (_, node) in nodes.items()})
    if not kinds:
        raise InputError("the package has no pipelines: its layout changed", file=library.package.name)
    named = [name for name in sorted(kinds) if library.is_name(name, "class", nodes[name][0].place(nodes[name][1]))]
    found = {name: _pipeline(*nodes[name], library) for name in named}
    for name, task in _auto_tasks(library.module(_AUTO)):
        if name in found and task not in found[name].tasks:
            found[name].tasks += (task,)
    return found


def _descendants(bases: dict[str, list[str]]) -> set[str]:
    """Return the classes that are made from the root of all pipelines, over however many others."""
    found = {_ROOT}
    while True:
        more = {name for name, over in bases.items() if name not in found and found & set(over)}
        if not more:
            return found - {_ROOT}
        found |= more


def _pipeline(module: Module, node: ast.ClassDef, library: Library) -> Pipeline:
    folders = module.path.removeprefix(f"{_FOLDER}/").split("/")[:-1]
    constructor, call = method(node, "__init__"), method(node, "__call__")
    libraries = imported_from(module)
    slots = [] if constructor is None else [_slot(*found[:2], libraries) for found in parameters(constructor)]
    open_ended = call is None or call.args.kwarg is not None
    return Pipeline(
        name=node.name,
        path=module.path,
        place=module.place(node),
        family=next((folder for folder in folders if folder != "deprecated"), ""),
        slots=tuple(slot for slot in slots if slot.classes and library.is_name(slot.role, "role", module.place(node))),
        call=None if open_ended or call is None else frozenset(found.name for found in parameters(call)),
    )


def imported_from(module: Module) -> dict[str, str]:
    """Return the library of every name that a file imports or defines, wherever it does so."""
    found = {node.name: NAME for node in module.classes()}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            home = NAME if node.level else (node.module or "").partition(".")[0]
            found.update((alias.asname or alias.name, home) for alias in node.names)
    return found


def _slot(role: str, annotation: ast.expr | None, libraries: dict[str, str]) -> Slot:
    names = [] if annotation is None else list(dict.fromkeys(_alternatives(annotation)))
    # Several of a kind are wrapped in a class of their own, which no repository names.
    names = [name for name in names if "Multi" not in name or name.replace("Multi", "") not in names]
    return Slot(role=role, classes=tuple((name, libraries.get(name)) for name in names))


def _alternatives(annotation: ast.expr) -> Iterator[str]:
    """Give the classes that an annotation allows; lists of them, None and plain values are no classes."""
    match annotation:
        case ast.Constant(value=str(quoted)):
            try:
                yield from _alternatives(ast.parse(quoted, mode="eval").body)
            except SyntaxError:
                return
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            yield from _alternatives(left)
            yield from _alternatives(right)
        case ast.Subscript(value=ast.Name(id="Optional" | "Union"), slice=inner):
            for each in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                yield from _alternatives(each)
        case ast.Name(id=name) | ast.Attribute(attr=name) if name not in _PLAIN_TYPES and name.isascii():
            yield name


def _auto_tasks(module: Module) -> Iterator[tuple[str, str]]:
    """Give (pipeline, task) of the tables by which a pipeline is chosen for a task."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=table)], value=ast.Call(args=[ast.List(elts=rows)])):
                names = [row.elts[1] for row in rows if isinstance(row, ast.Tuple) and len(row.elts) == 2]
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=table))], value=ast.Name() as only):
                names = [only]
            case _:
                continue
        task = next((task for mark, task in _TASKS.items() if f"AUTO_{mark}_" in table), None)
        for name in names:
            if task is not None and table.endswith("PIPELINES_MAPPING") and isinstance(name, ast.Name):
                yield name.id, task
