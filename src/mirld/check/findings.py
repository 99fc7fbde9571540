"""What a check finds, as values: `Finding` and `Report`, in words and as JSON.

A problem in the data is a finding; being unable to go on is a `mirld.errors.MirldError`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["violation", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")
"""From worst to mildest. A registry conforms when it has no violation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, doubtful or worth knowing."""

    code: str
    """Name of the rule: a shape (`mirs:Entry-label`), or `lint:…`, `ledger:…`."""
    severity: Severity
    message: str
    """One sentence: what is wrong, and how to mend it."""
    subject: str | None = None
    """IRI of the resource it is about; None when it is about a file."""
    file: str | None = None
    """Name of the file, relative to the registry's folder."""
    line: int | None = None
    """Line in the file, from 1."""
    value: str | None = None
    """The value that is wrong, as Turtle writes it."""

    def key(self) -> tuple[str, int, int, str, str, str, str]:
        """Order by place, then severity, then rule."""
        return (
            self.file or "",
            self.line or 0,
            SEVERITIES.index(self.severity),
            self.code,
            self.subject or "",
            self.value or "",
            self.message,
        )

    def as_dict(self) -> dict[str, str | int | None]:
        """Return the finding as JSON values; every key is always there."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "subject": self.subject,
            "value": self.value,
            "file": self.file,
            "line": self.line,
        }

    def __str__(self) -> str:
        where = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        value = "" if self.value is None or self.value in self.message else f": {self.value}"
        lead = f"{where}: " if where else ""
        return f"{lead}{self.severity}: {self.message}{value} ({self.code})"


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, sorted and each once; `checked` is how many resources were looked at to make it."""

    findings: tuple[Finding, ...]
    checked: int = 0

    @classmethod
    def of(cls, findings: Iterable[Finding], checked: int) -> Report:
        """Sort findings and drop repeated ones."""
        return cls(tuple(sorted(set(findings), key=Finding.key)), checked)

    @property
    def conforms(self) -> bool:
        """Whether there is no violation."""
        return all(finding.severity != "violation" for finding in self.findings)

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings of each severity."""
        counted = Counter(finding.severity for finding in self.findings)
        return {severity: counted[severity] for severity in SEVERITIES}

    def as_dict(self) -> dict[str, object]:
        """Return the report as JSON values."""
        return {
            "conforms": self.conforms,
            "checked": self.checked,
            "counts": self.counts,
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def lines(self, *, everything: bool = False) -> list[str]:
        """Say violations and warnings one a line; `everything` says what is only worth knowing as well."""
        shown = [finding for finding in self.findings if everything or finding.severity != "info"]
        hidden = Counter(finding.code for finding in self.findings) - Counter(finding.code for finding in shown)
        lines = [str(finding) for finding in shown]
        lines += [f"{number} more, info only ({code})" for code, number in sorted(hidden.items())]
        return lines

    def summary(self) -> str:
        """Say the outcome in one line."""
        counted = ", ".join(f"{number} {_plural(name, number)}" for name, number in self.counts.items() if number)
        verdict = "conforms" if self.conforms else "does not conform"
        return f"{verdict}: {counted or 'nothing found'}; {self.checked} resources looked at"


def _plural(name: str, number: int) -> str:
    return name if number == 1 or name == "info" else f"{name}s"
