"""The Python API: a registry as an object, over the same index and the same functions as the commands.

    registry   `open`, the registry, and its entries
    loaders    a loader of an entry: code, and what it loads

The names that others may rely on are listed in `mirld.__all__`, and nowhere else.
"""

from mirld.api.loaders import EntryLoader
from mirld.api.registry import Entry, Registry, open  # noqa: A004 - opens a registry, as gzip.open opens a file

__all__ = ["Entry", "EntryLoader", "Registry", "open"]
