"""A built site as a reader's program sees it: every page parsed by html5lib, every link resolved."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import html5lib


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
    """Parse one page; `path` is its folder."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root: Element = parser.parse(text)
    page = HtmlPage(path, errors=[f"{place}: {code}" for place, code, _ in parser.errors], lang=root.get("lang"))
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue  # a comment
        _take(element, page)
    return page


def _take(element: Element, page: HtmlPage) -> None:
    tag = element.tag
    page.tags.add(tag)
    page.handlers += [f"{tag} {name}" for name in element.keys() if name.lower().startswith("on")]  # noqa: SIM118 - an Element is no mapping
    if (found := element.get("id")) is not None:
        page.ids.append(found)
    for name in ("href", "src", "action", "formaction", "data", "poster"):
        if (href := element.get(name)) is not None:
            page.hrefs.append(href)
    if tag == "a" and (href := element.get("href")) is not None:
        target = resolve(page.path, href)
        if target is not None:
            page.links.setdefault(target, []).append(text_of(element))
    elif tag == "title" and not page.title:
        page.title = text_of(element)
    elif tag == "h1":
        page.h1.append(text_of(element))
    elif tag == "main":
        page.main = text_of(element)
    elif tag == "script":
        page.scripts.append(({name: element.get(name) or "" for name in element.keys()}, element.text or ""))  # noqa: SIM118
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


def _read_some(task: tuple[Path, list[str]]) -> list[tuple[str, HtmlPage]]:
    folder, names = task
    found = []
    for name in names:
        page = read_page((folder / name).read_text(encoding="utf-8"), name.rpartition("/")[0])
        found.append((name.removesuffix("index.html").rstrip("/"), page))
    return found


def read_pages(folder: Path, workers: int | None = None) -> Mapping[str, HtmlPage]:
    """Read every page of a site by its folder; home is ``""``, the page for what is not there ``404.html``."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    size = 150
    tasks = [(folder, names[at : at + size]) for at in range(0, len(names), size)]
    with ProcessPoolExecutor(workers or os.cpu_count() or 1) as pool:
        return {key: page for some in pool.map(_read_some, tasks) for key, page in some}
