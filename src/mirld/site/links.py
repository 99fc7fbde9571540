"""Where things lie: IRIs to paths of pages, and links between pages.

Every link is relative, so a site works under any path. A page is a folder with an `index.html`; a part of a resource
is an anchor of its page.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from functools import cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from mirld.errors import IdError, InputError
from mirld.graph.infer import entry_id
from mirld.vocab import DOMAINS, split_term

LINKABLE = ("https://", "http://", "mailto:", "urn:", "doi:")
"""Schemes that become links; any other IRI is shown as text."""

# What a path may hold so that every file system and every static host keeps it: see MirId.file_path.
_SEGMENT = re.compile(r"[A-Za-z0-9_@~-](?:[A-Za-z0-9._@~-]*[A-Za-z0-9_@~-])?")


class Link(NamedTuple):
    """A thing to name: `href` is None when there is nowhere to go; `note` is a short remark beside it."""

    label: str
    href: str | None = None
    note: str | None = None


def root_of(path: str) -> str:
    """Return the way from a page to the top of the site.

    >>> root_of("model/unet")
    '../../'
    >>> root_of("")
    './'
    """
    return "../" * (path.count("/") + 1) if path else "./"


def page_path(iri: str, base: str) -> str:
    """Return the folder of the page of a resource below `base`; InputError when no file system could hold it."""
    relative = iri.removeprefix(base)
    if relative.partition("/")[0] in DOMAINS:
        try:
            return entry_id(iri, base).file_path
        except IdError:
            pass  # a record of a name that is no id any more, or an entry that the id check reports
    if not all(_SEGMENT.fullmatch(segment) for segment in relative.split("/")):
        raise InputError(
            f"no page can have this name: <{relative}>",
            hint="use letters, digits, and - _ . ~ @ between slashes, with no dot at the end",
        )
    return relative


def outside(iri: str) -> str | None:
    """Return an IRI as the target of a link, or None when its scheme is none of LINKABLE.

    >>> outside("javascript:alert(1)")
    """
    if not iri.lower().startswith(LINKABLE):
        return None
    if iri.lower().startswith("doi:"):
        return "https://doi.org/" + quote(iri[4:], safe="/")
    return iri


@cache
def short_name(iri: str) -> str:
    """Name a page of the web as a reader would.

    >>> short_name("https://huggingface.co/stabilityai/sdxl-vae/blob/main/config.json")
    'Hugging Face: stabilityai/sdxl-vae, config.json'
    >>> short_name("https://arxiv.org/abs/2307.01952")
    'arXiv:2307.01952'
    >>> short_name("https://w3id.org/dpv/ai#ComputerVision")
    'w3id.org/dpv/ai#ComputerVision'
    """
    if not iri.startswith(("http://", "https://")):
        return iri
    parts = urlsplit(iri)
    path = parts.path.strip("/")
    pieces = path.split("/")
    if parts.netloc == "huggingface.co" and len(pieces) >= 2:
        file = f", {pieces[-1]}" if len(pieces) > 4 and pieces[2] in ("blob", "raw", "resolve", "tree") else ""
        return f"Hugging Face: {pieces[0]}/{pieces[1]}{file}"
    if parts.netloc == "arxiv.org" and pieces[0] in ("abs", "pdf") and len(pieces) > 1:
        return f"arXiv:{'/'.join(pieces[1:])}"
    if parts.netloc == "github.com" and len(pieces) >= 2:
        file = f", {pieces[-1]}" if len(pieces) > 4 and pieces[2] in ("blob", "raw", "tree") else ""
        return f"GitHub: {pieces[0]}/{pieces[1]}{file}"
    shown = f"{parts.netloc}/{path}".rstrip("/") + (f"#{parts.fragment}" if parts.fragment else "")
    return shown if len(shown) <= 60 else f"{shown[:34]}…{shown[-24:]}"


@cache
def prefixed(iri: str) -> str:
    """Write an IRI of a known namespace with its prefix, any other in full."""
    found = split_term(iri)
    return f"{found[0]}:{found[1]}" if found else iri


class Places:
    """Where each resource has its page: `paths` by IRI; only `parts` that are described have an anchor."""

    def __init__(self, paths: Mapping[str, str], parts: Container[str] = ()) -> None:
        self._paths = paths
        self._parts = parts

    def href(self, iri: str, root: str) -> str | None:
        """Return the link to a resource or a part of one, from a page whose way to the top is `root`."""
        path = self._paths.get(iri)
        if path is not None:
            return f"{root}{path}/"
        whole, hash_sign, fragment = iri.partition("#")
        if hash_sign and whole in self._paths and iri in self._parts:
            return f"{root}{self._paths[whole]}/#{fragment}"
        return None

    def path(self, iri: str) -> str | None:
        """Return the folder of the page of a resource, or None when it has none."""
        return self._paths.get(iri)

    def __contains__(self, iri: object) -> bool:
        return iri in self._paths
