"""transformers: what its models are made with, configuration by configuration."""

from __future__ import annotations

from mirld.harvest.items import Harvest
from mirld.harvest.known import Known
from mirld.harvest.library_classes.transformers import classes
from mirld.harvest.package import Package
from mirld.harvest.source import Source


def read(package: Package, known: Known) -> Harvest:
    """Read every configuration class, and each definition of a parameter once."""
    return classes(package)


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
