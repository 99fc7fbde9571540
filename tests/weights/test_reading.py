"""Finding the format by content; sharded models and folders; what is taken for weights and is none."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.weights.builders import Named, gguf, onnx, safetensors, torch, torch_legacy

from mirld.errors import EXIT_INPUT, WeightError
from mirld.weights import FORMATS, read, read_bytes
from mirld.weights.limits import MAX_JSON_BRACKETS, MAX_JSON_VALUES

FIRST: Named = {"a": ("F32", [2])}
SECOND: Named = {"b": ("F16", [3, 1])}


def write_json(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def write_weights(path: Path, tensors: Named) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(safetensors(tensors))
    return path


def index(folder: Path, weight_map: Mapping[str, object], **more: object) -> Path:
    return write_json(
        folder / "model.safetensors.index.json", {"metadata": {"total_size": 14}, "weight_map": weight_map, **more}
    )


def refusal(path: Path) -> WeightError:
    with pytest.raises(WeightError) as caught:
        read(path)
    assert caught.value.hint
    assert caught.value.exit_code == EXIT_INPUT
    return caught.value


@pytest.mark.parametrize(
    ("write", "form"),
    [
        (safetensors, "safetensors"),
        (gguf, "gguf"),
        (torch, "pytorch-zip"),
        (torch_legacy, "pytorch-legacy"),
        (onnx, "onnx"),
    ],
)
def test_a_format_is_known_by_its_content(tmp_path: Path, write: object, form: str) -> None:
    """Whatever the file is called."""
    for name in ("model.safetensors", "model.gguf", "model.bin", "model.txt", "model"):
        path = tmp_path / name
        path.write_bytes(write(FIRST))  # type: ignore[operator]
        header = read(path)
        assert header.format == form
        assert form in FORMATS
        assert header.tensors["a"].shape == (2,)
        assert header.file == str(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "pointer of Git LFS"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\x89HDF\r\n\x1a\n" + bytes(99), "HDF5"),
        (b"\x1f\x8b" + bytes(9), "gzip"),
        (b"tjgg" + bytes(9), "before GGUF"),
        (b"hello, world, this is a text", "as no known format does"),
        (b"\x80\x04N.", "none that PyTorch wrote"),
        (b'{"a": 1}', "JSON"),
        (b"", "nothing"),
    ],
)
def test_what_is_no_weights_is_named(tmp_path: Path, data: bytes, words: str) -> None:
    """What it is instead, and what to do."""
    path = tmp_path / "model.bin"
    path.write_bytes(data)
    error = refusal(path)
    assert words in str(error)
    assert error.offence in ("not-weights", "truncated")


def test_what_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """A file that is not there, and a pipe, which is not waited for."""
    assert refusal(tmp_path / "none").offence == "unreadable"
    assert refusal(tmp_path / "a\0b").offence == "unreadable"
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe").offence == "unreadable"
    assert refusal(tmp_path).offence == "not-weights"


def test_shards_are_one_model(tmp_path: Path) -> None:
    """Tensors of all of them, in the order of the index; sizes add up."""
    files = [write_weights(tmp_path / "s1.safetensors", FIRST), write_weights(tmp_path / "s2.safetensors", SECOND)]
    path = index(tmp_path, {"b": "s2.safetensors", "a": "s1.safetensors"})
    header = read(path)
    assert header.format == "sharded-safetensors"
    assert list(header.tensors) == ["b", "a"]
    assert header.tensors["b"] == ("b", "F16", (3, 1), None, None)
    assert header.metadata == {"total_size": 14}
    assert header.size == sum(file.stat().st_size for file in (*files, path))
    assert [shard.name for shard in header.shards] == ["s1.safetensors", "s2.safetensors"]
    assert not header.names_only


def test_of_a_missing_shard_the_names_are_known(tmp_path: Path) -> None:
    """Types and shapes are unknown, and that is said."""
    write_weights(tmp_path / "s1.safetensors", {**FIRST, "extra": ("U8", [1])})
    header = read(index(tmp_path, {"a": "s1.safetensors", "b": "s2.safetensors"}))
    assert header.tensors["b"] == ("b", None, None, None, None)
    assert header.names_only
    assert header.shards[1].header is None
    assert header.notes == (
        "1 of 2 shards are missing: 's2.safetensors'",
        "1 tensors of its shards are not in the index: 'extra'",
    )


@pytest.mark.parametrize(
    "name",
    [
        "../s.safetensors",
        "/etc/passwd",
        "a/../../s",
        "a//b",
        ".",
        "",
        "C:\\s",
        "C:s",
        "a\\b",
        "a\0b",
        "./s",
        "s" * 2000,
    ],
)
def test_a_shard_lies_in_the_folder(tmp_path: Path, name: str) -> None:
    """No name of an index leads out of it."""
    write_weights(tmp_path / "s.safetensors", FIRST)
    assert refusal(index(tmp_path / "model", {"a": name})).offence == "path"


def test_links_lead_no_further_than_the_blobs_of_a_cache(tmp_path: Path) -> None:
    """A cache of the Hub keeps files beside its snapshots; any other link outwards is refused."""
    blob = write_weights(tmp_path / "models--x" / "blobs" / "1f", FIRST)
    snapshot = tmp_path / "models--x" / "snapshots" / "c0ffee"
    path = index(snapshot, {"a": "s.safetensors"})
    (snapshot / "s.safetensors").symlink_to(blob)
    assert read(path).tensors["a"].shape == (2,)
    (snapshot / "s.safetensors").unlink()
    (snapshot / "s.safetensors").symlink_to(write_weights(tmp_path / "elsewhere", FIRST))
    assert refusal(path).offence == "path"


@pytest.mark.parametrize(
    ("text", "offence"),
    [
        ('{"weight_map": 1}', "not-weights"),
        ('{"weight_map": {"a": 1}}', "malformed-json"),
        ('{"weight_map": {"a": "s", "a": "s"}}', "duplicate-key"),
        ('{"weight_map": {"a": "s"}, "weight_map": {"a": "s"}}', "duplicate-key"),
        ('{"weight_map": {"' + "n" * 1025 + '": "s"}}', "name-length"),
        ('{"weight_map": {"a": NaN}}', "malformed-json"),
        ('{"weight_map": {"a": "s"}', "malformed-json"),
        ('{"weight_map": {"b": "s1.safetensors"}}', "malformed-index"),
        ('{"weight_map": {"\\ud800": "s1.safetensors"}}', "encoding"),
        ('{"weight_map": {"a": "\\udfff"}}', "encoding"),
        ('{"a":' + "[" * 100_000 + "}", "nesting"),
        ('{"a":[' + "[]," * (MAX_JSON_BRACKETS + 1) + "[]]}", "too-many-values"),
        ('{"a":[' + "0," * (MAX_JSON_VALUES + 1) + "0]}", "too-many-values"),
        ('{"a":' + "9" * 10_000 + "}", "malformed-json"),
        ('{"weight_map":{' + ",".join(f'"{n}":"{n}"' for n in range(10_001)) + "}}", "too-many-shards"),
        ('{"weight_map":{' + ",".join(f'"{n}":""' for n in range(250_001)) + "}}", "too-many-tensors"),
    ],
)  # fmt: skip
def test_an_index_with_a_fault_is_refused_by_its_name(tmp_path: Path, text: str, offence: str) -> None:
    """Its text is measured before it is read."""
    write_weights(tmp_path / "s1.safetensors", FIRST)
    path = tmp_path / "model.safetensors.index.json"
    path.write_text(text, encoding="utf-8")
    assert refusal(path).offence == offence


def test_a_shard_that_is_an_index_is_refused(tmp_path: Path) -> None:
    """Else two of them could name each other."""
    path = index(tmp_path, {"a": "model.safetensors.index.json"})
    assert refusal(path).offence == "not-weights"


def test_a_folder_of_diffusers_is_its_parts(tmp_path: Path) -> None:
    """Classes from the index of the pipeline, configurations and headers from the folders; what is missing is said."""
    write_json(
        tmp_path / "model_index.json",
        {
            "_class_name": "FluxPipeline",
            "scheduler": ["diffusers", "EulerDiscreteScheduler"],
            "vae": ["diffusers", "AutoencoderKL"],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "safety_checker": [None, None],
        },
    )
    write_json(tmp_path / "scheduler" / "scheduler_config.json", {"_class_name": "EulerDiscreteScheduler"})
    write_json(tmp_path / "vae" / "config.json", {"_class_name": "AutoencoderKL", "latent_channels": 16})
    write_weights(tmp_path / "vae" / "diffusion_pytorch_model.safetensors", FIRST)
    write_weights(tmp_path / "vae" / "diffusion_pytorch_model.fp16.safetensors", SECOND)
    header = read(tmp_path)
    assert header.format == "diffusers-folder"
    assert header.config["_class_name"] == "FluxPipeline"
    scheduler, vae, encoder = header.components
    assert (scheduler.library, scheduler.class_name, scheduler.header) == ("diffusers", "EulerDiscreteScheduler", None)
    assert vae.config["latent_channels"] == 16
    assert vae.header is not None
    assert list(vae.header.tensors) == ["a"]
    assert vae.others == ("diffusion_pytorch_model.fp16.safetensors",)
    assert (encoder.class_name, encoder.header) == ("CLIPTextModel", None)
    assert header.notes == ("parts that are not there: 'text_encoder'",)


def test_a_folder_of_transformers_is_its_model(tmp_path: Path) -> None:
    """The index of shards before pickles of the same, the configuration beside; an optimizer's state is no weights."""
    write_json(tmp_path / "config.json", {"model_type": "llama", "architectures": ["LlamaForCausalLM"]})
    write_weights(tmp_path / "model-00001-of-00002.safetensors", FIRST)
    write_weights(tmp_path / "model-00002-of-00002.safetensors", SECOND)
    index(tmp_path, {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"})
    (tmp_path / "pytorch_model.bin").write_bytes(torch(FIRST))
    (tmp_path / "optimizer.pt").write_bytes(torch(SECOND))
    header = read(tmp_path)
    assert header.format == "folder"
    assert header.config["model_type"] == "llama"
    assert list(header.tensors) == ["a", "b"]
    assert len(header.shards) == 2
    assert header.notes == ("1 more weight files lie beside: 'pytorch_model.bin'",)


def test_a_part_of_a_pipeline_lies_in_its_folder(tmp_path: Path) -> None:
    """Names of parts are of strangers too."""
    write_json(tmp_path / "m" / "model_index.json", {"../x": ["diffusers", "AutoencoderKL"]})
    assert refusal(tmp_path / "m").offence == "path"


def test_bytes_in_memory_are_read_like_a_file() -> None:
    """Save for what needs a folder."""
    assert read_bytes(safetensors(FIRST), "name").file == "name"
    with pytest.raises(WeightError, match="JSON"):
        read_bytes(b'{"weight_map": {}}')
