"""Bytes of a file by position, none beyond its end, and a count of those that were read."""

from __future__ import annotations

import io
import os
import stat
from io import FileIO
from typing import BinaryIO, NoReturn

from mirld.errors import WeightError

# Without O_NONBLOCK the opening of a pipe waits for a writer.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_SHOWN = 80
# The beginning is read at once, so that the format and a short header take one call of the system.
_HEAD = 8 * 1024


def shown(text: str) -> str:
    r"""Quote a text of a file for a message: control characters escaped, long ones cut.

    >>> print(shown("a" * 100), shown("a\nb"))
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…' 'a\nb'
    """
    return ascii(text) if len(text) <= _SHOWN else f"{ascii(text[:_SHOWN])[:-1]}…'"


class Source:
    """A file that is read by position: `name` for messages, `size` in bytes, `taken` the bytes read so far."""

    __slots__ = ("_head", "_stream", "name", "size", "taken")

    def __init__(self, stream: BinaryIO | FileIO, name: str, size: int) -> None:
        self._stream = stream
        self.name = name
        self.size = size
        self.taken = 0
        self._head = b""

    @classmethod
    def of_bytes(cls, data: bytes, name: str = "<bytes>") -> Source:
        """Make a source of bytes that are in memory."""
        return cls(io.BytesIO(data), name, len(data))

    def peek(self, start: int, length: int) -> bytes:
        """Return at most `length` bytes from `start` (both at least 0): fewer where the file ends."""
        length = max(0, min(length, self.size - start))
        if start + length <= len(self._head):
            return self._head[start : start + length]
        self._stream.seek(start)
        data = self._stream.read(length if start else max(length, _HEAD))
        self.taken += len(data)
        if not start:
            self._head = data
        return data[:length]

    def read(self, start: int, length: int, what: str) -> bytes:
        """Return `length` bytes from `start`; WeightError names `what` when the file ends before."""
        if start + length > self.size:
            self.refuse(
                "truncated",
                f"{what} would end at byte {start + length}, the file has {self.size}",
                hint="the file is incomplete or damaged: download it again",
            )
        data = self.peek(start, length)
        if len(data) != length:
            self.refuse("truncated", f"{what} could not be read whole: the file became shorter meanwhile")
        return data

    def fault(self, offence: str, message: str, *, hint: str | None = None) -> WeightError:
        """Make the WeightError of this file."""
        hint = hint or "do not load it; get the file anew from whoever published it"
        return WeightError(message, offence=offence, file=self.name, hint=hint)

    def refuse(self, offence: str, message: str, *, hint: str | None = None) -> NoReturn:
        """Raise the WeightError of this file."""
        raise self.fault(offence, message, hint=hint)


class Opened:
    """An open file as a context that gives its source."""

    __slots__ = ("_source", "_stream")

    def __init__(self, stream: FileIO, source: Source) -> None:
        self._stream = stream
        self._source = source

    def __enter__(self) -> Source:
        return self._source

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def open_source(path: str | os.PathLike[str]) -> Opened:
    """Open a regular file; WeightError for what is none or cannot be opened. A pipe is refused and not waited for."""
    name = os.fspath(path)
    try:
        stream = FileIO(os.open(name, _FLAGS))
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise WeightError(
            f"it cannot be opened: {reason.lower()}",
            offence="unreadable",
            file=name,
            hint="name a file that can be read",
        ) from error
    status = os.fstat(stream.fileno())
    if not stat.S_ISREG(status.st_mode):
        stream.close()
        raise WeightError("it is no regular file", offence="unreadable", file=name, hint="name a file or a folder")
    return Opened(stream, Source(stream, name, status.st_size))
