"""What the facts of an entry rest on, into what its page shows."""

from __future__ import annotations

from mirld.registry.values import Entry
from mirld.site.contexts import Fact, Row, Table
from mirld.site.entry_contexts import LaidOver
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.names import anchor, cited, plain, table
from mirld.vocab import MIR


def evidence(entry: Entry, link: Linker) -> Table | None:
    """List what supports which properties of an entry."""
    rows = (
        Row(
            anchor=anchor(found.iri),
            head=Link(", ".join(link.term(iri).label for iri in found.supports)),
            cells=(
                cited(found.sources, link),
                plain(found.locator),
                (link.to(found.confidence.iri),) if found.confidence else (),
            ),
        )
        for found in entry.evidence
    )
    return table(("Supports", "Source", "Where in it", "How sure"), rows)


def disputed(material: Material, entry: Entry, link: Linker) -> Table | None:
    """List what a lower-ranked source says otherwise; never silently dropped."""
    rows = []
    for found in material.conflicts.get(entry.iri, ()):
        part = f", of {anchor(found.subject)}" if "#" in found.subject else ""
        kept = tuple(link.value(term) for term in found.kept)
        cells = (kept, cited(found.kept_by, link), (link.value(found.term),), cited(found.by, link))
        rows.append(Row(anchor="", head=Link(link.term(found.predicate).label + part), cells=cells))
    return table(("Property", "Shown here", "Said by", "Said otherwise", "By"), rows)


def laid_over(material: Material, entry: Entry) -> LaidOver | None:
    """Say what a user's overlays say of an entry; None when none speaks of it."""
    subjects = material.laid_over.get(entry.iri)
    if subjects is None:
        return None
    dataset = material.dataset
    graphs = [graph for graph in sorted(dataset.overlays) if any(each[0] in subjects for each in dataset.graphs[graph])]
    return LaidOver(
        whole=entry.iri not in material.published,
        files=tuple(dataset.files[graph] for graph in graphs),
        parts=tuple(Link(anchor(part), f"#{anchor(part)}") for part in sorted(subjects) if part != entry.iri),
    )


def elsewhere(entry: Entry, link: Linker, base: str) -> tuple[Fact, ...]:
    """Group the names that other schemes have for an entry by scheme; one that is a source leads to its page."""
    schemes: dict[str, list[str]] = {}
    for alias in entry.aliases:
        scheme, _, name = alias.partition(":")
        schemes.setdefault(scheme, []).append(name)
    return tuple(
        Fact(term=Link(scheme, link.to(f"{base}source/{scheme}").href), values=plain(*names))
        for scheme, names in sorted(schemes.items())
    )


def recorded(material: Material, entry: Entry, link: Linker) -> tuple[Fact, ...]:
    """Say what the ledger has of the name of an entry."""
    view, iri = material.view, entry.iri
    state = tuple(link.to(found) for found in view.iris(iri, MIR.state))
    known = (("State of the name", state), ("In the ledger since", plain(view.text(iri, MIR.firstSeen))))
    return tuple(Fact(term=Link(name), values=values) for name, values in known if values)
