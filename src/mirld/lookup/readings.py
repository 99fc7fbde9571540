"""A text against a registry, one exact reading at a time: each gives the hits it finds, or none."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TypeVar

from mirld.errors import IdError
from mirld.ids import MirId
from mirld.lookup.resolution import State
from mirld.registry import Entry, File, Layout, LedgerRecord, Loader, Registry, Repository, forms
from mirld.vocab import DIGEST_PROPERTIES

Value = TypeVar("Value")

_DIGEST_WORDS = {iri.rpartition("#")[2]: words for iri, words in DIGEST_PROPERTIES.items()}
# Digests that are the first digits of a file's SHA-256, so that the whole of it says as much.
_PREFIXES = frozenset(("autoV2", "sha256Prefix"))
_STATES: dict[str, State] = {"alias": "alias", "replaced": "replaced", "withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing a reading found: an entry, or a ledger record without one, and why."""

    entry: Entry | None
    reason: str
    state: State = "current"
    record: LedgerRecord | None = None
    part: str | None = None
    variant: str | None = None


class Readings:
    """The readings over one registry; a table is made when a reading first needs it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def verbatim(self, text: str) -> list[Hit]:
        """Read a canonical id, or an id exactly as it was once published."""
        hits = []
        try:
            entry = self._registry.get(MirId.parse(text))
        except IdError:
            entry = None
        if entry is not None:
            hits.append(Hit(entry=entry, reason="is its canonical id"))
        record = self._registry.ledger.get(text)
        return hits + (list(self._recorded(record)) if record is not None else [])

    def spelled(self, text: str) -> list[Hit]:
        """Read an id once published in another spelling: case, `mir:`, spaces, dots for the colon, a list."""
        name = forms.folded(text)
        records = self._by_folded_text.get(name, ())
        if not records:
            # Upstream's tag lists join the compatibility by a dot, where its registry has a colon: at any dot but the
            # first two.
            dots = [position for position, mark in enumerate(name) if mark == "."][2:]
            spellings = [f"{name[:dot]}:{name[dot + 1 :]}" for dot in dots]
            records = tuple(found for one in spellings for found in self._by_folded_text.get(one, ()))
        return [hit for record in records for hit in self._recorded(record)]

    def identified(self, text: str) -> list[Hit]:
        """Read any form of an id, or an address: of an entry, a part of one, or a record of the ledger."""
        whole, _, fragment = text.strip("<> ").partition("#")
        entry = self._registry.by_iri.get(whole)
        if entry is not None and fragment:
            part = f"{whole}#{fragment}"
            return [Hit(entry=entry, reason=f"is the address of its part {fragment}", part=part)]
        record = self._by_record_iri.get(whole)
        if record is not None:
            return list(self._recorded(record))
        try:
            mir_id = MirId.find(text)
        except IdError:
            return []
        canonical = "is its canonical id" if str(mir_id) == text else f"reads as its id {mir_id}"
        words = "is its address" if "/" in text.removeprefix("mir://") else canonical
        entry = self._registry.get(mir_id)
        if entry is not None:
            return [Hit(entry=entry, reason=words)]
        known = self._by_folded_text.get(forms.folded(str(mir_id)), ())
        if known:
            return [hit for record in known for hit in self._recorded(record)]
        release = self._registry.get(mir_id.without_variants) if mir_id.variants else None
        return [] if release is None else [_of_variants(release, mir_id.variants)]

    def repository(self, text: str) -> list[Hit]:
        """Read a repository, by name, address, package URL or AIR, or the address of a file in one."""
        hits = [
            Hit(entry=entry, reason=f"is the address of {_repository_words(found)}")
            for entry, found in self._by_page.get(_page(text), ())
        ]
        hits += [
            Hit(entry=entry, reason=f"is the address of {_file_words(file)}", part=file.iri, variant=file.variant)
            for entry, file in self._by_download.get(_page(text), ())
        ]
        hits += [
            Hit(entry=entry, reason=f"is the name of {_repository_words(found)}")
            for entry, found in self._by_long_name.get(text.lower(), ())
        ]
        wanted = forms.repository(text)
        if wanted is not None:
            for entry in self._registry.by_repository.get(wanted.name, ()):
                for found in entry.repositories:
                    if found.name.lower() == wanted.name and wanted.host in (None, found.host):
                        hits.append(_in_repository(entry, found, wanted))
            hits = [hit for hit in hits if hit.part is not None] or hits
        air = forms.air(text)
        if air is not None:
            hits += [
                Hit(entry=entry, reason=f"is the AIR of {_repository_words(found)}")
                for known, entry, found in self._airs
                if known == air or known.partition("@")[0] == air or known.endswith(f":{air}")
            ]
        return hits

    def alias(self, text: str) -> list[Hit]:
        """Read a name in another scheme, with the scheme before it or alone; alone, it may be the label of others."""
        name = text.lower()
        found = self._by_alias.get(name, ())
        hits = [Hit(entry=entry, reason=f"is its name in {alias.partition(':')[0]}") for entry, alias in found]
        if any(alias.lower() != name for _, alias in found):
            hits += [Hit(entry=entry, reason="is its label") for entry in self._by_label.get(name, ())]
        return hits

    def digest(self, text: str) -> list[Hit]:
        """Read a digest of any kind, or at least eight digits that one begins with."""
        digits = forms.digest(text)
        if digits is None:
            return []
        values = self._digest_values
        start = bisect_left(values, digits)
        found = []
        for value in islice(values, start, None):
            if not value.startswith(digits):
                break
            found.append(value)
        if len(digits) == 64:
            found += [digits[:length] for length in range(8, 64) if digits[:length] in self._registry.by_digest]
        hits = []
        for value in found:
            for entry, known, part in self._registry.by_digest[value]:
                if len(value) < len(digits) and known.kind not in _PREFIXES:
                    continue
                how = "is" if value == digits else "begins" if value.startswith(digits) else "begins with"
                holder = self._parts(entry)[part]
                hits.append(
                    Hit(
                        entry=entry,
                        reason=f"{how} the {_digest_words(known.kind, holder)}",
                        part=part,
                        variant=holder.variant if isinstance(holder, File) else None,
                    )
                )
        return hits

    def loader(self, text: str) -> list[Hit]:
        """Read the name of a class that loads an entry or, when there is none, one for another task of its family."""
        named = forms.class_name(text)
        if named is None:
            return []
        module, name = named
        found = [
            (loader.call is not None, entry, loader)
            for entry in self._registry.by_class.get(name, ())
            for loader in entry.loaders
            if loader.class_name
            and loader.class_name.rpartition(".")[2].lower() == name
            and (module is None or module.split(".")[0].lower() in (loader.library.lower(), _top(loader.module)))
        ]
        # What the class loads whole comes before what is loaded into it, such as its adapters.
        hits = [
            Hit(entry=entry, reason=_loader_words(loader)) for _, entry, loader in sorted(found, key=lambda one: one[0])
        ]
        if hits or module is not None:
            return hits
        return [
            Hit(entry=entry, reason=f"is a class of its family, for another task: {written}")
            for entry, written in self._by_task_class.get(name, ())
        ]

    def file(self, text: str) -> list[Hit]:
        """Read the name of a published file, with or without the folders before it."""
        return [
            Hit(entry=entry, reason=f"is the name of {_file_words(file)}", part=file.iri, variant=file.variant)
            for entry, file in self._by_file_name.get(forms.file_name(text), ())
        ]

    def _recorded(self, record: LedgerRecord) -> Iterator[Hit]:
        state = _STATES.get(record.state, "current")
        reason = _record_words(record)
        entries = [entry for entry in map(self._registry.by_iri.get, record.targets) if entry is not None]
        if not entries and state == "current":
            try:
                entries = [entry for entry in [self._registry.get(MirId.find(record.text))] if entry is not None]
            except IdError:
                entries = []
        for entry in entries:
            yield Hit(entry=entry, reason=reason, state=state, record=record)
        if not entries:
            yield Hit(entry=None, reason=reason, state=state, record=record)

    @staticmethod
    def _parts(entry: Entry) -> Mapping[str, File | Layout]:
        parts: tuple[File | Layout, ...] = (*entry.files, *entry.layouts)
        return {part.iri: part for part in parts}

    @cached_property
    def _by_folded_text(self) -> Mapping[str, tuple[LedgerRecord, ...]]:
        return _grouped((forms.folded(record.text), record) for record in self._registry.ledger.values())

    @cached_property
    def _by_record_iri(self) -> Mapping[str, LedgerRecord]:
        return {record.iri: record for record in self._registry.ledger.values()}

    @cached_property
    def _digest_values(self) -> list[str]:
        return list(self._registry.by_digest)  # sorted, as the registry makes it

    @cached_property
    def _by_page(self) -> Mapping[str, tuple[tuple[Entry, Repository], ...]]:
        return _grouped(
            (_page(page), (entry, found))
            for entry in self._registry
            for found in entry.repositories
            for page in (found.page, found.purl)
            if page
        )

    @cached_property
    def _by_download(self) -> Mapping[str, tuple[tuple[Entry, File], ...]]:
        return _grouped(
            (_page(file.download), (entry, file)) for entry in self._registry for file in entry.files if file.download
        )

    @cached_property
    def _airs(self) -> tuple[tuple[str, Entry, Repository], ...]:
        return tuple(
            (forms.air(found.air) or found.air, entry, found)
            for entry in self._registry
            for found in entry.repositories
            if found.air
        )

    @cached_property
    def _by_long_name(self) -> Mapping[str, tuple[tuple[Entry, Repository], ...]]:
        """Repositories of hosts whose names have more parts than an owner and a name."""
        return _grouped(
            (found.name.lower(), (entry, found))
            for entry in self._registry
            for found in entry.repositories
            if found.name.count("/") > 1
        )

    @cached_property
    def _by_alias(self) -> Mapping[str, tuple[tuple[Entry, str], ...]]:
        return _grouped(
            (form, (entry, alias))
            for entry in self._registry
            for alias in entry.aliases
            for form in (alias.lower(), alias.lower().partition(":")[2])
        )

    @cached_property
    def _by_label(self) -> Mapping[str, tuple[Entry, ...]]:
        return _grouped((entry.label.lower(), entry) for entry in self._registry)

    @cached_property
    def _by_task_class(self) -> Mapping[str, tuple[tuple[Entry, str], ...]]:
        return _grouped((name.lower(), (entry, name)) for entry in self._registry for name in entry.task_classes)

    @cached_property
    def _by_file_name(self) -> Mapping[str, tuple[tuple[Entry, File], ...]]:
        return _grouped(
            (forms.file_name(file.name), (entry, file)) for entry in self._registry for file in entry.files if file.name
        )


def _grouped(pairs: Iterable[tuple[str, Value]]) -> Mapping[str, tuple[Value, ...]]:
    found: dict[str, list[Value]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}


def _of_variants(release: Entry, variants: tuple[str, ...]) -> Hit:
    """Find the files of a release that hold some of the variants asked for."""
    files = [file for file in release.files if file.variant and set(file.variant.split("@")) <= set(variants)]
    asked = "@".join(variants)
    if not files:
        return Hit(entry=release, reason=f"is its id with the variant {asked}, of which no file is known")
    return Hit(
        entry=release,
        reason=f"is its id with the variant {asked}: {', '.join(_file_words(file) for file in files)}",
        part=files[0].iri,
        variant=files[0].variant,
    )


def _in_repository(entry: Entry, found: Repository, wanted: forms.RepositoryForm) -> Hit:
    reason = f"is {_repository_words(found)}"
    if wanted.revision and found.revision and not found.revision.startswith(wanted.revision.lower()):
        reason += f", known at revision {found.revision}"
    if wanted.file is not None:
        name = wanted.file.lower()
        for file in entry.files:
            known = (file.name or "").lower()
            if known and (known == name or forms.file_name(known) == name or known == forms.file_name(name)):
                reason = f"is {_file_words(file)} in {_repository_words(found)}"
                return Hit(entry=entry, reason=reason, part=file.iri, variant=file.variant)
    return Hit(entry=entry, reason=reason)


def _repository_words(found: Repository) -> str:
    return f"the repository {found.name} on {found.host}" if found.host else f"the repository {found.name}"


def _file_words(file: File) -> str:
    return f"the file {file.name}" if file.name else "one of its files"


def _digest_words(kind: str, holder: File | Layout) -> str:
    words = _DIGEST_WORDS[kind]
    if isinstance(holder, Layout):
        return f"{words}: it says which layout a release has, not which weights"
    if holder.name is None:
        return words
    return f"{words} {holder.name}" if words.endswith("of the file") else f"{words}, of {holder.name}"


def _loader_words(loader: Loader) -> str:
    words = f"is the class {loader.class_name} in {loader.library}"
    return f"{words}, whose {loader.call} loads it" if loader.call else f"{words} that loads it"


def _record_words(record: LedgerRecord) -> str:
    if record.state == "withdrawn":
        return f"was published as {record.text} and withdrawn: {record.reason or 'no reason is recorded'}"
    if record.state == "current":
        return f"is published as {record.text}"
    return f"was published as {record.text}" + (f" until {record.last_seen}" if record.last_seen else "")


def _top(module: str | None) -> str | None:
    return module.split(".")[0].lower() if module else None


def _page(address: str) -> str:
    return address.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
