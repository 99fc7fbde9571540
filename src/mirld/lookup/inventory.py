"""What a folder of models holds: a row a file, files of the same weights, and what each adapter fits of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mirld.lookup.identification import Identification

COLUMNS = ("file", "kind", "level", "ids", "precision", "size", "same", "fits")
"""What is said of a file, in the order of the columns of a table."""


class Row(NamedTuple):
    """A file of a folder: what it may be, its precision and bytes, files of the same weights, what an adapter fits.

    `fits` are files of the folder; it is empty for what is no adapter. `error` says why a file could not be read.
    """

    file: str
    kind: str
    level: str
    ids: tuple[str, ...]
    precision: str | None
    size: int
    same: tuple[str, ...] = ()
    fits: tuple[str, ...] = ()
    error: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the row as JSON has it."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in self._asdict().items()}


def inventory(
    answers: Mapping[str, Identification], errors: Mapping[str, tuple[str, int]], alike: Iterable[Sequence[str]] = ()
) -> list[Row]:
    """Make the rows of files by name, sorted; `errors` has why and how large, `alike` groups of the same weights."""
    same = {name: tuple(each for each in sorted(group) if each != name) for group in alike for name in group}
    rows = [_row(name, answer, answers, same.get(name, ())) for name, answer in answers.items()]
    rows += [
        Row(file=name, kind="unknown", level="unknown", ids=(), precision=None, size=size, error=words)
        for name, (words, size) in errors.items()
    ]
    return sorted(rows, key=lambda row: row.file)


def _row(name: str, answer: Identification, every: Mapping[str, Identification], same: tuple[str, ...]) -> Row:
    fits: tuple[str, ...] = ()
    if is_adapter(answer):
        fits = tuple(sorted(other for other, model in every.items() if other != name and fitting(answer, model)))
    precision = "/".join(part for part in (answer.precision, answer.packing) if part)
    return Row(
        file=name,
        kind=answer.kind,
        level=answer.level,
        ids=tuple(claim.id for claim in answer.candidates),
        precision=precision or None,
        size=answer.size,
        same=same,
        fits=fits,
    )


def is_adapter(answer: Identification) -> bool:
    """Say whether a file changes a model, and is none."""
    return bool(answer.components) and answer.components[0].adapter is not None


def fitting(adapter: Identification, model: Identification) -> bool:
    """Say whether something that an adapter fits is what a model may be: the entry, or the series of it."""
    if is_adapter(model) or not adapter.components[0].candidates:
        return False
    able = {claim.id for claim in adapter.candidates}
    return any(claim.id in able or claim.series in able for part in model.components for claim in part.candidates)
