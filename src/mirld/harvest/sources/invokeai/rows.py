"""Starter models of InvokeAI as its source has them, and the defaults that it gives to models by their base."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import Harvest
from mirld.harvest.package import Package
from mirld.harvest.places import Place, place_of
from mirld.harvest.python import Module, NotLiteral, value

MODELS = "invokeai/backend/model_manager/starter_models.py"
DEFAULTS = "invokeai/backend/model_manager/configs/main.py"
_EXTERNAL = "external://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One starter model, by the variable it is kept in; `base` and `kind` are members of enumerations of InvokeAI.

    `url` is the address of its file, where the source has that and not the name of a repository.
    """

    variable: str
    name: str
    base: str
    kind: str
    where: Place
    url: str | None
    dependencies: tuple[str, ...]
    place: str

    @property
    def key(self) -> str:
        """What it is known by."""
        return f"invokeai:{self.variable}"


class Default(NamedTuple):
    """Values that models of a base get, or only those of a variant of it; the rest of its variants stand under ""."""

    base: str
    variant: str
    values: dict[str, int | float]
    place: str


def read_rows(package: Package, harvest: Harvest) -> list[Row]:
    """Read all starter models that have weights; a bad row is a finding, a file without any an InputError."""
    module = Module(package, MODELS)
    rows = []
    for variable, node in module.assignments():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "StarterModel":
            row = _row(variable, node, module, harvest)
            if row is not None:
                rows.append(row)
    if not rows:
        raise InputError("the file has no starter models: its layout changed", file=module.shown)
    return rows


def _row(variable: str, node: ast.Call, module: Module, harvest: Harvest) -> Row | None:
    said = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    key, place = f"invokeai:{variable}", module.place(node)
    name, source = _text(said.get("name")), _text(said.get("source"))
    wrong = fault(name) or fault(source)
    if wrong:
        comment = f"Its name or its source is none: {wrong}. The model is left out."
        harvest.find(key, "name", "garbage-id", shown(f"{name} {source}"), comment, place)
        return None
    if source.startswith(_EXTERNAL):
        return None  # a service, whose weights nobody has
    name_of_repository, _, part = source.partition("::")
    where = place_of(name_of_repository)
    if where is not None and part:
        where = where._replace(path=part)
    if where is None or ".." in where.path.split("/"):
        comment = "This is neither a repository nor the address of a file; the model is left out."
        harvest.find(key, "source", "wrong-repository", shown(source), comment, place)
        return None
    needed = said.get("dependencies")
    elements = needed.elts if isinstance(needed, ast.List | ast.Tuple) else []
    return Row(
        variable=variable,
        name=name,
        base=_member(said.get("base")),
        kind=_member(said.get("type")),
        where=where,
        url=source if source.startswith("https://") else None,
        dependencies=tuple(one.id for one in elements if isinstance(one, ast.Name)),
        place=place,
    )


def _text(node: ast.expr | None) -> str:
    try:
        found = value(node) if node is not None else ""
    except NotLiteral:
        return ""
    return found if isinstance(found, str) else ""


def _member(node: ast.expr | None) -> str:
    """Return the name of a member of an enumeration, of which the source gives only that."""
    return node.attr if isinstance(node, ast.Attribute) else ""


def read_defaults(package: Package) -> Iterator[Default]:
    """Read the values that the function `from_base` returns; InputError when there is no such function."""
    module = Module(package, DEFAULTS)
    for function in ast.walk(module.tree):
        if isinstance(function, ast.FunctionDef) and function.name == "from_base":
            for node in ast.walk(function):
                if isinstance(node, ast.Match):
                    yield from _cases(node, module)
            return
    raise InputError("the file gives models no defaults by their base: its layout changed", file=module.shown)


def _cases(node: ast.Match, module: Module) -> Iterator[Default]:
    for case in node.cases:
        if isinstance(case.pattern, ast.MatchValue):
            base = _member(case.pattern.value)
            for variants, returned in _returns(case.body):
                values = _values(returned)
                for variant in variants or [""]:
                    yield Default(base, variant, values, module.place(returned))


def _returns(body: list[ast.stmt], variants: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], ast.Return]]:
    """Give every return of a body with the variants it is for: those that the condition around it names."""
    for node in body:
        if isinstance(node, ast.Return):
            yield variants, node
        elif isinstance(node, ast.If):
            yield from _returns(node.body, _variants(node.test))
            yield from _returns(node.orelse, variants)


def _variants(test: ast.expr) -> tuple[str, ...]:
    """Return the variants that a condition names: members of an enumeration, or a word that a name has to hold."""
    members = [node.attr for node in ast.walk(test) if isinstance(node, ast.Attribute)]
    words = [node.value for node in ast.walk(test) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return tuple(members or words)


def _values(returned: ast.Return) -> dict[str, int | float]:
    found: dict[str, int | float] = {}
    for keyword in returned.value.keywords if isinstance(returned.value, ast.Call) else []:
        try:
            number = value(keyword.value)
        except NotLiteral:
            continue
        if keyword.arg and isinstance(number, int | float) and not isinstance(number, bool):
            found[keyword.arg] = number
    return found
