"""Items of one source into triples: each joined to the entry that its keys lead to, or named, and linked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from mirld.graph.terms import Iri, Term, Triple, literal, text
from mirld.harvest.facts import concept, slug
from mirld.harvest.findings import Finding
from mirld.harvest.items import Harvest, Item, Link
from mirld.harvest.known import Known
from mirld.harvest.naming import candidates, same_name, token
from mirld.harvest.works import same_work
from mirld.vocab import (
    DCTERMS,
    DEFAULT_BASE,
    DIGEST_PROPERTIES,
    MIR,
    OPERATION_ARCHITECTURES,
    RDF_TYPE,
    RDFS_LABEL,
    SKOS,
)

UNCLASSIFIED = "unclassified"
"""The architecture of a model whose source tells none, and whose series is new."""

_DOMAINS = {
    "Info": "info",
    "Model": "model",
    "Adapter": "model",
    "Operation": "operations",
    "Scheduler": "operations",
}

# What begins keys that are said by parts of an entry, or by its own name; so does a host, which has a point in it.
_SAID_OTHERWISE = frozenset(("class", "file", "hf", "mir", "precision", "sha256"))


@dataclass(slots=True)
class Merged:
    """What a harvest comes to: triples by entry in order of their making, findings, and how many entries are new."""

    triples: dict[Triple, None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    paths: dict[str, str] = field(default_factory=dict)
    """Path of the entry of each item, by its key."""
    joined: int = 0
    """How many items are of entries that another source has."""


def merge(harvest: Harvest, known: Known, source: str, page: str) -> Merged:
    """Name, join and link the items of a harvest; `source` is its IRI, `page` the web page of what was read."""
    return _Merger(harvest, known, source, page).run()


class _Merger:
    def __init__(self, harvest: Harvest, known: Known, source: str, page: str) -> None:
        self._harvest = harvest
        self._known = known
        self._source = source
        self._page = page
        self._result = Merged(findings=list(harvest.findings))
        self._keys: dict[str, str] = {}
        self._series = {name: list(paths) for name, paths in known.series.items()}
        self._taken = set(known.taken)
        self._kinds: dict[str, str] = {}

    def run(self) -> Merged:
        # Series first, since releases are named after them; then by key, so that no order of rows shows.
        items = sorted(self._harvest.items, key=lambda item: (item.kind != "Info", item.key))
        for item in items:
            self._result.paths[item.key] = self._place(item)
        for item in items:
            self._state(item, self._result.paths[item.key])
        self._result.findings.sort()
        return self._result

    def _place(self, item: Item) -> str:
        """Find the path of an item: what this source called it before, whom its keys lead to, or a new name.

        What a person decided of a key comes before what the keys lead to.
        """
        keys = [item.key, *item.keys]
        domain = _DOMAINS[item.kind]
        before, told = self._known.named(item.key), same_work(keys) if domain == "model" else None
        found = [self._known.entry(key) for key in keys] + [self._keys.get(key) for key in keys]
        others = [path for path in dict.fromkeys(found) if path is not None and path.startswith(f"{domain}/")]
        if told is not None:
            others = [told] if told in {*self._known.kinds, *self._keys.values()} else []
        if len(others) > 1:
            comment = f"What it is known by leads to {len(others)} entries; it is taken for {others[0]}."
            self._find(item, "keys", "ambiguous-id", ", ".join(others), comment)
        path = before or told or (others[0] if others else None) or self._named(item)
        if path == told:
            item.inferred.add(str(MIR.alias))
        if others:
            self._result.joined += 1
        self._taken.add(path)
        for key in keys:
            self._keys.setdefault(key, path)
        return path

    def _named(self, item: Item) -> str:
        series = self._series_of(item)
        if item.kind == "Info":
            return series
        stem = series.replace("info/", f"{_DOMAINS[item.kind]}/", 1)
        for release in candidates(item.release or "base", item.owner):
            path = f"{stem}/{release}"
            if path not in self._taken:
                return path
        raise AssertionError(f"no name is left for {item.key}")

    def _series_of(self, item: Item) -> str:
        """Find or make the series of an item; the same name in the same architecture is the same series.

        Of another architecture, a series is taken when it is the only one of its name: but not by a model that is named
        like a scheduler, or the other way round.
        """
        name = same_name(item.series)
        operation = item.architecture in OPERATION_ARCHITECTURES
        series = [(path.split("/")[1], path) for path in self._series.get(name, [])]
        found = [path for architecture, path in series if architecture not in OPERATION_ARCHITECTURES]
        fitting = [path for architecture, path in series if architecture == item.architecture]
        if fitting or (len(found) == 1 and item.kind != "Info" and not operation):
            return (fitting or found)[0]
        path = f"info/{item.architecture or UNCLASSIFIED}/{token(item.series)}"
        self._series.setdefault(name, []).append(path)
        return path

    def _state(self, item: Item, path: str) -> None:
        """State all that an item says of its entry, and that its series exists."""
        entry = Iri(DEFAULT_BASE + path)
        label = item.label or (item.series_label or item.series if item.kind == "Info" else item.key.partition(":")[2])
        self._enter(path, item.kind, label)
        if item.kind != "Info":
            _, architecture, series, *_ = path.split("/")
            name = item.series_label or item.series
            self._enter(f"info/{architecture}/{series}", "Info", name, is_named=False)
        architecture = path.split("/")[1]
        if item.architecture not in (None, architecture):
            self._add(entry, MIR.architecture, concept("architecture", str(item.architecture)))
        self._add(entry, MIR.alias, literal(item.key))
        for key in item.keys:
            scheme = key.partition(":")[0]
            if scheme not in _SAID_OTHERWISE and "." not in scheme:
                self._add(entry, MIR.alias, literal(key))
        for predicate, term in item.facts:
            self._add(entry, predicate, term)
        self._link(item, entry, item.links)
        for part in item.parts.values():
            iri = Iri(f"{entry}#{part.fragment}")
            if part.kind == "compatibility" and not all(self._find_path(key) for _, key in part.links):
                self._link(item, iri, (link for link in part.links if self._find_path(link.key) is None))
                continue  # a judgement about nothing is none
            self._add(entry, MIR[part.kind], iri)
            self._add(iri, RDF_TYPE, Iri(MIR[part.kind.capitalize()]))
            for predicate, term in part.facts:
                self._add(iri, predicate, term)
            self._link(item, iri, part.links)
            for predicate, other in part.beside:
                self._add(iri, predicate, Iri(f"{entry}#{other.fragment}"))
        self._infer(item, entry)

    def _enter(self, path: str, kind: str, label: str, *, is_named: bool = True) -> None:
        entry = Iri(DEFAULT_BASE + path)
        if path in self._kinds:
            return
        kind = self._kinds[path] = self._known.kinds.get(path, kind)
        self._add(entry, RDF_TYPE, Iri(MIR[kind]))
        # A label that others gave stays; what this source calls it is one more name for it, if it is more than another
        # spelling. Of a series only its own item tells: a release may have been joined to it from a family of any name.
        labels = self._known.labels.get(path)
        if not labels or path in self._known.nameless:
            self._add(entry, RDFS_LABEL, text(label, "en"))
        elif is_named and same_name(label) not in {same_name(name) for name in (*labels, *_names(path))}:
            self._add(entry, SKOS.altLabel, text(label, "en"))

    def _link(self, item: Item, subject: Iri, links: Iterable[Link]) -> None:
        for predicate, key in links:
            path = self._find_path(key)
            if path is None:
                comment = "It leads to nothing that the registry has, so the relation is left out."
                self._find(item, predicate.removeprefix(str(MIR)), "unknown-reference", key, comment)
            elif DEFAULT_BASE + path != subject:
                self._add(subject, predicate, Iri(DEFAULT_BASE + path))

    def _find_path(self, key: str) -> str | None:
        return self._keys.get(key) or self._known.entry(key)

    def _infer(self, item: Item, entry: Iri) -> None:
        """Say what was concluded and not read, so that nobody takes it for the word of the source."""
        if not item.inferred:
            return
        evidence = Iri(f"{entry}#evidence-{slug(self._source.rpartition('/')[2])}")
        self._add(entry, MIR.evidence, evidence)
        self._add(evidence, RDF_TYPE, Iri(MIR.Evidence))
        self._add(evidence, MIR.confidence, concept("confidence", "inferred"))
        for address in (self._page, *sorted(item.grounds)):
            self._add(evidence, DCTERMS.source, Iri(address))
        for predicate in item.inferred:
            self._add(evidence, MIR.supports, Iri(predicate))

    def _add(self, subject: str, predicate: str, term: Term) -> None:
        self._result.triples[Iri(subject), Iri(predicate), term] = None

    def _find(self, item: Item, field_name: str, problem: str, value: str, comment: str) -> None:
        self._result.findings.append(Finding(item.key, field_name, problem, value, comment, place=item.place))


def _names(path: str) -> tuple[str, str]:
    """Names that the path of an entry is read as: of its last token, and of its series and release."""
    *_, series, release = path.split("/")
    return release, f"{series}{release}"


def leave_out_unpublished(harvest: Harvest, known: Known) -> None:
    """Take out of a harvest what nobody could find: a model without repository, digest or loader, unknown to others."""
    told = Counter(key for item in harvest.items for key in (item.key, *item.keys))
    kept = []
    for item in harvest.items:
        keys = (item.key, *item.keys)
        if _leads_somewhere(item) or any(told[key] > 1 or known.entry(key) for key in keys):
            kept.append(item)
        else:
            comment = "It has no repository, digest or loader by which it could be found, so it has no entry."
            harvest.find(item.key, "repository", "no-publication", item.label or item.key, comment, item.place)
    harvest.items = kept


def _leads_somewhere(item: Item) -> bool:
    """Say whether an item tells where it is published, what its bytes are, or what opens it; a series need not."""
    if item.kind not in ("Model", "Adapter"):
        return True
    digests = (predicate in DIGEST_PROPERTIES for part in item.parts.values() for predicate, _ in part.facts)
    return any(kind in ("repository", "loader") for kind, _ in item.parts) or any(digests)
