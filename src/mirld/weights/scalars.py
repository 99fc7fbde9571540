"""Values of tensors that are a single number, such as the alpha of a LoRA: the only weights that are ever read."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterable

from mirld.weights.header import Header
from mirld.weights.source import open_source, shown

MAX_SCALARS = 10_000
"""Numbers that are read of one file."""

_LETTERS: dict[str, str] = dict(
    zip(
        ("F16", "F32", "F64", "BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64"),
        ("e", "f", "d", "?", "B", "b", "H", "h", "I", "i", "Q", "q"),
        strict=True,
    )
)


def read_scalars(path: str | os.PathLike[str], header: Header, names: Iterable[str]) -> dict[str, float]:
    """Read the values of tensors of one element by name, out of the file that a header is of.

    Left out are names that the header does not have, tensors of more elements or of a packed type, and those of formats
    that do not say where a tensor lies. WeightError when the file is no longer as its header says.
    """
    found: dict[str, float] = {}
    if header.data_start is None:
        return found
    order = "<" if header.byte_order == "little" else ">"
    with open_source(path) as source:
        if source.size != header.size:
            source.refuse("changed", f"it has {source.size} bytes, {header.size} when its header was read")
        for name in names:
            if name not in header.tensors:
                continue
            _, dtype, shape, start, stop = header.tensors[name]
            letter = "H" if dtype == "BF16" else _LETTERS.get(dtype or "")
            if letter is None or start is None or stop is None or shape is None or math.prod(shape) != 1:
                continue
            if len(found) >= MAX_SCALARS:
                source.refuse("too-many-scalars", f"more than {MAX_SCALARS} values were asked for")
            raw = source.read(header.data_start + start, stop - start, f"the value of {shown(name)}")
            if dtype == "BF16":
                raw, letter = (b"\0\0" + raw, "f") if order == "<" else (raw + b"\0\0", "f")
            found[name] = struct.unpack(order + letter, raw)[0]
    return found
