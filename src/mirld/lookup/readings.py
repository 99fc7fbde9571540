"""A text against the index of a registry, one exact reading at a time: each gives the hits it finds, or none.

Reasons are made of what the index says with each key, so that no entry has to be read for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from mirld.errors import IdError
from mirld.grammar import MIR_ID
from mirld.ids import MirId
from mirld.registry import forms
from mirld.registry.index import Index, Name, Named
from mirld.registry.tables import Kind
from mirld.vocab import DIGEST_PROPERTIES

if TYPE_CHECKING:
    from mirld.lookup.resolution import State
    from mirld.registry.values import LedgerRecord

_DIGEST_WORDS = {iri.rpartition("#")[2]: words for iri, words in DIGEST_PROPERTIES.items()}
# Digests that are the first digits of a file's SHA-256, so that the whole of it says as much.
_PREFIXES = frozenset(("autoV2", "sha256Prefix"))
_STATES: dict[str, State] = {"alias": "alias", "replaced": "replaced", "withdrawn": "withdrawn"}
_WHOLE = 64  # digits of a SHA-256


_MANY_PARTS = "kaggle.com"  # the host whose names have a framework and a variation behind owner and model
_VERSION = re.compile(r"/\d*$")  # which such a name may have at its end
_DIVIDERS = frozenset("./%")  # one of which stands in every form of an id


class Hit(NamedTuple):
    """One thing a reading found: an entry, or a ledger record without one, and why."""

    name: Name | None
    reason: str
    state: State = "current"
    record: LedgerRecord | None = None
    part: str | None = None
    variant: str | None = None


class Readings:
    """The readings of one text, over an index; what most of them need is asked for at once."""

    def __init__(self, index: Index, text: str) -> None:
        self._index = index
        self._text = text
        self._lower = text.lower()
        self._folded = forms.folded(text)
        self._page = forms.page(text)
        self._repository = forms.repository(text)
        is_id = MIR_ID.fullmatch(text) is not None  # nothing else is written so
        self._air = None if is_id else forms.air(text)
        self._class = None if is_id else forms.class_name(text)
        self._file = forms.file_name(text)
        asked = [
            (Kind.ID, text),
            (Kind.RECORD, text),
            (Kind.FOLDED, self._folded),
            (Kind.ALIAS, self._lower),
            (Kind.FILE, self._file),
        ]
        self._digits = None if is_id else forms.digest(text)
        self._may_be_address = len(self._digits or "") != _WHOLE  # of 64 digits and nothing else none is
        if self._may_be_address:
            asked += [(Kind.PAGE, self._page), (Kind.DOWNLOAD, self._page)]
        if self._repository:
            asked.append((Kind.REPOSITORY, self._repository.name))
        if self._air:
            asked.append((Kind.AIR, self._air))
        if self._class:
            asked += [(Kind.CLASS, self._class[1]), (Kind.TASK_CLASS, self._class[1])]
        self._shorter: list[str] = []
        if self._digits and len(self._digits) == _WHOLE:
            self._shorter = [self._digits[:length] for length in index.digest_lengths() if length < _WHOLE]
            asked += [(Kind.DIGEST, digits) for digits in (self._digits, *self._shorter)]
        self._known = index.named_keys(asked)

    def _find(self, kind: Kind, text: str) -> list[Named]:
        found = self._known.get((kind, text))
        return self._index.named_keys([(kind, text)])[kind, text] if found is None else found

    def _entry(self, mir_id: MirId | str) -> Name | None:
        found = self._find(Kind.ID, str(mir_id))
        return found[0].name if found else None

    def _records(self, kind: Kind, text: str) -> list[LedgerRecord]:
        return [self._index.record_of(found.name.n) for found in self._find(kind, text)]

    def verbatim(self) -> list[Hit]:
        """Read a canonical id, or an id exactly as it was once published."""
        name = self._entry(self._text)
        hits = [] if name is None else [Hit(name, "is its canonical id")]
        return hits + [hit for record in self._records(Kind.RECORD, self._text) for hit in self._recorded(record)]

    def spelled(self) -> list[Hit]:
        """Read an id once published in another spelling: case, `mir:`, spaces, dots for the colon, a list."""
        written = self._folded
        records = self._records(Kind.FOLDED, written)
        if not records and written.count(".") > 2:
            # Upstream's tag lists join the compatibility by a dot, where its registry has a colon: at any dot but the
            # first two.
            dots = [position for position, mark in enumerate(written) if mark == "."][2:]
            spellings = [f"{written[:dot]}:{written[dot + 1 :]}" for dot in dots]
            records = [found for one in spellings for found in self._records(Kind.FOLDED, one)]
        return [hit for record in records for hit in self._recorded(record)]

    def identified(self) -> list[Hit]:
        """Read any form of an id, or an address: of an entry, a part of one, or a record of the ledger."""
        text = self._text
        whole, _, fragment = text.strip("<> ").partition("#")
        if whole.startswith(self._index.base):
            known = self._index.id_at(whole) if fragment else None
            name = self._entry(known) if known else None
            if name is not None:
                part = f"{whole}#{fragment}"
                return [Hit(name, f"is the address of its part {fragment}", part=part)]
            for record in self._records(Kind.RECORD_IRI, whole.removeprefix(self._index.base)):
                return list(self._recorded(record))
        if self._entry(text) is not None or not _DIVIDERS.intersection(text):
            return []  # it is a canonical id, or can be none
        try:
            mir_id = MirId.find(text)
        except IdError:
            return []
        canonical = "is its canonical id" if str(mir_id) == text else f"reads as its id {mir_id}"
        words = "is its address" if "/" in text.removeprefix("mir://") else canonical
        name = self._entry(mir_id)
        if name is not None:
            return [Hit(name, words)]
        records = self._records(Kind.FOLDED, forms.folded(str(mir_id)))
        if records:
            return [hit for record in records for hit in self._recorded(record)]
        release = self._entry(mir_id.without_variants) if mir_id.variants else None
        return [] if release is None else [self._of_variants(release, mir_id.variants)]

    def _of_variants(self, release: Name, variants: tuple[str, ...]) -> Hit:
        """Find the files of a release that hold some of the variants asked for."""
        held = self._index.entry_of(release.n).files
        files = [file for file in held if file.variant and set(file.variant.split("@")) <= set(variants)]
        asked = "@".join(variants)
        if not files:
            return Hit(release, f"is its id with the variant {asked}, of which no file is known")
        words = ", ".join(_file_words(file.name) for file in files)
        reason = f"is its id with the variant {asked}: {words}"
        return Hit(release, reason, part=files[0].iri, variant=files[0].variant)

    def repository(self) -> list[Hit]:
        """Read a repository, by name, address, package URL or AIR, or the address of a file in one."""
        page, wanted, air = self._page, self._repository, self._air
        hits = []
        if self._may_be_address:
            hits += [
                Hit(name, f"is the address of {_repository_words(*said)}")
                for name, said, _ in self._find(Kind.PAGE, page)
            ]
            hits += [
                Hit(name, f"is the address of {_file_words(said[1])}", part=said[0], variant=said[2] or None)
                for name, said, _ in self._find(Kind.DOWNLOAD, page)
            ]
        if self._text.count("/") > 1:  # hosts whose names have more parts than an owner and a name
            hits += [
                Hit(name, f"is the name of {_repository_words(*said[:2])}")
                for name, said, _ in self._find(Kind.REPOSITORY, _VERSION.sub("", self._lower))
            ]
        if wanted is not None:
            found = self._find(Kind.REPOSITORY, wanted.name)
            if not found and wanted.host == _MANY_PARTS:  # the page of a model shows all its variations
                begun = self._index.beginning(Kind.REPOSITORY, f"{wanted.name}/")
                hits += [
                    Hit(name, f"is in {_repository_words(*said[:2])}")
                    for name, said, _ in self._index.named(begun)
                    if said[1] == wanted.host
                ]
            found = [each for each in found if wanted.host in (None, each.said[1])]
            files = self._find(Kind.FILE, forms.file_name(wanted.file)) if found and wanted.file else []
            hits += [_in_repository(each, wanted, files) for each in found]
            held = [hit for hit in hits if hit.part is not None]
            hits = held or self._in_folder(found, wanted) or hits
            hits += self._inside(hits)
        if air is not None:
            hits += [
                Hit(name, f"is the AIR of {_repository_words(*said)}") for name, said, _ in self._find(Kind.AIR, air)
            ]
        return hits

    def _in_folder(self, found: Iterable[Named], wanted: forms.RepositoryForm) -> list[Hit]:
        """Find what lies in a folder of a pipeline's repository: the component that has its name as its role."""
        folder = (wanted.file or "").partition("/")[0]
        hits = []
        for name, said, _ in found if folder else ():
            for part in self._index.entry_of(name.n).components:
                known = self._index.id_at(part.entry.iri) if part.entry is not None and part.role == folder else None
                component = self._entry(known) if known else None
                if component is not None:
                    words = f"is a component of {name.label}, in the folder {folder} of {_repository_words(*said[:2])}"
                    hits.append(Hit(component, words))
        return hits

    def _inside(self, hits: Iterable[Hit]) -> list[Hit]:
        """Say of each hit that is a component of another one what it is there."""
        names = {hit.name.n: hit.name for hit in hits if hit.name is not None}
        inside = []
        for name in names.values() if len(names) > 1 else ():
            iri = self._index.iri_of(name.id)
            for by, whole in self._index.linking(name.id):
                if by != "component" or whole.n not in names:
                    continue
                parts = self._index.entry_of(whole.n).components
                roles = [part.role for part in parts if part.entry is not None and part.entry.iri == iri]
                inside.append(Hit(name, f"is a component of {whole.label}: its {' and '.join(roles)}"))
        return inside

    def alias(self) -> list[Hit]:
        """Read a name in another scheme, with the scheme before it or alone."""
        return [
            Hit(name, f"is its name in {said[0].partition(':')[0]}")
            for name, said, _ in self._find(Kind.ALIAS, self._lower)
        ]

    def label(self) -> list[Hit]:
        """Read a label."""
        found = self._find(Kind.LABEL, self._lower)
        return [Hit(name, "is its label") for name, (sort, _), _ in found if sort == "label"]

    def digest(self) -> list[Hit]:
        """Read a digest of any kind, or at least eight digits that one begins with."""
        digits = self._digits
        if digits is None:
            return []
        if len(digits) == _WHOLE:
            begun = [each for shorter in self._shorter for each in self._find(Kind.DIGEST, shorter)]
            found = self._find(Kind.DIGEST, digits) + [each for each in begun if each.said[0] in _PREFIXES]
        else:
            found = self._index.named(self._index.beginning(Kind.DIGEST, digits))
        hits = []
        for name, (kind, part, file, variant, layout), key in found:
            how = "is" if key == digits else "begins" if key.startswith(digits) else "begins with"
            words = _digest_words(kind, file, is_layout=bool(layout))
            hits.append(Hit(name, f"{how} the {words}", part=part, variant=variant or None))
        return hits

    def loader(self) -> list[Hit]:
        """Read the name of a class that loads an entry or, when there is none, one for another task of its family."""
        named = self._class
        if named is None:
            return []
        module, class_name = named
        top = _top(module)
        found = [
            each
            for each in self._find(Kind.CLASS, class_name)
            if top is None or top in (each.said[0].lower(), _top(each.said[1]))
        ]
        # What the class loads whole comes before what is loaded into it, such as its adapters.
        found.sort(key=lambda each: bool(each.said[3]))
        hits = [Hit(name, _loader_words(*said)) for name, said, _ in found]
        if hits or module is not None:
            return hits
        return [
            Hit(name, f"is a class of its family, for another task: {said[0]}")
            for name, said, _ in self._find(Kind.TASK_CLASS, class_name)
        ]

    def file(self) -> list[Hit]:
        """Read the name of a published file, with or without the folders before it."""
        return [
            Hit(name, f"is the name of {_file_words(said[1])}", part=said[0], variant=said[2] or None)
            for name, said, _ in self._find(Kind.FILE, self._file)
        ]

    def components_among(self, hits: Iterable[Hit]) -> frozenset[str]:
        """Return the ids of those hits that are components of another one of them."""
        names = {hit.name.n: hit.name for hit in hits if hit.name is not None}
        return frozenset(
            name.id
            for name in names.values()
            if any(by == "component" and whole.n in names for by, whole in self._index.linking(name.id))
        )

    def _recorded(self, record: LedgerRecord) -> Iterator[Hit]:
        state = _STATES.get(record.state, "current")
        reason = _record_words(record)
        targets = [self._index.id_at(target) for target in record.targets]
        names = [name for target in targets if target and (name := self._entry(target)) is not None]
        if not names and state == "current":
            try:
                names = [name for name in [self._entry(MirId.find(record.text))] if name is not None]
            except IdError:
                names = []
        yield from [Hit(name, reason, state, record) for name in names] or [Hit(None, reason, state, record)]


