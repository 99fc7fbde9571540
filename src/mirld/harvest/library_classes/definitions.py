"""What one definition of a parameter says, read from the signature of a function or from the fields of a class."""

from __future__ import annotations

import ast
import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mirld.graph.terms import Literal
from mirld.harvest.cleaning import fault
from mirld.harvest.facts import as_literal, json_literal
from mirld.harvest.python import NotLiteral, value

NULL = json_literal(None)
"""The default None: a parameter that need not be given, and then has no value."""

LONGEST_TEXT = 80
"""Characters of the longest text that is taken as a default: a longer one is a prompt that somebody wrote."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_EMPTY: Mapping[str, object] = {"list": [], "tuple": [], "set": [], "dict": {}}
_UNIONS = frozenset(("Optional", "Union"))


@dataclass(frozen=True, slots=True)
class Definition:
    """A parameter: `phase` is load, init or call; `default` is None where it must be given, or no literal.

    The `unit` is what a documentation says of it, and does not tell it from others.
    """

    name: str
    phase: str
    type: str | None = None
    default: Literal | None = None
    allowed: tuple[Literal, ...] = ()
    minimum: Literal | None = None
    maximum: Literal | None = None
    unit: str | None = field(default=None, compare=False)

    @property
    def digest(self) -> str:
        """Eight digits that the same definition has wherever it stands."""
        said = [self.name, self.phase, self.type, self.default, self.allowed, self.minimum, self.maximum]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of a definition that is not taken over: of which parameter, the problem, and the value as written."""

    name: str
    field: str
    problem: str
    value: str
    comment: str
    line: int


@dataclass(slots=True)
class Defined:
    """What a class says itself of one phase: parameters by name, and whether it takes others as well (`is_open`).

    `adds` says that those of the classes above it stay, as fields do and arguments of a method do not.
    """

    parameters: dict[str, Definition] = field(default_factory=dict)
    is_open: bool = False
    adds: bool = False
    faults: list[Fault] = field(default_factory=list)

    def take(
        self,
        name: str,
        phase: str,
        annotation: ast.expr | None,
        default: ast.expr | None,
        names: Mapping[str, Any],
        *,
        minimum: Literal | None = None,
        maximum: Literal | None = None,
        unit: str | None = None,
    ) -> None:
        """Add a parameter as it is written; what cannot be told without a run is left out, and is a fault."""
        said = annotation or default
        line = 0 if said is None else said.lineno
        if not _NAME.fullmatch(name):
            comment = "The name is longer than any, or holds other characters than those of ASCII: it is left out."
            self.faults.append(Fault(name, "parameter", "garbage-id", name, comment, line))
            return
        written = None if annotation is None else _written(annotation)
        if written is not None and fault(written):
            comment = f"The type of the parameter is left out: {fault(written)}."
            self.faults.append(Fault(name, "annotation", "garbage-id", written, comment, line))
            written = None
        found = None
        if default is not None:
            try:
                found = default_of(default, names)
            except NotLiteral:
                comment = "The default is made by a program, or is a long text, so it is left out."
                self.faults.append(Fault(name, "default", "lost-field", _start(_written(default)), comment, line))
        allowed = () if annotation is None else tuple(_allowed(annotation))
        self.parameters[name] = Definition(name, phase, written, found, allowed, minimum, maximum, unit)


def of_signature(
    function: ast.FunctionDef,
    phase: str,
    names: Mapping[str, Any],
    units: Mapping[str, str],
    limits: Mapping[str, tuple[Literal | None, Literal | None]],
    skip: frozenset[str] = frozenset(),
) -> Defined:
    """Read the parameters of a method, the first left out, and what it takes out of its ** by name.

    It is open when it gives its ** to others than the method of the same name above it; when it does that, it adds to
    the parameters there. `names` are the constants of its module, `units` and `limits` what is known of parameters.
    """
    taken, result = function.args, Defined(is_open=_passes_on(function), adds=_passes_up(function))
    positional = [*taken.posonlyargs, *taken.args]
    defaults: list[ast.expr | None] = [*[None] * (len(positional) - len(taken.defaults)), *taken.defaults]
    pairs = zip([*positional[1:], *taken.kwonlyargs], [*defaults[1:], *taken.kw_defaults], strict=True)
    for argument, default in pairs:
        name = argument.arg
        if name not in skip:
            low, high = limits.get(name, (None, None))
            unit = units.get(name)
            result.take(name, phase, argument.annotation, default, names, minimum=low, maximum=high, unit=unit)
    for node in ast.walk(function) if taken.kwarg else ():
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id=rest), attr="pop" | "get"),
                args=[ast.Constant(value=str(name)), default],
            ) if taken.kwarg is not None and rest == taken.kwarg.arg and name not in result.parameters:
                result.take(name, phase, None, default, names)
    return result


