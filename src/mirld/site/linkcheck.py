"""Every link of a built site leads somewhere, and every page can be reached from another.

Only the folder is read: nothing here asks the web. Links of another host or scheme are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from mirld.errors import InputError

_INDEX = "index.html"
# A page for what is not there is shown by the host, not reached by a link.
_UNLINKED = frozenset({"404.html"})
_CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
_REFRESH = re.compile(r"\s*[0-9.]+\s*[;,]\s*url\s*=\s*(.*)", re.IGNORECASE | re.DOTALL)


class Fault(NamedTuple):
    """A link that leads nowhere, or a page that no other page links to (`href` is empty): where, what, why."""

    page: str
    href: str
    why: str


class _Read(NamedTuple):
    """What one file holds: anchors it has, hrefs it holds, each once and in order."""

    anchors: frozenset[str]
    hrefs: tuple[str, ...]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.hrefs: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name, value in attrs:
            if name in ("href", "src", "action", "poster"):
                self.hrefs[value or ""] = None
            elif name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value or "")
        if tag == "meta" and (given.get("http-equiv") or "").lower() == "refresh":
            found = _REFRESH.match(given.get("content") or "")
            if found:
                self.hrefs[found[1].strip()] = None


def check_links(folder: Path, *, site_path: str = "/") -> Iterator[Fault]:
    """Give every link inside a built site that leads nowhere, then every page that no other page links to.

    Both come sorted by page. `site_path` is the path the site is served under, for links that begin with a slash.
    Raises InputError when the folder or a file of it cannot be read.
    """
    if not folder.is_dir():
        raise InputError("there is no such folder", file=str(folder), hint="name the folder that mirld build wrote")
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    read = {name: _read(name, path) for name, path in sorted(files.items()) if name.endswith((".html", ".css"))}
    folders = {parent.as_posix() for name in files for parent in Path(name).parents} - {"."}
    linked: set[str] = set()
    for name, page in read.items():
        for href in page.hrefs:
            target, why = _follow(name, href, site_path, files, folders, read)
            if why is not None:
                yield Fault(name, href, why)
            elif target is not None and target != name:
                linked.add(target)
    for name in read:
        if name.endswith(".html") and name not in linked and name not in _UNLINKED:
            yield Fault(name, "", "no other page links here")


def _follow(
    name: str,
    href: str,
    site_path: str,
    files: dict[str, Path],
    folders: set[str],
    read: dict[str, _Read],
) -> tuple[str | None, str | None]:
    """Return the file a link leads to and why it leads nowhere; neither for a link to elsewhere."""
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return None, "this is no link"
    if parts.scheme or parts.netloc:
        return None, None
    place = _resolve(name, unquote(parts.path), site_path)
    if place is None:
        return None, "it leaves the site"
    if place in folders:
        return None, "it names a folder without the slash at its end"
    target = f"{place}{_INDEX}" if not place or place.endswith("/") else place
    if target not in files:
        return None, "there is no such file"
    fragment = unquote(parts.fragment)
    if fragment and target in read and fragment not in read[target].anchors:
        return None, "the page has no such anchor"
    return target, None


def _resolve(name: str, path: str, site_path: str) -> str | None:
    """Return the path of a link from the top of the site, or None when that is outside."""
    if path.startswith("/"):
        return path.removeprefix(site_path) if path.startswith(site_path) else None
    if not path:
        return name
    steps = name.split("/")[:-1]
    pieces = path.split("/")
    for piece in pieces[:-1]:
        if piece == "..":
            if not steps:
                return None
            steps.pop()
        elif piece not in ("", "."):
            steps.append(piece)
    last = pieces[-1]
    if last == "..":
        return "/".join(steps[:-1]) + "/" if len(steps) > 1 else "" if steps else None
    if last == ".":
        last = ""
    return "".join(f"{step}/" for step in steps) + last


def _read(name: str, path: Path) -> _Read:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the file: {error}", file=name) from error
    if name.endswith(".css"):
        return _Read(frozenset(), tuple(dict.fromkeys(_CSS_URL.findall(text))))
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return _Read(frozenset(reader.anchors), tuple(reader.hrefs))
