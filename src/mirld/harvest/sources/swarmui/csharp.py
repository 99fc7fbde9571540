"""C# source as data: the calls of a function, with what their object initialisers and arguments say; never run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<blank>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<verbatim>\$?@\$?"(?:[^"]|"")*")
    |(?P<text>\$?"(?:[^"\\\n]|\\.)*")
    |(?P<character>'(?:[^'\\]|\\.[^']*)')
    |(?P<number>\d+)(?![\w.])
    |(?P<name>[A-Za-z_]\w*)
    |(?P<mark>.)""",
    re.DOTALL | re.VERBOSE,
)


class Token(NamedTuple):
    """A token that is no blank: `kind` is text, number, name or mark; `line` is from 1."""

    kind: str
    text: str
    line: int


@dataclass(slots=True)
class Call:
    """A call: `properties` of the object that it is given, as `new() { A = "x", B = 5 }`, and texts given plainly.

    Names stand for themselves, as `Name`; what is worth more than a text, a number or a name is left out. `variable` is
    what the result is assigned to.
    """

    line: int
    variable: str | None
    properties: dict[str, str | int | Name] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)


class Name(str):
    """A name in the source, and no text of it."""


def tokens(source: str) -> list[Token]:
    """Divide a source into tokens; whatever it holds, each character is in one."""
    found, line = [], 1
    for match in _TOKEN.finditer(source):
        kind, text = str(match.lastgroup), match[0]
        if kind != "blank":
            found.append(Token("text" if kind == "verbatim" else kind, text, line))
        line += text.count("\n")
    return found


def calls(found: list[Token], function: str) -> Iterator[Call]:
    """Give every call of a function by its name, in order; its own definition is none."""
    for at, token in enumerate(found[:-1]):
        if token.kind != "name" or token.text != function or found[at + 1].text != "(":
            continue
        before = found[at - 1] if at else None
        if before is not None and before.kind == "name" and before.text != "return":
            continue  # a definition: a type stands before the name
        is_assigned = before is not None and before.text == "=" and at > 1
        call = Call(token.line, found[at - 2].text if is_assigned else None)
        _fill(call, found, at + 2)
        yield call


def _fill(call: Call, found: list[Token], at: int) -> None:
    """Read the arguments of a call; those of calls within it, and bodies of functions, are passed over."""
    depth, inside = 1, False
    while at < len(found) and depth:
        token = found[at]
        if token.text in "({[" and token.kind == "mark":
            inside = inside or (token.text == "{" and depth == 1 and found[at - 1].text == ")")
            depth += 1
        elif token.text in ")}]" and token.kind == "mark":
            depth -= 1
        elif depth == 1 and token.kind == "text":
            call.arguments.append(unquoted(token.text))
        elif inside and depth == 2 and token.kind == "name" and _is_set(found, at):
            value = found[at + 2]
            if value.kind == "text":
                call.properties[token.text] = unquoted(value.text)
            elif value.kind == "number":
                call.properties[token.text] = int(value.text)
            elif value.kind == "name":
                call.properties[token.text] = Name(value.text)
            at += 2
        at += 1


def _is_set(found: list[Token], at: int) -> bool:
    """Whether a name is given one value that a single token tells."""
    return (
        at + 3 < len(found)
        and found[at + 1].text == "="
        and found[at + 2].kind in ("text", "number", "name")
        and found[at + 3].text in (",", "}")
    )


def unquoted(text: str) -> str:
    r"""Return the value of a text as written in source; where it has escapes of its own, they stay as they are.

    >>> unquoted('"a b"'), unquoted('@"c:\\d ""e"" "'), unquoted('$"{x}"')
    ('a b', 'c:\\d "e" ', '{x}')
    """
    if text.startswith(("@", "$@")):
        return text.lstrip("$@")[1:-1].replace('""', '"')
    plain = text.lstrip("$")
    try:
        return str(json.loads(plain, strict=False))
    except ValueError:
        return plain[1:-1]
