"""Models and adapters that example code loads: repository, class, precision, components, and settings of its calls."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import NamedTuple

from mirld.graph.terms import literal
from mirld.harvest.cleaning import shown
from mirld.harvest.facts import as_literal, concept
from mirld.harvest.items import Item, Link, Part, class_key, is_repository
from mirld.harvest.sources.diffusers.documented import Example, find_examples
from mirld.harvest.sources.diffusers.entries import Entries, Wanted
from mirld.harvest.sources.diffusers.examples import ADDERS, Added, Loaded, Reading, read_example, settings
from mirld.harvest.sources.diffusers.families import ADAPTERS, architecture_of
from mirld.harvest.sources.diffusers.library import NAME, Library
from mirld.harvest.sources.diffusers.pipelines import Pipeline, imported_from
from mirld.vocab import DCTERMS, MIR

_GENERIC = re.compile(r"DiffusionPipeline|AutoPipelineFor\w+")
# Opened beside models, and no models: what has no weights, and blocks of code.
_NO_MODEL = re.compile(r"\w*(?:Tokenizer|TokenizerFast|Processor|FeatureExtractor|ModularPipeline\w*)")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_LONGEST = 100_000
_LIBRARIES = (NAME, "transformers")
_NO_NAME = "This is no name of a repository, so nothing is taken from there."


class Shown(NamedTuple):
    """An example, what it does, and the library of each name in it."""

    example: Example
    reading: Reading
    libraries: dict[str, str]


def read_models(library: Library, pipelines: dict[str, Pipeline], schedulers: Collection[str]) -> Entries:
    """Read all examples into items of what they load; `schedulers` are the classes that a component may be."""
    examples = [_read(library, example) for example in find_examples(library, pipelines)]
    _spell_alike(examples)
    entries = Entries(library, _namesakes(examples))
    # Pipelines first: what an adapter is named after is what it is added to, wherever that is shown.
    for each in examples:
        _Reader(library, pipelines, schedulers, entries, each).read()
    return entries


def _read(library: Library, example: Example) -> Shown:
    if len(example.text) > _LONGEST:
        comment = f"The example has {len(example.text):,} characters, which is too long for one, so it is not read."
        library.harvest.find(f"{NAME}:{example.path}", "example", "lost-field", "", comment, example.place)
    reading = read_example(example.text) if len(example.text) <= _LONGEST else Reading()
    for code in reading.broken:
        comment = "The code of this example cannot be read, so what it says is left out."
        library.harvest.find(f"{NAME}:{example.path}", "example", "lost-field", shown(code), comment, example.place)
    return Shown(example, reading, {**imported_from(library.module(example.path)), **reading.modules})


def _spell_alike(examples: list[Shown]) -> None:
    """Spell each repository as most examples do: hosts do not tell capitals apart, and some examples are careless."""
    count = Counter(found.repository for each in examples for found in each.reading.loaded if found.repository)
    usual: dict[str, str] = {}
    for name, _ in sorted(count.items(), key=lambda pair: (-pair[1], pair[0])):
        usual.setdefault(name.lower(), name)
    for each in examples:
        for found in each.reading.loaded:
            found.repository = usual[found.repository.lower()] if found.repository else None


def _namesakes(examples: list[Shown]) -> dict[str, frozenset[str]]:
    """Return, for each repository, the others of its title in the same folder."""
    titled: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in examples:
        folder = str(PurePosixPath(each.example.path).parent)
        for found in each.reading.loaded:
            if found.repository is not None and is_repository(found.repository):
                titled[folder, found.repository.partition("/")[2].lower()].add(found.repository)
    return {name: frozenset(names - {name}) for names in titled.values() for name in names}


class _Reader:
    """One example on its way into items."""

    def __init__(
        self,
        library: Library,
        pipelines: dict[str, Pipeline],
        schedulers: Collection[str],
        entries: Entries,
        shown: Shown,
    ) -> None:
        self._library = library
        self._pipelines = pipelines
        self._schedulers = schedulers
        self._entries = entries
        self._path = shown.example.path
        self._place = shown.example.place
        self._page = library.page(shown.example.path)
        self._shown_for = shown.example.shown_for
        self._loaded = [found for found in shown.reading.loaded if self._is_named(found)]
        self._libraries = shown.libraries
        self._bases = {id(part): found for found in self._loaded for parts in found.slots.values() for part in parts}

    def read(self) -> None:
        """Make the items: of pipelines first, which adapters are named after, then of what they are given."""
        wholes = [(found, self._pipeline_class(found)) for found in self._loaded]
        for found, name in wholes:
            if name is not None:
                self._pipeline(found, name)
        for found, name in wholes:
            if name is None:
                self._part(found)

    def _is_named(self, found: Loaded) -> bool:
        """Say whether the example names a repository; a name of another form is a finding."""
        if found.repository is None:
            return False
        return self._is_repository(found.repository)

    def _is_repository(self, name: str) -> bool:
        if is_repository(name):
            return self._library.accepts(name, f"{NAME}:{self._path}", "example", self._place)
        self._find(name, "wrong-repository", _NO_NAME)
        return False

    def _pipeline_class(self, found: Loaded) -> str | None:
        """Return the class of a pipeline; where the library chooses it, that is the one the example is shown for."""
        if found.class_name in self._pipelines:
            return found.class_name
        if _GENERIC.fullmatch(found.class_name) is None:
            return None
        generic = [each for each in self._loaded if _GENERIC.fullmatch(each.class_name)]
        others = any(each.class_name == self._shown_for for each in self._loaded)
        return found.class_name if others or self._shown_for is None or found is not generic[0] else self._shown_for

    def _pipeline(self, found: Loaded, name: str) -> None:
        pipeline = self._pipelines.get(name)
        repository = found.repository or ""
        item = self._entries.make(
            Wanted(
                repository=repository,
                place=self._place,
                page=self._page,
                architecture=pipeline.architecture if pipeline else None,
            )
        )
        if item is None:
            return
        generic = _GENERIC.fullmatch(name) is not None
        loader = self._entries.loader(item, f"{NAME}.{name}", self._page, generic=generic)
        self._state_loading(item, loader, found)
        if pipeline is not None:
            item.concept(MIR.task, "task", *pipeline.tasks)
            if not self._entries.is_described(item) and not any(kind == "component" for kind, _ in item.parts):
                self._components(item, loader, pipeline)
        if found.calls:
            self._settings(item, loader, found.calls[0], pipeline)
        for added in found.added:
            self._added(item, added, name)

    def _part(self, found: Loaded) -> None:
        """Take a network, or an adapter, that is opened by itself."""
        if _NO_MODEL.fullmatch(found.class_name):
            return
        home = self._libraries.get(found.class_name, NAME)
        if home not in _LIBRARIES:
            comment = f"The class is one of {home}, so what it opens is not taken."
            self._find(found.class_name, "unlinked-class", comment)
            return
        whole = self._bases.get(id(found))
        base = self._entries.get(whole.repository or "") if whole else None
        architecture = architecture_of(found.class_name) if home == NAME else None
        adapter = architecture in ADAPTERS
        if found.subfolder is not None and not adapter:
            return  # a component of a repository that holds more
        item = self._entries.make(
            Wanted(
                repository=found.repository or "",
                place=self._place,
                page=self._page,
                architecture=architecture,
                adapter=adapter,
                base=base,
                folder=found.subfolder,
            )
        )
        if item is None or item is base or (not adapter and self._entries.is_whole(item)):
            return
        self._state_loading(item, self._entries.loader(item, f"{home}.{found.class_name}", self._page), found)
        if base is not None:
            self._fits(item, base, adapter=item.kind == "Adapter")

    def _added(self, base: Item, added: Added, class_name: str) -> None:
        """Take weights that a method of a pipeline adds to it."""
        if added.repository.startswith(".") or not self._is_repository(added.repository):
            return  # what lies beside the example is nobody's
        item = self._entries.make(
            Wanted(
                repository=added.repository,
                place=self._place,
                page=self._page,
                architecture=ADDERS[added.method],
                adapter=True,
                base=base,
            )
        )
        if item is None or item is base:
            return
        generic = _GENERIC.fullmatch(class_name) is not None
        self._entries.loader(item, f"{NAME}.{class_name}", self._page, call=added.method, generic=generic)
        if added.name is not None and not self._entries.is_described(item):
            self._file(item, added.name)
        self._fits(item, base, adapter=True)

    def _fits(self, item: Item, base: Item, *, adapter: bool) -> None:
        """State that the example puts two things together; what an adapter is for is stated of new ones."""
        if adapter and not self._entries.is_described(item):
            item.link(MIR.adapterFor, base.key)
        kind = "adapter-for" if adapter else "component-of"
        part = item.part("compatibility", f"{kind}-{base.key.partition(':')[2]}")
        part.say(MIR.kind, concept("compatibility", kind)).say(MIR.verdict, concept("verdict", "yes"))
        part.say(DCTERMS.source, self._page)
        part.links = [Link(MIR.subject, item.key), Link(MIR.object, base.key)]

    def _state_loading(self, item: Item, loader: Part, found: Loaded) -> None:
        """State how a class opens it: in which precision, with which scheduler, at which revision, from which file."""
        if found.precision is not None and all(predicate != MIR.precision for predicate, _ in loader.facts):
            loader.say(MIR.precision, concept("precision", found.precision))
        if found.scheduler is not None:
            link = Link(MIR.scheduler, class_key(f"{NAME}.{found.scheduler}"))
            loader.links += [] if link in loader.links else [link]
        repository = next(part for part in item.parts.values() if part.kind == "repository")
        said = any(predicate == MIR.revision for predicate, _ in repository.facts)
        if found.revision is not None and not said and _REVISION.fullmatch(found.revision):
            repository.say(MIR.revision, literal(found.revision))
        if found.file is not None and not self._entries.is_described(item):
            self._file(item, found.file)

    def _file(self, item: Item, name: str) -> None:
        if ".." not in name.split("/") and self._library.accepts(name, item.key, "weight_name", self._place):
            item.file(name).say(DCTERMS.source, self._page)

    def _components(self, item: Item, loader: Part, pipeline: Pipeline) -> None:
        """State the class of each component, and the scheduler as a link; several that may be used are the loader's."""
        for slot in pipeline.slots:
            names = [name for name, _ in slot.classes]
            keys = {name: class_key(f"{NAME}.{name}") for name in names if name in self._schedulers}
            if len(names) == 1:
                part = item.component(slot.role, class_name=names[0], key=keys.get(names[0]))
                part.say(MIR.library, literal(slot.classes[0][1]) if slot.classes[0][1] else None)
                part.say(DCTERMS.source, self._library.page(pipeline.path))
            elif slot.role == "scheduler":
                links = [Link(MIR.scheduler, key) for key in keys.values()]
                loader.links += [link for link in links if link not in loader.links]
            else:
                comment = "Any of several classes may fill this place, so none is stated."
                key = f"{NAME}:{pipeline.name}"
                self._library.harvest.find(key, slot.role, "lost-field", ", ".join(names), comment, pipeline.place)

    def _settings(self, item: Item, loader: Part, call: dict[str, object], pipeline: Pipeline | None) -> None:
        for name, found in settings(call):
            if not self._library.is_name(name, "example", self._place):
                continue
            if pipeline is not None and pipeline.call is not None and name not in pipeline.call:
                comment = f"The call of {pipeline.name} has no such parameter, so the value is left out."
                self._find(name, "misspelt-parameter", comment)
                continue
            part = item.part("setting", f"loader-{loader.key}-call-{name}")
            said = [term for predicate, term in part.facts if predicate == MIR.value]
            if said and said != [as_literal(found)]:
                comment = "Another example gives another value, which was read first and is kept."
                self._find(f"{name}={found}", "conflict", comment)
                continue
            item.setting(name, found, "call", scope=f"loader-{loader.key}", source=self._page)
            if (MIR.appliesTo, loader) not in part.beside:
                part.beside.append((MIR.appliesTo, loader))

    def _find(self, value: str, problem: str, comment: str) -> None:
        key = f"{NAME}:{self._shown_for or self._path}"
        self._library.harvest.find(key, "example", problem, shown(value), comment, self._place)
