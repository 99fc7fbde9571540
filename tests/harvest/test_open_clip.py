"""OpenCLIP: pairs of a configuration and a tag, their files and repositories, and what is refused of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.harvest.packages import cut_short, make_wheel

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri, literal
from mirld.harvest.items import Harvest, Item, Link
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.sources.open_clip import read
from mirld.vocab import MIR

DIGEST = "ab" * 32
TABLE = """
def _pcfg(url='', hf_hub='', **kwargs):
    return {'url': url, 'hf_hub': hf_hub, 'mean': MEAN, 'interpolation': 'bicubic', **kwargs}
_VITB32 = dict(
    openai=_pcfg(url='https://example.org/clip/DIGEST/ViT-B-32.pt', hf_hub='timm/vit_base_patch32_clip_224.openai/',
                 quick_gelu=True),
    laion=_pcfg(hf_hub='laion/CLIP-B/'),
)
_PRETRAINED = {
    'ViT-B-32': _VITB32,
    'RN50': dict(cc12m=_pcfg(url='https://example.org/rn50-cc12m-f000538c.pt')),
    'ViTamin-S': dict(datacomp1b=_pcfg(hf_hub='someone/ViTamin-S/pytorch_model.bin')),
    'coca_ViT-L-14': dict(mscoco=_pcfg(hf_hub='laion/CoCa/', interpolation='bilinear')),
    ROW
}
_QUICK = {}
for k, v in _PRETRAINED.items():
    tags = {}
    for tk, tv in v.items():
        if tv.get('quick_gelu', False):
            tags[tk] = tv
    if tags:
        _QUICK[k + '-quickgelu'] = tags
