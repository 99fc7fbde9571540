"""What the registry was asked to describe by hand is there, whole but for what nobody has published."""

from __future__ import annotations

import pytest
from tests.curated import Descriptions, entries, parts, read_curated, short

from mirld.graph.terms import Term
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, RDF_TYPE, RDFS_LABEL

NAMED: dict[str, str] = {
    "Stable Diffusion 1.5": "unet/stable-diffusion-1.5: base",
    "Stable Diffusion 2.1": "unet/stable-diffusion-2.1: 512-base 768-v unclip unclip-l unclip-small",
    "Stable Diffusion XL": "unet/stable-diffusion-xl: base refiner turbo",
    "fine-tunes of Stable Diffusion XL that upstream names": (
        "unet/stable-diffusion-xl: animagine-xl-3.0 animagine-xl-3.1 animagine-xl-4.0 illustrious-xl-0.1 "
        "illustrious-xl-1.0 illustrious-xl-1.1 illustrious-xl-2.0 playground-2 playground-2.5 "
        "pony-diffusion-turbo pony-diffusion-v6 segmind-vega ssd-1b"
    ),
    "Stable Diffusion 3": "dit/stable-diffusion-3: medium",
    "Stable Diffusion 3.5": "dit/stable-diffusion-3.5: large large-turbo large-turbox medium medium-turbo",
    "Flux.1": "dit/flux-1: canny-dev depth-dev dev fill-dev kontext-dev krea-dev schnell",
    "what was made of Flux.1": (
        "dit/flux-1: flex-1-alpha flex-2-preview lite-8b mini mystic shuttle-3-diffusion shuttle-3.1-aesthetic "
        "shuttle-jaguar"
    ),
    "Chroma": "dit/chroma-1: base flash hd",
    "AuraFlow": "dit/auraflow: 0.2 0.3 base",
    "PixArt": (
        "dit/pixart-alpha: xl-2-1024-ms xl-2-512x512; "
        "dit/pixart-sigma: xl-2-1024-ms xl-2-256x256 xl-2-2k-ms xl-2-512-ms"
    ),
    "Sana": (
        "dit/sana: 1600m-1024px 1600m-1024px-bf16 1600m-512px 600m-1024px; dit/sana-sprint: 0.6b-1024px 1.6b-1024px"
    ),
    "HunyuanDiT": "dit/hunyuandit: base; dit/hunyuandit-1.1: base distilled; dit/hunyuandit-1.2: base distilled",
    "HunyuanVideo": "dit/hunyuanvideo: base i2v",
    "Wan": (
        "dit/wan-2.1: flf2v-14b-720p i2v-14b-480p i2v-14b-720p t2v-1.3b t2v-14b vace-1.3b vace-1.3b-preview "
        "vace-14b; "
        "dit/wan-2.2: animate-14b i2v-a14b s2v-14b t2v-a14b ti2v-5b"
    ),
    "LTX": (
        "dit/ltx-video: 0.9 0.9.1 0.9.5 13b-0.9.7-dev 13b-0.9.7-distilled 13b-0.9.8-dev 13b-0.9.8-distilled "
        "2b-0.9.6-dev 2b-0.9.6-distilled 2b-0.9.8-distilled"
    ),
    "CogVideoX": "dit/cogvideox-1.5: 5b 5b-i2v; dit/cogvideox: 2b 5b 5b-i2v",
    "Qwen-Image": "dit/qwen-image-edit: 2509 2511 base; dit/qwen-image: 2512 base",
    "Kolors": "unet/kolors: base",
    "Cascade": "unet/stable-cascade: decoder prior",
    "Lumina 2": "dit/lumina-image-2: base illustrious-lumina-0.03",
    "HiDream": "dit/hidream-i1: dev fast full",
    "autoencoders": (
        "vae/cogvideox: cogvideox; "
        "vae/dc: sana; "
        "vae/kl: flux-1 hunyuanvideo ltx-video lumina-image-2 qwen-image stable-diffusion-1.5 stable-diffusion-3 "
        "stable-diffusion-xl; "
        "vae/tae: flux-1 stable-diffusion-1.5 stable-diffusion-3 stable-diffusion-xl; "
        "vae/wan: wan-2.1 wan-2.2"
    ),
    "text encoders": (
        "transformer/clip-g: stable-cascade stable-diffusion-3 stable-diffusion-xl; "
        "transformer/clip-l: flux-1 stable-diffusion-1.5 stable-diffusion-3 stable-diffusion-xl; "
        "transformer/t5-xxl: cogvideox flux-1 pixart-alpha stable-diffusion-3 v1.1; "
        "transformer/umt5-xxl: wan-2.1"
    ),
    "LoRAs": (
        "lora/dmd: stable-diffusion-xl; "
        "lora/dpo: stable-diffusion-xl; "
        "lora/flash: pixart-alpha stable-diffusion-1.5 stable-diffusion-3 stable-diffusion-xl; "
        "lora/hyper: flux-1 stable-diffusion-1.5 stable-diffusion-3 stable-diffusion-xl; "
        "lora/lcm: segmind-vega ssd-1b stable-diffusion-1.5 stable-diffusion-xl; "
        "lora/lightning: stable-diffusion-xl; "
        "lora/pcm: stable-diffusion-1.5 stable-diffusion-3 stable-diffusion-xl; "
        "lora/slam: stable-diffusion-1.5 stable-diffusion-xl; "
        "lora/spo: stable-diffusion-1.5 stable-diffusion-xl; "
        "lora/tcd: stable-diffusion-1.5 stable-diffusion-xl; "
        "lora/turbo: flux-1 stable-diffusion-3.5 stable-diffusion-xl"
    ),
}
"""Releases by what was asked for: series, colon, releases; the next series after a semicolon."""

