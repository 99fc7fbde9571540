"""Work over forked processes: no copying of what was loaded, results in any order.

`run` does many tasks: their numbers lie in pipes, one a worker, so that neighbours, which have much in common, are done
by one process; who has done his takes from the others. A worker ends when all pipes are empty, so none outlives the
tasks, even when the parent is killed. `Aside` does one thing beside whatever comes next.
"""

from __future__ import annotations

import gc
import os
import pickle
import selectors
import signal
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, TypeVar

from mirld.errors import MirldError

if sys.platform == "linux":
    import fcntl

Task = TypeVar("Task")
Result = TypeVar("Result")

_NUMBER = struct.Struct("!I")
_FRAME = struct.Struct("!BI")
_DONE, _FAILED = 0, 1
# A pipe takes at least this many bytes before a write would wait: https://man7.org/linux/man-pages/man7/pipe.7.html
_PIPE = 65_536
MOST_TASKS = _PIPE // _NUMBER.size


def can_fork() -> bool:
    """Say whether this system can share loaded data with worker processes."""
    return hasattr(os, "fork")


def run(tasks: Sequence[Task], work: Callable[[Task], Result], workers: int) -> Iterator[Result]:
    """Do `work` on each task and give the results as they come.

    One process does all when `workers` is 1, or when this system cannot fork. What a worker raises is raised here.
    Whatever ends this, no worker is left running.
    """
    workers = min(workers, len(tasks))
    if workers < 2 or not can_fork():
        for task in tasks:
            yield work(task)
        return
    if len(tasks) > MOST_TASKS:
        raise ValueError(f"more than {MOST_TASKS} tasks")
    shares = [
        _filled(range(worker * len(tasks) // workers, (worker + 1) * len(tasks) // workers))
        for worker in range(workers)
    ]
    # What is loaded stays shared only as long as nobody touches it, and the collector touches everything.
    gc.freeze()
    children: dict[int, int] = {}
    try:
        for worker in range(workers):
            reading, writing = _wide_pipe()
            pid = _fork()
            if pid == 0:
                _be_worker(tasks, work, shares[worker:] + shares[:worker], writing)
            os.close(writing)
            children[reading] = pid
        yield from _collect(children)
    finally:
        for share in shares:
            os.close(share)
        _end(children)
        gc.unfreeze()


class Aside(Generic[Result]):
    """One piece of work in a process of its own, forked at once; `result` waits for it.

    Without `fork`, and where this system has none, the work is done when its result is asked for. Leaving the block
    ends the process.

    >>> with Aside(lambda: 6 * 7) as answer:
    ...     answer.result()
    42
    """

    def __init__(self, work: Callable[[], Result], *, fork: bool = True) -> None:
        self._work = work
        self._children: dict[int, int] = {}
        self._results: list[Result] = []
        if not (fork and can_fork()):
            return
        reading, writing = os.pipe()
        pid = _fork()
        if pid == 0:
            _answer(iter((work,)), lambda work: work(), writing)
        os.close(writing)
        self._children[reading] = pid

    def __enter__(self) -> Aside[Result]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._children)

    def result(self) -> Result:
        """Return what the work returned, or raise what it raised."""
        if not self._results:
            self._results += _collect(self._children) if self._children else [self._work()]
        return self._results[0]


def _fork() -> int:
    """Fork; a signal to the child waits until the child answers it in its own way, never in its parent's."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told as well, and ends its workers
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        return pid
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _wide_pipe() -> tuple[int, int]:
    """Make a pipe that takes a whole result at once, where the system lets us: so no worker waits for its reader."""
    reading, writing = os.pipe()
    if sys.platform == "linux":
        with suppress(OSError):  # a system may allow less
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 1 << 20)
    return reading, writing


def _filled(numbers: Sequence[int]) -> int:
    taking, giving = os.pipe()
    os.write(giving, b"".join(map(_NUMBER.pack, numbers)))
    os.close(giving)
    return taking


def _be_worker(tasks: Sequence[Any], work: Callable[[Any], Any], shares: Sequence[int], writing: int) -> None:
    """Take the tasks of one share, then what others left of theirs; never returns."""

    def taken() -> Iterator[Any]:
        for share in shares:
            while data := os.read(share, _NUMBER.size):
                yield tasks[_NUMBER.unpack(data)[0]]

    _answer(taken(), work, writing)


def _answer(tasks: Iterator[Any], work: Callable[[Any], Any], writing: int) -> None:
    """Write the result of every task into a pipe, or the first error; end the process."""
    code = 0
    try:
        for task in tasks:
            _send(writing, _DONE, work(task))
    except BaseException as error:  # whatever it is, the parent raises it
        code = 1
        try:
            _send(writing, _FAILED, error)
        except Exception:  # an error that cannot be pickled is told by its text
            _send(writing, _FAILED, MirldError(f"{type(error).__name__}: {error}"))
    finally:
        os._exit(code)


def _send(pipe: int, kind: int, value: object) -> None:
    body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    for part in (_FRAME.pack(kind, len(body)), body):
        data = memoryview(part)
        while data:
            data = data[os.write(pipe, data) :]


def _collect(children: dict[int, int]) -> Iterator[Any]:
    """Give the results of children, a pipe and a process each, until all have ended."""
    with selectors.DefaultSelector() as selector:
        for reading in children:
            selector.register(reading, selectors.EVENT_READ)
        while children:
            for key, _ in selector.select():
                reading = key.fd
                head = _read(reading, _FRAME.size)
                kind, length = _FRAME.unpack(head) if head else (_DONE, 0)
                body = _read(reading, length)
                if body:
                    value = pickle.loads(body)  # noqa: S301  # our own worker wrote it
                    if kind == _FAILED:
                        raise value
                    yield value
                    continue
                selector.unregister(reading)
                os.close(reading)
                _, status = os.waitpid(children.pop(reading), 0)
                if status:
                    raise MirldError(f"a worker process ended early, with status {os.waitstatus_to_exitcode(status)}")


def _read(pipe: int, size: int) -> bytearray:
    """Read so many bytes, waiting for them; none when the other end is closed."""
    data = bytearray(size)
    rest = memoryview(data)
    while rest:
        count = os.readv(pipe, (rest,))
        if not count:
            return bytearray()
        rest = rest[count:]
    return data


def _end(children: dict[int, int]) -> None:
    for reading, pid in children.items():
        os.close(reading)
        os.kill(pid, signal.SIGTERM)
    for pid in children.values():
        os.waitpid(pid, 0)
    children.clear()
