"""What an expression of Python comes to, told without a run.

From literals, names and the few operations that tables are written with; a result has no more than `MOST_ITEMS` items
and takes no more than `MOST_STEPS` steps, so that no package can make a harvest hang.
"""

from __future__ import annotations

import ast
import copy
import math
import operator
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

MOST_STEPS = 2_000_000
"""Expressions that are looked at for one value; more is a program, and no table."""
MOST_ITEMS = 1_000_000
"""Characters of the longest text, and items of the longest list, that is put together."""

_MOST_LETTERS = 1000
"""Characters of a text that a method is called on, or with."""
_MOST_BITS = 4096

_SEQUENCES = (str, list, tuple)
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}
# Methods that change nothing.
_METHODS = {
    str: frozenset(("endswith", "lower", "removeprefix", "removesuffix", "replace", "rsplit", "split", "startswith"))
    | {"strip", "upper"},
    dict: frozenset(("copy", "get", "items", "keys", "values")),
}


class NotLiteral(ValueError):  # noqa: N818  # says what an expression is, and is caught where it matters
    """An expression whose value only a run would tell."""


def value(node: ast.expr, names: Mapping[str, Any] | None = None) -> Any:
    """Tell the value of an expression of literals, `names`, displays and comprehensions, sums, and calls.

    Calls are of `dict`, `list` and their like, of methods of texts and dictionaries that change nothing, and of
    functions of `names` that only return such an expression of their parameters: a function is not run, its expression
    is read. Raises NotLiteral for any other.

    >>> value(ast.parse("{f'{n}_q': dict(size=s) for n, s in [('a', 1), ('b', 2)] if n != 'a'}", mode="eval").body)
    {'b_q': {'size': 2}}
    """
    try:
        found = Reading().value(node, names or {})
    except RecursionError as error:
        raise NotLiteral("nested too deep") from error
    if not within_bounds(found):
        raise NotLiteral("too large")
    return found


