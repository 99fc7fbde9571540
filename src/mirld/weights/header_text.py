"""The text of a safetensors header, read tensor by tensor: any order, any white space, escapes; and what is wrong."""

from __future__ import annotations

import json.decoder
import math
import re
from collections.abc import Mapping
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import NamedTuple, NoReturn

from mirld.weights.dtypes import SAFETENSORS
from mirld.weights.header import Shape, Value
from mirld.weights.limits import MAX_DIMENSIONS, MAX_METADATA, MAX_NAME, MAX_NUMBER, MAX_TENSORS
from mirld.weights.source import Source, shown

FIELDS = ("dtype", "shape", "data_offsets")
"""Fields of a tensor, in the order in which the reference implementation writes them."""

METADATA = '"__metadata__"'
_SPACE = re.compile(r"[ \t\n\r]*")
_FIELD = (
    r'[ \t\n\r]*+"(?:dtype"[ \t\n\r]*+:[ \t\n\r]*+"([A-Z0-9_]*+)"'
    r'|shape"[ \t\n\r]*+:[ \t\n\r]*+\[([0-9, \t\n\r]*+)\]'
    r'|data_offsets"[ \t\n\r]*+:[ \t\n\r]*+\[([0-9, \t\n\r]*+)\])[ \t\n\r]*+[,}]'
)
# A tensor behind its name: three fields in any order, and where it ends.
_TENSOR = re.compile(rf"[ \t\n\r]*+:[ \t\n\r]*+\{{((?:{_FIELD}){{3}})")
_NUMBERS = re.compile(r"[ \t\n\r]*(?:(?:0|[1-9][0-9]*)[ \t\n\r]*(?:,[ \t\n\r]*(?:0|[1-9][0-9]*)[ \t\n\r]*)*)?")
_PAIR = re.compile(r"[ \t\n\r]*(0|[1-9][0-9]{0,18})[ \t\n\r]*,[ \t\n\r]*(0|[1-9][0-9]{0,18})[ \t\n\r]*")


class Columns(NamedTuple):
    """Tensors as columns; in a chain each begins where the one before it ends, and is as long as its shape says."""

    rows: dict[str, int]
    dtypes: list[str]
    shapes: list[Shape]
    sizes: list[int]
    starts: list[int]
    stops: list[int]
    order: tuple[str, ...]
    is_chain: bool = False


def _numbers(source: Source, written: str, what: str) -> Shape:
    """Read whole numbers between commas, whose grammar was proved."""
    pieces = written.split(",") if written.strip() else []
    if len(pieces) > MAX_DIMENSIONS:
        source.refuse("dimensions", f"{what} has {len(pieces)} dimensions; at most {MAX_DIMENSIONS} are read")
    if max(map(len, pieces), default=0) > 20 and any(len(piece.strip()) > 19 for piece in pieces):
        source.refuse("overflow", f"{what} has a number of more than 19 digits: {shown(written.strip())}")
    numbers = tuple(map(int, pieces))
    if max(numbers, default=0) > MAX_NUMBER:
        source.refuse("overflow", f"{what} has a number that is larger than {MAX_NUMBER}: {shown(written.strip())}")
    return numbers


def bytes_of(source: Source, dtype: str, shape: Shape) -> int:
    """Return the bytes of a tensor."""
    elements = math.prod(shape)
    bits = elements * SAFETENSORS[dtype].bits
    if elements > MAX_NUMBER or bits > MAX_NUMBER:
        source.refuse("overflow", f"a tensor of shape {list(shape)} has more elements than {MAX_NUMBER} bits can hold")
    if bits % 8:
        source.refuse("size-mismatch", f"a tensor of type {dtype} and shape {list(shape)} does not end with a byte")
    return bits // 8


