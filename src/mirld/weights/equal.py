"""Which files hold the same weights, whatever metadata they have and in whatever order their tensors lie."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from mirld.weights.header import Header, Tensor
from mirld.weights.reading import read

_PIECE = 1 << 20


def outline(header: Header) -> str | None:
    """Return a digest of names, types and shapes: files of other outlines hold other weights. None without tensors."""
    if not header.tensors:
        return None
    digest = hashlib.sha256()
    for row in sorted(map(_row, header.tensors.rows())):
        digest.update(row)
    return digest.hexdigest()


def same_weights(outlines: Mapping[Path, str]) -> list[list[Path]]:
    """Group files of the same names, types, shapes and bytes, two or more each; files by the outline of each.

    Bytes are read where several files have one outline, and nowhere else; those of a format that has no one place for
    its data are compared as a whole. WeightError when a file has changed since, and is none any more.
    """
    alike: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(outlines):
        if path.is_file():
            alike[outlines[path]].append(path)
    groups: dict[str, list[Path]] = defaultdict(list)
    for paths in alike.values():
        if len(paths) > 1:
            for path in paths:
                groups[_digest(path)].append(path)
    return [group for group in groups.values() if len(group) > 1]


def _row(tensor: Tensor) -> bytes:
    return f"{tensor.name}\0{tensor.dtype}\0{tensor.shape}\n".encode()


def _digest(path: Path) -> str:
    header = read(path)
    digest = hashlib.sha256()
    places = [(row, row.start, row.stop) for row in sorted(header.tensors.rows(), key=lambda tensor: tensor.name)]
    with path.open("rb") as file:
        if header.data_start is None or any(start is None or stop is None for _, start, stop in places):
            while piece := file.read(_PIECE):
                digest.update(piece)
            return f"file {digest.hexdigest()}"
        for row, start, stop in places:
            digest.update(_row(row))
            file.seek(header.data_start + (start or 0))
            left = (stop or 0) - (start or 0)
            while left > 0 and (piece := file.read(min(left, _PIECE))):
                digest.update(piece)
                left -= len(piece)
    return f"weights {digest.hexdigest()}"
