"""What is published: concepts that are only recalled from a publication stay in the registry until they were compared.

This is the one place that decides it; dumps and the data of pages are made from what it leaves.
"""

from __future__ import annotations

from mirld.graph.dataset import Graph
from mirld.graph.terms import Literal
from mirld.vocab import MIR


def recalled(graph: Graph) -> frozenset[str]:
    """Return the IRIs of everything that a graph marks `mir:unverified true`."""
    return frozenset(
        subject
        for subject, pairs in graph.blocks()
        for predicate, term in pairs
        if predicate == MIR.unverified and isinstance(term, Literal) and term.value in ("true", "1")
    )


def without(graph: Graph, withheld: frozenset[str]) -> Graph:
    """Return a graph without some resources: neither what is said of them nor any link to them, in the same order."""
    return graph.without(withheld) if withheld else graph
