"""PEFT: methods of adaptation as tuners register them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.harvest.packages import make_wheel

from mirld.errors import InputError, SyntaxInputError
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.merge import merge
from mirld.harvest.package import Package
from mirld.harvest.sources.peft import SOURCE, read
from mirld.vocab import MIR

TYPES = (
    "import enum\nclass PeftType(str, enum.Enum):\n    LORA = 'LORA'\n    ADALORA = 'ADALORA'\n"
    "    P_TUNING = 'P_TUNING'\nclass TaskType(str, enum.Enum):\n    CAUSAL_LM = 'CAUSAL_LM'\n"
)
FILES = {
    "peft/utils/peft_types.py": TYPES,
    "peft/config.py": (
        "class PeftConfigMixin:\n    auto_mapping: dict = None\n"
        "class PeftConfig(PeftConfigMixin):\n    revision: str = None\n"
        "class PromptLearningConfig(PeftConfig):\n    num_layers: int = field(default=None)\n"
    ),
    "peft/tuners/lora/config.py": (
        "class LoraConfig(PeftConfig):\n    '''https://arxiv.org/abs/2106.09685'''\n    r: int = field(default=8)\n"
        "    bias: Literal['none', 'all'] = field(default='none')\n"
    ),
    "peft/tuners/lora/__init__.py": "register_peft_method(name='lora', config_cls=LoraConfig, model_cls=LoraModel)\n",
    "peft/tuners/adalora/config.py": (
        "class AdaLoraConfig(LoraConfig):\n    '''arxiv.org/abs/2303.10512 or arxiv.org/abs/2106.09685'''\n"
        "    r: int = 12\n    tinit: int = 0\n"
    ),
    "peft/tuners/adalora/__init__.py": (
        "if ready():\n    register_peft_method(name='adalora', config_cls=AdaLoraConfig, model_cls=AdaLoraModel)\n"
    ),
    "peft/tuners/p_tuning/config.py": "class PromptEncoderConfig(PromptLearningConfig):\n    dropout: float = 0.0\n",
    "peft/tuners/p_tuning/__init__.py": (
        "register_peft_method(name='p_tuning', config_cls=PromptEncoderConfig, model_cls=PromptEncoder)\n"
    ),
}


def harvested(tmp_path: Path, changed: Mapping[str, str | None] | None = None) -> Harvest:
    files = {path: content for path, content in {**FILES, **(changed or {})}.items() if content is not None}
    return read(Package.open(make_wheel(tmp_path / "peft-1.0-py3-none-any.whl", files)), Known())


def by_key(found: Harvest) -> dict[str, Item]:
    return {item.key: item for item in found.items}


def parameters(item: Item) -> dict[str, str | None]:
    """Give the default of each parameter by name."""
    return {
        part.key: next((str(term[0]) for said, term in part.facts if said == MIR.defaultValue), None)
        for part in item.parts.values()
        if part.kind == "parameter"
    }


def test_each_method_is_an_operation_of_its_own(tmp_path: Path) -> None:
    """Named as it registers itself, and called by its class where that is the same name."""
    found = merge(harvested(tmp_path), Known(), SOURCE.iri, "https://example.org")
    assert found.paths == {
        "peft:ADALORA": "operations/adapter/adalora/peft",
        "peft:LORA": "operations/adapter/lora/peft",
        "peft:P_TUNING": "operations/adapter/p-tuning/peft",
    }
    labels = {item.key: (item.label, item.series_label) for item in harvested(tmp_path).items}
    assert labels["peft:LORA"] == ("Lora in PEFT", "Lora (adapter method)")
    assert labels["peft:P_TUNING"] == ("p-tuning in PEFT", "p-tuning (adapter method)")
    assert found.findings == []


def test_a_method_has_the_parameters_of_its_class_and_of_those_above(tmp_path: Path) -> None:
    """The lower class wins; what every configuration has, of whatever method, is left out."""
    found = by_key(harvested(tmp_path))
    assert parameters(found["peft:LORA"]) == {"r": "8", "bias": "none"}
    assert parameters(found["peft:ADALORA"]) == {"r": "12", "bias": "none", "tinit": "0"}
    assert parameters(found["peft:P_TUNING"]) == {"num_layers": "null", "dropout": "0.0"}


def test_one_paper_alone_is_that_of_the_method(tmp_path: Path) -> None:
    """Which is a conclusion, and says so; of two, nobody knows which."""
    found = by_key(harvested(tmp_path))
    papers = {key: [term for said, term in item.facts if said == MIR.paper] for key, item in found.items()}
    assert papers == {"peft:LORA": ["https://arxiv.org/abs/2106.09685"], "peft:ADALORA": [], "peft:P_TUNING": []}
    assert found["peft:LORA"].inferred == {MIR.paper}


@pytest.mark.parametrize(
    ("registration", "problem"),
    [
        ("register_peft_method(name=NAME, config_cls=LoraConfig)", "lost-field"),
        ("register_peft_method(name='lora', config_cls=make())", "lost-field"),
        ("register_peft_method(**given)", "lost-field"),
        ("register_peft_method(name='unheard', config_cls=LoraConfig)", "unknown-reference"),
        ("register_peft_method(name='lora', config_cls=NowhereConfig)", "unknown-reference"),
        ("register_peft_method(name='lo\\u202era', config_cls=LoraConfig)", "unknown-reference"),
        ("register_peft_method(name='<b>lora</b>', config_cls=LoraConfig)", "unknown-reference"),
        (f"register_peft_method(name='{'x' * 10_000_000}', config_cls=LoraConfig)", "unknown-reference"),
    ],
)
def test_a_registration_that_cannot_be_read_is_a_finding(tmp_path: Path, registration: str, problem: str) -> None:
    """And so is the type that is then left without a method; the others are read."""
    found = harvested(tmp_path, {"peft/tuners/lora/__init__.py": registration + "\n"})
    assert set(by_key(found)) == {"peft:ADALORA", "peft:P_TUNING"}
    assert [one.problem for one in found.findings] == [problem, "unknown-reference"]
    assert found.findings[1].upstream_id == "peft:LORA"
    assert all(len(one.value) < 500 and "\u202e" not in one.value for one in found.findings)


@pytest.mark.parametrize(
    ("path", "content", "error"),
    [
        ("peft/utils/peft_types.py", None, "no such file"),
        ("peft/utils/peft_types.py", "class TaskType:\n    A = 'A'\n", "lists no types"),
        ("peft/tuners/lora/config.py", "class LoraConfig(:\n", "this is no Python"),
        ("peft/tuners/lora/config.py", "((" * 100_000, "this is no Python"),
    ],
)
def test_another_layout_stops_with_its_file(tmp_path: Path, path: str, content: str | None, error: str) -> None:
    """Rather than an empty harvest."""
    with pytest.raises((InputError, SyntaxInputError), match=error) as caught:
        harvested(tmp_path, {path: content})
    assert str(caught.value.file).endswith(path)


def test_a_package_without_registrations_stops(tmp_path: Path) -> None:
    """The layout changed, and the message says so."""
    gone = {path: "" for path in FILES if path.endswith("__init__.py")}
    with pytest.raises(InputError, match="no tuner registers a method"):
        harvested(tmp_path, gone)
