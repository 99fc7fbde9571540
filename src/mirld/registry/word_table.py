"""The words of all names, asked of an index: by their beginning, what they hold, and in spite of typing errors."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mirld.registry.index import Index, marks, portions

Word = tuple[int, str, int]
"""A word of names: its number, itself, and how many entries have it."""
Posting = tuple[int, int, int]
"""A word, an entry that has it, and the place in `tables.NAMES` of the sort of name it is in: all numbers."""


def beginning(index: Index, text: str, limit: int) -> list[Word]:
    """Return at most so many words that begin with a text, itself first."""
    return index.rows(
        "SELECT w, word, entries FROM word WHERE word >= ? AND word < ? ORDER BY word LIMIT ?",
        (text, f"{text}\U0010ffff", limit),
    )


def inside(index: Index, text: str, limit: int) -> list[Word]:
    """Return at most so many words that have a text of three letters or more behind their first letter."""
    return index.rows(
        "SELECT DISTINCT w, word, entries FROM ending JOIN word USING (w)"
        " WHERE text >= ? AND text < ? ORDER BY text LIMIT ?",
        (text, f"{text}\U0010ffff", limit),
    )


def alike(index: Index, deletions: Collection[int]) -> list[Word]:
    """Return the words that one of these numbers stands for (`spelling.deletions`), and others by chance."""
    return index.rows(
        f"SELECT w, word, entries FROM word WHERE w IN"  # noqa: S608
        f" (SELECT w FROM deletion WHERE hash IN ({marks(deletions)})) ORDER BY w",
        sorted(deletions),
    )


def postings(index: Index, words: Sequence[int], limit: int, among: Sequence[int] | None = None) -> list[Posting]:
    """Return at most so many entries that have the first of some words, then those that have the next.

    Each comes as (word, entry, place in `tables.NAMES`). With `among`, all of these entries that have any of them.
    """
    found: list[Posting] = []
    if among is not None:
        for some in portions(among):
            sql = f"SELECT w, n, sort FROM posting WHERE w IN ({marks(words)}) AND n IN ({marks(some)})"  # noqa: S608
            found += index.rows(sql, (*words, *some))
        return found
    for word in words:
        found += index.rows("SELECT w, n, sort FROM posting WHERE w = ? LIMIT ?", (word, limit - len(found)))
        if len(found) >= limit:
            break
    return found


def lengths(index: Index, numbers: Sequence[int]) -> dict[int, int]:
    """Return how many words the ids of some entries have, by number."""
    found: dict[int, int] = {}
    for some in portions(numbers):
        found.update(index.rows(f"SELECT n, words FROM name WHERE n IN ({marks(some)})", some))  # noqa: S608
    return found
