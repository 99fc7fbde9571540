"""What the templates of entries see: the page of a model or operation, and that of a series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mirld.site.contexts import Confirmed, Crumb, Fact, Group, Head, Table
from mirld.site.links import Link


class Loading(NamedTuple):
    """One way to load an entry; `code` is ready to run, or None when the registry knows too little for that."""

    anchor: str
    library: str
    version: str | None
    names: tuple[str, ...]
    notes: tuple[Link, ...]
    code: str | None
    confirmed: tuple[Confirmed, ...]


class LaidOver(NamedTuple):
    """What a user's overlay says of an entry: all of it (`whole`) or some `parts`, in which files."""

    whole: bool
    files: tuple[str, ...]
    parts: tuple[Link, ...]


class Digested(NamedTuple):
    """One digest: what kind it is, its digits in full, and the other entries that carry the same one."""

    kind: str
    value: str
    also: tuple[Link, ...]
    confirmed: tuple[Confirmed, ...]


class Stored(NamedTuple):
    """A file or a layout."""

    anchor: str
    name: str
    traits: tuple[Link, ...]
    comment: str | None
    digests: tuple[Digested, ...]
    sources: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class EntryContext:
    """entry.html: one model, operation or development entry; series.html: what a series shares, and its releases."""

    head: Head
    label: str
    crumbs: tuple[Crumb, ...]
    text: str
    iri: str
    description: str | None
    other_labels: tuple[str, ...]
    laid_over: LaidOver | None
    facts: tuple[Fact, ...]
    releases: Table | None
    loadings: tuple[Loading, ...]
    repositories: Table | None
    examples: tuple[Link, ...]
    files: tuple[Stored, ...]
    layouts: tuple[Stored, ...]
    tensors: tuple[Fact, ...]
    components: Table | None
    lineage: tuple[Group, ...]
    fits: tuple[Group, ...]
    judged: Table | None
    traits: Table | None
    settings: Table | None
    parameters: Table | None
    classified: Table | None
    evidence: Table | None
    sources: tuple[Link, ...]
    disputed: Table | None
    recorded: tuple[Fact, ...]
    aliases: tuple[Link, ...]
    elsewhere: tuple[Fact, ...]
    incoming: int
