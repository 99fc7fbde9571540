"""Signatures of weights as look-ups see them: one row each, found by the name that each cannot do without.

The rarest name counts, so that few signatures are ever held against a header, however many there are.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from mirld.errors import InputError
from mirld.registry.rows import dump
from mirld.vocab import DEFAULT_BASE, MIR, PROV, RDFS_LABEL, SKOS
from mirld.weights.condition_text import parse_condition
from mirld.weights.signature import BLOCK, Blocks, Key, Noted, Shaped, Variable

if TYPE_CHECKING:
    from mirld.graph.dataset import Dataset

KINDS: tuple[str, ...] = (
    "diffusion",
    "vae",
    "text-encoder",
    "llm",
    "clip",
    "clip-vision",
    "vision",
    "controlnet",
    "t2i-adapter",
    "ip-adapter",
    "motion-adapter",
    "textual-inversion",
    "upscaler",
    "audio",
    "lora",
)
"""What a component may be, in the words of a signature."""


class LayoutSignature(NamedTuple):
    """How a layout is known by names and shapes: `identifies` are the IRIs of all entries that share it.

    `requires` and `forbids` are conditions (`weights.condition_text`). `refines` is the signature of the wider layout
    that this one is a case of; `layout` says whose names the tensors have, `kind` is one of `KINDS`.
    """

    iri: str
    label: str
    kind: str
    layout: str | None
    identifies: tuple[str, ...]
    requires: tuple[str, ...]
    forbids: tuple[str, ...]
    refines: str | None
    sources: tuple[str, ...]

    @property
    def name(self) -> str:
        """The last part of the IRI."""
        return self.iri.rpartition("#")[2]


def read_signatures(dataset: Dataset) -> list[LayoutSignature]:
    """Read every signature of a dataset, sorted by IRI; InputError for one that no header could meet."""
    # Imported here, since look-ups read rows and no graph.
    from mirld.registry.said import Said

    found = []
    for iri in dataset.view.instances(MIR.Signature):
        said = Said(iri, dataset.view.pairs(iri))
        signature = LayoutSignature(
            iri=iri,
            label=said.text(RDFS_LABEL) or iri.rpartition("#")[2],
            kind=said.text(MIR.role) or "",
            layout=said.text(SKOS.notation),
            identifies=tuple(sorted(said.iris(MIR.networkOf))),
            requires=tuple(sorted(text for text in said.texts(MIR.requires) if not text.startswith("not "))),
            forbids=tuple(sorted(text[4:] for text in said.texts(MIR.requires) if text.startswith("not "))),
            refines=next(iter(said.iris(PROV.specializationOf)), None),
            sources=tuple(sorted(said.sources)),
        )
        try:
            if not anchors(signature):
                raise ValueError("it requires no name that must be there")
            for text in signature.forbids:
                parse_condition(text)
        except ValueError as error:
            raise InputError(f"<{signature.name}> is no signature: {error}", file=dataset.locate(iri)) from error
        found.append(signature)
    return sorted(found, key=lambda each: each.iri)


def anchors(signature: LayoutSignature) -> list[str]:
    """List the names, and the fields of metadata with their value, without which a signature is false."""
    found = []
    for text in signature.requires:
        condition = parse_condition(text)
        if isinstance(condition, Noted):
            found.append(text)
        elif isinstance(condition, Key | Shaped) or (
            isinstance(condition, Blocks) and not isinstance(condition.wanted, Variable)
        ):
            found.append(condition.name.replace(BLOCK, "0"))
    return found


def write_signatures(
    connection: sqlite3.Connection, signatures: Iterable[LayoutSignature], *, base: str = DEFAULT_BASE
) -> None:
    """Fill the table of signatures, which is there and empty."""
    every = list(signatures)
    uses = Counter(anchor for signature in every for anchor in set(anchors(signature)))
    connection.executemany(
        "INSERT INTO signature VALUES (?, ?, ?)",
        [
            (n, min(anchors(each), key=lambda name: (uses[name], name)), dump(each, base=base))
            for n, each in enumerate(every)
        ],
    )
