r"""Conditions of a signature as the registry writes them: one line of text each.

    condition  = simple *(" | " simple)                one of several
    simple     = name                                  a tensor of this name is there
               / name " [" dimension *(", " …) "]"     … and has this shape; "[]" is a single number
               / name " x " dimension                  so many blocks: the name holds {i}, counted from 0
               / "@" field " = " text                  a field of the metadata has this value
    dimension  = number / number "-" number / number *("|" number) / "*" / [number "*"] "$" variable

>>> parse_condition("double_blocks.{i}.img_attn.qkv.weight x 19")
Blocks(name='double_blocks.{i}.img_attn.qkv.weight', wanted=19)
>>> parse_condition("img_in.weight [$h, 64|128]")
Shaped(name='img_in.weight', dimensions=(Variable(name='h', factor=1), frozenset({64, 128})))
"""

from __future__ import annotations

import re
from functools import lru_cache

from mirld.weights.signature import ANY, Blocks, Condition, Dimension, Either, Key, Noted, Shaped, Variable

_SHAPED = re.compile(r"(\S+) \[([^\]]*)\]")
_BLOCKS = re.compile(r"(\S*\{i\}\S*) x (\S+)")
_NOTED = re.compile(r"@(\S+) = (.+)")
_KEY = re.compile(r"[^\s@]\S*")
_VARIABLE = re.compile(r"(?:(\d+)\*)?\$(\w+)")
_RANGE = re.compile(r"(\d+)-(\d+)")


@lru_cache(maxsize=4096)
def parse_condition(text: str) -> Condition:
    """Read one condition; ValueError when the text is none."""
    parts = text.split(" | ")
    if len(parts) > 1:
        return Either(tuple(map(parse_condition, parts)))
    if match := _SHAPED.fullmatch(text):
        return Shaped(match[1], tuple(map(_dimension, match[2].split(", "))) if match[2] else ())
    if match := _BLOCKS.fullmatch(text):
        return Blocks(match[1], _dimension(match[2]))
    if match := _NOTED.fullmatch(text):
        return Noted(match[1], match[2])
    if _KEY.fullmatch(text):
        return Key(text)
    raise ValueError(f"this is no condition: {text}")


def _dimension(text: str) -> Dimension:
    if text == "*":
        return ANY
    if match := _VARIABLE.fullmatch(text):
        return Variable(match[2], int(match[1] or 1))
    if match := _RANGE.fullmatch(text):
        return range(int(match[1]), int(match[2]) + 1)
    numbers = text.split("|")
    if not all(number.isascii() and number.isdigit() for number in numbers):
        raise ValueError(f"this is no dimension: {text}")
    return int(text) if len(numbers) == 1 else frozenset(map(int, numbers))
