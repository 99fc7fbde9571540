"""The data of a resource in three forms, from the same triples: for its page, and as its piece of each dump."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mirld.graph.dataset import Block
from mirld.graph.jsonld import JsonLdWriter, braced
from mirld.graph.ntriples import write_blocks
from mirld.graph.turtle import TurtleWriter

# Inside <script> only these could end the block or open a comment:
# https://html.spec.whatwg.org/multipage/scripting.html#restrictions-for-contents-of-script-elements
_ESCAPES = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"))

# Control characters and noncharacters, which no HTML may hold however written:
# https://html.spec.whatwg.org/multipage/parsing.html#preprocessing-the-input-stream
_PLANES = "".join(chr(plane << 16 | low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF))
UNSHOWABLE = re.compile(f"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff{_PLANES}]")
"""What HTML cannot hold."""
_SHOWN = bytes(code for code in range(128) if not UNSHOWABLE.match(chr(code)))


class Forms(NamedTuple):
    """The same triples written three times, each a document of its own."""

    jsonld: bytes
    turtle: bytes
    ntriples: bytes


class Piece(NamedTuple):
    """What one resource adds to the dumps: blocks of Turtle, N-Triples, and nodes of JSON-LD, one a line."""

    resource: str
    turtle: bytes
    ntriples: bytes
    jsonld: bytes


@dataclass(slots=True)
class Pieces:
    """Pieces, the prefixes that their Turtle needs declared and the terms that their JSON-LD needs defined.

    `running` has what the static API says of running an entry, as JSON by id, and `keys` how many keys each of its
    other kinds of files has.
    """

    found: list[Piece] = field(default_factory=list)
    prefixes: set[str] = field(default_factory=set)
    terms: set[str] = field(default_factory=set)
    running: dict[str, bytes] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)

    def add(self, other: Pieces) -> None:
        """Take in what another part of the work gave."""
        self.found += other.found
        self.prefixes |= other.prefixes
        self.terms |= other.terms
        self.running |= other.running
        self.keys |= other.keys


def write_forms(
    blocks: Sequence[Block], resource: str, jsonld: JsonLdWriter, turtle: TurtleWriter, pieces: Pieces | None = None
) -> Forms:
    """Write what is said of a resource and its parts, and add it to `pieces`.

    The JSON-LD is safe to stand in a page as it is.
    """
    nodes = jsonld.nodes(blocks, resource)
    turtle.used = set()
    body = turtle.body(blocks).encode()
    ntriples = write_blocks(blocks).encode()
    if pieces is not None:
        lines = ",\n".join(map(braced, nodes.nodes)).encode()
        pieces.found.append(Piece(resource, body, ntriples, lines))
        pieces.prefixes |= turtle.used
        pieces.terms |= nodes.terms
    return Forms(
        jsonld=safe_json([jsonld.context(nodes.terms), *nodes.members]).encode(),
        turtle=f"{turtle.head(turtle.used)}\n".encode() + body,
        ntriples=ntriples,
    )


def safe_json(members: Sequence[str]) -> str:
    r"""Write the members of a JSON object one a line, with everything escaped that HTML could misread.

    >>> print(safe_json(['"a":"</script>"', '"b":[1,true]']), end="")
    {
    "a":"\u003c/script\u003e",
    "b":[1,true]
    }
    """
    lines = ",\n".join(members)
    return escape_json(f"{{\n{lines}\n}}\n")


def escape_json(text: str) -> str:
    """Write the characters of a JSON text that HTML could misread as JSON escapes."""
    for character, escape in _ESCAPES:
        if character in text:
            text = text.replace(character, escape)
    if is_showable(text.encode()):
        return text
    return UNSHOWABLE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def is_showable(body: bytes) -> bool:
    r"""Say whether HTML can hold a text, given as UTF-8.

    >>> is_showable("naïve\n".encode()), is_showable(b"\x07"), is_showable("\uffff".encode())
    (True, False, False)
    """
    # Almost all of a page is ASCII, and taking that out costs a hundredth of looking at every character.
    rest = body.translate(None, _SHOWN)
    return not rest or UNSHOWABLE.search(rest.decode()) is None
