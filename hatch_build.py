"""Makes the index of the registry while a wheel is built, so that an installed mirld looks things up at once."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class IndexHook(BuildHookInterface[Any]):
    """Puts the index beside the registry that the wheel carries."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the index; a checkout that is installed to be edited makes its own on first use."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from mirld.registry.place import CARRIED_FILE, make

        self._folder = tempfile.TemporaryDirectory(prefix="mirld-index-")
        file = Path(self._folder.name, CARRIED_FILE)
        make(root, file)
        build_data["force_include"][str(file)] = f"mirld/carried/{CARRIED_FILE}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was made."""
        if version != "editable":
            self._folder.cleanup()
