"""Floor 4: questions put to a registry, answered by pure functions.

    forms       what a text is by its form alone
    readings    a text against a registry, one exact reading at a time
    rank        free text against the names of all entries
    resolve     all readings, put together into one answer
    resolution  the answer
    classification  what an entry is by published frameworks
    health      how complete a registry is and how well its sources agree

Rules of this room: standard library only; nothing is read or written; what is exact is never outdone by what is near.
"""

from mirld.lookup.classification import Card, Line, by_scheme, card, classified_dict
from mirld.lookup.resolution import Candidate, Resolution
from mirld.lookup.resolve import resolve

__all__ = ["Candidate", "Card", "Line", "Resolution", "by_scheme", "card", "classified_dict", "resolve"]
