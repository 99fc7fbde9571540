"""MIR ids: text ↔ parts ↔ web path, as one bijection.

The grammar (ABNF, RFC 5234; the published copy is site/content/grammar/mir.abnf):

    mir-id        = "mir:" domain "." architecture "." series [":" compatibility] *("@" variant)
    domain        = "model" / "dev" / "info" / "operations"
    architecture  = token
    series        = dotted
    compatibility = dotted
    variant       = dotted
    dotted        = token *("." token)
    token         = alnum [*(alnum / "-" / "_") alnum]
    alnum         = %x61-7A / DIGIT

Variants are sorted and unique, and an id has at most 255 characters. `MirId.parse` reads exactly this; `MirId.find`
also reads every form that was ever seen, and guesses nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering
from typing import NoReturn
from urllib.parse import unquote

from mirld.errors import IdError
from mirld.vocab import DEFAULT_BASE, DOMAINS

MAX_LENGTH = 255
"""Characters of an id: no segment of its path can be longer than a file name may be."""

# token = alnum [*(alnum / "-" / "_") alnum]
_TOKEN = r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?"  # noqa: S105 - a grammar production, not a password
# dotted = token *("." token)
_DOTTED = rf"{_TOKEN}(?:\.{_TOKEN})*"
_DOTTED_ONLY = re.compile(_DOTTED)
_TOKEN_ONLY = re.compile(_TOKEN)
# mir-id, with the parts named
_ID = re.compile(
    rf"mir:(?P<domain>{'|'.join(DOMAINS)})\.(?P<architecture>{_TOKEN})\.(?P<series>{_DOTTED})"
    rf"(?::(?P<compatibility>{_DOTTED}))?(?P<variants>(?:@{_DOTTED})*)"
)
_DOMAIN_ALIASES = {"ops": "operations", "operation": "operations"}

# Names that Windows gives to devices, with any ending; and `index`, whose endings are the files of the folder above.
_RESERVED_STEMS = frozenset(
    ["con", "prn", "aux", "nul", "index", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))]
)


@total_ordering
@dataclass(frozen=True, slots=True)
class MirId:
    """A MIR id by its parts.

    >>> MirId.parse("mir:model.lora.hyper:flux-1@8step@cfg").variants
    ('8step', 'cfg')
    >>> str(MirId.find("info.dit.allegro.*"))
    'mir:info.dit.allegro'
    >>> MirId.parse("mir:model.transformer.clip-l:stable-diffusion-xl").path
    'model/transformer/clip-l/stable-diffusion-xl'
    """

    domain: str
    architecture: str
    series: str
    compatibility: str | None = None
    variants: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        text = str(self)
        if _ID.fullmatch(text) is None or list(self.variants) != sorted(set(self.variants)) or len(text) > MAX_LENGTH:
            _refuse(text)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, MirId):
            return NotImplemented
        return self._key() < other._key()

    def _key(self) -> tuple[str, str, str, str, tuple[str, ...]]:
        return self.domain, self.architecture, self.series, self.compatibility or "", self.variants

    @classmethod
    def parse(cls, text: str) -> MirId:
        """Read canonical text. IdError says the position where reading stopped and, when there is one, a suggestion."""
        match = _ID.fullmatch(text)
        if match is None or len(text) > MAX_LENGTH:
            _refuse(text)
        variants = tuple(match["variants"].split("@")[1:])
        if list(variants) != sorted(set(variants)):
            raise IdError(
                "the variants are not sorted and unique",
                text=text,
                position=match.start("variants"),
                suggestion=_suggest(text),
            )
        return cls(match["domain"], match["architecture"], match["series"], match["compatibility"], variants)

    @classmethod
    def find(cls, text: str) -> MirId:
        """Read canonical text and every form ever seen: capitals, spaces, `mir://`, `.*`, `:*`, bare keys, addresses.

        >>> str(MirId.find(" mir : model . lora . hyper : flux-1 "))
        'mir:model.lora.hyper:flux-1'
        >>> str(MirId.find("https://w3id.org/mir/model/lora/hyper/flux-1"))
        'mir:model.lora.hyper:flux-1'
        """
        try:
            return cls(*_read_loosely(text))
        except IdError as error:
            raise IdError(error.message, text=text, position=min(error.position, len(text))) from None

    @classmethod
    def from_path(cls, path: str) -> MirId:
        """Read a web path such as `model/unet/x/base@8step`; the inverse of `path`, and nothing else."""
        segments = path.split("/")
        if not 3 <= len(segments) <= 4:
            raise IdError("a path has three or four parts", text=path, position=0)
        *front, last = segments
        name, *variants = _unescape(last, path).split("@")
        parts = [_unescape(segment, path) for segment in front] + [name]
        found = cls(parts[0], parts[1], parts[2], parts[3] if len(parts) == 4 else None, tuple(variants))
        if found.path != path:
            raise IdError("this is not how the path of an id is written", text=path, position=0)
        return found

    @classmethod
    def from_iri(cls, iri: str, base: str = DEFAULT_BASE) -> MirId:
        """Read the IRI of an entry."""
        if not iri.startswith(base):
            raise IdError(f"the IRI is not below {base}", text=iri, position=0)
        return cls.from_path(iri.removeprefix(base))

    def __str__(self) -> str:
        compatibility = "" if self.compatibility is None else f":{self.compatibility}"
        variants = "".join(f"@{variant}" for variant in self.variants)
        return f"mir:{self.domain}.{self.architecture}.{self.series}{compatibility}{variants}"

    @property
    def path(self) -> str:
        """Path of the entry below the base, in the web and on disk."""
        names = [self.domain, self.architecture, self.series]
        if self.compatibility is not None:
            names.append(self.compatibility)
        names[-1] += "".join(f"@{variant}" for variant in self.variants)
        return "/".join(_escape(name) for name in names)

    @property
    def file_path(self) -> str:
        """Folder of the entry's files below the root of a site; the same as its web path."""
        return self.path

    def iri(self, base: str = DEFAULT_BASE) -> str:
        """IRI of the entry below a base."""
        return base + self.path

    @property
    def series_id(self) -> MirId:
        """Id of the entry that describes the series."""
        return MirId("info", self.architecture, self.series)

    @property
    def without_variants(self) -> MirId:
        """The id of the release itself."""
        return MirId(self.domain, self.architecture, self.series, self.compatibility)


