"""What the static API says of an entry by its id, and of every digest.

Concepts stand by their tokens, entries by their ids, and parts of the entry by what follows its IRI (`#file-…`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from mirld.registry.keys import last
from mirld.registry.values import Component, Entry, File, Layout, Loader, Ref, Repository
from mirld.site.api_shards import told
from mirld.site.material import Material
from mirld.vocab import SPDX_LICENSES

_DIGEST = re.compile("[0-9a-f]{8,}")


def entries(material: Material) -> dict[str, object]:
    """Return all entries by id."""
    ids, view = material.ids, material.registry
    releases: Mapping[str, list[str]] = {
        str(series): [ids[each.iri] for each in found] for series, found in view.by_series.items()
    }
    return {ids[entry.iri]: _entry(entry, ids, releases) for entry in view}


def _entry(entry: Entry, ids: Mapping[str, str], releases: Mapping[str, list[str]]) -> dict[str, Any]:
    mir_id = ids[entry.iri]
    series = str(entry.id.series_id) if entry.id.domain != "info" else None
    found = {
        "id": mir_id,
        "iri": entry.iri,
        "label": entry.label,
        "types": list(entry.types),
        "description": entry.description,
        "other_labels": list(entry.other_labels),
        "aliases": list(entry.aliases),
        "series": series if series in releases else None,
        "releases": releases.get(mir_id),
        "architectures": _tokens(entry.architectures),
        "tasks": _tokens(entry.tasks),
        "input_modalities": _tokens(entry.input_modalities),
        "output_modalities": _tokens(entry.output_modalities),
        "precision": _token(entry.precision),
        "parameter_count": entry.parameter_count,
        "issued": entry.issued,
        "publishers": [ref.label for ref in entry.publishers],
        "licences": [ref.iri.removeprefix(str(SPDX_LICENSES)) for ref in entry.licences],
        "homepages": list(entry.homepages),
        "papers": list(entry.papers),
        "repositories": [_repository(each) for each in entry.repositories],
        "files": [_file(each, entry.iri) for each in entry.files],
        "layouts": [_layout(each, entry.iri) for each in entry.layouts],
        "loaders": [_loader(each, entry.iri, ids) for each in entry.loaders],
        "components": [_component(each, ids) for each in entry.components],
        "adapter_for": _ids(entry.adapter_for, ids),
        "derived_from": [{"how": how, "entry": ids.get(ref.iri, ref.iri)} for how, ref in entry.derived_from],
        "sources": _tokens(entry.sources),
    }
    return told(found)


def _token(ref: Ref | None) -> str | None:
    return last(ref.iri) if ref is not None else None


def _tokens(refs: Iterable[Ref]) -> list[str]:
    return [last(ref.iri) for ref in refs]


def _ids(refs: Iterable[Ref], ids: Mapping[str, str]) -> list[str]:
    return [ids.get(ref.iri, ref.iri) for ref in refs]


def _repository(found: Repository) -> dict[str, Any]:
    return told(
        {
            "host": found.host,
            "name": found.name,
            "revision": found.revision,
            "purl": found.purl,
            "air": found.air,
            "page": found.page,
        }
    )


def _file(found: File, iri: str) -> dict[str, Any]:
    return told(
        {
            "part": found.iri.removeprefix(iri),
            "name": found.name,
            "size": found.size,
            "format": _token(found.format),
            "precision": _token(found.precision),
            "variant": found.variant,
            "comment": found.comment,
            "download": found.download,
            "digests": [each._asdict() for each in found.digests],
        }
    )


def _layout(found: Layout, iri: str) -> dict[str, Any]:
    return told(
        {
            "part": found.iri.removeprefix(iri),
            "convention": _token(found.convention),
            "precision": _token(found.precision),
            "comment": found.comment,
            "digests": [each._asdict() for each in found.digests],
        }
    )


def _loader(found: Loader, iri: str, ids: Mapping[str, str]) -> dict[str, Any]:
    return told(
        {
            "part": found.iri.removeprefix(iri),
            "library": found.library,
            "version": found.version,
            "class": found.class_name,
            "module": found.module,
            "call": found.call,
            "precision": _token(found.precision),
            "schedulers": [ids.get(ref.iri, ref.iri) for ref in found.schedulers],
        }
    )


def _component(found: Component, ids: Mapping[str, str]) -> dict[str, Any]:
    return told(
        {
            "role": found.role,
            "entry": ids.get(found.entry.iri, found.entry.iri) if found.entry else None,
            "class": found.class_name,
            "library": found.library,
        }
    )


def digests(material: Material) -> dict[str, object]:
    """Return where each digest stands, by its digits."""
    ids = material.ids
    found: dict[str, object] = {}
    for digits, hits in material.registry.by_digest.items():
        if _DIGEST.fullmatch(digits) is None:
            continue  # which the checks report
        parts: dict[str, File | Layout] = {}
        for hit in hits:
            parts.update({file.iri: file for file in hit.entry.files})
            parts.update({layout.iri: layout for layout in hit.entry.layouts})
        found[digits] = [
            told(
                {
                    "id": ids[hit.entry.iri],
                    "kind": hit.digest.kind,
                    "part": hit.part.removeprefix(hit.entry.iri),
                    **_held(parts[hit.part]),
                }
            )
            for hit in hits
        ]
    return found


def _held(part: File | Layout) -> dict[str, Any]:
    if isinstance(part, Layout):
        return {"layout": True}
    return {"file": part.name, "variant": part.variant}
