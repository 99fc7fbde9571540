"""Layouts of networks that the tests carry: names and shapes, as the classes that define the networks make them.

They were built on PyTorch's meta device, by diffusers 0.42.1, transformers 5.24.0, spandrel 0.4.2, DiffSynth-Studio and
ComfyUI. A section of `fixtures/layouts.txt.gz` begins with `# name`; a line is a name and its shape, and `{0-18}` in a
name stands for every number from 0 to 18.
"""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

from mirld.weights.header import Header, Shape, Tensor, Tensors

PLACE = Path(__file__).parent / "fixtures" / "layouts.txt.gz"
Shapes = dict[str, Shape | None]


@cache
def layouts() -> dict[str, tuple[str, ...]]:
    """Read the lines of each layout, by its name."""
    found: dict[str, list[str]] = {}
    for line in gzip.decompress(PLACE.read_bytes()).decode().splitlines():
        if line.startswith("# "):
            lines = found.setdefault(line[2:], [])
        else:
            lines.append(line)
    return {name: tuple(lines) for name, lines in found.items()}


def shapes(name: str) -> Shapes:
    """Return the shape of each tensor of a layout."""
    found: Shapes = {}
    for line in layouts()[name]:
        pattern, *sizes = line.split()
        found.update(dict.fromkeys(_expanded(pattern), tuple(map(int, sizes))))
    return found


def header(tensors: Shapes, *, dtype: str = "BF16", file: str = "x.safetensors", form: str = "safetensors") -> Header:
    """Make the header of a file with these tensors."""
    rows = [Tensor(name, dtype, shape, None, None) for name, shape in tensors.items()]
    metadata = {"general.architecture": "unknown"} if form == "gguf" else {}
    return Header(file=file, format=form, size=0, bytes_read=0, tensors=Tensors.of_rows(rows), metadata=metadata)


def _expanded(pattern: str) -> list[str]:
    match = re.search(r"\{(\d+)-(\d+)\}", pattern)
    if match is None:
        return [pattern]
    numbers = range(int(match[1]), int(match[2]) + 1)
    return [each for i in numbers for each in _expanded(f"{pattern[: match.start()]}{i}{pattern[match.end() :]}")]
