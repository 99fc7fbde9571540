"""Licences by the tags that model cards and packages use: an id of SPDX, or a document that the registry describes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from mirld.graph.terms import Iri
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.vocab import DCTERMS, DEFAULT_BASE, SPDX_LICENSES

_NONE: Mapping[str, str] = {}


def says_nothing(tag: str) -> bool:
    """Say whether a tag is one that names no licence, such as `other`."""
    return tag.strip().lower() in _table()["silent"]["tags"]


def licence(tag: str, described: Mapping[str, str] = _NONE) -> Iri | None:
    """Return the licence that a tag names, None when nobody knows it.

    A tag that is in no table may be the name of a licence that the registry describes: `described` has the IRIs of
    those by name in lower case.
    """
    low = tag.strip().lower()
    table = _table()
    if low in table["spdx"]:
        return Iri(SPDX_LICENSES[table["spdx"][low]])
    if low in table["document"]:
        return Iri(f"{DEFAULT_BASE}licence/{table['document'][low]}")
    return Iri(described[low]) if low in described else None


def claim_licence(item: Item, tag: str, harvest: Harvest, known: Known | None = None) -> None:
    """State the licence that a tag names; a tag nobody knows is a finding, one that says nothing is left out."""
    if says_nothing(tag):
        return
    found = licence(tag, known.licences if known else _NONE)
    if found is None:
        comment = "The tag names no licence that is known; nothing is stated of the licence."
        harvest.find(item.key, "license", "unknown-reference", tag, comment, item.place)
    item.say(DCTERMS.license, found)


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("mirld.harvest") / "licences.toml").read_text(encoding="utf-8"))
