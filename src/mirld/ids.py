"""MIR ids: text ↔ parts ↔ web path, as one bijection.

`MirId.parse` reads exactly the grammar of `mirld.grammar`. `MirId.find` also reads every form that was ever seen
(`mirld.spellings`), and guesses nothing. For a canonical text both give the same id.

The path of an id is `domain/architecture/series[/compatibility]`, with the variants on its last segment. A segment that
Windows keeps for a device, or a site for the files of a folder, gets a `~` behind its stem: `con` is `con~`, `aux.h` is
`aux~.h`. No token holds a `~`, so the way back is certain.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache, total_ordering
from itertools import pairwise
from typing import NoReturn

from mirld.errors import IdError
from mirld.grammar import MAX_LENGTH, MIR_ID, Parts, path_of, stop, unescape, write
from mirld.vocab import DEFAULT_BASE


@total_ordering
class MirId:
    """A MIR id by its parts, which do not change; ids sort part by part, a series before its compatibilities.

    >>> MirId.parse("mir:model.lora.hyper:flux-1@8step@cfg")
    MirId(domain='model', architecture='lora', series='hyper', compatibility='flux-1', variants=('8step', 'cfg'))
    >>> MirId("model", "lora", "Hyper")
    Traceback (most recent call last):
    mirld.errors.IdError: 'H' at 15 cannot stand here: a-z or 0-9 follows . in the series
    """

    # Written out: making a dataclass takes a tenth of the time that a look-up has.
    __slots__ = ("architecture", "compatibility", "domain", "series", "variants")
    __match_args__ = ("domain", "architecture", "series", "compatibility", "variants")

    domain: str
    architecture: str
    series: str
    compatibility: str | None
    variants: tuple[str, ...]

    def __init__(
        self,
        domain: str,
        architecture: str,
        series: str,
        compatibility: str | None = None,
        variants: tuple[str, ...] = (),
    ) -> None:
        parts = (domain, architecture, series, compatibility, variants)
        text = write(*parts)
        if _canonical(text) != parts:
            raise IdError("a part of the id holds a mark that divides parts", text=text, position=0)
        self._take(parts)

    def _take(self, parts: Parts) -> None:
        for name, part in zip(self.__match_args__, parts, strict=True):
            object.__setattr__(self, name, part)

    @property
    def _parts(self) -> Parts:
        return self.domain, self.architecture, self.series, self.compatibility, self.variants

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"an id does not change, and has no other {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"an id does not change, and keeps its {name}")

    def __reduce__(self) -> tuple[object, ...]:
        return MirId, self._parts

    def __repr__(self) -> str:
        pairs = zip(self.__match_args__, self._parts, strict=True)
        return f"MirId({', '.join(f'{name}={part!r}' for name, part in pairs)})"

    def __eq__(self, other: object) -> bool:
        return self._parts == other._parts if isinstance(other, MirId) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._parts)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, MirId):
            return NotImplemented
        return self._key() < other._key()

    def _key(self) -> tuple[str, str, str, str, tuple[str, ...]]:
        # No compatibility sorts first: no written one is empty.
        return self.domain, self.architecture, self.series, self.compatibility or "", self.variants

    @classmethod
    def parse(cls, text: str) -> MirId:
        """Read canonical text, else raise IdError.

        Its `position` (from 0) is how much of the text some canonical id begins with, `suggestion` what `find` reads.

        >>> MirId.parse("mir:info.art.llama-3.1").series
        'llama-3.1'
        >>> MirId.parse("mir:model.unet.Kolors")
        Traceback (most recent call last):
        mirld.errors.IdError: 'K' at 15 cannot stand here: a-z or 0-9 follows . in the series
        """
        return cls._of(_canonical(text))

    @classmethod
    def _of(cls, parts: Parts) -> MirId:
        """Make an id of parts that were read off canonical text, so that it need not be read once more."""
        made = object.__new__(cls)
        made._take(parts)
        return made

    @classmethod
    def find(cls, text: str) -> MirId:
        """Read canonical text and every form ever seen, else raise IdError.

        >>> for text in (" mir : model . lora . hyper : flux-1 ", "MIR:Model.LoRA.Hyper:Flux-1", "info.dit.allegro.*",
        ...              "ops.precision.float.F16", "model.dit.flux1-dev:@@fp8-sai", "info.unet.kolors:[init]",
        ...              "https://w3id.org/mir/model/lora/hyper/flux-1@8step", "mir:model.lora.hyper@cfg:flux-1@8step"):
        ...     print(MirId.find(text))
        mir:model.lora.hyper:flux-1
        mir:model.lora.hyper:flux-1
        mir:info.dit.allegro
        mir:operations.precision.float:f16
        mir:model.dit.flux1-dev@fp8-sai
        mir:info.unet.kolors
        mir:model.lora.hyper:flux-1@8step
        mir:model.lora.hyper:flux-1@8step@cfg
        >>> MirId.find("info.lora.hyper:flux-1:dev")
        Traceback (most recent call last):
        mirld.errors.IdError: a second colon at 22: it is not known what it divides
        """
        if MIR_ID.fullmatch(text):  # most texts are canonical, and every form has to be tried on none of these
            with suppress(IdError):  # too long, or with variants that are not in order
                return cls.parse(text)
        from mirld.spellings import any_form

        parts = any_form(text)
        length = len(write(*parts))
        if length > MAX_LENGTH:
            message = f"an id has at most {MAX_LENGTH} characters, this has {length}"
            raise IdError(message, text=text, position=len(text))
        return cls(*parts)

    @classmethod
    def from_path(cls, path: str) -> MirId:
        """Read a path as `path` writes it, and nothing else.

        >>> str(MirId.from_path("model/unet/con~/aux~.h@8step"))
        'mir:model.unet.con:aux.h@8step'
        """
        segments = path.split("/")
        if not 3 <= len(segments) <= 4:
            raise IdError("the path of an id has three or four segments", text=path, position=0)
        last, *variants = unescape(segments.pop()).split("@")
        names = [*map(unescape, segments), last]
        try:
            found = cls(names[0], names[1], names[2], names[3] if len(names) == 4 else None, tuple(variants))
        except IdError as error:
            position = min(max(0, error.position - len("mir:")), len(path))
            raise IdError(f"the path is not that of an id: {error.message}", text=path, position=position) from None
        if found.path != path:
            raise IdError(f"the path of this id is written {found.path}", text=path, position=0)
        return found

    @classmethod
    def from_iri(cls, iri: str, base: str = DEFAULT_BASE) -> MirId:
        """Read the IRI of an entry below `base`.

        >>> str(MirId.from_iri("https://w3id.org/mir/info/art/llama-3.1"))
        'mir:info.art.llama-3.1'
        """
        if not iri.startswith(base):
            raise IdError(f"the IRI is not below {base}", text=iri, position=0)
        return cls.from_path(iri.removeprefix(base))

    def __str__(self) -> str:
        return write(self.domain, self.architecture, self.series, self.compatibility, self.variants)

    @property
    def path(self) -> str:
        """Path of the entry below the base.

        >>> MirId.parse("mir:model.transformer.clip-l:stable-diffusion-xl").path
        'model/transformer/clip-l/stable-diffusion-xl'
        """
        return path_of(str(self))

    @property
    def file_path(self) -> str:
        """Folder of the entry's files below the top of a site: its web path, which every file system keeps."""
        return self.path

    def iri(self, base: str = DEFAULT_BASE) -> str:
        """IRI of the entry below `base`."""
        return base + self.path

    @property
    def series_id(self) -> MirId:
        """Id of the entry that describes the series.

        >>> str(MirId.parse("mir:model.lora.hyper:flux-1@8step").series_id)
        'mir:info.lora.hyper'
        """
        return _series(self.architecture, self.series)

    @property
    def without_variants(self) -> MirId:
        """Id of the release that the variants are variants of."""
        return MirId(self.domain, self.architecture, self.series, self.compatibility)


