"""What each template sees. A template may use the fields of its context and nothing else; a test holds both to it.

A page is a frozen dataclass, its parts are named tuples, of which a build makes a hundred thousand.
Every text is as authored and is escaped by the template. Every `href` is ready to use on its page. `anchor` is the
fragment of a part, and the template makes it an `id`. Contexts of entries are in `entry_contexts`, and that of the page
that identifies files is in `identify_contexts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from mirld.site.links import Link


class Head(NamedTuple):
    """What the frame of every page needs: `root` is the way to the top of the site, `data` its JSON-LD, escaped."""

    title: str
    description: str
    root: str
    canonical: str
    nav: str = ""
    data: Markup | None = None
    refresh: str | None = None


class Crumb(NamedTuple):
    """One part of a name: `mark` is the class that gives its colour, `role` what the part is called."""

    text: str
    role: str
    mark: str
    joint: str = ""
    href: str | None = None


class Confirmed(NamedTuple):
    """Sources that state the same, always two or more; of some values of several, `what` they are and their `share`."""

    sources: tuple[Link, ...]
    what: str = ""
    share: str = ""


class Fact(NamedTuple):
    """One line of a list of facts: a term, and what is known of it."""

    term: Link
    values: tuple[Link, ...]
    confirmed: tuple[Confirmed, ...] = ()


class Group(NamedTuple):
    """Links under one heading."""

    title: str
    links: tuple[Link, ...]
    more: Link | None = None
    confirmed: tuple[Confirmed, ...] = ()


class Row(NamedTuple):
    """One row of a table of an entry's parts: a heading cell, then cells of links; `anchor` may be empty."""

    anchor: str
    head: Link
    cells: tuple[tuple[Link, ...], ...]
    confirmed: tuple[Confirmed, ...] = ()


class Parameter(NamedTuple):
    """A parameter as a library defines it, which many classes take: what the rows of all of them show alike."""

    name: str
    phase: str
    head: Link
    cells: tuple[tuple[Link, ...], ...]


