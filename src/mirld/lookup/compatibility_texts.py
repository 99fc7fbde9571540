"""Questions of compatibility as people put them: texts in any form that `resolve` finds exactly."""

from __future__ import annotations

from collections.abc import Sequence

from mirld.errors import IdError, InputError
from mirld.ids import MirId
from mirld.lookup.compatibility import Fit, FitOfSet, Fitting, Named
from mirld.lookup.compatibility_asking import fit_of
from mirld.lookup.compatibility_statements import Knowledge
from mirld.registry.index import Index
from mirld.registry.values import Entry


def compatible(index: Index, one: str, other: str) -> Fit:
    """Say whether two entries work together: yes, no or unknown, with the facts that the answer rests on.

    Raises InputError when a text is the exact name of no entry, or of several.
    """
    (first, second), names = _found(index, (one, other))
    fit = fit_of(Knowledge(index), first, second)
    return fit._replace(one=names[0], other=names[1])


def compatible_set(index: Index, texts: Sequence[str]) -> FitOfSet:
    """Say whether three entries or more make one pipeline: by every pair that has to fit, and the weakest of them.

    Raises InputError when a text is the exact name of no entry, or of several.
    """
    from mirld.lookup.compatibility_sets import fit_of_set  # two alone need none of it

    entries, names = _found(index, texts)
    asked = {name.iri: name for name in names}
    found = fit_of_set(Knowledge(index), entries)
    pairs = tuple(fit._replace(one=asked[fit.one.iri], other=asked[fit.other.iri]) for fit in found.pairs)
    return FitOfSet(entries=tuple(names), pairs=pairs)


def all_compatible(index: Index, text: str, kind: str | None = None) -> Fitting:
    """List all that is known to fit an entry, by kind; with `kind`, such as `adapters` or `VAEs`, only of that one.

    Raises InputError when the text is the exact name of no entry, or of several, and UsageError for an unknown kind.
    """
    from mirld.lookup.compatibility_sets import fitting, token_of

    known = Knowledge(index)
    token = token_of(known, kind)
    (entry,), (name,) = _found(index, (text,))
    return fitting(known, entry, token)._replace(entry=name)


def found_entries(index: Index, text: str) -> list[Entry]:
    """Return the entry that a text is the exact name of, in a list; InputError as for `compatible`."""
    return _found(index, (text,))[0]


def _found(index: Index, texts: Sequence[str]) -> tuple[list[Entry], list[Named]]:
    entries, names = [], []
    for text in texts:
        entry, variant = _entry(index, text)
        entries.append(entry)
        names.append(Named.of(entry, variant))
    return entries, names


def _entry(index: Index, text: str) -> tuple[Entry, str | None]:
    exactly = index.entry(text)
    if exactly is not None:  # a canonical id means nothing else
        return exactly, None
    from mirld.lookup.resolving import resolve
    from mirld.lookup.unfound import what_is_wrong

    found = resolve(index, text)
    best = found.best
    wrong = what_is_wrong(text, found.nearest) if best is None or best.level != "exact" else None
    if wrong is not None:
        raise InputError(wrong[0], hint=wrong[1])
    if best is None:
        hint = f"did you mean {' or '.join(found.nearest)}?" if found.nearest else None
        raise InputError(f"no entry has this name: {text}", hint=hint)
    if best.level != "exact":
        hint = f"did you mean {best.id}? mirld resolve finds what words mean"
        raise InputError(f"no entry has exactly this name: {text}", hint=hint)
    if found.ambiguous:
        tied = " or ".join(candidate.id for candidate in found.candidates[: found.tied][:_SHOWN])
        raise InputError(f"{found.tied} entries have this name: {text}", hint=f"name one of them, such as {tied}")
    entry = index.entry_at(best.iri)
    if entry is None:
        raise InputError(f"this name was withdrawn: {text}", hint=best.reasons[0] if best.reasons else None)
    return entry, best.variant or _variant(text)


def _variant(text: str) -> str | None:
    try:
        return "@".join(MirId.find(text).variants) or None
    except IdError:
        return None


_SHOWN = 3
