"""The classes of a package, each with the classes of the package that it inherits from; parsed, never imported."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mirld.harvest.package import Package
from mirld.harvest.python import Module


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """A class where it stands."""

    module: Module
    node: ast.ClassDef

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.name

    @property
    def dotted(self) -> str:
        """The module it is imported from, such as `diffusers.pipelines.flux.pipeline_flux`."""
        return _dotted(self.module.path)

    def method(self, name: str) -> ast.FunctionDef | None:
        """Return a method of its own; the last where one stands twice, as Python keeps it."""
        methods = [node for node in self.node.body if isinstance(node, ast.FunctionDef) and node.name == name]
        return methods[-1] if methods else None


class Catalogue:
    """The classes at the top level of the files of a package that match one of some patterns."""

    def __init__(self, package: Package, patterns: Iterable[str]) -> None:
        paths = sorted({path for pattern in patterns for path in package.paths(pattern)})
        self._modules = {_dotted(path): Module(package, path) for path in paths}
        self._inside = {
            dotted: {node.name: Found(module, node) for node in module.classes()}
            for dotted, module in self._modules.items()
        }
        self._imports: dict[str, dict[str, str]] = {}
        self._constants: dict[str, dict[str, Any]] = {}
        self._lineages: dict[Found, tuple[Found, ...]] = {}

    def __iter__(self) -> Iterator[Found]:
        """Give every class, by module and then in order."""
        return (found for inside in self._inside.values() for found in inside.values())

    def named(self, name: str) -> list[Found]:
        """Return the classes of a name."""
        return self._by_name.get(name, [])

    @cached_property
    def _by_name(self) -> dict[str, list[Found]]:
        result: dict[str, list[Found]] = {}
        for found in self:
            result.setdefault(found.name, []).append(found)
        return result

    def constants(self, module: Module) -> Mapping[str, Any]:
        """Return what the names of a module stand for: its own constants, and those of others that it imports."""
        dotted = _dotted(module.path)
        known = self._constants.get(dotted)
        if known is None:
            known = self._constants[dotted] = dict(module.constants)
            for name, origin in self._imported(module).items():
                place, _, original = origin.rpartition(".")
                other = self._modules.get(place)
                if other is not None and original in other.constants:
                    known.setdefault(name, other.constants[original])
        return known

    def bases(self, found: Found) -> list[Found]:
        """Return the classes that a class is made from, where they are of the package too, in order."""
        bases = (self._resolve(base, found) for base in found.node.bases)
        return list(dict.fromkeys(base for base in bases if base is not None and base is not found))

    def lineage(self, found: Found) -> tuple[Found, ...]:
        """Return a class and all above it in the order that Python looks for methods in (C3)."""
        known = self._lineages.get(found)
        if known is None:
            self._lineages[found] = (found,)  # a class above itself is none that Python takes: read on without it
            bases = self.bases(found)
            known = self._lineages[found] = (found, *_merged([[*self.lineage(base)] for base in bases] + [bases]))
        return known

    def _resolve(self, base: ast.expr, found: Found) -> Found | None:
        if isinstance(base, ast.Subscript):
            base = base.value
        name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else None
        if name is None:
            return None
        here = self._inside[found.dotted]
        if name in here and here[name] is not found:
            return here[name]
        imported = self._imported(found.module).get(name, "")
        module, _, original = imported.rpartition(".")
        if original in self._inside.get(module, ()):
            return self._inside[module][original]
        # Imported from the `__init__` of a folder, which takes it from a file of the folder.
        others = [each for each in self.named(original or name) if each is not found]
        return others[0] if len(others) == 1 else None

    def _imported(self, module: Module) -> dict[str, str]:
        """Return what a module calls things that it imports, and the full names of these."""
        dotted = _dotted(module.path)
        known = self._imports.get(dotted)
        if known is None:
            known = self._imports[dotted] = {}
            steps = dotted.split(".") if module.path.endswith("/__init__.py") else dotted.split(".")[:-1]
            for node in ast.walk(module.tree):
                if isinstance(node, ast.ImportFrom):
                    start = steps[: len(steps) - node.level + 1] if node.level else []
                    origin = ".".join([*start, *([node.module] if node.module else [])])
                    known.update({alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names})
        return known


def _merged(lines: list[list[Found]]) -> Iterator[Found]:
    """Merge the lines above a class so that each stays in order; where none can, take the first that is left."""
    while lines := [line for line in lines if line]:
        behind = {found for line in lines for found in line[1:]}
        chosen = next((line[0] for line in lines if line[0] not in behind), lines[0][0])
        yield chosen
        lines = [[found for found in line if found is not chosen] for line in lines]


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
