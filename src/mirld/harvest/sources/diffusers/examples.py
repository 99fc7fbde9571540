"""Example code, read and not run: what it loads, what it puts together, and which values it calls that with."""

from __future__ import annotations

import ast
import math
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from mirld.harvest.python import NotLiteral, value

PRECISIONS = {"bfloat16": "bf16", "float16": "f16", "half": "f16", "float32": "f32", "float": "f32"}
"""Tokens of precisions by the names that PyTorch has for them."""

_FENCE = re.compile(r"^[ \t]*```[ \t]*(?P<tag>\w*)[ \t]*$(?P<code>.*?)^[ \t]*```", re.MULTILINE | re.DOTALL)
_CLASS = re.compile(r"[A-Z][A-Za-z0-9_]{0,99}")
_SAME = frozenset(("to", "cuda", "cpu", "half", "float", "bfloat16", "eval", "init_pipeline"))
ADDERS = {
    "load_lora_weights": "lora",
    "load_ip_adapter": "ip-adapter",
    "load_textual_inversion": "textual-inversion",
}
"""Methods that add weights to a pipeline, with the architecture of what each adds."""
_HUB = ("huggingface.co", "hf.co")


@dataclass(frozen=True, slots=True)
class Precision:
    """A number format that something is loaded in: a token of the scheme."""

    token: str


@dataclass(frozen=True, slots=True)
class HubFile:
    """One file of a repository."""

    repository: str
    name: str


@dataclass(frozen=True, slots=True)
class Scheduler:
    """A scheduler, of which only the class matters here."""

    class_name: str


@dataclass(frozen=True, slots=True)
class Added:
    """Weights that a method of a pipeline adds to it; `name` is the file, where the example says which."""

    method: str
    repository: str
    name: str | None


@dataclass(slots=True, kw_only=True)
class Loaded:
    """What a class opens, with what it is given and what is done with it, as far as the code says so literally."""

    class_name: str
    repository: str | None
    file: str | None = None
    subfolder: str | None = None
    revision: str | None = None
    precision: str | None = None
    scheduler: str | None = None
    slots: dict[str, list[Loaded]] = field(default_factory=dict)
    added: list[Added] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """What an example does: everything that it loads, in order, the modules of its names, and code that is none."""

    loaded: list[Loaded] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


class _Unknown:
    """What only a run would tell."""


_UNKNOWN = _Unknown()


def read_example(text: str) -> Reading:
    """Read all code of a text, in fences or behind prompts."""
    reader = _Reader()
    for code in _statements(text):
        try:
            reader.run(ast.parse(code).body)
        except (SyntaxError, ValueError, ArithmeticError, RecursionError, MemoryError):
            reader.reading.broken.append(code)
    return reader.reading


def _statements(text: str) -> Iterator[str]:
    for found in _FENCE.finditer(text):
        code = textwrap.dedent(found["code"])
        if re.search(r"^\s*>>>", code, re.MULTILINE):
            yield from _prompted(code)
        elif found["tag"] in ("py", "python"):
            yield code


def _prompted(code: str) -> Iterator[str]:
    """Give each statement that follows a prompt, with its further lines; what is printed is left out."""
    lines: list[str] = []
    for line in [*code.splitlines(), ""]:
        stripped = line.strip()
        if stripped.startswith("...") and lines:
            lines.append(stripped[4:])
            continue
        if lines:
            yield "\n".join(lines)
        lines = [stripped[4:]] if stripped.startswith(">>>") else []


