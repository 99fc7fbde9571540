"""A model in several files: the index that names them, and the headers of those that are there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from mirld.weights.header import Header, Shape, Shard, Tensors, Value
from mirld.weights.jsontext import read_json
from mirld.weights.limits import MAX_HEADER, MAX_INDEXED, MAX_NAME, MAX_SHARDS
from mirld.weights.source import Source, shown

_MAX_PART = 255
_DRIVE = re.compile(r"[A-Za-z]:")


def read_index(source: Source, path: Path, read_shard: Callable[[Path], Header]) -> Header:
    """Read an index and the shards beside it; of a shard that is missing, the names of its tensors are known."""
    index = read_json(source, MAX_HEADER)
    shard_of = _weight_map(source, index)
    names = sorted(set(shard_of.values()))
    if len(names) > MAX_SHARDS:
        source.refuse("too-many-shards", f"it names {len(names)} shards; at most {MAX_SHARDS} are read")
    shards = []
    known = 0
    for name in names:
        place = inside(source, path.parent, name)
        header = read_shard(place) if place.exists() else None
        known += len(header.tensors) if header else 0
        if known > MAX_INDEXED:
            source.refuse("too-many-tensors", f"its shards have more than {MAX_INDEXED} tensors")
        shards.append(Shard(name=name, header=header))
    headers = {shard.name: shard.header for shard in shards}
    metadata = index.get("metadata")
    there = [shard.header for shard in shards if shard.header is not None]
    kind = "pytorch" if any(name.endswith((".bin", ".pt", ".pth", ".ckpt")) for name in names) else "safetensors"
    return Header(
        file=source.name,
        format=f"sharded-{kind}",
        size=source.size + sum(header.size for header in there),
        bytes_read=source.taken + sum(header.bytes_read for header in there),
        tensors=_merge(source, shard_of, headers),
        metadata=metadata if isinstance(metadata, Mapping) else {},
        code=tuple(dict.fromkeys(name for header in there for name in header.code)),
        shards=tuple(shards),
        notes=tuple(_notes(shards, shard_of)),
    )


def inside(source: Source, folder: Path, name: str) -> Path:
    """Return the path of a file that a file of strangers names, which must lie in the folder and not lead out of it.

    A link may lead to the store of blobs that a cache of the Hub keeps beside its snapshots, and nowhere else outside.
    """
    parts = name.split("/")
    if (
        not name
        or len(name) > MAX_NAME
        or name.startswith("/")
        or "\\" in name
        or "\0" in name
        or _DRIVE.match(name)
        or any(part in ("", ".", "..") or len(part.encode()) > _MAX_PART for part in parts)
    ):
        source.refuse("path", f"it names the file {shown(name)}, which is no plain name in its folder")
    place = folder / name
    if place.is_symlink() or any((folder / "/".join(parts[:count])).is_symlink() for count in range(1, len(parts))):
        allowed = [folder.resolve()]
        for parent in folder.absolute().parents:
            if parent.name == "snapshots":
                allowed.append((parent.parent / "blobs").resolve())
                break
        target = place.resolve()
        if not any(target.is_relative_to(root) for root in allowed):
            source.refuse("path", f"it names the file {shown(name)}, a link that leads out of its folder")
    return place


def _weight_map(source: Source, index: Mapping[str, Value]) -> dict[str, str]:
    found = index.get("weight_map")
    if not isinstance(found, Mapping):
        source.refuse(
            "not-weights",
            "it is JSON, and no index of shards: it has no weight_map that is an object",
            hint="name the folder of a configuration, or a file of weights",
        )
    if len(found) > MAX_INDEXED:
        source.refuse("too-many-tensors", f"it names {len(found)} tensors; at most {MAX_INDEXED} are read")
    shard_of: dict[str, str] = {}
    for name, shard in found.items():
        if not isinstance(shard, str):
            source.refuse("malformed-json", f"its weight_map has for {shown(name)} what is no name of a file")
        if len(name) > MAX_NAME:
            source.refuse("name-length", f"a tensor's name has {len(name)} characters, over {MAX_NAME}")
        shard_of[name] = shard
    return shard_of


def _merge(source: Source, shard_of: Mapping[str, str], headers: Mapping[str, Header | None]) -> Tensors:
    """Make one table of all tensors, in the order of the index; None stands for what a missing shard would say."""
    dtypes: list[str | None] = []
    shapes: list[Shape | None] = []
    for name, shard in shard_of.items():
        header = headers[shard]
        if header is None:
            dtypes.append(None)
            shapes.append(None)
            continue
        if name not in header.tensors:
            source.refuse("malformed-index", f"it says that {shown(name)} is in {shown(shard)}, where it is not")
        found = header.tensors[name]
        dtypes.append(found.dtype)
        shapes.append(found.shape)
    nowhere = (None,) * len(shapes)
    return Tensors(dict(zip(shard_of, range(len(shapes)), strict=True)), dtypes, shapes, nowhere, nowhere)


def _notes(shards: list[Shard], shard_of: Mapping[str, str]) -> list[str]:
    notes = []
    missing = [shard.name for shard in shards if shard.header is None]
    if missing:
        notes.append(f"{len(missing)} of {len(shards)} shards are missing: {', '.join(map(shown, missing[:3]))}")
    unlisted = [
        name
        for shard in shards
        if shard.header is not None
        for name in shard.header.tensors.names
        if shard_of.get(name) != shard.name
    ]
    if unlisted:
        notes.append(
            f"{len(unlisted)} tensors of its shards are not in the index: {', '.join(map(shown, unlisted[:3]))}"
        )
    return notes
