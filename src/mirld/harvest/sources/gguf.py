"""gguf: the architectures that llama.cpp reads, the types that GGML stores tensors in, and the mixtures files have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.python import Module, NotLiteral, value
from mirld.harvest.source import Source
from mirld.vocab import MIR

_CONSTANTS = "gguf/constants.py"
# The architecture of files that hold what projects images or sound into a model of any family.
_SPELLED = {"clip": "mmproj"}
# Number formats that PyTorch has too, by what the registry calls their operations.
_FORMATS = {
    **{f"F{bits}": ("float", f"f{bits}") for bits in (16, 32, 64)},
    **{f"I{bits}": ("int", f"i{bits}") for bits in (8, 16, 32, 64)},
    "BF16": ("bfloat", "bf16"),
}
# What is in a family's files, the first that fits counts: beginnings of the names of tensors.
_BY_TENSOR = (
    ("V_", "vit"),
    ("SSM_", "ssm"),
    ("TIME_MIX", "rnn"),
    ("DEC_", "stst"),
    ("ENC_", "aet"),
    ("POSNET", "gan"),
    ("TOKEN_TYPES", "aet"),
    ("CLS", "aet"),
)


def read(package: Package, known: Known) -> Harvest:
    """Read architectures, tensor types and file types."""
    harvest = Harvest()
    module = Module(package, _CONSTANTS)
    harvest.items += _architectures(module, known, harvest)
    types = _members(module, "GGMLQuantizationType")
    sizes = {name: size for name, _, size in _keyed(module, "GGML_QUANT_SIZES")}
    for name, node in types.items():
        item = _tensor_type(name, module.place(node), known, harvest)
        try:
            values, size = value(sizes[name], module.constants) if name in sizes else (0, 0)
            item.comment(f"{values} values take {size} bytes.") if values > 1 else None
        except (NotLiteral, TypeError, ValueError):
            comment = "The size of a block is made by a program, so it is left out."
            harvest.find(
                item.key, "GGML_QUANT_SIZES", "lost-field", shown(ast.unparse(sizes[name])), comment, item.place
            )
        harvest.items.append(item)
    harvest.items += _file_types(module, types, known, harvest)
    return harvest


def _architectures(module: Module, known: Known, harvest: Harvest) -> Iterator[Item]:
    tensors = {name: _attributes(node) for name, _, node in _keyed(module, "MODEL_TENSORS")}
    names: set[str] = set()
    for member, key, node in _keyed(module, "MODEL_ARCH_NAMES"):
        name = node.value if isinstance(node, ast.Constant) else None
        place = module.place(key)
        wrong = fault(name) if isinstance(name, str) else "it is no text"
        if wrong or not isinstance(name, str) or name in names:
            comment = f"The architecture is left out: {wrong or 'another has its name'}."
            harvest.find(f"gguf:{member}", "MODEL_ARCH_NAMES", "garbage-id", shown(str(name)), comment, place)
            continue
        names.add(name)
        yield _family(name, place, tensors.get(member, frozenset()), known)


def _family(name: str, place: str, tensors: frozenset[str], known: Known) -> Item:
    """Describe the series of an architecture: one that is known by that name, or one of its own."""
    series = _SPELLED.get(name, name)
    architecture = next((token for start, token in _BY_TENSOR if any(one.startswith(start) for one in tensors)), "art")
    if architecture == "art" and "bert" in name:
        architecture = "aet"
    has_experts = "moe" in name
    before = known.named(f"gguf:{name}")
    found = [path.split("/")[1] for path in ([before] if before else known.families(series))]
    wanted = (architecture, *(("moe",) if has_experts else ()))
    chosen = next((token for token in wanted if token in found), found[0] if found else None)
    item = Item(
        key=f"gguf:{name}", place=place, kind="Info", architecture=chosen or architecture, series=series, label=series
    )
    if has_experts and item.architecture != "moe":
        item.say(MIR.architecture, concept("architecture", "moe"))
    if has_experts or item.architecture == architecture:
        item.inferred.add(MIR.architecture)
    return item


def _tensor_type(name: str, place: str, known: Known, harvest: Harvest) -> Item:
    family, token = _FORMATS.get(name, ("ggml", _token(name)))
    item = Item(
        key=f"ggml:{name}",
        place=place,
        kind="Operation",
        architecture="precision",
        series=family,
        release=token,
        label=name,
        series_label="GGML tensor type" if family == "ggml" else None,
    )
    _state_precision(item, token, known, harvest)
    return item


def _file_types(module: Module, types: dict[str, ast.AST], known: Known, harvest: Harvest) -> Iterator[Item]:
    """Give what files can be, by the type that most of their tensors have; one type alone is that type."""
    for member, node in _members(module, "LlamaFileType").items():
        name = member.removeprefix("ALL_").removeprefix("MOSTLY_")
        if name == member:
            continue  # GUESSED: that a file does not say
        if name in types:
            item = _tensor_type(name, module.place(node), known, harvest)
            item.key = f"llama-ftype:{member}"
            item.keys.append(f"ggml:{name}")
        else:
            item = Item(
                key=f"llama-ftype:{member}",
                place=module.place(node),
                kind="Operation",
                architecture="precision",
                series="gguf",
                release=_token(name),
                label=name,
                series_label="GGUF file type",
            )
            _state_precision(item, _token(name), known, harvest)
        yield item


def _state_precision(item: Item, token: str, known: Known, harvest: Harvest) -> None:
    if token in known.concepts.get("precision", frozenset()):
        item.concept(MIR.precision, "precision", token).alias(f"precision:{token}")
        return
    comment = "The scheme of precisions has no concept for it, so none is stated."
    harvest.find(item.key, "precision", "unknown-reference", shown(token), comment, item.place)


def _token(name: str) -> str:
    return name.lower().replace("_", "-")


def _members(module: Module, name: str) -> dict[str, ast.AST]:
    """Return the members of an enumeration; InputError when there is none of that name."""
    for node in module.classes():
        if node.name == name:
            said = (one for one in node.body if isinstance(one, ast.Assign))
            return {one.targets[0].id: one for one in said if isinstance(one.targets[0], ast.Name)}
    raise InputError(f"the file has no {name}: it is another file, or its layout changed", file=module.shown)


def _keyed(module: Module, name: str) -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """Give (member, key, value) of a dictionary that members of an enumeration are the keys of; InputError if none."""
    node = module.assigned(name)
    pairs = zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ()
    found = [(key.attr, key, said) for key, said in pairs if isinstance(key, ast.Attribute)]
    if not found:
        raise InputError(f"{name} is no dictionary by members: the layout changed", file=module.shown)
    yield from found


def _attributes(node: ast.expr) -> frozenset[str]:
    members = node.elts if isinstance(node, ast.List) else []
    return frozenset(one.attr for one in members if isinstance(one, ast.Attribute))


SOURCE = Source(
    name="gguf",
    title="gguf",
    description=(
        "Architectures that llama.cpp reads, and the types of tensors and of files with the size of their blocks, read"
        " from the constants of the Python package."
    ),
    licence="MIT",
    origin="pip:gguf",
    page="https://pypi.org/project/gguf/{version}/",
    rank=60,
    read=read,
)
