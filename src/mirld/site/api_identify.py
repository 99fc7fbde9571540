"""What a browser identifies files with: signatures, layouts of modules, and the tables that headers are read by.

Two files below api/v1/. A page needs `signatures.json` for any file, and `modules.json` only for an adapter. The rules
in the first are the constants of `mirld.weights` and `mirld.lookup`, so that no other language has tables of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mirld.lookup import adapter_bases, adapter_facts, identifying
from mirld.lookup.identification import LEVELS
from mirld.registry.module_layouts import read_module_layouts
from mirld.registry.signatures import KINDS, read_signatures
from mirld.registry.values import Entry
from mirld.site.api_shards import API, encoded, told
from mirld.site.links import page_path
from mirld.site.material import Material
from mirld.weights import adapter, components, dtypes, inversion, limits, module_names, precision, reading

SIGNATURES, MODULES = "signatures.json", "modules.json"

WHOLE: Mapping[str, str] = {
    SIGNATURES: "how a weights file is known by its header: signatures, what they name, and the tables of the readers",
    MODULES: "which modules networks have, in which sizes: what an adapter fits",
}
"""Files of the static API that are not divided by key, each with what it says."""


def identify_files(material: Material) -> Iterator[tuple[str, bytes]]:
    """Give both files; what is null or empty in a signature is left out."""
    yield f"{API}/{SIGNATURES}", encoded(signatures(material)) + b"\n"
    yield f"{API}/{MODULES}", encoded(modules(material)) + b"\n"


def signatures(material: Material) -> dict[str, Any]:
    """Return every signature, sorted by IRI, and the series that GGUF has a name for."""
    found = read_signatures(material.dataset)
    sources = sorted({source for each in found for source in each.sources})
    places = {source: place for place, source in enumerate(sources)}
    declared = _declared(material)
    named = {iri for each in found for iri in each.identifies}
    named |= {iri for iris in declared.values() for iri in iris}
    return {
        "version": 1,
        "base": material.base,
        "rules": rules(),
        "entries": _entries(material, named),
        "sources": sources,
        "signatures": [
            told(
                {
                    "iri": each.iri.removeprefix(material.base),
                    "label": each.label,
                    "kind": each.kind,
                    "layout": each.layout,
                    "identifies": _paths(each.identifies, material.base),
                    "requires": list(each.requires),
                    "forbids": list(each.forbids),
                    "refines": each.refines.removeprefix(material.base) if each.refines else None,
                    "sources": [places[source] for source in each.sources],
                }
            )
            for each in found
        ],
        "declared": {name: _paths(iris, material.base) for name, iris in declared.items()},
    }


def modules(material: Material) -> dict[str, Any]:
    """Return every layout of modules, sorted by IRI."""
    found = read_module_layouts(material.dataset)
    return {
        "version": 1,
        "base": material.base,
        "entries": _entries(material, {network.iri for each in found for network in each.networks}),
        "layouts": [
            {
                "iri": each.iri.removeprefix(material.base),
                "label": each.label,
                "role": each.role,
                "networks": _paths((network.iri for network in each.networks), material.base),
                "modules": list(each.modules),
            }
            for each in found
        ],
    }


def rules() -> dict[str, Any]:
    """Return the tables that headers are read and told by, and the limits of what is read."""
    return {
        # Numbers as large as the largest of all are none that JavaScript reads as they are.
        "limits": {name: value for name, value in vars(limits).items() if name.startswith("MAX_") and value < 2**53},
        "types": {name: list(block) for name, block in dtypes.BLOCKS.items()},
        "safetensors": sorted(dtypes.SAFETENSORS),
        "ggml": {str(number): name for number, name in dtypes.GGML.items()},
        "tokens": dict(precision.TOKENS),
        "packing": [[method, list(endings)] for method, endings in precision.SIDES],
        "packed_types": sorted(precision.PACKED_TYPES),
        "others": [[beginning.hex(), what, hint] for beginning, what, hint in reading.OTHERS],
        "levels": list(LEVELS),
        "kinds": list(KINDS),
        "joined": sorted(identifying.JOINED),
        "hints": list(identifying.HINTS),
        "nearest": identifying.NEAREST,
        "components": {
            "prefixes": list(components.PREFIXES),
            "named": components.NAMED,
            "below_named": list(components.BELOW_NAMED),
        },
        "adapters": {
            "endings": dict(adapter.ENDINGS),
            "begin": adapter.BEGIN.pattern,
            "marks": list(adapter.MARKS),
            "methods": list(adapter.METHODS),
            "control_mark": adapter.CONTROL_MARK,
            "called": dict(adapter_facts.KINDS),
        },
        "inversion": {
            "called": adapter_facts.INVERSION,
            "most": inversion.MAX_VECTORS,
            "encoders": dict(inversion.ENCODERS),
            "beside": sorted(inversion.BESIDE),
            "embeddings": list(adapter_facts.EMBEDDINGS),
            "roles": _sorted(adapter_facts.ROLES),
        },
        "modules": {
            "prefixes": [list(pair) for pair in module_names.PREFIXES],
            "roles": _sorted(module_names.ROLES),
            "stray": adapter_bases.STRAY,
            "many": adapter_bases.MANY,
            "few": adapter_bases.FEW,
            "widened": adapter_bases.WIDENED,
            "first": list(adapter_bases.FIRST),
        },
    }


def _sorted(sets: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    return {name: sorted(members) for name, members in sets.items()}


def _paths(iris: Iterable[str], base: str) -> list[str]:
    return [iri.removeprefix(base) for iri in iris]


def _entries(material: Material, iris: Iterable[str]) -> dict[str, str | dict[str, str]]:
    """Return what entries are called, by their paths: the label alone where the path says all else.

    `model/dit/flux-1/dev` is mir:model.dit.flux-1:dev, of the series mir:info.dit.flux-1, and has its page there.
    """
    found: dict[str, str | dict[str, str]] = {}
    for iri in sorted(iris):
        entry = material.registry.by_iri.get(iri)
        if entry is None:
            continue
        path, mir_id = iri.removeprefix(material.base), material.ids[iri]
        series = str(entry.id.series_id) if entry.id.domain == "model" else mir_id
        whole = {"id": mir_id, "label": entry.label, "series": series, "page": page_path(iri, material.base)}
        found[path] = entry.label if whole == _said_by(path, entry.label) else whole
    return found


def _said_by(path: str, label: str) -> dict[str, str]:
    domain, architecture, name, *rest = path.split("/")
    mir_id = f"mir:{':'.join((f'{domain}.{architecture}.{name}', *rest))}"
    series = f"mir:info.{architecture}.{name}" if domain == "model" else mir_id
    return {"id": mir_id, "label": label, "series": series, "page": path}


def _declared(material: Material) -> dict[str, list[str]]:
    """Return the series that GGUF has a name for, by that name in small letters."""
    found: dict[str, dict[str, Entry]] = {}
    for entry in material.registry:
        for alias in entry.aliases:
            scheme, mark, name = alias.lower().partition(":")
            if mark and scheme == "gguf" and entry.id.domain == "info":
                found.setdefault(name, {})[entry.iri] = entry
    return {name: list(entries) for name, entries in sorted(found.items())}
