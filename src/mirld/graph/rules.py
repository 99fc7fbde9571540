"""Classification by rule: SPARQL over what is stated, into a named graph of its own.

A rule is a concept of the scheme `rule`, whose query lies in `ontology/rules/` under its notation. Rules run by their
`mir:order`, and each sees what those of a lower one found. What they find hangs on names made from the entry
and the answer, so the same facts give the same triples, and there are no blank nodes.

Loading does not run them: a look-up has no use for what they find. Whoever needs it calls `classify`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.collector import paused
from mirld.graph.dataset import Block, Dataset, Pair, in_order
from mirld.graph.patterns import matching
from mirld.graph.store import add_text, fill
from mirld.graph.terms import Iri, Literal, Term
from mirld.vocab import MIR, PREFIXES, SKOS, XSD

RULES_FOLDER = "ontology/rules"

_PLACE = re.compile(r"at (\d+):(\d+)")
_TRUE = Literal("true", XSD.boolean)


@paused()
def classify(dataset: Dataset, root: Path) -> None:
    """Run the rules of the registry in `root` over a loaded dataset; its view holds what they find, and a graph.

    Raises InputError for a rule that has no query, SyntaxInputError (file, line, column) for a query that is none.
    """
    add_found(dataset, infer(dataset, root))


def inferred_graph(base: str) -> str:
    """Return the IRI of the graph of what rules find."""
    return f"{base}graph/inferred"


def add_found(dataset: Dataset, found: list[Block]) -> None:
    """Add what rules found, sorted, to a loaded dataset: to its view, and as a graph."""
    graph = inferred_graph(dataset.base)
    dataset.found = found
    dataset.graphs[graph] = [(subject, predicate, term) for subject, pairs in found for predicate, term in pairs]
    dataset.sources[graph] = None
    dataset.files[graph] = RULES_FOLDER
    dataset.view = dataset.view.with_more(found)


def infer(dataset: Dataset, root: Path) -> list[Block]:
    """Return what the rules find, sorted; nothing for a registry without rules."""
    return read_found(Rules(dataset, root).find(pyoxigraph.Store()))


class Rules:
    """The rules of the registry in `root`, in the order they run; raises InputError for one that has no query."""

    def __init__(self, dataset: Dataset, root: Path) -> None:
        self._base = dataset.base
        self._view = dataset.view
        self._rules = _rules(dataset, root)
        self._names = matching((rule.query for rule in self._rules), self._base, self._view)

    @property
    def turns(self) -> int:
        """How many turns the rules run in: those of one order run at once."""
        return len({rule.order for rule in self._rules})

    def find(self, store: pyoxigraph.Store) -> Iterator[bytes]:
        """Give what the rules find, as N-Triples by turn; raises as `classify` does.

        The store, which is empty, holds then what they may ask for and what they found, save for that of the last turn.
        """
        fill(store, self._facts(self._wants))
        written = b""
        for _, rules in groupby(self._rules, key=lambda rule: rule.order):
            if written:
                add_text(store, written)
            written = b"".join(_run(store, self._base, rule) for rule in rules)
            yield written

    def complete(self, store: pyoxigraph.Store, found: bytes, asked: frozenset[str]) -> None:
        """Add to a store what it lacks of the predicates `asked`, when the rules found this in their last turn."""
        add_text(store, found)
        fill(store, self._facts(lambda pair: pair[0] in asked and not self._wants(pair)))

    def _facts(self, wanted: Callable[[Pair], bool]) -> Iterator[Block]:
        for subject, pairs in self._view.blocks():
            yield subject, [pair for pair in pairs if wanted(pair)]

    def _wants(self, pair: Pair) -> bool:
        """Say whether a rule may ask for what is said of a subject; for texts in a language none does."""
        return pair[0] in self._names and (pair[1].__class__ is Iri or pair[1].language is None)  # type: ignore[union-attr]  # a literal


class _Rule(NamedTuple):
    order: int
    iri: str
    file: str
    query: str


def _rules(dataset: Dataset, root: Path) -> list[_Rule]:
    """Read every rule, in the order they run."""
    view = dataset.view
    rules = []
    for iri, predicate in view.incoming(f"{dataset.base}vocab/rule"):
        if predicate != SKOS.inScheme:
            continue
        file = f"{RULES_FOLDER}/{view.text(iri, SKOS.notation)}.rq"
        try:
            query = (root / file).read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(f"cannot read the query of a rule: {error.strerror}", file=file) from error
        rules.append(_Rule(int(view.text(iri, MIR.order) or 0), iri, file, query))
    return sorted(rules)


def _run(store: pyoxigraph.Store, base: str, rule: _Rule) -> bytes:
    try:
        found = store.query(rule.query, base_iri=base, prefixes=PREFIXES)
    except SyntaxError as error:
        place = _PLACE.search(str(error))
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        raise SyntaxInputError("this is no SPARQL", file=rule.file, line=line, column=column) from error
    if not isinstance(found, pyoxigraph.QueryTriples):
        raise InputError("a rule makes triples", file=rule.file, hint="write CONSTRUCT")
    return found.serialize(format=pyoxigraph.RdfFormat.N_TRIPLES) or b""


def read_found(texts: Iterable[bytes]) -> list[Block]:
    """Read N-Triples of IRIs and of `true`, which is all that a classification is made of, and sort them.

    What is said of one answer is said of it for many entries, in the same words: it is read once, and shared.
    """
    said: dict[str, set[str]] = {}
    for line in chain.from_iterable(text.decode().splitlines() for text in texts):
        subject, _, rest = line.partition(" ")
        found = said.get(subject)
        if found is None:
            said[subject] = {rest}
        else:
            found.add(rest)
    terms: dict[str, Term] = {}
    pairs: dict[str, Pair] = {}
    known: dict[frozenset[str], tuple[Pair, ...]] = {}
    blocks: list[Block] = []
    for subject, rests in said.items():
        shared = frozenset(rests)
        block = known.get(shared)
        if block is None:
            for rest in rests:
                if rest not in pairs:
                    predicate, term = rest[:-2].split(" ", 1)
                    pairs[rest] = _term(predicate, terms), _term(term, terms)  # type: ignore[assignment]  # an Iri first
            block = known[shared] = tuple(in_order([pairs[rest] for rest in rests]))
        blocks.append((Iri(subject[1:-1]), block))
    return sorted(blocks)


def _term(written: str, terms: dict[str, Term]) -> Term:
    found = terms.get(written)
    if found is None:
        found = terms[written] = Iri(written[1:-1]) if written[0] == "<" else _TRUE
    return found
