"""Whether an argument names a file of weights, told without what look-ups start without."""

from __future__ import annotations

import os

_FOLDERS = ("model_index.json", "config.json")


def is_file(text: str) -> bool:
    """Say whether a text is the name of a file, or of a folder that holds a model."""
    if text.startswith("mir:"):
        return False
    return os.path.isfile(text) or any(os.path.isfile(os.path.join(text, name)) for name in _FOLDERS)  # noqa: PTH113, PTH118
