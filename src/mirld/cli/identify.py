"""`mirld identify`: what weights files are, from their headers."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mirld.cli import Place, pass_place
from mirld.errors import EXIT_INPUT, EXIT_NO, EXIT_YES, InputError, OutputError, UsageError


@click.command(
    "identify",
    short_help="Say what weights files are, from their headers.",
    epilog="""\b
Examples:
  mirld identify flux1-dev.safetensors
  mirld identify ~/models --recursive --json
  mirld identify model.safetensors --hash
  mirld identify my-model.safetensors --mint --into ~/my-models
""",
)
@click.argument("paths", metavar="FILE|DIR...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--recursive", is_flag=True, help="Identify every weights file below a folder.")
@click.option("--hash", "hashed", is_flag=True, help="Read whole files, and look their SHA-256 up.")
@click.option("--json", "as_json", is_flag=True, help="Print the answers as a JSON list.")
@click.option("--mint", "minted", is_flag=True, help="Write an entry of your own for each file that is not known.")
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), help="The folder for it.  [default: the current one]"
)
@click.option("--force", is_flag=True, help="Write over an entry that was minted before.")
@pass_place
def command(
    place: Place,
    paths: tuple[Path, ...],
    recursive: bool,
    hashed: bool,
    as_json: bool,
    minted: bool,
    into: Path | None,
    force: bool,
) -> int:
    """Say what each file is: every entry whose layout it has, with the reasons, and what would settle it.

    Only headers are read, unless --hash is given. The exit code is 0 when something is known of each, 1 when one is
    unknown, and 3 when one is no file of weights, or a harmful one. With --mint the names of the files written are
    printed in place of the answers, 0 is for all written, and 3 for one that is known or was minted before.
    """
    if (into or force) and not minted:
        raise UsageError("--into and --force say how --mint writes an entry", hint="give --mint as well")
    # Imported here, since --help needs none of it.
    from mirld.cli.identified import write_answer
    from mirld.cli.weight_files import below, identified

    files = [each for path in paths for each in (below(path) if recursive and path.is_dir() else (path,))]
    if minted:
        return _mint(place, files, into or Path(), hashed=hashed, force=force)
    code, answers = EXIT_YES, []
    # A bar beside answers on one terminal would stand between them.
    for found in identified(place, files, hashed=hashed, bar=as_json or not sys.stdout.isatty()):
        if found.answer is None:
            click.echo(f"error: {found.error}", err=True)
            code = EXIT_INPUT
            continue
        if found.answer.level == "unknown":
            code = code or EXIT_NO
        if as_json:
            answers.append(found.answer.as_dict())
        else:
            click.echo(write_answer(found.answer), nl=False)
    if as_json:
        click.echo(json.dumps(answers, ensure_ascii=False, indent=2))
    return code


def _mint(place: Place, paths: Sequence[Path], into: Path, *, hashed: bool, force: bool) -> int:
    """Write an entry for each file that is not known, and say why none is written for another."""
    from mirld.check.minting import mint, minted_id, refuse_known, write_minted
    from mirld.lookup.identifying import Identifier
    from mirld.weights import read
    from mirld.weights.fingerprint import file_digests

    code = EXIT_YES
    with place.index() as index:
        identifier = Identifier(index)
        for path in paths:
            try:
                header = read(path)
                answer = identifier.identify(header, file_digests=file_digests(path) if hashed else None)
                refuse_known(answer)
                turtle = mint(header, answer, lambda concept: index.concept(concept) is not None)
                click.echo(str(write_minted(into, minted_id(answer), turtle, force=force)))
            except (InputError, OutputError) as error:
                click.echo(f"error: {error}" + (f"\nhint: {error.hint}" if error.hint else ""), err=True)
                code = EXIT_INPUT
    return code
