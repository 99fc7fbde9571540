"""Model Openness Tool: how models are built and under which licence their weights are, one file a model."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.licences import claim_licence
from mirld.harvest.naming import same_name
from mirld.harvest.package import Package
from mirld.harvest.source import Source
from mirld.harvest.titles import architecture, join_by_title, names_hub, plain_title, read_title, settle
from mirld.harvest.yaml_text import parse_yaml
from mirld.vocab import DCTERMS, MIR

_ARCHITECTURES = {
    "decoder": "art",
    "encoder": "aet",
    "rnn": "rnn",
    "transformer": "transformer",
    "transformer decoder": "art",
    "transformer encoder-decoder": "stst",
}
# What else the field says: nothing, or how the model works and not how it is built.
_SILENT = frozenset(("", "diffusion", "undisclosed"))
_LICENCES = {
    "gemma terms of use": "gemma",
    "llama 2 community license": "llama2",
    "llama 3 community license": "llama3",
    "llama 3 community license agreement": "llama3",
    "llama 3.1 community license": "llama3.1",
    "llama 3.1 community license agreement": "llama3.1",
    "llama 3.2 community license": "llama3.2",
    "meta llama 3 community license agreement": "llama3",
}
# Families that write and have another network than the others.
_SIGNS = ((re.compile(r"t5|ul2|switch", re.IGNORECASE), "stst"), (re.compile(r"mamba", re.IGNORECASE), "ssm"))
_NO_LICENCE = re.compile(r"component|other license|undisclosed|unlicensed", re.IGNORECASE)
_WEIGHTS = "model parameters (final)"
_PAPER = "research paper"
_SIZE = re.compile(r"(?:\d+x)?\d+(?:\.\d+)?[bmt](?![a-z])", re.IGNORECASE)
_TUNED = re.compile(r"(?:^|[-_ .])(?:chat|inst|instruct|it|sft)(?=$|[-_ .\d])", re.IGNORECASE)
_HUB = re.compile(r"(?:https?://(?:www\.)?huggingface\.co/)?([^/\s]+/[^/\s]+)(?:/\S*)?(?: · Hugging Face)?")
_NO_OWNERS = frozenset(("collections", "datasets", "docs", "papers", "spaces"))


def read(package: Package, known: Known) -> Harvest:
    """Read every file; what is published nowhere, or under another model's address, is left out with a finding."""
    harvest = Harvest()
    paths = package.paths("models/*.yml")
    if not paths:
        raise InputError("there are no models/*.yml: the layout changed", file=package.name)
    for path in paths:
        release = _release(package, path, harvest)
        item = _item(path, release, known, harvest) if release else None
        if item is not None:
            harvest.items.append(item)
    if not harvest.items:
        raise InputError("no file describes a model with a repository: the layout changed", file=package.name)
    harvest.items += settle(harvest.items, known)
    return harvest


def _release(package: Package, path: str, harvest: Harvest) -> dict[str, Any] | None:
    key, comment = _key(path), "The file describes no release; it is left out."
    try:
        found = parse_yaml(package.text(path), f"{package.name}/{path}").get("release")
    except SyntaxInputError as error:
        found, comment = None, f"The file cannot be read: {shown(str(error.message))}."
    if not isinstance(found, dict) or fault(key):
        harvest.find(shown(key), "release", "malformed-record", shown(path), comment, shown(path))
        return None
    return found


def _item(path: str, release: dict[str, Any], known: Known, harvest: Harvest) -> Item | None:
    key, name, address = _key(path), _text(release.get("name")), _text(release.get("huggingface"))
    match = _HUB.fullmatch(address)
    repository = match[1] if match and names_hub(match[1]) else None
    if repository is None or repository.partition("/")[0] in _NO_OWNERS:
        problem = "wrong-repository" if address else "no-publication"
        comment = "No repository is named that holds the weights; the model is left out."
        harvest.find(key, "huggingface", problem, shown(address or name), comment, path)
        return None
    title = plain_title(repository)
    reason = _differs(name, _text(release.get("version")), title)
    if reason:
        comment = f"The repository is of another model, since its title {reason}; the model is left out."
        harvest.find(key, "huggingface", "wrong-repository", repository, comment, path)
        return None
    found = read_title(title, known)
    item = Item(
        key=key,
        place=path,
        kind="Model",
        architecture=_architecture(release, key, path, harvest),
        series=found.series,
        release=found.release,
        label=found.label,
        owner=repository.partition("/")[0],
    )
    if item.architecture in (None, "transformer") and _text(release.get("type")) in ("language", "code"):
        # The type says what it does, and not how it is built.
        item.architecture = next((built for sign, built in _SIGNS if sign.search(title)), None) or architecture(
            title, ["text-generation"]
        )
        item.inferred.add(str(MIR.architecture))
    item.repository(repository)
    join_by_title(item, [repository], title, known)
    agent = known.agents.get(same_name(_text(release.get("producer"))))
    item.say(DCTERMS.publisher, Iri(agent) if agent else None)
    _licence(item, release, harvest, known)
    paper = _text(_component(release, _PAPER).get("component_path"))
    if re.fullmatch(r"https?://(?:arxiv\.org/abs|doi\.org)/[\w./-]+", paper):
        item.say(MIR.paper, Iri(paper.replace("http://", "https://")))
    return item


def _differs(name: str, version: str, title: str) -> str | None:
    """Say how a title is none of a model of that name and version, in sizes and in tuning; None where it may be."""
    there = _sizes(title)
    wanted = _sizes(name) or _sizes(version)
    if there and wanted and not there & wanted:
        return f"says {', '.join(sorted(there))} and not {', '.join(sorted(wanted))}"
    if _TUNED.search(name) and not _TUNED.search(title):
        return "does not say that it is tuned"
    return None


def _sizes(text: str) -> set[str]:
    return {size.lower().rpartition("x")[2] for size in _SIZE.findall(text.replace("_", "."))}


def _architecture(release: dict[str, Any], key: str, path: str, harvest: Harvest) -> str | None:
    said = _text(release.get("architecture"))
    if said.lower() not in _ARCHITECTURES and said.lower() not in _SILENT:
        comment = "The architecture is none that the scheme has; nothing is stated of it."
        harvest.find(key, "architecture", "unknown-reference", shown(said), comment, path)
    return _ARCHITECTURES.get(said.lower())


def _licence(item: Item, release: dict[str, Any], harvest: Harvest, known: Known) -> None:
    """State the licence of the weights: their own, or that of all that is distributed."""
    licences = release.get("license")
    whole = licences.get("distribution") if isinstance(licences, dict) else None
    tag = _text(_component(release, _WEIGHTS).get("license"))
    tag = tag or _text(whole.get("name") if isinstance(whole, dict) else None)
    if tag and not _NO_LICENCE.search(tag):
        claim_licence(item, _LICENCES.get(tag.lower(), tag), harvest, known)


def _component(release: dict[str, Any], name: str) -> dict[str, Any]:
    components = release.get("components")
    for component in components if isinstance(components, list) else ():
        if isinstance(component, dict) and _text(component.get("name")).lower() == name:
            return component
    return {}


def _key(path: str) -> str:
    return f"mot:{PurePosixPath(path).stem}"


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


SOURCE = Source(
    name="mot",
    title="Model Openness Tool",
    description=(
        "Models that the Model Openness Framework was applied to, with repository, kind of network, paper, and the"
        " licence of their weights, read from the files of the tool."
    ),
    licence="MIT",
    origin="git:lfai/model_openness_tool",
    page="https://github.com/lfai/model_openness_tool/tree/{revision}/models",
    rank=60,
    read=read,
)