GENERATOR = ("publisher", "licence", "paper", "parameters", "base", "components", "files", "digests", "loaders")
ADAPTER = ("publisher", "licence", "paper", "base", "files", "digests", "loaders", "settings", "compatibility")
PART = ("publisher", "licence", "paper", "parameters", "files", "digests", "loaders", "compatibility")
WANTED = {
    "dit": (*GENERATOR, "settings", "compatibility"),
    "unet": (*GENERATOR, "settings", "compatibility"),
    "lora": ADAPTER,
    "vae": PART,
    "transformer": PART,
}

UNKNOWN: dict[str, dict[str, str]] = {
    "publisher": {
        "no page says who published it first": ("lora/turbo: stable-diffusion-xl"),
    },
    "licence": {
        "no page that was read states it": (
            "dit/flux-1: mystic; "
            "dit/ltx-video: 0.9.1 13b-0.9.7-dev 13b-0.9.7-distilled; "
            "dit/lumina-image-2: illustrious-lumina-0.03; "
            "lora/turbo: flux-1; "
            "unet/stable-diffusion-2.1: unclip-l; "
            "unet/stable-diffusion-xl: illustrious-xl-1.0 pony-diffusion-turbo"
        ),
        "the repository states none": (
            "dit/sana-sprint: 0.6b-1024px; "
            "dit/sana: 1600m-1024px-bf16 1600m-512px 600m-1024px; "
            "lora/dpo: stable-diffusion-xl; "
            "lora/hyper: flux-1 stable-diffusion-1.5 stable-diffusion-3 stable-diffusion-xl; "
            "lora/pcm: stable-diffusion-1.5 stable-diffusion-3 stable-diffusion-xl; "
            "lora/turbo: stable-diffusion-xl"
        ),
        "it is published inside pipelines, with no licence of its own": (
            "vae/dc: sana; vae/kl: ltx-video lumina-image-2 stable-diffusion-3"
        ),
    },
    "paper": {
        "no paper was published": (
            "dit/auraflow: 0.2 0.3 base; "
            "dit/chroma-1: base flash hd; "
            "lora/turbo: flux-1 stable-diffusion-3.5 stable-diffusion-xl; "
            "vae/tae: flux-1 stable-diffusion-1.5 stable-diffusion-3 stable-diffusion-xl"
        ),
    },
    "parameters": {
        "no page that was read gives its size or the configuration to count it from": (
            "dit/flux-1: shuttle-jaguar; "
            "dit/sana: 600m-1024px; "
            "unet/stable-diffusion-xl: segmind-vega; "
            "vae/cogvideox: cogvideox; "
            "vae/dc: sana; "
            "vae/kl: hunyuanvideo; "
            "vae/wan: wan-2.2"
        ),
    },
    "base": {
        "it was trained from an older version that the registry does not describe": (
            "unet/stable-diffusion-1.5: base; unet/stable-diffusion-2.1: 512-base 768-v"
        ),
        "it was trained from scratch, or it is the first of its series": (
            "dit/auraflow: base; "
            "dit/cogvideox-1.5: 5b; "
            "dit/cogvideox: 2b 5b; "
            "dit/flux-1: dev schnell; "
            "dit/hidream-i1: full; "
            "dit/hunyuandit: base; "
            "dit/hunyuanvideo: base; "
            "dit/ltx-video: 0.9; "
            "dit/lumina-image-2: base; "
            "dit/pixart-alpha: xl-2-1024-ms xl-2-512x512; "
            "dit/qwen-image: base; "
            "dit/stable-diffusion-3.5: large medium; "
            "dit/stable-diffusion-3: medium; "
            "dit/wan-2.1: t2v-1.3b t2v-14b; "
            "unet/kolors: base; "
            "unet/stable-cascade: decoder prior; "
            "unet/stable-diffusion-xl: base playground-2 playground-2.5 refiner"
        ),
        "no page that was read says which weights it was trained from": (
            "dit/cogvideox-1.5: 5b-i2v; "
            "dit/flux-1: kontext-dev; "
            "dit/hunyuandit-1.1: base; "
            "dit/hunyuandit-1.2: base; "
            "dit/ltx-video: 0.9.1 0.9.5 13b-0.9.7-dev 13b-0.9.8-dev 2b-0.9.6-dev; "
            "dit/pixart-sigma: xl-2-1024-ms xl-2-256x256 xl-2-2k-ms xl-2-512-ms; "
            "dit/sana-sprint: 0.6b-1024px 1.6b-1024px; "
            "dit/sana: 1600m-1024px-bf16 1600m-512px 600m-1024px; "
            "dit/wan-2.1: flf2v-14b-720p i2v-14b-480p i2v-14b-720p; "
            "dit/wan-2.2: animate-14b i2v-a14b s2v-14b t2v-a14b ti2v-5b; "
            "unet/stable-diffusion-xl: pony-diffusion-turbo"
        ),
        "it was trained from weights that were never published": ("dit/flux-1: krea-dev"),
    },
    "components": {
        "it is published as one file of weights and no pipeline of it": (
            "dit/flux-1: mini; dit/wan-2.1: vace-1.3b-preview"
        ),
    },
    "files": {
        "no page that was read lists its files": (
            "dit/cogvideox-1.5: 5b-i2v; "
            "dit/cogvideox: 5b-i2v; "
            "dit/hunyuandit-1.1: base distilled; "
            "dit/sana-sprint: 0.6b-1024px 1.6b-1024px; "
            "dit/sana: 600m-1024px; "
            "lora/slam: stable-diffusion-1.5; "
            "transformer/clip-g: stable-cascade; "
            "unet/stable-diffusion-2.1: unclip-l"
        ),
    },
    "digests": {
        "no page that was read prints the digest of one of its files": (
            "dit/cogvideox-1.5: 5b-i2v; "
            "dit/cogvideox: 5b-i2v; "
            "dit/hidream-i1: fast; "
            "dit/hunyuandit-1.1: base distilled; "
            "dit/ltx-video: 0.9.5 13b-0.9.8-distilled 2b-0.9.6-dev; "
            "dit/pixart-alpha: xl-2-512x512; "
            "dit/qwen-image-edit: 2511; "
            "dit/qwen-image: 2512; "
            "dit/sana-sprint: 0.6b-1024px 1.6b-1024px; "
            "dit/sana: 1600m-1024px 1600m-512px 600m-1024px; "
            "dit/stable-diffusion-3.5: large-turbox; "
            "dit/wan-2.2: s2v-14b t2v-a14b; "
            "lora/slam: stable-diffusion-1.5; "
            "transformer/clip-g: stable-cascade; "
            "unet/stable-diffusion-2.1: unclip unclip-l unclip-small"
        ),
    },
    "settings": {
        "no page that was read recommends any": ("lora/slam: stable-diffusion-1.5; lora/turbo: stable-diffusion-xl"),
    },
}
"""Kinds of facts that are left out, with the reason, in the form of NAMED."""

