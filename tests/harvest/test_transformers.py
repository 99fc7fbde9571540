"""transformers: model types as series, defaults of pipelines as releases, methods of quantisation as operations."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.harvest.packages import make_wheel
from tests.harvest.transformers_package import FILES, MODELS, configuration, mapping

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.merge import Merged, merge
from mirld.harvest.package import Package
from mirld.harvest.sources.transformers import SOURCE, read
from mirld.vocab import MIR


def known() -> Known:
    return Known(
        concepts={
            "task": frozenset(("fill-mask", "text-generation")),
            "modality": frozenset(("image", "text", "video")),
        },
        kinds={"info/aet/bert": "Info", "info/moe/qwen3": "Info", "model/art/llama-2/7b": "Model"},
        by_key={
            "hf:meta-llama/llama-2-7b-hf": "model/art/llama-2/7b",
            "hf:maker/funnel-small": "model/aet/funnel-transformer/small",
        },
        series={
            "bert": ["info/aet/bert"],
            "llama2": ["info/art/llama-2"],
            "funneltransformer": ["info/aet/funnel-transformer"],
            "qwen3": ["info/art/qwen3", "info/moe/qwen3"],
            "snake": ["info/quantization/snake"],
        },
        labels={"info/aet/bert": frozenset({"BERT"})},
    )


def harvested(tmp_path: Path, changed: Mapping[str, str | None] | None = None) -> Harvest:
    files = {path: content for path, content in {**FILES, **(changed or {})}.items() if content is not None}
    return read(Package.open(make_wheel(tmp_path / "transformers-1.0-py3-none-any.whl", files)), known())


@pytest.fixture
def found(tmp_path: Path) -> Harvest:
    return harvested(tmp_path)


@pytest.fixture
def merged(found: Harvest) -> Merged:
    return merge(found, known(), SOURCE.iri, "https://example.org")


def by_key(found: Harvest) -> dict[str, Item]:
    return {item.key: item for item in found.items}


def said(item: Item, predicate: str) -> set[str]:
    return {str(term if isinstance(term, Iri) else term.value) for name, term in item.facts if name == predicate}


def tokens(item: Item, predicate: str) -> set[str]:
    return {value.rpartition("/")[2] for value in said(item, predicate)}


def test_a_type_is_the_series_of_its_name_or_one_of_its_own(merged: Merged) -> None:
    """By the example where that goes on with a word, not with a number: llama is more than Llama 2."""
    paths = {key: path for key, path in merged.paths.items() if key.startswith("transformers:")}
    assert paths == {
        "transformers:bert": "info/aet/bert",
        "transformers:bert-sw": "info/aet/bert-sw",
        "transformers:convy": "info/cnn/convy",
        "transformers:funnel": "info/aet/funnel-transformer",
        "transformers:llama": "info/art/llama",
        "transformers:lone-codec": "info/gan/lone-codec",
        "transformers:pair": "info/stst/pair",
        "transformers:patchy": "info/vit/patchy",
        "transformers:qwen3_moe": "info/moe/qwen3",
        "transformers:riddle": "info/unclassified/riddle",
        "transformers:rt_seer": "info/detr/rt-seer",
        "transformers:see_2_5": "info/vit/see-2.5",
        "transformers:see_2_5_text": "info/art/see-2.5-text",
        "transformers:snake": "info/ssm/snake",
    }


def test_a_type_that_was_named_keeps_its_name(tmp_path: Path) -> None:
    """Though its example leads to a series by now that it would have joined; what is said of it is the same."""
    usual = harvested(tmp_path)
    later = known()
    later.recorded = {"transformers:pair": "info/stst/pair"}
    later.by_key["hf:maker/pair"] = "model/unclassified/pair-of-shoes/base"
    path = f"{MODELS}/pair/configuration_pair.py"
    package = make_wheel(
        tmp_path / "transformers-2.0-py3-none-any.whl",
        {**FILES, path: configuration("PairConfig", "pair", "", "maker/pair")},
        "2.0",
    )
    found = read(Package.open(package), later)
    assert by_key(found)["transformers:pair"].architecture == by_key(usual)["transformers:pair"].architecture == "stst"
    assert merge(found, later, SOURCE.iri, "https://example.org").paths["transformers:pair"] == "info/stst/pair"


def test_every_name_leads_somewhere(found: Harvest) -> None:
    """A second name of a class, and a part that no class opens, are names of the type they belong to."""
    items = by_key(found)
    assert items["transformers:riddle"].keys == ["transformers:RiddleModel"]
    assert items["transformers:see_2_5"].keys == ["transformers:see_2_5_eye"]


def test_what_follows_from_a_configuration_or_a_name_is_concluded(found: Harvest) -> None:
    """What follows from a head is not; that there are experts is, in the type itself or in what it is made of."""
    concluded = {key for key, item in by_key(found).items() if MIR.architecture in item.inferred}
    names = ("convy", "lone-codec", "patchy", "qwen3_moe", "rt_seer", "see_2_5", "see_2_5_text", "snake")
    assert concluded == {f"transformers:{name}" for name in names}
    assert tokens(by_key(found)["transformers:see_2_5"], MIR.architecture) == {"moe"}
    assert tokens(by_key(found)["transformers:llama"], MIR.architecture) == set()


def test_a_series_says_what_opens_it_and_what_for(found: Harvest) -> None:
    """The class without a head opens it; an encoder's head for writing is half of a pair, and no task."""
    items = by_key(found)
    loaders = [
        str(term[0])
        for name, term in items["transformers:bert"].parts["loader", "transformers"].facts
        if name == MIR.className
    ]
    assert loaders == ["BertModel"]
    assert said(items["transformers:bert"], MIR.taskClass) == {"BertForMaskedLM", "BertLMHeadModel"}
    assert tokens(items["transformers:bert"], MIR.task) == {"fill-mask"}
    assert tokens(items["transformers:llama"], MIR.task) == {"text-generation"}
    assert said(items["transformers:bert"], MIR.exampleRepository) == {"pkg:huggingface/google-bert/bert-base-uncased"}
    assert items["transformers:bert"].place == f"{MODELS}/bert/configuration_bert.py:4"


