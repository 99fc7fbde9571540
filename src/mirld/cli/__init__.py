"""Floor 8: the command line. One file a command: options to values, one call, print.

    commands   the lazy table: name → module, so that a command starts with nothing but its own imports
    this file  the group, what every command is told (`Place`), and the one place where errors become exit codes

A command returns its exit code, or None for 0. Data goes to stdout, words to stderr.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

import click

from mirld.config import base_iri, overlay_paths, registry_root
from mirld.errors import EXIT_BUG, EXIT_INPUT, EXIT_YES, MirldError
from mirld.version import __version__
from mirld.vocab import DEFAULT_BASE

if TYPE_CHECKING:
    from pathlib import Path

    from mirld.graph.corpus import Corpus
    from mirld.registry.index import Index

_OBJECTS = 100_000  # made and not let go, before Python first looks for those that nobody has
EXIT_INTERRUPTED = 130
"""What a shell expects of a program that Ctrl-C ended: 128 and the number of the signal."""

COMMANDS: dict[str, tuple[str, str]] = {
    "build": ("mirld.cli.build:command", "Render the registry as a web site with all its dumps."),
    "check": ("mirld.cli.check:command", "Check the registry against its shapes, its rules and its ledger."),
    "classify": ("mirld.cli.classify:command", "Say what an entry is by OECD's and NIST's lists, and why."),
    "compat": ("mirld.cli.compat:command", "Say whether entries work together, and why."),
    "fmt": ("mirld.cli.fmt:command", "Write data files in the one agreed form."),
    "harvest": ("mirld.cli.harvest:command", "Read other people's lists into data/harvested/."),
    "health": ("mirld.cli.health:command", "Say how complete the registry is, and how well its sources agree."),
    "identify": ("mirld.cli.identify:command", "Say what weights files are, from their headers."),
    "inventory": ("mirld.cli.inventory:command", "List a folder of models, with doubles and what adapters fit."),
    "load": ("mirld.cli.load:command", "Write Python that loads an entry."),
    "new": ("mirld.cli.new:command", "Write the skeleton of a new entry."),
    "query": ("mirld.cli.query:command", "Ask the registry in SPARQL."),
    "resolve": ("mirld.cli.resolve:command", "Find the entry that a name, repository or digest means."),
    "serve": ("mirld.cli.serve:command", "Serve the site with content negotiation and SPARQL."),
    "serve-config": ("mirld.cli.serve_config:command", "Write the configuration of a web server for the site."),
    "settings": ("mirld.cli.settings:command", "Say which settings an entry wants, and who says so."),
    "signature": ("mirld.cli.signature:command", "Propose a signature for a model, or show one with what proves it."),
}
"""Every command: where it is (module:attribute) and the line that `mirld --help` shows."""


KEPT: list[object] = []
"""What a command made and nobody takes apart: the system lets it go at once, Python takes a twentieth of a build.

A command that keeps something here has ended all threads and removed all files that it does not leave."""


class Place:
    """What every command is told: the folder of the registry, if one was given, what is laid over it, the base IRI."""

    __slots__ = ("base", "given", "overlaid")

    def __init__(self, *, given: str | None, overlaid: tuple[str, ...], base: str) -> None:
        self.given = given
        self.overlaid = overlaid
        self.base = base

    @property
    def root(self) -> Path:
        """Folder with ontology/, shapes/, data/ and site/: the one given, a checkout, or the one that was installed."""
        return registry_root(self.given)

    @property
    def overlays(self) -> tuple[Path, ...]:
        """Folders and files that are laid over the registry: --overlay, else MIRLD_OVERLAY, else mirld.toml."""
        return overlay_paths(self.overlaid)

    def corpus(self) -> Corpus:
        """List the files of the registry and of what is laid over it, which is refused where it contradicts that."""
        from mirld.graph.corpus import Corpus

        overlays = self.overlays
        if overlays:
            self.index()  # where overlays are held to what they may say
        return Corpus.scan(self.root, base=self.base, overlays=overlays)

    def index(self) -> Index:
        """Open the index of the registry, making it first when that has to be; what takes long is said."""
        from mirld.registry.place import open_index

        index = open_index(
            self.given, base=self.base, overlays=self.overlays, say=lambda words: click.echo(words, err=True)
        )
        KEPT.append(index)  # what it holds need not be taken apart one by one when the command ends
        return index


pass_place = click.make_pass_decorator(Place)


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None when there is no such name."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        found = getattr(importlib.import_module(module), attribute)
        if not isinstance(found, click.Command):
            raise TypeError(f"{module}:{attribute} is no command")
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command an argument names; an unknown one is told what it may have meant."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            import difflib  # only a mistake needs it

            near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
            meant = f"did you mean {near[0]}?" if near else f"the commands are {', '.join(sorted(COMMANDS))}"
            raise click.UsageError(f"there is no command {name}: {meant}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, so that help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in sorted(COMMANDS)])


_EXAMPLES = """
\b
Examples:
  mirld resolve clip-l
  mirld query "SELECT ?e { ?e a mir:Model } LIMIT 3"
  mirld check
  mirld --overlay ~/my-models resolve dev.my-model
  mirld --root ~/my-registry build --out public
"""


@click.group(
    cls=LazyGroup,
    name="mirld",
    help="The registry of machine-intelligence resources as linked data." + "\n" + _EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="mirld")
@click.option(
    "--root",
    type=click.Path(file_okay=False),
    help="Folder with ontology/, shapes/, data/ and site/; without it, the registry that came with mirld.",
)
@click.option(
    "--overlay",
    "overlaid",
    type=click.Path(),
    multiple=True,
    help="Folder or file laid over the registry, whatever is asked of it; may be given more than once.",
)
@click.option("--base", default=DEFAULT_BASE, show_default=True, help="IRI that entries are named under.")
@click.pass_context
def group(ctx: click.Context, root: str | None, overlaid: tuple[str, ...], base: str) -> None:
    """Take what every command is told."""
    ctx.obj = Place(given=root, overlaid=overlaid, base=base_iri(base))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line (without the program's name) and return its exit code."""
    try:
        code = group.main(args=arguments, prog_name="mirld", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f"{context.command_path} --help says what may stand here" if context is not None else None
        return _say(error.format_message().rstrip("."), hint, error.exit_code)
    except MirldError as error:
        return _say(str(error), error.hint, error.exit_code)
    except OSError as error:
        name = f": {error.filename}" if error.filename else ""
        return _say(f"{(error.strerror or str(error)).lower()}{name}", None, EXIT_INPUT)
    except Exception as error:  # the last net: whatever is left is a bug, and is said to be one
        import traceback

        traceback.print_exc()
        what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return _say(f"this is a bug in mirld {__version__}: {what}", "please report it with the lines above", EXIT_BUG)
    return code if isinstance(code, int) else EXIT_YES


def _say(message: str, hint: str | None, code: int) -> int:
    click.echo(f"error: {message}", err=True)
    if hint:
        click.echo(f"hint: {hint}", err=True)
    return code


def main() -> NoReturn:
    """Run the command line of this process and end it."""
    # A look-up makes thousands of objects and no circles of them: looking for some takes a tenth of its time.
    gc.set_threshold(_OBJECTS)
    code = run()
    if KEPT:
        with suppress(OSError, ValueError):  # a closed pipe is told of as Python does it
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    sys.exit(code)
