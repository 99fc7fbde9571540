"""SD.Next: a row for each model it offers, what is packed led back to what it was packed from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.harvest.conformity import harvest_checked
from tests.harvest.packages import make_repository

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri, Literal, literal
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest, Item, Link
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.sources import source
from mirld.vocab import DCAT, DCTERMS, MIR, XSD

SOURCE = source("sdnext")
DEV = "model/dit/flux-1/dev"
KNOWN = Known(by_key={"hf:black-forest-labs/flux.1-dev": DEV}, kinds={DEV: "Model"})
LISTS: dict[str, dict[str, object]] = {
    "base": {
        "Makers FLUX.1 Dev": {
            "path": "black-forest-labs/FLUX.1-dev",
            "extras": "width: 1024, height: 768, sampler: DEIS, steps: 20, cfg_scale: 3.5",
            "variant": "fp16",
            "date": "2024 August",
            "desc": "not taken",
            "size": 31.4,
        },
        "SD 1.5": {
            "path": "v1-5-pruned-fp16-emaonly.safetensors@https://example.org/v1-5.safetensors?download=true",
            "original": True,
            "extras": "sampler: Default",
        },
        "Lens": {"path": "huggingface/Jinstudio/Lens"},
    },
    "distilled": {
        "Lens Turbo": {"path": "Jinstudio/Lens-Turbo"},
        "Pruned": {"path": "OPPOer/Qwen-Image-Pruning", "subfolder": "Qwen-Image-12B-8steps"},
    },
    "community": {},
    "quantized": {
        "Dev packed": {"path": "Disty0/FLUX.1-dev-SDNQ-uint4-svd-r32"},
        "NoobAI packed": {"path": "Disty0/NoobAI-XL-v1.1-SDNQ-uint4-svd-r128"},
    },
    "cloud": {"A service": {"path": "service-1"}},
    "nunchaku": {"Dev Nunchaku": {"path": "black-forest-labs/FLUX.1-dev", "subfolder": "nunchaku"}},
}


def repository(folder: Path, lists: Mapping[str, object]) -> Path:
    files = {
        f"data/reference-{name}.json": rows if isinstance(rows, str) else json.dumps(rows)
        for name, rows in lists.items()
    }
    return make_repository(folder / "sdnext", files)


def read(folder: Path, lists: Mapping[str, object] = LISTS) -> tuple[dict[str, Item], Harvest]:
    found = SOURCE.read(Package.open(repository(folder, lists)), KNOWN)
    return {item.key.removeprefix("sdnext:"): item for item in found.items}, found


def settings(item: Item) -> dict[str, object]:
    """Values by name, each with its phase and unit."""
    found = {}
    for (kind, _), part in item.parts.items():
        if kind == "setting":
            said = {predicate: getattr(term, "value", term) for predicate, term in part.facts}
            found[str(said[MIR.parameterName])] = (said[MIR.value], said[MIR.phase], said.get(MIR.unit))
    return found


def test_a_row_is_the_model_in_its_repository(tmp_path: Path) -> None:
    """The one another source has there, or the one a person found; services and Nunchaku's weights are left out."""
    items, found = read(tmp_path)
    assert not found.findings
    assert {name: (item.architecture, item.series, item.release) for name, item in items.items()} == {
        "Makers FLUX.1 Dev": ("dit", "flux-1", "dev"),
        "SD 1.5": ("unet", "stable-diffusion-1.5", "base"),
        "Lens": ("dit", "lens", "lens"),
        "Lens Turbo": ("dit", "lens", "turbo"),
        "Pruned": ("dit", "qwen-image", "pruning-12b-8steps"),
        "Dev packed": ("dit", "flux-1", "dev-sdnq-uint4-svd-r32"),
        "NoobAI packed": ("unet", "stable-diffusion-xl", "noobai-1.1-sdnq-uint4-svd-r128"),
    }
    assert items["Makers FLUX.1 Dev"].keys == ["hf:black-forest-labs/flux.1-dev"]
    assert items["Lens"].keys == ["mir:model.dit.lens:lens", "hf:jinstudio/lens"]
    assert items["Pruned"].keys == ["mir:model.dit.qwen-image:pruning-12b-8steps"]  # the repository holds others too


def test_what_was_made_from_another_leads_to_it(tmp_path: Path) -> None:
    """As concluded, by title or by a person."""
    items, _ = read(tmp_path)
    assert {name: item.links for name, item in items.items() if item.links} == {
        "Dev packed": [Link(MIR.quantizedFrom, "mir:model.dit.flux-1:dev")],
        "NoobAI packed": [Link(MIR.quantizedFrom, "mir:model.unet.stable-diffusion-xl:noobai-1.1")],
        "Lens Turbo": [Link(MIR.distilledFrom, "mir:model.dit.lens:lens")],
        "Pruned": [Link(MIR.fineTunedFrom, "mir:model.dit.qwen-image:base")],
    }
    assert MIR.quantizedFrom in items["Dev packed"].inferred


