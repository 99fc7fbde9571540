"""Files in the place of entries: each stands for all that it may be, and for an adapter what it was made for decides.

What is true of all that a file may be is true of the file; where that differs, nothing is known of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import product

from mirld.errors import InputError, UnknownNameError, WeightError
from mirld.lookup.compatibility import Fact, Fit, Named, Verdict
from mirld.lookup.compatibility_texts import found_entries
from mirld.lookup.identification import Claim, Identification
from mirld.registry.index import Index
from mirld.registry.values import Ref

_MOST = 24
"""Pairs of entries that are asked about, at the most."""

Ask = Callable[[Index, str, str], Fit]


def compatible_files(index: Index, texts: Sequence[str], files: Sequence[bool], ask: Ask) -> Fit:
    """Say whether two work together; `files` says which of the two texts names a file, `ask` answers for two entries.

    InputError when nothing is known of a file, or it is none of weights.
    """
    first, second = (_Asked(index, text, filed=filed) for text, filed in zip(texts, files, strict=True))
    if first.is_adapter and second.is_adapter:
        return Fit("unknown", first.name, second.name, "both are adapters: name the model that they are for")
    if first.is_adapter or second.is_adapter:
        adapter, model = (first, second) if first.is_adapter else (second, first)
        return _of_adapter(index, adapter, model)._replace(one=first.name, other=second.name)
    pairs = list(product(first.ids, second.ids))
    if len(pairs) > _MOST:
        reason = f"the header alone leaves {len(pairs)} pairs of entries: name the one that is meant"
        return Fit("unknown", first.name, second.name, reason)
    fits = [ask(index, *pair) for pair in pairs]
    verdicts = {fit.verdict for fit in fits}
    if len(verdicts) == 1:
        return fits[0]._replace(one=first.name, other=second.name)
    differs = ", ".join(f"{fit.verdict} for {fit.one.id} and {fit.other.id}" for fit in fits[:3])
    reason = f"it depends on which of the entries it is that share a header: {differs}"
    return Fit("unknown", first.name, second.name, reason)


def entry_of_file(index: Index, text: str) -> str:
    """Return the id of the entry that a file is; UnknownNameError when it may be several, with some of them."""
    asked = _Asked(index, text, filed=True)
    if asked.is_adapter:
        fits = " or ".join(asked.ids[:3])
        hint = f"it fits {fits}: load one of these" if fits else None
        raise UnknownNameError(f"it is an adapter, and no model: {text}", hint=hint)
    if len(asked.ids) > 1:
        words = f"{len(asked.ids)} entries have the header of this file: {text}"
        raise UnknownNameError(words, hint=f"say which: {', '.join(asked.ids[:3])}")
    return asked.ids[0]


class _Asked:
    """What is asked about: the ids that a text or a file stands for, how it is named, and what is known of a file."""

    def __init__(self, index: Index, text: str, *, filed: bool) -> None:
        self.ids: tuple[str, ...] = (text,)
        self.answer: Identification | None = None
        if not filed:
            (entry,) = found_entries(index, text)
            self.name = Named.of(entry)
            return
        # Imported here, since an id alone needs no reader of files.
        from mirld.lookup.identifying import Identifier
        from mirld.weights import read

        try:
            self.answer = Identifier(index).identify(read(text))
        except WeightError as error:
            raise InputError(str(error), hint=error.hint) from error
        claims: Sequence[Claim] = self.answer.candidates
        if not claims:
            raise InputError(f"nothing is known of this file: {text}", hint="mirld identify says what was looked at")
        self.ids = tuple(claim.id for claim in claims)
        self.name = Named(claims[0].id, claims[0].iri, os.path.basename(text.rstrip("/\\")))  # noqa: PTH119

    @property
    def is_adapter(self) -> bool:
        """Whether it is a file of an adapter."""
        return self.answer is not None and self.answer.components[0].adapter is not None


def _of_adapter(index: Index, adapter: _Asked, model: _Asked) -> Fit:
    """Hold what an adapter was made for, by the modules that it changes, against what a model is."""
    entries = [entry for text in model.ids for entry in found_entries(index, text)]
    able = set(adapter.ids)
    met = [entry for entry in entries if {str(entry.id), str(entry.id.series_id)} & able]
    answer = adapter.answer
    proved = answer is not None and answer.components[0].adapter is not None and answer.components[0].adapter.proved
    verdict: Verdict = "yes" if proved and len(met) == len(entries) else "unknown"
    grounds = answer.components[0].grounds if answer is not None else ()
    reason = (
        "the modules that it changes are those of the network, in their names and sizes"
        if verdict == "yes"
        else f"the modules that it changes are those of {', '.join(adapter.ids[:3])}"
    )
    kind = Ref(f"{index.base}vocab/compatibility/adapter-for", "adapter for")
    steps = tuple(f"{ground.condition}: {ground.found}" for ground in grounds)
    fact = Fact(verdict, kind, reason, 0, steps, (), decides=verdict == "yes")
    return Fit(verdict, adapter.name, model.name, reason, (fact,))
