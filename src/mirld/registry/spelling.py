"""Words of a text, and how near two words are."""

from __future__ import annotations

import re
import unicodedata
from zlib import crc32

_WORD = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)*")
_SHORTEST = 4  # letters of a word in which a typing error is looked for: shorter ones are all near to each other


def words(text: str) -> list[str]:
    """Divide a text into words and numbers, in lower case; a version keeps its dots.

    >>> words("FLUX.1-dev"), words("Llama-3.1_8B"), words("sdxl1.0")
    (['flux', '1', 'dev'], ['llama', '3.1', '8', 'b'], ['sdxl', '1.0'])
    """
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def squashed(text: str) -> str:
    """Write a text without what only divides it, so that `FLUX.1 [dev]` and `flux1-dev` are one.

    >>> squashed("FLUX.1 [dev]")
    'flux1dev'
    """
    return "".join(character for character in unicodedata.normalize("NFKC", text).casefold() if character.isalnum())


def tolerance(word: str) -> int:
    """How many typing errors a word may hold: none in a number or a short word, two in a long one."""
    if len(word) < _SHORTEST or not word.isalpha():
        return 0
    return 1 if len(word) < 8 else 2


def pieces(word: str, size: int) -> frozenset[str]:
    """Every run of `size` characters of a word."""
    return frozenset(word[start : start + size] for start in range(len(word) - size + 1))


_HEAD = 7  # letters that are compared: two words with two errors agree in what is left of their beginnings


def deletions(word: str, most: int) -> frozenset[int]:
    """Return the beginning of a word with up to so many letters left out, each as a number of 32 bits.

    Two words that are so many typing errors apart have one of these in common.

    >>> len(deletions("euler", 1)), bool(deletions("eueler", 1) & deletions("euler", 1))
    (6, True)
    """
    known = {word[:_HEAD]}
    last = known
    for _ in range(most):
        last = {text[:place] + text[place + 1 :] for text in last for place in range(len(text))}
        known |= last
    return frozenset(crc32(text.encode()) for text in known)


def typing_errors(one: str, two: str, most: int) -> int | None:
    """Count letters added, lost, changed or swapped with their neighbour; None when there are more than `most`.

    >>> typing_errors("difusion", "diffusion", 2), typing_errors("shcnell", "schnell", 1)
    (1, 1)
    >>> typing_errors("euler", "clip", 2)
    """
    if abs(len(one) - len(two)) > most:
        return None
    before: list[int] = []
    above = list(range(len(two) + 1))
    for row, letter in enumerate(one, 1):
        here = [row]
        for column, other in enumerate(two, 1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == two[column - 2] and one[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        if min(here) > most:
            return None
        before, above = above, here
    return above[-1] if above[-1] <= most else None
