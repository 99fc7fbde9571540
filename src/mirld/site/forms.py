"""The data of a page in three forms, from the same triples."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from mirld.graph.jsonld import JsonLdWriter
from mirld.graph.ntriples import write_ntriples
from mirld.graph.terms import Triple
from mirld.graph.turtle import TurtleWriter

# Inside <script> only these could end the block or open a comment:
# https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
_ESCAPES = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"))

# Control characters and noncharacters, which no HTML may hold however written:
# https://html.spec.whatwg.org/multipage/parsing.html#preprocessing-the-input-stream
_PLANES = "".join(chr(plane << 16 | low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF))
UNSHOWABLE = re.compile(f"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff{_PLANES}]")
"""What HTML cannot hold."""


class Forms(NamedTuple):
    """One set of triples, written three times."""

    jsonld: str
    turtle: str
    ntriples: str


def write_forms(triples: Sequence[Triple], root: str, jsonld: JsonLdWriter, turtle: TurtleWriter) -> Forms:
    """Write the triples about `root`; the JSON-LD is safe to stand in a page as it is."""
    return Forms(safe_json(jsonld.document(triples, root)), turtle.document(triples), write_ntriples(triples))


def safe_json(document: dict[str, object]) -> str:
    r"""Write a JSON object, one property a line, with everything escaped that HTML could misread.

    >>> print(safe_json({"a": "</script>", "b": [1, True]}), end="")
    {
    "a":"\u003c/script\u003e",
    "b":[1,true]
    }
    """
    lines = ",\n".join(f"{compact(name)}:{compact(value)}" for name, value in document.items())
    return escape_json(f"{{\n{lines}\n}}\n")


def escape_json(text: str) -> str:
    """Write the characters of a JSON text that HTML could misread as JSON escapes."""
    for character, escape in _ESCAPES:
        if character in text:
            text = text.replace(character, escape)
    if text.isascii() and "\x7f" not in text:
        return text
    return UNSHOWABLE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def compact(value: object) -> str:
    """Write JSON without spaces, characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
