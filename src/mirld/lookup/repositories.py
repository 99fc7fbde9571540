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
_QUANTISED = r"(?i)(?<![a-z0-9])(?:fp8|nf4|gptq|awq|bnb|sdnq|(?:u?int|w)[48]|[2-8]-?bit|quantized)(?![a-z])"


# What publishers call the repository that holds a model as a library opens it, beside the one with their own files.
_CONVERTED = {
    "diffusers": r"(?i)diffusers",
    "transformers": r"(?i)-hf(?![a-z])",
}


def hub_repositories(entry: Entry, library: str) -> list[Repository]:
    """Return the repositories of the Hugging Face Hub that a library can open, the likeliest first.

    One that holds another form of weights is none of them. Before others come those whose name says that they are for
    the library, those as they were trained, those that the most pages are cited for, and those whose revision is known;
    then they stand as the registry has them.
    """
    found = [each for each in entry.repositories if each.host == HUB and not _OTHER_FORM.search(each.name)]
    if len(found) < 2:
        return found
    converted = _CONVERTED.get(library)
    return sorted(
        found,
        key=lambda each: (
            converted is None or not re.search(converted, each.name),
            re.search(_QUANTISED, each.name) is not None,
            -len(each.sources),
            each.revision is None,
        ),
    )


def of_other_form(entry: Entry) -> tuple[str, ...]:
    """Return the names of repositories that hold another form of weights."""
    return tuple(each.name for each in entry.repositories if each.host == HUB and _OTHER_FORM.search(each.name))


def first(repositories: Iterable[Repository]) -> Repository | None:
    """Return the first repository, or None."""
    return next(iter(repositories), None)
