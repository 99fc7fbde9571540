"""Classes of diffusers and transformers with what they take, read from packages that tests make."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.harvest.packages import make_wheel

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.dataset import Graph
from mirld.graph.terms import Iri, Literal
from mirld.graph.turtle import write_turtle
from mirld.harvest.findings import count_by_problem
from mirld.harvest.items import Harvest
from mirld.harvest.known import Known
from mirld.harvest.library_classes import diffusers, transformers
from mirld.harvest.package import Package
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, RDF_TYPE

DIFFUSERS = {
    "diffusers/__init__.py": "",
    "diffusers/models/modeling_utils.py": """
class ModelMixin:
    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
        variant = kwargs.pop("variant", None)
        return cls.load(pretrained_model_name_or_path, **kwargs)
""",
    "diffusers/models/orrery.py": """
from .modeling_utils import ModelMixin
from ..configuration_utils import register_to_config

class OrreryModel(ModelMixin):
    @register_to_config
    def __init__(self, planets: int = 6, moons=(1, 2), *, names: "list[str] | None" = None, tilt: float = -0.5):
        pass

class OrreryPair(ModelMixin):
    def __init__(self, first, second):
        pass
""",
    "diffusers/pipelines/pipeline_utils.py": """
class DiffusionPipeline:
    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs):
        variant = kwargs.pop("variant", None)
        revision = kwargs.get("revision", None)
        return cls.load(pretrained_model_name_or_path, **kwargs)
""",
    "diffusers/pipelines/sizes.py": "HEIGHT = 64 * 8\n",
    "diffusers/pipelines/orrery/__init__.py": "from .pipeline_orrery import OrreryPipeline\n",
    "diffusers/pipelines/orrery/pipeline_orrery.py": """
from typing import Literal, Optional, Union
import torch
from ..pipeline_utils import DiffusionPipeline
from ..sizes import HEIGHT

class OrreryPipeline(DiffusionPipeline):
    def __init__(self, unet: "OrreryModel", scheduler, is_slow: bool = False):
        super().__init__()
        self.register_modules(unet=unet, scheduler=scheduler)

    def check_inputs(self, prompt, strength, steps, eta):
        if strength < 0 or strength > 1:
            raise ValueError("strength")
        if steps is not None and steps < 1:
            raise ValueError("steps")
        if not 0 <= eta <= 2:
            raise ValueError("eta")
        if prompt is None:
            if height < 8:
                raise ValueError("height")

    def __call__(
        self,
        prompt: Union[str, list[str]] = None,
        height: Optional[int] = HEIGHT,
        num_frames: int = 8,
        strength: float = 0.8,
        steps: int | None = 50,
        eta=0.0,
        output_type: Literal["pil", "np"] | None = "pil",
        latents: torch.Tensor | None = None,
        style: Literal["a"] | torch.Tensor = "a",
        made=torch.zeros(1),
        rules: str = "Please describe the heavens as they are, planet by planet, from the innermost to the outermost.",
        **kwargs,
    ):
        '''Turn it.

        Args:
            height (`int`, *optional*):
                How high the picture is in pixels. It is not counted in seconds.
            num_frames (`int`):
                How many pictures. At eight a second, that many make a film whose length is stated in seconds.
        '''
        callback = kwargs.pop("callback", None)
        self.check_inputs(prompt, strength, steps, eta)

class OrreryImagePipeline(OrreryPipeline):
    pass

class SmallOrreryPipeline(OrreryPipeline):
    def __call__(self, prompt: Union[str, list[str]] = None, **kwargs):
        return self.turn(prompt, **kwargs)

class WideOrreryPipeline(SmallOrreryPipeline):
    def __call__(self, width: int = 8, **kwargs):
        return super().__call__(**kwargs)

class _HiddenPipeline(DiffusionPipeline):
    def __call__(self, secret=1):
        pass
""",
    "diffusers/pipelines/orrery/pipeline_twice.py": """
from . import OrreryPipeline

class ORRERYPipeline(OrreryPipeline):
    def __call__(self, nothing=1):
        pass

class AgainPipeline(OrreryPipeline):
    def __call__(self, größe: int = 1, sized: "<b>int</b>" = 1, turned: "a\\u202eb" = 1):
        pass
""",
}

TRANSFORMERS = {
    "transformers/configuration_utils.py": """
from dataclasses import dataclass
from typing import ClassVar, Literal

@strict(accept_kwargs=True)
@dataclass(repr=False)
class PreTrainedConfig(Mixin):
    model_type: ClassVar[str] = ""
    dtype: str | torch.dtype | None = None
    is_decoder: bool = False
    kind: Literal["one", "two"] | None = None
