"""Python's collector of reference cycles, paused while much is made that stays.

What a registry is loaded into are trees: counting references frees them. Looking for cycles among hundreds of thousands
of live values, again and again as they grow, costs a fifth of a build and finds next to nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Pause the collector for a block, or for a function as its decorator; leave it as it was, whatever happens."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
