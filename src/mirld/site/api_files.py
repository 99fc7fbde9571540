"""All files of the static API, and the page that says how they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from mirld.errors import InputError
from mirld.site.api_entries import digests, entries
from mirld.site.api_fits import fits
from mirld.site.api_names import names
from mirld.site.api_running import running
from mirld.site.api_shards import API, digits_of, encoded, named_by, shards
from mirld.site.contexts import ApiContext, ApiFiles, Head
from mirld.site.links import Link
from mirld.site.material import Material
from mirld.site.plan import Page
from mirld.version import __version__

OPENAPI = "openapi.json"


class _Kind(NamedTuple):
    what: str
    make: Callable[[Material], Mapping[str, object]]


KINDS: Mapping[str, _Kind] = {
    "entries": _Kind("by id: label, series, relations, files with digests, loaders, licence", entries),
    "names": _Kind("by any name: id old or new, repository, address, alias, label, class, file", names),
    "digests": _Kind("by digest of any kind: the entry and the file that has it", digests),
    "run": _Kind("by id: the settings it wants and the code that loads it, for each library", running),
    "fits": _Kind("by id: adapters, components and schedulers that fit it, each with the reason", fits),
}
"""Folders of files below api/v1/, each with what it answers and how."""


def api_files(material: Material) -> Iterator[tuple[str, bytes]]:
    """Give every file below api/v1/."""
    kinds: dict[str, Any] = {}
    for name, kind in KINDS.items():
        found = kind.make(material)
        kinds[name] = {
            "keys": len(found),
            "digits": digits_of(name, len(found)),
            "named_by": named_by(name),
            "schema": f"../../schema/{_schema(name)}",
        }
        yield from shards(name, found)
    index = {"version": 1, "mirld": __version__, "base": material.base, "kinds": kinds, "openapi": OPENAPI}
    yield f"{API}/index.json", encoded(index)
    described = material.folder / "site" / "content" / "api" / OPENAPI
    if described.is_file():
        try:
            yield f"{API}/{OPENAPI}", described.read_bytes()
        except OSError as error:
            raise InputError(f"cannot read the file: {error.strerror}", file=f"site/content/api/{OPENAPI}") from error


def _schema(kind: str) -> str:
    return f"api-{kind}.schema.json"


def api_context(material: Material, page: Page, head: Head) -> ApiContext:
    """Say what there is below api/v1/, with its schemas where the registry has them."""
    content = material.folder / "site" / "content"
    rows = tuple(
        ApiFiles(
            name=name,
            what=kind.what,
            key="the digest itself" if named_by(name) == "key" else "the SHA-256 of the key",
            schema=Link("schema", f"../schema/{_schema(name)}")
            if (content / "schema" / _schema(name)).is_file()
            else None,
        )
        for name, kind in KINDS.items()
    )
    described = (content / "api" / OPENAPI).is_file()
    return ApiContext(head=head, kinds=rows, openapi=Link("OpenAPI", f"./v1/{OPENAPI}") if described else None)
