"""A small registry that passes every check, to be broken by tests."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def make_checked_registry(folder: Path) -> Path:
    """Copy tests/fixtures/checked to a folder, with words, licences and shapes of the real registry, and return it."""
    shutil.copytree(ROOT / "tests" / "fixtures" / "checked" / "data", folder / "data")
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, folder / name)
    # Harvests name licences, all of which the real registry describes.
    shutil.copy(ROOT / "data" / "curated" / "licences.ttl", folder / "data" / "curated")
    (folder / "site").mkdir()
    return folder


def edit(root: Path, name: str, old: str, new: str) -> None:
    """Replace the one place of a text in a file of a registry."""
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