def _passes_on(function: ast.FunctionDef) -> bool:
    """Say whether a method does more with its ** than take things out of it by name, or give it to the one above."""
    rest = function.args.kwarg
    if rest is None:
        return False
    harmless: set[ast.AST] = set()
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name() as name, attr="pop" | "get")):
                harmless.add(name)
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Name() as name]):
                harmless.add(name)
            case ast.Call() if _is_above(node, function):
                harmless |= {keyword.value for keyword in node.keywords if keyword.arg is None}
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == rest.arg]
    return any(name not in harmless for name in names)


def _passes_up(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call)
        and _is_above(node, function)
        and any(keyword.arg is None for keyword in node.keywords)
        for node in (ast.walk(function) if function.args.kwarg else ())
    )


def _is_above(call: ast.Call, function: ast.FunctionDef) -> bool:
    """Say whether a call is of the method of the same name of the class above: `super().__init__(…)`."""
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
            return name == function.name
    return False


def default_of(node: ast.expr, names: Mapping[str, Any]) -> Literal:
    """Tell the value of a default: a literal, or the one that `field` or a validated field gives; NotLiteral if none.

    >>> default_of(ast.parse("field(default_factory=lambda: [1, 2])", mode="eval").body, {}).value
    '[1,2]'
    """
    match node:
        case ast.Call(func=ast.Name(id="float"), args=[ast.Constant(value=str(text))]):
            try:
                return _literal(float(text))
            except ValueError:
                raise NotLiteral(text) from None
        case ast.Call(args=[], keywords=keywords) if keywords:
            given = {keyword.arg: keyword.value for keyword in keywords}
            if "default" in given:
                return default_of(given["default"], names)
            match given.get("default_factory"):
                case ast.Lambda(body=body):
                    return default_of(body, names)
                case ast.Name(id=kind) if kind in _EMPTY:
                    return _literal(_EMPTY[kind])
    try:
        return _literal(value(node, names))
    except (RecursionError, TypeError, ValueError, ArithmeticError) as error:
        raise NotLiteral(str(error)) from error


def _literal(found: object) -> Literal:
    """Type a value; NotLiteral for what JSON has no word for, for numbers beyond all reason, and for long texts."""
    if found is None:
        return NULL
    if isinstance(found, str) and len(found) > LONGEST_TEXT:
        raise NotLiteral("text")
    if isinstance(found, float):
        return _not_none(as_literal(found))
    try:
        plain = json.loads(json.dumps(found, allow_nan=False))
        written = _not_none(as_literal(plain))
    except (TypeError, ValueError, RecursionError) as error:
        raise NotLiteral(type(found).__name__) from error
    if isinstance(plain, list | dict) and any(len(text) > LONGEST_TEXT for text in _texts(plain)):
        raise NotLiteral("text")
    return written


def _not_none(found: Literal | None) -> Literal:
    if found is None:
        raise NotLiteral("value")
    return found


def _texts(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, list | dict):
        for inner in found if isinstance(found, list) else (*found, *found.values()):
            yield from _texts(inner)


def number(found: object) -> Literal | None:
    """Type a limit; None when it is no number that can be one."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        return None
    return as_literal(found)


def _written(node: ast.expr) -> str:
    """Write an expression on one line; an annotation in quotation marks without them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return " ".join(node.value.split())
    try:
        return ast.unparse(node)
    except (RecursionError, ValueError):
        return "…"  # nested too deep, or a number of thousands of digits


def _start(written: str) -> str:
    """Return what an expression begins with: a long one may hold what somebody wrote."""
    return written if len(written) <= LONGEST_TEXT else f"{written[: LONGEST_TEXT // 2]}…"


def _allowed(annotation: ast.expr) -> Iterator[Literal]:
    """Give the values that a type lists, where it is a `Literal`, with None beside it or not."""
    members = list(_members(annotation))
    listed = [member for member in members if not (isinstance(member, ast.Constant) and member.value is None)]
    values: list[ast.expr] = []
    for member in listed:
        match member:
            case ast.Subscript(value=ast.Name(id="Literal") | ast.Attribute(attr="Literal"), slice=inner):
                values += inner.elts if isinstance(inner, ast.Tuple) else [inner]
            case _:
                return
    for node in values:
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | str):
            yield _literal(node.value)


def _members(annotation: ast.expr) -> Iterator[ast.expr]:
    """Give the types that a union is made of; the type itself when it is none."""
    waiting = [annotation]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                waiting += [left, right]
            case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _UNIONS:
                waiting += inner.elts if isinstance(inner, ast.Tuple) else [inner]
            case _:
                yield node
