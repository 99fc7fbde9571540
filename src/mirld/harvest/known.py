"""What the registry has already: who is meant by a key, which series there are, which names are taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from mirld.errors import IdError
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset, Graph
from mirld.graph.load import load
from mirld.graph.terms import Iri, Triple
from mirld.harvest.items import class_key, file_key, repository_key
from mirld.harvest.naming import same_name, title_key
from mirld.harvest.works import same_work
from mirld.ids import MirId
from mirld.vocab import DEFAULT_BASE, ENTRY_CLASSES, MIR, OPERATION_ARCHITECTURES, RDFS_LABEL, SKOS

_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)


class Titled(NamedTuple):
    """A model that has a title: a key that leads to it alone, and the names of its repositories in lower case."""

    key: str
    repositories: tuple[str, ...]


@dataclass(slots=True)
class Known:
    """What a harvest finds there; its own source is left out of all but `mine` and `taken`.

    Entries are paths, such as `model/unet/stable-diffusion-xl/base`. `kinds` are their classes, `by_key` who is meant
    by a key, where that is one entry alone or one with its parts, `keys` all keys of entries, `series` the series by
    name (`naming.same_name`), `mine` what this source called an entry before, `recorded` what the ledger says was
    named by a key, `taken` every name that ever meant something, the ledger's as well; `labels` are all labels,
    `nameless` the entries that have none but further ones, `concepts` the tokens of each scheme, `licences` the IRIs
    of licences of our own by name, `agents` those of agents (`naming.same_name`), `titles` the models by title
    (`naming.title_key`), where one model alone has it, `loaders` the keys of the loaders of each entry by
    `library.Class`, `spelled` repositories as the registry writes them, by key.
    """

    kinds: dict[str, str] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    titles: dict[str, Titled] = field(default_factory=dict)
    series: dict[str, list[str]] = field(default_factory=dict)
    mine: dict[str, str] = field(default_factory=dict)
    recorded: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    labels: dict[str, frozenset[str]] = field(default_factory=dict)
    nameless: set[str] = field(default_factory=set)
    concepts: dict[str, frozenset[str]] = field(default_factory=dict)
    licences: dict[str, str] = field(default_factory=dict)
    agents: dict[str, str] = field(default_factory=dict)
    loaders: dict[str, dict[str, str]] = field(default_factory=dict)
    spelled: dict[str, str] = field(default_factory=dict)

    def named(self, key: str) -> str | None:
        """Return the path that what this source calls by a key was given, if it was: it keeps that."""
        return self.mine.get(key) or self.recorded.get(key)

    def families(self, name: str) -> list[str]:
        """Return the paths of the series of models that have a name; what is done with models is none of them."""
        found = sorted(set(self.series.get(same_name(name), ())))
        return [path for path in found if path.split("/")[1] not in OPERATION_ARCHITECTURES]

    @classmethod
    def read(cls, root: Path, source: str, overlay: Path | None = None) -> Known:
        """Read a registry for a harvest of the source of that name, and the overlay that it goes into."""
        corpus = Corpus.scan(root, overlays=(overlay,) if overlay and overlay.exists() else ())
        iri = f"{DEFAULT_BASE}source/{source}"
        others = Corpus(root=root, base=corpus.base, files=tuple(file for file in corpus.files if file.source != iri))
        own = Corpus(root=root, base=corpus.base, files=tuple(file for file in corpus.files if file.source == iri))
        known = cls()
        known._read_others(load(others))
        known._read_own(load(own).view)
        return known

    def entry(self, key: str) -> str | None:
        """Return the path of the entry that a key leads to; an id is one as well, for what is joined by hand.

        What `works.toml` says of a key comes first: several entries may be published in one place.
        """
        if key.startswith("mir:"):
            path = _id_path(key)
            return path if path in self.kinds else None
        told = same_work([key])
        return told if told in self.kinds else self.by_key.get(key)

    def _read_others(self, dataset: Dataset) -> None:
        view = dataset.view
        for name in sorted(view.subjects()):
            path = _path(name)
            if path is None:
                self._read_vocabulary(view, name)
                continue
            kind = next((found for found in view.types(name) if found in _ENTRY_CLASSES), None)
            if view.value(name, MIR.state) is not None:
                self.taken.add(path)
            if kind is None:
                self._read_recorded(view, name, path)
                continue
            self.kinds[path] = kind.removeprefix(str(MIR))
            self.taken.add(path)
            self.labels[path] = frozenset(_labels(view, name))
            if view.value(name, RDFS_LABEL) is None:
                self.nameless.add(path)
            for part in view.iris(name, MIR.repository):
                repository, host = view.text(part, MIR.repositoryName), view.text(part, MIR.host)
                if repository and host:
                    self.spelled.setdefault(repository_key(repository, host), repository)
            self.loaders[path] = {found: part.rpartition("#loader-")[2] for found, part in _classes(view, name)}
            if path.startswith("info/"):
                spellings = {same_name(text) for text in (path.rpartition("/")[2], *self.labels[path])}
                for spelling in spellings:
                    self.series.setdefault(spelling, []).append(path)
        keys = sorted(set(_keys(view, self.kinds)))
        self.keys = frozenset(key for key, _ in keys)
        self.by_key = _only(keys, _components(chain.from_iterable(dataset.graphs.values())), _parts(view, self.kinds))
        self.titles = _titles(keys, self.by_key, self.labels)
        for record in view.instances(MIR.LedgerRecord):
            path = _id_path(view.text(record, SKOS.notation) or "")
            if path is not None:
                self.taken.add(path)

    def _read_recorded(self, view: Graph, name: str, path: str) -> None:
        """Take in what the ledger says of a name whose entry is in no file of another source: what it was given to."""
        for term in view.values(name, MIR.givenTo):
            if not isinstance(term, Iri):
                self.recorded[term.value] = path

    def _read_vocabulary(self, view: Graph, name: str) -> None:
        rest = name.removeprefix(DEFAULT_BASE)
        kind, _, token = rest.partition("/")
        if kind == "vocab" and "/" in token and "#" not in token:
            scheme, _, found = token.partition("/")
            self.concepts[scheme] = self.concepts.get(scheme, frozenset()) | {found}
        elif kind == "agent" and token:
            self.agents.update((same_name(label), name) for label in _labels(view, name))
        elif kind == "licence" and token:
            self.licences.update((spelling.lower(), name) for spelling in (token, *_labels(view, name)))

    def _read_own(self, view: Graph) -> None:
        kinds = {
            path: kind.removeprefix(str(MIR))
            for name in sorted(view.subjects())
            if (path := _path(name)) is not None
            for kind in view.types(name)
            if kind in _ENTRY_CLASSES
        }
        self.taken |= kinds.keys()
        self.mine = _only(_keys(view, kinds), {})


def _keys(view: Graph, kinds: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Give (key, path) for every name that an entry is known by."""
    for path in kinds:
        iri = DEFAULT_BASE + path
        for term in view.values(iri, MIR.alias):
            if not isinstance(term, Iri):
                yield term.value, path
        if path.startswith("operations/"):
            for found, _ in _classes(view, iri):
                yield class_key(found), path
            for concept in view.iris(iri, MIR.precision):
                yield f"precision:{concept.rpartition('/')[2]}", path
        for part in view.iris(iri, MIR.repository):
            name, host = view.text(part, MIR.repositoryName), view.text(part, MIR.host)
            if name and host:
                yield repository_key(name, host), path
        for part in view.iris(iri, MIR.file):
            digest, prefix = view.text(part, MIR.fileSha256), view.text(part, MIR.sha256Prefix)
            name = view.text(part, MIR.fileName)
            if digest:
                yield f"sha256:{digest}", path
            if prefix and name and prefix in name:
                yield file_key(name), path