def _escape(segment: str) -> str:
    """Mark a reserved stem with `~`, which no token holds: `con.x` → `con~.x`."""
    stem, dot, rest = segment.partition(".")
    return f"{stem}~{dot}{rest}" if stem in _RESERVED_STEMS else segment


def _unescape(segment: str, path: str) -> str:
    stem, dot, rest = segment.partition(".")
    if "~" not in segment:
        return segment
    if stem.endswith("~") and stem[:-1] in _RESERVED_STEMS:
        return f"{stem[:-1]}{dot}{rest}"
    raise IdError("a ~ marks nothing here", text=path, position=path.index("~"))


def _refuse(text: str) -> NoReturn:
    """Raise the error of a text that is no canonical id: what is wrong, where, and what was likely meant."""
    position, message = _stop(text)
    raise IdError(message, text=text, position=position, suggestion=_suggest(text))


def _suggest(text: str) -> str | None:
    try:
        found = str(MirId(*_read_loosely(text)))
    except IdError:
        return None
    return found if found != text else None


# What comes next, in order, with what the message calls it; reading stops at the first that does not match.
_STEPS: tuple[tuple[str, str], ...] = (
    (r"mir:", "an id begins with mir:"),
    (rf"(?:{'|'.join(DOMAINS)})(?=\.|$)", f"the domain is one of {', '.join(DOMAINS)}"),
    (r"\.", "a dot and the architecture are missing"),
    (_TOKEN, "the architecture is lower-case letters, digits, - and _, with a letter or digit at both ends"),
    (r"\.", "a dot and the series are missing"),
    (_DOTTED, "the series is lower-case letters, digits, -, _ and single dots, with a letter or digit at both ends"),
    (rf"(?::{_DOTTED})?", "the compatibility is written as the series is"),
    (rf"(?:@{_DOTTED})*", "a variant is written as the series is"),
)


