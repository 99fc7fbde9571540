"""What an adapter was made for: the networks whose modules are those that it changes, in their names and sizes.

Each part of an adapter (network, text encoders) is held against every layout that has one of its modules. A layout is
held to be possible when it has them all, each of the size that the adapter needs. Of several, those stand whose blocks
the adapter changes without a gap, from the first to the last; what is left cannot be told apart from names and sizes,
and is given in full. What several parts ask for must be one network's. Metadata and file names decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mirld.registry.index import Index
from mirld.registry.modules import Place, layout_of, places_of
from mirld.registry.values import ModuleLayout
from mirld.weights.adapter import Adapter, Module
from mirld.weights.module_names import Spelled, parted, spelled

STRAY = 0.1
"""Share of the modules of a part that a layout may lack, when it has all others."""
MANY = 8
"""Modules that are enough to see whether blocks are changed without a gap."""
FEW = 3
"""Layouts that names alone may leave for an answer, which is then said not to be proved by sizes."""
WIDENED = 16
"""How many times wider the first module of a network may be made, to take a picture of control beside its own."""
FIRST = (
    "img_in",
    "x_embedder",
    "patch_embedding",
    "conv_in",
    "x_embedder_proj",
    "input_blocks_#_#",
    "x_embedder_proj_#",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part that an adapter changes: how many modules of it, and the layouts that may be its own."""

    name: str
    modules: int
    layouts: tuple[ModuleLayout, ...]
    is_proved: bool
    """Whether sizes agree, and not names alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bases:
    """What an adapter may be used with: IRIs of series and releases, best first, none when it is unknown.

    `nearest` are those that some but not enough speaks for; `is_control` says that it takes a picture beside the noise.
    """

    networks: tuple[str, ...]
    parts: tuple[Part, ...]
    is_proved: bool
    is_control: bool = False
    nearest: tuple[str, ...] = ()


class _Change(NamedTuple):
    """A module that is changed, by its name in one spelling."""

    name: str
    numbers: tuple[int, ...]
    module: Module


@dataclass(slots=True)
class _Fit:
    """How the modules of a part go with one layout."""

    fits: int = 0
    named: int = 0
    absent: int = 0
    unknown: int = 0
    widened: int = 0
    touched: dict[str, set[tuple[int, ...]]] = field(default_factory=dict)


def bases_of(index: Index, adapter: Adapter) -> Bases:
    """Find what an adapter was made for, among the layouts of modules that the registry has."""
    changes, roles = _changes(adapter.modules)
    names = {change.name for part in changes.values() for change in part}
    places = places_of(index, names)
    _mend(index, changes, places)
    parts = []
    nearest: list[str] = []
    is_control = False
    for part, those in changes.items():
        fits = _fits(those, roles[part], places)
        found = _possible(fits, len(those), places) or _by_name(fits, len(those))
        layouts = tuple(layout_of(index, n) for n in found)
        is_control = is_control or any(fits[n].widened for n in found)
        is_proved = bool(found) and all(not fits[n].named and fits[n].unknown < fits[n].fits for n in found)
        name = part or (layouts[0].role if layouts else "unknown")
        parts.append(Part(name=name, modules=len(those), layouts=layouts, is_proved=is_proved))
        if not found:
            close = [n for n, fit in fits.items() if fit.named + fit.fits + fit.absent == len(those)]
            nearest += [network for n in close for network in _networks(layout_of(index, n))]
    return Bases(
        networks=tuple(agreed(parts)),
        parts=tuple(parts),
        is_proved=any(part.is_proved for part in parts),
        is_control=is_control,
        nearest=tuple(dict.fromkeys(nearest)),
    )


def _changes(modules: Iterable[Module]) -> tuple[dict[str, list[_Change]], dict[str, frozenset[str]]]:
    changes: dict[str, list[_Change]] = {}
    roles: dict[str, frozenset[str]] = {}
    for module in modules:
        part, of, name = parted(module.name)
        roles[part] = of
        changes.setdefault(part, []).append(_Change(*spelled(name), module))
    return changes, roles


def _mend(index: Index, changes: Mapping[str, list[_Change]], places: dict[str, list[Place]]) -> None:
    """Name anew what no layout has: processors of attention that diffusers once had, and prefixes of no known kind."""
    wanted: set[str] = set()
    others: dict[str, list[list[Spelled]]] = {}
    for name, part in changes.items():
        if any(change.name in places for change in part):
            wanted.update(_once(change).name for change in part if change.name not in places)
        else:
            others[name] = [[_once(change) for change in part], *(_deeper(part, depth) for depth in range(1, 5))]
            wanted.update(other.name for kind in others[name] for other in kind)
    if not wanted:
        return
    places.update(places_of(index, wanted))
    for name, part in changes.items():
        if name not in others:
            part[:] = [_renamed(change, _once(change)) if change.name not in places else change for change in part]
            continue
        best = next((kind for kind in others[name] if any(other.name in places for other in kind)), None)
        if best is not None:
            part[:] = [_renamed(change, other) for change, other in zip(part, best, strict=True)]


def _renamed(change: _Change, other: Spelled) -> _Change:
    return _Change(other.name, other.numbers, change.module)


def _once(change: _Change) -> Spelled:
    """Name a module of an attention processor as the attention itself has it now."""
    name = change.name.replace("_processor_", "_")
    numbers = change.numbers
    if name.endswith("_to_out"):
        name, numbers = f"{name}_#", (*numbers, 0)
    return Spelled(name, numbers)


def _deeper(part: Sequence[_Change], depth: int) -> list[Spelled]:
    """Leave out so many segments before names, when each name begins with the same ones; else nothing."""
    heads = {tuple(change.module.name.split(".")[:depth]) for change in part}
    if len(heads) != 1 or any(change.module.name.count(".") < depth for change in part):
        return []
    return [spelled(".".join(change.module.name.split(".")[depth:])) for change in part]


def _fits(changes: Sequence[_Change], roles: frozenset[str], places: Mapping[str, list[Place]]) -> dict[int, _Fit]:
    fits: dict[int, _Fit] = {}
    sized: dict[tuple[object, ...], list[tuple[Place, str]]] = {}
    for name, numbers, module in changes:
        alike = (name, module.method, module.inputs, module.outputs)
        if alike not in sized:
            those = [place for place in places.get(name, ()) if not roles or place.role in roles]
            sized[alike] = [(place, _verdict(place, name, module)) for place in those]
        seen: dict[int, str] = {}
        for place, by_size in sized[alike]:
            verdict = by_size
            for number, (first, last) in zip(numbers, place.ranges, strict=True):
                if not first <= number <= last:
                    verdict = "absent"
                    break
            if verdict > seen.get(place.layout, ""):
                seen[place.layout] = verdict
        for n, verdict in seen.items():
            fit = fits.setdefault(n, _Fit())
            if verdict == "absent":
                fit.absent += 1
                continue
            fit.touched.setdefault(name, set()).add(numbers)
            if verdict == "named":
                fit.named += 1
                continue
            fit.fits += 1
            fit.unknown += verdict == "of unknown size"
            fit.widened += verdict == "widened"
    return fits


def _verdict(place: Place, name: str, module: Module) -> str:
    """Say how the sizes of a module go with those of a place; words that sort later say more."""
    inputs, outputs = module.inputs, module.outputs
    if inputs is None and outputs is None:
        return "of unknown size"
    if module.method == "ia3":
        return "sized" if outputs in (place.inputs, place.outputs) else "named"
    if outputs is not None and outputs != place.outputs:
        return "named"
    if inputs is None or place.inputs is None or inputs in (place.inputs, place.inputs * place.kernel):
        return "sized"
    if name in FIRST and not inputs % place.inputs and inputs // place.inputs <= WIDENED:
        return "widened"
    return "named"


def _possible(fits: Mapping[int, _Fit], modules: int, places: Mapping[str, list[Place]]) -> list[int]:
    """List the layouts that may be that of a part, those first whose blocks are changed without a gap."""
    able = {n: fit for n, fit in fits.items() if not fit.named and not fit.absent and fit.fits >= modules * (1 - STRAY)}
    most = max((fit.fits for fit in able.values()), default=0)
    able = {n: fit for n, fit in able.items() if fit.fits == most}
    straight = [n for n, fit in able.items() if not fit.widened]
    able = {n: able[n] for n in straight or able}
    full = [n for n, fit in able.items() if _is_full(n, fit, places)]
    return sorted(full or able)


def _by_name(fits: Mapping[int, _Fit], modules: int) -> list[int]:
    """List the layouts with most of the sizes among those that have the modules, when names leave few."""
    every = [n for n, fit in fits.items() if not fit.absent and fit.fits + fit.named == modules]
    most = max((fits[n].fits for n in every), default=0)
    found = [n for n in every if fits[n].fits == most]
    return sorted(found) if len(found) <= FEW else []


def _is_full(n: int, fit: _Fit, places: Mapping[str, list[Place]]) -> bool:
    """Say whether each module that is changed is changed in each block of the layout that has one, and so in several.

    A handful of modules may be all there are by chance.
    """
    if sum(map(len, fit.touched.values())) < MANY:
        return False
    has_blocks = False
    for name, touched in fit.touched.items():
        for place in places[name]:
            if place.layout != n:
                continue
            for at, (first, last) in enumerate(place.ranges):
                has_blocks = has_blocks or first < last
                if not {numbers[at] for numbers in touched}.issuperset(range(first, last + 1)):
                    return False
    return has_blocks


def _networks(layout: ModuleLayout) -> list[str]:
    return [network.iri for network in layout.networks]


def agreed(parts: Sequence[Part]) -> list[str]:
    """List what all parts that are known have in common, in the order of the part that is changed most."""
    known = sorted((part for part in parts if part.layouts), key=lambda part: (part.name != "network", -part.modules))
    if not known or any(not part.layouts and part.name == "network" for part in parts):
        return []
    sets = [dict.fromkeys(network for layout in part.layouts for network in _networks(layout)) for part in known]
    shared = [network for network in sets[0] if all(_within(network, other) for other in sets[1:])]
    # An encoder of another network may have been trained along; the network itself decides.
    return shared or list(sets[0])


def _within(network: str, others: Iterable[str]) -> bool:
    """Say whether a series or release is among others; a series is, when one of its releases is, and the other way."""
    series = _series(network)
    return any(network == other or (_series(other) == series and "/info/" in network + other) for other in others)


def _series(network: str) -> str:
    head, _, path = network.replace("/model/", "/info/").partition("/info/")
    return f"{head}/{'/'.join(path.split('/')[:2])}"