def _in_repository(found: Named, wanted: forms.RepositoryForm, files: Iterable[Named]) -> Hit:
    name, host, revision = found.said
    words = _repository_words(name, host)
    if wanted.file is not None:
        path = wanted.file.lower()
        for file in files:
            known = file.said[1].lower()
            if file.name == found.name and (known == path or "/" not in known or "/" not in path):
                reason = f"is {_file_words(file.said[1])} in {words}"
                return Hit(found.name, reason, part=file.said[0], variant=file.said[2] or None)
    if wanted.revision and revision and not revision.startswith(wanted.revision.lower()):
        words += f", known at revision {revision}"
    if wanted.file is not None:
        words += f", of whose {wanted.file} nothing more is known"
    return Hit(found.name, f"is {words}")


def _repository_words(name: str, host: str) -> str:
    return f"the repository {name} on {host}" if host else f"the repository {name}"


def _file_words(name: str | None) -> str:
    return f"the file {name}" if name else "one of its files"


def _digest_words(kind: str, file: str, *, is_layout: bool) -> str:
    words = _DIGEST_WORDS[kind]
    if is_layout:
        return f"{words}: it says which layout a release has, not which weights"
    if not file:
        return words
    return f"{words} {file}" if words.endswith("of the file") else f"{words}, of {file}"


def _loader_words(library: str, module: str, class_name: str, call: str) -> str:
    words = f"is the class {class_name} in {library}"
    return f"{words}, whose {call} loads it" if call else f"{words} that loads it"


def _record_words(record: LedgerRecord) -> str:
    if record.state == "withdrawn":
        return f"was published as {record.text} and withdrawn: {record.reason or 'no reason is recorded'}"
    if record.state == "current":
        return f"is published as {record.text}"
    return f"was published as {record.text}" + (f" until {record.last_seen}" if record.last_seen else "")


def _top(module: str | None) -> str | None:
    return module.split(".")[0].lower() if module else None
