"""What the pages of classes and parameters of libraries show; see `mirld.site.contexts` for what holds of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from mirld.site.contexts import Crumb, EntryRow, Fact, Head, Table
from mirld.site.links import Link


class Section(NamedTuple):
    """A table under a heading: `name` is text, or a name of code."""

    anchor: str
    name: str
    table: Table | None


@dataclass(frozen=True, kw_only=True)
class LibraryClassContext:
    """library-class.html: a class of a library: what it takes in each phase, and the entries that load with it."""

    head: Head
    label: str
    crumbs: tuple[Crumb, ...]
    iri: str
    lede: str
    facts: tuple[Fact, ...]
    phases: tuple[Section, ...]
    above: tuple[Link, ...]
    entries: tuple[EntryRow, ...]
    total: int


@dataclass(frozen=True, kw_only=True)
class ParametersContext:
    """parameters.html: parameters of a library under one letter, each with its definitions and who has them."""

    head: Head
    label: str
    crumbs: tuple[Crumb, ...]
    iri: str
    lede: str
    parameters: tuple[Section, ...]
