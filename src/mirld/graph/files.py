"""Files of a registry written so that a reader never sees half of one, and a failure leaves what was there."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from mirld.errors import OutputError


def replace_files(root: Path, contents: Mapping[str, bytes], *, remove: Iterable[str] = ()) -> None:
    """Write files, by name below `root`, beside what is there, then put each in its place; `remove` files after that.

    Raises OutputError when a file cannot be written; nothing is changed then.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        for name, content in contents.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.new")
            waiting.append((beside, path))
            beside.write_bytes(content)
        for beside, path in waiting:
            os.replace(beside, path)  # noqa: PTH105 - replaces on every system, which Path.rename does not
        for name in remove:
            (root / name).unlink()
    except OSError as error:
        for beside, _ in waiting:
            if beside.is_file():
                beside.unlink()
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise OutputError(
            f"cannot write {waiting[-1][1] if waiting else root}: {(error.strerror or str(error)).lower()}",
            hint="free some space; what stood there before is untouched" if full else None,
        ) from error
