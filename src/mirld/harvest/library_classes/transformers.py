"""Classes of transformers: configurations, whose fields are the parameters that models are made with."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from mirld.errors import InputError
from mirld.graph.collector import paused
from mirld.graph.terms import Literal
from mirld.harvest.items import Harvest
from mirld.harvest.known import Known
from mirld.harvest.library_classes.catalogue import Catalogue, Found
from mirld.harvest.library_classes.choosing import chosen, report
from mirld.harvest.library_classes.definitions import Defined, number, of_signature
from mirld.harvest.library_classes.inheriting import Inheritance
from mirld.harvest.library_classes.stating import Library, triples_of
from mirld.harvest.package import Package
from mirld.harvest.python import Module, NotLiteral, value

PAGE = "https://github.com/huggingface/transformers/blob/v{version}/src/"

_CONFIGURATION, _GENERATION = "PreTrainedConfig", "GenerationConfig"
_AUTO = "transformers/models/auto/"
# What a validated field refuses, by the name of its validator: transformers/utils/type_validators.py.
_POSITIVE = "positive_int_field"


@paused()
def read(package: Package, known: Known) -> Harvest:
    """Read the configuration classes of the library; InputError when the layout changed."""
    catalogue = Catalogue(package, ("transformers/*configuration_*.py",))
    if not catalogue.named(_CONFIGURATION):
        raise InputError(f"there is no class {_CONFIGURATION}: the layout of the package changed", file=package.name)
    harvest = Harvest()
    inheritance = Inheritance(catalogue, _read)
    among = chosen(catalogue, (_CONFIGURATION, _GENERATION), harvest)
    stated = [inheritance.stated(found, among) for found in among]
    for found in among:
        report(found, inheritance.defined(found), harvest)
    library = Library("transformers", package.version, PAGE.format(version=package.version))
    harvest.triples = triples_of(library, stated, _configured(package))
    return harvest


def _read(found: Found) -> Mapping[str, Defined]:
    constructor = found.method("__init__")
    constants = found.module.constants
    if constructor is not None:
        return {"init": of_signature(constructor, "init", constants, {}, {})}
    defined = Defined(is_open=_takes_any(found.node), adds=True)
    for node in found.node.body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=default):
                if not _is_class_variable(annotation):
                    low, high = _limits(default, constants)
                    defined.take(name, "init", annotation, default, constants, minimum=low, maximum=high)
    return {"init": defined} if defined.parameters or defined.is_open else {}


def _takes_any(node: ast.ClassDef) -> bool:
    """Say whether the class is `strict` and yet takes arguments that are no fields of it, and so all below it."""
    return any(
        isinstance(decorator, ast.Call) and any(keyword.arg == "accept_kwargs" for keyword in decorator.keywords)
        for decorator in node.decorator_list
    )


def _is_class_variable(annotation: ast.expr) -> bool:
    head = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return getattr(head, "id", getattr(head, "attr", None)) == "ClassVar"


def _limits(default: ast.expr | None, names: Mapping[str, Any]) -> tuple[Literal | None, Literal | None]:
    """Tell the limits of a validated field: `interval(min=0.0, max=1.0)(default=0.02)`."""
    match default:
        case ast.Call(func=ast.Call(func=ast.Name(id="interval"), keywords=keywords)):
            given = {keyword.arg: keyword.value for keyword in keywords}
            return _limit(given.get("min"), names), _limit(given.get("max"), names)
        case ast.Call(func=ast.Name(id=name)) if name == _POSITIVE:
            return number(1), None
    return None, None


def _limit(node: ast.expr | None, names: Mapping[str, Any]) -> Literal | None:
    try:
        return None if node is None else number(value(node, names))
    except NotLiteral:
        return None


def _configured(package: Package) -> dict[str, list[str]]:
    """Tell which classes take their parameters from which configuration: both are listed by the kind of a model."""
    kinds = Module(package, f"{_AUTO}auto_mappings.py").constants.get("CONFIG_MAPPING_NAMES")
    if not isinstance(kinds, dict):
        raise InputError("the package lists no configurations: its layout changed", file=f"{package.name}/{_AUTO}")
    result: dict[str, set[str]] = defaultdict(set)
    for name, listed in Module(package, f"{_AUTO}modeling_auto.py").constants.items():
        if name.endswith("MAPPING_NAMES") and isinstance(listed, dict):
            for kind, said in listed.items():
                models = said if isinstance(said, list | tuple) else (said,)
                if isinstance(kinds.get(kind), str):
                    result[kinds[kind]].update(model for model in models if isinstance(model, str))
    return {name: sorted(models) for name, models in sorted(result.items())}
