"""What functions take: each parameter with its type, its default and the values it may have, as parts of an item."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mirld.graph.terms import Literal, literal
from mirld.harvest.cleaning import shown
from mirld.harvest.facts import as_literal, concept, json_literal
from mirld.harvest.items import Item
from mirld.harvest.python import Module, NotLiteral, value
from mirld.harvest.sources.diffusers.library import Library
from mirld.vocab import DCTERMS, MIR


class Parameter(NamedTuple):
    """One parameter of a function, as it is written: its type and its default are expressions."""

    name: str
    annotation: ast.expr | None
    default: ast.expr | None


def parameters(function: ast.FunctionDef) -> Iterator[Parameter]:
    """Give the parameters of a method in order, without the object itself and without `*` and `**`."""
    taken = function.args
    positional = [*taken.posonlyargs, *taken.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(taken.defaults)) + [*taken.defaults]
    named = zip(taken.kwonlyargs, taken.kw_defaults, strict=True)
    for argument, default in [*list(zip(positional, defaults, strict=True))[1:], *named]:
        yield Parameter(argument.arg, argument.annotation, default)


def state_parameters(
    item: Item, function: ast.FunctionDef, module: Module, library: Library, *, call: str | None = None
) -> None:
    """State what a constructor takes, or the method `call`, whose parameters are given anew at each run."""
    for found in parameters(function):
        place = module.place(found.annotation or found.default or function)
        if not library.is_name(found.name, "parameter", place):
            continue
        part = item.part("parameter", f"{call}-{found.name}" if call else found.name)
        part.say(MIR.parameterName, literal(found.name))
        part.say(MIR.phase, concept("phase", "call" if call else "init"))
        part.say(MIR.callable, literal(call) if call else None)
        part.say(MIR.libraryVersion, literal(f"=={library.package.version}"))
        part.say(DCTERMS.source, library.page(module.path))
        if found.annotation is not None:
            written = written_type(found.annotation)
            if library.accepts(written, item.key, found.name, place):
                part.say(MIR.valueType, literal(written))
            for allowed in allowed_values(found.annotation, module.constants):
                if not isinstance(allowed, str) or library.accepts(allowed, item.key, found.name, place):
                    part.say(MIR.allowedValue, typed(allowed))
        if found.default is not None:
            part.say(MIR.defaultValue, _default(item, found, module, library, place))


def _default(item: Item, found: Parameter, module: Module, library: Library, place: str) -> Literal | None:
    expression = found.default or ast.Constant(None)
    infinite = _infinite(expression)
    if infinite is not None:
        return literal(infinite)
    try:
        default = value(expression, module.constants)
    except NotLiteral as error:
        comment = f"The default value is made by a program ({error}), so it is not read."
        written = shown(ast.unparse(expression))
        library.harvest.find(item.key, found.name, "lost-field", written, comment, place)
        return None
    if all(library.accepts(each, item.key, found.name, place) for each in _texts(default)):
        return typed(default)
    return None


def _infinite(node: ast.expr) -> float | None:
    """Tell the value of `float("inf")`, which is no literal, and of its negative."""
    match node:
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value="inf" | "-inf" as named)]):
            return float(named)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            found = _infinite(operand)
            return None if found is None else -found
    return None


def _texts(found: Any) -> Iterator[str]:
    """Give the texts in a value, wherever they stand, but those that are empty."""
    match found:
        case str():
            yield from (found,) if found else ()
        case list() | tuple():
            for each in found:
                yield from _texts(each)
        case dict():
            for key, each in found.items():
                yield from _texts(key)
                yield from _texts(each)


def written_type(annotation: ast.expr) -> str:
    """Write a type as the source does; one that is quoted without its quotes."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation)


def allowed_values(annotation: ast.expr, names: Mapping[str, Any]) -> Iterator[Any]:
    """Give the values that a type written as `Literal[…]` lists, wherever it stands in the annotation."""
    for node in ast.walk(annotation):
        match node:
            case ast.Subscript(value=ast.Name(id="Literal") | ast.Attribute(attr="Literal"), slice=listed):
                for element in listed.elts if isinstance(listed, ast.Tuple) else [listed]:
                    try:
                        yield value(element, names)
                    except NotLiteral:
                        continue


def typed(found: Any) -> Literal | None:
    """Type a value of Python; None is the null of JSON, since a default of None is a default.

    >>> typed(None).value, typed((1, 2)).value, typed([float("inf")])
    ('null', '[1,2]', None)
    """
    if found is None:
        return json_literal(None)
    listed = list(found) if isinstance(found, tuple) else found
    try:
        json.dumps(listed if isinstance(listed, list | dict) else None, allow_nan=False)
    except (TypeError, ValueError):
        return None  # a list that JSON cannot hold, such as one of classes or with an infinite number in it
    return as_literal(listed)
