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
from typing import Any

from mirld.graph.terms import XSD_STRING, Literal, Term, Triple, sort_key
from mirld.vocab import RDF_TYPE, XSD

# The largest integer that every JSON reader keeps exact.
_EXACT_INTEGER = 2**53
_CANONICAL_INTEGER = re.compile(r"0|-?[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class _Key:
    """One term of the context: its name, its definition with full IRIs, and what it says of values."""

    name: str
    definition: object
    coercion: str | None = None
    language: str | None = None


class JsonLdWriter:
    """Writes documents with the terms of one context (the value of `@context`)."""

    def __init__(self, context: Mapping[str, Any]) -> None:
        prefixes = {name: value for name, value in context.items() if isinstance(value, str) and value[-1:] in "/#:"}
        self._keys: dict[str, _Key] = {}
        self._classes: dict[str, str] = {}
        for name, definition in context.items():
            if name.startswith("@") or name in prefixes:
                continue
            if isinstance(definition, str):
                iri = _expand(definition, prefixes)
                self._classes.setdefault(iri, name)
                self._keys.setdefault(iri, _Key(name, iri))
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
            self._keys[iri] = _Key(name, full, coercion, language)

    def document(self, triples: Iterable[Triple], root: str) -> dict[str, Any]:
        """Write the triples as one document about `root`; parts are nested where they are first named.

        What cannot be reached from `root` stands beside it in `@graph`.
        """
        by_subject: dict[str, dict[str, list[Term]]] = {}
        for subject, predicate, term in triples:
            by_subject.setdefault(subject, {}).setdefault(predicate, []).append(term)
        context: dict[str, object] = {}
        written: set[str] = set()
        nodes = [self._node(root, by_subject, written, context)] if root in by_subject else []
        nodes += [
            self._node(subject, by_subject, written, context)
            for subject in sorted(by_subject)
            if subject not in written
        ]
        body = nodes[0] if len(nodes) == 1 else {"@graph": nodes}
        return {"@context": dict(sorted(context.items())), **body}

    def _node(
        self,
        subject: str,
        by_subject: Mapping[str, Mapping[str, list[Term]]],
        written: set[str],
        context: dict[str, object],
    ) -> dict[str, Any]:
        written.add(subject)
        node: dict[str, Any] = {"@id": subject}
        for predicate in sorted(by_subject[subject], key=lambda iri: (iri != RDF_TYPE, iri)):
            terms = sorted(by_subject[subject][predicate], key=sort_key)
            if predicate == RDF_TYPE:
                values: list[Any] = [self._class(str(term), context) for term in terms]
                node["@type"] = values[0] if len(values) == 1 else values
                continue
            key = self._keys.get(predicate)
            if key is not None:
                context[key.name] = key.definition
            values = []
            for term in terms:
                if not isinstance(term, Literal) and "#" in term and term in by_subject and term not in written:
                    values.append(self._node(term, by_subject, written, context))
                else:
                    values.append(_value(term, key))
            node[key.name if key is not None else predicate] = values[0] if len(values) == 1 else values
        return node

    def _class(self, iri: str, context: dict[str, object]) -> str:
        name = self._classes.get(iri)
        if name is None:
            return iri
        context[name] = iri
        return name


def write_json(document: object) -> str:
    """Write a JSON document as mirld does: two spaces, UTF-8, one line end at the end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _expand(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, colon, local = name.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else name


def _value(term: Term, key: _Key | None) -> Any:
    coercion = key.coercion if key is not None else None
    language = key.language if key is not None else None
    if not isinstance(term, Literal):
        return str(term) if coercion == "@id" else {"@id": str(term)}
    value, datatype, tag = term
    if tag is not None:
        return value if language == tag and coercion is None else {"@value": value, "@language": tag}
    if coercion is not None and datatype == coercion:
        return value
    if datatype == XSD_STRING:
        return value if coercion is None and language is None else {"@value": value}
    if coercion is None:
        if datatype == XSD.boolean and value in ("true", "false"):
            return value == "true"
        if datatype == XSD.integer and _CANONICAL_INTEGER.fullmatch(value) and abs(int(value)) < _EXACT_INTEGER:
            return int(value)
    return {"@value": value, "@type": datatype}
