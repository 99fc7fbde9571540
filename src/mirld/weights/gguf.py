"""The header of a GGUF file, versions 1 to 3, in either byte order.

Counts and lengths are held against the bytes that are left before anything is made for them: a file of a hundred bytes
may claim 2⁶⁰ pairs. Arrays of numbers are passed over; arrays of strings have to be walked, so their number is limited.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from operator import itemgetter
from typing import NamedTuple

from mirld.weights.dtypes import BLOCKS, GGML
from mirld.weights.header import Header, Shape, Tensor, Tensors, Value
from mirld.weights.limits import (
    MAX_ARRAY_DEPTH,
    MAX_ARRAYS,
    MAX_GGUF_TENSORS,
    MAX_HEADER,
    MAX_KEPT,
    MAX_KEY,
    MAX_METADATA,
    MAX_NAME,
    MAX_NUMBER,
    MAX_STRINGS,
    MAX_WIDE_HEADER,
)
from mirld.weights.source import Source, shown

MAGIC = b"GGUF"
VERSIONS = (1, 2, 3)
DEFAULT_ALIGNMENT = 32
MAX_GGUF_DIMENSIONS = 4

_ORIGINAL_SHAPE = "comfy.gguf.orig_shape."
"""Prefix of a key that has the shape of a tensor which the four dimensions of ggml could not hold as it was."""

_FIRST_READ = 64 * 1024
_STRING = 8
_ARRAY = 9
# Types of values by number: the letter of struct, and bytes.
_SCALARS: dict[int, tuple[str, int]] = {
    0: ("B", 1),
    1: ("b", 1),
    2: ("H", 2),
    3: ("h", 2),
    4: ("I", 4),
    5: ("i", 4),
    6: ("f", 4),
    7: ("B", 1),
    10: ("Q", 8),
    11: ("q", 8),
    12: ("d", 8),
}
_BOOL = 7
_NAMES = (
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "float32",
    "bool",
    "string",
    "array",
    "uint64",
    "int64",
)
_TYPE_NAMES = dict(enumerate((*_NAMES, "float64")))


class _Info(NamedTuple):
    """A tensor as its entry has it: `start` counts from the start of the data."""

    name: str
    dtype: str
    dimensions: Shape
    start: int


def read_gguf(source: Source) -> Header:
    """Read the header of a GGUF file, and prove that its tensors lie in the file and not in each other."""
    cursor = _Cursor(source)
    metadata: dict[str, Value] = {}
    tensor_count, pair_count = cursor.begin()
    for _ in range(pair_count):
        key = cursor.string("a key of its metadata", MAX_KEY)
        if key in metadata:
            source.refuse("duplicate-key", f"its metadata has {shown(key)} twice")
        metadata[key] = cursor.value(cursor.number("I", 4, "the type of a value"), key, 0)
    infos: dict[str, _Info] = {}
    for _ in range(tensor_count):
        info = cursor.tensor()
        if info.name in infos:
            source.refuse("duplicate-key", f"it has the tensor {shown(info.name)} twice")
        infos[info.name] = info
    alignment = _alignment(source, metadata)
    data_start = -(-cursor.place // alignment) * alignment
    rows = [_row(source, info, alignment, metadata) for info in infos.values()]
    _prove(source, rows, data_start)
    return Header(
        file=source.name,
        format="gguf",
        size=source.size,
        bytes_read=source.taken,
        tensors=Tensors.of_rows(rows),
        metadata=metadata,
        data_start=data_start,
        byte_order=cursor.order,
    )


def _alignment(source: Source, metadata: Mapping[str, Value]) -> int:
    alignment = metadata.get("general.alignment", DEFAULT_ALIGNMENT)
    if not isinstance(alignment, int) or isinstance(alignment, bool) or alignment <= 0 or alignment & (alignment - 1):
        source.refuse("alignment", f"its general.alignment is {shown(str(alignment))}, no power of two")
    return alignment


def _row(source: Source, info: _Info, alignment: int, metadata: Mapping[str, Value]) -> Tensor:
    block = BLOCKS[info.dtype]
    first = info.dimensions[0] if info.dimensions else 1
    if first % block.elements:
        source.refuse(
            "size-mismatch",
            f"the tensor {shown(info.name)} has rows of {first}, which {info.dtype} cannot divide into blocks of "
            f"{block.elements}",
        )
    elements = math.prod(info.dimensions)
    if elements > MAX_NUMBER:
        source.refuse("overflow", f"the tensor {shown(info.name)} has more elements than {MAX_NUMBER}")
    if info.start % alignment:
        source.refuse("alignment", f"the tensor {shown(info.name)} begins at {info.start}, no multiple of {alignment}")
    size = elements // block.elements * block.bits // 8
    shape: Shape = tuple(reversed(info.dimensions))
    original = metadata.get(_ORIGINAL_SHAPE + info.name)
    if isinstance(original, list) and all(isinstance(number, int) and 0 <= number <= MAX_NUMBER for number in original):
        if math.prod(original) != elements:
            source.refuse("size-mismatch", f"{_ORIGINAL_SHAPE}{shown(info.name)} has another number of elements")
        shape = tuple(original)
    return Tensor(info.name, info.dtype, shape, info.start, info.start + size)


def _prove(source: Source, rows: list[Tensor], data_start: int) -> None:
    """Prove that each tensor lies in the file and none in another; what lies between them is padding."""
    end = 0
    for name, _, _, start, stop in sorted(rows, key=itemgetter(3, 4)):
        assert start is not None and stop is not None  # noqa: S101, PT018 - a GGUF file has every offset
        if start < end and start < stop:
            source.refuse("overlap", f"the tensor {shown(name)} begins at {start}, inside the one that ends at {end}")
        if data_start + stop > source.size:
            source.refuse(
                "truncated",
                f"the tensor {shown(name)} ends at byte {data_start + stop}, the file at {source.size}",
                hint="the file is incomplete or damaged: download it again",
            )
        end = max(end, stop)


class _Cursor:
    """Reads values one behind the other from a growing piece of the file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._data = bytearray()
        self._strings = 0
        self._arrays = 0
        self._wide = True
        self._not_ascii = 0
        self._entries: list[struct.Struct] = []
        self.place = 0
        self.order = "little"
        self._mark = "<"

    def begin(self) -> tuple[int, int]:
        """Read magic, version and counts; return the number of tensors and of pairs of metadata."""
        self._need(8, "its version")
        self.place = 4
        version = self.number("I", 4, "its version")
        if version & 0xFFFF == 0:
            # Written by a machine of the other byte order.
            self.order, self._mark = "big", ">"
            self.place = 4
            version = self.number("I", 4, "its version")
        if version not in VERSIONS or (self.order == "big" and version < VERSIONS[-1]):
            self._source.refuse(
                "unknown-version",
                f"it is of version {version} of GGUF in {self.order}-endian; 1 to 3 are read, of 1 and "
                "2 little-endian alone",
            )
        self._wide = version > 1
        self._entries = [
            struct.Struct(f"{self._mark}{'QI'[not self._wide] * count}IQ") for count in range(MAX_GGUF_DIMENSIONS + 1)
        ]
        tensors, pairs = self._length("the number of tensors"), self._length("the number of pairs of metadata")
        left = self._source.size - self.place
        word = 8 if self._wide else 4
        if tensors > MAX_GGUF_TENSORS:
            self._source.refuse("too-many-tensors", f"it claims {tensors} tensors; at most {MAX_GGUF_TENSORS} are read")
        if pairs > MAX_METADATA:
            self._source.refuse("too-much-metadata", f"it claims {pairs} pairs; at most {MAX_METADATA} are read")
        if tensors * (word + 4 + 4 + 8) + pairs * (word + 4 + 1) > left:
            self._source.refuse(
                "truncated", f"it claims {tensors} tensors and {pairs} pairs of metadata, and has {left} bytes for them"
            )
        return tensors, pairs

    def number(self, letter: str, size: int, what: str) -> int:
        """Read a whole number."""
        place = self.place
        self._need(size, what)
        self.place = place + size
        return int(struct.unpack_from(self._mark + letter, self._data, place)[0])

    def string(self, what: str, limit: int) -> str:
        """Read a string of at most `limit` bytes."""
        length = self._length(f"the length of {what}")
        if length > limit:
            self._source.refuse("string-length", f"{what} has {length} bytes; at most {limit} are read")
        place = self.place
        self._need(length, what)
        self.place = place + length
        raw = self._data[place : self.place]
        if not raw.isascii():
            self._not_ascii += length
            if self._not_ascii > MAX_WIDE_HEADER:
                self._source.refuse("header-length", f"it has over {MAX_WIDE_HEADER} bytes of text that is not ASCII")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self._source.refuse("encoding", f"{what} is not UTF-8: {shown(raw.decode('latin-1'))}")

    def value(self, kind: int, key: str, depth: int) -> Value:
        """Read a value of metadata; a long array is passed over, and its type and length are kept."""
        if kind == _STRING:
            return self.string(f"the value of {shown(key)}", MAX_HEADER)
        if kind == _ARRAY:
            return self._array(key, depth + 1)
        if kind not in _SCALARS:
            self._source.refuse("unknown-type", f"the value of {shown(key)} is of the unknown type {kind}")
        letter, size = _SCALARS[kind]
        place = self.place
        self._need(size, f"the value of {shown(key)}")
        self.place = place + size
        found: int | float = struct.unpack_from(self._mark + letter, self._data, place)[0]
        return bool(found) if kind == _BOOL else found

    def tensor(self) -> _Info:
        """Read the entry of a tensor."""
        name = self.string("the name of a tensor", MAX_NAME)
        dimensions = self.number("I", 4, "the number of dimensions of a tensor")
        if dimensions > MAX_GGUF_DIMENSIONS:
            self._source.refuse(
                "dimensions", f"the tensor {shown(name)} has {dimensions} dimensions; GGUF has {MAX_GGUF_DIMENSIONS}"
            )
        place, entry = self.place, self._entries[dimensions]
        self._need(entry.size, "the entry of a tensor")
        self.place = place + entry.size
        *shape, kind, start = entry.unpack_from(self._data, place)
        if max(shape, default=0) > MAX_NUMBER or start > MAX_NUMBER:
            self._source.refuse("overflow", f"the tensor {shown(name)} has a number larger than {MAX_NUMBER}")
        if kind not in GGML:
            self._source.refuse("unknown-dtype", f"the tensor {shown(name)} is of the unknown type {kind}")
        return _Info(name, GGML[kind], tuple(shape), start)

    def _length(self, what: str) -> int:
        return self.number("Q", 8, what) if self._wide else self.number("I", 4, what)

    def _array(self, key: str, depth: int) -> Value:
        if depth > MAX_ARRAY_DEPTH:
            self._source.refuse("nesting", f"the value of {shown(key)} has arrays more than {MAX_ARRAY_DEPTH} deep")
        self._arrays += 1
        if self._arrays > MAX_ARRAYS:
            self._source.refuse("too-many-arrays", f"it has more than {MAX_ARRAYS} arrays")
        what = f"the array {shown(key)}"
        kind = self.number("I", 4, f"the type of {what}")
        count = self._length(f"the length of {what}")
        if kind in _SCALARS:
            least = _SCALARS[kind][1]
        elif kind == _STRING:
            least = 8 if self._wide else 4
        elif kind == _ARRAY:
            least = 4 + (8 if self._wide else 4)
        else:
            self._source.refuse("unknown-type", f"{what} is of the unknown type {kind}")
        left = self._source.size - self.place
        if count * least > left:
            self._source.refuse("truncated", f"{what} claims {count} elements, and {left} bytes are left")
        if kind in _SCALARS:
            return self._numbers(kind, count, what)
        if kind == _STRING:
            return self._strings_of(count, what)
        kept = [self._array(key, depth + 1) for _ in range(count)]
        return kept if count <= MAX_KEPT else _summary(kind, count)

    def _numbers(self, kind: int, count: int, what: str) -> Value:
        letter, size = _SCALARS[kind]
        place = self.place
        if count > MAX_KEPT:
            self._pass(count * size, what)
            return _summary(kind, count)
        self._need(count * size, what)
        self.place = place + count * size
        found = list(struct.unpack_from(f"{self._mark}{count}{letter}", self._data, place))
        return [bool(number) for number in found] if kind == _BOOL else found

    def _strings_of(self, count: int, what: str) -> Value:
        self._strings += count
        if self._strings > MAX_STRINGS:
            self._source.refuse("too-many-strings", f"its arrays have more than {MAX_STRINGS} strings")
        if count <= MAX_KEPT:
            return [self.string(f"a string of {what}", MAX_HEADER) for _ in range(count)]
        length = struct.Struct(self._mark + ("Q" if self._wide else "I"))
        unpack, width = length.unpack_from, length.size
        data, place, end = self._data, self.place, len(self._data)
        for _ in range(count):
            if place + width > end:
                self.place = place
                self._need(width, what)
                end = len(data)
            place += width + unpack(data, place)[0]
        self.place = place
        self._need(0, what)
        return _summary(_STRING, count)

    def _pass(self, size: int, what: str) -> None:
        self._need(size, what)
        self.place += size

    def _need(self, size: int, what: str) -> None:
        """Have `size` bytes from the place in memory; refuse when the file, or what a header may have, ends before."""
        end = self.place + size
        if end <= len(self._data):
            return
        if end > self._source.size:
            self._source.refuse(
                "truncated",
                f"{what} would end at byte {end}, the file has {self._source.size}",
                hint="the file is incomplete or damaged: download it again",
            )
        if end > MAX_HEADER:
            self._source.refuse("header-length", f"its header is longer than the {MAX_HEADER} bytes that are read")
        have = len(self._data)
        wanted = min(max(end, 2 * have, _FIRST_READ), MAX_HEADER, self._source.size)
        self._data += self._source.read(have, wanted - have, "the header")


def _summary(kind: int, count: int) -> Value:
    """Stand for an array that was passed over."""
    return {"array": _TYPE_NAMES[kind], "length": count}
