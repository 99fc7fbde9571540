"""Licences by the tags that model cards and packages use: an id of SPDX, or a document that the registry describes."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from mirld.graph.terms import Iri, Triple, text
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.vocab import DCTERMS, DEFAULT_BASE, FOAF, RDF_TYPE, RDFS_LABEL, SPDX_LICENSES

_FAMILIES = "https://huggingface.co/docs/hub/repositories-licenses"


def claim_licence(item: Item, tag: str, harvest: Harvest, known: Known | None = None) -> None:
    """State the licence that a tag names; a tag nobody knows is a finding, one that says nothing is left out.

    A tag that is in no table may be the name of a licence that the registry describes, which `known` has.
    """
    low = tag.strip().lower()
    table = _table()
    if low in table["silent"]["tags"]:
        return
    if low in table["spdx"]:
        item.say(DCTERMS.license, Iri(SPDX_LICENSES[table["spdx"][low]]))
        return
    token = _token(low)
    if token is None and known is not None and low in known.licences:
        item.say(DCTERMS.license, Iri(known.licences[low]))
        return
    if token is None:
        comment = "The tag names no licence that is known; nothing is stated of the licence."
        harvest.find(item.key, "license", "unknown-reference", tag, comment, item.place)
        return
    harvest.licences.add(token)
    item.say(DCTERMS.license, Iri(f"{DEFAULT_BASE}licence/{token}"))


def describe(token: str) -> list[Triple]:
    """Describe a licence that SPDX has no id for."""
    title, page = _documents()[token]
    subject = Iri(f"{DEFAULT_BASE}licence/{token}")
    return [
        (subject, Iri(RDF_TYPE), Iri(DCTERMS.LicenseDocument)),
        (subject, Iri(RDFS_LABEL), text(title, "en")),
        (subject, Iri(FOAF.page), Iri(page)),
    ]


def _token(tag: str) -> str | None:
    table = _table()
    if tag in table["document"]:
        return str(table["document"][tag][0])
    return f"{tag}-family" if tag in table["family"] else None


@cache
def _documents() -> dict[str, tuple[str, str]]:
    table = _table()
    found = {token: (title, page) for token, title, page in table["document"].values()}
    return found | {f"{tag}-family": (title, _FAMILIES) for tag, title in table["family"].items()}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("mirld.harvest") / "licences.toml").read_text(encoding="utf-8"))
