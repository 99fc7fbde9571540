"""Get the packages of PyPI and npm that the carried data was harvested from, in their very versions.

And those that only code is written for, in the versions that it was held to.

    python tests/harvest/pinned.py FOLDER

What cannot be had is said and left out: the tests that need it say so too.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from mirld.harvest.sources import MODULES, source

CALLED = (
    "diffsynth==2.1.12",
    "kokoro==0.9.4",
    "mlx-audio==0.6.2",
    "orpheus-speech==0.1.0",
    "outetts==0.3.3",
)
HARVESTED = Path(__file__).resolve().parents[2] / "data" / "harvested"


def main(folder: Path) -> None:
    """Get one after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in MODULES:
        tool, _, package = source(name).origin.partition(":")
        told = HARVESTED / name / "source.ttl"
        if tool not in ("pip", "npm") or not told.is_file():
            continue
        version = re.search(r'dcat:version "([^"]+)"', told.read_text(encoding="utf-8"))
        if version is not None:
            join = {"pip": "==", "npm": "@"}[tool]
            _get(tool, f"{package}{join}{version[1]}", folder)
    for package in CALLED:
        _get("pip", package, folder)


def _get(tool: str, package: str, folder: Path) -> None:
    commands = {
        "pip": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(folder), package],
        "npm": ["npm", "pack", "--silent", "--pack-destination", str(folder), package],
    }
    try:
        subprocess.run(commands[tool], check=True, timeout=120, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError):
        sys.stderr.write(f"not at hand: {package}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
