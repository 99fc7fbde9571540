"""diffusers: what its pipelines and models take, class by class."""

from __future__ import annotations

from mirld.harvest.library_classes.diffusers import read
from mirld.harvest.source import Source

SOURCE = Source(
    name="diffusers-classes",
    title="Classes of Diffusers",
    description=(
        "What the pipelines and models of the Python package take: the parameters of their calls, constructors and"
        " loading, each with type, default and range as the code states them."
    ),
    licence="Apache-2.0",
    origin="pip:diffusers",
    page="https://github.com/huggingface/diffusers/tree/v{version}/src/diffusers",
    rank=61,
    read=read,
)
