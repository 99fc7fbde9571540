"""ComfyUI-Manager: files of models that its users install, each with its kind, its base and its address.

The list is under the GPL, so it goes into an overlay of the user's and never into the registry. Descriptions, and sizes
that are only about right, are not taken.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.facts import file_format
from mirld.harvest.findings import as_text
from mirld.harvest.items import HUB, Harvest, Item, repository_key
from mirld.harvest.known import Known
from mirld.harvest.naming import same_name, split_title, token, unpacked
from mirld.harvest.package import Package, parse_json
from mirld.harvest.places import Place, place_of
from mirld.harvest.source import Source
from mirld.ids import MirId
from mirld.vocab import MIR

_PATH = "model-list.json"


class _Kind(NamedTuple):
    """A class of entries and an architecture; without one, a model is of its base."""

    name: str
    architecture: str | None = None
    is_of_base: bool = False


_ADAPTERS = {
    "IP-Adapter": "ip-adapter",
    "T2I-Adapter": "t2i-adapter",
    "T2I-Style": "t2i-adapter",
    "animatediff": "lora",
    "animatediff-pia": "lora",
    "controlnet": "controlnet",
    "embedding": "textual-inversion",
    "lora": "lora",
    "motion lora": "lora",
}
_KINDS = {
    **{name: _Kind("Adapter", architecture) for name, architecture in _ADAPTERS.items()},
    **dict.fromkeys(("checkpoint", "diffusion_model", "unclip"), _Kind("Model", is_of_base=True)),
    **dict.fromkeys(("VAE", "vae"), _Kind("Model", "vae")),
    **dict.fromkeys(("BLIP_MODEL", "RAM", "RGT", "clip_vision", "depthanything"), _Kind("Model", "vit")),
    **dict.fromkeys(
        ("efficient_sam", "sam", "sam2", "sam2.1", "Janus-Pro", "depth-pro", "MoGe"), _Kind("Model", "vit")
    ),
    **dict.fromkeys(("Ultralytics", "facexlib", "insightface"), _Kind("Model", "cnn")),
    "FramePackI2V": _Kind("Model", "dit"),
    "GFPGAN": _Kind("Model", "gan"),
    "GroundingDINO": _Kind("Model", "detr"),
    "LLM": _Kind("Model", "art"),
    "clip": _Kind("Model", "transformer"),
    "zero123": _Kind("Model", "unet"),
}
_BASES = {
    "Cosmos-1.0": "info.dit.cosmos-1.0-diffusion",
    "FLUX.1": "info.dit.flux-1",
    "Hunyuan Video": "info.dit.hunyuanvideo",
    "Hunyuan-DiT": "info.dit.hunyuandit",
    "Kolors": "info.unet.kolors",
    "LTX-2": "info.dit.ltx-2",
    "LTX-2.3": "info.dit.ltx-2.3",
    "LTX-2.5": "info.dit.ltx-2.5",
    "LTX-Video": "info.dit.ltx-video",
    "OmniGen2": "info.dit.omnigen2",
    "Qwen-Image": "info.dit.qwen-image",
    "Qwen-Image-Edit": "info.dit.qwen-image-edit",
    "SD1.5": "info.unet.stable-diffusion-1.5",
    "SD1.x": "info.unet.stable-diffusion-1.5",
    "SD2": "info.unet.stable-diffusion-2.1",
    "SD2.1": "info.unet.stable-diffusion-2.1",
    "SD3": "info.dit.stable-diffusion-3",
    "SD3.5": "info.dit.stable-diffusion-3.5",
    "SDXL": "info.unet.stable-diffusion-xl",
    "SSD-1B": "info.unet.stable-diffusion-xl",
    "SVD": "info.unet.stable-video-diffusion",
    "Stable Cascade": "info.unet.stable-cascade",
    "Wan2.1": "info.dit.wan-2.1",
    "Wan2.2": "info.dit.wan-2.2",
    "pixart-alpha": "info.dit.pixart-alpha",
    "pixart-sigma": "info.dit.pixart-sigma",
    "segmind-vega": "info.unet.stable-diffusion-xl",
}
# Tiny autoencoders come in two halves, of one entry each.
_TINY = "TAESD"
# Files whose names tell which entry they are of, by their letters and digits.
_ENTRIES = {
    "ae": "model.vae.kl:flux-1",
    "clipvitbigg14laion2b39bb160k": "model.vit.clip:vit-bigg-14-laion2b-39b-b160k",
    "clipvith14laion2bs32bb79k": "model.vit.clip:vit-h-14-laion2b-s32b-b79k",
    "clipvitlargepatch14": "model.vit.clip:vit-large-patch14",
    "cosmos10diffusion14btext2world": "model.dit.cosmos-1.0-diffusion:14b-text2world",
    "cosmos10diffusion14bvideo2world": "model.dit.cosmos-1.0-diffusion:14b-video2world",
    "cosmos10diffusion7btext2world": "model.dit.cosmos-1.0-diffusion:7b-text2world",
    "cosmos10diffusion7bvideo2world": "model.dit.cosmos-1.0-diffusion:7b-video2world",
    "cosmoscv8x8x810": "model.vae.kl:cosmos-1.0-diffusion",
    "flux1dev": "model.dit.flux-1:dev",
    "flux1schnell": "model.dit.flux-1:schnell",
    "hunyuandit10": "model.dit.hunyuandit:base",
    "hunyuandit11": "model.dit.hunyuandit-1.1:base",
    "hunyuandit12": "model.dit.hunyuandit-1.2:base",
    "hunyuanvideoimagetovideo720p": "model.dit.hunyuanvideo:i2v",
    "hunyuanvideot2v720p": "model.dit.hunyuanvideo:base",
    "hunyuanvideovae": "model.vae.kl:hunyuanvideo",
    "ltx219bdev": "model.dit.ltx-2:19b-dev",
    "ltx2322bdev": "model.dit.ltx-2.3:22b-dev",
    "ltx25videovae": "model.vae.ltx-2-video:ltx-2.5",
    "ltxv13b097dev": "model.dit.ltx-video:13b-0.9.7-dev",
    "ltxv13b097distilled": "model.dit.ltx-video:13b-0.9.7-distilled",
    "ltxv13b098distilled": "model.dit.ltx-video:13b-0.9.8-distilled",
    "ltxv2b098distilled": "model.dit.ltx-video:2b-0.9.8-distilled",
    "ltxvideo2bv09": "model.dit.ltx-video:0.9",
    "ltxvideo2bv091": "model.dit.ltx-video:0.9.1",
    "ltxvideo2bv095": "model.dit.ltx-video:0.9.5",
    "omnigen2": "model.dit.omnigen2:base",
    "pixartsigmaxl21024ms": "model.dit.pixart-sigma:xl-2-1024-ms",
    "qwen25vl7b": "model.vit.qwen2.5-vl:qwen-image",
    "qwenimage": "model.dit.qwen-image:base",
    "qwenimageedit": "model.dit.qwen-image-edit:base",
    "qwenimageedit2509": "model.dit.qwen-image-edit:2509",
    "qwenimagevae": "model.vae.kl:qwen-image",
    "sdxlbase10": "model.unet.stable-diffusion-xl:base",
    "sdxlrefiner10": "model.unet.stable-diffusion-xl:refiner",
    "sdxlturbo10": "model.unet.stable-diffusion-xl:turbo",
    "sdxlvae": "model.vae.kl:stable-diffusion-xl",
    "stablecascadestageb": "model.unet.stable-cascade:decoder",
    "stablecascadestagec": "model.unet.stable-cascade:prior",
    "stageb": "model.unet.stable-cascade:decoder",
    "stagec": "model.unet.stable-cascade:prior",
    "svd": "model.unet.stable-video-diffusion:img2vid",
    "svdxt": "model.unet.stable-video-diffusion:img2vid-xt",
    "t5xxl": "model.transformer.t5-xxl:flux-1",
    "umt5xxl": "model.transformer.umt5-xxl:wan-2.1",
    "v15prunedemaonly": "model.unet.stable-diffusion-1.5:base",
    "v21512emapruned": "model.unet.stable-diffusion-2.1:512-base",
    "v21768emapruned": "model.unet.stable-diffusion-2.1:768-v",
    "vaeftmse840000emapruned": "model.vae.kl:stable-diffusion-1.5",
    "wan21i2v480p14b": "model.dit.wan-2.1:i2v-14b-480p",
    "wan21i2v720p14b": "model.dit.wan-2.1:i2v-14b-720p",
    "wan21t2v13b": "model.dit.wan-2.1:t2v-1.3b",
    "wan21t2v14b": "model.dit.wan-2.1:t2v-14b",
    "wan21vae": "model.vae.wan:wan-2.1",
    "wan22i2vhighnoise14b": "model.dit.wan-2.2:i2v-a14b",
    "wan22i2vlownoise14b": "model.dit.wan-2.2:i2v-a14b",
    "wan22t2vhighnoise14b": "model.dit.wan-2.2:t2v-a14b",
    "wan22t2vlownoise14b": "model.dit.wan-2.2:t2v-a14b",
    "wan22ti2v5b": "model.dit.wan-2.2:ti2v-5b",
}
# The same for adapters that come as a file for each number of steps: how their names begin.
_BEGINNINGS = {
    "dmd2sdxl": "model.lora.dmd:stable-diffusion-xl",
    "hyperflux1dev": "model.lora.hyper:flux-1",
    "hypersd15": "model.lora.hyper:stable-diffusion-1.5",
    "hypersd3": "model.lora.hyper:stable-diffusion-3",
    "hypersdxl": "model.lora.hyper:stable-diffusion-xl",
    "qwenimagelightning": "model.lora.lightning:qwen-image",
    "sdxllightning": "model.lora.lightning:stable-diffusion-xl",
}
# Words of file names that tell only of packing, beyond those of titles.
_PACKING = re.compile(r"[-_.](?:e4m3fn|e5m2|scaled|convrot|comfy|fp16|fp32|bf16)(?=$|[-_.])", re.IGNORECASE)
# Names that every other repository has too: the title of the repository tells more.
_USUAL = re.compile(r"(?:diffusion_pytorch_model|pytorch_lora_weights|pytorch_model|model|last|decoder)(?=$|[-_.])")
# Words of packing that are no token of a precision.
_PRECISIONS = {"fp16": "f16", "fp32": "f32", "fp8": "f8"}
# Where a row has this in the place of a file, it is of a whole repository.
_WHOLE = "<huggingface>"
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def read(package: Package, known: Known) -> Harvest:
    """Read the list: an item for each file, those of one model in one repository joined."""
    harvest = Harvest()
    shown_path = f"{package.name}/{_PATH}"
    rows = parse_json(package.read(_PATH), shown_path).get("models")
    if not isinstance(rows, list) or not rows:
        raise InputError("the file has no list of models: its layout changed", file=shown_path)
    items: dict[str, Item] = {}
    bases: dict[str, Item] = {}
    for number, row in enumerate(rows, 1):
        item = _item(row if isinstance(row, dict) else {}, f"{_PATH}#{number}", known, harvest)
        if item is not None:
            first = items.setdefault(item.key, item)
            first.parts.update(item.parts)
            base = as_text(row.get("base", "")) if isinstance(row, dict) else ""
            if base in _BASES:
                bases.setdefault(base, _base_item(base, item.place))
    if not items:
        raise InputError("the list has no row of a known form: its layout changed", file=shown_path)
    harvest.items += [*items.values(), *bases.values()]
    return harvest


def _base_item(base: str, place: str) -> Item:
    """Make the item of a base, a family that adapters are for."""
    family = MirId.parse(f"mir:{_BASES[base]}")
    item = Item(f"comfyui-manager:{base}", place, "Info", family.architecture, family.series, label=base)
    item.inferred.add(MIR.alias)
    return item.alias(str(family))


def _item(row: dict[str, object], place: str, known: Known, harvest: Harvest) -> Item | None:
    said = {name: as_text(row.get(name, "")) for name in ("name", "type", "base", "save_path", "filename", "url")}
    file = said["name"] if said["filename"] == _WHOLE else said["filename"]
    key = f"comfyui-manager:{shown(said['save_path'])}/{shown(file)}"
    is_whole = said["filename"] == _WHOLE
    checked = {**said, "filename": said["name"]} if is_whole else said
    wrong = next((found for found in map(fault, checked.values()) if found), None)
    address = _REPOSITORY if is_whole else _ADDRESS
    if wrong or "/" in said["filename"] or not address.fullmatch(said["url"]):
        comment = f"A row has a name, a kind, a base, a file or an address that is none: {wrong or 'see the address'}."
        harvest.find(key, "filename", "garbage-id", shown(said["name"]), comment, place)
        return None
    where = place_of(said["url"])
    title = _title("model" if is_whole else said["filename"], where)
    item = _named(said, key, place, title, where)
    if item is None:
        comment = f"Nobody has looked at models of type {said['type']} and base {said['base']} yet; it is left out."
        harvest.find(key, "type", "unknown-reference", said["name"], comment, place)
        return None
    if where is not None:
        is_all = same_name(unpacked(where.title)) == same_name(title)
        item.repository(where.repository, where.host, joins=is_all and where.host == HUB)
        # What differs only in how it is packed is one model; nothing else has a key like this.
        item.alias(f"{repository_key(where.repository, where.host)}#{said['type']}/{token(title)}")
    if not is_whole:
        _add_file(item, said, where, known)
    return item


def _named(said: dict[str, str], key: str, place: str, title: str, where: Place | None) -> Item | None:
    """Give a model its family: that of its base, its own title, or of an adapter what it is for."""
    base = _BASES.get(said["base"])
    family = MirId.parse(f"mir:{base}") if base else None
    owner = where.repository.partition("/")[0] if where else None
    entry = _entry_of(title)
    kind = _KINDS.get(said["type"], _Kind("Model"))
    if entry is not None:
        item = Item(
            key,
            place,
            kind.name,
            entry.architecture,
            entry.series,
            entry.compatibility,
            label=said["name"],
            owner=owner,
        ).alias(str(entry))
        if kind.name == "Adapter" and family is not None:
            item.link(MIR.adapterFor, str(family))
        return item
    if said["type"] == _TINY:
        if family is None:
            return None
        tiny = Item(key, place, "Model", "vae", "tae", family.series, label=said["name"], owner=owner)
        return tiny.alias(f"mir:model.vae.tae:{family.series}")
    if kind.name == "Adapter":
        if family is None:
            return None
        item = Item(key, place, "Adapter", kind.architecture, title, family.series, label=said["name"], owner=owner)
        item.link(MIR.adapterFor, str(family))
        return item
    if kind.is_of_base and family is not None:
        return Item(key, place, "Model", family.architecture, family.series, title, label=said["name"], owner=owner)
    split = split_title(title)
    item = Item(key, place, "Model", kind.architecture, split.series, split.release, label=said["name"], owner=owner)
    if kind.architecture:
        item.inferred.add(MIR.architecture)
    return item


def _title(filename: str, where: Place | None) -> str:
    """Return what a file is called, without words of packing; for a usual name, its repository and folder."""
    stem = PurePosixPath(filename).stem
    usual = _USUAL.match(stem)
    if usual and where is not None:
        folder = PurePosixPath(where.path).parent.name
        part = "" if folder in ("", "unet") else f"-{folder}"
        stem = where.title + part + stem[usual.end() :]
    return unpacked(_PACKING.sub("", stem))


def _entry_of(title: str) -> MirId | None:
    """Return the entry that a person found for files of a name."""
    name = same_name(title)
    found = _ENTRIES.get(name) or next((entry for start, entry in _BEGINNINGS.items() if name.startswith(start)), None)
    return MirId.parse(f"mir:{found}") if found else None


def _add_file(item: Item, said: dict[str, str], where: Place | None, known: Known) -> None:
    name = where.path if where and ".." not in where.path.split("/") else said["filename"]
    words = split_title(PurePosixPath(said["filename"]).stem).packing
    precisions = (_PRECISIONS.get(word, word) for word in words)
    precision = next((word for word in precisions if word in known.concepts.get("precision", ())), None)
    kind = "safetensors" if said["filename"].endswith(".sft") else file_format(said["filename"])
    # Several publish a file of one name.
    unique = f"{where.repository}-{name}" if where else None
    item.file(name, url=said["url"], kind=kind, precision=precision, key=unique)


SOURCE = Source(
    name="comfyui-manager",
    title="ComfyUI-Manager",
    description="Files of models that users of ComfyUI install: kind, base, repository and address, from its list.",
    licence="GPL-3.0-only",
    origin="git:Comfy-Org/ComfyUI-Manager",
    page=f"https://github.com/Comfy-Org/ComfyUI-Manager/blob/{{revision}}/{_PATH}",
    rank=65,
    read=read,
    overlay_only=True,
)
