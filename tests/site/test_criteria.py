"""A criterion's page lists the entries that are asked it, with the answer and the ground of each."""

from __future__ import annotations

from pathlib import Path

import html5lib
import pytest


@pytest.mark.parametrize("criterion", ["am-2", "am-4"])
def test_a_criterion_gives_answers_and_grounds(built: Path, criterion: str) -> None:
    """No row without an answer, or "not known", and a place to look why."""
    page = built / "vocab" / "oecd-class" / criterion / "index.html"
    tree = html5lib.parse(page.read_bytes(), namespaceHTMLElements=False)
    rows = [row for row in tree.iter("tr") if row.find("td[@data-l='How']") is not None]
    assert len(rows) >= 100
    for row in rows:
        how, ground = row.find("td[@data-l='How']"), row.find("td[@data-l='Rests on']")
        text = "".join(how.itertext())
        answers = [link.get("href") for link in how.iter("a") if f"vocab/oecd-class/{criterion}-" in link.get("href")]
        assert answers or "not known" in text, text
        assert ground is not None
        assert ground.find("a") is not None
