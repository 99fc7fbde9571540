"""The condition of a registry, as a terminal shows it: tables and paragraphs, at most 100 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping

from mirld.cli.table import draw, painted, printable, terminal_width
from mirld.lookup.health import Coverage, Gap, Health, SourceHealth
from mirld.registry import Source

_WIDEST = 100
_SHOWN = 20


def write_health(found: Health) -> str:
    """Write what there is, what models have, what each source gives, and what is missing most."""
    width = min(terminal_width() or _WIDEST, _WIDEST)
    return "\n".join([*_whole(found, width), *_sources(found, width), *_next(found, width)]) + "\n"


def _whole(found: Health, width: int) -> Iterator[str]:
    yield painted("Registry", bold=True)
    confirmed = sum(found.confirmed.values())
    by = _list({f"by {sources}": count for sources, count in found.confirmed.items()})
    said = (
        f"{sum(found.entries.values()):,} entries" + (f": {_list(found.entries)}" if found.entries else ""),
        f"{_list(found.digests)}, each counted once",
        f"{confirmed:,} facts confirmed by other sources" + (f": {by}" if by else ""),
        f"{found.outvoted:,} facts outvoted, and {found.reworded:,} names and spellings",
    )
    yield from _paragraphs(said, width, indent="")
    yield ""
    yield draw(
        ["models that have", "themselves", "or their series", "share"],
        [_covered(each) for each in found.coverage],
        width=width,
        right=[False, True, True, True],
    )
    yield draw(
        ["entries that have a", "entries", "links", "no entry to link"],
        [[each.name, f"{each.entries:,}", f"{each.links:,}", f"{each.unlinked:,}"] for each in found.lineage],
        width=width,
        right=[False, True, True, True],
    )


def _covered(found: Coverage) -> list[str]:
    return [found.name, f"{found.own:,}", f"{found.all:,}", f"{found.share:.0%}"]


def _sources(found: Health, width: int) -> Iterator[str]:
    yield draw(
        ["source", "entries", "alone", "confirmed", "outvoted", "reworded", "findings"],
        [
            [
                _name(each.source),
                *(f"{number:,}" for number in (each.total, each.alone, each.confirmed, each.outvoted, each.reworded)),
                f"{sum(each.findings.values()):,}",
            ]
            for each in found.sources
        ],
        width=width,
        right=[False, *[True] * 6],
    )
    for each in found.sources:
        yield painted(printable(f"{_name(each.source)}: {each.source.title}"), bold=True)
        yield from _paragraphs(_said(each), width)
        yield ""


def _said(found: SourceHealth) -> Iterator[str]:
    source = found.source
    read = [
        f"version {source.version}" if source.version else None,
        f"revision {source.revision[:12]}" if source.revision else None,
        f"read {source.retrieved}" if source.retrieved else None,
        ", ".join(licence.label for licence in source.licences) or None,
    ]
    yield ", ".join(part for part in read if part) or "nothing is said of it"
    if found.entries:
        yield f"describes {found.total:,} entries, {found.alone:,} of them alone: {_list(found.entries)}"
    stated = {name: count for name, count in found.facts.items() if count}
    if stated:
        yield f"states {_list(stated)}"
        if found.empty:
            yield f"never states {', '.join(found.empty)}"
    if found.findings:
        yield f"findings: {_list(found.findings)}"


def _next(found: Health, width: int) -> Iterator[str]:
    yield painted("What to add next", bold=True)
    rows = [_lacking(gap) for gap in found.gaps["licence"][:_SHOWN]]
    if rows:
        yield draw(
            ["series with models of no licence", "missing", "models"], rows, width=width, right=[False, True, True]
        )
    lacking = [
        f"no {name}: " + ", ".join(f"{gap.text} {gap.missing:,} of {gap.models:,}" for gap in gaps[:3])
        for name, gaps in found.gaps.items()
        if gaps and name != "licence"
    ]
    yield from _paragraphs(lacking, width)
    worst = [f"{_name(each.source)} {sum(each.findings.values()):,}" for each in found.faulty()[:_SHOWN]]
    if worst:
        yield from _paragraphs([f"findings to look into: {', '.join(worst)}"], width)


def _lacking(gap: Gap) -> list[str]:
    return [gap.text, f"{gap.missing:,}", f"{gap.models:,}"]


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _name(source: Source) -> str:
    return source.iri.rstrip("/").rpartition("/")[2]


def _paragraphs(texts: Iterable[str], width: int, indent: str = "  ") -> Iterator[str]:
    for text in texts:
        yield from textwrap.wrap(
            printable(text), width, initial_indent=indent, subsequent_indent=indent + "    ", break_on_hyphens=False
        )
