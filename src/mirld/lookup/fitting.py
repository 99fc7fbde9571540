"""Whether a value can be one of a type, within limits, and whether a version is one that a specifier means.

Types are those that Python code is annotated with; one that is not known here refuses nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from mirld.registry.values import Parameter, Value

_KINDS = {
    **dict.fromkeys(("list", "List", "tuple", "Tuple", "set", "Set", "Sequence", "Iterable"), "list"),
    **dict.fromkeys(("dict", "Dict", "Mapping", "OrderedDict"), "object"),
    **{name: name for name in ("bool", "int", "float", "str")},
}
_NAMED = {bool: "bool", int: "int", float: "float", str: "str", type(None): "null"}
_UNIONS = frozenset(("Union", "Optional"))
_CLAUSE = re.compile(r"(==|!=|<=|>=|<|>|~=)\s*(\d+(?:\.\d+)*)(\S*)")


@cache
def kinds(annotation: str) -> frozenset[str] | None:
    """Return the kinds of value that a type takes, in the words of JSON and Python; None when some of it is not known.

    >>> sorted(kinds("int | None"))
    ['int', 'null']
    >>> kinds("torch.Generator | None") is None
    True
    """
    try:
        found = frozenset(_members(ast.parse(annotation, mode="eval").body))
    except (SyntaxError, ValueError, RecursionError):
        return None
    return None if "" in found else found


def takes_none(annotation: str | None) -> bool:
    """Say whether a type takes None, also beside types that are not known; one that is not stated does.

    >>> takes_none("PipelineImageInput | None"), takes_none("PipelineImageInput")
    (True, False)
    """
    if annotation is None:
        return True
    try:
        return "null" in set(_members(ast.parse(annotation, mode="eval").body))
    except (SyntaxError, ValueError, RecursionError):
        return True


def _members(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=None):
            yield "null"
        case ast.Constant(value=str(text)):
            yield from kinds(text) or ("",)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            yield from _members(left)
            yield from _members(right)
        case ast.Subscript(value=ast.Name(id=name), slice=inner) if name in _UNIONS:
            yield from ("null",) if name == "Optional" else ()
            for each in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                yield from _members(each)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            for each in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
                yield _NAMED.get(type(each.value), "") if isinstance(each, ast.Constant) else ""
        case ast.Subscript(value=ast.Name(id=name)) | ast.Name(id=name):
            yield _KINDS.get(name, "")
        case _:
            yield ""


def kinds_of(value: Value | None) -> tuple[str, ...]:
    """Return what types a value may be of; a whole number may be a `float`."""
    if isinstance(value, bool):
        return ("bool",)
    if isinstance(value, int):
        return ("int", "float")
    for kind, name in ((float, "float"), (str, "str"), (list, "list"), (dict, "object")):
        if isinstance(value, kind):
            return (name,)
    return ("null",)


def fault(value: Value | None, parameter: Parameter) -> tuple[Literal["type", "choice", "range"], str] | None:
    """Say what is wrong with a value of a parameter, as (`type`, `choice` or `range`, in words); None when nothing is.

    >>> steps = Parameter(iri="#s", name="steps", type="int", minimum=1.0)
    >>> fault(0, steps), fault("many", steps), fault(4, steps)
    (('range', 'steps is at least 1'), ('type', 'steps is of type int'), None)
    """
    name = parameter.name
    expected = kinds(parameter.type) if parameter.type else None
    if expected is not None and expected.isdisjoint(kinds_of(value)):
        return "type", f"{name} is of type {parameter.type}"
    if parameter.allowed and isinstance(value, str) and value not in parameter.allowed:
        return "choice", f"{name} is one of {', '.join(parameter.allowed)}"
    low, high = parameter.minimum, parameter.maximum
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = [f"at least {low:g}"] if low is not None else []
        bounds += [f"at most {high:g}"] if high is not None else []
        return "range", f"{name} is {' and '.join(bounds)}"
    return None


def holds(specifier: str, version: str) -> bool:
    """Say whether a specifier means a version; what is written in another way means every one.

    >>> holds(">=0.30.0,<1", "0.42.1"), holds("==0.33.*", "0.42.1"), holds("~=0.42.0", "0.42.1")
    (True, False, True)
    """
    found = _CLAUSE.fullmatch(f"=={version}")
    if found is None:
        return True
    have = _release(found[2])
    return all(_meets(clause, have) for clause in specifier.split(","))


def _meets(clause: str, have: tuple[int, ...]) -> bool:
    found = _CLAUSE.fullmatch(clause.strip())
    if found is None:
        return True
    want, is_prefix = _release(found[2]), found[3] == ".*"
    width = max(len(have), len(want))
    mine, theirs = (*have, *[0] * (width - len(have))), (*want, *[0] * (width - len(want)))
    if is_prefix:
        mine, theirs = have[: len(want)], want
    return {
        "==": mine == theirs,
        "!=": mine != theirs,
        "<=": mine <= theirs,
        ">=": mine >= theirs,
        "<": mine < theirs,
        ">": mine > theirs,
        "~=": mine >= theirs and have[: len(want) - 1] == want[:-1],
    }[found[1]]


def _release(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
