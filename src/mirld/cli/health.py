"""`mirld health`: how complete the registry is, and how well its sources agree."""

from __future__ import annotations

import json

import click

from mirld.cli import Place, pass_place


@click.command(
    "health",
    short_help="Say how complete the registry is, and how well its sources agree.",
    epilog="""\b
Examples:
  mirld health
  mirld health --json
  mirld --root ~/my-registry health
""",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@pass_place
def command(place: Place, as_json: bool) -> None:
    """Count what the registry has, and what it has not.

    Of each source: what it describes, states and never states, what others confirm and what they outvote. Over all: how
    many models have what one needs of them, and what a contributor could add next.

    These are figures and no judgement, so the exit code is 0 whatever they are.
    """
    # Imported here, since --help needs none of it.
    from mirld.cli.condition import write_health
    from mirld.graph.corpus import Corpus
    from mirld.graph.load import load
    from mirld.lookup.health import health
    from mirld.registry import read_registry

    dataset = load(Corpus.scan(place.root, base=place.base))
    found = health(dataset, read_registry(dataset))
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(write_health(found), nl=False)