def test_a_model_has_its_month_and_settings(tmp_path: Path) -> None:
    """Those of a call and of loading; what is a default of the program is none."""
    items, _ = read(tmp_path)
    dev = items["Makers FLUX.1 Dev"]
    call, load = concept("phase", "call"), concept("phase", "load")
    assert (DCTERMS.issued, Literal("2024-08", XSD.gYearMonth)) in dev.facts
    assert settings(dev) == {
        "width": ("1024", call, "px"),
        "height": ("768", call, "px"),
        "sampler": ("DEIS", call, None),
        "steps": ("20", call, None),
        "cfg_scale": ("3.5", call, None),
        "variant": ("fp16", load, None),
    }
    assert ("loader", "sdnext") in dev.parts
    assert settings(items["Pruned"]) == {"subfolder": ("Qwen-Image-12B-8steps", load, None)}
    assert {kind for kind, _ in items["SD 1.5"].parts} == {"file"}


def test_a_single_file_has_its_name_and_address(tmp_path: Path) -> None:
    """Without what a browser is told."""
    items, _ = read(tmp_path)
    (part,) = items["SD 1.5"].parts.values()
    assert set(part.facts) == {
        (MIR.fileName, literal("v1-5-pruned-fp16-emaonly.safetensors")),
        (DCAT.downloadURL, Iri("https://example.org/v1-5.safetensors")),
        (MIR.format, concept("format", "safetensors")),
    }


@pytest.mark.parametrize(
    ("name", "bad", "problem"),
    [
        ("bad", {"path": "somebody/nobody-knows"}, "unknown-reference"),
        ("bad", {"path": "somebody/Nothing-SDNQ-uint4"}, "unknown-reference"),
        ("bad", {"path": "nothing.safetensors@https://example.org/nothing.safetensors"}, "unknown-reference"),
        ("bad", {"path": "../../etc/passwd"}, "garbage-id"),
        ("bad", {"path": "x.safetensors@javascript:alert(1)"}, "garbage-id"),
        ("bad", {"path": "Jinstudio/Lens\u202e"}, "garbage-id"),
        ("bad", {"path": 5}, "garbage-id"),
        ("bad", {"path": "x" * 10_000_000}, "garbage-id"),
        ("<img src=x>", {"path": "Jinstudio/Lens"}, "garbage-id"),
        ("bad", "no object", "garbage-id"),
        ("bad", {"path": "Jinstudio/Lens-Base", "date": "2024 Smarch"}, "wrong-type"),
        ("bad", {"path": "Jinstudio/Lens-Base", "extras": "steps: many"}, "wrong-type"),
        ("bad", {"path": "Jinstudio/Lens-Base", "extras": "danger: 5"}, "wrong-type"),
        ("bad", {"path": "Jinstudio/Lens-Base", "extras": "sampler: <b>x</b>"}, "wrong-type"),
        ("bad", {"path": "Jinstudio/Lens-Base", "extras": "cfg_scale: -1e999"}, "wrong-type"),
    ],
)
def test_a_bad_row_is_said_and_spoils_nothing(tmp_path: Path, name: str, bad: object, problem: str) -> None:
    """Repositories nobody knows, paths that lead out, markup, marks that turn text, ten megabytes, odd values."""
    rows = {**LISTS["base"], name: bad}
    items, found = read(tmp_path, {**LISTS, "base": rows})
    assert [(finding.problem, finding.place) for finding in found.findings] == [
        (problem, f"data/reference-base.json#{name}")
    ]
    assert len(found.findings[0].value) < 1_000
    assert len(items) == (8 if problem == "wrong-type" else 7)


def test_folders_that_lead_out_are_not_taken(tmp_path: Path) -> None:
    """Nor any value there that is no text."""
    rows: dict[str, object] = {
        "Lens": {"path": "Jinstudio/Lens", "subfolder": "../x", "variant": ["fp16"]},
    }
    items, _ = read(tmp_path, {**LISTS, "base": rows})
    assert settings(items["Lens"]) == {}


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"a": {', '{"a": [}'])
def test_a_list_that_is_no_json_object_is_refused(tmp_path: Path, text: str) -> None:
    """With the file."""
    with pytest.raises(SyntaxInputError, match="JSON") as caught:
        read(tmp_path, {**LISTS, "distilled": text})
    assert "reference-distilled.json" in str(caught.value)


def test_another_layout_is_refused(tmp_path: Path) -> None:
    """A list that is gone, or lists without a row that could be read."""
    with pytest.raises(InputError, match=r"reference-quantized\.json"):
        read(tmp_path / "a", {name: rows for name, rows in LISTS.items() if name != "quantized"})
    with pytest.raises(InputError, match="layout changed"):
        read(tmp_path / "b", {name: {"x": {"where": "a/b"}} for name in LISTS})


def test_a_harvest_conforms_and_repeats_itself(tmp_path: Path) -> None:
    """A check refuses nothing of it, and a second harvest changes no byte."""
    lists = {**LISTS, "base": {name: row for name, row in LISTS["base"].items() if "FLUX" not in name}}
    lists["quantized"] = {}
    folder = repository(tmp_path, lists)
    report, wrong = harvest_checked(SOURCE, folder, tmp_path)
    assert wrong == []
    assert report.entries["Model"] == 3
    assert report.findings["no-publication"] == 1  # a file at an address that is no repository
    assert harvest_checked(SOURCE, folder, tmp_path)[0].changed == ()
