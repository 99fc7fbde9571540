"""The first statements of a new entry: its series when that is new, its class, and what is known of it already."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from mirld.check.ledger import RECORDS_FILE, record_names
from mirld.config import build_time
from mirld.errors import IdError, InputError, UsageError
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset
from mirld.graph.files import replace_files
from mirld.graph.load import load, parse_turtle
from mirld.graph.terms import Iri, Literal, Term, Triple, literal, text
from mirld.graph.turtle import write_turtle
from mirld.ids import MirId
from mirld.names import suggest_series
from mirld.vocab import DCAT, DCTERMS, DEFAULT_BASE, ENTRY_CLASSES, MIR, RDF_TYPE, RDFS_LABEL, SKOS, SPDX_LICENSES

_CLASSES = {"info": MIR.Info, "model": MIR.Model, "operations": MIR.Operation, "dev": MIR.Development}
_SLUG = re.compile(r"[^a-z0-9._-]+")
_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What is known of an entry to be: `source` is the page that says so, and what needs evidence needs it."""

    id: MirId
    label: str
    series_label: str | None = None
    adapter_for: MirId | None = None
    repository: str | None = None
    licence: str | None = None
    paper: str | None = None
    loader: str | None = None
    source: str | None = None

    def triples(self, *, series: bool) -> Iterator[Triple]:
        """Give the statements of the entry, and with `series` those of its series."""
        entry = Iri(self.id.iri(DEFAULT_BASE))
        if series and self.id.domain != "info":
            above = Iri(self.id.series_id.iri(DEFAULT_BASE))
            yield above, Iri(RDF_TYPE), Iri(MIR.Info)
            yield above, Iri(RDFS_LABEL), text(self.series_label or self.label, "en")
        yield entry, Iri(RDF_TYPE), Iri(self._class())
        yield entry, Iri(RDFS_LABEL), text(self.label, "en")
        facts = list(self._facts())
        for predicate, term in facts:
            yield entry, Iri(predicate), term
        yield from self._parts(entry, [predicate for predicate, _ in facts])

    def _class(self) -> str:
        if self.id.domain == "model" and self.adapter_for is not None:
            return MIR.Adapter
        if self.id.domain == "operations" and self.id.architecture == "scheduler":
            return MIR.Scheduler
        return _CLASSES[self.id.domain]

    def _facts(self) -> Iterator[tuple[str, Term]]:
        if self.adapter_for is not None:
            yield MIR.adapterFor, Iri(self.adapter_for.iri(DEFAULT_BASE))
        if self.licence is not None:
            own = self.licence.startswith("licence/")
            yield DCTERMS.license, Iri(DEFAULT_BASE + self.licence if own else SPDX_LICENSES[self.licence])
        if self.paper is not None:
            yield MIR.paper, Iri(self.paper)

    def _parts(self, entry: Iri, stated: list[str]) -> Iterator[Triple]:
        if self.source is not None and stated:
            part = yield from _part(entry, "evidence", "evidence", "page", self.source)
            yield part, Iri(MIR.confidence), Iri(f"{DEFAULT_BASE}vocab/confidence/declared")
            for predicate in stated:
                yield part, Iri(MIR.supports), Iri(predicate)
        if self.repository is not None:
            key = f"hf-{self.repository.replace('/', '-')}"
            part = yield from _part(entry, "repository", "repo", key, self.source)
            yield part, Iri(MIR.host), literal("huggingface.co")
            yield part, Iri(MIR.repositoryName), literal(self.repository)
            yield part, Iri(MIR.purl), literal(f"pkg:huggingface/{self.repository}")
            yield part, Iri(DCAT.landingPage), Iri(f"https://huggingface.co/{self.repository}")
        if self.loader is not None:
            library, _, name = self.loader.partition(":")
            part = yield from _part(entry, "loader", "loader", library, self.source)
            yield part, Iri(MIR.library), literal(library)
            yield part, Iri(MIR.className), literal(name)

    def refuse_what_does_not_fit(self) -> None:
        """Raise UsageError when what is given cannot be stated as it is."""
        needs = {"--adapter-for": self.adapter_for, "--licence": self.licence, "--paper": self.paper}
        given = [option for option, value in needs.items() if value is not None]
        if given and self.source is None:
            raise UsageError(
                f"{' and '.join(given)} rests on no source", hint="name the page that says so: --source https://…"
            )
        if self.loader is not None and not all(self.loader.partition(":")):
            raise UsageError(f"a loader is a library and a class: {self.loader}", hint="write diffusers:FluxPipeline")
        for option, value in (("--source", self.source), ("--paper", self.paper)):
            if value is not None and not re.fullmatch(r"https?://[^\s<>\"{}|^`\\]+", value):
                raise UsageError(f"{option} is no web address: {value}")


