"""diffusers, on a package that holds one of each case: what is taken, what is refused, and what a new layout does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.conftest import SMALL
from tests.harvest.packages import make_wheel

from mirld.errors import InputError, MirldError, SyntaxInputError
from mirld.graph.terms import Iri
from mirld.graph.turtle import write_turtle
from mirld.harvest.items import Harvest
from mirld.harvest.known import Known
from mirld.harvest.merge import Merged, merge
from mirld.harvest.package import Package
from mirld.harvest.sources.diffusers import SOURCE, read
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR

PAGE = "https://github.com/huggingface/diffusers/blob/v1.0/src/diffusers"

SCHEDULERS = """
from enum import Enum


class Wheels(Enum):
    EulerDiscreteScheduler = 1
    SlowWheelScheduler = 2


class SchedulerMixin:
    _compatibles = []
"""
EULER = """
from typing import Literal

LIMIT = 8


class EulerDiscreteScheduler(SchedulerMixin, ConfigMixin):
    _compatibles = [e.name for e in Wheels]

    def __init__(
        self,
        steps: int = LIMIT,
        spacing: Literal["even", "late"] | None = "even",
        floor: float = -float("inf"),
        betas: "list[float] | None" = None,
        clock=now(),
        *,
        shape: tuple = (1, 2),
        **kwargs,
    ):
        pass

    def set_timesteps(self, steps: int, device=None):
        pass


class Output:
    pass
"""
SLOW = """
class SlowWheelScheduler(SchedulerMixin):
    _compatibles = ["EulerDiscreteScheduler", "GoneScheduler"]
"""
GUIDERS = """
class BaseGuidance:
    pass


class ClassifierFreeGuidance(BaseGuidance):
    def __init__(self, guidance_scale: float = 7.5):
        pass
"""
AUTO = """
AUTO_TEXT2IMAGE_PIPELINES_MAPPING = OrderedDict([("orrery", OrreryPipeline), ("quiet", QuietPipeline)])
AUTO_IMAGE2IMAGE_PIPELINES_MAPPING = OrderedDict([("orrery", OrreryPipeline)])
AUTO_TEXT2IMAGE_PIPELINES_MAPPING["late"] = LatePipeline
"""
ORRERY = '''
from transformers import CLIPTextModel
from ...models import AutoencoderKL, UNet2DConditionModel

EXAMPLE_DOC_STRING = """
    Example:
        ```py
        >>> import torch
        >>> from diffusers import AutoencoderKL, ControlNetModel, OrreryPipeline, SlowWheelScheduler
        >>> from transformers import CLIPTokenizer
        >>> from annotators import Lines

        >>> lines = Lines.from_pretrained("owner/lines")
        >>> words = CLIPTokenizer.from_pretrained("owner/words")
        >>> control = ControlNetModel.from_pretrained("owner/orbit-control", torch_dtype=torch.float16)
        >>> vae = AutoencoderKL.from_pretrained("owner/fine-vae")
        >>> part = AutoencoderKL.from_pretrained("owner/Comet-2B-Instruct", subfolder="vae")
        >>> dtype = torch.bfloat16
        >>> model_id = "owner/Comet-2B-Instruct"
        >>> pipe = OrreryPipeline.from_pretrained(
        ...     model_id, vae=vae, controlnet=[control], torch_dtype=dtype, revision="v2"
        ... ).to("cuda")
        >>> pipe.scheduler = SlowWheelScheduler.from_config(pipe.scheduler.config)
        >>> pipe.load_lora_weights("owner/dust", weight_name="dust.safetensors")
        >>> pipe.load_lora_weights("./mine.safetensors")
        >>> pipe.load_textual_inversion("owner/moss")
        >>> images = pipe("stars", steps=20, scale=7.5, sizes=[1, 2], spin=True, wrong=3, mood="calm").images
        >>> images = pipe("stars", steps=50).images
        ```
