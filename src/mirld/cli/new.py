"""`mirld new`: the skeleton of an entry."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mirld.cli import Place, pass_place
from mirld.errors import EXIT_NO, EXIT_YES


@click.command(
    "new",
    short_help="Write the skeleton of a new entry.",
    epilog="""\b
Examples:
  mirld new mir:model.unet.my-model:base --label "My Model" --repository me/my-model
  mirld new mir:model.lora.my-style:flux-1 --label "My style for FLUX.1" \\
      --adapter-for mir:info.dit.flux-1 --licence Apache-2.0 --source https://example.org/card
  mirld new mir:dev.lora.my-style:flux-1 --label "My style" --out my-models.ttl
""",
)
@click.argument("name", metavar="ID")
@click.option("--label", required=True, help="The name that people read.")
@click.option("--series-label", help="The name of the series, when it is new.  [default: the label]")
@click.option("--adapter-for", help="The id of the series or model that an adapter changes.")
@click.option("--repository", help="Where it is published on Hugging Face: owner/name.")
@click.option("--licence", help="An SPDX id such as Apache-2.0, or licence/… as the registry has it.")
@click.option("--paper", help="Address of the paper.")
@click.option("--loader", help="What opens it: a library and its class, such as diffusers:FluxPipeline.")
@click.option("--source", help="Address of the page that says all this.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file of your own, not the registry's.")
@click.option("--json", "as_json", is_flag=True, help="Print the names of the files and the report as JSON.")
@pass_place
def command(
    place: Place,
    name: str,
    label: str,
    series_label: str | None,
    adapter_for: str | None,
    repository: str | None,
    licence: str | None,
    paper: str | None,
    loader: str | None,
    source: str | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Write an entry named ID into the file of its series, and put its name on record.

    What is not known is left out; the file is then yours to fill in. The names of the files written go to stdout, and
    what mirld check says of them to stderr: the exit code is 1 when something is still wrong.
    """
    # Imported here, since --help needs none of it.
    from mirld.check.report import CheckPlan
    from mirld.check.skeleton import NewEntry, add, read_id
    from mirld.ids import MirId

    new = NewEntry(
        id=read_id(name),
        label=label,
        series_label=series_label,
        adapter_for=MirId.find(adapter_for) if adapter_for else None,
        repository=repository,
        licence=licence,
        paper=paper,
        loader=loader,
        source=source,
    )
    files = add(place.root, place.base, new, out)
    report = CheckPlan(root=place.root, base=place.base, paths=tuple(files), changed=out is None).report()
    if as_json:
        document = {"id": str(new.id), "files": [str(path) for path in files], "report": report.as_dict()}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(map(str, files)))
        click.echo("\n".join([*report.lines(), report.summary()]), err=True)
    return EXIT_YES if report.conforms else EXIT_NO