@lru_cache(8_192)
def _series(architecture: str, series: str) -> MirId:
    # Asked for again and again, of thousands of ids in a few families.
    return MirId("info", architecture, series)


def _canonical(text: str) -> Parts:
    """Take canonical text apart, or raise the IdError that says what is wrong, where, and what was likely meant."""
    match = MIR_ID.fullmatch(text)
    if match is None:
        _refuse(text, *stop(text))
    if len(text) > MAX_LENGTH:
        _refuse(text, MAX_LENGTH, f"an id has at most {MAX_LENGTH} characters, this has {len(text)}")
    variants = tuple(match["variants"].split("@")[1:])
    position = match.start("variants")
    for before, variant in pairwise(variants):
        position += len(before) + 1
        if before >= variant:
            _refuse(text, position, f"the variants at {position} are not sorted or repeat: {before}, {variant}")
    return match["domain"], match["architecture"], match["series"], match["compatibility"], variants


def _refuse(text: str, position: int, message: str) -> NoReturn:
    from mirld.spellings import any_form

    try:
        suggestion = write(*any_form(text))
    except IdError as error:
        suggestion = error.suggestion or ""
    fits = suggestion != text and MIR_ID.fullmatch(suggestion) and len(suggestion) <= MAX_LENGTH
    raise IdError(message, text=text, position=position, suggestion=suggestion if fits else None)
