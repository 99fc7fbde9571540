"""What must hold and SHACL core cannot say: rules over one resource with its parts, each with a code.

    lint:id            the IRI of an entry is a MIR id          lint:file     an entry lies in the file of its series
    lint:dangling      a link below the base leads somewhere    lint:part     a part is linked from what it is part of
    lint:term          a term of a known namespace exists       lint:support  evidence supports what is stated by hand
    lint:published     no development entry is published        lint:cycle    no chain of links comes back to itself
    lint:outvoted      sources disagree; what the first in rank says is kept
    lint:classification  the name of a classification says what it says    lint:ground  it says what it rests on
    lint:mapping       no two mappings of a pair exclude each other

`mirld.check.parameters` has the rules that hold settings to what their loaders take.

A rule is a function of (scope, resource, its subjects) and yields problems. It looks at those subjects' own triples,
and asks the rest only through `Scope.around`, so that one changed entry can be checked alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from mirld.check.scope import Problem, Scope, namespace_of
from mirld.errors import IdError
from mirld.graph.terms import Iri, Literal
from mirld.ids import MirId
from mirld.vocab import (
    DCTERMS,
    ENTRY_CLASSES,
    MIR,
    OWL,
    PART_PROPERTIES,
    PREFIXES,
    RDF_TYPE,
    RDFS_LABEL,
    RESERVED_SEGMENTS,
    SKOS,
)

Rule = Callable[[Scope, str, Sequence[str]], Iterator[Problem]]

LINEAGE: tuple[str, ...] = (
    str(SKOS.broader),
    str(SKOS.broadMatch),
    str(SKOS.narrowMatch),
    *(str(MIR[name]) for name in ("fineTunedFrom", "quantizedFrom", "mergedFrom", "distilledFrom", "variantOf")),
)
"""Properties whose chains must end."""

_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)
# What an entry may say without evidence: its class and names, which its name and its parts bear out, and ledger facts.
_ON_RECORD = (MIR.state, MIR.firstSeen, MIR.givenTo)
_PLAIN = frozenset((RDF_TYPE, RDFS_LABEL, str(SKOS.altLabel), *_ON_RECORD, *PART_PROPERTIES))
# Pages of the site that are no resources.
_PAGES = RESERVED_SEGMENTS - {"agent", "graph", "ledger", "library", "licence", "ns", "shapes", "source", "vocab"}
_VERSION_IRI, _SUPPORTS, _TERMS = OWL.versionIRI, MIR.supports, str(MIR)
_CLASSIFICATION = MIR.Classification
_OF_CLASS = {kind: name for name, kind in PART_PROPERTIES.items()}


def entry_ids(scope: Scope, whole: str, subjects: Sequence[str]) -> Iterator[Problem]:
    """Check that the IRI of an entry is that of a MIR id, and `dev` is for overlays only."""
    if not _is_entry(scope, whole):
        return
    try:
        mir_id = MirId.from_iri(whole, scope.base)
    except IdError as error:
        message = f"the name of this entry is no MIR id: {error.message}; rename it"
        yield Problem("lint:id", "violation", message, whole, RDF_TYPE)
        return
    if mir_id.domain == "dev" and any(name in scope.own_files for name in scope.files_of(whole)):
        message = "a development entry in the registry: keep it in an overlay of your own, outside data/"
        yield Problem("lint:published", "violation", message, whole, RDF_TYPE)


def files(scope: Scope, whole: str, subjects: Sequence[str]) -> Iterator[Problem]:
    """Check that an entry lies in the file of its series, or of its architecture where a harvest wrote it."""
    segments = whole.removeprefix(scope.base).split("/")
    if not _is_entry(scope, whole) or len(segments) < 3:
        return
    wanted = f"{segments[1]}/{segments[2].partition('@')[0]}.ttl"
    for name in scope.files_of(whole):
        if name in scope.own_files and not name.endswith((f"/{wanted}", f"/{segments[1]}.ttl")):
            message = f"{name} is not the file of this series: move the entry to …/{wanted}"
            yield Problem("lint:file", "violation", message, whole, RDF_TYPE)


def links(scope: Scope, whole: str, subjects: Sequence[str]) -> Iterator[Problem]:
    """Check that every link below the base leads to something that a file describes, or to a page of the site."""
    base, view, knows = scope.base, scope.view, scope.around.knows
    for subject in subjects:
        for predicate, term in view.pairs(subject):
            if isinstance(term, Literal) or not term.startswith(base) or knows(term):
                continue
            if predicate == _VERSION_IRI or _is_page(term, base):
                continue
            near = scope.around.near(term)
            mend = f"did you mean <{near.removeprefix(base)}>?" if near else "describe it, or leave the link out"
            message = f"nothing describes <{term.removeprefix(base)}>: {mend}"
            yield Problem("lint:dangling", "violation", message, subject, predicate, term)


def parts(scope: Scope, whole: str, subjects: Sequence[str]) -> Iterator[Problem]:
    """Check that a part of an entry is linked from it, or nobody would find it."""
    linked = {term for _, term in scope.view.pairs(whole)}
    for subject in subjects:
        if subject == whole or subject in linked:
            continue
        kind = next((found for found in scope.view.types(subject) if found in _OF_CLASS), None)
        if kind is not None:
            name = prefixed(_OF_CLASS[kind])
            short = subject.removeprefix(scope.base)
            message = f"nothing links this part: write {name} <{short}> in <{whole.removeprefix(scope.base)}>"
            yield Problem("lint:part", "violation", message, subject, RDF_TYPE)


def terms(scope: Scope, whole: str, subjects: Sequence[str]) -> Iterator[Problem]:
    """Check that a term of a known namespace is one that the ontology or a shape speaks of."""
    known, view = scope.words.terms, scope.view
    for subject in subjects:
        for predicate, term in view.pairs(subject):
            names: tuple[Iri, ...] = (predicate,)
            if isinstance(term, Iri) and (term.startswith(_TERMS) or predicate in (RDF_TYPE, _SUPPORTS)):
                names = (predicate, term)
            for name in names:
                if name in known or namespace_of(name) is None:
                    continue
                near = scope.words.near(name)
                mend = (
                    f"did you mean {prefixed(near)}?"
                    if near
                    else "see the page of the ontology for the terms there are"
                )
                message = f"{prefixed(name)} is no term of this registry: {mend}"
                value = term if name == term else None
                yield Problem("lint:term", "violation", message, subject, predicate, value)


def support(scope: Scope, whole: str, subjects: Sequence[str]) -> Iterator[Problem]:
    """Check that what is said of an entry by hand rests on evidence (docs/decisions/0003)."""
    if not _is_entry(scope, whole):
        return
    stated = dict.fromkeys(triple[1] for triple in scope.stated_by_hand(whole) if triple[1] not in _PLAIN)
    if not stated:
        return
    supported = {
        term
        for _, part in scope.view.pairs(whole)
        if isinstance(part, Iri)
        for term in scope.view.values(part, _SUPPORTS)
    }
    for predicate in stated:
        if predicate not in supported:
            message = f"no evidence supports {prefixed(predicate)}: name the page that says so in a mir:Evidence"
            yield Problem("lint:support", "violation", message, whole, predicate)


def classifications(scope: Scope, whole: str, subjects: Sequence[str]) -> Iterator[Problem]:
    """Check that a classification is named by its mode and answer, answers its criterion, and rests on something.

    The shapes say by its name what an entry may carry (docs/decisions/0010), so the name must be true.
    """
    view = scope.view
    for subject in subjects:
        if _CLASSIFICATION not in view.types(subject):
            continue
        criterion, answer = view.text(subject, MIR.criterion) or "", view.text(subject, MIR.concept)
        mode = (view.text(subject, MIR.mode) or "").rpartition("/")[2]
        name = f"#classification-{mode}-{(answer or criterion).rpartition('/vocab/')[2].replace('/', '-')}"
        if not subject.endswith(name):
            message = f"the name of this classification says something else than it does: name it {name}"
            yield Problem("lint:classification", "violation", message, subject, RDF_TYPE)
        if answer is not None and not answer.startswith((f"{criterion}/", f"{criterion}-")):
            message = "the answer is none to this criterion: link the criterion, or the list, that it stands below"
            yield Problem("lint:classification", "violation", message, subject, MIR.concept, Iri(answer))
        if (answer is None) != (mode == "not-known"):
            message = (
                "an answer is not known or it is given: leave mir:concept out of what is not known, and only there"
            )
            yield Problem("lint:classification", "violation", message, subject, MIR.mode)
        wanted = (MIR.ground,) if view.values(subject, MIR.rule) else (DCTERMS.source, MIR.confidence)
        missing = [prefixed(each) for each in wanted if not view.values(subject, each)]
        if missing:
            message = f"nothing says why: write {' and '.join(missing)}"
            yield Problem("lint:ground", "violation", message, subject, RDF_TYPE)


# SKOS S46: exactMatch excludes broadMatch and relatedMatch; S27 with S43: related excludes broader and narrower. That
# the wider of two is also the narrower is a circle, and closeMatch says of neither which it is.
_MATCHES = frozenset(str(SKOS[f"{name}Match"]) for name in ("broad", "close", "exact", "narrow", "related"))


def mappings(scope: Scope, whole: str, subjects: Sequence[str]) -> Iterator[Problem]:
    """Check that what is said of a pair of concepts by one mapping is not denied by another."""
    for subject in subjects:
        found: dict[Iri, list[str]] = defaultdict(list)
        for predicate, term in scope.view.pairs(subject):
            if predicate in _MATCHES and isinstance(term, Iri):
                found[term].append(predicate)
        for term, predicates in found.items():
            if len(predicates) > 1:
                said = " and ".join(map(prefixed, predicates))
                message = f"two mappings of one pair exclude each other, {said}: keep the one that holds"
                for each in predicates:
                    yield Problem("lint:mapping", "violation", message, subject, each, term)


RULES: tuple[Rule, ...] = (entry_ids, files, links, parts, terms, support, classifications, mappings)
"""Every rule over one resource; `mirld.check.ledger` has those of the ledger."""


def cycles(links_: Iterable[tuple[str, str, str]]) -> Iterator[Problem]:
    """Find chains of one property that come back to where they began, from (property, subject, object)."""
    forward: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for predicate, subject, term in links_:
        forward[predicate][subject].append(term)
    for predicate, found in sorted(forward.items()):
        for start in sorted(found):
            chain = _way_back(found, start)
            if chain and start == min(chain):
                way = " → ".join(name.rpartition("/")[2] or name for name in (*chain, start))
                message = f"a chain of {prefixed(predicate)} comes back to where it began: {way}; take one link out"
                yield Problem("lint:cycle", "violation", message, start, predicate)


def _way_back(forward: dict[str, list[str]], start: str) -> list[str] | None:
    """Return a shortest chain from a resource back to itself, breadth first."""
    came: dict[str, str] = {}
    waiting = [start]
    for name in waiting:
        for following in sorted(forward.get(name, ())):
            if following == start:
                chain = [name]
                while chain[-1] != start:
                    chain.append(came[chain[-1]])
                return chain[::-1]
            if following not in came:
                came[following] = name
                waiting.append(following)
    return None


def prefixed(iri: str) -> str:
    """Write a term with its prefix, any other IRI in full."""
    name = namespace_of(iri)
    return f"{name}:{iri[len(PREFIXES[name]) :]}" if name else f"<{iri}>"


def _is_entry(scope: Scope, whole: str) -> bool:
    return not _ENTRY_CLASSES.isdisjoint(scope.view.types(whole))


def _is_page(iri: str, base: str) -> bool:
    rest = iri.removeprefix(base)
    return (
        not rest or rest.partition("/")[0] in _PAGES or rest in ("ns", "shapes", "vocab", "source", "ledger", "agent")
    )
