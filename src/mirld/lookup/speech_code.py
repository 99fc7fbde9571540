"""Programs for libraries that make sound: what speaks a text, and what makes the sound that a text describes."""

from __future__ import annotations

import re

from mirld.lookup.drafting import Draft, UnknownError
from mirld.lookup.program import Call, Constant, Made, Named, Program, Step
from mirld.lookup.repositories import HUB
from mirld.registry.values import Repository

TEXT = "The tide is out, and the harbour is quiet."
"""What is spoken where its reader will have something else to say."""
_SOUND = "waves that break on a pebble beach"
_VOICE = "A calm voice, close to the microphone, without any noise."
# Who publishes weights for MLX beside those whose name says so: the author of mlx-audio.
_MLX = re.compile(r"(?<![a-z])mlx(?![a-z])|^prince-canuma/", re.IGNORECASE)
_MODEL = "model"


def audiocraft(draft: Draft) -> tuple[Draft, Program]:
    """Write what makes sound of a description; what `audio_write` takes is for saving it."""
    if draft.loader.call is not None:
        raise UnknownError(f"{draft.loader.call} of audiocraft saves what a model made, and loads none")
    made = Call(Named("audiocraft.models", draft.class_name, ("get_pretrained",)), (Constant(draft.hub().name),))
    settings = draft.arguments("call", known=frozenset(("duration", "temperature", "top_k", "top_p", "cfg_coef")))
    _leave(draft, "load", "init")
    draft.inputs.append("descriptions")
    running = [Step(Call(Made("model.set_generation_params"), (), settings))] if settings else []
    running += [
        Step(Constant([_SOUND]), ("descriptions",)),
        Step(Call(Made("model.generate"), (Made("descriptions"),)), ("result",)),
    ]
    return draft, Program(result=_MODEL, loading=(Step(made, (_MODEL,)),), running=tuple(running))


def kokoro(draft: Draft) -> tuple[Draft, Program]:
    """Write what speaks a text in one language; the voice and the language are the reader's."""
    if draft.loader.call is not None:
        raise UnknownError(f"how {draft.loader.call} of kokoro is called is not known")
    settings = draft.arguments(
        "call", known=frozenset(("speed", "split_pattern")), taker=f"a call of {draft.class_name}"
    )
    _leave(draft, "load", "init")
    held = [each for each in draft.entry.repositories if each.host == HUB and not _MLX.search(each.name)]
    draft.repository = found = held[0] if held else draft.hub()
    made = Call(
        Named("kokoro", draft.class_name), (), {"lang_code": Made("lang_code"), "repo_id": Constant(found.name)}
    )
    draft.inputs += ("lang_code", "text", "voice")
    loading = (
        Step(Constant("a"), ("lang_code",), "American English; each language has a letter and voices of its own"),
        Step(made, ("pipe",)),
    )
    running = (
        Step(Constant(TEXT), ("text",)),
        Step(Constant("af_heart"), ("voice",)),
        Step(
            Call(Made("pipe"), (Made("text"),), {"voice": Made("voice"), **settings}),
            ("result",),
            "one piece after the other, as it is gone through",
        ),
    )
    return draft, Program(result="pipe", loading=loading, running=running)


def mlx_audio(draft: Draft) -> tuple[Draft, Program]:
    """Write what speaks a text on a computer of Apple, and saves it."""
    loader, entry = draft.loader, draft.entry
    if (loader.module, loader.call) != ("mlx_audio.tts.generate", "generate_audio"):
        raise UnknownError(f"how {loader.call or loader.class_name} of mlx_audio is called is not known")
    tasks = {ref.iri.rpartition("/")[2] for ref in entry.tasks}
    if "text-to-speech" not in tasks and entry.id.architecture != "art":
        raise UnknownError(f"generate_audio of mlx_audio speaks a text, and no source says that {entry.id} does")
    found = _for_mlx(draft)
    known = frozenset(("audio_format", "join_audio", "verbose", "speed", "temperature", "max_tokens"))
    # Upstream states what is given to the one call that there is as of loading, too.
    settings = {**draft.arguments("load", known=known), **draft.arguments("call", known=known)}
    draft.inputs.append("text")
    made = Call(Named("mlx_audio.tts.utils", "load_model"), (Constant(found.name),))
    spoken = Call(
        Named("mlx_audio.tts.generate", "generate_audio"), (), {"text": Made("text"), "model": Made(_MODEL), **settings}
    )
    running = (Step(Constant(TEXT), ("text",)), Step(spoken))
    return draft, Program(result=_MODEL, loading=(Step(made, (_MODEL,)),), running=running)