def test_an_example_is_no_release(merged: Merged) -> None:
    """A type has no repository, and no model comes of one."""
    assert not any(key.startswith("transformers:") and path.startswith("model/") for key, path in merged.paths.items())
    assert not any(predicate == MIR.repository and "/info/" in subject for subject, predicate, _ in merged.triples)


def test_the_modalities_are_those_of_the_class(found: Harvest) -> None:
    """Stated by it, or by one above it in its file."""
    items = by_key(found)
    assert tokens(items["transformers:see_2_5"], MIR.inputModality) == {"image", "text", "video"}
    assert tokens(items["transformers:see_2_5_text"], MIR.inputModality) == {"text"}
    assert tokens(items["transformers:bert"], MIR.inputModality) == set()


def test_a_label_is_what_the_file_calls_it_or_else_the_class(found: Harvest) -> None:
    """A type that borrows the class of another is called by its own name."""
    labels = {key: item.label for key, item in by_key(found).items()}
    assert labels["transformers:llama"] == "LLaMA"
    assert labels["transformers:see_2_5"] == "See2.5"
    assert labels["transformers:bert-sw"] == "bert-sw"


def test_the_default_of_a_pipeline_is_a_release_at_a_commit(merged: Merged, found: Harvest) -> None:
    """Of the family that its title begins with; it does each task it is the default of."""
    assert merged.paths["hf:maker/bert-tiny"] == "model/aet/bert/tiny"
    assert merged.paths["hf:maker/llama-9-3b"] == "model/art/llama/9-3b"
    item = by_key(found)["hf:maker/bert-tiny"]
    assert tokens(item, MIR.task) == {"fill-mask"}
    revisions = [str(term[0]) for part in item.parts.values() for name, term in part.facts if name == MIR.revision]
    assert revisions == ["ec58a5b"]


