"""Where an index lies, and when it is made anew.

1. The registry that an installed mirld carries may hold an index, made with it; that one is taken as it is.
2. Else the index is a file of the user's cache, named after the folder of the registry. It says which files it was made
   from, with their sizes and times; when these differ, their contents decide whether it is made anew.
3. It is written beside its place and then put there whole, so that two processes may make it at once.
4. Where nothing can be written it is made in memory, each time, and that is said.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from zlib import crc32

from mirld.config import cache_folder, carried_root, registry_root
from mirld.registry.index import Index
from mirld.registry.tables import APPLICATION, FORMAT
from mirld.version import __version__
from mirld.vocab import DEFAULT_BASE

CARRIED_FILE = "index.sqlite"
"""Name of the index inside a registry that was installed."""

_FOLDERS = ("ontology", "data")
_BYTES_A_SECOND = 6_000_000  # of Turtle, on a small machine: only for saying how long it takes
_WORTH_SAYING = 1.0  # seconds
_STALE = 3600  # seconds after which a file that was never finished is swept away

# Whoever works on them has another index with each change.
_MAKERS = tuple(
    Path(__file__).with_name(f"{name}.py")
    for name in ("forms", "keys", "read", "rows", "said", "spelling", "tables", "values", "writing")
)

Say = Callable[[str], object]


class Sources(NamedTuple):
    """The files an index is made from: one line each, with its name, size and time; and how many bytes they are."""

    lines: str
    size: int


def open_index(
    root: Path | None = None, *, base: str = DEFAULT_BASE, overlays: Sequence[Path] = (), say: Say | None = None
) -> Index:
    """Open the index of a registry, making it first when there is none or its files have changed.

    Without `root` it is the registry that came with mirld. `say` is told in words what takes long or cannot be.
    Raises UsageError when `root` is no registry, and the errors of `graph.load` when its files are broken.
    """
    folder = registry_root(root)
    tell = say or (lambda _: None)
    carried = folder / CARRIED_FILE if folder == carried_root() else None
    if carried is not None and carried.is_file():
        connection = _open(carried)
        if connection is not None:
            return Index(connection, base=base, remake=lambda: _kept(folder, tell, anew=True))
        tell(f"the index that came with mirld cannot be read, so it is made anew: {carried}")
    return Index(_kept(folder, tell), base=base, remake=lambda: _kept(folder, tell, anew=True))


def _kept(folder: Path, say: Say, *, anew: bool = False) -> sqlite3.Connection:
    """Open the index in the cache, or make it there; in memory where that cannot be."""
    place = _place_of(folder)
    sources = sources_of(folder)
    known = None if anew else _open(place)
    if known is not None:
        if _about(known, "files") == sources.lines:
            return known
        content = content_of(folder, sources)
        if _about(known, "content") == content:
            known.close()
            return _retimed(place, sources)
        known.close()
    seconds = sources.size / _BYTES_A_SECOND
    if seconds > _WORTH_SAYING:
        say(f"making the index of {folder}, once: it takes about {seconds:.0f} s")
    return _made(folder, place, sources, say)


def _place_of(folder: Path) -> Path:
    return cache_folder() / "index" / f"{folder.name or 'registry'}-{crc32(os.fsencode(folder.resolve())):08x}.sqlite"


def sources_of(folder: Path) -> Sources:
    """List the Turtle files that an index of a registry is made from, and the modules that make it."""
    lines = [f"{FORMAT} {__version__} {folder.resolve()}"]
    total = 0
    for path in _MAKERS:
        status = path.stat()
        lines.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    for name, status in sorted((name, status) for top in _FOLDERS for name, status in _files(str(folder / top), top)):
        lines.append(f"{name} {status.st_size} {status.st_mtime_ns}")
        total += status.st_size
    return Sources("\n".join(lines), total)


def _files(folder: str, name: str) -> Iterator[tuple[str, os.stat_result]]:
    with os.scandir(folder) as found:
        for each in found:
            if each.is_dir():
                yield from _files(each.path, f"{name}/{each.name}")
            elif each.name.endswith(".ttl") and not each.name.startswith("."):
                yield f"{name}/{each.name}", each.stat()


def content_of(folder: Path, sources: Sources) -> str:
    """Return a digest of the files' names and bytes."""
    import hashlib

    digest = hashlib.sha256(f"{FORMAT} {__version__}".encode())
    for line in sources.lines.split("\n")[1:]:
        name = line.rsplit(" ", 2)[0]
        data = (folder / name).read_bytes()
        digest.update(f"\n{name}\n{len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def _open(path: Path) -> sqlite3.Connection | None:
    """Open a file for reading when it is an index of this form and of this mirld; None when not."""
    try:
        # Nothing changes a file in its place, so SQLite needs to lock nothing.
        connection = sqlite3.connect(
            f"file:{quote(os.fspath(path))}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
    except sqlite3.Error:
        return None
    try:
        marks = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if marks == [APPLICATION, FORMAT] and _about(connection, "mirld") == __version__:
            return connection
    except sqlite3.Error:
        pass
    connection.close()
    return None


def _about(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM about WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def _made(folder: Path, place: Path, sources: Sources, say: Say) -> sqlite3.Connection:
    beside = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _sweep(place.parent)
        with beside.open("wb"):
            pass
    except OSError as error:
        return _in_memory(folder, sources, say, error)
    try:
        make(folder, beside, sources)
        os.replace(beside, place)  # noqa: PTH105 - replaces on every system, which Path.rename does not
    except (OSError, sqlite3.OperationalError) as error:
        return _in_memory(folder, sources, say, error)
    finally:
        beside.unlink(missing_ok=True)
    connection = _open(place)
    return connection if connection is not None else _in_memory(folder, sources, say, None)


def _in_memory(folder: Path, sources: Sources, say: Say, error: Exception | None) -> sqlite3.Connection:
    words = (error.strerror or str(error)) if isinstance(error, OSError) else str(error or "it cannot be read back")
    say(f"the index is made in memory, for this once, since {cache_folder()} does not take it: {words.lower()}")
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    _fill(connection, folder, sources)
    return connection


def make(folder: Path, file: Path, sources: Sources | None = None) -> None:
    """Make the index of a registry as a file, which is empty or not there; without `sources` it says none."""
    connection = sqlite3.connect(file)
    try:
        _fill(connection, folder, sources)
    finally:
        connection.close()


def _fill(connection: sqlite3.Connection, folder: Path, sources: Sources | None) -> None:
    # Imported here: all of it is only needed to make an index.
    from mirld.graph.collector import paused
    from mirld.graph.corpus import Corpus
    from mirld.graph.load import load
    from mirld.registry.read import read_concepts, read_library, read_registry
    from mirld.registry.writing import write_index

    about = {"mirld": __version__}
    if sources is not None:
        # Before the files are read: one that changes meanwhile is then seen to have changed.
        about |= {"files": sources.lines, "content": content_of(folder, sources)}
    with paused():
        dataset = load(Corpus.scan(folder))
        registry = read_registry(dataset)
        write_index(
            connection,
            entries=registry,
            ledger=registry.ledger.values(),
            sources=registry.sources.values(),
            concepts=read_concepts(dataset),
            classes=read_library(dataset),
            about=about,
        )


def _retimed(place: Path, sources: Sources) -> sqlite3.Connection:
    """Note new times of files whose contents are the same; where that cannot be written, they are compared again."""
    beside = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        beside.write_bytes(place.read_bytes())
        connection = sqlite3.connect(beside)
        with connection:
            connection.execute("UPDATE about SET value = ? WHERE name = 'files'", (sources.lines,))
        connection.close()
        os.replace(beside, place)  # noqa: PTH105 - replaces on every system, which Path.rename does not
    except (OSError, sqlite3.Error):
        beside.unlink(missing_ok=True)
    opened = _open(place)
    if opened is None:
        raise sqlite3.DatabaseError(f"the index went away: {place}")
    return opened


def _sweep(folder: Path) -> None:
    """Remove what processes that were ended left half made."""
    import time

    for path in folder.glob(".*.new"):
        try:
            if time.time() - path.stat().st_mtime > _STALE:
                path.unlink()
        except OSError:
            continue
