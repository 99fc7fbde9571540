"""A registry that is asked in Python, and its entries."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from mirld.api.loaders import EntryLoader
from mirld.config import overlay_paths, registry_root
from mirld.errors import UnknownNameError
from mirld.ids import MirId
from mirld.lookup import notebook
from mirld.lookup.knowledge import Indexed
from mirld.lookup.meaning import meant
from mirld.lookup.resolving import LIMIT, resolve
from mirld.lookup.unfound import what_is_wrong
from mirld.lookup.used import Used, use
from mirld.registry import values
from mirld.registry.index import Index, Name
from mirld.registry.place import open_index
from mirld.vocab import DEFAULT_BASE

if TYPE_CHECKING:
    import rdflib

    from mirld.graph.dataset import Dataset
    from mirld.graph.query import Answer
    from mirld.lookup.compatibility import Fit, FitOfSet, Fitting
    from mirld.lookup.compatibility_statements import Knowledge
    from mirld.lookup.resolution import Resolution
    from mirld.lookup.settings import Settings
    from mirld.registry.values import LedgerRecord, Source

Default = TypeVar("Default")


def open(  # noqa: A001 - mirld.open reads like gzip.open
    root: str | os.PathLike[str] | None = None,
    *,
    base: str = DEFAULT_BASE,
    overlays: Iterable[str | os.PathLike[str]] | None = None,
) -> Registry:
    """Open a registry: the one that mirld carries, or the one in the folder `root`, with overlays laid over it.

    Without `overlays` they are those that MIRLD_OVERLAY or mirld.toml names. The first time
    after a change the index is made, which takes seconds and is said on stderr. Raises UsageError when
    `root` is no registry, InputError when its files or an overlay are broken, and ConflictError when an overlay says
    something else of what is published.

    >>> with open() as registry:
    ...     registry["mir:model.lora.hyper:flux-1"].label
    'Hyper-SD for FLUX.1'
    """
    folder = registry_root(root)
    paths = overlay_paths() if overlays is None else tuple(Path(each) for each in overlays)
    index = open_index(root, base=base, overlays=paths, say=_say)
    return Registry(index, root=folder, overlays=paths)


def _say(words: str) -> None:
    builtins.print(f"mirld: {words}", file=sys.stderr)  # noqa: T201 - a notebook shows it, and no data is mixed with it


class Entry(values.Entry):
    """One entry with all its parts, frozen, which knows the registry it is from.

    Every field of `registry.values.Entry` is an attribute: `id`, `iri`, `label`, `files`, `loaders`, `settings`,
    `components`, `licences`, `derived_from` and so on. What nobody stated is None or an empty tuple.
    """

    # The fields are those of the values: the registry is none of them, and no part of what is equal.
    _registry: Registry

    @property
    def registry(self) -> Registry:
        """The registry that the entry is from."""
        return self._registry

    def __str__(self) -> str:
        return str(self.id)

    def loader(self, library: str | None = None, *, used_with: Iterable[str | MirId] = ()) -> EntryLoader:
        """Return how a library loads the entry, by its name or the class of a loader; else the likeliest one.

        `used_with` are adapters, a scheduler and a precision, by any exact name. Raises UnknownNameError for a name
        that means none, and UsageError for what cannot be used with anything.

        >>> print(open()["mir:operations.scheduler.euler:discrete"].loader("diffusers").code(), end="")
        from diffusers import EulerDiscreteScheduler
        <BLANKLINE>
        scheduler = EulerDiscreteScheduler()
        """
        return self._registry.loader(self.id, library, used_with=used_with)

    def _repr_html_(self) -> str:
        return notebook.entry_html(self)


class Registry:
    """Every entry of a registry, found in microseconds; closing it, or leaving the block, lets its file go.

    Iterating gives the entries sorted by id, one at a time. `in` and `[]` take an id in any form that was ever
    published, an address, a repository, a digest: whatever `resolve` finds exactly.
    """

    def __init__(self, index: Index, *, root: Path, overlays: tuple[Path, ...] = ()) -> None:
        self.index = index
        """The tables themselves, see `mirld.registry.index`."""
        self.root = root
        """Folder of the registry."""
        self.overlays = overlays
        """Folders and files that are laid over it."""

    @property
    def base(self) -> str:
        """IRI that entries are named under."""
        return self.index.base

    def __enter__(self) -> Registry:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the file of the index go."""
        self.index.close()

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.index)

    def __iter__(self) -> Iterator[Entry]:
        return self._named(self.index.names())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str | MirId) and self.get(name) is not None

    def __getitem__(self, name: str | MirId) -> Entry:
        """Return the one entry that a name means exactly.

        Raises UnknownNameError, which is a KeyError, when it means none, or more than one; it says which.

        >>> registry = open()
        >>> registry["runwayml/stable-diffusion-v1-5"].id == registry["info.unet.stable-diffusion-v1:*"].id
        True
        >>> registry["mir:model.unet.stable-difusion-xl:base"]
        Traceback (most recent call last):
        mirld.errors.UnknownNameError: nothing has this name exactly: mir:model.unet.stable-difusion-xl:base
        """
        text = str(name)
        found = self._entry(text) or self._entry(self._exact(text))
        if found is None:
            raise UnknownNameError(f"this name was withdrawn: {text}")
        return found

    def _exact(self, text: str) -> str:
        """Return the id that a text means exactly."""
        found = self.resolve(text, limit=3)
        best = found.best
        if best is None or best.level != "exact":
            near = found.nearest or tuple(each.id for each in found.candidates[:3])
            wrong = what_is_wrong(text, near)
            if wrong is not None:
                raise UnknownNameError(wrong[0], hint=wrong[1])
            hint = f"did you mean {' or '.join(near)}?" if near else None
            raise UnknownNameError(f"nothing has this name exactly: {text}", hint=hint)
        if found.ambiguous:
            means = ", ".join(each.id for each in found.candidates[: min(found.tied, 3)])
            raise UnknownNameError(f"{found.tied} entries have this name: {text}", hint=f"say which: {means}")
        return best.id

    def get(self, name: str | MirId, default: Default | None = None) -> Entry | Default | None:
        """Return the one entry that a name means exactly, or the default."""
        try:
            return self[name]
        except UnknownNameError:
            return default

    def _entry(self, text: str) -> Entry | None:
        found = self.index.load_entry(Entry, text)
        if found is not None:
            found._registry = self
        return found

    def _named(self, names: Iterable[Name]) -> Iterator[Entry]:
        return (found for name in names if (found := self._entry(name.id)) is not None)

    def resolve(self, text: str, *, limit: int = LIMIT) -> Resolution:
        """Find what a text means, with reasons: exact readings give all they find, words at most `limit` entries.

        >>> found = open().resolve("stable difusion xl turbo")
        >>> found.reading, found.candidates[0].id
        ('text', 'mir:model.unet.stable-diffusion-xl:turbo')
        """
        return resolve(self.index, text, limit=limit)

    def settings(
        self, name: str | MirId, *, used_with: Iterable[str | MirId] = (), library: str | None = None
    ) -> Settings:
        """Return the settings that count for an entry, each with all that was said of it and by whom.

        `name` and `used_with` are ids, with a variant where one is meant, or any other exact name. Raises
        UnknownNameError for a name that means none, and UsageError for what cannot be used with anything.

        >>> found = open().settings("mir:model.lora.hyper:flux-1@8step").get("num_inference_steps")
        >>> found.value, found.layer
        (8, 'variant')
        """
        from mirld.lookup.layers import layered

        return layered(Indexed(self.index), self._used(name, library, used_with))

    def loader(
        self, name: str | MirId, library: str | None = None, *, used_with: Iterable[str | MirId] = ()
    ) -> EntryLoader:
        """Return how a library loads an entry, with its code; see `Entry.loader`."""
        from mirld.lookup.loading import load_code

        return EntryLoader(load_code(Indexed(self.index), self._used(name, library, used_with)))

    def _used(self, name: str | MirId, library: str | None, used_with: Iterable[str | MirId]) -> Used:
        asked = meant(self.index, str(name))
        others = [meant(self.index, str(each)) for each in used_with]
        return use(Indexed(self.index), asked, library=library, used_with=others)

    def compatible(self, one: str | MirId | Entry, other: str | MirId | Entry) -> Fit:
        """Say whether two entries work together: yes, no or unknown, with every fact and who says it.

        >>> fit = open().compatible("mir:model.lora.hyper:flux-1", "mir:model.dit.flux-2:dev")
        >>> fit.verdict, fit.evidence[0].text
        ('no', 'Hyper-SD for FLUX.1: attended width: 4096 in FLUX.1 [dev], 15360 in FLUX.2-dev')
        """
        from mirld.lookup.compatibility_asking import fit_of

        return fit_of(self._knowledge, self._asked(one), self._asked(other))

    def pipeline(self, *names: str | MirId | Entry) -> FitOfSet:
        """Say whether entries make one pipeline: every pair that has to fit, of which the weakest decides.

        >>> parts = ("mir:model.dit.flux-1:dev", "mir:model.vae.tae:flux-1", "mir:model.lora.turbo:flux-1")
        >>> open().pipeline(*parts).verdict
        'yes'
        """
        from mirld.lookup.compatibility_sets import fit_of_set

        return fit_of_set(self._knowledge, [self._asked(name) for name in names])

    def fitting(self, name: str | MirId | Entry, kind: str | None = None) -> Fitting:
        """List what is known to fit an entry, by kind, or of one kind, such as `adapters` or `VAEs`.

        >>> ((kind, fits),) = open().fitting("mir:model.dit.flux-1:dev", "schedulers").fits
        >>> kind.label, [fit.one.id for fit in fits]
        ('scheduler for', ['mir:operations.scheduler.flowmatcheuler:discrete'])
        """
        from mirld.lookup.compatibility_sets import fitting, token_of

        return fitting(self._knowledge, self._asked(name), token_of(self._knowledge, kind))

    def _asked(self, name: str | MirId | Entry) -> Entry:
        return name if isinstance(name, Entry) else self[name]

    @cached_property
    def _knowledge(self) -> Knowledge:
        from mirld.lookup.compatibility_statements import Knowledge

        return Knowledge(self.index)

    def entries(
        self,
        *,
        architecture: str | None = None,
        task: str | None = None,
        series: str | None = None,
        type: str | None = None,  # noqa: A002 - what RDF calls it
        licence: str | None = None,
        publisher: str | None = None,
        library: str | None = None,
    ) -> list[Entry]:
        """Return the entries that are all of what is given, sorted by id; without anything, all.

        `architecture`, `task` and `publisher` are tokens, `series` is the id of a series, `type` a class of the
        ontology, `licence` an SPDX id, `library` one that a loader is for.

        >>> [str(entry) for entry in open().entries(architecture="lora", series="mir:info.lora.dmd")]
        ['mir:model.lora.dmd:stable-diffusion-xl']
        """
        found = self.index.among(
            architecture=architecture,
            task=task,
            series=series,
            type=type,
            licence=licence,
            publisher=publisher,
            library=library,
        )
        return list(self._named(found))

    def record(self, text: str) -> LedgerRecord | None:
        """Return what the ledger says of a name exactly as it was published, or None."""
        return self.index.record(text)

    def source(self, iri: str) -> Source | None:
        """Return a source of facts by its IRI, or None."""
        return self.index.source(iri)

    def _dataset(self) -> Dataset:
        from mirld.graph.corpus import Corpus
        from mirld.graph.load import load
        from mirld.graph.rules import classify

        dataset = load(Corpus.scan(self.root, base=self.base, overlays=self.overlays))
        classify(dataset, self.root)
        return dataset

    def graph(self) -> rdflib.Graph:
        """Return all that is said, merged and completed, as a graph of rdflib; it loads the files, which takes long."""
        import rdflib

        from mirld.graph.ntriples import write_ntriples

        return rdflib.Graph().parse(data=write_ntriples(self._dataset().view), format="nt")

    def query(self, text: str) -> Answer:
        """Ask in SPARQL 1.1, as `mirld query` does. It loads the files, which takes seconds.

        Raises QueryError with line and column when the query does not parse.
        """
        from mirld.graph.query import Endpoint

        return Endpoint.for_query(self._dataset(), text).run(text).answer()

    def __repr__(self) -> str:
        return f"<mirld.Registry of {len(self):,} entries in {self.root}>"

    def _repr_html_(self) -> str:
        about = self.index.about()
        counted = (("entries", "entry"), ("names on record", "record"), ("sources", "source"))
        return notebook.registry_html("Registry", ((label, int(about[name])) for label, name in counted))