def test_a_method_of_quantisation_has_what_its_class_takes(found: Harvest, merged: Merged) -> None:
    """Two names of one class are one method."""
    assert merged.paths["quant-method:gptq"] == "operations/quantization/gptq/transformers"
    items = by_key(found)
    assert [key for kind, key in items["quant-method:gptq"].parts if kind == "parameter"] == ["bits", "backend"]
    assert [key for kind, key in items["quant-method:bits"].parts if kind == "parameter"] == ["size"]


def test_what_is_not_known_is_a_finding(found: Harvest) -> None:
    """A head, a task, and a method that nothing configures; nothing else is reported."""
    assert [(one.upstream_id, one.field, one.problem, one.value) for one in sorted(found.findings)] == [
        ("hf:maker/bert-tiny", "task", "unknown-reference", "smelling"),
        ("quant-method:lost", "QuantizationMethod", "unknown-reference", "lost"),
        ("transformers:MODEL_FOR_SMELL_MAPPING_NAMES", "auto", "unknown-reference", "SMELL"),
    ]


@pytest.mark.parametrize("checkpoint", ["<b>x</b>/y", "a/b/c", "own\\u202eer/x", "owner/ x"])
def test_an_example_that_is_no_repository_is_a_finding(tmp_path: Path, checkpoint: str) -> None:
    """The type stays without it."""
    path = f"{MODELS}/pair/configuration_pair.py"
    found = harvested(tmp_path, {path: configuration("PairConfig", "pair", "", checkpoint)})
    assert said(by_key(found)["transformers:pair"], MIR.exampleRepository) == set()
    assert [(one.upstream_id, one.problem) for one in found.findings if one.field == "checkpoint"] == [
        ("transformers:pair", "wrong-repository")
    ]


@pytest.mark.parametrize("name", ["pa\u202eir", "<i>pair</i>", "x" * 10_000_000])
def test_a_hostile_name_of_a_type_is_a_finding(tmp_path: Path, name: str) -> None:
    """Shown so that nothing turns around, and shortened."""
    path = f"{MODELS}/auto/auto_mappings.py"
    text = FILES[path].replace("('pair', 'PairConfig')", repr((name, "PairConfig")))
    found = harvested(tmp_path, {path: text})
    wrong = [one for one in found.findings if one.field == "CONFIG_MAPPING_NAMES"]
    assert [one.problem for one in wrong] == ["unknown-reference"]
    assert len(wrong[0].upstream_id) < 500
    assert "\u202e" not in wrong[0].upstream_id


def test_a_class_that_no_file_has_and_an_unheard_modality_are_findings(tmp_path: Path) -> None:
    """What the others say is read all the same."""
    changed = {
        f"{MODELS}/pair/configuration_pair.py": "",
        f"{MODELS}/see_2_5/modeling_see_2_5.py": "class See2_5Model(M):\n    input_modalities = ('smell', 'text')\n",
    }
    found = harvested(tmp_path, changed)
    assert ("transformers:pair", "PairConfig") in {(one.upstream_id, one.value) for one in found.findings}
    assert ("transformers:See2_5Model", "smell") in {(one.upstream_id, one.value) for one in found.findings}
    assert tokens(by_key(found)["transformers:see_2_5"], MIR.inputModality) == {"text"}


@pytest.mark.parametrize(
    "default", ['("maker/x", "main")', '"maker/x"', '("<b>x</b>", "ec58a5b")', "make()", "{}", '("maker/x",)', "7"]
)
def test_a_default_that_is_no_commit_is_a_finding(tmp_path: Path, default: str) -> None:
    """A branch moves, so it pins nothing."""
    path = "transformers/pipelines/__init__.py"
    sound = '("m/y", "ec58a5b")'
    rows = "".join(
        f'"{task}": {{"default": {{"model": {given}}}}}, ' for task, given in (("a", default), ("fill-mask", sound))
    )
    text = f"SUPPORTED_TASKS = {{{rows}}}\n"
    found = harvested(tmp_path, {path: text})
    assert [item.key for item in found.items if item.kind == "Model"] == ["hf:m/y"]
    assert [one.problem for one in found.findings if one.field == "default"] == ["wrong-repository"]


