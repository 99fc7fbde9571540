"""Every spelling of a MIR id that was ever seen, taken apart.

Capitals, spaces around marks, quotes, percent-encoding, `mir://`, web addresses and paths, keys without `mir:`, `ops`
and `operation`, parts joined by dots alone, `*` and `[init]` for "the base", `@@`, a variant before the compatibility.
Nothing is guessed: a text that two readings fit is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

from mirld.errors import IdError
from mirld.grammar import DOTTED, RESERVED_STEMS, TOKEN, Parts, write
from mirld.vocab import DOMAINS, OPERATION_ARCHITECTURES

_DOMAIN_ALIASES = {"ops": "operations", "operation": "operations"}
_ESCAPED = rf"^(?:{'|'.join(sorted(RESERVED_STEMS))})(~)(?=\.|$)"
_LONGEST = 2000  # characters of a text that may hold an id: an address has its host, its query and its percent signs


class _Piece(NamedTuple):
    """Text in lower case that knows where each of its characters, and its end, stood in what was given."""

    text: str
    at: Sequence[int]

    def cut(self, start: int, stop: int) -> _Piece:
        return _Piece(self.text[start:stop], self.at[start : stop + 1])

    def without(self, pattern: str) -> _Piece:
        """Leave out what group 1 of a pattern matches, everywhere."""
        gone = {n for match in re.finditer(pattern, self.text) for n in range(*match.span(1))}
        kept = [n for n in range(len(self.text)) if n not in gone]
        return _Piece("".join(self.text[n] for n in kept), [*(self.at[n] for n in kept), self.at[-1]])

    def divide(self, separators: str) -> list[tuple[str, _Piece]]:
        """Divide at each of some characters; each piece comes with the character before it, the first with none."""
        spans = re.finditer(rf"(^|[{separators}])([^{separators}]*)", self.text)
        return [(match[1], self.cut(*match.span(2))) for match in spans]


def _piece_of(text: str) -> _Piece:
    """Undo what carries a name through the web or a shell: percent-encoding, quotes, spaces around marks, capitals."""
    characters, at = [], []
    for match in re.finditer(r"%([0-7][0-9A-Fa-f])|(.)", text, re.DOTALL):
        lower = (chr(int(match[1], 16)) if match[1] else match[2]).lower()
        characters.append(lower if len(lower) == 1 else "\ufffd")
        at.append(match.start())
    piece = _Piece("".join(characters), [*at, len(text)])
    listed = re.fullmatch(r"""\s*\[\s*["'](.*?)["']\s*(,)\s*["'](.*?)["']\s*]\s*""", piece.text)
    if listed:
        # Upstream's functions return an id as the list of its series and its compatibility.
        parts = [piece.cut(*listed.span(1)), _Piece(":", [piece.at[listed.start(2)], 0]), piece.cut(*listed.span(3))]
        piece = _Piece("".join(part.text for part in parts), [n for part in parts for n in part.at[:-1]] + [len(text)])
    # A Modelfile says MIR "mir:…"; queries say <mir:…>.
    core = re.fullmatch(r"""\s*(?:mir\s+(?=["']))?[\s"'`<]*(.*?)[\s"'`>]*""", piece.text, re.DOTALL)
    piece = piece.cut(*core.span(1)) if core else piece
    return piece.without(r"(\s+)(?=[:.@/])").without(r"(?<=[:.@/])(\s+)")


def any_form(text: str) -> Parts:
    """Take apart a text in any form ever seen; IdError where none fits, or more than one."""
    if len(text) > _LONGEST:
        raise IdError(f"no id is this long: {len(text)} characters", text=text, position=_LONGEST)
    piece = _piece_of(text)
    web = re.match(r"https?://[^/]*/", piece.text)
    prefix = web or re.match(r"mir:(?://)?", piece.text)
    rest = piece.cut(prefix.end(), len(piece.text)) if prefix else piece
    if "/" in rest.text:
        return _address(rest, text, anywhere=web is not None)
    (_, head), *tail = rest.divide(":@")
    names = [name for _, name in head.divide(".")]
    domain = _DOMAIN_ALIASES.get(names[0].text, names[0].text)
    if domain not in DOMAINS:
        raise IdError(
            f"no domain at {names[0].at[0]}: an id begins with one of {', '.join(DOMAINS)}",
            text=text,
            position=names[0].at[0],
            suggestion=None if prefix or not tail else _with_domain(names, rest.text),
        )
    if len(names) < 3:
        raise IdError(
            "the text ends too early: an id has a domain, an architecture and a series", text=text, position=head.at[-1]
        )
    opened = [(mark, name) for mark, name in tail if mark == ":"]
    fused = re.search(r"\.(\*|[a-z][^.]*)$", head.text) if len(names) > 3 and not opened else None
    if fused and (fused[1] == "*" or not piece.text.startswith("mir:")):
        # Upstream joined all its parts by dots; a version has a digit behind its dot, so a letter there is no version.
        opened = [(".", head.cut(*fused.span(1)))]
        head = head.cut(0, fused.start())
    if len(opened) > 1:
        position = opened[1][1].at[0] - 1
        raise IdError(f"a second colon at {position}: it is not known what it divides", text=text, position=position)
    begin = len(names[0].text) + len(names[1].text) + 2
    return _assemble(
        domain,
        names[1],
        head.cut(begin, len(head.text)),
        opened[0][1] if opened else None,
        [name for mark, name in tail if mark == "@"],
        text,
    )


def _address(piece: _Piece, text: str, *, anywhere: bool) -> Parts:
    """Take apart a web address or path: the domain and what follows it, up to a query, a fragment or a page's file."""
    end = re.search(r"[?#]|/index\.(?:html|jsonld|ttl|nt)$|$", piece.text)
    piece = piece.cut(0, end.start() if end else len(piece.text)).without(r"(^/+|/+$)")
    segments = [segment for _, segment in piece.divide("/")]
    found = [n for n in (len(segments) - 3, len(segments) - 4) if n == 0 or (anywhere and n > 0)]
    found = [n for n in found if _DOMAIN_ALIASES.get(segments[n].text, segments[n].text) in DOMAINS]
    if len(found) != 1:
        problem = (
            "two readings of the address: more than one segment may be its domain"
            if found
            else (f"an address has three or four segments, the first of them one of {', '.join(DOMAINS)}")
        )
        raise IdError(problem, text=text, position=piece.at[0])
    domain, architecture, *names = (segment.without(_ESCAPED) for segment in segments[found[0] :])
    (_, last), *variants = names[-1].divide("@")
    names[-1] = last
    return _assemble(
        _DOMAIN_ALIASES.get(domain.text, domain.text),
        architecture,
        names[0],
        names[1] if len(names) > 1 else None,
        [name for _, name in variants],
        text,
    )


def _with_domain(names: list[_Piece], rest: str) -> str | None:
    """Suggest the domain of a key that lost it, `vae.taesd:flux-1`: what has a compatibility is released, or done."""
    if len(names) < 2 or any(name.text[:1].isalpha() for name in names[2:]):
        return None
    domain = "operations" if names[0].text in OPERATION_ARCHITECTURES else "model"
    try:
        return write(*any_form(f"mir:{domain}.{rest}"))
    except IdError:
        return None


def _assemble(
    domain: str, architecture: _Piece, series: _Piece, compatibility: _Piece | None, variants: list[_Piece], text: str
) -> Parts:
    release = (
        None if compatibility is None or compatibility.text == "[init]" else _name(compatibility, "compatibility", text)
    )
    return (
        domain,
        _name(architecture, "architecture", text, TOKEN) or _missing("architecture", architecture, text),
        _name(series, "series", text) or _missing("series", series, text),
        release or None,
        tuple(sorted({name for name in (_name(variant, "variant", text) for variant in variants) if name})),
    )


def _name(piece: _Piece, what: str, text: str, pattern: str = DOTTED) -> str:
    """Read one part, without what scripts left around it: quotes, `*` for "the base", a hyphen at the end."""
    core = re.fullmatch(r"""[\s"'`]*(.*?)[\s"'`*-]*""", piece.text, re.DOTALL)
    piece = piece.cut(*core.span(1)) if core else piece
    match = re.match(pattern, piece.text)
    read = match.end() if match else 0
    if read < len(piece.text):
        position = piece.at[read]
        raise IdError(f"{text[position]!r} at {position} cannot stand in the {what}", text=text, position=position)
    return piece.text


def _missing(what: str, piece: _Piece, text: str) -> NoReturn:
    raise IdError(f"the {what} is empty at {piece.at[0]}", text=text, position=piece.at[0])
