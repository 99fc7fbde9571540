"""Upstream's files: what they hold, checked as they are read.

A folder holds `mir_<date>_full.json` (the newest counts) or `mir.json`, and beside it, each if it is there: the ids of
2026 (`mir_2026-01_delta_new_ids.json`), the history of ids (`mir_id_history.json`), hub tags (`config/modes.json`),
notes on digests (`entries/hash_notes.json`), layer dimensions (`entries/divisor_model_specs.json`), hand-written
entries (`entries/handwritten_entries.json`) and where all this is from (`SOURCES.json`). A single file is a folder with
that file alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mirld.errors import InputError

Fields = Mapping[str, Any]
"""Fields of an upstream entry, as JSON gives them."""

_KEY = re.compile(r"(?:info|ops|model|dev)\.[a-z0-9_-]+\.[a-z0-9._-]+")
_FULL = "mir_*_full.json"
_HINT = 'give the folder with upstream\'s mir.json, or that file: {"info.dit.flux1-dev": {"*": {…}}, …}'


@dataclass(frozen=True, slots=True)
class UpstreamEntry:
    """One entry of upstream: `id` is its key and compatibility with a colon between, letter by letter."""

    id: str
    fields: Fields

    @property
    def architecture(self) -> str:
        """Upstream's token of the architecture."""
        return self.id.split(".")[1]

    @property
    def compatibility(self) -> str:
        """What follows the colon."""
        return self.id.partition(":")[2]


@dataclass(frozen=True, slots=True)
class PastId:
    """One id of the history: days as `2025-05-23`, `source` as `nnll@215b41b545:path/in/repository`."""

    id: str
    first_seen: str
    last_seen: str
    source: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Upstream:
    """Everything read; `version` is the day of the release, `revision` its commit when known."""

    version: str
    revision: str | None
    entries: tuple[UpstreamEntry, ...]
    delta: tuple[UpstreamEntry, ...]
    delta_revision: str | None
    history: Mapping[str, PastId]
    modes: Mapping[str, Fields]
    notes: Mapping[str, str]
    specs: Mapping[str, Fields]
    handwritten: tuple[Fields, ...]


def read(path: Path) -> Upstream:
    """Read a folder or the one file; InputError when it is not upstream's or cannot be read."""
    if path.is_dir():
        folder, file = path, _newest(path)
    elif path.is_file():
        folder, file = path.parent, path
    else:
        raise InputError("there is no such file or folder", file=str(path), hint=_HINT)
    sources = _rows(folder / "SOURCES.json") if path.is_dir() else {}
    alone = not path.is_dir()
    delta = {} if alone else _optional(folder, "mir_2026-01_delta_new_ids.json").get("new_ids", {})
    history = {} if alone else _optional(folder, "mir_id_history.json")
    modes = {} if alone else _optional(folder, "config/modes.json", "modes.json")
    notes = {} if alone else _optional(folder, "entries/hash_notes.json")
    specs = {} if alone else _optional(folder, "entries/divisor_model_specs.json").get("specs", {})
    rows = [] if alone else _json(folder / "entries/handwritten_entries.json", missing=[])
    version = re.search(r"\d{4}-\d{2}-\d{2}", file.name)
    source = sources.get(file.name, {})
    return Upstream(
        version=version[0] if version else str(source.get("date", "undated")),
        revision=source.get("commit"),
        entries=_entries(_json(file), str(file)),
        delta=tuple(_modern(entry) for entry in _entries(delta, "the delta of 2026")),
        delta_revision=sources.get("mir_2026-01_delta_new_ids.json", {}).get("commit"),
        history={key: _past(key, value, str(folder / "mir_id_history.json")) for key, value in history.items()},
        modes={key: value for key, value in modes.items() if isinstance(value, dict)},
        notes={key: str(value.get("note", "")) for key, value in notes.items()},
        specs=specs,
        handwritten=tuple(row for row in rows if isinstance(row, dict)),
    )


