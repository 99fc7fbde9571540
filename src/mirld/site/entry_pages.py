"""Entries into what their pages show."""

from __future__ import annotations

from functools import cache

from mirld.graph.terms import Iri, Literal
from mirld.registry.values import Digest, Entry, File, Layout, Ref
from mirld.site.classification_pages import classified
from mirld.site.contexts import Digested, EntryContext, Fact, Group, Head, Loading, Row, Stored, Table
from mirld.site.links import Link
from mirld.site.material import KINDS, Linker, Material
from mirld.site.names import amount, crumbs_of, plain, series_iri, size, table, value_text
from mirld.site.plan import Page
from mirld.site.snippets import snippet
from mirld.vocab import DCTERMS, DIGEST_PROPERTIES, FOAF, MIR, SKOS

_DIGEST_WORDS = {iri.rpartition("#")[2]: words for iri, words in DIGEST_PROPERTIES.items()}

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
}
_NAMED = 12


def entry_context(material: Material, page: Page, head: Head) -> EntryContext:
    """Say all that the registry knows of one entry."""
    link = Linker(material, page)
    entry = material.registry.by_iri[page.subject]
    incoming = _incoming(material, entry)
    return EntryContext(
        head=head,
        label=entry.label,
        crumbs=crumbs_of(entry.id, link, material.base),
        text=material.ids[entry.iri],
        iri=entry.iri,
        description=entry.description,
        other_labels=entry.other_labels,
        facts=_facts(entry, link),
        releases=_releases(material, entry, link),
        loadings=tuple(_loading(entry, index, link) for index in range(len(entry.loaders))),
        repositories=_repositories(entry, link),
        files=tuple(_file(material, entry, found, link) for found in entry.files),
        layouts=tuple(_layout(material, entry, found, link) for found in entry.layouts),
        tensors=_tensors(entry),
        components=_components(entry, link),
        lineage=_lineage(entry, incoming, link),
        fits=_fits(material, entry, incoming, link),
        judged=_judged(material, entry, incoming, link),
        settings=_settings(material, entry, link),
        parameters=_parameters(entry, link),
        classified=classified(entry, link),
        evidence=_evidence(entry, link),
        sources=tuple(link.to(found.iri) for found in entry.sources),
        disputed=_disputed(material, entry, link),
        recorded=_recorded(material, entry, link),
        aliases=tuple(
            Link(material.view.text(subject, SKOS.notation) or subject, link.to(subject).href)
            for subject, predicate in incoming
            if predicate == DCTERMS.isReplacedBy
        ),
        incoming=len(incoming),
    )


def _recorded(material: Material, entry: Entry, link: Linker) -> tuple[Fact, ...]:
    view, iri = material.view, entry.iri
    state = tuple(link.to(found) for found in view.iris(iri, MIR.state))
    known = (("State of the name", state), ("In the ledger since", plain(view.text(iri, MIR.firstSeen))))
    return tuple(Fact(term=Link(name), values=values) for name, values in known if values)


def kind_of(entry: Entry) -> str:
    """Return the word for what an entry is."""
    return KINDS.get(_class_of(entry.types), "entry")


def _incoming(material: Material, entry: Entry) -> list[tuple[str, str]]:
    """(whole resource, predicate) of every link to an entry from outside it, each once."""
    found = {
        (subject.partition("#")[0], str(predicate)): None for subject, predicate in material.view.incoming(entry.iri)
    }
    return [pair for pair in found if pair[0] != entry.iri]


def _anchor(iri: str) -> str:
    return iri.partition("#")[2]


def _cited(sources: tuple[str, ...], link: Linker) -> tuple[Link, ...]:
    return tuple([link.to(iri) for iri in sources])


def _refs(refs: tuple[Ref, ...], link: Linker) -> tuple[Link, ...]:
    return tuple([link.to(ref.iri) for ref in refs])


def _repositories(entry: Entry, link: Linker) -> Table | None:
    rows = (
        Row(
            anchor=_anchor(found.iri),
            head=Link(found.name, link.to(found.page).href if found.page else None),
            cells=(plain(found.host), plain(found.revision), plain(found.purl, found.air), _cited(found.sources, link)),
        )
        for found in entry.repositories
    )
    return table(("Repository", "Host", "Revision", "Other names", "Source"), rows)


def _components(entry: Entry, link: Linker) -> Table | None:
    rows = (
        Row(
            anchor=_anchor(found.iri),
            head=Link(found.role),
            cells=(
                (link.to(found.entry.iri),) if found.entry else plain(found.class_name),
                plain(found.library),
                _cited(found.sources, link),
            ),
        )
        for found in entry.components
    )
    return table(("Role", "Filled by", "Library", "Source"), rows, code=True)


def _evidence(entry: Entry, link: Linker) -> Table | None:
    rows = (
        Row(
            anchor=_anchor(found.iri),
            head=Link(", ".join(link.term(iri).label for iri in found.supports)),
            cells=(
                _cited(found.sources, link),
                plain(found.locator),
                (link.to(found.confidence.iri),) if found.confidence else (),
            ),
        )
        for found in entry.evidence
    )
    return table(("Supports", "Source", "Where in it", "How sure"), rows)


