"""@huggingface/tasks: the models that the page of each task of the Hugging Face Hub names as examples."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import Harvest, Item, repository_key
from mirld.harvest.javascript import constant
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.source import Source
from mirld.harvest.titles import architecture, join_by_title, read_title, settle
from mirld.vocab import MIR

_TAGS, _PAGES = "dist/esm/pipelines.js", "dist/esm/tasks/index.js"
_IMPORT = re.compile(r'^import (\w+) from "\./([\w-]+)/data\.js";$', re.MULTILINE)
_PAGE = re.compile(r'^ *"?[\w-]+"?: getData\("([\w-]+)", (\w+)\),$', re.MULTILINE)
# Tasks that networks of every kind do, upscalers and adapters among them.
_ANYHOW = frozenset(("image-to-image",))
# Adapters, and the model that each is for.
_ADAPTERS = {
    "black-forest-labs/FLUX.1-Depth-dev-lora": "mir:model.dit.flux-1:dev",
    "kontext-community/relighting-kontext-dev-lora-v3": "mir:model.dit.flux-1:kontext-dev",
}
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+", re.ASCII)


def read(package: Package, known: Known) -> Harvest:
    """Read the tags, and of each the models that its page lists."""
    harvest = Harvest()
    tasks = known.concepts.get("task", frozenset())
    tags = constant(package.text(_TAGS), "PIPELINE_DATA", f"{package.name}/{_TAGS}")
    if not isinstance(tags, dict) or not tags:
        raise InputError("PIPELINE_DATA lists no tags: the layout changed", file=f"{package.name}/{_TAGS}")
    for tag in sorted(set(tags) - tasks):
        comment = "The scheme of tasks has no concept for the tag, so no model is said to do it."
        harvest.find(f"hf-task:{shown(tag)}", "PIPELINE_DATA", "unknown-reference", shown(tag), comment, _TAGS)
    found: dict[str, tuple[str, str, list[str]]] = {}
    for tag, path in _pages(package):
        for name, place in _models(package, path, tag, harvest):
            found.setdefault(repository_key(name), (name, place, []))[2].append(tag)
    harvest.items += (_item(name, place, done, tasks, known) for name, place, done in found.values())
    if not harvest.items:
        raise InputError("no page of a task lists a model: the layout of the package changed", file=package.name)
    harvest.items += settle(harvest.items, known)
    return harvest


def _pages(package: Package) -> Iterator[tuple[str, str]]:
    """Give (tag, path of what its page shows), by tag; a page that shows what all pages show is none."""
    index = package.text(_PAGES)
    folders = dict(_IMPORT.findall(index))
    pages = {tag: folders[name] for tag, name in _PAGE.findall(index) if name in folders}
    if not pages:
        raise InputError("the file lists no pages: its layout changed", file=f"{package.name}/{_PAGES}")
    return (
        (tag, f"dist/esm/tasks/{folder}/data.js") for tag, folder in sorted(pages.items()) if folder != "placeholder"
    )


def _models(package: Package, path: str, tag: str, harvest: Harvest) -> Iterator[tuple[str, str]]:
    """Give (repository, place) of the models of a page; a name that is none of a repository is a finding."""
    text = package.text(path)
    data = constant(text, "taskData", f"{package.name}/{path}")
    models = data.get("models") if isinstance(data, dict) else None
    if not isinstance(models, list):
        raise InputError("the page has no list of models: its layout changed", file=f"{package.name}/{path}")
    for model in models:
        name = model.get("id") if isinstance(model, dict) else None
        at = text.find(str(name))
        place = f"{path}:{text.count(chr(10), 0, max(at, 0)) + 1}"
        if isinstance(name, str) and _REPOSITORY.fullmatch(name) and not fault(name):
            yield name, place
            continue
        wrong = fault(name) if isinstance(name, str) else "it is no text"
        comment = f"The model is left out: {wrong or 'its name is none of a repository'}."
        harvest.find(f"hf-task:{tag}", "models", "wrong-repository", shown(str(name)), comment, place)


def _item(name: str, place: str, tags: list[str], tasks: frozenset[str], known: Known) -> Item:
    owner, _, title = name.partition("/")
    parts = read_title(title, known)
    adapted = _ADAPTERS.get(name)
    item = Item(
        key=repository_key(name),
        place=place,
        kind="Adapter" if adapted else "Model",
        architecture="lora" if adapted else architecture(title, set(tags) - _ANYHOW),
        series=parts.series,
        release=parts.release,
        label=title,
        owner=owner,
    )
    if adapted:
        item.link(MIR.adapterFor, adapted)
        item.inferred.add(MIR.adapterFor)
    if item.architecture:
        item.inferred.add(MIR.architecture)
    item.repository(name)
    join_by_title(item, [name], title, known)
    return item.concept(MIR.task, "task", *(tag for tag in tags if tag in tasks))


SOURCE = Source(
    name="hf-tasks",
    title="Tasks of the Hugging Face Hub",
    description=(
        "Models that the pages of tasks name as examples, each with its repository and its tasks, read from the npm"
        " package."
    ),
    licence="MIT",
    origin="npm:@huggingface/tasks",
    page="https://www.npmjs.com/package/@huggingface/tasks/v/{version}",
    rank=70,
    read=read,
)
