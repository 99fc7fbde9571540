"""Classifications into what pages show: those of an entry, and the entries of a concept with the ground for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mirld.lookup import by_scheme
from mirld.registry.values import Classification, Entry
from mirld.site.contexts import Row, Table
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.names import anchor, plain, table
from mirld.vocab import MIR, SKOS

_GROUNDS = 4
"""Grounds shown of one classification; the rest is counted, and in the data of the entry's page."""
_LISTS = ("oecd-class", "oecd-aim", "nist-ai-use")
"""Schemes that entries are classified by, so that a concept without any is a gap."""


def classified(material: Material, entry: Entry, link: Linker) -> Table | None:
    """Show what an entry is by published frameworks, scheme by scheme, with what each answer rests on.

    Entries of one architecture and the same tasks share the table: all that it shows is what is said of its rows.
    """
    said = tuple([(anchor(found.iri), tuple(material.view.pairs(found.iri))) for found in entry.classifications])
    if said not in link.answers:
        link.answers[said] = _classified(entry, link)
    return link.answers[said]


def _classified(entry: Entry, link: Linker) -> Table | None:
    rows = (
        Row(
            anchor=anchor(found.iri),
            head=_answer(found, link),
            cells=(
                _mode(found, link),
                (link.to(found.criterion.iri),),
                _basis(found, link),
                tuple(link.to(rule.iri) for rule in found.rules),
            ),
        )
        for group in by_scheme(entry).values()
        for found in group
    )
    return table(("Answer", "How", "Question", "Rests on", "Rule"), rows)


def _answer(found: Classification, link: Linker) -> Link:
    answer = link.to(found.concept.iri) if found.concept else Link("not known")
    return answer._replace(note="not verified") if found.unverified else answer


def _mode(found: Classification, link: Linker) -> tuple[Link, ...]:
    return (link.to(f"{found.scheme.iri.rpartition('/')[0]}/mode/{found.mode}"),)


def _basis(found: Classification, link: Linker) -> tuple[Link, ...]:
    if not found.grounds:
        sure = (link.to(found.confidence.iri),) if found.confidence else ()
        return (*(link.to(source) for source in found.sources), *sure)
    shown = [link.to(ground.iri) for ground in found.grounds[:_GROUNDS]]
    more = len(found.grounds) - _GROUNDS
    return (*shown, Link(f"{more} more")) if more > 0 else tuple(shown)


def entries_by(iri: str, entries: Sequence[Entry], material: Material, link: Linker) -> Table | None:
    """Show entries that a concept classifies, with what that rests on; None when it classifies none of them."""
    said = grounds(iri, entries, material, link)
    rows = tuple(
        Row(
            anchor="",
            head=Link(entry.label, link.to(entry.iri).href),
            cells=(plain(material.ids[entry.iri]), how, basis),
        )
        for entry, (how, basis) in zip(entries, said, strict=True)
    )
    return table(("Name", "Id", "How", "Rests on"), rows) if any(how for how, _ in said) else None


def grounds(
    iri: str, entries: Iterable[Entry], material: Material, link: Linker
) -> list[tuple[tuple[Link, ...], tuple[Link, ...]]]:
    """Return how a concept, or an answer to it, classifies each entry, and on what grounds; nothing where none does."""
    said = material.classified.get(iri, {})
    return [_ground(iri, said[entry.iri], link) if entry.iri in said else ((), ()) for entry in entries]


def _ground(iri: str, found: Classification, link: Linker) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    if found.concept and found.concept.iri == iri:
        return _mode(found, link), _basis(found, link)
    # A question lists the entries that are asked it, each with its answer.
    return (*_mode(found, link), _answer(found, link)), _basis(found, link)


def gap(material: Material, iri: str) -> str | None:
    """Say what is missing: that nothing here can answer a criterion, of how many it is not known, or that none is."""
    view, base = material.view, material.base
    if not iri.startswith(tuple(f"{base}vocab/{name}/" for name in _LISTS)):
        return None
    answered = [subject for subject, name in view.incoming(iri) if name == MIR.concept]
    asked = [subject for subject, name in view.incoming(iri) if name == MIR.criterion]
    needs = (view.text(iri, MIR.criterionSubject) or "").rpartition("/")[2]
    if needs in ("deployment", "data"):
        what = "a deployment" if needs == "deployment" else "a data set"
        return f"No entry answers this: only {what} can, and the registry describes none."
    unknown = sum(not view.iris(node, MIR.concept) for node in asked)
    if unknown:
        return f"Of {unknown:,} entries this is not known."
    if not answered and not asked and not any(name == SKOS.broader for _, name in view.incoming(iri)):
        return "No entry is classified by this yet."
    if needs and not asked:
        return "No entry is classified by this yet."
    return None
