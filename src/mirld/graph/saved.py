"""Saved queries: files of `queries/`, whose first line is the question that they answer."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import NamedTuple

from mirld.errors import InputError, UsageError

QUERIES_FOLDER = "queries"


class SavedQuery(NamedTuple):
    """One query: its name, the question, what else its opening comment says, and the whole text."""

    name: str
    question: str
    about: str
    text: str


def saved_queries(root: Path) -> dict[str, SavedQuery]:
    """Read the saved queries of the registry in `root` by name, sorted; none when it has none."""
    found = {}
    for path in sorted((root / QUERIES_FOLDER).glob("*.rq")):
        file = f"{QUERIES_FOLDER}/{path.name}"
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(f"cannot read the file: {error.strerror}", file=file) from error
        except UnicodeDecodeError as error:
            raise InputError(f"the query is not UTF-8 at byte {error.start}", file=file) from error
        comment = []
        for line in text.splitlines():
            if not line.startswith("#"):
                break
            comment.append(line.lstrip("# ").rstrip())
        if not comment:
            raise InputError("a saved query begins with its question", file=file, hint="write it behind # in line 1")
        found[path.stem] = SavedQuery(path.stem, comment[0], " ".join(comment[1:]), text)
    return found


def saved_query(root: Path, name: str) -> SavedQuery:
    """Return one saved query; UsageError says what there is when there is none of this name."""
    known = saved_queries(root)
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known) or 'none'}"
    raise UsageError(f"no query is saved as {name}", hint=hint)
