"""What the last check knew, kept beside the registry so that the next one can look at a change alone.

A SQLite file in the user's cache: it is never needed, and whatever is wrong with it, everything is checked again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mirld.check.findings import Finding
from mirld.check.offers import Named, Offer
from mirld.check.proofs import Fault, Held, Proofs
from mirld.config import cache_folder
from mirld.registry.layout_cases import LayoutCase
from mirld.registry.rows import dump as dump_row
from mirld.registry.rows import load as load_row
from mirld.registry.signatures import LayoutSignature
from mirld.vocab import DEFAULT_BASE

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE file (name TEXT PRIMARY KEY, stamp TEXT) WITHOUT ROWID;
CREATE TABLE whole (iri TEXT PRIMARY KEY, nodes TEXT) WITHOUT ROWID;
CREATE TABLE holds (file TEXT, whole TEXT, digest TEXT, PRIMARY KEY (file, whole)) WITHOUT ROWID;
CREATE INDEX holds_whole ON holds (whole);
CREATE TABLE link (target TEXT, whole TEXT, PRIMARY KEY (target, whole)) WITHOUT ROWID;
CREATE INDEX link_from ON link (whole);
CREATE TABLE record (text TEXT, iri TEXT, PRIMARY KEY (text, iri)) WITHOUT ROWID;
CREATE INDEX record_iri ON record (iri);
CREATE TABLE lineage (
    predicate TEXT, subject TEXT, object TEXT, PRIMARY KEY (predicate, subject, object)
) WITHOUT ROWID;
CREATE INDEX lineage_subject ON lineage (subject);
CREATE TABLE offer (whole TEXT PRIMARY KEY, data TEXT) WITHOUT ROWID;
CREATE TABLE named (
    library TEXT, name TEXT, whole TEXT, itself INTEGER, PRIMARY KEY (library, name, whole)
) WITHOUT ROWID;
CREATE TABLE proof (kind TEXT, iri TEXT, data TEXT);
CREATE INDEX proof_of ON proof (kind, iri);
CREATE TABLE finding (about TEXT, data TEXT);
CREATE INDEX finding_about ON finding (about);
"""

_OF_WHOLES = (
    ("whole", "iri"),
    ("holds", "whole"),
    ("link", "whole"),
    ("record", "iri"),
    ("lineage", "subject"),
    ("offer", "whole"),
)
"""Tables that `update` replaces rows of, and the column that names the resource; a new class makes all be checked."""


