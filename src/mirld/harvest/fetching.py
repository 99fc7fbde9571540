"""Getting the package of a source, when nobody gave one: pip, npm or git does it, into a folder of the user's cache."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from mirld.errors import UnreachableError, UsageError

_SECONDS = 900


def fetch(origin: str, cache: Path) -> Path:
    """Get the newest version of `pip:NAME`, `npm:NAME` or `git:OWNER/NAME` and return its archive or repository.

    Raises UnreachableError when it cannot be had; what the cache held before is replaced only then.
    """
    tool, _, name = origin.partition(":")
    folder = cache / f"{tool}-{name.replace('/', '-').lstrip('@')}"
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    commands = {
        "pip": [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(fresh), name],
        "npm": ["npm", "pack", "--silent", "--pack-destination", str(fresh), name],
        "git": ["git", "clone", "--quiet", "--depth", "1", "--bare", f"https://github.com/{name}", str(fresh / "git")],
    }
    try:
        _run(commands[tool], origin)
        found = sorted(fresh.iterdir())
        if not found:
            raise UnreachableError(f"{tool} gave nothing for {name}")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
        return folder / found[0].name
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _run(command: list[str], origin: str) -> None:
    if shutil.which(command[0]) is None:
        raise UsageError(f"{command[0]} is not installed, which gets {origin}", hint="give a copy with --from")
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=_SECONDS)  # noqa: S603  # no shell
    except subprocess.TimeoutExpired as error:
        raise UnreachableError(f"{origin} did not arrive in {_SECONDS} s", hint="give a copy with --from") from error
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.strip()]
        reason = lines[-1].strip() if lines else f"{command[0]} ended with {error.returncode}"
        raise UnreachableError(f"cannot get {origin}: {reason}", hint="give a copy with --from") from error
