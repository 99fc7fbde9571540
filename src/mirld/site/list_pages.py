"""Home, indexes, long lists, downloads and the grammar into what their pages show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from mirld.registry.values import Entry
from mirld.site.classification_pages import grounds
from mirld.site.contexts import (
    Bar,
    Crumb,
    EntriesContext,
    Group,
    Head,
    HomeContext,
    IndexContext,
    ListContext,
    Listed,
    Row,
)
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.names import columns, crumbs_of, plain, table, trail
from mirld.site.plan import CONFLICTS, LIBRARY, ROWS, Page
from mirld.site.query_pages import questions
from mirld.site.vocabulary_pages import entry_row
from mirld.vocab import DCTERMS, MIR, SKOS

Item = TypeVar("Item")

_EXAMPLE = "model/unet/stable-diffusion-xl/base"
_DOWNLOADS = ("mirld.ttl.gz", "mirld.nt.gz", "mirld.jsonld.gz")


def home_context(material: Material, page: Page, head: Head) -> HomeContext:
    """Say what this is, on one page."""
    link = Linker(material, page)
    registry, base = material.registry, material.base
    example = registry.by_iri.get(base + _EXAMPLE) or next(iter(registry), None)
    models = _architectures(entry for entry in registry if entry.id.domain in ("model", "dev"))
    operations = _architectures(entry for entry in registry if entry.id.domain == "operations")
    return HomeContext(
        head=head,
        crumbs=crumbs_of(example.id, link, base) if example else (),
        example=Link(str(example.id), link.to(example.iri).href) if example else Link("none"),
        entries=len(registry),
        series=sum(1 for entry in registry if entry.id.domain == "info"),
        names=len(registry.ledger),
        models=_bars(models, link, base),
        operations=_bars(operations, link, base),
        downloads=tuple(Link(name.removeprefix("mirld."), f"{link.root}data/{name}") for name in _DOWNLOADS),
    )


def _architectures(entries: Iterable[Entry]) -> Counter[str]:
    return Counter(entry.id.architecture for entry in entries)


def _bars(counts: Counter[str], link: Linker, base: str) -> tuple[Bar, ...]:
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    most = ranked[0][1] if ranked else 1
    return tuple(
        Bar(link=link.to(f"{base}vocab/architecture/{token}"), count=count, share=max(8, count * 1000 // most))
        for token, count in ranked
    )


_INDEX_TEXTS = {
    "vocab": (
        "Vocabularies",
        "The words that entries are described with. Each is a scheme of concepts with pages of their own.",
    ),
    "agent": ("Publishers", "The people and organisations that published what the registry names."),
    "licence": ("Licences", "The licences of entries, each with the entries that carry it."),
    "source": ("Sources", "Where facts come from. Every fact in the registry belongs to one of these."),
    "ledger": (
        "Ledger of names",
        "Every name that was ever published, and what became of it. None is lost, none is used twice.",
    ),
    "browse": ("Browse", "Every way into the registry."),
    "query": ("Questions", "Questions about the whole registry, each with its query and its answer."),
}


def index_context(material: Material, page: Page, head: Head) -> IndexContext:
    """List the resources of one kind."""
    link = Linker(material, page)
    name = page.path
    label, lede = _INDEX_TEXTS[name]
    groups = (
        questions(material, link)
        if name == "query"
        else _browse(material, link)
        if name == "browse"
        else _ledger(material, link)
        if name == "ledger"
        else _below(material, name, link)
    )
    return IndexContext(head=head, label=label, lede=lede, crumbs=trail(link, here=name), groups=groups)


def index_title(name: str) -> tuple[str, str]:
    """Title and description of an index."""
    return _INDEX_TEXTS[name]


def _below(material: Material, name: str, link: Linker) -> tuple[Group, ...]:
    depth = 1
    found = sorted(
        (
            link.to(page.subject, _note(material, page))
            for page in material.pages
            if page.path.startswith(f"{name}/") and page.path.count("/") == depth
        ),
        key=lambda found: found.label.casefold(),
    )
    return (Group(title="", links=tuple(found)),) if found else ()


def _note(material: Material, page: Page) -> str | None:
    view = material.view
    if page.view == "scheme":
        inside = [subject for subject, name in view.incoming(page.subject) if name == SKOS.inScheme]
        return f"{sum(SKOS.Collection not in view.types(subject) for subject in inside):,}"
    entries = {subject for subject, name in view.incoming(page.subject) if name in _COUNTED}
    return f"{len(entries):,}" if entries else None


_COUNTED = frozenset({str(DCTERMS.publisher), str(DCTERMS.license), str(MIR.source)})


def _browse(material: Material, link: Linker) -> tuple[Group, ...]:
    registry, base = material.registry, material.base
    groups = [
        Group(
            title="All",
            links=(
                link.path("A to Z", "browse/a-z", f"{len(registry):,}"),
                link.path("Every name there ever was", "browse/ledger", f"{len(registry.ledger):,}"),
                link.path("Where sources disagree", CONFLICTS, f"{len(material.agreement.conflicts):,}"),
            ),
        )
    ]
    domains = Counter(entry.id.domain for entry in registry)
    groups.append(
        Group(
            title="Domain",
            links=tuple(
                link.path(material.label(f"{base}vocab/domain/{token}"), f"browse/domain/{token}", f"{count:,}")
                for token, count in sorted(domains.items())
            ),
        )
    )
    architectures = Counter(ref for entry in registry for ref in entry.architectures)
    groups.append(
        Group(
            title="Architecture",
            links=tuple(
                link.path(ref.label, f"browse/architecture/{ref.iri.rpartition('/')[2]}", f"{count:,}")
                for ref, count in sorted(architectures.items(), key=lambda pair: (pair[0].label.casefold(), pair[0]))
            ),
        )
    )
    for title, counts in (
        ("Task", Counter(ref.iri for entry in registry for ref in entry.tasks)),
        ("Licence", Counter(ref.iri for entry in registry for ref in entry.licences)),
        ("Publisher", Counter(ref.iri for entry in registry for ref in entry.publishers)),
    ):
        links = sorted(
            (link.to(iri, f"{count:,}") for iri, count in counts.items()), key=lambda found: found.label.casefold()
        )
        if links:
            groups.append(Group(title=title, links=tuple(links)))
    libraries = [page.topic for page in material.pages if page.view == "library" and page.topic]
    if libraries:
        known = (link.path(name, f"{LIBRARY}/{name}") for name in libraries)
        groups.append(Group(title="Library", links=(link.path("All libraries", LIBRARY), *known)))
    groups += [group._replace(title="Questions") for group in questions(material, link)]
    return tuple(groups)


def _ledger(material: Material, link: Linker) -> tuple[Group, ...]:
    counts = Counter(record.state for record in material.registry.ledger.values())
    states = tuple(
        link.to(f"{material.base}vocab/state/{state}", f"{count:,}") for state, count in sorted(counts.items())
    )
    everything = link.path("Every name there ever was", "browse/ledger", f"{len(material.registry.ledger):,}")
    return (Group(title="All", links=(everything,)), Group(title="What became of them", links=states))


def entries_context(material: Material, page: Page, head: Head) -> EntriesContext:
    """List entries: all, of one domain, of one architecture, or all that point to one resource."""
    link = Linker(material, page)
    registry = material.registry
    entries: Sequence[Entry]
    if page.view == "list-domain":
        entries = registry.by_domain.get(page.topic, ())
        label = f"Domain: {material.label(f'{material.base}vocab/domain/{page.topic}')}"
    elif page.view == "list-resource":
        entries = material.carriers(page.topic)
        label = f"Entries: {material.label(page.topic)}"
    elif page.view == "list-architecture":
        iri = f"{material.base}vocab/architecture/{page.topic}"
        entries = registry.by_architecture.get(iri, ())
        label = f"Architecture: {material.label(iri)}"
    else:
        entries = material.alphabetical
        label = "All entries, A to Z"
    shown = slice_of(entries, page)
    said = grounds(page.topic, shown, material, link)
    headings, cells = columns(
        ("Released", "How", "Rests on"),
        [(plain(entry.issued), how, basis) for entry, (how, basis) in zip(shown, said, strict=True)],
    )
    return EntriesContext(
        head=head,
        label=label,
        lede=_lede(page, len(entries)),
        crumbs=_way(page, link),
        headings=headings,
        rows=tuple([Listed(entry_row(material, entry, link), rest) for entry, rest in zip(shown, cells, strict=True)]),
        pages=pager(page, link),
    )


def names_context(material: Material, page: Page, head: Head) -> ListContext:
    """List the records of the ledger."""
    link = Linker(material, page)
    records = list(material.registry.ledger.values())
    rows = (
        Row(
            anchor="",
            head=Link(record.text, link.to(record.iri).href),
            cells=(plain(record.state), tuple(link.to(iri) for iri in record.targets)),
        )
        for record in slice_of(records, page)
    )
    return ListContext(
        head=head,
        label="Every name there ever was",
        lede=_lede(page, len(records)),
        crumbs=_way(page, link),
        table=table(("Name", "State", "Leads to"), rows),
        pages=pager(page, link),
    )


def _lede(page: Page, total: int) -> str:
    return f"{total:,} in all{which(page)}."


def _way(page: Page, link: Linker) -> tuple[Crumb, ...]:
    return trail(link, ("browse", "browse"), here=first_of(page).removeprefix("browse/"))


def slice_of(items: Sequence[Item], page: Page) -> Sequence[Item]:
    """Return what of a long list is on one page of it."""
    return items[(page.number - 1) * ROWS : page.number * ROWS]


def first_of(page: Page) -> str:
    """Return the path of the first page of the list that a page is of."""
    return page.path if page.number == 1 else page.path.rpartition("/")[0]


def which(page: Page) -> str:
    """Say which page of its list a page is, behind a comma; nothing when it is the only one."""
    return "" if page.of == 1 else f", page {page.number} of {page.of}"


def pager(page: Page, link: Linker) -> tuple[Link, ...]:
    """Link all pages of a list, the page itself only named."""
    first = first_of(page)
    return tuple(
        Link(str(number))
        if number == page.number
        else link.path(str(number), first if number == 1 else f"{first}/{number}")
        for number in range(1, page.of + 1)
    )
