"""SD.Next: the models it offers, each with its repository, when it came out, and the settings that it wants.

    models.toml     which entry each is, decided by a person
    this file       its lists into items

Services that are only reached over the network are left out, and so are rows that open a model of another list with
weights packed for Nunchaku: their repository is that of the model.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from mirld.errors import InputError
from mirld.graph.terms import Literal
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.facts import file_format
from mirld.harvest.findings import as_text
from mirld.harvest.items import Harvest, Item, repository_key
from mirld.harvest.known import Known
from mirld.harvest.naming import same_name, unpacked
from mirld.harvest.package import Package, parse_json
from mirld.harvest.source import Source
from mirld.ids import MirId
from mirld.vocab import DCTERMS, MIR, XSD

# What is packed comes last, since it is of what the others list.
_LISTS = ("base", "distilled", "community", "quantized")
_PATH = "data/reference-{}.json"
_REPOSITORY = re.compile(r"(?:huggingface/)?(?P<repository>[\w.-]+/[\w.-]+)")
_FILE = re.compile(r"(?P<name>[^/@\s]+)@(?P<url>https?://[^\s<>\"{}|\\^`]+)")
_SUBFOLDER = re.compile(r"[\w-][\w.-]*")
_PACKED = re.compile(r"[-_]sdnq[-_](?P<packing>.+)", re.IGNORECASE)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DATE = re.compile(rf"(?P<year>20\d\d) (?P<month>{'|'.join(_MONTHS)})")
_UNITS = {"height": "px", "width": "px"}
_WHOLE_NUMBERS = frozenset(("height", "steps", "width"))
_NUMBERS = frozenset(("cfg_image", "cfg_scale", "image_guidance_scale"))


class _Row(NamedTuple):
    """A row of a list: `repository` or `url` is where it is, `file` what a file at `url` is to be called."""

    name: str
    place: str
    said: dict[str, object]
    repository: str | None = None
    file: str | None = None
    url: str | None = None

    @property
    def key(self) -> str:
        return f"sdnext:{self.name}"

    @property
    def title(self) -> str:
        """What its repository or its file is called."""
        return (self.repository or "").partition("/")[2] or PurePosixPath(self.file or "").stem


def read(package: Package, known: Known) -> Harvest:
    """Read the lists of models: an item for each row."""
    harvest = Harvest()
    rows = [row for name in _LISTS for row in _rows(package, _PATH.format(name), harvest)]
    if not rows:
        raise InputError("the lists have no row of a known form: their layout changed", file=package.name)
    entries: dict[str, MirId] = {}
    for row in rows:
        item = _item(row, known, entries)
        if item is None:
            comment = "Nobody has looked at what this model is yet, and no other source has it; it is left out."
            harvest.find(row.key, "path", "unknown-reference", as_text(row.said.get("path")), comment, row.place)
            continue
        _publish(item, row)
        _say_when(item, row, harvest)
        _set(item, row, harvest)
        harvest.items.append(item)
    return harvest


def _rows(package: Package, path: str, harvest: Harvest) -> list[_Row]:
    rows = []
    for name, said in parse_json(package.read(path), f"{package.name}/{path}").items():
        place = f"{path}#{shown(name)}"
        address = as_text(said.get("path", "")) if isinstance(said, dict) else ""
        repository, file = _REPOSITORY.fullmatch(address), _FILE.fullmatch(address)
        wrong = fault(name) or fault(address)
        if wrong or not isinstance(said, dict) or not (repository or file):
            comment = f"The row has no name, or no repository or address: {wrong or 'see its path'}. It is left out."
            harvest.find(f"sdnext:{shown(name)}", "path", "garbage-id", shown(address), comment, place)
        elif file:
            rows.append(_Row(name, place, said, file=file["name"], url=file["url"].partition("?")[0]))
        elif repository:
            rows.append(_Row(name, place, said, repository["repository"]))
    return rows


def _item(row: _Row, known: Known, entries: dict[str, MirId]) -> Item | None:
    """Return what a row is; `entries` is what rows before it were, by title. None when nothing tells."""
    table = _table()
    told = table["repository"].get(row.repository) if row.repository else table["file"].get(row.file)
    packed = _PACKED.search(row.title)
    links: dict[str, str] = {}
    if told:
        entry = MirId.parse(f"mir:model.{told['id']}")
        links = {name: f"mir:model.{of}" for name, of in told.items() if name != "id"}
    elif (found := _found(row, known)) is not None:
        entry = found
    elif packed and (whole := _whole(row.title[: packed.start()], entries)) is not None:
        words = f"sdnq-{packed['packing'].lower()}".replace("_", "-")
        entry = MirId.parse(f"{whole}-{words}")
    else:
        return None
    if packed and not links and (whole := _whole(row.title[: packed.start()], entries)) is not None:
        links = {"quantizedFrom": str(whole)}
    entries.setdefault(same_name(unpacked(row.title)), entry)
    item = Item(
        key=row.key, place=row.place, kind="Model", architecture=entry.architecture, series=entry.series,
        release=entry.compatibility, label=row.name, series_label=table["series"].get(entry.series),
    )  # fmt: skip
    item.inferred.add(MIR.architecture)
    if told or packed:
        item.alias(str(entry))
    for name, of in links.items():
        item.link(MIR[name], of)
        item.inferred.add(MIR[name])
    return item


def _found(row: _Row, known: Known) -> MirId | None:
    """Return the model that another source has in the repository of a row."""
    path = known.by_key.get(repository_key(row.repository)) if row.repository else None
    return MirId.from_path(path) if path and known.kinds.get(path) == "Model" else None


def _whole(title: str, entries: dict[str, MirId]) -> MirId | None:
    """Return what a title without words of packing is of."""
    told = _table()["packed"].get(title)
    return MirId.parse(f"mir:model.{told}") if told else entries.get(same_name(unpacked(title)))


def _publish(item: Item, row: _Row) -> None:
    if row.repository is not None:
        # With a folder, the repository holds several.
        item.repository(row.repository, joins="subfolder" not in row.said)
    elif row.file is not None:
        item.file(row.file, url=row.url, kind=file_format(row.file))


def _say_when(item: Item, row: _Row, harvest: Harvest) -> None:
    day = as_text(row.said.get("date") or "")
    found = _DATE.fullmatch(day)
    if found:
        month = _MONTHS.index(found["month"]) + 1
        item.say(DCTERMS.issued, Literal(f"{found['year']}-{month:02}", XSD.gYearMonth))
    elif day:
        harvest.find(row.key, "date", "wrong-type", shown(day), "This is no year and month; it is left out.", row.place)


def _set(item: Item, row: _Row, harvest: Harvest) -> None:
    """State the settings of a row: of a call in `extras`, of loading beside them."""
    for pair in filter(None, as_text(row.said.get("extras") or "").split(", ")):
        name, _, text = pair.partition(": ")
        value = _value(name, text)
        if value is None:
            comment = "This is no setting that is known, or its value is none of its kind; it is left out."
            harvest.find(row.key, "extras", "wrong-type", shown(pair), comment, row.place)
        elif value != "Default":
            item.setting(name, value, "call", scope="sdnext", unit=_UNITS.get(name))
    for name in ("subfolder", "variant"):
        said = row.said.get(name)
        if isinstance(said, str) and _SUBFOLDER.fullmatch(said):
            item.setting(name, said, "load", scope="sdnext")
    if any(kind == "setting" for kind, _ in item.parts):
        item.loader("sdnext")


def _value(name: str, text: str) -> int | float | str | None:
    if name == "sampler" and not fault(text):
        return text
    if name in _WHOLE_NUMBERS and re.fullmatch(r"[1-9]\d{0,4}", text):
        return int(text)
    if name in _NUMBERS and re.fullmatch(r"\d{1,3}(?:\.\d{1,3})?", text):
        return float(text)
    return None


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "models.toml").read_text(encoding="utf-8"))


SOURCE = Source(
    name="sdnext",
    title="SD.Next",
    description="Models that SD.Next offers, with repository, month and settings, read from its lists of references.",
    licence="Apache-2.0",
    origin="git:vladmandic/sdnext",
    page="https://github.com/vladmandic/sdnext/tree/{revision}/data",
    rank=65,
    read=read,
)
