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
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from os.path import basename, dirname, exists, isfile, join, realpath
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from mirld.config import cache_folder, carried_folder, registry_folder
from mirld.errors import UsageError
from mirld.registry.index import Index
from mirld.registry.tables import APPLICATION, FORMAT
from mirld.version import __version__
from mirld.vocab import DEFAULT_BASE

if TYPE_CHECKING:
    from pathlib import Path

PathText = str | os.PathLike[str]

CARRIED_FILE = "index.sqlite"
"""Name of the index inside a registry that was installed."""

_FOLDERS = ("ontology", "data")
_BYTES_A_SECOND = 6_000_000  # of Turtle, on a small machine: only for saying how long it takes
_WORTH_SAYING = 1.0  # seconds
_QUOTED = {ord(mark): f"%{ord(mark):02x}" for mark in "%?#"}  # what means something in a URI of SQLite
_STALE = 3600  # seconds after which a file that was never finished is swept away

# Whoever works on them has another index with each change.
_MAKERS = tuple(
    join(dirname(dirname(__file__)), f"{name}.py")
    for name in (
        "registry/forms",
        "registry/keys",
        "registry/module_layouts",
        "registry/overlay",
        "registry/read",
        "registry/rows",
        "registry/said",
        "registry/signatures",
        "registry/spelling",
        "registry/tables",
        "registry/values",
        "registry/writing",
        "weights/condition_text",
        "weights/module_names",
        "weights/signature",
    )
)

Say = Callable[[str], object]


class Sources(NamedTuple):
    """The files an index is made from: one line each, with its name, size and time; and how many bytes they are."""

    lines: str
    size: int


class _Order(NamedTuple):
    """What an index is wanted of: the folder of a registry, what is laid over it, and who is told what takes long."""

    folder: str
    overlays: tuple[str, ...]
    say: Say


def open_index(
    root: PathText | None = None, *, base: str = DEFAULT_BASE, overlays: Sequence[PathText] = (), say: Say | None = None
) -> Index:
    """Open the index of a registry, making it first when there is none or its files have changed.

    Without `root` it is the registry that came with mirld. `say` is told in words what takes long or cannot be.
    Raises UsageError when `root` is no registry or an overlay is not there, ConflictError when an overlay contradicts
    the registry (`overlay`), and the errors of `graph.load` when files are broken.
    """
    for overlay in overlays:
        if not exists(overlay):
            raise UsageError(f"there is no such overlay: {overlay}", hint="name a folder of Turtle files, or one file")
    order = _Order(registry_folder(root), tuple(os.fspath(each) for each in overlays), say or (lambda _: None))
    return Index(_found(order), base=base, remake=lambda: _kept(order, anew=True))


def _found(order: _Order) -> sqlite3.Connection:
    """Open the index that the registry carries, when nothing is laid over it, or the one in the cache."""
    if not order.overlays and order.folder == carried_folder():
        carried = join(order.folder, CARRIED_FILE)
        connection = _open(carried)
        if connection is not None:
            return connection
        if exists(carried):
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


def index_file(folder: PathText, overlays: Sequence[PathText] = ()) -> str:
    """Return where in the user's cache the index of a registry, with what is laid over it, is kept."""
    resolved = [realpath(path) for path in (folder, *overlays)]
    number = crc32(os.fsencode("\n".join(resolved)))
    return join(cache_folder(), "index", f"{basename(resolved[0]) or 'registry'}-{number:08x}.sqlite")


def sources_of(folder: PathText, overlays: Sequence[PathText] = ()) -> Sources:
    """List the Turtle files that an index of a registry is made from, and the modules that make it."""
    found = [(path, os.stat(path)) for path in _MAKERS]
    files: list[tuple[str, os.stat_result]] = []
    for top in _FOLDERS:
        _list(join(folder, top), top, files)
    for overlay in overlays:
        path = realpath(overlay)
        if isfile(path):
            files.append((path, os.stat(path)))
        else:
            _list(path, path, files)
    files.sort(key=itemgetter(0))
    lines = [f"{name} {status.st_size} {status.st_mtime_ns}" for name, status in (*found, *files)]
    heading = f"{FORMAT} {__version__} {realpath(folder)}"
    return Sources("\n".join((heading, *lines)), sum(status.st_size for _, status in files))


def _list(folder: str, name: str, found: list[tuple[str, os.stat_result]]) -> None:
    """Add the Turtle files below a folder, by name and state."""
    with os.scandir(folder) as entries:
        for each in entries:
            if each.is_dir():
                _list(each.path, f"{name}/{each.name}", found)
            elif each.name.endswith(".ttl") and not each.name.startswith("."):
                found.append((f"{name}/{each.name}", each.stat()))


def content_of(folder: PathText, sources: Sources) -> str:
    """Return a digest of the files' names and bytes."""
    import hashlib
    from pathlib import Path

    digest = hashlib.sha256(f"{FORMAT} {__version__}".encode())
    for line in sources.lines.split("\n")[1:]:
        name = line.rsplit(" ", 2)[0]
        data = Path(folder, name).read_bytes()
        digest.update(f"\n{name}\n{len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def _open(path: str) -> sqlite3.Connection | None:
    """Open a file for reading when it is an index of this form and of this mirld; None when not."""
    try:
        # Nothing changes a file in its place, so SQLite needs to lock nothing.
        connection = sqlite3.connect(
            f"file:{path.translate(_QUOTED)}?mode=ro&immutable=1", uri=True, check_same_thread=False
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


def _made(order: _Order, place: str, sources: Sources) -> sqlite3.Connection:
    beside = _beside(place)
    try:
        beside.parent.mkdir(parents=True, exist_ok=True)
        _sweep(beside.parent)
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
        beside.replace(place)
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
    from pathlib import Path

    from mirld.registry.overlay import lay_over

    # What lies below changes more rarely than an overlay, so it is kept as it is and copied.
    below = _found(order._replace(overlays=()))
    below.backup(connection)
    below.close()
    lay_over(connection, Path(order.folder), tuple(map(Path, order.overlays)))
    with connection:
        connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", about.items())


def _write(connection: sqlite3.Connection, folder: PathText, about: Mapping[str, str]) -> None:
    # Imported here: all of it is only needed to make an index.
    from pathlib import Path

    from mirld.graph.collector import paused
    from mirld.graph.corpus import Corpus
    from mirld.graph.load import load
    from mirld.registry.module_layouts import read_module_layouts
    from mirld.registry.read import read_concepts, read_library, read_registry
    from mirld.registry.signatures import read_signatures
    from mirld.registry.writing import write_index

    with paused():
        dataset = load(Corpus.scan(Path(folder)))
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


def _beside(place: str) -> Path:
    """Return where a file is written before it is put into its place."""
    from pathlib import Path

    path = Path(place)
    return path.with_name(f".{path.name}.{os.getpid()}.new")


def _retimed(place: str, sources: Sources) -> sqlite3.Connection:
    """Note new times of files whose contents are the same; where that cannot be written, they are compared again."""
    beside = _beside(place)
    try:
        beside.write_bytes(beside.with_name(basename(place)).read_bytes())
        connection = sqlite3.connect(beside)
        with connection:
            connection.execute("UPDATE about SET value = ? WHERE name = 'files'", (sources.lines,))
        connection.close()
        beside.replace(place)
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
