"""Whatever a file says, the answer comes within a second and 200 MB."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.weights.builders import Gguf, Pickle, onnx_model, onnx_tensor, proto, safetensors_file, torch_zip

from mirld.weights.limits import (
    MAX_FIELDS,
    MAX_GGUF_TENSORS,
    MAX_HEADER,
    MAX_INDEXED,
    MAX_JSON_BRACKETS,
    MAX_MEMBERS,
    MAX_METADATA,
    MAX_OPERATIONS,
    MAX_STRINGS,
    MAX_TENSORS,
    MAX_WIDE_HEADER,
)

SECONDS, MEGABYTES = 1.0, 200

CHILD = """
import sys, time
from mirld.weights import WeightError, read
start = time.process_time()
try:
    print(read(sys.argv[1]).format)
except WeightError as error:
    print(error.offence)
seconds = time.process_time() - start
# What getrusage says would be the parent's, from before this program was loaded.
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(seconds, int(peak) / 1024)
"""


def empty(number: int) -> str:
    return f'"model.layers.{number}.weight":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'


def empty_otherwise(number: int) -> str:
    return f'"model.layers.{number}.weight" : {{"shape":[0], "data_offsets":[0, 0],"dtype":"F32"}}'


def gguf_tensors() -> bytes:
    file = Gguf().count(MAX_GGUF_TENSORS).count(0)
    for number in range(MAX_GGUF_TENSORS):
        file.tensor(f"blk.{number}.weight", 0, [0, 1], 0)
    return file.end() + b"\0"


def gguf_strings() -> bytes:
    file = Gguf().count(0).count(1).text("k").raw("II", 9, 8).count(MAX_STRINGS)
    return file.end(8 * MAX_STRINGS)


def gguf_pairs() -> bytes:
    file = Gguf().count(0).count(MAX_METADATA)
    for number in range(MAX_METADATA):
        file.text(f"general.key.{number}").raw("I", 8).text("value")
    return file.end()


def pickle_of(operations: bytes) -> Callable[[], bytes]:
    return lambda: torch_zip(b"\x80\x02" + operations * ((MAX_OPERATIONS - 9) // len(operations)) + b"N.", [])


def pickle_tensors() -> bytes:
    content = Pickle().op(b"}(")
    for number in range(MAX_OPERATIONS // 60):
        content.text(f"layer.{number}").tensor("0", "F32", [1])
    return torch_zip(content.op(b"u").end(), [4])


def members() -> bytes:
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0)
    directory = b"".join(entry + b"%012d" % number for number in range(MAX_MEMBERS))
    lead = b"PK\x03\x04" + bytes(60)
    place = len(lead) + len(directory)
    wide = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 0, 0, 0, 0, MAX_MEMBERS, MAX_MEMBERS, len(directory), len(lead))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)
    return lead + directory + wide + locator + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0)


def index(names: int) -> bytes:
    return json.dumps(
        {"weight_map": {f"model.layers.{number}.weight": "s.safetensors" for number in range(names)}}
    ).encode()


CASES: dict[str, Callable[[], bytes]] = {
    "tensors as writers write them": lambda: safetensors_file("{" + ",".join(map(empty, range(MAX_TENSORS))) + "}"),
    "tensors otherwise, and a fault at the end": lambda: safetensors_file(
        "{" + ",".join(map(empty_otherwise, range(MAX_TENSORS))) + ",}"
    ),
    "quotes": lambda: safetensors_file("{" + '"' * (MAX_HEADER - 1)),
    "a million tensors": lambda: safetensors_file("{" + ",".join(map(empty, range(400_000))) + "}"),
    "empty lists": lambda: safetensors_file('{"a":[' + "[]," * 10_000_000),
    "spaces": lambda: safetensors_file("{" + " " * (MAX_HEADER - 2) + "}"),
    "numbers": lambda: safetensors_file('{"a":{"dtype":"F32","shape":[' + "9," * 15_000_000),
    "metadata": lambda: safetensors_file('{"__metadata__":{"k":"' + "x" * (MAX_HEADER - 30) + '"}}'),
    "metadata with escapes": lambda: safetensors_file('{"__metadata__":{"k":"' + "\\u00e9" * 5_000_000 + '"}}'),
    "metadata of wide characters": lambda: safetensors_file(
        '{"__metadata__":{"k":"' + "🔑" * (MAX_WIDE_HEADER // 4 - 20) + '"}}'
    ),
    "pairs of metadata": lambda: safetensors_file(
        '{"__metadata__":{' + ",".join(f'"key {n}":"value {n}"' for n in range(MAX_METADATA)) + "}}"
    ),
    "tensors of GGUF": gguf_tensors,
    "strings of GGUF": gguf_strings,
    "pairs of GGUF": gguf_pairs,
    "tensors of a pickle": pickle_tensors,
    "dictionaries of a pickle": pickle_of(b"}"),
    "lists of a pickle": pickle_of(b"]"),
    "sets of a pickle": pickle_of(b"\x8f"),
    "calls of a pickle": pickle_of(b"N)R"),
    "tuples of a pickle": pickle_of(b"N\x85"),
    "tuples in each other": pickle_of(b"\x85"),
    "numbers of a pickle": pickle_of(b"\x8a\xff" + b"\x7f" * 255),
    "names of a pickle": pickle_of(b"ca\nb\n"),
    "memo of a pickle": pickle_of(b"N\x94"),
    "members of a zip file": members,
    "fields of ONNX": lambda: proto(1, 8) + proto(2, "x") + proto(7, b"\x0a\x00" * (MAX_FIELDS - 9)),
    "tensors of ONNX": lambda: onnx_model([onnx_tensor(f"w{n}", 1, [0], b"") for n in range(MAX_FIELDS // 6)]),
    "names of an index": lambda: index(MAX_INDEXED),
    "too many names of an index": lambda: index(MAX_INDEXED + 100_000),
    "lists of an index": lambda: b'{"a":[' + b"[]," * (MAX_JSON_BRACKETS - 9) + b"[]]}",
    "brackets of an index": lambda: b'{"a":[' + b"[]," * 10_000_000 + b"[]]}",
    "words of an index": lambda: b'{"a":[' + b'"",' * 10_000_000 + b'""]}',
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says how much memory it took")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case)
def test_the_worst_is_answered_in_time(tmp_path: Path, case: str) -> None:
    """At the limits and above them, read or refused; the time is that of the processor."""
    path = tmp_path / ("model.index.json" if "index" in case else "model.bin")
    path.write_bytes(CASES[case]())
    command = [sys.executable, "-c", CHILD, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    outcome, figures = done.stdout.splitlines()
    seconds, megabytes = map(float, figures.split())
    assert outcome
    print(f"{case}: {outcome}, {seconds:.2f} s, {megabytes:.0f} MB")  # noqa: T201 - shown with -s
    assert seconds <= SECONDS
    assert megabytes <= MEGABYTES
