"""PEFT: the methods of adaptation that it registers, each with the class that configures it and its parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mirld.errors import InputError
from mirld.graph.terms import Iri
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.naming import same_name
from mirld.harvest.package import Package
from mirld.harvest.parameters import enumerations, fields, state
from mirld.harvest.python import Module
from mirld.harvest.source import Source
from mirld.vocab import MIR

_TYPES = "peft/utils/peft_types.py"
_CONFIGURATIONS = ("peft/config.py", "peft/tuners/lycoris_utils.py", "peft/tuners/*/config.py")
# What every configuration has, of whatever method: what it was saved for, and by which version.
_ROOTS = frozenset(("PeftConfigMixin", "PeftConfig"))
_PAPER = re.compile(r"(?:huggingface\.co/papers|arxiv\.org/(?:abs|pdf))/(\d{4}\.\d{4,5})")


def read(package: Package, known: Known) -> Harvest:
    """Read every method that a tuner registers."""
    harvest = Harvest()
    types = Module(package, _TYPES)
    paths = dict.fromkeys(path for pattern in _CONFIGURATIONS for path in package.paths(pattern))
    modules = [Module(package, path) for path in paths]
    names = enumerations([types, *modules])
    classes = {node.name: (module, node) for module in modules for node in module.classes()}
    listed = {str(found) for name, found in names.items() if name.startswith("PeftType.")}
    if not listed:
        raise InputError("the file lists no types of PEFT: its layout changed", file=types.shown)
    for path in package.paths("peft/tuners/*/__init__.py"):
        module = Module(package, path)
        for call in _registrations(module):
            item = _item(module, call, classes, listed, harvest)
            if item is not None:
                declared = [one for found, node in _lineage(call, classes) for one in fields(found, node)]
                state(item, declared, names, package.version, harvest)
                harvest.items.append(item)
    for missing in sorted(listed - {item.key.partition(":")[2] for item in harvest.items}):
        comment = "The type is listed, but no tuner that could be read registers it, so it is left out."
        harvest.find(f"peft:{missing}", "PeftType", "unknown-reference", shown(missing), comment, _TYPES)
    if not harvest.items:
        raise InputError("no tuner registers a method: the layout of the package changed", file=package.name)
    return harvest


def _registrations(module: Module) -> Iterator[ast.Call]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "register_peft_method":
            yield node


def _item(
    module: Module, call: ast.Call, classes: dict[str, tuple[Module, ast.ClassDef]], listed: set[str], harvest: Harvest
) -> Item | None:
    """Describe the method of a registration; None, and a finding, where it cannot be read."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    name, config = given.get("name"), given.get("config_cls")
    place = module.place(call)
    if not (isinstance(name, ast.Constant) and isinstance(name.value, str) and isinstance(config, ast.Name)):
        comment = "The method is registered by a program, so it is left out."
        harvest.find(module.path, "register_peft_method", "lost-field", shown(ast.unparse(call)), comment, place)
        return None
    key = name.value.upper()
    wrong = fault(key)
    if wrong or key not in listed or config.id not in classes:
        comment = f"The method is left out: {wrong or 'its type or its configuration is nowhere in the package'}."
        harvest.find(f"peft:{shown(key)}", "name", "unknown-reference", shown(name.value), comment, place)
        return None
    title = config.id.removesuffix("Config")
    if same_name(title) != same_name(name.value):
        title = name.value.replace("_", "-")
    item = Item(
        key=f"peft:{key}",
        place=place,
        kind="Operation",
        architecture="adapter",
        series=name.value.replace("_", "-"),
        release="peft",
        label=f"{title} in PEFT",
        series_label=f"{title} (adapter method)",
    )
    item.loader("peft", config.id, module="peft")
    papers = set(_PAPER.findall(ast.get_docstring(classes[config.id][1]) or ""))
    if len(papers) == 1:
        item.say(MIR.paper, Iri(f"https://arxiv.org/abs/{papers.pop()}")).inferred.add(MIR.paper)
    return item


def _lineage(call: ast.Call, classes: dict[str, tuple[Module, ast.ClassDef]]) -> Iterator[tuple[Module, ast.ClassDef]]:
    """Give the class that configures a method and the classes above it, the highest first, without what all have."""
    found: list[tuple[Module, ast.ClassDef]] = []
    waiting = [ast.unparse(keyword.value) for keyword in call.keywords if keyword.arg == "config_cls"]
    while waiting:
        name = waiting.pop()
        if name in classes and name not in _ROOTS and classes[name] not in found:
            found.append(classes[name])
            waiting += [ast.unparse(base) for base in classes[name][1].bases]
    return reversed(found)


SOURCE = Source(
    name="peft",
    title="PEFT",
    description=(
        "Methods of adaptation with the class that configures each, and its parameters with type and default, read from"
        " the tuners of the Python package."
    ),
    licence="Apache-2.0",
    origin="pip:peft",
    page="https://github.com/huggingface/peft/tree/v{version}/src/peft/tuners",
    rank=60,
    read=read,
)
