"""`mirld serve-config`: what another web server must be told to serve the site."""

from __future__ import annotations

import click

_EXAMPLES = """
\b
Examples:
  mirld serve-config apache > public/.htaccess
  mirld serve-config nginx > mir.conf
"""


@click.command(
    "serve-config", help="Write the configuration of a web server for the site to stdout." + "\n" + _EXAMPLES
)
@click.argument("kind", type=click.Choice(["apache", "caddy", "nginx"]))
def command(kind: str) -> None:
    """Print one configuration."""
    from mirld.serve.hosting import KINDS

    click.echo(KINDS[kind](), nl=False)
