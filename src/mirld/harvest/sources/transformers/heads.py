"""What the auto classes of transformers map model types to: a class for each head, and what a head is for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mirld.errors import InputError
from mirld.harvest.cleaning import shown
from mirld.harvest.items import Harvest
from mirld.harvest.package import Package
from mirld.harvest.python import Module

_PATH = "transformers/models/auto/modeling_auto.py"
_PREFIX, _SUFFIX = "MODEL_FOR_", "_NAMES"
_BASE = "MODEL_MAPPING_NAMES"

# Heads, as the names of the maps tell them, and the task and the architecture that follow from each. The first whose
# architecture is told decides; a task or an architecture that does not follow is None.
_HEADS: Mapping[str, tuple[str | None, str | None]] = {
    "IMAGE_TEXT_TO_TEXT": ("image-text-to-text", "vit"),
    "ZERO_SHOT_IMAGE_CLASSIFICATION": ("zero-shot-image-classification", "vit"),
    "VISUAL_QUESTION_ANSWERING": ("visual-question-answering", "vit"),
    "RETRIEVAL": ("visual-document-retrieval", "vit"),
    "VIDEO_CLASSIFICATION": ("video-classification", "vit"),
    "MASK_GENERATION": ("mask-generation", "vit"),
    "MASKED_IMAGE_MODELING": (None, "vit"),
    "SEQ_TO_SEQ_CAUSAL_LM": (None, "stst"),
    "SPEECH_SEQ_2_SEQ": ("automatic-speech-recognition", "stst"),
    "MASKED_LM": ("fill-mask", "aet"),
    "NEXT_SENTENCE_PREDICTION": (None, "aet"),
    "CTC": ("automatic-speech-recognition", "aet"),
    "AUDIO_XVECTOR": (None, "aet"),
    "AUDIO_FRAME_CLASSIFICATION": (None, "aet"),
    "TEXT_TO_WAVEFORM": ("text-to-audio", "art"),
    "CAUSAL_LM": ("text-generation", "art"),
    "CAUSAL_IMAGE_MODELING": (None, "art"),
    "MULTIMODAL_LM": ("any-to-any", "art"),
    "AUDIO_TOKENIZATION": (None, "gan"),
    "TOKEN_CLASSIFICATION": ("token-classification", "aet"),
    "SEQUENCE_CLASSIFICATION": ("text-classification", "aet"),
    "QUESTION_ANSWERING": ("question-answering", "aet"),
    "MULTIPLE_CHOICE": ("multiple-choice", "aet"),
    "TEXT_ENCODING": ("feature-extraction", "aet"),
    "TABLE_QUESTION_ANSWERING": ("table-question-answering", "aet"),
    "DOCUMENT_QUESTION_ANSWERING": ("document-question-answering", "aet"),
    "AUDIO_CLASSIFICATION": ("audio-classification", "aet"),
    "OBJECT_DETECTION": ("object-detection", None),
    "ZERO_SHOT_OBJECT_DETECTION": ("zero-shot-object-detection", None),
    "RNNT": ("automatic-speech-recognition", None),
    "TDT": ("automatic-speech-recognition", None),
    "TEXT_TO_SPECTROGRAM": ("text-to-audio", None),
    "IMAGE": ("image-feature-extraction", None),
    "IMAGE_CLASSIFICATION": ("image-classification", None),
    "IMAGE_SEGMENTATION": ("image-segmentation", None),
    "SEMANTIC_SEGMENTATION": ("image-segmentation", None),
    "INSTANCE_SEGMENTATION": ("image-segmentation", None),
    "UNIVERSAL_SEGMENTATION": ("image-segmentation", None),
    "DEPTH_ESTIMATION": ("depth-estimation", None),
    "IMAGE_TO_IMAGE": ("image-to-image", None),
    "TEXT_RECOGNITION": ("image-to-text", None),
    "TABLE_RECOGNITION": ("image-to-text", None),
    "KEYPOINT_DETECTION": ("keypoint-detection", None),
    "POSE_ESTIMATION": ("keypoint-detection", None),
    "TIME_SERIES_PREDICTION": ("time-series-forecasting", None),
    "TIME_SERIES_CLASSIFICATION": (None, None),
    "TIME_SERIES_REGRESSION": (None, None),
    "KEYPOINT_MATCHING": (None, None),
    "IMAGE_MATTING": (None, None),
    "NORMAL_ESTIMATION": (None, None),
    "POINTMAP_ESTIMATION": (None, None),
    "BACKBONE": (None, None),
    "DECISION": (None, None),
    "PRETRAINING": (None, None),
}
# Heads beside which one for causal language modelling opens the decoder of an encoder-decoder alone.
_PAIRED = frozenset(("MASKED_LM", "SEQ_TO_SEQ_CAUSAL_LM", "SPEECH_SEQ_2_SEQ"))
DETECTION = frozenset(("OBJECT_DETECTION", "ZERO_SHOT_OBJECT_DETECTION"))
"""Heads that give a set of objects."""
IMAGES = (
    DETECTION
    | {"IMAGE", "IMAGE_CLASSIFICATION", "IMAGE_SEGMENTATION", "SEMANTIC_SEGMENTATION", "INSTANCE_SEGMENTATION"}
    | {"UNIVERSAL_SEGMENTATION", "DEPTH_ESTIMATION", "IMAGE_TO_IMAGE", "TEXT_RECOGNITION", "TABLE_RECOGNITION"}
    | {"BACKBONE"}
)
"""Heads over pictures that networks of attention and of convolution both have."""


@dataclass(slots=True)
class Heads:
    """What opens the models of a type: `base` without a head, `classes` by head in the order of the package."""

    base: tuple[str, ...] = ()
    classes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def main(self) -> str | None:
        """The class that opens a model of the type: without a head, if there is one."""
        return next(iter(self.base or next(iter(self.classes.values()), ())), None)

    @property
    def every(self) -> tuple[str, ...]:
        """All classes, each once."""
        return tuple(dict.fromkeys((*self.base, *(name for names in self.classes.values() for name in names))))

    @property
    def tasks(self) -> tuple[str, ...]:
        """Tokens of the tasks that its heads are for, where they open all of a model."""
        of_pairs = {"CAUSAL_LM"} if _PAIRED & self.classes.keys() else set()
        found = (_HEADS.get(head, (None, None))[0] for head in self.classes if head not in of_pairs)
        return tuple(sorted({task for task in found if task}))

    @property
    def architecture(self) -> str | None:
        """Token of the architecture that its heads tell."""
        found = (architecture for head, (_, architecture) in _HEADS.items() if head in self.classes)
        return next((architecture for architecture in found if architecture), None)


def heads(package: Package, harvest: Harvest) -> dict[str, Heads]:
    """Read the maps of the auto classes, by type; a map of a head that nobody knows is a finding."""
    module = Module(package, _PATH)
    result: dict[str, Heads] = {}
    maps = {name: module.constants.get(name) for name, _ in module.assignments() if _is_map(name)}
    if not isinstance(maps.get(_BASE), dict):
        raise InputError("the models are not mapped as before: the layout changed", file=module.shown)
    for name, mapped in maps.items():
        head = name.removeprefix(_PREFIX).removesuffix(_SUFFIX).removesuffix("_MAPPING")
        if not isinstance(mapped, dict) or (name != _BASE and head not in _HEADS):
            comment = "What the map is for is not known, so no task follows from it."
            harvest.find(f"transformers:{name}", "auto", "unknown-reference", shown(head), comment, module.path)
        for model_type, classes in (mapped if isinstance(mapped, dict) else {}).items():
            found = result.setdefault(str(model_type), Heads())
            names = tuple(str(one) for one in (classes if isinstance(classes, list | tuple) else (classes,)) if one)
            if name == _BASE:
                found.base = names
            else:
                found.classes[head] = names
    return result


def _is_map(name: str) -> bool:
    return name == _BASE or (name.startswith(_PREFIX) and name.endswith(_SUFFIX))
