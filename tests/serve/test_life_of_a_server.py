"""A server starts, follows the files it serves, and ends without leaving anything behind."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from tests.conftest import digests
from tests.serve.running import Served, until

PAGE = "/model/unet/orrery/base/"


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Make an empty folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def orrery(small: Path) -> Path:
    return small / "data" / "curated" / "unet" / "orrery.ttl"


def replace(path: Path, old: str, new: str) -> None:
    """Change a text of a file, as an editor does: a new file takes the place of the old one."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    changed = path.with_name(f".{path.name}.swp")
    changed.write_text(text.replace(old, new), encoding="utf-8")
    changed.replace(path)


def shows(served: Served, words: str) -> bool:
    return words.encode() in served.ask(PAGE).body


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("watching", [False, True])
def test_a_server_that_is_ended_leaves_nothing(
    small: Path, temporary: Path, number: signal.Signals, watching: bool
) -> None:
    """Exit code 0, one word, and no temporary folder, with open connections and without."""
    with Served(*["--watch"] * watching, root=small, temporary=temporary) as served:
        assert shows(served, "Orrery base")
        assert len(list(temporary.iterdir())) == 1
        kept = served.connect()
        assert served.ask(PAGE, connection=kept).status == 200
        assert served.stop(number) == (0, "stopped\n")
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_ended_while_it_builds_leaves_nothing(temporary: Path, number: signal.Signals) -> None:
    """Before it answers anything, while the real registry is built: exit code 130."""
    process = subprocess.Popen(
        [sys.executable, "-m", "mirld", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(temporary)},
    )
    until(lambda: list(temporary.glob("*/.site*/api")))
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout, stderr.strip()) == (130, "", "interrupted")
    assert list(temporary.iterdir()) == []


def test_a_server_ended_while_it_builds_again_leaves_nothing(small: Path, temporary: Path) -> None:
    """A change has just been seen and the site is being made when Ctrl-C comes, at several moments."""
    for delay in (0.0, 0.05):
        with Served("--watch", root=small, temporary=temporary) as served:
            replace(orrery(small), '"Orrery', '"Orrery ')
            until(lambda: list(temporary.glob("*/.site-2.staging-*")) or list(temporary.glob("*/site-2")), 10)
            time.sleep(delay)
            code, stderr = served.stop(group=True)
        assert (code, stderr) == (0, "stopped\n")
        time.sleep(0.2)
        assert list(temporary.iterdir()) == []


def test_a_site_that_was_built_before_is_served_and_kept(small: Path, built: Path, temporary: Path) -> None:
    """With --site nothing is built, no temporary folder is made, and the folder stays as it is."""
    before = digests(built / "data")
    with Served("--site", str(built), temporary=temporary) as served:
        assert served.ask("/data/SHA256SUMS").body == (built / "data" / "SHA256SUMS").read_bytes()
        assert list(temporary.iterdir()) == []
        assert served.stop()[0] == 0
    assert digests(built / "data") == before


def test_a_change_is_served_without_a_pause(small: Path, temporary: Path) -> None:
    """A page, a query and a look-up show it; not one reader in between gets anything but a whole page."""
    with Served("--watch", root=small, temporary=temporary) as served:
        assert shows(served, "Orrery base")
        done = threading.Event()
        seen: list[tuple[int, bool]] = []

        def read() -> None:
            connection = served.connect()
            while not done.is_set():
                answer = served.ask(PAGE, connection=connection)
                seen.append((answer.status, answer.body.endswith(b"</html>\n")))

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        try:
            for old, new in (("Orrery base", "Planetarium"), ("Planetarium", "Armillary"), ("Armillary", "Astrolabe")):
                replace(orrery(small), f'"{old}"', f'"{new}"')
                until(partial(shows, served, new), 30)
        finally:
            done.set()
            for reader in readers:
                reader.join()
        assert len(seen) > 50
        assert {what for what in seen if what != (200, True)} == set()
        assert json.loads(served.ask("/resolve?q=Astrolabe").body)["candidates"]
        query = "/sparql?query=ASK%20%7B%3Fs%20rdfs:label%20%22Astrolabe%22@en%7D"
        assert json.loads(served.ask(query).body)["boolean"] is True
        assert served.stop() == (0, "stopped\n")
    assert list(temporary.iterdir()) == []


def test_an_open_page_is_told_to_load_again(small: Path) -> None:
    """Every page carries the script, which listens to a stream that says when something changed."""
    with Served("--watch", root=small) as served:
        assert b'<script src="/-/reload.js"></script></body>' in served.ask(PAGE).body
        assert served.ask("/-/reload.js").type == "text/javascript"
        with socket.create_connection((served.host, served.port), timeout=30) as raw:
            raw.sendall(b"GET /-/reload HTTP/1.1\r\nHost: x\r\n\r\n")
            received = raw.recv(65_536)
            assert b"text/event-stream" in received
            replace(small / "site" / "static" / "site.css", "{", "{ ")
            while b"data: changed" not in received:
                piece = raw.recv(65_536)
                assert piece, received
                received += piece
        assert served.stop() == (0, "stopped\n")
    with Served(root=small) as served:
        assert b"/-/reload" not in served.ask(PAGE).body
        assert served.ask("/-/reload.js").status == 404


@pytest.mark.parametrize("kind", ["turtle", "undefined", "dangling"])
def test_a_broken_file_is_said_and_the_last_site_served(small: Path, temporary: Path, kind: str) -> None:
    """One line with the place; pages, queries and look-ups go on as before; mending the file shows the new state."""
    broken = {
        "turtle": (orrery(small), b"<a> <b>"),
        "undefined": (small / "site" / "templates" / "pages" / "home.html", b"{{ nobody_knows }}"),
        "dangling": (small / "data" / "curated" / "new.ttl", None),
    }
    path, data = broken[kind]
    before = path.read_bytes() if path.exists() else None
    with Served("--watch", root=small, temporary=temporary) as served:
        if data is None:
            path.symlink_to("nowhere.ttl")
            (small / "data" / "curated" / "touched.txt").write_text("so that the watch sees something")
        else:
            path.write_bytes(data)
        assert served.process.stderr is not None
        said = served.process.stderr.readline()
        assert path.relative_to(small).as_posix() in said
        assert "Traceback" not in said
        assert shows(served, "Orrery base")
        assert served.ask("/resolve?q=orrery").status == 200
        assert served.ask("/sparql?query=ASK%7B%7D").status == 200
        path.unlink()
        if before is not None:
            path.write_bytes(before)
        replace(orrery(small), '"Orrery base"', '"Orrery mended"')
        until(lambda: shows(served, "Orrery mended"), 30)
        code, rest = served.stop()
        assert (code, rest.splitlines()[-1]) == (0, "stopped")
    assert list(temporary.iterdir()) == []


def test_a_port_in_use_is_said(server: Served, built: Path, temporary: Path) -> None:
    """Exit code 4, one message with a hint, and no temporary folder left."""
    done = subprocess.run(
        [sys.executable, "-m", "mirld", "serve", "--site", str(built), "--port", str(server.port)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert done.stderr.startswith(f"error: cannot listen on 127.0.0.1:{server.port}: ")
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_host_that_is_not_there_is_said(built: Path) -> None:
    """A name that no system knows is a message, not a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "mirld", "serve", "--site", str(built), "--port", "0", "--host", "no.such.invalid"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 4
    assert done.stderr.startswith("error: cannot listen on no.such.invalid:0: ")
