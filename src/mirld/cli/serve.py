"""`mirld serve`: the site with content negotiation, SPARQL and look-up."""

from __future__ import annotations

import signal
from pathlib import Path

import click

from mirld.cli import Place, pass_place

_EXAMPLES = """
\b
Examples:
  mirld serve
  mirld serve --port 8080 --watch
  mirld serve --site public
  curl -H 'Accept: text/turtle' -L http://127.0.0.1:8000/model/lora/hyper/flux-1
"""


@click.command("serve", help="Serve the site with content negotiation, /sparql and /resolve?q=TEXT." + "\n" + _EXAMPLES)
@click.option(
    "--site", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A site that is built already."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option("--watch", "watching", is_flag=True, help="Build again when a file changes, and load open pages again.")
@pass_place
def command(place: Place, site: Path | None, host: str, port: int, watching: bool) -> None:
    """Build or take a site, and answer until interrupted or told to end."""
    from mirld.serve.live import Live
    from mirld.serve.server import Reloader, Server, watch

    if place.overlays:
        place.index()  # says what takes long, and refuses what contradicts the registry, before anything is built
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else what was built stays behind
    live = Live(place.root, base=place.base, overlays=place.overlays, built=site)
    reloader = Reloader() if watching else None
    try:
        server = Server(host, port, site=lambda: live.state.site, routes=live.routes(), reloader=reloader)
        if reloader is not None:
            tell = reloader.changed
            watch(
                live.stamps,
                lambda: tell() if live.refresh(lambda words: click.echo(words, err=True)) else None,
                since=live.made_from,
            )
        click.echo(f"http://{host}:{server.server_port}/ (Ctrl-C ends it)")
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    finally:
        live.close()
