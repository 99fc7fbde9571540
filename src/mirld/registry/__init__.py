"""Floor 3: the graph's answers as frozen values, and the index that gives them in microseconds.

    values    what an entry and its parts are, as dataclasses without RDF
    read      dataset → values
    said      what is said of one resource, by predicate
    stating   who states the settings, and what others say in their place
    frameworks  the criteria and activities that a model is classified by
    registry  all values, and the look-up tables over them
    forms     what a text is by its form alone
    spelling  words of a text, and how near two words are
    rows      values ↔ the text of one row
    keys      what an entry is found by
    tables    the tables of the index
    writing   values → an index
    index     the index as look-ups read it
    word_table  the words of all names in it, as free text asks for them
    place     where an index lies, and when it is made anew

Rules of this room: standard library only; values are frozen; order is sorted; unknown is None or empty, never a guess.
What is named here is imported when it is asked for: a look-up needs few of these modules, and starts at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirld.registry.frameworks import read_frameworks
    from mirld.registry.index import Index
    from mirld.registry.read import read_registry
    from mirld.registry.registry import Registry
    from mirld.registry.values import (
        Classification,
        Compatibility,
        Component,
        Concept,
        Criterion,
        Digest,
        Entry,
        Evidence,
        File,
        Frameworks,
        Layout,
        LedgerRecord,
        LibraryClass,
        Loader,
        Outvoted,
        Parameter,
        Ref,
        Repository,
        Setting,
        Source,
        Trait,
    )

__all__ = [
    "Classification",
    "Compatibility",
    "Component",
    "Concept",
    "Criterion",
    "Digest",
    "Entry",
    "Evidence",
    "File",
    "Frameworks",
    "Index",
    "Layout",
    "LedgerRecord",
    "LibraryClass",
    "Loader",
    "Outvoted",
    "Parameter",
    "Ref",
    "Registry",
    "Repository",
    "Setting",
    "Source",
    "Trait",
    "read_frameworks",
    "read_registry",
]

_ELSEWHERE = {"Index": "index", "Registry": "registry", "read_frameworks": "frameworks", "read_registry": "read"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_ELSEWHERE.get(name, 'values')}")
    found: object = getattr(module, name)
    globals()[name] = found
    return found
