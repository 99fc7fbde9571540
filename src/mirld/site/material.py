"""All that pages are made from, read once: a dataset, its values, and where everything has its page."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from mirld.check.offers import Named, names_of
from mirld.errors import InputError, SyntaxInputError
from mirld.graph.agreement import Agreement, Conflict, agreement
from mirld.graph.asking import Answered, answer_all
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset, Graph, Pairs
from mirld.graph.describe import Descriptions
from mirld.graph.jsonld import JsonLdWriter
from mirld.graph.query import Endpoint
from mirld.graph.release import recalled, without
from mirld.graph.saved import SavedQuery, saved_queries
from mirld.graph.terms import Iri, Literal, Term
from mirld.lookup.knowledge import Values
from mirld.registry import Entry, Registry, read_registry
from mirld.registry.read import read_library
from mirld.registry.values import Classification
from mirld.site.api_running import Running, running
from mirld.site.contexts import EntryRow, Parameter, Table
from mirld.site.links import Link, Places, outside, prefixed, root_of, short_name
from mirld.site.plan import Page, plan
from mirld.vocab import DCTERMS, FOAF, MIR, OWL, RDF_TYPE, RDFS_LABEL, SKOS, SPDX_LICENSES

_LABELS = (RDFS_LABEL, SKOS.prefLabel, DCTERMS.title, FOAF.name, SKOS.notation)

ONTOLOGY = str(MIR)[:-1]
"""IRI of the ontology; its terms are parts of it."""

KINDS: dict[str, str] = {
    "Info": "series",
    "Model": "model",
    "Adapter": "adapter",
    "Operation": "operation",
    "Scheduler": "scheduler",
    "Development": "development",
}
"""What a page calls an entry of each class."""


@dataclass(slots=True)
class Made:
    """What pages of one depth share: links to things and to terms, rows of entries in lists, parameters, by IRI.

    `answers` are tables of what classifies an entry, by what is said of each of their rows.
    """

    links: dict[str, Link] = field(default_factory=dict)
    terms: dict[str, Link] = field(default_factory=dict)
    rows: dict[str, EntryRow] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    answers: dict[tuple[tuple[str, Pairs], ...], Table | None] = field(default_factory=dict)


@dataclass
class Material:
    """`folder` holds ontology/, shapes/ and site/content, `look` holds templates/ and static/.

    `unverified` are resources that were only recalled; `withheld` are those of them that have a page and are in no
    export. `answering` gives the answers to the saved queries, when somebody found them already. Nothing here changes
    once `load` returned, save that what was worked out once is remembered.
    """

    folder: Path
    look: Path
    dataset: Dataset
    unverified: frozenset[str] = frozenset()
    withheld: frozenset[str] = frozenset()
    answering: Callable[[], Mapping[str, Answered]] | None = None
    _labels: dict[str, str] = field(default_factory=dict)
    _carriers: dict[str, list[Entry]] = field(default_factory=dict)
    _made: dict[str, Made] = field(default_factory=dict)
    _running: tuple[str, Running] | None = None

    @classmethod
    def load(
        cls,
        corpus: Corpus,
        dataset: Dataset,
        look: Path | None = None,
        *,
        with_unverified: bool = False,
        answering: Callable[[], Mapping[str, Answered]] | None = None,
    ) -> Material:
        """Say what pages are made from; what is marked mir:unverified is withheld, unless `with_unverified`."""
        unverified = recalled(dataset.view)
        return cls(
            folder=corpus.root,
            look=look or corpus.root / "site",
            dataset=dataset,
            unverified=unverified,
            withheld=frozenset() if with_unverified else unverified,
            answering=answering,
        )

    @cached_property
    def registry(self) -> Registry:
        """The values of the dataset."""
        return read_registry(self.dataset)

    @cached_property
    def known(self) -> Values:
        """What look-ups answer from: the values of the dataset, and what classes of libraries take."""
        return Values(self.registry, read_library(self.dataset), overlaid=self.dataset.laid_over())

    @cached_property
    def laid_over(self) -> Mapping[str, frozenset[str]]:
        """What a user's overlays speak of: entries and parts of entries, by the entry."""
        found: dict[str, set[str]] = defaultdict(set)
        for subject in self.dataset.laid_over():
            found[subject.partition("#")[0]].add(subject)
        return {whole: frozenset(subjects) for whole, subjects in found.items()}

    @cached_property
    def published(self) -> frozenset[str]:
        """Those entries of them that the registry describes itself."""
        dataset, wanted = self.dataset, self.laid_over
        graphs = [triples for graph, triples in dataset.graphs.items() if graph not in dataset.overlays]
        return frozenset(
            str(subject)
            for triples in graphs
            for subject, predicate, _ in triples
            if predicate == RDF_TYPE and subject in wanted
        )

    @cached_property
    def queries(self) -> Mapping[str, SavedQuery]:
        """The saved queries by name."""
        return saved_queries(self.folder)

    @cached_property
    def answers(self) -> Mapping[str, Answered]:
        """The answers to the saved queries by name."""
        if self.answering is not None:
            return self.answering()
        exported = Dataset(base=self.base, view=self.exported)
        return answer_all(Endpoint(exported, named_graphs=False), self.queries)

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """All pages, sorted by path; InputError for a name that no file system holds, ConflictError for one of two."""
        return plan(self.view, self.registry, self.carriers, self.queries, len(self.agreement.conflicts))

    @cached_property
    def agreement(self) -> Agreement:
        """Which statements several sources make, and which were outvoted."""
        return agreement(self.dataset)

    @cached_property
    def places(self) -> Places:
        """Where each resource has its page."""
        return Places({page.subject: page.path for page in self.pages if page.subject}, self.view)

    @cached_property
    def context(self) -> Mapping[str, Any]:
        """The published context of JSON-LD."""
        return read_context(self.folder / "ontology" / "context.jsonld")

    @property
    def base(self) -> str:
        """The base IRI."""
        return self.dataset.base

    @property
    def view(self) -> Graph:
        """The merged graph."""
        return self.dataset.view

    @cached_property
    def exported(self) -> Graph:
        """The merged graph without what is withheld."""
        return without(self.view, self.withheld)

    @cached_property
    def jsonld(self) -> JsonLdWriter:
        """The writer of JSON-LD with the published context."""
        return JsonLdWriter(self.context)

    @cached_property
    def descriptions(self) -> Descriptions:
        """Triples of resources, as exported."""
        return Descriptions(self.exported)

    @cached_property
    def ontology(self) -> Graph:
        """All that the file of the ontology says, remarks on terms of other vocabularies included, and alignments."""
        dataset = self.dataset
        whole = {
            graph
            for graph, triples in dataset.graphs.items()
            if (Iri(ONTOLOGY), Iri(RDF_TYPE), Iri(OWL.Ontology)) in triples
        }
        return Graph(
            triple
            for graph, triples in dataset.graphs.items()
            if graph in whole or dataset.sources.get(graph) is None
            for triple in triples
            if graph in whole or triple[0].startswith(str(MIR))
        ).sorted()

    @cached_property
    def conflicts(self) -> Mapping[str, tuple[Conflict, ...]]:
        """Statements that others outvoted, by the resource that they, or its parts, are about."""
        found: dict[str, list[Conflict]] = {}
        for conflict in self.agreement.conflicts:
            found.setdefault(conflict.subject.partition("#")[0], []).append(conflict)
        return {whole: tuple(conflicts) for whole, conflicts in found.items()}

    @cached_property
    def pageless(self) -> tuple[str, ...]:
        """Resources that no page has for its data: terms of others, and the ontology, whose page shows its file."""
        return tuple(iri for iri in self.descriptions.resources() if iri == ONTOLOGY or iri not in self.places)

    @cached_property
    def ids(self) -> Mapping[str, str]:
        """The id of each entry as text, by its IRI."""
        return {entry.iri: str(entry.id) for entry in self.registry}

    @cached_property
    def loading(self) -> Mapping[tuple[str, str], list[Entry]]:
        """The entries that a class loads, by library and name of the class."""
        found: dict[tuple[str, str], list[Entry]] = {}
        for entry in self.registry:
            for key in {(loader.library, loader.class_name) for loader in entry.loaders}:
                if key[1] is not None:
                    found.setdefault((key[0], key[1]), []).append(entry)
        return found

    @cached_property
    def classes(self) -> Mapping[tuple[str, str], str]:
        """The class of a library by library and name, and by the names of what it is the configuration of."""
        found: dict[tuple[str, str], str] = {}
        named = names_of(self.view, self.view.instances(MIR.LibraryClass))
        for each in sorted(named, key=_likeness):
            found.setdefault((each.library, each.name), each.iri)
        return found

    @cached_property
    def alphabetical(self) -> list[Entry]:
        """The entries from A to Z."""
        return sorted(self.registry, key=lambda entry: (entry.label.casefold(), entry.id))

    @cached_property
    def classified(self) -> Mapping[str, Mapping[str, Classification]]:
        """What classifies an entry by each concept, and what it answers to each criterion: by IRI of both."""
        found: dict[str, dict[str, Classification]] = defaultdict(dict)
        for entry in self.registry:
            for each in entry.classifications:
                if each.concept is not None:
                    found[each.concept.iri].setdefault(entry.iri, each)
            for each in entry.classifications:
                found[each.criterion.iri].setdefault(entry.iri, each)
        return dict(found)

    def running(self, entry: Entry) -> Running:
        """Say how an entry is run; of the last one it is remembered, since its page and its data ask alike."""
        if self._running is None or self._running[0] != entry.iri:
            self._running = (entry.iri, running(self.known, entry))
        return self._running[1]

    def carriers(self, iri: str) -> list[Entry]:
        """List the entries that point to a resource, themselves or by a part, sorted by id."""
        found = self._carriers.get(iri)
        if found is None:
            pointing = (subject.partition("#")[0] for subject, _ in self.view.incoming(iri))
            found = self._carriers[iri] = self.registry.among(pointing)
        return found

    def label(self, iri: str) -> str:
        """Name a resource: its label, else the end of its IRI."""
        found = self._labels.get(iri)
        if found is None:
            found = self._labels[iri] = self._find_label(iri)
        return found

    def _find_label(self, iri: str) -> str:
        said = [pair for pair in self.view.pairs(iri) if pair[0] in _LABELS and isinstance(pair[1], Literal)]
        for predicate in _LABELS if said else ():
            best = None
            for found, term in said:
                if found == predicate and isinstance(term, Literal):
                    if term.language in (None, "en"):
                        return term.value
                    best = best or term.value
            if best is not None:
                return best
        if iri.startswith(str(SPDX_LICENSES)):
            return iri.removeprefix(str(SPDX_LICENSES))  # SPDX names its licences by these
        known = prefixed(iri)
        if known != iri or not iri.startswith(self.base):
            return known
        return iri.partition("#")[2] or iri.rpartition("/")[2] or iri

    def made_for(self, root: str) -> Made:
        """Return what pages of one depth made so far."""
        return self._made.setdefault(root, Made())


