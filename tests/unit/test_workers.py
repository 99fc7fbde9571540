"""Work over forked processes: every task once, errors told, nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from mirld.errors import InputError, MirldError
from mirld.workers import Aside, can_fork, run

pytestmark = pytest.mark.skipif(not can_fork(), reason="this system has no fork")

WAIT_SECONDS = 10


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("workers", [1, 2, 3, 64])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 100])
def test_every_task_is_done_once(workers: int, count: int) -> None:
    """However many there are, and however many to do them."""
    assert sorted(run(list(range(count)), lambda number: number * number, workers)) == [n * n for n in range(count)]


def test_who_is_done_takes_from_the_others() -> None:
    """One slow task keeps one process; the other does all the rest, that of the slow one's share included."""
    slow, tasks = 10, list(range(20))

    def work(task: int) -> tuple[int, int]:
        time.sleep(0.5 if task == slow else 0.005)
        return task, os.getpid()

    by_process: dict[int, list[int]] = {}
    for task, pid in run(tasks, work, 2):
        by_process.setdefault(pid, []).append(task)
    assert [slow] in by_process.values()


def test_results_larger_than_a_pipe_come_whole() -> None:
    """A result is sent in as many pieces as it needs."""
    sizes = [1, 70_000, 3_000_000]
    assert sorted(map(len, run(sizes, lambda size: b"x" * size, 2))) == sizes


def test_nobody_waits_for_a_reader() -> None:
    """A worker goes on with its share while this process is at a task, however much its results are."""
    parent, done = os.getpid(), []

    def work(task: int) -> tuple[int, float, bytes]:
        if os.getpid() == parent:
            time.sleep(0.5)
        return os.getpid(), time.monotonic(), b"x" * 3_000_000

    started = time.monotonic()
    for pid, when, body in run(list(range(8)), work, 2):
        done.append((pid, when - started, len(body)))
    others = [when for pid, when, _ in done if pid != parent]
    assert [size for _, _, size in done] == [3_000_000] * 8
    assert len(others) == 7
    assert max(others) < 0.5


def test_what_a_worker_raises_is_raised() -> None:
    """With file and hint; an error that does not pickle is told by its text."""

    def work(task: int) -> None:
        if task == 3:
            raise InputError("broken", file="data/x.ttl", line=7, hint="mend it")

    with pytest.raises(InputError) as caught:
        list(run(list(range(8)), work, 2))
    assert (caught.value.file, caught.value.line, caught.value.hint) == ("data/x.ttl", 7, "mend it")

    class LocalError(Exception):
        pass

    parent = os.getpid()

    def fail(task: int) -> None:
        if os.getpid() != parent:
            raise LocalError("only here")
        time.sleep(0.2)

    with pytest.raises(MirldError, match="LocalError: only here"):
        list(run([1, 2], fail, 2))


def test_a_worker_that_is_killed_is_noticed() -> None:
    """It is no result that nothing came."""
    parent = os.getpid()

    def work(task: int) -> int:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.2)
        return task

    with pytest.raises(MirldError, match="ended early"):
        list(run([1, 2], work, 2))


def test_whoever_stops_listening_leaves_no_worker() -> None:
    """An error between two results ends all workers."""

    def work(task: int) -> int:
        time.sleep(0.01)
        return os.getpid()

    pids: set[int] = set()

    def listen() -> None:
        for pid in run(list(range(1000)), work, 2):
            pids.add(pid)
            if len(pids) == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        listen()
    assert not any(map(is_running, pids - {os.getpid()}))


@pytest.mark.parametrize("fork", [True, False])
def test_what_is_done_aside_is_there_when_asked_for(fork: bool) -> None:
    """Asked twice it is the same, done once; without fork it is done here."""
    with Aside(lambda: [os.getpid()], fork=fork) as asked:
        found = asked.result()
        assert (found[0] == os.getpid()) is not fork
        assert asked.result() is found


@pytest.mark.parametrize("fork", [True, False])
def test_what_is_done_aside_in_steps_is_there_step_by_step(fork: bool) -> None:
    """Each result, however large, is there before the next step is done, and steps share what they made."""
    made: list[int] = []

    def step() -> tuple[int, bytes]:
        made.append(os.getpid())
        return len(made), bytes(3_000_000)

    def wait() -> tuple[int, bytes]:
        time.sleep(WAIT_SECONDS * 10)
        return 0, b""

    with Aside(step, step, wait, fork=fork) as asked:
        assert [asked.result(number) for number in range(2)] == [(1, bytes(3_000_000)), (2, bytes(3_000_000))]


@pytest.mark.parametrize("fork", [True, False])
def test_what_is_raised_aside_is_raised_when_asked_for(fork: bool) -> None:
    """Not before: nobody may ever ask."""

    def work() -> None:
        raise InputError("broken", file="site/templates/base.html")

    with Aside(work, fork=fork):
        pass
    with Aside(work, fork=fork) as asked, pytest.raises(InputError, match="broken"):
        asked.result()


def test_what_nobody_asks_for_is_ended() -> None:
    """Leaving the block does not wait for it."""
    reading, writing = os.pipe()

    def work() -> None:
        os.write(writing, os.getpid().to_bytes(8, "big"))
        time.sleep(WAIT_SECONDS * 10)

    started = time.monotonic()
    with Aside(work):
        pid = int.from_bytes(os.read(reading, 8), "big")
        assert is_running(pid)
    assert not is_running(pid)
    assert time.monotonic() - started < WAIT_SECONDS
    os.close(reading)
    os.close(writing)


def test_a_worker_ended_at_once_does_not_answer_as_its_parent_would() -> None:
    """However early a signal meets it: the parent's answer would be a traceback from the middle of the fork."""
    program = """
import signal, time
from mirld.workers import Aside
def interrupt(number, frame):
    raise KeyboardInterrupt
signal.signal(signal.SIGTERM, interrupt)
for _ in range(400):
    with Aside(lambda: time.sleep(60)):
        pass
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
