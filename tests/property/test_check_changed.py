"""A check of what changed reports what a check of everything reports, whatever is changed."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.registries import ROOT, make_checked_registry

from mirld.check.changed import check_changed, check_everything
from mirld.check.findings import Report
from mirld.check.run import check
from mirld.check.shapes import Shapes
from mirld.errors import InputError
from mirld.graph.corpus import Corpus
from mirld.graph.load import load

EDITS = 60


def full(root: Path) -> Report:
    corpus = Corpus.scan(root)
    return check(corpus, load(corpus), Shapes.read(root / "shapes"))


def drop_line(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    wanted = [number for number, line in enumerate(lines) if line.startswith("    ") and line.endswith(";")]
    if wanted:
        lines.pop(chance.choice(wanted))
    return "\n".join(lines)


def misspell(text: str, chance: random.Random) -> str:
    names = sorted(set(re.findall(r"<(?:model|info|vocab|operations|ledger)/[^>]*>", text)))
    if not names:
        return text
    name = chance.choice(names)
    return text.replace(name, f"{name[:-2]}x>", chance.choice([1, -1]))


def drop_block(text: str, chance: random.Random) -> str:
    blocks = text.split("\n\n")
    if len(blocks) > 2:
        blocks.pop(chance.randrange(1, len(blocks)))
    return "\n\n".join(blocks)


def swap_words(text: str, chance: random.Random) -> str:
    old, new = chance.choice(
        [("mir:supports", "mir:support"), ("mir:Model", "mir:Adapter"), ("dcterms:license", "dcterms:licence"),
         ("state/alias", "state/withdrawn"), ('"@en', '"'), ("a mir:Info", "a mir:Model")]
    )  # fmt: skip
    return text.replace(old, new, 1)


def comment(text: str, chance: random.Random) -> str:
    return f"{text}\n# a remark\n"


def chain(text: str, chance: random.Random) -> str:
    names = re.findall(r"^<((?:model)/[^>#]*)>$", text, re.MULTILINE)
    if len(names) < 2:
        return text
    return text + "".join(f"\n<{one}> mir:fineTunedFrom <{other}> .\n" for one, other in (names[:2], names[:2][::-1]))


CHANGES = (drop_line, misspell, drop_block, swap_words, comment, chain)


def change(root: Path, name: str, chance: random.Random, origin: Path) -> None:
    """Change a file, take it away, or put it back as it was."""
    path = root / name
    what = chance.random()
    if what < 0.15:
        path.unlink(missing_ok=True)
    elif what < 0.35 or not path.exists():
        shutil.copy(origin / name, path)
    else:
        path.write_text(chance.choice(CHANGES)(path.read_text(encoding="utf-8"), chance), encoding="utf-8")


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_edit_the_reports_are_equal(tmp_path: Path, seed: int) -> None:
    """Findings, files and lines, over sixty edits one after the other."""
    chance = random.Random(seed)  # noqa: S311 - a test that can be run again
    origin = make_checked_registry(tmp_path / "origin")
    root = make_checked_registry(tmp_path / "r")
    cache = tmp_path / "state.sqlite"
    check_everything(Corpus.scan(root), cache)
    names = sorted(
        path.relative_to(root).as_posix() for path in (root / "data").rglob("*.ttl") if path.name != "source.ttl"
    )
    broken = 0
    for _ in range(EDITS):
        name = chance.choice(names)
        change(root, name, chance, origin)
        try:
            expected = full(root)
        except InputError as error:
            broken += 1
            with pytest.raises(type(error)) as caught:
                check_changed(Corpus.scan(root), cache)
            assert str(caught.value) == str(error)
            shutil.copy(origin / name, root / name)
            continue
        found = check_changed(Corpus.scan(root), cache)
        assert found.findings == expected.findings
        assert check_changed(Corpus.scan(root), cache).findings == expected.findings
    assert broken < EDITS / 2


def test_a_change_of_the_words_checks_everything(tmp_path: Path) -> None:
    """The ontology and the shapes touch every resource."""
    root = make_checked_registry(tmp_path / "r")
    cache = tmp_path / "state.sqlite"
    everything = check_everything(Corpus.scan(root), cache)
    assert check_changed(Corpus.scan(root), cache).checked == 0
    shape = root / "shapes" / "entry.ttl"
    shape.write_text(shape.read_text(encoding="utf-8").replace("sh:minLength 10", "sh:minLength 11"), encoding="utf-8")
    assert check_changed(Corpus.scan(root), cache).checked == everything.checked


def test_a_state_that_is_no_state_is_made_again(tmp_path: Path) -> None:
    """Nothing depends on it: a broken one, and one that cannot be written, are as none."""
    root = make_checked_registry(tmp_path / "r")
    cache = tmp_path / "state.sqlite"
    cache.write_bytes(b"SQLite format 3\0 and then nothing of the kind")
    everything = check_changed(Corpus.scan(root), cache)
    assert everything.checked > 0
    assert check_changed(Corpus.scan(root), cache).findings == everything.findings
    nowhere = tmp_path / "a file" / "state.sqlite"
    nowhere.parent.write_bytes(b"")
    assert check_changed(Corpus.scan(root), nowhere).findings == everything.findings


def test_a_state_that_fails_half_way_is_made_again(tmp_path: Path) -> None:
    """A table that is gone, as in a file that was cut, is no error: everything is checked."""
    root = make_checked_registry(tmp_path / "r")
    cache = tmp_path / "state.sqlite"
    everything = check_everything(Corpus.scan(root), cache)
    with closing(sqlite3.connect(cache)) as state:
        state.execute("DROP TABLE holds")
    shutil.copy(root / "data/curated/lora/swift.ttl", root / "swift.ttl")
    shutil.move(root / "swift.ttl", root / "data/curated/lora/swift.ttl")
    found = check_changed(Corpus.scan(root), cache)
    assert found == everything
    assert check_changed(Corpus.scan(root), cache).checked == 0
    assert [path.name for path in tmp_path.glob("state.sqlite*")] == ["state.sqlite"]


def test_on_the_real_registry_one_edit_is_found(tmp_path: Path) -> None:
    """The same report, after one label of one entry changes and after its file goes."""
    root = tmp_path / "r"
    for folder in ("ontology", "shapes", "data"):
        shutil.copytree(ROOT / folder, root / folder)
    cache = tmp_path / "state.sqlite"
    check_everything(Corpus.scan(root), cache)
    path = root / "data" / "curated" / "lora" / "hyper.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace('rdfs:label "', 'rdfs:label " ', 1), encoding="utf-8")
    found = check_changed(Corpus.scan(root), cache)
    assert found.findings == full(root).findings
    assert not found.conforms
    path.unlink()
    assert check_changed(Corpus.scan(root), cache).findings == full(root).findings
