"""Signs an entry is known by (names, shapes and counts of tensors), and the dimensions of its layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mirld.graph.terms import Iri, literal
from mirld.harvest.facts import concept, json_literal
from mirld.harvest.upstream_mir.claims import Claims
from mirld.harvest.upstream_mir.read import Fields, UpstreamEntry
from mirld.vocab import MIR

_PROGRAM = "divisor"
"""The program of upstream's author that the dimensions are from."""
_PRECISIONS = {"e4m3fn": "f8-e4m3fn", "e5m2": "f8-e5m2"}
_ROOMS = {"init": "call", "params": "init"}
"""Upstream's `init` is what sampling starts with, arguments of the call; `params` is what the network is built of."""


def claim_identifiers(claims: Claims, entry: UpstreamEntry, path: str, handwritten: tuple[Fields, ...]) -> None:
    """Claim the identifiers of an entry; those its release lost are taken from where they were written."""
    listed = entry.fields.get("identifiers")
    if not listed:
        listed = next(
            (
                row["identifiers"]
                for row in handwritten
                if row.get("identifiers") and entry.id in row.get("matched_ids", ())
            ),
            None,
        )
        if not listed:
            return
        comment = "The source wrote them under a name that it does not read, and so lost them; they are restored."
        claims.find(entry.id, "identifiers", "lost-field", listed, comment, path)
    for owner in claims.names.identifiers.get(entry.id, (path,)):
        subject = claims.entry(owner)
        for sign in listed:
            _claim_sign(claims, subject, sign)


def _claim_sign(claims: Claims, subject: Iri, sign: object) -> None:
    if isinstance(sign, list):
        claims.add(subject, MIR.tensorShape, json_literal(sign))
    elif isinstance(sign, int):
        claims.add(subject, MIR.tensorCount, literal(sign))
    elif isinstance(sign, str) and len(sign.strip()) > 1:
        claims.add(subject, MIR.keyFragment, literal(sign.strip()))


def claim_dimensions(claims: Claims, specs: Mapping[str, Fields]) -> None:
    """Claim what a program that runs upstream's models knows of them: layer dimensions, and files of variants."""
    for key, releases in specs.items():
        base: str | None = None
        for release, spec in releases.items():
            upstream_id = f"{key}:{release}"
            if "@" in release and base is not None:
                _variant(claims, upstream_id, base, spec)
                continue
            repository = str(spec["repo_id"])
            architecture = key.split(".")[1]
            path = claims.names.entry(upstream_id, None) if upstream_id in claims.names.ids else None
            path = path or claims.names.repository(repository, architecture)
            base = base or path
            entry = claims.entry(path, repository.rpartition("/")[2])
            if upstream_id not in claims.names.ids:
                claims.repository(path, repository)
            for room, phase in _ROOMS.items():
                _dimensions(claims, entry, spec.get(room) or {}, phase)


def _dimensions(claims: Claims, entry: Iri, values: Mapping[str, Any], phase: str) -> None:
    """Claim values that the program calls by names of its own, so they apply to it alone."""
    wanted = {name: value for name, value in values.items() if name != "_type" and value != ""}
    if not wanted:
        return
    loader = claims.part(entry, "loader", _PROGRAM)
    claims.add(loader, MIR.library, literal(_PROGRAM))
    for name, value in wanted.items():
        claims.setting(entry, name, value, phase, scope=f"loader-{_PROGRAM}", applies_to=loader)


def _variant(claims: Claims, upstream_id: str, path: str, spec: Fields) -> None:
    """Claim the file of a variant: the same model in another precision."""
    release = upstream_id.partition(":")[2]
    if release.startswith("@@"):
        comment = "The mark of the variant stands twice; once is meant."
        claims.find(upstream_id, "id", "garbage-id", release, comment, path)
    name = str(spec["file_name"])
    entry = claims.entry(path)
    part = claims.part(entry, "file", name)
    claims.add(part, MIR.fileName, literal(name))
    claims.add(part, MIR.inRepository, claims.repository(path, str(spec["repo_id"])))
    claims.add(part, MIR.layoutConvention, concept("layout", "original"))
    if name.endswith(".safetensors"):
        claims.add(part, MIR.format, concept("format", "safetensors"))
    for mark, token in _PRECISIONS.items():
        if mark in release:
            claims.add(part, MIR.precision, concept("precision", token))