def _classes(view: Graph, iri: str) -> Iterable[tuple[str, str]]:
    """Give (library.Class, IRI of the part) for every loader of an entry that is a class."""
    for part in sorted(view.iris(iri, MIR.loader), reverse=True):  # so that of two of one class the first is kept
        library, name = view.text(part, MIR.library), view.text(part, MIR.className)
        if library and name:
            yield f"{library}.{name}", part


def _components(triples: Iterable[Triple]) -> dict[str, set[str]]:
    """Give the entries that fill a role in each entry, as anyone says; what was outvoted is a part all the same."""
    found: dict[str, set[str]] = defaultdict(set)
    for subject, predicate, term in triples:
        if predicate == MIR.entry and isinstance(term, Iri):
            found[subject.partition("#")[0].removeprefix(DEFAULT_BASE)].add(term.removeprefix(DEFAULT_BASE))
    return found


def _only(
    pairs: Iterable[tuple[str, str]],
    components: Mapping[str, set[str]],
    parts: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Keep the keys that lead to one entry alone, or to one and to its components, or what may be a part of it."""
    found: dict[str, set[str]] = defaultdict(set)
    for key, path in pairs:
        found[key].add(path)
    result = {}
    for key, paths in sorted(found.items()):
        wholes = paths.difference(*(components.get(path, set()) - {path} for path in paths))
        if len(wholes) > 1:
            wholes -= parts
        if len(wholes) == 1:
            result[key] = next(iter(wholes))
    return result


def _parts(view: Graph, kinds: Mapping[str, str]) -> frozenset[str]:
    """Find the entries that are parts of others, such as the text encoder of a pipeline."""
    component_of = f"{DEFAULT_BASE}vocab/compatibility/component-of"
    return frozenset(
        path
        for path in kinds
        for part in view.iris(DEFAULT_BASE + path, MIR.compatibility)
        if view.text(part, MIR.kind) == component_of
    )


def _titles(
    keys: Iterable[tuple[str, str]], alone: Mapping[str, str], labels: Mapping[str, frozenset[str]]
) -> dict[str, Titled]:
    """Give the models by title, of their repositories or their own, where one model alone has that title."""
    of_path: dict[str, list[str]] = defaultdict(list)
    for key, path in keys:
        if path.startswith("model/"):
            of_path[path].append(key)
    found: dict[str, dict[str, Titled]] = defaultdict(dict)
    for path, all_ in of_path.items():
        repositories = tuple(key.removeprefix("hf:") for key in all_ if key.startswith("hf:"))
        # A repository first, which no source that is joined by it takes for a name of its own.
        mine = (key for key in sorted(all_, key=lambda key: not key.startswith("hf:")) if alone.get(key) == path)
        own = next(mine, None)
        if repositories and own is not None:
            titles = {name.rpartition("/")[2] for name in repositories} | labels.get(path, frozenset())
            for title in titles:
                found[title_key(title)][path] = Titled(own, repositories)
    return {title: next(iter(models.values())) for title, models in sorted(found.items()) if len(models) == 1}


def _labels(view: Graph, name: str) -> Iterable[str]:
    for predicate in (RDFS_LABEL, SKOS.altLabel):
        for term in view.values(name, predicate):
            if not isinstance(term, Iri):
                yield term.value


def _path(iri: str) -> str | None:
    if not iri.startswith(DEFAULT_BASE) or "#" in iri:
        return None
    try:
        return MirId.from_iri(iri).path
    except IdError:
        return None


def _id_path(text: str) -> str | None:
    try:
        return MirId.parse(text).path
    except IdError:
        return None
