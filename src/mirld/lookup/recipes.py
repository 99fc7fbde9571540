"""Programs for one library after the other: how the entry point of each is called.

A recipe knows the public signature of the functions that it calls, at the version that the registry was read from; a
test holds each to the package itself. A library without a recipe is one of which no source says how it is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from mirld.lookup import diffusers_code, speech_code
from mirld.lookup.drafting import Draft, UnknownError
from mirld.lookup.program import Call, Constant, Expression, Made, Named, Program, Step
from mirld.registry.values import Entry, File

Recipe = Callable[[Draft], tuple[Draft, Program]]

_MODEL = "model"
_LANGUAGE = frozenset(("art", "moe", "aet"))
_USUAL = "Q4_K_M"
_TASKS = frozenset(
    ("audio-classification", "automatic-speech-recognition", "depth-estimation", "document-question-answering",
     "feature-extraction", "fill-mask", "image-classification", "image-feature-extraction", "image-segmentation",
     "image-text-to-text", "keypoint-matching", "mask-generation", "object-detection", "table-question-answering",
     "text-classification", "text-generation", "text-to-audio", "text-to-speech", "token-classification",
     "video-classification", "zero-shot-audio-classification", "zero-shot-classification",
     "zero-shot-image-classification", "zero-shot-object-detection")
)  # fmt: skip


def _one(draft: Draft, call: Call, target: str = _MODEL) -> tuple[Draft, Program]:
    return draft, Program(result=target, loading=(Step(call, (target,)),))


def _value(draft: Draft, name: str) -> str:
    """Return a text that loading needs; UnknownError when nobody states it."""
    found = draft.setting("load", name)
    if found is None or not isinstance(found.value, str):
        raise UnknownError(f"no source states the {name} that {draft.loader.library} loads {draft.entry.id} by")
    return found.value


def _rest(draft: Draft, known: frozenset[str], function: str) -> dict[str, Expression]:
    """Return the settings of loading that a function takes; those of other phases are left out."""
    for each in draft.settings.values:
        if each.group in ("init", "call"):
            draft.leave(each.group, each.parameter, f"{function} takes no {each.parameter}")
    return draft.arguments("load", known=known, taker=function)


def _transformers(draft: Draft) -> tuple[Draft, Program]:
    loader = draft.loader
    known = frozenset(("dtype", "subfolder", "variant", "quantization_config", "attn_implementation"))
    if loader.call == "pipeline":
        found = draft.hub()
        tasks = [ref.iri.rpartition("/")[2] for ref in draft.entry.tasks]
        task = (Constant(tasks[0]),) if len(tasks) == 1 and tasks[0] in _TASKS else ()
        arguments = _rest(draft, frozenset(("dtype",)), "pipeline")
        call = Call(
            Named("transformers", "pipeline"), task, {"model": Constant(found.name), **draft.pinned(found), **arguments}
        )
        return _one(draft, call, "pipe")
    if loader.call is not None:
        raise UnknownError(f"how {loader.call} of transformers is called is not known")
    name = draft.class_name
    if name.endswith("Config"):
        return _one(draft, Call(Named("transformers", name)), "config")
    found = draft.hub()
    target = "tokenizer" if "Tokenizer" in name else "processor" if name.endswith("Processor") else _MODEL
    arguments = _rest(draft, known if target == _MODEL else frozenset(("subfolder",)), f"{name}.from_pretrained")
    folder = {} if "subfolder" in arguments else diffusers_code.folder_of(draft, found.name)
    keywords = {**draft.pinned(found), **folder, **arguments}
    call = Call(Named("transformers", name, ("from_pretrained",)), (Constant(found.name),), keywords)
    return _one(draft, call, target)


def _timm(draft: Draft) -> tuple[Draft, Program]:
    _only_call(draft, "create_model")
    name = _value(draft, "model_name")
    arguments = _rest(draft, frozenset(("model_name", "pretrained")), "timm.create_model")
    arguments.pop("model_name", None)
    return _one(
        draft, Call(Named("timm", "create_model"), (Constant(name),), {"pretrained": Constant(True), **arguments})
    )


def _open_clip(draft: Draft) -> tuple[Draft, Program]:
    _only_call(draft, "create_model_and_transforms")
    name, tag = _value(draft, "model_name"), _value(draft, "pretrained")
    _rest(draft, frozenset(("model_name", "pretrained")), "open_clip.create_model_and_transforms")
    made = Call(Named("open_clip", "create_model_and_transforms"), (Constant(name),), {"pretrained": Constant(tag)})
    tokenizer = Call(Named("open_clip", "get_tokenizer"), (Constant(name),))
    steps = (Step(made, (_MODEL, "preprocess_train", "preprocess")), Step(tokenizer, ("tokenizer",)))
    return draft, Program(result=_MODEL, loading=steps)


def _torchvision(draft: Draft) -> tuple[Draft, Program]:
    loader = draft.loader
    if loader.call is None or loader.module is None or not loader.module.startswith("torchvision.models"):
        raise UnknownError(f"no source names the function of torchvision that makes {draft.entry.id}")
    known = frozenset(("weights", "quantize")) if "quantization" in loader.module else frozenset(("weights",))
    _value(draft, "weights")
    arguments = _rest(draft, known, loader.call)
    return _one(draft, Call(Named(loader.module, loader.call), (), arguments))


def _keras_hub(draft: Draft) -> tuple[Draft, Program]:
    _only_call(draft, "from_preset")
    preset = _value(draft, "preset")
    _rest(draft, frozenset(("preset",)), "from_preset")
    named = Named(draft.loader.module or "keras_hub.models", draft.class_name, ("from_preset",))
    return _one(draft, Call(named, (Constant(preset),)))


def _whisper(draft: Draft) -> tuple[Draft, Program]:
    _only_call(draft, "load_model")
    name = _value(draft, "name")
    _rest(draft, frozenset(("name",)), "whisper.load_model")
    return _one(draft, Call(Named("whisper", "load_model"), (Constant(name),)))


def _onnx(draft: Draft) -> tuple[Draft, Program]:
    _only_call(draft, "load")
    names = [alias.partition(":")[2] for alias in draft.entry.aliases if alias.startswith("onnx-hub:")]
    if not names:
        raise UnknownError(f"no source states the name that the hub of ONNX has for {draft.entry.id}")
    _rest(draft, frozenset(), "onnx.hub.load")
    return _one(draft, Call(Named("onnx.hub", "load"), (Constant(names[0]),)))


def _peft(draft: Draft) -> tuple[Draft, Program]:
    if draft.loader.call is not None:
        raise UnknownError(f"{draft.class_name}.{draft.loader.call} of peft needs the model that it is put on")
    name = draft.class_name
    arguments = {**draft.arguments("init"), **draft.arguments("load")}
    return _one(draft, Call(Named("peft", name), (), arguments), "config")


def _mflux(draft: Draft) -> tuple[Draft, Program]:
    module = draft.loader.module
    if module is None or draft.loader.call is not None:
        raise UnknownError(f"no source names the module of mflux that has {draft.class_name}")
    found = draft.hub()
    _rest(draft, frozenset(), draft.class_name)
    config = Call(
        Named("mflux.models.common.config.model_config", "ModelConfig", ("from_name",)),
        (),
        {"model_name": Constant(found.name)},
    )
    made = Call(Named(module, draft.class_name), (), {"model_config": config})
    draft.left_out[:] = [each for each in draft.left_out if each.group != "call"]
    known = frozenset(("num_inference_steps", "height", "width", "guidance"))
    settings = draft.arguments("call", known=known, taker=f"{draft.class_name}.generate_image")
    running: tuple[Step, ...] = ()
    if draft.class_name == "Flux1":
        draft.inputs.append("prompt")
        prompt = Step(Constant(diffusers_code.PROMPT), ("prompt",))
        call = Call(Made("model.generate_image"), (), {"seed": Constant(0), "prompt": Made("prompt"), **settings})
        running = (prompt, Step(call, ("image",)))
    elif settings:
        for name in settings:
            draft.leave("call", name, f"what else {draft.class_name}.generate_image needs is not known")
    return draft, Program(result=_MODEL, loading=(Step(made, (_MODEL,)),), running=running)


def _diffsynth(draft: Draft) -> tuple[Draft, Program]:
    """Find files in the repository that is stated, and take the network of the stated name out of them."""
    if not draft.loader.class_name or draft.loader.call is not None:
        raise UnknownError(f"no source names the class of diffsynth that loads {draft.entry.id}")
    places = {name: Constant(_value(draft, name)) for name in ("model_id", "origin_file_pattern")}
    name = _value(draft, "model_name")
    draft.repository = next((each for each in draft.entry.repositories if each.name == places["model_id"].value), None)
    _rest(draft, frozenset((*places, "model_name")), "ModelConfig")
    steps = (
        Step(Call(Named("diffsynth.core", "ModelConfig"), (), places), ("config",)),
        Step(Call(Made("config.download_if_necessary"))),
        Step(Call(Named("diffsynth.models.model_loader", "ModelPool")), ("pool",)),
        Step(Call(Made("pool.auto_load_model"), (Made("config.path"),))),
        Step(Call(Made("pool.fetch_model"), (Constant(name),)), (_MODEL,)),
    )
    return draft, Program(result=_MODEL, loading=steps)


def _torch(draft: Draft) -> tuple[Draft, Program]:
    return draft, Program(result="dtype", loading=(Step(Named("torch", draft.class_name), ("dtype",)),))


def _llama_cpp(draft: Draft) -> tuple[Draft, Program]:
    """Open a file in GGUF: of the variant or the precision that was asked for, else the one most people take."""
    files = [each for each in draft.entry.files if _is_model_in_gguf(each)]
    files = [each for each in files if each.iri in draft.used.files] or files
    wanted = draft.used.precision.precision if draft.used.precision is not None else None
    if wanted is not None:
        files = [each for each in files if each.precision is not None and each.precision.iri == wanted.iri]
    if not files:
        raise UnknownError(f"no file of {draft.entry.id} in GGUF is known{f' in {wanted.label}' if wanted else ''}")
    for file in sorted(files, key=lambda each: (_USUAL not in (each.name or "").upper(), each.name or "")):
        repository = next((each.name for each in draft.entry.repositories if _lies_in(file, each.iri, each.name)), None)
        if repository is not None and file.name is not None:
            keywords: Mapping[str, Expression] = {"repo_id": Constant(repository), "filename": Constant(file.name)}
            if len(files) > 1:
                draft.notes.append(f"{file.name} is one of {len(files)} files in GGUF")
            for each in draft.settings.values:
                draft.leave(each.group, each.parameter, "it is not stated for llama_cpp")
            return _one(draft, Call(Named("llama_cpp", "Llama", ("from_pretrained",)), (), keywords))
    raise UnknownError(f"in which repository the files of {draft.entry.id} in GGUF are is not known")


def is_language_model_in_gguf(entry: Entry) -> bool:
    """Say whether an entry is a model of language with a file that llama.cpp opens."""
    tasks = {ref.iri.rpartition("/")[2] for ref in entry.tasks}
    speaks = entry.id.architecture in _LANGUAGE or not tasks.isdisjoint(("text-generation", "image-text-to-text"))
    return speaks and any(_is_model_in_gguf(file) for file in entry.files)


def _is_model_in_gguf(file: File) -> bool:
    """Say whether a file is a whole model: no part of one, and no projector of pictures."""
    name = file.name or ""
    is_part = re.search(r"-of-\d{5}", name) is not None or "mmproj" in name.lower()
    return file.format is not None and file.format.iri.endswith("/gguf") and not is_part


def _lies_in(file: File, iri: str, name: str) -> bool:
    return file.repository == iri or (file.download or "").startswith(f"https://huggingface.co/{name}/")


def _only_call(draft: Draft, call: str) -> None:
    if draft.loader.call != call:
        raise UnknownError(f"how {draft.loader.call} of {draft.loader.library} is called is not known")


RECIPES: Mapping[str, Recipe] = {
    "audiocraft": speech_code.audiocraft,
    "diffsynth": _diffsynth,
    "diffusers": diffusers_code.program,
    "keras_hub": _keras_hub,
    "kokoro": speech_code.kokoro,
    "llama_cpp": _llama_cpp,
    "mflux": _mflux,
    "mlx_audio": speech_code.mlx_audio,
    "onnx": _onnx,
    "open_clip": _open_clip,
    "orpheus_tts": speech_code.orpheus_tts,
    "outetts": speech_code.outetts,
    "parler_tts": speech_code.parler_tts,
    "peft": _peft,
    "timm": _timm,
    "torch": _torch,
    "torchvision": _torchvision,
    "transformers": _transformers,
    "whisper": _whisper,
}
"""How each library is called."""

DISTRIBUTIONS: Mapping[str, str] = {
    "keras_hub": "keras-hub",
    "llama_cpp": "llama-cpp-python",
    "mlx_audio": "mlx-audio",
    "open_clip": "open_clip_torch",
    "orpheus_tts": "orpheus-speech",
    "outetts": "outetts<0.4",
    "parler_tts": "git+https://github.com/huggingface/parler-tts.git",
    "whisper": "openai-whisper",
}
"""What a library is installed as, where that is not its own name."""

WITHOUT_CODE: Mapping[str, str] = {
    "Bagel": "is a program in the repository of the model, and no package that is installed",
    "chroma": "is named by one source, which does not say in which package its class is",
    "divisor": "is named without a class or a function that would load it",
    "f_lite": "opens nothing before tables of diffusers are changed: github.com/fal-ai/f-lite shows how",
    "hidiffusion": "changes a pipeline of diffusers that is there already, and loads none",
    "inference_solver": "is a file in the repository of the model, and no package that is installed",
    "sdnext": "is an application, which opens what its own list of models names",
    "snac": "opens pytorch_model.bin, which no source says the repository has",
}
"""Libraries and applications that the registry knows and that no code is written for, with the reason."""
