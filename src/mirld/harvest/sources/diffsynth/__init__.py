"""DiffSynth-Studio: layout digests of models and of their parts, each with the class that opens it.

    rows            its table as it stands there
    networks.toml   what each row is of, decided by a person
    this file       both into items

The digest is an MD5 over the names and shapes of tensors (`mir:layoutMd5`), so one digest may be of several models. The
names of repositories are those of ModelScope, from which DiffSynth-Studio downloads.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from mirld.graph.terms import literal, text
from mirld.harvest.facts import concept, slug
from mirld.harvest.items import MODELSCOPE, Harvest, Item, repository_key
from mirld.harvest.known import Known
from mirld.harvest.naming import split_title, token
from mirld.harvest.package import Package
from mirld.harvest.source import Source
from mirld.harvest.sources.diffsynth.rows import PATH, Example, Row, read_rows
from mirld.vocab import MIR, RDFS

# Methods of quantisation, and the number format that most weights then have.
_PRECISIONS = {
    "bitsandbytes_nf4": "nf4",
    "comfy_kitchen_fp8_w8a8": "f8",
    "comfy_kitchen_int8_w8a8": "i8",
    "ideogram4_fp8": "f8",
}
# Names that every other repository has too, so that they tell nothing.
_USUAL = frozenset(("model.safetensors", "diffusion_pytorch_model.safetensors", "open_clip_model.safetensors"))
_FORMATS = {".safetensors": "safetensors", ".pth": "pickle", ".bin": "pickle", ".pt": "pickle"}
# Ends of the names of networks, and the roles that such parts have in a pipeline, as diffusers names them.
_ROLES = {
    "text_encoder_clip": "text_encoder",
    "text_encoder_t5": "text_encoder_2",
    "xl_text_encoder": "text_encoder_2",
    "text_encoder": "text_encoder",
    "audio_encoder": "audio_encoder",
    "audio_vae": "audio_vae",
    "vae": "vae",
    "vocoder": "vocoder",
    "upsampler": "latent_upsampler",
    "image_encoder": "image_encoder",
    "vision_model_428m": "image_encoder",
}
_FOLDERS = {
    "a text encoder": re.compile(r"(?:^|/)text_encoders?(?:_\d)?/"),
    "an autoencoder": re.compile(r"(?:^|/)vae/|vae\.\w+$", re.IGNORECASE),
    "the main network": re.compile(r"(?:^|/)(?:transformer|unet)/"),
}


class _Claim(NamedTuple):
    """A row for one of its examples; `network` is what the files are as a whole."""

    row: Row
    example: Example | None
    network: str


def read(package: Package, known: Known) -> Harvest:
    """Read the table: an item for each release, and for each part of one that has an entry of its own."""
    harvest = Harvest()
    items: dict[str, Item] = {}
    wholes: dict[str, dict[str, None]] = defaultdict(dict)
    parts: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for claim in _claims(read_rows(package, harvest), harvest):
        found = _item(claim)
        if found is None:
            comment = "Nobody has looked at what this network is yet; the row is left out."
            harvest.find(claim.row.key, "model_name", "unknown-reference", claim.row.network, comment, claim.row.place)
            continue
        item = items.setdefault(found.key, found)
        item.inferred |= found.inferred
        item.keys += [key for key in found.keys if key not in item.keys]
        if claim.example is not None:
            _publish(item, claim.network, claim.example)
            if _is_part(claim.network, claim.example):
                parts[claim.example.repository][_role(claim.network), item.key] = None
            else:
                wholes[claim.example.repository][item.key] = None
        _describe(item, claim)
    for repository, found_parts in parts.items():
        if len(wholes[repository]) == 1:
            _compose(items[next(iter(wholes[repository]))], found_parts)
    harvest.items += items.values()
    return harvest


def _role(network: str) -> str:
    name = re.sub(r"_(?:en|de)coder$", "", network) if "vae" in network else network
    return next(role for end, role in _ROLES.items() if name.endswith(end))


def _compose(item: Item, parts: Collection[tuple[str, str]]) -> None:
    """Say what a release is made of: the parts that are published with it, where each role has one."""
    roles = Counter(role for role, _ in parts)
    for role, key in parts:
        if roles[role] == 1:
            item.component(role, key=key)
            item.inferred.add(MIR.component)


def _claims(rows: list[Row], harvest: Harvest) -> Iterator[_Claim]:
    """Give each row with each of its examples, the files of an example emptied where they cannot be right.

    A file that holds a whole pipeline has a row for each network of it, and is the release.
    """
    releases = _table()["release"]
    layouts: dict[Example, set[str]] = defaultdict(set)
    whole: dict[tuple[str, Example], str] = {}
    for row in rows:
        for example in row.examples:
            layouts[example].add(row.digest)
            if row.network in releases:
                whole.setdefault((row.digest, example), row.network)
    for example, digests in layouts.items():
        if len(digests) > 1:
            comment = f"They are said to have the layouts {' and '.join(sorted(digests))}; the files are left out."
            key = f"diffsynth:{example.repository}"
            harvest.find(key, "origin_file_pattern", "conflict", example.files, comment, PATH)
    for row in rows:
        if not row.examples:
            yield _Claim(row, None, row.network)
        for example in row.examples:
            network = whole.get((row.digest, example), row.network)
            fault = _contradiction(network, example)
            if fault:
                harvest.find(row.key, "origin_file_pattern", "wrong-component", example.files, fault, row.place)
            wrong = fault or len(layouts[example]) > 1
            yield _Claim(row, example._replace(files="") if wrong else example, network)


def _contradiction(network: str, example: Example) -> str | None:
    """Say how the files of an example cannot be of a network; None when they can."""
    is_text, is_vae = "text_encoder" in network, "vae" in network
    fits = {"a text encoder": is_text, "an autoencoder": is_vae, "the main network": not is_text and not is_vae}
    for words, pattern in _FOLDERS.items():
        if pattern.search(example.files) and not fits[words]:
            return f"The files are those of {words}, the class is not; the layout is kept, the files are left out."
    return None


def _item(claim: _Claim) -> Item | None:
    """Return what a row is of; None when nobody has decided."""
    example = claim.example
    if example is None:
        return _unsaid(claim)
    return _part(claim, example) if _is_part(claim.network, example) else _release(claim, example)


def _unsaid(claim: _Claim) -> Item | None:
    """Return what a row is of that names no repository."""
    found = _table()["unsaid"].get(claim.network)
    if found is None:
        return None
    architecture, series, release = found
    item = Item(
        key=f"diffsynth:{token(series)}:{release}", place=claim.row.place, kind="Model",
        architecture=architecture, series=series, release=release, label=f"{series} {release}",
    )  # fmt: skip
    item.alias(f"mir:model.{architecture}.{token(series)}:{release}")
    item.inferred |= {MIR.architecture, MIR.layout}
    return item


def _part(claim: _Claim, example: Example) -> Item:
    """Return a part of a pipeline, named after the pipeline."""
    table = _table()
    architecture, series, words, *before = table["part"][claim.network]
    title = _told(example).get("series") or split_title(example.repository.partition("/")[2]).series
    named, pipeline = table["pipeline"].get(example.repository, (token(title), title))
    release = "".join((*before, named))
    item = Item(
        key=f"diffsynth:{token(series)}:{release}", place=claim.row.place, kind="Model", architecture=architecture,
        series=series, release=release, label=f"{words} of {pipeline}",
    )  # fmt: skip
    item.alias(f"mir:model.{architecture}.{token(series)}:{release}")
    item.inferred.add(MIR.architecture)
    return item


def _release(claim: _Claim, example: Example) -> Item | None:
    told, title = _told(example), example.repository.partition("/")[2]
    architecture = told.get("architecture", _table()["release"].get(claim.network))
    if architecture is None:
        return None
    split = split_title(title)
    series, release = told.get("series", split.series), told.get("release", split.release or "base")
    if _is_alone(example):
        title = series if release == "base" else f"{series} {release}"
    item = Item(
        key=f"diffsynth:{token(series)}:{token(release)}", place=claim.row.place,
        kind="Adapter" if "for" in told else "Model", architecture=architecture, series=series,
        release=release, series_label=told.get("label"), label=title, owner=example.repository.partition("/")[0],
    )  # fmt: skip
    item.inferred.add(MIR.architecture)
    if "for" in told:
        item.link(MIR.adapterFor, told["for"])
        item.inferred.add(MIR.adapterFor)
    return item


def _told(example: Example) -> dict[str, str]:
    """Return what a person decided of the files of an example, or of their repository."""
    table = _table()
    found: dict[str, str] = table["file"].get("/".join(example), table["repository"].get(example.repository, {}))
    return found


def _is_alone(example: Example) -> bool:
    return "/".join(example) in _table()["file"]


def _is_part(network: str, example: Example) -> bool:
    return network in _table()["part"] and "architecture" not in _told(example)


def _publish(item: Item, network: str, example: Example) -> None:
    """Say where a thing is published: at ModelScope, and on the hub where its owner has another name there."""
    # A part, and one of several, share their repository with others.
    joins = not _is_part(network, example) and not _is_alone(example)
    item.repository(example.repository, MODELSCOPE, joins=joins)
    owner, _, title = example.repository.partition("/")
    if owner in _table()["owner"]:
        item.repository(f"{_table()['owner'][owner]}/{title}", joins=joins)
        item.inferred.add(MIR.repository)
    same = _told(example).get("same")
    if same:
        item.alias(repository_key(same))
    name = PurePosixPath(example.files).name
    if name and "*" not in name and name not in _USUAL:
        item.file(example.files, kind=_FORMATS.get(PurePosixPath(name).suffix))


def _describe(item: Item, claim: _Claim) -> None:
    """State the layout and the class."""
    row, example = claim.row, claim.example
    layout = item.part("layout", row.digest[:16]).say(MIR.layoutMd5, literal(row.digest))
    if example is not None and example.files:
        layout.say(RDFS.comment, text(f"Of {example.files} in {example.repository}.", "en"))
    precision = _PRECISIONS.get(row.quantised or "")
    layout.say(MIR.precision, concept("precision", precision) if precision else None)
    # Several classes open one file: each reads its own network out of it.
    key = "diffsynth" if claim.network == row.network else f"diffsynth-{row.class_name}"
    known = item.parts.get(("loader", slug(key)))
    if known is not None and (MIR.className, literal(row.class_name)) not in known.facts:
        key = f"diffsynth-{row.class_name}"
    loader = item.loader("diffsynth", row.class_name, module=row.module, key=key)
    scope = f"loader-{key}"
    if example is not None and example.files and ("setting", slug(f"{scope}-load-model_id")) not in item.parts:
        # What the program is given to open it: the first place that is named, where several hold the same.
        stated = {"model_id": example.repository, "origin_file_pattern": example.files, "model_name": row.network}
        for name, value in stated.items():
            item.setting(name, value, "load", scope=scope)
            item.part("setting", f"{scope}-load-{name}").beside.append((MIR.appliesTo, loader))


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "networks.toml").read_text(encoding="utf-8"))


SOURCE = Source(
    name="diffsynth",
    title="DiffSynth-Studio",
    description=(
        "Layout digests of generative models and of their parts, the classes that open them and the repositories that"
        " hold them, read from the table by which the program knows files."
    ),
    licence="Apache-2.0",
    origin="git:modelscope/DiffSynth-Studio",
    page=f"https://github.com/modelscope/DiffSynth-Studio/blob/{{revision}}/{PATH}",
    rank=60,
    read=read,
)
