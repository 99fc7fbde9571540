"""An ONNX file: initialisers, inputs and outputs of its graph, by an own reader of the protobuf wire format.

Only the fields that say names, types and shapes are read; nodes are counted and raw data is passed over, and data in
other files is never opened.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from mirld.weights.dtypes import BLOCKS, ONNX
from mirld.weights.header import Header, Shape, Tensor, Tensors, Value
from mirld.weights.limits import (
    MAX_DIMENSIONS,
    MAX_FIELDS,
    MAX_HEADER,
    MAX_METADATA,
    MAX_NAME,
    MAX_NUMBER,
    MAX_TENSORS,
)
from mirld.weights.source import Source, shown

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_STRING_TYPE = 8
_PIECE = 4 * 1024
_MAX_TEXT = 64 * 1024

# Numbers of fields, by the message of onnx.proto that has them.
_MODEL_VERSION, _MODEL_PRODUCER, _MODEL_PRODUCER_VERSION, _MODEL_DOMAIN, _MODEL_GRAPH, _MODEL_OPSET, _MODEL_PROPS = (
    *(1, 2, 3, 4, 7, 8, 14),
)
_GRAPH_NODE, _GRAPH_NAME, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_SPARSE = 1, 2, 5, 11, 12, 15
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW, _TENSOR_LOCATION = 1, 2, 8, 9, 14
_TEXTS = {_MODEL_PRODUCER: "producer_name", _MODEL_PRODUCER_VERSION: "producer_version", _MODEL_DOMAIN: "domain"}


class _Field(NamedTuple):
    """A field of a message: its number and wire type, its value if that is a number, else where its bytes lie."""

    number: int
    kind: int
    value: int
    start: int
    stop: int


def read_onnx(source: Source) -> Header:
    """Read what an ONNX file says of its graph; WeightError when it is none."""
    wire = _Wire(source)
    metadata: dict[str, Value] = {}
    operators: dict[str, Value] = {}
    graph: _Field | None = None
    for field in wire.fields(0, source.size):
        if field.number == _MODEL_VERSION and field.kind == _VARINT:
            metadata["ir_version"] = field.value
        elif field.number in _TEXTS and field.kind == _BYTES:
            metadata[_TEXTS[field.number]] = wire.text(field, "a text of the model")
        elif field.number == _MODEL_OPSET and field.kind == _BYTES:
            domain, version = wire.pair(field, 1, 2)
            operators[domain] = version
        elif field.number == _MODEL_PROPS and field.kind == _BYTES:
            key, value = wire.texts(field)
            if key in metadata:
                source.refuse("duplicate-key", f"its metadata has {shown(key)} twice")
            metadata[key] = value
        elif field.number == _MODEL_GRAPH and field.kind == _BYTES:
            if graph is not None:
                source.refuse("duplicate-key", "it has two graphs")
            graph = field
        if len(metadata) > MAX_METADATA:
            source.refuse("too-much-metadata", f"it has more than {MAX_METADATA} pairs of metadata")
    if graph is None or "ir_version" not in metadata:
        source.refuse(
            "not-weights", "it is no ONNX file: it has no graph, or no version", hint="name a file of weights"
        )
    metadata["opsets"] = operators
    rows, notes = _graph(wire, graph, metadata)
    return Header(
        file=source.name,
        format="onnx",
        size=source.size,
        bytes_read=source.taken,
        tensors=Tensors.of_rows(list(rows.values())),
        metadata=metadata,
        notes=notes,
    )


def _graph(wire: _Wire, graph: _Field, metadata: dict[str, Value]) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    rows: dict[str, Tensor] = {}
    inputs: list[Value] = []
    outputs: list[Value] = []
    nodes = outside = 0
    for field in wire.fields(graph.start, graph.stop):
        if field.kind != _BYTES:
            continue
        if field.number == _GRAPH_NODE:
            nodes += 1
        elif field.number == _GRAPH_NAME:
            metadata["graph"] = wire.text(field, "the name of the graph")
        elif field.number in (_GRAPH_INPUT, _GRAPH_OUTPUT):
            (inputs if field.number == _GRAPH_INPUT else outputs).append(wire.first_text(field, "the name of a value"))
        elif field.number in (_GRAPH_INITIALIZER, _GRAPH_SPARSE):
            inner = field if field.number == _GRAPH_INITIALIZER else wire.first_message(field)
            tensor, is_outside = _tensor(wire, inner)
            if tensor.name in rows:
                wire.refuse("duplicate-key", f"it has the tensor {shown(tensor.name)} twice")
            if len(rows) >= MAX_TENSORS:
                wire.refuse("too-many-tensors", f"it has more than {MAX_TENSORS} tensors")
            rows[tensor.name] = tensor
            outside += is_outside
    metadata.update(nodes=nodes, inputs=inputs, outputs=outputs)
    return rows, (f"the data of {outside} tensors is in other files",) if outside else ()


def _tensor(wire: _Wire, field: _Field) -> tuple[Tensor, bool]:
    dimensions: list[int] = []
    dtype: str | None = None
    name = ""
    start: int | None = None
    stop: int | None = None
    outside = False
    for part in wire.fields(field.start, field.stop):
        if part.number == _TENSOR_DIMS:
            dimensions.extend(wire.varints(part) if part.kind == _BYTES else [part.value])
            if len(dimensions) > MAX_DIMENSIONS:
                wire.refuse("dimensions", f"a tensor has more than {MAX_DIMENSIONS} dimensions")
        elif part.number == _TENSOR_TYPE and part.kind == _VARINT:
            if part.value not in ONNX and part.value != _STRING_TYPE:
                wire.refuse("unknown-dtype", f"a tensor is of the unknown type {part.value}")
            dtype = ONNX.get(part.value)
        elif part.number == _TENSOR_NAME and part.kind == _BYTES:
            name = wire.text(part, "the name of a tensor")
            if len(name) > MAX_NAME:
                wire.refuse("name-length", f"a tensor's name has {len(name)} characters, over {MAX_NAME}")
        elif part.number == _TENSOR_RAW and part.kind == _BYTES:
            start, stop = part.start, part.stop
        elif part.number == _TENSOR_LOCATION and part.kind == _VARINT:
            outside = part.value == 1
    shape: Shape = tuple(dimensions)
    if max(shape, default=0) > MAX_NUMBER or math.prod(shape) > MAX_NUMBER:
        wire.refuse("overflow", f"the tensor {shown(name)} has a dimension below 0, or too many elements")
    if start is not None and stop is not None and dtype is not None and not outside:
        needed = -(-math.prod(shape) * BLOCKS[dtype].bits // 8)
        if stop - start != needed:
            wire.refuse(
                "size-mismatch",
                f"the tensor {shown(name)} has {stop - start} bytes; {dtype} and {list(shape)} take {needed}",
            )
    return Tensor(name, dtype, shape, start, stop), outside


class _Wire:
    """Reads fields from pieces of the file, so that data between them is never read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._data = b""
        self._base = 0
        self._seen = 0
        self._texts = 0

    def refuse(self, offence: str, message: str) -> NoReturn:
        """Raise the WeightError of the file."""
        self._source.refuse(offence, message)

    def fields(self, place: int, end: int) -> Iterator[_Field]:
        """Give the fields of the message from `place` to `end`."""
        while place < end:
            self._seen += 1
            if self._seen > MAX_FIELDS:
                self.refuse("too-many-fields", f"it has more than {MAX_FIELDS} fields")
            tag, place = self._varint(place, end)
            number, kind = tag >> 3, tag & 7
            start, value = place, 0
            if kind == _VARINT:
                value, place = self._varint(place, end)
            elif kind == _BYTES:
                length, start = self._varint(place, end)
                place = start + length
            elif kind in (_FIXED64, _FIXED32):
                place += 8 if kind == _FIXED64 else 4
            else:
                self.refuse("malformed-protobuf", f"a field has the wire type {kind}, at byte {start}")
            if not number or place > end:
                self.refuse("malformed-protobuf", f"a field reaches out of its message, at byte {start}")
            yield _Field(number, kind, value, start, place)

    def text(self, field: _Field, what: str) -> str:
        """Read a text."""
        length = field.stop - field.start
        self._texts += length
        if length > _MAX_TEXT or self._texts > MAX_HEADER:
            self.refuse(
                "string-length", f"{what} has {length} bytes; at most {_MAX_TEXT}, and {MAX_HEADER} in all, are read"
            )
        raw = self._source.read(field.start, field.stop - field.start, what)
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self._source.fault("encoding", f"{what} is not UTF-8: {shown(raw.decode('latin-1'))}") from error

    def texts(self, field: _Field) -> tuple[str, str]:
        """Read an entry of key and value."""
        found = {1: "", 2: ""}
        for part in self.fields(field.start, field.stop):
            if part.number in found and part.kind == _BYTES:
                found[part.number] = self.text(part, "a text of its metadata")
        return found[1], found[2]

    def pair(self, field: _Field, text: int, number: int) -> tuple[str, int]:
        """Read a text and a number of a message."""
        found_text, found_number = "", 0
        for part in self.fields(field.start, field.stop):
            if part.number == text and part.kind == _BYTES:
                found_text = self.text(part, "a domain of operators")
            elif part.number == number and part.kind == _VARINT:
                found_number = part.value
        return found_text, found_number

    def first_text(self, field: _Field, what: str) -> str:
        """Read the text in field 1 of a message."""
        for part in self.fields(field.start, field.stop):
            if part.number == 1 and part.kind == _BYTES:
                return self.text(part, what)
        return ""

    def first_message(self, field: _Field) -> _Field:
        """Return the message in field 1 of a message, an empty one when there is none."""
        for part in self.fields(field.start, field.stop):
            if part.number == 1 and part.kind == _BYTES:
                return part
        return _Field(1, _BYTES, 0, field.start, field.start)

    def varints(self, field: _Field) -> list[int]:
        """Read packed numbers."""
        found: list[int] = []
        place = field.start
        while place < field.stop and len(found) <= MAX_DIMENSIONS:
            number, place = self._varint(place, field.stop)
            found.append(number)
        return found

    def _varint(self, place: int, end: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            at = place - self._base
            if not 0 <= at < len(self._data):
                if place >= end:
                    self.refuse("truncated", f"a number ends at byte {place}, where its message does")
                self._base, at = place, 0
                self._data = self._source.peek(place, min(_PIECE, self._source.size - place))
                if not self._data:
                    self.refuse("truncated", "the file became shorter meanwhile")
            byte = self._data[at]
            place += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
            if shift > 63:
                self.refuse("malformed-protobuf", f"a number has more than ten bytes, at byte {place}")
        if place > end:
            self.refuse("malformed-protobuf", f"a number reaches out of its message, at byte {place}")
        return value, place