""",
    "transformers/generation/configuration_utils.py": """
class GenerationConfig(PushToHubMixin):
    def __init__(self, **kwargs):
        self.top_k = kwargs.pop("top_k", None)
        for key, value in kwargs.items():
            setattr(self, key, value)
""",
    "transformers/models/orrery/configuration_orrery.py": """
from dataclasses import field
from ...configuration_utils import PreTrainedConfig

@strict
class OrreryConfig(PreTrainedConfig):
    model_type = "orrery"
    planets: int = 6
    range: float = interval(min=0.0, max=1.0)(default=0.02)
    teeth: int = positive_int_field(default=32)
    sizes: list[int] = field(default_factory=lambda: [1, 2])
    empty: dict = field(default_factory=dict)
    limit: float = float("inf")
    is_decoder: bool = False
    dtype: str | None = "f16"
    required: int
    made: int = compute()

@strict
class OrreryTextConfig(OrreryConfig):
    planets: int = 8

class OldOrreryConfig(OrreryConfig):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
""",
    "transformers/models/auto/auto_mappings.py": """
from collections import OrderedDict
CONFIG_MAPPING_NAMES = OrderedDict([("orrery", "OrreryConfig"), ("orrery_text", "OrreryTextConfig")])
""",
    "transformers/models/auto/modeling_auto.py": """
