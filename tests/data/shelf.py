"""Packages of Python read from their archives without running them: what they export, and what functions take."""

from __future__ import annotations

import ast
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple


class Signature(NamedTuple):
    """Names that a function takes as keywords, and whether it takes any other."""

    names: frozenset[str]
    is_open: bool


class Shelf:
    """The modules of one package, by their dotted name."""

    def __init__(self, archive: Path, package: str) -> None:
        self.package = package
        self._has: dict[str, frozenset[str]] = {}
        self._packages: set[str] = set()
        self._files: dict[str, str] = {}
        for path, text in _files(archive, package):
            name = path.removesuffix(".__init__")
            self._files[name] = text
            self._packages |= {name} if name != path else set()

    @cached_property
    def trees(self) -> Mapping[str, ast.Module]:
        """Every module that parses."""
        found = {}
        for name, text in self._files.items():
            try:
                found[name] = ast.parse(text)
            except SyntaxError:
                continue
        return found

    @cached_property
    def classes(self) -> Mapping[str, list[ast.ClassDef]]:
        """Every class by its name, in the order of modules."""
        found: dict[str, list[ast.ClassDef]] = {}
        for _, tree in sorted(self.trees.items()):
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    found.setdefault(node.name, []).append(node)
        return found

    @cached_property
    def functions(self) -> Mapping[str, list[ast.FunctionDef]]:
        """Every function and method by its name."""
        found: dict[str, list[ast.FunctionDef]] = {}
        for _, tree in sorted(self.trees.items()):
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    found.setdefault(node.name, []).append(node)
        return found

    @cached_property
    def exported(self) -> frozenset[str]:
        """Names that the package offers at its top: those that it imports, and those that it lists as texts."""
        top = self.trees[self.package]
        listed = {
            node.value for node in ast.walk(top) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for tree in self.trees.values():
            for node in tree.body:
                if isinstance(node, ast.Assign) and any(
                    isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
                ):
                    listed |= {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
        return frozenset(listed | self.has(self.package))

    def has(self, module: str) -> frozenset[str]:
        """Names that a module defines or imports, those of modules that it imports whole included."""
        if module in self._has:
            return self._has[module]
        found: set[str] = set()
        waiting, seen = [module], {module}
        for each in waiting:
            for node in ast.walk(self.trees[each]) if each in self.trees else ():
                if isinstance(node, ast.ClassDef | ast.FunctionDef):
                    found.add(node.name)
                elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    found.add(node.id)
                elif isinstance(node, ast.ImportFrom):
                    found |= {alias.asname or alias.name for alias in node.names}
                    here = each if each in self._packages else each.rpartition(".")[0]
                    below = f"{here}.{node.module}" if node.level else node.module or ""
                    if any(alias.name == "*" for alias in node.names) and below not in seen:
                        seen.add(below)
                        waiting.append(below)
        self._has[module] = frozenset(found)
        return self._has[module]

    def lineage(self, name: str) -> Iterator[ast.ClassDef]:
        """Give a class and those that it is derived from, as far as the package has them."""
        waiting, seen = [name], set()
        while waiting:
            each = waiting.pop(0)
            if each in seen or each not in self.classes:
                continue
            seen.add(each)
            node = self.classes[each][0]
            yield node
            waiting += [base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases]

    def method(self, class_name: str, name: str) -> ast.FunctionDef | None:
        """Find a method of a class, or of one that it is derived from."""
        for node in self.lineage(class_name):
            for each in node.body:
                if isinstance(each, ast.FunctionDef) and each.name == name:
                    return each
        return None


def _texts(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@cache
def signature(node: ast.FunctionDef) -> Signature:
    """Return what a function takes; what it takes out of its `**` by name is among it."""
    arguments = node.args
    names = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    for each in ast.walk(node):
        if (
            isinstance(each, ast.Call)
            and isinstance(each.func, ast.Attribute)
            and each.func.attr in ("pop", "get")
            and isinstance(each.func.value, ast.Name)
            and arguments.kwarg is not None
            and each.func.value.id == arguments.kwarg.arg
            and each.args
            and isinstance(each.args[0], ast.Constant)
        ):
            names.add(str(each.args[0].value))
    return Signature(frozenset(names), arguments.kwarg is not None)


def _files(archive: Path, package: str) -> Iterator[tuple[str, str]]:
    for path, data in _members(archive):
        parts = path.split("/")
        if package not in parts or not path.endswith(".py"):
            continue
        dotted = ".".join(parts[parts.index(package) :]).removesuffix(".py")
        yield dotted, data.decode("utf-8", errors="replace")


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as found:
            for name in found.namelist():
                if name.endswith(".py"):
                    yield name, found.read(name)
        return
    with tarfile.open(archive) as packed:
        for member in packed:
            file = packed.extractfile(member) if member.isfile() and member.name.endswith(".py") else None
            if file is not None:
                yield member.name, file.read()
