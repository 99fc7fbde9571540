"""Rows of LocalAI's gallery that are of one model, put together by the repositories and files that they name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from mirld.harvest.items import HUB, Harvest, repository_key
from mirld.harvest.naming import same_name
from mirld.harvest.sources.localai.rows import GITHUB, ListedFile, ListedModel
from mirld.harvest.titles import (
    is_packager,
    is_plain,
    owner_of,
    packed_from,
    plain_title,
    unpacked_title,
    without_recipe,
)

# Repositories of the hub that hold many models: there the row names the model, or else the file does.
COLLECTIONS = frozenset(
    [
        "antirez/deepseek-v4-gguf",
        "audio-cpp/audio.cpp-gguf",
        "chuckmcsneed/flux.1-dev",
        "comfy-org/flux2-dev",
        "comfy-org/ideogram-4",
        "comfy-org/wan_2.1_comfyui_repackaged",
        "comfyanonymous/flux_text_encoders",
        "ggerganov/whisper.cpp",
        "ggml-org/whisper-vad",
        "localai-community/piper-voices-gguf",
        "localai-io/localvqe",
        "mudler/ced-gguf",
        "mudler/depth-anything.cpp-gguf",
        "mudler/face-detect-gguf",
        "mudler/magpie-tts.cpp-gguf",
        "mudler/parakeet-cpp-gguf",
        "mudler/vibevoice.cpp-models",
        "mudler/voice-detect-gguf",
        "pabannier/sam3.cpp",
        "realrebelai/minimax-h3_ggufs",
        "rhasspy/piper-voices",
        "serveurperso/qwen3-tts-gguf",
        "unsloth/ltx-2.3-gguf",
    ]
)
# In these the file says less than the row.
_BY_ROW = frozenset(
    [
        "antirez/deepseek-v4-gguf",
        "ggml-org/whisper-vad",
        "mudler/depth-anything.cpp-gguf",
        "mudler/parakeet-cpp-gguf",
        "unsloth/ltx-2.3-gguf",
    ]
)
# What a row says of the program that runs it, and not of the model.
_PROGRAM = re.compile(r"^parakeet-cpp-(?=nemotron)|-(?:cpp|ggml|q\d|ssd|mtp)(?=-|$)")
_STEMS = (
    (re.compile(r"^(?:voice|vits-piper|piper)-|^(?=[a-z]{2,3}_[A-Z]{2}-)"), "Piper-"),
    (re.compile(r"^ggml-"), "whisper-"),
    (re.compile(r"^qwen-talker-"), "Qwen3-TTS-12Hz-"),
)
_EARLY_VOICE = re.compile(r"Piper-(?![a-z]+_[A-Z])")
_QUANT = re.compile(r"[._](?=(?:i1-)?(?:i?q\d|b?f(?:p)?(?:16|32)|int8)(?:[_.-]|$))", re.IGNORECASE)


@dataclass(slots=True)
class Group:
    """One model: `title` as it is printed, `original` the repository of who made it.

    `repositories` says of each whether it holds nothing else; `hosted` are repositories of GitHub, which hold more.
    `implied` is the original that the title of a packed one names.
    """

    title: str
    rows: list[ListedModel] = field(default_factory=list)
    files: list[ListedFile] = field(default_factory=list)
    repositories: dict[str, bool] = field(default_factory=dict)
    hosted: list[str] = field(default_factory=list)
    original: str | None = None
    owner: str | None = None
    implied: str | None = None


@dataclass(slots=True)
class _Claim:
    """What one row, or one further file of it, is of: `keys` are what others may share with it."""

    row: ListedModel
    title: str
    files: list[ListedFile]
    keys: set[str]
    repositories: dict[str, bool]
    original: str | None
    implied: str | None


def group(rows: list[ListedModel], owners: Iterable[str], harvest: Harvest, digests: frozenset[str]) -> list[Group]:
    """Put the rows of one model together.

    `owners` are those that the registry knows, in lower case, `digests` the SHA-256 of the files that it knows: what a
    row brings along may be one of those.
    """
    listed = {owner_of(name) for row in rows for name in row.listed if not is_packager(name)}
    known = listed | set(owners)
    claims = [claim for row in rows for claim in _claims(row, known, digests, harvest)]
    _share_titles(claims)
    return [_group(members) for members in _joined(claims)]


def _claims(row: ListedModel, owners: set[str], digests: frozenset[str], harvest: Harvest) -> list[_Claim]:
    """Divide a row into the model and the models that it brings along, each with the files that are of it."""
    first = _claim(row, row.main, owners)
    if first is None:
        return []
    claims = [first]
    for file in row.files:
        if file is row.main or (file.digest not in digests and _belongs(file, first, row)):
            first.files.append(file)
            continue
        further = replace(row, key=f"{row.key}/{file.stem}", main=file, model="", is_brought=True)
        claim = _claim(further, file, owners, is_apart=file.digest in digests)
        if claim is None:
            continue
        same = next((other for other in claims if same_name(other.title) == same_name(claim.title)), None)
        if same is None:
            claims.append(claim)
        (same or claim).files.append(file)
        if same is not None:
            same.repositories.update({name: alone for name, alone in claim.repositories.items() if alone})
            same.keys |= claim.keys
    taken = {name for claim in claims for name in claim.repositories}
    taken |= {file.place.repository for file in row.files if file.place is not None}
    left = [name for name in row.listed if name not in taken]
    if left and "urls" not in row.inherited:
        comment = "By its title it is of another model, and the row does not say how the two are related."
        harvest.find(row.key, "urls", "wrong-repository", ", ".join(left), comment, row.place)
    return claims


def _claim(row: ListedModel, main: ListedFile | None, owners: set[str], *, is_apart: bool = False) -> _Claim | None:
    """Say which model a file is, or the row where it has none; None when nothing names a place or a digest.

    A file that `is_apart` is of another model than the rest of its repository.
    """
    name = row.repository
    if main is not None and is_apart:
        return _Claim(row, _title_in_collection(row, main), [], {f"sha256:{main.digest}"}, {}, None, None)
    if main is not None and (name is None or name.lower() in COLLECTIONS):
        title = _title_in_collection(row, main)
    elif name is not None:
        title = plain_title(name, owners)
    else:
        return None
    wanted = same_name(title)
    same = [each for each in row.listed if same_name(plain_title(each, owners)) == wanted]
    repositories = {each: True for each in [*same, *([name] if name else [])] if each.lower() not in COLLECTIONS}
    shared = [name, *([] if row.is_brought else row.listed)]
    repositories |= {each: False for each in shared if each and each.lower() in COLLECTIONS}
    alone = [each for each, mine in repositories.items() if mine]
    original = next((each for each in alone if not is_packager(each) and is_plain(each)), None)
    original = original or next((each for each in alone if not is_packager(each)), None)
    implied = packed_from(name, owners) if alone and name and original is None else None
    keys = {repository_key(each) for each in [*alone, *([implied] if implied else [])]}
    if name is None or name.lower() in COLLECTIONS:
        keys.add(f"collection:{wanted}")
        title = plain_title(same[0], owners) if same else title
    if main is not None and main.digest is not None:
        keys.add(f"file:{main.url}")
    return _Claim(row, title, [], keys, repositories, original, implied)


def _title_in_collection(row: ListedModel, main: ListedFile) -> str:
    """Name a model by its file, or by its row where that says more."""
    place = main.place
    repository = place.repository.lower() if place is not None else ""
    if not row.is_brought and (repository in _BY_ROW or not main.is_weights):
        return unpacked_title(_PROGRAM.sub("", row.name))
    stem = without_recipe(_QUANT.sub("-", main.stem))
    for pattern, instead in _STEMS:
        stem = pattern.sub(instead, stem, count=1)
    # Voices of the first release spell their languages in another way, and are other files than those after it.
    if (
        stem.startswith("Piper-")
        and place is not None
        and place.host == GITHUB
        and not re.match(r"Piper-[a-z]+_", stem)
    ):
        stem = f"{stem}-{place.tag}"
    return unpacked_title(stem)


def _belongs(file: ListedFile, claim: _Claim, row: ListedModel) -> bool:
    """Say whether a further file is of the model of the row: out of its repository, or called like it."""
    if file.place is None or (row.main is not None and row.main.place is None):
        return True
    main = (row.main.place.host, row.main.place.repository) if row.main and row.main.place else (HUB, row.repository)
    if (file.place.host, file.place.repository) == main:
        shared = file.place.repository.lower() in COLLECTIONS or file.place.host == GITHUB
        return not (shared and file.is_weights and row.main is not None and file.stem != row.main.stem)
    title = same_name(claim.title)
    called = same_name(unpacked_title(_QUANT.sub("-", file.stem)))
    is_helper = not file.is_weights and title in same_name(file.stem)
    return called == title or is_helper or file.place.repository in claim.repositories


def _share_titles(claims: list[_Claim]) -> None:
    """Let what is only packed share the key of the one original of its title, or of others that pack the same."""
    originals: dict[str, set[str]] = defaultdict(set)
    for claim in claims:
        if whose := claim.original or claim.implied:
            originals[same_name(claim.title)].add(repository_key(whose))
    for claim in claims:
        if claim.original is None and claim.implied is None and all(map(is_packager, claim.repositories)):
            title = same_name(claim.title)
            found = originals.get(title, set())
            claim.keys.add(next(iter(found)) if len(found) == 1 else f"title:{title}")


def _joined(claims: list[_Claim]) -> Iterator[list[_Claim]]:
    """Give the claims that share a key, or share one with such, in order of their first."""
    leader: dict[str, str] = {}

    def lead(key: str) -> str:
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    for claim in claims:
        keys = sorted(claim.keys)
        for key in keys[1:]:
            leader[lead(key)] = lead(keys[0])
    found: dict[str, list[_Claim]] = defaultdict(list)
    for claim in claims:
        found[lead(min(claim.keys))].append(claim)
    yield from found.values()


def _group(claims: list[_Claim]) -> Group:
    first = next((claim for claim in claims if claim.original), claims[0])
    title = plain_title(first.original) if first.original else first.title
    result = Group(
        title, original=first.original, implied=next((each.implied for each in claims if each.implied), None)
    )
    for claim in claims:
        if not claim.row.is_brought:
            result.rows.append(claim.row)
        result.files += claim.files
        for name, mine in claim.repositories.items():
            result.repositories[name] = result.repositories.get(name, mine) and mine
        for file in claim.files:
            if file.place is not None and file.place.host == GITHUB and file.place.repository not in result.hosted:
                result.hosted.append(file.place.repository)
    if not result.rows:
        result.rows = [replace(claim.row, licence="", tags=frozenset(), uses=frozenset()) for claim in claims[:1]]
    whose = result.original or result.implied or next(iter(result.repositories), None)
    result.owner = whose.partition("/")[0] if whose else None
    return result