"""


class OrreryPipeline(DiffusionPipeline):
    def __init__(
        self,
        vae: AutoencoderKL,
        text_encoder: "CLIPTextModel | None",
        unet: UNet2DConditionModel | UNetMotionModel,
        controlnet: ControlNetModel | list[ControlNetModel] | MultiControlNetModel,
        scheduler: EulerDiscreteScheduler,
        watermark: bool = False,
    ):
        pass

    @torch.no_grad()
    @replace_example_docstring(EXAMPLE_DOC_STRING)
    def __call__(self, prompt, steps=20, scale=1.0, sizes=None, spin=False, mood=None):
        pass
'''
QUIET = '''
class QuietPipeline(DiffusionPipeline):
    """
    ```python
    pipe = DiffusionPipeline.from_pretrained("orrery/base", torch_dtype=torch.float16)
    image = pipe(steps=4)
    again = DiffusionPipeline.from_pretrained("not a repository")
    lost = DiffusionPipeline.from_pretrained(chosen)
    ```
    """

    def __init__(self, unet: UNet2DModel, scheduler: EulerDiscreteScheduler | SlowWheelScheduler):
        pass

    def __call__(self, steps=1, **kwargs):
        pass
'''
LATE = '''
class LatePipeline(QuietPipeline):
    """
    ```py
    >>> pipe = LatePipeline.from_pretrained("owner/late-base")
    >>> with torch.inference_mode():
    ...     image = pipe(steps=2)
    >>> said = "not closed
    ```
    """

    def __init__(self, transformer: LateTransformer2DModel, scheduler: EulerDiscreteScheduler | SlowWheelScheduler):
        pass
'''
SINGLE = """
CHECKPOINT_KEY_NAMES = {
    "comet": ["head.weight", "tail.weight"],
    "comet-fast": "fast.weight",
    "orrery": "sky.weight",
    "twice": ["head.weight", "twice.weight"],
    "vae": "decoder.weight",
}
DIFFUSERS_DEFAULT_PIPELINE_PATHS = {
    "comet-2b": {"pretrained_model_name_or_path": "owner/Comet-2B-Instruct"},
    "comet-fast": {"pretrained_model_name_or_path": "owner/Comet-Turbo"},
    "orrery": {"pretrained_model_name_or_path": "orrery/base"},
    "folder": {"pretrained_model_name_or_path": "orrery/base", "subfolder": "decoder"},
    "odd": {"pretrained_model_name_or_path": "path/to/odd"},
}


def infer_diffusers_model_type(checkpoint):
    if any(key in checkpoint for key in CHECKPOINT_KEY_NAMES["comet"]):
        if CHECKPOINT_KEY_NAMES["comet-fast"] in checkpoint:
            model_type = "comet-fast"
        else:
            model_type = "comet-2b"
    elif CHECKPOINT_KEY_NAMES["orrery"] in checkpoint:
        model_type = "orrery"
    elif CHECKPOINT_KEY_NAMES["twice"] in checkpoint:
        model_type = "orrery" if checkpoint else "comet-2b"
    elif CHECKPOINT_KEY_NAMES["vae"] in checkpoint:
        model_type = "orrery"
    return model_type
