"""`mirld load`: code that loads an entry."""

from __future__ import annotations

import click

from mirld.cli import KEPT, Place, pass_place
from mirld.cli.completion import complete_id
from mirld.cli.named_files import is_file
from mirld.errors import EXIT_NO, EXIT_YES


@click.command(
    "load",
    short_help="Write Python that loads an entry.",
    epilog="""\b
Examples:
  mirld load mir:model.dit.flux-1:dev
  mirld load mir:model.dit.flux-1:dev --adapter mir:model.lora.hyper:flux-1@8step
  mirld load mir:model.dit.flux-1:dev --precision f16 --scheduler mir:operations.scheduler.euler:discrete
  mirld load mir:model.dit.flux-1:dev --library mflux
  mirld load openai/clip-vit-large-patch14 --json
  mirld load ./wan2.1_t2v_1.3B.safetensors
  mirld load mir:model.dit.flux-1:dev > run.py
""",
)
@click.argument("text", metavar="ID", shell_complete=complete_id)
@click.option("--library", metavar="LIBRARY", help="A library, or the class of a loader; else the likeliest.")
@click.option("--adapter", "adapters", multiple=True, metavar="ID", help="An adapter to load as well.")
@click.option("--precision", metavar="PRECISION", help="A precision: an id, or a word such as bf16 or q4-k-m.")
@click.option("--scheduler", metavar="ID", help="A scheduler to exchange the one of the model for.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_place
def command(
    place: Place,
    text: str,
    library: str | None,
    adapters: tuple[str, ...],
    precision: str | None,
    scheduler: str | None,
    as_json: bool,
) -> int:
    """Write Python that loads ID, or what a file of weights is, and runs it with the settings it wants.

    What the class is not known to take is left out, and said. Where too little is known to write code that runs, what
    is known is printed instead, and the exit code is 1.
    """
    # Imported here, since --help needs none of it.
    from mirld.cli.laid import words_about_code
    from mirld.lookup.knowledge import Indexed
    from mirld.lookup.loading import load_code
    from mirld.lookup.meaning import meant, precision_named
    from mirld.lookup.used import use

    index = place.index()
    KEPT.append(index)
    if is_file(text):
        from mirld.lookup.filed import entry_of_file

        text = entry_of_file(index, text)
    known = Indexed(index)
    others = [precision_named(index, precision)] if precision else []
    others += [meant(index, each) for each in ((scheduler,) if scheduler else ()) + adapters]
    found = load_code(known, use(known, meant(index, text), library=library, used_with=others))
    if as_json:
        import json

        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        click.echo(found.code or "".join(f"{what}: {value}\n" for what, value in found.facts), nl=False)
    for words in words_about_code(found):
        click.echo(words, err=True)
    return EXIT_YES if found.code is not None else EXIT_NO
