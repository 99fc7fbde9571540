"""Triples by entry, and the parts an entry is made of.

A path is `architecture/series[/compatibility]`; `Claims.entry` makes the entry and its series when they are new.
"""

from __future__ import annotations

import re

from mirld.graph.terms import RDF_LANG_STRING, Iri, Literal, Term, Triple, literal, text
from mirld.harvest.facts import as_literal, concept, slug
from mirld.harvest.findings import Finding, as_text
from mirld.harvest.upstream_mir.naming import Names, mir_id
from mirld.vocab import DCAT, MIR, RDF_TYPE, RDFS_LABEL

ADAPTERS = frozenset({"lora", "controlnet"})
"""Architectures whose models change another model."""

_PACKED = re.compile(r"[-_](?:hf|diffusers|pytorch)$", re.IGNORECASE)


class Claims:
    """What the harvest says: `triples` in no order, without repeats, and `findings`."""

    def __init__(self, table: Names) -> None:
        self.names = table
        self.triples: dict[Triple, None] = {}
        self.findings: dict[Finding, None] = {}
        self.entries: dict[str, Iri] = {}
        self._titles: dict[str, str] = {}
        self._loaders: dict[tuple[str, str], list[str]] = {}
        self._said: set[tuple[str, str]] = set()

    def entry(self, path: str, title: str | None = None) -> Iri:
        """Make sure that the entry of a path, and its series, exist; `title` names a release the table does not."""
        known = self.entries.get(path)
        if known is not None:
            return known
        identity = mir_id(path)
        iri = self.entries[path] = Iri(identity.iri())
        architecture, series, *release = path.split("/")
        kind = {"info": "Info", "model": "Model", "operations": "Operation"}[identity.domain]
        if kind == "Model" and architecture in ADAPTERS:
            kind = "Adapter"
        if kind == "Operation" and architecture == "scheduler":
            kind = "Scheduler"
        self.add(iri, RDF_TYPE, Iri(MIR[kind]))
        if release:
            self._titles.setdefault(f"{architecture}/{series}", title or "")
            self.entry(f"{architecture}/{series}")
        self.add(iri, RDFS_LABEL, text(self.names.labels.get(path) or self._label(path, title), "en"))
        for token in self.names.extra_architectures(path):
            self.add(iri, MIR.architecture, concept("architecture", token))
        return iri

    def _label(self, path: str, title: str | None) -> str:
        architecture, series, *release = path.split("/")
        if release:
            family = self.names.labels.get(f"{architecture}/{series}", series)
            if title:
                return _PACKED.sub("", title).replace("_", " ")
            return family if release[0] == "base" else f"{family} {release[0]}"
        # The title of the first release, as far as it spells the series.
        spelt = self._titles.get(path, "").replace("_", "-")
        return spelt[: len(series)] if spelt.lower().startswith(series) else series

    def add(self, subject: str, predicate: str, *terms: Term) -> None:
        """State something, once."""
        for term in terms:
            self.triples[Iri(subject), Iri(predicate), term] = None
            self._said.add((subject, predicate))

    def says(self, subject: str, predicate: str) -> bool:
        """Whether something is stated already."""
        return (subject, predicate) in self._said

    def loader_key(self, entry: str, library: str, name: str) -> str:
        """Key of a loader: its library, with a number from the second class or call of that library on."""
        known = self._loaders.setdefault((entry, library), [])
        if name not in known:
            known.append(name)
        number = known.index(name) + 1
        return library if number == 1 else f"{library}-{number}"

    def part(self, entry: Iri, kind: str, key: str) -> Iri:
        """Name a part, give it its class and hang it on its entry: kind `loader`, key `diffusers`."""
        iri = Iri(f"{entry}#{'repo' if kind == 'repository' else kind}-{slug(key)}")
        self.add(iri, RDF_TYPE, Iri(MIR[kind.capitalize()]))
        self.add(entry, MIR[kind], iri)
        return iri

    def find(self, upstream_id: str, field: str, problem: str, value: object, comment: str, path: str | None) -> None:
        """Report a fault; `path` is the entry it touches, None when no entry was made."""
        about = mir_id(path).path if path is not None else None
        if path is not None:
            self.entry(path)
        self.findings[Finding(upstream_id, field, problem, as_text(value), comment, about)] = None

    def repository(self, path: str, name: str) -> Iri:
        """Say where an entry is published, on the hub that every name of upstream is of."""
        entry = self.entry(path)
        part = self.part(entry, "repository", "hf-" + name.replace("/", "-"))
        self.add(part, MIR.host, literal("huggingface.co"))
        self.add(part, MIR.repositoryName, literal(name))
        self.add(part, MIR.purl, literal(f"pkg:huggingface/{name}"))
        self.add(part, DCAT.landingPage, Iri(f"https://huggingface.co/{name}"))
        return part

    def setting(
        self,
        entry: Iri,
        name: str,
        value: object,
        phase: str,
        *,
        scope: str = "any",
        applies_to: Iri | None = None,
        file: str | None = None,
    ) -> None:
        """Say which value an entry wants: `scope` is the key of a loader part or `any`, `file` 16 digits of a file."""
        typed = as_literal(value)
        if typed is None:
            return
        key = f"{scope}-{phase}-{name}" + (f"-{file}" if file else "")
        part = self.part(entry, "setting", key)
        self.add(part, MIR.parameterName, literal(name))
        self.add(part, MIR.value, typed)
        self.add(part, MIR.phase, concept("phase", phase))
        if applies_to is not None:
            self.add(part, MIR.appliesTo, applies_to)

    def labels(self) -> dict[str, str]:
        """Label of every entry, by IRI."""
        return {
            subject: term.value
            for subject, predicate, term in self.triples
            if predicate == RDFS_LABEL and isinstance(term, Literal) and term.datatype == RDF_LANG_STRING
        }
