"""What an entry has to do with other entries, into what its page shows."""

from __future__ import annotations

from mirld.registry.values import Entry
from mirld.site.contexts import Group, Row, Table
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.names import all_confirmed, anchor, cited, confirmed, plain, series_iri, table
from mirld.vocab import MIR

Incoming = list[tuple[str, str]]
"""(whole resource, predicate) of every link to an entry from outside it, each once."""

_UP = {
    "fineTunedFrom": "Fine-tuned from",
    "quantizedFrom": "Quantised from",
    "mergedFrom": "Merged from",
    "distilledFrom": "Distilled from",
    "variantOf": "Variant of",
    "derivedFrom": "Derived from",
}
_DOWN = {
    str(MIR.fineTunedFrom): "Fine-tuned from this",
    str(MIR.quantizedFrom): "Quantised from this",
    str(MIR.mergedFrom): "Merged from this",
    str(MIR.distilledFrom): "Distilled from this",
    str(MIR.variantOf): "Variants of this",
    str(MIR.derivedFrom): "Derived from this",
    str(MIR.entry): "A component of",
    str(MIR.scheduler): "Named as scheduler by",
    str(MIR.networkOf): "Modules of its network",
}
_NAMED = 12


def links_to(material: Material, entry: Entry) -> Incoming:
    """Find every link to an entry from outside it."""
    found = {
        (subject.partition("#")[0], str(predicate)): None for subject, predicate in material.view.incoming(entry.iri)
    }
    return [pair for pair in found if pair[0] != entry.iri]


def lineage(entry: Entry, incoming: Incoming, link: Linker) -> tuple[Group, ...]:
    """Group the entries that an entry was made from, and those that were made from it."""
    groups: dict[str, list[Link]] = {}
    for name, ref in entry.derived_from:
        groups.setdefault(_UP[name], []).append(link.to(ref.iri))
    for subject, predicate in incoming:
        if predicate in _DOWN:
            groups.setdefault(_DOWN[predicate], []).append(link.to(subject))
    agreed = {
        _UP[name]: all_confirmed(link, entry.iri, MIR[name], len(groups[_UP[name]])) for name, _ in entry.derived_from
    }
    order = [*_UP.values(), *_DOWN.values()]
    return tuple(Group(title, tuple(groups[title]), None, agreed.get(title, ())) for title in order if title in groups)


def fits(material: Material, entry: Entry, incoming: Incoming, link: Linker) -> tuple[Group, ...]:
    """Adapters in both directions; a release also shows those of its whole series."""
    groups = [("Made for", [link.to(ref.iri) for ref in entry.adapter_for])]
    groups.append(("Adapters for it", [link.to(found) for found, name in incoming if name == MIR.adapterFor]))
    if entry.id.domain == "model":
        series = series_iri(entry.id.architecture, entry.id.series, material.base)
        whole = {
            subject.partition("#")[0] for subject, name in material.view.incoming(series) if name == MIR.adapterFor
        }
        groups.append(("Adapters for its series", [link.to(found) for found in sorted(whole - {entry.iri})]))
    agreed = {"Made for": all_confirmed(link, entry.iri, MIR.adapterFor, len(entry.adapter_for))}
    return tuple(Group(title, tuple(links), None, agreed.get(title, ())) for title, links in groups if links)


def judged(material: Material, entry: Entry, incoming: Incoming, link: Linker) -> Table | None:
    """List what was said of whether two entries fit, on the pages of both."""
    rows = [
        Row(
            anchor=anchor(found.iri),
            head=link.to((found.object if found.subject.iri == entry.iri else found.subject).iri),
            cells=((link.to(found.kind.iri),), (link.to(found.verdict.iri),), cited(found.sources, link)),
            confirmed=confirmed(link, found.iri, MIR.verdict),
        )
        for found in entry.compatibilities
    ]
    for whole in sorted({subject for subject, name in incoming if name in (MIR.subject, MIR.object)}):
        other = material.registry.by_iri.get(whole)
        for found in other.compatibilities if other else ():
            if entry.iri in (found.subject.iri, found.object.iri):
                cells = ((link.to(found.kind.iri),), (link.to(found.verdict.iri),), cited(found.sources, link))
                rows.append(Row(anchor="", head=link.to(whole), cells=cells))
    return table(("Entry", "Kind", "Fits", "Source"), rows)


def traits(entry: Entry, link: Linker) -> Table | None:
    """List the measures that decide what works with an entry."""
    rows = [
        Row(
            anchor=anchor(found.iri),
            head=link.to(found.kind.iri),
            cells=(plain(str(found.value)), cited(found.sources, link)),
            confirmed=confirmed(link, found.iri, MIR.value),
        )
        for found in entry.traits
    ]
    return table(("Trait", "Value", "Source"), rows)
