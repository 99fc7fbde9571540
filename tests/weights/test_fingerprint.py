"""Digests of layouts: the published cases, digests that others publish, and what must not count."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.weights.builders import (
    gguf,
    onnx,
    safetensors,
    safetensors_file,
    safetensors_table,
    size_of,
    torch,
    torch_legacy,
)

from mirld.weights import Header, Tensor, Tensors, read, read_bytes
from mirld.weights.fingerprint import digests, fingerprint, layer_text, layout_md5, layout_text
from mirld.weights.safetensors import read_safetensors
from mirld.weights.source import Source

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT / "site" / "content" / "fingerprint" / "conformance.json"
CASES: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))

needs_blake3 = pytest.mark.skipif(
    importlib.util.find_spec("blake3") is None, reason="BLAKE3 is in no standard library: pip install mirld[blake3]"
)


def header_of(tensors: Sequence[Sequence[Any]]) -> Header:
    """Read a safetensors file with these tensors, whose data is said to be there."""
    named = {name: (dtype, shape) for name, dtype, shape in tensors}
    data = safetensors_file(safetensors_table(named))
    return read_safetensors(Source(io.BytesIO(data), "case", len(data) + sum(size_of(*one) for one in named.values())))


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["note"][:40])
def test_every_published_case_holds(case: dict[str, Any]) -> None:
    """Each text word for word where it is given, and each digest."""
    header = header_of(case["tensors"])
    found = digests(header)
    assert found.layout == case["layout"]
    assert found.md5 == case["md5"]
    assert found.layer256 == case["layer256"]
    if "text" in case:
        assert layout_text((name, tuple(shape)) for name, _, shape in case["tensors"]) == case["text"]
        assert layer_text(header) == case["layer_text"]
        assert hashlib.sha256(case["text"].encode()).hexdigest() == case["layout"]
        assert hashlib.md5(case["md5_text"].encode(), usedforsecurity=False).hexdigest() == case["md5"]
        assert hashlib.sha256(case["layer_text"].encode()).hexdigest() == case["layer256"]


@needs_blake3
@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["note"][:40])
def test_the_digest_by_blake3_of_every_published_case_holds(case: dict[str, Any]) -> None:
    """Of the same text as the one by SHA-256."""
    assert digests(header_of(case["tensors"])).layer_b3 == case["layerBlake3"]


def test_without_blake3_there_is_no_digest_by_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """And all else is as it was."""
    monkeypatch.setitem(__import__("sys").modules, "blake3", None)
    found = digests(header_of([["a", "F32", [1]]]))
    assert found.layer_b3 is None
    assert found.layer256 is not None


def test_digests_of_published_files_are_the_ones_that_the_registry_has() -> None:
    """Cases with a source: upstream's digests of the layer and DiffSynth-Studio's stand in data/, word for word."""
    data = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "data" / "harvested").rglob("*.ttl")))
    cases = [case for case in CASES["cases"] if "source" in case]
    assert len(cases) == 2
    for case in cases:
        assert f'mir:layer256 "{case["layer256"]}"' in data
        assert f'mir:layerBlake3 "{case["layerBlake3"]}"' in data
        assert f'mir:layoutMd5 "{case["md5"]}"' in data


@pytest.mark.parametrize("case", CASES["none"], ids=lambda case: case["note"])
def test_what_is_not_known_has_no_digest(case: dict[str, Any]) -> None:
    """An unknown shape never counts as one that matches."""
    rows = [
        Tensor(name, dtype, None if shape is None else tuple(shape), None, None)
        for name, dtype, shape in case["tensors"]
    ]
    tensors = Tensors.of_rows(rows)
    assert fingerprint(tensors) is None
    assert layout_md5(tensors) is None


def test_every_format_has_the_same_fingerprint(tmp_path: Path) -> None:
    """GGUF turns shapes round, an index divides the tensors, pickles have an order of their own."""
    tensors = {"b.weight": ("F32", [2, 3]), "a": ("F16", []), "c": ("F32", [4])}
    expected = read_bytes(safetensors(tensors, {"format": "pt"}))
    for write in (gguf, onnx, torch, torch_legacy):
        assert fingerprint(read_bytes(write(tensors)).tensors) == fingerprint(expected.tensors)
    shards = {}
    for name, tensor in tensors.items():
        (tmp_path / f"{name}.safetensors").write_bytes(safetensors({name: tensor}))
        shards[name] = f"{name}.safetensors"
    (tmp_path / "m.safetensors.index.json").write_text(json.dumps({"weight_map": shards}), encoding="utf-8")
    sharded = read(tmp_path)
    assert digests(sharded).layout == digests(expected).layout
    assert digests(sharded).md5 == digests(expected).md5
    assert digests(sharded).layer256 is None


def test_the_text_of_a_layer_needs_the_usual_fields() -> None:
    """Upstream prints what it reads, in its order; another order of fields would be another text."""
    text = '{"a":{"shape":[1],"dtype":"U8","data_offsets":[0,1]}}'
    assert digests(read_bytes(safetensors_file(text, 1))).layer256 is None


NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(lambda name: name != "__metadata__")
LAYOUTS = st.dictionaries(NAMES, st.lists(st.integers(0, 9), max_size=3), min_size=1, max_size=8)


@given(layout=LAYOUTS, seed=st.integers())
def test_only_names_and_shapes_count(layout: dict[str, list[int]], seed: int) -> None:
    """Types, order and metadata do not; a name or a shape that differs does."""
    chance = random.Random(seed)  # noqa: S311 - tests need repeatable numbers, not secret ones

    def written(shapes: dict[str, list[int]]) -> str | None:
        names = chance.sample(list(shapes), len(shapes))
        tensors = {name: (chance.choice(["F32", "BF16", "I8"]), shapes[name]) for name in names}
        return fingerprint(read_bytes(safetensors(tensors, {"x": str(chance.random())})).tensors)

    expected = hashlib.sha256(
        json.dumps([[name, layout[name]] for name in sorted(layout, key=str.encode)], ensure_ascii=False)
        .replace(", ", ",").encode()
    ).hexdigest()  # fmt: skip
    if not any(", " in name for name in layout):
        assert written(layout) == expected
    assert written(layout) == written(layout)
    changed = dict(layout)
    name = chance.choice(list(layout))
    changed[name] = [*layout[name], 1]
    assert written(changed) != written(layout)
    del changed[name]
    if changed:
        assert written(changed) != written(layout)
