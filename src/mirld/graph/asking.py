"""All that a build asks in SPARQL, over one store: rules of classification, then saved queries over what is exported.

Filling a store takes longer than what is asked of it, so both are asked of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyoxigraph

from mirld.graph.dataset import Dataset, Graph
from mirld.graph.patterns import matching
from mirld.graph.query import Answer, Endpoint, name_entries
from mirld.graph.release import recalled
from mirld.graph.rules import Rules
from mirld.graph.saved import SavedQuery, saved_queries
from mirld.graph.terms import Iri, Literal
from mirld.vocab import MIR

Answered = tuple[Answer, bytes]
"""The answer to a saved query, as values and as CSV."""


class Asking:
    """Questions about a dataset that nothing was inferred in yet: `found`, for each of the `turns`, then `answered`.

    Neither changes the dataset, so that another process may add to its own what was found here.
    """

    def __init__(self, dataset: Dataset, root: Path) -> None:
        self._dataset = dataset
        self._root = root
        self._store = pyoxigraph.Store()
        self._rules = Rules(dataset, root)
        self._finding = self._rules.find(self._store)
        self._found = b""

    @property
    def turns(self) -> int:
        """How often `found` finds something."""
        return self._rules.turns

    def found(self) -> bytes:
        """Run the rules of the next turn and return what they find, as N-Triples.

        Raises what `mirld.graph.rules.classify` raises.
        """
        self._found = next(self._finding)
        return self._found

    def answered(self, *, with_unverified: bool = False) -> dict[str, Answered]:
        """Answer the saved queries, by name, over all that is exported; raises InputError and QueryError."""
        queries = saved_queries(self._root)
        texts = (name_entries(query.text, self._dataset.base) for query in queries.values())
        asked = matching(texts, self._dataset.base, self._dataset.view) | {MIR.unverified}
        self._rules.complete(self._store, self._found, asked)
        endpoint = Endpoint.over(self._store, self._dataset.base)
        if not with_unverified:
            endpoint.leave_out(recalled(self._marks()))
        return answer_all(endpoint, queries)

    def _marks(self) -> Graph:
        """Return what is marked as recalled, also by rules: that is in the store, whatever the dataset has of it."""
        mark = Iri(MIR.unverified)
        return Graph(
            (Iri(quad.subject.value), mark, Literal(quad.object.value))
            for quad in self._store.quads_for_pattern(None, pyoxigraph.NamedNode(mark), None)
            if isinstance(quad.subject, pyoxigraph.NamedNode) and isinstance(quad.object, pyoxigraph.Literal)
        )


def answer_all(endpoint: Endpoint, queries: Mapping[str, SavedQuery]) -> dict[str, Answered]:
    """Answer saved queries, by name."""
    return {name: endpoint.run(query.text).answer_and_csv() for name, query in queries.items()}
