"""torchvision: members of classes of weights, with the functions that take them, and what is refused of them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.conftest import SMALL
from tests.harvest.packages import cut_short, make_wheel
from tests.harvest.test_timm import FILES as TIMM

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.graph.terms import Iri, literal
from mirld.harvest.facts import json_literal
from mirld.harvest.items import Harvest, Item, Link
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.report import HarvestReport
from mirld.harvest.running import harvest as run
from mirld.harvest.sources import source
from mirld.harvest.sources.torchvision import read
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, RDFS_LABEL, SKOS

RESNET = """
_COMMON_META = {'min_size': (1, 1), 'categories': _LABELS}
_SWAG = {**_COMMON_META, 'license': 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE'}
class ResNet18_Weights(WeightsEnum):
    IMAGENET1K_V1 = Weights(
        url='https://example.org/models/resnet18-f37072fd.pth',
        transforms=partial(ImageClassification, crop_size=224),
        meta={**_COMMON_META, 'num_params': 11689512, '_metrics': {'a': 1.5}},
    )
    IMAGENET1K_V2 = Weights(
        url='https://example.org/models/convnext_tiny-0676ba61.pth',
        transforms=partial(ImageClassification, crop_size=232, interpolation=InterpolationMode.BICUBIC),
        meta={**_SWAG, 'num_params': 11689512},
    )
    FEATURES = Weights(
        url='https://example.org/models/resnet18_a.pth',
        transforms=partial(ImageClassification, crop_size=224, mean=unknown()),
        meta={**_COMMON_META, 'categories': None, 'num_params': 5},
    )
    DEFAULT = IMAGENET1K_V2
ROWS
def _resnet(weights: Optional[WeightsEnum]): ...
def _also(weights: Optional[ResNet18_Weights]): ...
@register_model()
@handle_legacy_interface(weights=('pretrained', ResNet18_Weights.IMAGENET1K_V1))
def resnet18(*, weights: Optional[ResNet18_Weights] = None): ...
"""
QUANTISED = """
class ResNet18_QuantizedWeights(WeightsEnum):
    IMAGENET1K_FBGEMM_V1 = Weights(
        url='https://example.org/models/quantized/resnet18_fbgemm-16fa66dd.pth',
        transforms=partial(ImageClassification, crop_size=224),
        meta={'num_params': 11689512, 'unquantized': ResNet18_Weights.IMAGENET1K_V1},
    )
@register_model(name='quantized_resnet18')
def resnet18(*, weights: Optional[Union[ResNet18_QuantizedWeights, ResNet18_Weights]] = None): ...
"""


def one(name: str, function: str, transforms: str) -> str:
    return (
        f"class {name}(WeightsEnum):\n    A = Weights(url='https://example.org/{function}-01234567.pth',"
        f" transforms={transforms}, meta={{'num_params': 7}})\n"
        f"@register_model()\ndef {function}(*, weights: Optional[{name}] = None): ...\n"
    )


FILES = {
    "torchvision/transforms/_presets.py": (
        "class ImageClassification(nn.Module):\n    def __init__(self, *, crop_size: int, resize_size: int = 256,"
        " mean: tuple = (0.4, 0.4), interpolation: InterpolationMode = InterpolationMode.BILINEAR) -> None: ...\n"
    ),
    "torchvision/models/_meta.py": "_LABELS = ['a', 'b']\n",
    "torchvision/models/resnet.py": RESNET.replace("ROWS", ""),
    "torchvision/models/quantization/resnet.py": QUANTISED,
    "torchvision/models/detection/mask_rcnn.py": one("MaskRCNN_Weights", "maskrcnn", "ObjectDetection"),
    "torchvision/models/optical_flow/raft.py": one("Raft_Weights", "raft", "OpticalFlow"),
    "torchvision/models/newnet.py": one("NewNet_Weights", "newnet", "ImageClassification"),
}


def harvest(folder: Path, files: Mapping[str, str] = FILES) -> Harvest:
    return read(Package.open(make_wheel(folder / "torchvision-1-py3-none-any.whl", files)), Known())


def item(found: Harvest, key: str) -> Item:
    return next(item for item in found.items if item.key == f"torchvision:{key}")


def values(item: Item, prefix: str) -> dict[str, object]:
    return {
        part.key.removeprefix(prefix): next(term for said, term in part.facts if said == MIR.value)
        for (kind, _), part in item.parts.items()
        if kind == "setting" and part.key.startswith(prefix)
    }


def tasks(item: Item) -> set[str]:
    return {str(term).rpartition("/")[2] for said, term in item.facts if said == MIR.task}


def test_every_member_is_a_model_that_its_function_builds(tmp_path: Path) -> None:
    """The function that is registered, not those it calls; the name of the one member for another is no model."""
    found = harvest(tmp_path)
    assert {
        (item.key, item.series, item.architecture, item.release) for item in found.items if item.kind == "Model"
    } == {
        ("torchvision:ResNet18_Weights.IMAGENET1K_V1", "ResNet", "cnn", "resnet18-IMAGENET1K_V1"),
        ("torchvision:ResNet18_Weights.IMAGENET1K_V2", "ResNet", "cnn", "resnet18-IMAGENET1K_V2"),
        ("torchvision:ResNet18_Weights.FEATURES", "ResNet", "cnn", "resnet18-FEATURES"),
        (
            "torchvision:ResNet18_QuantizedWeights.IMAGENET1K_FBGEMM_V1",
            "ResNet",
            "cnn",
            "quantized_resnet18-IMAGENET1K_FBGEMM_V1",
        ),
        ("torchvision:MaskRCNN_Weights.A", "Mask R-CNN", "rcnn", "maskrcnn-A"),
        ("torchvision:Raft_Weights.A", "RAFT", "cnn", "raft-A"),
        ("torchvision:NewNet_Weights.A", "newnet", None, "newnet-A"),
    }


def test_a_model_says_its_file_its_size_and_how_it_is_opened(tmp_path: Path) -> None:
    """The digits at the end of a file's name are those of its digest, where a hyphen is before them."""
    found = harvest(tmp_path)
    first = item(found, "ResNet18_Weights.IMAGENET1K_V1")
    assert first.keys == ["file:resnet18-f37072fd.pth"]
    assert (MIR.parameterCount, literal(11689512)) in first.facts
    assert (MIR.callable, literal("resnet18")) in first.parts["loader", "torchvision"].facts
    assert values(first, "torchvision-load-") == {"weights": literal("IMAGENET1K_V1")}
    assert item(found, "ResNet18_Weights.FEATURES").keys == []


def test_quantised_weights_come_from_others(tmp_path: Path) -> None:
    """They have a function of their own in a module of their own."""
    found = item(harvest(tmp_path), "ResNet18_QuantizedWeights.IMAGENET1K_FBGEMM_V1")
    assert found.links == [Link(MIR.quantizedFrom, "torchvision:ResNet18_Weights.IMAGENET1K_V1")]
    assert (MIR.modulePath, literal("torchvision.models.quantization")) in found.parts["loader", "torchvision"].facts
    assert values(found, "torchvision-load-")["quantize"] == literal(True)


def test_what_an_input_is_prepared_to_is_said_where_it_differs(tmp_path: Path) -> None:
    """What a preset does by itself counts as said; a value that only a run would tell is not."""
    found = harvest(tmp_path)
    assert values(item(found, "resnet"), "torchvision-call-") == {
        "crop_size": literal(224),
        "interpolation": literal("bilinear"),
        "mean": json_literal([0.4, 0.4]),
        "resize_size": literal(256),
    }
    assert values(item(found, "ResNet18_Weights.IMAGENET1K_V2"), "torchvision-call-") == {
        "crop_size": literal(232),
        "interpolation": literal("bicubic"),
    }


def test_tasks_and_licences_are_said_where_they_are_known(tmp_path: Path) -> None:
    """By the folder; without labels it gives features; a task without a concept is a finding, once a file."""
    found = harvest(tmp_path)
    assert tasks(item(found, "ResNet18_Weights.IMAGENET1K_V1")) == {"image-classification"}
    assert tasks(item(found, "ResNet18_Weights.FEATURES")) == {"image-feature-extraction"}
    assert tasks(item(found, "MaskRCNN_Weights.A")) == {"object-detection", "image-segmentation"}
    assert tasks(item(found, "Raft_Weights.A")) == set()
    assert [(finding.field, finding.value) for finding in found.findings] == [("task", "optical_flow")]
    licences = [term for model in found.items for said, term in model.facts if said == DCTERMS.license]
    assert licences == [Iri("https://spdx.org/licenses/CC-BY-NC-4.0")]


@pytest.mark.parametrize(
    ("rows", "field", "problem"),
    [
        ("url='javascript:alert(1)', meta={}", "url", "wrong-type"),
        ("url='https://e.org/<b>', meta={}", "url", "wrong-type"),
        ("url='https://e.org/a\\u202e', meta={}", "url", "wrong-type"),
        ("url='https://e.org/a\\x07', meta={}", "url", "wrong-type"),
        ("url=None, meta={}", "url", "wrong-type"),
        (f"url='{'x' * 10_000_000}', meta={{}}", "url", "wrong-type"),
        ("url='https://e.org/a.pth', meta={'license': 'https://e.org/terms'}", "license", "unknown-reference"),
        ("url='https://e.org/a.pth', meta={'unquantized': None, **5, 'num_params': 'many'}", "", ""),
        ("url=made(), meta={}", "weights", "lost-field"),
        ("url='https://e.org/a.pth', meta=made()", "weights", "lost-field"),
        ("url='https://e.org/a.pth'", "weights", "lost-field"),
    ],
)
def test_a_bad_member_is_a_finding_and_the_others_stay(tmp_path: Path, rows: str, field: str, problem: str) -> None:
    """Code, markup, marks that turn text around, a line of ten megabytes, and what only a run would tell."""
    bad = (
        f"class Bad_Weights(WeightsEnum):\n    A = Weights({rows})\n"
        "@register_model()\ndef bad(weights: Optional[Bad_Weights]): ...\n"
    )
    found = harvest(tmp_path, {**FILES, "torchvision/models/resnet.py": RESNET.replace("ROWS", bad)})
    reported = [(finding.field, finding.problem) for finding in found.findings if finding.field != "task"]
    assert reported == ([(field, problem)] if field else [])
    assert item(found, "ResNet18_Weights.IMAGENET1K_V1")


def test_a_class_that_no_function_takes_is_a_finding(tmp_path: Path) -> None:
    """Nobody could open its weights."""
    rows = "class Bad_Weights(WeightsEnum):\n    A = Weights(url='https://e.org/a.pth', meta={})\n"
    found = harvest(tmp_path, {**FILES, "torchvision/models/resnet.py": RESNET.replace("ROWS", rows)})
    assert "torchvision:Bad_Weights.A" in [finding.upstream_id for finding in found.findings]


@pytest.mark.parametrize("gone", ["torchvision/models/_meta.py", "torchvision/transforms/_presets.py"])
def test_a_changed_layout_is_refused(tmp_path: Path, gone: str) -> None:
    """A file that is gone, a class that is, and no weights at all."""
    with pytest.raises(InputError, match="layout"):
        harvest(tmp_path, {path: text for path, text in FILES.items() if path != gone})
    with pytest.raises(InputError, match="layout"):
        harvest(tmp_path, {**FILES, "torchvision/transforms/_presets.py": "X = 1\n"})
    with pytest.raises(InputError, match="layout"):
        harvest(tmp_path, {path: text for path, text in FILES.items() if "WeightsEnum" not in text})


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    """Python that cannot be parsed; an archive that broke off."""
    with pytest.raises(SyntaxInputError):
        harvest(tmp_path, {**FILES, "torchvision/models/vgg.py": "class (\n"})
    with pytest.raises(InputError):
        Package.open(cut_short(make_wheel(tmp_path / "torchvision-2-py3-none-any.whl", FILES)))


def test_weights_that_timm_has_as_well_are_one_entry_however_often_it_is_harvested(tmp_path: Path) -> None:
    """They are of the same file; each source keeps what it said, and the first keeps giving the name."""
    root = Path(shutil.copytree(SMALL, tmp_path / "registry"))
    wheels = {
        "timm": make_wheel(tmp_path / "timm-1-py3-none-any.whl", TIMM),
        "torchvision": make_wheel(tmp_path / "torchvision-1-py3-none-any.whl", FILES),
    }

    def again() -> list[HarvestReport]:
        return [run(source(name), wheel, root) for name, wheel in wheels.items()]

    assert [report.joined for report in again()] == [0, 1]
    assert [report.changed for report in again()] == [(), ()]
    view = load(Corpus.scan(root)).view
    entry = f"{DEFAULT_BASE}model/cnn/convnext/convnext_tiny.in1k"
    assert view.text(entry, RDFS_LABEL) == "convnext_tiny.in1k"
    assert view.text(entry, SKOS.altLabel) == "resnet18 IMAGENET1K_V2"
    assert len(list(view.values(entry, MIR.alias))) == 2
