"""Triples of files and of the registry in one form that can be compared, by way of pyoxigraph."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph

from mirld.graph.terms import Literal, Term, Triple

FORMATS = {
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    "nq": pyoxigraph.RdfFormat.N_QUADS,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
}


def read(path: Path) -> set[pyoxigraph.Triple]:
    """Read a file that has to stand on its own: no base is given. Blank nodes are named in the canonical way."""
    quads = list(pyoxigraph.parse(path.read_bytes(), FORMATS[path.suffix[1:]]))
    if any(isinstance(term, pyoxigraph.BlankNode) for quad in quads for term in (quad.subject, quad.object)):
        dataset = pyoxigraph.Dataset(quads)
        dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
        quads = list(dataset)
    return {quad.triple for quad in quads}


def as_read(triples: Iterable[Triple]) -> set[pyoxigraph.Triple]:
    """Make the registry's own triples comparable with those of a file."""
    node = pyoxigraph.NamedNode
    return {pyoxigraph.Triple(node(subject), node(predicate), _term(term)) for subject, predicate, term in triples}


def _term(term: Term) -> pyoxigraph.NamedNode | pyoxigraph.Literal:
    if not isinstance(term, Literal):
        return pyoxigraph.NamedNode(term)
    if term.language is not None:
        return pyoxigraph.Literal(term.value, language=term.language)
    return pyoxigraph.Literal(term.value, datatype=pyoxigraph.NamedNode(term.datatype))