"""
FILES = {
    "diffusers/schedulers/scheduling_utils.py": SCHEDULERS,
    "diffusers/schedulers/scheduling_euler_discrete.py": EULER,
    "diffusers/schedulers/deprecated/scheduling_slow.py": SLOW,
    "diffusers/guiders/guidance.py": GUIDERS,
    "diffusers/pipelines/auto_pipeline.py": AUTO,
    "diffusers/pipelines/orrery/pipeline_orrery.py": ORRERY,
    "diffusers/pipelines/deprecated/quiet/pipeline_quiet.py": QUIET,
    "diffusers/pipelines/late/pipeline_late.py": LATE,
    "diffusers/loaders/single_file_utils.py": SINGLE,
}


def package(folder: Path, changed: Mapping[str, str] = {}) -> Package:  # never changed
    return Package.open(make_wheel(folder / "diffusers-1.0-py3-none-any.whl", {**FILES, **changed}))


def harvested(folder: Path, changed: Mapping[str, str] = {}) -> tuple[Harvest, Merged]:  # never changed
    found, known = package(folder, changed), Known.read(SMALL, "diffusers")
    harvest = read(found, known)
    return harvest, merge(harvest, known, SOURCE.iri, SOURCE.address(found))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Merged:
    return harvested(tmp_path_factory.mktemp("diffusers"))[1]


def said(found: Merged, subject: str) -> dict[str, set[str]]:
    """Return all that is said of a resource, by the local name of its property; IRIs without base and namespace."""
    result: dict[str, set[str]] = {}
    for each, predicate, term in found.triples:
        if each == DEFAULT_BASE + subject:
            text = term.removeprefix(str(MIR)).removeprefix(DEFAULT_BASE) if isinstance(term, Iri) else term.value
            result.setdefault(predicate.rpartition("#")[2].rpartition("/")[2], set()).add(text)
    return result


def problems(found: Merged, problem: str) -> dict[str, str]:
    """Return findings of one kind: value by what they are about."""
    return {finding.upstream_id: finding.value for finding in found.findings if finding.problem == problem}


EULER_ENTRY, SLOW_ENTRY = "operations/scheduler/wheel/discrete", "operations/scheduler/slowwheel/scheduler"
COMET = "model/unet/comet/2b-instruct"


def test_a_scheduler_is_joined_by_its_class_and_a_new_one_is_named_after_it(found: Merged) -> None:
    """Whatever the registry calls it; one in a folder of its own is one too, and what is no scheduler is none."""
    assert found.paths["diffusers:EulerDiscreteScheduler"] == EULER_ENTRY
    assert found.paths["diffusers:SlowWheelScheduler"] == SLOW_ENTRY
    assert said(found, f"{SLOW_ENTRY}#loader-diffusers") == {
        "type": {"Loader"},
        "library": {"diffusers"},
        "libraryVersion": {"==1.0"},
        "className": {"SlowWheelScheduler"},
        "modulePath": {"diffusers.schedulers.deprecated.scheduling_slow"},
        "order": {"0"},
        "source": {f"{PAGE}/schedulers/deprecated/scheduling_slow.py"},
    }
    assert not [key for key in found.paths if "Output" in key or "Mixin" in key]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("steps", {"valueType": {"int"}, "defaultValue": {"8"}, "phase": {"vocab/phase/init"}}),
        (
            "spacing",
            {
                "valueType": {"Literal['even', 'late'] | None"},
                "defaultValue": {"even"},
                "allowedValue": {"even", "late"},
                "phase": {"vocab/phase/init"},
            },
        ),
        ("floor", {"valueType": {"float"}, "defaultValue": {"-INF"}, "phase": {"vocab/phase/init"}}),
        ("betas", {"valueType": {"list[float] | None"}, "defaultValue": {"null"}, "phase": {"vocab/phase/init"}}),
        ("clock", {"phase": {"vocab/phase/init"}}),
        ("shape", {"valueType": {"tuple"}, "defaultValue": {"[1,2]"}, "phase": {"vocab/phase/init"}}),
    ],
)
def test_a_parameter_is_stated_as_the_constructor_writes_it(
    found: Merged, name: str, expected: dict[str, set[str]]
) -> None:
    """Type, default and allowed values, none of which is run; a default of None is a default."""
    part = said(found, f"{EULER_ENTRY}#parameter-{name}")
    assert part.pop("type") == {"Parameter"}
    assert part.pop("parameterName") == {name}
    assert part.pop("libraryVersion") == {"==1.0"}
    assert part.pop("source") == {f"{PAGE}/schedulers/scheduling_euler_discrete.py"}
    assert part == expected


def test_what_is_given_at_each_run_is_told_from_what_is_given_once(found: Merged) -> None:
    """Two parameters of one name, of the constructor and of set_timesteps, are two."""
    part = said(found, f"{EULER_ENTRY}#parameter-set_timesteps-steps")
    assert part["parameterName"] == {"steps"}
    assert part["phase"] == {"vocab/phase/call"}
    assert part["callable"] == {"set_timesteps"}
    assert "defaultValue" not in part
    assert f"{EULER_ENTRY}#parameter-kwargs" not in said(found, EULER_ENTRY)["parameter"]


def test_a_default_that_only_a_run_would_tell_is_a_finding(found: Merged) -> None:
    lost = [finding for finding in found.findings if finding.field == "clock"]
    assert [(finding.problem, finding.value) for finding in lost] == [("lost-field", "now()")]
    assert str(lost[0].place).startswith("diffusers/schedulers/scheduling_euler_discrete.py:")


def test_schedulers_that_can_replace_each_other_are_linked(found: Merged) -> None:
    """A list of names, or the names of a group; nothing replaces itself, and a class that is gone is a finding."""
    part = said(found, f"{EULER_ENTRY}#compatibility-interchangeable-slowwheelscheduler")
    assert part["subject"] == {EULER_ENTRY}
    assert part["object"] == {SLOW_ENTRY}
    assert part["kind"] == {"vocab/compatibility/interchangeable"}
    assert said(found, EULER_ENTRY)["compatibility"] == {
        f"{EULER_ENTRY}#compatibility-interchangeable-slowwheelscheduler"
    }
    assert problems(found, "unlinked-class")["diffusers:SlowWheelScheduler"] == "GoneScheduler"


def test_a_guider_is_an_operation_with_parameters(found: Merged) -> None:
    path = found.paths["diffusers:ClassifierFreeGuidance"]
    assert path == "operations/guider/classifier-free/guidance"
    assert said(found, path)["type"] == {"Operation"}
    assert said(found, f"{path}#parameter-guidance_scale")["defaultValue"] == {"7.5"}


def test_a_model_of_an_example_has_its_repository_its_class_and_its_precision(found: Merged) -> None:
    """Named by its title; what it is built like is concluded, and says so."""
    assert found.paths["diffusers:owner/Comet-2B-Instruct"] == COMET
    loader = said(found, f"{COMET}#loader-diffusers")
    assert loader["className"] == {"OrreryPipeline"}
    assert loader["precision"] == {"vocab/precision/bf16"}
    assert loader["scheduler"] == {SLOW_ENTRY}
    repository = said(found, f"{COMET}#repo-hf-owner-comet-2b-instruct")
    assert repository["repositoryName"] == {"owner/Comet-2B-Instruct"}
    assert repository["revision"] == {"v2"}
    assert said(found, f"{COMET}#evidence-diffusers")["supports"] == {"architecture"}
    assert said(found, COMET)["task"] == {"vocab/task/text-to-image", "vocab/task/image-to-image"}


def test_settings_are_the_numbers_of_the_first_call(found: Merged) -> None:
    """For the class that was called, from the file that shows it; a text is what is asked for, and no setting."""
    settings = said(found, COMET)["setting"]
    names = {name.rpartition("-")[2] for name in settings}
    assert names == {"steps", "scale", "sizes", "spin"}
    part = said(found, f"{COMET}#setting-loader-diffusers-call-steps")
    assert part["value"] == {"20"}
    assert part["phase"] == {"vocab/phase/call"}
    assert part["appliesTo"] == {f"{COMET}#loader-diffusers"}
    assert part["source"] == {f"{PAGE}/pipelines/orrery/pipeline_orrery.py"}
    assert problems(found, "misspelt-parameter") == {"diffusers:OrreryPipeline": "wrong"}


def test_components_have_the_class_that_the_constructor_asks_for(found: Merged) -> None:
    """With its library, and the scheduler as a link; a plain value is none, and of several classes none is stated."""
    roles = {name.rpartition("-")[2] for name in said(found, COMET)["component"]}
    assert roles == {"vae", "text_encoder", "controlnet", "scheduler"}
    text = said(found, f"{COMET}#component-text_encoder")
    assert (text["className"], text["library"]) == ({"CLIPTextModel"}, {"transformers"})
    assert said(found, f"{COMET}#component-controlnet")["className"] == {"ControlNetModel"}
    assert said(found, f"{COMET}#component-scheduler")["entry"] == {EULER_ENTRY}
    lost = [finding for finding in found.findings if finding.field == "unet"]
    assert [finding.value for finding in lost] == ["UNet2DConditionModel, UNetMotionModel"]


def test_schedulers_that_a_pipeline_may_have_are_those_of_its_loader(found: Merged) -> None:
    path = found.paths["diffusers:owner/late-base"]
    assert said(found, f"{path}#loader-diffusers")["scheduler"] == {EULER_ENTRY, SLOW_ENTRY}


def test_adapters_are_for_what_the_example_adds_them_to(found: Merged) -> None:
    """Opened by a class, or added by a method; a local file is nobody's."""
    control = "model/controlnet/orbit-control/comet"
    dust = "model/lora/dust/comet"
    for path in (control, dust):
        assert said(found, path)["type"] == {"Adapter"}
        assert said(found, path)["adapterFor"] == {COMET}
    assert said(found, f"{control}#loader-diffusers")["precision"] == {"vocab/precision/f16"}
    assert said(found, f"{dust}#loader-diffusers")["callable"] == {"load_lora_weights"}
    assert said(found, f"{dust}#file-dust.safetensors")["fileName"] == {"dust.safetensors"}
    assert found.paths["diffusers:owner/moss"] == "model/textual-inversion/moss/comet"
    assert not [key for key in found.paths if "mine" in key]


