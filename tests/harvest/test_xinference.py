"""Xinference: families divided into models, with all their places, and lists made to break the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.harvest.packages import make_repository

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.merge import merge
from mirld.harvest.package import Package
from mirld.harvest.sources.xinference import SOURCE, read
from mirld.vocab import MIR

KINDS = ("audio", "embedding", "image", "rerank", "video")
COMMIT = "0" * 39 + "a"


def spec(size: object, kind: str, hub: str | None = None, scope: str | None = None, **more: Any) -> dict[str, Any]:
    sources = {"huggingface": hub, "modelscope": scope}
    source = {host: {"model_id": name, **more} for host, name in sources.items() if name}
    return {"model_format": kind, "model_size_in_billions": size, "model_src": source}


def family(name: str, *specs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model_name": name, "model_ability": ["chat"], "model_specs": list(specs), **more}


ORRERY = family(
    "orrery-chat",
    spec("0_5", "pytorch", "Maker/Orrery-0.5B-Chat", "maker/Orrery-0.5B-Chat", model_revision=COMMIT),
    spec("0_5", "gptq", "Maker/Orrery-0.5B-Chat-GPTQ-{quantization}", quantizations=["Int4", "Int8"]),
    spec("0_5", "ggufv2", "bartowski/Maker_Orrery-0.5B-Chat-GGUF", quantizations=["Q4_K_M"]),
    spec(7, "pytorch", "Maker/Orrery-7B-Chat", model_revision="main"),
    architectures=["OrreryForCausalLM"],
)


def written(folder: Path, llm: object, **lists: object) -> Package:
    files = {f"xinference/model/{kind}/model_spec.json": json.dumps(lists.get(kind, [])) for kind in KINDS}
    files["xinference/model/llm/llm_family.json"] = llm if isinstance(llm, str) else json.dumps(llm)
    return Package.open(make_repository(folder / "repository", files))


def harvested(folder: Path, llm: object, **lists: object) -> Harvest:
    return read(written(folder, llm, **lists), Known())


def only(found: Harvest, key: str) -> Item:
    return next(item for item in found.items if item.key == key)


def places(item: Item) -> dict[str, str | None]:
    """Host and name of every repository, with the revision that is pinned."""
    found = {}
    for part in item.parts.values():
        if part.kind == "repository":
            facts = {predicate: getattr(term, "value", str(term)) for predicate, term in part.facts}
            found[f"{facts[MIR.host]} {facts[MIR.repositoryName]}"] = facts.get(MIR.revision)
    return found


def classes(item: Item) -> set[str]:
    facts = [fact for part in item.parts.values() if part.kind == "loader" for fact in part.facts]
    return {term.value for predicate, term in facts if predicate == MIR.className and not isinstance(term, Iri)}


def tasks(item: Item) -> set[str]:
    return {str(term).rpartition("/")[2] for predicate, term in item.facts if predicate == MIR.task}


def problems(found: Harvest) -> list[tuple[str, str]]:
    return [(finding.problem, finding.upstream_id) for finding in found.findings]


def test_a_size_of_a_family_is_a_model_with_all_its_places(tmp_path: Path) -> None:
    """One for each way of packing, a revision only where a commit is pinned."""
    found = harvested(tmp_path, [ORRERY])
    item = only(found, "xinference:orrery-chat/0.5")
    assert (item.series, item.release, item.owner) == ("Orrery", "0.5B-Chat", "Maker")
    assert places(item) == {
        "huggingface.co Maker/Orrery-0.5B-Chat": COMMIT,
        "huggingface.co Maker/Orrery-0.5B-Chat-GPTQ-Int4": None,
        "huggingface.co Maker/Orrery-0.5B-Chat-GPTQ-Int8": None,
        "huggingface.co bartowski/Maker_Orrery-0.5B-Chat-GGUF": None,
        "modelscope.cn maker/Orrery-0.5B-Chat": COMMIT,
    }
    assert places(only(found, "xinference:orrery-chat/7")) == {"huggingface.co Maker/Orrery-7B-Chat": None}
    assert tasks(item) == {"text-generation"}
    assert classes(item) == {"OrreryForCausalLM"}
    assert not found.findings
    paths = merge(found, Known(), SOURCE.iri, "https://example.org").paths
    assert paths["xinference:orrery-chat/0.5"] == "model/art/orrery/0.5b-chat"


def test_a_repository_is_no_name_of_an_entry(tmp_path: Path) -> None:
    """On whatever host: aliases are what other schemes call it."""
    found = merge(harvested(tmp_path, [ORRERY]), Known(), SOURCE.iri, "https://example.org")
    aliases = {
        term.value for _, predicate, term in found.triples if predicate == MIR.alias and not isinstance(term, Iri)
    }
    assert aliases == {"xinference:orrery-chat/0.5", "xinference:orrery-chat/7"}


def test_a_packed_repository_goes_to_the_model_that_it_is_called_like(tmp_path: Path) -> None:
    """Under another family it was listed by mistake."""
    base = family(
        "orrery",
        spec(7, "pytorch", "Maker/Orrery-7B"),
        spec(7, "ggufv2", "TheBloke/Orrery-7B-Chat-GGUF"),
        spec(7, "awq", "Someone/Comet-7B-AWQ"),
    )
    found = harvested(tmp_path, [base, ORRERY])
    assert places(only(found, "xinference:orrery/7")) == {"huggingface.co Maker/Orrery-7B": None}
    assert "huggingface.co TheBloke/Orrery-7B-Chat-GGUF" in places(only(found, "xinference:orrery-chat/7"))
    assert problems(found) == [("wrong-repository", "xinference:orrery/7")] * 2


def test_what_others_packed_and_nobody_else_lists_is_a_model(tmp_path: Path) -> None:
    """Its title says which."""
    found = harvested(
        tmp_path, [{**ORRERY, "model_specs": [*ORRERY["model_specs"], spec(2, "mlx", "mlx-community/Orrery-2B-4bit")]}]
    )
    assert places(only(found, "xinference:orrery-chat/2")) == {"huggingface.co mlx-community/Orrery-2B-4bit": None}


def test_a_class_of_experts_is_said_of_those_that_have_them(tmp_path: Path) -> None:
    """The other sizes of the family get no loader, and one finding."""
    mixed = family(
        "comet",
        {**spec(30, "pytorch", "Maker/Comet-30B-A3B"), "activated_size_in_billions": 3},
        spec(4, "pytorch", "Maker/Comet-4B"),
        architectures=["CometMoeForCausalLM"],
    )
    found = harvested(tmp_path, [mixed])
    assert classes(only(found, "xinference:comet/30")) == {"CometMoeForCausalLM"}
    assert classes(only(found, "xinference:comet/4")) == set()
    assert problems(found) == [("unlinked-class", "xinference:comet")]


@pytest.mark.parametrize("names", [["InternVLChatModel"], ["OneForCausalLM", "TwoForCausalLM"]])
def test_a_class_that_nobody_could_load_is_found(tmp_path: Path, names: list[str]) -> None:
    """It comes with the weights, or several are named."""
    found = harvested(tmp_path, [{**ORRERY, "architectures": names}])
    assert problems(found) == [("unlinked-class", "xinference:orrery-chat")]
    assert not any(classes(item) for item in found.items)


def test_the_other_lists_have_tasks_of_their_own(tmp_path: Path) -> None:
    """Embeddings and rankings by list, pictures and speech by what each can do; settings as the model wants them."""
    found = harvested(
        tmp_path,
        [ORRERY],
        embedding=[family("ada", spec(1, "pytorch", "Maker/ada-large"))],
        rerank=[family("ada-rank", spec(1, "pytorch", "Maker/ada-rank-large"))],
        audio=[
            {
                "model_name": "Echo-French",
                "model_family": "Echo",
                "model_ability": ["text2audio", "text2audio_voice_cloning"],
                "model_src": {"huggingface": {"model_id": "Maker/Echo-French"}},
            }
        ],
        image=[
            {
                "model_name": "sketch",
                "model_ability": ["text2image", "inpainting"],
                "model_src": {"huggingface": {"model_id": "Maker/sketch", "gguf_model_id": "city96/sketch-gguf"}},
                "default_generate_config": {"guidance_scale": 4.0, "negative_prompt": " ", "bad name": 1},
                "controlnet": [{"model_name": "canny", "model_id": "Maker/sketch-canny", "model_revision": COMMIT}],
            }
        ],
        video=[
            {
                "model_name": "reel",
                "model_ability": ["firstlastframe2video"],
                "model_src": {"huggingface": {"model_id": "Maker/reel"}},
            }
        ],
    )
    assert tasks(only(found, "xinference:ada/1")) == {"feature-extraction", "sentence-similarity"}
    assert tasks(only(found, "xinference:ada-rank/1")) == {"text-ranking"}
    assert tasks(only(found, "xinference:reel")) == {"image-to-video"}
    echo = only(found, "xinference:Echo-French")
    assert (echo.series, echo.release, tasks(echo)) == ("Echo", "French", {"text-to-speech"})
    sketch = only(found, "xinference:sketch")
    assert places(sketch).keys() == {"huggingface.co Maker/sketch", "huggingface.co city96/sketch-gguf"}
    assert [part.key for part in sketch.parts.values() if part.kind == "setting"] == ["xinference-call-guidance_scale"]
    canny = only(found, "xinference:sketch/canny")
    assert canny.architecture == "controlnet"
    assert places(canny) == {"huggingface.co Maker/sketch-canny": COMMIT}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"model_name": "a\u202eb"}, "garbage-id"),
        ({"model_name": "<i>x</i>"}, "garbage-id"),
        ({"model_name": 7}, "garbage-id"),
        ({"model_name": "x" * 10_000_000}, "garbage-id"),
        ("word", "garbage-id"),
        (family("nova", spec(7, "pytorch", "Maker/Nova 7B")), "wrong-repository"),
        (family("nova", spec(7, "pytorch", "Maker/../Nova")), "wrong-repository"),
        (family("nova", spec(7, "awq", "Maker/Nova-{quantization}")), "wrong-repository"),
        ({**family("nova", spec(7, "pytorch", "Maker/Nova-7B")), "model_ability": ["levitation"]}, "unknown-reference"),
    ],
)
def test_a_fault_of_a_family_is_found_and_stops_nobody(tmp_path: Path, wrong: object, problem: str) -> None:
    """The family, or what is wrong of it, is left out; the others are read."""
    found = harvested(tmp_path, [wrong, ORRERY])
    assert problem in {finding.problem for finding in found.findings}
    assert all(len(finding.value) < 500 and "\u202e" not in finding.value for finding in found.findings)
    assert only(found, "xinference:orrery-chat/7")


@pytest.mark.parametrize(
    ("llm", "error", "message"),
    [
        ("[{", SyntaxInputError, "no JSON"),
        ("{}", SyntaxInputError, "no JSON list"),
        ("[" * 100_000, SyntaxInputError, "nested too deep"),
        ("[]", InputError, "layout changed"),
        (json.dumps([{"model_name": "a", "specs": []}]), InputError, "layout changed"),
    ],
)
def test_a_list_of_another_layout_is_refused(tmp_path: Path, llm: str, error: type[InputError], message: str) -> None:
    """Broken, of another form, empty or with other fields: not a harvest of nothing."""
    with pytest.raises(error, match=message):
        harvested(tmp_path, llm)


def test_a_list_that_is_gone_is_refused(tmp_path: Path) -> None:
    """Each of the six is expected."""
    files = {"xinference/model/llm/llm_family.json": json.dumps([ORRERY])}
    with pytest.raises(InputError, match="no such file"):
        read(Package.open(make_repository(tmp_path / "repository", files)), Known())


def test_the_order_of_families_does_not_show(tmp_path: Path) -> None:
    """The same names and the same statements."""
    other = family("comet", spec(4, "pytorch", "Maker/Comet-4B"))
    found = [
        merge(harvested(tmp_path / str(number), llm), Known(), SOURCE.iri, "https://example.org")
        for number, llm in enumerate([[ORRERY, other], [other, ORRERY]])
    ]
    assert found[0].paths == found[1].paths
    assert set(found[0].triples) == set(found[1].triples)
