"""The methods of quantisation that transformers loads, each with the class that configures it and its parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import Harvest, Item
from mirld.harvest.naming import same_name
from mirld.harvest.package import Package
from mirld.harvest.parameters import Declared, arguments, enumerations, fields, state
from mirld.harvest.python import Module

_PATH, _AUTO = "transformers/utils/quantization_config.py", "transformers/quantizers/auto.py"
_ROOT = "QuantizationConfigMixin"


def methods(package: Package, harvest: Harvest) -> Iterator[Item]:
    """Describe each method that a configuration can name."""
    module = Module(package, _PATH)
    names = enumerations([module])
    listed = {str(found) for name, found in names.items() if name.startswith("QuantizationMethod.")}
    if not listed:
        raise InputError("the file lists no methods: its layout changed", file=module.shown)
    classes = {node.name: node for node in module.classes()}
    configured = _configured(Module(package, _AUTO))
    for method in sorted(listed):
        found = sorted({name for key, name in configured.items() if key == method or key.startswith(f"{method}_")})
        wrong = fault(method)
        if wrong or len(found) != 1 or found[0] not in classes:
            comment = f"The method is left out: {wrong or 'it has no class, or several, that configure it'}."
            text = ", ".join(found) or shown(method)
            harvest.find(
                f"quant-method:{shown(method)}", "QuantizationMethod", "unknown-reference", text, comment, _PATH
            )
            continue
        item = _item(method, classes[found[0]], module)
        declared = (one for one in _declared(module, found[0], classes) if one.name != "quant_method")
        state(item, declared, {**module.constants, **names}, package.version, harvest)
        yield item


def _configured(module: Module) -> dict[str, str]:
    """Return the class that configures each method, by the name that checkpoints have for it."""
    node = module.assigned("AUTO_QUANTIZATION_CONFIG_MAPPING")
    pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
    return {
        key.value: name.id
        for key, name in pairs
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(name, ast.Name)
    }


def _item(method: str, node: ast.ClassDef, module: Module) -> Item:
    title = node.name.removesuffix("Config")
    if same_name(title) != same_name(method):
        title = method.replace("_", "-")
    item = Item(
        key=f"quant-method:{method}",
        place=module.place(node),
        kind="Operation",
        architecture="quantization",
        series=method.replace("_", "-"),
        release="transformers",
        label=f"{title} in transformers",
        series_label=f"{title} (quantisation method)",
    )
    item.loader("transformers", node.name, module="transformers")
    return item


def _declared(module: Module, name: str, classes: Mapping[str, ast.ClassDef]) -> Iterator[Declared]:
    """Give what the constructor of a class takes: its own, or else its fields and what those above it take."""
    node = classes[name]
    for said in node.body:
        if isinstance(said, ast.FunctionDef) and said.name == "__init__":
            yield from arguments(module, said)
            return
    for base in node.bases:
        above = ast.unparse(base)
        if above in classes and above not in (_ROOT, name):
            yield from _declared(module, above, classes)
    yield from fields(module, node)
