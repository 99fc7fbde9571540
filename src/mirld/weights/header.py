"""What a header says, as values: tensors, metadata, and how the file is made up. No weight is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

Shape = tuple[int, ...]

Value = str | int | float | bool | None | Sequence["Value"] | Mapping[str, "Value"]
"""A value of metadata or of a configuration, as JSON has them."""


def nothing() -> Mapping[str, Value]:
    """Return the mapping of what says nothing."""
    return MappingProxyType({})


class Tensor(NamedTuple):
    """A tensor as a header has it; None is what the header does not say.

    `shape` is row-major, as PyTorch writes it, whatever the format. `start` and `stop` are bytes from the start of the
    data of its file (`Header.data_start`); a tensor of a sharded model has its offsets in the header of its shard.
    """

    name: str
    dtype: str | None
    shape: Shape | None
    start: int | None
    stop: int | None


class Tensors(Mapping[str, Tensor]):
    """Tensors by name, in the order of the file. Held as columns: a row is only made for who asks for it."""

    __slots__ = ("_rows", "dtypes", "names", "shapes", "starts", "stops")

    def __init__(
        self,
        rows: Mapping[str, int],
        dtypes: Sequence[str | None],
        shapes: Sequence[Shape | None],
        starts: Sequence[int | None],
        stops: Sequence[int | None],
    ) -> None:
        """Take columns of equal length; `rows` has each name, in order, with its row from 0."""
        self._rows = rows
        self.names: Sequence[str] = tuple(rows)
        self.dtypes = dtypes
        self.shapes = shapes
        self.starts = starts
        self.stops = stops

    @classmethod
    def of_rows(cls, rows: Sequence[Tensor]) -> Tensors:
        """Make the columns of rows whose names differ."""
        names, dtypes, shapes, starts, stops = zip(*rows, strict=True) if rows else ((), (), (), (), ())
        return cls(dict(zip(names, range(len(names)), strict=True)), dtypes, shapes, starts, stops)

    def __getitem__(self, name: str) -> Tensor:
        row = self._rows[name]
        return Tensor(name, self.dtypes[row], self.shapes[row], self.starts[row], self.stops[row])

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __hash__(self) -> int:
        return hash(frozenset(self._rows))

    def __repr__(self) -> str:
        return f"<{len(self)} tensors>"

    def rows(self) -> Iterator[Tensor]:
        """Give each tensor, in the order of the file."""
        return map(Tensor._make, zip(self.names, self.dtypes, self.shapes, self.starts, self.stops, strict=True))


NO_TENSORS = Tensors({}, (), (), (), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A file of a sharded model: its name in the index, and its header, None when the file is not there."""

    name: str
    header: Header | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A part of a folder, such as `vae`: where its class is from, its configuration, its header if it has weights.

    `others` are weight files beside the one that was read, such as those of another precision.
    """

    name: str
    library: str | None = None
    class_name: str | None = None
    config: Mapping[str, Value] = field(default_factory=nothing)
    header: Header | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a weights file or a folder of them says of itself before any weight is read.

    `format` is one of `mirld.weights.FORMATS`. `size` is of the file, or of all files that were found; `bytes_read` is
    what it took to know this. `data_start` is where the data begins, when the format has one place for it. `wrappers`
    are the keys that had to be opened to get to the tensors, outermost first; `code` the names in a pickle that are no
    part of a state dict and would be imported or called by loading it. `field_order` is the order of the fields of
    each tensor of safetensors, when it is the usual one. `notes` say in words what is odd about a file and yet legal.
    """

    file: str
    format: str
    size: int
    bytes_read: int
    tensors: Tensors = NO_TENSORS
    metadata: Mapping[str, Value] = field(default_factory=nothing)
    data_start: int | None = None
    byte_order: str = "little"
    config: Mapping[str, Value] = field(default_factory=nothing)
    wrappers: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    field_order: tuple[str, ...] = ()
    shards: tuple[Shard, ...] = ()
    components: tuple[Component, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def names_only(self) -> bool:
        """Whether some tensor is known by its name alone, as when a shard is missing."""
        return None in self.tensors.shapes
