"""Bytes of a file by position, none beyond its end, and a count of those that were read."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

from mirld.errors import WeightError

_SHOWN = 80


def shown(text: str) -> str:
    r"""Quote a text of a file for a message: control characters escaped, long ones cut.

    >>> print(shown("a" * 100), shown("a\nb"))
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…' 'a\nb'
    """
    return ascii(text) if len(text) <= _SHOWN else f"{ascii(text[:_SHOWN])[:-1]}…'"


class Source:
    """A file that is read by position: `name` for messages, `size` in bytes, `taken` the bytes read so far."""

    __slots__ = ("_stream", "name", "size", "taken")

    def __init__(self, stream: BinaryIO, name: str, size: int) -> None:
        self._stream = stream
        self.name = name
        self.size = size
        self.taken = 0

    @classmethod
    def of_bytes(cls, data: bytes, name: str = "<bytes>") -> Source:
        """Make a source of bytes that are in memory."""
        return cls(io.BytesIO(data), name, len(data))

    def peek(self, start: int, length: int) -> bytes:
        """Return at most `length` bytes from `start` (both at least 0): fewer where the file ends."""
        self._stream.seek(start)
        data = self._stream.read(max(0, min(length, self.size - start)))
        self.taken += len(data)
        return data

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


@contextlib.contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """Open a regular file; WeightError for what is none or cannot be opened. A pipe is refused and not waited for."""
    name = str(path)
    try:
        # Without O_NONBLOCK the opening of a pipe waits for a writer.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise WeightError(
            f"it cannot be opened: {reason.lower()}",
            offence="unreadable",
            file=name,
            hint="name a file that can be read",
        ) from error
    with open(descriptor, "rb", buffering=0) as stream:  # noqa: PTH123 - a descriptor, not a path
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise WeightError("it is no regular file", offence="unreadable", file=name, hint="name a file or a folder")
        yield Source(stream, name, status.st_size)
