"""Concepts, schemes, the ontology and any other described resource into what their pages show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from mirld.graph.dataset import Graph
from mirld.graph.terms import Iri, Literal, Term
from mirld.registry.values import Entry
from mirld.site.classification_pages import entries_by, gap
from mirld.site.contexts import (
    Branch,
    Crumb,
    EntryRow,
    Fact,
    Group,
    Head,
    OntologyContext,
    ResourceContext,
    Row,
    SchemeContext,
    TermRow,
)
from mirld.site.entry_pages import kind_of
from mirld.site.links import Link, prefixed
from mirld.site.material import ONTOLOGY, Linker, Material
from mirld.site.names import trail
from mirld.site.plan import SHOWN, Page, list_path
from mirld.vocab import DCTERMS, MIR, OWL, RDF, RDF_TYPE, RDFS, RDFS_LABEL, SKOS, VS

_SAID = frozenset(
    {
        RDF_TYPE,
        RDFS_LABEL,
        SKOS.prefLabel,
        SKOS.definition,
        SKOS.broader,
        SKOS.narrower,
        SKOS.hasTopConcept,
        SKOS.topConceptOf,
        OWL.deprecated,
        RDFS.isDefinedBy,
        DCTERMS.isReplacedBy,
        DCTERMS.description,
        DCTERMS.title,
        SKOS.editorialNote,
        SKOS.scopeNote,
        SKOS.related,
        SKOS.member,
        MIR.unverified,
    }
)
_TERM_SAID = frozenset({*_SAID, SKOS.example, SKOS.scopeNote, VS.term_status})
_MATCHES = {
    SKOS.closeMatch: "close",
    SKOS.broadMatch: "narrower than this",
    SKOS.narrowMatch: "broader than this",
    SKOS.relatedMatch: "related",
}
"""How a concept stands to the one it is mapped to, seen from there."""
_BESIDE = frozenset((SKOS.broader, SKOS.related, SKOS.member, *_MATCHES))
_PROPERTY_CLASSES = frozenset({RDF.Property, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty})


def resource_context(material: Material, page: Page, head: Head) -> ResourceContext:
    """Say all that is known of a concept, an agent, a licence or anything else that is no entry."""
    link = Linker(material, page)
    view, iri = material.view, page.subject
    entries = material.carriers(iri)
    scheme = next(iter(view.iris(iri, SKOS.inScheme)), None)
    by_ground = entries_by(iri, entries[:SHOWN], material, link)
    return ResourceContext(
        head=head,
        label=material.label(iri),
        crumbs=_crumbs(material, page, link, scheme),
        iri=iri,
        definition=view.text(iri, SKOS.definition) or view.text(iri, DCTERMS.description),
        replaced_by=tuple(link.to(found) for found in view.iris(iri, DCTERMS.isReplacedBy)),
        deprecated=view.text(iri, OWL.deprecated) == "true",
        unverified=iri in material.unverified,
        notes=tuple(
            term.value
            for name in (SKOS.scopeNote, SKOS.editorialNote)
            for term in view.values(iri, name)
            if isinstance(term, Literal)
        ),
        facts=facts_of(view, iri, link, _SAID),
        tree=tuple(_around(view, iri, link)),
        entries=() if by_ground else tuple(entry_row(material, entry, link) for entry in entries[:SHOWN]),
        classified=by_ground,
        gap=gap(material, iri),
        total=len(entries),
        more=f"{link.root}{list_path(page)}/" if len(entries) > SHOWN else None,
    )


def _around(view: Graph, iri: str, link: Linker) -> Iterator[Group]:
    """Group what stands above, below and beside a concept: in its scheme and in others, stated here or there."""
    coming: dict[str, list[Iri]] = {}
    for subject, name in view.incoming(iri):
        if name in _BESIDE:
            coming.setdefault(name, []).append(subject)

    def group(title: str, iris: Iterable[Iri]) -> Iterator[Group]:
        found = sorted(set(iris), key=lambda each: _turn(view, each))
        if found:
            yield Group(title=title, links=tuple(link.marked(each) for each in found))

    yield from group("Broader", view.iris(iri, SKOS.broader))
    yield from group("Narrower", [*view.iris(iri, SKOS.narrower), *coming.get(SKOS.broader, ())])
    yield from group("Members", view.iris(iri, SKOS.member))
    beside: dict[str, list[Iri]] = {}
    related = [*view.iris(iri, SKOS.related), *coming.get(SKOS.related, ())]
    own = _top(view, iri) if related else iri
    for each in dict.fromkeys(related):
        top = _top(view, each)
        beside.setdefault("Related" if top in (each, own) else link.to(top).label, []).append(each)
    for title in sorted(beside):
        yield from group(title, beside[title])
    mapped = [
        link.to(each, link.mark(each) or how)
        for name, how in _MATCHES.items()
        for each in sorted(coming.get(name, ()), key=lambda each: _turn(view, each))
    ]
    if mapped:
        yield Group(title="Mapped here", links=tuple(mapped))
    yield from group("Collections", coming.get(SKOS.member, ()))


def _top(view: Graph, iri: str) -> str:
    """Return the first of the concepts at the top that a concept is below; a circle of broader links has none."""
    seen: list[str] = []
    while iri not in seen:
        seen.append(iri)
        iri = next(iter(view.iris(iri, SKOS.broader)), Iri(iri))
    return iri


def _turn(view: Graph, iri: str) -> tuple[str, int, str]:
    """Key by which concepts are shown: by scheme, as the publication orders them, else by IRI."""
    order = view.text(iri, MIR.order)
    return iri.rpartition("/")[0], int(order) if order and order.isdigit() else 0, iri


def entry_row(material: Material, entry: Entry, link: Linker) -> EntryRow:
    """One line about an entry in a list; entries are in many lists."""
    found = link.rows.get(entry.iri)
    if found is None:
        found = EntryRow(Link(entry.label, link.to(entry.iri).href), material.ids[entry.iri], kind_of(entry))
        link.rows[entry.iri] = found
    return found


def facts_of(view: Graph, iri: str, link: Linker, said: frozenset[str]) -> tuple[Fact, ...]:
    """List every property of a resource that a page does not show elsewhere (`said`)."""
    values: dict[str, list[Link]] = {}
    for predicate, term in view.pairs(iri):
        if predicate not in said:
            values.setdefault(predicate, []).append(_value(term, link))
    return tuple(Fact(term=link.term(name), values=tuple(found)) for name, found in values.items())


def _value(term: Term, link: Linker) -> Link:
    if isinstance(term, Iri):
        return link.marked(term)
    if isinstance(term, Literal) and term.datatype.endswith("#dateTime"):
        return Link(term.value.partition("T")[0])
    return link.value(term)


def _crumbs(material: Material, page: Page, link: Linker, scheme: Iri | None) -> tuple[Crumb, ...]:
    first, _, last = page.path.rpartition("/")
    if scheme is not None and scheme in material.places:
        return trail(link, ("vocab", "vocab"), (scheme.rpartition("/")[2], first), here=last)
    return trail(link, *((first, first),) if first in ("agent", "licence") else (), here=last)


def scheme_context(material: Material, page: Page, head: Head) -> SchemeContext:
    """Show a scheme as a tree, each concept with the number of entries that carry it."""
    link = Linker(material, page)
    view, iri = material.view, page.subject
    inside = [subject for subject, name in view.incoming(iri) if name == SKOS.inScheme]
    collections = [member for member in inside if SKOS.Collection in view.types(member)]
    members = [member for member in inside if member not in collections]
    return SchemeContext(
        head=head,
        label=material.label(iri),
        crumbs=trail(link, ("vocab", "vocab"), here=page.path.rpartition("/")[2]),
        iri=iri,
        definition=view.text(iri, DCTERMS.description) or view.text(iri, SKOS.definition),
        facts=facts_of(view, iri, link, _SAID),
        branches=tuple(_branches(material, members, link)),
        collections=tuple(link.to(found) for found in collections),
    )


def _branches(material: Material, members: list[Iri], link: Linker) -> list[Branch]:
    view, known = material.view, set(members)
    children: dict[str, list[str]] = {}
    for member in members:
        above = [found for found in view.iris(member, SKOS.broader) if found in known]
        children.setdefault(above[0] if above else "", []).append(member)
    result: list[Branch] = []
    seen: set[str] = set()

    def grow(parent: str, depth: int) -> None:
        for iri in sorted(children.get(parent, ()), key=lambda each: _turn(view, each)):
            if iri in seen:
                continue
            seen.add(iri)
            result.append(
                Branch(
                    link=link.to(iri),
                    token=view.text(iri, SKOS.notation) or iri.rpartition("/")[2],
                    depth=depth,
                    definition=view.text(iri, SKOS.definition),
                    deprecated=view.text(iri, OWL.deprecated) == "true",
                    unverified=iri in material.unverified,
                    count=len(material.carriers(iri)),
                )
            )
            grow(iri, depth + 1)

    grow("", 0)
    # A circle of broader links has no top; its members still have to be found.
    for iri in sorted(known - seen):
        children.setdefault("", []).append(iri)
    grow("", 0)
    return result


def ontology_context(material: Material, page: Page, head: Head) -> OntologyContext:
    """Show every term of the ontology, and what it says of terms of other vocabularies."""
    link = Linker(material, page)
    graph = material.ontology
    used, seen = _uses(material)
    classes: list[TermRow] = []
    properties: list[TermRow] = []
    others: list[TermRow] = []
    borrowed: list[Row] = []
    for iri in graph.subjects():
        if iri == ONTOLOGY:
            continue
        if not iri.startswith(str(MIR)):
            cells = tuple((fact.term, *fact.values) for fact in facts_of(graph, iri, link, frozenset()))
            borrowed.append(Row(anchor="", head=Link(prefixed(iri)), cells=cells))
            continue
        types = set(graph.types(iri))
        row = TermRow(
            anchor=iri.partition("#")[2],
            name=prefixed(iri),
            label=graph.text(iri, RDFS_LABEL) or iri.partition("#")[2],
            definition=graph.text(iri, SKOS.definition) or graph.text(iri, RDFS.comment),
            status=graph.text(iri, VS.term_status),
            notes=tuple(term.value for term in graph.values(iri, SKOS.scopeNote) if isinstance(term, Literal)),
            examples=tuple(term.value for term in graph.values(iri, SKOS.example) if isinstance(term, Literal)),
            facts=facts_of(graph, iri, link, _TERM_SAID),
            used=used.get(iri, 0),
            seen=link.to(seen[iri]) if iri in seen else None,
        )
        bucket = classes if OWL.Class in types else properties if types & _PROPERTY_CLASSES else others
        bucket.append(row)
    return OntologyContext(
        head=head,
        label=graph.text(ONTOLOGY, DCTERMS.title) or "Ontology",
        iri=str(MIR),
        definition=graph.text(ONTOLOGY, DCTERMS.description),
        facts=facts_of(graph, ONTOLOGY, link, _SAID),
        classes=tuple(classes),
        properties=tuple(properties),
        others=tuple(others),
        borrowed=tuple(borrowed),
    )


def _uses(material: Material) -> tuple[dict[str, int], dict[str, str]]:
    """Count the resources that use each term, parts counted with their whole, and name one of them."""
    seen: dict[Term, set[str]] = defaultdict(set)
    for subject, pairs in material.view.blocks():
        whole = subject.partition("#")[0]
        if whole != ONTOLOGY:
            for predicate, term in pairs:
                seen[term if predicate == RDF_TYPE else predicate].add(whole)
    ours = {iri: found for iri, found in seen.items() if isinstance(iri, Iri) and iri.startswith(str(MIR))}
    return {iri: len(found) for iri, found in ours.items()}, {iri: min(found) for iri, found in ours.items()}
