"""The table of views: what kind of page is made by which template from which context."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from markupsafe import Markup

from mirld.site.api_files import api_context
from mirld.site.conflict_pages import conflicts_context
from mirld.site.contexts import Head
from mirld.site.document_pages import data_context, grammar_context, lost_context, shapes_context
from mirld.site.entry_pages import entry_context, kind_of
from mirld.site.identify_pages import identify_context
from mirld.site.library_pages import class_context, parameters_context
from mirld.site.library_pages import index_context as library_context
from mirld.site.library_pages import titles as library_titles
from mirld.site.links import root_of
from mirld.site.list_pages import entries_context, home_context, index_context, index_title, names_context
from mirld.site.material import Material
from mirld.site.plan import Page
from mirld.site.query_pages import query_context
from mirld.site.register_pages import ledger_context, source_context
from mirld.site.vocabulary_pages import ontology_context, resource_context, scheme_context
from mirld.vocab import DCTERMS, SKOS

Titles = tuple[str, str]
"""Title of a page, and one sentence about it."""


@dataclass(frozen=True, slots=True)
class View:
    """One kind of page: its template, what makes its context, what it is called, and the part of the menu it is in."""

    template: str
    context: Callable[..., Any]
    titles: Callable[[Material, Page], Titles]
    nav: str = ""


def _entry_titles(material: Material, page: Page) -> Titles:
    entry = material.registry.by_iri[page.subject]
    name = material.ids[entry.iri]
    return f"{entry.label}: {name}", entry.description or f"{entry.label}, a {kind_of(entry)} named {name}."


def _resource_titles(material: Material, page: Page) -> Titles:
    view, label = material.view, material.label(page.subject)
    said = view.text(page.subject, SKOS.definition) or view.text(page.subject, DCTERMS.description)
    return f"{label} ({page.path})", said or f"What the registry knows of {label}."


def _class_titles(material: Material, page: Page) -> Titles:
    label, library = material.label(page.subject), page.path.split("/")[1]
    return f"{label}, a class of {library}", f"What {label} of {library} takes: types, defaults and ranges."


def _parameters_titles(material: Material, page: Page) -> Titles:
    library, letter = page.path.split("/")[1], page.path[-1]
    return f"Parameters of {library}: {letter}", f"Every definition of the parameters of {library} under {letter}."


def _ledger_titles(material: Material, page: Page) -> Titles:
    text = material.view.text(page.subject, SKOS.notation) or page.path
    return f"{text}: what became of this name", f"What became of the name {text} in the registry of MIR names."


def _query_titles(material: Material, page: Page) -> Titles:
    query = material.queries[page.topic]
    return query.question, query.about or query.question


def _index_titles(material: Material, page: Page) -> Titles:
    return index_title(page.path)


def _list_titles(material: Material, page: Page) -> Titles:
    named = {
        "list-entries": "All entries",
        "list-ledger": "Every name there ever was",
        "list-conflicts": "Where sources disagree",
        "list-resource": f"Entries: {material.label(page.topic)}",
    }.get(page.view, page.topic)
    title = f"{named}, page {page.number} of {page.of}"
    return title, f"A list of the registry: {title}."


def _fixed(title: str, description: str) -> Callable[[Material, Page], Titles]:
    def titles(material: Material, page: Page) -> Titles:
        return title, description

    return titles


VIEWS: Mapping[str, View] = {
    "home": View(
        "pages/home.html",
        home_context,
        _fixed(
            "mirld: a registry of machine-intelligence resources",
            "Look up a model, adapter or scheduler by the one name that means it: as a page, as JSON-LD, as Turtle.",
        ),
    ),
    "entry": View("pages/entry.html", entry_context, _entry_titles, "browse"),
    "series": View("pages/series.html", entry_context, _entry_titles, "browse"),
    "resource": View("pages/resource.html", resource_context, _resource_titles, "vocab"),
    "scheme": View("pages/scheme.html", scheme_context, _resource_titles, "vocab"),
    "ontology": View(
        "pages/ontology.html",
        ontology_context,
        _fixed(
            "The MIR ontology", "Every term that entries are described with: what it means, and how often it is used."
        ),
        "ns",
    ),
    "shapes": View(
        "pages/shapes.html",
        shapes_context,
        _fixed("Shapes", "What must hold of every entry, each rule with a name and the message it gives."),
        "ns",
    ),
    "query": View("pages/query.html", query_context, _query_titles, "browse"),
    "library-class": View("pages/library-class.html", class_context, _class_titles, "browse"),
    "parameters": View("pages/parameters.html", parameters_context, _parameters_titles, "browse"),
    "library": View("pages/index.html", library_context, library_titles, "browse"),
    "library-parameters": View("pages/index.html", library_context, library_titles, "browse"),
    "source": View("pages/source.html", source_context, _resource_titles, "source"),
    "ledger": View("pages/ledger.html", ledger_context, _ledger_titles, "ledger"),
    "data": View(
        "pages/data.html", data_context, _fixed("Data", "The whole registry to download, with SHA-256 sums."), "data"
    ),
    "grammar": View(
        "pages/grammar.html",
        grammar_context,
        _fixed("Grammar of names", "How a MIR name is written: the ABNF, and a file to test other readers with."),
        "ns",
    ),
    "api": View(
        "pages/api.html",
        api_context,
        _fixed("API", "Look-ups as files: entries, names, digests, settings and code as JSON, from any static server."),
        "data",
    ),
    "identify": View(
        "pages/identify.html",
        identify_context,
        _fixed(
            "What is this file?",
            "Say what a safetensors or GGUF file is from its header, in the browser: nothing is uploaded.",
        ),
        "identify",
    ),
    "lost": View("pages/404.html", lost_context, _fixed("No such page", "There is no page here.")),
    **{
        f"index-{name}": View(
            "pages/index.html", index_context, _index_titles, "browse" if name in ("agent", "query") else name
        )
        for name in ("vocab", "agent", "licence", "source", "ledger", "browse", "query")
    },
    **{
        f"list-{name}": View("pages/entries.html", entries_context, _list_titles, "browse")
        for name in ("entries", "domain", "architecture", "resource")
    },
    "list-conflicts": View("pages/conflicts.html", conflicts_context, _list_titles, "browse"),
    "list-ledger": View("pages/names.html", names_context, _list_titles, "ledger"),
}


def context_of(material: Material, page: Page, data: str | None = None, **more: object) -> Any:
    """Make the context of a page; `data` is its JSON-LD as `mirld.site.forms` wrote it."""
    view = VIEWS[page.view]
    title, description = view.titles(material, page)
    target = _target(material, page)
    # A name that leads to one page has no other address worth keeping than that page's.
    kept = target or page.path
    head = Head(
        title=title,
        description=description,
        root=root_of(page.path),
        canonical=f"{material.base}{kept}/" if kept else material.base,
        nav=view.nav,
        # Markup, since the writer escaped whatever HTML could misread; see mirld.site.forms.
        data=Markup(data) if data else None,  # noqa: S704
        refresh=None if target is None else f"{root_of(page.path)}{target}/",
    )
    make = partial(view.context, **more) if more else view.context
    return make(material, page, head)


def _target(material: Material, page: Page) -> str | None:
    """Path of the page that a reader of an old name is sent on to: its one target, if it has just one."""
    if page.view != "ledger":
        return None
    targets = material.view.iris(page.subject, DCTERMS.isReplacedBy)
    return material.places.path(targets[0]) if len(targets) == 1 else None
