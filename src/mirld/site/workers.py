"""The same work over forked processes: no copying of what was loaded, results in any order.

Task numbers lie in a pipe; each worker takes the next one when it is free. A worker ends when the pipe is empty, so
none outlives the tasks, even when the parent is killed.
"""

from __future__ import annotations

import gc
import os
import pickle
import selectors
import signal
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from mirld.errors import MirldError

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
    taking, giving = os.pipe()
    os.write(giving, b"".join(_NUMBER.pack(number) for number in range(len(tasks))))
    os.close(giving)
    # What is loaded stays shared only as long as nobody touches it, and the collector touches everything.
    gc.freeze()
    children: dict[int, int] = {}
    try:
        for _ in range(workers):
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                _be_worker(tasks, work, taking, writing)
            os.close(writing)
            children[reading] = pid
        yield from _collect(children)
    finally:
        os.close(taking)
        _end(children)
        gc.unfreeze()


def _be_worker(tasks: Sequence[Any], work: Callable[[Any], Any], taking: int, writing: int) -> None:
    """Take tasks until there are none; never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is told as well, and ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    code = 0
    try:
        while data := os.read(taking, _NUMBER.size):
            _send(writing, _DONE, work(tasks[_NUMBER.unpack(data)[0]]))
    except BaseException as error:  # whatever it is, the parent raises it
        code = 1
        try:
            _send(writing, _FAILED, error)
        except Exception:  # an error that cannot be pickled is told by its text
            _send(writing, _FAILED, MirldError(f"{type(error).__name__}: {error}"))
    finally:
        os._exit(code)


def _send(pipe: int, kind: int, value: object) -> None:
    body = pickle.dumps(value)
    data = memoryview(_FRAME.pack(kind, len(body)) + body)
    while data:
        data = data[os.write(pipe, data) :]


def _collect(children: dict[int, int]) -> Iterator[Any]:
    buffers = {reading: bytearray() for reading in children}
    with selectors.DefaultSelector() as selector:
        for reading in children:
            selector.register(reading, selectors.EVENT_READ)
        while buffers:
            for key, _ in selector.select():
                reading = key.fd
                data = os.read(reading, _PIPE)
                if data:
                    buffers[reading] += data
                    yield from _frames(buffers[reading])
                    continue
                selector.unregister(reading)
                del buffers[reading]
                os.close(reading)
                _, status = os.waitpid(children.pop(reading), 0)
                if status:
                    raise MirldError(f"a worker process ended early, with status {os.waitstatus_to_exitcode(status)}")


def _frames(buffer: bytearray) -> Iterator[Any]:
    while len(buffer) >= _FRAME.size:
        kind, length = _FRAME.unpack_from(buffer)
        if len(buffer) < _FRAME.size + length:
            return
        value = pickle.loads(bytes(buffer[_FRAME.size : _FRAME.size + length]))  # noqa: S301  # our own worker wrote it
        del buffer[: _FRAME.size + length]
        if kind == _FAILED:
            raise value
        yield value


def _end(children: dict[int, int]) -> None:
    for reading, pid in children.items():
        os.close(reading)
        os.kill(pid, signal.SIGTERM)
    for pid in children.values():
        os.waitpid(pid, 0)
    children.clear()
