"""Whom a setting is meant for, and who says it.

A setting links the loaders, files or operations that it holds for, or its name speaks of them (`#setting-any-…`,
`#setting-invokeai-…`): what InvokeAI wants is no argument of a class of diffusers that loads the same model.
"""

from __future__ import annotations

from collections.abc import Iterable

from mirld.registry.values import Entry, Loader, Setting

ANY = "any"
"""Who is spoken of when a setting is meant for whatever loads the entry."""


def consumer(setting: Setting) -> str:
    """Return what the name of a setting speaks of: `any`, a library, an application, or the name of a loader.

    >>> consumer(Setting(iri="#setting-invokeai-call-width", parameter="width", value=1, datatype="", phase="call"))
    'invokeai'
    """
    spoken = setting.iri.partition("#setting-")[2].partition(f"-{setting.phase}-")[0]
    return spoken if spoken and spoken != setting.iri.partition("#setting-")[2] else ANY


def consumers(entry: Entry) -> frozenset[str]:
    """Return the libraries and applications that an entry has settings for."""
    libraries = {loader.iri: loader.library for loader in entry.loaders}
    found = set()
    for setting in entry.settings:
        named = {libraries[iri] for iri in setting.applies_to if iri in libraries}
        if named:
            found |= named
        elif not setting.applies_to:
            found.add(_library(consumer(setting), entry.loaders))
    return frozenset(found - {ANY})


def _library(spoken: str, loaders: Iterable[Loader]) -> str:
    """Return the library that a name stands for: its own, or that of the loader of this name."""
    for loader in loaders:
        anchor = loader.iri.partition("#")[2]
        if spoken in (anchor, anchor.removeprefix("loader-")):
            return loader.library
    return spoken


def closeness(
    setting: Setting, entry: Entry, library: str | None, loader: Loader | None, operations: frozenset[str]
) -> int | None:
    """Say how closely a setting of an entry is meant for one of its loaders; None when it is meant for others.

    3 for the loader itself, 2 for its library or an operation in use, 1 for any. Settings of single files are left to
    the caller.
    """
    loaders = {each.iri: each for each in entry.loaders}
    files = {each.iri for each in entry.files}
    linked = [iri for iri in setting.applies_to if iri not in files]
    named = [loaders[iri] for iri in linked if iri in loaders]
    if named:
        if library is None:
            return 2
        if loader is not None and loader.iri in loaders:
            return 3 if loader in named else None
        return 3 if any(_is_same(each, library, loader) for each in named) else None
    if linked:
        return 2 if not operations.isdisjoint(linked) else None
    spoken = consumer(setting)
    if spoken == ANY or setting.applies_to:
        return 1
    return 2 if library in (spoken, _library(spoken, entry.loaders)) else None


def _is_same(one: Loader, library: str, other: Loader | None) -> bool:
    """Say whether a loader of another entry loads as this one does."""
    if one.library != library:
        return False
    return other is None or other.class_name is None or one.class_name in (None, other.class_name)


def stated_by(setting: Setting, entry: Entry) -> tuple[str, ...]:
    """Return the sources (IRIs) that state a setting: those on record, else the one that its name speaks of."""
    if setting.stated_by:
        return setting.stated_by
    spoken = consumer(setting).replace("_", "-")
    named = tuple(ref.iri for ref in entry.sources if ref.iri.rstrip("/").rpartition("/")[2] == spoken)
    return named or (tuple(ref.iri for ref in entry.sources) if len(entry.sources) == 1 else ())
