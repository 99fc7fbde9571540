"""Floor 4: questions put to a registry, answered by pure functions.

    readings    a text against an index, one exact reading at a time
    rank        free text against the names of all entries
    resolving   all readings, put together into one answer
    resolution  the answer
    knowledge   what settings and code are answered from
    unfound     what is wrong with a text that nothing has as its name
    meaning     the one entry, file or precision that a text means
    used        an entry with what it is used with
    variants    which files of an entry are meant
    schedulers  which schedulers an entry has, and others that are stated of it
    fitting     whether a value fits a type and a range, and a version a specifier
    taking      what a class or a scheduler takes
    speaking    whom a setting is meant for, and who says it
    layers      all that is said of settings, laid one over the other
    settings    the answer of it
    python_text values as Python spells them
    program     a short program as a value: written out, and run
    repositories  which repository a library loads from
    drafting    a program in the making, and what is left out of it
    recipes, with diffusers_code, speech_code and adapters   how each library is called
    loading     code that loads an entry
    running     a program run: the one place where a package that the registry names is imported
    notebook    entries and answers as HTML for a notebook
    classification  what an entry is by published frameworks
    compatibility  whether entries work together: the answer; _texts puts the question, _asking and _sets judge,
                _statements and _traits gather what is known, _kinds says how much it weighs,
                _lists makes the lists of all entries
    health      how complete a registry is and how well its sources agree

Rules of this room: standard library only; nothing is read or written; what is exact is never outdone by what is near.
What is named here is imported when it is asked for, so that a look-up starts at once.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirld.lookup.classification import Card, Line, by_scheme, card, classified_dict
    from mirld.lookup.compatibility import Fact, Fit, FitOfSet, Fitting
    from mirld.lookup.compatibility_texts import all_compatible, compatible, compatible_set
    from mirld.lookup.resolution import Candidate, Resolution
    from mirld.lookup.resolving import resolve

__all__ = [
    "Candidate",
    "Card",
    "Fact",
    "Fit",
    "FitOfSet",
    "Fitting",
    "Line",
    "Resolution",
    "all_compatible",
    "by_scheme",
    "card",
    "classified_dict",
    "compatible",
    "compatible_set",
    "resolve",
]

_ELSEWHERE = {
    "Candidate": "resolution",
    "Fact": "compatibility",
    "Fit": "compatibility",
    "FitOfSet": "compatibility",
    "Fitting": "compatibility",
    "Resolution": "resolution",
    "all_compatible": "compatibility_texts",
    "compatible": "compatibility_texts",
    "compatible_set": "compatibility_texts",
    "resolve": "resolving",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"{__name__}.{_ELSEWHERE.get(name, 'classification')}")
    found: object = getattr(module, name)
    globals()[name] = found
    return found
