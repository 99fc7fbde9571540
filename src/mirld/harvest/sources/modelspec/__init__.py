"""ModelSpec: the architecture ids that files name themselves by, each as a further name of what it stands for.

ids, ids.toml   what each id is of, decided by a person; SwarmUI's ids as well
this file       the list of ids in the text of the standard
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import Harvest
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.source import Source
from mirld.harvest.sources.modelspec.ids import adapter, adapters_item, entry_item, named
from mirld.vocab import MIR

_PATH = "README.md"
_HEADING = re.compile(r"^#+\s+Architecture ID Listing\s*$", re.MULTILINE)
_ROW = re.compile(r"^[-*]\s+\*\*(?P<title>[^*]+):?\*\*:?(?P<rest>.*)$")
_ID = re.compile(r"`([^`]+)`")
_CHANGE = re.compile(r"change\s+`(?P<part>[^`]+)`\s+to any of:(?P<rest>.*)")


def read(package: Package, known: Known) -> Harvest:
    """Read the list of ids: an item for each, adapters as a series of their own."""
    harvest = Harvest()
    for identifier, place in _ids(package):
        key = f"modelspec:{shown(identifier)}"
        wrong = fault(identifier)
        if wrong:
            comment = f"This is no id: {wrong}. It is left out."
            harvest.find(key, "architecture", "garbage-id", shown(identifier), comment, place)
            continue
        found, made_for = named(identifier), adapter(identifier)
        if found is not None:
            item = entry_item(key, place, found.mir_id)
            item.inferred.add(MIR.alias)
            harvest.items.append(item)
        elif made_for is not None and named(made_for[0]) is not None:
            harvest.items.append(adapters_item(key, place, identifier, made_for[1], identifier))
        else:
            comment = "Nobody has looked at what this id stands for yet; it is left out."
            harvest.find(key, "architecture", "unknown-reference", identifier, comment, place)
    if not harvest.items:
        raise InputError("the text lists no architecture ids: its layout changed", file=f"{package.name}/{_PATH}")
    return harvest


def _ids(package: Package) -> Iterator[tuple[str, str]]:
    """Give (id, place) of every id that is listed, as itself or as a change of the one before."""
    text = package.text(_PATH)
    heading = _HEADING.search(text)
    if heading is None:
        raise InputError("the text has no list of architecture ids: its layout changed", file=f"{package.name}/{_PATH}")
    seen = set()
    start = text.count("\n", 0, heading.end()) + 1
    for number, line in enumerate(text[heading.end() :].split("\n"), start):
        if line.startswith("#"):
            return
        row = _ROW.match(line)
        for identifier in _listed(row["rest"]) if row else ():
            if identifier not in seen:
                seen.add(identifier)
                yield identifier, f"{_PATH}:{number}"


def _listed(row: str) -> Iterator[str]:
    """Give the ids of a row: those it writes out, and those it says in brackets or by what to change."""
    change = _CHANGE.search(row)
    plain = re.sub(r"\([^)]*\)", "", row[: change.start()] if change else row)
    written = _ID.findall(plain)
    yield from written
    if not written:
        return
    if change:
        for part in _ID.findall(change["rest"]):
            yield written[0].replace(change["part"], part)
    for bracket in re.findall(r"\(or ([^)]*)\)", row):
        for part in _ID.findall(bracket):
            yield f"{written[0].rpartition('-')[0]}-{part}"


SOURCE = Source(
    name="modelspec",
    title="Stability AI Model Metadata Standard",
    description="Architecture ids that the standard lists for the metadata of weights, with what each stands for.",
    licence="licence/modelspec-notice",
    origin="git:Stability-AI/ModelSpec",
    page=f"https://github.com/Stability-AI/ModelSpec/blob/{{revision}}/{_PATH}",
    rank=60,
    read=read,
)
