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
_ENTRY = re.compile(r"<((?:info|model|operations)/[^/>#@]+/[^/>#@]+)")


def make_registry(folder: Path, entries: int) -> int:
    """Write the carried registry and as many copies of its entries as give so many; return how many there are.

    When it has more entries than that, harvested sources are left out, the largest first, as long as enough remain.
    """
    for name in ("ontology", "mappings", "shapes", "queries", "site", "data"):
        shutil.copytree(ROOT / name, folder / name)
    own = len(read_registry(load(Corpus.scan(folder))))
    for source in sorted((folder / "data" / "harvested").iterdir(), key=_size, reverse=True):
        aside = folder / source.name
        source.rename(aside)
        fewer = len(read_registry(load(Corpus.scan(folder))))
        if entries and fewer >= entries * 0.9:
            shutil.rmtree(aside)
            own = fewer
        else:
            aside.rename(source)
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
    return len(read_registry(load(Corpus.scan(folder))))


def _size(folder: Path) -> tuple[int, str]:
    return sum(path.stat().st_size for path in folder.rglob("*.ttl")), folder.name


def _copy(path: Path, place: Path, number: int) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    text = _ENTRY.sub(rf"<\1-c{number}", path.read_text(encoding="utf-8"))
    place.write_bytes(canonical(text.encode(), str(place)))
