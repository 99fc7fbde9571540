"""Settings and code of entries of the carried registry, each looked at by a person: tests/data/golden/settings, …/load.

An answer says whether the class of the loader is described; one that was looked at with its description is compared
only where the registry carries that. With --remake-goldens they are written anew.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from mirld.cli.laid import words_about, words_about_code, write_settings
from mirld.lookup.knowledge import Indexed
from mirld.lookup.layers import layered
from mirld.lookup.loading import load_code
from mirld.lookup.meaning import meant, precision_named
from mirld.lookup.used import use
from mirld.registry.index import Index
from mirld.registry.place import open_index

GOLDEN = Path(__file__).parent / "golden"
NOT_DESCRIBED = "is not described"
SETTINGS = (
    "mir:info.unet.stable-diffusion-xl",
    "mir:model.dit.auraflow:0.2",
    "mir:model.dit.chroma-1:flash",
    "mir:model.dit.cogvideox:2b",
    "mir:model.dit.flux-1:depth-dev",
    "mir:model.dit.flux-1:dev",
    "mir:model.dit.flux-1:dev --for divisor",
    "mir:model.dit.flux-1:dev --for mflux",
    "mir:model.dit.flux-1:dev --with mir:model.lora.hyper:flux-1@8step",
    "mir:model.dit.flux-1:dev --with mir:operations.precision.float:f16",
    "mir:model.dit.flux-1:schnell",
    "mir:model.dit.hidream-i1:dev",
    "mir:model.dit.hunyuandit:base",
    "mir:model.dit.hunyuanvideo:base",
    "mir:model.dit.ltx-video:13b-0.9.7-distilled",
    "mir:model.dit.pixart-sigma:xl-2-1024-ms",
    "mir:model.dit.qwen-image:2512",
    "mir:model.dit.sana:1600m-1024px",
    "mir:model.dit.wan-2.1:flf2v-14b-720p",
    "mir:model.lora.hyper:flux-1@16step",
    "mir:model.lora.lcm:ssd-1b",
    "mir:model.unet.stable-diffusion-1.5:base",
    "mir:model.unet.stable-diffusion-1.5:base --with mir:operations.scheduler.align-your-steps:stable-diffusion-1.5",
    "mir:model.unet.stable-diffusion-xl:base",
    "mir:model.unet.stable-diffusion-xl:base --with mir:model.lora.lightning:stable-diffusion-xl@4step",
    "mir:model.unet.stable-diffusion-xl:refiner",
    "mir:model.vae.kl:flux-1",
    "mir:operations.scheduler.euler:discrete",
)
LOAD = (
    "mir:info.unet.stable-diffusion-xl",
    "mir:model.aet.bert:base-uncased",
    "mir:model.dit.auraflow:0.2",
    "mir:model.dit.chroma-1:flash",
    "mir:model.dit.cogvideox:5b-i2v",
    "mir:model.dit.flux-1:depth-dev",
    "mir:model.dit.flux-1:dev",
    "mir:model.dit.flux-1:dev --adapter mir:model.lora.hyper:flux-1@8step",
    "mir:model.dit.flux-1:dev --library divisor",
    "mir:model.dit.flux-1:dev --library mflux",
    "mir:model.dit.flux-1:dev --precision fp16 --scheduler mir:operations.scheduler.euler:discrete",
    "mir:model.dit.hunyuandit:base",
    "mir:model.dit.hunyuanvideo:base",
    "mir:model.dit.qwen-image-edit:2509",
    "mir:model.dit.sana:1600m-1024px",
    "mir:model.dit.stable-diffusion-3:medium",
    "mir:model.dit.wan-2.1:flf2v-14b-720p",
    "mir:model.encoder.tokenizer:afm-4.5b",
    "mir:model.gan.kokoro:82m",
    "mir:model.lora.dmd:stable-diffusion-xl",
    "mir:model.lora.flash:pixart-alpha",
    "mir:model.lora.hyper:flux-1@16step",
    "mir:model.lstm.xlstm:7b",
    "mir:model.transformer.clip-l:stable-diffusion-xl",
    "mir:model.unet.kolors:base",
    "mir:model.unet.stable-diffusion-1.5:base",
    "mir:model.unet.stable-diffusion-xl:base",
    "mir:model.unet.stable-diffusion-xl:refiner",
    "mir:model.vae.kl:flux-1",
    "mir:operations.precision.bfloat:bf16",
    "mir:operations.scheduler.align-your-steps:stable-diffusion-1.5",
    "mir:operations.scheduler.euler:discrete",
)


@cache
def index() -> Index:
    return open_index()


def settings(case: str) -> tuple[str, bool]:
    """Return the answer as it is printed, and whether nobody described the class."""
    text, options = read(case)
    others = [meant(index(), each) for each in options.get("with", ())]
    library = next(iter(options.get("for", ())), None)
    known = Indexed(index())
    found = layered(known, use(known, meant(index(), text), library=library, used_with=others))
    words = "".join(f"# {line}\n" for line in words_about(found, everything=False))
    return write_settings(found, everything=False) + words, any(NOT_DESCRIBED in note for note in found.notes)


def load(case: str) -> tuple[str, bool]:
    text, options = read(case)
    others = [precision_named(index(), each) for each in options.get("precision", ())]
    others += [meant(index(), each) for each in (*options.get("scheduler", ()), *options.get("adapter", ()))]
    library = next(iter(options.get("library", ())), None)
    known = Indexed(index())
    found = load_code(known, use(known, meant(index(), text), library=library, used_with=others))
    facts = "".join(f"{what}: {value}\n" for what, value in found.facts)
    words = "".join(f"# {line}\n" for line in words_about_code(found))
    return (found.code or facts) + words, not found.described


def read(case: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    text, *rest = case.split()
    options: dict[str, tuple[str, ...]] = {}
    for name, value in zip(rest[::2], rest[1::2], strict=True):
        options[name[2:]] = (*options.get(name[2:], ()), value)
    return text, options


def compare(kind: str, case: str, answer: tuple[str, bool], *, remake: bool) -> None:
    name = case.removeprefix("mir:").replace(":", "+").replace(" --", "--").replace(" ", "=")
    path = GOLDEN / kind / f"{name}.txt"
    text, undescribed = answer
    whole = f"{'undescribed' if undescribed else 'described'}\n\n{text}"
    if remake:
        path.parent.mkdir(exist_ok=True)
        path.write_text(whole, encoding="utf-8")
    expected = path.read_text(encoding="utf-8")
    if undescribed and expected.startswith("described\n"):
        pytest.skip("the registry does not carry what classes of this library take")
    assert whole == expected


@pytest.mark.parametrize("case", SETTINGS)
def test_settings_are_those_that_were_judged(case: str, request: pytest.FixtureRequest) -> None:
    """Values, units, ranges, layers, sources and conflicts."""
    compare("settings", case, settings(case), remake=request.config.getoption("--remake-goldens"))


@pytest.mark.parametrize("case", LOAD)
def test_code_is_what_was_judged(case: str, request: pytest.FixtureRequest) -> None:
    """Imports, class, repository, settings, and what was left out."""
    compare("load", case, load(case), remake=request.config.getoption("--remake-goldens"))
