"""The whole registry as files below data/ and api/."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator

from mirld.errors import InputError
from mirld.graph.dataset import Graph
from mirld.graph.ntriples import write_nquads, write_ntriples
from mirld.graph.release import without
from mirld.graph.turtle import write_turtle
from mirld.site.document_pages import GRAMMAR, shape_files
from mirld.site.forms import compact
from mirld.site.material import Material
from mirld.vocab import DCTERMS, SKOS

# Most of what a higher level would save, at a third of its time.
_LEVEL = 6


def turtle(material: Material) -> bytes:
    """Everything as merged, one block a resource."""
    return write_turtle(material.exported, material.base).encode()


def ntriples(material: Material) -> bytes:
    """Everything as merged, one statement a line."""
    return write_ntriples(material.exported).encode()


def nquads(material: Material) -> bytes:
    """Every file as a named graph, so that what each source says stays apart; what was derived is in graph/derived."""
    dataset = material.dataset
    graphs = {**dataset.graphs, f"{dataset.base}graph/derived": dataset.derived}
    exported = {name: without(Graph(triples), material.withheld) for name, triples in graphs.items()}
    return "".join(write_nquads(exported[name].sorted(), name) for name in sorted(exported)).encode()


def jsonld(material: Material) -> bytes:
    """Everything as merged, one resource a line, with the published context inside."""
    document = material.jsonld.document(material.exported, "")
    nodes = document.get("@graph", [{key: value for key, value in document.items() if key != "@context"}])
    lines = ",\n".join(compact(node) for node in nodes)
    return f'{{"@context":{compact(document["@context"])},\n"@graph":[\n{lines}\n]}}\n'.encode()


DUMPS: dict[str, tuple[str, Callable[[Material], bytes]]] = {
    "mirld.ttl": ("Turtle", turtle),
    "mirld.nt": ("N-Triples", ntriples),
    "mirld.nq": ("N-Quads, one named graph a file of the registry", nquads),
    "mirld.jsonld": ("JSON-LD", jsonld),
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


def dump(material: Material, name: str) -> Iterator[tuple[str, bytes]]:
    """Give a dump, plain and compressed; the compressed one carries no time."""
    data = DUMPS[name][1](material)
    yield f"data/{name}", data
    yield f"data/{name}.gz", gzip.compress(data, _LEVEL, mtime=0)


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
        return DUMPS[plain][0] + (", gzip" if name != plain else "")
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
            str(entry.id),
            entry.label,
            "|".join([*entry.other_labels, *filter(None, old)]),
            "|".join(sorted({found.name for found in entry.repositories})),
            entry.id.file_path,
        )
        lines.append("\t".join(" ".join(field.split()) for field in fields))
    return ("\n".join(lines) + "\n").encode()
