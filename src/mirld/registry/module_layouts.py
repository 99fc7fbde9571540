"""Layouts of modules: out of a dataset, and as keys of the index."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mirld.registry.keys import Key, key
from mirld.registry.tables import Kind
from mirld.registry.values import ModuleLayout, Ref
from mirld.vocab import DCTERMS, MIR, RDFS_LABEL, SKOS
from mirld.weights.module_names import spelled

if TYPE_CHECKING:
    from mirld.graph.dataset import Dataset, Graph

_RANGE = re.compile(r"\{(\d+)-(\d+)\}")


def read_module_layouts(dataset: Dataset) -> tuple[ModuleLayout, ...]:
    """Read every layout of modules, sorted by IRI."""
    return tuple(_read(dataset.view, iri) for iri in dataset.view.instances(MIR.ModuleLayout))


def _read(view: Graph, iri: str) -> ModuleLayout:
    from mirld.registry.said import Said

    def ref(of: str) -> Ref:
        found = Said(of, view.pairs(of))
        return Ref(of, found.text(RDFS_LABEL) or found.text(SKOS.prefLabel) or of.rpartition("/")[2])

    said = Said(iri, view.pairs(iri))
    conventions = said.iris(MIR.layoutConvention)
    return ModuleLayout(
        iri=iri,
        label=said.text(RDFS_LABEL) or "",
        role=said.text(MIR.role) or "",
        convention=ref(conventions[0]) if conventions else None,
        networks=tuple(ref(of) for of in said.iris(MIR.networkOf)),
        modules=said.texts(MIR.module),
        sources=tuple(said.iris(DCTERMS.source)),
    )


def keys_of_module_layout(found: ModuleLayout, base: str) -> Iterator[Key]:
    """Give every key of a layout of modules; a line without sizes gives none."""
    yield key(Kind.MODULE_LAYOUT, found.iri.removeprefix(base))
    for line in found.modules:
        name, *sizes = line.split(" ")
        kernel = math.prod(int(size) for size in sizes.pop().split("x")) if sizes and "x" in sizes[-1] else 1
        if not sizes or not all(size.isdecimal() for size in sizes):
            continue
        inputs = sizes[0] if len(sizes) > 1 else ""
        # The numbers of a block begin and end where its range does.
        first = spelled(_RANGE.sub(r"\1", name))
        last = spelled(_RANGE.sub(r"\2", name)).numbers
        numbers = " ".join(f"{a}-{b}" for a, b in zip(first.numbers, last, strict=True))
        yield key(Kind.MODULE, first.name, found.role, inputs, sizes[-1], str(kernel), numbers)
