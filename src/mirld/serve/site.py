"""A folder of pages as responses: negotiation, validators, redirects. No sockets."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote, unquote

from mirld.errors import IdError
from mirld.ids import MirId
from mirld.serve.negotiation import RESOURCE_FORMS, Representation, choose
from mirld.vocab import DEFAULT_BASE

_TYPES: dict[str, str] = {
    **{f".{form.ending}": form.content_type for form in RESOURCE_FORMS},
    ".abnf": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".gz": "application/gzip",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".nq": "application/n-quads",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".trig": "application/trig",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}
ALLOWED = "GET, HEAD, OPTIONS"
"""Methods that pages and files answer."""
SENT = "Accept, Content-Type, If-None-Match"
"""Headers that a page of another origin may send."""
EXPOSED = "Content-Location, ETag, Link, Location, Vary"
"""Headers that a page of another origin may read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: `path` still percent-encoded and without the query, header names in lower case."""

    method: str = "GET"
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One response; `headers` are in the order they are sent."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the value of a header, or None."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), None)


class Site:
    """Answers requests for a built site. `find_target` maps an id text to the path of its page, when it has one."""

    def __init__(
        self,
        root: Path,
        *,
        base: str = DEFAULT_BASE,
        find_target: Callable[[str], str | None] | None = None,
    ) -> None:
        self._root = root.resolve()
        self._base = base
        self._find_target = find_target
        self._etags: dict[tuple[str, int, int], str] = {}

    def respond(self, request: Request) -> Response:
        """Answer a request for a page or a file."""
        if request.method == "OPTIONS":
            return finish(request, preflight(ALLOWED))
        if request.method not in ("GET", "HEAD"):
            message = plain(405, f"this page can only be read: {request.method}")
            return finish(request, replace(message, headers=(*message.headers, ("Allow", ALLOWED))))
        return finish(request, self._get(request))

    def _get(self, request: Request) -> Response:
        try:
            path = unquote(request.path, errors="strict")
        except UnicodeDecodeError:
            return plain(400, "the path is no UTF-8")
        segments = [segment for segment in path.split("/") if segment]
        if any(segment in (".", "..") or "\\" in segment or "\0" in segment for segment in segments):
            return plain(400, "the path leaves the site")
        if "//" in path:
            named = self._named(path.strip("/"))  # mir://… is a spelling of an id
            plain_path = "/".join(segments) + ("/" if path.endswith("/") else "")
            return redirect(301, quote("/" + (named or plain_path)), request)
        place = self._root.joinpath(*segments)
        try:
            inside = place.resolve().is_relative_to(self._root)  # a link in the folder may lead out of it
            if inside and (place / "index.html").is_file():
                return self._page(request, place, path)
            if inside and place.is_file() and not path.endswith("/"):
                return self._file(request, place, _type_of(place), ())
        except OSError:
            pass  # no file can have so long a name
        return self._elsewhere(request, path)

    def _page(self, request: Request, folder: Path, path: str) -> Response:
        forms = [form for form in RESOURCE_FORMS if (folder / f"index.{form.ending}").is_file()]
        form = choose(request.headers.get("accept"), forms)
        vary = ("Vary", "Accept")
        if form is None:
            offered = "\n".join(f"{found.media_type} {quote(path.rstrip('/'))}/index.{found.ending}" for found in forms)
            answer = plain(406, f"this page has these forms:\n{offered}")
            return replace(answer, headers=(*answer.headers, vary, *_alternates(path, forms)))
        location = quote(path.rstrip("/")) + f"/index.{form.ending}"
        if not path.endswith("/"):
            # The IRI names the thing; the page about it is another address, under which its relative links hold.
            target = quote(path) + "/" if form.ending == "html" else location
            answer = redirect(303, target, request)
            return replace(answer, headers=(*answer.headers, vary, *_alternates(path, forms)))
        extra = (vary, ("Content-Location", location), *_alternates(path, forms))
        return self._file(request, folder / f"index.{form.ending}", form.content_type, extra)

    def _file(self, request: Request, place: Path, content_type: str, extra: tuple[tuple[str, str], ...]) -> Response:
        try:
            body = place.read_bytes()
            status = place.stat()
        except OSError as error:
            return plain(500, f"the file cannot be read: {error.strerror}")
        key = (str(place), status.st_mtime_ns, status.st_size)
        etag = self._etags.get(key)
        if etag is None:
            etag = self._etags[key] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = (("Content-Type", content_type), ("ETag", etag), ("Cache-Control", "no-cache"), *extra)
        if _matches(request.headers.get("if-none-match"), etag):
            return Response(status=304, headers=headers[1:])
        return Response(status=200, headers=headers, body=body)

    def _elsewhere(self, request: Request, path: str) -> Response:
        """Answer for a path that is no file: another spelling of an id is redirected, the rest is not found."""
        target = self._named(path.strip("/"))
        if target is not None:
            return redirect(301, quote("/" + target), request)
        page = self._root / "404.html"
        if page.is_file() and choose(request.headers.get("accept"), RESOURCE_FORMS[:1]) is not None:
            body = page.read_bytes()
            return Response(
                status=404, headers=(("Content-Type", "text/html; charset=utf-8"), ("Vary", "Accept")), body=body
            )
        answer = plain(404, f"nothing is known of {path}")
        return replace(answer, headers=(*answer.headers, ("Vary", "Accept")))

    def _named(self, name: str) -> str | None:
        """Path of what a name means that is no path itself."""
        if not name:
            return None
        target = self._find_target(name) if self._find_target is not None else None
        return target.strip("/") if target is not None else self._spelled_otherwise(name)

    def _spelled_otherwise(self, name: str) -> str | None:
        try:
            found = MirId.find(name)
        except IdError:
            return None
        try:
            there = (self._root / found.file_path / "index.html").is_file()
        except OSError:
            return None  # no file can have so long a name
        return found.path if there and found.path != name else None


def finish(request: Request, response: Response) -> Response:
    """Add what every answer carries: CORS, its length, no body for HEAD; said once, so never doubled."""
    headers = [
        *response.headers,
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", EXPOSED),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if response.status not in (204, 304):
        headers.append(("Content-Length", str(len(response.body))))
    body = b"" if request.method == "HEAD" or response.status in (204, 304) else response.body
    return Response(status=response.status, headers=tuple(headers), body=body)


def preflight(methods: str) -> Response:
    """Answer OPTIONS: the methods, and the headers that a page of another origin may send."""
    return Response(
        status=204,
        headers=(
            ("Allow", methods),
            ("Access-Control-Allow-Methods", methods),
            ("Access-Control-Allow-Headers", SENT),
            ("Access-Control-Max-Age", "86400"),
        ),
    )


def plain(status: int, message: str) -> Response:
    """Answer with a line of text."""
    return Response(
        status=status, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=(message + "\n").encode()
    )


def as_json(document: object) -> Response:
    """Answer with JSON."""
    body = json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"
    return Response(status=200, headers=(("Content-Type", "application/json"),), body=body)


def redirect(status: int, target: str, request: Request) -> Response:
    """Send the reader to another path, with the query it came with."""
    location = f"{target}?{request.query}" if request.query else target
    answer = plain(status, f"see {location}")
    return replace(answer, headers=(*answer.headers, ("Location", location)))


def _alternates(path: str, forms: list[Representation]) -> tuple[tuple[str, str], ...]:
    folder = quote(path.rstrip("/"))
    links = [f'<{folder}/index.{form.ending}>; rel="alternate"; type="{form.media_type}"' for form in forms]
    return (("Link", ", ".join(links)),)


def _type_of(place: Path) -> str:
    return _TYPES.get(place.suffix, "text/plain; charset=utf-8" if not place.suffix else "application/octet-stream")


def _matches(header: str | None, etag: str) -> bool:
    if header is None:
        return False
    return header.strip() == "*" or etag in [one.strip().removeprefix("W/") for one in header.split(",")]
