"""`mirld classify`: what an entry is by the OECD's and NIST's lists, and why."""

from __future__ import annotations

import json

import click

from mirld.cli import Place, pass_place
from mirld.cli.completion import complete_id
from mirld.errors import EXIT_NO, EXIT_YES


@click.command(
    "classify",
    short_help="Say what an entry is by OECD's and NIST's lists, and why.",
    epilog="""\b
Examples:
  mirld classify mir:model.unet.stable-diffusion-xl:base
  mirld classify black-forest-labs/FLUX.1-dev --card > card.md
  mirld classify mir:model.lora.hyper:flux-1 --json
""",
)
@click.argument("text", metavar="ID", shell_complete=complete_id)
@click.option("--card", "as_card", is_flag=True, help="Go through the OECD's checklist and NIST's list of activities.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_place
def command(place: Place, text: str, as_card: bool, as_json: bool) -> int:
    """Say what ID is by published frameworks: by scheme, each answer with the rule and the facts it rests on.

    ID is whatever mirld resolve finds exactly. A card is Markdown, and says of every question that a model cannot
    answer who can, or that the answer is not known. The exit code is 1 when nothing is known by this name.
    """
    # Imported here, since --help needs none of it.
    from mirld.cli.classified import write_card, write_classified
    from mirld.cli.found import words_about
    from mirld.graph.load import load
    from mirld.graph.rules import classify
    from mirld.lookup import card, classified_dict, resolve
    from mirld.registry import read_frameworks, read_registry

    dataset = load(place.corpus())
    classify(dataset, place.root)
    with place.index() as index:
        found = resolve(index, text)
    registry = read_registry(dataset)
    entry = registry.by_iri.get(found.best.iri) if found.best and found.best.level == "exact" else None
    if entry is None:
        for words in words_about(found) if not found.best else (f"no entry has this name: {text}",):
            click.echo(words, err=True)
        return EXIT_NO
    filled = card(entry, read_frameworks(dataset)) if as_card else None
    if as_json:
        answer = filled.as_dict() if filled else classified_dict(entry)
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        click.echo(write_card(filled) if filled else write_classified(entry), nl=False)
    return EXIT_YES
