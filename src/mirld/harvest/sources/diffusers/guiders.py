"""Guiders: one an operation, with what its constructor takes."""

from __future__ import annotations

import ast
import re

from mirld.errors import InputError
from mirld.graph.terms import literal
from mirld.harvest.items import Item, class_key
from mirld.harvest.python import Module
from mirld.harvest.sources.diffusers.library import NAME, Library, base_names, dotted, method
from mirld.harvest.sources.diffusers.signatures import state_parameters
from mirld.vocab import DCTERMS, MIR

_WORDS = re.compile(r"[A-Z]+\d*(?![a-z])|[A-Z][a-z]*\d*")


def read_guiders(library: Library) -> list[Item]:
    """Read every guider; InputError when there is none."""
    modules = [library.module(path) for path in library.package.paths("diffusers/guiders/*.py")]
    nodes = [(node, module) for module in modules for node in module.classes() if "BaseGuidance" in base_names(node)]
    named = [pair for pair in nodes if library.is_name(pair[0].name, "class", pair[1].place(pair[0]))]
    items = [_item(node, module, library) for node, module in named]
    if not items:
        raise InputError("the package has no guiders: its layout changed", file=library.package.name)
    return items


def _item(node: ast.ClassDef, module: Module, library: Library) -> Item:
    words = _WORDS.findall(node.name.removesuffix("Guidance"))
    key = class_key(f"{NAME}.{node.name}")
    item = Item(
        key=f"{NAME}:{node.name}",
        place=module.place(node),
        kind="Operation",
        architecture="guider",
        series="-".join(words).lower(),
        release="guidance",
        label=node.name,
        series_label=library.series_label(library.entry(key)) or f"{' '.join(words)} guidance",
        keys=[key],
    )
    loader = item.loader(NAME, node.name, module=dotted(module.path), order=0)
    loader.say(MIR.libraryVersion, literal(f"=={library.package.version}"))
    loader.say(DCTERMS.source, library.page(module.path))
    constructor = method(node, "__init__")
    if constructor is not None:
        state_parameters(item, constructor, module, library)
    return item
