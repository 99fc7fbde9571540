"""Sources with their findings, and records of the ledger, into what their pages show."""

from __future__ import annotations

from collections import Counter

from mirld.graph.terms import Iri
from mirld.site.contexts import Fact, Head, LedgerContext, Row, SourceContext
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.names import plain, table, trail
from mirld.site.plan import SHOWN, Page, list_path
from mirld.site.vocabulary_pages import entry_row, facts_of
from mirld.vocab import DCTERMS, MIR, RDF_TYPE, RDFS, RDFS_LABEL, SKOS

_SOURCE_SAID = frozenset({RDF_TYPE, RDFS_LABEL, DCTERMS.title, DCTERMS.description})
_LEDGER_SAID = frozenset({RDF_TYPE, RDFS_LABEL, SKOS.notation, MIR.state, MIR.reason, str(DCTERMS.isReplacedBy)})


def source_context(material: Material, page: Page, head: Head) -> SourceContext:
    """Say what a source is, under which licence it was read, and what was wrong in it."""
    link = Linker(material, page)
    view, iri = material.view, page.subject
    findings = [subject for subject in _parts(material, iri) if MIR.Finding in view.types(subject)]
    entries = material.carriers(iri)
    problems = Counter(problem for finding in findings for problem in view.iris(finding, MIR.problem))
    return SourceContext(
        head=head,
        label=material.label(iri),
        crumbs=trail(link, ("source", "source"), here=page.path.rpartition("/")[2]),
        iri=iri,
        definition=view.text(iri, DCTERMS.description),
        facts=facts_of(view, iri, link, _SOURCE_SAID),
        entries=tuple(entry_row(material, entry, link) for entry in entries[:SHOWN]),
        total=len(entries),
        more=f"{link.root}{list_path(page)}/" if len(entries) > SHOWN else None,
        problems=tuple(
            Fact(term=link.to(problem), values=(Link(f"{count:,}"),))
            for problem, count in sorted(problems.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        findings=table(
            ("Upstream id and place", "Field", "Value there", "Problem", "What was done", "Entry"),
            (_finding(material, finding, link) for finding in findings),
            code=True,
        ),
    )


def _parts(material: Material, iri: str) -> list[Iri]:
    return [subject for subject, _ in material.descriptions.blocks(iri) if "#" in subject]


def _finding(material: Material, iri: str, link: Linker) -> Row:
    view = material.view
    return Row(
        anchor=iri.partition("#")[2],
        head=Link(view.text(iri, MIR.upstreamId) or "(no id)", None, view.text(iri, MIR.locator)),
        cells=(
            plain(view.text(iri, MIR.field)),
            plain(view.text(iri, MIR.originalValue)),
            tuple(link.to(found) for found in view.iris(iri, MIR.problem)),
            plain(view.text(iri, RDFS.comment)),
            tuple(link.to(found) for found in view.iris(iri, MIR.about)),
        ),
    )


def ledger_context(material: Material, page: Page, head: Head) -> LedgerContext:
    """Say what became of a name."""
    link = Linker(material, page)
    view, iri = material.view, page.subject
    text = view.text(iri, SKOS.notation) or iri
    state = next(iter(view.iris(iri, MIR.state)), None)
    return LedgerContext(
        head=head,
        text=text,
        crumbs=trail(link, ("ledger", "ledger"), here=text),
        iri=iri,
        state=Link("unknown") if state is None else link.to(state),
        targets=tuple(_target(material, found, link) for found in view.iris(iri, DCTERMS.isReplacedBy)),
        reason=view.text(iri, MIR.reason),
        facts=facts_of(view, iri, link, _LEDGER_SAID),
    )


def _target(material: Material, iri: str, link: Linker) -> Link:
    found = link.to(iri)
    entry = material.registry.by_iri.get(iri)
    return Link(material.ids[iri], found.href, entry.label) if entry else found
