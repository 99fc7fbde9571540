"""The header of a safetensors file: eight bytes of length, then JSON of one shape, read by its own grammar.

A general JSON reader takes more than the format allows (doubled keys, fractions, nesting) and builds what it read
before anybody may object. Here the text is either in the form that writers produce, which is taken apart in columns and
proved column by column, or it is read tensor by tensor, and the first thing that does not fit is named with its place.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from itertools import accumulate
from operator import mul, sub
from typing import NoReturn

from mirld.weights.dtypes import SAFETENSORS
from mirld.weights.header import Header, Shape, Tensors, Value
from mirld.weights.header_text import FIELDS, METADATA, Columns, HeaderReader
from mirld.weights.limits import (
    MAX_DIMENSIONS,
    MAX_HEADER,
    MAX_NAME,
    MAX_TENSORS,
    MAX_WIDE_HEADER,
)
from mirld.weights.source import Source, shown

LENGTH = 8
"""Bytes of the length before the header."""

_SHAPE = re.compile(r": ?\[((?:(?:0|[1-9][0-9]*)(?:, ?(?:0|[1-9][0-9]*))*)?)\], ?")
_LAST_OFFSETS = re.compile(r"(: ?\[)[0-9]+(, ?)[0-9]+(\]\}\}[ \t\n\r]*)")
_DIGITS = 18
_PLAIN = 2**56
_QUOTES = 10
"""Quotes of a tensor: around its name, its three fields and its type."""

_LEAST = len('"":{"dtype":"","shape":[],"data_offsets":[0,0]},')
"""Characters that a tensor takes at least."""


def read_safetensors(source: Source) -> Header:
    """Read the header of a safetensors file, and prove that it describes every byte behind it exactly once."""
    length = int.from_bytes(source.read(0, LENGTH, "the length of the header"), "little")
    if length > MAX_HEADER:
        source.refuse("header-length", f"its header has {length} bytes; at most {MAX_HEADER} are read")
    data = source.read(LENGTH, length, f"the header of {length} bytes")
    # Before it becomes text: text that is not ASCII takes up to four times as much.
    if length > MAX_TENSORS * _LEAST and data.count(b'"data_offsets"') > MAX_TENSORS:
        source.refuse("too-many-tensors", f"it has more than {MAX_TENSORS} tensors")
    if not data.isascii() and length > MAX_WIDE_HEADER:
        source.refuse(
            "header-length", f"its header is not ASCII and has {length} bytes; at most {MAX_WIDE_HEADER} are read"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        source.refuse("encoding", f"its header is not UTF-8 at byte {LENGTH + error.start}")
    del data
    if not text.startswith("{"):
        source.refuse("malformed-header", f"its header begins with {shown(text[:8])}, not with {{")
    metadata: dict[str, Value] = {}
    begin = 1
    found = None
    if text.startswith(METADATA, begin):
        reader = HeaderReader(source, text)
        begin = reader.leading_metadata()
        metadata = reader.metadata
    if begin < len(text):
        found = _columns(source, text, begin)
    data_start = LENGTH + length
    if found is None:
        reader = HeaderReader(source, text)
        found = reader.read()
        metadata = reader.metadata
    _prove(source, found, source.size - data_start)
    return Header(
        file=source.name,
        format="safetensors",
        size=source.size,
        bytes_read=source.taken,
        tensors=Tensors(found.rows, found.dtypes, found.shapes, found.starts, found.stops),
        metadata=metadata,
        data_start=data_start,
        field_order=found.order,
    )


def _columns(source: Source, text: str, begin: int) -> Columns | None:
    """Take apart what stands from `begin` when it is in the form that writers produce; None when it is not.

    Each quote of the text is accounted for, so that nothing can hide between two columns.
    """
    if text.find("\\", begin) >= 0 or (
        len(text) > MAX_TENSORS * _LEAST and text.count('"', begin) > MAX_TENSORS * _QUOTES
    ):
        return None
    parts = (text[begin:] if begin > 1 else text).split('"')
    count, rest = divmod(len(parts) - 1, _QUOTES)
    if rest or not count or parts[0] != ("" if begin > 1 else "{"):
        return None
    for place, allowed in _BETWEEN:
        column = parts[place::_QUOTES]
        if column[0] not in allowed or column.count(column[0]) != count:
            return None
    names = parts[1::_QUOTES]
    joined = "".join(names)
    if not _is_plain(joined) or "__metadata__" in joined or max(map(len, names)) > MAX_NAME:
        return None
    rows = dict(zip(names, range(count), strict=True))
    dtypes, written = parts[5::_QUOTES], parts[8::_QUOTES]
    elements, widths = {text: _elements(text) for text in set(written)}, {}
    for dtype in set(dtypes):
        block = SAFETENSORS.get(dtype)
        if block is None or block.bits % 8:
            return None
        widths[dtype] = block.bits // 8
    if len(rows) != count or None in elements.values():
        return None
    sizes = list(map(mul, map(elements.__getitem__, written), map(widths.__getitem__, dtypes)))
    offsets = _offsets(parts[10::_QUOTES], sizes)
    if offsets is None:
        return None
    starts, stops, is_chain = offsets
    return Columns(rows, dtypes, list(map(_shape, written)), sizes, starts, stops, FIELDS, is_chain)


def _is_plain(text: str) -> bool:
    """Say whether a text has no control characters, which JSON has in escapes alone."""
    if not text.isascii():
        return text.isprintable()
    return len(text.encode("ascii").translate(None, _CONTROLS)) == len(text)


_CONTROLS = bytes(range(32))
_COLON = frozenset((":", ": "))
# What stands between the columns that differ, by its place among the ten parts of a tensor.
_BETWEEN: tuple[tuple[int, frozenset[str]], ...] = (
    (2, frozenset((":{", ": {"))),
    (3, frozenset(("dtype",))),
    (4, _COLON),
    (6, frozenset((",", ", "))),
    (7, frozenset(("shape",))),
    (9, frozenset(("data_offsets",))),
)


@lru_cache(maxsize=4096)
def _shape(written: str) -> Shape:
    """Read a shape of the form that writers produce."""
    numbers = written[written.index("[") + 1 : written.index("]")]
    return tuple(map(int, numbers.split(","))) if numbers else ()


@lru_cache(maxsize=4096)
def _elements(written: str) -> int | None:
    """Count the elements of a shape of the form that writers produce; None for what has to be looked at closely."""
    if _SHAPE.fullmatch(written) is None or len(written) > MAX_DIMENSIONS:
        return None
    elements = math.prod(_shape(written))
    return elements if elements <= _PLAIN and max(_shape(written), default=0) <= _PLAIN else None


def _offsets(written: list[str], sizes: list[int]) -> tuple[list[int], list[int], bool] | None:
    """Read a column of offsets, and say whether they ascend without a gap, as nearly all do; None for another form."""
    last = _LAST_OFFSETS.fullmatch(written[-1])
    if last is None:
        return None
    opening, comma, ending = last.groups()
    between = ("]}, " if written[0].endswith(" ") else "]},") + opening
    # What the text must be is cheaper to write than what it is to read.
    stops = list(accumulate(sizes))
    texts = list(map(str, stops))
    expected = comma.join([f"{text}{between}{text}" for text in texts])
    joined = "".join(written)
    if f"{opening}0{comma}{expected[: -len(between) - len(texts[-1])]}{ending}" == joined:
        return [0, *stops[:-1]], stops, True
    if not joined.startswith(opening):
        return None
    pairs = [pair.partition(comma) for pair in joined[len(opening) : -len(ending)].split(between)]
    flat = [text for start, _, stop in pairs for text in (start, stop)]
    digits = "".join(flat)
    if len(flat) != 2 * len(sizes) or not (digits.isascii() and digits.isdigit()) or max(map(len, flat)) > _DIGITS:
        return None
    if "" in flat:
        return None
    numbers = list(map(int, flat))
    # A number written otherwise than it would be, as with a zero before it, is left to the reader that complains.
    return (numbers[::2], numbers[1::2], False) if list(map(str, numbers)) == flat else None


def _prove(source: Source, found: Columns, available: int) -> None:
    """Prove that tensors have the bytes their shapes need, and together cover the data with no hole and no overlap."""
    starts, stops = found.starts, found.stops
    if not found.is_chain:
        order = sorted(range(len(starts)), key=starts.__getitem__)
        ends = [stops[row] for row in order]
        if list(map(sub, stops, starts)) != found.sizes or [starts[row] for row in order] != [0, *ends][: len(ends)]:
            _walk(source, found, available)
    end = stops[-1] if found.is_chain else max(stops, default=0)
    if end > available:
        source.refuse(
            "truncated",
            f"its tensors take {end} bytes, {available} follow the header",
            hint="the file is incomplete: download it again",
        )
    if end < available:
        source.refuse("trailing-bytes", f"{available - end} bytes follow the last tensor and belong to none")


def _walk(source: Source, found: Columns, available: int) -> None:
    """Go along the data; empty tensors may lie at one place with others."""
    end = 0
    for start, stop, size, row in sorted(
        zip(found.starts, found.stops, found.sizes, range(len(found.starts)), strict=True)
    ):
        if start != end or stop - start != size:
            _blame(source, found, row, start, stop, end, available)
        end = stop


def _blame(source: Source, found: Columns, row: int, start: int, stop: int, end: int, available: int) -> NoReturn:
    name = shown(list(found.rows)[row])
    if stop < start:
        source.refuse("offsets", f"the tensor {name} ends at {stop}, before it begins at {start}")
    if stop - start != found.sizes[row]:
        source.refuse(
            "size-mismatch",
            f"the tensor {name} has {stop - start} bytes; {found.dtypes[row]} and {list(found.shapes[row])} take "
            f"{found.sizes[row]}",
        )
    if stop > available:
        source.refuse("out-of-bounds", f"the tensor {name} ends at {stop}, the data at {available}")
    if start < end:
        source.refuse("overlap", f"the tensor {name} begins at {start}, inside the one that ends at {end}")
    source.refuse("hole", f"{start - end} bytes before the tensor {name} belong to none")
