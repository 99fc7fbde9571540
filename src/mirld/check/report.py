"""A check as it is asked for: which files, against what, all or what changed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mirld.check.changed import check_changed, check_everything
from mirld.check.findings import Finding, Report
from mirld.check.ledger import RECORDS_FILE, missing, record_names
from mirld.check.state import cache_file
from mirld.config import build_time
from mirld.errors import ConflictError
from mirld.graph.corpus import Corpus
from mirld.graph.files import replace_files
from mirld.graph.load import load
from mirld.registry.place import open_index


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPlan:
    """What to check: the registry in `root`, all of it or only findings in `paths`.

    `overlays` are laid over it, and so are those paths that are outside.
    """

    root: Path
    base: str
    overlays: tuple[Path, ...] = ()
    paths: tuple[Path, ...] = ()
    changed: bool = False
    against: Path | None = None

    def record(self) -> Sequence[str]:
        """Put the names of entries that are not on record in the ledger, and say how many."""
        dataset = load(Corpus.scan(self.root, base=self.base))
        before = (self.root / RECORDS_FILE).read_bytes() if (self.root / RECORDS_FILE).is_file() else b""
        after = record_names(dataset, time.strftime("%Y-%m-%d", time.gmtime(build_time())))
        if after == before:
            return ["every name is on record"]
        replace_files(self.root, {RECORDS_FILE: after})
        added = after.count(b"mir:state ") - before.count(b"mir:state ")
        return [f"{added} names put on record: {RECORDS_FILE}"]

    def report(self) -> Report:
        """Run the check; raises InputError for a file that does not parse, ConflictError for a double claim."""
        outside = (*self.overlays, *(path for path in self.paths if not self._is_inside(path)))
        corpus = Corpus.scan(self.root, base=self.base, overlays=outside)
        cache = None if outside else cache_file(self.root)
        report = check_changed(corpus, cache) if self.changed and cache is not None else check_everything(corpus, cache)
        if outside:
            report = Report.of((*report.findings, *self._contradictions(outside)), report.checked)
        if self.against is not None:
            report = Report.of((*report.findings, *self._missing(corpus)), report.checked)
        if not self.paths:
            return report
        wanted = self._names(corpus)
        return Report(tuple(found for found in report.findings if found.file in wanted), report.checked)

    def _contradictions(self, overlays: tuple[Path, ...]) -> list[Finding]:
        """Say what an overlay may not: one that gives a published name another meaning is refused whatever is asked."""
        try:
            open_index(self.root, base=self.base, overlays=overlays).close()
        except ConflictError as error:
            message = f"{error.message}; {error.hint}" if error.hint else error.message
            return [Finding(code="overlay:contradicts", severity="violation", message=message, file=error.file)]
        return []

    def _is_inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.root.resolve())

    def _names(self, corpus: Corpus) -> frozenset[str]:
        inside = [path.resolve() for path in self.paths if self._is_inside(path)]
        return frozenset(
            file.name
            for file in corpus.files
            if file.is_overlay or any(file.path.resolve().is_relative_to(path) for path in inside)
        )

    def _missing(self, corpus: Corpus) -> list[Finding]:
        assert self.against is not None  # noqa: S101 - the caller looked
        earlier = load(Corpus.scan(self.against, base=self.base))
        return [
            Finding(code=found.code, severity=found.severity, message=found.message, subject=found.subject)
            for found in missing(earlier, load(corpus))
        ]