def _facts(entry: Entry, link: Linker) -> tuple[Fact, ...]:
    kind = Link(kind_of(entry), link.term(str(MIR[_class_of(entry.types)])).href)
    known: list[tuple[str, str, tuple[Link, ...]]] = [
        ("Kind", str(MIR.Entry), (kind,)),
        ("Task", str(MIR.task), _refs(entry.tasks, link)),
        ("Task class", str(MIR.taskClass), plain(*entry.task_classes)),
        ("Takes", str(MIR.inputModality), _refs(entry.input_modalities, link)),
        ("Gives", str(MIR.outputModality), _refs(entry.output_modalities, link)),
        ("Precision", str(MIR.precision), (link.to(entry.precision.iri),) if entry.precision else ()),
        ("Parameters", str(MIR.parameterCount), _count(entry.parameter_count)),
        ("Licence", str(DCTERMS.license), _refs(entry.licences, link)),
        ("Publisher", str(DCTERMS.publisher), _refs(entry.publishers, link)),
        ("Released", str(DCTERMS.issued), plain(entry.issued)),
        ("Paper", str(MIR.paper), _cited(entry.papers, link)),
        ("Home page", str(FOAF.homepage), _cited(entry.homepages, link)),
    ]
    if not entry.licences and entry.id.domain in ("model", "dev"):
        known = [(name, iri, (Link("not stated"),) if name == "Licence" else values) for name, iri, values in known]
    if len(entry.architectures) > 1:
        known.append(("Architectures", str(MIR.architecture), _refs(entry.architectures, link)))
    return tuple(Fact(term=Link(name, link.term(iri).href), values=values) for name, iri, values in known if values)


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


def _loading(entry: Entry, index: int, link: Linker) -> Loading:
    loader = entry.loaders[index]
    notes = [
        link.to(ref.iri, note)
        for ref, note in ((loader.precision, "precision"), (loader.scheduler, "scheduler"))
        if ref
    ]
    return Loading(
        anchor=_anchor(loader.iri),
        library=loader.library,
        version=loader.version,
        names=tuple(name for name in (loader.class_name, loader.call, loader.module) if name),
        notes=(*notes, *_cited(loader.sources, link)),
        code=snippet(entry, loader),
    )


def _traits(found: File | Layout, convention: Ref | None, link: Linker) -> list[Link]:
    return [link.to(ref.iri) for ref in (convention, found.precision) if ref]


def _digests(material: Material, entry: Entry, digests: tuple[Digest, ...], link: Linker) -> tuple[Digested, ...]:
    return tuple(
        Digested(
            kind=_DIGEST_WORDS.get(digest.kind, digest.kind),
            value=digest.value,
            also=_also(material, entry, digest, link),
        )
        for digest in digests
    )


def _also(material: Material, entry: Entry, digest: Digest, link: Linker) -> tuple[Link, ...]:
    """Name the other entries with the same digest; the first few of them when there are many."""
    hits = [hit.entry for hit in material.registry.by_digest.get(digest.value, ()) if hit.entry is not entry]
    links = [Link(material.ids[found.iri], link.to(found.iri).href) for found in hits[:_NAMED]]
    return (*links, *plain(f"{len(hits) - _NAMED} more" if len(hits) > _NAMED else None))


def _file(material: Material, entry: Entry, found: File, link: Linker) -> Stored:
    traits = [] if found.format is None else [link.to(found.format.iri)]
    traits += _traits(found, found.layout, link)
    traits += plain(None if found.size is None else size(found.size))
    if found.variant:
        traits.append(Link(f"@{found.variant}", None, "variant"))
    if found.repository:
        traits.append(
            Link(
                f"in {material.view.text(found.repository, MIR.repositoryName) or 'repository'}",
                link.to(found.repository).href,
            )
        )
    if found.download:
        traits.append(Link("download", link.to(found.download).href))
    return Stored(
        anchor=_anchor(found.iri),
        name=found.name or "A file whose name is not stated",
        traits=tuple(traits),
        comment=found.comment,
        digests=_digests(material, entry, found.digests, link),
        sources=_cited(found.sources, link),
    )


def _layout(material: Material, entry: Entry, found: Layout, link: Linker) -> Stored:
    return Stored(
        anchor=_anchor(found.iri),
        name="Layout",
        traits=tuple(_traits(found, found.convention, link)),
        comment=found.comment,
        digests=_digests(material, entry, found.digests, link),
        sources=_cited(found.sources, link),
    )


def _tensors(entry: Entry) -> tuple[Fact, ...]:
    known = (
        ("Names of tensors contain", entry.key_fragments),
        ("Number of tensors", tuple(f"{count:,}" for count in entry.tensor_counts)),
        ("Shapes of tensors", entry.tensor_shapes),
    )
    return tuple(Fact(term=Link(name), values=plain(*values)) for name, values in known if values)


