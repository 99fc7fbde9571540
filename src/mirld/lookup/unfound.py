"""What is wrong with a text that nothing has as its name, where its form alone tells, and what to do instead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mirld.errors import IdError
from mirld.ids import MirId

_FILE = re.compile(r"(?i)(?:\.{1,2}|~)?[\\/].*|[a-z]:[\\/].*|.*\.(?:safetensors|gguf|ckpt|pth?|bin|onnx|sft)")


def what_is_wrong(text: str, near: Sequence[str] = ()) -> tuple[str, str | None] | None:
    """Return a message and a hint; None when the text could be a name and is none.

    >>> what_is_wrong("./my.safetensors")[1]
    'mirld identify says what a file on this machine is'
    >>> what_is_wrong("mir:model..x")[0]
    'this is no MIR id: the architecture is empty at 10: mir:model..x'
    """
    if not text.strip():
        return "no name was given", "give an id, a repository, a digest, or any other name: mirld resolve finds one"
    if _FILE.fullmatch(text.strip()):
        return f"no published file has this name: {text}", "mirld identify says what a file on this machine is"
    if text.strip().lower().startswith("mir:"):
        try:
            MirId.find(text)
        except IdError as error:
            meant = error.suggestion or " or ".join(near)
            return f"this is no MIR id: {error.message}: {text}", f"did you mean {meant}?" if meant else None
    return None
