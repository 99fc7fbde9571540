"""Units that the documentation of a method states, and limits that it checks before it begins."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from mirld.graph.terms import Literal
from mirld.harvest.library_classes.definitions import number
from mirld.harvest.python import NotLiteral, value

_HEADING = re.compile(r"( +)(\w+) ?\(")
_UNIT = re.compile(r"\bin (pixels|seconds|milliseconds|hertz|Hz)\b")
_SYMBOLS = {"pixels": "px", "seconds": "s", "milliseconds": "ms", "hertz": "Hz", "Hz": "Hz"}
_LONGEST_LINE = 1000

Limits = Mapping[str, tuple[Literal | None, Literal | None]]
"""Smallest and largest value by parameter."""


def units(documentation: str) -> dict[str, str]:
    """Tell the unit of each parameter that a documentation names one for: `height (`int`): The height in pixels …`.

    >>> units('''
    ...     height (`int`):
    ...         How high the picture is, in pixels.
    ...     width (`int`): as above
    ... ''')
    {'height': 'px'}
    """
    found: dict[str, list[str]] = {}
    name, indent = "", 0
    for line in documentation.splitlines():
        heading = _HEADING.match(line) if len(line) < _LONGEST_LINE else None
        if heading and (not name or len(heading[1]) <= indent):
            name, indent = heading[2], len(heading[1])
            found[name] = []
        elif line.strip() and len(line) - len(line.lstrip()) <= indent:
            name = ""
        elif name and len(line) < _LONGEST_LINE:
            found[name].append(line.strip())
    # Later sentences speak of other things.
    said = {name: set(_UNIT.findall(" ".join(lines).partition(". ")[0])) for name, lines in found.items()}
    return {name: _SYMBOLS[words.pop()] for name, words in said.items() if len(words) == 1}


def limits(functions: Iterable[tuple[ast.FunctionDef, Collection[str]]]) -> Limits:
    """Tell the limits that functions refuse values beyond: `if strength < 0 or strength > 1: raise …`.

    Each function comes with the parameters that it looks at. Only what is asked whatever else is given counts.
    """
    low: dict[str, set[int | float]] = {}
    high: dict[str, set[int | float]] = {}
    for function, names in functions:
        for node in function.body:
            if isinstance(node, ast.If) and node.body and isinstance(node.body[0], ast.Raise):
                for name, bound, is_low in _refused(node.test):
                    if name in names:
                        (low if is_low else high).setdefault(name, set()).add(bound)
    return {
        name: (number(max(low[name])) if name in low else None, number(min(high[name])) if name in high else None)
        for name in {*low, *high}
    }


def _refused(test: ast.expr) -> Iterator[tuple[str, int | float, bool]]:
    """Give (parameter, bound, whether it is the lower one) of what a condition refuses."""
    match test:
        case ast.BoolOp(op=ast.Or(), values=values):
            for inner in values:
                yield from _refused(inner)
        case ast.BoolOp(op=ast.And(), values=[known, inner]) if _is_given(known, inner):
            yield from _refused(inner)
        case ast.UnaryOp(
            op=ast.Not(), operand=ast.Compare(left=left, ops=[ast.LtE(), ast.LtE()], comparators=[at, right])
        ):
            if isinstance(at, ast.Name):
                yield from _bound(at, left, is_low=True)
                yield from _bound(at, right, is_low=False)
        case ast.Compare(left=ast.Name() as at, ops=[ast.Lt()], comparators=[right]):
            yield from _bound(at, right, is_low=True)
        case ast.Compare(left=ast.Name() as at, ops=[ast.Gt()], comparators=[right]):
            yield from _bound(at, right, is_low=False)


def _is_given(known: ast.expr, inner: ast.expr) -> bool:
    """Say whether a condition only asks that the parameter of the other one was given: `x is not None and x < 0`."""
    match known, inner:
        case (
            ast.Compare(left=ast.Name(id=one), ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]),
            ast.Compare(left=ast.Name(id=two)),
        ):
            return one == two
    return False


def _bound(at: ast.Name, node: ast.expr, *, is_low: bool) -> Iterator[tuple[str, int | float, bool]]:
    try:
        found = value(node)
    except NotLiteral:
        return
    if isinstance(found, int | float) and not isinstance(found, bool):
        yield at.id, found, is_low