class Reading:
    """One look at expressions, which ends after so many steps."""

    def __init__(self) -> None:
        self._left = MOST_STEPS

    def value(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        """Tell the value of an expression; NotLiteral, or RecursionError for one that is nested too deep."""
        self._left -= 1
        if self._left < 0:
            raise NotLiteral("too long")
        match node:
            case ast.Constant(value=str() | int() | float() | None as found):
                return _finite(found)
            case ast.Name() if not isinstance(names.get(node.id, node), ast.AST):
                return names[node.id]
            case ast.Tuple():
                return tuple(self._items(node.elts, names))
            case ast.List() | ast.Set():
                return self._items(node.elts, names)
            case ast.Dict():
                return self._dictionary(node, names)
            case ast.JoinedStr():
                return self._joined(node, names)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return [self.value(node.elt, inner) for inner in self._each(node.generators, names)]
            case ast.DictComp():
                return self._pairs((node.key, node.value, inner) for inner in self._each(node.generators, names))
            case ast.Call():
                return self._called(node, names)
            case ast.Subscript():
                return _picked(self.value(node.value, names), self._place(node.slice, names))
            case ast.IfExp():
                return self.value(node.body if self.value(node.test, names) else node.orelse, names)
            case ast.BoolOp():
                return self._decided(node, names)
            case ast.Compare():
                return self._compared(node, names)
            case ast.UnaryOp(op=ast.Not()):
                return not self.value(node.operand, names)
            case ast.UnaryOp(op=ast.USub()):
                return -_number(self.value(node.operand, names))
            case ast.BinOp():
                return computed(node.op, self.value(node.left, names), self.value(node.right, names))
        raise NotLiteral(type(node).__name__)

    def assign(self, target: ast.expr, found: Any, names: MutableMapping[str, Any]) -> None:
        """Bind what stands left of `=` or after `for`: names, several of them, or an item of a dictionary."""
        match target:
            case ast.Name():
                names[target.id] = found
            case ast.Tuple():
                items = iterated(found)
                if len(items) != len(target.elts):
                    raise NotLiteral("unpacking")
                for inner, item in zip(target.elts, items, strict=True):
                    self.assign(inner, item, names)
            case ast.Subscript():
                holder = self.value(target.value, names)
                if not isinstance(holder, dict):
                    raise NotLiteral("Subscript")
                holder[_key(self.value(target.slice, names))] = found
            case _:
                raise NotLiteral(type(target).__name__)

    def _items(self, nodes: Sequence[ast.expr], names: Mapping[str, Any]) -> list[Any]:
        result: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                result.extend(iterated(self.value(node.value, names)))
            else:
                result.append(self.value(node, names))
        return result

    def _dictionary(self, node: ast.Dict, names: Mapping[str, Any]) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            found = self.value(item, names)
            if key is None:
                result = merged(result, found)
            else:
                result[_key(self.value(key, names))] = found
        return result

    def _pairs(self, rows: Iterator[tuple[ast.expr, ast.expr, Mapping[str, Any]]]) -> dict[Any, Any]:
        return {_key(self.value(key, names)): self.value(item, names) for key, item, names in rows}

    def _each(self, generators: Sequence[ast.comprehension], names: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """Give the names that an element of a comprehension sees, for each element."""
        first, *further = generators
        for item in iterated(self.value(first.iter, names)):
            inner = dict(names)
            self.assign(first.target, item, inner)
            if all(self.value(test, inner) for test in first.ifs):
                yield from self._each(further, inner) if further else (inner,)

    def _place(self, node: ast.expr, names: Mapping[str, Any]) -> Any:
        if not isinstance(node, ast.Slice):
            return self.value(node, names)
        return slice(
            *(None if part is None else self.value(part, names) for part in (node.lower, node.upper, node.step))
        )

    def _joined(self, node: ast.JoinedStr, names: Mapping[str, Any]) -> str:
        text = ""
        for part in node.values:
            match part:
                case ast.FormattedValue(conversion=-1, format_spec=None):
                    found = self.value(part.value, names)
                case _:
                    found = self.value(part, names)
            if not isinstance(found, str | int | float):
                raise NotLiteral("JoinedStr")
            text = computed(ast.Add(), text, str(found))
        return text

    def _called(self, node: ast.Call, names: Mapping[str, Any]) -> Any:
        match node.func:
            case ast.Name(id="deepcopy") | ast.Attribute(value=ast.Name(id="copy"), attr="deepcopy"):
                return copy.deepcopy(self._only(node, names))
            case ast.Name(id="dict" | "OrderedDict"):
                given = _mapping(self._only(node, names)) if node.args else {}
                return {**given, **self._keywords(node, names)}
            case ast.Name(id="list" | "set"):
                return iterated(self._only(node, names))
            case ast.Name(id="tuple"):
                return tuple(iterated(self._only(node, names)))
            case ast.Name(id=called) if isinstance(names.get(called), ast.FunctionDef):
                return self._returned(names[called], node, names)
            case ast.Attribute() if not node.keywords:
                return _method(self.value(node.func.value, names), node.func.attr, self._items(node.args, names))
        raise NotLiteral("Call")

    def _only(self, node: ast.Call, names: Mapping[str, Any]) -> Any:
        if len(node.args) != 1:
            raise NotLiteral("Call")
        return self.value(node.args[0], names)

    def _returned(self, function: ast.FunctionDef, call: ast.Call, names: Mapping[str, Any]) -> Any:
        """Read the one expression that a function returns, its parameters bound as a call binds them."""
        body = [node for node in function.body if not _is_text(node)]
        taken = function.args
        if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None or taken.vararg:
            raise NotLiteral(function.name)
        given = self._keywords(call, names)
        parameters = [parameter.arg for parameter in (*taken.args, *taken.kwonlyargs)]
        defaults = list(zip(reversed(taken.args), reversed(taken.defaults), strict=False))
        defaults += [(name, node) for name, node in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if node]
        bound = {parameter.arg: self.value(default, names) for parameter, default in defaults}
        bound |= dict(zip(parameters, self._items(call.args, names), strict=False))
        bound |= {name: found for name, found in given.items() if name in parameters}
        if taken.kwarg:
            bound[taken.kwarg.arg] = {name: found for name, found in given.items() if name not in parameters}
        # A function that calls itself would be read for ever.
        return self.value(body[0].value, {**names, function.name: None, **bound})

    def _keywords(self, node: ast.Call, names: Mapping[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for keyword in node.keywords:
            found = self.value(keyword.value, names)
            if keyword.arg is None:
                result = merged(result, found)
            else:
                result[keyword.arg] = found
        return result

    def _decided(self, node: ast.BoolOp, names: Mapping[str, Any]) -> Any:
        found = None
        for part in node.values:
            found = self.value(part, names)
            if bool(found) == isinstance(node.op, ast.Or):
                break
        return found

    def _compared(self, node: ast.Compare, names: Mapping[str, Any]) -> bool:
        left = self.value(node.left, names)
        for sign, part in zip(node.ops, node.comparators, strict=True):
            right = self.value(part, names)
            # Lists are not compared: in lists of lists that share their parts, that may take for ever.
            if type(sign) not in _COMPARED or isinstance(left, list | tuple | dict):
                raise NotLiteral(type(sign).__name__)
            try:
                if not _COMPARED[type(sign)](left, right):
                    return False
            except TypeError as error:
                raise NotLiteral("Compare") from error
            left = right
        return True


def within_bounds(found: Any) -> bool:
    """Say whether a value, written out, has no more than so many items: lists in lists in lists may have any number."""
    left, waiting = MOST_ITEMS, [found]
    while waiting:
        item = waiting.pop()
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list | tuple) else ()
        left -= 1 + len(inner)
        if left < 0:
            return False
        waiting.extend(inner)
    return True


def iterated(found: Any) -> list[Any]:
    """List what a loop over a value sees."""
    if isinstance(found, list | tuple | dict | str):
        return list(found)
    raise NotLiteral("For")


def _mapping(found: Any) -> dict[Any, Any]:
    try:
        return dict(found)
    except (TypeError, ValueError) as error:
        raise NotLiteral("dict") from error


def merged(left: Any, right: Any) -> dict[Any, Any]:
    """Put two dictionaries together; what the second says wins."""
    if not isinstance(left, dict) or not isinstance(right, dict):
        raise NotLiteral("**")
    return {**left, **right}


def _key(found: Any) -> Any:
    try:
        hash(found)
    except TypeError as error:
        raise NotLiteral("key") from error
    return found


def _method(receiver: Any, name: str, given: list[Any]) -> Any:
    if name not in next((names for kind, names in _METHODS.items() if isinstance(receiver, kind)), ()):
        raise NotLiteral(name)
    if any(isinstance(item, str) and len(item) > _MOST_LETTERS for item in (receiver, *given)):
        raise NotLiteral("too long")
    try:
        found = getattr(receiver, name)(*given)
    except (TypeError, ValueError) as error:
        raise NotLiteral(name) from error
    return list(found) if name in ("items", "keys", "values") else found


def _picked(holder: Any, place: Any) -> Any:
    if not isinstance(holder, (*_SEQUENCES, dict)):
        raise NotLiteral("Subscript")
    try:
        return holder[place]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise NotLiteral("Subscript") from error


def computed(sign: ast.operator, left: Any, right: Any) -> Any:
    """Compute a sum or a product of numbers, a text or list of two, or a dictionary of two."""
    try:
        match sign:
            case ast.Add() if any(isinstance(left, kind) and isinstance(right, kind) for kind in _SEQUENCES):
                return _short(left, len(left) + len(right)) + right
            case ast.Mult() if isinstance(left, _SEQUENCES) and isinstance(right, int):
                return _short(left, len(left) * right) * right
            case ast.BitOr() if isinstance(left, dict):
                return merged(left, right)
        if type(sign) in _ARITHMETIC:
            return _finite(_ARITHMETIC[type(sign)](_number(left), _number(right)))
    except (OverflowError, ZeroDivisionError) as error:
        raise NotLiteral(str(error)) from error
    raise NotLiteral(type(sign).__name__)


def _finite(found: Any) -> Any:
    if isinstance(found, float) and not math.isfinite(found):
        raise NotLiteral("too large")
    return found


def _short(found: Any, length: int) -> Any:
    if length > MOST_ITEMS:
        raise NotLiteral("too long")
    return found


def _number(found: Any) -> Any:
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise NotLiteral("number")
    if isinstance(found, int) and found.bit_length() > _MOST_BITS:
        raise NotLiteral("too long")
    return found


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
