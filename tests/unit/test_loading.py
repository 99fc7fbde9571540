"""Code for one library after the other, from entries made for it; and what is left out of it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mirld.errors import UnknownNameError, UsageError
from mirld.ids import MirId
from mirld.lookup.knowledge import Values
from mirld.lookup.loading import LoadCode, load_code
from mirld.lookup.used import use
from mirld.registry.registry import Registry
from mirld.registry.values import Component, Entry, File, LibraryClass, Loader, Parameter, Ref, Repository, Setting

BASE = "https://w3id.org/mir/"


def entry(text: str, loader: Mapping[str, object] | None = None, **more: object) -> Entry:
    """Make an entry; `load` are settings of loading, `call` of the call, `init` of construction, of its loader."""
    mir_id = MirId.parse(text)
    iri = mir_id.iri(BASE)
    loaders = [Loader(iri=f"{iri}#loader-x", **loader)] if loader else []  # type: ignore[arg-type]
    settings = [
        Setting(iri=f"{iri}#setting-any-{phase}-{name}", parameter=name, value=value, datatype="", phase=phase)
        for phase in ("load", "init", "call")
        for name, value in dict(more.pop(phase, {})).items()  # type: ignore[call-overload]
    ]
    names = more.pop("hub", ())
    repositories = [
        Repository(iri=f"{iri}#repo-{number}", host="huggingface.co", name=name)
        for number, name in enumerate(names)  # type: ignore[arg-type, var-annotated]
    ]
    given = {"types": ("Model",), **more}
    return Entry(
        id=mir_id,
        iri=iri,
        label=text,
        settings=tuple(settings),
        loaders=tuple(loaders),
        repositories=tuple(repositories),
        **given,  # type: ignore[arg-type]
    )


def code(
    *entries: Entry, classes: tuple[LibraryClass, ...] = (), used_with: tuple[str, ...] = (), **more: str
) -> LoadCode:
    known = Values(Registry(base=BASE, entries=entries), classes)
    others = [MirId.parse(each) for each in used_with]
    return load_code(known, use(known, entries[0].id, library=more.get("library"), used_with=others))


GGUF = Ref(f"{BASE}vocab/format/gguf", "GGUF")
CASES: tuple[tuple[Entry, str], ...] = (
    (
        entry("mir:model.cnn.a:b", {"library": "timm", "module": "timm", "call": "create_model"},
              load={"model_name": "xception41.tf_in1k"}, call={"crop_pct": 0.9}),
        'import timm\n\nmodel = timm.create_model("xception41.tf_in1k", pretrained=True)\n',
    ),
    (
        entry("mir:model.vit.a:b",
              {"library": "open_clip", "module": "open_clip", "call": "create_model_and_transforms"},
              load={"model_name": "RN101", "pretrained": "openai"}, call={"quick_gelu": True}),
        "import open_clip\n\nmodel, preprocess_train, preprocess = open_clip.create_model_and_transforms(\n"
        '    "RN101",\n    pretrained="openai",\n)\ntokenizer = open_clip.get_tokenizer("RN101")\n',
    ),
    (
        entry("mir:model.cnn.a:b",
              {"library": "torchvision", "module": "torchvision.models.quantization", "call": "resnet18"},
              load={"weights": "IMAGENET1K_FBGEMM_V1", "quantize": True}, call={"crop_size": 224}),
        "from torchvision.models.quantization import resnet18\n\n"
        'model = resnet18(quantize=True, weights="IMAGENET1K_FBGEMM_V1")\n',
    ),
    (
        entry("mir:model.aet.a:b",
              {"library": "keras_hub", "module": "keras_hub.models", "class_name": "AlbertBackbone",
               "call": "from_preset"}, load={"preset": "albert_base_en"}),
        'import keras_hub.models\n\nmodel = keras_hub.models.AlbertBackbone.from_preset("albert_base_en")\n',
    ),
    (
        entry("mir:model.aet.a:b", {"library": "whisper", "module": "whisper", "call": "load_model"},
              load={"name": "base"}),
        'import whisper\n\nmodel = whisper.load_model("base")\n',
    ),
    (
        entry("mir:model.aet.a:b", {"library": "onnx", "module": "onnx.hub", "call": "load"},
              aliases=("onnx-hub:BERT-Squad",)),
        'import onnx.hub\n\nmodel = onnx.hub.load("BERT-Squad")\n',
    ),
    (
        entry("mir:model.dit.a:b", {"library": "diffsynth", "module": "diffsynth.models.a", "class_name": "AModel"},
              load={"model_id": "a/b", "origin_file_pattern": "dit/*.safetensors", "model_name": "a_dit"}),
        "from diffsynth.core import ModelConfig\nfrom diffsynth.models.model_loader import ModelPool\n\n"
        'config = ModelConfig(model_id="a/b", origin_file_pattern="dit/*.safetensors")\n'
        "config.download_if_necessary()\npool = ModelPool()\npool.auto_load_model(config.path)\n"
        'model = pool.fetch_model("a_dit")\n',
    ),
    (
        entry("mir:model.art.a:b", {"library": "orpheus_tts", "class_name": "OrpheusModel"}, hub=("a/b",),
              call={"temperature": 0.5, "max_model_len": 2048}),
        'from orpheus_tts import OrpheusModel\n\nmodel = OrpheusModel(model_name="a/b")\n\n'
        'prompt = "The tide is out, and the harbour is quiet."\nvoice = "tara"\n# pieces of sound, as they are made\n'
        "result = model.generate_speech(prompt=prompt, voice=voice, temperature=0.5)\n",
    ),
    (
        entry("mir:operations.adapter.a:b", {"library": "peft", "class_name": "LoHaConfig"}),
        "from peft import LoHaConfig\n\nconfig = LoHaConfig()\n",
    ),
    (
        entry("mir:operations.precision.a:b", {"library": "torch", "class_name": "bfloat16"}),
        "import torch\n\ndtype = torch.bfloat16\n",
    ),
    (
        entry("mir:model.art.a:b", {"library": "transformers", "call": "pipeline"}, hub=("a/b",),
              tasks=(Ref(f"{BASE}vocab/task/text-generation", "text generation"),)),
        'from transformers import pipeline\n\npipe = pipeline("text-generation", model="a/b")\n',
    ),
    (
        entry("mir:model.art.a:b", {"library": "transformers", "class_name": "QwenModel"},
              hub=("x/A-GGUF", "x/a-4bit", "x/a", "x/a-hf"), load={"torch_dtype": "torch.float16"}),
        'from transformers import QwenModel\n\nmodel = QwenModel.from_pretrained("x/a-hf")\n',
    ),
    (
        entry("mir:model.art.a:b", hub=("x/A-GGUF",), files=tuple(
            File(iri=f"#{name}", name=name, format=GGUF, download=f"https://huggingface.co/x/A-GGUF/resolve/main/{name}")
            for name in ("a.Q2_K.gguf", "a.Q4_K_M.gguf", "mmproj.gguf"))),
        'from llama_cpp import Llama\n\nmodel = Llama.from_pretrained(repo_id="x/A-GGUF", filename="a.Q4_K_M.gguf")\n',
    ),
)  # fmt: skip


@pytest.mark.parametrize(("made", "expected"), CASES, ids=[expected.split()[1] for _, expected in CASES])
def test_each_library_is_called_as_it_is(made: Entry, expected: str) -> None:
    """What its entry point takes is given, and nothing else."""
    found = code(made)
    assert found.code == expected
    stated = {setting.parameter for setting in made.settings if setting.phase == "call"}
    assert {name for name in stated if f"{name}=" not in expected} <= {left.parameter for left in found.left_out}


PIPELINE = LibraryClass(
    iri="#c",
    library="diffusers",
    name="OrreryPipeline",
    version="==0.42.1",
    parameters=(
        Parameter(iri="#p", name="prompt", phase="call", type="str | list[str]", is_optional=True),
        Parameter(
            iri="#g", name="guidance_scale", phase="call", type="float", default=7.5, is_optional=True, maximum=20.0
        ),
        Parameter(iri="#d", name="torch_dtype", phase="load", is_optional=True),
        Parameter(iri="#r", name="trust_remote_code", phase="load", default=False, is_optional=True),
    ),
)


def pipeline(**more: object) -> Entry:
    loader = {"library": "diffusers", "class_name": "OrreryPipeline", **dict(more.pop("loader", {}))}  # type: ignore[call-overload]
    return entry("mir:model.unet.orrery:base", loader, **{"hub": ("orrery/base",), **more})


def test_what_a_class_does_not_take_is_left_out_and_said() -> None:
    """The start of denoising that only a refiner takes, and a value out of range."""
    found = code(pipeline(call={"denoising_start": 0.8, "guidance_scale": 99.0}), classes=(PIPELINE,))
    assert found.code is not None
    assert "denoising_start" not in found.code
    assert "guidance_scale" not in found.code
    assert [(left.parameter, left.reason) for left in found.left_out] == [
        ("denoising_start", "OrreryPipeline takes no denoising_start here"),
        ("guidance_scale", "guidance_scale is at most 20, and 99.0 is not"),
    ]


def test_the_first_half_of_two_models_is_run_as_a_whole() -> None:
    """What is stated for a model that goes on with what comes out is left out, and said: alone it gives no picture."""
    more = ("output_type", "denoising_end")
    taken = PIPELINE._replace(
        parameters=(
            *PIPELINE.parameters,
            *(Parameter(iri=f"#{name}", name=name, phase="call", is_optional=True) for name in more),
        )
    )
    found = code(
        pipeline(call={"output_type": "latent", "denoising_end": 0.8, "guidance_scale": 5.0}), classes=(taken,)
    )
    assert found.code is not None
    assert found.code.endswith("result = pipe(prompt=prompt, guidance_scale=5.0)\n")
    assert [left.parameter for left in found.left_out] == ["denoising_end", "output_type"]


def test_without_a_description_there_is_no_call() -> None:
    """What the class takes is not known, so that nothing wrong is written."""
    found = code(pipeline(call={"guidance_scale": 5.0}))
    assert found.code == (
        'from diffusers import OrreryPipeline\n\npipe = OrreryPipeline.from_pretrained("orrery/base")\n'
    )
    assert [left.parameter for left in found.left_out] == ["guidance_scale"]


def test_a_description_of_another_version_is_none() -> None:
    """The loader is meant for what nobody has read."""
    found = code(pipeline(call={"guidance_scale": 5.0}, loader={"version": "<0.42"}), classes=(PIPELINE,))
    assert not found.described
    assert found.code is not None
    assert "guidance_scale" not in found.code


def test_nothing_runs_code_that_comes_with_weights() -> None:
    """Even when a source states it."""
    found = code(pipeline(load={"trust_remote_code": True}), classes=(PIPELINE,))
    assert found.code is not None
    assert "trust_remote_code" not in found.code


def test_several_adapters_are_mixed_by_name() -> None:
    """Each by its strength, one where none is stated."""
    loader = {"library": "diffusers", "class_name": "OrreryPipeline", "call": "load_lora_weights"}
    ring = entry("mir:model.lora.ring:orrery", loader, types=("Adapter",), hub=("a/ring",), load={"lora_scale": 0.5})
    moon = entry("mir:model.lora.moon:orrery", loader, types=("Adapter",), hub=("a/moon",))
    found = code(pipeline(), ring, moon, classes=(PIPELINE,), used_with=(str(ring.id), str(moon.id)))
    assert found.code is not None
    assert 'pipe.load_lora_weights("a/ring", adapter_name="ring")' in found.code
    assert 'pipe.set_adapters(["ring", "moon"], adapter_weights=[0.5, 1.0])' in found.code
    alone = code(ring, pipeline(), classes=(PIPELINE,))
    assert (alone.code, alone.base) == (None, None)
    assert alone.unknown is not None
    assert "it was made for nothing that is known" in alone.unknown


def test_a_control_model_takes_the_pipeline_with_room_for_it() -> None:
    """Made apart, and given to the constructor."""
    base = pipeline()
    more = Loader(iri=f"{base.iri}#loader-y", library="diffusers", class_name="OrreryControlNetPipeline")
    whole = base._replace(loaders=(*base.loaders, more))
    loader = {"library": "diffusers", "class_name": "ControlNetModel"}
    canny = entry("mir:model.controlnet.canny:orrery", loader, types=("Adapter",), hub=("a/canny",))
    found = code(whole, canny, used_with=(str(canny.id),))
    assert found.code is not None
    assert 'controlnet = ControlNetModel.from_pretrained("a/canny")' in found.code
    assert 'OrreryControlNetPipeline.from_pretrained("orrery/base", controlnet=controlnet)' in found.code


def test_a_part_is_loaded_from_its_folder() -> None:
    """The role that it has in the pipeline of the repository; without a role there is no telling."""
    loader = {"library": "diffusers", "class_name": "AutoencoderKL"}
    vae = entry("mir:model.vae.kl:orrery", loader, hub=("orrery/base",))
    part = Component(iri="#c", role="vae", entry=Ref(vae.iri, "vae"))
    found = code(vae, pipeline(components=(part,)))
    assert found.code is not None
    assert 'AutoencoderKL.from_pretrained("orrery/base", subfolder="vae")' in found.code
    other = code(vae, pipeline())
    assert other.unknown == (
        "orrery/base is the repository of mir:model.unet.orrery:base, and in which folder it is is not known"
    )


def test_two_of_one_kind_do_not_go_together() -> None:
    """One scheduler, and nothing that is none of what can be used with a model."""
    euler = entry("mir:operations.scheduler.euler:discrete", types=("Scheduler",))
    heun = entry("mir:operations.scheduler.heun:discrete", types=("Scheduler",))
    other = entry("mir:model.unet.other:base")
    with pytest.raises(UsageError, match="two of one kind"):
        code(pipeline(), euler, heun, used_with=(str(euler.id), str(heun.id)))
    with pytest.raises(UsageError, match="is no adapter, scheduler or precision"):
        code(pipeline(), other, used_with=(str(other.id),))
    with pytest.raises(UnknownNameError):
        code(pipeline(), used_with=("mir:model.lora.none:orrery",))


def test_a_release_without_a_loader_takes_that_of_its_series_and_says_so() -> None:
    """Inheritance is explicit."""
    series = entry("mir:info.unet.orrery", {"library": "diffusers", "class_name": "OrreryPipeline"})
    release = entry("mir:model.unet.orrery:tuned", hub=("orrery/tuned",))
    found = code(release, series, classes=(PIPELINE,))
    assert found.inherited
    assert found.code is not None
    assert 'from_pretrained("orrery/tuned")' in found.code
    assert "OrreryPipeline is what the series loads with: no source says it of this one" in found.notes
