"""The sources, one module each: a `SOURCE` that says what it is, and `read` from a package to a `Harvest`.

A module is imported when its source is harvested. Adding a source is adding its module and its line here.
"""

from __future__ import annotations

from importlib import import_module

from mirld.errors import UsageError
from mirld.harvest.source import Source

MODULES: dict[str, str] = {
    "transformers": "transformers",
    "diffusers": "diffusers",
    "gguf": "gguf",
    "peft": "peft",
    "timm": "timm",
    "torchvision": "torchvision",
    "open-clip": "open_clip",
    "whisper": "whisper",
    "hf-tasks": "hf_tasks",
    "onnx-hub": "onnx_hub",
    "diffsynth": "diffsynth",
    "swarmui": "swarmui",
    "modelspec": "modelspec",
    "invokeai": "invokeai",
    "xinference": "xinference",
    "mot": "mot",
    "sdnext": "sdnext",
    "localai": "localai",
    "keras-hub": "keras_hub",
    "openmodeldb": "openmodeldb",
    "comfyui-manager": "comfyui_manager",
    "diffusers-classes": "diffusers_classes",
    "transformers-classes": "transformers_classes",
}
"""Module of each source that mirld ships, by its name, in the order that a harvest of all goes through them."""


def source(name: str) -> Source:
    """Return the source of a name; UsageError when there is none."""
    module = MODULES.get(name)
    if module is None:
        raise UsageError(f"there is no source {name}", hint=f"one of {', '.join(MODULES)}")
    found = import_module(f"mirld.harvest.sources.{module}").SOURCE
    if not isinstance(found, Source):
        raise TypeError(f"{module}.SOURCE is no Source")
    return found
