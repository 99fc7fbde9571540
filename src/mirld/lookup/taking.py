"""What takes settings: the class of a loader in each phase, and a scheduler, by what is described of them.

Nothing refuses what nobody described: a class that is not in the registry, or that was read of another version of its
library, takes whatever it is given, and has no defaults. See docs/decisions/0012.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from mirld.lookup.fitting import holds
from mirld.lookup.knowledge import Knowledge
from mirld.registry.values import Entry, LibraryClass, Loader, Parameter

PHASES = ("load", "init", "call")
"""When a setting is given, in the order of time."""

_SERVING: Mapping[str, tuple[str, ...]] = {"load": ("load", "init"), "init": ("init",), "call": ("call",)}
_NOTHING: Mapping[str, Parameter] = {}


class Taker(NamedTuple):
    """A class or a scheduler with what it takes: `taken` by phase and name, of a phase only when that is described.

    `label` names it as messages do; `iri` is that of the class or the entry; `open_phases` take any name.
    """

    label: str
    iri: str = ""
    library: str = ""
    version: str | None = None
    taken: Mapping[str, Mapping[str, Parameter]] = MappingProxyType({})
    open_phases: frozenset[str] = frozenset()

    @property
    def described(self) -> bool:
        """Whether anything is known of what it takes."""
        return bool(self.taken)

    def parameter(self, phase: str | None, name: str) -> Parameter | None:
        """Return the definition of a parameter in a phase: loading hands on to the constructor what is not its own."""
        # What stands behind a dot is inside the value of the parameter.
        head = name.partition(".")[0]
        for each in _SERVING.get(phase or "", ()):
            if head in self.taken.get(each, _NOTHING):
                return self.taken[each][head]
        return None

    def takes(self, phase: str | None, name: str) -> bool | None:
        """Say whether it takes a parameter in a phase; None when that is not known."""
        if self.parameter(phase, name) is not None:
            return True
        serving = _SERVING.get(phase or "", ())
        if phase not in self.taken or any(each in self.open_phases for each in serving):
            return None
        return False


def taker_of(known: Knowledge, loader: Loader) -> Taker:
    """Return what the class of a loader takes; nothing described when the class is unknown or of another version."""
    label = loader.class_name or loader.call or loader.library
    found = known.library_class(loader.library, loader.class_name) if loader.class_name else None
    if found is None:
        return Taker(label=label, library=loader.library)
    return _of_class(known, found, loader)


def _of_class(known: Knowledge, found: LibraryClass, loader: Loader) -> Taker:
    lineage = known.lineage(found)
    read = found.version
    name = (loader.class_name or "").rpartition(".")[2]
    if loader.version is not None and read is not None and not holds(loader.version, read.removeprefix("==")):
        return Taker(label=name, library=loader.library)
    taken: dict[str, dict[str, Parameter]] = {}
    for each in reversed(lineage):
        for parameter in each.parameters:
            taken.setdefault(parameter.phase or "", {})[parameter.name] = parameter
    if found.name.lower() != name.lower():
        # A configuration is what a model is constructed from, and no more of it.
        taken = {"init": taken["init"]} if "init" in taken else {}
    return Taker(
        label=found.name if found.name.lower() == name.lower() else name,
        iri=found.iri,
        library=found.library,
        version=read,
        taken=taken,
        open_phases=frozenset(phase for each in lineage for phase in each.open_phases),
    )


def taker_of_operation(entry: Entry) -> Taker:
    """Return what an operation, such as a scheduler, takes: parameters of no phase are given on construction."""
    taken: dict[str, dict[str, Parameter]] = {}
    for parameter in entry.parameters:
        if parameter.call is None:
            taken.setdefault(parameter.phase or "init", {})[parameter.name] = parameter
    version = next((parameter.version for parameter in entry.parameters if parameter.version), None)
    library = entry.loaders[0].library if entry.loaders else ""
    name = next((loader.class_name for loader in entry.loaders if loader.class_name), None)
    return Taker(
        label=name.rpartition(".")[2] if name else entry.label,
        iri=entry.iri,
        library=library,
        version=version,
        taken=taken,
    )
