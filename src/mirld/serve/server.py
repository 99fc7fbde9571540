"""Sockets: a threading server over `Site` and `sparql`, with an optional watch that rebuilds and reloads."""

from __future__ import annotations

import re
import sys
import threading
import time
import traceback
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from mirld.errors import UnreachableError
from mirld.serve.site import Request, Response, Site, finish, plain

MAX_BODY_BYTES = 1_000_000
"""A larger request body is refused before it is read."""

_DRAIN_SECONDS = 1.0

RELOAD_PATH = "/-/reload"
_RELOAD_SCRIPT = b"const events = new EventSource('/-/reload');\nevents.onmessage = () => location.reload();\n"
_SCRIPT_TAG = b'<script src="/-/reload.js"></script></body>'

# The absolute form of a request target: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
_ABSOLUTE = re.compile(r"^https?://[^/?]*", re.IGNORECASE)

Route = Callable[[Request], Response]


class Reloader:
    """Tells open pages to load again. `changed()` is called after each rebuild."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._version = 0

    def changed(self) -> None:
        """Wake every page that waits."""
        with self._condition:
            self._version += 1
            self._condition.notify_all()

    def wait(self, seen: int, seconds: float) -> int:
        """Return the version after `seen`, or `seen` when nothing happened within `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._version != seen, timeout=seconds)
            return self._version

    @property
    def version(self) -> int:
        """How often pages were told to load again."""
        return self._version


class Server(ThreadingHTTPServer):
    """Serves `site`; `routes` maps exact paths, such as `/sparql`, to functions that answer instead."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128  # with the 5 of the standard library a browser's burst waits for seconds

    def __init__(
        self,
        host: str,
        port: int,
        *,
        site: Callable[[], Site],
        routes: dict[str, Route],
        reloader: Reloader | None = None,
    ) -> None:
        self.site = site
        self.routes = routes
        self.reloader = reloader
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise UnreachableError(
                f"cannot listen on {host}:{port}: {error.strerror}", hint="choose another port with --port"
            ) from error

    def handle_error(self, request: object, client_address: object) -> None:
        """Print what went wrong in the server itself; a reader that went away is no trouble."""
        if not isinstance(sys.exception(), ConnectionError):
            traceback.print_exc()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # else what is malformed gets an answer without a status line
    server_version = "mirld"
    sys_version = ""
    server: Server
    # Headers and body leave in one piece: sent apart, each answer waits 40 ms for the reader's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def _answer(self) -> None:
        try:
            self._respond()
        except ConnectionError:
            raise
        except Exception:  # whatever it is, this reader is told, and the others are answered as before
            traceback.print_exc()
            self.close_connection = True
            self._send(finish(Request(path=self.path), plain(500, "this is a bug in mirld")))

    def _respond(self) -> None:
        path, _, query = _ABSOLUTE.sub("", self.path).partition("?")
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        request = Request(
            method=self.command,
            path=path,
            query=query,
            headers={name.lower(): value for name, value in self.headers.items()},
        )
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(finish(request, plain(411, "a body needs its Content-Length")))
            self._drain()
            return
        if not 0 <= length <= MAX_BODY_BYTES:
            self.close_connection = True
            self._send(finish(request, plain(413, f"the body is longer than {MAX_BODY_BYTES} bytes")))
            self._drain()
            return
        body = self.rfile.read(length) if length else b""
        request = Request(method=request.method, path=path, query=query, headers=request.headers, body=body)
        if self.server.reloader is not None and path in (RELOAD_PATH, RELOAD_PATH + ".js"):
            self._reload(path, self.server.reloader)
            return
        route = self.server.routes.get(path.rstrip("/") or "/")
        self._send(route(request) if route is not None else self._with_reload(self.server.site().respond(request)))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _answer  # noqa: N815 - names http.server calls

    def _drain(self) -> None:
        """Take what comes of a refused body, for a while: a connection closed before that loses the answer as well."""
        end = time.monotonic() + _DRAIN_SECONDS
        self.connection.settimeout(_DRAIN_SECONDS)
        try:
            while time.monotonic() < end and self.connection.recv(65_536):
                pass
        except OSError:
            return  # the reader went away, or waits for our end

    def _with_reload(self, response: Response) -> Response:
        html = (response.header("Content-Type") or "").startswith("text/html")
        if self.server.reloader is None or not html or not response.body:
            return response
        body = response.body.replace(b"</body>", _SCRIPT_TAG)
        headers = tuple(
            (name, str(len(body)) if name == "Content-Length" else value) for name, value in response.headers
        )
        return Response(status=response.status, headers=headers, body=body)

    def _reload(self, path: str, reloader: Reloader) -> None:
        if path.endswith(".js"):
            headers = (("Content-Type", "text/javascript"), ("Content-Length", str(len(_RELOAD_SCRIPT))))
            self._send(Response(status=200, headers=headers, body=_RELOAD_SCRIPT))
            return
        self.close_connection = True
        self._send(Response(status=200, headers=(("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"))))
        seen = reloader.version
        try:
            while True:
                version = reloader.wait(seen, 15)
                self.wfile.write(b": still here\n\n" if version == seen else b"data: changed\n\n")
                self.wfile.flush()
                seen = version
        except OSError:
            return  # the page was closed

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        try:
            self.end_headers()
            self.wfile.write(response.body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True  # the reader went away

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the standard library gives it
        if sys.stderr.isatty():
            sys.stderr.write(f"{self.log_date_time_string()} {format % args}\n")


def watch(
    changes: Callable[[], object], rebuild: Callable[[], None], *, since: object, seconds: float = 0.5
) -> threading.Thread:
    """Call `rebuild` whenever the value of `changes` differs from what it was, first from `since`.

    Returns the started thread.
    """

    def look() -> None:
        seen = since
        while True:
            time.sleep(seconds)
            now = changes()
            if now != seen:
                seen = now
                rebuild()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    return thread


def first(query: str, name: str) -> str | None:
    """Return the first value of a query parameter, or None."""
    return next(iter(parse_qs(query, keep_blank_values=True).get(name, [])), None)
