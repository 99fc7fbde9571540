"""Entries into what their pages show: the facts at a glance, and all that the other modules of entries show."""

from __future__ import annotations

from functools import cache

from mirld.registry.values import Entry
from mirld.site.classification_pages import classified
from mirld.site.contexts import Fact, Head, Row, Table
from mirld.site.entry_contexts import EntryContext
from mirld.site.entry_files import files, layouts, tensors
from mirld.site.entry_relations import fits, judged, lineage, links_to, traits
from mirld.site.entry_running import components, examples, loadings, parameters, repositories, settings
from mirld.site.entry_sources import disputed, elsewhere, evidence, laid_over, recorded
from mirld.site.links import Link
from mirld.site.material import KINDS, Linker, Material
from mirld.site.names import all_confirmed, amount, cited, crumbs_of, plain, refs, table
from mirld.site.plan import Page
from mirld.vocab import DCTERMS, FOAF, MIR, SKOS


def entry_context(material: Material, page: Page, head: Head) -> EntryContext:
    """Say all that the registry knows of one entry."""
    link = Linker(material, page)
    entry = material.registry.by_iri[page.subject]
    incoming = links_to(material, entry)
    return EntryContext(
        head=head,
        label=entry.label,
        crumbs=crumbs_of(entry.id, link, material.base),
        text=material.ids[entry.iri],
        iri=entry.iri,
        description=entry.description,
        other_labels=entry.other_labels,
        laid_over=laid_over(material, entry),
        facts=_facts(entry, link),
        releases=_releases(material, entry, link),
        loadings=loadings(material, entry, link),
        repositories=repositories(entry, link),
        examples=examples(entry),
        files=files(material, entry, link),
        layouts=layouts(material, entry, link),
        tensors=tensors(entry, link),
        components=components(entry, link),
        lineage=lineage(entry, incoming, link),
        fits=fits(material, entry, incoming, link),
        judged=judged(material, entry, incoming, link),
        traits=traits(entry, link),
        settings=settings(material, entry, link),
        parameters=parameters(material, entry, link),
        classified=classified(material, entry, link),
        evidence=evidence(entry, link),
        sources=tuple(link.to(found.iri) for found in entry.sources),
        disputed=disputed(material, entry, link),
        recorded=recorded(material, entry, link),
        aliases=tuple(
            Link(material.view.text(subject, SKOS.notation) or subject, link.to(subject).href)
            for subject, predicate in incoming
            if predicate == DCTERMS.isReplacedBy
        ),
        elsewhere=elsewhere(entry, link, material.base),
        incoming=len(incoming),
    )


def kind_of(entry: Entry) -> str:
    """Return the word for what an entry is."""
    return KINDS.get(_class_of(entry.types), "entry")


def _facts(entry: Entry, link: Linker) -> tuple[Fact, ...]:
    kind = Link(kind_of(entry), link.term(str(MIR[_class_of(entry.types)])).href)
    known: list[tuple[str, str, tuple[Link, ...]]] = [
        ("Kind", str(MIR.Entry), (kind,)),
        ("Task", str(MIR.task), refs(entry.tasks, link)),
        ("Task class", str(MIR.taskClass), plain(*entry.task_classes)),
        ("Takes", str(MIR.inputModality), refs(entry.input_modalities, link)),
        ("Gives", str(MIR.outputModality), refs(entry.output_modalities, link)),
        ("Precision", str(MIR.precision), (link.to(entry.precision.iri),) if entry.precision else ()),
        ("Parameters", str(MIR.parameterCount), _count(entry.parameter_count)),
        ("Licence", str(DCTERMS.license), refs(entry.licences, link)),
        ("Publisher", str(DCTERMS.publisher), refs(entry.publishers, link)),
        ("Released", str(DCTERMS.issued), plain(entry.issued)),
        ("Paper", str(MIR.paper), cited(entry.papers, link)),
        ("Home page", str(FOAF.homepage), cited(entry.homepages, link)),
    ]
    if not entry.licences and entry.id.domain in ("model", "dev"):
        known = [(name, iri, (Link("not stated"),) if name == "Licence" else values) for name, iri, values in known]
    if len(entry.architectures) > 1:
        known.append(("Architectures", str(MIR.architecture), refs(entry.architectures, link)))
    return tuple(
        Fact(Link(name, link.term(iri).href), values, all_confirmed(link, entry.iri, iri, len(values)))
        for name, iri, values in known
        if values
    )


@cache
def _class_of(types: tuple[str, ...]) -> str:
    return next((name for name in reversed(KINDS) if name in types), "Entry")


def _count(count: int | None) -> tuple[Link, ...]:
    return () if count is None else (Link(amount(count), None, f"{count:,}" if count >= 1_000_000 else None),)


def _releases(material: Material, entry: Entry, link: Linker) -> Table | None:
    if entry.id.domain != "info":
        return None
    rows = (
        Row(
            anchor="",
            head=Link(material.ids[found.iri], link.to(found.iri).href),
            cells=(plain(found.label), plain(found.issued), _count(found.parameter_count)),
        )
        for found in material.registry.by_series.get(entry.id, ())
    )
    return table(("Id", "Name", "Released", "Parameters"), rows, code=True)
