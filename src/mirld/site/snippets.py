"""Loaders into code that runs: only where repository, library and class are known; else there is none."""

from __future__ import annotations

import json
import keyword

from mirld.registry.values import Entry, Loader, Setting, Value

# Libraries whose public classes are importable from the top of the package.
_TOP_LEVEL = frozenset({"diffusers", "transformers"})
# A loader that is called on a pipeline; the pipeline is the reader's own.
_PIPELINE_CALLS = frozenset({"load_lora_weights", "load_ip_adapter", "load_textual_inversion"})
_DTYPES = {"f16": "float16", "f32": "float32", "f64": "float64", "bf16": "bfloat16"}
_HUB = "huggingface.co"


def snippet(entry: Entry, loader: Loader) -> str | None:
    """Write Python that loads an entry with one of its loaders, or None when the registry knows too little."""
    repository = next((found.name for found in entry.repositories if found.host == _HUB), None)
    if loader.call in _PIPELINE_CALLS:
        return None if repository is None else _adapter(entry, loader, repository)
    if loader.class_name is None or loader.library not in _TOP_LEVEL:
        return None
    name = loader.class_name.rpartition(".")[2]
    if not name.isidentifier():
        return None
    head = f"from {loader.library} import {name}\n\n"
    if "Scheduler" in entry.types:
        return f"{head}scheduler = {_call(name, [], _settings(entry, loader, 'init'))}\n"
    if repository is None or loader.call is not None:
        return None
    arguments = _settings(entry, loader, "load")
    dtype = _DTYPES.get(loader.precision.iri.rpartition("/")[2]) if loader.precision else None
    if dtype is not None and "torch_dtype" not in arguments:
        head = f"import torch\n{head}"
        arguments["torch_dtype"] = f"torch.{dtype}"
    variable = "pipe" if name.endswith("Pipeline") else "model"
    return f"{head}{variable} = {_call(f'{name}.from_pretrained', [_quoted(repository)], arguments)}\n"


def _adapter(entry: Entry, loader: Loader, repository: str) -> str:
    names = sorted(found.name for found in entry.files if found.name)
    arguments = _settings(entry, loader, "load")
    lines = ["# pipe is a pipeline of the series the adapter was made for"]
    if names and "weight_name" not in arguments:
        arguments["weight_name"] = _quoted(names[0])
        if len(names) > 1:
            lines.append(f"# weight_name is one of the {len(names)} files of the repository")
    # A strength is no argument of loading: the weights are added with it.
    strength = arguments.pop("lora_scale", None)
    lines.append(_call(f"pipe.{loader.call}", [_quoted(repository)], arguments))
    if strength is not None:
        lines.append(f"pipe.fuse_lora(lora_scale={strength})")
    return "\n".join(lines) + "\n"


def _settings(entry: Entry, loader: Loader, phase: str) -> dict[str, str]:
    """Return the keyword arguments that every file of the entry wants in one phase, in Python's spelling."""
    return {
        setting.parameter: _spelled(setting.value)
        for setting in entry.settings
        if setting.phase == phase and _is_for(setting, loader) and _is_keyword(setting.parameter)
    }


def _is_for(setting: Setting, loader: Loader) -> bool:
    return not setting.applies_to or loader.iri in setting.applies_to


def _is_keyword(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _spelled(value: Value) -> str:
    if isinstance(value, str):
        return value if value.startswith("torch.") and value[6:].isidentifier() else _quoted(value)
    return repr(value)


def _quoted(text: str) -> str:
    # A JSON string is a Python string as well.
    return json.dumps(text, ensure_ascii=False)


def _call(name: str, positional: list[str], keywords: dict[str, str]) -> str:
    arguments = [*positional, *(f"{key}={value}" for key, value in sorted(keywords.items()))]
    one_line = f"{name}({', '.join(arguments)})"
    if len(one_line) <= 76:
        return one_line
    return f"{name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"
