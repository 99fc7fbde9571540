"""A `mirld serve` that runs in a process of its own, and a client that says exactly what it sends."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

WAIT_SECONDS = 60


@dataclass(frozen=True)
class Answer:
    """One response: header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def type(self) -> str:
        """The Content-Type."""
        return self.headers.get("content-type", "")


class Served:
    """A running server; as a context it is ended with Ctrl-C when the block is left."""

    def __init__(self, *arguments: str, root: Path | None = None, temporary: Path | None = None) -> None:
        place = [] if root is None else ["--root", str(root)]
        environment = {**os.environ, "NO_COLOR": "1"}
        if temporary is not None:
            environment["TMPDIR"] = str(temporary)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mirld", *place, "serve", "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.match(r"http://(127\.0\.0\.1):(\d+)/", line)
        if found is None:
            self.process.kill()
            raise AssertionError(f"the server did not start: {line}{self.process.communicate()[1]}")
        self.host, self.port = found[1], int(found[2])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()

    def stop(self, number: signal.Signals = signal.SIGINT, *, group: bool = False) -> tuple[int, str]:
        """End the server by a signal, and give its exit code and all it said on stderr."""
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        try:
            _, stderr = self.process.communicate(timeout=WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return self.process.returncode, stderr

    def connect(self) -> http.client.HTTPConnection:
        """Open a connection that can be used for several requests."""
        return http.client.HTTPConnection(self.host, self.port, timeout=WAIT_SECONDS)

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        connection: http.client.HTTPConnection | None = None,
        **headers: str,
    ) -> Answer:
        """Send one request, follow nothing; `_` in a header's name stands for `-`."""
        used = connection or self.connect()
        used.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        found = used.getresponse()
        answer = Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        if connection is None:
            used.close()
        return answer

    def send(self, data: bytes, *, seconds: float = 10) -> bytes:
        """Send bytes as they are, and give what comes back until the server closes or says no more."""
        with socket.create_connection((self.host, self.port), timeout=seconds) as raw:
            raw.settimeout(seconds)
            try:
                raw.sendall(data)
                raw.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server may have had enough before all was sent
            received = b""
            try:
                while piece := raw.recv(65_536):
                    received += piece
            except ConnectionResetError:
                pass  # it closed with our bytes unread; what it said came before
            return received


def until(found: object, seconds: float = WAIT_SECONDS) -> None:
    """Wait until a function gives something true."""
    assert callable(found)
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)