class Line(NamedTuple):
    """A row as its table shows it: each cell with the heading of its column."""

    anchor: str
    head: Link
    cells: tuple[tuple[str, tuple[Link, ...]], ...]
    confirmed: tuple[Confirmed, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Rows under headings; `code` says that the heading cells hold names of code. Empty columns are left out.

    Pages may share a table, so it is told from others by what it is, which is quick, and not by all it holds.
    """

    headings: tuple[str, ...]
    rows: tuple[Line, ...]
    code: bool = False


class EntryRow(NamedTuple):
    """An entry in a list."""

    link: Link
    text: str
    kind: str


class Listed(NamedTuple):
    """An entry in a long list, and what only this list says of it: cells with the headings of their columns."""

    entry: EntryRow
    cells: tuple[tuple[str, tuple[Link, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class ResourceContext:
    """concept.html: a concept, and the entries that carry it."""

    head: Head
    label: str
    crumbs: tuple[Crumb, ...]
    iri: str
    definition: str | None
    replaced_by: tuple[Link, ...]
    deprecated: bool
    unverified: bool
    notes: tuple[str, ...]
    facts: tuple[Fact, ...]
    tree: tuple[Group, ...]
    entries: tuple[EntryRow, ...]
    classified: Table | None
    gap: str | None
    total: int
    more: str | None


@dataclass(frozen=True, kw_only=True)
class QueryContext:
    """query.html: a saved query, and the first `shown` of the `total` rows of its answer."""

    head: Head
    label: str
    crumbs: tuple[Crumb, ...]
    about: str
    text: str
    command: str
    answer: Table | None
    total: int
    shown: int


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A concept in the tree of its scheme: `depth` from 0, `count` of entries that carry it."""

    link: Link
    token: str
    depth: int
    definition: str | None
    deprecated: bool
    unverified: bool
    count: int


@dataclass(frozen=True, kw_only=True)
class SchemeContext:
    """scheme.html: a concept scheme as a tree."""

    head: Head
    label: str
    crumbs: tuple[Crumb, ...]
    iri: str
    definition: str | None
    facts: tuple[Fact, ...]
    branches: tuple[Branch, ...]
    collections: tuple[Link, ...]


class TermRow(NamedTuple):
    """A term of the ontology: `used` says how often the registry uses it, `seen` where."""

    anchor: str
    name: str
    label: str
    definition: str | None
    status: str | None
    notes: tuple[str, ...]
    examples: tuple[str, ...]
    facts: tuple[Fact, ...]
    used: int
    seen: Link | None


@dataclass(frozen=True, kw_only=True)
class OntologyContext:
    """ontology.html: every term on one page."""

    head: Head
    label: str
    iri: str
    definition: str | None
    facts: tuple[Fact, ...]
    classes: tuple[TermRow, ...]
    properties: tuple[TermRow, ...]
    others: tuple[TermRow, ...]
    borrowed: tuple[Row, ...]


class ShapeRow(NamedTuple):
    """A shape: what it holds for, and what it says when it does not hold."""

    anchor: str
    name: str
    target: tuple[Link, ...]
    severity: str | None
    message: str | None
    description: str | None


@dataclass(frozen=True, kw_only=True)
class ShapesContext:
    """shapes.html: every shape on one page."""

    head: Head
    iri: str
    shapes: tuple[ShapeRow, ...]
    files: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class SourceContext:
    """source.html: one source, and what was found wrong in it."""

    head: Head
    label: str
    crumbs: tuple[Crumb, ...]
    iri: str
    definition: str | None
    facts: tuple[Fact, ...]
    entries: tuple[EntryRow, ...]
    total: int
    more: str | None
    problems: tuple[Fact, ...]
    findings: Table | None


@dataclass(frozen=True, kw_only=True)
class LedgerContext:
    """ledger.html: a name that was published once: what became of it."""

    head: Head
    text: str
    crumbs: tuple[Crumb, ...]
    iri: str
    state: Link
    targets: tuple[Link, ...]
    reason: str | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A link with a count and its share of the largest count, from 0 to 1000."""

    link: Link
    count: int
    share: int


@dataclass(frozen=True, kw_only=True)
class HomeContext:
    """home.html."""

    head: Head
    crumbs: tuple[Crumb, ...]
    example: Link
    entries: int
    series: int
    names: int
    models: tuple[Bar, ...]
    operations: tuple[Bar, ...]
    downloads: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class IndexContext:
    """index.html: an index of the registry: groups of links with a lede."""

    head: Head
    label: str
    lede: str
    crumbs: tuple[Crumb, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, kw_only=True)
class ListContext:
    """names.html: one page of a long list; `pages` links to all its pages, the current one without href."""

    head: Head
    label: str
    lede: str
    crumbs: tuple[Crumb, ...]
    table: Table | None
    pages: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class EntriesContext:
    """entries.html: one page of a list of entries, as names.html; `headings` are those of the further cells of rows."""

    head: Head
    label: str
    lede: str
    crumbs: tuple[Crumb, ...]
    headings: tuple[str, ...]
    rows: tuple[Listed, ...]
    pages: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class ConflictsContext:
    """conflicts.html: one page of what was outvoted, as names.html; facts in `table`, and after all of them `words`."""

    head: Head
    label: str
    lede: str
    crumbs: tuple[Crumb, ...]
    table: Table | None
    words: Table | None
    pages: tuple[Link, ...]


class Download(NamedTuple):
    """A file to download: `size` in bytes, `digest` its SHA-256."""

    link: Link
    what: str
    size: int
    digest: str


@dataclass(frozen=True, kw_only=True)
class DataContext:
    """data.html: the dumps."""

    head: Head
    downloads: tuple[Download, ...]
    triples: int
    entries: int


@dataclass(frozen=True, kw_only=True)
class GrammarContext:
    """grammar.html: the ABNF and the conformance file."""

    head: Head
    abnf: str
    accepted: Table | None
    rejected: Table | None
    files: tuple[Link, ...]


class ApiFiles(NamedTuple):
    """One kind of files of the static API: its folder, what it answers, by what its files are named, its schema."""

    name: str
    what: str
    key: str
    schema: Link | None


@dataclass(frozen=True, kw_only=True)
class ApiContext:
    """api.html: the files of the static API."""

    head: Head
    kinds: tuple[ApiFiles, ...]
    wholes: tuple[Row, ...]
    openapi: Link | None


@dataclass(frozen=True, kw_only=True)
class LostContext:
    """404.html: `head.root` is absolute, since nobody knows where it will be shown."""

    head: Head
