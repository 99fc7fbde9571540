"""SwarmUI: the classes it sorts model files into, which of them are built alike, and at which size they make pictures.

    csharp       its C# as tokens and calls
    this file    classes, groups of compatible classes, autoencoders they share

Files name their class by the same ids in the metadata of ModelSpec, so each id is a name of that scheme as well.
Classes of adapters are series here: what fits what is said of all adapters of a class, and no adapter is made up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest, Item, Link
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.source import Source
from mirld.harvest.sources.modelspec.ids import PACKED, adapter, adapters_item, entry_item, named
from mirld.harvest.sources.swarmui.csharp import Call, Token, calls, tokens, unquoted
from mirld.ids import MirId
from mirld.vocab import MIR

_PATH = "src/Text2Image/T2IModelClassSorter.cs"
_SIZES = {"width": "StandardWidth", "height": "StandardHeight"}
# The autoencoder that each family of latent spaces is decoded by, under the name that SwarmUI has it by.
_AUTOENCODERS = {
    "flux-ae": "mir:model.vae.kl:flux-1",
    "flux2-vae": "mir:model.vae.kl:flux-2",
    "qwen-image-vae": "mir:model.vae.kl:qwen-image",
    "sd35-vae": "mir:model.vae.kl:stable-diffusion-3",
    "sdxl-vae": "mir:model.vae.kl:stable-diffusion-xl",
}


@dataclass(slots=True)
class _Class:
    """A class: `group` is the id of the classes it is compatible with, `size` is by the name of the parameter."""

    identifier: str
    name: str
    group: str
    size: dict[str, int]
    place: str
    item: Item | None = None
    is_exact: bool = False
    made_for: str | None = None

    @property
    def is_adapter(self) -> bool:
        """Whether it is of adapters."""
        return self.made_for is not None


def read(package: Package, known: Known) -> Harvest:
    """Read the classes, give each its item, and say which fit each other."""
    harvest = Harvest()
    found = tokens(package.text(_PATH))
    groups = _groups(found)
    classes = list(_classes(found, groups, harvest))
    if not classes or not groups:
        raise InputError("the file registers no classes of models: its layout changed", file=f"{package.name}/{_PATH}")
    items: dict[str, Item] = {}
    for one in classes:
        one.item = _item(one, harvest)
        if one.item is not None:
            one.item = items.setdefault(one.item.key, one.item)
            one.item.alias(f"modelspec:{one.identifier}")
    _rename(found, classes, harvest)
    for members in _by_group(classes).values():
        _relate(members)
    _settle_sizes(classes, groups, items)
    _share_autoencoders(found, classes, groups, items)
    harvest.items += items.values()
    return harvest


def _groups(found: list[Token]) -> dict[str, Call]:
    """Read the groups of compatible classes, by the variable that stands for each."""
    return {call.variable: call for call in calls(found, "RegisterCompat") if call.variable}


def _classes(found: list[Token], groups: dict[str, Call], harvest: Harvest) -> Iterator[_Class]:
    for call in calls(found, "Register"):
        said = call.properties
        identifier, name, group = (str(said.get(field, "")) for field in ("ID", "Name", "CompatClass"))
        place = f"{_PATH}:{call.line}"
        wrong = fault(identifier) or fault(name)
        if wrong:
            comment = f"A class has no id or no name: {wrong}. It is left out."
            harvest.find(f"swarmui:{shown(identifier)}", "ID", "garbage-id", shown(identifier or name), comment, place)
        elif group not in groups:
            comment = "The group of compatible classes is not one that is registered; the class is left out."
            harvest.find(f"swarmui:{identifier}", "CompatClass", "unknown-reference", shown(group), comment, place)
        else:
            size = {name: said[field] for name, field in _SIZES.items() if isinstance(said.get(field), int)}
            yield _Class(identifier, name, group, {key: int(value) for key, value in size.items()}, place)


def _item(one: _Class, harvest: Harvest) -> Item | None:
    """Return the item of a class: the entry that a person found for it, or the series of its adapters."""
    key = f"swarmui:{one.identifier}"
    found, made_for = named(one.identifier), adapter(one.identifier)
    if found is not None:
        one.is_exact = found.is_exact and one.identifier.rpartition("/")[2] not in PACKED
        item = entry_item(key, one.place, found.mir_id, one.name if one.is_exact else None)
        item.inferred.add(MIR.alias)
        return item
    if made_for is not None:
        one.made_for, architecture = made_for
        return adapters_item(key, one.place, one.identifier, architecture, one.name)
    comment = "Nobody has looked at what this class stands for yet; it is left out."
    harvest.find(key, "ID", "unknown-reference", one.identifier, comment, one.place)
    return None


def _rename(found: list[Token], classes: list[_Class], harvest: Harvest) -> None:
    """Add other spellings of ids, which are written `Remaps["from"] = "to";`."""
    by_id = {one.identifier.lower(): one for one in classes}
    for at, token in enumerate(found[:-5]):
        words = [one.text for one in found[at : at + 6]]
        if token.text != "Remaps" or [words[1], words[3], words[4]] != ["[", "]", "="]:
            continue
        other, target = unquoted(words[2]), unquoted(words[5])
        one = by_id.get(target.lower())
        place = f"{_PATH}:{token.line}"
        if fault(other):
            comment = f"This is no id: {fault(other)}. It is left out."
            harvest.find(f"swarmui:{shown(target)}", "Remaps", "garbage-id", shown(other), comment, place)
        elif one is None:
            comment = "It is another spelling of an id that no class has; it is left out."
            harvest.find(f"swarmui:{shown(other)}", "Remaps", "unknown-reference", shown(target), comment, place)
        elif one.item is not None and f"modelspec:{other}" not in one.item.keys:
            one.item.alias(f"modelspec:{other}")


def _by_group(classes: list[_Class]) -> dict[str, list[_Class]]:
    """Sort the classes that have an item by the group they are in."""
    groups: dict[str, list[_Class]] = defaultdict(list)
    for one in classes:
        if one.item is not None:
            groups[one.group].append(one)
    return groups


def _relate(members: list[_Class]) -> None:
    """Say of the classes of one group that they are built alike, and that adapters of it fit all of them."""
    models = [one for one in members if one.is_exact and not one.is_adapter and not _is_part(one)]
    for one in models[1:]:
        _compatible(one, models[0], "same-architecture")
    for one in members:
        if one.is_adapter:
            for model in models:
                _compatible(one, model, "adapter-for")


def _is_part(one: _Class) -> bool:
    return one.item is not None and one.item.architecture == "vae"


def _compatible(subject: _Class, other: _Class, kind: str) -> None:
    if subject.item is not None and other.item is not None and subject.item.keys[0] != other.item.keys[0]:
        _state(subject.item, subject.item, other.item, kind)


def _state(home: Item, subject: Item, other: Item, kind: str) -> None:
    part = home.part("compatibility", f"{kind}-{other.key.removeprefix('swarmui:').replace('/', '-')}")
    part.say(MIR.kind, concept("compatibility", kind)).say(MIR.verdict, concept("verdict", "yes"))
    part.links += [
        link for link in (Link(MIR.subject, subject.key), Link(MIR.object, other.key)) if link not in part.links
    ]


def _settle_sizes(classes: list[_Class], groups: dict[str, Call], items: dict[str, Item]) -> None:
    """Say the size of pictures: where a group is a series, what most of it have once on the series."""
    by_series: dict[str, list[_Class]] = defaultdict(list)
    for one in classes:
        if one.item is not None and one.is_exact and not one.is_adapter and not _is_part(one):
            by_series[str(_mir_id(one.item).series_id)].append(one)
    for series, members in by_series.items():
        home = _home(series, members, groups, items)
        sizes = Counter(tuple(sorted(one.size.items())) for one in members if one.size)
        usual = max(sizes, key=lambda size: sizes[size], default=()) if home is not None else ()
        if home is not None:
            _size(home, dict(usual))
        for one in members:
            if one.item is not None and one.item is not home and one.size != dict(usual):
                _size(one.item, one.size)


def _home(series: str, members: list[_Class], groups: dict[str, Call], items: dict[str, Item]) -> Item | None:
    """Return the item of a series; None where it has groups that differ, so that nothing is said of all of it."""
    for one in members:
        if one.item is not None and one.item.kind == "Info":
            return one.item
    several = {one.group for one in members}
    group = groups[members[0].group].properties.get("ID")
    if len(several) > 1 or not isinstance(group, str) or fault(group):
        return None
    made = entry_item(f"swarmui-compat:{group}", members[0].place, MirId.parse(series))
    return items.setdefault(made.key, made)


def _mir_id(item: Item) -> MirId:
    return MirId.parse(next(key for key in item.keys if key.startswith("mir:")))


def _size(item: Item, size: dict[str, int]) -> None:
    for name, value in sorted(size.items()):
        item.setting(name, value, "call", scope="swarmui", unit="px")


def _share_autoencoders(
    found: list[Token], classes: list[_Class], groups: dict[str, Call], items: dict[str, Item]
) -> None:
    """Say which autoencoder works with which models: those of one family of latent spaces share it."""
    families = {call.variable: call for call in calls(found, "RegisterVaeFamily") if len(call.arguments) > 1}
    for group, members in sorted(_by_group(classes).items()):
        family = families.get(str(groups[group].properties.get("VaeFamily")))
        autoencoder = _AUTOENCODERS.get(family.arguments[1]) if family else None
        models = [one for one in members if one.is_exact and not one.is_adapter and not _is_part(one)]
        if family is None or autoencoder is None:
            continue
        place = f"{_PATH}:{family.line}"
        made = entry_item(f"swarmui:{family.arguments[1]}", place, MirId.parse(autoencoder))
        shared = items.setdefault(made.key, made)
        for one in models:
            if one.item is not None:
                _state(shared, shared, one.item, "component-of")


SOURCE = Source(
    name="swarmui",
    title="SwarmUI",
    description=(
        "Ids of the classes that model files are sorted into, which classes are compatible, which autoencoder they"
        " share, and the size of pictures each is made for, read from the source of the program."
    ),
    licence="MIT",
    origin="git:mcmonkeyprojects/SwarmUI",
    page=f"https://github.com/mcmonkeyprojects/SwarmUI/blob/{{revision}}/{_PATH}",
    rank=60,
    read=read,
)
