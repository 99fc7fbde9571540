"""`mirld settings`: the hyperparameters that an entry wants, with who says so."""

from __future__ import annotations

import click

from mirld.cli import KEPT, Place, pass_place
from mirld.cli.completion import complete_id
from mirld.errors import EXIT_NO, EXIT_YES


@click.command(
    "settings",
    short_help="Say which settings an entry wants, and who says so.",
    epilog="""\b
Examples:
  mirld settings mir:model.dit.flux-1:dev
  mirld settings mir:model.dit.flux-1:dev --with mir:model.lora.hyper:flux-1@8step
  mirld settings mir:model.dit.flux-1:dev --for mflux --toml
  mirld settings mir:model.unet.stable-diffusion-xl:base --with mir:operations.precision.bfloat:bf16
  mirld settings stabilityai/stable-diffusion-xl-base-1.0 --python
  mirld settings mir:operations.scheduler.euler:discrete --all --json
""",
)
@click.argument("text", metavar="ID", shell_complete=complete_id)
@click.option("--with", "used_with", multiple=True, metavar="ID", help="An adapter, a scheduler or a precision.")
@click.option("--for", "library", metavar="LIBRARY", help="A library, an application, or the class of a loader.")
@click.option("--all", "everything", is_flag=True, help="Show defaults of the library that nobody sets as well.")
@click.option("--json", "form", flag_value="json", help="Print the answer as JSON.")
@click.option("--toml", "form", flag_value="toml", help="Print the values as TOML.")
@click.option("--python", "form", flag_value="python", help="Print the values as keyword arguments of Python.")
@pass_place
def command(
    place: Place, text: str, used_with: tuple[str, ...], library: str | None, everything: bool, form: str | None
) -> int:
    """Lay all that is said of the settings of ID one over the other, and show what counts.

    From low to high: defaults of the library, the series, the release, the variant (ID@8step), then what --with names:
    precision, scheduler, adapters. A later one wins; what it outdoes, sources that differ, and values that the class
    does not take are shown as conflicts. The exit code is 1 when nothing is known.
    """
    # Imported here, since --help needs none of it.
    from mirld.cli.laid import words_about, write_settings
    from mirld.lookup.knowledge import Indexed
    from mirld.lookup.layers import layered
    from mirld.lookup.meaning import meant
    from mirld.lookup.used import use

    index = place.index()
    KEPT.append(index)
    known = Indexed(index)
    others = [meant(index, each) for each in used_with]
    found = layered(known, use(known, meant(index, text), library=library, used_with=others))
    if form == "json":
        import json

        click.echo(json.dumps(found.as_dict(everything=everything), ensure_ascii=False, indent=2))
    elif form == "toml":
        click.echo(found.toml(everything=everything), nl=False)
    elif form == "python":
        click.echo(found.python(everything=everything), nl=False)
    else:
        click.echo(write_settings(found, everything=everything), nl=False)
    for words in words_about(found, everything=everything):
        click.echo(words, err=True)
    return EXIT_YES if found.values or found.defaults else EXIT_NO
