"""What a harvest found, for people and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HarvestReport:
    """What a harvest found: counts by kind, and the files that changed, or would change when it only checked.

    Of `items`, things that the source describes, `joined` are of entries that another source has as well: None where a
    harvest joins nothing. `ledger` counts the records of names that it writes, by state.
    """

    source: str
    version: str
    revision: str | None
    items: int
    joined: int | None = None
    entries: dict[str, int]
    parts: dict[str, int]
    ledger: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int]
    files: tuple[str, ...]
    changed: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Give the report as JSON has it; its schema is site/content/schema/harvest.schema.json."""
        return {
            "source": self.source,
            "version": self.version,
            "revision": self.revision,
            "items": self.items,
            "joined": self.joined,
            "entries": self.entries,
            "parts": self.parts,
            "ledger": self.ledger,
            "findings": self.findings,
            "files": list(self.files),
            "changed": list(self.changed),
        }

    def table(self) -> str:
        """Write the report for people: a count a line."""
        joined = "" if self.joined is None else f", {self.joined:,} of entries known before"
        lines = [f"{self.source} {self.version}", f"{self.items:>6}  items{joined}"]
        groups = {"entries": self.entries, "parts": self.parts, "ledger": self.ledger, "findings": self.findings}
        for title, counts in groups.items():
            if counts or title != "ledger":
                lines.append(f"\n{sum(counts.values()):>6}  {title}")
                lines += [f"{count:>6}    {name}" for name, count in counts.items()]
        return "\n".join(lines)
