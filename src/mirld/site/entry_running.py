"""How an entry is had and run, into what its page shows."""

from __future__ import annotations

from urllib.parse import quote, unquote

from mirld.lookup.loading import load_code
from mirld.lookup.used import use_loader
from mirld.registry.values import Entry, Loader
from mirld.site.contexts import Row, Table
from mirld.site.entry_contexts import Loading
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.names import anchor, cited, confirmed, plain, table, value_text
from mirld.vocab import MIR

_HUB = "pkg:huggingface/"


def loadings(material: Material, entry: Entry, link: Linker) -> tuple[Loading, ...]:
    """Show every way to load an entry, with code where enough is known for that."""
    codes = material.running(entry).codes
    return tuple(
        _loading(
            loader,
            codes[loader.iri]
            if loader.iri in codes
            else load_code(material.known, use_loader(material.known, entry, loader)).code,
            material,
            link,
        )
        for loader in entry.loaders
    )


def _loading(loader: Loader, code: str | None, material: Material, link: Linker) -> Loading:
    notes = [link.to(loader.precision.iri, "precision")] if loader.precision else []
    # A pipeline may take one of several.
    notes += [link.to(iri, "scheduler") for iri in material.view.iris(loader.iri, MIR.scheduler)]
    return Loading(
        anchor=anchor(loader.iri),
        library=loader.library,
        version=loader.version,
        names=tuple(name for name in (loader.class_name, loader.call, loader.module) if name),
        notes=(*link.taken_by(loader.library, loader.class_name), *notes, *cited(loader.sources, link)),
        code=code,
        confirmed=confirmed(link, loader.iri, MIR.className if loader.class_name else MIR.callable),
    )


def repositories(entry: Entry, link: Linker) -> Table | None:
    """List where an entry is published."""
    rows = (
        Row(
            anchor=anchor(found.iri),
            head=Link(found.name, link.to(found.page).href if found.page else None),
            cells=(plain(found.host), plain(found.revision), plain(found.purl, found.air), cited(found.sources, link)),
            confirmed=confirmed(link, found.iri, MIR.repositoryName),
        )
        for found in entry.repositories
    )
    return table(("Repository", "Host", "Revision", "Other names", "Source"), rows)


def examples(entry: Entry) -> tuple[Link, ...]:
    """Link the repositories that libraries name as examples of a series."""
    return tuple(_package(purl) for purl in entry.example_repositories)


def _package(purl: str) -> Link:
    """Link what a package URL names, where it is a repository of the hub; any other is only named.

    >>> _package("pkg:huggingface/google-bert/bert-base-uncased").href
    'https://huggingface.co/google-bert/bert-base-uncased'
    """
    name = unquote(purl.removeprefix(_HUB))
    return Link(name, f"https://huggingface.co/{quote(name, safe='/')}") if purl.startswith(_HUB) else Link(purl)


def components(entry: Entry, link: Linker) -> Table | None:
    """List the parts of a pipeline by their roles."""
    rows = (
        Row(
            anchor=anchor(found.iri),
            head=Link(found.role),
            cells=(
                (link.to(found.entry.iri),) if found.entry else plain(found.class_name),
                plain(found.library),
                cited(found.sources, link),
            ),
            confirmed=confirmed(link, found.iri, MIR.entry if found.entry else MIR.className),
        )
        for found in entry.components
    )
    return table(("Role", "Filled by", "Library", "Source"), rows, code=True)


def settings(material: Material, entry: Entry, link: Linker) -> Table | None:
    """List the values that an entry wants, each with what it holds for."""
    base = {found.iri: found for found in entry.loaders}
    files = {found.iri: found.name or found.variant or "file" for found in entry.files}
    rows = []
    for found in entry.settings:
        scope = []
        for iri in found.applies_to:
            if iri in base:
                scope.append(Link(base[iri].library, f"#{anchor(iri)}"))
            elif iri in files:
                scope.append(Link(files[iri], f"#{anchor(iri)}"))
            else:
                scope.append(link.to(iri))
        rows.append(
            Row(
                anchor=anchor(found.iri),
                head=Link(found.parameter),
                cells=(
                    (Link(value_text(found.value), None, found.unit),),
                    (link.to(f"{material.base}vocab/phase/{found.phase}"),) if found.phase else (),
                    tuple(scope),
                    cited(found.sources, link),
                ),
                confirmed=confirmed(link, found.iri, MIR.value),
            )
        )
    return table(("Setting", "Value", "When", "For", "Source"), rows, code=True)


def parameters(material: Material, entry: Entry, link: Linker) -> Table | None:
    """List the parameters that an entry accepts."""
    rows = (
        Row(
            anchor=anchor(found.iri),
            head=Link(found.name, None, found.unit),
            cells=(
                (
                    *plain(found.call),
                    *((link.to(f"{material.base}vocab/phase/{found.phase}"),) if found.phase else ()),
                ),
                plain(found.type),
                () if found.default is None else (Link(value_text(found.default)),),
                plain(_range(found.minimum, found.maximum), *found.allowed),
                plain(found.version),
                cited(found.sources, link),
            ),
            confirmed=confirmed(link, found.iri, MIR.defaultValue if found.default is not None else MIR.parameterName),
        )
        for found in entry.parameters
    )
    return table(("Parameter", "Given to", "Type", "Default", "Range", "Library version", "Source"), rows, code=True)


def _range(minimum: float | None, maximum: float | None) -> str | None:
    if minimum is None and maximum is None:
        return None
    if maximum is None:
        return f"at least {minimum:g}"
    return f"at most {maximum:g}" if minimum is None else f"{minimum:g} to {maximum:g}"
