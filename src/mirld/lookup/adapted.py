"""An adapter as an identification has it: its candidates are what it may be used with, and not what it is."""

from __future__ import annotations

from mirld.lookup.adapter_facts import INVERSION, AdapterFacts
from mirld.lookup.identification import AdapterDetail, Claim, Ground, Identified, Trained


def adapted(facts: AdapterFacts, claims: tuple[Claim, ...], nearest: tuple[Claim, ...]) -> Identified:
    """Say what an adapter changes and which entries it fits, best first; `level` is kind when names alone speak."""
    bases = facts.bases
    detail = AdapterDetail(
        kind=facts.kind,
        ranks=facts.ranks,
        parts=tuple(
            Trained(name=part.name, modules=part.modules, proved=bool(part.layouts) and part.is_proved)
            for part in bases.parts
        ),
        proved=bases.is_proved and bool(claims),
        nearest=() if claims else tuple(claim.id for claim in nearest),
    )
    return Identified(
        prefix="",
        kind="textual-inversion" if facts.kind == INVERSION else "lora",
        label=f"{facts.kind[0].upper()}{facts.kind[1:]}",
        level=_level(claims, proved=detail.proved),
        layout=None,
        signature="adapter",
        candidates=claims,
        grounds=_grounds(detail, claims),
        settle=_settle(claims, proved=detail.proved),
        adapter=detail,
    )


def _level(claims: tuple[Claim, ...], *, proved: bool) -> str:
    if not proved:
        return "kind"
    return "series" if len({claim.series for claim in claims}) == 1 else "architecture"


def _grounds(detail: AdapterDetail, claims: tuple[Claim, ...]) -> tuple[Ground, ...]:
    if detail.kind == INVERSION:
        changed = f"vectors for {', '.join(part.name for part in detail.parts)}"
    else:
        ranks = ", ".join(f"{rank} ({modules})" for rank, modules in detail.ranks.items()) or "unknown"
        changed = f"{', '.join(f'{part.modules} modules of {part.name}' for part in detail.parts)}; rank {ranks}"
    if not claims:
        fits = "no network that is known has these modules in these sizes"
    elif detail.proved:
        fits = "names and sizes are those of the networks above"
    else:
        fits = "names are those of the networks above, sizes are others or unknown"
    return (Ground(condition=f"adapter: {detail.kind}", found=changed), Ground(condition="what it fits", found=fits))


def _settle(claims: tuple[Claim, ...], *, proved: bool) -> str | None:
    if not claims:
        return None
    if not proved:
        return "names alone speak for this, which proves nothing: the page of the adapter says what it was made for"
    if len(claims) > 1:
        return f"it fits all {len(claims)} alike; which it was trained on, the page of the adapter says"
    return None
