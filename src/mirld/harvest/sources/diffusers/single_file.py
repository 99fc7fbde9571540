"""Checkpoints in one file: the tensor names by which a checkpoint is known, and the repository of its configuration."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from mirld.errors import InputError
from mirld.graph.terms import literal
from mirld.harvest.cleaning import shown
from mirld.harvest.items import Item, is_repository
from mirld.harvest.naming import same_name
from mirld.harvest.python import Module, NotLiteral, value
from mirld.harvest.sources.diffusers.entries import Entries, Wanted
from mirld.harvest.sources.diffusers.library import NAME, Library
from mirld.vocab import MIR

_PATH = "diffusers/loaders/single_file_utils.py"
_KEYS, _REPOSITORIES, _CHOICE = "CHECKPOINT_KEY_NAMES", "DIFFUSERS_DEFAULT_PIPELINE_PATHS", "infer_diffusers_model_type"
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MODEL, _SIGNATURE = f"{NAME}-single-file", f"{NAME}-checkpoint"


def read_single_files(library: Library, entries: Entries) -> list[Item]:
    """Make the models of default configurations, and return the series that tensor names tell.

    The names stand on the model, when they tell one, and else on the series that all the models they tell are of.
    """
    module = library.module(_PATH)
    models = {kind: _model(kind, row, library, entries, module) for kind, row in _table(module, _REPOSITORIES)}
    signatures = {name: _texts(found) for name, found in _table(module, _KEYS)}
    count = Counter(name for names in signatures.values() for name in names)
    series: dict[str, Item] = {}
    branches = _branches(module)
    for signature in sorted({name for _, asked in branches for name in asked if _is_token(name, library, module)}):
        kinds = {kind for kind, asked in branches if signature in asked}
        # A kind that is told without the signature as well is not what the signature tells.
        needed = all(signature in asked for kind, asked in branches if kind in kinds)
        told = [models.get(kind) for kind in sorted(kinds)] if needed else []
        item = told[0] if len(told) == 1 else _series_of(signature, told, module, library)
        if len(told) > 1 and item is not None:
            item = series.setdefault(same_name(item.series), item)
        if item is None:
            comment = "By these names of tensors a checkpoint is of several series, or of a model that is not told."
            place = module.place(module.assigned(_KEYS))
            key = f"{_SIGNATURE}:{signature}"
            library.harvest.find(key, _KEYS, "ambiguous-id", ", ".join(sorted(kinds)), comment, place)
            continue
        item.keys += [key for key in [f"{_SIGNATURE}:{signature}"] if key != item.key]
        # A name that stands in several signatures tells none of them.
        for name in signatures.get(signature, ()):
            if count[name] == 1 and library.accepts(name, item.key, _KEYS, item.place):
                item.say(MIR.keyFragment, literal(name))
    return list(series.values())


def _table(module: Module, name: str) -> list[tuple[str, Any]]:
    """Read a table; InputError when it is none."""
    try:
        found = value(module.assigned(name), module.constants)
    except NotLiteral as error:
        raise InputError(f"{name} is made by a program ({error}): the layout changed", file=module.shown) from error
    if not isinstance(found, dict) or not found:
        raise InputError(f"{name} is no table: the layout changed", file=module.shown)
    return sorted((key, row) for key, row in found.items() if isinstance(key, str))


def _texts(found: Any) -> list[str]:
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)]


def _is_token(name: str, library: Library, module: Module) -> bool:
    """Say whether a name of a table may be part of an alias; when not, that is a finding."""
    if _TOKEN.fullmatch(name):
        return True
    place = module.place(module.assigned(_KEYS))
    comment = "The name is no word of letters, digits, points and dashes, so it is left out."
    library.harvest.find(f"{NAME}:{_PATH}", _KEYS, "garbage-id", shown(name), comment, place)
    return False


def _model(kind: str, row: Any, library: Library, entries: Entries, module: Module) -> Item | None:
    """Return the model whose repository a kind of checkpoint takes its configuration from."""
    key, place = f"{_MODEL}:{kind}", module.place(module.assigned(_REPOSITORIES))
    said = row if isinstance(row, dict) else {}
    repository, folder = said.get("pretrained_model_name_or_path"), said.get("subfolder")
    if not _is_token(kind, library, module):
        return None
    if not isinstance(repository, str) or not is_repository(repository):
        comment = "This is no name of a repository, so nothing is taken from there."
        library.harvest.find(key, _REPOSITORIES, "wrong-repository", shown(str(repository)), comment, place)
        return None
    item = entries.make(Wanted(repository=repository, place=place, page=library.page(_PATH)))
    if item is None:
        return None
    path = entries.path(item) or ""
    if folder is not None and path.rpartition("/")[2] != folder:
        comment = "The configuration is of one folder of a repository that holds more, so no model is named by it."
        library.harvest.find(key, _REPOSITORIES, "ambiguous-id", f"{repository}/{folder}", comment, place)
        return None
    return item.alias(key)


def _series_of(signature: str, told: list[Item | None], module: Module, library: Library) -> Item | None:
    """Return the one series that models are of; None when there is none, or one of them is not told."""
    models = [item for item in told if item is not None]
    architectures = {item.architecture for item in models} - {None}
    if len(models) < len(told) or len({same_name(item.series) for item in models}) != 1 or len(architectures) > 1:
        return None
    series, architecture = models[0].series, next(iter(architectures), None)
    return Item(
        key=f"{_SIGNATURE}:{signature}",
        place=module.place(module.assigned(_KEYS)),
        kind="Info",
        architecture=architecture,
        series=series,
        label=library.known_label(series, architecture) or series,
    )


def _branches(module: Module) -> list[tuple[str, frozenset[str]]]:
    """Return each kind of checkpoint with the signatures that are asked for on the way to it."""
    chooser = next((node for node in module.functions() if node.name == _CHOICE), None)
    if chooser is None:
        raise InputError(f"there is no {_CHOICE}: the layout changed", file=module.shown)
    return list(_choices(chooser.body, frozenset()))


def _choices(body: list[ast.stmt], over: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Give (kind, signatures) of every branch: the signatures that the conditions down to it ask for."""
    for node in body:
        match node:
            case ast.If():
                yield from _choices(node.body, over | _asked(node.test))
                yield from _choices(node.orelse, over)
            case ast.Assign(targets=[ast.Name(id="model_type")], value=chosen):
                for each in ast.walk(chosen):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        yield each.value, over


def _asked(test: ast.expr) -> frozenset[str]:
    return frozenset(
        str(node.slice.value)
        for node in ast.walk(test)
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == _KEYS
        and isinstance(node.slice, ast.Constant)
    )
