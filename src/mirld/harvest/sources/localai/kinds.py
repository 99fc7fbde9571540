"""What LocalAI's rows tell of a model's kind: tasks by use and tag, architecture by program and title, file types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mirld.harvest.sources.localai.rows import ListedModel
from mirld.harvest.titles import architecture as architecture_of

_USES = {
    "audio_transform": "audio-to-audio",
    "chat": "text-generation",
    "completion": "text-generation",
    "detection": "object-detection",
    "embeddings": "feature-extraction",
    "rerank": "text-ranking",
    "sound_generation": "text-to-audio",
    "token_classify": "token-classification",
    "transcript": "automatic-speech-recognition",
    "tts": "text-to-speech",
    "vad": "voice-activity-detection",
    "vision": "image-text-to-text",
}
# Pictures and videos come from a text or from a picture, which only the tags say; the others are no tasks of their own,
# or none of the scheme.
_SILENT = frozenset(
    ["diarization", "face_recognition", "image", "realtime_audio", "score", "speaker_recognition", "tokenize", "video"]
)
_TAGS = {
    "asr": "automatic-speech-recognition",
    "audio-classification": "audio-classification",
    "depth-estimation": "depth-estimation",
    "embedding": "feature-extraction",
    "embeddings": "feature-extraction",
    "first-last-frame-to-video": "image-to-video",
    "image-editing": "image-to-image",
    "image-generation": "text-to-image",
    "image-segmentation": "image-segmentation",
    "image-to-image": "image-to-image",
    "image-to-video": "image-to-video",
    "llm": "text-generation",
    "object-detection": "object-detection",
    "reranker": "text-ranking",
    "speech-recognition": "automatic-speech-recognition",
    "speech-to-text": "automatic-speech-recognition",
    "stt": "automatic-speech-recognition",
    "text-generation": "text-generation",
    "text-to-image": "text-to-image",
    "text-to-speech": "text-to-speech",
    "text-to-video": "text-to-video",
    "token-classification": "token-classification",
    "translation": "translation",
    "tts": "text-to-speech",
    "voice-activity-detection": "voice-activity-detection",
}
_PROGRAMS = {
    "ced": "vit",
    "depth-anything": "dpt",
    "face-detect": "cnn",
    "flux": "dit",
    "flux-ggml": "dit",
    "insightface": "cnn",
    "longcat-video": "dit",
    "ltx-ggml": "dit",
    "piper": "vae",
    "qwen-image": "dit",
    "rfdetr-cpp": "detr",
    "wan-ggml": "dit",
    "whisper-base": "aet",
    "z-image-ggml": "dit",
}
# Templates of the gallery that are forms of talk.
_CHAT = re.compile(
    r"alpaca|arch-function|cajal|cerbero|chatml.*|codellama|command-r|deep.*|falcon3|gemma|granite.*|harmony|hermes-.*"
    r"|jamba|lfm|llama3.*|mathstral|mistral-.*|mudler|nanbeige.*|noromaid|phi-.*|qwen3.*|rwkv|tuluv2|vicuna-chat|wizardlm2"
)
_TYPE = re.compile(
    r"(?:^|[-_.])(i?q\d_(?:k|[01]|xxs|xs|nl|s|m)|bf16|fp?16|fp?32|mxfp4|nvfp4|iq\d_[sml])(?:_(?:s|m|l|xl))?(?=[-_.]|$)",
    re.IGNORECASE,
)
_PLAIN_TYPES = {"f16": "f16", "fp16": "f16", "f32": "f32", "fp32": "f32"}
_FORMATS = {".gguf": "gguf", ".onnx": "onnx", ".pt": "pickle", ".safetensors": "safetensors"}


def tasks(rows: Iterable[ListedModel]) -> tuple[list[str], bool]:
    """Tell the tasks of the rows of one model, and whether a row says them itself."""
    found: dict[str, None] = {}
    rows = list(rows)
    for row in rows:
        found.update(dict.fromkeys(_USES[use] for use in sorted(row.uses) if use in _USES))
    said = bool(found)
    if not found:
        for row in rows:
            found.update(dict.fromkeys(_TAGS[tag] for tag in sorted(row.tags) if tag in _TAGS))
            said = said or ("tags" not in row.inherited and bool(found))
    # A program for chat can give the numbers inside as well, which makes no model one for that.
    if "text-generation" in found and len(found) > 1:
        found.pop("feature-extraction", None)
    templates = {row.template for row in rows}
    if "piper" in templates:
        found["text-to-speech"] = None
    if not found and any(map(_CHAT.fullmatch, templates)):
        found["text-generation"] = None
    return sorted(found), said


def unknown_uses(rows: Iterable[ListedModel]) -> Iterator[tuple[str, ListedModel]]:
    """Give each use that no table has, with the first row that says it."""
    seen: set[str] = set()
    for row in rows:
        for use in sorted(row.uses - _USES.keys() - _SILENT - seen):
            seen.add(use)
            yield use, row


def architecture(title: str, rows: list[ListedModel], doing: Iterable[str]) -> str | None:
    """Conclude how a model is built, from the program that runs it, its title and its tasks; None when none tells."""
    for row in rows:
        for program in (row.backend, row.template):
            if program in _PROGRAMS:
                return _PROGRAMS[program]
    if title.startswith("Piper-"):
        return "vae"  # its network is that of VITS
    return architecture_of(title, doing)


def precision(stem: str, known: frozenset[str]) -> str | None:
    """Tell the number format that the name of a file has, where the scheme has a concept for it.

    >>> precision("Qwen3-8B-Q4_K_M", frozenset({"q4-k"})), precision("ggml-base", frozenset())
    ('q4-k', None)
    """
    found = [match[1].lower() for match in _TYPE.finditer(stem)]
    if not found:
        return None
    token = _PLAIN_TYPES.get(found[-1], found[-1].replace("_", "-"))
    return token if token in known else None


def file_format(name: str) -> str | None:
    """Tell the format of a file by its extension.

    >>> file_format("a/b.gguf"), file_format("tokens.txt")
    ('gguf', None)
    """
    return next((kind for end, kind in _FORMATS.items() if name.lower().endswith(end)), None)