class HeaderReader:
    """Reads a header tensor by tensor, in any order, with any white space and with escapes."""

    def __init__(self, source: Source, text: str) -> None:
        self._source = source
        self._text = text
        self.metadata: dict[str, Value] = {}

    def read(self) -> Columns:
        """Read the whole text."""
        found = Columns({}, [], [], [], [], [], FIELDS)
        known: dict[tuple[str, str], tuple[Shape, int]] = {}
        seen_metadata, usual = False, True
        place = self._skip(1)
        closed = self._text.startswith("}", place)
        while not closed:
            name, place = self._string(place, "the name of a tensor")
            if name == "__metadata__":
                if seen_metadata:
                    self._refuse("duplicate-key", "it has __metadata__ twice", place)
                seen_metadata = True
                place = self._metadata(place)
            else:
                match = self._tensor(name, place, found.rows)
                _, dtype, shape, offsets = match.groups()
                if (dtype, shape) not in known:
                    known[dtype, shape] = self._shape(name, dtype, shape, place)
                start, stop = self._offsets(name, offsets, place)
                usual = usual and match.start(2) < match.start(3) < match.start(4)
                found.rows[name] = len(found.rows)
                numbers, size = known[dtype, shape]
                found.dtypes.append(dtype)
                found.shapes.append(numbers)
                found.sizes.append(size)
                found.starts.append(start)
                found.stops.append(stop)
                place = match.end()
            place = self._skip(place)
            closed = self._text.startswith("}", place)
            if not closed:
                if not self._text.startswith(",", place):
                    self._refuse("malformed-header", "a comma or } should follow", place)
                place = self._skip(place + 1)
        if self._skip(place + 1) != len(self._text):
            self._refuse("malformed-header", "something follows the last }", place + 1)
        return found if usual else found._replace(order=())

    def _tensor(self, name: str, place: int, rows: Mapping[str, int]) -> re.Match[str]:
        if name in rows:
            self._refuse("duplicate-key", f"it has the tensor {shown(name)} twice", place)
        if len(name) > MAX_NAME:
            self._refuse("name-length", f"a tensor's name has {len(name)} characters, over {MAX_NAME}", place)
        if len(rows) >= MAX_TENSORS:
            self._refuse("too-many-tensors", f"it has more than {MAX_TENSORS} tensors", place)
        match = _TENSOR.match(self._text, place)
        if match is None or not match[1].endswith("}") or match[1].count("}") != 1 or None in match.groups():
            self._explain(name, place)
        return match

    def _shape(self, name: str, dtype: str, written: str, place: int) -> tuple[Shape, int]:
        if dtype not in SAFETENSORS:
            self._refuse("unknown-dtype", f"the tensor {shown(name)} has the type {shown(dtype)}", place)
        if not _NUMBERS.fullmatch(written):
            self._refuse("malformed-header", f"the tensor {shown(name)} has the shape [{shown(written)[1:-1]}]", place)
        shape = _numbers(self._source, written, f"the shape of the tensor {shown(name)}")
        return shape, bytes_of(self._source, dtype, shape)

    def _offsets(self, name: str, written: str, place: int) -> tuple[int, int]:
        match = _PAIR.fullmatch(written)
        if match is None:
            self._refuse("offsets", f"the tensor {shown(name)} has the offsets [{shown(written)[1:-1]}]", place)
        start, stop = int(match[1]), int(match[2])
        if stop > MAX_NUMBER:
            self._refuse("overflow", f"the tensor {shown(name)} ends behind byte {MAX_NUMBER}", place)
        return start, stop

    def leading_metadata(self) -> int:
        """Read __metadata__ where it stands first, as writers put it; return where the first tensor begins."""
        place = self._skip(self._metadata(1 + len(METADATA)))
        return self._skip(place + 1) if self._text.startswith(",", place) else len(self._text)

    def _metadata(self, place: int) -> int:
        place = self._expect(place, ":")
        if self._text.startswith("null", place):
            return place + 4
        place = self._expect(place, "{", "metadata-type", "its metadata is no object of strings")
        place = self._skip(place)
        while not self._text.startswith("}", place):
            key, place = self._string(place, "a key of its metadata")
            place = self._skip(self._expect(place, ":"))
            if not self._text.startswith('"', place):
                self._refuse("metadata-type", f"its metadata has for {shown(key)} what is no string", place)
            value, place = self._string(place, "a value of its metadata")
            if key in self.metadata:
                self._refuse("duplicate-key", f"its metadata has {shown(key)} twice", place)
            if len(self.metadata) >= MAX_METADATA:
                self._refuse("too-much-metadata", f"it has more than {MAX_METADATA} pairs of metadata", place)
            self.metadata[key] = value
            place = self._skip(place)
            if self._text.startswith(",", place):
                place = self._skip(place + 1)
                if not self._text.startswith('"', place):
                    self._refuse("malformed-header", "a key of its metadata should follow the comma", place)
            elif not self._text.startswith("}", place):
                self._refuse("malformed-header", "a comma or } should follow", place)
        return place + 1

    def _string(self, place: int, what: str) -> tuple[str, int]:
        if not self._text.startswith('"', place):
            self._refuse("malformed-header", f"{what} should stand here, in double quotes", place)
        try:
            value, end = scanstring(self._text, place + 1, True)
        except json.decoder.JSONDecodeError as error:
            self._refuse("malformed-header", f"{what} is no JSON string ({error.msg.lower()})", error.pos)
        if "\\" in self._text[place:end] and any("\ud800" <= character <= "\udfff" for character in value):
            self._refuse("encoding", f"{what} has half of a surrogate pair", place)
        return str(value), end

    def _skip(self, place: int) -> int:
        match = _SPACE.match(self._text, place)
        return match.end() if match else place

    def _expect(self, place: int, character: str, offence: str = "malformed-header", message: str = "") -> int:
        place = self._skip(place)
        if not self._text.startswith(character, place):
            self._refuse(offence, message or f"{character} should stand here", place)
        return place + 1

    def _refuse(self, offence: str, message: str, place: int) -> NoReturn:
        found = self._text[place : place + 24]
        self._source.refuse(
            offence, f"{message}: character {place} of the header, {shown(found) if found else 'its end'}"
        )

    def _explain(self, name: str, place: int) -> NoReturn:
        """Say what is wrong with a tensor whose text is not of the grammar."""
        begin = self._expect(place, ":")
        begin = self._expect(begin, "{", message=f"the tensor {shown(name)} is no object")
        seen: set[str] = set()
        while True:
            begin = self._skip(begin)
            if self._text.startswith("}", begin):
                missing = ", ".join(field for field in FIELDS if field not in seen)
                if not missing:
                    self._refuse("malformed-header", "a field should follow the comma", begin)
                self._refuse("malformed-header", f"the tensor {shown(name)} has no {missing}", begin)
            field, begin = self._string(begin, f"a field of the tensor {shown(name)}")
            if field in seen:
                self._refuse("duplicate-key", f"the tensor {shown(name)} has {shown(field)} twice", begin)
            if field not in FIELDS:
                self._refuse("unknown-field", f"the tensor {shown(name)} has the field {shown(field)}", begin)
            seen.add(field)
            match = _VALUES[field].match(self._text, begin)
            if match is None:
                what = "no string" if field == "dtype" else "no list of whole numbers from 0"
                offence = "unknown-dtype" if field == "dtype" else "malformed-header"
                self._refuse(offence, f"the {field} of the tensor {shown(name)} is {what}", begin)
            begin = self._skip(match.end())
            if self._text.startswith(",", begin):
                begin += 1
            elif not self._text.startswith("}", begin):
                self._refuse("malformed-header", "a comma or } should follow", begin)


_LIST = re.compile(r"[ \t\n\r]*:[ \t\n\r]*\[[0-9, \t\n\r]*\]")
_VALUES: Mapping[str, re.Pattern[str]] = {
    "dtype": re.compile(r'[ \t\n\r]*:[ \t\n\r]*"[A-Z0-9_]*"'),
    "shape": _LIST,
    "data_offsets": _LIST,
}
