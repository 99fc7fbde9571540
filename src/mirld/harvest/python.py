"""Python source as data: parsed, never imported or run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from mirld.errors import InputError, SyntaxInputError
from mirld.harvest.expressions import NotLiteral, Reading, computed, iterated, merged, value, within_bounds
from mirld.harvest.package import Package

__all__ = ["Module", "NotLiteral", "value"]

# Methods that change what they are called on.
_MUTATORS = frozenset(("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort")) | {
    "add", "discard", "popitem", "setdefault", "update",
}  # fmt: skip


class Module:
    """One parsed file.

    `constants` are the names that its top level gives a value that can be told without a run, the functions of its top
    level, and `names`, which stand for what it imports. Loops of the top level are followed; a name that one of them
    changes in a way that cannot be told has no value.
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
        except (ValueError, RecursionError, MemoryError) as error:
            raise SyntaxInputError(f"this is no Python: {error}", file=self.shown) from error
        self.constants: dict[str, Any] = {**(names or {}), **{node.name: node for node in self.functions()}}
        reading = Reading()
        for node in self.tree.body:
            changed = _changed(node)
            try:
                _follow(reading, node, self.constants)
                lost = [name for name in changed if not within_bounds(self.constants.get(name))]
            except (NotLiteral, RecursionError):
                lost = changed
            for name in lost:
                self.constants.pop(name, None)

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


def _follow(reading: Reading, node: ast.stmt, names: MutableMapping[str, Any]) -> None:
    """Follow assignments, loops and conditions over them, and `update` of a dictionary.

    What gives no name a value is passed over; NotLiteral for all else.
    """
    match node:
        case ast.Assign():
            found = reading.value(node.value, names)
            for target in node.targets:
                reading.assign(target, found, names)
        case ast.AnnAssign(value=ast.expr() as given):
            reading.assign(node.target, reading.value(given, names), names)
        case ast.AugAssign(target=ast.Name(id=name)):
            names[name] = computed(node.op, reading.value(ast.Name(name), names), reading.value(node.value, names))
        case ast.For(orelse=[]):
            for item in iterated(reading.value(node.iter, names)):
                reading.assign(node.target, item, names)
                _follow_all(reading, node.body, names)
        case ast.If():
            _follow_all(reading, node.body if reading.value(node.test, names) else node.orelse, names)
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name() as target, attr="update"), args=[given])):
            names[target.id] = merged(reading.value(target, names), reading.value(given, names))
        case _ if _changed(node):
            raise NotLiteral(type(node).__name__)


def _follow_all(reading: Reading, nodes: Sequence[ast.stmt], names: MutableMapping[str, Any]) -> None:
    for node in nodes:
        if isinstance(node, ast.Break | ast.Continue):
            raise NotLiteral(type(node).__name__)
        _follow(reading, node, names)


def _changed(node: ast.stmt) -> list[str]:
    """Names whose values a statement gives or changes; functions and classes are not looked into."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
        return []
    found: dict[str, None] = {}
    for inner in ast.walk(node):
        target: ast.AST | None = None
        if isinstance(inner, ast.Name | ast.Subscript | ast.Attribute) and not isinstance(inner.ctx, ast.Load):
            target = inner
        elif isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr in _MUTATORS:
            target = inner.func.value
        while isinstance(target, ast.Subscript | ast.Attribute):
            target = target.value
        if isinstance(target, ast.Name):
            found[target.id] = None
    return list(found)
