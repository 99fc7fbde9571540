"""Effective hyperparameters: all that is said of an entry and what it is used with, laid one over the other.

    library    what the class of the loader, or a scheduler, has when nobody says anything
    series     what holds for every release of the series
    release    what the entry itself wants
    variant    what the chosen file of it wants
    precision, scheduler, adapter    what is used with it, in the order it was named
    overlay    what a user's own folder says

1. A later layer wins, and what it outdoes stays in the answer. Within a layer what is meant for the loader wins over
   what is meant for its library, and that over what is meant for any.
2. Values that differ are a conflict: of layers, or of sources within one. A default is no opinion, so it is none.
3. A value that its parameter does not take, or that nothing takes, is a conflict, and still in the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mirld.lookup.fitting import fault
from mirld.lookup.knowledge import Knowledge, series_of
from mirld.lookup.settings import LAYERS, Clash, Effective, Layer, Settings, Statement, group_order
from mirld.lookup.speaking import closeness, consumer, consumers, stated_by
from mirld.lookup.taking import PHASES, Taker, taker_of, taker_of_operation
from mirld.lookup.used import LIBRARIES, Used
from mirld.registry.values import Entry, Loader, Setting

_Key = tuple[str, str]
_MANY = 1_000  # more adapters than anybody uses at once


class _Opinion(NamedTuple):
    """A statement with its place in the order: layer, turn of what is used within it, and closeness.

    `adapter` is the turn of the adapter that it is said of.
    """

    place: tuple[int, int, int]
    statement: Statement
    setting: Setting | None = None
    adapter: int | None = None


def layered(known: Knowledge, used: Used, *, defaults: bool = True) -> Settings:
    """Lay the settings of an entry and of all that it is used with one over the other.

    Without `defaults` the answer has none of parameters that nobody but the library sets: code needs none of them.
    """
    entry, loader = used.entry, used.loader
    main = taker_of(known, loader) if loader else Taker(label=entry.label)
    if loader is not None and loader.call is not None:
        # A method that is named takes what it takes, which is not what loading or constructing the class takes.
        main = main._replace(taken={phase: main.taken[phase] for phase in main.taken if phase == "call"})
    if entry.parameters and not main.described:
        main = taker_of_operation(entry)
    takers = [main]
    if used.scheduler is not None and used.scheduler.iri != entry.iri:
        scheduler = taker_of_operation(used.scheduler)
        takers += [scheduler] if used.library in (None, scheduler.library) or used.scheduler_is_chosen else []
    opinions: dict[_Key, list[_Opinion]] = {}
    for opinion in _opinions(known, used):
        setting = opinion.setting
        phase = setting.phase if setting is not None else "load"
        name = setting.parameter if setting is not None else used.dtype
        opinions.setdefault((_group(opinion, phase, name, takers), name), []).append(opinion)
    values: list[Effective] = []
    unset: list[Effective] = []
    for key in sorted(
        {*opinions, *(_defaults(takers) if defaults else ())}, key=lambda key: (group_order(key[0]), key[1])
    ):
        found = _effective(key, opinions.get(key, []), takers)
        (values if key in opinions else unset).append(found)
    heard = {each for entry_ in used.entries(known) for each in consumers(entry_)}
    return Settings(
        id=used.asked,
        iri=entry.iri,
        label=entry.label,
        library=used.library,
        class_name=loader.class_name if loader else None,
        version=main.version.removeprefix("==") if main.version else None,
        described=main.described,
        used_with=used.names,
        schedulers=used.schedulers,
        values=tuple(values),
        defaults=tuple(unset),
        consumers=tuple(sorted(heard - {used.library})),
        notes=(*used.notes, *_notes(main, loader, values)),
    )


def _notes(main: Taker, loader: Loader | None, values: Sequence[Effective]) -> Iterator[str]:
    if loader is not None and not main.described:
        yield f"what {main.label} takes is not described, so it has no defaults here and refuses nothing"
    if any((each.parameter, each.layer) == ("variant", "precision") for each in values):
        yield "variant is only for a repository that has files of it: leave it out where there are none"


def _opinions(known: Knowledge, used: Used) -> Iterator[_Opinion]:
    entry = used.entry
    series = series_of(known, entry)
    if series is not None:
        yield from _of(known, series, "series", 0, used, frozenset())
    yield from _of(known, entry, "series" if entry.id.domain == "info" else "release", 0, used, used.files)
    if used.loader is not None and used.loader.precision is not None and used.dtype:
        dtype = used.torch_type(used.loader.precision)
        if dtype is not None:
            said = Statement(
                layer="release",
                of=str(entry.id),
                value=dtype,
                part=used.loader.iri,
                by=used.loader.precision_by,
                pages=used.loader.sources,
            )
            yield _Opinion((LAYERS.index("release"), 0, 0), said)
    if used.precision is not None and used.dtype:
        dtype = used.torch_type_of(used.precision)
        if dtype is not None:
            part = next((each.iri for each in used.precision.loaders), used.precision.iri)
            by = tuple(ref.iri for ref in used.precision.sources)
            said = Statement(layer="precision", of=str(used.precision.id), value=dtype, part=part, by=by)
            yield _Opinion((LAYERS.index("precision"), 0, 0), said)
        yield from _of(known, used.precision, "precision", 0, used, frozenset(), foreign=True)
    if used.scheduler is not None and used.scheduler_is_chosen:
        yield from _of(known, used.scheduler, "scheduler", 0, used, frozenset(), foreign=True)
    for turn, adapter in enumerate(used.adapters):
        yield from _of(known, adapter.entry, "adapter", turn, used, adapter.files, name=adapter.name)


def _of(
    known: Knowledge,
    entry: Entry,
    layer: Layer,
    turn: int,
    used: Used,
    chosen: frozenset[str],
    *,
    foreign: bool = False,
    name: str = "",
) -> Iterator[_Opinion]:
    """Give the settings of one entry that are meant for the loader; those of chosen files are of the variant.

    A `foreign` entry is loaded by itself, in another way, and its settings are meant for whatever takes them.
    """
    files = {file.iri for file in entry.files}
    operations = frozenset((used.scheduler.iri,)) if used.scheduler is not None else frozenset()
    overlaid = known.overlaid(entry.id) or frozenset()
    for setting in entry.settings:
        of_files = files.intersection(setting.applies_to)
        close = 1 if foreign else closeness(setting, entry, used.library, used.loader, operations)
        if close is None and setting.iri in overlaid and not _names_a_library(setting, entry):
            close = 1  # in a user's own file a name such as #setting-mine-… speaks of nobody
        if close is None or (of_files and of_files.isdisjoint(chosen)):
            continue
        own: Layer = "variant" if of_files and layer == "release" else layer
        of = used.asked if own == "variant" else name or str(entry.id)
        place = (LAYERS.index(own), turn, close + bool(of_files))
        if setting.iri in overlaid:
            # What an overlay says of a series still stands below what it says of a release.
            own, place = "overlay", (LAYERS.index("overlay"), place[0] * _MANY + turn, place[2])
        said = _statement(setting, entry, of, own)
        yield _Opinion(place, said, setting, turn if layer == "adapter" else None)


def _names_a_library(setting: Setting, entry: Entry) -> bool:
    libraries = {*LIBRARIES, *(loader.library for loader in entry.loaders)}
    return bool(setting.applies_to) or consumer(setting) in libraries


def _statement(setting: Setting, entry: Entry, of: str, layer: Layer) -> Statement:
    return Statement(
        layer=layer,
        of=of,
        value=setting.value,
        part=setting.iri,
        by=stated_by(setting, entry),
        pages=setting.sources,
        unit=setting.unit,
    )


def _group(opinion: _Opinion, phase: str | None, name: str, takers: Sequence[Taker]) -> str:
    """Return what a setting is given to: adapters are loaded apart, and what is constructed may be the scheduler."""
    if phase not in PHASES:
        return "any"
    others = takers[1:] if phase == "init" and takers[0].takes(phase, name) is not True else ()
    if any(each.parameter("init", name) for each in others):
        return "scheduler"
    if opinion.adapter is not None and phase != "call":
        return f"adapter_{opinion.adapter + 1}" if opinion.adapter else "adapter"
    return phase


def _defaults(takers: Sequence[Taker]) -> Iterator[_Key]:
    for taker, groups in _served(takers):
        for phase, group in groups.items():
            for name, parameter in taker.taken.get(phase, {}).items():
                if parameter.is_optional:
                    yield group, name


def _served(takers: Sequence[Taker]) -> Iterator[tuple[Taker, Mapping[str, str]]]:
    """Give each taker with the group that each of its phases is shown in."""
    for turn, taker in enumerate(takers):
        yield taker, {"init": "scheduler"} if turn else {phase: phase for phase in PHASES}


def _effective(key: _Key, opinions: Iterable[_Opinion], takers: Sequence[Taker]) -> Effective:
    group, name = key
    phase = "init" if group == "scheduler" else group if group in PHASES else None
    taker = takers[1] if group == "scheduler" else takers[0]
    parameter = taker.parameter(phase, name)
    ordered = sorted(opinions, key=lambda each: (each.place, each.statement.part))
    said = [each.statement for each in ordered]
    default = taker.taken.get(phase or "", {}).get(name)
    if default is not None and default.is_optional:
        label = f"{taker.label} {taker.version.removeprefix('==')}" if taker.version else taker.label
        said.insert(
            0,
            Statement(
                layer="library",
                of=label,
                value=default.default,
                part=default.iri,
                by=(taker.iri,) if taker.iri else (),
                pages=default.sources,
                unit=default.unit,
            ),
        )
    taken = taker.takes(phase, name)
    clashes = list(_differing(name, ordered))
    if said[-1].layer != "library":
        wrong = fault(said[-1].value, parameter) if parameter is not None and "." not in name else None
        if wrong is not None:
            clashes.append(Clash(kind=wrong[0], message=f"{wrong[1]}, and {_shown(said[-1])} is not"))
        if taken is False:
            clashes.append(Clash(kind="not taken", message=f"{taker.label} takes no {name} on {_WHEN[phase or '']}"))
    return Effective(
        group=group,
        parameter=name,
        said=tuple(said),
        taker=taker.label if parameter is not None else None,
        taken=taken,
        type=parameter.type if parameter else None,
        minimum=parameter.minimum if parameter else None,
        maximum=parameter.maximum if parameter else None,
        allowed=parameter.allowed if parameter else (),
        unit=next((each.unit for each in reversed(said) if each.unit), parameter.unit if parameter else None),
        clashes=tuple(clashes),
    )


_WHEN = {"load": "loading", "init": "construction", "call": "the call", "": "any occasion"}


def _differing(name: str, ordered: Sequence[_Opinion]) -> Iterator[Clash]:
    """Say where layers, sources within a layer, or sources of one setting differ from what counts."""
    if not ordered:
        return
    last = ordered[-1]
    for each in ordered[:-1]:
        if each.statement.value == last.statement.value:
            continue
        same = each.place[:2] == last.place[:2]
        yield Clash(
            kind="sources" if same else "layers",
            message=f"{name} is {_shown(last.statement)}, {_who(last)}, over {_shown(each.statement)}, {_who(each)}",
        )
    for each in ordered:
        for other in each.setting.outvoted if each.setting is not None else ():
            yield Clash(
                kind="sources",
                message=f"{name} is {_shown(each.statement)}, {_who(each)}, and {other.value!r} by {_names(other.by)}",
            )


def _shown(said: Statement) -> str:
    return repr(said.value)


def _who(opinion: _Opinion) -> str:
    said = opinion.statement
    names = _names(said.by)
    return f"{said.layer} {said.of}" + (f" by {names}" if names else "")


def _names(sources: Iterable[str]) -> str:
    return " and ".join(iri.rstrip("/").rpartition("/")[2] for iri in sources)