def _lineage(entry: Entry, incoming: list[tuple[str, str]], link: Linker) -> tuple[Group, ...]:
    groups: dict[str, list[Link]] = {}
    for name, ref in entry.derived_from:
        groups.setdefault(_UP[name], []).append(link.to(ref.iri))
    for subject, predicate in incoming:
        if predicate in _DOWN:
            groups.setdefault(_DOWN[predicate], []).append(link.to(subject))
    order = [*_UP.values(), *_DOWN.values()]
    return tuple(Group(title=title, links=tuple(groups[title])) for title in order if title in groups)


def _fits(material: Material, entry: Entry, incoming: list[tuple[str, str]], link: Linker) -> tuple[Group, ...]:
    """Adapters in both directions; a release also shows those of its whole series."""
    groups = [("Made for", [link.to(ref.iri) for ref in entry.adapter_for])]
    groups.append(("Adapters for it", [link.to(found) for found, name in incoming if name == MIR.adapterFor]))
    if entry.id.domain == "model":
        series = series_iri(entry.id.architecture, entry.id.series, material.base)
        whole = {
            subject.partition("#")[0] for subject, name in material.view.incoming(series) if name == MIR.adapterFor
        }
        groups.append(("Adapters for its series", [link.to(found) for found in sorted(whole - {entry.iri})]))
    return tuple(Group(title=title, links=tuple(links)) for title, links in groups if links)


def _judged(material: Material, entry: Entry, incoming: list[tuple[str, str]], link: Linker) -> Table | None:
    rows = [
        Row(
            anchor=_anchor(found.iri),
            head=link.to((found.object if found.subject.iri == entry.iri else found.subject).iri),
            cells=((link.to(found.kind.iri),), (link.to(found.verdict.iri),), _cited(found.sources, link)),
        )
        for found in entry.compatibilities
    ]
    for whole in sorted({subject for subject, name in incoming if name in (MIR.subject, MIR.object)}):
        other = material.registry.by_iri.get(whole)
        for found in other.compatibilities if other else ():
            if entry.iri in (found.subject.iri, found.object.iri):
                cells = ((link.to(found.kind.iri),), (link.to(found.verdict.iri),), _cited(found.sources, link))
                rows.append(Row(anchor="", head=link.to(whole), cells=cells))
    return table(("Entry", "Kind", "Fits", "Source"), rows)


def _settings(material: Material, entry: Entry, link: Linker) -> Table | None:
    base = {found.iri: found for found in entry.loaders}
    files = {found.iri: found.name or found.variant or "file" for found in entry.files}
    rows = []
    for found in entry.settings:
        scope = []
        for iri in found.applies_to:
            if iri in base:
                scope.append(Link(base[iri].library, f"#{_anchor(iri)}"))
            elif iri in files:
                scope.append(Link(files[iri], f"#{_anchor(iri)}"))
            else:
                scope.append(link.to(iri))
        rows.append(
            Row(
                anchor=_anchor(found.iri),
                head=Link(found.parameter),
                cells=(
                    (Link(value_text(found.value), None, found.unit),),
                    (link.to(f"{material.base}vocab/phase/{found.phase}"),) if found.phase else (),
                    tuple(scope),
                    _cited(found.sources, link),
                ),
            )
        )
    return table(("Setting", "Value", "When", "For", "Source"), rows, code=True)


def _parameters(entry: Entry, link: Linker) -> Table | None:
    rows = (
        Row(
            anchor=_anchor(found.iri),
            head=Link(found.name, None, found.unit),
            cells=(
                plain(found.type),
                () if found.default is None else (Link(value_text(found.default)),),
                plain(_range(found.minimum, found.maximum), *found.allowed),
                plain(found.version),
                _cited(found.sources, link),
            ),
        )
        for found in entry.parameters
    )
    return table(("Parameter", "Type", "Default", "Range", "Library version", "Source"), rows, code=True)


def _range(minimum: float | None, maximum: float | None) -> str | None:
    if minimum is None and maximum is None:
        return None
    if maximum is None:
        return f"at least {minimum:g}"
    return f"at most {maximum:g}" if minimum is None else f"{minimum:g} to {maximum:g}"


def _disputed(material: Material, entry: Entry, link: Linker) -> Table | None:
    """List what a lower-ranked source says otherwise; never silently dropped."""
    rows = []
    for source, (subject, predicate, term) in material.outvoted.get(entry.iri, ()):
        kept = material.view.value(subject, predicate)
        part = f", of {_anchor(subject)}" if "#" in subject else ""
        rows.append(
            Row(
                anchor="",
                head=Link(link.term(predicate).label + part),
                cells=(_shown(kept, link), _shown(term, link), (link.to(source),)),
            )
        )
    return table(("Property", "Shown here", "Said otherwise", "By"), rows)


def _shown(term: Iri | Literal | None, link: Linker) -> tuple[Link, ...]:
    return () if term is None else (link.value(term),)
