"""All files of the static API, and the page that says how they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mirld.errors import InputError
from mirld.site.api_entries import digests, entries
from mirld.site.api_fits import fits
from mirld.site.api_identify import WHOLE, identify_files
from mirld.site.api_names import names
from mirld.site.api_shards import API, digits_of, encoded, joined, named_by, shards
from mirld.site.contexts import ApiContext, ApiFiles, Head, Row
from mirld.site.forms import Pieces
from mirld.site.links import Link
from mirld.site.material import Material
from mirld.site.plan import Page
from mirld.version import __version__

OPENAPI = "openapi.json"


RUN = "run"

KINDS: Mapping[str, str] = {
    "entries": "by id: label, series, relations, files with digests, loaders, licence",
    "names": "by any name: id old or new, repository, address, alias, label, class, file",
    "digests": "by digest of any kind: the entry and the file that has it",
    "fits": "by id: adapters, components and schedulers that fit it, each with the reason",
    RUN: "by id: the settings it wants and the code that loads it, for each library",
}
"""Folders of files below api/v1/, each with what it answers."""

_MADE: Mapping[str, Callable[[Material], Mapping[str, object]]] = {
    "entries": entries,
    "names": names,
    "digests": digests,
    "fits": fits,
}


def api_files(material: Material, pieces: Pieces) -> Iterator[tuple[str, bytes]]:
    """Give the files below api/v1/ that are made of all entries at once, and count their keys in `pieces`."""
    for name, make in _MADE.items():
        found = make(material)
        pieces.keys[name] = len(found)
        yield from shards(name, found)
    yield from identify_files(material)
    described = material.folder / "site" / "content" / "api" / OPENAPI
    if described.is_file():
        try:
            yield f"{API}/{OPENAPI}", described.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read the file: {error.strerror}", file=f"site/content/api/{OPENAPI}") from error


def api_joined(material: Material, pieces: Pieces) -> Iterator[tuple[str, bytes]]:
    """Give what is joined from what was made with each page, and the index, which counts all."""
    yield from joined(RUN, pieces.running)
    keys = {**pieces.keys, RUN: len(pieces.running)}
    kinds = {
        name: {
            "keys": keys[name],
            "digits": digits_of(name, keys[name]),
            "named_by": named_by(name),
            "schema": f"../../schema/{_schema(name)}",
        }
        for name in KINDS
    }
    wholes = {name: {"schema": f"../../schema/{_schema(_stem(name))}"} for name in WHOLE}
    index = {
        "version": 1,
        "mirld": __version__,
        "base": material.base,
        "kinds": kinds,
        "files": wholes,
        "openapi": OPENAPI,
    }
    yield f"{API}/index.json", encoded(index) + b"\n"


def _stem(name: str) -> str:
    return name.removesuffix(".json")


def _schema(kind: str) -> str:
    return f"api-{kind}.schema.json"


def api_context(material: Material, page: Page, head: Head) -> ApiContext:
    """Say what there is below api/v1/, with its schemas where the registry has them."""
    content = material.folder / "site" / "content"
    rows = tuple(
        ApiFiles(
            name=name,
            what=what,
            key="the digest itself" if named_by(name) == "key" else "the SHA-256 of the key",
            schema=Link("schema", f"../schema/{_schema(name)}")
            if (content / "schema" / _schema(name)).is_file()
            else None,
        )
        for name, what in KINDS.items()
    )
    wholes = tuple(
        Row(anchor="", head=Link(name, f"./v1/{name}"), cells=((Link(what),),)) for name, what in WHOLE.items()
    )
    described = (content / "api" / OPENAPI).is_file()
    return ApiContext(
        head=head, kinds=rows, wholes=wholes, openapi=Link("OpenAPI", f"./v1/{OPENAPI}") if described else None
    )
