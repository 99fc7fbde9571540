"""No name is lost and none is used again: rules over the ledger, and the records that `mirld check --record` writes.

    ledger:unrecorded  an entry of the registry has its name on record
    ledger:lost        a name on record as current has its entry
    ledger:reused      the name of an entry never meant something else
    ledger:double      a text has one record
    ledger:target      what a record says of its state fits what it leads to
    ledger:missing     no name of an earlier registry is left out

The name of an entry is on record by two statements about the entry itself, `mir:state <vocab/state/current>` and
`mir:firstSeen`; they stay when the entry goes, and are then to be made a record that says what became of it. What other
schemes called the entry when it got its name is there as well, as `mir:givenTo`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mirld.check.scope import Problem, Scope
from mirld.errors import IdError
from mirld.graph.dataset import Dataset, Graph
from mirld.graph.terms import Iri, Literal, Triple
from mirld.graph.turtle import write_turtle
from mirld.ids import MirId
from mirld.vocab import DCTERMS, DEFAULT_BASE, ENTRY_CLASSES, MIR, RDF_TYPE, SKOS, XSD

RECORDS_FILE = "data/ledger/mirld.ttl"
"""Where the names that this registry gave are on record."""

_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)
_STATE, _FIRST_SEEN, _RECORD = Iri(MIR.state), Iri(MIR.firstSeen), Iri(MIR.LedgerRecord)
_GIVEN_TO = Iri(MIR.givenTo)
_REPLACED_BY = Iri(DCTERMS.isReplacedBy)


def names(scope: Scope, whole: str, subjects: Sequence[str]) -> Iterator[Problem]:
    """Check that an entry is on record, and that what is on record is an entry."""
    if _RECORD in scope.view.types(whole):
        yield from _record(scope, whole)
        return
    on_record = scope.view.value(whole, _STATE) is not None
    is_entry = not _ENTRY_CLASSES.isdisjoint(scope.view.types(whole))
    if on_record and not is_entry:
        message = (
            "the entry of this name is gone, and a name is never lost: make the statement in "
            f"{RECORDS_FILE} a mir:LedgerRecord that says what replaced it, or why it was withdrawn"
        )
        yield Problem("ledger:lost", "violation", message, whole, _STATE)
    if is_entry and not on_record and _is_published(scope, whole):
        message = "the name of this entry is not on record: run mirld check --record"
        yield Problem("ledger:unrecorded", "violation", message, whole, RDF_TYPE)


def _is_published(scope: Scope, whole: str) -> bool:
    dev = whole.startswith(f"{scope.base}dev/")
    return not dev and any(name in scope.own_files for name in scope.files_of(whole))


def _record(scope: Scope, record: str) -> Iterator[Problem]:
    view = scope.view
    text = view.text(record, SKOS.notation) or ""
    state = (view.text(record, _STATE) or "").rpartition("/")[2]
    targets = view.iris(record, _REPLACED_BY)
    first = min({record, *scope.around.records(text)})
    if record != first:
        message = (
            f"{text} has a record already, <{first.removeprefix(scope.base)}>: keep one, and all it leads to in it"
        )
        yield Problem("ledger:double", "violation", message, record, SKOS.notation)
    if _entry_named(text, scope):
        message = f"{text} is the name of an entry, and once meant something else: give the entry another name"
        yield Problem("ledger:reused", "violation", message, record, SKOS.notation)
    wanted = _TARGETS.get(state)
    if wanted is not None and not wanted[0] <= len(targets) <= wanted[1]:
        yield Problem("ledger:target", "violation", f"the state is {state}, so {wanted[2]}", record, _STATE)
    if state == "withdrawn" and view.value(record, MIR.reason) is None:
        message = "the state is withdrawn, so a mir:reason says why"
        yield Problem("ledger:target", "violation", message, record, _STATE)


def _entry_named(text: str, scope: Scope) -> bool:
    if not text.startswith("mir:"):
        return False  # no canonical name, so no entry has it
    try:
        return scope.is_entry(MirId.parse(text).iri(scope.base))
    except IdError:
        return False


# Fewest and most targets of a state.
_TARGETS: dict[str, tuple[int, int, str]] = {
    "alias": (1, 1, "dcterms:isReplacedBy names the one entry that has this other name"),
    "replaced": (1, 10_000, "dcterms:isReplacedBy names what has its place"),
    "withdrawn": (0, 0, "dcterms:isReplacedBy is left out; if something has its place, the state is replaced"),
    "current": (0, 0, "dcterms:isReplacedBy is left out: a current name is that of an entry"),
}


def known_names(view: Graph, base: str) -> dict[str, str]:
    """Return every name that is on record or has an entry, with the resource that says so."""
    found: dict[str, str] = {}
    for subject in view.subjects():
        types = view.types(subject)
        if _RECORD in types:
            found[view.text(subject, SKOS.notation) or ""] = subject
        elif not _ENTRY_CLASSES.isdisjoint(types) or view.value(subject, _STATE) is not None:
            try:
                found[str(MirId.from_iri(subject, base))] = subject
            except IdError:
                continue  # lint:id reports it
    return found


def missing(earlier: Dataset, now: Dataset) -> Iterator[Problem]:
    """Report every name that an earlier registry knew and this one does not."""
    names_now = known_names(now.view, now.base)
    for text, subject in sorted(known_names(earlier.view, earlier.base).items()):
        if text not in names_now:
            message = f"{text} was published and is not on record any more: put its record back"
            yield Problem("ledger:missing", "violation", message, subject)


def record_names(dataset: Dataset, day: str) -> bytes:
    """Return RECORDS_FILE with the name of every published entry in it; `day` is that of names that are new.

    With a new name go the names that other schemes have for its entry, so that whoever harvests those schemes again
    gives the same name, whatever became of the files the entry was in.
    """
    said: Iterable[Triple] = ()
    for graph, name in dataset.files.items():
        if name == RECORDS_FILE:
            said = dataset.graphs[graph]
    kept = list(said)
    recorded = {subject for subject, predicate, _ in kept if predicate == _STATE}
    before = frozenset(recorded)
    for graph, triples in dataset.graphs.items():
        if dataset.files[graph].startswith("data/"):
            for subject, predicate, term in triples:
                if predicate != RDF_TYPE or term not in _ENTRY_CLASSES or subject in recorded:
                    continue
                recorded.add(subject)
                kept.append((subject, _STATE, Iri(f"{dataset.base}vocab/state/current")))
                kept.append((subject, _FIRST_SEEN, Literal(day, XSD.date)))
    kept += [
        (Iri(subject), _GIVEN_TO, term)
        for subject in sorted(recorded - before)
        for term in dataset.view.values(subject, MIR.alias)
    ]
    home = [tuple(_at_home(term, dataset.base) for term in triple) for triple in kept]
    return write_turtle(home, DEFAULT_BASE).encode()  # type: ignore[arg-type]  # each triple stays one


def _at_home(term: Iri | Literal, base: str) -> Iri | Literal:
    """Name below the default base, which every file states, what is named below the base of this run."""
    if isinstance(term, Literal) or not term.startswith(base):
        return term
    return Iri(DEFAULT_BASE + term.removeprefix(base))
