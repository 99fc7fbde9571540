"""A corpus kept as a running site: built once, built again when its files change."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from mirld.errors import MirldError
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset
from mirld.graph.load import load
from mirld.graph.query import Endpoint
from mirld.lookup import resolve
from mirld.registry import Registry, read_registry
from mirld.serve.description import describe_service
from mirld.serve.server import Route, first
from mirld.serve.site import Request, Response, Site, as_json, finish, plain
from mirld.serve.sparql import respond as answer_sparql
from mirld.site.build import Site as Pages
from mirld.site.build import build
from mirld.site.material import Material

_WATCHED = ("ontology", "shapes", "data", "site")


class Loaded:
    """One state of the corpus: its dataset, and what answers are made from, each made when it is first asked for."""

    def __init__(self, corpus: Corpus, dataset: Dataset, folder: Path) -> None:
        self.corpus = corpus
        self.dataset = dataset
        self.folder = folder
        self._lock = threading.Lock()

    @cached_property
    def registry(self) -> Registry:
        """Entries and ledger."""
        return read_registry(self.dataset)

    @cached_property
    def site(self) -> Site:
        """Pages over HTTP."""
        return Site(self.folder, base=self.corpus.base, find_target=self._find_target)

    @cached_property
    def _made_endpoint(self) -> Endpoint:
        return Endpoint(self.dataset)

    def endpoint(self) -> Endpoint:
        """Return the store, filled once even when two requests come first together."""
        with self._lock:
            return self._made_endpoint

    def _find_target(self, text: str) -> str | None:
        """Path of the page of a name that only the ledger knows."""
        for spelling in (text, text.removeprefix("mir:")):
            record = self.registry.ledger.get(spelling)
            if record is not None:
                target = record.targets[0] if len(record.targets) == 1 else record.iri
                return target.removeprefix(self.corpus.base)
        return None


class Live:
    """Serves a registry: `refresh` loads and builds it, and keeps the last good state when that fails."""

    def __init__(self, root: Path, *, base: str, built: Path | None = None, workers: int = 2) -> None:
        self._root = root
        self._base = base
        self._built = built
        self._workers = workers
        self._temporary = None if built is not None else tempfile.TemporaryDirectory(prefix="mirld-")
        self.state = self._make()

    def _make(self) -> Loaded:
        corpus = Corpus.scan(self._root, base=self._base)
        dataset = load(corpus)
        if self._built is not None:
            return Loaded(corpus, dataset, self._built)
        assert self._temporary is not None  # noqa: S101 - made exactly when there is no built folder
        folder = Path(self._temporary.name) / "site"
        build(Pages(Material.load(corpus, dataset)), folder, workers=self._workers)
        return Loaded(corpus, dataset, folder)

    def refresh(self, say: Callable[[str], object]) -> bool:
        """Load and build again; on an error say it and keep serving what there is."""
        try:
            self.state = self._make()
        except MirldError as error:
            say(f"{error}" + (f" ({error.hint})" if error.hint else ""))
            return False
        return True

    def stamps(self) -> frozenset[tuple[str, int, int]]:
        """Names, times and sizes of all files the site is made from."""
        found = set()
        for folder in _WATCHED:
            for parent, _, names in os.walk(self._root / folder):
                for name in names:
                    path = Path(parent, name)
                    try:
                        status = path.stat()
                    except FileNotFoundError:
                        continue  # an editor's temporary file, gone already
                    found.add((str(path), status.st_mtime_ns, status.st_size))
        return frozenset(found)

    def close(self) -> None:
        """Remove what was built."""
        if self._temporary is not None:
            self._temporary.cleanup()

    def routes(self) -> dict[str, Route]:
        """Name the paths that a function answers instead of a file."""
        return {"/sparql": self._sparql, "/resolve": self._resolve}

    def _sparql(self, request: Request) -> Response:
        state = self.state
        html = "text/html" in request.headers.get("accept", "")
        if request.method in ("GET", "HEAD") and not request.query and html and (state.folder / "sparql").is_dir():
            return state.site.respond(request)
        return answer_sparql(
            request, state.endpoint, lambda: describe_service(state.corpus.base, len(state.dataset.view))
        )

    def _resolve(self, request: Request) -> Response:
        asked = first(request.query, "q")
        if not asked:
            return finish(request, plain(400, "say what to resolve: /resolve?q=TEXT"))
        return finish(request, as_json(resolve(self.state.registry, asked).as_dict()))
