"""Bytes of Turtle into a `Dataset`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import accumulate

import pyoxigraph

from mirld.errors import ConflictError, InputError, SyntaxInputError
from mirld.graph.collector import paused
from mirld.graph.corpus import SOURCE_FILE, Corpus, CorpusFile
from mirld.graph.dataset import Dataset
from mirld.graph.infer import derive
from mirld.graph.scan import blank_node
from mirld.graph.terms import Iri, Literal, Term, Triple
from mirld.vocab import DEFAULT_BASE, ENTRY_CLASSES, PREFIXES, RDF_TYPE
from mirld.workers import Aside

_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)
_UNDECLARED = re.compile(r"The prefix ([\w.-]*): has not been declared")
# What is named below the default base whatever the base is: words, not things.
_WORDS = frozenset(("ns", "shapes"))


_ASIDE = 0.4
"""Part of the bytes that a second process reads: less than half, since it has to hand over what it read as well."""


@paused()
def load(corpus: Corpus, *, fork: bool = False) -> Dataset:
    """Read, merge and complete a corpus; with `fork`, two processes read.

    Raises SyntaxInputError (file, line, column) for broken Turtle, InputError for a blank node, ConflictError
    when two files of one source claim an entry.
    """
    dataset = Dataset(base=corpus.base)
    for file in corpus.files:
        if file.graph in dataset.files:
            message = f"its named graph is that of {dataset.files[file.graph]} as well: {file.graph}"
            raise ConflictError(message, file=file.name, hint="rename one of the two files")
        dataset.sources[file.graph] = file.source
        dataset.files[file.graph] = file.name
    here, there = _shared_out([(file.name, file.read()) for file in corpus.files])
    with Aside(partial(_read, there, corpus.base), fork=fork and bool(there)) as rest:
        read = [*_read(here, corpus.base), *rest.result()]
    dataset.graphs = {file.graph: triples for file, triples in zip(corpus.files, read, strict=True)}
    refuse_double_claims(corpus.files, dataset)
    dataset.overlays = frozenset(file.graph for file in corpus.files if file.is_overlay)
    dataset.undescribed = _undescribed(corpus.files)
    complete(dataset)
    return dataset


_Named = tuple[str, bytes]


def _shared_out(files: Sequence[_Named]) -> tuple[Sequence[_Named], Sequence[_Named]]:
    """Split files, in their order, into those that this process reads and those that another may."""
    ends = list(accumulate(len(data) for _, data in files))
    number = sum(end <= ends[-1] * (1 - _ASIDE) for end in ends)
    return files[:number], files[number:]


def _read(files: Iterable[_Named], base: str) -> list[list[Triple]]:
    interned: dict[object, Term] = {}
    return [_triples(data, base, name, interned) for name, data in files]


def _undescribed(files: Iterable[CorpusFile]) -> frozenset[str]:
    """Return sources of overlays without a source.ttl: a user's own file need not say where it is from."""
    told = {file.source for file in files if file.path.name == SOURCE_FILE}
    return frozenset(file.source for file in files if file.is_overlay and file.source and file.source not in told)


def complete(dataset: Dataset) -> None:
    """Merge the graphs of a dataset, and add to the merged view what follows from the IRIs of entries."""
    dataset.derived = derive(dataset)
    dataset.merge()
    dataset.view.index()  # once, for all processes that are forked from here


def parse_turtle(data: bytes, base: str, name: str) -> list[Triple]:
    """Parse one Turtle document; `name` is what messages call it."""
    return _triples(data, base, name, {})


def _triples(data: bytes, base: str, name: str, interned: dict[object, Term]) -> list[Triple]:
    triples: list[Triple] = []
    find = interned.get
    try:
        for quad in pyoxigraph.parse(data, pyoxigraph.RdfFormat.TURTLE, base_iri=base):
            # Each node of a quad is made when it is asked for, so it is asked for once.
            nodes = quad.subject, quad.predicate, quad.object
            subject, predicate, term = find(nodes[0]), find(nodes[1]), find(nodes[2])
            if subject is None:
                subject = _iri(nodes[0], base, interned)
            if predicate is None:
                predicate = _iri(nodes[1], base, interned)
            if term is None:
                term = _term(nodes[2], base, interned)
            triples.append((subject, predicate, term))  # type: ignore[arg-type]  # a NamedNode interns to an Iri
        return triples
    except SyntaxError as error:
        raise SyntaxInputError(
            f"this is no Turtle: {_shorten(error.msg)}",
            file=name,
            line=error.lineno,
            column=error.offset,
            hint=_declaration(error.msg),
        ) from error
    except _UnwantedError as error:
        text = data.decode(errors="replace")
        offset = blank_node(text)
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


def _declaration(message: str) -> str | None:
    """Say how to declare the prefix that a message of the parser misses."""
    match = _UNDECLARED.search(message)
    if match is None:
        return None
    near = [match[1]] if match[1] in PREFIXES else difflib.get_close_matches(match[1], PREFIXES, n=1)
    if not near:
        return f"declare it at the top: @prefix {match[1]}: <…> ."
    lead = "declare it at the top" if near == [match[1]] else f"did you mean {near[0]}:? It is declared by"
    return f"{lead}: @prefix {near[0]}: <{PREFIXES[near[0]]}> ."


def _iri(node: object, base: str, interned: dict[object, Term]) -> Iri:
    found = interned.get(node)
    if found is None:
        if not isinstance(node, pyoxigraph.NamedNode):
            raise _UnwantedError(node)
        found = interned[node] = Iri(below(base, node.value))
    return found  # type: ignore[return-value]  # a NamedNode always interns to an Iri


def below(base: str, iri: str) -> str:
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


def refuse_double_claims(files: Iterable[CorpusFile], dataset: Dataset) -> None:
    """Raise ConflictError when two files of one source describe one entry."""
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
