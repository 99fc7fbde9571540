"""Bytes of Turtle into a `Dataset`."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pyoxigraph

from mirld.errors import ConflictError, InputError, SyntaxInputError
from mirld.graph.corpus import Corpus, CorpusFile
from mirld.graph.dataset import Dataset
from mirld.graph.infer import derive
from mirld.graph.terms import Iri, Literal, Term, Triple
from mirld.vocab import DEFAULT_BASE, ENTRY_CLASSES, RDF_TYPE

_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)
# Where Turtle makes a blank node; strings, IRIs and comments are read first, so that nothing is found in them.
_BLANK = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'(?:[^'\\\n]|\\.)*'"
    r"|<[^<>\s]*>|#[^\n]*|(?P<blank>_:|\[|\()",
    re.DOTALL,
)
# What is named below the default base whatever the base is: words, not things.
_WORDS = frozenset(("ns", "shapes"))


def load(corpus: Corpus) -> Dataset:
    """Read, merge and complete a corpus.

    Raises SyntaxInputError (file, line, column) for broken Turtle, InputError for a blank node, ConflictError
    when two files of one source claim an entry.
    """
    dataset = Dataset(base=corpus.base)
    interned: dict[object, Term] = {}
    for file in corpus.files:
        if file.graph in dataset.graphs:
            message = f"its named graph is that of {dataset.files[file.graph]} as well: {file.graph}"
            raise ConflictError(message, file=file.name, hint="rename one of the two files")
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
        return [
            (
                _iri(quad.subject, base, interned),
                _iri(quad.predicate, base, interned),
                _term(quad.object, base, interned),
            )
            for quad in pyoxigraph.parse(data, pyoxigraph.RdfFormat.TURTLE, base_iri=base)
        ]
    except SyntaxError as error:
        raise SyntaxInputError(
            f"this is no Turtle: {_shorten(error.msg)}", file=name, line=error.lineno, column=error.offset
        ) from error
    except _UnwantedError as error:
        text = data.decode(errors="replace")
        offset = next((match.start() for match in _BLANK.finditer(text) if match["blank"]), None)
        blank = error.blank and offset is not None
        raise InputError(
            error.message,
            file=name,
            line=text.count("\n", 0, offset) + 1 if blank else None,
            column=(offset or 0) - text.rfind("\n", 0, offset) if blank else None,
            hint=error.hint,
        ) from None


class _UnwantedError(Exception):
    """A node that Turtle has and the registry has not."""

    def __init__(self, node: object) -> None:
        super().__init__()
        self.blank = isinstance(node, pyoxigraph.BlankNode)
        if self.blank:
            self.message = "a blank node, which nothing can link to"
            self.hint = "give it a name: an IRI such as <model/unet/my-model/base#loader-diffusers>"
        else:
            self.message = f"not part of the data model of the registry: {node}"
            self.hint = "write IRIs, and literals with a type or a language"


def _shorten(message: str) -> str:
    first = message.split("\n", 1)[0]
    for opening in ("Parser error at line ", "error at line "):
        if first.startswith(opening) and ": " in first:
            first = first.split(": ", 1)[1]
    return first.rstrip(".")


def _iri(node: object, base: str, interned: dict[object, Term]) -> Iri:
    found = interned.get(node)
    if found is None:
        if not isinstance(node, pyoxigraph.NamedNode):
            raise _UnwantedError(node)
        found = interned[node] = Iri(_below(base, node.value))
    return found  # type: ignore[return-value]  # a NamedNode always interns to an Iri


def _below(base: str, iri: str) -> str:
    """Name below `base` what a file names below the default base: the base is a setting, and every file states one."""
    if base == DEFAULT_BASE or not iri.startswith(DEFAULT_BASE):
        return iri
    rest = iri.removeprefix(DEFAULT_BASE)
    return iri if rest.partition("#")[0] in _WORDS else base + rest


def _term(node: object, base: str, interned: dict[object, Term]) -> Term:
    found = interned.get(node)
    if found is None:
        if not isinstance(node, pyoxigraph.Literal):
            return _iri(node, base, interned)
        if node.direction is not None:
            raise _UnwantedError(node)
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
