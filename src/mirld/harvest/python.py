"""Python source as data: parsed, never imported or run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from mirld.errors import InputError, SyntaxInputError
from mirld.harvest.package import Package


class NotLiteral(ValueError):  # noqa: N818  # says what an expression is, and is caught where it matters
    """An expression whose value only a run would tell."""


class Module:
    """One parsed file.

    `constants` are the names that its top level gives a value that can be told without a run, the functions of its top
    level, and `names`, which stand for what it imports.
    """

    def __init__(self, package: Package, path: str, names: Mapping[str, Any] | None = None) -> None:
        self.path = path
        self.shown = f"{package.name}/{path}"
        try:
            self.tree = ast.parse(package.text(path))
        except SyntaxError as error:
            raise SyntaxInputError(
                f"this is no Python: {error.msg}", file=self.shown, line=error.lineno, column=error.offset
            ) from error
        except (ValueError, RecursionError) as error:
            raise SyntaxInputError(f"this is no Python: {error}", file=self.shown) from error
        self.constants: dict[str, Any] = {**(names or {}), **{node.name: node for node in self.functions()}}
        for name, node in self.assignments():
            try:
                self.constants[name] = value(node, self.constants)
            except NotLiteral:
                continue

    def assignments(self) -> Iterator[tuple[str, ast.expr]]:
        """Give every (name, expression) of the top level, in order."""
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                yield node.targets[0].id, node.value
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
                yield node.target.id, node.value

    def assigned(self, name: str) -> ast.expr:
        """Return the expression that the top level gives a name; InputError when there is none."""
        found = [node for known, node in self.assignments() if known == name]
        if not found:
            raise InputError(
                f"the file gives {name} no value: it is another file, or its layout changed", file=self.shown
            )
        return found[-1]

    def classes(self) -> Iterator[ast.ClassDef]:
        """Give the classes of the top level, in order."""
        return (node for node in self.tree.body if isinstance(node, ast.ClassDef))

    def functions(self) -> Iterator[ast.FunctionDef]:
        """Give the functions of the top level, in order."""
        return (node for node in self.tree.body if isinstance(node, ast.FunctionDef))

    def place(self, node: ast.AST) -> str:
        """Say where a node stands: path and line."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


def value(node: ast.expr, names: Mapping[str, Any] | None = None) -> Any:
    """Tell the value of an expression of literals, of `names`, of `dict(a=1)`, of sums, and of calls of functions.

    A function is one of `names` that only returns such an expression of its parameters; it is not run, its expression
    is read. Raises NotLiteral for any other.
    """
    names = names or {}
    match node:
        case ast.Constant():
            return node.value
        case ast.Name() if node.id in names:
            return names[node.id]
        case ast.Tuple():
            return tuple(value(item, names) for item in node.elts)
        case ast.List() | ast.Set():
            return [value(item, names) for item in node.elts]
        case ast.Dict():
            return _dictionary(node, names)
        case ast.Call(func=ast.Name(id="dict" | "OrderedDict")) if not node.args:
            return {**_keywords(node, names)}
        case ast.Call(func=ast.Name(id="OrderedDict" | "list" | "tuple" | "set" | "dict" as called), args=[inner]):
            found = value(inner, names)
            is_mapping = called in ("OrderedDict", "dict")
            return {**(dict(found)), **_keywords(node, names)} if is_mapping else list(found)
        case ast.Call(func=ast.Name(id=called)) if isinstance(names.get(called), ast.FunctionDef):
            return _returned(names[called], node, names)
        case ast.UnaryOp(op=ast.USub()):
            return _number(node, -1, value(node.operand, names))
        case ast.BinOp(op=ast.Add()):
            return _added(node, value(node.left, names), value(node.right, names))
        case ast.BinOp(op=ast.Div()):
            left, right = value(node.left, names), value(node.right, names)
            return _number(node, 1, left) / (_number(node, 1, right) or 1)
        case ast.BinOp(op=ast.Mult()):
            return _number(node, 1, value(node.left, names)) * _number(node, 1, value(node.right, names))
    raise NotLiteral(type(node).__name__)


def _returned(function: ast.FunctionDef, call: ast.Call, names: Mapping[str, Any]) -> Any:
    """Read the one expression that a function returns, its parameters bound as a call binds them."""
    body = [node for node in function.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))]
    taken = function.args
    if len(body) != 1 or not isinstance(body[0], ast.Return) or body[0].value is None or taken.vararg:
        raise NotLiteral(function.name)
    given = _keywords(call, names)
    parameters = [parameter.arg for parameter in (*taken.args, *taken.kwonlyargs)]
    defaults = zip(reversed(taken.args), reversed(taken.defaults), strict=False)
    bound = {parameter.arg: value(default, names) for parameter, default in defaults}
    bound |= dict(zip(parameters, (value(argument, names) for argument in call.args), strict=False))
    bound |= {name: found for name, found in given.items() if name in parameters}
    if taken.kwarg:
        bound[taken.kwarg.arg] = {name: found for name, found in given.items() if name not in parameters}
    # A function that calls itself would be read for ever.
    return value(body[0].value, {**names, function.name: None, **bound})


def _dictionary(node: ast.Dict, names: Mapping[str, Any]) -> dict[Any, Any]:
    result: dict[Any, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        found = value(item, names)
        if key is None:
            if not isinstance(found, dict):
                raise NotLiteral("**")
            result.update(found)
        else:
            name = value(key, names)
            if isinstance(name, list | dict):
                raise NotLiteral("key")
            result[name] = found
    return result


def _keywords(node: ast.Call, names: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for keyword in node.keywords:
        found = value(keyword.value, names)
        if keyword.arg is None:
            if not isinstance(found, dict):
                raise NotLiteral("**")
            result.update(found)
        else:
            result[keyword.arg] = found
    return result


def _number(node: ast.expr, sign: int, found: Any) -> Any:
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise NotLiteral(type(node).__name__)
    return sign * found


def _added(node: ast.expr, left: Any, right: Any) -> Any:
    same = (str, list, tuple)
    for kind in same:
        if isinstance(left, kind) and isinstance(right, kind):
            return left + right  # type: ignore[operator]  # both are of one kind
    return _number(node, 1, left) + _number(node, 1, right)
