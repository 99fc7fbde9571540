"""Harvest of upstream MIR: its JSON into data/harvested/upstream-mir/ and the ledger.

    read         the files, checked                    naming       ids of ours, by rule and table
    resolution   ids of upstream to paths of ours      past         entries that only the history has
    claims       triples by entry and part             loaders, digests, components, tasks, signs, tags   fields
    findings     what was refused or mended            ledger       what became of every id
    harvesting   all of it in order                    texts        files

Facts go in, never texts; what is wrong is a finding, not a fact. Same files in, same bytes out.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from mirld.config import build_time
from mirld.graph.corpus import Corpus
from mirld.graph.load import parse_turtle
from mirld.graph.terms import Term
from mirld.harvest.findings import count_by_problem
from mirld.harvest.folder import differences, write
from mirld.harvest.report import HarvestReport
from mirld.harvest.upstream_mir.harvesting import harvest_upstream
from mirld.harvest.upstream_mir.naming import names
from mirld.harvest.upstream_mir.read import read
from mirld.harvest.upstream_mir.texts import HARVESTED, files
from mirld.vocab import DEFAULT_BASE, ENTRY_CLASSES, MIR, RDF_TYPE

_STATE = f"{DEFAULT_BASE}vocab/state/"
_TASK = f"{DEFAULT_BASE}vocab/task/"


def harvest(path: Path, out: Path, *, check: bool = False) -> HarvestReport:
    """Harvest the folder or file `path` into the registry `out`, or with `check` only say what would change.

    Raises InputError when `path` is not upstream's, OutputError when `out` cannot be written; neither leaves a
    file half-written.
    """
    upstream = read(path)
    claims, records = harvest_upstream(upstream, names(), _tasks(out))
    today = time.strftime("%Y-%m-%d", time.gmtime(build_time()))
    texts = files(claims, upstream, records, today, out)
    changed = differences(out, HARVESTED, texts)
    if not check and changed:
        write(out, HARVESTED, texts)
    types = [term for _, predicate, term in claims.triples if predicate == RDF_TYPE]
    return HarvestReport(
        source="upstream-mir",
        version=upstream.version,
        revision=upstream.revision,
        items=len(upstream.entries) + len(upstream.delta),
        entries=_count(term for term in types if term in ENTRY_CLASSES),
        parts=_count(term for term in types if term not in ENTRY_CLASSES),
        ledger=_count(term for _, predicate, term in records if predicate == MIR.state),
        findings=count_by_problem(claims.findings),
        files=tuple(texts),
        changed=tuple(changed),
    )


def _count(terms: Iterable[Term]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for term in terms:
        name = str(term).removeprefix(str(MIR)).removeprefix(_STATE)
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))


def _tasks(root: Path) -> frozenset[str]:
    """Tokens of the scheme of tasks."""
    found = set()
    for file in Corpus.scan(root).files:
        if file.name == "ontology/task.ttl":
            triples = parse_turtle(file.read(), DEFAULT_BASE, file.name)
            found = {subject.removeprefix(_TASK) for subject, _, _ in triples if subject.startswith(_TASK)}
    return frozenset(found)
