"""The corpus: which files hold the registry, which source each belongs to, and their bytes.

A folder with a `source.ttl` is a source; every Turtle file below it belongs to the nearest such folder. Files of
`ontology/` belong to no source. Nothing here reads RDF.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from mirld.errors import InputError
from mirld.vocab import DEFAULT_BASE

SOURCE_FILE = "source.ttl"


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusFile:
    """One Turtle file: `path` on disk, `name` as messages show it (relative to the root, `/` between parts)."""

    path: Path
    name: str
    graph: str
    """IRI of the file's named graph."""
    source: str | None
    """IRI of the source the file belongs to; None for the ontology."""
    is_overlay: bool = False
    """Whether a user laid the file over the registry."""

    def read(self) -> bytes:
        """Return the bytes of the file, or raise InputError when it cannot be read."""
        try:
            return self.path.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read the file: {error.strerror}", file=self.name) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """All Turtle files of a registry, ontology first, sorted by name; `base` is what relative IRIs resolve against."""

    root: Path
    base: str
    files: tuple[CorpusFile, ...]

    @classmethod
    def scan(cls, root: Path, *, base: str = DEFAULT_BASE, overlays: tuple[Path, ...] = ()) -> Corpus:
        """List the Turtle files of `root`/ontology and `root`/data, and of every overlay, a folder or a file.

        Raises InputError for a folder that cannot be read.
        """
        files = [
            CorpusFile(
                path=path,
                name=_name(path, root),
                graph=f"{base}graph/ontology/{_inside(path, root / 'ontology')}",
                source=None,
            )
            for path in _turtle_files(root / "ontology")
            if path.parent.name != "rules"
        ]
        files += _source_files(root / "data", root, base, "")
        for number, overlay in enumerate(overlays, 1):
            # Numbered, since two overlays may hold files of the same name, and each file is a graph of its own.
            files += _source_files(overlay, overlay.parent, base, f"overlay/{number}/")
        return cls(root=root, base=base, files=tuple(files))


def _source_files(folder: Path, shown_from: Path, base: str, prefix: str) -> Iterator[CorpusFile]:
    sources: dict[Path, str | None] = {}
    paths = [folder] if folder.is_file() else _turtle_files(folder)
    top = folder.parent if folder.is_file() else folder
    for path in paths:
        parent = path.parent
        if parent not in sources:
            sources[parent] = _source_of(parent, top, base)
        graph = f"{base}graph/{prefix}{_inside(path, top)}"
        yield CorpusFile(
            path=path, name=_name(path, shown_from), graph=graph, source=sources[parent], is_overlay=bool(prefix)
        )


def _inside(path: Path, folder: Path) -> str:
    """Path below a folder without its ending, as an IRI may hold it: file systems allow more than IRIs do."""
    return quote(path.relative_to(folder).with_suffix("").as_posix(), safe="/@+,=~:!")


def _source_of(folder: Path, top: Path, base: str) -> str | None:
    while True:
        if (folder / SOURCE_FILE).is_file() or folder == top:
            return f"{base}source/{quote(folder.name, safe='@+,=~:!')}"
        folder = folder.parent


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _turtle_files(folder: Path) -> list[Path]:
    found: list[Path] = []

    def refuse(error: OSError) -> None:
        raise InputError(f"cannot read the folder: {error.strerror}", file=str(error.filename))

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        found += [Path(parent, name) for name in names if name.endswith(".ttl") and not name.startswith(".")]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())
