"""YAML as data: plain values, anchors and merge keys resolved, and what a mapping says told from what it took over.

Anchors are resolved by sharing, so that a short text that names itself again and again stays as small as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mirld.errors import SyntaxInputError, UsageError

if TYPE_CHECKING:
    from yaml.nodes import Node

_MERGE = "tag:yaml.org,2002:merge"
_PLAIN = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp"))


@dataclass(frozen=True, slots=True)
class Row:
    """A mapping of a list, at a line that counts from 1; all keys that are not its `own` come from an anchor."""

    value: dict[str, Any]
    own: frozenset[str]
    line: int


def parse_yaml(text: str, shown: str) -> dict[str, Any]:
    """Read a mapping; SyntaxInputError (line, column) when the text is no YAML, or none of a mapping."""
    found = _Reader(shown).value(_compose(text, shown))
    if not isinstance(found, dict):
        raise SyntaxInputError("this is no mapping", file=shown)
    return found


def parse_rows(text: str, shown: str) -> list[Row]:
    """Read a list of mappings; what else stands in the list is a row of nothing."""
    from yaml.nodes import SequenceNode

    root = _compose(text, shown)
    if not isinstance(root, SequenceNode):
        raise SyntaxInputError("this is no list", file=shown)
    reader = _Reader(shown)
    return [reader.row(node) for node in root.value]


def _compose(text: str, shown: str) -> Node:
    try:
        import yaml
    except ImportError as error:
        raise UsageError(
            "this source is YAML, and PyYAML is not installed", hint="pip install mirld[harvest]"
        ) from error
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise SyntaxInputError(f"this is no YAML: {error.problem}", file=shown, line=line, column=column) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise SyntaxInputError(
            "this is no YAML: it holds what none may hold, or is nested too deep", file=shown
        ) from error
    if node is None:
        raise SyntaxInputError("this is no YAML: it is empty", file=shown)
    return node


class _Reader:
    """Values of nodes; a node that several places name is read once, and one that holds itself is refused."""

    def __init__(self, shown: str) -> None:
        from yaml.constructor import SafeConstructor

        self._shown = shown
        self._scalars = SafeConstructor()
        self._known: dict[int, Any] = {}
        self._open: set[int] = set()

    def row(self, node: Node) -> Row:
        found = self.value(node)
        line = node.start_mark.line + 1
        if not isinstance(found, dict):
            return Row({}, frozenset(), line)
        own = frozenset(str(key.value) for key, _ in node.value if key.tag != _MERGE)
        return Row(found, own, line)

    def value(self, node: Node) -> Any:
        if id(node) in self._known:
            return self._known[id(node)]
        if id(node) in self._open:
            raise SyntaxInputError("an anchor holds itself", file=self._shown, line=node.start_mark.line + 1)
        self._open.add(id(node))
        try:
            found = self._value(node)
        except RecursionError as error:
            raise SyntaxInputError("this is no YAML: it is nested too deep", file=self._shown) from error
        self._open.remove(id(node))
        self._known[id(node)] = found
        return found

    def _value(self, node: Node) -> Any:
        from yaml.nodes import MappingNode, ScalarNode

        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if not isinstance(node, MappingNode):
            return [self.value(item) for item in node.value]
        found: dict[str, Any] = {}
        for taken in self._merged(node):
            found = {**taken, **found}
        said = {str(key.value): self.value(item) for key, item in node.value if key.tag != _MERGE}
        return {**found, **said}

    def _merged(self, node: Node) -> Iterator[dict[str, Any]]:
        for key, item in node.value:
            if key.tag == _MERGE:
                found = self.value(item)
                yield from (each for each in (found if isinstance(found, list) else [found]) if isinstance(each, dict))

    def _scalar(self, node: Node) -> Any:
        if node.tag not in _PLAIN:
            return str(node.value)
        try:
            return self._scalars.construct_object(node)
        except (ValueError, KeyError):
            return str(node.value)  # 2024-13-45 looks like a date and is none
