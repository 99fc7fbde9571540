"""Cases of site/content/identify/conformance.json as real files: a header as it is written, and no data behind it."""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.weights.builders import gguf_header, safetensors_table, size_of

CONFORMANCE = Path(__file__).resolve().parents[2] / "site" / "content" / "identify" / "conformance.json"

Tensors = dict[str, tuple[str, tuple[int, ...]]]

_LINE = re.compile(r"(\S+) (\S+) \[([\d, ]*)\]")
_RANGE = re.compile(r"\{(\d+)-(\d+)\}")


def tensors_of(lines: Sequence[str]) -> Tensors:
    """Read lines such as `blocks.{0-18}.qkv.weight BF16 [9216, 3072]`, a range standing for each number in it."""
    found: Tensors = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        assert match is not None, line
        shape = tuple(map(int, match[3].split(", "))) if match[3] else ()
        found |= dict.fromkeys(_expanded(match[1]), (match[2], shape))
    return found


def _expanded(name: str) -> Iterator[str]:
    match = _RANGE.search(name)
    if match is None:
        yield name
        return
    for number in range(int(match[1]), int(match[2]) + 1):
        yield from _expanded(f"{name[: match.start()]}{number}{name[match.end() :]}")


def write_case(folder: Path, case: Mapping[str, Any]) -> Path:
    """Write the file of a case; what is behind its header is a hole that takes no room."""
    path = folder / case["file"]
    if "base64" in case:
        path.write_bytes(base64.b64decode(case["base64"]))
    else:
        write_file(path, tensors_of(case["tensors"]), case.get("metadata", {}))
    return path


def write_file(path: Path, tensors: Tensors, metadata: Mapping[str, str | int]) -> None:
    """Write a header of the format that the name ends in."""
    raw, end = _gguf(tensors, metadata) if path.suffix == ".gguf" else _safetensors(tensors, metadata)
    with path.open("wb") as file:
        file.write(raw)
        file.truncate(len(raw) + end)


def _safetensors(tensors: Tensors, metadata: Mapping[str, object]) -> tuple[bytes, int]:
    table = safetensors_table(tensors)
    text = json.dumps({"__metadata__": dict(metadata), **table} if metadata else table, ensure_ascii=False)
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw, sum(size_of(*tensor) for tensor in tensors.values())


def _gguf(tensors: Tensors, metadata: Mapping[str, str | int]) -> tuple[bytes, int]:
    file, end = gguf_header(tensors, metadata)
    return file.end(), end


def small(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an answer what a case holds: all that is decided, without texts that a new source changes."""
    return {
        "kind": answer["kind"],
        "level": answer["level"],
        "precision": answer["precision"],
        "packing": answer["packing"],
        "components": [
            {
                "prefix": each["prefix"],
                "kind": each["kind"],
                "signature": each["signature"].rpartition("#")[2],
                "candidates": [claim["id"] for claim in each["candidates"]],
                **(
                    {"adapter": {k: each["adapter"][k] for k in ("kind", "ranks", "parts", "proved")}}
                    if each["adapter"]
                    else {}
                ),
            }
            for each in answer["components"]
        ],
        "hints": answer["hints"],
        "nearest": [f"{each['label']}: {each['met']} of {each['conditions']}" for each in answer["nearest"]],
    }
