"""What an entry is by published frameworks, as a terminal shows it and as a card in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from mirld.cli.table import painted, printable
from mirld.lookup import Card, Line, by_scheme
from mirld.registry import Classification, Entry

_WORDS = {"asserted": "", "supports": "supports ", "to-consider": "to consider: ", "not-known": "not known: "}
_SHOWN = 4
"""Grounds shown of one classification; a series may rest on dozens of releases."""
# What Markdown would take for something else in running text: https://spec.commonmark.org/0.31.2/#backslash-escapes
_MARKS = re.compile(r"([\\`*_\[\]<>|#])")


def write_classified(entry: Entry) -> str:
    """Write every classification of an entry by scheme, what it rests on below it."""
    return "\n".join([f"{painted(str(entry.id), bold=True)}  {printable(entry.label)}", *_lines(entry)]) + "\n"


def _lines(entry: Entry) -> Iterator[str]:
    for scheme, found in by_scheme(entry).items():
        yield f"    {printable(scheme.label)}"
        for each in found:
            yield f"        {printable(_said(each))}"
            yield f"            {printable(basis(each))}"


def _said(found: Classification) -> str:
    mark = " (not verified)" if found.unverified else ""
    whole = found.criterion.iri == found.scheme.iri
    if found.concept is None:
        return f"not known{'' if whole else f': {found.criterion.label}'}{mark}"
    lead = "" if whole or found.mode != "asserted" else f"{found.criterion.label}: "
    return f"{_WORDS.get(found.mode, '')}{lead}{found.concept.label}{mark}"


def basis(found: Classification) -> str:
    """Say what a classification rests on: rules and grounds, or the pages that declare it and how sure they are."""
    if not found.rules:
        sure = f" ({found.confidence.label})" if found.confidence else ""
        return f"{', '.join(found.sources)}{sure}"
    grounds = [ground.label for ground in found.grounds[:_SHOWN]]
    if len(found.grounds) > _SHOWN:
        grounds.append(f"{len(found.grounds) - _SHOWN} more")
    return f"{' and '.join(rule.label for rule in found.rules)}: {', '.join(grounds)}"


def write_card(found: Card) -> str:
    """Write the OECD's checklist and NIST's list of activities of an entry as Markdown."""
    return "\n".join(_card(found)) + "\n"


def _card(found: Card) -> Iterator[str]:
    entry = found.entry
    yield f"# {_escaped(entry.label)}"
    yield ""
    yield f"`{entry.id}`, <{entry.iri}>"
    yield ""
    yield "What is known of this entry, put to the OECD's framework for the classification of AI systems (2022) and to"
    yield "NIST's human-AI activities (AI 200-1). Both classify systems and uses, so much of it a model cannot answer."
    yield "Neither the OECD nor NIST made or endorsed this card. *Not verified* marks what is only recalled from the"
    yield "publication."
    yield ""
    yield "## OECD framework for the classification of AI systems"
    for dimension, lines in groupby(found.oecd, key=lambda line: line.group):
        yield ""
        yield f"### {_escaped(dimension or '')}"
        yield ""
        yield from _table("criterion", lines)
    yield ""
    yield "## NIST human-AI activities"
    yield ""
    yield from _table("activity", found.nist)
    yield ""
    yield "## To consider"
    yield ""
    if not found.to_consider:
        yield "Nothing follows from what is known."
    for each in found.to_consider:
        label = each.concept.label if each.concept else ""
        yield f"- {_escaped(each.scheme.label)}: {_escaped(label)} ({_escaped(basis(each))})"


def _table(head: str, lines: Iterable[Line]) -> Iterator[str]:
    yield f"| {head} | answer | rests on |"
    yield "|---|---|---|"
    for line in lines:
        code = f"{line.code} " if line.code else ""
        mark = " *not verified*" if line.unverified else ""
        if line.state == "no such answer":
            answer, rests = "none: the list of 2022 has no task for generation", ""
        elif not line.answers:
            answer, rests = line.state, ""
        else:
            labels = [each.concept.label for each in line.answers if each.concept]
            lead = "supports " if line.state == "supported" and line.code else ""
            answer = "supported" if line.code is None else f"{lead}{', '.join(labels)}"
            rests = "; ".join(dict.fromkeys(basis(each) for each in line.answers))
        yield f"| {code}{_escaped(line.question.label)}{mark} | {_escaped(answer)} | {_escaped(rests)} |"


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", printable(text))
