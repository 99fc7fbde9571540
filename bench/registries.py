"""Registries of any size, made of copies of the carried one: the same entries under other names."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from mirld.check.form import canonical
from mirld.check.ledger import RECORDS_FILE, record_names
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.registry import read_registry

ROOT = Path(__file__).resolve().parents[1]
_ALONE = "upstream-mir"
_ENTRY = re.compile(r"<((?:info|model|operations)/[^/>#@]+/[^/>#@]+)")


def make_registry(folder: Path, entries: int, *, alike: bool = False) -> int:
    """Write the carried registry and as many copies of its entries as give so many; return how many there are.

    `alike` makes registries of any size of the same mixture: copies of what was curated and of what one source that
    needs no other says. 0 entries is the registry without copies.
    """
    for name in ("ontology", "mappings", "shapes", "queries", "site", "data"):
        shutil.copytree(ROOT / name, folder / name)
    if alike:
        for source in (folder / "data" / "harvested").iterdir():
            if source.name != _ALONE:
                shutil.rmtree(source)
        # What was left out was never published here.
        (folder / RECORDS_FILE).unlink()
    own = _count(folder)
    curated = sorted((folder / "data" / "curated").glob("*/*.ttl"))
    harvested = sorted((folder / "data" / "harvested").glob("*/*.ttl"))
    for number in range(1, max(0, -(-entries // own) - 1) + 1):
        for path in curated:
            _copy(path, path.with_name(f"{path.stem}-c{number}.ttl"), number)
        for path in harvested:
            if path.stem not in ("findings", "licences"):
                place = path.parent.with_name(f"{path.parent.name}-c{number}") / path.name
                _copy(path, place, number)
                if path.stem == "source":
                    text = place.read_text(encoding="utf-8")
                    source = f"<source/{path.parent.name}>"
                    place.write_text(text.replace(source, f"{source[:-1]}-c{number}>"), encoding="utf-8")
    (folder / RECORDS_FILE).write_bytes(record_names(load(Corpus.scan(folder)), "2026-01-01"))
    return _count(folder)


def _count(folder: Path) -> int:
    return len(read_registry(load(Corpus.scan(folder))))


def _copy(path: Path, place: Path, number: int) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    text = _ENTRY.sub(rf"<\1-c{number}", path.read_text(encoding="utf-8"))
    place.write_bytes(canonical(text.encode(), str(place)))