def test_a_model_pinned_at_two_commits_keeps_the_first(tmp_path: Path) -> None:
    """And the other is a finding."""
    path = "transformers/pipelines/__init__.py"
    text = FILES[path].replace(
        '"smelling": {"default": {"model": ("maker/bert-tiny", "ec58a5b")',
        '"smelling": {"default": {"model": ("maker/bert-tiny", "0000000")',
    )
    found = harvested(tmp_path, {path: text})
    assert [(one.problem, one.value) for one in found.findings if one.field == "revision"] == [("conflict", "0000000")]


@pytest.mark.parametrize(
    ("path", "content", "error"),
    [
        (f"{MODELS}/auto/auto_mappings.py", None, "no such file"),
        (f"{MODELS}/auto/auto_mappings.py", "CONFIG_MAPPING_NAMES = make()\n", "not listed as before"),
        (f"{MODELS}/auto/modeling_auto.py", "OTHER = 1\n", "not mapped as before"),
        (f"{MODELS}/bert/configuration_bert.py", "class BertConfig(:\n", "this is no Python"),
        (f"{MODELS}/bert/configuration_bert.py", "((" * 100_000, "this is no Python"),
        ("transformers/pipelines/__init__.py", "OTHER = 1\n", "gives SUPPORTED_TASKS no value"),
        ("transformers/pipelines/__init__.py", "SUPPORTED_TASKS = {}\n", "no task has a default model"),
        ("transformers/utils/quantization_config.py", "class Other:\n    pass\n", "lists no methods"),
        ("transformers/quantizers/auto.py", "OTHER = 1\n", "gives AUTO_QUANTIZATION_CONFIG_MAPPING no value"),
    ],
)
def test_another_layout_stops_with_its_file(tmp_path: Path, path: str, content: str | None, error: str) -> None:
    """Rather than an empty harvest."""
    with pytest.raises((InputError, SyntaxInputError), match=error) as caught:
        harvested(tmp_path, {path: content})
    assert str(caught.value.file).endswith(path)


def test_a_package_without_configurations_stops(tmp_path: Path) -> None:
    """No type that is listed has a class."""
    gone = {path: "" for path in FILES if "/configuration_" in path and "/auto/" not in path}
    with pytest.raises(InputError, match="no model type has a configuration"):
        harvested(tmp_path, gone)


def test_the_order_of_the_lists_does_not_show(tmp_path: Path, merged: Merged) -> None:
    """The same types, listed from behind, are said to be the same."""
    path = f"{MODELS}/auto/auto_mappings.py"
    lines = FILES[path].splitlines()
    start, end = lines.index("    [") + 1, lines.index("    ]")
    lines[start:end] = reversed(lines[start:end])
    (tmp_path / "again").mkdir()
    found = harvested(tmp_path / "again", {path: "\n".join(lines) + "\n"})
    assert set(merge(found, known(), SOURCE.iri, "https://example.org").triples) == set(merged.triples)


def test_a_map_may_name_several_classes(tmp_path: Path) -> None:
    """All of them open models of the type, the first before the others."""
    path = f"{MODELS}/auto/modeling_auto.py"
    more = mapping("MODEL_FOR_DEPTH_ESTIMATION_MAPPING_NAMES", {}).replace(
        "[\n", "[\n        ('pair', ('PairA', 'PairB')),\n"
    )
    item = by_key(harvested(tmp_path, {path: FILES[path] + more}))["transformers:pair"]
    assert said(item, MIR.taskClass) == {"PairA", "PairB"}
