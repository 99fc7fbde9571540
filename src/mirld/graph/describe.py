"""The triples of one page: a resource and its parts."""

from __future__ import annotations

from mirld.graph.dataset import Block, Graph
from mirld.graph.terms import Iri, Triple


class Descriptions:
    """Parts by the resource they belong to, so that describing a resource costs only its own triples."""

    def __init__(self, view: Graph) -> None:
        self._view = view
        self._parts: dict[str, list[str]] = {}
        for subject in view.subjects():
            whole, hash_sign, _ = subject.partition("#")
            if hash_sign:
                self._parts.setdefault(whole, []).append(subject)

    def blocks(self, resource: str) -> list[Block]:
        """Return what is said of the resource and of each of its parts (`resource#…`), in canonical order."""
        subjects = [resource, *self._parts.get(resource, ())]
        return [(Iri(subject), pairs) for subject in subjects if (pairs := self._view.pairs(subject))]

    def of(self, resource: str) -> list[Triple]:
        """Return the same as triples."""
        return [(subject, predicate, term) for subject, pairs in self.blocks(resource) for predicate, term in pairs]

    def resources(self) -> list[str]:
        """Every subject without its fragment, sorted, each once."""
        return sorted({subject.partition("#")[0] for subject in self._view.subjects()})
