"""The reader of GGUF: versions, byte orders, limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.weights.builders import Gguf, gguf

from mirld.errors import WeightError
from mirld.weights import read_bytes
from mirld.weights.dtypes import BLOCKS, GGML
from mirld.weights.limits import MAX_NAME, MAX_STRINGS

ARRAY, STRING = 9, 8


def refusal(data: bytes) -> WeightError:
    with pytest.raises(WeightError) as caught:
        read_bytes(data, "x.gguf")
    assert caught.value.hint
    return caught.value


def one_pair(kind: int, key: str | bytes = "k") -> Gguf:
    """Begin a file of no tensor with the key and the type of a single pair."""
    return Gguf().count(0).count(1).text(key).raw("I", kind)


def one_tensor(dimensions: list[int], start: int = 0, dtype: int = 0, name: str = "t") -> Gguf:
    return Gguf().count(1).count(0).tensor(name, dtype, dimensions, start)


@pytest.mark.parametrize(("version", "order"), [(1, "<"), (2, "<"), (3, "<"), (3, ">")])
def test_every_version_and_order_is_read(version: int, order: str) -> None:
    """Shapes are turned round: ggml has the innermost dimension first."""
    data = gguf({"w": ("Q4_K", [4, 512]), "b": ("F32", [4])}, {"general.architecture": "llama", "n": 7}, version, order)
    header = read_bytes(data)
    assert header.format == "gguf"
    assert header.byte_order == ("big" if order == ">" else "little")
    assert header.metadata == {"general.architecture": "llama", "n": 7}
    assert header.tensors["w"] == ("w", "Q4_K", (4, 512), 0, 1152)
    assert header.tensors["b"].start == 1152
    assert header.data_start is not None
    assert header.data_start % 32 == 0


def test_values_of_every_type_are_read() -> None:
    """Numbers, truth, text, arrays; of a long array its type and length."""
    file = Gguf().count(0).count(9)
    file.text("u8").raw("IB", 0, 200).text("i8").raw("Ib", 1, -3).text("f32").raw("If", 6, 0.5)
    file.text("yes").raw("IB", 7, 1).text("text").raw("I", STRING).text("é").text("u64").raw("IQ", 10, 2**63)
    file.text("few").raw("II", ARRAY, 5).count(2).raw("ii", -1, 2)
    file.text("many").raw("II", ARRAY, 0).count(300).raw("300B", *[0] * 300)
    file.text("words").raw("II", ARRAY, STRING).count(300)
    for _ in range(300):
        file.text("tok")
    assert read_bytes(file.end()).metadata == {
        "u8": 200,
        "i8": -3,
        "f32": 0.5,
        "yes": True,
        "text": "é",
        "u64": 2**63,
        "few": [-1, 2],
        "many": {"array": "uint8", "length": 300},
        "words": {"array": "string", "length": 300},
    }


def test_the_shape_that_was_before_conversion_is_restored() -> None:
    """Writers for image models keep shapes of five dimensions, and flat ones, in metadata."""
    file = Gguf().count(1).count(1)
    file.text("comfy.gguf.orig_shape.t").raw("II", ARRAY, 5).count(5).raw("5i", 2, 1, 1, 2, 2)
    data = file.tensor("t", 0, [8], 0).end(32)
    assert read_bytes(data).tensors["t"].shape == (2, 1, 1, 2, 2)
    assert refusal(data.replace(b"\x05\0\0\0\0\0\0\0\x02", b"\x05\0\0\0\0\0\0\0\x03")).offence == "size-mismatch"


def test_every_type_of_ggml_has_the_size_of_its_blocks() -> None:
    """A row that does not fill its blocks is refused."""
    for number, name in GGML.items():
        block = BLOCKS[name].elements
        file = one_tensor([block, 2], dtype=number)
        size = BLOCKS[name].bits * 2 // 8
        assert read_bytes(file.end(size)).tensors["t"].stop == size
        assert refusal(file.end(size - 1)).offence == "truncated"
        if block > 1:
            assert refusal(one_tensor([block - 1], dtype=number).end(999)).offence == "size-mismatch"


@pytest.mark.parametrize(
    ("data", "offence"),
    [
        (Gguf().count(0).count(2**60).end(), "too-much-metadata"),
        (Gguf().count(2**60).count(0).end(), "too-many-tensors"),
        (Gguf().count(50_000).count(0).end(), "truncated"),
        (Gguf().count(0).count(40_000).end(), "truncated"),
        (one_pair(ARRAY).raw("I", 4).count(2**40).end(), "truncated"),
        (one_pair(ARRAY).raw("I", STRING).count(2**40).end(), "truncated"),
        (one_pair(ARRAY).raw("I", ARRAY).count(2**61).end(), "truncated"),
        (one_pair(ARRAY).raw("IQ" * 5000, *[9, 1] * 5000).end(), "nesting"),
        (one_pair(ARRAY).raw("I", 77).count(1).end(), "unknown-type"),
        (one_pair(77).end(), "unknown-type"),
        (one_pair(STRING).count(2**63).end(), "string-length"),
        (one_pair(STRING).count(10_000).end(), "truncated"),
        (one_pair(STRING).text(b"\xff").end(), "encoding"),
        (one_pair(4, "k" * 65_536).raw("I", 1).end(), "string-length"),
        (Gguf().count(0).count(2).text("k").raw("IB", 0, 1).text("k").raw("IB", 0, 1).end(), "duplicate-key"),
        (one_pair(4, "general.alignment").raw("I", 0).end(), "alignment"),
        (one_pair(4, "general.alignment").raw("I", 24).end(), "alignment"),
        (one_pair(STRING, "general.alignment").text("32").end(), "alignment"),
        (one_tensor([2] * 5).end(999), "dimensions"),
        (one_tensor([2**63]).end(999), "overflow"),
        (one_tensor([2**40, 2**40]).end(999), "overflow"),
        (one_tensor([8], 2**63).end(999), "overflow"),
        (one_tensor([8], 2**62).end(999), "truncated"),
        (one_tensor([8], 4).end(999), "alignment"),
        (one_tensor([8], dtype=4).end(999), "unknown-dtype"),
        (one_tensor([8], dtype=999).end(999), "unknown-dtype"),
        (one_tensor([8], name="n" * (MAX_NAME + 1)).end(999), "string-length"),
        (Gguf().count(2).count(0).tensor("a", 0, [32], 0).tensor("b", 0, [8], 32).end(999), "overlap"),
        (Gguf().count(2).count(0).tensor("a", 0, [8], 0).tensor("a", 0, [8], 32).end(999), "duplicate-key"),
        (Gguf(4).count(0).count(0).end(), "unknown-version"),
        (Gguf(0).count(0).count(0).end(), "unknown-version"),
        (Gguf(2, ">").count(0).count(0).end(), "unknown-version"),
        (b"GGUF", "truncated"),
        (b"GGUF\x03\0\0\0", "truncated"),
        (one_pair(ARRAY).raw("I", STRING).count(MAX_STRINGS + 1).end(8 * MAX_STRINGS + 99), "too-many-strings"),
    ],
)
def test_a_file_with_a_fault_is_refused_by_its_name(data: bytes, offence: str) -> None:
    """Counts and lengths are held against the file before anything is made for them."""
    assert refusal(data).offence == offence


def test_odd_and_legal_files_are_read() -> None:
    """No tensors, tensors without elements or dimensions, padding between tensors, bytes behind the last."""
    assert len(read_bytes(Gguf().count(0).count(0).end()).tensors) == 0
    assert read_bytes(one_tensor([]).end(32)).tensors["t"].shape == ()
    assert read_bytes(one_tensor([0, 5]).end()).tensors["t"].shape == (5, 0)
    assert read_bytes(Gguf().count(2).count(0).tensor("a", 0, [1], 64).tensor("b", 0, [1], 0).end(500)).tensors["a"]


TENSORS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    st.tuples(st.sampled_from(["F32", "F16", "I8"]), st.lists(st.integers(0, 20), max_size=4)),
    max_size=6,
)


@given(
    tensors=TENSORS,
    metadata=st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=9) | st.integers(0, 99), max_size=5),
    form=st.sampled_from([(1, "<"), (2, "<"), (3, "<"), (3, ">")]),
)
def test_what_was_written_is_read(
    tensors: dict[str, tuple[str, list[int]]], metadata: dict[str, str | int], form: tuple[int, str]
) -> None:
    """Names, types, shapes and metadata, in every version and order."""
    header = read_bytes(gguf(tensors, metadata, *form))
    assert {name: (dtype, list(shape or ())) for name, dtype, shape, _, _ in header.tensors.rows()} == tensors
    assert header.metadata == metadata
