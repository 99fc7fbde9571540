"""One server on the real registry for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.serve.running import Served


@pytest.fixture(scope="session")
def server(built: Path) -> Iterator[Served]:
    """Serve the built site of the real registry; the tests leave it as it is."""
    with Served("--site", str(built), root=ROOT) as served:
        yield served
        assert served.stop() == (0, "stopped\n")
