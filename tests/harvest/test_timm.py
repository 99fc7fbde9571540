"""timm: models from configurations that are calls, tables, f-strings and loops, and what is refused of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.harvest.packages import cut_short, make_wheel

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.sources.timm import read
from mirld.vocab import DCTERMS, MIR

CFG = """
def _cfg(url='', **kwargs):
    return {'url': url, 'num_classes': 1000, 'license': 'apache-2.0', 'mean': MEAN, **kwargs}
"""
FILES = {
    "timm/data/constants.py": "MEAN = (0.5, 0.5, 0.5)\n",
    "timm/data/imagenet_info.py": "_NUM_CLASSES_TO_SUBSET = {1000: 'a', 21841: 'b'}\n",
    "timm/models/_pretrained.py": (
        "class PretrainedCfg:\n    num_classes: int = 1000\n    input_size: tuple = (3, 224, 224)\n"
        "    mean: tuple = (0.4, 0.4, 0.4)\n    std: tuple = (0.2, 0.2, 0.2)\n    interpolation: str = 'bicubic'\n"
        "    crop_pct: float = 0.875\n"
    ),
    "timm/models/helpers.py": "from ._helpers import *\n",
    "timm/models/convnext.py": CFG
    + """
def _cfgv2(url='', **kwargs):
    return {**_cfg(url=url), 'license': 'cc-by-nc-4.0', 'paper_ids': 'arXiv:2301.00808', **kwargs}
default_cfgs = generate_default_cfgs({
    'convnext_tiny.in1k*': _cfg(
        hf_hub_id='timm/', url='https://example.org/w/convnext_tiny-0676ba61.pth', input_size=(3, 288, 288)),
    'convnext_base.in1k': _cfg(hf_hub_id='timm/'),
    'convnext_large.in1k': _cfg(hf_hub_id='timm/'),
    'convnext_huge.untrained': _cfg(),
    'convnextv2_atto.fcmae': _cfgv2(hf_hub_id='timm/', num_classes=0),
})
""",
    "timm/models/vision_transformer.py": CFG
    + """
import copy
default_cfgs = {
    'vit_base_patch16_224.a_in21k': _cfg(hf_hub_id='timm/', num_classes=21841),
    'vit_base_patch16_clip_224.b': _cfg(hf_hub_id='timm/', num_classes=512, notes=('natively quickgelu',)),
}
for n in [n for n, c in default_cfgs.items() if 'quickgelu' in c.get('notes', ('',))[0]]:
    c = copy.deepcopy(default_cfgs[n])
    c['hf_hub_id'] = 'timm/' + n
    default_cfgs[n.replace('_clip_', '_clip_quickgelu_')] = c
default_cfgs = generate_default_cfgs(default_cfgs)
""",
    "timm/models/deepseek_vit.py": CFG
    + """
