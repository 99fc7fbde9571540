"""SPARQL over a dataset. The default graph is the merged view; each file is a named graph beside it.

A query may write an entry as a full IRI, as one relative to the base, or as `<mir:…>` in any form `MirId.find` reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph

from mirld.errors import IdError, QueryError
from mirld.graph.dataset import Dataset
from mirld.graph.terms import Iri, Literal, Term, Triple
from mirld.ids import MirId
from mirld.vocab import PREFIXES

# STRING_LITERAL (long forms first), comments, and IRIREF whose scheme is mir:
# https://www.w3.org/TR/sparql11-query/#rSTRING_LITERAL_LONG1
_TOKENS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|(?P<iri><mir:[^<>\"{}|^`\\\x00-\x20]*>)|<[^<>\s]*>|#[^\n]*"
)
_SAME_AS = re.compile(r"(?:owl:sameAs|owl#sameAs>)\s*$")
_NEEDS_GRAPHS = re.compile(r"\b(?:graph|from)\b", re.IGNORECASE)
_UPDATE = re.compile(
    r"^\s*(?:(?:prefix|base)\s[^\n>]*>\s*)*(?:insert|delete|load|clear|create|drop|copy|move|add)\b", re.I
)
_POSITION = re.compile(r"at (\d+):(\d+)")

MEDIA_TYPES: dict[str, str] = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
}
_GRAPH_FORMATS = {"turtle": pyoxigraph.RdfFormat.TURTLE, "ntriples": pyoxigraph.RdfFormat.N_TRIPLES}
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

    def __init__(self, found: _Found) -> None:
        self._found = found

    @property
    def kind(self) -> str:
        """One of `rows`, `truth` and `triples`."""
        if isinstance(self._found, pyoxigraph.QueryBoolean):
            return "truth"
        return "rows" if isinstance(self._found, pyoxigraph.QuerySolutions) else "triples"

    def answer(self) -> Answer:
        """Return the answer as values."""
        found = self._found
        if isinstance(found, pyoxigraph.QueryBoolean):
            return Answer(truth=bool(found))
        if isinstance(found, pyoxigraph.QuerySolutions):
            names = tuple(variable.value for variable in found.variables)
            rows = tuple(tuple(_back(solution[name]) for name in names) for solution in found)
            return Answer(variables=names, rows=rows)
        return Answer(triples=tuple(_triple_back(triple) for triple in found))

    def serialize(self, form: str) -> bytes:
        """Write the answer; `form` is a key of MEDIA_TYPES and must fit the kind of query."""
        found = self._found
        if isinstance(found, pyoxigraph.QueryTriples):
            if form not in _GRAPH_FORMATS:
                raise QueryError(f"a query that makes triples has no {form} answer", hint="ask for turtle or ntriples")
            prefixes = PREFIXES if form == "turtle" else None
            return pyoxigraph.serialize(found, format=_GRAPH_FORMATS[form], prefixes=prefixes) or b""
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
        self._store.bulk_extend(_quads(dataset.view, None))
        if named_graphs:
            for graph in sorted(dataset.graphs):
                self._store.bulk_extend(_quads(dataset.graphs[graph], graph))

    @classmethod
    def for_query(cls, dataset: Dataset, query: str) -> Endpoint:
        """Fill a store with what one query needs: the named graphs only when it names a graph."""
        return cls(dataset, named_graphs=_NEEDS_GRAPHS.search(query) is not None)

    def run(self, query: str, *, default_graphs: Iterable[str] = (), named_graphs: Iterable[str] = ()) -> Result:
        """Run a query; QueryError says line and column when it does not parse."""
        return Result(self._run(query, default_graphs, named_graphs))

    def _run(self, query: str, default_graphs: Iterable[str], named_graphs: Iterable[str]) -> _Found:
        if _UPDATE.match(query):
            raise QueryError(
                "this changes data, and a query here only reads", hint="write SELECT, ASK, CONSTRUCT or DESCRIBE"
            )
        defaults = [pyoxigraph.NamedNode(iri) for iri in default_graphs]
        named: list[pyoxigraph.NamedNode | pyoxigraph.BlankNode] = [pyoxigraph.NamedNode(iri) for iri in named_graphs]
        chosen = bool(defaults or named)
        try:
            return self._store.query(
                name_entries(query, self._base),
                base_iri=self._base,
                prefixes=PREFIXES,
                default_graph=list(defaults) if chosen else None,
                named_graphs=named if chosen else None,
            )
        except (SyntaxError, ValueError) as error:
            raise _query_error(error) from error


def name_entries(query: str, base: str) -> str:
    """Write every `<mir:…>` of a query as the entry's IRI, strings, comments and objects of owl:sameAs left alone.

    >>> name_entries("DESCRIBE <mir:model.lora.hyper:flux-1>", "https://w3id.org/mir/")
    'DESCRIBE <https://w3id.org/mir/model/lora/hyper/flux-1>'
    """

    def rewrite(match: re.Match[str]) -> str:
        written = match["iri"]
        if written is None or _SAME_AS.search(query, max(0, match.start() - 80), match.start()):
            return match[0]
        try:
            return f"<{MirId.find(written[1:-1]).iri(base)}>"
        except IdError as error:
            line = query.count("\n", 0, match.start()) + 1
            column = match.start() - query.rfind("\n", 0, match.start())
            raise QueryError(
                f"{written} is no MIR id: {error.message}", line=line, column=column, hint=error.hint
            ) from error

    return _TOKENS.sub(rewrite, query)


def _query_error(error: SyntaxError | ValueError) -> QueryError:
    text = str(error)
    position = _POSITION.search(text)
    if position is None:
        return QueryError(f"the query cannot be run: {text.splitlines()[0]}")
    line, column = int(position[1]), int(position[2])
    if "Prefix not found" in text:
        return QueryError(
            "an undeclared prefix before this place", line=line, column=column, hint="declare it with PREFIX"
        )
    return QueryError(
        "the query does not parse from here on", line=line, column=column, hint="look for what is missing just before"
    )


def _quads(triples: Iterable[Triple], graph: str | None) -> Iterator[pyoxigraph.Quad]:
    name = pyoxigraph.DefaultGraph() if graph is None else pyoxigraph.NamedNode(graph)
    for subject, predicate, term in triples:
        yield pyoxigraph.Quad(pyoxigraph.NamedNode(subject), pyoxigraph.NamedNode(predicate), _forth(term), name)


def _forth(term: Term) -> pyoxigraph.NamedNode | pyoxigraph.Literal:
    if not isinstance(term, Literal):
        return pyoxigraph.NamedNode(term)
    if term.language is not None:
        return pyoxigraph.Literal(term.value, language=term.language)
    return pyoxigraph.Literal(term.value, datatype=pyoxigraph.NamedNode(term.datatype))


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
