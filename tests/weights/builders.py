"""Writes small weight files byte by byte, sound ones and, with the parts given wrongly, unsound ones."""

from __future__ import annotations

import io
import json
import math
import os
import pickle
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from mirld.weights.dtypes import BLOCKS, GGML, ONNX

Named = Mapping[str, tuple[str, Sequence[int]]]
"""Tensors by name: type and shape."""

GGML_NUMBERS = {name: number for number, name in GGML.items()}
ONNX_NUMBERS = {name: number for number, name in ONNX.items()}
STORAGES = {
    "F32": "FloatStorage",
    "F16": "HalfStorage",
    "BF16": "BFloat16Storage",
    "I64": "LongStorage",
    "U8": "ByteStorage",
}
MAGIC = 0x1950A86A20F9469CFC6C


def size_of(dtype: str, shape: Sequence[int]) -> int:
    """Bytes of a tensor."""
    block = BLOCKS[dtype]
    return math.prod(shape) // block.elements * block.bits // 8


def safetensors_table(tensors: Named) -> dict[str, object]:
    """Return the header of tensors that lie one behind the other."""
    table: dict[str, object] = {}
    end = 0
    for name, (dtype, shape) in tensors.items():
        start, end = end, end + size_of(dtype, shape)
        table[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}
    return table


def safetensors_file(
    header: str | bytes | Mapping[str, object], data: int | bytes = 0, length: int | None = None
) -> bytes:
    """Write a file with the header that is given, `data` behind it, and its true length unless another is given."""
    if isinstance(header, Mapping):
        header = json.dumps(header, separators=(",", ":"), ensure_ascii=False)
    raw = header if isinstance(header, bytes) else header.encode()
    behind = bytes(data) if isinstance(data, int) else data
    return struct.pack("<Q", len(raw) if length is None else length) + raw + behind


def safetensors(tensors: Named, metadata: Mapping[str, str] | None = None) -> bytes:
    """Write a sound safetensors file."""
    table = safetensors_table(tensors)
    if metadata is not None:
        table = {"__metadata__": dict(metadata), **table}
    return safetensors_file(table, sum(size_of(*tensor) for tensor in tensors.values()))


class Gguf:
    """Writes a GGUF file piece by piece."""

    def __init__(self, version: int = 3, order: str = "<") -> None:
        self.order = order
        self.wide = version > 1
        self.data = bytearray(b"GGUF" + struct.pack(f"{order}I", version))

    def count(self, number: int) -> Gguf:
        """Write a length in as many bytes as the version has for it."""
        return self.raw("Q" if self.wide else "I", number)

    def raw(self, letters: str, *numbers: float) -> Gguf:
        """Write numbers as struct writes them."""
        self.data += struct.pack(self.order + letters, *numbers)
        return self

    def text(self, text: str | bytes) -> Gguf:
        """Write a string."""
        raw = text if isinstance(text, bytes) else text.encode()
        self.count(len(raw))
        self.data += raw
        return self

    def tensor(self, name: str, dtype: int, dimensions: Sequence[int], start: int) -> Gguf:
        """Write the entry of a tensor, dimensions as ggml orders them."""
        self.text(name).raw("I", len(dimensions))
        for dimension in dimensions:
            self.count(dimension)
        return self.raw("IQ", dtype, start)

    def end(self, data: int = 0, alignment: int = 32) -> bytes:
        """Return the file with padding and so many bytes of data."""
        return bytes(self.data) + bytes(-len(self.data) % alignment + data)


