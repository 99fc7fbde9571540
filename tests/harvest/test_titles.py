"""Titles read beside a registry: families that it has, models that others packed, architectures that are settled."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mirld.harvest.items import Item
from mirld.harvest.known import Known, Titled
from mirld.harvest.titles import join_by_title, plain_title, read_title, settle
from mirld.vocab import MIR

ROOT = Path(__file__).resolve().parents[2]


def model(series: str, release: str, architecture: str | None) -> Item:
    label = f"{series}-{release}"
    return Item(
        key=f"list:{label}",
        place="list:1",
        kind="Model",
        architecture=architecture,
        series=series,
        release=release,
        label=label,
    )


@pytest.mark.parametrize(
    ("title", "series", "release"),
    [
        ("Qwen2.5-7B-Instruct-GGUF", "Qwen2.5", "7B-Instruct"),
        ("stable-diffusion-xl-base-1.0", "stable-diffusion-xl", "base-1.0"),
        ("Mistral-Small-3.1-24B-Instruct-2503", "Mistral-Small-3.1", "24B-Instruct-2503"),
        ("L3.3-70B-Magnum-v4", "Llama-3.3", "70B-Magnum-v4"),
        ("MN-12B-Lyra-v4", "Mistral-Nemo", "12B-Lyra-v4"),
        ("Kimi-K2", "Kimi-K2", None),
    ],
)
def test_a_title_is_read_with_the_families_that_there_are(title: str, series: str, release: str | None) -> None:
    """A family of the registry that is longer than the rule would cut wins; tuners' short names are written out."""
    known = Known(series={"stablediffusionxl": ["info/unet/stable-diffusion-xl"]})
    found = read_title(title, known)
    assert (found.series, found.release) == (series, release)


def test_the_title_of_a_packed_repository_is_that_of_the_model() -> None:
    """Without words of packing, names of recipes, and the owner in front; what no packager owns keeps its words."""
    owners = {"thedrummer"}
    assert plain_title("bartowski/TheDrummer_Cydonia-24B-v4-GGUF", owners) == "Cydonia-24B-v4"
    assert plain_title("mudler/Qwen3.6-35B-A3B-APEX-MTP-GGUF") == "Qwen3.6-35B-A3B"
    assert plain_title("maker/Model-APEX") == "Model-APEX"


@pytest.mark.parametrize(
    ("mine", "theirs", "joined"),
    [
        ("bartowski/Orrery-8B-GGUF", "maker/orrery-8b", True),  # packed by others
        ("maker/Orrery-8B", "bartowski/orrery-8b-gguf", True),  # and the other way about
        ("maker/Orrery-8B-AWQ", "maker/orrery-8b-gguf", True),  # of one owner
        ("tuner/Orrery-8B", "maker/orrery-8b", False),  # two models that are called the same
    ],
)
def test_a_title_joins_what_is_only_packed(mine: str, theirs: str, joined: bool) -> None:
    """And only that: the evidence says that it was concluded."""
    path = "model/art/orrery/8b"
    key = f"hf:{theirs}"
    known = Known(by_key={key: path}, titles={"orrery8b": Titled(key, (theirs,))})
    item = model("Orrery", "8B", "art")
    item.repository(mine)
    join_by_title(item, [mine], "Orrery-8B", known)
    assert (key in item.keys) == joined
    assert (MIR.repository in item.inferred) == joined


def test_an_owner_that_changed_its_name_is_still_the_owner() -> None:
    """The hub leads from the old name to the new one."""
    known = Known(by_key={"hf:zai-org/orrery-8b": "model/art/orrery/8b"})
    item = model("Orrery", "8B", "art")
    item.repository("THUDM/Orrery-8B")
    join_by_title(item, ["THUDM/Orrery-8B"], "Orrery-8B", known)
    assert "hf:zai-org/orrery-8b" in item.keys


def test_a_new_family_has_one_architecture_and_one_spelling() -> None:
    """A model of experts in it says so itself, as concluded."""
    items = [model("orrery-2", "30B-A3B", "moe"), model("Orrery-2", "8B", "art"), model("Orrery-2", "4B", "art")]
    assert settle(items, Known()) == []
    assert {item.architecture for item in items} == {"art"}
    assert {item.series for item in items} == {"Orrery-2"}
    assert [predicate for predicate, _ in items[0].facts] == [MIR.architecture]
    assert MIR.architecture in items[0].inferred
    assert not items[1].facts


def test_a_known_family_decides_the_architecture() -> None:
    """The only one of its name; of several the one that the title tells of."""
    alone = Known(series={"orrery": ["info/vit/orrery"]})
    item = model("Orrery", "8B", "art")
    settle([item], alone)
    assert item.architecture is None
    both = Known(series={"orrery": ["info/art/orrery", "info/moe/orrery"]})
    items = [model("Orrery", "30B-A3B", "moe"), model("Orrery", "8B", None)]
    settle(items, both)
    assert [item.architecture for item in items] == ["moe", "art"]
    assert not items[0].facts


def test_models_that_only_read_and_write_get_a_family_of_their_own() -> None:
    """Where the registry has of Llama 3.2 only what sees."""
    item = model("Llama-3.2", "1B", "art")
    added = settle([item], Known(series={"llama32": ["info/vit/llama-3.2"]}))
    assert [(each.kind, each.architecture, each.series) for each in added] == [("Info", "art", "Llama-3.2")]
    assert item.architecture == "art"


def test_the_registry_says_which_titles_and_keys_lead_to_one_model(tmp_path: Path) -> None:
    """A repository that an encoder of the model is taken from as well leads to the model."""
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, tmp_path / name)
    folder = tmp_path / "data" / "curated" / "unet"
    folder.mkdir(parents=True)
    part = "model/unet/orrery/part"
    (folder / "orrery.ttl").write_text(
        "@base <https://w3id.org/mir/> .\n@prefix mir: <https://w3id.org/mir/ns#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        '<model/unet/orrery/8b> a mir:Model ; rdfs:label "Orrery"@en ;'
        " mir:repository <model/unet/orrery/8b#repo-a> .\n"
        "<model/unet/orrery/8b#repo-a> a mir:Repository ;"
        ' mir:host "huggingface.co" ; mir:repositoryName "Maker/Orrery-8B" .\n'
        f"<{part}> a mir:Model ; mir:repository <{part}#repo-a> ; mir:compatibility <{part}#compatibility-a> .\n"
        f'<{part}#repo-a> a mir:Repository ; mir:host "huggingface.co" ; mir:repositoryName "Maker/Orrery-8B" .\n'
        f"<{part}#compatibility-a> a mir:Compatibility ; mir:kind <vocab/compatibility/component-of> .\n"
        '<agent/maker> a <http://xmlns.com/foaf/0.1/Organization> ; rdfs:label "The Maker"@en .\n',
        encoding="utf-8",
    )
    known = Known.read(tmp_path, "list")
    assert known.by_key == {"hf:maker/orrery-8b": "model/unet/orrery/8b"}
    assert known.titles["orrery"] == Titled("hf:maker/orrery-8b", ("maker/orrery-8b",))
    assert known.agents == {"themaker": "https://w3id.org/mir/agent/maker"}
