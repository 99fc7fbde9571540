"""Where a model is had: the repository and the file that an address leads to."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from mirld.harvest.items import HUB

_HUB_FILE = re.compile(r"/(?P<repository>[\w.-]+/[\w.-]+)/resolve/[\w.-]+/(?P<path>.+)")
_GITHUB_FILE = re.compile(r"/(?P<repository>[\w.-]+/[\w.-]+)/(?:raw|releases/download|blob)/.+")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


class Place(NamedTuple):
    """A repository and what of it, "" for all."""

    repository: str
    host: str
    path: str

    @property
    def title(self) -> str:
        """The title of the repository, without its owner."""
        return self.repository.partition("/")[2]

    @property
    def file(self) -> str | None:
        """The path of the file, when it is one."""
        return self.path if PurePosixPath(self.path).suffix and "+" not in self.path else None


def place_of(source: str) -> Place | None:
    """Read the address of a file, or the name of a repository of the hub; None for one of another form.

    >>> place_of("https://huggingface.co/a/b/resolve/main/c%20d.pt")
    Place(repository='a/b', host='huggingface.co', path='c d.pt')
    >>> place_of("https://github.com/a/b/releases/download/v1/c.pth").path, place_of("a/b").path, place_of("c.pt")
    ('c.pth', '', None)
    """
    if _REPOSITORY.fullmatch(source):
        return Place(source, HUB, "")
    address = urlsplit(source)
    hub, github = _HUB_FILE.fullmatch(address.path), _GITHUB_FILE.fullmatch(address.path)
    if address.netloc == HUB and hub:
        return Place(hub["repository"], HUB, unquote(hub["path"]))
    if address.netloc == "github.com" and github:
        return Place(github["repository"], "github.com", unquote(address.path.rpartition("/")[2]))
    return None
