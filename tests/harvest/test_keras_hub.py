"""KerasHub: presets that are registered for a class, their place on Kaggle, and what is refused of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.harvest.packages import cut_short, make_wheel

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri, literal
from mirld.harvest.items import Harvest, Item, Link
from mirld.harvest.known import Known, Titled
from mirld.harvest.package import Package
from mirld.harvest.sources.keras_hub import read
from mirld.vocab import DCAT, MIR

ROOT = "keras_hub/src/models"


def preset(name: str, collection: str, further: str = "'params': 5", version: str = "/3") -> str:
    handle = f"kaggle://keras/{collection}/keras/{name}{version}"
    return f"'{name}': {{'metadata': {{'description': 'x', {further}}}, 'kaggle_handle': '{handle}'}},\n"


def folder(name: str, class_name: str, rows: str, further: str = "") -> dict[str, str]:
    return {
        f"{ROOT}/{name}/__init__.py": f"register_presets(backbone_presets, {class_name})\n",
        f"{ROOT}/{name}/{name}_presets.py": f"backbone_presets = {{\n{rows}}}\n",
        f"{ROOT}/{name}/{name}_tasks.py": further,
    }


GEMMA = folder(
    "gemma",
    "GemmaBackbone",
    preset("gemma_2b_en", "gemma") + preset("gemma_2b_en_int8", "gemma") + preset("code_gemma_2b", "codegemma"),
    "class GemmaCausalLM(CausalLM):\n    backbone_cls = GemmaBackbone\n"
    "class GemmaCausalLMPreprocessor(P):\n    backbone_cls = GemmaBackbone\n",
)
FILES = {
    **GEMMA,
    **folder("siglip", "SigLIPBackbone", preset("siglip_a", "siglip") + preset("siglip2_a", "siglip", version="")),
    **folder(
        "segformer",
        "SegFormerImageSegmenter",
        preset("segformer_b0", "segformer"),
        "class SegFormerImageSegmenter(ImageSegmenter):\n    backbone_cls = SegFormerBackbone\n",
    ),
    **folder("newnet", "NewBackbone", preset("new_a", "new-net")),
}


def harvest(folder: Path, files: Mapping[str, str] = FILES) -> Harvest:
    return read(Package.open(make_wheel(folder / "keras_hub-1-py3-none-any.whl", files)), Known())


def item(found: Harvest, key: str) -> Item:
    return next(item for item in found.items if item.key == f"keras-hub:{key}")


def said(item: Item, predicate: str) -> list[str]:
    return sorted(
        term.rpartition("/")[2] if isinstance(term, Iri) else term.value for p, term in item.facts if p == predicate
    )


def test_every_preset_is_a_model_of_its_family(tmp_path: Path) -> None:
    """By its collection, and by its name where a collection holds several; a new one has no architecture yet."""
    found = harvest(tmp_path)
    assert found.findings == []
    assert {(item.key, item.series, item.architecture) for item in found.items} == {
        ("keras-hub:gemma_2b_en", "Gemma", "art"),
        ("keras-hub:gemma_2b_en_int8", "Gemma", "art"),
        ("keras-hub:code_gemma_2b", "CodeGemma", "art"),
        ("keras-hub:siglip_a", "SigLIP", "vit"),
        ("keras-hub:siglip2_a", "SigLIP 2", "vit"),
        ("keras-hub:segformer_b0", "SegFormer", "vit"),
        ("keras-hub:new_a", "new-net", None),
    }


def test_a_preset_says_where_it_is_and_what_opens_and_runs_it(tmp_path: Path) -> None:
    """The version on Kaggle is the revision, where there is one; what prepares the input runs nothing."""
    found = harvest(tmp_path)
    gemma = item(found, "gemma_2b_en")
    repository = gemma.parts["repository", "kaggle-keras-gemma-keras-gemma_2b_en"].facts
    assert (MIR.revision, literal("3")) in repository
    assert (DCAT.landingPage, Iri("https://www.kaggle.com/models/keras/gemma/keras/gemma_2b_en/3")) in repository
    assert gemma.keys == ["kaggle.com:keras/gemma/keras/gemma_2b_en"]
    assert (MIR.className, literal("GemmaBackbone")) in gemma.parts["loader", "keras_hub"].facts
    assert said(gemma, MIR.taskClass) == ["GemmaCausalLM"]
    assert said(gemma, MIR.parameterCount) == ["5"]
    newest = item(found, "siglip2_a").parts["repository", "kaggle-keras-siglip-keras-siglip2_a"].facts
    assert MIR.revision not in {property_ for property_, _ in newest}


def test_what_is_concluded_is_said_to_be(tmp_path: Path) -> None:
    """The task from the name of a class, and what was rounded from the name of a preset."""
    found = harvest(tmp_path)
    assert said(item(found, "gemma_2b_en"), MIR.task) == ["text-generation"]
    assert said(item(found, "segformer_b0"), MIR.task) == ["image-segmentation"]
    assert said(item(found, "siglip_a"), MIR.task) == []
    rounded = item(found, "gemma_2b_en_int8")
    assert rounded.links == [Link(MIR.quantizedFrom, "keras-hub:gemma_2b_en")]
    assert rounded.inferred == {MIR.task, MIR.quantizedFrom}


@pytest.mark.parametrize(
    ("row", "field", "problem"),
    [
        (preset("<b>x</b>", "gemma"), "name", "garbage-id"),
        (preset("x\\u202e", "gemma"), "name", "garbage-id"),
        (preset("x\\x07", "gemma"), "name", "garbage-id"),
        ("7: {'kaggle_handle': 'kaggle://a/b/c/d/1'},", "name", "garbage-id"),
        ("'x': 'kaggle://a/b/c/d/1',", "name", "garbage-id"),
        ("'x': {'kaggle_handle': 'kaggle://a/../c/d e/1'},", "kaggle_handle", "wrong-type"),
        ("'x': {'kaggle_handle': None},", "kaggle_handle", "wrong-type"),
        ("'x': {},", "kaggle_handle", "wrong-type"),
        ("'x': {'kaggle_handle': 'kaggle://keras/gemma/keras/gemma_2b_en/3'},", "kaggle_handle", "wrong-repository"),
    ],
)
def test_a_bad_preset_is_a_finding_and_the_others_stay(tmp_path: Path, row: str, field: str, problem: str) -> None:
    """Markup, control characters, no text, a handle that cannot be read, and one that is another's."""
    path = f"{ROOT}/gemma/gemma_presets.py"
    found = harvest(tmp_path, {**FILES, path: FILES[path].replace("{\n", "{\n" + row + "\n", 1)})
    assert [(finding.field, finding.problem) for finding in found.findings] == [(field, problem)]
    assert item(found, "gemma_2b_en")