def _likeness(named: Named) -> tuple[bool, int, str]:
    """Key by which the class of a name comes first, then configurations, those named most like it before others."""
    pairs = zip(named.name.lower(), named.iri.rpartition("/")[2], strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return not named.is_itself, -alike, named.iri


class Linker:
    """Makes links that work on one page."""

    def __init__(self, material: Material, page: Page) -> None:
        self.root = root_of(page.path)
        self._material = material
        made = material.made_for(self.root)
        self._known, self._terms, self.rows, self.answers = made.links, made.terms, made.rows, made.answers
        self.parameters = made.parameters

    def to(self, iri: str, note: str | None = None) -> Link:
        """Link to anything that has an IRI; what has no page and no linkable scheme is only named."""
        found = self._known.get(iri)
        if found is None:
            found = self._known[iri] = self._make(iri)
        return found if note is None else found._replace(note=note)

    def marked(self, iri: str) -> Link:
        """Link to a thing, with a remark when it was only recalled and never compared with its publication."""
        return self.to(iri, self.mark(iri))

    def mark(self, iri: str) -> str | None:
        """Return the remark beside a link to what was only recalled."""
        return "not verified" if iri in self._material.unverified else None

    def _make(self, iri: str) -> Link:
        material = self._material
        href = material.places.href(iri, self.root)
        if href is not None:
            return Link(material.label(iri), href)
        if iri.startswith((material.base, ONTOLOGY)) or iri in material.view:
            return Link(material.label(iri), None if iri.startswith((material.base, ONTOLOGY)) else outside(iri))
        return Link(short_name(iri), outside(iri))

    def term(self, iri: str) -> Link:
        """Link to a term of a vocabulary: to our page when it is ours, else only its prefixed name."""
        found = self._terms.get(iri)
        if found is None:
            href = self._material.places.href(iri, self.root)
            found = self._terms[iri] = Link(self._material.label(iri) if href else prefixed(iri), href)
        return found

    def confirmations(self, subject: str, predicate: str) -> list[tuple[Term, tuple[Link, ...]]]:
        """List the values of a property that two sources or more state, each with links to those."""
        known = self._material.agreement.confirmed.get(subject)
        if known is None:
            return []
        return [
            (term, tuple([self.to(source) for source in sources]))
            for (found, term), sources in known.items()
            if found == predicate
        ]

    def taken_by(self, library: str, name: str | None) -> tuple[Link, ...]:
        """Link to what a class of a library takes, where that is known."""
        found = self._material.classes.get((library, name or ""))
        return (self.to(found, "what it takes"),) if found else ()

    def path(self, label: str, path: str, note: str | None = None) -> Link:
        """Link to a page that is no resource."""
        return Link(label, f"{self.root}{path}/" if path else self.root, note)

    def value(self, term: Iri | Literal) -> Link:
        """Show a value: a link for an IRI, its text for a literal, with its language when that is not English."""
        if isinstance(term, Literal):
            return Link(term.value, None, term.language if term.language not in (None, "en") else None)
        return self.to(term)


def read_context(path: Path) -> Mapping[str, Any]:
    """Read the `@context` of a JSON-LD file; empty when there is no such file."""
    if not path.is_file():
        return {}
    try:
        document = json.loads(path.read_bytes())
        context = document["@context"]
    except OSError as error:
        raise InputError(f"cannot read the file: {error.strerror}", file=f"ontology/{path.name}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SyntaxInputError("this is no JSON-LD context", file=f"ontology/{path.name}") from error
    if not isinstance(context, dict):
        raise SyntaxInputError("the @context is no object", file=f"ontology/{path.name}")
    return context
