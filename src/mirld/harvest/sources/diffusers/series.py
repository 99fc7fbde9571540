"""Families of pipelines: one series a folder, with the classes that run it and the tasks they are chosen for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from mirld.graph.terms import literal
from mirld.harvest.items import Item
from mirld.harvest.naming import same_name
from mirld.harvest.sources.diffusers.entries import Entries
from mirld.harvest.sources.diffusers.families import family
from mirld.harvest.sources.diffusers.library import NAME, Library
from mirld.harvest.sources.diffusers.pipelines import Pipeline
from mirld.vocab import MIR

_Series = tuple[str, str | None]


def read_series(library: Library, pipelines: dict[str, Pipeline], entries: Entries) -> Iterator[Item]:
    """Give the series of each folder of pipelines, as the models that its examples load tell it."""
    opened = _opened(entries)
    folders: dict[str, list[Pipeline]] = defaultdict(list)
    for pipeline in pipelines.values():
        folders[pipeline.family].append(pipeline)
    for folder, members in sorted(folders.items()):
        told = {same_name(name): (name, of) for pipeline in members for name, of in opened[pipeline.name]}
        row = family(folder)
        if row == ():
            continue
        if row is None and len(told) > 1:
            comment = "The models that the pipelines of this folder load are of several series; none is stated of it."
            listed = ", ".join(sorted(series for series, _ in told.values()))
            library.harvest.find(f"{NAME}:{folder}", "series", "ambiguous-id", listed, comment, members[0].place)
            continue
        series, architecture = (row[0], row[1]) if row else next(iter(told.values()), (folder, members[0].architecture))
        label = library.known_label(series, architecture)
        item = Item(
            key=f"{NAME}:{folder}",
            place=members[0].place,
            kind="Info",
            architecture=architecture,
            series=series,
            label=label or series,
        )
        item.inferred |= {MIR.architecture} if label is None and architecture else set()
        for pipeline in members:
            names = {same_name(name) for name, _ in opened[pipeline.name]}
            # A class that opens only what is of another series of the folder is none of this one.
            if not names or same_name(series) in names:
                item.say(MIR.taskClass, literal(pipeline.name)).concept(MIR.task, "task", *pipeline.tasks)
        yield item


def _opened(entries: Entries) -> dict[str, dict[_Series, None]]:
    """Return the series of the models that each class opens."""
    found: dict[str, dict[_Series, None]] = defaultdict(dict)
    for name, item in entries.opened():
        if item.kind == "Model":
            found[name.removeprefix(f"{NAME}.")][item.series, item.architecture] = None
    return found
