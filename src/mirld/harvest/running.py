"""One harvest from a package to a folder: read, merge, compare with what is there, write."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

from mirld.config import build_time
from mirld.errors import InputError, UsageError
from mirld.graph.load import parse_turtle
from mirld.graph.terms import Iri, Triple
from mirld.graph.turtle import write_turtle
from mirld.harvest.findings import count_by_problem
from mirld.harvest.folder import differences, retrieved, write
from mirld.harvest.known import Known
from mirld.harvest.merge import Merged, leave_out_unpublished, merge
from mirld.harvest.package import Package
from mirld.harvest.report import HarvestReport
from mirld.harvest.source import Source
from mirld.vocab import DEFAULT_BASE, ENTRY_CLASSES, MIR, RDF_TYPE

DRIFT = 0.2
"""The share by which the number of entries may differ from the harvest before; more looks like a changed layout."""

_COUNTED = frozenset((*ENTRY_CLASSES, MIR.LibraryClass))


def harvest(
    source: Source,
    path: Path,
    root: Path,
    *,
    check: bool = False,
    accept_drift: bool = False,
    into: Path | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> HarvestReport:
    """Harvest the package at `path` into data/harvested/ of the registry `root`, or into the overlay `into`.

    An overlay gets a folder for each source. With `check` nothing is written. Raises InputError when the package is
    damaged, of another layout, or gives a fifth more or fewer entries than the harvest before, unless `accept_drift`,
    and UsageError when the source is for overlays only and would go into the registry; nothing is written then.
    """
    refuse_registry(source, root, into)
    progress(f"opening {path.name}")
    package = Package.open(path)
    progress("reading the registry")
    known = Known.read(root, source.name, into)
    progress(f"reading {source.title} {package.version}")
    found = source.read(package, known)
    if not source.overlay_only:
        leave_out_unpublished(found, known)
    progress(f"merging {len(found.items):,} items")
    merged = merge(found, known, source.iri, source.address(package))
    target, folder = (into, source.name) if into else (root, f"data/harvested/{source.name}")
    texts = _texts(source, package, merged, found.triples, target, folder)
    stated = [*merged.triples, *chain.from_iterable(found.triples.values())]
    _refuse_drift(source.name, target, folder, stated, accept_drift)
    changed = differences(target, folder, texts)
    if changed and not check:
        progress(f"writing {len(changed)} files")
        write(target, folder, texts)
    return HarvestReport(
        source=source.name,
        version=package.version,
        revision=package.revision,
        items=len(found.items),
        joined=merged.joined,
        entries=_count(stated, entries=True),
        parts=_count(stated, entries=False),
        findings=count_by_problem(merged.findings),
        files=tuple(texts),
        changed=tuple(changed),
    )


def _texts(
    source: Source,
    package: Package,
    merged: Merged,
    further: dict[str, list[Triple]],
    root: Path,
    folder: str,
) -> dict[str, str]:
    """Text of every file by its path below `root`: one file an architecture, and what belongs to no entry."""
    by_file: dict[str, list[Triple]] = {}
    for triple in merged.triples:
        architecture = triple[0].removeprefix(DEFAULT_BASE).split("/")[1]
        by_file.setdefault(f"{folder}/{architecture}.ttl", []).append(triple)
    for name, triples in further.items():
        by_file.setdefault(f"{folder}/{name}.ttl", []).extend(triples)
    if merged.findings:
        said = [triple for finding in merged.findings for triple in finding.triples(source.iri)]
        by_file[f"{folder}/findings.ttl"] = said
    today = time.strftime("%Y-%m-%d", time.gmtime(build_time()))
    day = retrieved(root / folder / "source.ttl", package.revision, today)
    by_file[f"{folder}/source.ttl"] = source.triples(package, day)
    return {name: write_turtle(list(dict.fromkeys(said)), DEFAULT_BASE) for name, said in sorted(by_file.items())}


def refuse_registry(source: Source, root: Path, into: Path | None) -> None:
    """Raise UsageError when a source that is for overlays only would go into the registry `root`."""
    data = (root / "data").resolve()
    if source.overlay_only and (into is None or into.resolve().is_relative_to(data)):
        raise UsageError(
            f"{source.name} is under {source.licence}, which the registry cannot carry on",
            hint="give a folder of your own with --into, outside the data of the registry",
        )


def _refuse_drift(name: str, root: Path, folder: str, stated: Iterable[Triple], accept: bool) -> None:
    before = {
        subject
        for path in sorted((root / folder).glob("*.ttl"))
        for subject, predicate, term in parse_turtle(path.read_bytes(), DEFAULT_BASE, path.name)
        if predicate == RDF_TYPE and term in _COUNTED
    }
    now = sum(_count(stated, entries=True).values())
    if before and not accept and abs(now - len(before)) > DRIFT * len(before):
        raise InputError(
            f"{name} gave {len(before):,} entries before and gives {now:,} now, a drift of more than a fifth",
            hint="see whether the layout of the package changed; when the numbers are right, say --accept-drift",
        )


def _count(triples: Iterable[Triple], *, entries: bool) -> dict[str, int]:
    """Count resources by class: entries and classes of libraries, or their parts."""
    found: Counter[str] = Counter(
        str(term).removeprefix(str(MIR))
        for _, predicate, term in triples
        if predicate == RDF_TYPE and isinstance(term, Iri) and (term in _COUNTED) == entries
    )
    return dict(sorted(found.items()))
