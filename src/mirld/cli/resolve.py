"""`mirld resolve`: the entry that a name, repository, digest, class or word means."""

from __future__ import annotations

import click

from mirld.cli import KEPT, Place, pass_place
from mirld.cli.completion import complete_id
from mirld.errors import EXIT_NO, EXIT_YES


@click.command(
    "resolve",
    short_help="Find the entry that a name, repository or digest means.",
    epilog="""\b
Examples:
  mirld resolve mir:model.lora.hyper:flux-1@8step
  mirld resolve info.unet.stable-diffusion-xl:base
  mirld resolve https://huggingface.co/black-forest-labs/FLUX.1-dev
  mirld resolve 31e35c80fc4829d1
  mirld resolve StableDiffusionXLPipeline --json
  mirld resolve "stable difusion turbo" --limit 3
""",
)
@click.argument("text", nargs=-1, required=True, shell_complete=complete_id)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 10_000), help="Most entries to give.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_place
def command(place: Place, text: tuple[str, ...], limit: int, as_json: bool) -> int:
    """Find what TEXT means.

    TEXT is an id in any form ever published, an address, a repository, a package URL, an AIR, a digest or its first
    eight digits, a class, the name of a file, or words. What fits exactly is given alone; words are ranked. The exit
    code is 1 when nothing is found.
    """
    # Imported here, since --help needs none of it.
    from mirld.cli.found import words_about, write_candidates
    from mirld.lookup.resolving import resolve

    index = place.index()
    KEPT.append(index)
    found = resolve(index, " ".join(text), limit=limit).first(limit)
    if as_json:
        import json

        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(write_candidates(found), nl=False)
    for words in words_about(found):
        click.echo(words, err=True)
    return EXIT_YES if found.candidates else EXIT_NO
