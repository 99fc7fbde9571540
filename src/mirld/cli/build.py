"""`mirld build`: the registry as a web site."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mirld.cli import KEPT, Place, pass_place
from mirld.errors import EXIT_NO, EXIT_YES, UsageError

if TYPE_CHECKING:
    from mirld.check.findings import Report as Findings
    from mirld.graph.corpus import Corpus
    from mirld.graph.dataset import Dataset
    from mirld.site.build import Report
    from mirld.site.render import Codes

    Judge = Callable[[Corpus, Dataset], Findings]


@click.command(
    "build",
    short_help="Render the registry as a web site with all its dumps.",
    epilog="""\b
Examples:
  mirld build
  mirld build --out site --workers 4
  mirld build --no-check --json
  mirld --root ~/my-registry build --site-path /registry/
""",
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("public"), show_default=True, help="Folder to write."
)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes to render with.")
@click.option("--check/--no-check", default=True, help="Check the registry first.  [default: check]")
@click.option("--keep-going", is_flag=True, help="Write the site even when the check finds violations.")
@click.option("--site-path", default="/", show_default=True, help="Path the site is served under, for its page 404.")
@click.option(
    "--with-unverified", is_flag=True, help="Export concepts as well that are only recalled, with their mark."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@pass_place
def command(
    place: Place,
    out: Path,
    workers: int,
    check: bool,
    keep_going: bool,
    site_path: str,
    with_unverified: bool,
    as_json: bool,
) -> int:
    """Load, infer, check and render the registry into a folder.

    The folder is replaced whole or not at all: an error, a full disk or an interruption leave what was there. When the
    check finds violations they are printed, nothing is written and the exit code is 1; with --keep-going the site is
    written all the same, and the exit code is still 1. Concepts that are only recalled from a publication have pages,
    with a mark, and are left out of everything else unless --with-unverified asks for them.
    """
    if not (site_path.startswith("/") and site_path.endswith("/")):
        raise UsageError(f"the path of the site must start and end in a slash: {site_path}")
    started = time.perf_counter()
    report, findings = _build(place, out, workers, site_path, _judge if check else None, keep_going, with_unverified)
    seconds = time.perf_counter() - started
    violations = findings.counts["violation"] if findings else 0
    for line in findings.lines() if findings else ():
        click.echo(line, err=True)
    if report is None:
        click.echo(f"nothing was written: {violations} violation{'s' * (violations != 1)}, see mirld check", err=True)
        return EXIT_NO
    if as_json:
        document = {
            "out": str(out),
            "pages": report.pages,
            "files": report.files,
            "bytes": report.size,
            "seconds": round(seconds, 3),
            "violations": violations,
            "downloads": [found._asdict() for found in sorted(report.sums)],
        }
        click.echo(json.dumps(document, indent=2))
    size = report.size / 1_000_000
    click.echo(f"{report.pages:,} pages, {report.files:,} files, {size:,.1f} MB in {seconds:.1f} s: {out}", err=True)
    return EXIT_NO if violations else EXIT_YES


def _compile(root: Path) -> Codes:
    from mirld.site.render import compile_templates

    return compile_templates(root / "site" / "templates")


def _judge(corpus: Corpus, dataset: Dataset) -> Findings:
    from mirld.check.run import check
    from mirld.check.shapes import Shapes

    return check(corpus, dataset, Shapes.read(corpus.root / "shapes"), everything=False)


def _build(
    place: Place,
    out: Path,
    workers: int,
    site_path: str,
    judge: Judge | None,
    keep_going: bool,
    with_unverified: bool,
) -> tuple[Report | None, Findings | None]:
    """Judge the registry, and build the site if it conforms or has not to."""
    # Imported here, since --help needs none of it.
    from mirld.graph.asking import Asking
    from mirld.graph.collector import paused
    from mirld.graph.load import load
    from mirld.graph.rules import add_found, read_found
    from mirld.workers import Aside

    @paused()
    def load_and_build() -> tuple[Report | None, Findings | None]:
        # What needs less than all that comes before it is forked, and done beside the rest.
        several = workers > 1
        with ExitStack() as stack:
            compiling = stack.enter_context(Aside(partial(_compile, place.root), fork=several))
            corpus = place.corpus()
            dataset = load(corpus, fork=several)
            judging = None
            if judge is not None:
                judging = stack.enter_context(Aside(partial(judge, corpus, dataset), fork=several))
                if not several:
                    judging.result()  # before rules add to what is judged
            asking = Asking(dataset, corpus.root)
            answer = partial(asking.answered, with_unverified=with_unverified)
            turns = asking.turns
            asked = stack.enter_context(Aside[Any](*[asking.found] * turns, answer, fork=several))
            # What pages are made with is imported when there is another process to do something meanwhile.
            from mirld.site.build import Site, build
            from mirld.site.material import Material

            add_found(dataset, read_found(map(asked.result, range(turns))))  # each while those of the next one run
            material = Material.load(
                corpus, dataset, with_unverified=with_unverified, answering=partial(asked.result, turns)
            )
            site = Site(material, site_path=site_path, codes=compiling.result())
            site.prepare()
            findings = None if judging is None else judging.result()
            if findings is not None and not findings.conforms and not keep_going:
                return None, findings
            report = build(
                site,
                out,
                workers=workers,
                progress=_progress if sys.stderr.isatty() else None,
            )
            KEPT.append((material, asking))
            gc.freeze()  # nor is it looked at
            return report, findings

    return load_and_build()


def _progress(done: int, total: int) -> None:
    bar = "#" * (30 * done // total)
    click.echo(f"\r[{bar:<30}] {done}/{total}" + ("\n" if done == total else ""), err=True, nl=False)
