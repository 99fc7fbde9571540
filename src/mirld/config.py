"""Settings, and where the registry lies.

Nothing here reads RDF. The base IRI is a setting; nothing else in the program knows it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mirld.errors import UsageError
from mirld.vocab import DEFAULT_BASE

CORPUS_FOLDERS: tuple[str, ...] = ("ontology", "shapes", "data", "site")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run may be told: `base` is the IRI every relative IRI of the corpus is resolved against (ends in `/`)."""

    base: str = DEFAULT_BASE

    def __post_init__(self) -> None:
        if not self.base.endswith("/") or "://" not in self.base:
            raise UsageError(f"the base IRI must be absolute and end in a slash: {self.base}")


def registry_root(given: str | os.PathLike[str] | None = None) -> Path:
    """Find the folder that holds ontology/, shapes/, data/ and site/.

    `given` wins; else a checkout that this package is imported from; else the copy that the wheel carries.
    Raises UsageError when the folder lacks one of the four.
    """
    if given is not None:
        candidates = [Path(given)]
    else:
        carried = carried_root()
        candidates = [carried.parent.parent.parent, carried]
    for root in candidates:
        if all((root / folder).is_dir() for folder in CORPUS_FOLDERS):
            return root
    missing = [folder for folder in CORPUS_FOLDERS if not (candidates[0] / folder).is_dir()]
    raise UsageError(
        f"no registry in {candidates[0]}: {', '.join(missing)} missing",
        hint="name the folder that holds ontology/, shapes/, data/ and site/",
    )


def carried_root() -> Path:
    """Return the folder where an installed mirld carries its registry; in a checkout it does not exist."""
    return Path(__file__).resolve().parent / "carried"


def cache_folder() -> Path:
    """Return the folder for what can be made again: XDG_CACHE_HOME/mirld, else ~/.cache/mirld; it may not exist."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mirld"


OVERLAY_VARIABLE = "MIRLD_OVERLAY"
CONFIGURATION = "mirld.toml"


def overlay_paths(given: Iterable[Path] = ()) -> tuple[Path, ...]:
    """Return what is laid over the registry: what is given, else what the environment or a file says.

    MIRLD_OVERLAY lists paths as PATH does; `overlay` of the nearest mirld.toml, from this folder upward, is a list.
    Raises UsageError when mirld.toml is broken.
    """
    paths = tuple(given)
    listed = os.environ.get(OVERLAY_VARIABLE)
    if paths or listed is not None:
        return paths or tuple(Path(each) for each in (listed or "").split(os.pathsep) if each)
    here = os.getcwd()  # noqa: PTH109 - one look-up of each folder is all that most runs do here
    while not os.path.exists(os.path.join(here, CONFIGURATION)):  # noqa: PTH110, PTH118
        above = os.path.dirname(here)  # noqa: PTH120
        if above == here:
            return ()
        here = above
    return _configured(Path(here, CONFIGURATION))


def _configured(file: Path) -> tuple[Path, ...]:
    import tomllib

    try:
        found = tomllib.loads(file.read_text(encoding="utf-8")).get("overlay", [])
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {file}: {error}") from error
    listed = [found] if isinstance(found, str) else found
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise UsageError(f"overlay in {file} is no list of paths", hint='write overlay = ["my-models"]')
    return tuple(file.parent / each for each in listed)


def build_time() -> int:
    """Return the seconds since 1970 that a build calls now: SOURCE_DATE_EPOCH when set, else the clock."""
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if text is None:
        return int(time.time())
    if not text.isdigit():
        raise UsageError(f"SOURCE_DATE_EPOCH is not a whole number of seconds: {text}")
    return int(text)
