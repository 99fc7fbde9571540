"""Titles of repositories read beside what the registry has: whose model it is, of which family, which release.

Some owners publish what others trained, packed for other programs. Their repositories are places of the model, and
their titles say of which: the title, without the words of packing and without the owner that some put before it.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from mirld.harvest.items import Item, repository_key
from mirld.harvest.known import Known
from mirld.harvest.naming import same_name, split_title, title_key, token, unpacked
from mirld.harvest.works import family
from mirld.vocab import MIR

# Families that their makers number behind a word that is a size elsewhere.
_NUMBERED = re.compile(r"(?:mistral-(?:small|medium|large)-\d(?:\.\d)?|mistral-nemo)(?=-|$)", re.IGNORECASE)
# How tuners shorten the family that they started from, as the first word of a title.
_SHORT = {"l3": "Llama-3", "l3.1": "Llama-3.1", "l3.2": "Llama-3.2", "l3.3": "Llama-3.3", "mn": "Mistral-Nemo"}
# The name of a recipe for packing, and of what else it keeps.
_RECIPE = re.compile(
    r"^sherpa-onnx-|[-_.](?:APEX(?:[-_]TQ)?(?:[-_]MTP)?|MXFP4_MOE|OV|OpenVINO|UD|IQ|ARM|Imatrix-Request|llama[-_.]cpp|cpp)(?=[-_.]|$)",
    re.IGNORECASE,
)
_EXPERTS = re.compile(r"(?:^|[-_ .])(?:\d+x\d+(?:\.\d+)?[bm]|a\d+(?:\.\d+)?[bm]|moe)(?=$|[-_ .])", re.IGNORECASE)
# Of families that came to see, what the registry has may be those; smaller ones of the family only read and write.
_TEXT_ONLY = frozenset(("llama32",))
# Owners that changed their name: the hub leads from the old one to the new.
_RENAMED = {
    "cognitivecomputations": "dphn",
    "cohereforai": "coherelabs",
    "thudm": "zai-org",
}
# Which architecture a family has whose models are of several.
_ORDER = ("art", "vit", "moe", "aet", "dit", "unet", "stst", "cnn", "dpt", "detr", "gan", "vae", "transformer")
# Diffusion models of the first years.
_UNETS = re.compile(r"stable-diffusion-(?!3)|sd-(?!3)|sdxl|kolors", re.IGNORECASE)
# Embeddings that are the inside of a model that writes.
_DECODERS = re.compile(r"qwen|llama|mistral|nemotron|minicpm|gemma2|jina-embeddings-v4", re.IGNORECASE)
_SEES = re.compile(
    r"(?:^|[-_ .])(?:vl|vision|vlm|llava|ocr)(?=$|[-_ .\d])|llava|internvl|smolvlm|moondream", re.IGNORECASE
)


class Name(NamedTuple):
    """What a title comes to: `series` and `release` as an Item takes them, `label` for people."""

    series: str
    release: str | None
    label: str


def owner_of(repository: str) -> str:
    """Return the owner in the name of a repository, in lower case.

    >>> owner_of("Qwen/Qwen3-8B")
    'qwen'
    """
    return repository.partition("/")[0].lower()


def is_packager(repository: str) -> bool:
    """Say whether the owner of a repository is known to pack the models of others.

    >>> is_packager("bartowski/Qwen_Qwen3-8B-GGUF"), is_packager("Qwen/Qwen3-8B-GGUF")
    (True, False)
    >>> is_packager("nvidia/Qwen3-8B-NVFP4"), is_packager("nvidia/Cosmos-Reason1-7B")
    (True, False)
    """
    owner, owners = owner_of(repository), _packagers()
    return owner in owners["always"] or (owner in owners["sometimes"] and not is_plain(repository))


def is_plain(repository: str) -> bool:
    """Say whether the title of a repository has no word of packing."""
    title = repository.rpartition("/")[2]
    return same_name(unpacked(title)) == same_name(title)


def packed_from(repository: str, owners: Iterable[str]) -> str | None:
    """Return the repository that a title of the form owner_title names, when that owner is one of `owners`.

    >>> packed_from("bartowski/Qwen_Qwen3-8B-GGUF", {"qwen"}), packed_from("bartowski/Nera_Noctis-12B-GGUF", {"qwen"})
    ('Qwen/Qwen3-8B', None)
    >>> packed_from("DevQuasar/deepseek-ai.DeepSeek-V3.2-GGUF", {"deepseek-ai"})
    'deepseek-ai/DeepSeek-V3.2'
    """
    if not is_packager(repository):
        return None
    title = repository.rpartition("/")[2]
    for found in re.finditer(r"[._]", title):
        owner, rest = title[: found.start()], title[found.end() :]
        if owner.lower() in owners and rest:
            return f"{owner}/{unpacked_title(rest)}"
    return None


def unpacked_title(title: str) -> str:
    """Return a title without the words of packing, its own marks between words kept.

    >>> unpacked_title("Fiendish_LLAMA_3B-GGUF"), unpacked_title("Qwen2.5-7B-Instruct-Q4_K_M-GGUF")
    ('Fiendish_LLAMA_3B', 'Qwen2.5-7B-Instruct')
    """
    wanted = same_name(unpacked(title))
    at = next((at for at in range(len(title), 0, -1) if same_name(title[:at]) == wanted), 0)
    return title[:at].strip("-_. ") or unpacked(title)


def plain_title(repository: str, owners: Iterable[str] = ()) -> str:
    """Return the title of the model in a repository: no words of packing, and no owner before it.

    >>> plain_title("bartowski/Qwen_Qwen3-8B-GGUF", {"qwen"}), plain_title("TheBloke/Llama-2-7B-AWQ")
    ('Qwen3-8B', 'Llama-2-7B')
    """
    title = (packed_from(repository, owners) or repository).rpartition("/")[2]
    return unpacked_title(without_recipe(title) if is_packager(repository) else title)


def without_recipe(title: str) -> str:
    """Return a title without the names of recipes for packing.

    >>> without_recipe("Qwen3.6-35B-A3B-APEX-MTP-GGUF"), without_recipe("Qwen3-Coder-Next-MXFP4_MOE-GGUF")
    ('Qwen3.6-35B-A3B-GGUF', 'Qwen3-Coder-Next-GGUF')
    """
    return _RECIPE.sub("", title)


def read_title(title: str, known: Known) -> Name:
    """Divide a title into series and release, as `works.toml` says, or else by its words.

    A series that the registry has wins where it is the longer one.
    """
    label = unpacked_title(title)
    told = family(label)
    if told is not None and told.series is not None:
        return Name(told.series, told.release, label)
    words = unpacked(title).split("-")
    if words[0].lower() in _SHORT and len(words) > 1:
        return Name(_SHORT[words[0].lower()], "-".join(words[1:]), label)
    found = split_title(title)
    plain = "-".join(words)
    if numbered := _NUMBERED.match(plain):
        return Name(numbered[0], plain[numbered.end() :].strip("-") or None, label)
    for count in range(len(words), len(found.series.split("-")), -1):
        if same_name("-".join(words[:count])) in known.series:
            return Name("-".join(words[:count]), "-".join(words[count:]) or None, label)
    return Name(found.series, found.release, label)


def architecture(title: str, tasks: Iterable[str]) -> str | None:
    """Conclude how a model is built from its title and from what it does; None when they do not tell.

    >>> architecture("Qwen3-8B", ["text-generation"]), architecture("bge-m3", ["feature-extraction"])
    ('art', 'aet')
    """
    done = set(tasks)
    if done & {"text-generation", "image-text-to-text", "audio-text-to-text", "any-to-any"}:
        return "vit" if can_see(title) else "moe" if has_experts(title) else "art"
    if done & {"feature-extraction", "sentence-similarity", "text-ranking"}:
        return "vit" if can_see(title) else "art" if _DECODERS.search(title) else "aet"
    if done & {"image-to-image", "image-to-video", "text-to-image", "text-to-video"}:
        return "unet" if _UNETS.match(title) else "dit"
    return None


def has_experts(title: str) -> bool:
    """Say whether a title tells of experts.

    >>> has_experts("Mixtral-8x7B-v0.1"), has_experts("Qwen3-30B-A3B"), has_experts("Qwen3-8B")
    (True, True, False)
    """
    return _EXPERTS.search(title) is not None


def can_see(title: str) -> bool:
    """Say whether a title tells of pictures as input.

    >>> can_see("Qwen2.5-VL-7B"), can_see("InternVL3-8B"), can_see("Qwen3-8B")
    (True, True, False)
    """
    return _SEES.search(title) is not None


def join_by_title(item: Item, repositories: Iterable[str], title: str, known: Known) -> None:
    """Give an item the keys that its titles tell of: those of the same model, packed by its owner or by others.

    It is the one entry whose repository has its title, when both are of one owner or one of the two is nothing but
    packed. What is joined by that is concluded, and the evidence of the entry says so.
    """
    mine = list(repositories)
    there = {repository_key(name) for name in mine}
    told = {key for name in mine if (key := renamed(name)) is not None}
    for name in mine:
        if not is_packager(name) and not is_plain(name):
            told.add(repository_key(f"{owner_of(name)}/{plain_title(name)}"))
    theirs = known.titles.get(title_key(title))
    if theirs:
        owners = {plain_owner(owner_of(name)) for name in mine}
        is_same = any(plain_owner(owner_of(name)) in owners for name in theirs.repositories)
        if is_same or all(map(is_packager, mine)) or all(map(is_packager, theirs.repositories)):
            told.add(theirs.key)
    told -= there
    item.keys += sorted(key for key in told if key.startswith("hf:"))
    item.keys += sorted(key for key in told if not key.startswith("hf:"))
    if not any(key in known.by_key for key in there) and any(key in known.by_key for key in told):
        item.inferred.add(str(MIR.repository))


def plain_owner(owner: str) -> str:
    """Return the name that an owner goes by today, in lower case, as the hub leads on from the old one.

    >>> plain_owner("THUDM"), plain_owner("Qwen")
    ('zai-org', 'qwen')
    """
    return _RENAMED.get(owner.lower(), owner.lower())


def renamed(repository: str) -> str | None:
    """Return the key of a repository under the name that its owner has today, where that is another one."""
    owner, _, title = repository.partition("/")
    today = plain_owner(owner)
    return repository_key(f"{today}/{title}") if today != owner.lower() else None


def settle(items: Iterable[Item], known: Known) -> list[Item]:
    """Let the models of a new series have one architecture, and those of a known one its own; return series to add.

    What `works.toml` says of a family comes first. What an item was concluded to be besides is stated of it, as
    concluded.
    """
    items = list(items)
    added: dict[str, Item] = {}
    members: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        _look_up(item)
        name = same_name(item.series)
        if item.kind == "Model" and (item.architecture is not None or len(known.families(name)) > 1):
            members[name].append(item)
    for name, found in sorted(members.items()):
        spellings = Counter(item.series for item in found)
        spelt = min(spellings, key=lambda text: (-spellings[text], -text.count("-"), text))
        there = [path.split("/")[1] for path in known.families(name)]
        wanted = {item.architecture for item in found if item.architecture is not None}
        if name in _TEXT_ONLY and there and not wanted & set(there):
            first = found[0]
            scheme = first.key.partition(":")[0]
            added[name] = Item(
                key=f"{scheme}:series/{token(first.series)}",
                place=first.place,
                kind="Info",
                architecture="art",
                series=first.series,
            )
            there = [*there, "art"]
        for item in found:
            item.series = spelt
            guess = item.architecture or ("moe" if has_experts(item.label or "") else None)
            choices = there or sorted(wanted, key=_rank)[:1]
            item.architecture = guess if guess in choices else min(choices, key=_rank, default=None)
            if guess == "moe" and item.architecture != "moe":
                item.concept(MIR.architecture, "architecture", "moe")
                item.inferred.add(str(MIR.architecture))
            if len(there) == 1:
                item.architecture = None
    return list(added.values())


def _look_up(item: Item) -> None:
    told = family(item.label or "") if item.kind == "Model" else None
    if told is not None:
        # Of a family that reads or sees, some have experts besides, as their own titles tell.
        if item.architecture != "moe" or told.architecture not in ("art", "vit"):
            item.architecture = told.architecture
        item.inferred.add(str(MIR.architecture))
        item.grounds.add(told.source)


def _rank(architecture: str) -> tuple[int, str]:
    return (_ORDER.index(architecture) if architecture in _ORDER else len(_ORDER), architecture)


def names_hub(name: str) -> bool:
    """Say whether a text is the name of a repository of the hub, with its owner.

    >>> names_hub("Qwen/Qwen3-8B"), names_hub("Qwen/Qwen3 8B"), names_hub("datasets/a/b")
    (True, False, False)
    """
    return re.fullmatch(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", name, re.ASCII) is not None


@cache
def _packagers() -> dict[str, frozenset[str]]:
    table = tomllib.loads((files("mirld.harvest") / "packagers.toml").read_text(encoding="utf-8"))
    return {when: frozenset(owners) for when, owners in table.items()}
