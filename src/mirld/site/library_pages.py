"""Classes of libraries, and the parameters they take, into what their pages show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby

from mirld.graph.dataset import Graph
from mirld.graph.terms import Iri, Literal, Term
from mirld.registry.said import value_of
from mirld.site.contexts import Crumb, Fact, Group, Head, IndexContext, Parameter, Row, Table
from mirld.site.library_contexts import LibraryClassContext, ParametersContext, Section
from mirld.site.links import Link
from mirld.site.material import Linker, Material
from mirld.site.names import plain, table, trail, value_text
from mirld.site.plan import LIBRARY, SHOWN, Page
from mirld.site.vocabulary_pages import entry_row
from mirld.vocab import DCTERMS, MIR

_PHASES = (("load", "On loading"), ("init", "On construction"), ("call", "At the call"), ("", "At any time"))
_NAMED = 40
# Ids that the frame of a page has.
_TAKEN = frozenset(("main", "h-data"))


def class_context(material: Material, page: Page, head: Head) -> LibraryClassContext:
    """Say what a class takes, and which entries load with it."""
    link = Linker(material, page)
    view, iri = material.view, page.subject
    name = view.text(iri, MIR.className) or material.label(iri)
    configures = [term.value for term in view.values(iri, MIR.configures) if isinstance(term, Literal)]
    library = view.text(iri, MIR.library) or ""
    entries = {entry.iri: entry for each in (name, *configures) for entry in material.loading.get((library, each), ())}
    taken = _taken(material, iri, link)
    phases = ((token, title, _rows(taken.get(token, ()), token)) for token, title in _PHASES)
    return LibraryClassContext(
        head=head,
        label=name,
        crumbs=_crumbs(link, page),
        iri=iri,
        lede=f"A class of {_library(view, iri)}, and what it takes.",
        facts=tuple(_facts(view, iri, configures, link)),
        phases=tuple(Section(token or "any", title, taken) for token, title, taken in phases if taken),
        above=tuple(link.to(each) for each in view.iris(iri, MIR.extends)),
        entries=tuple(entry_row(material, entries[each], link) for each in sorted(entries)[:SHOWN]),
        total=len(entries),
    )


def _library(view: Graph, iri: str) -> str:
    version = (view.text(iri, MIR.libraryVersion) or "").removeprefix("==")
    return f"{view.text(iri, MIR.library) or 'a library'} {version}".strip()


def _facts(view: Graph, iri: str, configures: Sequence[str], link: Linker) -> Iterable[Fact]:
    below = [subject for subject, predicate in view.incoming(iri) if predicate == MIR.extends]
    known: tuple[tuple[str, tuple[Link, ...]], ...] = (
        (MIR.library, (link.path(view.text(iri, MIR.library) or "", "/".join(_steps(iri, 2))),)),
        (MIR.modulePath, plain(view.text(iri, MIR.modulePath))),
        (MIR.open, tuple(link.to(each) for each in view.iris(iri, MIR.open))),
        (MIR.configures, plain(*configures)),
    )
    yield from (Fact(term=link.term(name), values=values) for name, values in known if values)
    source = tuple(link.to(each) for each in view.iris(iri, DCTERMS.source))
    yield from (Fact(term=Link("defined in"), values=source),) if source else ()
    if below:
        shown = tuple(link.to(each) for each in below) if len(below) <= SHOWN else plain(f"{len(below):,} classes")
        yield Fact(term=Link("extended by"), values=shown)


def _steps(iri: str, count: int) -> list[str]:
    return iri[iri.index(f"{LIBRARY}/") :].split("/")[:count]


def _taken(material: Material, iri: str, link: Linker) -> dict[str, list[Parameter]]:
    """Return the parameters that a class takes by phase; classes share their definitions."""
    view = material.view
    found: dict[str, list[Parameter]] = defaultdict(list)
    for part in view.iris(iri, MIR.parameter):
        known = link.parameters.get(part)
        if known is None:
            known = link.parameters[part] = _parameter(view, part, link)
        found[known.phase].append(known)
    return found


def _parameter(view: Graph, part: str, link: Linker) -> Parameter:
    return Parameter(
        name=_name_in(part),
        phase=_phase(view, part),
        head=Link(view.text(part, MIR.parameterName) or "", link.to(part).href, view.text(part, MIR.unit)),
        cells=(plain(view.text(part, MIR.valueType)), _default(view, part), plain(_range(view, part))),
    )


def _rows(taken: Sequence[Parameter], phase: str) -> Table | None:
    rows = (
        Row(anchor=f"{phase or 'any'}-{found.name}", head=found.head, cells=found.cells)
        for found in sorted(taken, key=lambda found: found.head.label.casefold())
    )
    return table(("Parameter", "Type", "Default", "Range"), rows, code=True)


def _name_in(part: str) -> str:
    """Return the name of a parameter as the IRI of its definition has it, which is safe in any place."""
    return part.partition("#")[2].rpartition("-")[0]


def _phase(view: Graph, part: str) -> str:
    found = (view.text(part, MIR.phase) or "").rpartition("/")[2]
    return found if any(found == token for token, _ in _PHASES) else ""


def _default(view: Graph, part: str) -> tuple[Link, ...]:
    default = view.value(part, MIR.defaultValue)
    return () if default is None else (Link(_written(default)),)


def _written(term: Term) -> str:
    """Write a default as the code does where it differs from JSON in what everybody meets: None, and empty texts."""
    found = value_of(term)
    return "None" if found is None else value_text(found) or '""'


def _range(view: Graph, part: str) -> str | None:
    low, high = view.text(part, MIR.minimum), view.text(part, MIR.maximum)
    allowed = [term.value for term in view.values(part, MIR.allowedValue) if isinstance(term, Literal)]
    if allowed:
        return ", ".join(allowed)
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"at least {low}" if low is not None else f"at most {high}" if high is not None else None


def parameters_context(material: Material, page: Page, head: Head) -> ParametersContext:
    """Show the parameters of a library under one letter: every definition, the most common first, and who has it."""
    link = Linker(material, page)
    view, iri = material.view, page.subject
    by_name = _definitions(view, iri)
    return ParametersContext(
        head=head,
        label=f"Parameters of {view.text(iri, MIR.library)}: {page.path[-1]}",
        crumbs=_crumbs(link, page),
        iri=iri,
        lede=f"Every definition that {_library(view, iri)} has under this letter, and the classes that share it.",
        parameters=tuple(
            Section(_anchor(parts), name, _defined(view, parts, iri, link)) for name, parts in by_name.items()
        ),
    )


def _definitions(view: Graph, iri: str) -> dict[str, list[Iri]]:
    """Return the definitions in an index by name, in the order of the alphabet."""
    found: dict[str, list[Iri]] = defaultdict(list)
    for part in view.iris(iri, MIR.parameter):
        found[view.text(part, MIR.parameterName) or part.partition("#")[2]].append(part)
    return {name: found[name] for name in sorted(found, key=lambda name: (name.casefold(), name))}


def _anchor(parts: Sequence[str]) -> str:
    """Return the anchor of a parameter on the page of its letter, where its definitions are `parts`."""
    name = _name_in(parts[0])
    return f"{name}-" if name in _TAKEN else name


def _defined(view: Graph, parts: Iterable[Iri], index: str, link: Linker) -> Table | None:
    users = {
        part: [each for each, predicate in view.incoming(part) if predicate == MIR.parameter and each != index]
        for part in parts
    }
    rows = (
        Row(
            anchor=part.partition("#")[2],
            head=Link(view.text(part, MIR.valueType) or "any"),
            cells=(
                _default(view, part),
                plain(_range(view, part)),
                plain(view.text(part, MIR.unit)),
                tuple(link.to(each) for each in view.iris(part, MIR.phase)),
                _named(users[part], link),
            ),
        )
        for part in sorted(users, key=lambda part: (-len(users[part]), part))
    )
    return table(("Type", "Default", "Range", "Unit", "When", "Classes"), rows, code=True)


def _named(classes: Sequence[Iri], link: Linker) -> tuple[Link, ...]:
    """Name classes; the first of them when there are so many that most of the library is among them."""
    rest = len(classes) - _NAMED
    return (*(link.to(each) for each in classes[:_NAMED]), *plain(f"{rest:,} more" if rest > 0 else None))


def index_context(material: Material, page: Page, head: Head) -> IndexContext:
    """List libraries; of one its classes and the letters of its parameters; or the names of these."""
    link = Linker(material, page)
    label, lede = titles(material, page)
    groups = (
        _libraries(material, link)
        if not page.topic
        else _names(material, page.topic, link)
        if page.view == "library-parameters"
        else _classes(material, page.topic, link)
    )
    return IndexContext(head=head, label=label, lede=lede, crumbs=_crumbs(link, page), groups=tuple(groups))


def titles(material: Material, page: Page) -> tuple[str, str]:
    """Title and description of a list of libraries, classes or names."""
    if not page.topic:
        return "Libraries", "What the classes that load entries take, as their libraries define it."
    classes = _pages(material, page.topic, "library-class")
    read = _library(material.view, classes[0].subject) if classes else page.topic
    if page.view == "library-parameters":
        return f"Parameters of {page.topic}", f"Every name that a class of {read} takes a parameter under."
    return page.topic, f"{len(classes):,} classes of {read}, and what they take."


def _pages(material: Material, library: str, view: str) -> list[Page]:
    start = f"{LIBRARY}/{library}/"
    return [page for page in material.pages if page.view == view and page.path.startswith(start)]


def _libraries(material: Material, link: Linker) -> Iterable[Group]:
    found = [page.topic for page in material.pages if page.view == "library" and page.topic]
    links = (
        link.path(name, f"{LIBRARY}/{name}", f"{len(_pages(material, name, 'library-class')):,} classes")
        for name in found
    )
    yield Group(title="", links=tuple(links))


def _classes(material: Material, library: str, link: Linker) -> Iterable[Group]:
    letters = [
        link.to(page.subject, f"{len(_definitions(material.view, page.subject)):,}")
        for page in _pages(material, library, "parameters")
    ]
    everything = link.path("All names", f"{LIBRARY}/{library}/parameter")
    yield Group(title="Parameters", links=(everything, *(each._replace(label=each.label[-1]) for each in letters)))
    classes = sorted(
        (link.to(page.subject) for page in _pages(material, library, "library-class")),
        key=lambda each: each.label.casefold(),
    )
    for letter, links in groupby(classes, key=lambda each: each.label[:1].upper()):
        yield Group(title=letter, links=tuple(links))


def _names(material: Material, library: str, link: Linker) -> Iterable[Group]:
    for page in _pages(material, library, "parameters"):
        found = _definitions(material.view, page.subject)
        href = link.to(page.subject).href
        links = (
            Link(name, f"{href}#{_anchor(parts)}", f"{len(parts)}" if len(parts) > 1 else None)
            for name, parts in found.items()
        )
        yield Group(title=page.path[-1], links=tuple(links))


def _crumbs(link: Linker, page: Page) -> tuple[Crumb, ...]:
    """Lead back through the folders of a page, each of which but that of classes has a page."""
    steps = page.path.split("/")
    above = ["/".join(steps[:count]) for count in range(1, len(steps))]
    return trail(
        link, *((path.rpartition("/")[2], path) for path in above if not path.endswith("/class")), here=steps[-1]
    )