from collections import OrderedDict
MODEL_MAPPING_NAMES = OrderedDict([("orrery", "OrreryModel"), ("gone", "GoneModel")])
MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = OrderedDict([("orrery", ("OrreryForCausalLM", "OrreryLMHead"))])
""",
}

Reader = Callable[[Package, Known], Harvest]


class Read:
    """What was read, to be asked by names of classes and parameters."""

    def __init__(self, reader: Reader, path: Path, library: str) -> None:
        self.harvest = reader(Package.open(path), Known())
        self.start = f"{DEFAULT_BASE}library/{library}/"
        self.graph = Graph(triple for triples in self.harvest.triples.values() for triple in triples)

    def texts(self, name: str, predicate: str) -> set[str]:
        """Return what is said of a class, as texts; classes by their last step."""
        found = self.graph.values(f"{self.start}class/{name.lower()}", predicate)
        return {term.value if isinstance(term, Literal) else term.rpartition("/")[2] for term in found}

    def own(self, name: str) -> dict[tuple[str, str], Mapping[str, str]]:
        """Return the definitions that a class links, by phase and name: each value by its property."""
        parts = self.graph.iris(f"{self.start}class/{name.lower()}", MIR.parameter)
        result = {}
        for part in parts:
            said = {
                predicate.rpartition("#")[2]: term.value if isinstance(term, Literal) else term.rpartition("/")[2]
                for predicate, term in self.graph.pairs(part)
            }
            result[said["phase"], said["parameterName"]] = said
        return result


@pytest.fixture(scope="module")
def pipelines(tmp_path_factory: pytest.TempPathFactory) -> Read:
    path = tmp_path_factory.mktemp("d") / "diffusers-1.0-py3-none-any.whl"
    return Read(diffusers.read, make_wheel(path, DIFFUSERS), "diffusers")


@pytest.fixture(scope="module")
def configurations(tmp_path_factory: pytest.TempPathFactory) -> Read:
    path = tmp_path_factory.mktemp("t") / "transformers-1.0-py3-none-any.whl"
    return Read(transformers.read, make_wheel(path, TRANSFORMERS), "transformers")


def test_a_class_says_where_it_is_and_at_which_version(pipelines: Read) -> None:
    """Library, version, module, and the line of the file at the tag of that version."""
    assert pipelines.texts("OrreryPipeline", MIR.className) == {"OrreryPipeline"}
    assert pipelines.texts("OrreryPipeline", MIR.libraryVersion) == {"==1.0"}
    assert pipelines.texts("OrreryPipeline", MIR.modulePath) == {"diffusers.pipelines.orrery.pipeline_orrery"}
    assert pipelines.graph.values(f"{pipelines.start}class/orrerypipeline", DCTERMS.source) == [
        Iri("https://github.com/huggingface/diffusers/blob/v1.0/src/diffusers/pipelines/orrery/pipeline_orrery.py#L7")
    ]


def test_a_call_takes_its_arguments_and_what_it_takes_out_of_the_rest_by_name(pipelines: Read) -> None:
    """Types as annotated, defaults as literals, also of constants of other modules; None is a default too."""
    own = pipelines.own("OrreryPipeline")
    assert own["call", "prompt"]["valueType"] == "Union[str, list[str]]"
    assert own["call", "prompt"]["defaultValue"] == "null"
    assert own["call", "height"]["defaultValue"] == "512"
    assert own["call", "eta"]["defaultValue"] == "0.0"
    assert "valueType" not in own["call", "eta"]
    assert own["call", "callback"]["defaultValue"] == "null"
    assert pipelines.texts("OrreryPipeline", MIR.open) == set()


def test_parts_of_a_pipeline_are_no_parameters_of_its_constructor(pipelines: Read) -> None:
    """What it registers as modules are entries of their own."""
    assert {name for phase, name in pipelines.own("OrreryPipeline") if phase == "init"} == {"is_slow"}


def test_what_a_pipeline_takes_on_loading_is_said_once(pipelines: Read) -> None:
    """Of the class at the top, which all below it extend; where from is no parameter."""
    assert set(pipelines.own("DiffusionPipeline")) == {("load", "variant"), ("load", "revision")}
    assert pipelines.texts("OrreryPipeline", MIR.extends) == {"diffusionpipeline"}
    assert not [name for phase, name in pipelines.own("OrreryPipeline") if phase == "load"]


def test_limits_are_those_that_are_asked_whatever_else_is_given(pipelines: Read) -> None:
    """What refuses a value before the call begins; what it asks only sometimes is no limit."""
    own = pipelines.own("OrreryPipeline")
    limits = {name: (said.get("minimum"), said.get("maximum")) for (_, name), said in own.items()}
    assert limits["strength"] == ("0", "1")
    assert limits["steps"] == ("1", None)
    assert limits["eta"] == ("0", "2")
    assert limits["height"] == (None, None)


def test_a_unit_is_what_the_first_sentence_says(pipelines: Read) -> None:
    """Later ones speak of other things."""
    own = pipelines.own("OrreryPipeline")
    assert {name: said["unit"] for (_, name), said in own.items() if "unit" in said} == {"height": "px"}


def test_values_are_listed_where_the_type_is_a_list_of_them(pipelines: Read) -> None:
    """With None beside it or not; a list beside another type lists nothing."""
    parts = pipelines.graph.iris(f"{pipelines.start}class/orrerypipeline", MIR.parameter)
    listed = {
        pipelines.graph.text(part, MIR.parameterName): [
            term.value for term in pipelines.graph.values(part, MIR.allowedValue) if isinstance(term, Literal)
        ]
        for part in parts
    }
    assert {name: values for name, values in listed.items() if values} == {"output_type": ["pil", "np"]}


def test_a_class_without_a_method_of_its_own_has_that_above_it(pipelines: Read) -> None:
    """It extends the class above it, and nothing is said again."""
    assert pipelines.texts("OrreryImagePipeline", MIR.extends) == {"orrerypipeline"}
    assert pipelines.own("OrreryImagePipeline") == {}


def test_a_method_that_takes_less_does_not_extend(pipelines: Read) -> None:
    """It extends the class above that takes no more than it does; it is open, since it passes on what it is given."""
    assert pipelines.texts("SmallOrreryPipeline", MIR.extends) == {"diffusionpipeline"}
    assert {name for phase, name in pipelines.own("SmallOrreryPipeline") if phase == "call"} == {"prompt"}
    assert pipelines.texts("SmallOrreryPipeline", MIR.open) == {"call"}


def test_a_method_that_gives_the_rest_to_the_one_above_it_adds_to_that(pipelines: Read) -> None:
    """What the one above takes holds as well, and is not said again."""
    assert pipelines.texts("WideOrreryPipeline", MIR.extends) == {"smallorrerypipeline"}
    assert set(pipelines.own("WideOrreryPipeline")) == {("call", "width")}


def test_a_model_takes_what_its_configuration_registers(pipelines: Read) -> None:
    """Of one that registers nothing, arguments are parts and no parameters."""
    own = pipelines.own("OrreryModel")
    assert {name: said["defaultValue"] for (_, name), said in own.items()} == {
        "planets": "6",
        "moons": "[1,2]",
        "names": "null",
        "tilt": "-0.5",
    }
    assert own["init", "names"]["valueType"] == "list[str] | None"
    assert pipelines.own("OrreryPair") == {}


def test_a_definition_that_classes_share_stands_once(pipelines: Read) -> None:
    """In the index of its letter, under its name and a digest of what it says."""
    users = [
        subject.rpartition("/")[2]
        for subject, predicate, term in pipelines.graph
        if predicate == MIR.parameter and "#prompt-" in str(term) and "/class/" in subject
    ]
    assert sorted(users) == ["orrerypipeline", "smallorrerypipeline"]
    assert len([part for part in pipelines.graph.instances(MIR.Parameter) if "/p#prompt-" in part]) == 1
    (index,) = (each for each in pipelines.graph.instances(MIR.ParameterIndex) if each.endswith("/p"))
    assert pipelines.graph.text(index, MIR.library) == "diffusers"


def test_what_is_not_taken_over_is_found(pipelines: Read) -> None:
    """Private classes are nobody's; a second class of a name, a name no path can have, hostile types and long texts."""
    assert f"{pipelines.start}class/_hiddenpipeline" not in pipelines.graph
    assert count_by_problem(pipelines.harvest.findings) == {"ambiguous-id": 1, "garbage-id": 3, "lost-field": 2}
    said = {finding.upstream_id.rpartition(".")[2]: finding for finding in pipelines.harvest.findings}
    assert said["größe"].field == "parameter"
    assert said["turned"].value == "a\\u202eb"
    assert said["rules"].value.endswith("…")
    assert len(said["rules"].value) < 60
    assert said["made"].place == "diffusers/pipelines/orrery/pipeline_orrery.py:34"
    own = pipelines.own("AgainPipeline")
    assert {name for phase, name in own if phase == "call"} == {"sized", "turned"}
    assert not any("valueType" in own["call", name] for name in ("sized", "turned"))


