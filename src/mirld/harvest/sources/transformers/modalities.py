"""What the model classes of transformers say that they take."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from mirld.harvest.cleaning import shown
from mirld.harvest.items import Harvest
from mirld.harvest.package import Package
from mirld.harvest.python import Module, NotLiteral, value

_NAME = "input_modalities"
_TOKENS = {"audio": "audio", "image": "image", "text": "text", "time": "time-series", "video": "video"}


def modalities(package: Package, folder: str, harvest: Harvest) -> dict[str, tuple[str, ...]]:
    """Tell the modalities, tokens of their scheme, by class: of the classes of a folder that state or inherit them."""
    said: dict[str, tuple[str, ...]] = {}
    above: dict[str, list[str]] = {}
    for path in package.paths(f"transformers/models/{folder}/modeling_*.py"):
        if _NAME.encode() not in package.read(path):
            continue
        module = Module(package, path)
        for node in module.classes():
            above.setdefault(node.name, [ast.unparse(base) for base in node.bases])
            found = _stated(module, node, harvest)
            if found is not None:
                said.setdefault(node.name, found)
    return {name: found for name in above if (found := _inherited(name, said, above))}


def _stated(module: Module, node: ast.ClassDef, harvest: Harvest) -> tuple[str, ...] | None:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=written) if target == _NAME:
                break
            case ast.AnnAssign(target=ast.Name(id=target), value=ast.expr() as written) if target == _NAME:
                break
    else:
        return None
    try:
        found = value(written)
    except NotLiteral:
        found = None
    names = [found] if isinstance(found, str) else list(found) if isinstance(found, list | tuple) else []
    unknown = [str(name) for name in names if name not in _TOKENS]
    if unknown or not names:
        comment = "It is no modality that is known, so it is left out."
        text = ", ".join(unknown) or ast.unparse(written)
        harvest.find(f"transformers:{node.name}", _NAME, "unknown-reference", shown(text), comment, module.place(node))
    return tuple(_TOKENS[name] for name in names if name in _TOKENS)


def _inherited(name: str, said: dict[str, tuple[str, ...]], above: dict[str, list[str]]) -> tuple[str, ...]:
    for one in _lineage(name, above):
        if one in said:
            return said[one]
    return ()


def _lineage(name: str, above: dict[str, list[str]]) -> Iterator[str]:
    waiting: list[str] = [name]
    seen: set[str] = set()
    while waiting:
        current = waiting.pop(0)
        if current not in seen:
            seen.add(current)
            yield current
            waiting += above.get(current, [])


def of_type(found: dict[str, tuple[str, ...]], classes: Iterable[str]) -> tuple[str, ...]:
    """Tell what a type takes: what its first class says, or else all that its classes say together."""
    names = list(classes)
    first = found.get(names[0], ()) if names else ()
    return tuple(sorted(first or {token for name in names for token in found.get(name, ())}))
