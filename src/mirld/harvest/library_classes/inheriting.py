"""What holds for a class: what it defines, what it inherits, and which class above it says the rest already."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from mirld.harvest.library_classes.catalogue import Catalogue, Found
from mirld.harvest.library_classes.definitions import Defined, Definition

Reader = Callable[[Found], Mapping[str, Defined]]
"""Tells what a class defines itself, by phase."""

Key = tuple[str, str]
"""Phase and name of a parameter."""


@dataclass(slots=True)
class Effective:
    """All parameters that a class takes, and the phases in which it takes any other as well."""

    parameters: dict[Key, Definition] = field(default_factory=dict)
    is_open: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated of a class: `extends` are classes whose parameters hold for it too, save those it has itself."""

    found: Found
    own: tuple[Definition, ...]
    extends: tuple[Found, ...]
    is_open: tuple[str, ...]


class Inheritance:
    """Works out what holds for the classes of a catalogue; `read` is asked once for each class."""

    def __init__(self, catalogue: Catalogue, read: Reader) -> None:
        self._catalogue = catalogue
        self._read = read
        self._defined: dict[Found, Mapping[str, Defined]] = {}
        self._effective: dict[Found, Effective] = {}

    def defined(self, found: Found) -> Mapping[str, Defined]:
        """Return what a class defines itself."""
        known = self._defined.get(found)
        if known is None:
            known = self._defined[found] = self._read(found)
        return known

    def effective(self, found: Found) -> Effective:
        """Return what holds for a class: fields add to those above, arguments of a method take their place."""
        known = self._effective.get(found)
        if known is None:
            known = self._effective[found] = Effective()
            for each in reversed(self._catalogue.lineage(found)):
                for phase, defined in self.defined(each).items():
                    if not defined.adds:
                        known.is_open.discard(phase)
                        for key in [key for key in known.parameters if key[0] == phase]:
                            del known.parameters[key]
                    known.is_open |= {phase} if defined.is_open else set()
                    known.parameters.update({(phase, name): said for name, said in defined.parameters.items()})
        return known

    def stated(self, found: Found, among: Collection[Found]) -> Stated:
        """Return what to state of a class, when the classes `among` are stated as well."""
        mine = self.effective(found)
        extends = tuple(self._above(found, mine, among))
        above = [self.effective(each) for each in extends]
        own = [
            said
            for key, said in mine.parameters.items()
            if {each.parameters[key] for each in above if key in each.parameters} != {said}
        ]
        is_open = mine.is_open.difference(*[each.is_open for each in above])
        return Stated(found, tuple(own), extends, tuple(sorted(is_open)))

    def _above(self, found: Found, mine: Effective, among: Collection[Found]) -> list[Found]:
        """Find the nearest classes above one that take nothing that it does not take."""
        result: list[Found] = []
        for each in self._catalogue.lineage(found)[1:]:
            its = self.effective(each)
            fits = its.parameters.keys() <= mine.parameters.keys() and its.is_open <= mine.is_open
            is_said = any(each in self._catalogue.lineage(nearer) for nearer in result)
            if each in among and fits and its.parameters and not is_said:
                result.append(each)
        return result
