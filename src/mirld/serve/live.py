"""A corpus kept as a running site: built once, built again when its files change."""

from __future__ import annotations

import os
import shutil
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
from mirld.graph.rules import classify
from mirld.lookup import resolve
from mirld.registry import Index, Registry, read_registry
from mirld.registry.place import open_index
from mirld.registry.read import read_concepts, read_library
from mirld.serve import answers
from mirld.serve.description import describe_service
from mirld.serve.server import Route, first
from mirld.serve.site import Request, Response, Site, as_json, finish, plain
from mirld.serve.sparql import respond as answer_sparql
from mirld.site.build import Site as Pages
from mirld.site.build import build
from mirld.site.material import Material

_WATCHED = ("ontology", "mappings", "shapes", "data", "queries", "site")


class Loaded:
    """One state of the corpus: its dataset, and what answers are made from, each made when it is first asked for."""

    def __init__(self, corpus: Corpus, dataset: Dataset, folder: Path, laid: Index | None = None) -> None:
        self.corpus = corpus
        self.dataset = dataset
        self.folder = folder
        self._laid = laid
        self._lock = threading.Lock()

    @cached_property
    def registry(self) -> Registry:
        """Entries and ledger."""
        return read_registry(self.dataset)

    @cached_property
    def _made_index(self) -> Index:
        # Not the one in the cache: files may have changed since they were loaded, and pages and answers are one state.
        return Index.of(self.registry, concepts=read_concepts(self.dataset), classes=read_library(self.dataset))

    def index(self) -> Index:
        """Return the index of what is loaded, made once even when two requests come first together."""
        if self._laid is not None:
            return self._laid
        with self._lock:
            return self._made_index

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


class _ClosedError(Exception):
    """The server ends while it builds."""


class Live:
    """Serves a registry: `refresh` loads and builds it, and keeps the last good state when that fails."""

    def __init__(
        self,
        root: Path,
        *,
        base: str,
        overlays: tuple[Path, ...] = (),
        built: Path | None = None,
        workers: int = 2,
    ) -> None:
        self._root = root
        self._base = base
        self._overlays = overlays
        self._built = built
        self._workers = workers
        self._temporary = None if built is not None else tempfile.TemporaryDirectory(prefix="mirld-")
        self._number = 0
        self._former: Path | None = None
        self._making = threading.Lock()
        self._closed = False
        self.made_from = self.stamps()
        """What `stamps` gave before the first state was made: a file that changed since then is not in it."""
        try:
            self.state = self._make()
        except BaseException:
            self.close()
            raise

    def _make(self) -> Loaded:
        # What is laid over is held to what it may say there, and answers are the ones of the commands.
        laid = open_index(self._root, base=self._base, overlays=self._overlays) if self._overlays else None
        corpus = Corpus.scan(self._root, base=self._base, overlays=self._overlays)
        dataset = load(corpus)
        classify(dataset, self._root)
        if self._built is not None:
            return Loaded(corpus, dataset, self._built, laid)
        assert self._temporary is not None  # noqa: S101 - made exactly when there is no built folder
        # Each state has a folder of its own, so that no reader meets one that is just being replaced.
        self._number += 1
        folder = Path(self._temporary.name) / f"site-{self._number}"
        build(Pages(Material.load(corpus, dataset)), folder, workers=self._workers, progress=self._go_on)
        return Loaded(corpus, dataset, folder, laid)

    def _go_on(self, done: int, total: int) -> None:
        if self._closed:
            raise _ClosedError

    def refresh(self, say: Callable[[str], object]) -> bool:
        """Load and build again; on an error say it and keep serving what there is."""
        with self._making:
            if self._closed:
                return False
            try:
                state = self._make()
            except MirldError as error:
                say(f"{error}" + (f" ({error.hint})" if error.hint else ""))
                return False
            except OSError as error:  # a file that is gone again, such as an editor's
                say(f"{(error.strerror or str(error)).lower()}: {error.filename}")
                return False
            except _ClosedError:
                return False
            # Readers of the state before this one may still be at it; those of the one before that are done.
            if self._former is not None:
                shutil.rmtree(self._former, ignore_errors=True)
            self._former = self.state.folder if self._built is None else None
            self.state = state
        return True

    def stamps(self) -> frozenset[tuple[str, int, int]]:
        """Names, times and sizes of all files the site is made from."""
        found = set()
        watched = [self._root / folder for folder in _WATCHED] + [each for each in self._overlays if each.is_dir()]
        paths = [Path(parent, name) for folder in watched for parent, _, names in os.walk(folder) for name in names]
        for path in (*paths, *(each for each in self._overlays if not each.is_dir())):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue  # an editor's temporary file, gone already
            found.add((str(path), status.st_mtime_ns, status.st_size))
        return frozenset(found)

    def close(self) -> None:
        """Stop building, and remove what was built."""
        self._closed = True
        with self._making:
            if self._temporary is not None:
                self._temporary.cleanup()

    def routes(self) -> dict[str, Route]:
        """Name the paths that a function answers instead of a file."""
        return {"/sparql": self._sparql, "/resolve": self._resolve, **answers.routes(lambda: self.state.index())}

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
        return finish(request, as_json(resolve(self.state.index(), asked).as_dict()))
