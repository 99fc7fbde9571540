"""ComfyUI-Manager: a row for each file, its type and base telling what it is; for overlays only."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.harvest.conformity import harvest_checked
from tests.harvest.packages import make_repository

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri, literal
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest, Item, Link, Part
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.sources import source
from mirld.vocab import DCAT, MIR

SOURCE = source("comfyui-manager")
PATH = "model-list.json"
HUB = "https://huggingface.co"
KNOWN = Known(concepts={"precision": frozenset(("f8", "f16", "q4-0"))})


def row(kind: str, base: str, file: str, url: str, **more: object) -> dict[str, object]:
    return {
        "name": f"{kind} {file}",
        "type": kind,
        "base": base,
        "save_path": kind,
        "filename": file,
        "url": url,
        "description": "not taken",
        "size": "4.2GB",
        **more,
    }


ROWS = [
    row("checkpoint", "SDXL", "swift_v2.safetensors", f"{HUB}/somebody/swift_v2/resolve/main/swift_v2.safetensors"),
    row(
        "checkpoint",
        "SDXL",
        "swift_v2-fp8_e4m3fn.safetensors",
        f"{HUB}/somebody/swift_v2/resolve/main/swift_v2-fp8_e4m3fn.safetensors",
    ),
    row("checkpoint", "SD1.5", "slow.ckpt", "https://github.com/other/slow/releases/download/1/slow.ckpt"),
    row(
        "diffusion_model",
        "FLUX.1",
        "flux1-dev-Q4_0.gguf",
        f"{HUB}/one/flux-gguf/resolve/main/flux1-dev-Q4_0.gguf",
    ),
    row("diffusion_model", "FLUX.1", "flux1-dev.sft", f"{HUB}/one/flux/resolve/main/flux1-dev.sft"),
    row(
        "diffusion_model",
        "FLUX.1",
        "flux1-dev.sft",
        f"{HUB}/two/flux/resolve/main/flux1-dev.sft",
        save_path="elsewhere",
    ),
    row(
        "diffusion_model",
        "Kolors",
        "diffusion_pytorch_model.safetensors",
        f"{HUB}/Kwai-Kolors/Kolors/resolve/main/unet/diffusion_pytorch_model.safetensors",
    ),
    row(
        "VAE",
        "Kolors",
        "diffusion_pytorch_model.safetensors",
        f"{HUB}/Kwai-Kolors/Kolors/resolve/main/vae/diffusion_pytorch_model.safetensors",
    ),
    row("TAESD", "SDXL", "taesdxl_decoder.pth", "https://github.com/madebyollin/taesd/raw/main/taesdxl_decoder.pth"),
    row("TAESD", "SDXL", "taesdxl_encoder.pth", "https://github.com/madebyollin/taesd/raw/main/taesdxl_encoder.pth"),
    row(
        "controlnet",
        "SD1.5",
        "diffusion_pytorch_model.fp16.safetensors",
        f"{HUB}/one/edges/resolve/main/diffusion_pytorch_model.fp16.safetensors",
    ),
    row(
        "lora",
        "SDXL",
        "Hyper-SDXL-8steps-lora.safetensors",
        f"{HUB}/ByteDance/Hyper-SD/resolve/main/Hyper-SDXL-8steps-lora.safetensors",
    ),
    row("upscale", "upscale", "4x-Thing.pth", "https://example.org/files/4x-Thing.pth"),
    row("sam2.1", "SAM", "sam2.1_hiera_tiny.pt", "https://example.org/sam2.1_hiera_tiny.pt"),
    row("LLM", "Qwen", "<huggingface>", "Qwen/Qwen3-4B", name="Qwen3-4B"),
]


def repository(folder: Path, rows: object) -> Path:
    text = rows if isinstance(rows, str) else json.dumps({"models": rows})
    return make_repository(folder / "manager", {PATH: text})


def read(folder: Path, rows: object) -> tuple[dict[str, Item], Harvest]:
    found = SOURCE.read(Package.open(repository(folder, rows)), KNOWN)
    return {item.key.removeprefix("comfyui-manager:"): item for item in found.items}, found


def files(item: Item) -> list[Part]:
    return [part for (kind, _), part in item.parts.items() if kind == "file"]


def test_type_and_base_tell_what_a_row_is(tmp_path: Path) -> None:
    """A checkpoint is a release of its base, an adapter of what it is for, any other a family of its own."""
    items, found = read(tmp_path, ROWS)
    assert not found.findings
    assert {
        key: (item.kind, item.architecture, item.series, item.release) for key, item in items.items() if "/" in key
    } == {
        "checkpoint/swift_v2.safetensors": ("Model", "unet", "stable-diffusion-xl", "swift-v2"),
        "checkpoint/swift_v2-fp8_e4m3fn.safetensors": ("Model", "unet", "stable-diffusion-xl", "swift-v2"),
        "checkpoint/slow.ckpt": ("Model", "unet", "stable-diffusion-1.5", "slow"),
        "diffusion_model/flux1-dev-Q4_0.gguf": ("Model", "dit", "flux-1", "dev"),
        "diffusion_model/flux1-dev.sft": ("Model", "dit", "flux-1", "dev"),
        "elsewhere/flux1-dev.sft": ("Model", "dit", "flux-1", "dev"),
        "diffusion_model/diffusion_pytorch_model.safetensors": ("Model", "unet", "kolors", "Kolors"),
        "VAE/diffusion_pytorch_model.safetensors": ("Model", "vae", "Kolors-vae", None),
        "TAESD/taesdxl_decoder.pth": ("Model", "vae", "tae", "stable-diffusion-xl"),
        "TAESD/taesdxl_encoder.pth": ("Model", "vae", "tae", "stable-diffusion-xl"),
        "controlnet/diffusion_pytorch_model.fp16.safetensors": (
            "Adapter",
            "controlnet",
            "edges",
            "stable-diffusion-1.5",
        ),
        "lora/Hyper-SDXL-8steps-lora.safetensors": ("Adapter", "lora", "hyper", "stable-diffusion-xl"),
        "upscale/4x-Thing.pth": ("Model", None, "4x-Thing", None),
        "sam2.1/sam2.1_hiera_tiny.pt": ("Model", "vit", "sam2.1-hiera", "tiny"),
        "LLM/Qwen3-4B": ("Model", "art", "Qwen3", "4B"),
    }


def test_a_base_is_a_series_that_has_its_name_here(tmp_path: Path) -> None:
    """It leads to the series of the registry that a person found for it."""
    items, _ = read(tmp_path, ROWS)
    bases = {item.key: item.keys for item in items.values() if item.kind == "Info"}
    assert bases == {
        "comfyui-manager:SDXL": ["mir:info.unet.stable-diffusion-xl"],
        "comfyui-manager:SD1.5": ["mir:info.unet.stable-diffusion-1.5"],
        "comfyui-manager:FLUX.1": ["mir:info.dit.flux-1"],
        "comfyui-manager:Kolors": ["mir:info.unet.kolors"],
    }


def test_an_adapter_is_for_its_base(tmp_path: Path) -> None:
    """As a link to the series, since no release is named."""
    items, _ = read(tmp_path, ROWS)
    assert items["controlnet/diffusion_pytorch_model.fp16.safetensors"].links == [
        Link(MIR.adapterFor, "mir:info.unet.stable-diffusion-1.5")
    ]
    assert items["lora/Hyper-SDXL-8steps-lora.safetensors"].links == [
        Link(MIR.adapterFor, "mir:info.unet.stable-diffusion-xl")
    ]


def test_packings_of_one_model_are_one_entry(tmp_path: Path) -> None:
    """Two number formats, two halves, and the same name in two repositories, whose files stay two."""
    report, wrong = harvest_checked(SOURCE, repository(tmp_path, ROWS), tmp_path)
    assert wrong == []
    folder = tmp_path / "mine/comfyui-manager"
    entries = {
        name: (said.count("a mir:Model ;"), said.count("a mir:File ;"))
        for name in ("dit", "unet", "vae")
        for said in ((folder / f"{name}.ttl").read_text(encoding="utf-8"),)
    }
    assert entries == {"dit": (1, 3), "unet": (3, 4), "vae": (2, 3)}
    assert report.parts["File"] == len(ROWS) - 1


def test_a_file_has_address_format_and_number_format(tmp_path: Path) -> None:
    """Its size is only about right, and not taken."""
    items, _ = read(tmp_path, ROWS)
    (packed,) = files(items["checkpoint/swift_v2-fp8_e4m3fn.safetensors"])
    assert set(packed.facts) == {
        (MIR.fileName, literal("swift_v2-fp8_e4m3fn.safetensors")),
        (DCAT.downloadURL, Iri(f"{HUB}/somebody/swift_v2/resolve/main/swift_v2-fp8_e4m3fn.safetensors")),
        (MIR.format, concept("format", "safetensors")),
        (MIR.precision, concept("precision", "f8")),
    }
    (tiny,) = files(items["VAE/diffusion_pytorch_model.safetensors"])
    assert (MIR.fileName, literal("vae/diffusion_pytorch_model.safetensors")) in tiny.facts
    assert files(items["LLM/Qwen3-4B"]) == []


def test_a_repository_is_a_key_when_all_of_it_is_the_model(tmp_path: Path) -> None:
    """That of parts, or of many models, is none."""
    items, _ = read(tmp_path, ROWS)
    joined = {
        key for key, item in items.items() if any(name.startswith("hf:") and "#" not in name for name in item.keys)
    }
    assert joined == {
        "checkpoint/swift_v2.safetensors",
        "checkpoint/swift_v2-fp8_e4m3fn.safetensors",
        "diffusion_model/diffusion_pytorch_model.safetensors",
        "controlnet/diffusion_pytorch_model.fp16.safetensors",
        "LLM/Qwen3-4B",
    }


GOOD = f"{HUB}/a/b/resolve/main/x.safetensors"


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (row("checkpoint", "SDXL", "x.safetensors", "javascript:alert(1)"), "garbage-id"),
        (row("checkpoint", "SDXL", "x.safetensors", "https://example.org/a b"), "garbage-id"),
        (row("checkpoint", "SDXL", "../../x.safetensors", GOOD), "garbage-id"),
        (row("checkpoint", "SDXL", "x.safetensors", GOOD, name="<img src=x onerror=alert(1)>"), "garbage-id"),
        (row("checkpoint", "SDXL", "x\u202e.safetensors", GOOD), "garbage-id"),
        (row("checkpoint", "SDXL", "x" * 10_000_000, GOOD), "garbage-id"),
        (row("checkpoint", "SDXL", "", GOOD), "garbage-id"),
        (row("LLM", "Qwen", "<huggingface>", "https://example.org"), "garbage-id"),
        (row("lora", "A new base", "x.safetensors", GOOD), "unknown-reference"),
        (row("TAESD", "A new base", "x.safetensors", GOOD), "unknown-reference"),
        ("no object", "garbage-id"),
        ({"name": ["x"], "type": None, "base": 1, "filename": {}, "url": True}, "garbage-id"),
    ],
)
def test_a_bad_row_is_said_and_spoils_nothing(tmp_path: Path, bad: object, problem: str) -> None:
    """Addresses that are none, paths that lead out, markup, marks that turn text, ten megabytes, bases nobody knows."""
    items, found = read(tmp_path, [ROWS[0], bad])
    assert [(finding.problem, finding.place) for finding in found.findings] == [(problem, f"{PATH}#2")]
    assert len(found.findings[0].value) < 1_000
    assert set(items) == {"checkpoint/swift_v2.safetensors", "SDXL"}


def test_a_path_that_leads_out_of_the_repository_is_not_taken(tmp_path: Path) -> None:
    """The name of the file alone is."""
    url = f"{HUB}/a/b/resolve/main/%2e%2e/%2e%2e/x.safetensors"
    items, _ = read(tmp_path, [row("checkpoint", "SDXL", "x.safetensors", url)])
    (file,) = files(items["checkpoint/x.safetensors"])
    assert (MIR.fileName, literal("x.safetensors")) in file.facts


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"models": [', '{"a": [}'])
def test_a_list_that_is_no_json_object_is_refused(tmp_path: Path, text: str) -> None:
    """With the file."""
    with pytest.raises(SyntaxInputError, match="JSON") as caught:
        read(tmp_path, text)
    assert PATH in str(caught.value)


@pytest.mark.parametrize("rows", [[], {}, None, [1, 2], [{"title": "x"}]])
def test_another_layout_is_refused(tmp_path: Path, rows: object) -> None:
    """No list, or none with a row that could be read."""
    with pytest.raises(InputError, match="layout changed"):
        read(tmp_path, rows)


def test_a_harvest_repeats_itself(tmp_path: Path) -> None:
    """A second one changes no byte."""
    folder = repository(tmp_path, ROWS)
    harvest_checked(SOURCE, folder, tmp_path)
    assert harvest_checked(SOURCE, folder, tmp_path)[0].changed == ()
