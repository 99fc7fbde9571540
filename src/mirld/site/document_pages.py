"""Downloads, the grammar, the shapes and the page for what is not there, into what their pages show."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph

from mirld.errors import InputError, SyntaxInputError
from mirld.site.contexts import DataContext, Download, GrammarContext, Head, LostContext, Row, ShapeRow, ShapesContext
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.names import table
from mirld.site.plan import Page
from mirld.vocab import MIRS, SH

GRAMMAR = ("mir.abnf", "conformance.json")
SHAPES = str(MIRS)[:-1]


def data_context(
    material: Material, page: Page, head: Head, files: tuple[tuple[str, str, int, str], ...]
) -> DataContext:
    """List the dumps: `files` holds (path below data/, what it is, bytes, SHA-256) of each."""
    return DataContext(
        head=head,
        downloads=tuple(
            Download(link=Link(path, f"./{path}"), what=what, size=size, digest=digest)
            for path, what, size, digest in files
        ),
        triples=len(material.exported),
        entries=len(material.registry),
    )


def grammar_context(material: Material, page: Page, head: Head) -> GrammarContext:
    """Show the grammar of names and the file that other readers of names can be tested with."""
    folder = material.folder / "site" / "content" / "grammar"
    texts = {name: _read(folder / name) for name in GRAMMAR if (folder / name).is_file()}
    try:
        conformance = json.loads(texts.get("conformance.json", "{}"))
        accepted = table(("Text", "Parts"), [_case(case) for case in conformance.get("accepted", ())], code=True)
        rejected = table(("Text", "Why"), [_case(case) for case in conformance.get("rejected", ())], code=True)
    except (ValueError, AttributeError) as error:
        raise SyntaxInputError("this is no conformance file", file="site/content/grammar/conformance.json") from error
    return GrammarContext(
        head=head,
        abnf=texts.get("mir.abnf", ""),
        accepted=accepted,
        rejected=rejected,
        files=tuple(Link(name, f"./{name}") for name in texts),
    )


def _case(case: object) -> Row:
    if not isinstance(case, dict):
        return Row(anchor="", head=Link(str(case)), cells=((),))
    rest = {name: value for name, value in case.items() if name not in ("text", "input")}
    text = case.get("text", case.get("input", ""))
    said = tuple(
        Link(f"{name}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
        for name, value in rest.items()
        if value not in (None, [], "")
    )
    return Row(anchor="", head=Link(text if isinstance(text, str) else json.dumps(text)), cells=(said,))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read the file: {error.strerror}", file=f"site/content/{path.name}") from error


def shape_files(folder: Path) -> tuple[Path, ...]:
    """List the files of the shapes, sorted."""
    return tuple(sorted((folder / "shapes").glob("*.ttl")))


def shape_quads(folder: Path, base: str) -> list[pyoxigraph.Quad]:
    """Read every shape; blank nodes are numbered in the order they stand in, so that bytes stay the same."""
    quads: list[pyoxigraph.Quad] = []
    names: dict[str, pyoxigraph.BlankNode] = {}

    def named(node: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple):  # type: ignore[no-untyped-def]
        if isinstance(node, pyoxigraph.BlankNode):
            return names.setdefault(node.value, pyoxigraph.BlankNode(f"b{len(names)}"))
        return node

    for path in shape_files(folder):
        try:
            quads += [
                pyoxigraph.Quad(named(quad.subject), quad.predicate, named(quad.object))
                for quad in pyoxigraph.parse(_read(path), pyoxigraph.RdfFormat.TURTLE, base_iri=base)
            ]
        except SyntaxError as error:
            raise SyntaxInputError(
                f"this is no Turtle: {error.msg}", file=f"shapes/{path.name}", line=error.lineno, column=error.offset
            ) from error
    return quads


def shapes_context(material: Material, page: Page, head: Head) -> ShapesContext:
    """List the shapes: every name in the namespace of shapes, with what it targets and what it says."""
    link = Linker(material, page)
    values: dict[str, dict[str, list[str]]] = {}
    for quad in shape_quads(material.folder, material.base):
        subject, predicate, term = quad.subject, quad.predicate, quad.object
        if not isinstance(subject, pyoxigraph.NamedNode) or not subject.value.startswith(str(MIRS)):
            continue
        if isinstance(term, pyoxigraph.NamedNode | pyoxigraph.Literal):
            values.setdefault(subject.value, {}).setdefault(predicate.value, []).append(term.value)
    rows = []
    for iri in sorted(values):
        said = values[iri]
        first = {name: found[0] for name, found in said.items()}
        about = [
            *said.get(SH.targetClass, ()),
            *said.get(SH.targetObjectsOf, ()),
            *said.get(SH.targetSubjectsOf, ()),
            *said.get(SH.path, ()),
        ]
        rows.append(
            ShapeRow(
                anchor=iri.partition("#")[2],
                name=first.get(SH.name) or iri.partition("#")[2],
                target=tuple(link.term(found) for found in about),
                severity=first.get(SH.severity, "").rpartition("#")[2] or None,
                message=first.get(SH.message),
                description=first.get(SH.description),
            )
        )
    files = tuple(Link(path.name, f"./{path.name}") for path in shape_files(material.folder))
    return ShapesContext(head=head, iri=str(MIRS), shapes=tuple(rows), files=files)


def lost_context(material: Material, page: Page, head: Head) -> LostContext:
    """Say that there is no such page."""
    return LostContext(head=head)
