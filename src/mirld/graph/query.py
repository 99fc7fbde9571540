"""SPARQL over a dataset. The default graph is the merged view; each file is a named graph beside it.

A query may write an entry as a full IRI, as one relative to the base, or as `<mir:…>` in any form `MirId.find` reads.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph

from mirld.errors import IdError, QueryError
from mirld.graph.dataset import Dataset
from mirld.graph.ntriples import write_nquads, write_ntriples
from mirld.graph.patterns import matching
from mirld.graph.store import add_text, fill
from mirld.graph.terms import Iri, Literal, Term, Triple, sort_key
from mirld.graph.turtle import write_turtle
from mirld.ids import MirId
from mirld.vocab import DEFAULT_BASE, MIR, PREFIXES

# Strings (long forms first) and comments, in which nothing is looked for; and IRIREF.
# https://www.w3.org/TR/sparql11-query/#rSTRING_LITERAL_LONG1, https://www.w3.org/TR/sparql11-query/#rIRIREF
_SKIPPED = (
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|#[^\n]*"
)
_IRI = r'<[^<>"{}|^`\\\x00-\x20]*>'
_TOKENS = re.compile(rf"{_SKIPPED}|(?P<iri>(?=<mir:){_IRI})|{_IRI}", re.DOTALL)
# Variables and prefixed names are no keywords, whatever they are called.
_WORDS = re.compile(
    rf"{_SKIPPED}|{_IRI}|[?$]\w+|_:[\w.-]+|@\w+|(?P<prefix>[\w.-]*):(?:[\w.:-]|%[0-9A-Fa-f]{{2}}|\\.)*|(?P<word>[A-Za-z]+)",
    re.DOTALL,
)
# The objects of owl:sameAs, up to the one that follows.
_SAME_AS = re.compile(rf"(?:owl:sameAs|owl#sameAs>)\s*(?:{_IRI}\s*,\s*)*$")
_SAME_AS_REACH = 4_000  # characters before an IRI in which its predicate is looked for
_UPDATES = frozenset(("insert", "delete", "load", "clear", "create", "drop", "copy", "move", "add", "with"))
_POSITION = re.compile(r"at (\d+):(\d+)")

MEDIA_TYPES: dict[str, str] = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
}
_GRAPH_FORMATS = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "json": pyoxigraph.RdfFormat.JSON_LD,
}
_Found = pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples
_ROW_FORMATS = {
    "csv": pyoxigraph.QueryResultsFormat.CSV,
    "tsv": pyoxigraph.QueryResultsFormat.TSV,
    "json": pyoxigraph.QueryResultsFormat.JSON,
    "xml": pyoxigraph.QueryResultsFormat.XML,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a query: rows with their variables, a truth, or triples; exactly one of the three is not None."""

    variables: tuple[str, ...] = ()
    rows: tuple[tuple[Term | None, ...], ...] | None = None
    truth: bool | None = None
    triples: tuple[Triple, ...] | None = None


class Result:
    """What a query gave, to be read once: as values, or written in a format."""

    def __init__(self, found: _Found, base: str = DEFAULT_BASE) -> None:
        self._found = found
        self._base = base

    @property
    def truth(self) -> bool | None:
        """The answer to ASK; None for every other query."""
        return bool(self._found) if isinstance(self._found, pyoxigraph.QueryBoolean) else None

    @property
    def kind(self) -> str:
        """One of `rows`, `truth` and `triples`."""
        if isinstance(self._found, pyoxigraph.QueryBoolean):
            return "truth"
        return "rows" if isinstance(self._found, pyoxigraph.QuerySolutions) else "triples"

    def answer(self) -> Answer:
        """Return the answer as values; QueryError when the query fails while it runs."""
        try:
            return self._answer()
        except (RuntimeError, ValueError, OSError) as error:
            raise _run_error(error) from error

    def _answer(self) -> Answer:
        found = self._found
        if isinstance(found, pyoxigraph.QueryBoolean):
            return Answer(truth=bool(found))
        if isinstance(found, pyoxigraph.QuerySolutions):
            names = tuple(variable.value for variable in found.variables)
            rows = tuple(tuple(_back(solution[name]) for name in names) for solution in found)
            return Answer(variables=names, rows=rows)
        return Answer(triples=tuple(_triple_back(triple) for triple in found))

    def serialize(self, form: str) -> bytes:
        """Write the answer; `form` is a key of MEDIA_TYPES that fits the kind of query; json of triples is JSON-LD."""
        try:
            return self._serialize(form)
        except (RuntimeError, ValueError, OSError) as error:
            raise _run_error(error) from error

    def answer_and_csv(self) -> tuple[Answer, bytes]:
        """Return rows, or a truth, as values and written as CSV, from one run of the query."""
        if not isinstance(self._found, pyoxigraph.QuerySolutions):
            csv = self.serialize("csv")
            return self.answer(), csv
        # Solutions can be read once; what was written of them, again and again.
        written = self.serialize("json")
        one, other = (
            Result(pyoxigraph.parse_query_results(written, pyoxigraph.QueryResultsFormat.JSON), self._base)
            for _ in range(2)
        )
        return one.answer(), other.serialize("csv")

    def _serialize(self, form: str) -> bytes:
        found = self._found
        if isinstance(found, pyoxigraph.QueryTriples):
            if form not in _GRAPH_FORMATS:
                raise QueryError(
                    f"a query that makes triples has no {form} answer", hint=f"ask for {', '.join(_GRAPH_FORMATS)}"
                )
            return _write_triples(list(found), form, self._base)
        if form not in _ROW_FORMATS:
            raise QueryError(f"a query that makes rows has no {form} answer", hint=f"ask for {', '.join(_ROW_FORMATS)}")
        if isinstance(found, pyoxigraph.QueryBoolean) and form in ("csv", "tsv"):
            return b"true\n" if found else b"false\n"
        return found.serialize(format=_ROW_FORMATS[form]) or b""


