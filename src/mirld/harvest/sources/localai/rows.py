"""The rows of LocalAI's gallery: what each lists, with its addresses taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from mirld.harvest.cleaning import fault, shown
from mirld.harvest.items import HUB, Harvest, is_sha256
from mirld.harvest.naming import is_size
from mirld.harvest.titles import names_hub
from mirld.harvest.yaml_text import Row

GITHUB = "github.com"

_HUB_FILE = re.compile(r"/([^/]+/[^/]+)/(?:resolve|blob|raw)/([^/]+)/(.+)")
_GITHUB_FILE = re.compile(r"/([^/]+/[^/]+)/(?:releases/download|raw|blob)/([^/]+)/(.+)")
_HELPER = re.compile(r"mmproj|(?:^|/)(?:tokenizer\.|voices[-/]|voice-[^/]*\.(?:gguf|pt|bin)$)", re.IGNORECASE)
_SPLIT = re.compile(r"-\d{5}-of-\d{5}$")
# No models, but pages of the hub with two words as well.
_PAGES = frozenset(("datasets", "spaces", "papers", "collections", "docs", "blog"))
_EXTENSIONS = (".gguf", ".safetensors", ".onnx", ".bin", ".pt", ".ggml", ".zip", ".tar.gz", ".tar.bz2")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is: `name` is its path in the repository, `tag` the revision or release that the address names."""

    host: str
    repository: str
    name: str
    tag: str
    url: str


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a row; `digest` is None where the row has none, or a broken one, which is then a finding."""

    place: Place | None
    url: str
    name: str
    digest: str | None

    @property
    def stem(self) -> str:
        """Its name without folders, extension and number of a part."""
        last = self.name.rpartition("/")[2]
        extension = next((end for end in _EXTENSIONS if last.lower().endswith(end)), "")
        return _SPLIT.sub("", last[: len(last) - len(extension)])

    @property
    def is_weights(self) -> bool:
        """Say whether it may hold weights of its own: neither a table of words nor the sample of a voice."""
        return self.name.lower().endswith(_EXTENSIONS) and not _HELPER.search(self.name)


@dataclass(slots=True)
class ListedModel:
    """One row. `listed` are repositories of the hub that it names, `model` is the one or the file that is to be run.

    `inherited` are the fields that another row said and this one did not change. What a row brings along besides its
    model is a row of its own that `is_brought`.
    """

    name: str
    key: str
    place: str
    listed: list[str]
    model: str
    files: list[ListedFile]
    main: ListedFile | None
    licence: str
    tags: frozenset[str]
    uses: frozenset[str]
    backend: str
    template: str
    inherited: frozenset[str] = field(default_factory=frozenset)
    is_brought: bool = False

    @property
    def repository(self) -> str | None:
        """The repository of the hub that its weights are taken from."""
        if self.main is not None:
            place = self.main.place
            return place.repository if place is not None and place.host == HUB else None
        if _is_repository(self.model, self.listed):
            return self.model
        return self.listed[0] if self.listed else None


def read_row(row: Row, path: str, harvest: Harvest) -> ListedModel | None:
    """Read a row; None and a finding when it has no name that can be one."""
    place = f"{path}:{row.line}"
    name = _text(row.value.get("name"))
    problem = fault(name) or ("it holds spaces" if re.search(r"\s", name) else None)
    if problem:
        comment = f"The name is no name: {problem}; the row is left out."
        harvest.find(f"localai:row-{row.line}", "name", "garbage-id", shown(name), comment, place)
        return None
    key = f"localai:{name}"
    overrides = _mapping(row.value.get("overrides"))
    model = _text(_mapping(overrides.get("parameters")).get("model")).removeprefix("huggingface://")
    # The rows that start from another one mostly give only what differs: what runs is their own or the same.
    taken = frozenset(row.value) - row.own
    files = [file for each in _list(row.value.get("files")) if (file := _file(each, key, place, harvest)) is not None]
    listed = _repositories(row.value.get("urls"), key, place, harvest)
    main = _main(name, model, listed, files)
    if files and main is None and "files" in taken:
        comment = "The files are those of the row that this one starts from, and none is the model that it runs."
        harvest.find(key, "files", "wrong-field", shown(files[0].url), comment, place)
        files = []
    return ListedModel(
        name=name,
        key=key,
        place=place,
        listed=listed,
        model=model,
        files=files,
        main=main,
        licence=_text(row.value.get("license")),
        tags=frozenset(_text(tag).lower() for tag in _list(row.value.get("tags"))),
        uses=frozenset(_text(use).lower() for use in _list(overrides.get("known_usecases"))),
        backend=_text(overrides.get("backend")),
        template=_text(row.value.get("url")).rpartition("/")[2].partition(".yaml")[0],
        inherited=taken,
    )


def _main(name: str, model: str, listed: list[str], files: list[ListedFile]) -> ListedFile | None:
    """Find the file that is the model: the one that is run, or else the one that is called like the row."""
    last, folder = model.rpartition("/")[2], model.partition("/")[0]
    for file in files:
        local = file.name.rpartition("/")[2]
        if model and (local == last or local.partition(".tar")[0] == folder):
            return file
    weights = [file for file in files if file.is_weights]
    if _is_repository(model, listed):
        return None  # the files are of something else
    near = [file for file in weights if _letters(name)[:6] == _letters(file.stem)[:6]]
    return next(iter(near or weights or files), None)


def _is_repository(model: str, listed: list[str]) -> bool:
    """Say whether what is run is a repository of the hub and no file in a folder."""
    is_file = model.lower().endswith(_EXTENSIONS) or (bool(listed) and model not in listed)
    return names_hub(model) and not is_file and not is_size(model.rpartition("/")[2])


def _file(value: Any, key: str, place: str, harvest: Harvest) -> ListedFile | None:
    said = _mapping(value)
    url, local, digest = _text(said.get("uri")), _text(said.get("filename")), _text(said.get("sha256"))
    found = _place(url)
    name = found.name if found else local.rpartition("/")[2]
    problem = fault(name) or fault(url) or (".." in name.split("/") and "it leads out of its folder") or None
    if problem:
        comment = f"The name or the address of a file is none: {problem}; the file is left out."
        harvest.find(key, "files", "garbage-id", shown(url or local), comment, place)
        return None
    if not is_sha256(digest.lower()):
        kind = "malformed-digest" if digest else "empty-digest"
        comment = "The SHA-256 of a file is none; the file is listed without it."
        harvest.find(key, "sha256", kind, f"{name} {shown(digest)}".strip(), comment, place)
        digest = ""
    return ListedFile(found, found.url if found else url, name, digest.lower() or None)


def _place(url: str) -> Place | None:
    """Take an address apart; None when it is none of a repository."""
    if url.startswith("huggingface://"):
        owner, _, rest = url.removeprefix("huggingface://").partition("/")
        title, _, name = rest.partition("/")
        name, _, tag = name.partition("@")
        address = f"https://{HUB}/{owner}/{title}/resolve/{tag or 'main'}/{quote(unquote(name))}"
        return Place(HUB, f"{owner}/{title}", unquote(name), tag or "main", address) if name else None
    split = urlsplit(url)
    path = unquote(split.path)
    address = f"https://{split.netloc}{quote(path)}"
    if split.netloc == HUB and (found := _HUB_FILE.fullmatch(path)):
        return Place(HUB, found[1], found[3], found[2], address)
    if split.netloc == GITHUB and (found := _GITHUB_FILE.fullmatch(path)):
        return Place(GITHUB, found[1], found[3], found[2], address)
    if split.netloc == "raw.githubusercontent.com" and path.count("/") > 3:
        owner, title, tag, name = path.strip("/").split("/", 3)
        return Place(GITHUB, f"{owner}/{title}", name, tag, address)
    return None


def _repositories(value: Any, key: str, place: str, harvest: Harvest) -> list[str]:
    found: list[str] = []
    for address in map(_text, _list(value)):
        split = urlsplit(address) if fault(address) is None else urlsplit("")
        words = unquote(split.path).strip("/").split("/")
        if split.netloc != HUB or words[0] in _PAGES or len(words) < 2:
            continue
        name = "/".join(words[:2])
        if not names_hub(name):
            comment = "The address is none of a repository of the hub; it is left out."
            harvest.find(key, "urls", "wrong-repository", shown(address), comment, place)
        elif name not in found:
            found.append(name)
    return found


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else "" if value is None else str(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