@pytest.mark.parametrize("metadata", ["'metadata': 7", "'metadata': {'params': 'many'}", "'metadata': {'params': -1}"])
def test_metadata_of_another_kind_is_no_number(tmp_path: Path, metadata: str) -> None:
    """The preset is one all the same."""
    row = f"'x': {{{metadata}, 'kaggle_handle': 'kaggle://keras/gemma/keras/x/1'}},"
    found = harvest(tmp_path, {**FILES, **folder("other", "GemmaBackbone", row)})
    assert said(item(found, "x"), MIR.parameterCount) == []


def test_a_table_made_by_a_program_is_a_finding(tmp_path: Path) -> None:
    """The other families stay."""
    found = harvest(tmp_path, {**FILES, f"{ROOT}/gemma/gemma_presets.py": "backbone_presets = make()\n"})
    assert [(finding.field, finding.problem) for finding in found.findings] == [("presets", "lost-field")]
    assert item(found, "siglip_a")


def test_a_changed_layout_is_refused(tmp_path: Path) -> None:
    """No presets, none that are registered, and a family without the file that registers them."""
    for files in ({f"{ROOT}/a.py": ""}, {**GEMMA, f"{ROOT}/gemma/__init__.py": "X = 1\n"}):
        with pytest.raises(InputError, match="layout"):
            harvest(tmp_path, files)
    with pytest.raises(InputError, match="layout"):
        harvest(tmp_path, {path: text for path, text in GEMMA.items() if "__init__" not in path})


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    """Python that cannot be parsed, also in one line of ten megabytes; an archive that broke off."""
    for text in ("backbone_presets = {\n", "backbone_presets = {'x': '" + "x" * 10_000_000):
        with pytest.raises(SyntaxInputError):
            harvest(tmp_path, {**FILES, f"{ROOT}/gemma/gemma_presets.py": text})
    with pytest.raises(InputError):
        Package.open(cut_short(make_wheel(tmp_path / "keras_hub-2-py3-none-any.whl", FILES)))


def test_a_preset_of_the_name_of_a_model_is_that_model(tmp_path: Path) -> None:
    """In the format of Keras; one that is packed besides is not."""
    path = make_wheel(tmp_path / "keras_hub-1-py3-none-any.whl", FILES)
    theirs = Titled("hf:maker/gemma-2b-en", ("maker/gemma-2b-en",))
    found = read(Package.open(path), Known(titles={"gemma2ben": theirs}))
    same = item(found, "gemma_2b_en")
    assert same.keys[1:] == ["hf:maker/gemma-2b-en"]
    assert str(MIR.alias) in same.inferred
    assert len(item(found, "gemma_2b_en_int8").keys) == 1
