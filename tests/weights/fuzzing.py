"""Makes inputs for the readers out of sound files: the same for the same seed, and as wrong as chance allows."""

from __future__ import annotations

import random
import re
import struct
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.weights import builders

from mirld.errors import WeightError
from mirld.weights import read, read_bytes
from mirld.weights.adapter import read_adapter
from mirld.weights.fingerprint import digests
from mirld.weights.precision import precision

CORPUS = Path(__file__).parent / "corpus"
"""Files that found a fault once, or that others wrote."""

_TENSORS: builders.Named = {"a.weight": ("F32", [2, 3]), "b\n": ("F16", [3]), "ключ": ("F32", []), "z": ("F32", [0, 4])}
_BOUNDS = [0, 1, 2, 7, 8, 127, 128, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**53, 2**63 - 1, 2**63]
_WORDS = [
    *(b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\", b"null", b"NaN", b"-1", b"1e9", b"1.0", b"true", b"00", b" "),
    *(b'"__metadata__":{},', b'"dtype":"F4",', b'"shape":[0],', b'"data_offsets":[0,0],', b"\\ud800", b"\xff", b"\0"),
    *(b"(", b"t", b"}", b"u", b"s", b"R", b"b", b"Q", b"0", b"2", b"]q\x00", b"h\x00", b"\x85", b"\x93", b"N", b"."),
    *(b"ctorch._utils\n_rebuild_tensor_v2\n", b"cos\nsystem\n", b"\x94", b"\x8c\x01a", b"X\x01\0\0\0a", b"\x95"),
    *(b"GGUF", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"\x08\x0a", b"\x3a", b"\x2a", b"\x80\x80"),
]


def seeds() -> dict[str, list[bytes]]:
    """List sound files by their format, with the corpus; pickles out of zip files stand for themselves."""
    spaced = '{ "w" : {"shape":[1],"data_offsets":[0,2],"dtype":"BF16"} , "__metadata__":{"a":"b"}}'
    pool = {
        "safetensors": [
            builders.safetensors(_TENSORS, {"format": "pt", "x": '{"y": [1]}'}),
            builders.safetensors({"w": ("F8_E4M3", [3]), "v": ("BOOL", [1])}),
            builders.safetensors_file(spaced, 2),
            builders.safetensors(
                {"l.lora_down.weight": ("F16", [2, 3]), "l.lora_up.weight": ("F16", [3, 2]), "l.alpha": ("F16", [])}
            ),
        ],
        "gguf": [
            builders.gguf({"w": ("Q4_K", [2, 256]), "b": ("F32", [2])}, {"general.architecture": "llama", "n": 1}),
            builders.gguf(_TENSORS, {"general.alignment": 32}, 3, ">"),
            builders.gguf(_TENSORS, {}, 1),
        ],
        "zip": [builders.torch(_TENSORS)],
        "pickle": [builders.Pickle().table(_TENSORS).end()],
        "legacy": [builders.torch_legacy(_TENSORS)],
        "onnx": [builders.onnx(_TENSORS)],
        "index": [b'{"metadata": {"total_size": 4}, "weight_map": {"a": "s.safetensors", "b": "t.safetensors"}}'],
        "other": [b""],
    }
    for path in sorted(CORPUS.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            kind = {b"PK": "zip", b"\x80\x02": "legacy", b"\x80\x05": "legacy", b"GG": "gguf"}.get(data[:2], "other")
            pool[kind].append(data)
            if kind == "zip" and path.parent.name == "pytorch":
                with zipfile.ZipFile(path) as archive:
                    pool["pickle"] += [archive.read(name) for name in archive.namelist() if name.endswith("/data.pkl")]
    return pool


def inputs(count: int, seed: int, only: Sequence[str] = ()) -> Iterator[bytes]:
    """Give `count` inputs of every kind, or of some, each a sound file with some wrongs done to it."""
    chance = random.Random(seed)  # noqa: S311 - tests need repeatable numbers, not secret ones
    pool = seeds()
    everything = [data for kind in pool.values() for data in kind]
    kinds = sorted(only or pool)
    for _ in range(count):
        kind = chance.choice(kinds)
        data = bytearray(chance.choice(pool[kind]))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            _wrong(chance, data, everything)
        if kind == "pickle":
            yield builders.torch_zip(bytes(data), [256] * 12)
        else:
            if kind == "safetensors" and chance.random() < 0.7 and b"}" in data[8:]:
                # The length in front is made right again, so that what follows is read.
                data[:8] = struct.pack("<Q", data.rfind(b"}") + 1 - 8)
            yield bytes(data)


def _wrong(chance: random.Random, data: bytearray, pool: list[bytes]) -> None:
    """Do one wrong to a file, most often near its beginning, where headers are."""
    place = int(len(data) * chance.random() ** chance.choice((1, 3)))
    match chance.randrange(10):
        case 0 if data:
            data[min(place, len(data) - 1)] ^= 1 << chance.randrange(8)
        case 1:
            data[place:place] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
        case 2:
            del data[place : place + chance.randrange(1, 20)]
        case 3:
            del data[place:]
        case 4:
            form = chance.choice(("<B", "<H", "<I", ">I", "<Q", ">Q"))
            number = chance.choice(_BOUNDS) & (256 ** struct.calcsize(form) - 1)
            data[place : place + struct.calcsize(form)] = struct.pack(form, number)
        case 5:
            data[place:place] = chance.choice(_WORDS)
        case 6:
            other = chance.choice(pool)
            start = chance.randrange(len(other) + 1)
            data[place : place + chance.randrange(64)] = other[start : start + chance.randrange(64)]
        case 7:
            piece = bytes(data[place : place + chance.randrange(1, 64)])
            data[place:place] = piece * chance.choice((1, 2, 50))
        case 8:
            found = list(re.finditer(rb"\d+", bytes(data[:2000])))
            if found:
                number = chance.choice(found)
                data[number.start() : number.end()] = str(chance.choice(_BOUNDS)).encode()
        case _:
            piece = chance.choice(pool)
            data[place:] = piece[int(len(piece) * chance.random()) :]


def attempt(data: bytes, folder: Path) -> tuple[str, float]:
    """Read an input, as an index in a folder when it looks like one, and all that is made of a header.

    Returns what came of it, and the seconds it took.

    Anything but a header or a WeightError goes up to who asks.
    """
    start = time.process_time()
    try:
        if data[:1] == b"{":
            path = folder / "model.safetensors.index.json"
            path.write_bytes(data)
            header = read(path)
        else:
            header = read_bytes(data)
        digests(header)
        precision(header)
        read_adapter(header.tensors)
        outcome = header.format
    except WeightError as error:
        assert error.message
        assert error.hint
        outcome = error.offence
    return outcome, time.process_time() - start