def test_what_fills_a_place_fits_there(found: Merged) -> None:
    """An autoencoder of its own repository is a model; one of a folder of the pipeline's is not."""
    path = found.paths["diffusers:owner/fine-vae"]
    assert path.startswith("model/vae/")
    part = said(found, f"{path}#compatibility-component-of-owner-comet-2b-instruct")
    assert (part["object"], part["kind"]) == ({COMET}, {"vocab/compatibility/component-of"})


def test_what_is_no_model_is_none(found: Merged) -> None:
    """A tokenizer has no weights; a class of another library is a finding."""
    assert not [key for key in found.paths if "words" in key or "lines" in key]
    assert problems(found, "unlinked-class")["diffusers:OrreryPipeline"] == "Lines"


def test_a_model_that_is_known_keeps_its_loader_and_its_components(found: Merged) -> None:
    """A class that the library chooses is stated only where there is no other."""
    path = "model/unet/orrery/base"
    assert found.paths["diffusers:orrery/base"] == path
    assert said(found, path)["loader"] == {f"{path}#loader-diffusers-quietpipeline"}
    assert "component" not in said(found, path)
    assert said(found, f"{path}#setting-loader-diffusers-quietpipeline-call-steps")["value"] == {"4"}


def test_what_only_another_list_has_keeps_what_this_library_says_of_it(tmp_path: Path) -> None:
    """Its parts, what an adapter is for, and a label for its series: so a second harvest says what the first said."""
    wheel, first = package(tmp_path), harvested(tmp_path)[1]
    known = Known.read(SMALL, "diffusers")
    others = {"owner/comet-2b-instruct": COMET, "owner/orbit-control": "model/controlnet/orbit-control/comet"}
    for name, path in others.items():
        series = path.replace("model/", "info/").rpartition("/")[0]
        known.kinds |= {path: "Model" if path == COMET else "Adapter", series: "Info"}
        known.by_key[f"hf:{name}"] = path
        known.nameless.add(series)
    found = merge(read(wheel, known), known, SOURCE.iri, SOURCE.address(wheel))
    assert said(found, COMET)["component"] == said(first, COMET)["component"]
    control = others["owner/orbit-control"]
    assert said(found, control)["adapterFor"] == said(first, control)["adapterFor"]
    assert said(found, "info/unet/comet")["label"] == said(first, "info/unet/comet")["label"]