def _for_mlx(draft: Draft) -> Repository:
    """Choose a repository with weights for MLX; else the only one there is, which the library may convert."""
    held = [each for each in draft.entry.repositories if each.host == HUB]
    fitting = [each for each in held if _MLX.search(each.name)] or (held if len(held) == 1 else [])
    if not fitting:
        raise UnknownError(f"no repository of {draft.entry.id} is known to hold weights for MLX")
    # The author of the library comes before others who converted the same.
    draft.repository = min(fitting, key=lambda each: (not each.name.startswith("prince-canuma/"), each.name))
    return draft.repository


def orpheus_tts(draft: Draft) -> tuple[Draft, Program]:
    """Write what speaks a text with a voice."""
    made = Call(Named("orpheus_tts", draft.class_name), (), {"model_name": Constant(draft.hub().name)})
    known = frozenset(("temperature", "top_p", "max_tokens", "repetition_penalty"))
    settings = draft.arguments("call", known=known, taker=f"{draft.class_name}.generate_speech")
    _leave(draft, "load", "init")
    draft.inputs += ("prompt", "voice")
    running = (
        Step(Constant(TEXT), ("prompt",)),
        Step(Constant("tara"), ("voice",)),
        Step(
            Call(Made("model.generate_speech"), (), {"prompt": Made("prompt"), "voice": Made("voice"), **settings}),
            ("result",),
            "pieces of sound, as they are made",
        ),
    )
    return draft, Program(result=_MODEL, loading=(Step(made, (_MODEL,)),), running=running)


def outetts(draft: Draft) -> tuple[Draft, Program]:
    """Write what speaks a text with a speaker that the library brings, by its interface of the versions before 0.4."""
    series = draft.entry.id.series
    if draft.class_name != "InterfaceHF" or not series.startswith("outetts-"):
        raise UnknownError(f"how {draft.class_name} of outetts is called is not known")
    version = series.removeprefix("outetts-")
    name = Constant(draft.hub().name)
    if version not in ("0.2", "0.3"):
        raise UnknownError(f"InterfaceHF of outetts reads models of 0.2 and 0.3, and {draft.entry.id} is of {version}")
    config = Call(Named("outetts", "HFModelConfig_v2"), (), {"model_path": name, "tokenizer_path": name})
    made = Call(Named("outetts", "InterfaceHF"), (), {"model_version": Constant(version), "cfg": Made("config")})
    _leave(draft, "load", "init", "call")
    draft.inputs.append("text")
    running = (
        Step(Constant(TEXT), ("text",)),
        Step(Call(Made("interface.load_default_speaker"), (), {"name": Constant("en_male_1")}), ("speaker",)),
        Step(
            Call(Named("outetts", "GenerationConfig"), (), {"text": Made("text"), "speaker": Made("speaker")}),
            ("wanted",),
        ),
        Step(Call(Made("interface.generate"), (), {"config": Made("wanted")}), ("result",)),
    )
    loading = (Step(config, ("config",)), Step(made, ("interface",)))
    return draft, Program(result="interface", loading=loading, running=running)


def parler_tts(draft: Draft) -> tuple[Draft, Program]:
    """Write what speaks a text in a voice that a description gives."""
    found = draft.hub()
    pinned = draft.pinned(found)
    made = Call(Named("parler_tts", draft.class_name, ("from_pretrained",)), (Constant(found.name),), pinned)
    tokens = Call(Named("transformers", "AutoTokenizer", ("from_pretrained",)), (Constant(found.name),), pinned)
    _leave(draft, "load", "init", "call")
    draft.inputs += ("description", "prompt")
    tensors = {"return_tensors": Constant("pt")}
    spoken = Call(
        Made("model.generate"),
        (),
        {"input_ids": Made("described.input_ids"), "prompt_input_ids": Made("spoken.input_ids")},
    )
    running = (
        Step(Constant(_VOICE), ("description",)),
        Step(Constant(TEXT), ("prompt",)),
        Step(Call(Made("tokenizer"), (Made("description"),), tensors), ("described",)),
        Step(Call(Made("tokenizer"), (Made("prompt"),), tensors), ("spoken",)),
        Step(spoken, ("result",)),
    )
    loading = (Step(made, (_MODEL,)), Step(tokens, ("tokenizer",)))
    return draft, Program(result=_MODEL, loading=loading, running=running)


def _leave(draft: Draft, *groups: str) -> None:
    """Leave out what is stated of phases in which nothing is given."""
    for each in draft.settings.values:
        if each.group in groups:
            draft.leave(each.group, each.parameter, f"{draft.loader.library} is given nothing of this name here")
