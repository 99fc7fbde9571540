"""Work over forked processes: no copying of what was loaded, results in any order.

`run` does many tasks: their numbers lie in pipes, one a worker, so that neighbours, which have much in common, are done
by one process; who has done his takes from the others. The parent is one of the workers. A worker ends when all pipes
are empty, so none outlives the tasks, even when the parent is killed. `Aside` does something beside whatever comes
next. Nobody waits for a reader: what a pipe does not take is sent after the next piece of work.
"""

from __future__ import annotations

import gc
import os
import pickle
import selectors
import signal
import struct
import sys
from collections import deque
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
    """Do `work` on each task, in so many processes, and give the results as they come.

    This process does all when `workers` is 1, or when this system cannot fork. What a worker raises is raised here.
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
    children: dict[int, _Mail] = {}
    try:
        for worker in range(1, workers):
            reading, writing = _wide_pipe()
            pid = _fork()
            if pid == 0:
                _answer(_taken(tasks, shares[worker:] + shares[:worker]), work, writing)
            os.close(writing)
            children[reading] = _Mail(pid)
        for task in _taken(tasks, shares):
            yield work(task)
            yield from _collect(children, wait=False)
        yield from _collect(children)
    finally:
        for share in shares:
            os.close(share)
        _end(children)
        gc.unfreeze()


def _taken(tasks: Sequence[Task], shares: Sequence[int]) -> Iterator[Task]:
    """Take the tasks of the first share, then what others left of theirs."""
    for share in shares:
        while data := os.read(share, _NUMBER.size):
            yield tasks[_NUMBER.unpack(data)[0]]


class Aside(Generic[Result]):
    """Work in a process of its own, forked at once, in one or several steps; `result` waits for that of a step.

    Without `fork`, and where this system has none, a step is done when its result is asked for. Leaving the block
    ends the process.

    >>> with Aside(lambda: 6 * 7) as answer:
    ...     answer.result()
    42
    """

    def __init__(self, *steps: Callable[[], Result], fork: bool = True) -> None:
        self._children: dict[int, _Mail] = {}
        self._last: list[Result] = []
        self._done = 0
        self._coming: Iterator[Result]
        if not (fork and can_fork()):
            self._coming = (step() for step in steps)
            return
        reading, writing = _wide_pipe()
        pid = _fork()
        if pid == 0:
            _answer(iter(steps), lambda step: step(), writing, wait=True)
        os.close(writing)
        self._children[reading] = _Mail(pid)
        self._coming = _collect(self._children)

    def __enter__(self) -> Aside[Result]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._children)

    def result(self, step: int = 0) -> Result:
        """Return what a step returned, or raise what it, or one before it, raised; only the latest is kept."""
        while self._done <= step:
            self._last = [next(self._coming)]
            self._done += 1
        return self._last[0]


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


def _answer(tasks: Iterator[Any], work: Callable[[Any], Any], writing: int, *, wait: bool = False) -> None:
    """Write the result of every task into a pipe, or the first error; end the process.

    With `wait`, all of a result is sent before the next task is begun: somebody waits for it.
    """
    code = 0
    try:
        outgoing = _Outgoing(writing)
        try:
            for task in tasks:
                outgoing.send(_DONE, work(task))
                if wait:
                    outgoing.finish()
        except BaseException as error:  # whatever it is, the parent raises it
            code = 1
            try:
                outgoing.send(_FAILED, error)
            except Exception:  # an error that cannot be pickled is told by its text
                outgoing.send(_FAILED, MirldError(f"{type(error).__name__}: {error}"))
        outgoing.finish()
    except BaseException:
        code = 1
    finally:
        os._exit(code)


class _Outgoing:
    """What is sent through a pipe: as much as it takes at once, the rest when more is sent, and at the end."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._waiting: deque[memoryview] = deque()
        os.set_blocking(pipe, False)

    def send(self, kind: int, value: object) -> None:
        body = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        self._waiting += memoryview(_FRAME.pack(kind, len(body))), memoryview(body)
        with suppress(BlockingIOError):
            self._write()

    def finish(self) -> None:
        os.set_blocking(self._pipe, True)
        self._write()

    def _write(self) -> None:
        while self._waiting:
            data = self._waiting[0]
            rest = data[os.write(self._pipe, data) :]
            if rest:
                self._waiting[0] = rest
            else:
                self._waiting.popleft()


class _Mail:
    """What came of the next result of a child, and its process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._kind: int | None = None
        self._expect(_FRAME.size)

    def _expect(self, size: int) -> None:
        self._data = bytearray(size)
        self._rest = memoryview(self._data)

    def read(self, pipe: int) -> Iterator[tuple[int, Any]]:
        """Read what there is, and give what is whole by it: its kind and value. Raises EOFError at the end."""
        count = os.readv(pipe, (self._rest,))
        if not count:
            raise EOFError
        self._rest = self._rest[count:]
        if self._rest:
            return
        data, kind = self._data, self._kind
        if kind is None:
            self._kind, size = _FRAME.unpack(data)
            self._expect(size)
        else:
            self._kind = None
            self._expect(_FRAME.size)
            yield kind, pickle.loads(data)  # noqa: S301  # our own worker wrote it


def _collect(children: dict[int, _Mail], *, wait: bool = True) -> Iterator[Any]:
    """Give the results of children, by the pipe each writes to, until all have ended; or only what is there."""
    with selectors.DefaultSelector() as selector:
        for reading in children:
            selector.register(reading, selectors.EVENT_READ)
        while children:
            ready = selector.select(None if wait else 0)
            if not ready:
                return
            for key, _ in ready:
                reading = key.fd
                try:
                    for kind, value in children[reading].read(reading):
                        if kind == _FAILED:
                            raise value
                        yield value
                except EOFError:
                    selector.unregister(reading)
                    os.close(reading)
                    _, status = os.waitpid(children.pop(reading).pid, 0)
                    if status:
                        code = os.waitstatus_to_exitcode(status)
                        raise MirldError(f"a worker process ended early, with status {code}") from None


def _end(children: dict[int, _Mail]) -> None:
    for reading, child in children.items():
        os.close(reading)
        os.kill(child.pid, signal.SIGTERM)
    for child in children.values():
        os.waitpid(child.pid, 0)
    children.clear()
