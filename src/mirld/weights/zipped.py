"""The directory of a zip file: where its members lie. Only what PyTorch writes is read, and nothing is unpacked."""

from __future__ import annotations

import struct
from typing import NamedTuple

from mirld.weights.limits import MAX_HEADER, MAX_MEMBERS, MAX_NAME
from mirld.weights.source import Source, shown

MAGIC = b"PK\x03\x04"

_END = struct.Struct("<4s4H2LH")
_END_64_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_MEMBER = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX_COMMENT = 65_535
_FULL = 0xFFFFFFFF
_ENCRYPTED, _LATER_SIZES, _UTF8 = 0x1, 0x8, 0x800


class Member(NamedTuple):
    """A member: `start` is where its local header begins; it is stored as it is when `method` is 0."""

    name: str
    method: int
    flags: int
    packed: int
    size: int
    start: int


def read_directory(source: Source) -> dict[str, Member]:
    """Read the members by name, in order; WeightError for a directory that does not hold together."""
    count, size, start = _end(source)
    if count > MAX_MEMBERS or size > MAX_HEADER:
        source.refuse(
            "too-many-members", f"its directory has {count} members in {size} bytes; the limit is {MAX_MEMBERS}"
        )
    if size < count * _MEMBER.size:
        source.refuse("malformed-zip", f"its directory claims {count} members in {size} bytes")
    data = source.read(start, size, "the directory of the zip file")
    members: dict[str, Member] = {}
    place = 0
    for _ in range(count):
        member, place = _member(source, data, place)
        if member.name in members:
            source.refuse("duplicate-key", f"its zip directory has {shown(member.name)} twice")
        if member.start + _LOCAL.size + member.packed > start:
            source.refuse(
                "out-of-bounds", f"the member {shown(member.name)} of the zip file reaches into its directory"
            )
        members[member.name] = member
    if place != size:
        source.refuse("malformed-zip", "its zip directory is longer than its members")
    return members


def read_member(source: Source, member: Member, limit: int) -> bytes:
    """Read a member that is stored as it is; WeightError when its own header says otherwise than the directory."""
    what = f"the member {shown(member.name)}"
    if member.method or member.flags & _ENCRYPTED or member.packed != member.size:
        source.refuse("compressed", f"{what} is compressed or encrypted; PyTorch stores it as it is")
    if member.size > limit:
        source.refuse("header-length", f"{what} has {member.size} bytes; at most {limit} are read")
    raw = source.read(member.start, _LOCAL.size, f"the header of {what}")
    magic, _, flags, method, _, _, _, packed, size, name_length, extra = _LOCAL.unpack(raw)
    name = source.read(member.start + _LOCAL.size, name_length, f"the name of {what}")
    sizes_agree = (packed, size) in ((member.size, member.size), (_FULL, _FULL)) or (
        flags & _LATER_SIZES and (packed, size) == (0, 0)
    )
    if magic != MAGIC or method != member.method or name != _encoded(member) or not sizes_agree:
        source.refuse("malformed-zip", f"{what} has a header that contradicts the directory of the zip file")
    return source.read(member.start + _LOCAL.size + name_length + extra, member.size, what)


def _encoded(member: Member) -> bytes:
    return member.name.encode("utf-8" if member.flags & _UTF8 else "cp437", "surrogateescape")


def _end(source: Source) -> tuple[int, int, int]:
    """Return the number of members, and size and place of the directory."""
    length = min(source.size, _END.size + _MAX_COMMENT)
    tail = source.peek(source.size - length, length)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        source.refuse(
            "truncated", "its zip directory is missing", hint="the file is incomplete or damaged: download it again"
        )
    _, disk, first, here, count, size, start, comment = _END.unpack_from(tail, at)
    place = source.size - length + at
    if len(tail) - at - _END.size != comment:
        source.refuse("malformed-zip", "something follows its zip directory")
    locator = source.peek(max(0, place - _END_64_LOCATOR.size), _END_64_LOCATOR.size)
    # PyTorch writes the larger record even where the smaller would do.
    if locator.startswith(b"PK\x06\x07") and place >= _END_64_LOCATOR.size:
        place = _END_64_LOCATOR.unpack(locator)[2]
        found = _END_64.unpack(source.read(place, _END_64.size, "the end of the zip directory"))
        magic, disk, first, here, count, size, start = found[0], *found[4:]
        if magic != b"PK\x06\x06":
            source.refuse("malformed-zip", "its zip directory says that another follows, and none does")
    if disk or first or here != count or start + size != place:
        source.refuse("malformed-zip", "its zip directory does not lie where it says")
    return count, size, start


def _member(source: Source, data: bytes, place: int) -> tuple[Member, int]:
    if place + _MEMBER.size > len(data):
        source.refuse("truncated", "its zip directory ends inside a member")
    magic, _, _, flags, method, _, _, _, packed, size, *lengths, _, _, _, start = _MEMBER.unpack_from(data, place)
    name_length, extra_length, comment_length = lengths
    place += _MEMBER.size
    end = place + name_length + extra_length + comment_length
    if magic != b"PK\x01\x02" or end > len(data):
        source.refuse("malformed-zip", "its zip directory has a member that is none")
    if name_length > MAX_NAME:
        source.refuse("name-length", f"a member of the zip file has a name of {name_length} bytes, over {MAX_NAME}")
    raw = data[place : place + name_length]
    try:
        name = raw.decode("utf-8" if flags & _UTF8 else "cp437")
    except UnicodeDecodeError:
        source.refuse(
            "encoding", f"a member of the zip file has a name that is not UTF-8: {shown(raw.decode('latin-1'))}"
        )
    if _FULL in (packed, size, start):
        extra = data[place + name_length : place + name_length + extra_length]
        size, packed, start = _wide(source, extra, size, packed, start)
    return Member(name, method, flags, packed, size, start), end


def _wide(source: Source, extra: bytes, size: int, packed: int, start: int) -> tuple[int, int, int]:
    """Take numbers that do not fit 32 bits from the extra field for them."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        place += 4
        if kind == 1:
            numbers = [size, packed, start]
            for index, number in enumerate(numbers):
                if number == _FULL:
                    if length < 8 or place + 8 > len(extra):
                        break
                    numbers[index] = struct.unpack_from("<Q", extra, place)[0]
                    place, length = place + 8, length - 8
            else:
                return numbers[0], numbers[1], numbers[2]
            break
        place += length
    raise source.fault("malformed-zip", "a member of the zip file has no room for its sizes")