_PRETRAINED.update(_QUICK)
""".replace("DIGEST", DIGEST)
PLAIN = json.dumps({"embed_dim": 512, "vision_cfg": {"image_size": 224}, "text_cfg": {}})
CONFIGS = "open_clip/model_configs"
FILES = {
    "open_clip/constants.py": "MEAN = (0.5, 0.5, 0.5)\n",
    "open_clip/pretrained.py": TABLE.replace("ROW", ""),
    **{f"{CONFIGS}/{name}.json": PLAIN for name in ("ViT-B-32", "ViT-B-32-quickgelu", "RN50", "ViTamin-S")},
    f"{CONFIGS}/coca_ViT-L-14.json": json.dumps({"vision_cfg": {"image_size": 288}, "multimodal_cfg": {}}),
}


def harvest(folder: Path, files: Mapping[str, str] = FILES) -> Harvest:
    return read(Package.open(make_wheel(folder / "open_clip_torch-1-py3-none-any.whl", files)), Known())


def item(found: Harvest, key: str) -> Item:
    return next(item for item in found.items if item.key == f"open-clip:{key}")


def task(token: str) -> tuple[str, Iri]:
    return MIR.task, Iri(f"https://w3id.org/mir/vocab/task/{token}")


def test_every_pair_is_a_model_of_the_family_its_configuration_is_of(tmp_path: Path) -> None:
    """The image half says the architecture."""
    found = harvest(tmp_path)
    assert found.findings == []
    assert {(item.key, item.series, item.architecture) for item in found.items if item.kind == "Model"} == {
        ("open-clip:ViT-B-32:openai", "CLIP", "vit"),
        ("open-clip:ViT-B-32:laion", "CLIP", "vit"),
        ("open-clip:RN50:cc12m", "CLIP", "cnn"),
        ("open-clip:ViTamin-S:datacomp1b", "ViTamin", "vit"),
        ("open-clip:coca_ViT-L-14:mscoco", "CoCa", "vit"),
    }
    assert task("zero-shot-image-classification") in item(found, "ViT-B-32:laion").facts
    assert task("image-to-text") in item(found, "coca_ViT-L-14:mscoco").facts


def test_the_same_weights_with_another_activation_are_one_model(tmp_path: Path) -> None:
    """The second name is an alias; the digest in the address is that of the whole file."""
    found = item(harvest(tmp_path), "ViT-B-32:openai")
    assert found.keys == ["open-clip:ViT-B-32-quickgelu:openai"]
    assert (MIR.fileSha256, literal(DIGEST)) in found.parts["file", DIGEST[:16]].facts


def test_a_repository_is_a_key_when_it_is_the_models_own(tmp_path: Path) -> None:
    """Not one where timm has the image half, and not one of which a file is named."""
    found = harvest(tmp_path)
    assert item(found, "ViT-B-32:laion").keys == ["hf:laion/clip-b"]
    assert item(found, "ViTamin-S:datacomp1b").keys == []
    assert ("file", "pytorch_model.bin") in item(found, "ViTamin-S:datacomp1b").parts
    assert (MIR.sha256Prefix, literal("f000538c")) in item(found, "RN50:cc12m").parts["file", "f000538c"].facts


def test_preprocessing_is_said_of_the_series(tmp_path: Path) -> None:
    """And what not every model of it has, of the models."""
    found = harvest(tmp_path)
    series = item(found, "clip").parts
    assert ("setting", "open_clip-call-mean") in series
    assert ("setting", "open_clip-call-image_size") in series
    assert ("setting", "open_clip-call-quick_gelu") not in series
    assert ("setting", "open_clip-call-quick_gelu") in item(found, "ViT-B-32:openai").parts


@pytest.mark.parametrize(
    ("row", "field", "problem"),
    [
        ("'<b>ViT</b>': dict(a=_pcfg(hf_hub='a/b/'))", "name", "garbage-id"),
        ("'ViT\\u202e': dict(a=_pcfg(hf_hub='a/b/'))", "name", "garbage-id"),
        ("7: dict(a=_pcfg(hf_hub='a/b/'))", "name", "garbage-id"),
        ("'ViT-gone': dict(a=_pcfg(hf_hub='a/b/'))", "config", "unknown-reference"),
        ("'ViT-B-16': dict(a=_pcfg(hf_hub='../../x/'))", "hf_hub", "wrong-repository"),
        ("'ViT-B-16': dict(a=_pcfg(hf_hub='a/b/c/d.pt'))", "hf_hub", "wrong-repository"),
        ("'ViT-B-16': dict(a=_pcfg(url='file:///etc/passwd'))", "url", "wrong-type"),
    ],
)
def test_a_bad_row_is_a_finding_and_the_others_stay(tmp_path: Path, row: str, field: str, problem: str) -> None:
    """Markup, marks that turn text around, no text at all, paths, and a configuration that is not there."""
    files = {**FILES, f"{CONFIGS}/ViT-B-16.json": PLAIN, "open_clip/pretrained.py": TABLE.replace("ROW", row)}
    found = harvest(tmp_path, files)
    assert [(finding.field, finding.problem) for finding in found.findings] == [(field, problem)]
    assert item(found, "ViT-B-32:laion")


def test_a_configuration_of_another_shape_has_no_size(tmp_path: Path) -> None:
    """The model is one all the same."""
    found = harvest(tmp_path, {**FILES, f"{CONFIGS}/ViTamin-S.json": '{"vision_cfg": [1, 2]}'})
    assert ("setting", "open_clip-call-image_size") not in item(found, "vitamin").parts


def test_a_changed_layout_is_refused(tmp_path: Path) -> None:
    """A table that is gone, or made by a program; no configurations."""
    for text in ("X = 1\n", "_PRETRAINED = make()\n", "_PRETRAINED = {}\n"):
        with pytest.raises(InputError, match="layout"):
            harvest(tmp_path, {**FILES, "open_clip/pretrained.py": text})
    with pytest.raises(InputError, match="layout"):
        harvest(tmp_path, {path: text for path, text in FILES.items() if CONFIGS not in path})


def test_what_is_damaged_is_refused_with_its_place(tmp_path: Path) -> None:
    """Python and JSON that cannot be parsed, also in one line of ten megabytes; an archive that broke off."""
    with pytest.raises(SyntaxInputError):
        harvest(tmp_path, {**FILES, "open_clip/pretrained.py": "_PRETRAINED = {'a': (\n"})
    with pytest.raises(SyntaxInputError, match="no JSON"):
        harvest(tmp_path, {**FILES, f"{CONFIGS}/RN50.json": '{"a": "' + "x" * 10_000_000})
    with pytest.raises(InputError):
        Package.open(cut_short(make_wheel(tmp_path / "open_clip_torch-2-py3-none-any.whl", FILES)))


def test_the_image_half_that_timm_has_is_a_part(tmp_path: Path) -> None:
    """Told by the repository that both are read from; so that is the key of the whole, and the two are related."""
    path = make_wheel(tmp_path / "open_clip_torch-1-py3-none-any.whl", FILES)
    halves = {"vit_base_patch32_clip_224.openai": "model/vit/vit/b32", "vitamin_small": "model/vit/vitamin/small"}
    known = Known(by_key={f"timm:{name}": entry for name, entry in halves.items()})
    known.by_key["hf:someone/vitamin-s"] = halves["vitamin_small"]
    found = read(Package.open(path), known)
    for key, half in (
        ("ViT-B-32:openai", "vit_base_patch32_clip_224.openai"),
        ("ViTamin-S:datacomp1b", "vitamin_small"),
    ):
        (part,) = (part for (kind, _), part in item(found, key).parts.items() if kind == "component")
        assert part.links == [Link(MIR.entry, f"timm:{half}")]
    assert not any(kind == "component" for kind, _ in item(found, "ViT-B-32:laion").parts)
