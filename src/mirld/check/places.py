"""Which file and line a finding is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from mirld.graph.corpus import CorpusFile
from mirld.graph.dataset import Dataset
from mirld.graph.load import below
from mirld.graph.scan import Statement, statements
from mirld.graph.terms import Iri, Term
from mirld.graph.turtle import TurtleWriter
from mirld.vocab import DEFAULT_BASE, RDF_TYPE


class Place(NamedTuple):
    """Name of a file, and a line of it from 1; None where that is not known."""

    file: str | None = None
    line: int | None = None


class Places:
    """Finds where a subject, or what is said of it, is written; a file is read again only when it is asked for."""

    def __init__(self, files: Mapping[str, CorpusFile], dataset: Dataset) -> None:
        self._files = files
        self._dataset = dataset
        self._lines: dict[str, dict[str, list[Statement]]] = {}
        self._graphs: dict[str, list[str]] | None = None
        self._writer = TurtleWriter(dataset.base)

    def of(self, subject: str, predicate: str | None = None, value: Term | None = None) -> Place:
        """Return the place of a value, else of its predicate, else of the statement of the class, else of the subject.

        What stands in several files is found in the one whose source ranks first.
        """
        best, place = 0, Place()
        for name in self._files_about(subject):
            for found in self._statements(name).get(subject, ()):
                match = self._match(found, predicate, value)
                if match > best:
                    best, place = match, Place(name, found.line)
        return place

    def _match(self, found: Statement, predicate: str | None, value: Term | None) -> int:
        if predicate is None or found.predicate != predicate:
            return 2 if found.predicate == RDF_TYPE else 1
        if value is None:
            return 4
        if isinstance(value, Iri):
            same = found.object is not None and below(self._dataset.base, found.object) == value
        else:
            same = found.object is None and found.written == self._writer.term(value)
        return 4 if same else 3

    def _files_about(self, subject: str) -> list[str]:
        if self._graphs is None:
            graphs: dict[str, list[str]] = defaultdict(list)
            for graph in self._dataset.ordered():
                for name in dict.fromkeys(triple[0] for triple in self._dataset.graphs[graph]):
                    graphs[name].append(self._dataset.files[graph])
            self._graphs = dict(graphs)
        return self._graphs.get(subject, [])

    def _statements(self, name: str) -> dict[str, list[Statement]]:
        known = self._lines.get(name)
        if known is None:
            known = self._lines[name] = {}
            file = self._files.get(name)
            text = file.read().decode("utf-8") if file is not None else ""
            for found in statements(text, DEFAULT_BASE):
                known.setdefault(below(self._dataset.base, found.subject), []).append(found)
        return known
