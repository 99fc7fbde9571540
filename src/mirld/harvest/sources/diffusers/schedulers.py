"""Schedulers: one an operation, with what its constructor and its set_timesteps take, and which can replace it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mirld.errors import InputError
from mirld.graph.terms import Iri, literal
from mirld.harvest.cleaning import shown
from mirld.harvest.facts import concept
from mirld.harvest.items import Item, Link, class_key
from mirld.harvest.python import Module, NotLiteral, value
from mirld.harvest.sources.diffusers.library import NAME, Library, base_names, dotted, method
from mirld.harvest.sources.diffusers.signatures import state_parameters
from mirld.vocab import DCTERMS, MIR

_GROUPS = "diffusers/schedulers/scheduling_utils.py"
_STEPS = "set_timesteps"
GROUP = "KarrasDiffusionSchedulers"
"""The type of a pipeline's scheduler that stands for any of a group, and has a name of its own in the registry."""


def read_schedulers(library: Library) -> list[Item]:
    """Read every scheduler; InputError when there is none."""
    groups = dict(_groups(library.module(_GROUPS)))
    found = list(_classes(library))
    if not found:
        raise InputError("the package has no schedulers: its layout changed", file=library.package.name)
    names = {node.name for _, node in found}
    return [_item(node, module, library, groups, names) for module, node in found]


def _classes(library: Library) -> Iterator[tuple[Module, ast.ClassDef]]:
    for path in library.package.paths("diffusers/schedulers/*.py"):
        module = library.module(path)
        for node in module.classes():
            if "SchedulerMixin" in base_names(node) and library.is_name(node.name, "class", module.place(node)):
                yield module, node


def _groups(module: Module) -> Iterator[tuple[str, list[str]]]:
    """Give the groups of schedulers, which are enumerations of class names."""
    for node in module.classes():
        if "Enum" in base_names(node):
            targets = [line.targets[0] for line in node.body if isinstance(line, ast.Assign)]
            yield node.name, [target.id for target in targets if isinstance(target, ast.Name)]


def _item(node: ast.ClassDef, module: Module, library: Library, groups: dict[str, list[str]], names: set[str]) -> Item:
    series, release = divide_name(node.name)
    key = class_key(f"{NAME}.{node.name}")
    item = Item(
        key=f"{NAME}:{node.name}",
        place=module.place(node),
        kind="Scheduler",
        architecture="scheduler",
        series=series.lower(),
        release=release.lower(),
        label=node.name,
        series_label=library.series_label(library.entry(key)) or f"{series} scheduler",
        keys=[key],
    )
    page = library.page(module.path)
    loader = item.loader(NAME, node.name, module=dotted(module.path), order=0)
    loader.say(MIR.libraryVersion, literal(f"=={library.package.version}")).say(DCTERMS.source, page)
    constructor, steps = method(node, "__init__"), method(node, _STEPS)
    if constructor is not None:
        state_parameters(item, constructor, module, library)
    if steps is not None:
        state_parameters(item, steps, module, library, call=_STEPS)
    for other in _compatible(node, module, library, groups):
        if other not in names:
            comment = "The class is named as compatible, and is not among the schedulers."
            library.harvest.find(item.key, "_compatibles", "unlinked-class", shown(other), comment, item.place)
        elif other != node.name:
            _replaces(item, other, page)
    return item


def divide_name(name: str) -> tuple[str, str]:
    """Divide the name of a class into series and release, as the registry does.

    >>> divide_name("EulerDiscreteScheduler"), divide_name("HeliosDMDScheduler")
    (('Euler', 'Discrete'), ('HeliosDMD', 'Scheduler'))
    """
    stem = name.removesuffix("Scheduler")
    for release in ("Discrete", "Multistep"):
        if stem.endswith(release) and stem != release:
            return stem.removesuffix(release), release
    return stem, "Scheduler"


def _compatible(node: ast.ClassDef, module: Module, library: Library, groups: dict[str, list[str]]) -> Iterator[str]:
    for line in node.body:
        match line:
            case ast.Assign(
                targets=[ast.Name(id="_compatibles")],
                value=ast.ListComp(elt=ast.Attribute(), generators=[ast.comprehension(iter=ast.Name(id=group))]),
            ) if group in groups:
                yield from groups[group]
            case ast.Assign(targets=[ast.Name(id="_compatibles")], value=listed):
                try:
                    found = value(listed, module.constants)
                    yield from (each for each in found if isinstance(each, str))
                except NotLiteral as error:
                    comment = f"The list is made by a program ({error}), so it is not read."
                    key, place = f"{NAME}:{node.name}", module.place(line)
                    library.harvest.find(key, "_compatibles", "lost-field", shown(ast.unparse(listed)), comment, place)


def _replaces(item: Item, other: str, page: Iri) -> None:
    part = item.part("compatibility", f"interchangeable-{other}")
    part.say(MIR.kind, concept("compatibility", "interchangeable")).say(MIR.verdict, concept("verdict", "yes"))
    part.say(DCTERMS.source, page)
    part.links += [Link(MIR.subject, item.key), Link(MIR.object, class_key(f"{NAME}.{other}"))]
