"""The limits stand in one place, and in the documents as they are."""

from __future__ import annotations

import re
from pathlib import Path

from mirld.weights import FORMATS, limits

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "weights.md").read_text(encoding="utf-8")


def described() -> dict[str, tuple[int, str]]:
    """Read name, value and words of each limit."""
    text = Path(limits.__file__).read_text(encoding="utf-8")
    found = re.findall(r'^(MAX_\w+) = [^\n]*\n"""(.*?)"""', text, re.MULTILINE | re.DOTALL)
    return {name: (getattr(limits, name), " ".join(words.split()).removesuffix(".")) for name, words in found}


def test_the_documents_say_every_limit() -> None:
    """With its value and its words."""
    rows = [f"| `{name}` | {value:,} | {words} |" for name, (value, words) in described().items()]
    assert "\n".join(rows) in DOCUMENT
    assert set(described()) == {name for name in vars(limits) if name.isupper()}


def test_every_limit_is_kept_somewhere() -> None:
    """A limit that no reader asks for is none."""
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for path in Path(limits.__file__).parent.glob("*.py")
        if path.name != "limits.py"
    )
    for name in described():
        assert len(re.findall(rf"\b{name}\b", sources)) > 1, name


def test_the_documents_say_every_format() -> None:
    """Each with what is proved of it."""
    assert set(re.findall(r"`([a-z-]+)`", "".join(re.findall(r"^\| (`.*?) \|", DOCUMENT, re.MULTILINE)))) >= set(
        FORMATS
    )