_SOURCE = {'deepseek_vit_1m.a': _cfg(hf_hub_id='else/where', hf_hub_filename='model-1.safetensors')}
default_cfgs = generate_default_cfgs({
    f'{name.split(".", 1)[0]}{suffix}.{name.split(".", 1)[1]}': dict(
        ((k, v) for k, v in cfg.items() if k != 'hf_hub_filename'), hf_hub_id='timm/')
    for name, cfg in _SOURCE.items()
    for suffix in ('', '_enc')
})
""",
}


def harvest(folder: Path, files: Mapping[str, str] = FILES) -> Harvest:
    return read(Package.open(make_wheel(folder / "timm-1.0-py3-none-any.whl", files)), Known())


def models(found: Harvest) -> dict[str, Item]:
    return {item.key.removeprefix("timm:"): item for item in found.items if item.kind == "Model"}


def settings(item: Item) -> dict[str, str]:
    return {
        part.key.rpartition("-")[2]: next(term.value for said, term in part.facts if said == MIR.value)  # type: ignore[union-attr]
        for (kind, _), part in item.parts.items()
        if kind == "setting"
    }


def with_file(name: str, rows: str) -> dict[str, str]:
    return {**FILES, f"timm/models/{name}.py": f"{CFG}\ndefault_cfgs = generate_default_cfgs({{{rows}}})\n"}


def test_every_configuration_with_weights_is_a_model(tmp_path: Path) -> None:
    """However its table is made: of calls, in a loop, or by a comprehension; what is not trained is none."""
    found = harvest(tmp_path)
    assert found.findings == []
    assert sorted(models(found)) == [
        "convnext_base.in1k",
        "convnext_large.in1k",
        "convnext_tiny.in1k",
        "convnextv2_atto.fcmae",
        "deepseek_vit_1m.a",
        "deepseek_vit_1m_enc.a",
        "vit_base_patch16_224.a_in21k",
        "vit_base_patch16_clip_224.b",
    ]


def test_a_model_says_where_it_is_and_what_it_is(tmp_path: Path) -> None:
    """Repository, file with the prefix of its digest, loader, licence and paper, and a key for each that is its own."""
    found = models(harvest(tmp_path))
    tiny, second = found["convnext_tiny.in1k"], found["convnextv2_atto.fcmae"]
    assert tiny.keys == ["hf:timm/convnext_tiny.in1k", "file:convnext_tiny-0676ba61.pth"]
    assert ("file", "0676ba61") in tiny.parts
    assert (DCTERMS.license, Iri("https://spdx.org/licenses/CC-BY-NC-4.0")) in second.facts
    assert (MIR.paper, Iri("https://arxiv.org/abs/2301.00808")) in second.facts
    assert (MIR.task, Iri("https://w3id.org/mir/vocab/task/image-feature-extraction")) in second.facts
    assert settings(second)["model_name"] == "convnextv2_atto.fcmae"


def test_families_of_one_file_are_series_of_their_own(tmp_path: Path) -> None:
    """By the names of their functions; a file that nobody knows yet is a series of no architecture."""
    found = harvest(tmp_path, {**FILES, **with_file("newnet", "'newnet_a.x': _cfg(hf_hub_id='timm/')")})
    series = {item.key: (item.series, item.architecture) for item in found.items if item.kind == "Info"}
    assert series == {
        "timm:convnext": ("ConvNeXt", "cnn"),
        "timm:convnext-v2": ("ConvNeXt V2", "cnn"),
        "timm:deepseek_vit": ("DeepSeek ViT", "vit"),
        "timm:newnet": ("newnet", None),
        "timm:vision_transformer": ("ViT", "vit"),
    }


def test_what_most_of_a_series_want_is_said_of_the_series(tmp_path: Path) -> None:
    """And of a model only what it wants otherwise."""
    found = harvest(tmp_path)
    series = next(item for item in found.items if item.key == "timm:convnext")
    assert settings(series)["input_size"] == "[3,224,224]"
    assert settings(series)["mean"] == "[0.5,0.5,0.5]"
    assert settings(models(found)["convnext_tiny.in1k"]) == {
        "input_size": "[3,288,288]",
        "model_name": "convnext_tiny.in1k",
    }


def test_one_file_for_two_functions_is_one_model_with_two_names(tmp_path: Path) -> None:
    """The half of a CLIP has an embedding for classes, and its repository holds the other half as well."""
    clip = models(harvest(tmp_path))["vit_base_patch16_clip_224.b"]
    assert clip.keys == ["timm:vit_base_patch16_clip_quickgelu_224.b"]
    assert (MIR.task, Iri("https://w3id.org/mir/vocab/task/image-feature-extraction")) in clip.facts


def test_a_repository_of_which_a_file_is_named_is_no_key(tmp_path: Path) -> None:
    """It holds other models beside it."""
    row = "'resnet18.a': _cfg(hf_hub_id='else/where', hf_hub_filename='model-1.safetensors')"
    found = models(harvest(tmp_path, with_file("resnet", row)))["resnet18.a"]
    assert found.keys == []
    assert ("file", "model-1.safetensors") in found.parts


@pytest.mark.parametrize(
    ("row", "field", "problem"),
    [
        ("'<b>a</b>.x': _cfg(hf_hub_id='timm/')", "name", "garbage-id"),
        ("'a\\u202eb.x': _cfg(hf_hub_id='timm/')", "name", "garbage-id"),
        ("'a\\x07b.x': _cfg(hf_hub_id='timm/')", "name", "garbage-id"),
        ("'a.x': _cfg(hf_hub_id='../../etc/passwd')", "hf_hub_id", "wrong-type"),
        ("'a.x': _cfg(hf_hub_id=['timm/'])", "hf_hub_id", "wrong-type"),
        ("'a.x': _cfg(url='javascript:alert(1)')", "url", "wrong-type"),
        ("'a.x': _cfg(url='https://e.org/<script>')", "url", "wrong-type"),
        ("'a.x': _cfg(hf_hub_id='timm/', license='my-own-terms')", "license", "unknown-reference"),
        ("'a.x': _cfg(hf_hub_id=unknown())", "default_cfgs", "lost-field"),
    ],
)
def test_a_bad_row_is_a_finding_and_the_others_stay(tmp_path: Path, row: str, field: str, problem: str) -> None:
    """Markup, marks that turn text around, control characters, paths, code, and what only a run would tell."""
    found = harvest(tmp_path, with_file("resnet", f"{row}, 'resnet18.ok': _cfg(hf_hub_id='timm/')"))
    assert [(finding.field, finding.problem) for finding in found.findings] == [(field, problem)]
    assert "resnet18.ok" in models(found)
    assert not any("\u202e" in finding.value or "\x07" in finding.value for finding in found.findings)


@pytest.mark.parametrize("odd", ["input_size={(1, 2): 3}", "mean=_cfg", "num_classes=[1]", "paper_ids=7.5", "std=None"])
def test_values_of_a_strange_kind_break_nothing(tmp_path: Path, odd: str) -> None:
    """They are no settings; the model is one all the same, or a finding."""
    found = harvest(tmp_path, with_file("resnet", f"'resnet18.a': _cfg(hf_hub_id='timm/', {odd})"))
    assert ("resnet18.a" in models(found)) != (len(found.findings) == 1)


def test_a_table_made_by_a_program_is_one_finding(tmp_path: Path) -> None:
    """Nothing of it is guessed."""
    text = "default_cfgs = generate_default_cfgs({k: 1 for k in unknown()})\n"
    found = harvest(tmp_path, {**FILES, "timm/models/resnet.py": text})
    assert [(finding.upstream_id, finding.problem) for finding in found.findings] == [("timm:resnet", "lost-field")]


def test_a_line_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    """It is only long."""
    long = with_file("resnet", f"'resnet18.a': _cfg(hf_hub_id='timm/', notes=('{'x' * 10_000_000}',))")
    assert "resnet18.a" in models(harvest(tmp_path, long))


@pytest.mark.parametrize("gone", ["timm/data/constants.py", "timm/data/imagenet_info.py", "timm/models/_pretrained.py"])
def test_a_changed_layout_is_refused(tmp_path: Path, gone: str) -> None:
    """A file that is gone, a field or table that is, and no configurations at all."""
    with pytest.raises(InputError, match="layout"):
        harvest(tmp_path, {path: text for path, text in FILES.items() if path != gone})
    with pytest.raises(InputError, match="layout"):
        harvest(tmp_path, {path: text if "convnext" in path else "X = 1\n" for path, text in FILES.items()})
    with pytest.raises(InputError, match="layout"):
        harvest(tmp_path, {path: text for path, text in FILES.items() if "_cfg(" not in text})
    fewer = FILES["timm/models/_pretrained.py"].replace("crop_pct: float = 0.875", "crop_pct: float = unknown()")
    with pytest.raises(InputError, match="no default for crop_pct"):
        harvest(tmp_path, {**FILES, "timm/models/_pretrained.py": fewer})


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    """Python that cannot be parsed, with its place; an archive that broke off."""
    with pytest.raises(SyntaxInputError) as caught:
        harvest(tmp_path, {**FILES, "timm/models/resnet.py": "default_cfgs = {\n  'a': (\n"})
    assert caught.value.line == 2
    with pytest.raises(InputError):
        Package.open(cut_short(make_wheel(tmp_path / "timm-2-py3-none-any.whl", FILES)))
