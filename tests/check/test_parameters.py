"""Settings are held to what their loaders and schedulers take, as far as anybody has read it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from tests.registries import edit, make_checked_registry

from mirld.check.changed import check_changed, check_everything
from mirld.check.findings import Finding, Report
from mirld.check.run import check
from mirld.check.shapes import Shapes
from mirld.check.values import beyond, fits
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.graph.terms import Literal, literal
from mirld.harvest.facts import json_literal
from mirld.lookup.fitting import holds

ORRERY = "data/curated/unet/orrery.ttl"
WHEEL = "data/curated/scheduler/wheel.ttl"
CLASSES = "data/harvested/gears/classes.ttl"


def report(root: Path) -> Report:
    corpus = Corpus.scan(root)
    return check(corpus, load(corpus), Shapes.read(root / "shapes"))


def faults(found: Report) -> list[Finding]:
    return [finding for finding in found.findings if finding.severity != "info"]


class Break(NamedTuple):
    """An edit of the entry, and the code, the marked line and the message of the one finding that it makes."""

    old: str
    new: str
    code: str
    message: str


BREAKS = [
    Break(
        '"guidance_scale"',
        '"gudance"',
        "lint:unknown-parameter",
        "StableDiffusionPipeline 0.42.1 has no parameter gudance of phase call: did you mean guidance_scale?",
    ),
    Break(
        '"guidance_scale"',
        '"requires_safety_checker"',
        "lint:unknown-parameter",
        "StableDiffusionPipeline 0.42.1 has no parameter requires_safety_checker of phase call: it is a parameter of"
        " phase init, write <vocab/phase/init>",
    ),
    Break(
        '"guidance_scale"',
        '"xyzzy"',
        "lint:unknown-parameter",
        "StableDiffusionPipeline 0.42.1 has no parameter xyzzy of phase call: leave it out, or name what it applies to",
    ),
    Break(
        '"variant"',
        '"varient"',
        "lint:unknown-parameter",
        "StableDiffusionPipeline 0.42.1 has no parameter varient of phase load: did you mean variant?",
    ),
    Break(
        '"teeth"',
        '"tooth"',
        "lint:unknown-parameter",
        "<operations/scheduler/wheel/discrete> has no parameter tooth of phase init: did you mean teeth?",
    ),
    Break(
        "mir:value 28",
        'mir:value "28"',
        "lint:wrong-type",
        "the type of num_inference_steps is int: write a value of that type",
    ),
    Break(
        "mir:value 28",
        "mir:value 0",
        "lint:wrong-value",
        "num_inference_steps is at least 1 and at most 1000: write a value in range",
    ),
    Break(
        'mir:parameterName "guidance_scale" ;\n    mir:phase <vocab/phase/call> ;\n    mir:value 5',
        'mir:parameterName "output_type" ;\n    mir:phase <vocab/phase/call> ;\n    mir:value "png"',
        "lint:wrong-value",
        "output_type is one of latent, pil: write one of these",
    ),
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.new[-30:])
def test_a_setting_that_nothing_takes_is_found_with_what_was_meant(tmp_path: Path, broken: Break) -> None:
    """Its code, its line, and a message that says what to write."""
    root = make_checked_registry(tmp_path / "r")
    edit(root, ORRERY, broken.old, broken.new)
    (found,) = faults(report(root))
    assert (found.code, found.severity, found.message) == (broken.code, "violation", broken.message)
    line = (root / ORRERY).read_text(encoding="utf-8").splitlines()[(found.line or 0) - 1]
    assert broken.new.splitlines()[-1].strip() in line


SOUND = {
    "a setting of loading that the constructor takes": (
        '"variant" ;\n    mir:phase <vocab/phase/load> ;\n    mir:value "fp16"',
        '"requires_safety_checker" ;\n    mir:phase <vocab/phase/load> ;\n    mir:value false',
    ),
    "a whole number where the type is a number with a fraction": ("mir:value 5 .", "mir:value 6 ."),
    "a class that nobody has read": ('"StableDiffusionPipeline"', '"OrreryPipeline"'),
    "a library that nobody has read": ('mir:library "diffusers"', 'mir:library "others"'),
    "a value inside the value of a parameter": ('"guidance_scale"', '"guidance_scale.start"'),
    "a loader of another version of the library": (
        '"StableDiffusionPipeline" ;\n    mir:library "diffusers"',
        '"StableDiffusionPipeline" ;\n    mir:library "diffusers" ;\n    mir:libraryVersion "<0.30"',
    ),
}


@pytest.mark.parametrize("sound", SOUND.values(), ids=SOUND)
def test_what_is_not_known_to_be_wrong_is_let_be(tmp_path: Path, sound: tuple[str, str]) -> None:
    """No finding, though the edit takes the rest of the settings out of reach as well."""
    root = make_checked_registry(tmp_path / "r")
    edit(root, ORRERY, *sound)
    assert faults(report(root)) == []


def test_a_misspelt_setting_of_a_class_that_nobody_has_read_is_let_be(tmp_path: Path) -> None:
    """The registry knows a part of the world: what it does not describe refuses nothing."""
    root = make_checked_registry(tmp_path / "r")
    edit(root, ORRERY, '"guidance_scale"', '"gudance"')
    edit(root, ORRERY, '"StableDiffusionPipeline"', '"OrreryPipeline"')
    assert faults(report(root)) == []


@pytest.mark.parametrize(("spoken", "found"), [("any", 1), ("diffusers", 1), ("invokeai", 0)])
def test_a_setting_is_for_what_its_name_speaks_of(tmp_path: Path, spoken: str, found: int) -> None:
    """What links no loader is for all of them, for those of a library, or for something that is none of them."""
    root = make_checked_registry(tmp_path / "r")
    path = root / ORRERY
    text = path.read_text(encoding="utf-8").replace("#setting-any-load-variant", f"#setting-{spoken}-load-variant")
    path.write_text(text.replace('"variant"', '"varient"'), encoding="utf-8")
    codes = [finding.code for finding in faults(report(root)) if finding.code != "lint:form"]
    assert codes == ["lint:unknown-parameter"] * found


def test_a_method_that_is_named_takes_what_it_takes(tmp_path: Path) -> None:
    """Loading with another method is not what the class takes on loading; a call is still one."""
    root = make_checked_registry(tmp_path / "r")
    edit(root, ORRERY, 'mir:className "Stable', 'mir:callable "load_lora_weights" ;\n    mir:className "Stable')
    edit(root, ORRERY, '"variant"', '"adapter_name"')
    assert faults(report(root)) == []
    edit(root, ORRERY, '"guidance_scale"', '"gudance"')
    assert [found.code for found in faults(report(root))] == ["lint:unknown-parameter"]


def test_a_scheduler_of_the_loader_takes_settings_of_construction(tmp_path: Path) -> None:
    """A setting that does not say what it applies to may be for the scheduler that its loader names."""
    root = make_checked_registry(tmp_path / "r")
    edit(root, ORRERY, "    mir:appliesTo <operations/scheduler/wheel/discrete> ;\n", "")
    path = root / ORRERY
    path.write_text(path.read_text(encoding="utf-8").replace("#setting-wheel-", "#setting-any-"), encoding="utf-8")
    assert [found.message for found in faults(report(root)) if found.code != "lint:form"] == [
        "StableDiffusionPipeline 0.42.1 has no parameter teeth of phase init: leave it out, or name what it applies to"
    ]
    loader = 'mir:library "diffusers"'
    edit(root, ORRERY, loader, f"{loader} ;\n    mir:scheduler <operations/scheduler/wheel/discrete>")
    assert [found for found in faults(report(root)) if found.code != "lint:form"] == []


def test_a_class_that_takes_any_name_is_asked_about_those_very_like_its_own(tmp_path: Path) -> None:
    """A configuration takes whatever it is given, so a slip there is a warning, and another name is none."""
    root = make_checked_registry(tmp_path / "r")
    edit(
        root,
        ORRERY,
        'mir:className "StableDiffusionPipeline" ;\n    mir:library "diffusers"',
        'mir:className "OrreryModel" ;\n    mir:library "orreries"',
    )
    old = '"guidance_scale" ;\n    mir:phase <vocab/phase/call>'
    edit(root, ORRERY, old, '"planet" ;\n    mir:phase <vocab/phase/init>')
    (found,) = faults(report(root))
    assert (found.code, found.severity) == ("lint:unknown-parameter", "warning")
    assert found.message == "OrreryConfig 1.0 has no parameter planet of phase init: did you mean planets?"
    edit(root, ORRERY, '"planet"', '"comets"')
    assert faults(report(root)) == []
    edit(root, ORRERY, '"comets" ;\n    mir:phase <vocab/phase/init> ;\n    mir:value 5',
         '"planets" ;\n    mir:phase <vocab/phase/init> ;\n    mir:value "five"')  # fmt: skip
    assert [found.code for found in faults(report(root))] == ["lint:wrong-type"]


def test_a_check_of_what_changed_follows_what_classes_and_schedulers_take(tmp_path: Path) -> None:
    """A scheduler that takes something else makes its settings wrong, and so does a class; each is told at once."""
    root, cache = make_checked_registry(tmp_path / "r"), tmp_path / "state.sqlite"
    assert faults(check_everything(Corpus.scan(root), cache)) == []
    edit(root, WHEEL, 'mir:parameterName "teeth"', 'mir:parameterName "tooth_count"')
    (found,) = faults(check_changed(Corpus.scan(root), cache))
    assert found.message.startswith("<operations/scheduler/wheel/discrete> has no parameter teeth")
    edit(root, WHEEL, 'mir:parameterName "tooth_count"', 'mir:parameterName "teeth"')
    assert faults(check_changed(Corpus.scan(root), cache)) == []
    edit(root, CLASSES, "        <library/diffusers/parameter/g#guidance_scale-00000002>,\n", "")
    (found,) = faults(check_changed(Corpus.scan(root), cache))
    assert "has no parameter guidance_scale of phase call" in found.message
    assert found.file == ORRERY


def test_one_changed_entry_is_held_to_what_was_read_before(tmp_path: Path) -> None:
    """The classes are not read again: one resource is looked at."""
    root, cache = make_checked_registry(tmp_path / "r"), tmp_path / "state.sqlite"
    check_everything(Corpus.scan(root), cache)
    edit(root, ORRERY, '"guidance_scale"', '"gudance"')
    found = check_changed(Corpus.scan(root), cache)
    assert found.checked == 1
    assert [finding.code for finding in faults(found)] == ["lint:unknown-parameter"]


@pytest.mark.parametrize(
    ("value", "kind", "answer"),
    [
        (literal(True), "bool", True),
        (literal(True), "int", False),
        (literal(1), "bool", False),
        (literal(1.5), "int", False),
        (literal(1), "Optional[float]", True),
        (literal("a"), "Optional[Union[str, List[str]]]", True),
        (json_literal(["a"]), "Optional[Union[str, List[str]]]", True),
        (json_literal({"a": 1}), "list[int]", False),
        (json_literal({"a": 1}), "dict[str, Any] | None", True),
        (json_literal(None), "int | None", True),
        (json_literal(None), "int", False),
        (literal(3), "Literal[1, 2]", True),
        (literal("1"), "Literal[1, 2]", False),
        (literal("bf16"), "torch.dtype", True),
        (literal("bf16"), "int | torch.Tensor", True),
        (literal("bf16"), "int | 'str'", True),
        (literal("bf16"), "int |", True),
        (literal("bf16"), "[" * 500 + "]" * 500, True),
        (Literal("{", json_literal(None).datatype), "dict", False),
    ],
)
def test_a_value_fits_a_type_or_does_not(value: Literal, kind: str, answer: bool) -> None:
    """A whole number fits a number with a fraction; whatever a type has that is not known, fits."""
    assert fits(value, kind) is answer


def test_limits_hold_for_numbers_alone() -> None:
    """The bounds themselves are within; a text is not out of any range."""
    assert not beyond(literal(1), "1", "1")
    assert beyond(literal(0.99), "1", None)
    assert beyond(literal(1.01), None, "1")
    assert not beyond(literal("low"), "1", "1")


@pytest.mark.parametrize(
    ("specifier", "answer"),
    [
        (">=0.30,<1", True),
        ("<0.30", False),
        ("!=0.42.1", False),
        (">0.42.1", False),
        ("<=0.42", False),
        ("==0.42.*", True),
        ("~=0.41", True),
        ("~=0.41.0", False),
        ("newest", True),
    ],
)
def test_a_version_is_meant_by_a_specifier_or_not(specifier: str, answer: bool) -> None:
    """As packages are asked for in Python; what is written in another way means every version."""
    assert holds(specifier, "0.42.1") is answer
