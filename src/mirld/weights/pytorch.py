"""Checkpoints of PyTorch: the zip file of today, and the file of pickles behind each other of before 1.6."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mirld.weights.header import Header, Tensors
from mirld.weights.limits import MAX_HEADER
from mirld.weights.pickle_names import is_known
from mirld.weights.pickles import Pickle, ShortError, Table, read_pickle
from mirld.weights.source import Source, shown
from mirld.weights.statedict import Storage, read_state_dict, read_storages
from mirld.weights.zipped import read_directory, read_member

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_START = re.compile(rb"\x80[\x02-\x05](?:\x95.{8})?\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", re.DOTALL)
"""How a file of before PyTorch 1.6 begins: a pickle of its magic number."""

_LEGACY_PROTOCOL = 1001
_FIRST_READ = 256 * 1024
_COUNT = 8


def read_pytorch_zip(source: Source) -> Header:
    """Read the description in a zip file of PyTorch, and prove that each tensor lies in its storage."""
    members = read_directory(source)
    pickles = [name for name in members if re.fullmatch(r"[^/]+/data\.pkl", name)]
    if len(pickles) != 1:
        source.refuse(
            "not-weights",
            f"it is a zip file with {len(pickles) or 'no'} data.pkl, and so none of PyTorch",
            hint="name a file of weights; unpack an archive first",
        )
    folder = pickles[0].removesuffix("data.pkl")
    data = read_member(source, members[pickles[0]], MAX_HEADER)
    try:
        pickle = read_pickle(source, data, 0)
    except ShortError:
        source.refuse("truncated", "its pickle has no end")
    if pickle.end != len(data):
        source.refuse("trailing-bytes", f"{len(data) - pickle.end} bytes follow the end of its pickle")

    def held(key: str) -> int | None:
        member = members.get(f"{folder}data/{key}")
        return None if member is None else member.size

    order = members.get(f"{folder}byteorder")
    big = order is not None and read_member(source, order, 16).strip() == b"big"
    storages = read_storages(source, pickle.references, held)
    return _header(source, "pytorch-zip", pickle, storages, "big" if big else "little")


def read_pytorch_legacy(source: Source) -> Header:
    """Read the description in a file of before PyTorch 1.6, and prove that storages and file are equally long."""
    length = _FIRST_READ
    while True:
        data = source.peek(0, min(length, MAX_HEADER))
        try:
            return _legacy(source, data)
        except ShortError:
            if len(data) >= source.size:
                source.refuse(
                    "truncated", "its pickle has no end", hint="the file is incomplete or damaged: download it again"
                )
            if len(data) >= MAX_HEADER:
                source.refuse("header-length", f"its pickle is longer than the {MAX_HEADER} bytes that are read")
            length *= 4


def _legacy(source: Source, data: bytes) -> Header:
    magic = read_pickle(source, data, 0)
    if magic.value != LEGACY_MAGIC:
        source.refuse("malformed-pickle", "it is a pickle, and none of PyTorch")
    protocol = read_pickle(source, data, magic.end)
    if protocol.value != _LEGACY_PROTOCOL:
        source.refuse(
            "unknown-version", f"it is of protocol {shown(str(protocol.value))} of PyTorch, not {_LEGACY_PROTOCOL}"
        )
    system = read_pickle(source, data, protocol.end)
    big = isinstance(system.value, Table) and ("little_endian", False) in [
        pair for pair in system.value.pairs if isinstance(pair[0], str) and isinstance(pair[1], bool)
    ]
    content = read_pickle(source, data, system.end)
    keys = read_pickle(source, data, content.end)
    storages = read_storages(source, content.references, None)
    if not isinstance(keys.value, list) or len(keys.value) != len(storages):
        source.refuse("malformed-pickle", "it lists other storages than its tensors name")
    size = sum(_COUNT + storage.size for storage in storages.values())
    if keys.end + size != source.size:
        source.refuse(
            "truncated" if keys.end + size > source.size else "trailing-bytes",
            f"its storages take {size} bytes, {source.size - keys.end} follow the pickles",
            hint="the file is incomplete or damaged: download it again",
        )
    return _header(source, "pytorch-legacy", content, storages, "big" if big else "little")


def _header(source: Source, form: str, pickle: Pickle, storages: Mapping[str, Storage], byte_order: str) -> Header:
    found = read_state_dict(source, pickle.value, storages)
    code = tuple(name.path for name in pickle.names if not is_known(name.module, name.name))
    return Header(
        file=source.name,
        format=form,
        size=source.size,
        bytes_read=source.taken,
        tensors=Tensors.of_rows(found.tensors),
        metadata=found.metadata,
        byte_order=byte_order,
        wrappers=found.wrappers,
        code=code,
    )
