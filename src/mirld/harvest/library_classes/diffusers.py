"""Classes of diffusers: pipelines with what their calls take, models with what their configurations take."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from mirld.errors import InputError
from mirld.graph.collector import paused
from mirld.harvest.items import Harvest
from mirld.harvest.known import Known
from mirld.harvest.library_classes.catalogue import Catalogue, Found
from mirld.harvest.library_classes.choosing import chosen, report
from mirld.harvest.library_classes.definitions import Defined, of_signature
from mirld.harvest.library_classes.documented import limits, units
from mirld.harvest.library_classes.inheriting import Inheritance
from mirld.harvest.library_classes.stating import Library, triples_of
from mirld.harvest.package import Package

PAGE = "https://github.com/huggingface/diffusers/blob/v{version}/src/"

_PIPELINE, _MODEL = "DiffusionPipeline", "ModelMixin"
_PHASES = {"load": "from_pretrained", "init": "__init__", "call": "__call__"}
_PATTERNS = (
    "diffusers/pipelines/*.py",
    "diffusers/models/*.py",
    "diffusers/configuration_utils.py",
    "diffusers/loaders/*.py",
)
# Where from is no parameter.
_LOADED = frozenset(("pretrained_model_name_or_path", "pretrained_model_path"))


@paused()
def read(package: Package, known: Known) -> Harvest:
    """Read the classes that pipelines and models of the library are; InputError when the layout changed."""
    catalogue = Catalogue(package, _PATTERNS)
    for root in (_PIPELINE, _MODEL):
        if not catalogue.named(root):
            raise InputError(f"there is no class {root}: the layout of the package changed", file=package.name)
    harvest = Harvest()
    inheritance = Inheritance(catalogue, _Reader(catalogue).read)
    among = chosen(catalogue, (_PIPELINE, _MODEL), harvest)
    stated = [inheritance.stated(found, among) for found in among]
    for found in among:
        report(found, inheritance.defined(found), harvest)
    library = Library("diffusers", package.version, PAGE.format(version=package.version))
    harvest.triples = triples_of(library, stated, {})
    return harvest


class _Reader:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def read(self, found: Found) -> Mapping[str, Defined]:
        """Read the methods of a class that take parameters."""
        result: dict[str, Defined] = {}
        for phase, name in _PHASES.items():
            method = found.method(name)
            if method is None or not self._is_configuration(found, method):
                continue
            constants = self._catalogue.constants(found.module)
            documentation = ast.get_docstring(method, clean=False) or ""
            components = _components(method) if phase == "init" else frozenset()
            bounds = limits(self._checked(found, method)) if phase == "call" else {}
            skip = _LOADED if phase == "load" else components
            defined = of_signature(method, phase, constants, units(documentation), bounds, skip)
            if phase == "load":
                # What is left of ** goes to the constructor, or is refused.
                defined.is_open = defined.adds = False
            result[phase] = defined
        return result

    def _is_configuration(self, found: Found, method: ast.FunctionDef) -> bool:
        """Say whether arguments are parameters: those of a constructor, where they make up the configuration."""
        if method.name != "__init__":
            return True
        if any(isinstance(node, ast.Name) and node.id == "register_to_config" for node in method.decorator_list):
            return True
        return any(each.name == _PIPELINE for each in self._catalogue.lineage(found))

    def _checked(self, found: Found, method: ast.FunctionDef) -> list[tuple[ast.FunctionDef, frozenset[str]]]:
        """Return the functions that look at the arguments of a call first, and which arguments each is given."""
        taken = frozenset(argument.arg for argument in (*method.args.args, *method.args.kwonlyargs))
        result = [(method, taken)]
        for node in ast.walk(method):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr="check_inputs")):
                    given = [*node.args, *(keyword.value for keyword in node.keywords)]
                    names = frozenset(each.id for each in given if isinstance(each, ast.Name)) & taken
                    checks = (each.method("check_inputs") for each in self._catalogue.lineage(found))
                    first = next((check for check in checks if check is not None), None)
                    result += [(first, names)] if first is not None else []
        return result


def _components(method: ast.FunctionDef) -> frozenset[str]:
    """Return the parts that a constructor registers: other entries, and no parameters."""
    return frozenset(
        keyword.arg
        for node in ast.walk(method)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "register_modules"
        for keyword in node.keywords
        if keyword.arg
    )