class Known(NamedTuple):
    """What is known of one resource: what each file says of it, as a digest, and the classes of it and of its parts."""

    files: Mapping[str, str]
    nodes: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a check leaves of one resource."""

    known: Known
    links: frozenset[str]
    """Resources that it links to."""
    records: tuple[tuple[str, str], ...] = ()
    """(text, record) of the ledger."""
    lineage: tuple[tuple[str, str, str], ...] = ()
    offer: Offer | None = None
    """What it takes, for settings to be held to."""
    names: tuple[Named, ...] = ()
    """What loaders call it, when it is a class of a library."""


class State:
    """The state of one registry under one set of words and shapes, whose `fingerprint` it was made with."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path, fingerprint: str) -> State | None:
        """Open a state; None when there is none, or none that fits."""
        if not path.is_file():
            return None
        connection = sqlite3.connect(path)
        try:
            row = connection.execute("SELECT value FROM meta WHERE key = 'fingerprint'").fetchone()
        except sqlite3.Error:
            row = None
        if row is None or row[0] != fingerprint:
            connection.close()
            return None
        return cls(connection)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def meta(self, key: str) -> object:
        """Return a value that `create` was given."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return json.loads(row[0]) if row else None

    def stamps(self) -> dict[str, str]:
        """Stamps of the files as they were, by name."""
        return dict(self._connection.execute("SELECT name, stamp FROM file"))

    def wholes_in(self, file: str) -> dict[str, str]:
        """Digests of what a file said of each resource."""
        return dict(self._connection.execute("SELECT whole, digest FROM holds WHERE file = ?", (file,)))

    def known(self, whole: str) -> Known | None:
        """Return what was known of a resource."""
        row = self._connection.execute("SELECT nodes FROM whole WHERE iri = ?", (whole,)).fetchone()
        if row is None:
            return None
        files = dict(self._connection.execute("SELECT file, digest FROM holds WHERE whole = ?", (whole,)))
        return Known(files, {name: tuple(types) for name, types in json.loads(row[0]).items()})

    def linking(self, whole: str) -> list[str]:
        """Resources that linked to a resource."""
        return self._column("SELECT whole FROM link WHERE target = ?", whole)

    def records(self, text: str) -> list[str]:
        """Return the records of a text."""
        return self._column("SELECT iri FROM record WHERE text = ?", text)

    def texts(self, record: str) -> list[str]:
        """Return the texts of a record."""
        return self._column("SELECT text FROM record WHERE iri = ?", record)

    def offer(self, whole: str) -> Offer | None:
        """Return what a resource takes."""
        found = self._column("SELECT data FROM offer WHERE whole = ?", whole)
        return Offer.parse(found[0]) if found else None

    def classes(self, library: str, name: str) -> list[Named]:
        """Return the classes that loaders call by a name."""
        query = "SELECT library, name, whole, itself FROM named WHERE library = ? AND name = ? ORDER BY whole"
        rows = self._connection.execute(query, (library, name))
        return [Named(found, called, whole, bool(itself)) for found, called, whole, itself in rows]

    def below(self, start: str) -> Iterator[str]:
        """Every resource and part whose IRI begins with a text."""
        rows = self._connection.execute(
            "SELECT nodes FROM whole WHERE iri >= ? AND iri < ?", (start, start + "\U0010ffff")
        )
        for (nodes,) in rows:
            yield from json.loads(nodes)

    def lineage(self) -> list[tuple[str, str, str]]:
        """(property, subject, object) of every link whose chains must end, sorted."""
        return list(self._connection.execute("SELECT predicate, subject, object FROM lineage ORDER BY 1, 2, 3"))

    def found_in(self, file: str) -> list[str]:
        """Resources that something was found about in a file, which may stand on another line now."""
        return self._column("SELECT about FROM finding WHERE json_extract(data, '$.file') = ?", file)

    def proofs(self) -> Proofs:
        """Return what was proved of signatures."""
        rows: dict[str, list[tuple[str, str]]] = {"signature": [], "case": [], "held": [], "fault": []}
        for kind, iri, data in self._connection.execute("SELECT kind, iri, data FROM proof"):
            rows[kind].append((iri, data))
        return Proofs(
            {iri: load_row(LayoutSignature, data, base=DEFAULT_BASE) for iri, data in rows["signature"]},
            {iri: load_row(LayoutCase, data, base=DEFAULT_BASE) for iri, data in rows["case"]},
            tuple(Held(iri, *json.loads(data)) for iri, data in rows["held"]),
            tuple(Fault(iri, *json.loads(data)) for iri, data in rows["fault"]),
        )

    def provable(self) -> set[str]:
        """Resources that are, or have, a signature or a case of one."""
        rows = self._connection.execute("SELECT iri FROM proof WHERE kind IN ('signature', 'case')")
        return {iri.partition("#")[0] for (iri,) in rows}

    def keep_proofs(self, before: Proofs, now: Proofs) -> None:
        """Put what is proved of signatures in place of what was; rows that stay the same are left alone."""
        run = self._connection
        with run:
            for kind, old, new in (
                ("signature", before.signatures, now.signatures),
                ("case", before.cases, now.cases),
            ):
                gone = [(kind, iri) for iri, one in old.items() if new.get(iri) != one]
                run.executemany("DELETE FROM proof WHERE kind = ? AND iri = ?", gone)
                rows = [(kind, iri, dump_row(one)) for iri, one in new.items() if old.get(iri) != one]
                run.executemany("INSERT INTO proof VALUES (?, ?, ?)", rows)
            run.execute("DELETE FROM proof WHERE kind IN ('held', 'fault')")
            run.executemany("INSERT INTO proof VALUES (?, ?, ?)", _outcomes(now))

    def wrong_links(self) -> list[str]:
        """Resources that something was found about in a link."""
        return self._column("SELECT about FROM finding WHERE json_extract(data, '$.value') LIKE ?", "<%")

    def findings(self) -> list[Finding]:
        """Every finding there was."""
        return [Finding(**json.loads(data)) for (data,) in self._connection.execute("SELECT data FROM finding")]

    def _column(self, query: str, value: str) -> list[str]:
        return [row[0] for row in self._connection.execute(query, (value,))]

    def update(
        self,
        stamps: Mapping[str, str],
        gone: Iterable[str],
        facts: Mapping[str, Facts],
        findings: Sequence[tuple[str, Finding]],
        about: Iterable[str],
    ) -> None:
        """Put what a check of some resources left in place of what there was.

        `gone` are resources whose facts are replaced or dropped, `about` what findings are replaced for.
        """
        run = self._connection
        with run:
            before = self.stamps()
            run.executemany("DELETE FROM file WHERE name = ?", [(name,) for name in before if name not in stamps])
            changed = [(name, stamp) for name, stamp in stamps.items() if before.get(name) != stamp]
            run.executemany("INSERT OR REPLACE INTO file VALUES (?, ?)", changed)
            wholes = [(whole,) for whole in gone]
            for table, column in _OF_WHOLES:
                run.executemany(f"DELETE FROM {table} WHERE {column} = ?", wholes)  # noqa: S608 - names from this line
            _insert(run, facts)
            run.executemany("DELETE FROM finding WHERE about = ?", [(name,) for name in about])
            run.executemany("INSERT INTO finding VALUES (?, ?)", [(name, _dump(found)) for name, found in findings])


def create(partial: Path, meta: Mapping[str, object], stamps: Mapping[str, str], facts: Mapping[str, Facts]) -> None:
    """Write all of a state but what was found; it counts for nothing until `seal` puts it in its place.

    One that cannot be written is left out, since nothing depends on it.
    """
    try:
        partial.parent.mkdir(parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(partial)) as run:
            run.execute("PRAGMA synchronous = OFF")
            run.executescript(_SCHEMA)
            with run:
                rows = [(key, json.dumps(value)) for key, value in meta.items()]
                run.executemany("INSERT INTO meta VALUES (?, ?)", rows)
                run.executemany("INSERT INTO file VALUES (?, ?)", stamps.items())
                _insert(run, facts)
    except (OSError, sqlite3.Error):
        with suppress(OSError):
            partial.unlink()


def seal(partial: Path, path: Path, fingerprint: str, findings: Sequence[tuple[str, Finding]], proofs: Proofs) -> None:
    """Add what was found and proved to the state that `create` wrote, and put it in its place."""
    try:
        if partial.is_file():
            with closing(sqlite3.connect(partial)) as run:
                run.execute("PRAGMA synchronous = OFF")
                with run:
                    run.executemany("INSERT INTO finding VALUES (?, ?)", [(name, _dump(it)) for name, it in findings])
                    _insert_proofs(run, proofs)
                    run.execute("INSERT INTO meta VALUES ('fingerprint', ?)", (fingerprint,))
            partial.replace(path)
    except (OSError, sqlite3.Error):
        with suppress(OSError):
            partial.unlink()


def _insert(run: sqlite3.Connection, facts: Mapping[str, Facts]) -> None:
    run.executemany(
        "INSERT INTO whole VALUES (?, ?)",
        ((whole, json.dumps(found.known.nodes, separators=(",", ":"))) for whole, found in facts.items()),
    )
    run.executemany(
        "INSERT INTO holds VALUES (?, ?, ?)",
        ((file, whole, digest) for whole, found in facts.items() for file, digest in found.known.files.items()),
    )
    run.executemany(
        "INSERT INTO link VALUES (?, ?)", ((target, whole) for whole, found in facts.items() for target in found.links)
    )
    run.executemany("INSERT INTO record VALUES (?, ?)", (row for found in facts.values() for row in found.records))
    run.executemany("INSERT INTO lineage VALUES (?, ?, ?)", (row for found in facts.values() for row in found.lineage))
    offers = ((whole, found.offer.dump()) for whole, found in facts.items() if found.offer is not None)
    run.executemany("INSERT INTO offer VALUES (?, ?)", offers)
    run.executemany(
        "INSERT OR REPLACE INTO named VALUES (?, ?, ?, ?)", (row for found in facts.values() for row in found.names)
    )


def _insert_proofs(run: sqlite3.Connection, proofs: Proofs) -> None:
    rows = [("signature", iri, dump_row(one)) for iri, one in proofs.signatures.items()]
    rows += [("case", iri, dump_row(one)) for iri, one in proofs.cases.items()]
    run.executemany("INSERT INTO proof VALUES (?, ?, ?)", [*rows, *_outcomes(proofs)])


def _outcomes(proofs: Proofs) -> list[tuple[str, str, str]]:
    rows = [("held", found.case, json.dumps(found[1:])) for found in proofs.held]
    return rows + [("fault", found.case, json.dumps(found[1:])) for found in proofs.faults]


def _dump(found: Finding) -> str:
    return json.dumps(found.as_dict())


def cache_file(root: Path) -> Path:
    """Return where the state of the registry in a folder is kept."""
    return Path(cache_folder()) / f"check-{hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]}.sqlite"


def stamp(path: Path) -> str:
    """Return what changes when a file changes: its size, time and number."""
    status = path.stat()
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"
