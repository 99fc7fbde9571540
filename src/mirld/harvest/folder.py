"""The folder of a source: its files as texts, what would change, and writing them so that a reader never sees half."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mirld.graph.files import replace_files

_RETRIEVED = re.compile(r'mir:retrieved "(\d{4}-\d{2}-\d{2})"')


def stale(root: Path, folder: str, texts: Mapping[str, str]) -> list[str]:
    """Files of earlier harvests that this one does not write."""
    found = sorted((root / folder).glob("*.ttl")) if (root / folder).is_dir() else []
    return [f"{folder}/{path.name}" for path in found if f"{folder}/{path.name}" not in texts]


def differences(root: Path, folder: str, texts: Mapping[str, str]) -> list[str]:
    """Files that are not there as they would be written, and files that would go."""
    changed = []
    for name, content in texts.items():
        path = root / name
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            changed.append(name)
    return sorted([*changed, *stale(root, folder, texts)])


def write(root: Path, folder: str, texts: Mapping[str, str]) -> None:
    """Write all files, and remove those of earlier harvests; OutputError leaves what was there."""
    replace_files(root, {name: content.encode() for name, content in texts.items()}, remove=stale(root, folder, texts))


def retrieved(source_file: Path, revision: str, today: str) -> str:
    """Return the day a source was read: of the same revision it is the day it was first read, so nothing changes."""
    if source_file.is_file():
        before = source_file.read_text(encoding="utf-8")
        day = _RETRIEVED.search(before)
        if day and f'"{revision}"' in before:
            return day[1]
    return today