DERIVED_FROM = tuple(
    MIR[name]
    for name in (
        "adapterFor",
        "derivedFrom",
        "distilledFrom",
        "fineTunedFrom",
        "mergedFrom",
        "quantizedFrom",
        "variantOf",
    )
)
DIGESTS = tuple(MIR[name] for name in ("fileBlake3", "fileSha256", "sha256Prefix"))

# Properties that say a fact of a kind, and whether a series says it for its releases.
SAID_BY: dict[str, tuple[tuple[str, ...], bool]] = {
    "publisher": ((DCTERMS.publisher,), True),
    "licence": ((DCTERMS.license,), False),
    "paper": ((MIR.paper,), True),
    "parameters": ((MIR.parameterCount,), False),
    "base": (DERIVED_FROM, False),
    "components": ((MIR.component,), False),
    "files": ((MIR.file,), False),
    "loaders": ((MIR.loader,), True),
    "settings": ((MIR.setting,), True),
}


@pytest.fixture(scope="module")
def curated() -> Descriptions:
    return read_curated()


def releases(text: str) -> list[str]:
    """Read a row of NAMED or UNKNOWN.

    >>> releases("dit/chroma-1: base hd; lora/dpo: stable-diffusion-xl")
    ['dit/chroma-1/base', 'dit/chroma-1/hd', 'lora/dpo/stable-diffusion-xl']
    """
    rows = (row.partition(":") for row in text.split(";"))
    return [f"{series.strip()}/{name}" for series, _, names in rows for name in names.split()]


