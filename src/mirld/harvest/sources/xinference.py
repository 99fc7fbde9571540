"""Xinference: families of models with every repository they are published in, packed or not, and their classes.

Of the hosts that it names, the hub and ModelScope are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mirld.errors import InputError
from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import HUB, Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.naming import title_key
from mirld.harvest.package import Package, parse_json_list
from mirld.harvest.source import Source
from mirld.harvest.titles import (
    Name,
    architecture,
    is_packager,
    join_by_title,
    names_hub,
    owner_of,
    plain_title,
    read_title,
    settle,
)
from mirld.vocab import MIR

MODELSCOPE = "modelscope.cn"

_HOSTS = {"huggingface": HUB, "modelscope": MODELSCOPE}
_FILES: dict[str, tuple[str, ...]] = {
    "xinference/model/llm/llm_family.json": (),
    "xinference/model/audio/model_spec.json": (),
    "xinference/model/embedding/model_spec.json": ("feature-extraction", "sentence-similarity"),
    "xinference/model/image/model_spec.json": (),
    "xinference/model/rerank/model_spec.json": ("text-ranking",),
    "xinference/model/video/model_spec.json": (),
}
"""The lists, and the tasks of all that each holds; none where the families say their own."""

_TASKS = {
    "audio": "audio-text-to-text",
    "audio2text": "automatic-speech-recognition",
    "chat": "text-generation",
    "firstlastframe2video": "image-to-video",
    "generate": "text-generation",
    "image2image": "image-to-image",
    "image2video": "image-to-video",
    "ocr": "image-to-text",
    "omni": "any-to-any",
    "text2audio": "text-to-speech",
    "text2image": "text-to-image",
    "text2music": "text-to-audio",
    "text2video": "text-to-video",
    "vision": "image-text-to-text",
}
# How it talks, and what it can besides: no tasks of their own.
_SILENT = frozenset(
    [
        "hybrid",
        "inpainting",
        "reasoning",
        "speaker_embedding",
        "text2audio_emotion_control",
        "text2audio_voice_cloning",
        "text2audio_voice_design",
        "text2audio_zero_shot",
        "tools",
    ]
)
# Classes that come with the weights and are none of transformers, as of its version 5.24.
_NOT_IN_TRANSFORMERS = frozenset(
    [
        "BaichuanForCausalLM",
        "BailingMoeV3ForCausalLM",
        "ChatGLMForConditionalGeneration",
        "ChatGLMModel",
        "InternLM3ForCausalLM",
        "InternVLChatModel",
        "KimiK25ForConditionalGeneration",
        "MiniCPMForCausalLM",
        "MiniCPMV",
        "OrionForCausalLM",
        "Ovis",
        "QWenLMHeadModel",
        "Qwen2_5OmniModel",
        "TelechatForCausalLM",
    ]
)
_BRANCHES = frozenset(("", "main", "master"))
_PARAMETER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class _Place:
    host: str
    name: str
    revision: str | None
    title: str


@dataclass(slots=True)
class _Release:
    """One model of a family: `size` as the family has it, `has_class` whether the class of the family opens it."""

    title: str
    size: str
    has_class: bool = False
    places: list[_Place] = field(default_factory=list)


def read(package: Package, known: Known) -> Harvest:
    """Read every family, and describe each of its models with all places that it is published in."""
    harvest = Harvest()
    families = [(path, tasks, family) for path, tasks in _FILES.items() for family in _families(package, path, harvest)]
    known_owners = {key.removeprefix("hf:").partition("/")[0] for key in known.by_key if key.startswith("hf:")}
    makers = known_owners | set(_owners(families))
    divided = [(path, tasks, family, _releases(family, path, makers, harvest)) for path, tasks, family in families]
    if not any(releases for *_, releases in divided):
        raise InputError("no family names a repository: the layout changed", file=package.name)
    owners = {title_key(found.title): found for *_, releases in divided for found in releases if found.has_class}
    for path, _, family, releases in divided:
        _move_strays(family, path, releases, owners, harvest)
    for path, tasks, family, releases in divided:
        harvest.items += _items(path, tasks, family, releases, known, harvest)
    harvest.items += settle(harvest.items, known)
    return harvest


def _families(package: Package, path: str, harvest: Harvest) -> Iterator[dict[str, Any]]:
    for place, family in enumerate(parse_json_list(package.read(path), f"{package.name}/{path}")):
        name = family.get("model_name") if isinstance(family, dict) else None
        problem = fault(name) if isinstance(name, str) else "it is no text"
        if problem or not isinstance(family, dict):
            comment = f"The name of the family is none: {problem}; the family is left out."
            harvest.find(f"xinference:{place}", "model_name", "garbage-id", shown(str(name)), comment, path)
            continue
        yield family
        for part in _list(family.get("controlnet")):
            if isinstance(part, dict) and isinstance(part.get("model_name"), str) and not fault(part["model_name"]):
                source = {"huggingface": {key: part.get(key) for key in ("model_id", "model_revision")}}
                yield {"model_name": f"{name}/{part['model_name']}", "model_src": source, "model_family": "controlnet"}


def _owners(families: list[tuple[str, tuple[str, ...], dict[str, Any]]]) -> Iterator[str]:
    """Give the owners of what is not packed, in lower case: packed titles may begin with them."""
    for *_, family in families:
        for spec in _list(family.get("model_specs")) or [family]:
            source = _mapping(_mapping(spec).get("model_src")).get("huggingface")
            name = str(_mapping(source).get("model_id") or "")
            if names_hub(name) and not is_packager(name):
                yield owner_of(name)


def _releases(family: dict[str, Any], path: str, makers: set[str], harvest: Harvest) -> list[_Release]:
    """Put the specifications of a family together that are of one model, by the titles of their repositories."""
    specs = [spec for spec in _list(family.get("model_specs")) if isinstance(spec, dict)] or [family]
    key = _key(family)
    found: dict[str, _Release] = {}
    # What is not packed comes first, since the other titles are measured by its.
    for spec in sorted(specs, key=lambda spec: spec.get("model_format", "pytorch") != "pytorch"):
        size = str(spec.get("model_size_in_billions", "")).replace("_", ".")
        for place in _places(spec, key, path, makers, harvest):
            release = found.setdefault(title_key(place.title), _Release(place.title, size))
            release.has_class = release.has_class or spec.get("model_format", "pytorch") == "pytorch"
            if all((each.host, each.name) != (place.host, place.name) for each in release.places):
                release.places.append(place)
    if found and not any(release.has_class for release in found.values()):
        next(iter(found.values())).has_class = True
    return list(found.values())


def _places(spec: dict[str, Any], key: str, path: str, makers: set[str], harvest: Harvest) -> Iterator[_Place]:
    sources = spec.get("model_src")
    for source, said in sorted(sources.items() if isinstance(sources, dict) else ()):
        host = _HOSTS.get(source)
        if host is None or not isinstance(said, dict):
            continue
        for field_name in ("model_id", "gguf_model_id"):
            pattern = said.get(field_name)
            if not pattern:
                continue
            kinds = said.get("quantizations") or spec.get("quantizations")
            revision = str(said.get("model_revision") or "")
            for name in _expanded(str(pattern), _list(kinds)):
                if not names_hub(name):
                    comment = "The name is none of a repository; it is left out."
                    harvest.find(key, field_name, "wrong-repository", shown(name), comment, path)
                    continue
                is_pin = revision not in _BRANCHES and fault(revision) is None and not re.search(r"\s", revision)
                pinned = revision if is_pin and field_name == "model_id" and "{" not in str(pattern) else None
                yield _Place(host, name, pinned, plain_title(str(pattern).replace("{quantization}", ""), makers))


def _expanded(pattern: str, kinds: list[Any]) -> list[str]:
    """Write a name for each kind of packing that stands in it."""
    if "{quantization}" not in pattern:
        return [pattern]
    return [pattern.replace("{quantization}", str(kind)) for kind in kinds] or [pattern]


def _move_strays(
    family: dict[str, Any], path: str, releases: list[_Release], owners: dict[str, _Release], harvest: Harvest
) -> None:
    """Take what is only packed, and called like no model of the family, to the model that is called so.

    Where none is, it is a model that others packed, or else left out.
    """
    for release in [release for release in releases if not release.has_class]:
        names = ", ".join(sorted({place.name for place in release.places}))
        owner = owners.get(title_key(release.title))
        if owner is None and all(is_packager(place.name) for place in release.places):
            continue
        releases.remove(release)
        said = f"it is listed for {owner.title} instead" if owner else "it is left out"
        comment = f"By its title it is of no model of the family that names it; {said}."
        harvest.find(_key(family, release.size), "model_src", "wrong-repository", names, comment, path)
        if owner is not None:
            owner.places += [place for place in release.places if place not in owner.places]


def _items(
    path: str, tasks: tuple[str, ...], family: dict[str, Any], releases: list[_Release], known: Known, harvest: Harvest
) -> Iterator[Item]:
    doing = list(tasks) or _tasks(family, path, harvest)
    seen: set[str] = set()
    for release in releases:
        key = _key(family, release.size)
        if key in seen:
            key = f"{key}/{release.title}"
        seen.add(key)
        name = _named(release.title, str(family.get("model_family") or ""), known)
        hub = [place for place in release.places if place.host == HUB]
        first = (hub or release.places)[0]
        adapts = family.get("model_family") == "controlnet"
        item = Item(
            key=key,
            place=path,
            kind="Adapter" if adapts else "Model",
            architecture=_architecture(family, release, doing),
            series=name.series,
            release=name.release,
            label=name.label,
            owner=first.name.partition("/")[0],
        )
        for place in release.places:
            page = None if place.host == HUB else f"https://{MODELSCOPE}/models/{place.name}"
            item.repository(place.name, place.host, revision=place.revision, page=page)
        join_by_title(item, [place.name for place in hub], release.title, known)
        item.concept(MIR.task, "task", *doing)
        _loader(item, family, release)
        if adapts:
            item.link(MIR.adapterFor, f"xinference:{str(family['model_name']).rpartition('/')[0]}")
        for parameter, value in sorted(_mapping(family.get("default_generate_config")).items()):
            if _PARAMETER.fullmatch(parameter) and not isinstance(value, str):
                # What the server is given: some of it, such as max_area, is nothing that the pipeline takes.
                item.setting(parameter, value, "call", scope="xinference")
        yield item
    _find_classes(family, path, releases, harvest)


def _named(title: str, family: str, known: Known) -> Name:
    """Divide a title, where it does not divide itself behind the name of the family that it begins with."""
    name = read_title(title, known)
    begins = family and title.lower().startswith((f"{family}-".lower(), f"{family}_".lower()))
    return Name(family, title[len(family) + 1 :], name.label) if name.release is None and begins else name


def _architecture(family: dict[str, Any], release: _Release, doing: list[str]) -> str | None:
    if family.get("model_family") == "controlnet":
        return "controlnet"
    found = architecture(release.title, doing)
    return "moe" if found == "art" and release.size in _active(family) else found


def _tasks(family: dict[str, Any], path: str, harvest: Harvest) -> list[str]:
    abilities = [str(ability) for ability in _list(family.get("model_ability"))]
    unknown = sorted(set(abilities) - _TASKS.keys() - _SILENT)
    if unknown:
        comment = "The abilities are none that the tasks are told by; nothing is stated of them."
        harvest.find(_key(family), "model_ability", "unknown-reference", shown(", ".join(unknown)), comment, path)
    return sorted({_TASKS[ability] for ability in abilities if ability in _TASKS})


def _loader(item: Item, family: dict[str, Any], release: _Release) -> None:
    classes = _list(family.get("architectures"))
    if len(classes) == 1 and classes[0] not in _NOT_IN_TRANSFORMERS and _opens(str(classes[0]), family, release):
        item.loader("transformers", str(classes[0]))


def _opens(name: str, family: dict[str, Any], release: _Release) -> bool:
    """Say whether a class may open a model: one of experts is for those models of a family that have experts."""
    if not _PARAMETER.fullmatch(name):
        return False
    active = _active(family)
    return "moe" not in name.lower() or not active or release.size in active


def _active(family: dict[str, Any]) -> set[str]:
    """Give the sizes of the family of which only a part takes part in each step."""
    found = set()
    for spec in filter(None, map(_mapping, _list(family.get("model_specs")))):
        size, active = spec.get("model_size_in_billions"), spec.get("activated_size_in_billions")
        if active and active != size:
            found.add(str(size).replace("_", "."))
    return found


def _find_classes(family: dict[str, Any], path: str, releases: list[_Release], harvest: Harvest) -> None:
    classes = [str(name) for name in _list(family.get("architectures"))]
    outside = sorted(set(classes) & _NOT_IN_TRANSFORMERS)
    if outside:
        comment = "The class comes with the weights and is none of transformers; no loader is stated."
        harvest.find(_key(family), "architectures", "unlinked-class", ", ".join(outside), comment, path)
    elif len(classes) > 1:
        comment = "Several classes are named, and not which opens which model; no loader is stated."
        harvest.find(_key(family), "architectures", "unlinked-class", shown(", ".join(classes)), comment, path)
    elif classes:
        other = [release.title for release in releases if not _opens(classes[0], family, release)]
        if other:
            comment = f"The class is for models of experts, which some of the family are not: {', '.join(other)}."
            harvest.find(_key(family), "architectures", "unlinked-class", shown(classes[0]), comment, path)


def _key(family: dict[str, Any], size: str = "") -> str:
    return f"xinference:{family['model_name']}" + (f"/{size}" if size else "")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


SOURCE = Source(
    name="xinference",
    title="Xinference",
    description=(
        "Families of models with the sizes they come in, every repository that they are published in, packed or not,"
        " pinned revisions, tasks and classes, read from the lists of the program."
    ),
    licence="Apache-2.0",
    origin="git:xorbitsai/inference",
    page="https://github.com/xorbitsai/inference/tree/{revision}/xinference/model",
    rank=60,
    read=read,
)
