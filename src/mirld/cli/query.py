"""`mirld query`: SPARQL over the registry."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mirld.cli import Place, pass_place
from mirld.errors import EXIT_NO, EXIT_YES, QueryError, UsageError

FORMATS = ("table", "csv", "tsv", "json", "turtle", "ntriples", "xml")


@click.command(
    "query",
    short_help="Ask the registry in SPARQL.",
    epilog="""\b
Examples:
  mirld query "SELECT ?id ?label { ?e a mir:Adapter ; dcterms:identifier ?id ; rdfs:label ?label }"
  mirld query "DESCRIBE <mir:model.lora.hyper:flux-1>"
  mirld query "SELECT ?file { <model/lora/hyper/flux-1> mir:file/mir:fileName ?file }" --format csv
  mirld query --file adapters.rq --json
  mirld query --saved list
  mirld query --saved models-by-activity --format csv
  echo "ASK { ?e mir:quantizedFrom ?from }" | mirld query -
""",
)
@click.argument("text", required=False)
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read the query here."
)
@click.option("--saved", metavar="NAME", help="Run a query that came with the registry; list says which there are.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="How to write the answer.  [default: table, turtle for triples]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@pass_place
def command(
    place: Place, text: str | None, path: Path | None, saved: str | None, form: str | None, as_json: bool
) -> int:
    """Ask the registry in SPARQL 1.1: TEXT, a file, or standard input when TEXT is - or missing.

    The prefixes of the registry need no declaration. An entry is written as a full IRI, relative to the base as in
    <model/lora/hyper/flux-1>, or by its name as in <mir:model.lora.hyper:flux-1>. Every data file is a named graph, and
    so is what the rules of classification find, <graph/inferred>.
    ASK prints yes or no and exits with 0 or 1; no row is an answer too, and exits with 0.
    """
    # Imported here, since --help needs none of it.
    from mirld.cli.answers import count, write_answer
    from mirld.graph.load import load
    from mirld.graph.query import Endpoint, unknown_terms
    from mirld.graph.rules import classify

    if as_json and form not in (None, "json"):
        raise UsageError(f"--json and --format {form} do not go together")
    if saved == "list" and text is None and path is None:
        return _list(place.root)
    query, name = _read(text, path, place.root, saved)
    dataset = load(place.corpus())
    for term, near in unknown_terms(query, dataset):
        click.echo(f"{term} is no term of the ontology" + (f": did you mean {near}?" if near else ""), err=True)
    classify(dataset, place.root)
    try:
        result = Endpoint.for_query(dataset, query).run(query)
        chosen = "json" if as_json else form or ("turtle" if result.kind == "triples" else "table")
        if chosen != "table":
            truth = result.truth
            sys.stdout.buffer.write(result.serialize(chosen))
            sys.stdout.flush()
            return EXIT_NO if truth is False else EXIT_YES
        answer = result.answer()
    except QueryError as error:
        error.file = error.file or name
        raise
    click.echo(write_answer(answer, place.base), nl=False)
    click.echo(count(answer) or "", err=True, nl=answer.truth is None)
    return EXIT_NO if answer.truth is False else EXIT_YES


def _list(root: Path) -> int:
    from mirld.cli.table import draw, terminal_width
    from mirld.graph.saved import saved_queries

    rows = [[query.name, query.question] for query in saved_queries(root).values()]
    click.echo(draw(["name", "question"], rows, width=terminal_width()), nl=False)
    return EXIT_YES


def _read(text: str | None, path: Path | None, root: Path, saved: str | None) -> tuple[str, str]:
    """Return the query and what messages call the place it comes from."""
    from mirld.graph.saved import QUERIES_FOLDER, saved_query

    if sum(given is not None for given in (text, path, saved)) > 1:
        raise UsageError("a query is given as text, as a file or as a saved one, and only once")
    if saved is not None:
        return saved_query(root, saved).text, f"{QUERIES_FOLDER}/{saved}.rq"
    try:
        if path is not None:
            return path.read_text(encoding="utf-8"), str(path)
        if text is not None and text != "-":
            return text, "query"
        if text is None and sys.stdin.isatty():
            raise UsageError("no query is given", hint='write it behind the command: mirld query "SELECT …"')
        return sys.stdin.buffer.read().decode("utf-8"), "standard input"
    except UnicodeDecodeError as error:
        where = str(path) if path is not None else "standard input"
        raise QueryError(f"the query is not UTF-8 at byte {error.start}", file=where) from error
