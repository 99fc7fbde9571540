"""The triples of one page: a resource and its parts."""

from __future__ import annotations

from mirld.graph.dataset import Graph
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

    def of(self, resource: str) -> list[Triple]:
        """Return all triples whose subject is the resource or one of its parts (`resource#…`), in canonical order."""
        return [
            (Iri(subject), predicate, term)
            for subject in [resource, *self._parts.get(resource, ())]
            for predicate, term in self._view.pairs(subject)
        ]

    def resources(self) -> list[str]:
        """Every subject without its fragment, sorted, each once."""
        return sorted({subject.partition("#")[0] for subject in self._view.subjects()})