class Endpoint:
    """A store filled from a dataset once, asked many times."""

    def __init__(self, dataset: Dataset, *, named_graphs: bool = True) -> None:
        self._base = dataset.base
        self._store = pyoxigraph.Store()
        fill(self._store, dataset.view.blocks())
        if named_graphs:
            for graph in sorted(dataset.graphs):
                add_text(self._store, write_nquads(dataset.graphs[graph], graph).encode())

    @classmethod
    def over(cls, store: pyoxigraph.Store, base: str) -> Endpoint:
        """Ask a store that somebody filled."""
        endpoint = cls(Dataset(base=base), named_graphs=False)
        endpoint._store = store
        return endpoint

    def leave_out(self, names: Iterable[str]) -> None:
        """Take some resources out: what is said of them, and every link to them."""
        for name in names:
            node = pyoxigraph.NamedNode(name)
            for quads in (
                self._store.quads_for_pattern(node, None, None),
                self._store.quads_for_pattern(None, None, node),
            ):
                for quad in list(quads):
                    self._store.remove(quad)

    @classmethod
    def for_query(cls, dataset: Dataset, query: str) -> Endpoint:
        """Fill a store with what one query needs: named graphs only when it names one, else what it can match."""
        words = {word for word, _ in _keywords(query)}
        if not words.isdisjoint(("graph", "from")):
            return cls(dataset)
        names = matching((name_entries(query, dataset.base),), dataset.base, dataset.view)
        endpoint = cls.over(pyoxigraph.Store(), dataset.base)
        fill(
            endpoint._store,
            ((subject, [pair for pair in pairs if pair[0] in names]) for subject, pairs in dataset.view.blocks()),
        )
        return endpoint

    def run(self, query: str, *, default_graphs: Iterable[str] = (), named_graphs: Iterable[str] = ()) -> Result:
        """Run a query; QueryError says line and column when it does not parse."""
        return Result(self._run(query, default_graphs, named_graphs), self._base)

    def _run(self, query: str, default_graphs: Iterable[str], named_graphs: Iterable[str]) -> _Found:
        _refuse_more_than_reading(query)
        defaults = [pyoxigraph.NamedNode(iri) for iri in default_graphs]
        named: list[pyoxigraph.NamedNode | pyoxigraph.BlankNode] = [pyoxigraph.NamedNode(iri) for iri in named_graphs]
        chosen = bool(defaults or named)

        def ask(text: str) -> _Found:
            return self._store.query(
                text,
                base_iri=self._base,
                prefixes=PREFIXES,
                default_graph=list(defaults) if chosen else None,
                named_graphs=named if chosen else None,
            )

        named_query = name_entries(query, self._base)
        try:
            return ask(named_query)
        except SyntaxError as error:
            # Writing entries in full moved what stands behind them: the place that counts is the one in what was given.
            raise _syntax_error(query, _error_of(ask, query) or error) from error
        except (RuntimeError, ValueError, OSError) as error:
            raise _run_error(error) from error


def _error_of(ask: Callable[[str], _Found], query: str) -> SyntaxError | None:
    try:
        ask(query)
    except SyntaxError as error:
        return error
    return None


def name_entries(query: str, base: str) -> str:
    """Write every `<mir:…>` of a query as the entry's IRI, strings, comments and objects of owl:sameAs left alone.

    >>> name_entries("DESCRIBE <mir:model.lora.hyper:flux-1>", "https://w3id.org/mir/")
    'DESCRIBE <https://w3id.org/mir/model/lora/hyper/flux-1>'
    """

    def rewrite(match: re.Match[str]) -> str:
        written = match["iri"]
        if written is None or _SAME_AS.search(query, max(0, match.start() - _SAME_AS_REACH), match.start()):
            return match[0]
        try:
            return f"<{MirId.find(written[1:-1]).iri(base)}>"
        except IdError as error:
            line, column = _place(query, match.start())
            raise QueryError(
                f"{written} is no MIR id: {error.message}", line=line, column=column, hint=error.hint
            ) from error

    return _TOKENS.sub(rewrite, query)


