"""JSON of strangers: measured before it is read, and no key twice."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NoReturn

from mirld.weights.header import Value
from mirld.weights.limits import (
    MAX_JSON_BRACKETS,
    MAX_JSON_DEPTH,
    MAX_JSON_QUOTES,
    MAX_JSON_VALUES,
    MAX_WIDE_HEADER,
)
from mirld.weights.source import Source, shown

_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_OPEN = re.compile(r"[\[{]+|[\]}]+")


def read_json(source: Source, limit: int) -> Mapping[str, Value]:
    """Read a JSON object that fills a file of at most `limit` bytes."""
    if source.size > limit:
        source.refuse("header-length", f"it has {source.size} bytes of JSON; at most {limit} are read")
    data = source.read(0, source.size, "the text")
    if not data.isascii() and len(data) > MAX_WIDE_HEADER:
        source.refuse("header-length", f"it has {len(data)} bytes and is not ASCII; at most {MAX_WIDE_HEADER} are read")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        source.refuse("encoding", f"it is not UTF-8 at byte {error.start}")
    _measure(source, text)
    try:
        found = json.loads(text, object_pairs_hook=lambda pairs: _once(source, pairs), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        source.refuse("malformed-json", f"it is not JSON: {shown(str(error))}")
    if not isinstance(found, dict):
        source.refuse("malformed-json", "it is JSON, and no object")
    if _SURROGATE.search(text):
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            source.refuse("encoding", "it has half of a surrogate pair")
    return found


def _measure(source: Source, text: str) -> None:
    """Refuse what would take much to build, by its brackets and commas outside of strings."""
    if text.count('"') > MAX_JSON_QUOTES:
        source.refuse("too-many-values", f"it has more than {MAX_JSON_QUOTES} quotes")
    bones = _STRING.sub("", text)
    if bones.count("[") + bones.count("{") > MAX_JSON_BRACKETS:
        source.refuse("too-many-values", f"it has more than {MAX_JSON_BRACKETS} lists and objects")
    if bones.count(",") > MAX_JSON_VALUES:
        source.refuse("too-many-values", f"it has more than {MAX_JSON_VALUES} values")
    depth = 0
    for match in _OPEN.finditer(bones):
        depth += len(match[0]) if match[0][0] in "[{" else -len(match[0])
        if depth > MAX_JSON_DEPTH:
            source.refuse("nesting", f"it has lists and objects more than {MAX_JSON_DEPTH} deep")


def _once(source: Source, pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                source.refuse("duplicate-key", f"it has the key {shown(key)} twice in one object")
            seen.add(key)
    return found


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")
