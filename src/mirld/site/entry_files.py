"""Files and layouts of an entry into what its page shows: what a file is known by."""

from __future__ import annotations

from mirld.registry.values import Digest, Entry, File, Layout, Ref
from mirld.site.contexts import Fact
from mirld.site.entry_contexts import Digested, Stored
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.names import all_confirmed, anchor, cited, confirmed, plain, size
from mirld.vocab import DIGEST_PROPERTIES, MIR

_DIGEST_WORDS = {iri.rpartition("#")[2]: words for iri, words in DIGEST_PROPERTIES.items()}
_NAMED = 12


def files(material: Material, entry: Entry, link: Linker) -> tuple[Stored, ...]:
    """Show the published files of an entry with their digests."""
    return tuple(_file(material, entry, found, link) for found in entry.files)


def layouts(material: Material, entry: Entry, link: Linker) -> tuple[Stored, ...]:
    """Show the layouts of an entry with their digests."""
    return tuple(_layout(material, entry, found, link) for found in entry.layouts)


def tensors(entry: Entry, link: Linker) -> tuple[Fact, ...]:
    """Show what the header of a file of the entry looks like."""
    known = (
        ("Names of tensors contain", MIR.keyFragment, entry.key_fragments),
        ("Number of tensors", MIR.tensorCount, tuple(f"{count:,}" for count in entry.tensor_counts)),
        ("Shapes of tensors", MIR.tensorShape, entry.tensor_shapes),
    )
    return tuple(
        Fact(Link(name), plain(*values), all_confirmed(link, entry.iri, iri, len(values)))
        for name, iri, values in known
        if values
    )


def _file(material: Material, entry: Entry, found: File, link: Linker) -> Stored:
    traits = [] if found.format is None else [link.to(found.format.iri)]
    named = {trait.label for trait in traits}
    # A format that has but one layout shares its name.
    traits += [
        trait._replace(note="layout") if trait.label in named else trait for trait in _traits(found, found.layout, link)
    ]
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
        anchor=anchor(found.iri),
        name=found.name or "A file whose name is not stated",
        traits=tuple(traits),
        comment=found.comment,
        digests=_digests(material, entry, found.iri, found.digests, link),
        sources=cited(found.sources, link),
    )


def _layout(material: Material, entry: Entry, found: Layout, link: Linker) -> Stored:
    return Stored(
        anchor=anchor(found.iri),
        name="Layout",
        traits=tuple(_traits(found, found.convention, link)),
        comment=found.comment,
        digests=_digests(material, entry, found.iri, found.digests, link),
        sources=cited(found.sources, link),
    )


def _traits(found: File | Layout, convention: Ref | None, link: Linker) -> list[Link]:
    return [link.to(ref.iri) for ref in (convention, found.precision) if ref]


def _digests(
    material: Material, entry: Entry, part: str, digests: tuple[Digest, ...], link: Linker
) -> tuple[Digested, ...]:
    return tuple(
        Digested(
            kind=_DIGEST_WORDS.get(digest.kind, digest.kind),
            value=digest.value,
            also=_also(material, entry, digest, link),
            confirmed=confirmed(link, part, MIR[digest.kind], digest.value),
        )
        for digest in digests
    )


def _also(material: Material, entry: Entry, digest: Digest, link: Linker) -> tuple[Link, ...]:
    """Name the other entries with the same digest; the first few of them when there are many."""
    hits = [hit.entry for hit in material.registry.by_digest.get(digest.value, ()) if hit.entry is not entry]
    links = [Link(material.ids[found.iri], link.to(found.iri).href) for found in hits[:_NAMED]]
    return (*links, *plain(f"{len(hits) - _NAMED} more" if len(hits) > _NAMED else None))
