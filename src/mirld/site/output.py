"""A folder that is replaced whole or not at all.

Everything is written into a staging folder beside the target; only when all of it is there do the two change places.
An error, a full disk, Ctrl-C or SIGTERM leave the target as it was, and no staging folder behind. A build that was
killed outright leaves one; the next build of the same target removes it.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType

from mirld.errors import OutputError

MARKER = ".mirld-site"
"""File that says a folder is a built site and may be replaced."""

_STAGING = ".staging-"
_FORMER = ".former-"


class Staging:
    """A folder to be: `with Staging(target) as staging`, then `write`; leaving the block cleanly swaps it in."""

    def __init__(self, target: Path) -> None:
        self._target = target.resolve()
        self._folder = self._beside(_STAGING, os.getpid())
        self._made = {""}
        self._handler: object = None

    def _beside(self, kind: str, pid: int) -> Path:
        return self._target.parent / f".{self._target.name}{kind}{pid}"

    def __enter__(self) -> Staging:
        target = self._target
        if target.exists() and not target.is_dir():
            raise OutputError(f"the site cannot replace a file: {target}", hint="name a folder that is not there yet")
        if target.is_dir() and not (target / MARKER).exists() and any(target.iterdir()):
            raise OutputError(
                f"this folder holds something else than a built site: {target}",
                hint="name an empty folder, one that is not there yet, or one that mirld built",
            )
        with _said(self._target.name):
            target.parent.mkdir(parents=True, exist_ok=True)
            self._clean_up_after_the_dead()
            self._folder.mkdir()
        if threading.current_thread() is threading.main_thread():
            self._handler = signal.signal(signal.SIGTERM, _interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._swap()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
            if self._handler is not None:
                signal.signal(signal.SIGTERM, self._handler)  # type: ignore[arg-type]  # what signal.signal returned

    def write(self, path: str, data: bytes) -> None:
        """Write one file; `path` is relative, with `/` between parts. Raises OutputError when that fails."""
        folder = path.rpartition("/")[0]
        try:
            if folder not in self._made:
                self._make(folder)
            number = os.open(f"{self._folder}/{path}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            try:
                written = os.write(number, data)
                while written < len(data):
                    written += os.write(number, data[written:])
            finally:
                os.close(number)
        except OSError as error:
            raise _unwritable(path, error) from error

    def _make(self, folder: str) -> None:
        """Make a folder with those above it, one system call each: another process may have made some."""
        above = folder.rpartition("/")[0]
        if above and above not in self._made:
            self._make(above)
        with suppress(FileExistsError):
            os.mkdir(f"{self._folder}/{folder}")  # noqa: PTH102  # a third of the time of Path.mkdir
        self._made.add(folder)

    def _swap(self) -> None:
        former = self._beside(_FORMER, os.getpid())
        with _said(self._target.name), _undisturbed():
            there = self._target.exists()
            if there:
                self._target.rename(former)
            try:
                self._folder.rename(self._target)
            except OSError:
                if there:
                    former.rename(self._target)
                raise
        shutil.rmtree(former, ignore_errors=True)

    def _clean_up_after_the_dead(self) -> None:
        """Remove what killed builds left; put the former site back if one was killed between the two renames."""
        for kind in (_FORMER, _STAGING):
            for left in self._target.parent.glob(f".{self._target.name}{kind}*"):
                pid = left.name.rpartition("-")[2]
                if not pid.isdigit() or _is_alive(int(pid)):
                    continue
                if kind == _FORMER and not self._target.exists():
                    left.rename(self._target)
                else:
                    shutil.rmtree(left, ignore_errors=True)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep signals waiting while the two folders change places."""
    signals = {signal.SIGINT, signal.SIGTERM}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _said(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: str, error: OSError) -> OutputError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return OutputError(
        f"cannot write {path}: {(error.strerror or str(error)).lower()}",
        hint="free some space; what stood there before is untouched" if full else None,
    )


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return False  # a number used again: that build is dead, this one has no folder yet
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
