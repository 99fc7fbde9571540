"""Accept headers as regular expressions, for servers that match and cannot weigh.

A q-value is read to its first decimal: of `q=0.91` and `q=0.97` the form that stands first in the table wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

from mirld.serve.negotiation import RESOURCE_FORMS, Representation

# Parameters other than q. Neither lookahead nor back-reference: Caddy's engine, RE2, has none.
_PARAMETERS = r"(\s*;\s*[^q\s,;][^,;]*)*\s*"
_FULL = r"(;\s*q\s*=\s*1[.0]*\s*)?"
_TIERS = (
    _FULL,
    *(rf";\s*q\s*=\s*0\.{digit}[0-9]*\s*" for digit in range(9, 0, -1)),
    r";\s*q\s*=\s*0\.0[0-9]*[1-9][0-9]*\s*",
)

WILDCARDS: dict[str, list[Representation]] = {
    **{
        main: [form for form in RESOURCE_FORMS if form.media_type.startswith(f"{main}/")]
        for main in dict.fromkeys(form.media_type.partition("/")[0] for form in RESOURCE_FORMS)
    },
    "any": list(RESOURCE_FORMS),
}
"""What a wildcard may stand for: forms of one main type, or all of them."""


def accept_patterns() -> Iterator[tuple[str, str]]:
    """Give patterns with the ending of the form each stands for, in the order they are tried; case is to be ignored.

    Higher q-values come before lower ones, and at one q-value outright names before `type/*` before `*/*`. A wildcard
    stands for a name of WILDCARDS instead, whose form `rest_patterns` tells.
    """
    yield r"^\s*$", RESOURCE_FORMS[0].ending
    for tier in _TIERS:
        for form in RESOURCE_FORMS:
            names = "|".join(_literal(name) for name in (form.media_type, *form.also))
            yield _pattern(f"({names})", tier), form.ending
        for name in WILDCARDS:
            main = "*" if name == "any" else name
            yield _pattern(rf"{_literal(main)}/\*", tier), name


def rest_patterns(wildcard: str) -> Iterator[tuple[str, str]]:
    """Give patterns for the form a wildcard stands for: the first that the header does not name, with whatever q."""
    forms = WILDCARDS[wildcard]
    for count in range(len(forms) - 1, 0, -1):
        named = [rf"(^|,)\s*{_literal(form.media_type)}\b" for form in forms[:count]]
        yield "|".join(".*".join(order) for order in permutations(named)), forms[count].ending


def _literal(name: str) -> str:
    return re.escape(name).replace(r"\-", "-")


def _pattern(name: str, tier: str) -> str:
    return rf"(^|,)\s*{name}{_PARAMETERS}{tier}(,|$)"
