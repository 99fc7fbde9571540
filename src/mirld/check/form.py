"""The one form of a data file: what `mirld fmt` writes, and what `mirld check` compares with."""

from __future__ import annotations

from pathlib import Path

from mirld.errors import InputError
from mirld.graph.load import parse_turtle
from mirld.graph.scan import comments
from mirld.graph.turtle import write_turtle
from mirld.vocab import DEFAULT_BASE


def canonical(data: bytes, name: str) -> bytes:
    """Return a data file in canonical form, which says the same triples; `name` is what messages call it.

    Raises InputError for a comment, which the form has no place for, and whatever `parse_turtle` raises.
    """
    triples = parse_turtle(data, DEFAULT_BASE, name)
    lines = comments(data.decode("utf-8"))
    if lines:
        raise InputError(
            "a comment, which the form of data files would lose",
            file=name,
            line=lines[0],
            hint="say it as rdfs:comment of what it is about, or remove it",
        )
    # Every file states the default base: which one it is published under is a setting of a run.
    return write_turtle(triples, DEFAULT_BASE).encode()


def turtle_files(paths: tuple[Path, ...]) -> list[Path]:
    """Return the Turtle files among some paths, and below those that are folders, sorted, each once.

    Raises InputError for a path that is neither a folder nor a file of Turtle.
    """
    found: set[Path] = set()
    for path in paths:
        if path.is_dir():
            found.update(below for below in path.rglob("*.ttl") if below.is_file())
        elif path.suffix == ".ttl" and path.is_file():
            found.add(path)
        else:
            raise InputError("this is no file of Turtle and no folder", file=str(path), hint="name a .ttl file")
    return sorted(found)
