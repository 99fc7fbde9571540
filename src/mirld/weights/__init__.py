"""What a weights file says of itself: its header, read without a weight of it and without running anything.

    read(path)       a Header, by the content of a file, an index of shards or a folder
    fingerprint(…)   the digest of a layout, and those of others that are published

The limits are in `mirld.weights.limits`; what does not hold is a `mirld.errors.WeightError`.
"""

from __future__ import annotations

from mirld.errors import WeightError
from mirld.weights.header import Component, Header, Shard, Tensor, Tensors
from mirld.weights.reading import FORMATS, read, read_bytes

__all__ = ["FORMATS", "Component", "Header", "Shard", "Tensor", "Tensors", "WeightError", "read", "read_bytes"]
