"""transformers: model types with the classes that open them, defaults of pipelines, and methods of quantisation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mirld.graph.terms import literal
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.source import Source
from mirld.harvest.sources.transformers.families import (
    architecture,
    has_experts,
    known_series,
    series_name,
    title,
    whole_of,
)
from mirld.harvest.sources.transformers.heads import Heads, heads
from mirld.harvest.sources.transformers.modalities import modalities, of_type
from mirld.harvest.sources.transformers.model_types import ModelType, model_types
from mirld.harvest.sources.transformers.pipelines import defaults
from mirld.harvest.sources.transformers.quantization import methods
from mirld.vocab import MIR

_REPOSITORY = re.compile(r"(?:[A-Za-z0-9][\w.-]*/)?[\w.-]+", re.ASCII)


def read(package: Package, known: Known) -> Harvest:
    """Read model types, defaults of pipelines and methods of quantisation."""
    harvest = Harvest()
    types = model_types(package, harvest)
    harvest.items += _series(package, types, heads(package, harvest), known, harvest)
    harvest.items += defaults(package, types, known, harvest)
    harvest.items += methods(package, harvest)
    return harvest


def _series(
    package: Package, types: Mapping[str, ModelType], found: Mapping[str, Heads], known: Known, harvest: Harvest
) -> Iterator[Item]:
    """Describe the series of each type; a part that no class opens is one more name of the type that it is part of."""
    wholes = whole_of(types, found)
    taken: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, one in types.items():
        if name in wholes:
            continue
        if one.folder not in taken:
            taken[one.folder] = modalities(package, one.folder, harvest)
        item = _item(one, found.get(name, Heads()), types, known, harvest)
        item.keys += [f"transformers:{other}" for other in one.names]
        item.keys += [f"transformers:{part}" for part, whole in sorted(wholes.items()) if whole == name]
        stated = of_type(taken[one.folder], found[name].every if name in found else ())
        yield item.concept(MIR.inputModality, "modality", *stated)


def _item(one: ModelType, found: Heads, types: Mapping[str, ModelType], known: Known, harvest: Harvest) -> Item:
    token, is_guess = architecture(one, found)
    there = known_series(one, token, known)
    item = Item(
        key=f"transformers:{one.name}",
        place=one.place,
        kind="Info",
        architecture=there.partition("/")[0] if there else token,
        series=there.partition("/")[2] if there else series_name(one.name),
        label=title(one),
    )
    if is_guess and token and item.architecture == token:
        item.inferred.add(MIR.architecture)
    if has_experts(one, types):
        item.say(MIR.architecture, concept("architecture", "moe"))
        item.inferred.add(MIR.architecture)
    if found.main:
        item.loader("transformers", found.main)
    item.say(MIR.taskClass, *(literal(name) for name in found.every if name != found.main))
    item.concept(MIR.task, "task", *found.tasks)
    if one.checkpoint is not None:
        wrong = fault(one.checkpoint)
        if wrong or not _REPOSITORY.fullmatch(one.checkpoint):
            comment = f"The example is left out: {wrong or 'its name is none of a repository'}."
            harvest.find(item.key, "checkpoint", "wrong-repository", shown(one.checkpoint), comment, one.place)
        else:
            item.say(MIR.exampleRepository, literal(f"pkg:huggingface/{one.checkpoint}"))
    return item


SOURCE = Source(
    name="transformers",
    title="transformers",
    description=(
        "Model types with the classes that open them, their tasks and an example, the models that pipelines use when"
        " none is named, and methods of quantisation with their parameters, read from the Python package."
    ),
    licence="Apache-2.0",
    origin="pip:transformers",
    page="https://github.com/huggingface/transformers/tree/v{version}/src/transformers",
    rank=60,
    read=read,
)
