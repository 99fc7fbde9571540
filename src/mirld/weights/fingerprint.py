"""Digests of a layout: mirld's own, and those that DiffSynth-Studio and upstream publish.

All are of names and shapes, none of weights: equal digests prove an equal layout and nothing more. The definitions
stand in docs/weights.md, and what they give for a list of tensors in site/content/fingerprint/conformance.json.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mirld.weights.header import Header, Shape, Tensor, Tensors
from mirld.weights.header_text import FIELDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Digests:
    """Digests of one layout, in lower-case hexadecimal digits; None for what cannot be computed.

    `layout` and `md5` need every shape; `layer256` and `layer_b3` are of a single safetensors file, and `layer_b3`
    needs the package blake3.
    """

    layout: str | None
    md5: str | None
    layer256: str | None
    layer_b3: str | None


def digests(header: Header) -> Digests:
    """Compute every digest of a layout that a header allows."""
    text = layer_text(header)
    found = published_digests(header)
    return Digests(
        layout=fingerprint(header.tensors),
        md5=found.get("layoutMd5"),
        layer256=found.get("layer256"),
        layer_b3=None if text is None else _blake3(text.encode()),
    )


def published_digests(header: Header) -> dict[str, str]:
    """Compute the digests that others publish of layouts, by the names that the registry has for them."""
    text, md5 = layer_text(header), layout_md5(header.tensors)
    found = {} if text is None else {"layer256": hashlib.sha256(text.encode()).hexdigest()}
    return found if md5 is None else {**found, "layoutMd5": md5}


def file_digests(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read a whole file; its digests by kind, `sha256` in lower-case hexadecimal digits."""
    with open(path, "rb") as file:  # noqa: PTH123 - takes what a path may be given as
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def fingerprint(tensors: Tensors) -> str | None:
    """Return the layout fingerprint; None when some shape is not known, or when there is no tensor.

    SHA-256 of the UTF-8 text of a JSON list of [name, shape] pairs without spaces, sorted by name, code point by code
    point. Types, order, offsets, metadata and the division into shards do not count.
    """
    pairs = _pairs(tensors)
    return None if pairs is None else hashlib.sha256(layout_text(pairs).encode()).hexdigest()


def layout_text(pairs: Iterable[tuple[str, Shape]]) -> str:
    r"""Write names and shapes as the text that the fingerprint is of.

    >>> layout_text([("b", ()), ("a\n", (3, 0))])
    '[["a\\n",[3,0]],["b",[]]]'
    """
    return json.dumps(sorted(pairs), ensure_ascii=False, separators=(",", ":"))


def layout_md5(tensors: Tensors) -> str | None:
    """Return the MD5 that DiffSynth-Studio computes of a layout; None as for the fingerprint."""
    pairs = _pairs(tensors)
    if pairs is None:
        return None
    words = [word for name, shape in pairs for word in (name, f"{name}:{'_'.join(map(str, shape))}")]
    return hashlib.md5(",".join(sorted(words)).encode(), usedforsecurity=False).hexdigest()


def layer_text(header: Header) -> str | None:
    """Write the tensors of a safetensors file as upstream does before it takes `layer_256` or `layer_b3` of the text.

    It is how Python prints the header as a dictionary, in the order of the file and without metadata. None for other
    formats, whose text depends on the libraries that print it, and for a header with unusual fields.
    """
    if header.format != "safetensors" or header.field_order != FIELDS:
        return None
    return "{" + ", ".join(_layer(tensor) for tensor in header.tensors.rows()) + "}"


def _layer(tensor: Tensor) -> str:
    shape, offsets = list(tensor.shape or ()), [tensor.start, tensor.stop]
    return f"{tensor.name!r}: {{'dtype': {tensor.dtype!r}, 'shape': {shape}, 'data_offsets': {offsets}}}"


def _pairs(tensors: Tensors) -> list[tuple[str, Shape]] | None:
    pairs = list(_known(tensors))
    return pairs if pairs and len(pairs) == len(tensors) else None


def _known(tensors: Tensors) -> Iterator[tuple[str, Shape]]:
    for name, shape in zip(tensors.names, tensors.shapes, strict=True):
        if shape is not None:
            yield name, shape


def _blake3(data: bytes) -> str | None:
    """Return the BLAKE3 digest; None where the optional package is not installed."""
    try:
        module = importlib.import_module("blake3")
    except ImportError:
        return None
    return str(module.blake3(data).hexdigest())
