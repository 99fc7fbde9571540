"""The grammar of MIR ids, and where reading a text by it stops.

ABNF (RFC 5234, with the case-sensitive strings of RFC 7405; published as site/content/grammar/mir.abnf):

    mir-id        = %s"mir:" domain "." architecture "." series [":" compatibility] *("@" variant)
    domain        = %s"model" / %s"dev" / %s"info" / %s"operations"
    architecture  = token
    series        = dotted
    compatibility = dotted
    variant       = dotted
    dotted        = token *("." token)
    token         = alnum *(*mark alnum)
    alnum         = %x61-7A / DIGIT
    mark          = "-" / "_"

Two rules stand beside it: variants ascend by character code and none is repeated; an id has at most 200 characters.
"""

from __future__ import annotations

import re

from mirld.vocab import DOMAINS

MAX_LENGTH = 200
"""Characters of an id: Windows takes 260 for a whole path; this leaves 60 for the folder above and the file below."""

# token = alnum *(*mark alnum)
TOKEN = r"[a-z0-9](?:[_-]*[a-z0-9])*"  # noqa: S105 - a grammar production, not a password
# dotted = token *("." token)
DOTTED = rf"{TOKEN}(?:\.{TOKEN})*"
# mir-id, with its parts named
MIR_ID = re.compile(
    rf"mir:(?P<domain>{'|'.join(DOMAINS)})\.(?P<architecture>{TOKEN})\.(?P<series>{DOTTED})"
    rf"(?::(?P<compatibility>{DOTTED}))?(?P<variants>(?:@{DOTTED})*)"
)

Parts = tuple[str, str, str, str | None, tuple[str, ...]]
"""Domain, architecture, series, compatibility, variants."""

RESERVED_STEMS: frozenset[str] = frozenset(
    ["con", "prn", "aux", "nul", "index", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))]
)
"""What Windows keeps for devices, whatever the ending; and `index`, the stem of the files in the folder of an entry."""

# How a part may be followed; and what is said when it is not.
_FOLLOWING: dict[str, dict[str, str]] = {
    "architecture": {".": "series"},
    "series": {".": "series", ":": "compatibility", "@": "variant"},
    "compatibility": {".": "compatibility", "@": "variant"},
    "variant": {".": "variant", "@": "variant"},
}
_RULES = {
    "architecture": "the architecture is a-z, 0-9, - and _, ends in a-z or 0-9, and a dot and the series follow it",
    **{
        part: f"the {part} is a-z, 0-9, - and _ with single dots inside, and ends in a-z or 0-9"
        for part in ("series", "compatibility", "variant")
    },
}
_ALNUM = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_HEADS = tuple(f"mir:{domain}." for domain in DOMAINS)


def write(domain: str, architecture: str, series: str, compatibility: str | None, variants: tuple[str, ...]) -> str:
    """Write parts as text, canonical when the parts are."""
    release = "" if compatibility is None else f":{compatibility}"
    return f"mir:{domain}.{architecture}.{series}{release}{''.join(f'@{variant}' for variant in variants)}"


def escape(segment: str) -> str:
    """Write one segment of a path: a reserved stem gets a `~`, which no token holds.

    >>> escape("aux.h"), escape("auxiliary"), escape("con@8step")
    ('aux~.h', 'auxiliary', 'con@8step')
    """
    stem, dot, rest = segment.partition(".")
    return f"{stem}~{dot}{rest}" if stem in RESERVED_STEMS else segment


def unescape(segment: str) -> str:
    """Read one segment of a path; the inverse of `escape`."""
    stem, dot, rest = segment.partition(".")
    return f"{stem[:-1]}{dot}{rest}" if stem.endswith("~") and stem[:-1] in RESERVED_STEMS else segment


def path_of(text: str) -> str:
    """Write canonical text as the path of its entry, without reading it by the grammar once more.

    >>> path_of("mir:model.nul.con:aux.h@8step")
    'model/nul~/con~/aux~.h@8step'
    """
    domain, architecture, rest = text[4:].split(".", 2)
    name, at, variants = rest.partition("@")
    series, colon, compatibility = name.partition(":")
    names = [series, compatibility] if colon else [series]
    names[-1] += at + variants
    return "/".join(map(escape, (domain, architecture, *names)))


def stop(text: str) -> tuple[int, str]:
    """How much of a text some canonical id begins with, and why reading stops there."""
    start = max(_shared(text, head) for head in _HEADS)
    if not text.startswith(_HEADS):
        if start < len("mir:"):
            return start, "the text does not begin with mir:"
        return start, _say(text, start, f"one of {', '.join(DOMAINS)} and a dot follow mir:")
    part, before = "architecture", "."
    for position, character in enumerate(text[start:], start):
        if before in ".:@":
            if character not in _ALNUM:
                return position, _say(text, position, f"a-z or 0-9 follows {before} in the {part}")
        elif character not in _ALNUM and character not in "-_":
            following = _FOLLOWING[part].get(character) if before in _ALNUM else None
            if following is None:
                return position, _say(text, position, _RULES[part])
            part = following
        before = character
    if before in ".:@":
        return len(text), _say(text, len(text), f"a-z or 0-9 follows {before} in the {part}")
    return len(text), _say(text, len(text), _RULES[part])


def _say(text: str, position: int, rule: str) -> str:
    if position >= len(text):
        return f"the text ends too early: {rule}"
    return f"{text[position]!r} at {position} cannot stand here: {rule}"


def _shared(text: str, other: str) -> int:
    return next(
        (n for n, (one, two) in enumerate(zip(text, other, strict=False)) if one != two), min(len(text), len(other))
    )
