"""What an entry, a record, a concept or a class of a library is found by, as keys of the index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mirld.registry import forms
from mirld.registry.spelling import deletions, squashed, tolerance, words
from mirld.registry.tables import DIVIDER, NAMES, Kind
from mirld.registry.values import Concept, Entry, File, Layout, LedgerRecord, LibraryClass

_LONG_WORD = 6  # letters from which on two typing errors may stand in what was meant to be the word
_LONGEST = 60  # letters of a word of which endings and deletions are kept: longer ones are codes, which nobody types


class Key(NamedTuple):
    """One key, and what is said with it."""

    kind: Kind
    key: str
    said: str = ""


def key(kind: Kind, text: str, *said: str | None) -> Key:
    """Make a key; what is not known is said as an empty text."""
    return Key(kind, text, DIVIDER.join((each or "").replace(DIVIDER, " ") for each in said))


def last(iri: str) -> str:
    """Return the last segment of an IRI, its token.

    >>> last("https://w3id.org/mir/vocab/task/text-to-image"), last("https://spdx.org/licenses/MIT")
    ('text-to-image', 'MIT')
    """
    return iri.rstrip("/#").rpartition("/")[2].rpartition("#")[2]


def keys_of_entry(entry: Entry, base: str) -> Iterator[Key]:
    """Give every key of an entry, those of one kind in the order that its parts have."""
    yield from names_of_entry(entry)
    for called, text in _wholes(entry):
        if squashed(text):
            yield key(Kind.WHOLE, squashed(text), called)
    yield from _groups(entry)
    yield from (key(Kind.LINKED, iri.removeprefix(base), name) for name, iri in links_of(entry))


def names_of_entry(entry: Entry) -> Iterator[Key]:
    """Give the keys of an entry that are names of it or of its parts: whatever an exact reading finds, and labels."""
    yield key(Kind.ID, str(entry.id))
    yield from _of_repositories(entry)
    yield from _of_files(entry)
    yield from _of_classes(entry)
    for alias in entry.aliases:
        scheme, mark, name = alias.lower().partition(":")
        yield key(Kind.ALIAS, f"{scheme}{mark}{name}", alias)
        if mark:
            yield key(Kind.ALIAS, name, alias)
    yield key(Kind.LABEL, entry.label.lower(), "label", entry.label)
    for label in entry.other_labels:
        yield key(Kind.LABEL, label.lower(), "other", label)


def _of_repositories(entry: Entry) -> Iterator[Key]:
    for found in entry.repositories:
        yield key(Kind.REPOSITORY, found.name.lower(), found.name, found.host, found.revision)
        for page in (found.page, found.purl):
            if page:
                yield key(Kind.PAGE, forms.page(page), found.name, found.host)
        if found.air:
            for written in forms.air_endings(forms.air(found.air) or found.air):
                yield key(Kind.AIR, written, found.name, found.host)


def _of_files(entry: Entry) -> Iterator[Key]:
    parts: tuple[File | Layout, ...] = (*entry.files, *entry.layouts)
    for part in parts:
        name, variant, layout = (part.name, part.variant, "") if isinstance(part, File) else (None, None, "layout")
        for digest in part.digests:
            yield key(Kind.DIGEST, digest.value, digest.kind, part.iri, name, variant, layout)
    for file in entry.files:
        if file.name:
            yield key(Kind.FILE, forms.file_name(file.name), file.iri, file.name, file.variant)
        if file.download:
            yield key(Kind.DOWNLOAD, forms.page(file.download), file.iri, file.name, file.variant)


def _of_classes(entry: Entry) -> Iterator[Key]:
    for loader in entry.loaders:
        if loader.class_name:
            name = loader.class_name.rpartition(".")[2].lower()
            yield key(Kind.CLASS, name, loader.library, loader.module, loader.class_name, loader.call)
        yield key(Kind.LIBRARY, loader.library.lower())
    for name in entry.task_classes:
        yield key(Kind.TASK_CLASS, name.lower(), name)


def _groups(entry: Entry) -> Iterator[Key]:
    if entry.id.domain != "info":
        yield key(Kind.SERIES, str(entry.id.series_id))
    yield from (key(Kind.ARCHITECTURE, last(ref.iri)) for ref in entry.architectures)
    yield from (key(Kind.TASK, last(ref.iri)) for ref in entry.tasks)
    yield from (key(Kind.TYPE, name) for name in entry.types)
    yield from (key(Kind.LICENCE, last(ref.iri).lower()) for ref in entry.licences)
    yield from (key(Kind.PUBLISHER, last(ref.iri)) for ref in entry.publishers)


def links_of(entry: Entry) -> Iterator[tuple[str, str]]:
    """Give what an entry links: by what, and the IRI of the other."""
    linked = [("adapterFor", ref.iri) for ref in entry.adapter_for]
    linked += [(name, ref.iri) for name, ref in entry.derived_from]
    linked += [("component", part.entry.iri) for part in entry.components if part.entry]
    linked += [("scheduler", ref.iri) for loader in entry.loaders for ref in loader.schedulers]
    linked += [("compatibility", ref.iri) for each in entry.compatibilities for ref in (each.subject, each.object)]
    for name, iri in linked:
        if iri != entry.iri:
            yield name, iri


def _wholes(entry: Entry) -> Iterator[tuple[str, str]]:
    """Every whole name that a person may write, with how a reason calls it."""
    mir_id = entry.id
    yield "its label", entry.label
    for label in entry.other_labels:
        yield "another label of it", label
    yield "the series of its id" if mir_id.domain == "info" else "a part of its id", mir_id.series
    if mir_id.compatibility:
        yield "the end of its id", f"{mir_id.series} {mir_id.compatibility}"
    for repository in entry.repositories:
        yield f"the name of its repository {repository.name}", repository.name.rpartition("/")[2]


def words_of_entry(entry: Entry) -> dict[str, int]:
    """Return every word of the names of an entry, with the place in `tables.NAMES` of where it weighs most."""
    mir_id = entry.id
    named = [
        (0, mir_id.series),
        (1, mir_id.compatibility or ""),
        (2, f"{mir_id.domain} {mir_id.architecture} {' '.join(mir_id.variants)}"),
        (3, entry.label),
        *((4, label) for label in entry.other_labels),
        *((5, alias.partition(":")[2]) for alias in entry.aliases),
    ]
    for repository in entry.repositories:
        owner, _, name = repository.name.rpartition("/")
        named += [(6, name), (7, owner)]
    named += [(8, file.variant) for file in entry.files if file.variant]
    found: dict[str, int] = {}
    for sort, text in named:
        for word in words(text):
            known = found.get(word)
            if known is None or NAMES[known][1] < NAMES[sort][1]:
                found[word] = sort
    return found


def endings_of(word: str) -> Iterator[str]:
    """Give what a word ends in from its second letter on, down to three letters.

    >>> list(endings_of("flux1"))
    ['lux1', 'ux1']
    """
    if len(word) <= _LONGEST:
        yield from (word[start:] for start in range(1, len(word) - 2))


def near_of(word: str) -> list[int]:
    """Return what a word is found by in spite of typing errors; nothing of words that are too short, or codes."""
    if not tolerance(word) and (len(word) != 3 or not word.isalpha()):
        return []
    return sorted(deletions(word, 2 if len(word) >= _LONG_WORD else 1))


def keys_of_record(record: LedgerRecord, base: str) -> Iterator[Key]:
    """Give every key of a ledger record."""
    yield key(Kind.RECORD, record.text)
    yield key(Kind.FOLDED, forms.folded(record.text))
    yield key(Kind.RECORD_IRI, record.iri.removeprefix(base))
    for target in record.targets:
        yield key(Kind.TARGET, target.removeprefix(base))


def keys_of_concept(concept: Concept, base: str) -> Iterator[Key]:
    """Give every key of a concept."""
    yield key(Kind.CONCEPT, concept.iri.removeprefix(base))
    if concept.scheme:
        yield key(Kind.SCHEME, concept.scheme.removeprefix(base))


def keys_of_library_class(found: LibraryClass, base: str) -> Iterator[Key]:
    """Give every key of a class of a library."""
    yield key(Kind.LIBRARY_IRI, found.iri.removeprefix(base))
    yield key(Kind.LIBRARY_CLASS, f"{found.library} {found.name}".lower(), "itself")
    for name in found.configures:
        yield key(Kind.LIBRARY_CLASS, f"{found.library} {name}".lower(), "configures")
