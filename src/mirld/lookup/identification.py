"""What an identification gives: components with candidates, levels and reasons; frozen, ready for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LEVELS: tuple[str, ...] = (
    "exact file",
    "exact weights",
    "exact layout",
    "release family",
    "series",
    "architecture",
    "kind",
    "unknown",
)
"""How much is known, most first. A layout is shared by all that were trained further from one release."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An entry that a component may be; `series` is the id of its series, itself when it is one."""

    id: str
    iri: str
    label: str
    series: str

    def as_dict(self) -> dict[str, object]:
        """Return the claim as JSON has it."""
        return {"id": self.id, "iri": self.iri, "label": self.label, "series": self.series}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why: what was asked of the header, what it has, and who says that this tells."""

    condition: str
    found: str
    sources: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the ground as JSON has it."""
        return {"condition": self.condition, "found": self.found, "sources": list(self.sources)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A part that an adapter changes, and how many modules of it; `proved` when sizes agree, and not names alone."""

    name: str
    modules: int
    proved: bool

    def as_dict(self) -> dict[str, object]:
        """Return the part as JSON has it."""
        return {"name": self.name, "modules": self.modules, "proved": self.proved}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterDetail:
    """What kind of adapter it is, in words; modules counted by rank, and by part.

    `proved` is false when names alone speak for the candidates. `nearest` are ids of what some but not enough speaks
    for, when there is no candidate.
    """

    kind: str
    ranks: Mapping[int, int]
    parts: tuple[Trained, ...]
    proved: bool
    nearest: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON has it: ranks as texts, as all keys there."""
        return {
            "kind": self.kind,
            "ranks": {str(rank): modules for rank, modules in self.ranks.items()},
            "parts": [each.as_dict() for each in self.parts],
            "proved": self.proved,
            "nearest": list(self.nearest),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """A component: the prefix of its names, its kind, and all entries that share what the header shows.

    `settle` says what would tell the candidates apart, None when there is one. Of an adapter the candidates are what it
    may be used with, and `adapter` has the rest.
    """

    prefix: str
    kind: str
    label: str
    level: str
    layout: str | None
    signature: str
    candidates: tuple[Claim, ...]
    grounds: tuple[Ground, ...]
    settle: str | None
    adapter: AdapterDetail | None = None

    def as_dict(self) -> dict[str, object]:
        """Return the component as JSON has it."""
        return {
            "prefix": self.prefix,
            "kind": self.kind,
            "label": self.label,
            "level": self.level,
            "layout": self.layout,
            "signature": self.signature,
            "candidates": [each.as_dict() for each in self.candidates],
            "grounds": [each.as_dict() for each in self.grounds],
            "settle": self.settle,
            "adapter": self.adapter.as_dict() if self.adapter else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A signature that is not met: how many of its conditions are, and the first that is not or cannot be known."""

    label: str
    met: int
    conditions: int
    lacking: str

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"label": self.label, "met": self.met, "conditions": self.conditions, "lacking": self.lacking}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identification:
    """The answer for one file or folder: `kind` and `candidates` are of its main component, which stands first.

    `kind` is `checkpoint` for a model joined with what it works with, `lora` for an adapter, `unknown` for what nothing
    fits. `hints` are what metadata and names say, which proves nothing.
    """

    file: str
    format: str
    size: int
    kind: str
    level: str
    components: tuple[Identified, ...]
    precision: str | None
    packing: str | None
    digests: Mapping[str, str] = field(default_factory=dict)
    hints: tuple[str, ...] = ()
    nearest: tuple[Near, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def candidates(self) -> tuple[Claim, ...]:
        """Entries that the main component may be."""
        return self.components[0].candidates if self.components else ()

    @property
    def known(self) -> bool:
        """Whether more than the kind is known."""
        return bool(self.candidates)

    def as_dict(self) -> dict[str, object]:
        """Return the answer as JSON has it: every key always there."""
        return {
            "file": self.file,
            "format": self.format,
            "size": self.size,
            "kind": self.kind,
            "level": self.level,
            "candidates": [each.as_dict() for each in self.candidates],
            "components": [each.as_dict() for each in self.components],
            "precision": self.precision,
            "packing": self.packing,
            "digests": dict(self.digests),
            "hints": list(self.hints),
            "nearest": [each.as_dict() for each in self.nearest],
            "notes": list(self.notes),
        }
