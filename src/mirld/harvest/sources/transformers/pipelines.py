"""The models that the pipelines of transformers use when none is named: a repository at a revision for each task."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable, Iterator

from mirld.errors import InputError
from mirld.harvest.cleaning import shown
from mirld.harvest.items import Harvest, Item, repository_key
from mirld.harvest.known import Known
from mirld.harvest.naming import same_name, title_of_family
from mirld.harvest.package import Package
from mirld.harvest.python import Module, NotLiteral, value
from mirld.vocab import MIR

_PATH = "transformers/pipelines/__init__.py"
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+", re.ASCII)
# Families that are of a type with another name.
_ARCHITECTURES = {"Qwen2.5": "art", "distilroberta": "aet"}
_REVISION = re.compile(r"[0-9a-f]{7,40}")


def defaults(package: Package, types: Iterable[str], known: Known, harvest: Harvest) -> Iterator[Item]:
    """Describe each default model, with the tasks it is the default of; `types` are the names of model types."""
    families = {same_name(name) for name in types}
    module = Module(package, _PATH)
    tasks = known.concepts.get("task", frozenset())
    found: dict[str, tuple[Item, str]] = {}
    for task, name, revision, place in _pinned(module, harvest):
        item, pinned = found.get(repository_key(name)) or found.setdefault(
            repository_key(name), (_item(name, revision, families, place), revision)
        )
        if revision != pinned:
            comment = f"The model of another task is pinned at {pinned}, which is kept."
            harvest.find(item.key, "revision", "conflict", revision, comment, place)
        if task in tasks:
            item.concept(MIR.task, "task", task)
        else:
            comment = "The scheme of tasks has no concept for it, so the model is not said to do it."
            harvest.find(item.key, "task", "unknown-reference", shown(task), comment, place)
    if not found:
        raise InputError("no task has a default model: the layout of the package changed", file=module.shown)
    return (item for item, _ in found.values())


def _pinned(module: Module, harvest: Harvest) -> Iterator[tuple[str, str, str, str]]:
    """Give (task, repository, revision, place) of every default; what is none is a finding."""
    node = module.assigned("SUPPORTED_TASKS")
    pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
    for key, said in pairs:
        if not (isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(said, ast.Dict)):
            continue
        given = {ast.unparse(name): inner for name, inner in zip(said.keys, said.values, strict=True) if name}
        written = given.get("'default'")
        if written is None:
            continue
        try:
            chosen = value(written, module.constants)["model"]
            # Once a default for each framework: today there is one.
            name, revision = next(iter(chosen.values())) if isinstance(chosen, dict) else chosen
            is_sound = _REPOSITORY.fullmatch(name) and _REVISION.fullmatch(revision)
        except (NotLiteral, KeyError, TypeError, ValueError, StopIteration):
            is_sound = None
        if is_sound:
            yield key.value, name, revision, module.place(key)
        else:
            comment = "The default is no repository at a commit, so it is left out."
            text = shown(ast.unparse(written))
            harvest.find(
                f"transformers:pipeline/{shown(key.value)}",
                "default",
                "wrong-repository",
                text,
                comment,
                module.place(key),
            )


def _item(name: str, revision: str, families: Container[str], place: str) -> Item:
    owner, _, title = name.partition("/")
    parts = title_of_family(title, families)
    item = Item(
        key=repository_key(name),
        place=place,
        kind="Model",
        architecture=_ARCHITECTURES.get(parts.series),
        series=parts.series,
        release=parts.release,
        label=title,
        owner=owner,
    )
    item.repository(name, revision=revision)
    item.loader("transformers", call="pipeline")
    return item
