"""A folder of a model: of diffusers by model_index.json, of transformers or PEFT by a configuration beside weights."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from mirld.errors import WeightError
from mirld.weights.header import Component, Header, Value, nothing
from mirld.weights.jsontext import read_json
from mirld.weights.limits import MAX_FILES, MAX_JSON
from mirld.weights.sharded import inside
from mirld.weights.source import open_source, shown

PIPELINE = "model_index.json"
CONFIGURATIONS = ("config.json", "adapter_config.json", "scheduler_config.json", "preprocessor_config.json")
"""Names of configurations, the one that says most of weights first."""

_INDEX = re.compile(r".+\.(?:safetensors|bin)\.index(?:\.[\w-]+)?\.json")
_FORMS = (".safetensors", ".gguf", ".bin", ".pt", ".pth", ".ckpt", ".onnx")
_STEMS = ("diffusion_pytorch_model", "model", "pytorch_model", "adapter_model", "pytorch_lora_weights")
_SHARD = re.compile(r"-\d{5}-of-\d{5}(?=\.)")
# Weights of other kinds that lie beside those of a model.
_ASIDE = re.compile(r"(?:optimizer|scheduler|rng_state\w*|training_args|scaler|random_states_\d+)\.(?:bin|pt|pth)")


def read_folder(path: Path, read_file: Callable[[Path], Header]) -> Header:
    """Read the configurations of a folder, and the headers of the weights that they are of."""
    names = _names(path)
    if PIPELINE in names:
        return _pipeline(path, read_file)
    component = _component(path, path.name, None, None, names, read_file)
    if component.header is None:
        raise WeightError(
            "it is a folder without weights",
            offence="not-weights",
            file=str(path),
            hint="name a folder with model_index.json or with weights in it, or a file",
        )
    header = component.header
    return replace(
        header,
        file=str(path),
        format="folder",
        config=component.config,
        components=(component,),
        notes=(*header.notes, *_beside(component)),
    )


def _pipeline(path: Path, read_file: Callable[[Path], Header]) -> Header:
    with open_source(path / PIPELINE) as source:
        index = read_json(source, MAX_JSON)
        components = []
        for name, value in index.items():
            library, class_name = _class(value)
            if class_name is None:
                continue
            place = inside(source, path, name)
            below = _names(place) if place.is_dir() else []
            components.append(_component(place, name, library, class_name, below, read_file))
    headers = [component.header for component in components if component.header is not None]
    missing = [shown(part.name) for part in components if not (path / part.name).is_dir()]
    return Header(
        file=str(path),
        format="diffusers-folder",
        size=sum(header.size for header in headers),
        bytes_read=source.taken + sum(header.bytes_read for header in headers),
        config=index,
        code=tuple(dict.fromkeys(name for header in headers for name in header.code)),
        components=tuple(components),
        notes=(f"parts that are not there: {', '.join(missing)}",) if missing else (),
    )


def _class(value: Value) -> tuple[str | None, str | None]:
    """Read the library and the class of a part, which model_index.json has as a pair; (None, None) for what is none."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
        return (value[0] if isinstance(value[0], str) else None), value[1]
    return None, None


def _component(
    path: Path,
    name: str,
    library: str | None,
    class_name: str | None,
    names: list[str],
    read_file: Callable[[Path], Header],
) -> Component:
    config: Mapping[str, Value] = nothing()
    for file in CONFIGURATIONS:
        if file in names:
            with open_source(path / file) as source:
                config = read_json(source, MAX_JSON)
            break
    weights = sorted((file for file in names if _is_weights(file)), key=_rank)
    found = config.get("_class_name")
    return Component(
        name=name,
        library=library,
        class_name=class_name or (found if isinstance(found, str) else None),
        config=config,
        header=read_file(path / weights[0]) if weights else None,
        others=tuple(weights[1:]),
    )


def _names(path: Path) -> list[str]:
    names = [entry.name for entry in islice(path.iterdir(), MAX_FILES + 1)]
    if len(names) > MAX_FILES:
        raise WeightError(
            f"it has more than {MAX_FILES} files",
            offence="too-many-files",
            file=str(path),
            hint="name the folder of one model",
        )
    return sorted(names)


def _is_weights(name: str) -> bool:
    if _ASIDE.fullmatch(name):
        return False
    return _INDEX.fullmatch(name) is not None or (name.endswith(_FORMS) and _SHARD.search(name) is None)


def _rank(name: str) -> tuple[int, int, int, bool, str]:
    """Order weight files: safetensors before pickles, the usual name, no variant, an index before what it names."""
    form = next((rank for rank, ending in enumerate(_FORMS) if ending in name), len(_FORMS))
    stem = name.split(".")[0]
    usual = _STEMS.index(stem) if stem in _STEMS else len(_STEMS)
    is_index = _INDEX.fullmatch(name) is not None
    variants = (name.replace(".index", "").removesuffix(".json") if is_index else name).count(".")
    return form, usual, variants, not is_index, name


def _beside(component: Component) -> tuple[str, ...]:
    if not component.others:
        return ()
    return (f"{len(component.others)} more weight files lie beside: {', '.join(map(shown, component.others[:3]))}",)
