"""Signatures of weights as look-ups see them: one row each, found by the name that each cannot do without.

The rarest name counts, so that few signatures are ever held against a header, however many there are.
"""

# No annotations as texts: those of a row are what it is read by.

import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from mirld.errors import InputError
from mirld.registry.rows import dump
from mirld.vocab import DEFAULT_BASE, MIR, PROV, RDFS_LABEL, SKOS
from mirld.weights.condition_text import parse_condition
from mirld.weights.signature import Not, Signature

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

    @property
    def texts(self) -> tuple[str, ...]:
        """All conditions as they are written, in the order of those of `parsed`."""
        return (*self.requires, *(f"not {text}" for text in self.forbids))

    def parsed(self) -> Signature:
        """Read the conditions; ValueError for one that is none, and when no name, or field, must be there."""
        try:
            forbidden = [Not(parse_condition(text)) for text in self.forbids]
            conditions = (*map(parse_condition, self.requires), *forbidden)
            return Signature(identifies=self.iri, conditions=conditions)
        except ValueError as error:
            raise ValueError(f"<{self.name}> is no signature: {error}") from error


def read_signatures(dataset: "Dataset") -> list[LayoutSignature]:
    """Read every signature of a dataset, sorted by IRI; InputError for one that no header could meet."""
    found = stated_signatures(dataset)
    for signature in found:
        try:
            signature.parsed()
        except ValueError as error:
            raise InputError(str(error), file=dataset.locate(signature.iri)) from error
    return found


def stated_signatures(dataset: "Dataset") -> list[LayoutSignature]:
    """Read every signature of a dataset as it is written, whether or not its conditions can be read, sorted by IRI."""
    # Imported here, since look-ups read rows and no graph.
    from mirld.registry.said import Said

    found = []
    for iri in dataset.view.instances(MIR.Signature):
        said = Said(iri, dataset.view.pairs(iri))
        texts = sorted(said.texts(MIR.requires))
        found.append(
            LayoutSignature(
                iri=iri,
                label=said.text(RDFS_LABEL) or iri.rpartition("#")[2],
                kind=said.text(MIR.role) or "",
                layout=said.text(SKOS.notation),
                identifies=tuple(sorted(said.iris(MIR.networkOf))),
                requires=tuple(text for text in texts if not text.startswith("not ")),
                forbids=tuple(text[4:] for text in texts if text.startswith("not ")),
                refines=next(iter(said.iris(PROV.specializationOf)), None),
                sources=tuple(sorted(said.sources)),
            )
        )
    return found


def write_signatures(
    connection: sqlite3.Connection, signatures: Iterable[LayoutSignature], *, base: str = DEFAULT_BASE
) -> None:
    """Fill the table of signatures, which is there and empty."""
    every = list(signatures)
    anchors = [set(signature.parsed().anchors()) for signature in every]
    uses = Counter(anchor for some in anchors for anchor in some)
    connection.executemany(
        "INSERT INTO signature VALUES (?, ?, ?)",
        [
            (n, min(some, key=lambda name: (uses[name], name)), dump(each, base=base))
            for n, (each, some) in enumerate(zip(every, anchors, strict=True))
        ],
    )
