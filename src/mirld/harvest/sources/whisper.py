"""Whisper: OpenAI's speech recognisers, each with the whole digest of its file, which its address holds."""

from __future__ import annotations

from mirld.errors import InputError
from mirld.graph.terms import literal
from mirld.harvest.cleaning import fault, is_address, shown
from mirld.harvest.facts import file_format
from mirld.harvest.items import Harvest, Item, is_sha256, repository_key
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.python import Module
from mirld.harvest.source import Source
from mirld.vocab import MIR

_TABLE = "whisper/__init__.py"
# Elsewhere the first of the large ones is the one without a version.
_ON_THE_HUB = {"large-v1": "large"}


def read(package: Package, known: Known) -> Harvest:
    """Read every model that the package can download; names of one file are names of one model."""
    module = Module(package, _TABLE)
    table = module.constants.get("_MODELS")
    if not isinstance(table, dict) or not table:
        raise InputError("the package has no table of models: its layout changed", file=module.shown)
    harvest = Harvest()
    place = module.place(module.assigned("_MODELS"))
    by_address: dict[str, Item] = {}
    for name, url in table.items():
        wrong = fault(name) if isinstance(name, str) else "it is no text"
        if wrong:
            comment = f"The name is refused ({wrong}), so the model is left out."
            harvest.find(f"whisper:{shown(str(name))}", "name", "garbage-id", shown(str(name)), comment, place)
            continue
        *_, folder, file = str(url).split("/") if is_address(str(url)) else ("", "")
        if not is_sha256(folder):
            comment = "The address holds no digest of the file, so the model is left out."
            harvest.find(f"whisper:{name}", "url", "malformed-digest", shown(str(url)), comment, place)
        elif url in by_address:
            by_address[url].alias(f"whisper:{name}")
        else:
            by_address[url] = _item(name, url, file, folder, place)
    if not by_address:
        raise InputError("no model of the table has a digest: its layout changed", file=module.shown)
    harvest.items += by_address.values()
    return harvest


def _item(name: str, url: str, file: str, digest: str, place: str) -> Item:
    stem = file.removesuffix(".pt")
    item = Item(
        key=f"whisper:{name}", place=place, kind="Model", architecture="stst", series="Whisper", release=stem,
        label=f"whisper-{stem}",
    )  # fmt: skip
    # The hub has the same weights in a form of its own: another name of this model, though not of this file.
    elsewhere = repository_key(f"openai/whisper-{_ON_THE_HUB.get(stem, stem)}")
    item.alias(elsewhere).say(MIR.alias, literal(elsewhere))
    item.file(file, sha256=digest, url=url, kind=file_format(file))
    item.loader("whisper", call="load_model", module="whisper")
    item.setting("name", stem, "load", scope="whisper")
    return item.concept(MIR.task, "task", "automatic-speech-recognition")


SOURCE = Source(
    name="whisper",
    title="Whisper",
    description="OpenAI's speech recognisers, with file and SHA-256, read from the table of the Python package.",
    licence="MIT",
    origin="pip:openai-whisper",
    page="https://github.com/openai/whisper/blob/v{version}/whisper/__init__.py",
    rank=60,
    read=read,
)
