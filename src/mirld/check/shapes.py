"""Read shapes, and compile what SHACL core says of a node into tests that run over a dict.

A test *proves*: when it says yes, pySHACL has nothing to report; when it says no, only pySHACL knows. So a test may
doubt too much and never too little. Literals are trusted only in forms that every reader keeps letter by letter.

    SHACL, "Core Constraint Components": https://www.w3.org/TR/shacl/#core-components
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil, floor, inf
from pathlib import Path
from typing import NamedTuple

import pyoxigraph

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import RDF_LANG_STRING, XSD_STRING, Iri, Literal, Term
from mirld.vocab import RDF, RDF_TYPE, SH, XSD

Test = Callable[[Sequence[Term]], bool]
"""Whether the values of a path are proven to be as a constraint asks."""

Instances = Callable[[str], frozenset[str]]
"""Everything that has a class, or a class below it."""


class Constraint(NamedTuple):
    """One constraint of a shape: the local name of its parameter, its value, and its members when that is a list."""

    kind: str
    value: Term
    members: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class PropertyShape:
    """What is asked of the values that a predicate leads to; `path` None means the focus node itself."""

    path: str | None
    constraints: tuple[Constraint, ...]
    flags: str = ""


@dataclass(frozen=True, slots=True)
class NodeShape:
    """What is asked of every instance of the classes and of the nodes named."""

    iri: str
    classes: tuple[str, ...]
    nodes: tuple[str, ...]
    properties: tuple[PropertyShape, ...]


@dataclass(slots=True)
class Shapes:
    """The shapes of a registry; `beyond` says what in them only pySHACL can judge, and `ntriples` is their text."""

    nodes: list[NodeShape] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    ntriples: bytes = b""

    @classmethod
    def read(cls, folder: Path) -> Shapes:
        """Read every Turtle file of a folder; SyntaxInputError says where one does not parse."""
        triples: list[pyoxigraph.Triple] = []
        for path in sorted(folder.glob("*.ttl")):
            triples += _parse(path, f"{folder.name}/{path.name}")
        return cls.compile(triples)

    @classmethod
    def compile(cls, triples: Iterable[pyoxigraph.Triple]) -> Shapes:
        """Take shapes from their triples."""
        kept = list(triples)
        reader = _Reader(kept)
        shapes = cls(ntriples=pyoxigraph.serialize(kept, format=pyoxigraph.RdfFormat.N_TRIPLES) or b"")
        for subject in sorted(reader.graph):
            reader.take(subject, shapes)
        return shapes


def _parse(path: Path, name: str) -> list[pyoxigraph.Triple]:
    try:
        return [quad.triple for quad in pyoxigraph.parse(path.read_bytes(), pyoxigraph.RdfFormat.TURTLE)]
    except OSError as error:
        raise InputError(f"cannot read the file: {error.strerror}", file=name) from error
    except SyntaxError as error:
        raise SyntaxInputError(
            f"this is no Turtle: {error.msg}", file=name, line=error.lineno, column=error.offset
        ) from error


_SAID = frozenset({"name", "description", "message", "severity", "order", "group", "defaultValue"})
_TARGETS = frozenset({"targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target"})
_SEVERAL = frozenset({"class", "pattern", "hasValue", "minInclusive", "maxInclusive", "minExclusive", "maxExclusive"})
_ONCE = frozenset(
    {"minCount", "maxCount", "datatype", "nodeKind", "minLength", "maxLength", "in", "uniqueLang", "languageIn"}
)
_PATH_ONLY = frozenset({"minCount", "maxCount", "uniqueLang"})
_LISTS = frozenset({"in", "languageIn"})


class _Reader:
    """The triples of shapes by subject, with the parameters of SHACL by their local names."""

    def __init__(self, triples: Iterable[pyoxigraph.Triple]) -> None:
        self.graph: dict[str, dict[str, list[Term]]] = {}
        for triple in triples:
            said = self.graph.setdefault(str(_term(triple.subject)), {})
            said.setdefault(triple.predicate.value.replace(str(SH), "sh:"), []).append(_term(triple.object))

    def take(self, subject: str, shapes: Shapes) -> None:
        """Compile one subject into `shapes`, when it is a shape with targets of its own."""
        said = self.graph[subject]
        types = {str(kind) for kind in said.get(RDF_TYPE, ())}
        parameters = {name[3:] for name in said if name.startswith("sh:")}
        if SH.ConstraintComponent in types or "parameter" in parameters:
            shapes.beyond.append(f"{subject} adds a constraint component")
            return
        if parameters and types - {SH.NodeShape, SH.PropertyShape}:
            shapes.beyond.append(f"{subject} is a shape and something else, perhaps a class that is its own target")
            return
        targets = parameters & _TARGETS
        if not targets or _is_true(said.get("sh:deactivated")):
            return
        try:
            shapes.nodes.append(self._node_shape(subject, said, targets))
        except _Beyond as error:
            shapes.beyond.append(f"{subject} uses {error}")

    def _node_shape(self, subject: str, said: Mapping[str, list[Term]], targets: set[str]) -> NodeShape:
        named = said.get("sh:targetNode", [])
        if targets - {"targetClass", "targetNode"} or any(isinstance(node, Literal) for node in named):
            raise _Beyond(f"targets of another kind: {', '.join(sorted(targets))}")
        if "sh:path" in said or subject.startswith("_:"):
            raise _Beyond("a property shape or a blank node with targets of its own")
        properties = []
        own, flags = self._constraints(said, {"property", "deactivated", *targets})
        if own:
            properties.append(PropertyShape(None, own, flags))
        for name in said.get("sh:property", ()):
            inner = self.graph.get(str(name), {})
            if _is_true(inner.get("sh:deactivated")):
                continue
            paths = inner.get("sh:path", [])
            if len(paths) != 1 or not isinstance(paths[0], Iri) or paths[0].startswith("_:"):
                raise _Beyond(f"a path that is no predicate in {name}")
            constraints, flags = self._constraints(inner, {"path", "deactivated"})
            properties.append(PropertyShape(paths[0], constraints, flags))
        return NodeShape(
            subject,
            tuple(str(name) for name in said.get("sh:targetClass", ())),
            tuple(map(str, named)),
            tuple(properties),
        )

    def _constraints(
        self, said: Mapping[str, list[Term]], read_elsewhere: set[str]
    ) -> tuple[tuple[Constraint, ...], str]:
        found: list[Constraint] = []
        flags = ""
        on_node = "sh:path" not in said
        for name, values in said.items():
            kind = name.removeprefix("sh:")
            if kind == name or kind in _SAID or kind in read_elsewhere:
                continue
            if kind == "flags" and len(values) == 1 and isinstance(values[0], Literal):
                flags = values[0].value.lower()
                if set(flags) - {"i", "m"}:
                    raise _Beyond(f"the flags {flags}")
                continue
            known = kind in _SEVERAL or (kind in _ONCE and len(values) == 1)
            if not known or (on_node and kind in _PATH_ONLY):
                raise _Beyond(name)
            found += [Constraint(kind, value, self._list(value) if kind in _LISTS else ()) for value in values]
        return tuple(found), flags

    def _list(self, head: Term) -> tuple[Term, ...]:
        items: list[Term] = []
        while head != RDF.nil:
            cell = self.graph.get(str(head), {})
            first, rest = cell.get(RDF.first, []), cell.get(RDF.rest, [])
            if len(first) != 1 or len(rest) != 1 or len(items) > 10_000:
                raise _Beyond("a list that is not whole")
            items.append(first[0])
            head = rest[0]
        return tuple(items)


class _Beyond(Exception):  # noqa: N818  # not an error: it ends the compiling of one shape
    """A shape uses what the tests below cannot prove."""


def _term(node: object) -> Term:
    if isinstance(node, pyoxigraph.Literal):
        return Literal(node.value, node.datatype.value, node.language)
    if isinstance(node, pyoxigraph.NamedNode):
        return Iri(node.value)
    return Iri(str(node))


def _is_true(values: list[Term] | None) -> bool:
    return bool(values) and all(isinstance(value, Literal) and value.value in ("true", "1") for value in values or ())


# Lexical forms that a reader which turns literals into values and back keeps letter by letter.
_KEPT: dict[str, re.Pattern[str]] = {
    XSD.integer: re.compile(r"0|-?[1-9][0-9]{0,17}"),
    XSD.boolean: re.compile(r"true|false"),
    XSD.decimal: re.compile(r"-?(?:0|[1-9][0-9]{0,9})\.[0-9]{1,10}"),
    XSD.date: re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"),
    XSD.gYear: re.compile(r"[1-9][0-9]{3}"),
    XSD.gYearMonth: re.compile(r"[1-9][0-9]{3}-(?:0[1-9]|1[0-2])"),
}
# Datatypes whose every lexical form is well typed, to pySHACL, and kept.
_FREE = frozenset({XSD_STRING, RDF_LANG_STRING, RDF.JSON, XSD.anyURI})


def is_kept(term: Term) -> bool:
    """Whether a term is well typed and reads the same to everyone: any IRI, any string, canonical numbers and dates."""
    if not isinstance(term, Literal) or term.datatype in _FREE:
        return True
    pattern = _KEPT.get(term.datatype)
    if pattern is None or pattern.fullmatch(term.value) is None:
        return False
    return term.datatype != XSD.date or _is_day(term.value)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def compile_tests(shape: PropertyShape, instances: Instances) -> tuple[Test, ...]:
    """Make the tests of a property shape; all must say yes."""
    return tuple(_test(constraint, shape.flags, instances) for constraint in shape.constraints)


def _test(constraint: Constraint, flags: str, instances: Instances) -> Test:
    kind, value, members = constraint
    if kind in _LISTS:
        return _membership(members) if kind == "in" else _languages(members)
    if kind == "class":
        known = instances(str(value))
        return known.issuperset  # no literal equals an IRI, so none is an instance
    if kind == "nodeKind":
        return _node_kind(str(value))
    if kind == "hasValue":
        return lambda terms: value in terms
    if not isinstance(value, Literal):
        return _datatype(value) if kind == "datatype" else _never
    if kind == "pattern":
        return _pattern(value.value, flags)
    if kind == "uniqueLang":
        return _unique_language if value.value == "true" else _never if value.value != "false" else _always
    if not is_kept(value):
        return _never
    return _numeric(kind, Decimal(value.value)) if value.datatype in (XSD.integer, XSD.decimal) else _never


def _never(terms: Sequence[Term]) -> bool:
    return False


def _always(terms: Sequence[Term]) -> bool:
    return True


def _membership(allowed: tuple[Term, ...]) -> Test:
    return frozenset(allowed).issuperset


def _languages(allowed: tuple[Term, ...]) -> Test:
    tags = {term.value.lower() for term in allowed if isinstance(term, Literal)}
    return lambda terms: all(isinstance(term, Literal) and (term.language or "").lower() in tags for term in terms)


def _node_kind(kind: str) -> Test:
    iri = kind in (SH.IRI, SH.BlankNodeOrIRI, SH.IRIOrLiteral)
    literal = kind in (SH.Literal, SH.BlankNodeOrLiteral, SH.IRIOrLiteral)

    def test(terms: Sequence[Term]) -> bool:
        for term in terms:  # noqa: SIM110  # half of the time of a generator, for there is mostly one
            if not (literal if isinstance(term, Literal) else iri):
                return False
        return True

    return test


def _datatype(datatype: str) -> Test:
    def test(terms: Sequence[Term]) -> bool:
        for term in terms:  # noqa: SIM110  # half of the time of a generator, for there is mostly one
            if not (isinstance(term, Literal) and term.datatype == datatype and is_kept(term)):
                return False
        return True

    return test


def _pattern(pattern: str, flags: str) -> Test:
    # Compiling is put off to the first use: one changed entry meets a few patterns of a hundred.
    options = (re.I if "i" in flags else 0) | (re.M if "m" in flags else 0)
    compiled: list[re.Pattern[str]] = []

    def test(terms: Sequence[Term]) -> bool:
        if not compiled:
            try:
                compiled.append(re.compile(pattern, options))
            except re.error:
                return False
        search = compiled[0].search
        for term in terms:  # noqa: SIM110  # half of the time of a generator, for there is mostly one
            if not is_kept(term) or search(lexical(term)) is None:
                return False
        return True

    return test


def lexical(term: Term) -> str:
    """Return an IRI, or the lexical form of a literal."""
    return term.value if isinstance(term, Literal) else term


def _unique_language(terms: Sequence[Term]) -> bool:
    tags = [term.language.lower() for term in terms if isinstance(term, Literal) and term.language]
    return len(tags) == len(set(tags))


def _numeric(kind: str, limit: Decimal) -> Test:
    if kind == "maxCount":
        # A reader that merges literals of one value sees fewer of them, never more.
        most = floor(limit)  # a comparison with a whole number takes a tenth of the time
        return lambda terms: len(terms) <= most
    if kind == "minCount":
        if limit == 1:
            return bool
        return lambda terms: len({t for t in map(_told_apart, terms) if t}) >= limit
    if kind in ("minLength", "maxLength"):
        shortest, longest = (ceil(limit), inf) if kind == "minLength" else (0, floor(limit))
        return lambda terms: all(is_kept(term) and shortest <= len(lexical(term)) <= longest for term in terms)
    compare = _COMPARE.get(kind)
    if compare is None:
        return _never
    return lambda terms: all(
        isinstance(term, Literal)
        and term.datatype in (XSD.integer, XSD.decimal)
        and is_kept(term)
        and compare(Decimal(term.value), limit)
        for term in terms
    )


_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "minInclusive": lambda value, limit: value >= limit,
    "maxInclusive": lambda value, limit: value <= limit,
    "minExclusive": lambda value, limit: value > limit,
    "maxExclusive": lambda value, limit: value < limit,
}


def _told_apart(term: Term) -> tuple[str, ...] | None:
    """Return a key that differs wherever every reader tells two terms apart; None when that is not sure."""
    if not is_kept(term):
        return None
    return (term.value, term.datatype, (term.language or "").lower()) if isinstance(term, Literal) else (term,)
