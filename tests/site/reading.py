"""A built site as a reader's program sees it: every page parsed, every link resolved.

`read_page` parses as the standard says and keeps every error: html5lib, two megabytes a second. `scan_page` gives the
same of a page without errors thirty times as fast: libxml2, whose own errors it keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import normpath
from sys import intern
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from lxml import etree

_HREFS = frozenset({"href", "src", "action", "formaction", "data", "poster"})
# Folders whose sub-folders hold pages of different kinds.
_KINDS_BELOW = ("browse", "library", "vocab")


@dataclass
class HtmlPage:
    """One page: `links` maps the folder of a linked page to the texts of its links; `ids` in order, repeats kept."""

    path: str
    errors: list[str] = field(default_factory=list)
    lang: str | None = None
    title: str = ""
    h1: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)
    canonical: list[str] = field(default_factory=list)
    refresh: str | None = None
    links: dict[str, list[str]] = field(default_factory=dict)
    hrefs: list[str] = field(default_factory=list)
    scripts: list[tuple[dict[str, str], str]] = field(default_factory=list)
    handlers: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    main: str = ""

    @property
    def data(self) -> str | None:
        """The JSON-LD in the page."""
        return next((text for given, text in self.scripts if given.get("type") == "application/ld+json"), None)


def read_page(text: str, path: str) -> HtmlPage:
    """Parse one page by the rules of HTML5; `path` is its folder."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root: Element = parser.parse(text)
    return _page(root, path, [f"{place}: {code}" for place, code, _ in parser.errors])


def scan_page(text: str, path: str) -> HtmlPage:
    """Parse one page with libxml2; `path` is its folder."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    root = etree.fromstring(text.encode(), parser)
    return _page(root, path, [f"{error.line}: {error.message}" for error in parser.error_log])


def _page(root: Element, path: str, errors: list[str]) -> HtmlPage:
    page = HtmlPage(path, errors, lang=root.get("lang"))
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue  # a comment
        _take(element, page)
    return page


def _take(element: Element, page: HtmlPage) -> None:
    tag = element.tag
    if tag not in page.tags:
        page.tags.add(tag.rpartition("}")[2].lower())
    for name, value in element.items():
        if name == "id":
            page.ids.append(value)
        elif name in _HREFS:
            page.hrefs.append(intern(str(value)))
        elif name.lower().startswith("on"):
            page.handlers.append(f"{tag} {name}")
    if tag == "a" and (href := element.get("href")) is not None:
        target = resolve(page.path, href)
        if target is not None:
            page.links.setdefault(intern(target), []).append(text_of(element))
    elif tag == "title" and not page.title:
        page.title = text_of(element)
    elif tag == "h1":
        page.h1.append(text_of(element))
    elif tag == "main":
        page.main = text_of(element)
    elif tag == "script":
        page.scripts.append((dict(element.items()), element.text or ""))
    elif tag == "meta":
        page.meta[(element.get("name") or element.get("http-equiv") or "").lower()] = element.get("content") or ""
        if element.get("http-equiv") == "refresh":
            page.refresh = resolve(page.path, (element.get("content") or "").partition("url=")[2])
    elif tag == "link" and element.get("rel") == "canonical":
        page.canonical.append(element.get("href") or "")


def text_of(element: Element) -> str:
    """Text of an element and what is in it, its white space as one space."""
    return " ".join("".join(element.itertext()).split())


def resolve(path: str, href: str) -> str | None:
    """Return the folder or file a link of the page in `path` leads to, or None for one that leaves the site."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc:
        return None
    if not parts.path:
        return path
    if parts.path.startswith("/"):
        return unquote(parts.path).strip("/")
    place = normpath(f"{path}/{unquote(parts.path)}" if path else unquote(parts.path))
    return "" if place == "." else place


def kind_of(path: str) -> str:
    """Name the kind of the page in a folder: what lies below one folder is written by one template, and looks alike.

    >>> [kind_of(path) for path in ("", "model/unet/orrery/base", "vocab", "browse/a-z/b", "library/x/class/y")]
    ['', 'model', 'vocab', 'browse/a-z', 'library/class']
    """
    first, *rest = path.split("/")
    if first == "library":
        rest = rest[1:]
    return f"{first}/{rest[0]}" if first in _KINDS_BELOW and rest else first


def page_names(folder: Path) -> dict[str, str]:
    """Files of all pages of a site by folder; home is ``""``, the page for what is not there ``404.html``."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    return {name.removesuffix("index.html").rstrip("/"): name for name in names}


def read_pages(
    folder: Path, read: Callable[[str, str], HtmlPage] = read_page, paths: Iterable[str] | None = None
) -> Mapping[str, HtmlPage]:
    """Read pages of a site by their folders: all, or those named."""
    names = page_names(folder)
    return {
        path: read((folder / names[path]).read_text(encoding="utf-8"), names[path].rpartition("/")[0])
        for path in (names if paths is None else paths)
    }
