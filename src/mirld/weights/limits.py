"""What a file may ask of a reader. A file over a limit is refused by name before anything is built for it.

Each limit stands well above what published models need (the number beside it, where one is known) and low enough
that whatever a file says, it is answered within a second and 200 MB.
"""

from __future__ import annotations

MAX_HEADER = 32 * 2**20
"""Bytes of a header: of safetensors, of GGUF, of a pickle, of the directory of a zip file, of an index."""

MAX_WIDE_HEADER = 8 * 2**20
"""Bytes of a text header that is not ASCII: decoded, each character of it may take four bytes."""

MAX_TENSORS = 100_000
"""Tensors of a file of safetensors or PyTorch; the largest known model, in 163 shards, has 92,000 altogether."""

MAX_GGUF_TENSORS = 50_000
"""Tensors of a GGUF file, which keeps the experts of a layer in one."""

MAX_INDEXED = 250_000
"""Tensors of all shards of an index together; the largest known has 208,000."""

MAX_NAME = 1_024
"""Characters of a tensor's name."""

MAX_DIMENSIONS = 64
"""Dimensions of a tensor, as many as PyTorch allows."""

MAX_NUMBER = 2**63 - 1
"""The largest dimension, number of elements and offset."""

MAX_METADATA = 50_000
"""Pairs of metadata."""

MAX_JSON = 4 * 2**20
"""Bytes of a configuration (config.json, model_index.json, adapter_config.json)."""

MAX_JSON_DEPTH = 64
"""Lists and objects in each other, in JSON."""

MAX_JSON_VALUES = 500_000
"""Values of a JSON text, counted by its commas."""

MAX_JSON_QUOTES = 2_000_000
"""Double quotes of a JSON text, looked at before its commas: four for a name and a value."""

MAX_JSON_BRACKETS = 200_000
"""Lists and objects of a JSON text."""

MAX_KEY = 65_535
"""Bytes of a key of GGUF, as its specification says."""

MAX_STRINGS = 1_500_000
"""Strings in all arrays of a GGUF file, which can only be passed one by one; large vocabularies have 0.8 million."""

MAX_ARRAYS = 10_000
"""Arrays of a GGUF file, those inside of others counted."""

MAX_ARRAY_DEPTH = 4
"""Arrays of GGUF in each other."""

MAX_KEPT = 256
"""Elements up to which an array of GGUF is kept as metadata; of a longer one, the type and the length."""

MAX_OPERATIONS = 500_000
"""Instructions of a pickle; a tensor takes about thirty, so 15,000 of them. The largest known files have 5,000."""

MAX_DEPTH = 16
"""Dictionaries in each other in which tensors of a pickle are looked for."""

MAX_MEMBERS = 100_000
"""Members of a zip file."""

MAX_FIELDS = 200_000
"""Fields of an ONNX file that are looked at; a node is one, a tensor about five."""

MAX_SHARDS = 10_000
"""Shards of an index."""

MAX_FILES = 20_000
"""Files of a folder."""