def test_no_name_of_a_repository_is_a_finding_and_a_variable_is_nothing(found: Merged) -> None:
    assert problems(found, "wrong-repository") == {
        "diffusers:QuietPipeline": "not a repository",
        "diffusers-single-file:odd": "path/to/odd",
    }


def test_code_that_does_not_parse_is_lost_alone(found: Merged) -> None:
    """What stands before it in the example counts."""
    lost = [finding for finding in found.findings if finding.field == "example" and finding.problem == "lost-field"]
    assert [finding.value for finding in lost] == ['said = "not closed']
    path = found.paths["diffusers:owner/late-base"]
    assert said(found, f"{path}#setting-loader-diffusers-call-steps")["value"] == {"2"}


def test_a_folder_of_pipelines_is_a_series(found: Merged) -> None:
    """That of the models that its examples load, with the classes and the tasks of the folder."""
    assert found.paths["diffusers:orrery"] == "info/unet/comet"
    assert found.paths["diffusers:quiet"] == "info/unet/orrery"
    late = said(found, found.paths["diffusers:late"])
    assert late["taskClass"] == {"LatePipeline"}
    assert late["task"] == {"vocab/task/text-to-image"}


def test_checkpoints_are_known_by_names_of_tensors(found: Merged) -> None:
    """On the model they tell, or on the series of all they tell; a name of two signatures tells nothing."""
    assert said(found, COMET)["alias"] >= {"diffusers-single-file:comet-2b", "diffusers:owner/Comet-2B-Instruct"}
    fast = found.paths["diffusers:owner/Comet-Turbo"]
    assert said(found, fast)["keyFragment"] == {"fast.weight"}
    assert said(found, fast)["alias"] >= {"diffusers-single-file:comet-fast", "diffusers-checkpoint:comet-fast"}
    told = problems(found, "ambiguous-id")
    assert {key for key in told if key.startswith("diffusers-checkpoint:")} == {
        f"diffusers-checkpoint:{name}" for name in ("comet", "orrery", "twice", "vae")
    }
    assert told["diffusers-single-file:folder"] == "orrery/base/decoder"


def test_names_of_tensors_that_tell_a_series_stand_on_the_series(tmp_path: Path) -> None:
    once = SINGLE.replace('model_type = "orrery" if checkpoint else "comet-2b"', 'model_type = "orrery"')
    found = harvested(tmp_path, {"diffusers/loaders/single_file_utils.py": once})[1]
    series = said(found, "info/unet/comet")
    assert series["keyFragment"] == {"tail.weight"}
    assert "diffusers-checkpoint:comet" in series["alias"]


