"""Values as Python spells them: what is written here evaluates to what it was written from."""

from __future__ import annotations

import json
import keyword
import math

_TORCH = "torch."


def is_keyword(name: str) -> bool:
    """Say whether a name can be that of a keyword argument."""
    return name.isidentifier() and not keyword.iskeyword(name)


def python_text(value: object) -> str:
    """Write a value of JSON as Python: `True`, `None`, and no number that Python cannot read.

    >>> python_text({"a": [1, None, float("inf")]})
    '{"a": [1, None, float("inf")]}'
    """
    if isinstance(value, str):
        # A JSON string is a Python string as well, save for halves of characters, which no file can hold.
        return json.dumps(value, ensure_ascii=False) if value.isprintable() else repr(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(python_text, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{python_text(name)}: {python_text(each)}' for name, each in value.items())}}}"
    return repr(value)


def is_torch_type(value: object) -> bool:
    """Say whether a text names a type of numbers as torch does: `torch.bfloat16`."""
    return isinstance(value, str) and value.startswith(_TORCH) and is_keyword(value.removeprefix(_TORCH))


def keyword_text(value: object) -> str:
    """Write the value of a keyword argument: as `python_text`, but a type of torch as the name it is."""
    return str(value) if is_torch_type(value) else python_text(value)