def unknown_terms(query: str, dataset: Dataset) -> Iterator[tuple[str, str | None]]:
    """Yield every `mir:` name of a query that the ontology has no term for, with the term most like it."""
    start = str(MIR)
    known = sorted(subject.removeprefix(start) for subject in dataset.view.subjects() if subject.startswith(start))
    asked = (match[0] for match in _WORDS.finditer(query) if match["prefix"] == "mir")
    for name in dict.fromkeys(asked):
        local = name.removeprefix("mir:")
        if local and local not in known:
            near = difflib.get_close_matches(local, known, n=1)
            yield name, f"mir:{near[0]}" if near else None


def _keywords(query: str) -> Iterator[tuple[str, int]]:
    """Every bare word of a query in lower case, with its offset."""
    for match in _WORDS.finditer(query):
        if match["word"]:
            yield match["word"].lower(), match.start()


def _refuse_more_than_reading(query: str) -> None:
    """Refuse updates, and SERVICE, by which whoever may ask would make this machine call any other."""
    first = True
    for word, offset in _keywords(query):
        if word == "service":
            line, column = _place(query, offset)
            raise QueryError(
                "SERVICE asks another endpoint, and a query here asks only this registry",
                line=line,
                column=column,
                hint="run the query at an endpoint that federates, and name this one there",
            )
        if first and word not in ("prefix", "base"):
            first = False
            if word in _UPDATES:
                line, column = _place(query, offset)
                raise QueryError(
                    "this changes data, and a query here only reads",
                    line=line,
                    column=column,
                    hint="write SELECT, ASK, CONSTRUCT or DESCRIBE",
                )


def _place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _syntax_error(query: str, error: SyntaxError) -> QueryError:
    text = str(error)
    position = _POSITION.search(text)
    if "Prefix not found" in text:
        declared = set(PREFIXES) | set(re.findall(r"prefix\s+([\w.-]*):", query, re.IGNORECASE))
        for match in _WORDS.finditer(query):
            name = match["prefix"]
            if name is not None and name not in declared:
                line, column = _place(query, match.start())
                near = difflib.get_close_matches(name, declared, n=1)
                hint = f"did you mean {near[0]}:?" if near else f"declare it: PREFIX {name}: <…>"
                return QueryError(f"the prefix {name}: is not declared", line=line, column=column, hint=hint)
    if position is None:
        return QueryError(f"the query does not parse: {text.splitlines()[0]}")
    line, column = int(position[1]), int(position[2])
    for sign, words in (
        ("IRI parsing failed", "an IRI before this place is none"),
        ("unbound", "a variable is selected that is not grouped by"),
    ):
        if sign in text:
            return QueryError(words, line=line, column=column)
    if next(_keywords(query), None) is None:
        return QueryError("the query is empty", line=1, column=1, hint="write SELECT, ASK, CONSTRUCT or DESCRIBE")
    return QueryError(
        "the query does not parse here", line=line, column=column, hint="look for what is missing just before"
    )


def _run_error(error: Exception) -> QueryError:
    return QueryError(f"the query cannot be run: {str(error).splitlines()[0].rstrip('.')}")


def _write_triples(triples: list[pyoxigraph.Triple], form: str, base: str) -> bytes:
    """Write sorted triples; only those with a blank node, which our writers do not know, as pyoxigraph writes them."""
    if any(isinstance(node, pyoxigraph.BlankNode) for triple in triples for node in (triple.subject, triple.object)):
        return pyoxigraph.serialize(triples, format=_GRAPH_FORMATS[form]) or b""
    if form == "turtle":
        return write_turtle(map(_triple_back, triples), base).encode()
    if form == "ntriples":
        ordered = sorted(set(map(_triple_back, triples)), key=lambda one: (one[0], one[1], sort_key(one[2])))
        return write_ntriples(ordered).encode()
    return (pyoxigraph.serialize(sorted(triples, key=str), format=_GRAPH_FORMATS[form]) or b"") + b"\n"


def _back(node: object) -> Term | None:
    if node is None:
        return None
    if isinstance(node, pyoxigraph.Literal):
        return Literal(node.value, node.datatype.value, node.language)
    if isinstance(node, pyoxigraph.NamedNode):
        return Iri(node.value)
    return Literal(str(node))


def _triple_back(triple: pyoxigraph.Triple) -> Triple:
    subject, predicate, term = _back(triple.subject), _back(triple.predicate), _back(triple.object)
    if not isinstance(subject, Iri) or not isinstance(predicate, Iri) or term is None:
        raise QueryError("the query makes a triple with a blank node", hint="give every node of the template a name")
    return subject, predicate, term
