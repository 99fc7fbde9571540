"""mirld: the registry of machine-intelligence resources (MIR) as linked data.

    import mirld

    registry = mirld.open()
    registry["mir:model.lora.hyper:flux-1"].label

What is named in `__all__` is what others may rely on; it is imported when it is asked for, so that `import mirld` costs
nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from mirld.version import __version__

if TYPE_CHECKING:
    from mirld.api import Entry, Registry, open  # noqa: A004 - opens a registry, as gzip.open opens a file
    from mirld.errors import MirldError
    from mirld.ids import MirId
    from mirld.lookup.resolution import Candidate, Resolution

__all__ = ["Candidate", "Entry", "MirId", "MirldError", "Registry", "Resolution", "__version__", "open"]

_ELSEWHERE = {
    "Candidate": "mirld.lookup.resolution",
    "MirId": "mirld.ids",
    "MirldError": "mirld.errors",
    "Resolution": "mirld.lookup.resolution",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(_ELSEWHERE.get(name, "mirld.api")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
