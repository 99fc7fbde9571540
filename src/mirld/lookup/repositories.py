"""Which repository of an entry a library loads from, where several publish it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mirld.registry.values import Entry, Repository

HUB = "huggingface.co"

# Forms of weights that classes of diffusers and transformers do not open by the name of a repository.
_OTHER_FORM = re.compile(
    r"gguf|ggml|(?<![a-z])mlx|onnx|comfy|whisper\.cpp|openvino|coreml|exl[23](?![a-z])", re.IGNORECASE
)
_QUANTISED = re.compile(
    r"(?<![a-z0-9])(?:fp8|nf4|gptq|awq|bnb|sdnq|(?:u?int|w)[48]|[2-8]-?bit|quantized)(?![a-z])", re.IGNORECASE
)


def hub_repositories(entry: Entry) -> list[Repository]:
    """Return the repositories of the Hugging Face Hub that a class can open, the likeliest first.

    One that holds another form of weights is none of them. Before others come those as they were trained, those that a
    page is cited for, and those whose revision is known; then they stand as the registry has them.
    """
    found = [each for each in entry.repositories if each.host == HUB and not _OTHER_FORM.search(each.name)]
    quantised = {each.iri for each in found if _QUANTISED.search(each.name)}
    return sorted(found, key=lambda each: (each.iri in quantised, not each.sources, each.revision is None))


def of_other_form(entry: Entry) -> tuple[str, ...]:
    """Return the names of repositories that hold another form of weights."""
    return tuple(each.name for each in entry.repositories if each.host == HUB and _OTHER_FORM.search(each.name))


def first(repositories: Iterable[Repository]) -> Repository | None:
    """Return the first repository, or None."""
    return next(iter(repositories), None)
