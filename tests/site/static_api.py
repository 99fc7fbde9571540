"""The static API as a client in another language reads it: by what docs/api.md says, with nothing of mirld."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from referencing import Registry, Resource

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = {path.name: json.loads(path.read_text("utf-8")) for path in (ROOT / "site/content/schema").glob("*.json")}
KNOWN_SCHEMAS: Registry[Any] = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
)


class StaticApi:
    """The files below api/v1/ of a built site."""

    def __init__(self, site: Path) -> None:
        self.folder = site / "api" / "v1"
        self.index = json.loads((self.folder / "index.json").read_text("utf-8"))
        self._read = cache(lambda path: json.loads(path.read_text("utf-8")))

    def files(self, kind: str) -> list[Path]:
        """Return all files of a kind, sorted."""
        return sorted((self.folder / kind).iterdir())

    def all(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Give every key of a kind with what it leads to."""
        for path in self.files(kind):
            yield from self._read(path).items()

    def of(self, kind: str, key: str) -> Any:
        """Return what a key leads to, or None, by one file."""
        described = self.index["kinds"][kind]
        name = key if described["named_by"] == "key" else hashlib.sha256(key.encode()).hexdigest()
        return self._read(self.folder / kind / f"{name[: described['digits']]}.json").get(key)

    def named(self, text: str) -> Any:
        """Return what a name leads to, or None."""
        key = text.strip().lower()
        for start in ("https://", "http://", "www."):
            key = key.removeprefix(start)
        return self.of("names", key.rstrip("/").removeprefix("mir:"))


def filled(found: Mapping[str, Any], schema: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """Put back what was left out because it is null or an empty list, as the schema of the command has it."""
    properties = schema["properties"]
    return {
        name: _filled(found[name], properties[name], whole)
        if name in found
        else ([] if properties[name].get("type") == "array" else None)
        for name in properties
    }


def _filled(value: Any, schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list) and "items" in schema:
        return [_filled(each, schema["items"], whole) for each in value]
    if isinstance(value, dict) and "properties" in schema:
        return filled(value, schema, whole)
    return value
