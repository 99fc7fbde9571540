"""Floor 4: questions put to a registry, answered by pure functions.

    readings    a text against an index, one exact reading at a time
    rank        free text against the names of all entries
    resolving   all readings, put together into one answer
    resolution  the answer
    notebook    entries and answers as HTML for a notebook
    classification  what an entry is by published frameworks
    health      how complete a registry is and how well its sources agree

Rules of this room: standard library only; nothing is read or written; what is exact is never outdone by what is near.
What is named here is imported when it is asked for, so that a look-up starts at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirld.lookup.classification import Card, Line, by_scheme, card, classified_dict
    from mirld.lookup.resolution import Candidate, Resolution
    from mirld.lookup.resolving import resolve

__all__ = ["Candidate", "Card", "Line", "Resolution", "by_scheme", "card", "classified_dict", "resolve"]

_ELSEWHERE = {"Candidate": "resolution", "Resolution": "resolution", "resolve": "resolving"}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_ELSEWHERE.get(name, 'classification')}")
    found: object = getattr(module, name)
    globals()[name] = found
    return found
