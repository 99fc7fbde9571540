"""Weights files of an argument, and many of them identified at once: in processes, with a bar, in the order given."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from mirld.cli import Place
from mirld.errors import WeightError
from mirld.lookup.identification import Identification
from mirld.lookup.identifying import Identifier
from mirld.weights import read
from mirld.weights.equal import outline
from mirld.weights.fingerprint import file_digests
from mirld.workers import run

ENDINGS = (".safetensors", ".sft", ".gguf", ".ckpt", ".pt", ".pth", ".bin", ".onnx")
"""How names of weights files end."""

_MANY = 32
"""Files from which on a second process is worth its start."""


class Answered(NamedTuple):
    """What came of one file: an answer, or what is wrong with it in words; its outline, where that was asked for."""

    path: Path
    answer: Identification | None
    outline: str | None
    error: str | None


def below(path: Path) -> list[Path]:
    """List the weights files below a folder, sorted."""
    return sorted(each for each in path.rglob("*") if each.is_file() and each.suffix in ENDINGS)


def identified(
    place: Place, paths: Sequence[Path], *, hashed: bool = False, outlined: bool = False, bar: bool = True
) -> Iterator[Answered]:
    """Identify files, in the order given; a bar on stderr says how many are done, where that is a terminal."""
    identifiers = {os.getpid(): Identifier(place.index())}  # each process opens the index itself

    def work(number: int) -> tuple[int, Answered]:
        process = os.getpid()
        if process not in identifiers:
            identifiers[process] = Identifier(place.index())
        return number, _one(identifiers[process], paths[number], hashed=hashed, outlined=outlined)

    workers = min(os.cpu_count() or 1, 1 + len(paths) // _MANY)
    waiting: dict[int, Answered] = {}
    following = 0
    shown = _bar(len(paths)) if bar and len(paths) > 1 and sys.stderr.isatty() else None
    for done, (number, answered) in enumerate(run(range(len(paths)), work, workers), 1):
        waiting[number] = answered
        if shown:
            shown(done)
        while following in waiting:
            yield waiting.pop(following)
            following += 1


def _one(identifier: Identifier, path: Path, *, hashed: bool, outlined: bool) -> Answered:
    try:
        header = read(path)
        digests = file_digests(path) if hashed and path.is_file() else None
    except WeightError as error:
        return Answered(path, None, None, str(error))
    answer = identifier.identify(header, file_digests=digests)
    return Answered(path, answer, outline(header) if outlined else None, None)


def _bar(total: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        bar = "#" * (30 * done // total)
        click.echo(f"\r[{bar:<30}] {done}/{total}" + ("\n" if done == total else ""), err=True, nl=False)

    return show
