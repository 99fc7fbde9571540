"""Layouts that signatures are proved by: each a case of what it conforms to, and of nothing else that is known."""

from typing import TYPE_CHECKING, NamedTuple

from mirld.vocab import DCTERMS, MIR, RDFS_LABEL

if TYPE_CHECKING:
    from mirld.graph.dataset import Dataset


class LayoutCase(NamedTuple):
    """A layout in the lines of `weights.layout_text`; `conforms` are the signatures that must hold of it, and no more.

    `proof` says how it is known: declared by a published file, derived from the code of the network, or inferred from
    what a source says of some tensors. `md5` is the digest that somebody published of it.
    """

    iri: str
    label: str
    lines: tuple[str, ...]
    conforms: tuple[str, ...]
    proof: str | None = None
    md5: str | None = None
    sources: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the IRI."""
        return self.iri.rpartition("#")[2].rpartition("/")[2]


def read_layout_cases(dataset: "Dataset") -> list[LayoutCase]:
    """Read every layout of a dataset that lists its tensors, sorted by IRI."""
    # Imported here, since look-ups read rows and no graph.
    from mirld.registry.said import Said

    found = []
    for iri in dataset.view.instances(MIR.Layout):
        said = Said(iri, dataset.view.pairs(iri))
        lines = said.texts(DCTERMS.tableOfContents)
        if lines:
            proof = next(iter(said.iris(MIR.confidence)), None)
            found.append(
                LayoutCase(
                    iri=str(iri),
                    label=said.text(RDFS_LABEL) or iri.rpartition("/")[2],
                    lines=tuple(sorted(lines)),
                    conforms=tuple(sorted(map(str, said.iris(DCTERMS.conformsTo)))),
                    proof=proof.rpartition("/")[2] if proof else None,
                    md5=said.text(MIR.layoutMd5),
                    sources=tuple(sorted(map(str, said.iris(DCTERMS.source)))),
                )
            )
    return found
