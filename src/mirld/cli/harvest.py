"""`mirld harvest`: other people's lists into data/harvested/."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mirld.cli import Place, pass_place
from mirld.errors import EXIT_NO, EXIT_YES


@click.group(
    "harvest",
    short_help="Read other people's lists into data/harvested/.",
    epilog="""\b
Examples:
  mirld harvest upstream-mir ~/upstream
  mirld harvest upstream-mir ~/upstream --check
""",
)
def command() -> None:
    """Read a source into its folder below data/harvested/; deterministic, and the only writer of that folder."""


@command.command(
    "upstream-mir",
    short_help="The registry that mirld carries on.",
    epilog="""\b
Examples:
  mirld harvest upstream-mir ~/upstream
  mirld harvest upstream-mir ~/upstream/mir.json --check
  mirld --root ~/my-registry harvest upstream-mir ~/upstream --json
""",
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a file would change.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@pass_place
def upstream_mir(place: Place, path: Path, check: bool, as_json: bool) -> int:
    """Read upstream's JSON at PATH into data/harvested/upstream-mir/ and the ledger.

    PATH is upstream's mir.json, or a folder with that and what lies beside it: a later version's additions, the
    history of ids, licence tags, dimensions and notes on digests. Facts that are wrong are not taken over; each is
    listed as a finding. Afterwards, mirld check --record puts new names on record.
    """
    # Imported here, since --help needs none of it.
    from mirld.harvest.upstream_mir import harvest

    report = harvest(path, place.root, check=check)
    click.echo(json.dumps(report.as_json(), indent=2) if as_json else report.table())
    did = "would change" if check else "changed"
    for name in report.changed:
        click.echo(f"{did}: {name}", err=True)
    click.echo(f"{len(report.changed)} of {len(report.files)} files {did}", err=True)
    return EXIT_NO if check and report.changed else EXIT_YES
