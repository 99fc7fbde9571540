"""Which series a model type is: one that the registry has, or one of its own; and of which architecture."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mirld.harvest.items import repository_key
from mirld.harvest.known import Known
from mirld.harvest.naming import same_name
from mirld.harvest.sources.transformers.heads import DETECTION, IMAGES, Heads
from mirld.harvest.sources.transformers.model_types import ModelType

# Types whose models alone make up a series that the registry has under the name their makers give it.
_FAMILIES = {
    "arcee": "art/afm",
    "cohere2_vision": "vit/command-a-vision",
    "donut-swin": "vit/donut",
    "dots1": "moe/dots.llm1",
    "ernie4_5_moe": "moe/ernie-4.5",
    "exaone4": "art/exaone-4.0",
    "glm4v": "vit/glm-4.1v",
    "glm4v_moe": "vit/glm-4.5v",
    "got_ocr2": "vit/got-ocr-2.0",
    "helium": "art/helium-1",
    "kyutai_speech_to_text": "art/stt",
    "llava_next": "vit/llava-1.6",
    "mllama": "vit/llama-3.2",
    "phi4_multimodal": "vit/phi-4",
    "phimoe": "moe/phi-3.5-moe",
    "qwen3_moe": "moe/qwen3",
    "wav2vec2-bert": "aet/w2v-bert-2.0",
}
# Types whose architecture neither a head nor their configuration tells, or tells wrongly.
_ARCHITECTURES = {
    "decision_transformer": "art",
    "diffusion_gemma": "mldm",
    "diffusion_gemma_text": "mldm",
    "embedding_gemma2": "aet",
    "embedding_gemma2_text": "aet",
    "fastspeech2_conformer_with_hifigan": "aet",
    "flava": "vit",
    "layoutxlm": "aet",
    "mask2former": "detr",
    "maskformer": "detr",
    "molmo2_text": "art",
    "oneformer": "detr",
    "patchtsmixer": "mlp",
    "patchtst": "aet",
    "radio": "vit",
    "sam2_hiera_det_model": "vit",
    "sam3": "vit",
    "sam3_tracker_video": "vit",
    "superpoint": "cnn",
    "timesfm": "art",
    "timesfm2_5": "art",
    "uvdoc": "cnn",
    "vitmatte": "vit",
    "vits": "vae",
}
# They open whatever network their configuration names.
_ANY = frozenset(("timm_backbone", "timm_wrapper"))
_POINT = re.compile(r"(?<=\d)_(?=\d)")
_RECURRENT = frozenset(("lru_width", "rescale_every"))
_EXPERTS = re.compile(r"(?:num|n|moe)_\w*expert\w*")
_OF_EXPERTS = re.compile(r"(?:^|[_-])moe(?:$|[_-])")
# Words in the names of types that no head tells an architecture of, the first that fits counts.
_BY_WORD = (
    (re.compile(r"vision|vit_|image|^pe_video$"), "vit"),
    (re.compile(r"vqgan|vqmodel|vqvae"), "vae"),
    (re.compile(r"codec|hifigan|bigvgan|tokenizer|univnet|^mimi"), "gan"),
    (re.compile(r"detr"), "detr"),
    (re.compile(r"text|talker|thinker"), "art"),
    (re.compile(r"audio|speech|asr|encoder"), "aet"),
    (re.compile(r"decoder"), "art"),
)


def series_name(name: str) -> str:
    """Name the series of a type after it: an underscore between digits is the point of a version.

    >>> series_name("qwen2_5_vl"), series_name("blip-2"), series_name("EvollaModel")
    ('qwen2.5-vl', 'blip-2', 'EvollaModel')
    """
    return _POINT.sub(".", name).replace("_", "-")


def title(one: ModelType) -> str:
    """Name a type for people: as its file does, if that is its name, else as its class does."""
    stem = one.class_name.removesuffix("Config") or one.class_name
    if not one.own:
        return series_name(one.name)
    if one.title and same_name(one.title) in (same_name(stem), same_name(one.name)):
        return one.title.replace("_", " ")
    return _POINT.sub(".", stem).replace("_", " ").strip()


def known_series(one: ModelType, architecture: str | None, known: Known) -> str | None:
    """Find the series of a type in the registry, as architecture/series; None when it has none that is plainly it.

    What was named before keeps its name. Else by its name or that of its class. Else by the repository in whose style
    it is, when the name of the series there is that of the type and a word, no number: `funnel` is Funnel Transformer,
    while `llama` is more than Llama 2.
    """
    before = known.named(f"transformers:{one.name}")
    if before is not None:
        return before.removeprefix("info/")
    listed = _FAMILIES.get(one.name)
    if listed and f"info/{listed}" in known.kinds:
        return listed
    names = [one.name, *one.names, *([one.class_name.removesuffix("Config")] if one.own else [])]
    paths = sorted({path for name in names for path in known.families(name)})
    example = _example_series(one, known)
    if example in paths or (not paths and _goes_on(one, example)):
        return example.removeprefix("info/")
    of_architecture = [path for path in paths if path.split("/")[1] == architecture]
    return next((path.removeprefix("info/") for path in (*of_architecture, *paths)), None)


def _example_series(one: ModelType, known: Known) -> str:
    """Return the series of the repository in whose style a type is; empty when the registry does not have that."""
    path = known.by_key.get(repository_key(one.checkpoint)) if one.checkpoint else None
    return "/".join(("info", *path.split("/")[1:3])) if path and path.startswith("model/") else ""


def _goes_on(one: ModelType, path: str) -> bool:
    """Say whether the name of a series is that of a type, followed by a word that begins with a letter."""
    series = same_name(path.rpartition("/")[2])
    names = (same_name(name) for name in (one.name, *one.names))
    return any(series.startswith(name) and series[len(name) :][:1].isalpha() for name in names)


def architecture(one: ModelType, heads: Heads) -> tuple[str | None, bool]:
    """Tell the architecture of a type, and whether that is concluded from its configuration or its name alone."""
    fields = one.fields
    if one.name in _ARCHITECTURES:
        return _ARCHITECTURES[one.name], False
    if one.name in _ANY:
        return None, False
    if any(name.startswith(("mamba_", "ssm_")) or name == "state_size" for name in fields):
        return "ssm", True
    if _RECURRENT & fields.keys():
        return "rnn", True
    if heads.architecture:
        return heads.architecture, False
    if DETECTION & heads.classes.keys() and "num_queries" in fields:
        return "detr", True
    if "fusion_hidden_size" in fields:
        return "dpt", True
    has_attention = any("attention_heads" in name or name in ("num_heads", "n_heads", "n_head") for name in fields)
    if IMAGES & heads.classes.keys():
        return ("vit" if has_attention else "cnn"), True
    if fields.get("is_encoder_decoder") is True:
        return "stst", True
    for words, token in _BY_WORD:
        if words.search(one.name):
            return token, True
    return ("transformer" if has_attention else None), True


def has_experts(one: ModelType, types: Mapping[str, ModelType]) -> bool:
    """Say whether a configuration, or one that it is made of, counts more than one expert, or the name tells so."""
    members: dict[str, ModelType] = {}
    waiting = [one.name]
    while waiting:
        name = waiting.pop()
        if name in types and name not in members:
            members[name] = types[name]
            waiting += types[name].parts
    return _OF_EXPERTS.search(one.name) is not None or any(
        _EXPERTS.fullmatch(name) is not None and isinstance(found, int) and found > 1
        for member in members.values()
        for name, found in member.fields.items()
    )


def whole_of(types: Mapping[str, ModelType], heads: Mapping[str, Heads]) -> dict[str, str]:
    """Tell which type each type that no class opens is a part of: of several, the one whose name it carries on."""
    above: dict[str, list[str]] = {}
    for name, one in types.items():
        for part in one.parts:
            if part != name and part not in heads and part in types:
                above.setdefault(part, []).append(name)
    result: dict[str, str] = {}
    for part in above:
        current, seen = part, set[str]()
        while current in above and current not in seen:
            seen.add(current)
            current = min((not current.startswith(name), len(name), name) for name in above[current])[2]
        if current not in seen:
            result[part] = current
    return result
