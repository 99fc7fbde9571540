"""`mirld compat`: whether entries work together, and who says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from mirld.cli import Place, pass_place
from mirld.cli.completion import complete_id
from mirld.cli.named_files import is_file
from mirld.errors import EXIT_NO, EXIT_UNKNOWN, EXIT_YES

if TYPE_CHECKING:
    from mirld.lookup.compatibility import Fit, FitOfSet

_CODES = {"yes": EXIT_YES, "no": EXIT_NO, "unknown": EXIT_UNKNOWN}


@click.command(
    "compat",
    short_help="Say whether entries work together, and why.",
    epilog="""\b
Examples:
  mirld compat mir:model.lora.hyper:flux-1 mir:model.dit.flux-1:schnell
  mirld compat black-forest-labs/FLUX.1-dev mir:model.vae.kl:stable-diffusion-xl --json
  mirld compat mir:model.unet.stable-diffusion-xl:base mir:model.vae.tae:stable-diffusion-xl \\
      mir:model.lora.lcm:stable-diffusion-xl mir:operations.scheduler.lcm:scheduler
  mirld compat my-style.safetensors flux1-dev.safetensors
  mirld compat mir:model.dit.flux-1:dev --list
  mirld compat mir:model.dit.flux-1:dev --list=adapters
""",
)
@click.argument("texts", metavar="A B [C...]", nargs=-1, required=True, shell_complete=complete_id)
@click.option(
    "--list",
    "kind",
    is_flag=False,
    flag_value="",
    metavar="[=KIND]",
    help="List what fits A: adapters, controls, VAEs, encoders, schedulers, precisions or models; all without KIND.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@pass_place
def command(place: Place, texts: tuple[str, ...], kind: str | None, as_json: bool) -> int:
    """Say whether A and B work together: yes, no or unknown, with each fact that speaks for it and who says it.

    A and B are whatever mirld resolve finds exactly, or files of weights, for all that these may be. More than two are
    checked as one pipeline: each adapter, component and scheduler has to fit a model among them, and the weakest pair
    decides. The exit code is 0 for yes, 1 for no and 4 for unknown; what nobody has said anything about is unknown,
    never no.
    """
    # Imported here, since --help needs none of it.
    from mirld.cli.fits import write_answer
    from mirld.lookup.compatibility_texts import all_compatible, compatible, compatible_set

    if kind is None and len(texts) < 2:
        raise click.UsageError("one entry alone: name another, or ask with --list what fits it")
    if kind is not None and len(texts) > 1:
        raise click.UsageError("--list is asked of one entry: name no other, and write --list=KIND")
    files = [is_file(text) for text in texts]
    found: Fit | FitOfSet
    with place.index() as index:
        if any(files) and len(texts) != 2:
            from mirld.lookup.filed import entry_of_file

            texts = tuple(
                entry_of_file(index, text) if filed else text for text, filed in zip(texts, files, strict=True)
            )
        if kind is not None:
            listed = all_compatible(index, texts[0], kind or None)
            click.echo(json.dumps(listed.as_dict(), ensure_ascii=False, indent=2) if as_json else write_answer(listed))
            return EXIT_YES if listed.fits else EXIT_UNKNOWN
        if len(texts) > 2:
            found = compatible_set(index, texts)
        elif any(files):
            from mirld.lookup.filed import compatible_files

            found = compatible_files(index, texts, files, compatible)
        else:
            found = compatible(index, *texts)
    click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=2) if as_json else write_answer(found))
    return _CODES[found.verdict]
