"""transformers: what its models are made with, configuration by configuration."""

from __future__ import annotations

from mirld.harvest.library_classes.transformers import read
from mirld.harvest.source import Source

SOURCE = Source(
    name="transformers-classes",
    title="Configurations of Transformers",
    description=(
        "What the configuration classes of the Python package take, each field with type, default and range as the code"
        " states them, and the model classes that are made from each."
    ),
    licence="Apache-2.0",
    origin="pip:transformers",
    page="https://github.com/huggingface/transformers/tree/v{version}/src/transformers",
    rank=62,
    read=read,
)
