"""InvokeAI: the models it offers to begin with, what each needs beside it, and the defaults it gives by base model.

    rows          its lists as they stand there
    models.toml   which entry each model is, decided by a person
    this file     both into items

Services, whose weights nobody has, are left out. So are descriptions, which are InvokeAI's own words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from mirld.harvest.facts import concept, file_format
from mirld.harvest.items import Harvest, Item, Link
from mirld.harvest.known import Known
from mirld.harvest.naming import same_name, split_title, token, unpacked
from mirld.harvest.package import Package
from mirld.harvest.source import Source
from mirld.harvest.sources.invokeai.rows import MODELS, Default, Row, read_defaults, read_rows
from mirld.ids import MirId
from mirld.vocab import MIR

# Titles of repositories that hold nothing but a packed copy of a model.
_PACKED = re.compile(r"gguf|fp8|fp4|nf4|int8|bnb|[2-8]-?bit|sdnq|awq|gptq", re.IGNORECASE)
# Weights that are rounded and made up for with a part of low rank: models of their own, as in the lists of SD.Next.
_ROUNDED = re.compile(r"[-_]sdnq[-_](?P<packing>.+)", re.IGNORECASE)
# Number formats by the words of file names; GGML's types are called as in the scheme.
_PRECISIONS = {"fp16": "f16", "fp8": "f8", "fp32": "f32", "int4": "int4", "int8": "i8"}
_PREFIX = re.compile(r"-([0-9a-f]{8,16})\.\w+$")
# Kinds of model that InvokeAI has names for that tell only what they do.
_BY_TITLE = frozenset(("CLIPVision", "ControlLoRa", "ControlNet", "IPAdapter", "SigLIP", "T2IAdapter", "T5Encoder"))
_PIXELS = frozenset(("width", "height"))


class _Target(NamedTuple):
    """What a starter model is: the tokens of its entry, which may be new."""

    architecture: str
    series: str
    release: str

    @property
    def mir_id(self) -> str:
        """Its id."""
        return f"mir:model.{self.architecture}.{self.series}:{self.release}"


def read(package: Package, known: Known) -> Harvest:
    """Read the starter models, each an item, and the defaults of their families and releases."""
    harvest = Harvest()
    rows = read_rows(package, harvest)
    items: dict[str, Item] = {}
    for row in rows:
        target = _target(row)
        if target is None:
            comment = f"Nobody has looked at models of type {row.kind} and base {row.base} yet; it is left out."
            harvest.find(row.key, "type", "unknown-reference", row.name, comment, row.place)
            continue
        items[row.variable] = _item(row, target, known, harvest)
    by_variable = {row.variable: row for row in rows}
    for row in rows:
        if row.variable in items:
            _depend(row, items, by_variable)
    defaults = list(read_defaults(package))
    bases = _bases({one.base: one.place for one in defaults} | {row.base: row.place for row in rows})
    _settle(defaults, [*items.values(), *bases], harvest)
    harvest.items += [*items.values(), *bases]
    return harvest


def _target(row: Row) -> _Target | None:
    """Return what a row is: as a person decided, else by its type, its base and the title of what holds it."""
    table = _table()
    told = table["models"].get(row.variable)
    if told is not None:
        return _Target(*told.split("/"))
    if row.kind not in table["type"]:
        return None
    kind, architecture, _ = table["type"][row.kind]
    base, title = table["base"].get(row.base), _title(row)
    split = split_title(title)
    if kind == "Adapter":
        return _Target(architecture, token(title), MirId.parse(f"mir:{base}").series) if base and architecture else None
    if row.kind == "Main":
        family = MirId.parse(f"mir:{base}") if base else None
        return _Target(family.architecture, family.series, token(title)) if family else None
    return _Target(architecture, token(split.series), token(split.release or "base"))


def _title(row: Row) -> str:
    """Return the title of the file or the repository of a row."""
    title = PurePosixPath(row.where.file).stem if row.where.file else row.where.title
    return _ROUNDED.sub("", title)


def _is_packed(row: Row) -> bool:
    """Whether a row is a packed copy of a model, in a repository of such."""
    return bool(_PACKED.search(row.where.title)) and row.variable not in _table()["original"]["models"]


def _item(row: Row, target: _Target, known: Known, harvest: Harvest) -> Item:
    kind = _table()["type"].get(row.kind, ["Model"])[0]
    owner, title = row.where.repository.split("/")
    is_named = row.kind not in _BY_TITLE or (row.kind == "ControlNet" and row.where.file is not None)
    rounded, whole = _ROUNDED.search(title), target.mir_id
    if rounded:
        words = rounded["packing"].lower().replace("_", "-")
        target, label = target._replace(release=f"{target.release}-sdnq-{words}"), title
    else:
        label = unpacked(title) if _is_packed(row) else row.name if is_named else title
    item = Item(
        key=row.key, place=row.place, kind=kind, architecture=target.architecture, series=target.series,
        release=target.release, label=label, owner=owner,
        series_label=_table()["labels"].get(f"{target.architecture}/{target.series}"),
    )  # fmt: skip
    item.inferred.add(MIR.architecture)
    item.alias(target.mir_id)
    if rounded:
        item.link(MIR.quantizedFrom, whole)
        item.inferred.add(MIR.quantizedFrom)
    _publish(item, row, known, harvest)
    if kind == "Adapter":
        item.link(MIR.adapterFor, f"mir:{_table()['for'].get(row.variable, _table()['base'].get(row.base, ''))}")
    elif row.kind == "PiDDecoder":
        _compatible(item, f"mir:{_table()['base'].get(row.base, '')}", "component-of", known, harvest)
    return item


def _publish(item: Item, row: Row, known: Known, harvest: Harvest) -> None:
    """Say where the weights are: of a part of a repository the repository is no key."""
    where = row.where
    is_all = not where.path or (where.file and same_name(_title(row)) == same_name(where.title))
    packed = _is_packed(row) and not _holds_others(row)
    item.repository(where.repository, where.host, joins=bool(is_all or packed) and where.host != "github.com")
    if where.file is None:
        return
    name = PurePosixPath(where.file)
    prefix = _PREFIX.search(name.name)
    precision = _precision(row, known, harvest)
    item.file(
        where.file,
        prefix=prefix[1] if prefix else None,
        url=row.url,
        kind=file_format(name.name),
        precision=precision,
    )


def _holds_others(row: Row) -> bool:
    return row.where.repository in _table()["several"]["repositories"]


def _precision(row: Row, known: Known, harvest: Harvest) -> str | None:
    for word in split_title(_title(row)).packing:
        precision = _PRECISIONS.get(word, word)
        if precision in known.concepts.get("precision", frozenset()):
            return precision
        if re.match(r"i?q\d|fp\d|int\d", word):
            comment = "No number format of the scheme is called so; nothing is said of that of the file."
            harvest.find(row.key, "source", "unknown-reference", word, comment, row.place)
    return None


def _compatible(item: Item, other: str, kind: str, known: Known, harvest: Harvest) -> None:
    """Say that an item works with an entry of the registry."""
    if known.entry(other) is None:
        comment = "It leads to nothing that the registry has, so the relation is left out."
        harvest.find(item.key, "base", "unknown-reference", other, comment, item.place)
        return
    part = item.part("compatibility", f"{kind}-{other.removeprefix('mir:info.')}")
    part.say(MIR.kind, concept("compatibility", kind)).say(MIR.verdict, concept("verdict", "yes"))
    part.links += [Link(MIR.subject, item.key), Link(MIR.object, other)]


def _depend(row: Row, items: dict[str, Item], rows: dict[str, Row]) -> None:
    """Say what a model needs beside it: in a role of its pipeline, or else only that both work together."""
    item = items[row.variable]
    for variable in row.dependencies:
        needed = rows.get(variable)
        role = _table()["type"].get(needed.kind, ["", "", ""])[2] if needed else ""
        if role or needed is None:
            item.component(role or variable, key=f"invokeai:{variable}")
        elif variable in items:
            part = item.part("compatibility", f"declared-by-source-{variable}")
            part.say(MIR.kind, concept("compatibility", "declared-by-source"))
            part.say(MIR.verdict, concept("verdict", "yes"))
            part.links += [Link(MIR.subject, item.key), Link(MIR.object, items[variable].key)]


def _bases(places: dict[str, str]) -> list[Item]:
    """Make an item of each family that InvokeAI has as a base; `places` is where each is named."""
    found = []
    for base, place in sorted(places.items()):
        if base in _table()["base"]:
            family = MirId.parse(f"mir:{_table()['base'][base]}")
            label = _table()["labels"].get(f"{family.architecture}/{family.series}", family.series)
            item = Item(
                key=f"invokeai:{base}", place=place, kind="Info", architecture=family.architecture,
                series=family.series, label=label,
            ).alias(str(family))  # fmt: skip
            item.inferred.add(MIR.alias)
            found.append(item)
    return found


def _settle(defaults: Iterable[Default], items: list[Item], harvest: Harvest) -> None:
    """Say the defaults of the entries they are of, each on one item of the entry."""
    by_id: dict[str, Item] = {}
    for item in items:
        for key in item.keys:
            by_id.setdefault(key, item)
    for default in defaults:
        name = f"{default.base}.{default.variant}"
        entries = [f"mir:{entry}" for entry in _table()["defaults"].get(name, [])]
        if not entries and default.values:
            comment = "Nobody has said which entry is meant, so the defaults are left out."
            harvest.find(f"invokeai:{default.base}", "from_base", "unknown-reference", name, comment, default.place)
        for entry in entries:
            if entry not in by_id:
                comment = "None of the starter models is of it, so its defaults are left out."
                harvest.find(f"invokeai:{name}", "from_base", "unknown-reference", entry, comment, default.place)
                continue
            for parameter, value in default.values.items():
                unit = "px" if parameter in _PIXELS else None
                by_id[entry].setting(parameter, value, "call", scope="invokeai", unit=unit)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "models.toml").read_text(encoding="utf-8"))


SOURCE = Source(
    name="invokeai",
    title="InvokeAI",
    description=(
        "Models that the program offers to begin with: repository and file, what each is for, what it needs beside it,"
        " and the defaults of each family, read from the source."
    ),
    licence="Apache-2.0",
    origin="git:invoke-ai/InvokeAI",
    page=f"https://github.com/invoke-ai/InvokeAI/blob/{{revision}}/{MODELS}",
    rank=60,
    read=read,
)
