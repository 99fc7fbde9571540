"""What a harvest is checked by: it goes into an overlay of a small registry, and both are checked together."""

from __future__ import annotations

from pathlib import Path

from tests.registries import make_checked_registry

from mirld.check.report import CheckPlan
from mirld.harvest.report import HarvestReport
from mirld.harvest.running import harvest
from mirld.harvest.source import Source
from mirld.vocab import DEFAULT_BASE


def harvest_checked(source: Source, package: Path, folder: Path) -> tuple[HarvestReport, list[str]]:
    """Harvest into an overlay of a registry made in `folder`; return the report, and what is wrong with the overlay."""
    root = folder / "registry"
    if not root.exists():
        make_checked_registry(root)
    report = harvest(source, package, root, into=folder / "mine")
    checked = CheckPlan(root=root, base=DEFAULT_BASE, paths=(folder / "mine",)).report()
    return report, [f"{found.code}: {found.message}" for found in checked.findings if found.severity != "info"]
