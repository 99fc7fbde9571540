"""`mirld fmt`: data files in their one form."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mirld.cli import Place, pass_place
from mirld.errors import EXIT_NO, EXIT_YES


@click.command(
    "fmt",
    short_help="Write data files in the one agreed form.",
    epilog="""\b
Examples:
  mirld fmt
  mirld fmt data/curated/lora/hyper.ttl
  mirld fmt --check --json
""",
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a file would change.")
@click.option("--json", "as_json", is_flag=True, help="Print the names as JSON.")
@pass_place
def command(place: Place, paths: tuple[Path, ...], check: bool, as_json: bool) -> int:
    """Write Turtle files in the form that data files have, and print the name of each that changed.

    Without PATHS, all of data/ in the registry. The form says the same triples: sorted, relative to the base, one
    predicate a line. A file that does not parse, has a blank node or a comment is refused, and nothing is written.
    """
    # Imported here, since --help needs none of it.
    from mirld.check.form import canonical, turtle_files
    from mirld.graph.files import replace_files

    files = {path: path.read_bytes() for path in turtle_files(paths or (place.root / "data",))}
    written = {path: canonical(data, str(path)) for path, data in files.items()}
    changed = {path: data for path, data in written.items() if data != files[path]}
    if not check:
        replace_files(Path(), {str(path): data for path, data in changed.items()})
    if as_json:
        click.echo(json.dumps({"files": len(files), "changed": [str(path) for path in changed]}, indent=2))
    else:
        for path in changed:
            click.echo(f"{'would change' if check else 'changed'}: {path}")
    click.echo(f"{len(changed)} of {len(files)} files {'would change' if check else 'changed'}", err=True)
    return EXIT_NO if check and changed else EXIT_YES
