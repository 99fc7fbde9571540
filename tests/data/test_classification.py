"""The real registry classified by its rules: everything rests on something, and nothing goes too far."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from mirld.check.run import check
from mirld.check.shapes import Shapes
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset, Graph
from mirld.graph.load import load
from mirld.graph.rules import infer
from mirld.vocab import MIR, OPERATION_ARCHITECTURES, SKOS

ROOT = Path(__file__).resolve().parents[2]
BASE = "https://w3id.org/mir/"
VOCAB = f"{BASE}vocab/"
RULES = ROOT / "ontology" / "rules"


@pytest.fixture(scope="module")
def view(dataset: Dataset) -> Graph:
    return dataset.view


def said(view: Graph, entry: str, mode: str | None = None) -> set[str]:
    """Concepts that classify an entry, those of one mode only when it is given, without the base."""
    return {
        str(concept).removeprefix(VOCAB)
        for node in view.iris(entry, MIR.classification)
        if mode is None or view.text(node, MIR.mode) == f"{VOCAB}mode/{mode}"
        for concept in view.iris(node, MIR.concept)
    }


def test_every_rule_has_a_query_that_begins_with_its_question(view: Graph) -> None:
    """One file a concept of the scheme, one question a file; what it makes names the rule."""
    rules = {view.text(rule, SKOS.notation) for rule, name in view.incoming(f"{VOCAB}rule") if name == SKOS.inScheme}
    assert {path.stem for path in RULES.iterdir()} == rules
    for path in RULES.iterdir():
        text = path.read_text(encoding="utf-8")
        assert re.match(r"# [^\n]*\?\n# ", text), path.name
        assert f"mir:rule <vocab/rule/{path.stem}>" in text
        assert "mir:ground ?" in text or "mir:ground mir:" in text
        assert all(len(line) <= 120 for line in text.splitlines()), path.name


def test_each_rule_finds_something(view: Graph) -> None:
    """A rule that never applies is one that nobody can have tested."""
    used = Counter(str(rule) for node in view.instances(MIR.Classification) for rule in view.iris(node, MIR.rule))
    assert {f"{VOCAB}rule/{path.stem}" for path in RULES.iterdir()} == set(used)


def test_the_same_facts_give_the_same_triples(dataset: Dataset) -> None:
    again = [(subject, *pair) for subject, pairs in infer(load(Corpus.scan(ROOT)), ROOT) for pair in pairs]
    stated = dataset.graphs[f"{BASE}graph/inferred"]
    assert len(again) == len(stated) > 10_000
    # The first that differs, for pytest would write out both lists.
    assert next(((one, other) for one, other in zip(again, stated, strict=True) if one != other), None) is None


def test_every_model_and_series_of_models_is_classified_or_said_not_to_be(view: Graph) -> None:
    """All of them, by type at least; and of every release what it supports, or that this is not known."""
    for entry in view.instances(MIR.Model, MIR.Adapter, MIR.Info):
        kinds = {kind.rpartition("/")[2] for kind in view.iris(entry, MIR.architecture)}
        criteria = {view.text(node, MIR.criterion) for node in view.iris(entry, MIR.classification)}
        assert (f"{VOCAB}oecd-class/am-2" in criteria) == (not kinds & OPERATION_ARCHITECTURES), entry
        if "/info/" not in entry:
            assert {f"{VOCAB}nist-ai-use", f"{VOCAB}oecd-aim"} <= criteria, entry


def test_nothing_is_said_of_an_operation_or_of_a_tokenizer(view: Graph) -> None:
    for entry in view.instances(MIR.Operation, MIR.Scheduler):
        assert not view.iris(entry, MIR.classification), entry
    tokenizers = [
        entry
        for entry in view.instances(MIR.Model)
        if f"{VOCAB}architecture/encoder" in view.iris(entry, MIR.architecture)
    ]
    assert len(tokenizers) > 100
    assert not any(said(view, entry, "asserted") - {"oecd-class/am-3-1"} for entry in tokenizers)


def test_no_classification_is_without_a_ground_a_rule_and_a_mode(view: Graph) -> None:
    nodes = view.instances(MIR.Classification)
    assert len(nodes) > 5_000
    for node in nodes:
        assert view.iris(node, MIR.ground), node
        assert view.iris(node, MIR.rule), node
        assert len(view.iris(node, MIR.mode)) == 1, node
        assert all(ground in view or not ground.startswith(BASE) for ground in view.iris(node, MIR.ground)), node


def test_an_entry_has_one_answer_to_a_criterion_that_has_one(view: Graph) -> None:
    """Type, rights, generativity and number of models: never two of them."""
    for entry in view.instances(MIR.Model, MIR.Adapter, MIR.Info):
        answers = Counter(concept.rpartition("-")[0] for concept in said(view, entry, "asserted"))
        assert not [criterion for criterion, count in answers.items() if count > 1], entry


def test_what_answers_a_recalled_criterion_carries_the_mark(view: Graph) -> None:
    recalled = {node for node in view.subjects() if view.text(node, MIR.unverified) == "true"}
    for node in view.instances(MIR.Classification):
        names = [*view.iris(node, MIR.concept), *view.iris(node, MIR.criterion)]
        assert (node in recalled) == any(name in recalled for name in names), node


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (
            "model/unet/stable-diffusion-xl/base",
            {
                "asserted oecd-class/am-2-2",
                "asserted oecd-class/am-4-2",
                "asserted oecd-class/am-5-2",
                "supports oecd-aim/content",
                "supports nist-ai-use/content-creation",
                "to-consider nist-gai/gai-risks",
                "to-consider nist-aml/genai",
            },
        ),
        (
            "model/lora/hyper/flux-1",
            {
                "asserted oecd-class/am-2-2",
                "asserted oecd-class/am-4-2",
                "supports oecd-aim/content",
                "supports nist-ai-use/content-creation",
                "to-consider nist-gai/gai-risks",
                "to-consider nist-aml/genai",
            },
        ),
        (
            "model/vae/kl/stable-diffusion-xl",
            {
                "asserted oecd-class/am-2-2",
                "asserted oecd-class/am-4-3",
                "asserted oecd-class/am-5-1",
                "to-consider nist-gai/gai-risks",
                "to-consider nist-aml/genai",
            },
        ),
    ],
)
def test_known_models_are_classified_as_a_person_would(view: Graph, entry: str, expected: set[str]) -> None:
    """A diffusion model, an adapter by its base, and an autoencoder that only serves others."""
    found = {
        f"{mode} {concept}"
        for mode in ("asserted", "supports", "to-consider")
        for concept in said(view, f"{BASE}{entry}", mode)
    }
    assert found - {"asserted oecd-class/am-1-1", "asserted oecd-class/am-3-1"} == expected


def test_what_the_rules_find_keeps_to_every_shape_and_rule_of_the_registry(dataset: Dataset) -> None:
    """The inferred graph is checked as if it had been written by hand."""
    report = check(Corpus.scan(ROOT), dataset, Shapes.read(ROOT / "shapes"), everything=False)
    assert report.findings == ()
