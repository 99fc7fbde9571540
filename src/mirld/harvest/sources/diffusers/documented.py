"""Where the package shows example code: constants for the docstrings of pipelines, and docstrings themselves."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from mirld.harvest.python import Module
from mirld.harvest.sources.diffusers.library import Library

_FOLDERS = ("pipelines", "loaders", "models", "hooks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text with example code: its file, where it begins, and the pipeline it is shown for, if it is one's."""

    path: str
    place: str
    text: str
    shown_for: str | None


def find_examples(library: Library, pipelines: Collection[str]) -> Iterator[Example]:
    """Give every text that loads something, by file, and in a file in the order of its lines."""
    for folder in _FOLDERS:
        for path in library.package.paths(f"diffusers/{folder}/*.py"):
            module = library.module(path)
            yield from sorted(_in_module(module, pipelines), key=lambda found: int(found.place.rpartition(":")[2]))


def _in_module(module: Module, pipelines: Collection[str]) -> Iterator[Example]:
    shown: dict[str, str] = {}
    owners = []
    for node in module.classes():
        owner = node.name if node.name in pipelines else None
        if owner is not None:
            owners.append(owner)
            shown.update((name, owner) for name in _decorations(node))
        methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
        documents: list[ast.ClassDef | ast.FunctionDef] = [node, *methods]
        for documented in documents:
            text = ast.get_docstring(documented, clean=False)
            if text and "from_pretrained(" in text:
                yield Example(path=module.path, place=module.place(documented), text=text, shown_for=owner)
    for line in module.tree.body:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))) if "EXAMPLE" in name:
                owner = shown.get(name) or (owners[-1] if owners else None)
                yield Example(path=module.path, place=module.place(line), text=text, shown_for=owner)


def _decorations(node: ast.ClassDef) -> Iterator[str]:
    """Give the names that decorators of methods are called with, among them those of constants with example code."""
    for found in node.body:
        for decorator in found.decorator_list if isinstance(found, ast.FunctionDef) else ():
            if isinstance(decorator, ast.Call):
                yield from (argument.id for argument in decorator.args if isinstance(argument, ast.Name))
