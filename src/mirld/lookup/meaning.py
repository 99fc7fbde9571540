"""The one thing that a text means, where nothing else will do: an entry, a file of it, a precision."""

from __future__ import annotations

from mirld.errors import IdError, UnknownNameError
from mirld.ids import MirId
from mirld.lookup.knowledge import Indexed, Knowledge
from mirld.lookup.unfound import what_is_wrong
from mirld.lookup.used import Asked
from mirld.registry.index import Index
from mirld.registry.values import Entry

_SPELLINGS = {"half": "float16", "single": "float32", "float": "float32", "double": "float64"}


def meant(index: Index, text: str) -> Asked:
    """Return what a text means exactly: an id in any form, a repository, a digest, the name of a file.

    Raises UnknownNameError when that is nothing, or more than one thing, and says which.
    """
    if index.n_of(text) is not None:  # a canonical id means nothing else
        return Asked(MirId.parse(text))
    written = _with_variants(index, text)
    if written is not None:
        return Asked(written)
    from mirld.lookup.resolving import resolve

    found = resolve(index, text, limit=3)
    best = found.best
    if best is None or best.level != "exact" or best.state == "withdrawn":
        near = found.nearest or tuple(each.id for each in found.candidates if each.state != "withdrawn")
        hint = f"did you mean {' or '.join(near[:3])}?" if near else "mirld resolve finds entries by any name"
        if best is not None and best.state == "withdrawn":
            raise UnknownNameError(f"this name was withdrawn: {text}")
        wrong = what_is_wrong(text, near[:3])
        if wrong is not None:
            raise UnknownNameError(wrong[0], hint=wrong[1])
        raise UnknownNameError(f"nothing has this name exactly: {text}", hint=hint)
    if found.ambiguous:
        means = ", ".join(each.id for each in found.candidates[: min(found.tied, 3)])
        raise UnknownNameError(f"{found.tied} entries have this name: {text}", hint=f"say which: {means}")
    return Asked(MirId.parse(best.id), best.part)


def _with_variants(index: Index, text: str) -> MirId | None:
    """Read the id of an entry with variants, known or not: a variant that is not there is no reason to leave it out."""
    try:
        found = MirId.find(text)
    except IdError:
        return None
    return found if found.variants and index.entry(found.without_variants) is not None else None


def precision_named(index: Index, text: str) -> Asked:
    """Return the precision that a text means: its id, its token (`q4-k-m`), or how torch or files spell it (`fp16`)."""
    wanted = text.strip().lower().replace("_", "-").removeprefix("torch.")
    wanted = _SPELLINGS.get(wanted, wanted)
    known: Knowledge = Indexed(index)
    for entry in known.precisions():
        if wanted in _spellings(entry):
            return Asked(entry.id)
    found = meant(index, text)
    entry_ = known.entry(found.id)
    if entry_ is None or entry_.precision is None:
        raise UnknownNameError(f"this is no precision: {text}", hint="mirld resolve finds one by any name")
    return found


def _spellings(entry: Entry) -> set[str]:
    names = {entry.id.compatibility or "", *(loader.class_name or "" for loader in entry.loaders)}
    names |= {str(setting.value) for setting in entry.settings if setting.parameter == "variant"}
    return {name.lower().replace("_", "-") for name in names if name}
