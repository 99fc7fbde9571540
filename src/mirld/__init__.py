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
    from mirld.api import Entry, EntryLoader, Registry, open  # noqa: A004 - opens a registry, as gzip.open opens a file
    from mirld.errors import MirldError
    from mirld.ids import MirId
    from mirld.lookup.compatibility import Fact, Fit, FitOfSet, Fitting
    from mirld.lookup.loading import LoadCode
    from mirld.lookup.resolution import Candidate, Resolution
    from mirld.lookup.settings import Settings

__all__ = [
    "Candidate",
    "Entry",
    "EntryLoader",
    "Fact",
    "Fit",
    "FitOfSet",
    "Fitting",
    "LoadCode",
    "MirId",
    "MirldError",
    "Registry",
    "Resolution",
    "Settings",
    "__version__",
    "open",
]

_ELSEWHERE = {
    "Candidate": "mirld.lookup.resolution",
    "LoadCode": "mirld.lookup.loading",
    "Fact": "mirld.lookup.compatibility",
    "Fit": "mirld.lookup.compatibility",
    "FitOfSet": "mirld.lookup.compatibility",
    "Fitting": "mirld.lookup.compatibility",
    "MirId": "mirld.ids",
    "MirldError": "mirld.errors",
    "Resolution": "mirld.lookup.resolution",
    "Settings": "mirld.lookup.settings",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(_ELSEWHERE.get(name, "mirld.api")), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