def series_of(release: str) -> str:
    architecture, series = short(release).split("/")[1:3]
    return f"{DEFAULT_BASE}info/{architecture}/{series}"


def works_with(described: Descriptions) -> set[Term]:
    """Entries that a judged compatibility is about, on either side."""
    return {
        term
        for said in described.values()
        if MIR.Compatibility in said.get(RDF_TYPE, ())
        for name in (MIR.subject, MIR.object)
        for term in said.get(name, ())
    }


def stated(release: str, described: Descriptions, judged: set[Term]) -> set[str]:
    """Kinds of facts that are stated about a release."""
    found = set()
    for kind, (names, inherited) in SAID_BY.items():
        holders = (release, series_of(release)) if inherited else (release,)
        if any(described[holder].get(name) for holder in holders if holder in described for name in names):
            found.add(kind)
    files = described[release].get(MIR.file, ())
    if any(described[str(file)].get(name) for file in files for name in DIGESTS):
        found.add("digests")
    if {release, series_of(release)} & judged:
        found.add("compatibility")
    return found


@pytest.mark.parametrize("asked", NAMED)
def test_what_was_asked_for_is_complete(asked: str, described: Descriptions) -> None:
    """Every kind of fact that is wanted of a release is stated: state it with its source, or say in UNKNOWN why not."""
    judged = works_with(described)
    for name in releases(NAMED[asked]):
        release = f"{DEFAULT_BASE}model/{name}"
        assert release in described, name
        assert series_of(release) in described, name
        assert described[release].get(RDFS_LABEL), name
        wanted = set(WANTED[name.split("/")[0]])
        excused = {kind for kind, reasons in UNKNOWN.items() for row in reasons.values() if name in releases(row)}
        assert wanted - stated(release, described, judged) == excused, name


def test_every_excuse_names_a_release_asked_for() -> None:
    """UNKNOWN speaks of releases in NAMED alone, and of each kind once."""
    named = {name for row in NAMED.values() for name in releases(row)}
    for kind, reasons in UNKNOWN.items():
        excused = [name for row in reasons.values() for name in releases(row)]
        assert sorted(set(excused)) == sorted(excused), kind
        assert set(excused) <= named, kind


def test_forty_series_at_least(curated: Descriptions) -> None:
    """Generative series described by hand, schedulers not counted."""
    series = {
        short(entry)
        for entry in entries(curated)
        if short(entry).startswith(("info/dit/", "info/unet/", "info/lora/", "info/vae/"))
    }
    assert len(series) >= 40


def test_the_two_ids_of_the_readme_are_there(curated: Descriptions) -> None:
    """mir:model.transformer.clip-l:stable-diffusion-xl and mir:model.lora.hyper:flux-1, under these names."""
    assert f"{DEFAULT_BASE}model/transformer/clip-l/stable-diffusion-xl" in curated
    assert f"{DEFAULT_BASE}model/lora/hyper/flux-1" in curated


def test_every_lora_fits_its_target(curated: Descriptions) -> None:
    """An adapter says what it is for, and a judged compatibility of it says yes to that."""
    unjudged = []
    for entry in entries(curated):
        for target in curated[entry].get(MIR.adapterFor, ()):
            parts_ = [curated[str(part)] for part in curated[entry].get(MIR.compatibility, ())]
            if not any(target in part[MIR.object] and "yes" in str(part[MIR.verdict]) for part in parts_):
                unjudged.append((short(entry), short(str(target))))
    assert unjudged == []


def test_every_scheduler_is_complete(curated: Descriptions) -> None:
    """A scheduler has a class to load, its parameters with their defaults, and a series that describes it."""
    schedulers = [entry for entry in entries(curated) if short(entry).startswith("operations/scheduler/")]
    assert len(schedulers) >= 40
    for entry in schedulers:
        assert series_of(entry) in curated, short(entry)
        assert curated[entry].get(MIR.loader), short(entry)
        assert curated[entry].get(MIR.parameter) or curated[entry].get(MIR.setting), short(entry)


def test_pipelines_name_the_schedulers_that_work_with_them(curated: Descriptions) -> None:
    """A scheduler that a release is published with is judged to work with the release or its series: add it there."""
    judged = {
        (subject, target)
        for said in curated.values()
        if MIR.Compatibility in said.get(RDF_TYPE, ())
        for subject in said[MIR.subject]
        for target in said[MIR.object]
    }
    unjudged = [
        (short(part), short(str(entry)))
        for part in parts(curated)
        if MIR.Component in curated[part][RDF_TYPE]
        for entry in curated[part].get(MIR.entry, ())
        if short(str(entry)).startswith("operations/scheduler/")
        and not judged & {(entry, part.partition("#")[0]), (entry, series_of(part.partition("#")[0]))}
    ]
    assert unjudged == []
