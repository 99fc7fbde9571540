"""LocalAI: a gallery of models for local use, with repositories, licences, and the SHA-256 of every file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mirld.errors import InputError
from mirld.graph.terms import text
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.licences import claim_licence
from mirld.harvest.package import Package
from mirld.harvest.source import Source
from mirld.harvest.sources.localai.grouping import Group, group
from mirld.harvest.sources.localai.kinds import architecture, file_format, precision, tasks, unknown_uses
from mirld.harvest.sources.localai.rows import GITHUB, ListedFile, ListedModel, read_row
from mirld.harvest.titles import Name, join_by_title, read_title, settle
from mirld.harvest.yaml_text import parse_rows
from mirld.vocab import DCTERMS, MIR, RDFS

_PATH = "gallery/index.yaml"


def read(package: Package, known: Known) -> Harvest:
    """Read every row, put the rows of one model together, and describe each model once."""
    harvest = Harvest()
    listed = [read_row(row, _PATH, harvest) for row in parse_rows(package.text(_PATH), f"{package.name}/{_PATH}")]
    rows = [row for row in listed if row is not None]
    owners = {key.removeprefix("hf:").partition("/")[0] for key in known.by_key if key.startswith("hf:")}
    digests = frozenset(key.removeprefix("sha256:") for key in known.keys if key.startswith("sha256:"))
    groups = group(rows, owners, harvest, digests)
    if not groups:
        raise InputError("the gallery lists no model: its layout changed", file=f"{package.name}/{_PATH}")
    _find_left_out(rows, groups, harvest)
    for use, row in unknown_uses(rows):
        comment = "The use is none that the tasks are told by; nothing is stated of it."
        harvest.find(row.key, "known_usecases", "unknown-reference", use, comment, row.place)
    shared = _shared_digests(groups, harvest)
    harvest.items = [_item(found, shared, known, harvest) for found in groups if not _is_known(found, known)]
    harvest.items += settle(harvest.items, known)
    return harvest


def _item(found: Group, shared: frozenset[str], known: Known, harvest: Harvest) -> Item:
    first = min(found.rows, key=lambda row: (len(row.name), row.name))
    doing, is_said = tasks(found.rows)
    name = _name(found.title, known)
    item = Item(
        key=first.key,
        place=first.place,
        kind="Model",
        architecture=architecture(found.title, found.rows, doing),
        series=name.series,
        release=name.release,
        label=name.label,
        owner=found.owner,
    )
    for row in found.rows:
        if row.key != item.key:
            item.alias(row.key)
    for repository, alone in found.repositories.items():
        item.repository(repository, joins=alone)
    for repository in found.hosted:
        item.repository(repository, GITHUB, joins=False)
    if found.implied:
        item.keys.append(f"hf:{found.implied.lower()}")
    join_by_title(item, [name for name, alone in found.repositories.items() if alone], found.title, known)
    item.concept(MIR.task, "task", *doing)
    if doing and not is_said:
        item.inferred.add(str(MIR.task))
    _licence(item, found.rows, harvest, known)
    _files(item, found, shared, known)
    return item


def _is_known(found: Group, known: Known) -> bool:
    """Say whether what a row only brings along is a file that several entries have: then there is nothing to add."""
    keys = {f"sha256:{file.digest}" for file in found.files if file.digest is not None}
    is_brought = all(row.is_brought for row in found.rows)
    return is_brought and bool(keys) and keys <= known.keys and not any(key in known.by_key for key in keys)


def _name(title: str, known: Known) -> Name:
    if title.startswith("Piper-"):
        voice = title.removeprefix("Piper-")
        return Name("Piper", voice, f"Piper {voice}")
    return read_title(title, known)


def _licence(item: Item, rows: list[ListedModel], harvest: Harvest, known: Known) -> None:
    """State the licence where all rows that say one say the same; what a row took from another one is concluded."""
    said = Counter(row.licence.lower() for row in rows if row.licence and "license" not in row.inherited)
    taken = Counter(row.licence.lower() for row in rows if row.licence and "license" in row.inherited)
    found = sorted(said or taken)
    if len(found) > 1:
        comment = "Rows of one model give it different licences; none is stated."
        harvest.find(item.key, "license", "conflict", ", ".join(found), comment, item.place)
    elif found:
        claim_licence(item, found[0], harvest, known)
        if not said and any(predicate == DCTERMS.license for predicate, _ in item.facts):
            item.inferred.add(str(DCTERMS.license))


def _files(item: Item, found: Group, shared: frozenset[str], known: Known) -> None:
    main = {row.main.digest for row in found.rows if row.main is not None}
    precisions = known.concepts.get("precision", frozenset())
    named: dict[str, str] = {}
    for file in found.files:
        key = file.digest or file.name
        if key in named:
            if named[key] != file.name:
                part = item.file(named[key], sha256=file.digest)
                part.say(RDFS.comment, text(f"The same file is published as {file.name} as well.", "en"))
            continue
        named[key] = file.name
        kind, numbers = file_format(file.name), precision(file.stem, precisions)
        part = item.file(file.name, sha256=file.digest, url=_address(file))
        part.say(MIR.format, concept("format", kind) if kind else None)
        part.say(MIR.precision, concept("precision", numbers) if numbers and file.is_weights else None)
        if file.digest in main and file.digest not in shared:
            item.keys.append(f"sha256:{file.digest}")


def _address(file: ListedFile) -> str | None:
    return file.url if file.url.startswith("https://") else None


def _shared_digests(groups: Iterable[Group], harvest: Harvest) -> frozenset[str]:
    """Find the digests of weights that stand at several models, each of which is one finding."""
    owners: dict[str, list[tuple[Group, ListedFile]]] = {}
    for found in groups:
        for file in found.files:
            if file.digest is not None and file.is_weights:
                owners.setdefault(file.digest, []).append((found, file))
    shared = {digest: said for digest, said in owners.items() if len({id(found) for found, _ in said}) > 1}
    for digest, said in sorted(shared.items()):
        row = said[0][0].rows[0]
        titles = ", ".join(sorted({found.title for found, _ in said}))
        comment = f"One file stands at several models, and is kept at each: {titles}."
        harvest.find(row.key, "sha256", "shared-digest", digest, comment, row.place)
    return frozenset(shared)


def _find_left_out(rows: list[ListedModel], groups: list[Group], harvest: Harvest) -> None:
    taken = {row.key for found in groups for row in found.rows}
    for row in rows:
        if row.key not in taken:
            comment = "The row names neither a repository of the model nor a file with its digest; it is left out."
            harvest.find(row.key, "files", "no-publication", row.model or row.name, comment, row.place)


SOURCE = Source(
    name="localai",
    title="LocalAI model gallery",
    description=(
        "Models for local use with their repositories, licences and uses, and the names, addresses and SHA-256 of their"
        " files, read from the index of the gallery."
    ),
    licence="MIT",
    origin="git:mudler/LocalAI",
    page="https://github.com/mudler/LocalAI/blob/{revision}/gallery/index.yaml",
    rank=60,
    read=read,
)
