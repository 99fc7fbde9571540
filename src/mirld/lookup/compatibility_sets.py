"""Whether several entries make one pipeline, and all that fits one entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from mirld.errors import UsageError
from mirld.lookup.compatibility import VERDICTS, Fit, FitOfSet, Fitting, Named
from mirld.lookup.compatibility_asking import fit_of, is_part, targets
from mirld.lookup.compatibility_kinds import ADAPTER, ARCHITECTURE, COMPONENT, PRECISION, SCHEDULER
from mirld.lookup.compatibility_statements import Knowledge
from mirld.lookup.compatibility_traits import roles_of
from mirld.registry.values import Entry

LINKS = (
    "adapterFor",
    "compatibility",
    "component",
    "scheduler",
    "fineTunedFrom",
    "mergedFrom",
    "quantizedFrom",
    "variantOf",
)


def fit_of_set(known: Knowledge, entries: Sequence[Entry]) -> FitOfSet:
    """Judge every pair that has to fit for some entries to make one pipeline.

    Each part (adapter, component, scheduler, precision) has to fit one of the models; a scheduler that no model says
    anything of, an adapter that is sampled with it. Other parts are not compared, nor two models beside parts; where
    there are only models, or only parts, all have to fit each other.
    """
    wholes = [entry for entry in entries if not is_part(known, entry)]
    parts = [entry for entry in entries if is_part(known, entry)]
    if wholes and parts:
        pairs = [_best(_of_part(known, part, wholes, parts)) for part in parts]
    else:
        pairs = [fit_of(known, one, other) for one, other in combinations(entries, 2)]
    return FitOfSet(entries=tuple(map(Named.of, entries)), pairs=tuple(pairs))


def _of_part(known: Knowledge, part: Entry, wholes: Sequence[Entry], parts: Sequence[Entry]) -> Iterator[Fit]:
    fits = [fit_of(known, part, whole) for whole in wholes]
    yield from fits
    if "Scheduler" in part.types and all(fit.verdict == "unknown" for fit in fits):
        yield from (fit_of(known, part, other) for other in parts if targets(known, other))


def _best(fits: Iterable[Fit]) -> Fit:
    return max(fits, key=lambda fit: VERDICTS.index(fit.verdict))


def fitting(known: Knowledge, entry: Entry, kind: str | None = None) -> Fitting:
    """List all that is known to fit an entry, by kind; with `kind`, a token of `Kinds.listed`, only of that one."""
    found: dict[str, list[Fit]] = {}
    for other in sorted(_candidates(known, entry), key=lambda each: each.id):
        part, whole = (other, entry) if is_part(known, other) or not is_part(known, entry) else (entry, other)
        token = kind_of(known, part, whole)
        if token is not None and (kind is None or known.kinds.is_a(token, kind)):
            fit = fit_of(known, other, entry)
            if fit.verdict == "yes":
                found.setdefault(token, []).append(fit)
    fits = tuple((known.kinds[token].ref, tuple(of)) for token, of in sorted(found.items()))
    return Fitting(entry=Named.of(entry), fits=fits)


def token_of(known: Knowledge, kind: str | None) -> str | None:
    """Return the token of the kind that a person calls so, such as `adapters` or `VAEs`; None for none.

    Raises UsageError when nothing is listed by this kind.
    """
    token = known.kinds.named(kind) if kind else None
    if kind and token is None:
        names = ", ".join(sorted(names[0] for names in known.kinds.listed().values()))
        raise UsageError(f"nothing is listed by this kind: {kind}", hint=f"the kinds are {names}")
    return token


def kind_of(known: Knowledge, part: Entry, whole: Entry) -> str | None:
    """Return the kind that a part is listed under; None when the two are nothing that is put together."""
    if "Scheduler" in (*part.types, *whole.types):
        return SCHEDULER
    if part.id.domain == "operations":
        return PRECISION if part.precision is not None else None
    if targets(known, part):
        return known.kinds.stated(part.id.architecture, ADAPTER) or ADAPTER
    if any(each.entry is not None and each.entry.iri == part.iri for each in whole.components):
        return next((role.token for role in roles_of(known, part)), COMPONENT)
    return next((role.token for role in roles_of(known, part)), ARCHITECTURE)


def _candidates(known: Knowledge, entry: Entry) -> Iterable[Entry]:
    """Return what may fit an entry: what is near, and for what is no part, whatever may fit though nobody names it."""
    searched = () if is_part(known, entry) else known.searched()
    return {each.iri: each for each in (*near(known, entry), *searched) if each.iri != entry.iri}.values()


def near(known: Knowledge, entry: Entry) -> Iterator[Entry]:
    """Give what an entry and those it takes after name, and what names them; some more than once."""
    for ancestor in known.ancestors(entry):
        whole = known.entry(ancestor.entry.iri)
        if whole is not None:
            yield whole
        yield from known.linking(ancestor.entry, *LINKS)
        for said in known.statements(ancestor.entry):
            for other in filter(None, map(known.entry, (said.subject, said.object))):
                yield other
                yield from known.releases(other)
    yield from known.releases(entry)
