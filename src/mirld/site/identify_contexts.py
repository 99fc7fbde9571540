"""What the template of the page that identifies files sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mirld.site.contexts import Fact, Head, Row
from mirld.site.links import Link


class Anchored(NamedTuple):
    """Parts of the resource of a page under one heading: each has its anchor and a label."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, kw_only=True)
class IdentifyContext:
    """identify.html: what `levels` mean, the `files` that the page loads, and all signatures, `total` of them, by kind.

    `has_forms` says that there are signatures, whose data lie beside the page; `scripts` are names in assets/identify/,
    all of them loaded at once.
    """

    head: Head
    total: int
    has_forms: bool
    levels: tuple[Fact, ...]
    commands: tuple[str, ...]
    files: tuple[Link, ...]
    scripts: tuple[str, ...]
    signatures: tuple[Anchored, ...]
