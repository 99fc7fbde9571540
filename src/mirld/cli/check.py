"""`mirld check`: shapes, rules, ledger and form of the registry."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from mirld.cli import Place, pass_place
from mirld.errors import EXIT_NO, EXIT_YES, UsageError


@click.command(
    "check",
    short_help="Check the registry against its shapes, its rules and its ledger.",
    epilog="""\b
Examples:
  mirld check
  mirld check --changed
  mirld check data/curated/lora/hyper.ttl --verbose
  mirld check ~/my-models.ttl --json
  mirld check --against ../mirld-0.1/
  mirld check --record
""",
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--changed", is_flag=True, help="Look only at what changed since the last check, and what that touches.")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of an earlier registry, none of whose names may be missing.",
)
@click.option("--record", is_flag=True, help="First put the names of new entries on record in the ledger.")
@click.option("-v", "--verbose", is_flag=True, help="Say what is only worth knowing as well.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@pass_place
def command(
    place: Place,
    paths: tuple[Path, ...],
    changed: bool,
    against: Path | None,
    record: bool,
    verbose: bool,
    as_json: bool,
) -> int:
    """Check the registry: SHACL shapes, links, terms, evidence, files, and the ledger of names.

    With PATHS, only what is found in those files and folders is reported; those outside the registry are laid over it,
    so that a user's own entries can be checked, and so is what --overlay names. The exit code is 1 when there is a
    violation.
    """
    # Imported here, since --help needs none of it.
    from mirld.check.report import CheckPlan

    if changed and (against or any(not path.resolve().is_relative_to(place.root.resolve()) for path in paths)):
        raise UsageError("--changed checks the registry alone, without --against and without files from elsewhere")
    started = time.perf_counter()
    plan = CheckPlan(
        root=place.root,
        base=place.base,
        overlays=() if changed else place.overlays,
        paths=paths,
        changed=changed,
        against=against,
    )
    if record:
        for words in plan.record():
            click.echo(words, err=True)
    report = plan.report()
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        for line in report.lines(everything=verbose):
            click.echo(line)
    click.echo(f"{report.summary()}, in {time.perf_counter() - started:.1f} s", err=True)
    return EXIT_YES if report.conforms else EXIT_NO