def _stop(text: str) -> tuple[int, str]:
    """Where reading a text as a canonical id stops, and why."""
    position = 0
    for pattern, message in _STEPS:
        match = re.compile(pattern).match(text, position)
        if match is None:
            return position, message
        position = match.end()
    if position < len(text):
        if text[position] == ":":
            return position, "a second colon, or nothing a compatibility may begin with"
        if text[position] == "@":
            return position, "nothing a variant may begin with"
        return position, f"a character that may not stand here: {text[position]!r}"
    if len(text) > MAX_LENGTH:
        return MAX_LENGTH, f"an id has at most {MAX_LENGTH} characters"
    return text.find("@"), "the variants are not sorted and unique"


_WEB = re.compile(r"https?://[^/]+/(?:.*?/)?(?=(?:model|dev|info|operations|ops|operation)/)", re.IGNORECASE)
_STRAY = " `\"'"


def _read_loosely(text: str) -> tuple[str, str, str, str | None, tuple[str, ...]]:
    """Take a text apart by the widest reading that leaves no choice; raises IdError where there is one."""
    rest = unquote(text).strip().strip("<>").lower()
    web = _WEB.match(rest)
    if web is not None:
        rest = rest[web.end() :]
    if "/" in rest and not rest.startswith("mir:"):
        return _read_path(rest, text)
    rest = re.sub(r"\s+", "", rest)
    rest = rest.removeprefix("mir://").removeprefix("mir:").strip(_STRAY)
    domain, dot, rest = rest.partition(".")
    domain = _DOMAIN_ALIASES.get(domain, domain)
    if domain not in DOMAINS or not dot:
        raise IdError(f"the domain is one of {', '.join(DOMAINS)}: {domain or 'none'}", text=text, position=0)
    architecture, dot, rest = rest.partition(".")
    if not dot:
        raise IdError("an id has a domain, an architecture and a series", text=text, position=len(text))
    body, *variants = rest.split("@")
    series, colon, compatibility = body.partition(":")
    if not colon and domain == "operations" and "." in series:
        # Upstream joined all four parts of an operation by dots: ops.precision.float.F16
        series, _, compatibility = series.rpartition(".")
    series = _clean(series.removesuffix(".*"))
    compatibility = _clean(compatibility)
    if ":" in compatibility:
        raise IdError("a second colon: it is not known what it parts", text=text, position=text.rfind(":"))
    found = tuple(sorted({_clean(variant) for variant in variants if _clean(variant)}))
    for part, pattern in (
        (architecture, _TOKEN_ONLY),
        (series, _DOTTED_ONLY),
        *((name, _DOTTED_ONLY) for name in found),
    ):
        _expect(part, pattern, text)
    if compatibility:
        _expect(compatibility, _DOTTED_ONLY, text)
    return domain, architecture, series, compatibility or None, found


def _read_path(path: str, text: str) -> tuple[str, str, str, str | None, tuple[str, ...]]:
    segments = [segment for segment in path.partition("#")[0].split("/") if segment]
    if segments and segments[-1].startswith("index."):
        segments.pop()
    if not 3 <= len(segments) <= 4:
        raise IdError("a path has three or four parts", text=text, position=0)
    segments[0] = _DOMAIN_ALIASES.get(segments[0], segments[0])
    if segments[0] not in DOMAINS:
        raise IdError(f"the domain is one of {', '.join(DOMAINS)}: {segments[0]}", text=text, position=0)
    found = MirId.from_path("/".join(segments))
    return found.domain, found.architecture, found.series, found.compatibility, found.variants


def _clean(part: str) -> str:
    """Drop what upstream wrote around a name and never meant: `*`, brackets, quotes, and marks at its ends."""
    return part.replace("*", "").strip(_STRAY + "[]").strip("-_.")


def _expect(part: str, pattern: re.Pattern[str], text: str) -> None:
    if pattern.fullmatch(part) is None:
        position = max(0, text.lower().find(part)) if part else len(text)
        raise IdError(f"this is no name: {part!r}", text=text, position=position)
