"""Bytes that no browser would send: nothing outside the site is read, and the server goes on."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serve.running import Served, until

SECRET = b"not for the world"


@pytest.fixture(scope="module")
def beside(built: Path) -> Iterator[Path]:
    """Write a file beside the folder of the site, where `../secret.txt` leads."""
    place = built.parent / "secret.txt"
    place.write_bytes(SECRET)
    yield place
    place.unlink()


def request(target: bytes, *headers: bytes, method: bytes = b"GET", version: bytes = b"HTTP/1.1") -> bytes:
    lines = [b" ".join((method, target, version)), b"Host: 127.0.0.1", b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def status(received: bytes) -> int:
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", received)
    assert found is not None, received[:200]
    return int(found[1])


TRAVERSALS = [
    b"/../secret.txt",
    b"/data/../../secret.txt",
    b"/%2e%2e/secret.txt",
    b"/%2e%2e%2fsecret.txt",
    b"/..%2fsecret.txt",
    b"/.%2e/secret.txt",
    b"/data/%2e%2e/%2e%2e/secret.txt",
    b"/%252e%252e/secret.txt",
    b"/..%5csecret.txt",
    b"/..\\secret.txt",
    b"/....//secret.txt",
    b"/./../secret.txt",
    b"//../secret.txt",
    b"/%00/../secret.txt",
    b"/..%00/secret.txt",
    b"/%c0%ae%c0%ae/secret.txt",
    b"/\xc0\xae\xc0\xae/secret.txt",
    b"/..;/secret.txt",
    b"/data/..%2f..%2fsecret.txt",
    b"../secret.txt",
    b"http://127.0.0.1/../secret.txt",
    b"file:///etc/passwd",
    b"/etc/passwd",
    b"//etc/passwd",
    b"/%2fetc%2fpasswd",
    b"/~root/.profile",
]


@pytest.mark.parametrize("target", TRAVERSALS)
def test_nothing_outside_the_site_is_read(server: Served, beside: Path, target: bytes) -> None:
    """Every way to write a parent folder or another root ends in an error or a redirect within the site."""
    received = server.send(request(target))
    assert status(received) in (301, 400, 404)
    assert SECRET not in received
    assert b"root:" not in received
    location = re.search(rb"\r\nLocation: ([^\r]*)", received)
    assert location is None or (location[1].startswith(b"/") and not location[1].startswith(b"//"))


def test_a_link_out_of_the_site_is_not_followed(server: Served, built: Path, beside: Path) -> None:
    """A symbolic link inside the folder that leads outside it gives nothing away."""
    place = built / "assets" / "leak.txt"
    place.symlink_to(beside)
    try:
        received = server.send(request(b"/assets/leak.txt"))
    finally:
        place.unlink()
    assert status(received) == 404
    assert SECRET not in received


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (request(b"/" + b"a" * 70_000), 414),
        (request(b"/?q=" + b"a" * 70_000), 414),
        (request(b"/", b"X: " + b"a" * 70_000), 431),
        (request(b"/", *(b"X-%d: 1" % number for number in range(200))), 431),
        (b"\r\n\r\n", None),
        (b"", None),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"GET / nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (request(b"/", method=b"BREW"), 501),
        (request(b"/", b"Content-Length: -5"), 413),
        (request(b"/", b"Content-Length: many"), 413),
        (request(b"/sparql", b"Content-Length: 99999999999999999999", method=b"POST"), 413),
        (request(b"/sparql", b"Transfer-Encoding: chunked", method=b"POST") + b"5\r\nASK{}\r\n0\r\n\r\n", 411),
        (request(b"http://127.0.0.1/data/SHA256SUMS"), 200),
        (request(b"http://127.0.0.1"), 303),
        (request(b"/resolve?q=https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0"), 200),
        (request(b"/data/SHA256SUMS", version=b"HTTP/1.0"), 200),
        (request(b"*", method=b"OPTIONS"), 204),
        (request(b"/\xff\xfe"), 404),
        (request(b"/%ff%fe"), 400),
        (request(b"/%"), 404),
        (request(b"/%zz"), 404),
        (request(b"/" + b"a/" * 5_000), 404),
        (request(b"/" + b"a" * 5_000), 404),
        (request(b"/%0d%0aSet-Cookie:%20a=b"), 404),
        (request(b"//example.org/%2f.."), 400),
        (request(b"/model/unet/stable-diffusion-xl/base?%0d%0aSet-Cookie:%20a=b"), 303),
    ],
    ids=lambda value: None if isinstance(value, bytes) else str(value),
)
def test_a_strange_request_gets_an_answer_and_the_server_goes_on(
    server: Served, data: bytes, expected: int | None
) -> None:
    """Too long, too many, malformed, of another protocol or method: each has its status, none a way in."""
    received = server.send(data)
    if expected is None:
        assert received == b"" or status(received) == 400
    else:
        assert status(received) == expected
    assert b"\r\nset-cookie:" not in received.lower()
    assert server.ask("/data/SHA256SUMS").status == 200


def test_a_redirect_stays_on_this_host(server: Served) -> None:
    """Two slashes at the front of an address would name another host in a Location."""
    for target in (b"//example.org", b"///example.org/", b"//example.org//", b"/%2f/example.org", b"/\\example.org/"):
        received = server.send(request(target))
        location = re.search(rb"\r\nLocation: ([^\r]*)", received)
        assert location is None or re.match(rb"/[^/\\]", location[1]), target


def test_a_reader_that_goes_away_is_no_trouble(server: Served) -> None:
    """Connections closed half-way, in the request or in the answer, leave nothing behind on stderr."""
    for data in (
        b"GET /data/mirld.nq HTTP/1.1\r\n",
        request(b"/data/mirld.nq"),
        b"POST /sparql HTTP/1.1\r\nConte",
    ):
        with socket.create_connection((server.host, server.port)) as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            raw.sendall(data)
    assert server.ask("/data/SHA256SUMS").status == 200


def test_many_readers_are_answered_at_once(server: Served) -> None:
    """Two hundred connections opened together, then forty readers with several requests each: all get theirs."""
    idle = [socket.create_connection((server.host, server.port), timeout=20) for _ in range(200)]
    for raw in idle:
        raw.sendall(request(b"/data/SHA256SUMS"))
    assert {status(raw.recv(65_536)) for raw in idle} == {200}
    for raw in idle:
        raw.close()
    paths = ["/", "/model/unet/stable-diffusion-xl/base/", "/resolve?q=clip-l", "/sparql?query=ASK%7B%7D", "/nothing"]
    expected = {path: server.ask(path).body for path in paths}
    wrong: list[str] = []

    def read() -> None:
        connection = server.connect()
        answers = ((path, server.ask(path, connection=connection).body) for path in paths * 2)
        wrong.extend(path for path, body in answers if body != expected[path])

    readers = [threading.Thread(target=read) for _ in range(40)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert wrong == []


def test_a_slow_reader_holds_nobody_up(server: Served) -> None:
    """One that sends its request byte by byte is waited for by nobody else."""
    with socket.create_connection((server.host, server.port), timeout=20) as slow:
        for byte in request(b"/data/SHA256SUMS")[:-1]:
            slow.sendall(bytes([byte]))
        until(lambda: server.ask("/data/SHA256SUMS").status == 200, seconds=5)
        slow.sendall(b"\n")
        assert status(slow.recv(65_536)) == 200
