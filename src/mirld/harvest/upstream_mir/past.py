"""Entries that only the history holds, with the fields of their day given the names of today."""

from __future__ import annotations

from typing import Any

from mirld.harvest.upstream_mir.read import Fields, PastId, UpstreamEntry


def repositories(fields: Fields) -> list[str]:
    """Names of the repositories of an entry of any year."""
    found = fields.get("repo")
    return [str(name) for name in (found if isinstance(found, list) else [found]) if name]


def packages(fields: Fields) -> dict[str, dict[str, Any]]:
    """Give the packages of an entry of any year by their number; older forms without numbers are left out."""
    found = fields.get("pkg")
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if key.isdigit() and isinstance(value, dict)}


def as_entry(past: PastId) -> UpstreamEntry:
    """Read an id of the history as an entry; digests are left out, since they were computed by rules that changed."""
    fields: dict[str, Any] = {}
    if packages(past.fields):
        fields["pkg"] = packages(past.fields)
    else:
        package: dict[str, Any] = {}
        for library, path in _first_items(past.fields.get("dep_pkg") or past.fields.get("dep_alt")):
            package[library] = ".".join(path) if isinstance(path, list) else path
        if past.fields.get("gen_kwargs"):
            package["generation"] = past.fields["gen_kwargs"]
        if past.fields.get("init_kwargs"):
            package["load"] = past.fields["init_kwargs"]
        if package:
            fields["pkg"] = {"0": package}
    if past.fields.get("identifiers"):
        fields["identifiers"] = past.fields["identifiers"]
    return UpstreamEntry(past.id, fields)


def _first_items(libraries: object) -> list[tuple[str, Any]]:
    return list(libraries.items())[:1] if isinstance(libraries, dict) else []