def test_the_fields_of_a_configuration_are_its_parameters(configurations: Read) -> None:
    """Typed, with limits of validated fields, and defaults that `field` makes; class variables are none of them."""
    own = configurations.own("OrreryConfig")
    assert {name: said.get("defaultValue") for (_, name), said in own.items()} == {
        "planets": "6",
        "range": "0.02",
        "teeth": "32",
        "sizes": "[1,2]",
        "empty": "{}",
        "limit": "INF",
        "dtype": "f16",
        "required": None,
        "made": None,
    }
    assert {phase for phase, _ in own} == {"init"}
    assert (own["init", "range"]["minimum"], own["init", "range"]["maximum"]) == ("0.0", "1.0")
    assert own["init", "teeth"]["minimum"] == "1"
    assert [finding.value for finding in configurations.harvest.findings] == ["compute()"]


def test_what_every_configuration_has_is_said_once(configurations: Read) -> None:
    """A class says what it adds or changes; what it says again as it was is left to the class above."""
    assert {name for _, name in configurations.own("PreTrainedConfig")} == {"dtype", "is_decoder", "kind"}
    assert configurations.texts("PreTrainedConfig", MIR.open) == {"init"}
    assert configurations.texts("OrreryConfig", MIR.extends) == {"pretrainedconfig"}
    assert configurations.texts("OrreryConfig", MIR.open) == set()
    assert configurations.own("OrreryTextConfig")["init", "planets"]["defaultValue"] == "8"
    assert configurations.texts("OrreryTextConfig", MIR.extends) == {"orreryconfig"}
    assert configurations.own("OldOrreryConfig") == {}
    assert configurations.texts("OldOrreryConfig", MIR.extends) == {"orreryconfig"}


def test_generation_takes_what_it_takes_out_by_name_and_any_other(configurations: Read) -> None:
    """Its constructor has no arguments of its own."""
    assert set(configurations.own("GenerationConfig")) == {("init", "top_k")}
    assert configurations.texts("GenerationConfig", MIR.open) == {"init"}


def test_a_configuration_names_the_models_that_are_made_from_it(configurations: Read) -> None:
    """By the kind of model that both are listed under."""
    assert configurations.texts("OrreryConfig", MIR.configures) == {"OrreryModel", "OrreryForCausalLM", "OrreryLMHead"}
    assert configurations.texts("OrreryTextConfig", MIR.configures) == set()


@pytest.mark.parametrize(
    ("reader", "files", "gone"),
    [
        (diffusers.read, DIFFUSERS, "diffusers/pipelines/pipeline_utils.py"),
        (diffusers.read, DIFFUSERS, "diffusers/models/modeling_utils.py"),
        (transformers.read, TRANSFORMERS, "transformers/configuration_utils.py"),
        (transformers.read, TRANSFORMERS, "transformers/models/auto/auto_mappings.py"),
        (transformers.read, TRANSFORMERS, "transformers/models/auto/modeling_auto.py"),
    ],
)
def test_a_package_of_another_layout_is_refused(
    tmp_path: Path, reader: Reader, files: Mapping[str, str], gone: str
) -> None:
    """Nothing is read rather than half of it."""
    left = {name: content for name, content in files.items() if name != gone}
    package = Package.open(make_wheel(tmp_path / "p-1.0-py3-none-any.whl", left))
    with pytest.raises(InputError):
        reader(package, Known())


