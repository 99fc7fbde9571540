"""Which files of an entry are meant: of the variant that was asked for, or of the one that is taken when none was.

1. What is loaded file by file, an adapter, needs one: code names a file of it, and every file is of some variant.
2. The only variant is taken. Of several it is the one that takes as many steps as the release itself is stated with,
   else the one that takes the most, which is nearest to what the model does without it; then the plainest name.
3. A variant that was taken is said, with the reason and the others.
"""

# Annotations are values here, for as texts each would be compiled whenever the named tuples are made.

import re
from typing import NamedTuple

from mirld.errors import UnknownNameError
from mirld.ids import MirId
from mirld.registry.values import Entry, File

_STEPS = "num_inference_steps"
_IN_NAME = re.compile(r"(\d+)step")


class Chosen(NamedTuple):
    """Files (IRIs) of an entry, and what it is called with their variant; `why` where nobody asked for it."""

    name: str
    files: frozenset[str] = frozenset()
    why: str = ""
    notes: tuple[str, ...] = ()


def of_part(entry: Entry, part: str | None) -> Chosen:
    """Choose the file that a part is, else the variant that is taken when none is named."""
    meant = [file for file in entry.files if file.iri == part]
    if not meant:
        return usual(entry)
    variant = next((file.variant for file in meant if file.variant), None)
    return Chosen(_called(entry, variant) if variant else str(entry.id), frozenset(file.iri for file in meant))


def of_variants(entry: Entry, asked: MirId) -> Chosen:
    """Choose the files of the variants of an id; UnknownNameError when there are none, with those that there are."""
    wanted = _tokens("-".join(asked.variants))
    files = frozenset(file.iri for file in entry.files if file.variant and _tokens(file.variant) == wanted)
    if not files:
        known = _variants(entry)
        hint = f"its variants are {', '.join(known)}" if known else "none of its files is a variant"
        raise UnknownNameError(f"{entry.id} has no variant {'@'.join(asked.variants)}", hint=hint)
    return Chosen(str(asked), files)


def usual(entry: Entry) -> Chosen:
    """Choose the variant that is taken when none is named: none of what is not loaded file by file."""
    by_file = "Adapter" in entry.types and any(each.call for each in entry.loaders)
    known = _variants(entry)
    if not known or not by_file or any(not file.variant for file in entry.files):
        return Chosen(str(entry.id), notes=_unsaid(entry))
    steps = {variant: _steps(entry, _files(entry, variant)) for variant in known}
    stated = _steps(entry, frozenset())
    fitting = [variant for variant in known if stated and steps[variant] == stated] or known
    variant = min(fitting, key=lambda each: (-steps[each], each.count("-"), each))
    others = [each for each in known if each != variant]
    if not others:
        why = "the only one that is known"
    elif fitting != known:
        why = f"since {stated} steps are stated of the release; others are {', '.join(others)}"
    else:
        which = "which takes the most steps" if steps[variant] > min(steps.values()) else "the first by name"
        why = f"{which}: no source says which of {', '.join(known)} is the usual one"
    name, why = _called(entry, variant), f"variant {variant}, {why}"
    hint = f"; name another as {_called(entry, others[0])}" if others else ""
    return Chosen(name, _files(entry, variant), why, (f"{name} is taken: {why}{hint}",))


def _variants(entry: Entry) -> list[str]:
    """Return the variants that files of an entry are, by their numbers and names."""
    found = {file.variant for file in entry.files if file.variant}
    return sorted(found, key=lambda each: (_number(each), each))


def _files(entry: Entry, variant: str) -> frozenset[str]:
    return frozenset(file.iri for file in entry.files if file.variant == variant)


def plain(files: tuple[File, ...]) -> tuple[File, ...]:
    """Return the files that are of no variant; all, when each is of one."""
    return tuple(file for file in files if not file.variant) or files


def _steps(entry: Entry, files: frozenset[str]) -> int:
    """Return how many steps are stated of files, or of none in particular; 0 when nobody says."""
    every = {file.iri for file in entry.files}
    for setting in entry.settings:
        linked = every.intersection(setting.applies_to)
        if setting.parameter != _STEPS or not isinstance(setting.value, int):
            continue
        if linked <= files and bool(linked) == bool(files):
            return setting.value
    return next((_number(file.variant) for file in entry.files if file.iri in files and file.variant), 0)


def _number(variant: str) -> int:
    found = _IN_NAME.search(variant)
    return int(found[1]) if found else 0


def _called(entry: Entry, variant: str) -> str:
    """Return the id of a variant.

    A variant is written `8step-cfg` at its file and `@8step@cfg` in an id, which sorts what it is made of.
    """
    return str(MirId.find(f"{entry.id}@{variant.replace('-', '@')}"))


def _tokens(variant: str) -> list[str]:
    """Return what a variant is made of: `8step-cfg` is `@8step@cfg`."""
    return sorted(variant.lower().split("-"))


def _unsaid(entry: Entry) -> tuple[str, ...]:
    """Say which variants have settings of their own, when none was asked for and none is taken."""
    linked = {iri for setting in entry.settings for iri in setting.applies_to}
    variants = sorted({file.variant for file in entry.files if file.variant and file.iri in linked})
    if not variants:
        return ()
    return (f"{entry.id} has settings of its own for its variants {', '.join(variants)}: name one as {entry.id}@…",)
