"""Rows of the table of DiffSynth-Studio: a layout digest, the class that opens it, and the files of its comment."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import Harvest
from mirld.harvest.package import Package
from mirld.harvest.python import Module, NotLiteral, value

PATH = "diffsynth/configs/model_configs.py"
_MD5 = re.compile(r"[0-9a-f]{32}")
_CLASS = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_EXAMPLE = re.compile(r'model_id="(?P<repository>[^"]*)",\s*origin_file_pattern="(?P<files>[^"]*)"')
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


class Example(NamedTuple):
    """Files of a repository on ModelScope that have the layout; `files` is a pattern, or "" when it is wrong."""

    repository: str
    files: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: `network` is what the table calls the network, `quantised` the method its weights are packed by."""

    network: str
    module: str
    class_name: str
    digest: str
    examples: tuple[Example, ...]
    quantised: str | None
    place: str

    @property
    def key(self) -> str:
        """What findings call it."""
        return f"diffsynth:{self.network}"


def read_rows(package: Package, harvest: Harvest) -> list[Row]:
    """Read every list of rows; a row that cannot be used is a finding, a file without rows an InputError."""
    module = Module(package, PATH)
    lines = package.text(PATH).splitlines()
    rows = [row for found in _lists(module) for row in _rows_of(found, module, lines, harvest)]
    if not rows:
        raise InputError("the file has no table of models: its layout changed", file=module.shown)
    return rows


def _lists(module: Module) -> Iterator[ast.List]:
    for name, node in module.assignments():
        if name.endswith("_series") and isinstance(node, ast.List):
            yield node


def _rows_of(found: ast.List, module: Module, lines: list[str], harvest: Harvest) -> Iterator[Row]:
    ends = [found.lineno, *(node.end_lineno or node.lineno for node in found.elts)]
    for node, (before, end) in zip(found.elts, pairwise(ends), strict=True):
        # The comment is inside the braces of most rows, and above them in some.
        comments = [line for line in lines[before:end] if line.lstrip().startswith("#")]
        row = _row(node, comments, module, harvest)
        if row is not None:
            yield row


def _row(node: ast.expr, comments: list[str], module: Module, harvest: Harvest) -> Row | None:
    place = module.place(node)
    said = _literals(node, module)
    if "model_hash" not in said:
        comment = "The row is no dictionary with a digest that can be told without a run; it is left out."
        harvest.find("diffsynth:row", "MODEL_CONFIGS", "lost-field", shown(ast.unparse(node)), comment, place)
        return None
    network, digest, path = (str(said.get(name) or "") for name in ("model_name", "model_hash", "model_class"))
    key = f"diffsynth:{shown(network)}"
    wrong = fault(network)
    if wrong:
        comment = f"The name of the network is none: {wrong}. The row is left out."
        harvest.find(key, "model_name", "garbage-id", shown(network), comment, place)
        return None
    if not _MD5.fullmatch(digest):
        comment = "An MD5 has 32 lower-case hexadecimal digits, this is none; the row is left out."
        harvest.find(key, "model_hash", "malformed-digest", shown(digest), comment, place)
        return None
    if not _CLASS.fullmatch(path):
        comment = "This is no path of a class; the row is left out."
        harvest.find(key, "model_class", "unlinked-class", shown(path), comment, place)
        return None
    quantised = said.get("quant_config")
    class_module, _, class_name = path.rpartition(".")
    return Row(
        network=network,
        module=class_module,
        class_name=class_name,
        digest=digest,
        examples=tuple(_examples(key, comments, place, harvest)),
        quantised=str(quantised.get("method")) if isinstance(quantised, dict) else None,
        place=place,
    )


def _literals(node: ast.expr, module: Module) -> dict[str, object]:
    """Return what a row says that can be told without a run; arguments of the class may be sums of lists."""
    found: dict[str, object] = {}
    if isinstance(node, ast.Dict):
        for key, said in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                try:
                    found[key.value] = value(said, module.constants)
                except NotLiteral:
                    continue
    return found


def _examples(key: str, comments: list[str], place: str, harvest: Harvest) -> Iterator[Example]:
    for comment in comments:
        for found in _EXAMPLE.finditer(comment):
            repository, files = found["repository"], found["files"]
            wrong = fault(files) or (None if ".." not in files.split("/") else "it leads out of the repository")
            if not _REPOSITORY.fullmatch(repository):
                words = "This is no name of a repository; the example is left out."
                harvest.find(key, "model_id", "wrong-repository", shown(repository), words, place)
            elif wrong:
                words = f"This is no pattern of files: {wrong}. The example is left out."
                harvest.find(key, "origin_file_pattern", "wrong-field", shown(files), words, place)
            else:
                yield Example(repository, files)
