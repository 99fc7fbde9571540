"""Ids for the shell to complete: `eval "$(_MIRLD_COMPLETE=bash_source mirld)"`, or zsh, or fish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mirld.errors import MirldError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_MOST = 200
_SCHEME = "mir:"


def complete_id(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the ids that begin with what is written, with `mir:` or without; none when the registry cannot be read.

    Bash divides words at a colon, so there only what follows the last one is given.
    """
    from click.shell_completion import CompletionItem  # only a shell that completes needs it

    before = "".join(context.params.get(parameter.name or "") or ())
    is_divided = before.endswith(":") or (bool(before) and incomplete.startswith(":"))
    text = before + incomplete if is_divided else incomplete
    is_whole = text.startswith(_SCHEME) or _SCHEME.startswith(text)
    try:
        ids = _beginning(context, text if is_whole else _SCHEME + text)
    except (MirldError, OSError):
        return []
    cut = 0 if is_whole else len(_SCHEME)
    cut += text.rindex(":") + 1 if is_divided else 0
    return [CompletionItem(each[cut:]) for each in ids]


def _beginning(context: click.Context, text: str) -> list[str]:
    from mirld.config import overlay_paths
    from mirld.registry.place import open_index
    from mirld.registry.tables import Kind

    told = context.find_root().params
    root, base, overlaid = told.get("root"), told["base"], told.get("overlaid") or ()
    with open_index(root, base=base, overlays=overlay_paths(overlaid)) as index:
        return [found.key for found in index.beginning(Kind.ID, text, _MOST)]
