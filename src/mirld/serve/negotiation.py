"""Content negotiation by media type: RFC 9110, section 12.5.1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# media-range and qvalue: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
_RANGE = re.compile(r"(?P<type>[!#$%&'*+.^_`|~0-9A-Za-z-]+)/(?P<subtype>[!#$%&'*+.^_`|~0-9A-Za-z-]+)$")
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)$")
_PARTS = re.compile(r'((?:[^,"]|"(?:[^"\\]|\\.)*")+)')
_PARAMETERS = re.compile(r'((?:[^;"]|"(?:[^"\\]|\\.)*")+)')


@dataclass(frozen=True, slots=True)
class Representation:
    """One form a resource has: its media type as sent, its file's ending, and other names readers ask for it by."""

    media_type: str
    ending: str
    also: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The Content-Type header, with the charset where text needs one."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


RESOURCE_FORMS: tuple[Representation, ...] = (
    Representation("text/html", "html", ("application/xhtml+xml",)),
    Representation("application/ld+json", "jsonld", ("application/json",)),
    Representation("text/turtle", "ttl", ("application/x-turtle", "text/rdf+turtle", "text/n3")),
    Representation("application/n-triples", "nt", ("text/plain",)),
)
"""Forms of every page, the preferred one first: it answers `*/*` and a missing Accept header."""


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One range of an Accept header: lower-case type and subtype, `quality` from 0 to 1, number of parameters."""

    type: str
    subtype: str
    quality: float
    parameters: int = 0

    def specificity(self, media_type: str) -> int:
        """How exactly this range names a media type: 0 not at all, 1 `*/*`, 2 `type/*`, 3 the type itself."""
        main, _, sub = media_type.partition("/")
        if self.type == "*" and self.subtype == "*":
            return 1
        if self.type != main:
            return 0
        if self.subtype == "*":
            return 2
        return 3 if self.subtype == sub else 0


def parse_accept(header: str) -> list[MediaRange]:
    """Read an Accept header; a malformed range is passed over, a malformed quality counts as 0.

    >>> parse_accept("text/turtle;q=0.5, */*;q=0.1")[0]
    MediaRange(type='text', subtype='turtle', quality=0.5, parameters=0)
    """
    ranges = []
    for part in _PARTS.findall(header):
        pieces = [piece.strip() for piece in _PARAMETERS.findall(part)]
        named = _RANGE.match(pieces[0]) if pieces else None
        if named is None or (named["type"] == "*" and named["subtype"] != "*"):
            continue
        quality, parameters = 1.0, 0
        for piece in pieces[1:]:
            name, _, value = piece.partition("=")
            if name.strip().lower() == "q":
                quality = float(value.strip()) if _QUALITY.match(value.strip()) else 0.0
                break
            parameters += 1
        ranges.append(MediaRange(named["type"].lower(), named["subtype"].lower(), quality, parameters))
    return ranges


def choose(header: str | None, forms: Sequence[Representation]) -> Representation | None:
    """Return the form the header wants most, the earlier one of equals; None when it accepts none of them.

    A missing or empty header, and one in which no range can be read, accept everything.

    >>> choose("text/turtle;q=1, application/ld+json;q=.1", RESOURCE_FORMS).ending
    'ttl'
    >>> choose("text/turtle;q=0, */*", RESOURCE_FORMS).ending
    'html'
    """
    ranges = parse_accept(header or "")
    if not ranges:
        return forms[0]
    best: Representation | None = None
    best_rank = (0.0, 0)
    for form in forms:
        # Another name counts only when the header says it outright: a wildcard speaks of the type as it is sent.
        others = (_rank(name, ranges) for name in form.also)
        rank = max(_rank(form.media_type, ranges), *(other for other in others if other[1]), (0.0, 0))
        if rank[0] > 0 and rank > best_rank:
            best, best_rank = form, rank
    return best


def _rank(media_type: str, ranges: Sequence[MediaRange]) -> tuple[float, int]:
    """Quality of a media type by its most specific range, and 1 when that range names the type itself."""
    exact = [(found.specificity(media_type), found.parameters, found.quality) for found in ranges]
    specificity, _, quality = max(exact, key=lambda one: (one[0], -one[1], one[2]))
    return (quality if specificity else 0.0, int(specificity == 3))
