"""Dotted ids in paths, as patterns for servers that know nothing of their grammar: `/mir:model.unet.x:base`."""

from __future__ import annotations

import re

from mirld.vocab import DOMAINS

_ID = rf"(?:mir:)?({'|'.join(DOMAINS)})\.([a-z0-9_-]+)\.([a-z0-9._-]+)"
_VARIANTS = "((?:@[a-z0-9._-]+)*)/?$"

DOTTED = ((f"{_ID}:([a-z0-9._-]+){_VARIANTS}", "/1/2/3/45/"), (f"{_ID}{_VARIANTS}", "/1/2/34/"))
"""Patterns for what follows the root, with the path of each, in which digits are groups."""


def with_groups(path: str, form: str) -> str:
    """Write the digits of a path as a server names the groups of a pattern.

    >>> with_groups("/1/2/34/", "${}")
    '/$1/$2/$3$4/'
    """
    return re.sub("[0-9]", lambda digit: form.format(digit[0]), path)
