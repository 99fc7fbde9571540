"""A build that is stopped half-way: the old site stays whole, nothing is left beside it, one line says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.conftest import copy_small, digests

from mirld.site.output import MARKER

WAIT_SECONDS = 30


def old_site(folder: Path) -> dict[str, str]:
    """Make what looks like a site that was built before, and give its digests."""
    (folder / "model").mkdir(parents=True)
    (folder / MARKER).write_bytes(b"")
    (folder / "index.html").write_text("the old site", encoding="utf-8")
    (folder / "model" / "index.html").write_text("an old page", encoding="utf-8")
    return digests(folder)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a registry that takes seconds to write, however large the real one is: the small one with 3,000 entries."""
    root = copy_small(tmp_path_factory.mktemp("crowded") / "registry")
    text = (root / "data" / "curated" / "unet" / "orrery.ttl").read_text(encoding="utf-8")
    prefixes, blank, entries = text.partition("\n\n")
    crowd = [entries.replace("/unet/orrery", f"/unet/orrery-{number}") for number in range(1_000)]
    (root / "data" / "curated" / "unet" / "crowd.ttl").write_text(prefixes + blank + "\n".join(crowd), encoding="utf-8")
    return root


def start(root: Path, out: Path, workers: int) -> subprocess.Popen[str]:
    """Start to build a registry in a process group of its own, and return once it writes."""
    command = [sys.executable, "-m", "mirld", "--root", str(root), "build", "--no-check"]
    process = subprocess.Popen(
        [*command, "--out", str(out), "--workers", str(workers)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    staging = out.parent / f".{out.name}.staging-{process.pid}"
    end = time.monotonic() + WAIT_SECONDS
    while not (staging / "api").is_dir():
        assert process.poll() is None, "the build ended before it could be stopped"
        assert time.monotonic() < end
        time.sleep(0.005)
    return process


def processes_of(group: int) -> list[int]:
    """List the processes that still run in a group."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                fields = (place / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended while we looked
            if int(fields[2]) == group and fields[0] != "Z":
                found.append(int(place.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are listed from /proc, which is not here")
@pytest.mark.parametrize(
    ("number", "whole_group", "workers", "delay"),
    [
        (signal.SIGINT, True, 2, 0.0),
        (signal.SIGINT, True, 2, 0.7),
        (signal.SIGINT, True, 1, 0.4),
        (signal.SIGINT, False, 2, 0.3),
        (signal.SIGTERM, False, 2, 0.5),
        (signal.SIGTERM, False, 1, 0.1),
        (signal.SIGTERM, True, 2, 0.2),
    ],
)
def test_a_stopped_build_changes_nothing(
    tmp_path: Path, crowded: Path, number: signal.Signals, whole_group: bool, workers: int, delay: float
) -> None:
    """Ctrl-C, which reaches the workers too, or a signal to the program alone, at whatever moment."""
    out = tmp_path / "site"
    before = old_site(out)
    process = start(crowded, out, workers)
    time.sleep(delay)
    if whole_group:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    stdout, stderr = process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, stdout, stderr.strip()) == (130, "", "interrupted")
    assert digests(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site"]
    assert processes_of(process.pid) == []


def test_what_a_killed_build_left_is_cleaned_up(tmp_path: Path, crowded: Path, small: Path) -> None:
    """A build that could not even clean up is cleaned up after by the next one of the same folder."""
    out = tmp_path / "site"
    before = old_site(out)
    process = start(crowded, out, 2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=WAIT_SECONDS)
    assert digests(out) == before
    assert (tmp_path / f".site.staging-{process.pid}").is_dir()
    done = subprocess.run(
        [sys.executable, "-m", "mirld", "--root", str(small), "build", "--out", str(out), "--no-check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["registry", "site"]
    assert (out / "model" / "unet" / "orrery" / "base" / "index.html").is_file()


def test_a_build_killed_between_the_two_renames_is_put_right(tmp_path: Path, small: Path) -> None:
    """The former site, moved aside by a dead process, comes back even when the next build fails."""
    former = tmp_path / ".site.former-999999999"
    before = old_site(former)
    (small / "data" / "curated" / "unet" / "orrery.ttl").write_text("<a> <b>", encoding="utf-8")
    command = [sys.executable, "-m", "mirld", "--root", str(small), "build", "--no-check"]
    done = subprocess.run([*command, "--out", str(tmp_path / "site")], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    (small / "data" / "curated" / "unet" / "orrery.ttl").unlink()
    (small / "site" / "templates" / "pages" / "home.html").write_text("{{ nobody_knows }}", encoding="utf-8")
    done = subprocess.run([*command, "--out", str(tmp_path / "site")], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert digests(tmp_path / "site") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["registry", "site"]
