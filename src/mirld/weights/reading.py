"""Finds out by its first bytes what a file is, and reads its header."""

from __future__ import annotations

import os
import re
from pathlib import Path

from mirld.errors import WeightError
from mirld.weights.folder import read_folder
from mirld.weights.gguf import MAGIC as GGUF_MAGIC
from mirld.weights.gguf import read_gguf
from mirld.weights.header import Header
from mirld.weights.onnx import read_onnx
from mirld.weights.pytorch import LEGACY_START, read_pytorch_legacy, read_pytorch_zip
from mirld.weights.safetensors import LENGTH, read_safetensors
from mirld.weights.sharded import read_index
from mirld.weights.source import Source, open_source
from mirld.weights.zipped import MAGIC as ZIP_MAGIC

FORMATS = (
    "safetensors",
    "gguf",
    "pytorch-zip",
    "pytorch-legacy",
    "onnx",
    "sharded-safetensors",
    "sharded-pytorch",
    "diffusers-folder",
    "folder",
)
"""What `Header.format` may be."""

_START = 64
# The version, a small number, and the tag of a field that follows it in a model of ONNX.
_ONNX_START = re.compile(rb"\x08[\x01-\x20][\x12\x1a\x22\x28\x32\x3a\x42\x72]")
_KNOWN = "known are safetensors, GGUF, checkpoints of PyTorch, ONNX, an index of shards, and folders of these"
# What is often taken for weights, by how it begins, and what to do.
OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"version https://git-lfs", "a pointer of Git LFS, not the file itself", "fetch it with `git lfs pull`"),
    (b"<!DOCTYPE", "a web page", "download the file itself, not the page about it"),
    (b"<html", "a web page", "download the file itself, not the page about it"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file", _KNOWN),
    (b"\x1f\x8b", "compressed with gzip", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it first"),
    (b"PK\x05\x06", "an empty zip file", "download it again"),
    (b"GGML", "of a format that came before GGUF", "convert it with llama.cpp"),
    (b"lmgg", "of a format that came before GGUF", "convert it with llama.cpp"),
    (b"fmgg", "of a format that came before GGUF", "convert it with llama.cpp"),
    (b"tjgg", "of a format that came before GGUF", "convert it with llama.cpp"),
    (b"\x93NUMPY", "an array of NumPy", _KNOWN),
)


def read(path: str | os.PathLike[str]) -> Header:
    """Read the header of a weights file, an index of shards or a folder, by its content and not by its name.

    WeightError when it is malformed, over a limit or of no known format; in each case within a second and 200 MB.
    """
    try:
        opened = open_source(path)
    except WeightError:
        if Path(path).is_dir():
            return read_folder(Path(path), _read_file)
        raise
    with opened as source:
        return _read_source(source, path)


def read_bytes(data: bytes, name: str = "<bytes>") -> Header:
    """Read the header of a weights file whose bytes are in memory; an index needs its folder and is refused."""
    return _read_source(Source.of_bytes(data, name), None)


def _read_file(path: str | os.PathLike[str]) -> Header:
    with open_source(path) as source:
        return _read_source(source, path)


def _read_shard(path: Path) -> Header:
    """Read a shard, which is no index of others again."""
    with open_source(path) as source:
        return _read_source(source, None)


def _read_source(source: Source, path: str | os.PathLike[str] | None) -> Header:
    """Read a file; one whose `path` is None cannot name others."""
    start = source.peek(0, _START)
    if start[LENGTH : LENGTH + 1] == b"{" and start[:4] not in (GGUF_MAGIC, ZIP_MAGIC):
        return read_safetensors(source)
    if start.startswith(GGUF_MAGIC):
        return read_gguf(source)
    if start.startswith(ZIP_MAGIC):
        return read_pytorch_zip(source)
    if LEGACY_START.match(start):
        return read_pytorch_legacy(source)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        if path is None:
            source.refuse("not-weights", "it is JSON", hint="name the index of shards, or the folder it lies in")
        return read_index(source, Path(path), _read_shard)
    if _ONNX_START.match(start):
        return read_onnx(source)
    for beginning, what, hint in OTHERS:
        if start.startswith(beginning):
            source.refuse("not-weights", f"it is {what}", hint=hint)
    if start.startswith(b"\x80") and start[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        source.refuse("not-weights", "it is a pickle, and none that PyTorch wrote", hint="do not load it")
    # What begins like a length that fits, or is called so, is a safetensors file with a fault, and is told which.
    if int.from_bytes(start[:LENGTH], "little") + LENGTH <= source.size or source.name.endswith(
        (".safetensors", ".sft")
    ):
        return read_safetensors(source)
    raise source.fault(
        "not-weights", f"it begins with {start[:8].hex(' ') or 'nothing'}, as no known format does", hint=_KNOWN
    )
