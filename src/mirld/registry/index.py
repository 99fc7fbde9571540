"""The index: one SQLite file with all that look-ups need, so that none of them loads RDF.

    from mirld.registry.place import open_index

    with open_index() as index:                       # the carried registry; made on first use in a checkout
        index.entry("mir:model.lora.hyper:flux-1")    # → Entry, all its parts in it: one row
        index.entry_at(iri)                           # the same by IRI
        index.among(architecture="lora", task="text-to-image", series="mir:info.lora.hyper")   # → [Name(n, id, label)]
        index.linking("mir:model.unet.…")             # → [("adapterFor", Name), ("compatibility", Name), …]: incoming
        index.keys(Kind.DIGEST, digits)               # → [Found(n, said, key)]; what is said is in tables.Kind
        index.library_class("diffusers", "FluxPipeline")   # → LibraryClass with what it takes itself
        index.lineage(found)                          # → the class and those it extends, nearest first
        index.concept("vocab/kind/adapter-for")       # → Concept; index.concepts("vocab/precision") → all of a scheme
        index.record("info.unet.kolors:*")            # → LedgerRecord; index.records_to(id) → names that lead to it
        index.source(iri), index.sources()

In memory, for tests and for a registry that is loaded anyway: `Index.of(registry, concepts=…, classes=…)`.
Everything comes back as the frozen values of `registry.values`, made when it is asked for. `Index` may be asked from
several threads. A file that turns out damaged is made anew once, where it can be; else it is an InputError.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from mirld.errors import InputError, UsageError
from mirld.grammar import path_of
from mirld.ids import MirId
from mirld.registry.tables import DIVIDER, Kind
from mirld.vocab import DEFAULT_BASE

if TYPE_CHECKING:
    from mirld.registry.registry import Registry
    from mirld.registry.values import Concept, Entry, LedgerRecord, LibraryClass, ModuleLayout, Source

Kept = TypeVar("Kept")
EntryKind = TypeVar("EntryKind", bound="Entry")

_MANY = 500  # values in one question


class Name(NamedTuple):
    """What an entry is called, and its number in the index."""

    n: int
    id: str
    label: str


class Found(NamedTuple):
    """One thing that a key leads to: its number, and what is said with the key (see `tables.Kind`)."""

    n: int
    said: tuple[str, ...]
    key: str


class Named(NamedTuple):
    """One entry that a key leads to, by what it is called."""

    name: Name
    said: tuple[str, ...]
    key: str


def marks(values: Collection[object]) -> str:
    """Write the marks that so many values take the place of in a question."""
    return ",".join("?" * len(values))


def portions(values: Sequence[Kept]) -> Iterator[Sequence[Kept]]:
    """Divide values into as many as one question may hold."""
    return (values[start : start + _MANY] for start in range(0, len(values), _MANY))


class Index:
    """A registry as look-ups see it. Closing it, or leaving the block, lets the file go."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        base: str = DEFAULT_BASE,
        remake: Callable[[], sqlite3.Connection] | None = None,
    ) -> None:
        self.base = base
        self._connection = connection
        self._remake = remake
        self._about: dict[str, str] | None = None

    @classmethod
    def of(
        cls,
        registry: Registry,
        *,
        concepts: Iterable[Concept] = (),
        classes: Iterable[LibraryClass] = (),
        layouts: Iterable[ModuleLayout] = (),
    ) -> Index:
        """Make an index of values, in memory."""
        from mirld.registry.writing import write_index

        connection = sqlite3.connect(":memory:", check_same_thread=False)
        write_index(
            connection,
            entries=registry,
            ledger=registry.ledger.values(),
            sources=registry.sources.values(),
            concepts=concepts,
            classes=classes,
            layouts=layouts,
            base=registry.base,
        )
        return cls(connection, base=registry.base)

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def rows(self, sql: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Ask the tables (`tables`) themselves; a damaged file is made anew once and asked again."""
        try:
            return self._connection.execute(sql, arguments).fetchall()
        except sqlite3.DatabaseError as error:
            return self._again(error, lambda: self._connection.execute(sql, arguments).fetchall())

    def _again(self, error: Exception, work: Callable[[], Kept]) -> Kept:
        if isinstance(error, sqlite3.ProgrammingError):
            raise UsageError("the registry was closed, and is asked all the same") from error
        if self._remake is None:
            raise InputError(f"the index is damaged: {error}", hint="delete it, and it is made anew") from error
        remake, self._remake = self._remake, None
        self._connection.close()
        self._connection = remake()
        return work()

    # What the index says of itself.

    def about(self) -> dict[str, str]:
        """Return what the index was made from, and how many of each there are."""
        if self._about is None:
            self._about = dict(self.rows("SELECT name, value FROM about WHERE name <> 'files'"))
        return self._about

    def digest_lengths(self) -> list[int]:
        """Return how many digits the digests of the registry have."""
        return [int(length) for length in self.about()["digest lengths"].split()]

    def __len__(self) -> int:
        """Count the entries."""
        return int(self.about()["entry"])

    # Entries.

    def entry(self, mir_id: MirId | str) -> Entry | None:
        """Return the entry of a canonical id; None when there is none, or the text is no such id."""
        from mirld.registry.values import Entry

        return self.load_entry(Entry, mir_id if isinstance(mir_id, str) else str(mir_id))

    def load_entry(self, kind: type[EntryKind], text: str) -> EntryKind | None:
        """Return the entry of a canonical id as a class of the caller's own; None when there is none."""
        rows = self.rows(
            "SELECT value FROM entry WHERE n = (SELECT n FROM key WHERE kind = 1 AND key = ? LIMIT 1)", (text,)
        )
        return self._entry(kind, text, rows[0][0]) if rows else None

    def n_of(self, text: str) -> int | None:
        """Return the number of the entry of a canonical id; None when there is none."""
        found = self.keys(Kind.ID, text)
        return found[0].n if found else None

    def entry_at(self, iri: str) -> Entry | None:
        """Return the entry of an IRI, or None."""
        text = self.id_at(iri)
        return self.entry(text) if text is not None else None

    def id_at(self, iri: str) -> str | None:
        """Return the id that an IRI of an entry below the base stands for; None when it is no such IRI."""
        from mirld.errors import IdError

        try:
            return str(MirId.from_iri(iri, self.base))
        except IdError:
            return None

    def iri_of(self, text: str) -> str:
        """Return the IRI of the entry of a canonical id."""
        return self.base + path_of(text)

    def entry_of(self, n: int) -> Entry:
        """Return the entry of a number."""
        from mirld.registry.values import Entry

        ((text, value),) = self.rows("SELECT id, value FROM name JOIN entry USING (n) WHERE n = ?", (n,))
        return self._entry(Entry, text, value)

    def _entry(self, kind: type[EntryKind], text: str, value: str) -> EntryKind:
        from mirld.registry.rows import load

        iri = self.iri_of(text)
        return load(kind, value, base=self.base, iri=iri, first=(MirId.parse(text), iri))

    def entries(self) -> Iterator[Entry]:
        """Give every entry, sorted by id, one at a time."""
        for name in self.names():
            yield self.entry_of(name.n)

    def names(self, numbers: Iterable[int] | None = None) -> list[Name]:
        """Return what entries are called, all or those of some numbers, sorted by number and so by id."""
        if numbers is None:
            return [Name(*row) for row in self.rows("SELECT n, id, label FROM name ORDER BY n")]
        found = []
        for some in portions(sorted(set(numbers))):
            found += self.rows(f"SELECT n, id, label FROM name WHERE n IN ({marks(some)}) ORDER BY n", some)  # noqa: S608
        return [Name(*row) for row in found]

    def among(
        self,
        *,
        series: str | None = None,
        architecture: str | None = None,
        task: str | None = None,
        type: str | None = None,  # noqa: A002 - what RDF calls it
        licence: str | None = None,
        publisher: str | None = None,
        library: str | None = None,
    ) -> list[Name]:
        """Return the entries that are of every group given, and None is no group.

        Groups are `series` (an id), `architecture`, `task`, `publisher` (tokens), `type` (a class of the ontology),
        `licence` (an SPDX id) and `library` (one that a loader is for); the last two in any case.
        """
        given = (
            (Kind.SERIES, series),
            (Kind.ARCHITECTURE, architecture),
            (Kind.TASK, task),
            (Kind.TYPE, type),
            (Kind.LICENCE, licence.lower() if licence else None),
            (Kind.PUBLISHER, publisher),
            (Kind.LIBRARY, library.lower() if library else None),
        )
        groups = [{n for n, _, _ in self.keys(kind, text)} for kind, text in given if text is not None]
        return self.names(set.intersection(*groups) if groups else None)

    def linking(self, mir_id: MirId | str) -> list[tuple[str, Name]]:
        """Return what links an entry, each with what it links it by (`adapterFor`, `component`, `compatibility` …)."""
        target = MirId.parse(mir_id) if isinstance(mir_id, str) else mir_id
        found = self.keys(Kind.LINKED, target.path)
        names = {name.n: name for name in self.names(n for n, _, _ in found)}
        return [(by, names[n]) for n, (by,), _ in found]

    def overlaid(self, mir_id: MirId | str) -> frozenset[str] | None:
        """Return the IRIs of the settings, loaders and parameters of an entry that a user's overlay states.

        None when no overlay speaks of the entry.
        """
        found = self.keys(Kind.OVERLAID, str(mir_id))
        return frozenset(iri for _, (iri,), _ in found if iri) if found else None

    # Keys.

    def keys(self, kind: Kind, text: str) -> list[Found]:
        """Return what one key leads to, sorted by number, then in the order that the parts of an entry have."""
        rows = self.rows("SELECT n, said FROM key WHERE kind = ? AND key = ? ORDER BY n, place", (int(kind), text))
        return [Found(n, tuple(said.split(DIVIDER)), text) for n, said in rows]

    def beginning(self, kind: Kind, text: str, limit: int = -1) -> list[Found]:
        """Return what keys that begin with a text lead to, sorted by key; with `limit`, no more than so many."""
        rows = self.rows(
            "SELECT n, said, key FROM key WHERE kind = ? AND key >= ? AND key < ? ORDER BY key, n, place LIMIT ?",
            (int(kind), text, f"{text}\U0010ffff", limit),
        )
        return [Found(n, tuple(said.split(DIVIDER)), key) for n, said, key in rows]

    def named_keys(self, asked: Sequence[tuple[Kind, str]]) -> dict[tuple[Kind, str], list[Named]]:
        """Return the entries that each of some keys leads to, found with one question, sorted as `keys` sorts.

        Of kinds that lead to something else than an entry, the names mean nothing.
        """
        found: dict[tuple[Kind, str], list[Named]] = {pair: [] for pair in asked}
        rows = self.rows(
            f"WITH asked(kind, key) AS (VALUES {','.join(['(?,?)'] * len(asked))})"  # noqa: S608
            " SELECT kind, key, n, said, id, label FROM asked CROSS JOIN key USING (kind, key)"
            " LEFT JOIN name USING (n) ORDER BY kind, key, n, place",
            [part for pair in asked for part in pair],
        )
        for kind, key, n, said, text, label in rows:
            found[kind, key].append(Named(Name(n, text, label), tuple(said.split(DIVIDER)), key))
        return found

    def named(self, found: Sequence[Found]) -> list[Named]:
        """Return what keys of entries led to with the names of the entries, in the same order."""
        names = {name.n: name for name in self.names(each.n for each in found)} if found else {}
        return [Named(names[n], said, key) for n, said, key in found]

    # All else.

    def record(self, text: str) -> LedgerRecord | None:
        """Return the record of a name exactly as it was published, or None."""
        found = self.keys(Kind.RECORD, text)
        return self.record_of(found[0].n) if found else None

    def record_of(self, n: int) -> LedgerRecord:
        """Return the record of a number."""
        from mirld.registry.values import LedgerRecord

        return self.value("record", LedgerRecord, n)

    def records_to(self, mir_id: MirId | str) -> list[LedgerRecord]:
        """Return the records of all names that lead to an entry, sorted by text."""
        target = MirId.parse(mir_id) if isinstance(mir_id, str) else mir_id
        return [self.record_of(n) for n, _, _ in self.keys(Kind.TARGET, target.path)]

    def source(self, iri: str) -> Source | None:
        """Return a source by its IRI, or None."""
        from mirld.registry.values import Source

        found = self.keys(Kind.SOURCE, iri.removeprefix(self.base))
        return self.value("source", Source, found[0].n) if found else None

    def sources(self) -> list[Source]:
        """Return every source, sorted by IRI."""
        from mirld.registry.values import Source

        return [self.value("source", Source, n) for (n,) in self.rows("SELECT n FROM source ORDER BY n")]

    def concept(self, iri: str) -> Concept | None:
        """Return a concept by its IRI, or its path below the base (`vocab/precision/bf16`); or None."""
        from mirld.registry.values import Concept

        found = self.keys(Kind.CONCEPT, iri.removeprefix(self.base))
        return self.value("concept", Concept, found[0].n) if found else None

    def concepts(self, scheme: str) -> list[Concept]:
        """Return the concepts of a scheme, by its IRI or its path below the base, sorted by IRI."""
        from mirld.registry.values import Concept

        found = self.keys(Kind.SCHEME, scheme.removeprefix(self.base))
        return [self.value("concept", Concept, n) for n, _, _ in found]

    def library_class(self, library: str, name: str) -> LibraryClass | None:
        """Return a class of a library by its name in any case, without its module; or what configures it; or None."""
        found = self.keys(Kind.LIBRARY_CLASS, f"{library} {name.rpartition('.')[2]}".lower())
        found.sort(key=lambda each: each.said != ("itself",))
        return self._library_class(found[0].n) if found else None

    def configurations(self, library: str, name: str) -> list[LibraryClass]:
        """Return the classes that a class is constructed from."""
        found = self.keys(Kind.LIBRARY_CLASS, f"{library} {name.rpartition('.')[2]}".lower())
        return [self._library_class(n) for n, said, _ in found if said == ("configures",)]

    def lineage(self, found: LibraryClass) -> list[LibraryClass]:
        """Return a class and all that it extends, nearest first: the first that has a parameter defines it."""
        known = {found.iri: found}
        waiting = list(found.extends)
        while waiting:
            iri = waiting.pop(0)
            keys = [] if iri in known else self.keys(Kind.LIBRARY_IRI, iri.removeprefix(self.base))
            if keys:
                known[iri] = self._library_class(keys[0].n)
                waiting += known[iri].extends
        return list(known.values())

    def _library_class(self, n: int) -> LibraryClass:
        from mirld.registry.rows import load
        from mirld.registry.values import LibraryClass, Parameter

        rows = self.rows(
            "SELECT value FROM taking JOIN parameter ON parameter.n = taking.parameter"
            " WHERE taking.n = ? ORDER BY place",
            (n,),
        )
        taken = tuple(load(Parameter, text, base=self.base) for (text,) in rows)
        return self.value("library_class", LibraryClass, n)._replace(parameters=taken)

    def value(self, table: str, kind: type[Kept], n: int) -> Kept:
        """Return a value of a table by its number."""
        from mirld.registry.rows import load

        ((text,),) = self.rows(f"SELECT value FROM {table} WHERE n = ?", (n,))  # noqa: S608  # one of tables.VALUES
        return load(kind, text, base=self.base)
