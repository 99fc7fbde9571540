"""Check what changed since the last check, and what that can touch; the report is that of a check of everything.

Looked at again are: every resource that a changed file speaks of, or spoke of; resources that link to one of those
whose class changed, or what it takes, that came or that went; ledger records of their names. What words mean (the
ontology, the shapes, the sources' own files) and what classes of libraries take touches all, so a change there checks
all.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from mirld.check import lint
from mirld.check.findings import Finding, Report
from mirld.check.offers import LIBRARY_CLASSES, Named, Offer, names_of, offer_of
from mirld.check.proofs import PREFIX, Proofs, judged
from mirld.check.run import forms, group, judge, lineage, located, own_files
from mirld.check.scope import Everything, Scope, Words, closest
from mirld.check.shapes import Shapes
from mirld.check.state import Facts, Known, State, create, seal, stamp
from mirld.errors import IdError
from mirld.graph.collector import paused
from mirld.graph.corpus import SOURCE_FILE, Corpus, CorpusFile
from mirld.graph.dataset import Dataset, Graph
from mirld.graph.load import complete, load, parse_turtle, refuse_double_claims
from mirld.graph.terms import Iri, Literal, Triple
from mirld.ids import MirId
from mirld.version import __version__
from mirld.vocab import MIR, OWL, RDF_TYPE, RDFS, SKOS
from mirld.workers import Aside

_RECORD = Iri(MIR.LedgerRecord)
_FUNCTIONAL = OWL.FunctionalProperty
_NOTATION = SKOS.notation
_SHAPES = "shapes"
_PROOF = "proof"


@paused()
def check_everything(corpus: Corpus, cache: Path | None) -> Report:
    """Check all of a registry, and keep in `cache`, if given, what the next check needs; raises what `load` raises."""
    stamps = _stamps(corpus)
    fingerprint = _fingerprint(corpus)
    dataset = load(corpus)
    shapes = Shapes.read(corpus.root / _SHAPES)
    words = Words.of(dataset, shapes)
    wholes = group(dataset.view.subjects())
    # Named by this process, which two checks at once do not share.
    partial = cache.with_name(f"{cache.name}.{os.getpid()}") if cache is not None else None

    def beside() -> list[Finding]:
        if partial is not None:
            meta = {"words": sorted(words.terms), "context": _context(dataset), "libraries": _libraries(dataset)}
            create(partial, meta, stamps, _facts(dataset, wholes))
        return forms(corpus.files, dataset)

    with Aside(beside) as waiting:
        scope = Scope(dataset, words, Everything(dataset.view), own_files(corpus))
        findings = located(judge(scope, wholes, shapes), corpus.files, dataset)
        circles = located(lint.cycles(lineage(dataset)), corpus.files, dataset)
        proved = Proofs.of(dataset)
        unproved = located(judged(proved), corpus.files, dataset)
        form = waiting.result()
    if cache is not None and partial is not None:
        kept = [(_whole_of(found), found) for found in findings]
        kept += [("cycle", found) for found in circles] + [(f"file:{found.file}", found) for found in form]
        kept += [(_PROOF, found) for found in unproved]
        seal(partial, cache, fingerprint, kept, proved)
    return Report.of((*findings, *circles, *unproved, *form), len(wholes))


def check_changed(corpus: Corpus, cache: Path) -> Report:
    """Check what changed since `cache` was written; without a cache that fits, everything."""
    state = State.open(cache, _fingerprint(corpus))
    if state is None:
        return check_everything(corpus, cache)
    try:
        report = _Change(corpus, state).report()
    except sqlite3.Error:
        report = None
    finally:
        state.close()
    return check_everything(corpus, cache) if report is None else report


class _Change:
    """One change: the files as they were, as they are, and the resources it touches."""

    def __init__(self, corpus: Corpus, state: State) -> None:
        self._corpus = corpus
        self._state = state
        self._files = {file.name: file for file in corpus.files}
        self._stamps = _stamps(corpus)
        self._parsed: dict[str, list[Triple]] = {}

    def report(self) -> Report | None:
        """Report on the change; None when it touches everything."""
        state = self._state
        before = state.stamps()
        changed = {name for name, found in self._stamps.items() if before.get(name) != found} | (
            before.keys() - self._stamps.keys()
        )
        if not changed:
            return Report.of(state.findings(), 0)
        if self._is_of_libraries(changed):
            return None
        touched = self._touched(changed)
        dataset = self._dataset(touched, changed)
        further = self._further(touched, dataset) - touched
        if further:
            touched |= further
            dataset = self._dataset(touched, changed)
        return self._judge(dataset, touched, changed)

    def _is_of_libraries(self, changed: Iterable[str]) -> bool:
        """Say whether a file describes classes of a library, or did before."""
        before = self._state.meta("libraries")
        return any(
            (isinstance(before, list) and name in before) or (name in self._files and _describes(self._triples(name)))
            for name in changed
        )

    def _touched(self, changed: Iterable[str]) -> set[str]:
        """Resources that a file says something else of than before, and those found fault with in it."""
        found: set[str] = set()
        for name in changed:
            before = self._state.wholes_in(name)
            now = _digests(self._triples(name)) if name in self._files else {}
            found.update(whole for whole, digest in now.items() if before.get(whole) != digest)
            found.update(before.keys() - now.keys())
            found.update(about for about in self._state.found_in(name) if not about.startswith("file:"))
        return found - {"cycle", _PROOF}

    def _judge(self, dataset: Dataset, touched: set[str], changed: set[str]) -> Report:
        state = self._state
        shapes = Shapes.read(self._corpus.root / _SHAPES)
        terms = state.meta("words")
        words = Words(frozenset(terms if isinstance(terms, list) else ()))
        around = _Beside(dataset.view, state, touched)
        for name in sorted(_linked(dataset.view, touched)):
            for kind in around.types(name):
                dataset.view.add((Iri(name), Iri(RDF_TYPE), Iri(kind)))
        wholes = {whole: subjects for whole, subjects in group(dataset.view.subjects()).items() if whole in touched}
        scope = Scope(dataset, words, around, own_files(self._corpus))
        files = [self._files[name] for name in sorted(changed & self._files.keys())]
        findings = located(judge(scope, wholes, shapes), self._corpus.files, dataset)
        kept = [(_whole_of(found), found) for found in findings]
        kept += [(f"file:{found.file}", found) for found in forms(files, dataset, self._triples)]
        facts = _facts(dataset, wholes)
        about = {*touched, *(f"file:{name}" for name in changed)}
        state.update(self._stamps, touched, facts, kept, about)
        circles = list(lint.cycles(state.lineage()))
        if circles or any(found.code == "lint:cycle" for found in state.findings()):
            places = self._dataset({_whole(found.subject) for found in circles}, set())
            again = [("cycle", found) for found in located(circles, self._corpus.files, places)]
            state.update(self._stamps, (), {}, again, ("cycle",))
        self._prove(dataset, touched)
        return Report.of(state.findings(), len(wholes))

    def _prove(self, dataset: Dataset, touched: Collection[str]) -> None:
        """Prove the signatures and cases that were touched, and say anew what is wrong when something is or was."""
        state = self._state
        provable = state.provable() | {_whole(iri) for iri in dataset.view.instances(MIR.Signature, MIR.Layout)}
        is_changed = not provable.isdisjoint(touched)
        if not is_changed and not any(found.code.startswith(PREFIX) for found in state.findings()):
            return
        now = state.proofs()
        if is_changed:
            before, now = now, now.revised(dataset, lambda iri: _whole(iri) in touched)
            state.keep_proofs(before, now)
        problems = list(judged(now))
        places = self._dataset({_whole(found.subject) for found in problems}, set())
        found = [(_PROOF, each) for each in located(problems, self._corpus.files, places)]
        state.update(self._stamps, (), {}, found, (_PROOF,))

    def _triples(self, name: str) -> list[Triple]:
        found = self._parsed.get(name)
        if found is None:
            file = self._files[name]
            found = self._parsed[name] = parse_turtle(file.read(), self._corpus.base, name)
        return found

    def _dataset(self, touched: Collection[str], changed: Collection[str]) -> Dataset:
        """Load what files say of some resources, with the sources and what the merge and the shapes must know."""
        names = {name for name in changed if name in self._files}
        names |= {name for name in self._files if name.endswith(f"/{SOURCE_FILE}")}
        for whole in touched:
            known = self._state.known(whole)
            names.update(name for name in (known.files if known else ()) if name in self._files)
        dataset = Dataset(base=self._corpus.base)
        context = self._state.meta("context")
        self._add(
            dataset,
            "context",
            None,
            [
                (Iri(subject), Iri(predicate), Iri(term) if is_iri else Literal(term))
                for subject, predicate, term, is_iri in (context if isinstance(context, list) else ())
            ],
        )
        read = [file for file in self._corpus.files if file.name in names]
        for file in read:
            triples = self._triples(file.name)
            if not file.name.endswith(f"/{SOURCE_FILE}"):
                triples = [triple for triple in triples if _whole(triple[0]) in touched]
            self._add(dataset, file.graph, file, triples)
        refuse_double_claims(read, dataset)
        complete(dataset)
        return dataset

    def _add(self, dataset: Dataset, graph: str, file: CorpusFile | None, triples: list[Triple]) -> None:
        dataset.graphs[graph] = triples
        dataset.sources[graph] = file.source if file else None
        dataset.files[graph] = file.name if file else graph

    def _further(self, touched: Iterable[str], dataset: Dataset) -> set[str]:
        """Resources that a change of the touched ones can make right or wrong."""
        state, view, base = self._state, dataset.view, self._corpus.base
        found: set[str] = set()
        grouped = group(view.subjects())
        for whole in touched:
            subjects = grouped.get(whole, [])
            known = state.known(whole)
            now = {subject: tuple(sorted(view.types(subject))) for subject in subjects}
            if (dict(known.nodes) if known else {}) != now or state.offer(whole) != offer_of(view, whole):
                found.update(state.linking(whole))
                found.update(state.records(_name(whole, base)))
            if set(known.nodes if known else ()) != set(now):
                # What a link that leads nowhere may mean is told by what there is.
                found.update(state.wrong_links())
            texts = {*state.texts(whole), *(view.text(subject, SKOS.notation) or "" for subject in subjects)}
            found.update(record for text in texts for record in state.records(text))
        return {whole for whole in found if state.known(whole) is not None}


class _Beside:
    """What is known when some resources are under check: they themselves, and of others what the state knows."""

    def __init__(self, view: Graph, state: State, touched: Collection[str]) -> None:
        self._view = Everything(view)
        self._subjects = view
        self._state = state
        self._touched = touched

    def knows(self, iri: str) -> bool:
        """Say whether anything describes a resource."""
        whole = _whole(iri)
        if whole in self._touched or iri in self._subjects:
            return iri in self._subjects
        known = self._state.known(whole)
        return known is not None and iri in known.nodes

    def types(self, iri: str) -> Collection[str]:
        """Return the classes of a resource; none when nothing describes it."""
        whole = _whole(iri)
        if whole in self._touched or iri in self._subjects:
            return self._view.types(iri)
        known = self._state.known(whole)
        return known.nodes.get(iri, ()) if known is not None else ()

    def records(self, text: str) -> Collection[str]:
        """Return the ledger records of a text."""
        others = {record for record in self._state.records(text) if _whole(record) not in self._touched}
        return others | set(self._view.records(text))

    def near(self, iri: str) -> str | None:
        """Return the resource whose IRI is most like one that nothing describes."""
        start = iri[: iri.rfind("/", 0, len(iri) - 1) + 1]
        others = {name for name in self._state.below(start) if _whole(name) not in self._touched}
        return closest(iri, sorted({*others, *self._subjects.subjects()}))

    def offer(self, iri: str) -> Offer | None:
        """Return what a class of a library or an operation takes; None when nothing says so."""
        return self._view.offer(iri) if iri in self._touched else self._state.offer(iri)

    def classes(self, library: str, name: str) -> Sequence[Named]:
        """Return the classes of a library that a loader means by a name."""
        return self._state.classes(library, name)


def _facts(dataset: Dataset, wholes: Mapping[str, Collection[str]]) -> dict[str, Facts]:
    view = dataset.view
    files: dict[str, dict[str, str]] = {}
    for graph, triples in dataset.graphs.items():
        for whole, digest in _digests(triples).items():
            files.setdefault(whole, {})[dataset.files[graph]] = digest
    found = {}
    wanted = frozenset(lint.LINEAGE)
    for whole, subjects in wholes.items():
        links: set[str] = set()
        lines, records = [], []
        for subject in subjects:
            for predicate, term in view.pairs(subject):
                if isinstance(term, Literal):
                    if predicate == _NOTATION and _RECORD in view.types(subject):
                        records.append((term.value, subject))
                    continue
                if term.startswith(dataset.base):
                    links.add(_whole(term))
                if predicate in wanted:
                    lines.append((str(predicate), str(subject), str(term)))
        found[whole] = Facts(
            known=Known(files.get(whole, {}), {subject: tuple(sorted(view.types(subject))) for subject in subjects}),
            links=frozenset(links),
            records=tuple(records),
            lineage=tuple(lines),
            offer=offer_of(view, whole),
            names=tuple(names_of(view, (whole,))),
        )
    return found


def _digests(triples: Iterable[Triple]) -> dict[str, str]:
    """Digest what is said of each resource, whatever the order."""
    sums: dict[str, int] = {}
    for subject, predicate, term in triples:
        line = (
            "\0".join((subject, predicate, *map(str, term)))
            if isinstance(term, Literal)
            else f"{subject}\0{predicate}\0{term}"
        )
        value = int.from_bytes(hashlib.blake2b(line.encode(), digest_size=8).digest(), "big")
        whole = _whole(subject)
        sums[whole] = sums.get(whole, 0) + value
    return {whole: f"{value:x}" for whole, value in sums.items()}


def _linked(view: Graph, touched: Collection[str]) -> set[str]:
    return {
        term
        for subject in view.subjects()
        if _whole(subject) in touched
        for _, term in view.pairs(subject)
        if not isinstance(term, Literal) and term not in view
    }


def _context(dataset: Dataset) -> list[tuple[str, str, str, bool]]:
    """Gather what a merge and the shapes look at of the ontology: single-valued properties, and classes above."""
    above, single = str(RDFS.subClassOf), str(MIR.singleValued)
    return [
        (subject, predicate, term.value if isinstance(term, Literal) else term, not isinstance(term, Literal))
        for subject, predicate, term in dataset.view
        if predicate in (above, single) or (predicate == RDF_TYPE and term == _FUNCTIONAL)
    ]


def _libraries(dataset: Dataset) -> list[str]:
    """Return the names of the files that describe classes of libraries."""
    return sorted(dataset.files[graph] for graph, triples in dataset.graphs.items() if _describes(triples))


def _describes(triples: Iterable[Triple]) -> bool:
    return any(predicate == RDF_TYPE and term in LIBRARY_CLASSES for _, predicate, term in triples)


def _name(whole: str, base: str) -> str:
    try:
        return str(MirId.from_iri(whole, base))
    except IdError:
        return ""


def _whole(iri: str) -> str:
    return iri.partition("#")[0]


def _whole_of(found: Finding) -> str:
    return _whole(found.subject or "")


def _stamps(corpus: Corpus) -> dict[str, str]:
    return {file.name: stamp(file.path) for file in corpus.files}


def _fingerprint(corpus: Corpus) -> str:
    """Digest of all that touches every resource: the program, the base, the ontology, the shapes, the sources."""
    digest = hashlib.sha256(f"3 {__version__} {corpus.base}".encode())
    shapes = sorted((corpus.root / _SHAPES).glob("*.ttl"))
    words = [file.path for file in corpus.files if file.source is None or file.path.name == SOURCE_FILE]
    for path in (*shapes, *words):
        digest.update(f"\n{path}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
