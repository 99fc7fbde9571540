"""OpenModelDB: models that enlarge and mend pictures, each with the digest of every file, and what it was trained from.

The list is under the GPL, so it goes into an overlay of the user's and never into the registry. Only facts are taken:
descriptions and pictures stay where they are.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri, Literal, text
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.facts import file_format
from mirld.harvest.findings import as_text
from mirld.harvest.items import Harvest, Item, is_sha256
from mirld.harvest.known import Known
from mirld.harvest.licences import claim_licence
from mirld.harvest.package import Package, parse_json
from mirld.harvest.source import Source
from mirld.vocab import DCTERMS, MIR, RDFS, XSD

_MODELS = "data/models/*.json"
_ARCHITECTURES = "data/architectures.json"
_ADVERSARIAL = frozenset(("esrgan", "esrgan+", "spsr", "swift-srgan"))
_TRANSFORMERS = frozenset(
    ("atd", "craft", "dat", "ditn", "drct", "grl", "hat", "hma", "omnisr", "rgt", "srformer", "swinir")
)
_OTHERS = {"ludvae": "vae"}
_TASKS = {"image": "image-to-image", "video": "video-to-video"}
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


def read(package: Package, known: Known) -> Harvest:
    """Read a file for each model, and the list of networks that they are of."""
    harvest = Harvest()
    networks = parse_json(package.read(_ARCHITECTURES), f"{package.name}/{_ARCHITECTURES}")
    paths = package.paths(_MODELS)
    if not paths:
        raise InputError(f"there are no models in {_MODELS}: the layout changed", file=package.name)
    digests: dict[str, str] = {}
    for path in paths:
        name = PurePosixPath(path).stem
        try:
            said = parse_json(package.read(path), path)
        except SyntaxInputError as error:
            harvest.find(
                f"openmodeldb:{shown(name)}",
                "file",
                "garbage-id",
                shown(name),
                f"It is left out: {error.message}.",
                path,
            )
            continue
        item = _item(name, said, path, networks, harvest)
        if item is not None:
            _read_files(item, said, digests, harvest)
            harvest.items.append(item)
    return harvest


def _item(name: str, said: dict[str, object], path: str, networks: dict[str, object], harvest: Harvest) -> Item | None:
    key, label = f"openmodeldb:{shown(name)}", as_text(said.get("name", ""))
    wrong = fault(name) or fault(label)
    if wrong:
        harvest.find(key, "name", "garbage-id", shown(label), f"This is no name: {wrong}. It is left out.", path)
        return None
    network = as_text(said.get("architecture", ""))
    about = networks.get(network)
    if not isinstance(about, dict):
        comment = "The network is not in the list of networks; the model is left out."
        harvest.find(key, "architecture", "unknown-reference", shown(network), comment, path)
        return None
    series = as_text(about.get("name", network))
    item = Item(
        key=key, place=path, kind="Model", architecture=_architecture(network), release=name, label=label.strip(),
        # ESRGAN+ is another network than ESRGAN.
        series=series.replace("+", " plus"), series_label=series, owner=_author(said),
    )  # fmt: skip
    item.inferred.add(MIR.architecture)
    task = _TASKS.get(as_text(about.get("input", "")))
    item.concept(MIR.task, "task", *((task,) if task else ()))
    if isinstance(said.get("license"), str):
        claim_licence(item, str(said["license"]), harvest)
    day = as_text(said.get("date", ""))
    if _is_day(day):
        item.say(DCTERMS.issued, Literal(day, XSD.date))
    elif day:
        harvest.find(key, "date", "wrong-type", shown(day), "This is no day; it is left out.", path)
    scale = said.get("scale")
    if isinstance(scale, int) and not isinstance(scale, bool):
        words = "Keeps the size of its input." if scale == 1 else f"Enlarges its input {scale} times."
        item.say(RDFS.comment, text(words, "en"))
    before = said.get("pretrainedModelG")
    if isinstance(before, str):
        item.link(MIR.fineTunedFrom, f"openmodeldb:{before}")
    return item


def _architecture(network: str) -> str:
    if network in _ADVERSARIAL:
        return "gan"
    return _OTHERS.get(network) or ("vit" if network in _TRANSFORMERS else "cnn")


def _author(said: dict[str, object]) -> str | None:
    author = said.get("author")
    first = author[0] if isinstance(author, list) and author else author
    return first if isinstance(first, str) and not fault(first) else None


def _is_day(day: str) -> bool:
    try:
        return date.fromisoformat(day).isoformat() == day
    except ValueError:
        return False


def _read_files(item: Item, said: dict[str, object], digests: dict[str, str], harvest: Harvest) -> None:
    """Read the files of a model; `digests` is whose each digest was until now."""
    resources = said.get("resources")
    for resource in resources if isinstance(resources, list) else []:
        if not isinstance(resource, dict):
            continue
        digest = as_text(resource.get("sha256") or "")
        if not is_sha256(digest):
            comment = "A SHA-256 has 64 lower-case hexadecimal digits, this is none; the file is left out."
            problem = "malformed-digest" if digest else "empty-digest"
            harvest.find(item.key, "sha256", problem, shown(digest), comment, item.place)
            continue
        if digests.setdefault(digest, item.key) != item.key:
            comment = f"{digests[digest]} has a file of the same digest; it is kept on both."
            harvest.find(item.key, "sha256", "shared-digest", digest, comment, item.place)
        _add_file(item, resource, digest)


def _add_file(item: Item, resource: dict[str, Any], digest: str) -> None:
    kind, size, urls = as_text(resource.get("type", "")), resource.get("size"), resource.get("urls")
    addresses = [url for url in urls if isinstance(url, str)] if isinstance(urls, list) else []
    # Of most files there is only a page that leads to them, or an archive: those are no addresses of the bytes.
    direct = [url for url in addresses if _ADDRESS.fullmatch(url) and url.endswith(f".{kind}")]
    item.file(
        direct[0].rpartition("/")[2] if direct else None,
        sha256=digest,
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        url=direct[0] if direct else None,
        kind=file_format(f"x.{kind}"),
    ).say(DCTERMS.source, Iri(f"https://openmodeldb.info/models/{item.key.partition(':')[2]}"))


SOURCE = Source(
    name="openmodeldb",
    title="OpenModelDB",
    description=(
        "Models that enlarge and mend pictures: network, licence, day, digest and size of every file, and the model"
        " each was trained from, read from the data of the site."
    ),
    licence="GPL-3.0-only",
    origin="git:OpenModelDB/open-model-database",
    page="https://github.com/OpenModelDB/open-model-database/tree/{revision}/data/models",
    rank=60,
    read=read,
    overlay_only=True,
)
