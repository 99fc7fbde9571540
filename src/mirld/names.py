"""Suggest a series for a repository, by the rule upstream names its series with.

A suggestion only: the rule drops sizes and minor versions, so two models may get one suggestion. Nothing reads an id
out of it; `mirld new` shows it, and a person decides.
"""

from __future__ import annotations

import re

from mirld.errors import IdError

# A whole word that tells of size, of packing, or of a stage that shares its tensors with the series.
_SIZE = re.compile(r"\d+[kmb](?:it)?")
_DROPPED = re.compile(
    r"base|beta|bit|community|dpo|full|gguf|hybrid|instruct|it|large|medium|mini|mlx|multimodal|onnx|plus|preview|pro|rl"
    r"|small|tiny"
)
# A last word behind which other tensors stand, so that it divides the releases of one series.
_RELEASE = re.compile(r"prior|diffusers|\d{3,4}px|[ti]2v")


def suggest_series(repository: str) -> tuple[str, str | None]:
    """Suggest series and compatibility for the name of a repository; None where upstream writes `*`.

    Words are dropped only when they stand alone, so that MiniMax keeps its name.
    IdError when the name holds no letter or digit.

    >>> suggest_series("Tencent-Hunyuan/HunyuanDiT-v1.2-Diffusers")
    ('hunyuandit-v1', 'diffusers')
    >>> suggest_series("microsoft/Phi-4-mini-instruct")
    ('phi-4', None)
    """
    title = repository.rpartition("/")[2].partition(":")[0].lower()
    title = re.sub(r"(\d)(?:\.\d+)+", r"\1", title)  # 2.5 → 2: upstream keeps the major version
    words = re.findall(r"[a-z0-9]+", title.replace(".", ""))
    if not words:
        raise IdError("the name of the repository holds no letter or digit", text=repository, position=0)
    release = words.pop() if len(words) > 1 and _RELEASE.fullmatch(words[-1]) else None
    kept = [word for word in words if not (_DROPPED.fullmatch(word) or _SIZE.fullmatch(word))]
    return "-".join(kept or words), release
