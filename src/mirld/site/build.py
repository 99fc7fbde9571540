"""A registry into a site: bytes by path. Nothing here writes; `build` hands every file to the folder it is given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

from mirld.errors import InputError
from mirld.graph.collector import paused
from mirld.graph.terms import Iri
from mirld.graph.turtle import TurtleWriter
from mirld.site.api_files import api_files, api_joined
from mirld.site.document_pages import shape_quads
from mirld.site.dumps import JOINED, NQUADS, copies, dump, names, nquads, shapes_turtle, what_is
from mirld.site.forms import Forms, Pieces, escape_json, write_forms
from mirld.site.material import ONTOLOGY, Material
from mirld.site.output import MARKER, Staging
from mirld.site.pages import context_of
from mirld.site.plan import IDENTIFY, Page
from mirld.site.query_pages import query_files
from mirld.site.render import Codes, Renderer
from mirld.workers import run

_CHUNK = 48
"""Pages of one task: few enough to share the work evenly, enough that handing it out costs nothing."""

# Pages that take long, started first so that none is left for the end.
_HEAVY = frozenset({"ontology", "source", "shapes", "list-ledger", "list-entries", "home", "index-browse"})

File = tuple[str, bytes]


class Task(NamedTuple):
    """A share of the work: pages, resources without a page, plain copies, the dump of all graphs, or the static API."""

    pages: tuple[Page, ...] = ()
    pageless: tuple[str, ...] = ()
    copies: bool = False
    quads: bool = False
    api: bool = False


class Sum(NamedTuple):
    """Size in bytes and SHA-256 of one file below data/."""

    path: str
    size: int
    sha256: str


@dataclass(slots=True)
class Report:
    """What was built: pages, files, their `size` in bytes, and the files below data/ with their sums."""

    pages: int = 0
    files: int = 0
    size: int = 0
    sums: list[Sum] = field(default_factory=list)

    def add(self, other: Report) -> None:
        """Count what another part of the work gave."""
        self.pages += other.pages
        self.files += other.files
        self.size += other.size
        self.sums += other.sums

    def count(self, path: str, data: bytes) -> None:
        """Count one file."""
        self.files += 1
        self.size += len(data)
        self.pages += path.endswith("index.html")
        if path.startswith("data/") and not path.startswith("data/index."):
            self.sums.append(Sum(path.removeprefix("data/"), len(data), hashlib.sha256(data).hexdigest()))


class Site:
    """A site about to be made from one material; `codes` are its templates, when somebody compiled them already."""

    def __init__(self, material: Material, *, site_path: str = "/", codes: Codes | None = None) -> None:
        self._material = material
        self._site_path = site_path
        self._renderer = Renderer(material.look / "templates", codes)
        self._turtle = TurtleWriter(material.base)

    def tasks(self) -> list[Task]:
        """Share the work out, what takes longest first.

        What needs all of it is left to `join` and `closing`, and what waits for answers to `last`.
        """
        pages = [page for page in self._material.pages if page.view != "data"]
        light = [page for page in pages if page.view not in _HEAVY and page.view != "query"]
        tasks = [Task(api=True), Task(quads=True), Task(pageless=self._material.pageless), Task(copies=True)]
        tasks += [self._queries()] if self._material.answering is None else []
        tasks += [Task((page,)) for page in pages if page.view in _HEAVY]
        return tasks + [Task(tuple(light[at : at + _CHUNK])) for at in range(0, len(light), _CHUNK)]

    def last(self) -> Task:
        """Return the work that is done when all tasks are, since somebody may still be finding the answers."""
        return Task() if self._material.answering is None else self._queries()

    def _queries(self) -> Task:
        # One task, since its pages may share a store that takes long to fill.
        return Task(tuple(page for page in self._material.pages if page.view == "query"))

    def prepare(self) -> None:
        """Make all that tasks share, once, before there are workers; only answers are left to those who show them."""
        material = self._material
        self._renderer.compile_all()
        _ = material.jsonld, material.descriptions, material.conflicts, material.pageless
        _ = material.classes, material.loading, material.classified
        _ = material.registry.by_iri, material.registry.by_series, material.registry.by_digest, material.ids
        _ = material.queries, material.pages, material.places

    def produce(self, task: Task, pieces: Pieces) -> Iterator[File]:
        """Give the files of one task, and add to `pieces` what its resources add to the dumps."""
        if task.quads:
            yield from dump(NQUADS, nquads(self._material))
        if task.copies:
            yield from self.copies()
        if task.api:
            yield from api_files(self._material, pieces)
        for iri in task.pageless:
            self._write(iri, pieces)
        for page in task.pages:
            yield from self.page(page, pieces)

    def page(self, page: Page, pieces: Pieces) -> Iterator[File]:
        """Give a page, and its data in three forms when it is about a resource."""
        folder = f"{page.path}/" if page.path else ""
        forms = self._forms(page, pieces)
        if forms is not None:
            yield f"{folder}index.jsonld", forms.jsonld
            yield f"{folder}index.ttl", forms.turtle
            yield f"{folder}index.nt", forms.ntriples
        if page.view in ("entry", "series"):
            entry = self._material.registry.by_iri[page.subject]
            answers = self._material.running(entry).answers
            if answers is not None:
                pieces.running[self._material.ids[entry.iri]] = answers
        # All signatures are too much to stand in a page as well as beside it.
        context = context_of(self._material, page, forms.jsonld.decode() if forms and page.view != IDENTIFY else None)
        yield f"{folder}index.html", self._renderer.render(page.view, context)
        if page.view == "query":
            yield from query_files(self._material, page)

    def _forms(self, page: Page, pieces: Pieces) -> Forms | None:
        if page.view == "shapes":
            return _shape_forms(self._material)
        if not page.subject:
            return None
        if page.subject == ONTOLOGY:
            blocks = list(self._material.ontology.blocks())
            return write_forms(blocks, page.subject, self._material.jsonld, self._turtle)
        return self._write(page.subject, pieces)

    def _write(self, resource: str, pieces: Pieces) -> Forms | None:
        material = self._material
        if resource in material.withheld:
            # A page of its own, and no part of any dump.
            blocks = [(Iri(resource), material.view.pairs(resource))]
            return write_forms(blocks, resource, material.jsonld, self._turtle)
        blocks = material.descriptions.blocks(resource)
        return write_forms(blocks, resource, material.jsonld, self._turtle, pieces) if blocks else None

    def join(self, name: str, pieces: Pieces) -> Iterator[File]:
        """Give a dump of the pieces of all resources, sorted."""
        yield from dump(name, JOINED[name][1](self._material, pieces))

    def answers(self, pieces: Pieces) -> Iterator[File]:
        """Give the files of the static API that are joined of what pages gave."""
        yield from api_joined(self._material, pieces)

    def copies(self) -> Iterator[File]:
        """Give what is copied as it is, and small files that nothing else waits for."""
        material = self._material
        yield MARKER, b""
        yield ".nojekyll", b""  # else GitHub Pages drops files whose names begin with a dot or an underscore
        static = material.look / "static"
        for path in sorted(static.rglob("*")):
            if path.is_file():
                yield f"assets/{path.relative_to(static).as_posix()}", _read(path, material.look)
        yield from copies(material)
        for path in sorted((material.folder / "shapes").glob("*.ttl")):
            yield f"shapes/{path.name}", _read(path, material.folder)
        for folder in ("fingerprint", "grammar", "identify", "negotiation"):
            for path in sorted((material.folder / "site" / "content" / folder).glob("*")):
                yield f"docs/{folder}/{path.name}", _read(path, material.folder)
        for path in sorted((material.folder / "site" / "content" / "schema").glob("*.json")):
            yield f"schema/{path.name}", _read(path, material.folder)
        yield "api/names.tsv", names(material)
        lost = context_of(material, Page("404.html", "lost"))
        head = lost.head._replace(root=self._site_path, canonical=f"{material.base}404.html")
        yield "404.html", self._renderer.render("lost", replace(lost, head=head))

    def closing(self, sums: list[Sum]) -> Iterator[File]:
        """Give what needs the sums of the files below data/."""
        sums = sorted(sums)
        page = next(page for page in self._material.pages if page.view == "data")
        files = tuple((found.path, what_is(found.path), found.size, found.sha256) for found in sums)
        yield "data/index.html", self._renderer.render("data", context_of(self._material, page, files=files))
        yield "data/SHA256SUMS", "".join(f"{found.sha256}  {found.path}\n" for found in sums).encode()

    def files(self) -> Iterator[File]:
        """Give the whole site, in one process."""
        report = Report()
        pieces = Pieces()

        def parts() -> Iterator[Iterator[File]]:
            for task in (*self.tasks(), self.last()):
                yield self.produce(task, pieces)
            pieces.found.sort()
            for name in JOINED:
                yield self.join(name, pieces)
            yield self.answers(pieces)

        for path, data in chain.from_iterable(parts()):
            report.count(path, data)
            yield path, data
        yield from self.closing(report.sums)


def build(
    site: Site,
    target: Path,
    *,
    workers: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Write a site into a folder, whole or not at all; `progress` is told (tasks done, tasks in all).

    Raises OutputError when it cannot be written; whatever is raised, `target` is what it was.
    """
    total = Report()
    pieces = Pieces()
    with paused(), Staging(target) as staging:

        def put(files: Iterator[File]) -> Report:
            report = Report()
            for path, data in files:
                staging.write(path, data)
                report.count(path, data)
            return report

        def produce(task: Task) -> tuple[Report, Pieces]:
            found = Pieces()
            return put(site.produce(task, found)), found

        site.prepare()
        tasks = site.tasks()
        for done, (report, found) in enumerate(run(tasks, produce, workers), start=1):
            total.add(report)
            pieces.add(found)
            if progress is not None:
                progress(done, len(tasks))
        total.add(put(site.produce(site.last(), pieces)))
        pieces.found.sort()
        # Joining, compressing and writing wait for no Python, so threads share them without another copy of the pieces.
        with ThreadPoolExecutor(workers) as pool:
            for report in pool.map(lambda name: put(site.join(name, pieces)), JOINED):
                total.add(report)
        total.add(put(site.answers(pieces)))
        total.add(put(site.closing(total.sums)))
    return total


def _shape_forms(material: Material) -> Forms | None:
    quads = shape_quads(material.folder, material.base)
    if not quads:
        return None
    triples = [quad.triple for quad in quads]
    document = json.loads(pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.JSON_LD) or b"[]")
    ntriples = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES) or b""
    text = escape_json(json.dumps(document, ensure_ascii=False, separators=(",", ":"))) + "\n"
    return Forms(text.encode(), shapes_turtle(material), ntriples)


def _read(path: Path, folder: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the file: {error.strerror}", file=path.relative_to(folder).as_posix()) from error
