"""The tables of the index, and what keys there are.

    about     what the index is: format, version of mirld, base, counts
    name      what an entry is called: its number, id, label, and how many words its id has
    entry     the entry itself as one row (`rows`); record, source, concept, library_class, parameter and
              module_layout likewise
    brief     what an entry says of itself and others (`briefs`), without its id, IRI and label
    taking    class of a library → the parameters it takes itself
    key       everything exact that finds something: kind, key → number of the thing, with what is to be said of it
    signature how a layout is known by the names and shapes of its tensors: by a name that it cannot do without
    word      every word of every name, with how many entries have it
    ending    what a word ends in, from its second letter on: so a word is found by what stands inside it
    deletion  a word with up to two letters left out, as a number: so a word is found in spite of typing errors
    posting   word → entries, with the sort of name it is in

Entries are numbered as they sort by id. Keys of one kind lie together, so that digests are found by their beginning.
"""

from __future__ import annotations

from enum import IntEnum

FORMAT = 8
"""Number of this form of the index; another one is made anew."""
APPLICATION = 0x4D495231
"""What the header of the file says it is: MIR1."""

VALUES = ("entry", "record", "source", "concept", "library_class", "parameter", "module_layout", "brief")
"""Tables that hold one value a row."""

SCHEMA = "\n".join(
    (
        "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",
        "CREATE TABLE name (n INTEGER PRIMARY KEY, id TEXT NOT NULL, label TEXT NOT NULL, words INTEGER NOT NULL);",
        *(f"CREATE TABLE {name} (n INTEGER PRIMARY KEY, value TEXT NOT NULL);" for name in VALUES),
        "CREATE TABLE taking (n INTEGER NOT NULL, place INTEGER NOT NULL, parameter INTEGER NOT NULL,"
        " PRIMARY KEY (n, place)) WITHOUT ROWID;",
        "CREATE TABLE key (kind INTEGER NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL, place INTEGER NOT NULL,"
        " said TEXT NOT NULL, PRIMARY KEY (kind, key, n, place)) WITHOUT ROWID;",
        "CREATE TABLE signature (n INTEGER PRIMARY KEY, anchor TEXT NOT NULL, value TEXT NOT NULL);",
        "CREATE TABLE word (w INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, entries INTEGER NOT NULL);",
        "CREATE TABLE ending (text TEXT NOT NULL, w INTEGER NOT NULL, PRIMARY KEY (text, w)) WITHOUT ROWID;",
        "CREATE TABLE deletion (hash INTEGER NOT NULL, w INTEGER NOT NULL, PRIMARY KEY (hash, w)) WITHOUT ROWID;",
        "CREATE TABLE posting (w INTEGER NOT NULL, n INTEGER NOT NULL, sort INTEGER NOT NULL,"
        " PRIMARY KEY (w, n)) WITHOUT ROWID;",
    )
)


class Kind(IntEnum):
    """What a key is, what its number counts, and what is said with it (texts; empty where nothing is known)."""

    ID = 1
    """A canonical id → entry."""
    RECORD = 2
    """A text as the ledger has it → record."""
    FOLDED = 3
    """The same in the one form of all its spellings (`forms.folded`) → record."""
    RECORD_IRI = 4
    """Path of the record below the base → record."""
    REPOSITORY = 5
    """Name of a repository in small letters → entry: name, host, revision."""
    PAGE = 6
    """Address of a repository without its scheme → entry: name, host."""
    DOWNLOAD = 7
    """Address of a file without its scheme → entry: IRI of the file, its name, its variant."""
    AIR = 8
    """An AIR in one form, whole or from any of its parts on → entry: name and host of the repository."""
    ALIAS = 9
    """A name in another scheme, with and without the scheme → entry: the alias as written."""
    LABEL = 10
    """A label, or another label, in small letters → entry: `label` or `other`, as written."""
    DIGEST = 11
    """Digits → entry: kind of digest, IRI of the part, its name, its variant, `layout` when it is one."""
    CLASS = 12
    """Name of a class in small letters, without its module → entry: library, module, class as written, call."""
    TASK_CLASS = 13
    """Name of a class of the family, for another task → entry: as written."""
    FILE = 14
    """Name of a file without folders, in small letters → entry: IRI of the file, its name, its variant."""
    WHOLE = 15
    """A whole name without what divides it (`spelling.squashed`) → entry: what a reason calls it."""
    SERIES = 16
    """Id of a series → entry that is a release or an operation of it."""
    ARCHITECTURE = 17
    """Token of an architecture → entry."""
    TASK = 18
    """Token of a task → entry."""
    TYPE = 19
    """Local name of a class of the ontology → entry."""
    LICENCE = 20
    """SPDX id or last part of the IRI of a licence, in small letters → entry."""
    PUBLISHER = 21
    """Last part of the IRI of a publisher → entry."""
    LIBRARY = 22
    """A library that an entry has a loader for → entry."""
    LINKED = 23
    """Path of an entry below the base → entry that links it: by what (component, adapterFor, compatibility, …)."""
    TARGET = 24
    """Path of an entry below the base → record of a name that leads to it."""
    SOURCE = 25
    """Path of a source below the base → source."""
    CONCEPT = 26
    """Path of a concept below the base → concept."""
    SCHEME = 27
    """Path of a scheme below the base → concept in it."""
    LIBRARY_IRI = 28
    """Path of a class of a library below the base → class."""
    LIBRARY_CLASS = 29
    """Library and name of a class, or of one that it configures, in small letters → class: `itself` or `configures`."""
    OVERLAID = 30
    """Canonical id of an entry that an overlay speaks of → entry: IRI of a part that it prefers, or nothing."""
    MODULE = 31
    """Name of a module in one spelling → module layout: role, inputs, outputs, kernel, range of each number."""
    MODULE_LAYOUT = 32
    """Path of a layout of modules below the base → module layout."""


DIVIDER = "\x1f"
"""Between the texts that are said with a key."""


NAMES: tuple[tuple[str, float], ...] = (
    ("id", 3.0),
    ("id", 2.5),
    ("id", 1.0),
    ("label", 3.0),
    ("other label", 2.5),
    ("alias", 2.0),
    ("repository", 2.0),
    ("repository", 1.0),
    ("variants", 1.0),
)
"""Sorts of names that a word can stand in: what a reason calls the name, and what a word of it weighs."""
