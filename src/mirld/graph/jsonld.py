"""JSON-LD, written from triples with a context of terms.

A document carries the part of the context it uses, so that nothing has to be fetched to read it. The namespace of the
ontology has no prefix there: `mir` is also the scheme of a MIR URI, and a prefix of that name would turn the URI in
`owl:sameAs` into something else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from mirld.graph.dataset import Block, Graph, Pair
from mirld.graph.terms import XSD_STRING, Literal, Term, Triple
from mirld.vocab import RDF_TYPE, XSD

# The largest integer that every JSON reader keeps exact.
_EXACT_INTEGER = 2**53
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]*")


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_text = json.encoder.encode_basestring  # what that does with a string
_predicate = itemgetter(0)


@dataclass(frozen=True, slots=True)
class _Key:
    """How a property is written: its term if it has one, its name in JSON, and what the term says of values."""

    name: str
    member: str
    coercion: str | None = None
    language: str | None = None


class Nodes(NamedTuple):
    """Nodes in JSON, each as its members (`"name":value`), and the names of the terms they use."""

    terms: set[str]
    nodes: list[list[str]]

    @property
    def members(self) -> list[str]:
        """The members of a document of these nodes: those of the only one, else a graph of all."""
        return self.nodes[0] if len(self.nodes) == 1 else [f'"@graph":[{",".join(map(braced, self.nodes))}]']


def braced(members: Iterable[str]) -> str:
    """Write members as one JSON object."""
    return f"{{{','.join(members)}}}"


class JsonLdWriter:
    """Writes documents with the terms of one context (the value of `@context`)."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        prefixes = {name: value for name, value in context.items() if isinstance(value, str) and value[-1:] in "/#:"}
        self._keys: dict[str, _Key] = {}
        self._classes: dict[str, str] = {}
        self._definitions: dict[str, str] = {}
        self._contexts: dict[frozenset[str], str] = {}
        for name, definition in context.items():
            if name.startswith("@") or name in prefixes:
                continue
            if isinstance(definition, str):
                iri = _expand(definition, prefixes)
                self._classes.setdefault(iri, name)
                self._keys.setdefault(iri, _Key(name, _json(name)))
                self._define(name, iri)
                continue
            if not isinstance(definition, dict) or "@id" not in definition or "@container" in definition:
                continue
            iri = _expand(definition["@id"], prefixes)
            coercion = definition.get("@type")
            if coercion is not None and not coercion.startswith("@"):
                coercion = _expand(coercion, prefixes)
            language = definition.get("@language")
            full: dict[str, str] = {"@id": iri}
            if coercion is not None:
                full["@type"] = coercion
            if language is not None:
                full["@language"] = language
            self._keys[iri] = _Key(name, _json(name), coercion, language)
            self._define(name, full)

    def _define(self, name: str, definition: object) -> None:
        self._definitions[name] = f"{_json(name)}:{_json(definition)}"

    def document(self, triples: Iterable[Triple], root: str) -> dict[str, Any]:
        """Write the triples as one document about `root`; parts are nested where they are first named.

        What cannot be reached from `root` stands beside it in `@graph`.
        """
        found = self.nodes(Graph(triples).sorted().blocks(), root)
        document: dict[str, Any] = json.loads(braced([self.context(found.terms), *found.members]))
        return document

    def context(self, terms: Iterable[str]) -> str:
        """Write the member of a document that defines the terms it uses."""
        key = frozenset(terms)
        found = self._contexts.get(key)
        if found is None:
            found = f'"@context":{braced([self._definitions[name] for name in sorted(key)])}'
            self._contexts[key] = found
        return found

    def nodes(self, blocks: Iterable[Block], root: str) -> Nodes:
        """Write the node of `root` with its parts inside, then the nodes of what cannot be reached from it."""
        waiting: dict[str, list[Pair]] = dict(blocks)
        found = Nodes(set(), [])
        if root in waiting:
            found.nodes.append(self._members(root, waiting, found.terms))
        for subject in list(waiting):
            if subject in waiting:
                found.nodes.append(self._members(subject, waiting, found.terms))
        return found

    def _members(self, subject: str, waiting: dict[str, list[Pair]], terms: set[str]) -> list[str]:
        """Take what is said of a subject, and of its parts, out of `waiting` and write it."""
        members = [f'"@id":{_text(subject)}']
        for predicate, pairs in groupby(waiting.pop(subject), _predicate):
            values = []
            if predicate == RDF_TYPE:
                name = '"@type"'
                for _, term in pairs:
                    kind = self._classes.get(str(term))
                    if kind is not None:
                        terms.add(kind)
                    values.append(_text(kind or str(term)))
            else:
                key = self._keys.get(predicate)
                if key is None:
                    key = self._keys[predicate] = _Key("", _text(predicate))
                if key.name:
                    terms.add(key.name)
                name = key.member
                for _, term in pairs:
                    if not isinstance(term, Literal) and "#" in term and term in waiting:
                        values.append(braced(self._members(term, waiting, terms)))
                    else:
                        values.append(_value(term, key))
            members.append(f"{name}:{values[0]}" if len(values) == 1 else f"{name}:[{','.join(values)}]")
        return members


def write_json(document: object) -> str:
    """Write a JSON document as mirld does: two spaces, UTF-8, one line end at the end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _expand(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = name.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else name


def _value(term: Term, key: _Key) -> str:
    """Write a term as the value of a property that `key` names."""
    coercion, language = key.coercion, key.language
    if not isinstance(term, Literal):
        return _text(term) if coercion == "@id" else f'{{"@id":{_text(term)}}}'
    value, datatype, tag = term
    written = _text(value)
    if tag is not None:
        if language == tag and coercion is None:
            return written
        return f'{{"@value":{written},"@language":{_text(tag)}}}'
    if coercion is not None and datatype == coercion:
        return written
    if datatype == XSD_STRING:
        return written if coercion is None and language is None else f'{{"@value":{written}}}'
    if coercion is None:
        if datatype == XSD.boolean and value in ("true", "false"):
            return value
        if datatype == XSD.integer and _CANONICAL_INTEGER.fullmatch(value) and abs(int(value)) < _EXACT_INTEGER:
            return value
    return f'{{"@value":{written},"@type":{_text(datatype)}}}'
