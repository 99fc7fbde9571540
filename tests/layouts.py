"""The layouts of the registry's cases as headers: names and shapes of whole networks, as `data/cases/` has them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.registry.layout_cases import read_layout_cases
from mirld.weights.header import Header, Shape, Tensor, Tensors
from mirld.weights.layout_text import read_layout

ROOT = Path(__file__).resolve().parents[1]
WHOLE = 20
"""Tensors of a case that is more than what its signature asks for."""

Shapes = dict[str, Shape | None]


@cache
def layouts() -> dict[str, Shapes]:
    """Read the shapes of each case that has so many tensors and all of their shapes, by its name."""
    corpus = Corpus.scan(ROOT)
    files = tuple(file for file in corpus.files if file.name.startswith("data/cases/"))
    found: dict[str, Shapes] = {}
    for case in read_layout_cases(load(replace(corpus, files=files))):
        layout = read_layout(case.lines)
        if len(layout.shapes) >= WHOLE and not layout.metadata and None not in layout.shapes.values():
            found[case.name] = dict(layout.shapes)
    return found


def header(tensors: Shapes, *, dtype: str = "BF16", file: str = "x.safetensors", form: str = "safetensors") -> Header:
    """Make the header of a file with these tensors."""
    rows = [Tensor(name, dtype, shape, None, None) for name, shape in tensors.items()]
    metadata = {"general.architecture": "unknown"} if form == "gguf" else {}
    return Header(file=file, format=form, size=0, bytes_read=0, tensors=Tensors.of_rows(rows), metadata=metadata)
