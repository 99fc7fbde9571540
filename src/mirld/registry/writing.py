"""Values into the file of an index. Same values, same bytes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from mirld.registry.briefs import Brief
from mirld.registry.keys import (
    Key,
    endings_of,
    key,
    keys_of_concept,
    keys_of_entry,
    keys_of_library_class,
    keys_of_record,
    near_of,
    words_of_entry,
)
from mirld.registry.module_layouts import keys_of_module_layout
from mirld.registry.rows import dump
from mirld.registry.signatures import LayoutSignature, write_signatures
from mirld.registry.spelling import words
from mirld.registry.tables import APPLICATION, FORMAT, SCHEMA, VALUES, Kind
from mirld.registry.values import Concept, Entry, LedgerRecord, LibraryClass, ModuleLayout, Source
from mirld.vocab import DEFAULT_BASE

# Nobody reads a file before it is whole and has its name, so nothing has to be kept safe while it is written.
_UNSAFE = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
_STAGES = """
CREATE TEMP TABLE staged_key (kind INTEGER, key TEXT, n INTEGER, place INTEGER, said TEXT);
CREATE TEMP TABLE staged_posting (w INTEGER, n INTEGER, sort INTEGER);
"""
_SORTED = """
INSERT INTO key SELECT kind, key, n, place, said FROM staged_key ORDER BY kind, key, n, place;
INSERT INTO posting SELECT w, n, sort FROM staged_posting ORDER BY w, n;
DROP TABLE staged_key;
DROP TABLE staged_posting;
"""


def write_index(
    connection: sqlite3.Connection,
    *,
    entries: Iterable[Entry],
    ledger: Iterable[LedgerRecord] = (),
    sources: Iterable[Source] = (),
    concepts: Iterable[Concept] = (),
    classes: Iterable[LibraryClass] = (),
    layouts: Iterable[ModuleLayout] = (),
    signatures: Iterable[LayoutSignature] = (),
    about: Mapping[str, str] | None = None,
    base: str = DEFAULT_BASE,
) -> None:
    """Fill an empty database. Entries come sorted by id, so that their numbers sort as they do; all may be generators.

    `about` says what the index was made from; `base` is what the IRIs of the values begin with.
    """
    connection.executescript(f"PRAGMA application_id={APPLICATION}; PRAGMA user_version={FORMAT}; {_UNSAFE}")
    connection.executescript(SCHEMA + _STAGES)
    writer = _Writer(connection, base)
    for n, entry in enumerate(entries):
        writer.entry(n, entry)
    for n, record in enumerate(ledger):
        writer.value("record", n, record, keys_of_record(record, base))
    for n, source in enumerate(sources):
        writer.value("source", n, source, [key(Kind.SOURCE, source.iri.removeprefix(base))])
    for n, concept in enumerate(concepts):
        writer.value("concept", n, concept, keys_of_concept(concept, base))
    for n, found in enumerate(classes):
        writer.library_class(n, found)
    for n, layout in enumerate(layouts):
        # Its modules are told by the keys alone.
        writer.value("module_layout", n, layout._replace(modules=()), keys_of_module_layout(layout, base))
    write_signatures(connection, signatures, base=base)
    writer.finish(about or {})
    connection.executescript(_SORTED)


class _Writer:
    """What is known while an index is filled: the numbers of words and of definitions."""

    def __init__(self, connection: sqlite3.Connection, base: str) -> None:
        self._connection = connection
        self._base = base
        self._words: dict[str, list[int]] = {}
        self._parameters: dict[str, int] = {}
        self._counts = dict.fromkeys(VALUES, 0)

    def value(self, table: str, n: int, value: object, keys: Iterable[Key]) -> None:
        """Write one row of values, and what it is found by."""
        self._row(table, n, dump(value, base=self._base))
        self._stage(n, keys)

    def _row(self, table: str, n: int, text: str) -> None:
        self._connection.execute(f"INSERT INTO {table} VALUES (?, ?)", (n, text))  # noqa: S608  # one of VALUES
        self._counts[table] += 1

    def _stage(self, n: int, keys: Iterable[Key]) -> None:
        self._connection.executemany(
            "INSERT INTO staged_key VALUES (?, ?, ?, ?, ?)",
            [(kind, text, n, place, said) for place, (kind, text, said) in enumerate(dict.fromkeys(keys))],
        )

    def entry(self, n: int, entry: Entry) -> None:
        """Write an entry: its name, its value without id and IRI, its keys and the words of its names."""
        text = str(entry.id)
        self._connection.execute("INSERT INTO name VALUES (?, ?, ?, ?)", (n, text, entry.label, len(words(text))))
        self._row("entry", n, dump(entry, iri=entry.iri, skip=2, base=self._base))
        self._row("brief", n, dump(Brief.of(entry), iri=entry.iri, skip=3, base=self._base))
        self._stage(n, keys_of_entry(entry, self._base))
        postings = []
        for word, sort in words_of_entry(entry).items():
            known = self._words.setdefault(word, [len(self._words), 0])
            known[1] += 1
            postings.append((known[0], n, sort))
        self._connection.executemany("INSERT INTO staged_posting VALUES (?, ?, ?)", postings)

    def library_class(self, n: int, found: LibraryClass) -> None:
        """Write a class, and the definitions of what it takes that no class before it takes."""
        self.value("library_class", n, found._replace(parameters=()), keys_of_library_class(found, self._base))
        for place, parameter in enumerate(found.parameters):
            number = self._parameters.setdefault(parameter.iri, len(self._parameters))
            if number == self._counts["parameter"]:
                self._row("parameter", number, dump(parameter, base=self._base))
            self._connection.execute("INSERT INTO taking VALUES (?, ?, ?)", (n, place, number))

    def finish(self, about: Mapping[str, str]) -> None:
        """Write the words, and what the index says of itself."""
        run = self._connection.executemany
        in_order = sorted(self._words.items())
        run("INSERT INTO word VALUES (?, ?, ?)", ((w, word, known) for word, (w, known) in self._words.items()))
        ends = sorted((end, w) for word, (w, _) in in_order for end in endings_of(word))
        run("INSERT INTO ending VALUES (?, ?)", ends)
        near = sorted((number, w) for word, (w, _) in in_order for number in near_of(word))
        run("INSERT INTO deletion VALUES (?, ?)", near)
        lengths = digest_lengths(self._connection, "staged_key")
        counts = {table: str(number) for table, number in self._counts.items()}
        run("INSERT INTO about VALUES (?, ?)", sorted({**about, **counts, "digest lengths": lengths}.items()))


def digest_lengths(connection: sqlite3.Connection, table: str) -> str:
    """Return how many digits the digests of a table of keys have."""
    found = connection.execute(
        f"SELECT DISTINCT length(key) FROM {table} WHERE kind = ? ORDER BY 1",  # noqa: S608  # one of ours
        (int(Kind.DIGEST),),
    )
    return " ".join(str(length) for (length,) in found)
