"""Floor 3: the graph's answers as frozen values.

    values    what an entry and its parts are, as dataclasses without RDF
    read      dataset → values
    frameworks  the criteria and activities that a model is classified by
    registry  all values, and the look-up tables over them

Rules of this room: standard library only; values are frozen; order is sorted; unknown is None or empty, never a guess.
"""

from mirld.registry.frameworks import read_frameworks
from mirld.registry.read import read_registry
from mirld.registry.registry import Registry
from mirld.registry.values import (
    Classification,
    Compatibility,
    Component,
    Criterion,
    Digest,
    Entry,
    Evidence,
    File,
    Frameworks,
    Layout,
    LedgerRecord,
    Loader,
    Parameter,
    Ref,
    Repository,
    Setting,
    Source,
)

__all__ = [
    "Classification",
    "Compatibility",
    "Component",
    "Criterion",
    "Digest",
    "Entry",
    "Evidence",
    "File",
    "Frameworks",
    "Layout",
    "LedgerRecord",
    "Loader",
    "Parameter",
    "Ref",
    "Registry",
    "Repository",
    "Setting",
    "Source",
    "read_frameworks",
    "read_registry",
]
