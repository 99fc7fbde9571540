"""Settings, and where the registry lies.

Nothing here reads RDF. The base IRI is a setting; nothing else in the program knows it. Paths are texts for look-ups,
since importing pathlib takes as long as a look-up itself.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from os.path import dirname, exists, expanduser, isdir, join, realpath
from typing import TYPE_CHECKING

from mirld.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

CORPUS_FOLDERS: tuple[str, ...] = ("ontology", "shapes", "data", "site")


def base_iri(text: str) -> str:
    """Return the IRI that relative IRIs of the corpus are resolved against; UsageError when a text cannot be one."""
    if not text.endswith("/") or "://" not in text:
        raise UsageError(f"the base IRI must be absolute and end in a slash: {text}")
    return text


def registry_folder(given: str | os.PathLike[str] | None = None) -> str:
    """Find the folder that holds ontology/, shapes/, data/ and site/.

    `given` wins; else a checkout that this package is imported from; else the copy that the wheel carries.
    Raises UsageError when the folder lacks one of the four.
    """
    if given is not None:
        candidates = [os.fspath(given)]
    else:
        carried = carried_folder()
        candidates = [dirname(dirname(dirname(carried))), carried]
    for root in candidates:
        if all(isdir(join(root, folder)) for folder in CORPUS_FOLDERS):
            return root
    missing = [folder for folder in CORPUS_FOLDERS if not isdir(join(candidates[0], folder))]
    raise UsageError(
        f"no registry in {candidates[0]}: {', '.join(missing)} missing",
        hint="name the folder that holds ontology/, shapes/, data/ and site/",
    )


def carried_folder() -> str:
    """Return the folder where an installed mirld carries its registry; in a checkout it does not exist."""
    return join(dirname(realpath(__file__)), "carried")


def cache_folder() -> str:
    """Return the folder for what can be made again: XDG_CACHE_HOME/mirld, else ~/.cache/mirld; it may not exist."""
    return join(os.environ.get("XDG_CACHE_HOME") or join(expanduser("~"), ".cache"), "mirld")


def registry_root(given: str | os.PathLike[str] | None = None) -> Path:
    """Return what `registry_folder` finds, as a path."""
    from pathlib import Path

    return Path(registry_folder(given))


OVERLAY_VARIABLE = "MIRLD_OVERLAY"
CONFIGURATION = "mirld.toml"


def overlay_paths(given: Iterable[str | os.PathLike[str]] = ()) -> tuple[Path, ...]:
    """Return what is laid over the registry: what is given, else what the environment or a file says.

    MIRLD_OVERLAY lists paths as PATH does; `overlay` of the nearest mirld.toml, from this folder upward, is a list.
    Raises UsageError when mirld.toml is broken.
    """
    paths = list(given)
    listed = os.environ.get(OVERLAY_VARIABLE)
    if not paths and listed is not None:
        paths += [each for each in listed.split(os.pathsep) if each]
    elif not paths:
        paths += _configured()
    if not paths:
        return ()
    from pathlib import Path

    return tuple(Path(each) for each in paths)


def _configured() -> list[str]:
    """Return what the nearest mirld.toml lays over the registry."""
    here = os.getcwd()
    while not exists(join(here, CONFIGURATION)):
        above = dirname(here)
        if above == here:
            return []
        here = above
    import tomllib

    file = join(here, CONFIGURATION)
    try:
        with open(file, "rb") as stream:
            found = tomllib.load(stream).get("overlay", [])
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {file}: {error}") from error
    listed = [found] if isinstance(found, str) else found
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise UsageError(f"overlay in {file} is no list of paths", hint='write overlay = ["my-models"]')
    return [join(here, each) for each in listed]


def build_time() -> int:
    """Return the seconds since 1970 that a build calls now: SOURCE_DATE_EPOCH when set, else the clock."""
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if text is None:
        return int(time.time())
    if not text.isdigit():
        raise UsageError(f"SOURCE_DATE_EPOCH is not a whole number of seconds: {text}")
    return int(text)
