"""From what a pickle describes to the tensors of a state dict: wrappers opened, nested dictionaries joined by dots."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mirld.weights.dtypes import BLOCKS, TORCH_DTYPES, TORCH_STORAGES
from mirld.weights.header import Shape, Tensor, Value
from mirld.weights.limits import MAX_DEPTH, MAX_DIMENSIONS, MAX_METADATA, MAX_NAME, MAX_NUMBER, MAX_TENSORS
from mirld.weights.pickle_names import REBUILDERS
from mirld.weights.pickles import Call, Global, Item, Reference, Table
from mirld.weights.source import Source, shown

WRAPPERS = (
    "state_dict",
    "model_state_dict",
    "model",
    "module",
    "params_ema",
    "params-ema",
    "params",
    "net",
    "generator",
)
"""Keys under which trainers keep the weights, the likeliest first."""

_MODULE_PARTS = ("_parameters", "_buffers", "_modules")
"""What the state of a module of PyTorch that was saved whole has."""

_MAX_VISITS = 10 * MAX_TENSORS


class Storage(NamedTuple):
    """Elements in a row that tensors are views of."""

    dtype: str
    elements: int

    @property
    def size(self) -> int:
        """Bytes of the storage."""
        return self.elements * BLOCKS[self.dtype].bits // 8


@dataclass(slots=True)
class StateDict:
    """Tensors in order, plain values beside them, and the wrappers that were opened."""

    tensors: list[Tensor] = field(default_factory=list)
    metadata: dict[str, Value] = field(default_factory=dict)
    wrappers: tuple[str, ...] = ()


def read_storages(
    source: Source, references: Iterable[Reference], held: Callable[[str], int | None] | None
) -> dict[str, Storage]:
    """Read every storage that a pickle names; `held` gives the bytes there are of one, None when it is missing."""
    found: dict[str, Storage] = {}
    for reference in references:
        key, storage = _storage(source, reference)
        if found.setdefault(key, storage) != storage:
            source.refuse("malformed-pickle", f"it speaks of the storage {shown(key)} in two ways")
        size = storage.size if held is None else held(key)
        if size is None or size < storage.size:
            source.refuse(
                "truncated",
                f"the storage {shown(key)} has {size or 0} bytes of {storage.size}",
                hint="the file is incomplete or damaged: download it again",
            )
    return found


def read_state_dict(source: Source, value: Item, storages: Mapping[str, Storage]) -> StateDict:
    """Find the tensors in what a pickle describes; WeightError when there is none, or one lies outside its storage."""
    found = StateDict()
    wrappers: list[str] = []
    for _ in range(MAX_DEPTH):
        _keep_plain(found, value)
        wrapped = _wrapped(source, value)
        if wrapped is None:
            break
        wrappers.append(wrapped[0])
        value = wrapped[1]
    found.wrappers = tuple(wrappers)
    _collect(source, value, storages, found)
    if not found.tensors:
        source.refuse("not-weights", "it holds no tensors", hint="name a file of weights")
    return found


def _storage(source: Source, reference: Reference) -> tuple[str, Storage]:
    match reference.key:
        case (
            "storage",
            Global(module="torch" | "torch.cuda" | "torch.storage", name=kind),
            str(key),
            _,
            int(count),
            *_,
        ):
            if kind in TORCH_STORAGES and 0 <= count <= MAX_NUMBER // 16:
                return key, Storage(TORCH_STORAGES[kind], count)
    raise source.fault("malformed-pickle", "it keeps something outside of its pickle that is no storage")


def _pairs(value: Item) -> Iterator[tuple[str, Item]]:
    """Give what is in a dictionary, a list, or a module that was saved whole, by name."""
    if isinstance(value, Call):
        value = value.state
        if isinstance(value, Table):
            parts = [part for key, part in value.pairs if isinstance(key, str) and key in _MODULE_PARTS]
            if parts:
                for part in parts:
                    if isinstance(part, Table):
                        yield from _pairs(part)
                return
    if isinstance(value, Table):
        for key, item in value.pairs:
            if isinstance(key, str):
                yield key, item
            elif isinstance(key, int):
                yield str(key), item
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield str(index), item


def _holds(value: Item) -> bool:
    return isinstance(value, Table | list | tuple) or (isinstance(value, Call) and value.state is not None)


def _keep_plain(found: StateDict, value: Item) -> None:
    """Keep plain values of a dictionary as metadata: the step, the epoch, the name."""
    if isinstance(value, Table):
        for key, item in value.pairs:
            if (
                isinstance(key, str)
                and isinstance(item, str | int | float | bool)
                and len(found.metadata) < MAX_METADATA
            ):
                found.metadata.setdefault(key, item)


def _wrapped(source: Source, value: Item) -> tuple[str, Item] | None:
    """Return the likeliest key that has more tensors below it than stand beside it, and what it has."""
    if not isinstance(value, Table):
        return None
    inside = {key: item for key, item in value.pairs if isinstance(key, str) and key in WRAPPERS and _holds(item)}
    if not inside:
        return None
    beside = sum(_unwrap(item) is not None for _, item in value.pairs)
    for key in WRAPPERS:
        if key in inside and _count(source, inside[key]) > beside:
            return key, inside[key]
    return None


def _count(source: Source, value: Item) -> int:
    """Count tensors below a value; each container is entered once."""
    tensors, visits, seen, left = 0, 0, {id(value)}, [(value, 0)]
    while left:
        container, depth = left.pop()
        for _, item in _pairs(container):
            visits += 1
            if visits > _MAX_VISITS:
                source.refuse("too-many-tensors", f"its pickle has more than {_MAX_VISITS} values")
            if _unwrap(item) is not None:
                tensors += 1
            elif depth < MAX_DEPTH and _holds(item) and id(item) not in seen:
                seen.add(id(item))
                left.append((item, depth + 1))
    return tensors


def _collect(source: Source, value: Item, storages: Mapping[str, Storage], found: StateDict) -> None:
    names: set[str] = set()
    visits = 0
    left: list[Iterator[tuple[str, Item]]] = [iter([("", value)])]
    prefixes = [""]
    while left:
        pair = next(left[-1], None)
        if pair is None:
            left.pop()
            prefixes.pop()
            continue
        visits += 1
        if visits > _MAX_VISITS or len(names) >= MAX_TENSORS:
            source.refuse("too-many-tensors", f"it has more than {MAX_TENSORS} tensors, or values in great numbers")
        name = prefixes[-1] + pair[0]
        call = _unwrap(pair[1])
        if call is not None:
            if name in names:
                source.refuse("duplicate-key", f"it has the tensor {shown(name)} twice")
            if len(name) > MAX_NAME:
                source.refuse("name-length", f"a tensor's name has {len(name)} characters, over {MAX_NAME}")
            names.add(name)
            found.tensors.append(_tensor(source, name, call, storages))
        elif _holds(pair[1]):
            if len(left) > MAX_DEPTH:
                source.refuse("nesting", f"it has dictionaries more than {MAX_DEPTH} deep")
            left.append(_pairs(pair[1]))
            prefixes.append(f"{name}." if len(left) > 2 else "")


def _unwrap(item: Item) -> Call | None:
    """Return the call that makes a tensor, out of those that make a parameter or a subclass of it; None for others."""
    for _ in range(MAX_DEPTH):
        if not isinstance(item, Call) or not isinstance(item.name, Global) or not isinstance(item.args, tuple):
            return None
        (module, name), args = item.name, item.args
        if module == "torch._utils" and name in REBUILDERS:
            if not name.startswith("_rebuild_parameter"):
                return item
            item = args[0] if args else None
        elif (module, name) == ("torch._tensor", "_rebuild_from_type_v2") and len(args) > 2:
            item = Call(args[0], args[2])
        elif (module, name) == ("torch.nn.parameter", "Parameter") and args:
            item = args[0]
        else:
            return None
    return None


def _tensor(source: Source, name: str, call: Call, storages: Mapping[str, Storage]) -> Tensor:
    assert isinstance(call.name, Global)  # noqa: S101 - _unwrap gives no other
    match call.name.name, call.args:
        case "_rebuild_meta_tensor_no_storage" | "_rebuild_wrapper_subclass" as kind, (first, second, third, *_):
            dtype, size = (first, second) if kind == "_rebuild_meta_tensor_no_storage" else (second, third)
            return Tensor(name, _dtype(dtype), _shape(source, name, size), None, None)
        case "_rebuild_sparse_tensor", (_, (_, values, size, *_)):
            inner = _unwrap(values)
            dtype = _tensor(source, name, inner, storages).dtype if inner and inner.name != call.name else None
            return Tensor(name, dtype, _shape(source, name, size), None, None)
        case _, (Reference() as reference, int(offset), size, stride, *rest):
            storage = storages[_storage(source, reference)[0]]
            shape, strides = _shape(source, name, size), _shape(source, name, stride)
            dtype = storage.dtype
            if call.name.name == "_rebuild_tensor_v3" and len(rest) > 2:
                dtype = _dtype(rest[2]) or dtype
            room = storage.size * 8 // BLOCKS[dtype].bits
            needed = offset + 1 + sum((length - 1) * step for length, step in zip(shape, strides, strict=False))
            if len(shape) != len(strides) or offset < 0 or (0 not in shape and needed > room):
                source.refuse("out-of-bounds", f"the tensor {shown(name)} reaches outside of its storage")
            return Tensor(name, dtype, shape, None, None)
    raise source.fault("malformed-pickle", f"the tensor {shown(name)} is not made as tensors are")


def _dtype(item: Item) -> str | None:
    return TORCH_DTYPES.get(item.name) if isinstance(item, Global) and item.module == "torch" else None


def _shape(source: Source, name: str, item: Item) -> Shape:
    if isinstance(item, Call) and item.name == Global("torch", "Size") and isinstance(item.args, tuple) and item.args:
        item = item.args[0]
    if not isinstance(item, list | tuple) or len(item) > MAX_DIMENSIONS:
        source.refuse("dimensions", f"the tensor {shown(name)} has no shape of at most {MAX_DIMENSIONS} dimensions")
    shape = tuple(number for number in item if type(number) is int and 0 <= number <= MAX_NUMBER)
    if len(shape) != len(item) or math.prod(shape) > MAX_NUMBER:
        source.refuse(
            "overflow", f"the tensor {shown(name)} has a dimension that is no whole number from 0, or is too large"
        )
    return shape
