"""Names of ours for things of upstream: one rule on the title of a repository, and a table for what it does not find.

Upstream cuts size, minor version and tuning off a title, so that one name stands for many models (`info.stst.m` is
M2M100). The rule here cuts nothing: it only divides the title into a series and a release.

1. The title is what follows the last slash, in lower case, `_` written `-`; words that tell of packing alone (`hf`,
   `diffusers`, `pytorch`, `mlx`, `onnx`, `gguf`) are left out, the first word never.
2. The first word is the series. Each further word is too, until one tells of a release: a size, a tuning, a patch or
   window, a version with `v`, three digits or more. A version without `v` (`llama-3.1`, `phi-4`) stays in the series.
3. What is left is the release, the compatibility of our name; `base` when nothing is left.

`names.toml` decides first: by upstream id, then by repository.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from mirld.errors import InputError
from mirld.ids import MirId
from mirld.vocab import OPERATION_ARCHITECTURES

_SIZE = (
    r"\d+(?:\.\d+)?[kmbt]|\d+x\d+b|a\d+(?:\.\d+)?b|\d+e|\d+bit|xx?l|x{1,3}large|base|large|small|tiny|mini|medium|huge"
    r"|giant|nano|micro|lite|full|pro|beta|alpha|preview|dev"
)
_TUNING = (
    r"instruct|chat|it|pt|sft|ft|finetuned|distilled|cased|uncased|coco|mono|multi|patch\d+.*|window\d+.*|v\d[\w.]*"
    r"|\d{3,}[a-z]*|r\d+.*|b\d|in1k|en|zh|cn|chinese|japanese"
)
_RELEASE = re.compile(f"{_SIZE}|{_TUNING}")
_PACKING = frozenset({"hf", "diffusers", "pytorch", "mlx", "onnx", "gguf"})


def divide_title(repository: str) -> tuple[str, str]:
    """Divide the title of a repository into series and release.

    >>> divide_title("meta-llama/Llama-2-7b-hf"), divide_title("microsoft/Phi-4-mini-instruct")
    (('llama-2', '7b'), ('phi-4', 'mini-instruct'))
    >>> divide_title("facebook/m2m100_418M"), divide_title("kakaobrain/align-base"), divide_title("suno/bark")
    (('m2m100', '418m'), ('align', 'base'), ('bark', 'base'))
    """
    title = repository.rpartition("/")[2].lower().replace("_", "-")
    first, *rest = [word for word in title.split("-") if word]
    words = [first, *(word for word in rest if word not in _PACKING)]
    length = 1
    while length < len(words) and not _RELEASE.fullmatch(words[length]):
        length += 1
    return "-".join(words[:length]), "-".join(words[length:]) or "base"


def clean_repository(name: str) -> str:
    """Take off the quotes and spaces that reading docstrings left around names of repositories."""
    return name.strip().strip("\"'`").strip()


def is_cut(series: str, repository: str) -> bool:
    """Whether a word of upstream's name of a series is a piece of a word of the title, so that its meaning is lost.

    Words left out and minor versions left off lose no more than the release.

    >>> is_cut("m", "facebook/m2m100_418M"), is_cut("depth", "apple/DepthPro"), is_cut("qwen3-a", "Qwen/Qwen3-30B-A3B")
    (True, True, True)
    >>> is_cut("llama-2-hf", "meta-llama/Llama-2-7b-hf"), is_cut("gemma2", "google/gemma-2-9b")
    (False, False)
    """
    words = re.split(r"[-_]", repository.rpartition("/")[2].lower())
    plain = [word.replace(".", "") for word in words]
    whole = {"".join(plain[i:j]) for i in range(len(plain)) for j in range(i + 1, len(plain) + 1)}
    majors = {word.partition(".")[0] for word in words if "." in word}
    whole |= {f"{before}{major}" for before in ("", *plain) for major in majors}
    return any(word not in whole for word in series.split("-"))


@dataclass(frozen=True, slots=True)
class Names:
    """The authored table, with repositories in lower case; a path is `architecture/series/compatibility`."""

    ids: Mapping[str, str]
    repositories: Mapping[str, str]
    digests: Mapping[str, str]
    labels: Mapping[str, str]
    architectures: Mapping[str, tuple[str, ...]]
    renamed: Mapping[str, str]
    mended: Mapping[str, str]
    history: Mapping[str, tuple[str, ...]]
    withdrawn: Mapping[str, str]
    identifiers: Mapping[str, tuple[str, ...]]
    components: Mapping[str, str]
    classes: Mapping[str, str]
    libraries: Mapping[str, str]
    papers: Mapping[str, str]

    def entry(self, upstream_id: str, repository: str | None) -> str | None:
        """Path of what an upstream id stands for; None when neither table nor rule know."""
        if upstream_id in self.ids:
            return self.ids[upstream_id]
        return self.repository(repository, upstream_id.split(".")[1]) if repository else None

    def repository(self, name: str, architecture: str) -> str:
        """Path of what a repository holds; the rule puts it under the architecture given."""
        name = self.current(name)
        known = self.repositories.get(name.lower())
        return known or "/".join((architecture, *divide_title(name)))

    def current(self, repository: str) -> str:
        """Name of a repository today, or the right one where upstream's is of nothing."""
        name = clean_repository(repository)
        return self.renamed.get(name.lower()) or self.mended.get(name.lower()) or name

    def digest(self, value: str, path: str) -> str:
        """Path of the entry that a digest is of, `path` when the table does not move it."""
        return self.digests.get(value[:16], path)

    def extra_architectures(self, path: str) -> tuple[str, ...]:
        """Architectures of a model besides the one in its name."""
        return self.architectures.get(path, ())


def mir_id(path: str) -> MirId:
    """Id of a path; two segments are a series.

    >>> str(mir_id("art/llama-2/7b")), str(mir_id("scheduler/euler/discrete")), str(mir_id("art/llama-2"))
    ('mir:model.art.llama-2:7b', 'mir:operations.scheduler.euler:discrete', 'mir:info.art.llama-2')
    """
    architecture, series, *release = path.split("/")
    if not release:
        return MirId("info", architecture, series)
    return MirId("operations" if architecture in OPERATION_ARCHITECTURES else "model", architecture, series, release[0])


@cache
def names() -> Names:
    """Read `names.toml`, once; InputError when a path in it is no name."""
    table = tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text(encoding="utf-8"))
    read: dict[str, Any] = {part: table[part] for part in Names.__slots__}
    for part in ("architectures", "history", "identifiers"):
        read[part] = {key: (value,) if isinstance(value, str) else tuple(value) for key, value in table[part].items()}
    for part in ("repositories", "renamed", "mended"):
        read[part] = {key.lower(): value for key, value in table[part].items()}
    for part in ("ids", "repositories", "digests"):
        for key, path in table[part].items():
            if path.count("/") != 2:
                raise InputError(f"the name of {key} has not three parts: {path}", file="names.toml")
            mir_id(path)
    return Names(**read)
