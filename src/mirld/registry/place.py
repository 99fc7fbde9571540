"""Where an index lies, and when it is made anew.

1. The registry that an installed mirld carries may hold an index, made with it; that one is taken as it is.
2. Else the index is a file of the user's cache, named after the folder of the registry. It says which files it was made
   from, with their sizes and times; when these differ, their contents decide whether it is made anew.
3. It is written beside its place and then put there whole, so that two processes may make it at once.
4. What is laid over a registry gives an index of its own, a copy of the one below with what the overlay says.
5. Where nothing can be written it is made in memory, each time, and that is said.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from zlib import crc32

from mirld.config import cache_folder, carried_root, registry_root
from mirld.errors import UsageError
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
    for name in (
        "forms",
        "keys",
        "module_layouts",
        "overlay",
        "read",
        "rows",
        "said",
        "signatures",
        "spelling",
        "tables",
        "values",
        "writing",
    )
)

Say = Callable[[str], object]


class Sources(NamedTuple):
    """The files an index is made from: one line each, with its name, size and time; and how many bytes they are."""

    lines: str
    size: int


class _Order(NamedTuple):
    """What an index is wanted of: the folder of a registry, what is laid over it, and who is told what takes long."""

    folder: Path
    overlays: tuple[Path, ...]
    say: Say


def open_index(
    root: Path | None = None, *, base: str = DEFAULT_BASE, overlays: Sequence[Path] = (), say: Say | None = None
) -> Index:
    """Open the index of a registry, making it first when there is none or its files have changed.

    Without `root` it is the registry that came with mirld. `say` is told in words what takes long or cannot be.
    Raises UsageError when `root` is no registry or an overlay is not there, ConflictError when an overlay contradicts
    the registry (`overlay`), and the errors of `graph.load` when files are broken.
    """
    for overlay in overlays:
        if not overlay.exists():
            raise UsageError(f"there is no such overlay: {overlay}", hint="name a folder of Turtle files, or one file")
    order = _Order(registry_root(root), tuple(overlays), say or (lambda _: None))
    return Index(_found(order), base=base, remake=lambda: _kept(order, anew=True))


def _found(order: _Order) -> sqlite3.Connection:
    """Open the index that the registry carries, when nothing is laid over it, or the one in the cache."""
    if not order.overlays and order.folder == carried_root():
        carried = order.folder / CARRIED_FILE
        connection = _open(carried)
        if connection is not None:
            return connection
        if carried.exists():
            order.say(f"the index that came with mirld cannot be read, so it is made anew: {carried}")
    return _kept(order)


def _kept(order: _Order, *, anew: bool = False) -> sqlite3.Connection:
    """Open the index in the cache, or make it there; in memory where that cannot be."""
    place = index_file(order.folder, order.overlays)
    sources = sources_of(order.folder, order.overlays)
    known = None if anew else _open(place)
    if known is not None:
        if _about(known, "files") == sources.lines:
            return known
        content = content_of(order.folder, sources)
        if _about(known, "content") == content:
            known.close()
            return _retimed(place, sources)
        known.close()
    seconds = sources.size / _BYTES_A_SECOND
    if seconds > _WORTH_SAYING and not order.overlays:
        order.say(f"making the index of {order.folder}, once: it takes about {seconds:.0f} s")
    return _made(order, place, sources)


def index_file(folder: Path, overlays: Sequence[Path] = ()) -> Path:
    """Return where in the user's cache the index of a registry, with what is laid over it, is kept."""
    folder = folder.resolve()
    named = "\n".join(str(path.resolve()) for path in (folder, *overlays))
    return cache_folder() / "index" / f"{folder.name or 'registry'}-{crc32(os.fsencode(named)):08x}.sqlite"


def sources_of(folder: Path, overlays: Sequence[Path] = ()) -> Sources:
    """List the Turtle files that an index of a registry is made from, and the modules that make it."""
    lines = [f"{FORMAT} {__version__} {folder.resolve()}"]
    total = 0
    for path in _MAKERS:
        status = path.stat()
        lines.append(f"{path} {status.st_size} {status.st_mtime_ns}")
    found = [each for top in _FOLDERS for each in _files(str(folder / top), top)]
    for overlay in overlays:
        path = overlay.resolve()
        found += [(str(path), path.stat())] if path.is_file() else _files(str(path), str(path))
    for name, status in sorted(found, key=lambda each: each[0]):
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


def _made(order: _Order, place: Path, sources: Sources) -> sqlite3.Connection:
    beside = place.with_name(f".{place.name}.{os.getpid()}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        _sweep(place.parent)
        with beside.open("wb"):
            pass
    except OSError as error:
        return _in_memory(order, sources, error)
    try:
        connection = sqlite3.connect(beside)
        try:
            _fill(connection, order, sources)
        finally:
            connection.close()
        os.replace(beside, place)  # noqa: PTH105 - replaces on every system, which Path.rename does not
    except (OSError, sqlite3.OperationalError) as error:
        return _in_memory(order, sources, error)
    finally:
        beside.unlink(missing_ok=True)
    return _open(place) or _in_memory(order, sources, None)


def _in_memory(order: _Order, sources: Sources, error: Exception | None) -> sqlite3.Connection:
    words = (error.strerror or str(error)) if isinstance(error, OSError) else str(error or "it cannot be read back")
    order.say(f"the index is made in memory, for this once, since {cache_folder()} does not take it: {words.lower()}")
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    _fill(connection, order, sources)
    return connection


def make(folder: Path, file: Path) -> None:
    """Make the index that a registry carries, as a new file; it does not say which files it was made from."""
    connection = sqlite3.connect(file)
    try:
        _write(connection, folder, {"mirld": __version__})
    finally:
        connection.close()


def _fill(connection: sqlite3.Connection, order: _Order, sources: Sources) -> None:
    # Before the files are read: one that changes meanwhile is then seen to have changed.
    about = {"files": sources.lines, "content": content_of(order.folder, sources)}
    if not order.overlays:
        _write(connection, order.folder, {"mirld": __version__, **about})
        return
    from mirld.registry.overlay import lay_over

    # What lies below changes more rarely than an overlay, so it is kept as it is and copied.
    below = _found(order._replace(overlays=()))
    below.backup(connection)
    below.close()
    lay_over(connection, order.folder, order.overlays)
    with connection:
        connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())


def _write(connection: sqlite3.Connection, folder: Path, about: Mapping[str, str]) -> None:
    # Imported here: all of it is only needed to make an index.
    from mirld.graph.collector import paused
    from mirld.graph.corpus import Corpus
    from mirld.graph.load import load
    from mirld.registry.module_layouts import read_module_layouts
    from mirld.registry.read import read_concepts, read_library, read_registry
    from mirld.registry.signatures import read_signatures
    from mirld.registry.writing import write_index

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
            layouts=read_module_layouts(dataset),
            signatures=read_signatures(dataset),
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