def _newest(folder: Path) -> Path:
    try:
        found = sorted(folder.glob(_FULL)) or sorted(folder.glob("mir.json"))
    except OSError as error:
        raise InputError(f"cannot read the folder: {error.strerror}", file=str(folder)) from error
    if not found:
        raise InputError(f"no mir.json and no {_FULL} in the folder", file=str(folder), hint=_HINT)
    return found[-1]


def _json(file: Path, missing: object = None) -> Any:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        if missing is not None:
            return missing
        raise InputError("there is no such file", file=str(file), hint=_HINT) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the file: {error}", file=str(file)) from error
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        raise InputError(f"this is no JSON: {error.msg}", file=str(file), line=line, column=column) from None


def _optional(folder: Path, *places: str) -> dict[str, Any]:
    for place in places:
        if (folder / place).is_file():
            found = _json(folder / place)
            if not isinstance(found, dict):
                raise InputError("the file holds no JSON object", file=str(folder / place), hint=_HINT)
            return found
    return {}


def _rows(file: Path) -> dict[str, dict[str, Any]]:
    rows = _json(file, missing={}).get("files", [])
    return {str(row["file"]): row for row in rows if isinstance(row, dict) and "file" in row}


def _entries(table: object, where: str) -> tuple[UpstreamEntry, ...]:
    if not isinstance(table, dict):
        raise InputError("this is JSON, but not upstream's: it holds no object", file=where, hint=_HINT)
    entries = []
    for key, compatibilities in table.items():
        if not _KEY.fullmatch(key) or not isinstance(compatibilities, dict):
            raise InputError(f"this is JSON, but not upstream's: {key!r} is no key of it", file=where, hint=_HINT)
        for compatibility, fields in compatibilities.items():
            if not isinstance(fields, dict):
                message = f"this is JSON, but not upstream's: {key}:{compatibility} holds no fields"
                raise InputError(message, file=where, hint=_HINT)
            _check_fields(f"{key}:{compatibility}", fields, where)
            entries.append(UpstreamEntry(f"{key}:{compatibility}", fields))
    return tuple(entries)


_SHAPES: dict[str, tuple[type, ...]] = {
    "repo": (str, list),
    "pkg": (dict,),
    "file_256": (list, dict),
    "layer_256": (list,),
    "layer_b3": (list,),
    "identifiers": (list,),
    "tasks": (list,),
    "pipe_names": (dict,),
}
_IN_JSON: dict[type, str] = {dict: "object", list: "list", str: "text"}


def _check_fields(upstream_id: str, fields: Fields, where: str) -> None:
    """Refuse fields of other shapes than upstream's, before anything is made of them."""
    for field, shapes in _SHAPES.items():
        value = fields.get(field)
        if value is not None and not isinstance(value, shapes):
            wanted = " or ".join(_IN_JSON[shape] for shape in shapes)
            raise InputError(f"{upstream_id}: {field} is no {wanted}", file=where, hint=_HINT)
    for number, package in (fields.get("pkg") or {}).items():
        if not number.isdigit() or not isinstance(package, dict):
            raise InputError(f"{upstream_id}: package {number!r} is no numbered object", file=where, hint=_HINT)


def _past(key: str, row: Fields, where: str) -> PastId:
    try:
        fields = row.get("entry") or {}
        return PastId(key, row["first_seen"], row["last_seen"], row["source"], fields)
    except (KeyError, AttributeError) as error:
        raise InputError(f"the history of {key!r} lacks {error}", file=where) from None


def _modern(entry: UpstreamEntry) -> UpstreamEntry:
    """Give an entry of 2026 the fields of 2025, so that one reading serves both."""
    fields = dict(entry.fields)
    library = fields.pop("diffusers", None)
    if library:
        fields["pkg"] = {"0": {"diffusers": library}}
    components = fields.pop("components", None)
    if components:
        fields["pipe_names"] = {
            role: [_link(item) for item in (value if isinstance(value, list) else [value])]
            for role, value in components.items()
        }
    return UpstreamEntry(entry.id, fields)


def _link(component: str) -> str | list[str]:
    return component.split(":", 1) if ":" in component else component
