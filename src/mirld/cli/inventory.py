"""`mirld inventory`: a table of a folder of models."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mirld.cli import Place, pass_place
from mirld.errors import EXIT_INPUT, EXIT_YES


@click.command(
    "inventory",
    short_help="List a folder of models: what each file is, doubles, and what adapters fit.",
    epilog="""\b
Examples:
  mirld inventory ~/models
  mirld inventory ~/models --format csv > models.csv
  mirld inventory ~/models --format html > models.html
  mirld inventory ~/models --no-doubles --format json
""",
)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "csv", "json", "html"]), default="text", show_default=True)
@click.option(
    "--doubles/--no-doubles", default=True, show_default=True, help="Read files of one layout, to find equals."
)
@pass_place
def command(place: Place, folder: Path, form: str, doubles: bool) -> int:
    """List every weights file below DIR with what it may be, its precision and size, and files of the same weights.

    Of an adapter, fits has the files of the folder whose network it was made for. Only headers are read, save where
    several files have one layout and one size of weights: these are compared by their bytes. The exit code is 3 when
    a file cannot be read.
    """
    # Imported here, since --help needs none of it.
    from mirld.cli.inventoried import write
    from mirld.cli.weight_files import below, identified
    from mirld.lookup.inventory import inventory
    from mirld.weights.equal import same_weights

    answers, errors, outlines = {}, {}, {}
    for found in identified(place, below(folder), outlined=doubles, bar=not sys.stdout.isatty()):
        name = found.path.relative_to(folder).as_posix()
        if found.answer is None:
            errors[name] = (found.error or "", found.path.stat().st_size)
            continue
        answers[name] = found.answer
        if found.outline is not None:
            outlines[found.path] = found.outline
    alike = [[path.relative_to(folder).as_posix() for path in group] for group in same_weights(outlines)]
    rows = inventory(answers, errors, alike)
    click.echo(write(rows, form), nl=False)
    for row in rows:
        if row.error:
            click.echo(f"error: {row.error}", err=True)
    return EXIT_INPUT if errors else EXIT_YES
