"""The reader of safetensors: what it takes, what it refuses, and that its two ways of reading agree."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.weights.builders import Named, safetensors, safetensors_file, safetensors_table, size_of

from mirld.errors import WeightError
from mirld.weights import read_bytes
from mirld.weights import safetensors as module
from mirld.weights.dtypes import SAFETENSORS
from mirld.weights.header import Header
from mirld.weights.limits import MAX_NAME

EMPTY = '{"dtype":"F32","shape":[0],"data_offsets":[0,0]}'
ONE = '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
MANY = "{" + ",".join(f'"{n}":{EMPTY}' for n in range(100_001)) + "}"
MUCH = '{"__metadata__":{' + ",".join(f'"{n}":""' for n in range(50_001)) + "}}"
SOUND: Named = {"a.weight": ("F16", [2, 3]), "a.bias": ("F32", [3]), "scale": ("F8_E4M3", [])}


def refusal(data: bytes) -> WeightError:
    with pytest.raises(WeightError) as caught:
        read_bytes(data, "x.safetensors")
    return caught.value


def facts(header: Header) -> dict[str, tuple[str | None, tuple[int, ...] | None]]:
    return {tensor.name: (tensor.dtype, tensor.shape) for tensor in header.tensors.rows()}


def test_a_header_says_names_types_shapes_and_places() -> None:
    """In the order of the file, with its metadata, and with no byte read behind it."""
    data = safetensors(SOUND, {"format": "pt"})
    header = read_bytes(data)
    assert list(header.tensors) == list(SOUND)
    assert header.tensors["a.bias"] == ("a.bias", "F32", (3,), 12, 24)
    assert header.metadata == {"format": "pt"}
    assert header.format == "safetensors"
    assert header.size == len(data)
    assert header.data_start == len(data) - 25


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "{}   ",
        '{"__metadata__":{}}',
        '{"__metadata__":null}',
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[3,0],"data_offsets":[0,0]}}',
        '{"a":{"data_offsets":[0,0],"shape":[ ],"dtype":"F32"}}'.replace("[ ]", "[0, 5]"),
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"__metadata__":{"x":"y"}}',
        '{ "a" :\n{"dtype" :"F32","shape":[0] , "data_offsets":\t[0 ,0]} }',
        '{"\\u0061\\n":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
        '{"ключ 🔑":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
        '{"":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
    ],
)
def test_odd_and_legal_headers_are_read(text: str) -> None:
    """Empty tensors, any order of fields, white space, escapes, metadata anywhere, padding."""
    header = read_bytes(safetensors_file(text))
    expected = json.loads(text)
    expected.pop("__metadata__", None)
    assert list(header.tensors) == list(expected)


@pytest.mark.parametrize(
    ("header", "data", "offence"),
    [
        (f'{{"a":{ONE},"b":{ONE}}}', 4, "overlap"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8, "hole"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 8, "trailing-bytes"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 3, "truncated"),
        ('{"a":{"dtype":"F32","shape":[1000,1000],"data_offsets":[0,4]}}', 4, "size-mismatch"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', 4, "offsets"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}', 4, "offsets"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}', 4, "offsets"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[00,4]}}', 4, "offsets"),
        (f'{{"a":{EMPTY},"b":{ONE}}}'.replace('offsets":', 'offsets"\x1a', 1), 4, "malformed-header"),
        (f'{{"a":{ONE.replace("0,4", "0,4,4")},"b":{ONE.replace("0,4", "8")}}}', 8, "offsets"),
        (f'{{"a":{ONE.replace("0,4", "4,8")},"b":{ONE.replace("0,4", ",4")}}}', 8, "offsets"),
        (f'{{"a":{ONE.replace("0,4", "4,8")},"b":{ONE.replace("0,4", "0,04")}}}', 8, "offsets"),
        ('{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}', 2, "size-mismatch"),
        ('{"a":{"dtype":"Q9","shape":[1],"data_offsets":[0,4]}}', 4, "unknown-dtype"),
        ('{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}', 4, "unknown-dtype"),
        ('{"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}', 4, "unknown-dtype"),
        ('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[1e3],"data_offsets":[0,4]}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[true],"data_offsets":[0,4]}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[1,],"data_offsets":[0,4]}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[1]}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}', 4, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', 4, "unknown-field"),
        ('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4, "duplicate-key"),
        (f'{{"a":{EMPTY},"a":{EMPTY}}}', 0, "duplicate-key"),
        ('{"a":5,"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}', 0, "malformed-header"),
        (f'{{"a":{EMPTY},"\\u0061":{EMPTY}}}', 0, "duplicate-key"),
        ('{"__metadata__":{"a":"1","a":"2"}}', 0, "duplicate-key"),
        ('{"__metadata__":{},"__metadata__":{}}', 0, "duplicate-key"),
        ('{"__metadata__":{"x":{"y":1}}}', 0, "metadata-type"),
        ('{"__metadata__":{"x":1}}', 0, "metadata-type"),
        ('{"__metadata__":[]}', 0, "metadata-type"),
        ('{"__metadata__":{"x":"y",}}', 0, "malformed-header"),
        ('{"__metadata__":{"x":"y"}', 0, "malformed-header"),
        ('{{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}', 0, "malformed-header"),
        ('{"a\n":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}', 0, "malformed-header"),
        ('{"\\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}', 0, "encoding"),
        ('{"a":' + "[" * 200_000 + "}", 0, "malformed-header"),
        ('{"a":{"dtype":"F32","shape":[' + "9" * 10_000 + '],"data_offsets":[0,4]}}', 4, "overflow"),
        ('{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}', 4, "overflow"),
        ('{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}', 4, "overflow"),
        ('{"a":{"dtype":"U8","shape":[1],"data_offsets":[9223372036854775807,9223372036854775808]}}', 4, "overflow"),
        ('{"a":{"dtype":"F32","shape":[' + "1," * 64 + '1],"data_offsets":[0,4]}}', 4, "dimensions"),
        ('{"' + "n" * (MAX_NAME + 1) + '":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4, "name-length"),
        ("", 0, "malformed-header"),
        ("[]", 0, "malformed-header"),
        ("\ufeff{}", 0, "malformed-header"),
        (" {}", 0, "malformed-header"),
        (b'{"\xff":1}', 0, "encoding"),
        (b'{"\xed\xa0\x80":1}', 0, "encoding"),
        ("{", 0, "malformed-header"),
        ('{"a"', 0, "malformed-header"),
        ('{"a', 0, "malformed-header"),
        ('{"a":{}', 0, "malformed-header"),
    ],
)  # fmt: skip
def test_a_header_with_a_fault_is_refused_by_its_name(header: str | bytes, data: int, offence: str) -> None:
    """The message names the file, and a hint says what to do."""
    error = refusal(safetensors_file(header, data))
    assert error.offence == offence
    assert str(error).startswith("x.safetensors: ")
    assert error.hint


@pytest.mark.parametrize(
    ("data", "offence"),
    [
        (b"", "truncated"),
        (b"\x02\0\0", "truncated"),
        (safetensors_file("{}", length=3), "truncated"),
        (safetensors_file("{}", length=2**63), "header-length"),
        (safetensors_file("{}", length=100_000_000), "header-length"),
        (safetensors_file("{}", 4), "trailing-bytes"),
        (safetensors_file('{"__metadata__":{"k":"' + "é" * 5_000_000 + '"}}'), "header-length"),
        (safetensors_file(MANY), "too-many-tensors"),
        (safetensors_file(MUCH), "too-much-metadata"),
    ],
)  # fmt: skip
def test_a_file_over_a_limit_is_refused(data: bytes, offence: str) -> None:
    """Lengths are held against the file and the limit before anything is read."""
    assert refusal(data).offence == offence


def test_names_in_messages_are_escaped_and_cut() -> None:
    """A name cannot write to the terminal of who reads the message."""
    name = "\\u001b[31m" + "x" * 500
    error = refusal(safetensors_file(f'{{"{name}":{{"dtype":"Q","shape":[],"data_offsets":[0,0]}}}}'))
    assert "\x1b" not in str(error)
    assert len(str(error)) < 400


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(lambda name: name != "__metadata__")
SHAPES = st.lists(st.integers(0, 5_000), max_size=4)
TENSORS = st.dictionaries(
    NAMES, st.tuples(st.sampled_from(sorted(set(SAFETENSORS) - {"F4", "F6_E2M3", "F6_E3M2"})), SHAPES), max_size=8
)


@given(tensors=TENSORS, metadata=st.none() | st.dictionaries(NAMES, NAMES, max_size=3), seed=st.integers())
def test_both_ways_of_reading_say_what_was_written(
    tensors: dict[str, tuple[str, list[int]]], metadata: dict[str, str] | None, seed: int
) -> None:
    """As writers write it, and with other white space, order of tensors and order of fields; data is not looked at."""
    table = safetensors_table(tensors)
    size = sum(size_of(*tensor) for tensor in tensors.values())
    lead = {} if metadata is None else {"__metadata__": metadata}
    chance = random.Random(seed)  # noqa: S311 - tests need repeatable numbers, not secret ones
    mixed = list({**lead, **table}.items())
    chance.shuffle(mixed)
    texts = [
        json.dumps({**lead, **table}, separators=(",", ":"), ensure_ascii=False),
        json.dumps({**lead, **table}),
        json.dumps(dict(chance.sample(list({**lead, **table}.items()), len(mixed))), separators=(",", ":")),
        json.dumps(dict(mixed), indent=1, sort_keys=True),
    ]
    for text in texts:
        header = read_sized(text, size)
        assert facts(header) == {name: (dtype, tuple(shape)) for name, (dtype, shape) in tensors.items()}
        assert header.metadata == (metadata or {})
        assert list(header.tensors) == [name for name in json.loads(text) if name != "__metadata__"]


def read_sized(text: str, size: int) -> Header:
    """Read a header whose data is said to have a size and is not there."""
    import io

    from mirld.weights.source import Source

    data = safetensors_file(text)
    return module.read_safetensors(Source(io.BytesIO(data), "sized", len(data) + size))


@given(text=st.text(alphabet='{}[]":,\\ 0123456789abdtypeshape_offsF32\n', max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """And what is read is what a strict reader of JSON reads."""
    try:
        header = read_bytes(safetensors_file("{" + text))
    except WeightError:
        return
    expected = json.loads("{" + text)
    expected.pop("__metadata__", None)
    assert list(header.tensors) == list(expected)


def test_the_quick_way_is_taken_for_what_writers_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compact and spaced JSON, with and without metadata, in and out of order; no tensor is read alone."""
    monkeypatch.setattr(module.HeaderReader, "read", lambda self: pytest.fail("read tensor by tensor"))
    table = safetensors_table(SOUND)
    for order in (list(table), list(reversed(table))):
        for separators in ((",", ":"), (", ", ": ")):
            for lead in ({}, {"__metadata__": {"format": 'p"t\n'}}):
                text = json.dumps({**lead, **{name: table[name] for name in order}}, separators=separators)
                assert len(read_bytes(safetensors_file(text, 25)).tensors) == 3
