"""Text of others, looked at before it is taken: a name holds no markup, no control characters, and ends somewhere."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 400
"""Characters of the longest name that is taken."""

# Cc: control; Cf: format, which holds the marks that turn the direction of text; Co, Cn, Cs: no characters at all.
_REFUSED = frozenset(("Cc", "Cf", "Co", "Cn", "Cs"))
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:/[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?")
_MARKUP = re.compile(r"</?[A-Za-z!][^>]*>")


def fault(value: str) -> str | None:
    r"""Say why a text is no name; None when it may be one.

    >>> fault("Qwen2.5-7B-Instruct") is None, fault("a\u202eb"), fault("<b>x</b>"), fault(" ")
    (True, 'it holds U+202E, which shows as nothing or turns text around', 'it holds markup', 'it is empty')
    """
    if not value.strip():
        return "it is empty"
    if len(value) > LONGEST:
        return f"it has {len(value):,} characters, more than {LONGEST}"
    for character in value:
        if unicodedata.category(character) in _REFUSED:
            return f"it holds U+{ord(character):04X}, which shows as nothing or turns text around"
    if _MARKUP.search(value):
        return "it holds markup"
    return None


def shown(value: str) -> str:
    r"""Write a text as a finding may show it: shortened, and what does not show as its code.

    >>> shown("a\u202eb")
    'a\\u202eb'
    """
    cut = value if len(value) <= LONGEST else f"{value[:LONGEST]}…"
    return "".join(
        character.encode("unicode_escape").decode() if unicodedata.category(character) in _REFUSED else character
        for character in cut
    )


def is_address(value: str) -> bool:
    """Say whether a text is the address of a web page or file, in characters that an IRI may hold everywhere.

    >>> is_address("https://example.org/a-1.pth"), is_address("https://example.org/a b"), is_address("file:///etc")
    (True, False, False)
    """
    return len(value) <= LONGEST and _ADDRESS.fullmatch(value) is not None
