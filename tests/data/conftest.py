"""The merged view of the real registry as the tests of curated entries read it."""

from __future__ import annotations

import pytest
from tests.curated import Descriptions, describe

from mirld.graph.dataset import Dataset


@pytest.fixture(scope="session")
def described(loaded: Dataset) -> Descriptions:
    """Describe every resource of the merged view of all sources."""
    return describe(loaded.view)
