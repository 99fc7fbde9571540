"""What the static API says of running an entry: the settings it wants and the code that loads it, by library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from mirld.lookup.knowledge import Knowledge
from mirld.lookup.layers import layered
from mirld.lookup.loading import LoadCode, load_code
from mirld.lookup.used import use
from mirld.registry.values import Entry
from mirld.site.api_shards import encoded, told

# What an entry says, or where the answer stands; and defaults, which are not laid under here. An id that is not that of
# the entry says which variant the answer is of.
_NAMED = ("iri", "label", "library", "with", "defaults")


class Running(NamedTuple):
    """How an entry is run: the answers of `mirld settings` and `mirld load` as JSON, None when there are none.

    `codes` are those that its own loaders give, by the IRI of the loader, None where too little is known.
    """

    answers: bytes | None
    codes: Mapping[str, str | None]


def running(known: Knowledge, entry: Entry) -> Running:
    """Ask for the settings and the code of an entry with every library that loads it."""
    codes: dict[str, str | None] = {}
    likeliest, answers = _answers(known, entry, None, codes)
    if not answers:
        return Running(None, codes)
    found = {likeliest.library or "": answers}
    for library in likeliest.libraries:
        if library != likeliest.library:
            found[library] = _answers(known, entry, library, codes)[1]
    return Running(encoded({"library": likeliest.library, "libraries": found}), codes)


def _answers(
    known: Knowledge, entry: Entry, library: str | None, codes: dict[str, str | None]
) -> tuple[LoadCode, dict[str, Any]]:
    used = use(known, entry.id, library=library)
    settings = layered(known, used, defaults=False)
    code = load_code(known, used, settings)
    answers: dict[str, Any] = {}
    if settings.values:
        answers["settings"] = _short(settings.as_dict(), entry)
    if code.libraries:
        written = code.as_dict()
        answers["load"] = _short(written, entry)
        if used.loader is not None and not used.inherited:
            codes[used.loader.iri] = cast("str | None", written["code"])
    return code, answers


def _short(answer: dict[str, Any], entry: Entry) -> dict[str, Any]:
    of_entry = answer["id"] == str(entry.id)
    found = told({name: value for name, value in answer.items() if not (name in _NAMED or (of_entry and name == "id"))})
    for each in found.get("settings", ()):
        for name in [name for name, value in each.items() if value is None or value == []]:
            del each[name]
        each["said"] = [told(said) for said in each["said"]]
    return found
