"""Parameters as a class of a library declares them: the fields of a data class, or the arguments of its constructor."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mirld.graph.terms import Literal, literal
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.facts import as_literal, json_literal
from mirld.harvest.items import Harvest, Item
from mirld.harvest.python import Module, NotLiteral, value
from mirld.vocab import MIR

_EMPTY: Mapping[str, object] = {"list": [], "tuple": [], "set": [], "dict": {}}
_ENUMERATIONS = frozenset(("Enum", "IntEnum", "StrEnum"))


@dataclass(frozen=True, slots=True)
class Declared:
    """A parameter as it is written; `default` is None where it must be given. `place` is path and line."""

    name: str
    annotation: ast.expr | None
    default: ast.expr | None
    place: str


def fields(module: Module, node: ast.ClassDef) -> Iterator[Declared]:
    """Give the fields of a data class that a caller can set, without those of the classes above it."""
    for said in node.body:
        if not (isinstance(said, ast.AnnAssign) and isinstance(said.target, ast.Name)):
            continue
        name, given = said.target.id, _given(said.value)
        is_set = isinstance(given.get("init"), ast.Constant) and ast.unparse(given["init"]) == "False"
        if not name.startswith("_") and not is_set and not ast.unparse(said.annotation).startswith("ClassVar"):
            yield Declared(name, said.annotation, said.value, module.place(said))


def arguments(module: Module, function: ast.FunctionDef) -> Iterator[Declared]:
    """Give the arguments of a method that a caller can name, without the first and without those of `**`."""
    taken = function.args
    every = [*taken.posonlyargs, *taken.args]
    defaults = [*[None] * (len(every) - len(taken.defaults)), *taken.defaults]
    pairs = zip([*every[1:], *taken.kwonlyargs], [*defaults[1:], *taken.kw_defaults], strict=True)
    for argument, default in pairs:
        yield Declared(argument.arg, argument.annotation, default, module.place(argument))


def enumerations(modules: Iterable[Module]) -> dict[str, Any]:
    """Tell the values of the members of enumerations, by class and member: `AwqFormat.GEMM`."""
    found: dict[str, Any] = {}
    for module in modules:
        for node in module.classes():
            if not any(ast.unparse(base).rpartition(".")[2] in _ENUMERATIONS for base in node.bases):
                continue
            for said in node.body:
                if isinstance(said, ast.Assign) and isinstance(said.targets[0], ast.Name):
                    try:
                        found[f"{node.name}.{said.targets[0].id}"] = value(said.value)
                    except NotLiteral:
                        continue
    return found


def state(item: Item, declared: Iterable[Declared], names: Mapping[str, Any], version: str, harvest: Harvest) -> None:
    """State the parameters of an item at a version of the library.

    A later one of the same name replaces an earlier one, as a class does with those above it. `names` are constants and
    members of enumerations. A default that only a run would tell is left out, and is a finding.
    """
    for said in {one.name: one for one in declared}.values():
        wrong = fault(said.name)
        if wrong or not said.name.isidentifier() or not said.name.isascii():
            comment = f"The name is none of a parameter ({wrong or 'it holds other characters'}), so it is left out."
            harvest.find(item.key, "parameter", "garbage-id", shown(said.name), comment, said.place)
            continue
        part = item.part("parameter", said.name)
        part.say(MIR.parameterName, literal(said.name)).say(MIR.libraryVersion, literal(f"=={version}"))
        part.say(MIR.valueType, _type(item, said, harvest))
        part.say(MIR.allowedValue, *_allowed(said.annotation))
        if said.default is not None:
            try:
                part.say(MIR.defaultValue, _default(said.default, names))
            except NotLiteral:
                comment = "The default is made by a program, so it is left out."
                written = shown(ast.unparse(_given(said.default).get("default_factory") or said.default))
                harvest.find(f"{item.key}#{said.name}", "defaultValue", "lost-field", written, comment, said.place)


def _given(node: ast.expr | None) -> dict[str | None, ast.expr]:
    """Give the arguments of `field(…)`; none for any other expression."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "field":
        return {keyword.arg: keyword.value for keyword in node.keywords}
    return {}


def _default(node: ast.expr, names: Mapping[str, Any]) -> Literal | None:
    """Tell the literal of a default; None where a field has none. None as a value is the null of JSON."""
    if isinstance(node, ast.Call):
        given = _given(node)
        if "default" in given:
            return _default(given["default"], names)
        match given.get("default_factory"):
            case ast.Lambda(body=body):
                return _default(body, names)
            case ast.Name(id=kind) if kind in _EMPTY:
                return json_literal(_EMPTY[kind])
        if given and "default_factory" not in given:
            return None
    if isinstance(node, ast.Attribute) and ast.unparse(node) in names:
        found = names[ast.unparse(node)]
    else:
        found = value(node, names)
    if found is None:
        return json_literal(None)
    typed = as_literal(list(found) if isinstance(found, tuple) else found)
    if typed is None or (isinstance(found, str) and fault(found)):
        raise NotLiteral(type(found).__name__)
    return typed


def _type(item: Item, said: Declared, harvest: Harvest) -> Literal | None:
    if said.annotation is None:
        return None
    quoted = isinstance(said.annotation, ast.Constant) and isinstance(said.annotation.value, str)
    written = str(said.annotation.value) if quoted else ast.unparse(said.annotation)  # type: ignore[attr-defined]
    wrong = fault(written)
    if wrong:
        comment = f"The type is left out: {wrong}."
        harvest.find(f"{item.key}#{said.name}", "valueType", "garbage-id", shown(written), comment, said.place)
        return None
    return literal(" ".join(written.split()))


def _allowed(annotation: ast.expr | None) -> Iterator[Literal]:
    """Give the values that a type lists, where it is a `Literal`, alone or with None beside it."""
    match annotation:
        case ast.Subscript(value=ast.Name(id="Optional"), slice=inner):
            yield from _allowed(inner)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            yield from _allowed(left)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            for one in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                typed = as_literal(one.value) if isinstance(one, ast.Constant) else None
                if typed is not None:
                    yield typed
