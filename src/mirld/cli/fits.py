"""Whether entries work together, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator

from mirld.cli.table import painted, printable
from mirld.lookup.compatibility import Fact, Fit, FitOfSet, Fitting, Named

_SHOWN = 6
"""Facts shown of one pair; all of them are in JSON."""


def write_answer(found: Fit | FitOfSet | Fitting) -> str:
    """Write the verdict and what it rests on; of a set, every pair; of a list, what fits by kind."""
    if isinstance(found, Fit):
        return "\n".join(_fit(found))
    if isinstance(found, FitOfSet):
        return "\n".join(_set(found))
    return "\n".join(_list(found))


def _fit(found: Fit) -> Iterator[str]:
    yield f"{painted(found.verdict, bold=True)}  {_name(found.one)}  {_name(found.other)}"
    if not any(fact.decides for fact in found.evidence) or len({f.verdict for f in found.evidence if f.decides}) > 1:
        yield f"    {printable(found.reason)}"
    for fact in found.evidence[:_SHOWN]:
        yield from _fact(fact)
    if len(found.evidence) > _SHOWN:
        yield f"    {len(found.evidence) - _SHOWN} more in the JSON"


def _fact(fact: Fact) -> Iterator[str]:
    weaker = "" if fact.decides else ", outweighed" if fact.weight else ""
    yield f"    {fact.verdict}: {printable(fact.text)} ({printable(fact.kind.label)}{weaker})"
    for step in fact.steps:
        yield f"        since {printable(step)}"
    for source in fact.sources:
        yield f"        {printable(source)}"


def _set(found: FitOfSet) -> Iterator[str]:
    weakest = found.weakest
    yield f"{painted(found.verdict, bold=True)}  {len(found.entries)} entries, {len(found.pairs)} pairs"
    yield f"    the weakest pair is {_name(weakest.one)}  {_name(weakest.other)}"
    for pair in found.pairs:
        yield ""
        yield from _fit(pair)


def _list(found: Fitting) -> Iterator[str]:
    yield painted(f"{_name(found.entry)}  {printable(found.entry.label)}", bold=True)
    if not found.fits:
        yield "    nothing is known to fit it"
    for kind, fits in found.fits:
        yield f"    {printable(kind.label)}"
        for fit in fits:
            yield f"        {_name(fit.one)}  {printable(fit.one.label)}"
            yield f"            {printable(fit.reason)}"


def _name(named: Named) -> str:
    return f"{named.id}@{named.variant}" if named.variant else named.id
