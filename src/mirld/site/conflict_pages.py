"""What was outvoted into what its pages show: facts first, and after all of them names in other words."""

from __future__ import annotations

from collections.abc import Iterable

from mirld.graph.agreement import Conflict
from mirld.site.contexts import ConflictsContext, Head, Row, Table
from mirld.site.links import Link
from mirld.site.list_pages import first_of, pager, slice_of, which
from mirld.site.material import Linker, Material
from mirld.site.names import anchor, table, trail
from mirld.site.plan import Page


def conflicts_context(material: Material, page: Page, head: Head) -> ConflictsContext:
    """List what sources disagree on, both sides of it with who says so."""
    link = Linker(material, page)
    conflicts = material.agreement.conflicts
    words = sum(conflict.is_of_words for conflict in conflicts)
    shown = slice_of(conflicts, page)
    return ConflictsContext(
        head=head,
        label="Where sources disagree",
        lede=(
            f"Outvoted facts: {len(conflicts) - words:,}; names and spellings: {words:,}{which(page)}. "
            "What the source of the lowest rank says stands; what the others say is kept."
        ),
        crumbs=trail(link, ("browse", "browse"), here=first_of(page).removeprefix("browse/")),
        table=_table(material, (conflict for conflict in shown if not conflict.is_of_words), link),
        words=_table(material, (conflict for conflict in shown if conflict.is_of_words), link),
        pages=pager(page, link),
    )


def _table(material: Material, conflicts: Iterable[Conflict], link: Linker) -> Table | None:
    rows = (
        Row(
            anchor="",
            head=_about(material, found.subject, link),
            cells=(
                (link.term(found.predicate),),
                tuple(link.value(term) for term in found.kept),
                _by(material, found.kept_by, link),
                (link.value(found.term),),
                _by(material, found.by, link),
            ),
        )
        for found in conflicts
    )
    return table(("Entry", "Property", "Shown", "Said by", "Said otherwise", "By"), rows)


def _about(material: Material, subject: str, link: Linker) -> Link:
    """Link an entry by its name, at the part that is meant."""
    whole = subject.partition("#")[0]
    return Link(link.to(whole).label, link.to(subject).href, anchor(subject) or material.ids.get(whole))


def _by(material: Material, sources: Iterable[str], link: Linker) -> tuple[Link, ...]:
    ranks = {iri: found.rank for iri, found in material.registry.sources.items()}
    return tuple(link.to(source, None if ranks.get(source) is None else f"rank {ranks[source]}") for source in sources)
