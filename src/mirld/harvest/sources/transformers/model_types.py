"""The model types of transformers: each with its configuration, its example, and the types that are parts of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import Harvest
from mirld.harvest.package import Package
from mirld.harvest.python import Module, NotLiteral, value

_MODELS = "transformers/models"
_MAPPINGS = f"{_MODELS}/auto/auto_mappings.py"
_CONFIGURATIONS = f"{_MODELS}/auto/configuration_auto.py"


@dataclass(slots=True)
class ModelType:
    """A model type and its configuration class.

    `names` are further types of the same class and folder, `parts` the types of the folder that are parts of it by its
    configuration, `own` says that the class calls itself by this type, `fields` are the defaults that the class and
    those above it give, `title` is what the file says it configures.
    """

    name: str
    folder: str
    class_name: str
    place: str
    own: bool
    checkpoint: str | None = None
    title: str | None = None
    names: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    fields: dict[str, object] = field(default_factory=dict)


def model_types(package: Package, harvest: Harvest) -> dict[str, ModelType]:
    """Read every model type that has a configuration class, by name; what has none is a finding."""
    mapped, folders = _mappings(package)
    classes = dict(_classes(package))
    found: dict[str, ModelType] = {}
    for name, class_name in sorted(mapped.items()):
        key = f"transformers:{shown(name)}"
        wrong = fault(name) or fault(class_name) or (None if class_name.isidentifier() else "its class has no name")
        if wrong or class_name not in classes:
            comment = f"The type is left out: {wrong or 'no file of the package has its configuration class'}."
            harvest.find(key, "CONFIG_MAPPING_NAMES", "unknown-reference", shown(class_name), comment, _MAPPINGS)
            continue
        module, node = classes[class_name]
        folder = folders.get(name, name.replace("-", "_"))
        own = _text(node, "model_type")
        found[name] = ModelType(
            name=name,
            folder=folder,
            class_name=class_name,
            place=module.place(node),
            own=own in (None, name),
            checkpoint=_checkpoint(node),
            title=_title(module),
            fields=_fields(node, classes),
        )
        found[name].parts = sorted(_part_names(node, mapped, folders, folder))
    if not found:
        raise InputError("no model type has a configuration: the layout of the package changed", file=package.name)
    return _joined(found, classes)


def _mappings(package: Package) -> tuple[dict[str, str], dict[str, str]]:
    """Return the class by type, and the folder by type where that is not the name of the type."""
    constants = Module(package, _CONFIGURATIONS, Module(package, _MAPPINGS).constants).constants
    mapped, folders = (constants.get(name) for name in ("CONFIG_MAPPING_NAMES", "SPECIAL_MODEL_TYPE_TO_MODULE_NAME"))
    if not isinstance(mapped, dict) or not isinstance(folders, dict) or not mapped:
        raise InputError("the types are not listed as before: the layout changed", file=f"{package.name}/{_MAPPINGS}")
    return (
        {str(name): str(found) for name, found in mapped.items()},
        {str(name): str(found) for name, found in folders.items()},
    )


def _classes(package: Package) -> Iterator[tuple[str, tuple[Module, ast.ClassDef]]]:
    for path in package.paths(f"{_MODELS}/*/configuration_*.py"):
        module = Module(package, path)
        yield from ((node.name, (module, node)) for node in module.classes())


def _joined(found: dict[str, ModelType], classes: Mapping[str, tuple[Module, ast.ClassDef]]) -> dict[str, ModelType]:
    """Take types of one class in one folder for one type with several names: the one the class gives itself."""
    result = dict(found)
    for name, one in sorted(found.items()):
        usual = found.get(_text(classes[one.class_name][1], "model_type") or "")
        if usual is not None and not one.own and (usual.folder, usual.class_name) == (one.folder, one.class_name):
            usual.names.append(name)
            del result[name]
    return result


def _text(node: ast.ClassDef, name: str) -> str | None:
    """Return a text that a class gives an attribute."""
    for said in node.body:
        match said:
            case (
                ast.Assign(targets=[ast.Name(id=target)], value=ast.Constant(value=str(text)))
                | ast.AnnAssign(target=ast.Name(id=target), value=ast.Constant(value=str(text)))
            ) if target == name:
                return text
    return None


def _checkpoint(node: ast.ClassDef) -> str | None:
    """Return the repository in whose style the defaults of a class are: `@auto_docstring(checkpoint="…")`."""
    for decorator in node.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if keyword.arg == "checkpoint" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value) or None
    return None


def _title(module: Module) -> str | None:
    """Return what the first line of a file says that it configures: `LLaMA model configuration`."""
    first = (ast.get_docstring(module.tree) or "").partition("\n")[0].strip().rstrip(".")
    for ending in (" model configuration", " configuration"):
        if first.endswith(ending):
            return first.removesuffix(ending).strip() or None
    return None


def _fields(node: ast.ClassDef, classes: Mapping[str, tuple[Module, ast.ClassDef]]) -> dict[str, object]:
    """Return the fields of a class and of those above it with their defaults; a computed one counts as none."""
    result: dict[str, object] = {}
    waiting, seen = [node], set[str]()
    while waiting:
        current = waiting.pop(0)
        seen.add(current.name)
        for said in current.body:
            if isinstance(said, ast.AnnAssign) and isinstance(said.target, ast.Name):
                try:
                    result.setdefault(said.target.id, None if said.value is None else value(said.value))
                except NotLiteral:
                    result.setdefault(said.target.id, None)
        above = (ast.unparse(base) for base in current.bases)
        waiting += [classes[base][1] for base in above if base in classes and base not in seen]
    return result


def _part_names(
    node: ast.ClassDef, mapped: Mapping[str, str], folders: Mapping[str, str], folder: str
) -> Iterator[str]:
    """Give the types of the same folder that a configuration is made of."""
    for said in node.body:
        if not (isinstance(said, ast.Assign) and ast.unparse(said.targets[0]) == "sub_configs_defaults"):
            continue
        wanted = {inner.id for inner in ast.walk(said.value) if isinstance(inner, ast.Name)}
        wanted |= {str(inner.value) for inner in ast.walk(said.value) if isinstance(inner, ast.Constant)}
        for name, class_name in mapped.items():
            if folders.get(name, name.replace("-", "_")) == folder and (class_name in wanted or name in wanted):
                yield name
