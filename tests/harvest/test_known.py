"""What a harvest finds in the registry: who is meant by a repository, by a class, by an id."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import ROOT, SMALL

from mirld.harvest.known import Known

BASE, WHEEL = "model/unet/orrery/base", "operations/scheduler/wheel/discrete"
EXTRA = """\
@base <https://w3id.org/mir/> .
@prefix mir: <https://w3id.org/mir/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

<model/unet/orrery/part> a mir:Model ; rdfs:label "Part of Orrery"@en ;
    mir:repository <model/unet/orrery/part#repo-hf-orrery-base> .
<model/unet/orrery/part#repo-hf-orrery-base> a mir:Repository ; mir:host "huggingface.co" ;
    mir:repositoryName "Orrery/Base" .
"""


@pytest.fixture
def shared(tmp_path: Path) -> Known:
    """Read the small registry with a second entry that is published in the repository of the first."""
    (tmp_path / "data/curated/unet").mkdir(parents=True)
    for path in SMALL.rglob("*.ttl"):
        target = tmp_path / path.relative_to(SMALL)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    (tmp_path / "data/curated/unet/part.ttl").write_text(EXTRA, encoding="utf-8")
    return Known.read(tmp_path, "elsewhere")


def test_an_operation_is_known_by_the_class_that_does_it_and_a_model_is_not() -> None:
    """Many models are opened by one class."""
    known = Known.read(SMALL, "nothing")
    assert known.by_key["class:diffusers.EulerDiscreteScheduler"] == WHEEL
    assert "class:diffusers.StableDiffusionXLPipeline" not in known.by_key


def test_an_entry_is_known_by_its_id() -> None:
    """When the registry has it."""
    known = Known.read(SMALL, "nothing")
    assert known.entry("mir:model.unet.orrery:base") == BASE
    assert known.entry("mir:model.unet.orrery:gone") is None
    assert known.entry("hf:orrery/base") == BASE


def test_a_repository_is_spelled_as_the_registry_spells_it(shared: Known) -> None:
    """Though several entries are published there, so that it leads to none of them."""
    assert "hf:orrery/base" in shared.keys - shared.by_key.keys()
    assert shared.spelled["hf:orrery/base"] == "orrery/base"


def test_the_loaders_of_an_entry_are_known_by_their_classes() -> None:
    known = Known.read(SMALL, "nothing")
    assert known.loaders[BASE] == {"diffusers.StableDiffusionXLPipeline": "diffusers"}


def test_a_number_format_is_known_by_its_token() -> None:
    """By the operation that stands for it, and never by a file that is in it."""
    known = Known.read(ROOT, "nothing")
    assert known.by_key["precision:f16"] == "operations/precision/float/f16"
    assert known.by_key["precision:bf16"] == "operations/precision/bfloat/bf16"


def test_a_model_is_told_by_its_repository_before_its_other_names() -> None:
    """Who is joined by a title then states no alias that is a name of another list."""
    titled = Known.read(SMALL, "nothing").titles
    assert titled
    assert all(model.key.startswith("hf:") for model in titled.values())
