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
from typing import Any, NamedTuple

from mirld.graph.dataset import Block, Graph, Pairs
from mirld.graph.terms import XSD_STRING, Iri, Literal, Triple
from mirld.vocab import RDF_TYPE, XSD

# The largest integer that every JSON reader keeps exact.
_EXACT_INTEGER = 2**53
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]*")


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_text = json.encoder.encode_basestring  # what that does with a string


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
        self._keys: dict[str, _Key] = {RDF_TYPE: _Key("", '"@type"')}
        self._classes: dict[str, str] = {}
        self._definitions: dict[str, str] = {}
        self._contexts: dict[frozenset[str], str] = {}
        self._shared: dict[Pairs, tuple[list[str], set[str]]] = {}
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
        waiting: dict[str, Pairs] = dict(blocks)
        found = Nodes(set(), [])
        if root in waiting:
            found.nodes.append(self._members(root, waiting, found.terms))
        for subject in list(waiting):
            if subject in waiting:
                found.nodes.append(self._members(subject, waiting, found.terms))
        return found

    def _members(self, subject: str, waiting: dict[str, Pairs], terms: set[str]) -> list[str]:
        """Take what is said of a subject, and of its parts, out of `waiting` and write it."""
        pairs = waiting.pop(subject)
        shared = isinstance(pairs, tuple) and waiting.keys().isdisjoint([term for _, term in pairs])
        said, used = self._shared_said(pairs) if shared else self._said(pairs, waiting)
        terms |= used
        return [f'"@id":{_text(subject)}', *said]

    def _shared_said(self, pairs: Pairs) -> tuple[list[str], set[str]]:
        found = self._shared.get(pairs)
        if found is None:
            found = self._shared[pairs] = self._said(pairs, {})
        return found

    def _said(self, pairs: Pairs, waiting: dict[str, Pairs]) -> tuple[list[str], set[str]]:
        """Write the members of a node, those of its parts inside, and name the terms of the context that they use."""
        members: list[tuple[str, list[str]]] = []
        terms: set[str] = set()
        last = ""
        keys, coercion = self._keys, None
        for predicate, term in pairs:
            if predicate != last:
                last = predicate
                key = keys.get(predicate) or self._new_key(predicate)
                if key.name:
                    terms.add(key.name)
                coercion = key.coercion
                values: list[str] = []
                members.append((key.member, values))
            if term.__class__ is not Iri:
                values.append(_literal(term, key))  # type: ignore[arg-type]  # a literal
            elif predicate == RDF_TYPE:
                kind = self._classes.get(term)
                if kind is not None:
                    terms.add(kind)
                values.append(_text(kind or term))
            elif term in waiting and "#" in term:
                values.append(braced(self._members(term, waiting, terms)))
            else:
                values.append(_text(term) if coercion == "@id" else f'{{"@id":{_text(term)}}}')
        written = [
            f"{name}:{values[0]}" if len(values) == 1 else f"{name}:[{','.join(values)}]" for name, values in members
        ]
        return written, terms

    def _new_key(self, predicate: str) -> _Key:
        found = self._keys[predicate] = _Key("", _text(predicate))
        return found


def write_json(document: object) -> str:
    """Write a JSON document as mirld does: two spaces, UTF-8, one line end at the end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _expand(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = name.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else name


def _literal(term: Literal, key: _Key) -> str:
    """Write a literal as the value of a property that `key` names."""
    coercion, language = key.coercion, key.language
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
