"""Works that lists call by several names, and families that titles do not tell: what a person decided, in works.toml.

[same]     keys of one work, with the tokens of its entry; keys are written in lower case
[family]   beginnings of titles, with series, architecture and where the family is described
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

_EDGES = "-_. "
# A point, where what follows is no size: v8_1, and not Qwen2_7B.
_POINT = re.compile(r"(?<=\d)_(?=\d(?![\dbm]))", re.IGNORECASE)


class Family(NamedTuple):
    """What the beginning of a title tells: `series` and `release` as in it, None where the title divides itself."""

    series: str | None
    release: str | None
    architecture: str
    source: str


def same_work(keys: Iterable[str]) -> str | None:
    """Return the path of the entry that one of the keys leads to by the table; the first that does.

    >>> same_work(["hf:owner/none", "hf:runwayml/Stable-Diffusion-Inpainting"])
    'model/unet/stable-diffusion-1.5/inpainting'
    """
    same = _table()["same"]
    return next((f"model/{same[key.lower()]}" for key in keys if key.lower() in same), None)


def family(title: str) -> Family | None:
    """Return what the table tells of a title by how it begins, the longest beginning that fits.

    >>> family("speech_paraformer-large_asr")
    Family(series='Paraformer', release='large_asr', architecture='stst', source='https://arxiv.org/abs/2206.08317')
    >>> family("snacks-7b")
    """
    matches = ((pattern.match(title), start, said) for pattern, start, said in _families())
    found = [(match.end(), len(start), said) for match, start, said in matches if match is not None]
    if not found:
        return None
    end, _, said = max(found, key=lambda one: one[:2])
    series = said.get("series")
    release = _POINT.sub(".", title[end:].strip(_EDGES)) or None
    return Family(series, release if series else None, said["architecture"], said["source"])


@cache
def _families() -> list[tuple[re.Pattern[str], str, dict[str, str]]]:
    rows = sorted(_table()["family"].items())
    # A beginning that looks ahead says itself what may follow.
    return [
        (re.compile(start if "(?=" in start else f"{start}(?=[-_. ]|$)", re.IGNORECASE), start, said)
        for start, said in rows
    ]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("mirld.harvest") / "works.toml").read_text(encoding="utf-8"))
