"""What a resource offers to settings: the parameters that a class of a library or an operation takes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import NamedTuple

from mirld.graph.dataset import Graph
from mirld.graph.terms import Iri, Literal
from mirld.vocab import MIR, RDFS_LABEL

LIBRARY_CLASSES = (MIR.LibraryClass, MIR.ParameterIndex)
"""Classes of the resources that describe a library."""


class Taken(NamedTuple):
    """A parameter: `phase` is load, init or call, or empty when not stated; limits are numbers as texts."""

    name: str
    phase: str
    type: str | None = None
    allowed: tuple[str, ...] = ()
    minimum: str | None = None
    maximum: str | None = None


class Offer(NamedTuple):
    """What one resource takes itself; the classes it `extends` take more. It is open in phases where any name will do.

    `version` is the specifier of the version of its library that was read.
    """

    label: str
    version: str | None = None
    parameters: tuple[Taken, ...] = ()
    extends: tuple[str, ...] = ()
    is_open: tuple[str, ...] = ()

    def dump(self) -> str:
        """Write it as JSON."""
        return json.dumps(self, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> Offer:
        """Read what `dump` wrote."""
        label, version, parameters, extends, is_open = json.loads(text)
        taken = [
            Taken(name, phase, kind, tuple(allowed), *limits) for name, phase, kind, allowed, *limits in parameters
        ]
        return cls(label, version, tuple(taken), tuple(extends), tuple(is_open))


class Named(NamedTuple):
    """A class under the name that loaders use: of the class itself, or of one that it is the configuration of."""

    library: str
    name: str
    iri: str
    is_itself: bool


def offer_of(view: Graph, iri: str) -> Offer | None:
    """Return what a resource offers; None when it takes nothing and extends nothing."""
    parameters = view.iris(iri, MIR.parameter)
    extends = view.iris(iri, MIR.extends)
    if not parameters and not extends:
        return None
    return Offer(
        label=view.text(iri, MIR.className) or view.text(iri, RDFS_LABEL) or iri,
        version=view.text(iri, MIR.libraryVersion),
        parameters=tuple(_taken(view, part) for part in parameters),
        extends=tuple(map(str, extends)),
        is_open=tuple(phase.rpartition("/")[2] for phase in view.iris(iri, MIR.open)),
    )


def names_of(view: Graph, iris: Iterable[str]) -> list[Named]:
    """Return the names that loaders may have for some resources."""
    result = []
    for iri in iris:
        if MIR.LibraryClass in view.types(iri):
            library = view.text(iri, MIR.library) or ""
            result.append(Named(library, view.text(iri, MIR.className) or "", str(iri), is_itself=True))
            configured = [term.value for term in view.values(iri, MIR.configures) if isinstance(term, Literal)]
            result += [Named(library, name, str(iri), is_itself=False) for name in configured]
    return result


def _taken(view: Graph, part: Iri) -> Taken:
    said: dict[str, str] = {}
    allowed = []
    for predicate, term in view.pairs(part):
        text = term.value if isinstance(term, Literal) else str(term)
        if predicate == MIR.allowedValue:
            allowed.append(text)
        else:
            said[predicate] = text
    return Taken(
        name=said.get(MIR.parameterName, ""),
        phase=said.get(MIR.phase, "").rpartition("/")[2],
        type=said.get(MIR.valueType),
        allowed=tuple(allowed),
        minimum=said.get(MIR.minimum),
        maximum=said.get(MIR.maximum),
    )
