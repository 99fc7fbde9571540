"""Terms as every harvest writes them: concepts, names of parts, and values of JSON as literals."""

from __future__ import annotations

import json
import re

from mirld.graph.terms import Iri, Literal, literal
from mirld.vocab import DEFAULT_BASE, RDF

_SLUG = re.compile(r"[^a-z0-9._-]+")
_FORMATS = {
    "bin": "pickle",
    "ckpt": "pickle",
    "gguf": "gguf",
    "onnx": "onnx",
    "pt": "pickle",
    "pth": "pickle",
    "safetensors": "safetensors",
}


def concept(scheme: str, token: str) -> Iri:
    """IRI of a concept."""
    return Iri(f"{DEFAULT_BASE}vocab/{scheme}/{token}")


def slug(value: str) -> str:
    """Make a part name of a text.

    >>> slug("SPO-Diffusion-Models/SPO-SDXL_4k-p_10ep_LoRA")
    'spo-diffusion-models-spo-sdxl_4k-p_10ep_lora'
    """
    return _SLUG.sub("-", value.lower())


def file_format(name: str) -> str | None:
    """Return the format, a token of its scheme, that the ending of a file's name tells; None for others.

    >>> file_format("model.safetensors"), file_format("resnet50-0676ba61.pth"), file_format("B_16.npz")
    ('safetensors', 'pickle', None)
    """
    return _FORMATS.get(name.lower().removesuffix(".tar").rpartition(".")[2])


def json_literal(value: object) -> Literal:
    """Write a list or an object as canonical JSON."""
    return Literal(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")), RDF.JSON)


def as_literal(value: object) -> Literal | None:
    """Type a value of JSON; null is no value.

    >>> as_literal([64, 64]).value, as_literal(0.0).value, as_literal(None)
    ('[64,64]', '0.0', None)
    """
    if value is None:
        return None
    if isinstance(value, list | dict):
        return json_literal(value)
    if isinstance(value, bool | int | float | str):
        return literal(value)
    return None