def _part(entry: Iri, predicate: str, kind: str, key: str, source: str | None) -> Generator[Triple, None, Iri]:
    part = Iri(f"{entry}#{kind}-{_SLUG.sub('-', key.lower()).strip('-')}")
    yield entry, Iri(MIR[predicate]), part
    yield part, Iri(RDF_TYPE), Iri(MIR[predicate.capitalize()])
    if source is not None:
        yield part, Iri(DCTERMS.source), Iri(source)
    return part


def read_id(given: str) -> MirId:
    """Read the id of a new entry; for what looks like a repository, the error suggests an id by upstream's rule."""
    try:
        return MirId.parse(given)
    except IdError as error:
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", given):
            raise
        series, release = suggest_series(given)
        suggestion = f"mir:model.ARCHITECTURE.{series}:{release or 'base'}"
        raise UsageError(
            f"a new entry needs an id, and this is a repository: {given}",
            hint=f"perhaps {suggestion}, with --repository {given}; a person decides what the series is",
        ) from error


def add(root: Path, base: str, new: NewEntry, out: Path | None) -> list[Path]:
    """Add an entry to the file of its series and its name to the ledger, or to a file of one's own; name the files.

    Raises InputError when the name is taken or was used, UsageError when a development entry is to be published.
    """
    new.refuse_what_does_not_fit()
    if new.id.domain == "dev" and out is None:
        raise UsageError("a development entry belongs in a file of your own", hint="name it: --out my-models.ttl")
    dataset = load(Corpus.scan(root, base=base, overlays=(out,) if out is not None and out.exists() else ()))
    _refuse_taken(new.id, dataset)
    series = new.id.series_id.iri(base) not in dataset.view
    path = out or root / "data" / "curated" / f"{new.id.series_id.path.removeprefix('info/')}.ttl"
    before = parse_turtle(path.read_bytes(), DEFAULT_BASE, str(path)) if path.is_file() else []
    after = [*before, *new.triples(series=series)]
    replace_files(Path(), {str(path): write_turtle(after, DEFAULT_BASE).encode()})
    if out is not None:
        return [path]
    day = time.strftime("%Y-%m-%d", time.gmtime(build_time()))
    replace_files(root, {RECORDS_FILE: record_names(load(Corpus.scan(root, base=base)), day)})
    return [path, root / RECORDS_FILE]


def _refuse_taken(mir_id: MirId, dataset: Dataset) -> None:
    iri = mir_id.iri(dataset.base)
    if not _ENTRY_CLASSES.isdisjoint(dataset.view.types(iri)):
        raise InputError(f"there is an entry of this name: {mir_id}", hint=f"see it with mirld resolve {mir_id}")
    used = any(
        predicate == SKOS.notation and dataset.view.value(subject, MIR.state) is not None
        for subject, predicate in _with_text(dataset, str(mir_id))
    )
    if used or dataset.view.value(iri, MIR.state) is not None:
        raise InputError(
            f"this name was used before, and no name is used again: {mir_id}", hint="give the entry another name"
        )


def _with_text(dataset: Dataset, value: str) -> Iterator[tuple[str, str]]:
    wanted = Literal(value)
    for subject, predicate, term in dataset.view:
        if term == wanted:
            yield subject, predicate
