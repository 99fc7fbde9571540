"""How things are written on pages: names with their parts, sizes, counts, values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache

from mirld.graph.terms import Literal
from mirld.ids import MirId
from mirld.registry.values import Ref, Value
from mirld.site.contexts import Confirmed, Crumb, Line, Row, Table
from mirld.site.links import Link
from mirld.site.material import Linker

_SIZES = ("bytes", "kB", "MB", "GB", "TB")
_COUNTS = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"))


@cache
def series_iri(architecture: str, series: str, base: str) -> str:
    """Return the IRI of the entry that describes a series."""
    return MirId("info", architecture, series).iri(base)


def crumbs_of(mir_id: MirId, link: Linker, base: str) -> tuple[Crumb, ...]:
    """Take a name apart; every part leads to its page."""
    parts = [
        Crumb(text="mir", role="scheme", mark="p", joint=":", href=link.root),
        Crumb(
            text=mir_id.domain,
            role="domain",
            mark="d",
            joint=".",
            href=link.to(f"{base}vocab/domain/{mir_id.domain}").href,
        ),
        Crumb(
            text=mir_id.architecture,
            role="architecture",
            mark="a",
            joint=".",
            href=link.to(f"{base}vocab/architecture/{mir_id.architecture}").href,
        ),
        Crumb(
            text=mir_id.series,
            role="series",
            mark="r",
            joint=":" if mir_id.compatibility else "",
            href=link.to(series_iri(mir_id.architecture, mir_id.series, base)).href,
        ),
    ]
    if mir_id.compatibility:
        parts.append(Crumb(text=mir_id.compatibility, role="compatibility", mark="k"))
    parts += [Crumb(text=f"@{variant}", role="variant", mark="v") for variant in mir_id.variants]
    return tuple(parts)


def trail(link: Linker, *steps: tuple[str, str], here: str) -> tuple[Crumb, ...]:
    """Make the way to a page that is no entry: (text, path) of each page above it, then the page itself."""
    above = [Crumb(text=text, role="", mark="p", joint="/", href=link.path(text, path).href) for text, path in steps]
    return (*above, Crumb(text=here, role="", mark="p"))


def size(count: int) -> str:
    """Write a number of bytes in decimal units.

    >>> size(6938078334)
    '6.94 GB'
    """
    value, unit = float(count), 0
    while value >= 1000 and unit < len(_SIZES) - 1:
        value, unit = value / 1000, unit + 1
    return f"{count} bytes" if unit == 0 else f"{value:.3g} {_SIZES[unit]}"


def amount(count: int) -> str:
    """Write a large number as it is spoken.

    >>> amount(2567463684)
    '2.57 billion'
    """
    for unit, name in _COUNTS:
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count:,}"


def value_text(value: Value) -> str:
    """Write a setting's value as its source does: text bare, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def plain(*texts: str | None) -> tuple[Link, ...]:
    """Make a cell of texts that lead nowhere."""
    return tuple([Link(text) for text in texts if text])


def anchor(iri: str) -> str:
    """Return the fragment of a part, which is its anchor on the page of the whole."""
    return iri.partition("#")[2]


def cited(iris: Iterable[str], link: Linker) -> tuple[Link, ...]:
    """Make a cell of pages that something rests on."""
    return tuple([link.to(iri) for iri in iris])


def refs(named: Iterable[Ref], link: Linker) -> tuple[Link, ...]:
    """Make a cell of things that have names."""
    return tuple([link.to(ref.iri) for ref in named])


def confirmed(link: Linker, subject: str, predicate: str, value: str | None = None) -> tuple[Confirmed, ...]:
    """Name the sources that agree on what stands in one place: on the one value of a property, or on one of several."""
    for term, sources in link.confirmations(subject, predicate):
        if value is None or value == (term.value if isinstance(term, Literal) else term):
            return (Confirmed(sources),)
    return ()


def all_confirmed(link: Linker, subject: str, predicate: str, values: int) -> tuple[Confirmed, ...]:
    """Name the sources that agree on values of a property, which shows so many `values` in one place."""
    agreed: dict[tuple[Link, ...], list[str]] = {}
    for term, sources in link.confirmations(subject, predicate):
        agreed.setdefault(sources, []).append(link.value(term).label)
    return tuple(
        [
            Confirmed(sources, ", ".join(labels), f"{len(labels)} of {values}")
            if len(labels) < values
            else Confirmed(sources)
            for sources, labels in agreed.items()
        ]
    )


def table(headings: tuple[str, ...], rows: Iterable[Row], *, code: bool = False) -> Table | None:
    """Make a table of rows, without the columns that are empty in all of them; None when there are no rows."""
    rows = tuple(rows)
    if not rows:
        return None
    shown, cells = columns(headings[1:], [row.cells for row in rows])
    lines = [Line(row.anchor, row.head, cells, row.confirmed) for row, cells in zip(rows, cells, strict=True)]
    return Table(headings=(headings[0], *shown), rows=tuple(lines), code=code)


def columns(
    headings: tuple[str, ...], rows: Sequence[tuple[tuple[Link, ...], ...]]
) -> tuple[tuple[str, ...], list[tuple[tuple[str, tuple[Link, ...]], ...]]]:
    """Leave out columns that are empty in all rows; return the headings of the others, and their cells with those."""
    kept = [
        (at, heading)
        for at, (heading, cells) in enumerate(zip(headings, zip(*rows, strict=True), strict=bool(rows)))
        if any(cells)
    ]
    return tuple([heading for _, heading in kept]), [
        tuple([(heading, row[at]) for at, heading in kept]) for row in rows
    ]
