"""`mirld serve-config`: what another web server or host must be told to serve the site."""

from __future__ import annotations

import click

from mirld.serve.hosting import HOSTS, KINDS

CONFIGURATIONS = {**KINDS, **HOSTS}

_EXAMPLES = """
\b
Examples:
  mirld serve-config apache > public/.htaccess
  mirld serve-config nginx > mir.conf
  mirld serve-config cloudflare > public/_worker.js
"""


@click.command(
    "serve-config", help="Write the configuration of a web server or host for the site to stdout." + "\n" + _EXAMPLES
)
@click.argument(
    "kind",
    type=click.Choice(sorted(CONFIGURATIONS)),
)
def command(kind: str) -> None:
    """Print one configuration."""
    click.echo(CONFIGURATIONS[kind](), nl=False)