def gguf_header(
    tensors: Named, metadata: Mapping[str, str | int] | None = None, version: int = 3, order: str = "<"
) -> tuple[Gguf, int]:
    """Begin a sound GGUF file with texts and numbers as metadata; the number is that of the bytes of data it has."""
    pairs = metadata or {}
    file = Gguf(version, order).count(len(tensors)).count(len(pairs))
    for key, value in pairs.items():
        file.text(key)
        if isinstance(value, str):
            file.raw("I", 8).text(value)
        else:
            file.raw("I", 4).raw("I", value)
    end = 0
    for name, (dtype, shape) in tensors.items():
        file.tensor(name, GGML_NUMBERS[dtype], list(reversed(shape)), end)
        end = -(-(end + size_of(dtype, shape)) // 32) * 32
    return file, end


def gguf(tensors: Named, metadata: Mapping[str, str | int] | None = None, version: int = 3, order: str = "<") -> bytes:
    """Write a sound GGUF file, with zeros for data."""
    file, end = gguf_header(tensors, metadata, version, order)
    return file.end(end)


class Pickle:
    """Writes a pickle instruction by instruction, as PyTorch does with protocol 2."""

    def __init__(self, protocol: int = 2) -> None:
        self.data = bytearray(b"\x80" + bytes([protocol]))

    def op(self, raw: bytes) -> Pickle:
        """Write instructions as bytes."""
        self.data += raw
        return self

    def text(self, text: str) -> Pickle:
        """Write a text."""
        raw = text.encode()
        return self.op(b"X" + struct.pack("<I", len(raw)) + raw)

    def number(self, number: int) -> Pickle:
        """Write a whole number."""
        return self.op(pickle.dumps(number, 2)[2:-1])

    def numbers(self, numbers: Sequence[int]) -> Pickle:
        """Write a tuple of whole numbers."""
        self.op(b"(")
        for number in numbers:
            self.number(number)
        return self.op(b"t")

    def name(self, module: str, name: str) -> Pickle:
        """Write a name of a module."""
        return self.op(b"c" + module.encode() + b"\n" + name.encode() + b"\n")

    def storage(self, key: str, dtype: str, elements: int, *, legacy: bool = False) -> Pickle:
        """Write what stands for a storage."""
        self.op(b"(").text("storage").name("torch", STORAGES[dtype]).text(key).text("cpu").number(elements)
        return self.op(b"NtQ" if legacy else b"tQ")

    def tensor(
        self,
        key: str,
        dtype: str,
        shape: Sequence[int],
        *,
        offset: int = 0,
        elements: int | None = None,
        legacy: bool = False,
    ) -> Pickle:
        """Write the call that makes a contiguous tensor."""
        strides = [math.prod(shape[place + 1 :]) for place in range(len(shape))]
        count = math.prod(shape) if elements is None else elements
        self.name("torch._utils", "_rebuild_tensor_v2").op(b"(").storage(key, dtype, count, legacy=legacy)
        self.number(offset).numbers(shape).numbers(strides).op(b"\x89")
        return self.name("collections", "OrderedDict").op(b")RtR")

    def table(self, tensors: Named, first: int = 0, *, legacy: bool = False) -> Pickle:
        """Write an ordered dictionary of tensors, whose storages are numbered from `first`."""
        self.name("collections", "OrderedDict").op(b")R(")
        for key, (name, (dtype, shape)) in enumerate(tensors.items(), first):
            self.text(name).tensor(str(key), dtype, shape, legacy=legacy)
        return self.op(b"u")

    def end(self) -> bytes:
        """Return the pickle."""
        return bytes(self.data) + b"."


def torch_zip(
    content: bytes,
    sizes: Sequence[int],
    *,
    folder: str = "archive",
    method: int = zipfile.ZIP_STORED,
    more: Sequence[str] = (),
) -> bytes:
    """Write a zip file of PyTorch with a pickle and storages of so many bytes, data on multiples of 64 as there."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        members = [(f"data/{key}", bytes(size)) for key, size in enumerate(sizes)]
        members = [("data.pkl", content), ("byteorder", b"little"), *members, ("version", b"3\n")]
        for name, data in [*((f"{folder}/{name}", data) for name, data in members), *((name, b"") for name in more)]:
            info = zipfile.ZipInfo(name)
            padding = -(buffer.tell() + 30 + len(info.filename) + 4) % 64
            info.extra = struct.pack("<2sH", b"FB", padding) + b"Z" * padding
            archive.writestr(info, data, compress_type=method if data is content else zipfile.ZIP_STORED)
        start = buffer.tell()
    raw = buffer.getvalue()
    directory, end = raw[start:-22], raw[-22:]
    count = len(members) + len(more)
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, len(directory), start)
    return raw[:start] + directory + wide + struct.pack("<4sLQL", b"PK\x06\x07", 0, start + len(directory), 1) + end


def torch(tensors: Named) -> bytes:
    """Write a sound zip file of PyTorch."""
    return torch_zip(Pickle().table(tensors).end(), [size_of(*tensor) for tensor in tensors.values()])


def torch_legacy(tensors: Named, *, storages: bool = True) -> bytes:
    """Write a sound file of before PyTorch 1.6."""
    data = pickle.dumps(MAGIC, 2) + pickle.dumps(1001, 2)
    data += pickle.dumps({"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2}}, 2)
    data += Pickle().table(tensors, legacy=True).end()
    data += pickle.dumps([str(key) for key in range(len(tensors))], 2)
    for dtype, shape in tensors.values() if storages else ():
        data += struct.pack("<q", math.prod(shape)) + bytes(size_of(dtype, shape))
    return data


def varint(number: int) -> bytes:
    """Write a number as protobuf writes it."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def proto(number: int, value: int | bytes | str) -> bytes:
    """Write a field of protobuf."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(raw)) + raw


def onnx_tensor(name: str, dtype: int, shape: Sequence[int], data: bytes | None) -> bytes:
    """Write an initialiser; one without data has it in another file."""
    body = b"".join(proto(1, dimension) for dimension in shape) + proto(2, dtype) + proto(8, name)
    return body + (proto(9, data) if data is not None else proto(14, 1))


def onnx_model(initialisers: Sequence[bytes]) -> bytes:
    """Write a model with one node."""
    node = proto(1, "x") + proto(2, "y") + proto(4, "Relu")
    graph = proto(1, node) + proto(2, "main") + b"".join(proto(5, each) for each in initialisers)
    graph += proto(11, proto(1, "x")) + proto(12, proto(1, "y"))
    opset = proto(1, "") + proto(2, 21)
    return (
        proto(1, 10)
        + proto(2, "builder")
        + proto(7, graph)
        + proto(8, opset)
        + proto(14, proto(1, "k") + proto(2, "v"))
    )


def onnx(tensors: Named) -> bytes:
    """Write a sound ONNX file."""
    return onnx_model(
        [
            onnx_tensor(name, ONNX_NUMBERS[dtype], shape, bytes(size_of(dtype, shape)))
            for name, (dtype, shape) in tensors.items()
        ]
    )


def write_sparse(path: Path, shapes: Mapping[str, tuple[int, ...] | None]) -> None:
    """Write a safetensors file of BF16 whose data are a hole, so that gigabytes take no room; every shape is known."""
    table = safetensors_table({name: ("BF16", shape) for name, shape in shapes.items() if shape is not None})
    assert len(table) == len(shapes)
    raw = json.dumps(table).encode()
    path.write_bytes(struct.pack("<Q", len(raw)) + raw)
    data = sum(size_of("BF16", shape) for shape in shapes.values() if shape is not None)
    os.truncate(path, 8 + len(raw) + data)
