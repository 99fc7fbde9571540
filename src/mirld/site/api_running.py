"""What the static API says of running an entry: the settings it wants and the code that loads it, by library."""

from __future__ import annotations

from typing import Any

from mirld.lookup.knowledge import Knowledge
from mirld.lookup.layers import layered
from mirld.lookup.loading import load_code
from mirld.lookup.used import use
from mirld.registry.values import Entry
from mirld.site.api_shards import told
from mirld.site.material import Material

# What an entry says, or where the answer stands; and defaults, which are not laid under here.
_NAMED = ("id", "iri", "label", "library", "with", "defaults")


def running(material: Material) -> dict[str, object]:
    """Return the answers of `mirld settings` and `mirld load` for every entry that has one, by id."""
    found: dict[str, object] = {}
    for entry in material.registry:
        answers = _of_entry(material.known, entry)
        if answers is not None:
            found[material.ids[entry.iri]] = answers
    return found


def _of_entry(known: Knowledge, entry: Entry) -> dict[str, Any] | None:
    """Return the library that is taken when none is asked for, null for any, and the answers for each."""
    likeliest, libraries, answers = _for_library(known, entry, None)
    if not answers:
        return None
    found = {likeliest or "": answers}
    for library in libraries:
        if library != likeliest:
            found[library] = _for_library(known, entry, library)[2]
    return {"library": likeliest, "libraries": found}


def _for_library(
    known: Knowledge, entry: Entry, library: str | None
) -> tuple[str | None, tuple[str, ...], dict[str, Any]]:
    used = use(known, entry.id, library=library)
    settings = layered(known, used, defaults=False)
    code = load_code(known, used, settings)
    answers: dict[str, Any] = {}
    if settings.values:
        answers["settings"] = _short(settings.as_dict())
    if code.libraries:
        answers["load"] = _short(code.as_dict())
    return code.library, code.libraries, answers


def _short(answer: dict[str, Any]) -> dict[str, Any]:
    found = told({name: value for name, value in answer.items() if name not in _NAMED})
    for each in found.get("settings", ()):
        for name in [name for name, value in each.items() if value is None or value == []]:
            del each[name]
        each["said"] = [told(said) for said in each["said"]]
    return found
