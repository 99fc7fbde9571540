"""The answer to a look-up, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator

from mirld.cli.table import painted, printable
from mirld.lookup import Candidate, Resolution
from mirld.lookup.unfound import what_is_wrong


def write_candidates(found: Resolution) -> str:
    """Write every candidate: its id and label, below them its address and the reasons; nothing when there is none."""
    return "".join(_write(candidate) for candidate in found.candidates)


def _write(candidate: Candidate) -> str:
    state = "" if candidate.state == "current" else f"  ({candidate.state})"
    label = f"  {printable(candidate.label)}" if candidate.label != candidate.id else ""
    lines = [f"{painted(printable(candidate.id), bold=True)}{label}{state}"]
    lines += [f"    {candidate.part or candidate.iri}"]
    lines += [f"    {printable(reason)}" for reason in candidate.reasons]
    return "\n".join(lines) + "\n"


def words_about(found: Resolution) -> Iterator[str]:
    """Say what a person should know of the answer: that it is ambiguous, that it is cut, what to try instead."""
    if not found.candidates:
        yield f"nothing is known by this name: {printable(found.query)}"
        wrong = what_is_wrong(found.query, found.nearest)
        if wrong is not None and wrong[1]:
            yield f"hint: {printable(wrong[1])}"
        elif found.nearest:
            yield f"hint: did you mean {' or '.join(found.nearest)}?"
        return
    if found.reading == "text" and found.query.strip().lower().startswith("mir:"):
        wrong = what_is_wrong(found.query)
        words = wrong[0] if wrong is not None else f"there is no such id, these are like it: {found.query}"
        yield printable(words)
    elif found.ambiguous:
        yield f"ambiguous: {found.tied} entries fit equally well"
    if found.total > len(found.candidates):
        yield f"{len(found.candidates)} of {found.total} shown, --limit says how many"