def test_a_list_of_configurations_that_is_no_list_is_refused(tmp_path: Path) -> None:
    """Its name is there, and means something else."""
    files = {**TRANSFORMERS, "transformers/models/auto/auto_mappings.py": "CONFIG_MAPPING_NAMES = load()\n"}
    package = Package.open(make_wheel(tmp_path / "p-1.0-py3-none-any.whl", files))
    with pytest.raises(InputError, match="lists no configurations"):
        transformers.read(package, Known())


def test_python_that_is_none_is_said_with_its_line(tmp_path: Path) -> None:
    """The file and the line, as for every other source."""
    broken = {**DIFFUSERS, "diffusers/models/broken.py": "x = 1\nclass :\n"}
    package = Package.open(make_wheel(tmp_path / "p-1.0-py3-none-any.whl", broken))
    with pytest.raises(SyntaxInputError) as caught:
        diffusers.read(package, Known())
    assert caught.value.file == "p-1.0-py3-none-any.whl/diffusers/models/broken.py"
    assert caught.value.line == 2


HOSTILE = {
    "deep": (
        "class P(DiffusionPipeline):\n"
        f"    def __call__(self, a: {'list[' * 80}int{']' * 80} = {'[' * 80}{']' * 80}): pass\n"
    ),
    "long": f"class P(DiffusionPipeline):\n    def __call__(self, a={'x' * 5_000_000!r}): pass\n",
    "large": "class P(DiffusionPipeline):\n    def __call__(self, a=0x" + "f" * 9000 + ", b=1e999): pass\n",
    "bytes": "class P(DiffusionPipeline):\n    def __call__(self, a=b'x', b=..., c=1j, d={1: 2, (1,): 3}): pass\n",
    "circle": "class A(B): pass\nclass B(A): pass\nclass P(A, DiffusionPipeline): pass\n",
    "itself": "class P(P, DiffusionPipeline): pass\n",
    "order": "class X(DiffusionPipeline): pass\nclass P(DiffusionPipeline, X): pass\n",
    "twice": "class P(DiffusionPipeline):\n    def __call__(self, a=1): pass\n    def __call__(self, b=1): pass\n",
    "no self": "class P(DiffusionPipeline):\n    def __call__(): pass\n    def __init__(*args): pass\n",
}


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
def test_code_made_to_break_the_reading_is_read_or_left_out(tmp_path: Path, code: str) -> None:
    """Whatever it is, there is an answer, and what is written is Turtle of the usual size."""
    files = {
        **DIFFUSERS,
        "diffusers/pipelines/hostile.py": f"from .pipeline_utils import DiffusionPipeline\n{code}",
    }
    package = Package.open(make_wheel(tmp_path / "p-1.0-py3-none-any.whl", files))
    found = diffusers.read(package, Known())
    said = [triple for triples in found.triples.values() for triple in triples]
    assert (Iri(f"{DEFAULT_BASE}library/diffusers/class/p"), Iri(RDF_TYPE), Iri(MIR.LibraryClass)) in said
    assert len(write_turtle(said, DEFAULT_BASE)) < 40_000
    assert all(len(json.dumps(finding.value)) < 2000 for finding in found.findings)


def test_the_same_package_gives_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the order of its files, and whatever the seed of hashes."""
    names = list(DIFFUSERS)
    random.Random(1).shuffle(names)  # noqa: S311  # a test that can be run again
    first = make_wheel(tmp_path / "first-1.0-py3-none-any.whl", DIFFUSERS)
    second = make_wheel(tmp_path / "second-1.0-py3-none-any.whl", {name: DIFFUSERS[name] for name in names})
    program = (
        "import sys; from pathlib import Path; from mirld.harvest.library_classes.diffusers import read;"
        "from mirld.harvest.known import Known;"
        "from mirld.harvest.package import Package; from mirld.graph.turtle import write_turtle\n"
        "found = read(Package.open(Path(sys.argv[1])), Known())\n"
        "for name, triples in sorted(found.triples.items()): print(write_turtle(triples, 'https://w3id.org/mir/'))\n"
        "print(sorted(found.findings))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program, str(path)],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for path, seed in ((first, "1"), (second, "2"))
    }
    assert len(outputs) == 1
