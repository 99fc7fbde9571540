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
        self._texts: dict[str, str] = {}
        self._statements: dict[str, dict[str, list[Statement]]] = {}
        self._graphs: dict[str, list[str]] | None = None
        self._writer = TurtleWriter(dataset.base)

    def of(self, subject: str, predicate: str | None = None, value: Term | None = None) -> Place:
        """Return the place of a value, else of its predicate, else of the statement of the class, else of the subject.

        What stands in several files is found in the one whose source ranks first.
        """
        best, place = 0, Place()
        for name in self._files_about(subject):
            for found in self._about(name, subject):
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

    def _about(self, name: str, subject: str) -> list[Statement]:
        """Return what a file says of a subject: from its one block when the file is in form, else from all of it."""
        text = self._text(name)
        mark = f"\n\n{self._writer.iri(subject)}\n"
        if text.count(mark) != 1:
            return self._all(name).get(subject, [])
        start = text.find(mark)
        end = text.find("\n\n", start + 2)
        lines = text.count("\n", 0, start + 2)
        head = text[: text.find("\n\n") + 2]
        shift = lines - head.count("\n")
        block = text[start + 2 : len(text) if end < 0 else end]
        return [
            found._replace(line=found.line + shift)
            for found in statements(head + block, DEFAULT_BASE)
            if below(self._dataset.base, found.subject) == subject
        ]

    def _all(self, name: str) -> dict[str, list[Statement]]:
        known = self._statements.get(name)
        if known is None:
            known = self._statements[name] = {}
            for found in statements(self._text(name), DEFAULT_BASE):
                known.setdefault(below(self._dataset.base, found.subject), []).append(found)
        return known

    def _text(self, name: str) -> str:
        text = self._texts.get(name)
        if text is None:
            file = self._files.get(name)
            text = self._texts[name] = file.read().decode("utf-8") if file is not None else ""
        return text
