"""Whether a value can be one of a type, within limits, and whether a version is one that a specifier means.

Types are those that Python code is annotated with; one that is not known here refuses nothing.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache

from mirld.graph.terms import Literal
from mirld.vocab import RDF, XSD

_WHOLE = frozenset({XSD.integer, XSD.nonNegativeInteger, XSD.positiveInteger, XSD.int, XSD.long})
_REAL = frozenset({XSD.decimal, XSD.double, XSD.float})
_KINDS = {
    **dict.fromkeys(("list", "List", "tuple", "Tuple", "set", "Set", "Sequence", "Iterable"), "list"),
    **dict.fromkeys(("dict", "Dict", "Mapping", "OrderedDict"), "object"),
    **{name: name for name in ("bool", "int", "float", "str")},
}
_NAMED = {bool: "bool", int: "int", float: "float", str: "str", type(None): "null"}
_UNIONS = frozenset(("Union", "Optional"))
_CLAUSE = re.compile(r"(==|!=|<=|>=|<|>|~=)\s*(\d+(?:\.\d+)*)(\S*)")


def fits(value: Literal, annotation: str) -> bool:
    """Say whether a value can be of a type; a whole number can be a `float`, and whatever is not known can be.

    >>> from mirld.graph.terms import literal
    >>> fits(literal(28), "int | None"), fits(literal("28"), "int | None"), fits(literal(5), "float")
    (True, False, True)
    """
    kinds = _kinds(annotation)
    return kinds is None or not kinds.isdisjoint(_kinds_of(value))


def _kinds_of(value: Literal) -> tuple[str, ...]:
    """Return what types a value may be of, in the words of `_KINDS`."""
    if value.datatype == XSD.boolean:
        return ("bool",)
    if value.datatype in _WHOLE:
        return ("int", "float")
    if value.datatype in _REAL:
        return ("float",)
    if value.datatype == RDF.JSON:
        try:
            found = json.loads(value.value)
        except ValueError:
            return ()
        return ("list",) if isinstance(found, list) else ("object",) if isinstance(found, dict) else ("null",)
    return ("str",)


@cache
def _kinds(annotation: str) -> frozenset[str] | None:
    """Return the kinds of value that a type takes; None when some of it is not known."""
    try:
        found = frozenset(_members(ast.parse(annotation, mode="eval").body))
    except (SyntaxError, ValueError, RecursionError):
        return None
    return None if "" in found else found


def _members(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=None):
            yield "null"
        case ast.Constant(value=str(text)):
            yield from _kinds(text) or ("",)
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


def beyond(value: Literal, minimum: str | None, maximum: str | None) -> bool:
    """Say whether a value is a number out of range."""
    try:
        number = float(value.value)
        return (minimum is not None and number < float(minimum)) or (maximum is not None and number > float(maximum))
    except ValueError:
        return False


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
