"""`mirld harvest`: other people's packages and lists into data/harvested/."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mirld.cli import Place, pass_place
from mirld.errors import EXIT_NO, EXIT_YES, UsageError

if TYPE_CHECKING:
    from mirld.harvest.report import HarvestReport

_UPSTREAM = "upstream-mir"


@click.command(
    "harvest",
    short_help="Read other people's lists into data/harvested/.",
    epilog="""\b
Examples:
  mirld harvest timm
  mirld harvest timm --from timm-1.0.31-py3-none-any.whl --check
  mirld harvest --all
  mirld --root ~/my-registry harvest upstream-mir --from ~/upstream --json
""",
)
@click.argument("names", metavar="SOURCE...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Harvest every source that mirld ships.")
@click.option(
    "--from",
    "path",
    type=click.Path(path_type=Path),
    help="The package, archive or repository to read; without it, the newest is downloaded.",
)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder of your own to write to instead, a folder a source, to be laid over the registry.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a file would change.")
@click.option("--accept-drift", is_flag=True, help="Write even when the entries are a fifth more or fewer than before.")
@click.option("--list", "listed", is_flag=True, help="List the sources and where each is had.")
@click.option("--json", "as_json", is_flag=True, help="Print the reports as JSON.")
@pass_place
def command(
    place: Place,
    names: tuple[str, ...],
    everything: bool,
    path: Path | None,
    into: Path | None,
    check: bool,
    accept_drift: bool,
    listed: bool,
    as_json: bool,
) -> int:
    """Read each SOURCE into its folder below data/harvested/; deterministic, and the only writer of that folder.

    Packages are read as they are packed: nothing of them is installed, imported or run. What is wrong in them is not
    taken over and listed as a finding. Afterwards, mirld check --record puts new names on record. The source
    upstream-mir is the registry that mirld carries on, and has no package: give its JSON with --from. Sources whose
    licence the registry cannot carry on need --into.
    """
    # Imported here, since --help needs none of it.
    from mirld.harvest.sources import MODULES, source

    if listed:
        width = max(map(len, MODULES))
        for name in MODULES:
            needs = ", with --into" if source(name).overlay_only else ""
            click.echo(f"{name:<{width}} {source(name).origin:<40} {source(name).title}{needs}")
        return EXIT_YES
    if everything == bool(names) or (path and len(names) != 1):
        raise UsageError(
            "name the sources to harvest, or --all; --from goes with one name", hint="mirld harvest --list"
        )
    chosen = [name for name in MODULES if not source(name).overlay_only] if everything else list(names)
    reports = list(_harvest(place, chosen, path, into, check, accept_drift))
    if as_json:
        click.echo(json.dumps({"harvests": [report.as_json() for report in reports]}, indent=2))
    else:
        click.echo("\n\n".join(report.table() for report in reports))
    changed = [name for report in reports for name in report.changed]
    did = "would change" if check else "changed"
    for name in changed:
        click.echo(f"{did}: {name}", err=True)
    click.echo(f"{len(changed)} of {sum(len(report.files) for report in reports)} files {did}", err=True)
    return EXIT_NO if check and changed else EXIT_YES


def _harvest(
    place: Place, names: list[str], path: Path | None, into: Path | None, check: bool, accept_drift: bool
) -> Iterator[HarvestReport]:
    from mirld.config import cache_folder
    from mirld.harvest.fetching import fetch
    from mirld.harvest.running import harvest, refuse_registry
    from mirld.harvest.sources import source
    from mirld.harvest.upstream_mir import harvest as harvest_upstream

    for name in names:
        if name != _UPSTREAM:
            refuse_registry(source(name), place.root, into)
    for name in names:
        if name == _UPSTREAM:
            if path is None:
                raise UsageError(f"{_UPSTREAM} has no package to download", hint="give its JSON or folder with --from")
            yield harvest_upstream(path, place.root, check=check)
            continue
        found = source(name)
        _progress(f"{name}: getting {found.origin}" if path is None else f"{name}:")
        package = path or fetch(found.origin, Path(cache_folder(), "packages"))
        yield harvest(
            found,
            package,
            place.root,
            check=check,
            accept_drift=accept_drift,
            into=into,
            progress=lambda step: _progress(f"{name}: {step}"),  # noqa: B023  # called before the next name
        )


def _progress(step: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{step}", err=True, nl=False)
