"""The reader of ONNX: initialisers, metadata, and the wire format of protobuf."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.weights.builders import onnx, onnx_model, onnx_tensor, proto, varint

from mirld.errors import WeightError
from mirld.weights import read_bytes
from mirld.weights.limits import MAX_FIELDS

HEAD = proto(1, 10) + proto(2, "builder")


def refusal(data: bytes) -> WeightError:
    with pytest.raises(WeightError) as caught:
        read_bytes(data, "x.onnx")
    assert caught.value.hint
    return caught.value


def graph(*fields: bytes) -> bytes:
    return HEAD + proto(7, b"".join(fields))


def test_initialisers_and_metadata_are_read() -> None:
    """Producer, sets of operators, properties, and what goes in and out."""
    header = read_bytes(onnx({"w": ("F32", [2, 3]), "h": ("F16", []), "e": ("I64", [0])}))
    assert [tensor[:3] for tensor in header.tensors.rows()] == [
        ("w", "F32", (2, 3)),
        ("h", "F16", ()),
        ("e", "I64", (0,)),
    ]
    assert header.metadata == {
        "ir_version": 10,
        "producer_name": "builder",
        "opsets": {"": 21},
        "k": "v",
        "graph": "main",
        "nodes": 1,
        "inputs": ["x"],
        "outputs": ["y"],
    }


def test_data_is_not_read() -> None:
    """Of ten megabytes in ten tensors, some kilobytes."""
    data = onnx({str(number): ("U8", [2**20]) for number in range(10)})
    assert read_bytes(data).bytes_read < 100_000 < len(data)


def test_data_in_other_files_is_noted_and_not_opened() -> None:
    """Its shape is known all the same."""
    header = read_bytes(onnx_model([onnx_tensor("w", 1, [2, 3], None)]))
    assert header.tensors["w"].shape == (2, 3)
    assert header.notes == ("the data of 1 tensors is in other files",)


def test_packed_dimensions_and_sparse_tensors_are_read() -> None:
    """Both ways in which protobuf writes repeated numbers."""
    packed = proto(1, varint(2) + varint(300)) + proto(2, 1) + proto(8, "w") + proto(9, bytes(2400))
    assert read_bytes(onnx_model([packed])).tensors["w"].shape == (2, 300)
    sparse = graph(proto(15, proto(1, onnx_tensor("s", 1, [4], bytes(16))) + proto(3, 10)))
    assert read_bytes(sparse).tensors["s"].shape == (4,)


@pytest.mark.parametrize(
    ("data", "offence"),
    [
        (graph(proto(5, onnx_tensor("w", 99, [1], b""))), "unknown-dtype"),
        (graph(proto(5, onnx_tensor("w", 1, [2], bytes(4)))), "size-mismatch"),
        (graph(proto(5, onnx_tensor("w", 1, [2**64 - 1], bytes(4)))), "overflow"),
        (graph(proto(5, onnx_tensor("w", 1, [2**40, 2**40], None))), "overflow"),
        (graph(proto(5, onnx_tensor("w", 1, [1] * 65, bytes(4)))), "dimensions"),
        (graph(proto(5, onnx_tensor("w" * 1025, 1, [1], bytes(4)))), "name-length"),
        (graph(*[proto(5, onnx_tensor("w", 1, [1], bytes(4)))] * 2), "duplicate-key"),
        (graph() + proto(7, b""), "duplicate-key"),
        (graph() + proto(14, proto(1, "a")) + proto(14, proto(1, "a")), "duplicate-key"),
        (HEAD, "not-weights"),
        (graph(proto(5, proto(8, b"\xff"))), "encoding"),
        (graph(proto(5, proto(8, "x" * 70_000))), "string-length"),
        (HEAD + b"\x3a\x7f", "malformed-protobuf"),
        (HEAD + b"\x3a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "malformed-protobuf"),
        (HEAD + b"\x3a" + b"\xff" * 11, "malformed-protobuf"),
        (HEAD + b"\x3a", "truncated"),
        (HEAD + b"\x3b", "malformed-protobuf"),
        (HEAD + b"\x00\x00", "malformed-protobuf"),
        (graph(b"\x2a\x05\x08"), "malformed-protobuf"),
        (graph(b"\x0a\x00" * (MAX_FIELDS + 1)), "too-many-fields"),
    ],
)
def test_a_file_with_a_fault_is_refused_by_its_name(data: bytes, offence: str) -> None:
    """Lengths are held against the message they are in."""
    assert refusal(data).offence == offence


TENSORS = st.dictionaries(
    st.text(max_size=9),
    st.tuples(st.sampled_from(["F32", "BF16", "I4"]), st.lists(st.integers(0, 9), max_size=4)),
    max_size=6,
)


@given(TENSORS)
def test_what_was_written_is_read(tensors: dict[str, tuple[str, list[int]]]) -> None:
    """Names, types and shapes."""
    even = {name: (dtype, [*shape, 2]) for name, (dtype, shape) in tensors.items()}
    header = read_bytes(onnx(even))
    assert {name: (dtype, list(shape or ())) for name, dtype, shape, _, _ in header.tensors.rows()} == even
