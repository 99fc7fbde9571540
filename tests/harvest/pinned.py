"""Get the packages of PyPI and npm that the carried data was harvested from, in their very versions.

    python tests/harvest/pinned.py FOLDER

What cannot be had is said and left out: the tests that need it say so too.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from mirld.harvest.sources import MODULES, source

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
        if version is None:
            continue
        commands = {
            "pip": [
                sys.executable,
                "-m",
                "pip",
                "download",
                "-q",
                "--no-deps",
                "-d",
                str(folder),
                f"{package}=={version[1]}",
            ],
            "npm": ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{package}@{version[1]}"],
        }
        try:
            subprocess.run(commands[tool], check=True, timeout=120, stdout=subprocess.DEVNULL)
        except (OSError, subprocess.SubprocessError):
            sys.stderr.write(f"not at hand: {package} {version[1]}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
