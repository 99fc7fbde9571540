"""The model hub of ONNX: the files of one network are one release, each with its digest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.harvest.conformity import harvest_checked
from tests.harvest.packages import make_repository

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import literal
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest, Item, Part
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.sources import source
from mirld.vocab import DCAT, MIR

SOURCE = source("onnx-hub")
PATH = "ONNX_HUB_MANIFEST.json"
FOLDER = "validated/vision/classification"


def row(name: str, path: str, digest: str, operators: int = 12, **more: object) -> dict[str, object]:
    about = {"model_sha": digest, "model_bytes": 1234, "tags": ["vision", "classification"], **more}
    return {"model": name, "model_path": path, "opset_version": operators, "metadata": about}


ROWS = [
    row("VGG 16", f"{FOLDER}/vgg/model/vgg16-7.onnx", "1" * 64, 7),
    row("VGG 16-int8", f"{FOLDER}/vgg/model/vgg16-12-int8.onnx", "2" * 64),
    row("VGG 16-fp32", f"{FOLDER}/vgg/model/vgg16-12.onnx", "3" * 64),
    row("VGG 16-bn", f"{FOLDER}/vgg/model/vgg16-bn-7.onnx", "4" * 64, 7),
    row("DenseNet-121", f"{FOLDER}/densenet-121/model/densenet-3.onnx", "5" * 64, 3),
    row("DenseNet-121-12-int8", f"{FOLDER}/densenet-121/model/densenet-12-int8.onnx", "6" * 64),
    row("MobileNet v2-7", f"{FOLDER}/mobilenet/model/mobilenetv2-7.onnx", "7" * 64, 7),
    row("Inception-1", f"{FOLDER}/inception_v1/model/inception-v1-3.onnx", "8" * 64, 1),
]


def repository(folder: Path, rows: object) -> Path:
    text = rows if isinstance(rows, str) else json.dumps(rows)
    return make_repository(folder / "models", {PATH: text})


def read(folder: Path, rows: object) -> tuple[dict[str, Item], Harvest]:
    found = SOURCE.read(Package.open(repository(folder, rows)), Known())
    return {item.key.removeprefix("onnx-hub:"): item for item in found.items}, found


def files(item: Item) -> list[Part]:
    return [part for (kind, _), part in item.parts.items() if kind == "file"]


def test_a_network_is_one_release_whatever_its_files_are_packed_in(tmp_path: Path) -> None:
    """Number format and operator set are of the file; versions and sizes are of the name."""
    items, found = read(tmp_path, ROWS)
    assert not found.findings
    assert {name: item.release for name, item in items.items()} == {
        "VGG 16": "16",
        "VGG 16-bn": "16-bn",
        "DenseNet-121": "121",
        "MobileNet v2": "base",
        "Inception-1": "1",
    }
    assert len(files(items["VGG 16"])) == 3
    assert items["VGG 16"].keys == ["onnx-hub:VGG 16-int8", "onnx-hub:VGG 16-fp32"]


def test_a_file_has_digest_size_path_and_number_format(tmp_path: Path) -> None:
    """And the repository, which everything shares, is no key."""
    items, _ = read(tmp_path, ROWS)
    packed = files(items["VGG 16"])[1]
    assert {
        (MIR.fileSha256, literal("2" * 64)),
        (MIR.fileName, literal(f"{FOLDER}/vgg/model/vgg16-12-int8.onnx")),
        (DCAT.byteSize, literal(1234)),
        (MIR.precision, concept("precision", "i8")),
        (MIR.format, concept("format", "onnx")),
    } <= packed.facts.keys()
    assert not any(key.startswith("github.com:") for key in items["VGG 16"].keys)
    assert (MIR.task, concept("task", "image-classification")) in items["VGG 16"].facts


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (row("VGG 19", f"{FOLDER}/vgg/model/vgg19-7.onnx", ""), "empty-digest"),
        (row("VGG 19", f"{FOLDER}/vgg/model/vgg19-7.onnx", "A" * 64), "malformed-digest"),
        (row("VGG 19", f"{FOLDER}/vgg/model/vgg19-7.onnx", "9" * 63), "malformed-digest"),
        (row("VGG 16", f"{FOLDER}/vgg/model/vgg16-9.onnx", "1" * 64), "shared-digest"),
        (row("New", f"{FOLDER}/nobody-knows/model/new.onnx", "9" * 64), "unknown-reference"),
        (row("New", "new.onnx", "9" * 64), "unknown-reference"),
        (row("Prepare", f"{FOLDER}/vgg/model/x.onnx", "9" * 64, tags=["preprocessing"]), "wrong-field"),
        (row("<img src=x>", f"{FOLDER}/vgg/model/x.onnx", "9" * 64), "garbage-id"),
        (row("VGG", f"{FOLDER}/vgg/model/\u202ex.onnx", "9" * 64), "garbage-id"),
        (row("VGG", f"../{FOLDER}/vgg/model/x.onnx", "9" * 64), "garbage-id"),
        (row("V" * 10_000_000, f"{FOLDER}/vgg/model/x.onnx", "9" * 64), "garbage-id"),
        ("no object", "garbage-id"),
        ({"model": ["VGG"], "model_path": None, "metadata": 1}, "empty-digest"),
    ],
)
def test_a_bad_row_is_said_and_spoils_nothing(tmp_path: Path, bad: object, problem: str) -> None:
    """Digests that are none or another's, folders nobody knows, markup, marks that turn text, ten megabytes."""
    items, found = read(tmp_path, [*ROWS[:3], bad])
    assert [(finding.problem, finding.place) for finding in found.findings] == [(problem, f"{PATH}#4")]
    assert len(found.findings[0].value) < 1_000
    assert len(files(items["VGG 16"])) == 3


def test_values_of_another_type_are_not_taken(tmp_path: Path) -> None:
    """A size that is a text, and an operator set that is none."""
    bad = row("VGG 19", f"{FOLDER}/vgg/model/vgg19-7.onnx", "9" * 64, model_bytes="many")
    items, _ = read(tmp_path, [{**bad, "opset_version": True}])
    (file,) = files(items["VGG 19"])
    assert {predicate for predicate, _ in file.facts} == {MIR.fileName, MIR.fileSha256, MIR.format}


@pytest.mark.parametrize("text", ["", "{}", "[1, 2", "[", '{"a": [}'])
def test_a_manifest_that_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    """With the file."""
    with pytest.raises(SyntaxInputError, match="JSON") as caught:
        read(tmp_path, text)
    assert PATH in str(caught.value)


@pytest.mark.parametrize("rows", [[], [1, 2], [{"name": "x"}]])
def test_another_layout_of_the_manifest_is_refused(tmp_path: Path, rows: object) -> None:
    """Empty, or without a row that could be read."""
    with pytest.raises(InputError, match="layout changed"):
        read(tmp_path, rows)


def test_a_harvest_conforms_and_repeats_itself(tmp_path: Path) -> None:
    """A check refuses nothing of it, and a second harvest changes no byte."""
    folder = repository(tmp_path, ROWS)
    report, wrong = harvest_checked(SOURCE, folder, tmp_path)
    assert wrong == []
    assert report.parts["File"] == 8
    assert harvest_checked(SOURCE, folder, tmp_path)[0].changed == ()
