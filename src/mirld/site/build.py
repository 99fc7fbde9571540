"""A registry into a site: bytes by path. Nothing here writes; `build` hands every file to the folder it is given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

from mirld.errors import InputError
from mirld.graph.turtle import TurtleWriter
from mirld.site.document_pages import shape_quads
from mirld.site.dumps import DUMPS, copies, dump, names, shapes_turtle, what_is
from mirld.site.forms import Forms, escape_json, write_forms
from mirld.site.material import Material
from mirld.site.output import MARKER, Staging
from mirld.site.pages import context_of
from mirld.site.plan import Page
from mirld.site.render import Renderer
from mirld.site.workers import run

_CHUNK = 48
"""Pages of one task: few enough to share the work evenly, enough that handing it out costs nothing."""

# Pages that take long, started first so that none is left for the end.
_HEAVY = frozenset({"ontology", "source", "shapes", "list-ledger", "list-entries", "home", "index-browse"})

File = tuple[str, bytes]


class Task(NamedTuple):
    """A share of the work: a dump by its name, or pages."""

    dump: str | None
    pages: tuple[Page, ...]


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
    """A site about to be made from one material."""

    def __init__(self, material: Material, *, site_path: str = "/") -> None:
        self._material = material
        self._site_path = site_path
        self._renderer = Renderer(material.look / "templates")
        self._turtle = TurtleWriter(material.base)

    def tasks(self) -> list[Task]:
        """Share the work out, what takes longest first; what needs the sums of the dumps is left to `closing`."""
        pages = [page for page in self._material.pages if page.view != "data"]
        light = [page for page in pages if page.view not in _HEAVY]
        tasks = [Task(name, ()) for name in sorted(DUMPS, reverse=True)]
        tasks += [Task(None, (page,)) for page in pages if page.view in _HEAVY]
        return tasks + [Task(None, tuple(light[at : at + _CHUNK])) for at in range(0, len(light), _CHUNK)]

    def prepare(self) -> None:
        """Make all that tasks share, once, before there are workers."""
        material = self._material
        self._renderer.compile_all()
        _ = material.jsonld, material.descriptions, material.outvoted, material.registry.by_iri
        _ = material.registry.by_series, material.registry.by_digest, material.view.incoming("")

    def produce(self, task: Task) -> Iterator[File]:
        """Give the files of one task."""
        if task.dump is not None:
            yield from dump(self._material, task.dump)
        for page in task.pages:
            yield from self.page(page)

    def page(self, page: Page) -> Iterator[File]:
        """Give a page, and its data in three forms when it is about a resource."""
        folder = f"{page.path}/" if page.path else ""
        forms = self._forms(page)
        if forms is not None:
            yield f"{folder}index.jsonld", forms.jsonld.encode()
            yield f"{folder}index.ttl", forms.turtle.encode()
            yield f"{folder}index.nt", forms.ntriples.encode()
        context = context_of(self._material, page, forms.jsonld if forms else None)
        yield f"{folder}index.html", self._renderer.render(page.view, context)

    def _forms(self, page: Page) -> Forms | None:
        material = self._material
        if page.view == "shapes":
            return _shape_forms(material)
        triples = material.triples_of(page)
        return write_forms(triples, page.subject, material.jsonld, self._turtle) if triples else None

    def opening(self) -> Iterator[File]:
        """Give what is copied as it is."""
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
        for path in sorted((material.folder / "site" / "content" / "grammar").glob("*")):
            yield f"docs/grammar/{path.name}", _read(path, material.folder)
        yield "api/names.tsv", names(material)
        lost = context_of(material, Page("404.html", "lost"))
        absolute = {**vars(lost.head), "root": self._site_path, "canonical": f"{material.base}404.html"}
        yield "404.html", self._renderer.render("lost", type(lost)(head=type(lost.head)(**absolute)))

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
        for part in (self.opening(), *(self.produce(task) for task in self.tasks())):
            for path, data in part:
                report.count(path, data)
                yield path, data
        yield from self.closing(report.sums)


def build(site: Site, target: Path, *, workers: int = 2, progress: Callable[[int, int], None] | None = None) -> Report:
    """Write a site into a folder, whole or not at all; `progress` is told (tasks done, tasks in all).

    Raises OutputError when it cannot be written; whatever is raised, `target` is what it was.
    """
    total = Report()
    with Staging(target) as staging:

        def put(files: Iterator[File]) -> Report:
            report = Report()
            for path, data in files:
                staging.write(path, data)
                report.count(path, data)
            return report

        site.prepare()
        total.add(put(site.opening()))
        tasks = site.tasks()
        for done, report in enumerate(run(tasks, lambda task: put(site.produce(task)), workers), start=1):
            total.add(report)
            if progress is not None:
                progress(done, len(tasks))
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
    return Forms(text, shapes_turtle(material).decode(), ntriples.decode())


def _read(path: Path, folder: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the file: {error.strerror}", file=path.relative_to(folder).as_posix()) from error
