"""The list of all pages: every resource of the registry has exactly one, and every list as many as it needs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from mirld.errors import ConflictError
from mirld.graph.dataset import Graph
from mirld.registry import Entry, Registry
from mirld.site.links import page_path
from mirld.vocab import ENTRY_CLASSES, MIR, MIRS, OWL, SKOS, SPDX_LICENSES

ROWS = 200
"""Rows on one page of a list."""

LIBRARY = "library"
"""The folder that classes of libraries lie in, each in that of its library."""

SHOWN = 100
"""Entries shown on the page of a resource; when there are more, all of them are on the pages of its list."""

IDENTIFY = "identify"
"""Path of the page that says what a file is, its view, and what IRIs of signatures begin with below the base."""

CONFLICTS = "browse/conflicts"
"""Path of the first page of what was outvoted."""


class Page(NamedTuple):
    """One page: the folder it lies in, the view that makes it, the resource it is about, or the topic of a list.

    `number` and `of` count the pages of a list from 1.
    """

    path: str
    view: str
    subject: str = ""
    topic: str = ""
    number: int = 1
    of: int = 1


_VIEWS: tuple[tuple[str, str], ...] = (
    (str(MIR.Info), "series"),
    *((name, "entry") for name in ENTRY_CLASSES),
    (str(MIR.LedgerRecord), "ledger"),
    (str(MIR.Source), "source"),
    (str(SKOS.ConceptScheme), "scheme"),
    (str(MIR.LibraryClass), "library-class"),
    (str(MIR.ParameterIndex), "parameters"),
    (str(OWL.Ontology), "ontology"),
)
# Every entry has these, so that their lists are there however few entries they hold.
_LISTED = ("vocab/domain/", "vocab/architecture/")
_INDEXES = ("vocab", "agent", "licence", "source", "ledger", "browse")


def plan(
    view: Graph,
    registry: Registry,
    carriers: Callable[[str], Sequence[Entry]],
    queries: Iterable[str] = (),
    conflicts: int = 0,
) -> tuple[Page, ...]:
    """List all pages, sorted by path; `queries` are the names of saved ones, `conflicts` how many there are.

    `carriers` gives the entries that point to a resource.

    Raises ConflictError when two would share a folder on a file system that ignores case, InputError for a name that
    no file system holds.
    """
    pages = [Page("", "home"), Page("api", "api"), Page("data", "data"), Page("docs/grammar", "grammar")]
    pages += [Page("shapes", "shapes")]
    pages += [Page(name, f"index-{name}") for name in _INDEXES]
    asked = [Page(f"query/{name}", "query", "", name) for name in queries]
    pages += [Page("query", "index-query"), *asked] if asked else ()
    resources = list(_resources(view, registry))
    pages += resources
    # Signatures are parts of the page that identifies files by them; it is there without them, too.
    pages += [] if any(page.path == IDENTIFY for page in resources) else [Page(IDENTIFY, IDENTIFY)]
    pages += _libraries(resources)
    pages += _lists(registry)
    pages += _numbered(CONFLICTS, "list-conflicts", "", conflicts)
    for page in resources:
        listed = page.view in ("resource", "source") and not page.path.startswith(_LISTED)
        if listed and len(view.incoming(page.subject)) > SHOWN:
            count = len(carriers(page.subject))
            pages += _numbered(list_path(page), "list-resource", page.subject, count) if count > SHOWN else ()
    return tuple(_distinct(pages))


def list_path(page: Page) -> str:
    """Return the path of the first page of the list of all entries that point to a resource."""
    return f"browse/{page.path.removeprefix('vocab/') if page.path.startswith(_LISTED) else page.path}"


def licence_path(iri: str) -> str:
    """Return the path of the page of an SPDX licence, which has no page of ours under its own IRI."""
    return f"licence/{iri.removeprefix(str(SPDX_LICENSES)).lower()}"


def _resources(view: Graph, registry: Registry) -> Iterator[Page]:
    base = registry.base
    ontology, shapes = str(MIR)[:-1], str(MIRS)[:-1]
    wholes = {subject.partition("#")[0] for subject in view.subjects()}
    wholes |= {licence.iri for entry in registry for licence in entry.licences}
    for iri in sorted(wholes):
        if iri == ontology:
            yield Page("ns", "ontology", iri)
        elif iri == shapes:
            continue
        elif iri.startswith(base):
            found = IDENTIFY if iri == f"{base}{IDENTIFY}" else _view_of(iri, view)
            if found in ("entry", "series") and iri not in registry.by_iri:
                found = "resource"  # its IRI is no id, which the checks report
            yield Page(page_path(iri, base), found, iri)
        elif iri.startswith(str(SPDX_LICENSES)):
            yield Page(licence_path(iri), "resource", iri)


def _view_of(iri: str, view: Graph) -> str:
    types = set(view.types(iri))
    for name, found in _VIEWS:
        if name in types:
            return found
    return "resource"


def _libraries(resources: Iterable[Page]) -> Iterator[Page]:
    """Give the lists of the libraries that have classes, of the classes of each, and of what these take."""
    found = sorted({page.path.split("/")[1] for page in resources if page.view in ("library-class", "parameters")})
    if found:
        yield Page(LIBRARY, "library")
    for name in found:
        yield Page(f"{LIBRARY}/{name}", "library", "", name)
        yield Page(f"{LIBRARY}/{name}/parameter", "library-parameters", "", name)


def _lists(registry: Registry) -> Iterator[Page]:
    by_domain: dict[str, int] = {}
    by_architecture: dict[str, int] = {}
    for entry in registry:
        by_domain[entry.id.domain] = by_domain.get(entry.id.domain, 0) + 1
        for architecture in entry.architectures:
            token = architecture.iri.rpartition("/")[2]
            by_architecture[token] = by_architecture.get(token, 0) + 1
    yield from _numbered("browse/a-z", "list-entries", "", len(registry))
    yield from _numbered("browse/ledger", "list-ledger", "", len(registry.ledger))
    for token, count in sorted(by_domain.items()):
        yield from _numbered(f"browse/domain/{token}", "list-domain", token, count)
    for token, count in sorted(by_architecture.items()):
        yield from _numbered(f"browse/architecture/{token}", "list-architecture", token, count)


def _numbered(path: str, view: str, topic: str, rows: int) -> Iterator[Page]:
    of = max(1, -(-rows // ROWS))
    for number in range(1, of + 1):
        yield Page(path if number == 1 else f"{path}/{number}", view, "", topic, number, of)


def _distinct(pages: Iterable[Page]) -> Iterator[Page]:
    taken: dict[str, Page] = {}
    for page in sorted(pages):
        key = unicodedata.normalize("NFC", page.path).casefold()
        first = taken.setdefault(key, page)
        if first is not page:
            raise ConflictError(
                f"two resources would share the page {page.path}: <{first.subject}> and <{page.subject}>",
                hint="rename one of them",
            )
        yield page
