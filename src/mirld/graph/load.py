"""Bytes of Turtle into a `Dataset`."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph

from mirld.errors import ConflictError, InputError, SyntaxInputError
from mirld.graph.corpus import Corpus, CorpusFile
from mirld.graph.dataset import Dataset
from mirld.graph.infer import derive
from mirld.graph.terms import Iri, Literal, Term, Triple
from mirld.vocab import ENTRY_CLASSES, RDF_TYPE

_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)


def load(corpus: Corpus) -> Dataset:
    """Read, merge and complete a corpus.

    Raises SyntaxInputError (file, line, column) for broken Turtle, InputError for a blank node in data, ConflictError
    when two files of one source claim an entry.
    """
    dataset = Dataset(base=corpus.base)
    interned: dict[object, Term] = {}
    for file in corpus.files:
        dataset.graphs[file.graph] = _triples(file.read(), corpus.base, file.name, interned)
        dataset.sources[file.graph] = file.source
        dataset.files[file.graph] = file.name
    _refuse_double_claims(corpus.files, dataset)
    dataset.merge()
    dataset.derived = derive(dataset)
    for triple in dataset.derived:
        dataset.view.add(triple)
    dataset.view = dataset.view.sorted()
    return dataset


def parse_turtle(data: bytes, base: str, name: str) -> list[Triple]:
    """Parse one Turtle document; `name` is what messages call it."""
    return _triples(data, base, name, {})


def _triples(data: bytes, base: str, name: str, interned: dict[object, Term]) -> list[Triple]:
    try:
        triples = [
            (
                _iri(quad.subject, interned, name),
                _iri(quad.predicate, interned, name),
                _term(quad.object, interned, name),
            )
            for quad in pyoxigraph.parse(data, pyoxigraph.RdfFormat.TURTLE, base_iri=base)
        ]
    except SyntaxError as error:
        line, column = error.lineno, error.offset
        raise SyntaxInputError(
            f"this is no Turtle: {_shorten(error.msg)}", file=name, line=line, column=column
        ) from error
    return triples


def _shorten(message: str) -> str:
    first = message.split("\n", 1)[0]
    for opening in ("Parser error at line ", "error at line "):
        if first.startswith(opening) and ": " in first:
            first = first.split(": ", 1)[1]
    return first.rstrip(".")


def _iri(node: object, interned: dict[object, Term], name: str) -> Iri:
    found = interned.get(node)
    if found is None:
        if not isinstance(node, pyoxigraph.NamedNode):
            raise InputError(f"a blank node, give it a name: {node}", file=name)
        found = interned[node] = Iri(node.value)
    return found  # type: ignore[return-value]  # a NamedNode always interns to an Iri


def _term(node: object, interned: dict[object, Term], name: str) -> Term:
    found = interned.get(node)
    if found is None:
        if not isinstance(node, pyoxigraph.Literal):
            return _iri(node, interned, name)
        found = interned[node] = Literal(node.value, node.datatype.value, node.language)
    return found


def _refuse_double_claims(files: Iterable[CorpusFile], dataset: Dataset) -> None:
    claims: dict[tuple[str | None, str], str] = {}
    for file in files:
        entries = {
            subject
            for subject, predicate, term in dataset.graphs[file.graph]
            if predicate == RDF_TYPE and term in _ENTRY_CLASSES
        }
        for entry in sorted(entries):
            first = claims.setdefault((file.source, entry), file.name)
            if first != file.name:
                short = entry.removeprefix(dataset.base)
                raise ConflictError(
                    f"<{short}> is described in {first} as well",
                    file=file.name,
                    hint="keep one of the two: one entry, one file",
                )
