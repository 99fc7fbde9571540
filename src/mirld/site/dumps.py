"""The whole registry as files below data/ and api/."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter

from zlib_ng import zlib_ng

from mirld.errors import InputError
from mirld.graph.dataset import Block
from mirld.graph.ntriples import write_nquad_blocks, write_nquads
from mirld.graph.rules import inferred_graph
from mirld.graph.terms import Triple
from mirld.graph.turtle import TurtleWriter
from mirld.site.document_pages import GRAMMAR, shape_files
from mirld.site.forms import Pieces
from mirld.site.material import Material
from mirld.vocab import DCTERMS, SKOS

# Level 6 saves 4 % of the bytes more, for half as much time again.
_LEVEL = 5
# The window of 2^15 bytes in a gzip file without a time: https://zlib.net/manual.html#Advanced
_GZIP = 16 + 15


def turtle(material: Material, pieces: Pieces) -> bytes:
    """Everything as merged, one block a resource."""
    head = f"{TurtleWriter(material.base).head(pieces.prefixes)}\n".encode()
    return head + b"\n".join([piece.turtle for piece in pieces.found])


def ntriples(material: Material, pieces: Pieces) -> bytes:
    """Everything as merged, one statement a line."""
    return b"".join([piece.ntriples for piece in pieces.found])


def jsonld(material: Material, pieces: Pieces) -> bytes:
    """Everything as merged, one resource a line, with the published context inside."""
    head = f'{{{material.jsonld.context(pieces.terms)},\n"@graph":[\n'.encode()
    return head + b",\n".join([piece.jsonld for piece in pieces.found]) + b"\n]}\n"


def nquads(material: Material) -> bytes:
    """Every file as a named graph, so that what each source says stays apart; what was derived is in graph/derived."""
    dataset = material.dataset
    graphs = {**dataset.graphs, f"{dataset.base}graph/derived": dataset.derived}
    inferred = inferred_graph(dataset.base)
    return b"".join(
        [
            (
                write_nquad_blocks(_kept_blocks(dataset.found, material.withheld), name)
                if name == inferred
                else write_nquads(_kept(graphs[name], material.withheld), name)
            ).encode()
            for name in sorted(graphs)
        ]
    )


def _kept(triples: Sequence[Triple], withheld: frozenset[str]) -> Iterable[Triple]:
    """Leave out what is said of some resources, and links to them; most graphs have neither, which is seen fast."""
    if all(withheld.isdisjoint(map(itemgetter(place), triples)) for place in (0, 2)):
        return triples
    return [triple for triple in triples if triple[0] not in withheld and triple[2] not in withheld]


def _kept_blocks(blocks: Iterable[Block], withheld: frozenset[str]) -> Iterator[Block]:
    """Leave out the same of blocks."""
    for subject, pairs in blocks:
        if subject not in withheld:
            linked = withheld and not withheld.isdisjoint([term for _, term in pairs])
            yield subject, [pair for pair in pairs if pair[1] not in withheld] if linked else pairs


JOINED: dict[str, tuple[str, Callable[[Material, Pieces], bytes]]] = {
    "mirld.ttl": ("Turtle", turtle),
    "mirld.nt": ("N-Triples", ntriples),
    "mirld.jsonld": ("JSON-LD", jsonld),
}
"""The dumps that are joined from the pieces of all resources, sorted: name below data/ → (what it is, how)."""

NQUADS = "mirld.nq"

DUMPS: dict[str, str] = {
    **{name: what for name, (what, _) in JOINED.items()},
    NQUADS: "N-Quads, one named graph a file of the registry",
}
"""Every dump by its name below data/, with what it is; each is there compressed as well."""

COPIES: dict[str, tuple[str, str]] = {
    "context.jsonld": ("ontology/context.jsonld", "JSON-LD context"),
    "frame.jsonld": ("ontology/frame.jsonld", "JSON-LD frame of an entry"),
    "ontology.ttl": ("ontology/mir.ttl", "The ontology as it is written"),
    **{
        name: (f"site/content/grammar/{name}", what)
        for name, what in zip(GRAMMAR, ("Grammar of names", "Conformance file of the grammar"), strict=True)
    },
}
"""Files of the registry that are published as they are: name below data/ → (path, what it is)."""

UNVERIFIED_TABLE = "unverified-mappings.sssom.tsv"
"""The table of mappings that touch what is withheld."""


def dump(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """Give a dump, plain and compressed; the compressed one carries no time."""
    yield f"data/{name}", data
    yield f"data/{name}.gz", zlib_ng.compress(data, _LEVEL, _GZIP)


def copies(material: Material) -> Iterator[tuple[str, bytes]]:
    """Give what is published as it is, and all shapes in one file."""
    paths = {name: path for name, (path, _) in COPIES.items()}
    for table in sorted((material.folder / "mappings").glob("*.sssom.tsv")):
        if table.name != UNVERIFIED_TABLE or not material.withheld:
            paths[f"mappings/{table.name}"] = f"mappings/{table.name}"
    for name, path in paths.items():
        place = material.folder / path
        if place.is_file():
            try:
                yield f"data/{name}", place.read_bytes()
            except OSError as error:
                raise InputError(f"cannot read the file: {error.strerror}", file=path) from error
    yield "data/shapes.ttl", shapes_turtle(material)
    context = material.folder / "ontology" / "context.jsonld"
    if context.is_file():
        yield "context.jsonld", context.read_bytes()  # the frame, and others' documents, name it by this address


def shapes_turtle(material: Material) -> bytes:
    """All files of shapes one after the other, which is a file of Turtle as well."""
    return b"\n".join(path.read_bytes() for path in shape_files(material.folder))


def what_is(name: str) -> str:
    """Say what a file below data/ is."""
    plain = name.removesuffix(".gz")
    if plain in DUMPS:
        return DUMPS[plain] + (", gzip" if name != plain else "")
    if name.startswith("mappings/"):
        return "Mappings in SSSOM"
    return COPIES[name][1] if name in COPIES else "The shapes"


def names(material: Material) -> bytes:
    """One line an entry: id, name, other names, repositories, path of its page; several of one kind apart by `|`."""
    view = material.view
    lines = ["id\tname\taliases\trepositories\tpath"]
    for entry in material.registry:
        old = sorted(
            view.text(subject, SKOS.notation) or ""
            for subject, predicate in view.incoming(entry.iri)
            if predicate == DCTERMS.isReplacedBy
        )
        fields = (
            material.ids[entry.iri],
            entry.label,
            "|".join([*entry.other_labels, *filter(None, old)]),
            "|".join(sorted({found.name for found in entry.repositories})),
            entry.id.file_path,
        )
        lines.append("\t".join(" ".join(field.split()) for field in fields))
    return ("\n".join(lines) + "\n").encode()
