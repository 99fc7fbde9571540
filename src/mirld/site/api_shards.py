"""The static API: answers of look-ups as files below api/v1/, a share of all keys in each.

A client reads `index.json` once, which says how many hexadecimal digits the names of the files of each kind have. Then
one request answers: keys lie in the file that is named by the first digits of their SHA-256, digests in that named by
their own first digits. What is null or an empty list in the answer of a command is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from mirld.registry import forms

Value = TypeVar("Value")

API = "api/v1"
"""Folder of the static API."""

MOST: Mapping[str, int] = {"entries": 40, "names": 400, "digests": 400, "run": 40, "fits": 10}
"""Kinds of files, each with how many keys one holds on average at most: some tens of kilobytes."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False)
_EMPTY: tuple[object, ...] = (None, [], {})


def digits_of(kind: str, keys: int) -> int:
    """Return how many hexadecimal digits the names of the files of a kind have, at least one.

    >>> digits_of("entries", 600), digits_of("entries", 8_000), digits_of("digests", 4_000)
    (1, 2, 1)
    """
    digits = 1
    while keys > MOST[kind] * 16**digits:
        digits += 1
    return digits


def shard_of(key: str, digits: int) -> str:
    """Return the name of the file that a key lies in.

    >>> shard_of("black-forest-labs/flux.1-dev", 2)
    'f4'
    """
    return hashlib.sha256(key.encode()).hexdigest()[:digits]


def named_by(kind: str) -> str:
    """Say what the files of a kind are named by: the `sha256` of a key, or the `key` itself."""
    return "key" if kind == "digests" else "sha256"


def name_key(text: str) -> str:
    """Write a name as the key it is found by: small letters, without `mir:`, the scheme of an address and its end.

    >>> name_key(" https://HuggingFace.co/openai/clip-vit-large-patch14/ "), name_key("mir:info.dit.flux-1")
    ('huggingface.co/openai/clip-vit-large-patch14', 'info.dit.flux-1')
    """
    return forms.page(text.strip()).removeprefix("mir:").removeprefix("//")


def told(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object without what is null or empty in it, on one level."""
    return {name: value for name, value in found.items() if value not in _EMPTY}


def encoded(document: object) -> bytes:
    """Write a document as JSON without spaces, in one line."""
    return _ENCODER.encode(document).encode()


def shards(kind: str, found: Mapping[str, object]) -> Iterator[tuple[str, bytes]]:
    """Give the files of a kind: every one that its digits name, also one without keys, each sorted by key."""
    for path, share in _shared(kind, found):
        yield path, encoded(share) + b"\n"


def joined(kind: str, found: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Give the files of a kind whose values are JSON already."""
    for path, share in _shared(kind, found):
        yield path, b"{" + b",".join([encoded(key) + b":" + value for key, value in share.items()]) + b"}\n"


def _shared(kind: str, found: Mapping[str, Value]) -> Iterator[tuple[str, dict[str, Value]]]:
    digits = digits_of(kind, len(found))
    shared: dict[str, dict[str, Value]] = {f"{number:0{digits}x}": {} for number in range(16**digits)}
    is_own = named_by(kind) == "key"
    for key in sorted(found):
        shared[key[:digits] if is_own else shard_of(key, digits)][key] = found[key]
    for name, share in shared.items():
        yield f"{API}/{kind}/{name}.json", share
