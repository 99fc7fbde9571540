"""All that a build asks in SPARQL, over one store: rules of classification, then saved queries over what is exported.

Filling a store takes longer than what is asked of it, so both are asked of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyoxigraph

from mirld.graph.dataset import Dataset
from mirld.graph.query import Answer, Endpoint
from mirld.graph.release import recalled
from mirld.graph.rules import Rules, read_found
from mirld.graph.saved import SavedQuery, saved_queries
from mirld.graph.terms import Triple

Answered = tuple[Answer, bytes]
"""The answer to a saved query, as values and as CSV."""


class Asking:
    """Questions about a dataset that nothing was inferred in yet: first `inferred`, which the caller adds to it."""

    def __init__(self, dataset: Dataset, root: Path) -> None:
        self._dataset = dataset
        self._root = root
        self._store = pyoxigraph.Store()
        self._rules = Rules(dataset, root)
        self._found: list[bytes] = []

    def inferred(self) -> list[Triple]:
        """Run the rules and return what they find, sorted; raises what `mirld.graph.rules.classify` raises."""
        self._found = self._rules.find(self._store)
        return read_found(b"".join(self._found))

    def answered(self, *, with_unverified: bool = False) -> dict[str, Answered]:
        """Answer the saved queries, by name, over all that is exported; raises InputError and QueryError."""
        self._rules.complete(self._store, self._found)
        endpoint = Endpoint.over(self._store, self._dataset.base)
        if not with_unverified:
            endpoint.leave_out(recalled(self._dataset.view))
        return answer_all(endpoint, saved_queries(self._root))


def answer_all(endpoint: Endpoint, queries: Mapping[str, SavedQuery]) -> dict[str, Answered]:
    """Answer saved queries, by name."""
    return {name: endpoint.run(query.text).answer_and_csv() for name, query in queries.items()}