def test_the_same_package_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (harvested(tmp_path)[1] for _ in range(2))
    assert write_turtle(list(first.triples), DEFAULT_BASE) == write_turtle(list(second.triples), DEFAULT_BASE)
    assert first.findings == second.findings


HOSTILE = """
class Evil<b>:
"""
MARKUP = """
class EulerDiscreteScheduler(SchedulerMixin):
    def __init__(self, mode: Literal["<b>bold</b>"] = "a\\u202eb", naïve: int = 1, deep: list = ["<i>x</i>"]):
        pass


class Évil(SchedulerMixin):
    pass
"""


def test_markup_and_hidden_characters_are_findings_and_no_facts(tmp_path: Path) -> None:
    """The rest of the parameter is kept; a name that a registry cannot have leaves the whole out."""
    found = harvested(tmp_path, {"diffusers/schedulers/scheduling_euler_discrete.py": MARKUP})[1]
    part = said(found, f"{EULER_ENTRY}#parameter-mode")
    assert part["parameterName"] == {"mode"}
    assert not {"allowedValue", "defaultValue", "valueType"} & part.keys()
    assert "defaultValue" not in said(found, f"{EULER_ENTRY}#parameter-deep")
    values = {finding.value for finding in found.findings if finding.problem == "garbage-id"}
    assert values == {"<b>bold</b>", "Literal['<b>bold</b>']", "a\\u202eb", "naïve", "<i>x</i>", "Évil"}
    assert not any("vil" in path for path in found.paths.values())


def test_an_example_without_end_is_not_read(tmp_path: Path) -> None:
    """Nor one whose code is nested without end; the rest of the package is."""
    long = ORRERY.replace("stars", "s" * 10_000_000, 1)
    deep = LATE.replace("steps=2", "steps=" + "-" * 50_000 + "2")
    changed = {
        "diffusers/pipelines/orrery/pipeline_orrery.py": long,
        "diffusers/pipelines/late/pipeline_late.py": deep,
    }
    harvest, found = harvested(tmp_path, changed)
    assert "diffusers:owner/Comet-Turbo" in found.paths
    lost = [finding for finding in harvest.findings if finding.field == "example" and finding.problem == "lost-field"]
    assert len(lost) >= 2
    assert all(len(finding.value) <= 500 for finding in lost)


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"diffusers/schedulers/scheduling_slow.py": HOSTILE}, SyntaxInputError, "this is no Python"),
        ({"diffusers/schedulers/scheduling_utils.py": "\0"}, SyntaxInputError, "this is no Python"),
        ({"diffusers/guiders/guidance.py": ""}, InputError, "no guiders"),
        ({"diffusers/loaders/single_file_utils.py": SINGLE.replace("_NAMES", "_WORDS")}, InputError, "no value"),
        (
            {"diffusers/loaders/single_file_utils.py": SINGLE.replace("def infer", "def guess")},
            InputError,
            "there is no",
        ),
        (
            {"diffusers/loaders/single_file_utils.py": SINGLE.replace('"orrery": "sky.weight",', "**more(),")},
            InputError,
            "made by a program",
        ),
    ],
)
def test_a_package_of_another_layout_is_refused(
    tmp_path: Path, changed: dict[str, str], error: type[MirldError], words: str
) -> None:
    """By the file, and the line where there is one; nothing is written from half of it."""
    with pytest.raises(error, match=words) as caught:
        harvested(tmp_path, changed)
    assert "diffusers-1.0-py3-none-any.whl" in str(caught.value.file)


def test_a_package_without_schedulers_or_pipelines_is_another_one(tmp_path: Path) -> None:
    for part, words in (("schedulers", "no such file"), ("pipelines", "no pipelines")):
        files = {name: text for name, text in FILES.items() if f"/{part}/" not in name}
        path = make_wheel(tmp_path / f"{part}-1.0.whl", files)
        with pytest.raises(InputError, match=words):
            read(Package.open(path), Known())


def test_every_fact_of_a_part_names_its_page(found: Merged) -> None:
    """Parts carry the address of the file they were read from, at the version that was read."""
    kinds = {MIR[name] for name in ("Parameter", "Setting", "Loader", "Component", "Compatibility", "Repository")}
    parts = {subject for subject, _, term in found.triples if term in kinds}
    named = {subject for subject, predicate, term in found.triples if predicate == DCTERMS.source}
    assert parts <= named
