"""`mirld signature`: signatures of weights, proposed from a file and shown with what proves them."""

from __future__ import annotations

from pathlib import Path

import click

from mirld.cli import Place, pass_place
from mirld.errors import EXIT_NO, EXIT_YES, OutputError, UnknownNameError, UsageError


@click.group("signature", short_help="Propose a signature for a model, or show one with what proves it.")
def command() -> None:
    """Work on signatures, by which mirld identify knows what a file of weights is."""


@command.command(
    "draft",
    short_help="Propose a signature from the header of a file.",
    epilog="""\b
Examples:
  mirld signature draft my-model.safetensors
  mirld signature draft my-model.safetensors --id mir:model.dit.my-model:base \\
      --source https://example.org/my-model --out data/curated/signature/my-model.ttl
  mirld signature draft checkpoint.safetensors --prefix first_stage_model. --kind vae
""",
)
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--id", "name_of", metavar="ID", help="The entry that has this layout.")
@click.option("--source", metavar="URL", help="The page or file that names and shapes were found in.")
@click.option("--name", help="What the signature is called.  [default: after the id, or the file]")
@click.option("--label", help="What people read.  [default: the name]")
@click.option("--kind", help="What the weights are for, such as diffusion or vae.  [default: as what is most like it]")
@click.option("--prefix", help="What stands before the names of the component.  [default: what wraps most of them]")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A new file, in place of stdout.")
@pass_place
def draft(
    place: Place,
    file: Path,
    name_of: str | None,
    source: str | None,
    name: str | None,
    label: str | None,
    kind: str | None,
    prefix: str | None,
    out: Path | None,
) -> int:
    """Write one Turtle file: a signature that no case of another meets, and the layout of FILE as its own case.

    What is left to fill in stands in comments on stdout, and on stderr with --out. The exit code is 1 when another case
    has the very same names and shapes, so that no condition could tell them apart.
    """
    # Imported here, since --help needs none of it.
    from mirld.check.signature_draft import Proved, Wishes
    from mirld.check.signature_draft import draft as drafted
    from mirld.graph.corpus import Corpus
    from mirld.ids import MirId
    from mirld.registry.signatures import KINDS
    from mirld.weights import read

    if kind is not None and kind not in KINDS:
        raise UsageError(f"there is no such kind: {kind}", hint=f"the kinds are {', '.join(KINDS)}")
    wishes = Wishes(
        id=MirId.parse(name_of) if name_of else None, name=name, label=label, kind=kind, source=source, prefix=prefix
    )
    known = Proved.read(Corpus.scan(place.root, base=place.base, overlays=place.overlays))
    found = drafted(read(file), known, wishes)
    if found.same:
        for case in found.same:
            names = ", ".join(known.signatures[iri].name for iri in case.conforms if iri in known.signatures)
            what = f"add the entry to mir:networkOf of {names}" if names else "write dcterms:conformsTo in that case"
            click.echo(f"{case.name} has the very same names and shapes: {what}", err=True)
        return EXIT_NO
    told = f"told from {found.told_from} cases by {len(found.conditions)} conditions"
    if out is None:
        comments = "".join(f"# {words[0].upper()}{words[1:]}\n" for words in found.missing)
        click.echo(f"# {found.name}: {told}\n{comments}{found.turtle}", nl=False)
        return EXIT_YES
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(found.turtle)
    except FileExistsError as error:
        raise OutputError(f"the file is there already: {out}", hint="name another one with --out") from error
    click.echo(str(out))
    click.echo("\n".join([f"{found.name}: {told}", *found.missing]), err=True)
    return EXIT_YES


@command.command(
    "show",
    short_help="Show a signature with its cases and its nearest negative.",
    epilog="""\b
Examples:
  mirld signature show flux1-dev-bfl
""",
)
@click.argument("name")
@pass_place
def show(place: Place, name: str) -> int:
    """Show the conditions of the signature NAME, the cases it must hold of, and the one that comes nearest to it."""
    # Imported here, since --help needs none of it.
    import difflib

    from mirld.check.signature_draft import Proved, nearest_negative
    from mirld.graph.corpus import Corpus

    known = Proved.read(Corpus.scan(place.root, base=place.base, overlays=place.overlays))
    by_name = {each.name: each for each in known.signatures.values()}
    if name not in by_name:
        near = difflib.get_close_matches(name, by_name, n=1)
        raise UnknownNameError(f"no signature has this name: {name}", hint=f"did you mean {near[0]}?" if near else None)
    found = by_name[name]
    lines = [f"{found.name}  {found.label}  ({found.kind}{f', {found.layout}' if found.layout else ''})"]
    lines += [f"  of {iri.removeprefix(place.base)}" for iri in found.identifies]
    lines += [f"  requires {text}" for text in found.texts]
    lines += [f"  is a case of {found.refines.rpartition('#')[2]}"] if found.refines else []
    lines += [f"  source {url}" for url in found.sources]
    for case in known.cases.values():
        if found.iri in case.conforms:
            lines.append(
                f"  holds of {case.name}, {case.proof or 'from nobody knows where'}: {', '.join(case.sources)}"
            )
    negative = nearest_negative(found, known)
    if negative is not None:
        case, lacking = negative
        lines.append(f"  nearest of those it does not hold of: {case.name}")
        lines += [f"    {words}" for words in lacking]
    click.echo("\n".join(lines))
    return EXIT_YES