class _Reader:
    def __init__(self) -> None:
        self.reading = Reading()
        self._names: dict[str, Any] = {}

    def run(self, body: list[ast.stmt]) -> None:
        for node in body:
            match node:
                case ast.Import() | ast.ImportFrom():
                    self._import(node)
                case (
                    ast.Assign(targets=[target], value=expression)
                    | ast.AnnAssign(target=target, value=ast.expr() as expression)
                ):
                    self._assign(target, self.evaluate(expression))
                case ast.Expr(value=expression):
                    self.evaluate(expression)
                case ast.With() | ast.For() | ast.While():
                    self.run(node.body)
                case ast.If():
                    self.run([*node.body, *node.orelse])

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            module = (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
            self.reading.modules[alias.asname or alias.name] = module.partition(".")[0]

    def _assign(self, target: ast.expr, found: Any) -> None:
        match target:
            case ast.Name(id=name):
                self._names[name] = found
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                owner = self._names.get(name)
                if isinstance(owner, Loaded):
                    self._give(owner, attribute, found)
            case ast.Tuple(elts=targets):
                for each in targets:
                    self._assign(each, _UNKNOWN)

    def evaluate(self, node: ast.expr) -> Any:
        """Tell what an expression is, and take note of what it loads or calls on the way."""
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return self._names.get(node.id, _UNKNOWN)
            case ast.Attribute(value=ast.Name(id="torch"), attr=name) if name in PRECISIONS:
                return Precision(PRECISIONS[name])
            case ast.Attribute() | ast.Subscript() | ast.Starred() | ast.Await():
                self.evaluate(node.value)
                return _UNKNOWN
            case ast.List() | ast.Tuple():
                return [self.evaluate(each) for each in node.elts]
            case ast.Call():
                return self._call(node)
        try:
            return value(node, {name: found for name, found in self._names.items() if _is_literal(found)})
        except NotLiteral:
            return _UNKNOWN

    def _call(self, node: ast.Call) -> Any:
        given = [self.evaluate(each) for each in node.args]
        named = {each.arg: self.evaluate(each.value) for each in node.keywords if each.arg is not None}
        match node.func:
            case ast.Name(id="hf_hub_download"):
                return _hub_file(*_take(given, named, "repo_id", "filename"))
            case ast.Name(id=name) if isinstance(self._names.get(name), Loaded):
                self._names[name].calls.append(named)
            case ast.Name(id=name) | ast.Attribute(attr=name) if name.endswith("Scheduler") and _CLASS.fullmatch(name):
                return Scheduler(name)
            case ast.Attribute(value=owner, attr=name):
                class_name = _class_name(owner) if not isinstance(owner, ast.Call) else None
                if class_name is not None and class_name not in self._names:
                    return self._open(class_name, name, given, named)
                return self._done(self.evaluate(owner), name, given, named)
            case ast.Call():
                found = self.evaluate(node.func)
                if isinstance(found, Loaded):
                    found.calls.append(named)
        return _UNKNOWN

    def _open(self, class_name: str, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """Take note of a class that opens something."""
        if class_name.endswith("Scheduler"):
            return Scheduler(class_name)
        (source,) = _take(given, named, "pretrained_model_name_or_path")
        if name == "from_pipe" and given and isinstance(given[0], Loaded):
            found = Loaded(class_name=class_name, repository=given[0].repository, precision=given[0].precision)
        elif name == "from_single_file":
            file = source if isinstance(source, HubFile) else _linked_file(source)
            found = Loaded(
                class_name=class_name, repository=file.repository if file else None, file=file.name if file else None
            )
        elif name == "from_pretrained":
            found = Loaded(class_name=class_name, repository=source if isinstance(source, str) else None)
        else:
            return _UNKNOWN
        for key, each in named.items():
            self._give(found, key, each)
        self.reading.loaded.append(found)
        return found

    def _give(self, owner: Loaded, name: str, found: Any) -> None:
        match found:
            case Precision(token=token):
                owner.precision = token
            case Scheduler(class_name=class_name):
                owner.scheduler = class_name
            case Loaded():
                owner.slots[name] = [found]
            case list():
                owner.slots[name] = [each for each in found if isinstance(each, Loaded)]
            case str() if name == "subfolder":
                owner.subfolder = found
            case str() if name == "revision":
                owner.revision = found

    def _done(self, owner: Any, name: str, given: list[Any], named: dict[str, Any]) -> Any:
        """Take note of a method of what was opened; some give back the same."""
        if not isinstance(owner, Loaded):
            return _UNKNOWN
        if name in ADDERS:
            (source,) = _take(given, named, "pretrained_model_name_or_path_or_dict")
            weights = named.get("weight_name")
            for each in source if isinstance(source, list) else [source]:
                if isinstance(each, HubFile):
                    owner.added.append(Added(name, each.repository, each.name))
                elif isinstance(each, str):
                    owner.added.append(Added(name, each, weights if isinstance(weights, str) else None))
        for each in [*given, *named.values()]:
            if name in _SAME and isinstance(each, Precision):
                owner.precision = owner.precision or each.token
        return owner if name in _SAME else _UNKNOWN


def settings(call: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give the arguments of a call that are numbers, truths, or lists of them: a text is what is asked for."""
    for name, found in call.items():
        numbers = found if isinstance(found, list) and found else [found]
        if all(isinstance(each, bool | int | float) and math.isfinite(each) for each in numbers):
            yield name, found


def _is_literal(found: Any) -> bool:
    return found is None or isinstance(found, str | bool | int | float)


def _class_name(node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(), attr=name) if _CLASS.fullmatch(name):
            return name
    return None


def _take(given: list[Any], named: dict[str, Any], *names: str) -> list[Any]:
    """Return the arguments of these names, which come first and in this order."""
    return [given[at] if at < len(given) else named.get(name, _UNKNOWN) for at, name in enumerate(names)]


def _hub_file(repository: Any, name: Any) -> HubFile | _Unknown:
    return HubFile(repository, name) if isinstance(repository, str) and isinstance(name, str) else _UNKNOWN


def _linked_file(address: Any) -> HubFile | None:
    """Read the address of a file on the hub: owner, name, `blob` or `resolve`, revision, file."""
    if not isinstance(address, str):
        return None
    try:
        link = urlsplit(address)
    except ValueError:
        return None
    parts = link.path.strip("/").split("/")
    if link.netloc not in _HUB or len(parts) < 5 or parts[2] not in ("blob", "resolve"):
        return None
    return HubFile("/".join(parts[:2]), "/".join(parts[4:]))
