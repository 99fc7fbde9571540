"""Whisper: a table of addresses that hold digests, joined to the same models elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.harvest.packages import cut_short, make_archive

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri, literal
from mirld.harvest.items import Harvest
from mirld.harvest.known import Known
from mirld.harvest.merge import merge
from mirld.harvest.package import Package
from mirld.harvest.sources.whisper import SOURCE, read
from mirld.vocab import MIR

FIRST, SECOND, THIRD = "1" * 64, "2" * 64, "3" * 64
ROOT = "https://example.org/whisper/models"
TABLE = f"""
_ROOT = '{ROOT}'
_MODELS = {{
    "base": "{ROOT}/{FIRST}/base.pt",
    "large-v1": f"{{_ROOT}}/{SECOND}/large-v1.pt",
    "large-v3": "{ROOT}/{THIRD}/large-v3.pt",
    "large": "{ROOT}/{THIRD}/large-v3.pt",
    ROW
}}
"""


def package(folder: Path, text: str) -> Package:
    files = {"PKG-INFO": "Metadata-Version: 2.1\nName: openai-whisper\nVersion: 1.0\n", "whisper/__init__.py": text}
    return Package.open(make_archive(folder / "openai_whisper-1.0.tar.gz", files))


def harvest(folder: Path, row: str = "") -> Harvest:
    return read(package(folder, TABLE.replace("ROW", row)), Known())


def test_every_file_is_one_model_with_its_digest(tmp_path: Path) -> None:
    """Two names of one file are two names of one model."""
    found = harvest(tmp_path)
    assert found.findings == []
    assert {item.key: item.release for item in found.items} == {
        "whisper:base": "base",
        "whisper:large-v1": "large-v1",
        "whisper:large-v3": "large-v3",
    }
    large = found.items[2]
    assert "whisper:large" in large.keys
    assert (MIR.fileSha256, literal(THIRD)) in large.parts["file", THIRD[:16]].facts
    assert (MIR.task, Iri("https://w3id.org/mir/vocab/task/automatic-speech-recognition")) in large.facts


def test_it_is_the_same_model_as_on_the_hub_but_not_its_repository(tmp_path: Path) -> None:
    """The entry of another source is joined, though the file is nowhere said to be in the repository."""
    found = harvest(tmp_path)
    known = Known(
        kinds={"model/aet/whisper/base": "Model", "info/aet/whisper": "Info"},
        by_key={"hf:openai/whisper-base": "model/aet/whisper/base"},
        series={"whisper": ["info/aet/whisper"]},
    )
    merged = merge(found, known, SOURCE.iri, "https://example.org/")
    assert merged.paths == {
        "whisper:base": "model/aet/whisper/base",
        "whisper:large-v1": "model/aet/whisper/large-v1",
        "whisper:large-v3": "model/aet/whisper/large-v3",
    }
    assert merged.joined == 1
    assert not any(predicate == MIR.repository for _, predicate, _ in merged.triples)


def test_a_later_source_finds_it_by_the_name_on_the_hub(tmp_path: Path) -> None:
    """The name is kept as an alias; the first large one has none of a version there."""
    aliases = [[term for said, term in item.facts if said == MIR.alias] for item in harvest(tmp_path).items]
    assert aliases == [
        [literal("hf:openai/whisper-base")],
        [literal("hf:openai/whisper-large")],
        [literal("hf:openai/whisper-large-v3")],
    ]


@pytest.mark.parametrize(
    ("row", "field", "problem"),
    [
        (f"'<i>x</i>': '{ROOT}/{FIRST}/x.pt'", "name", "garbage-id"),
        (f"'x\\u202e': '{ROOT}/{FIRST}/x.pt'", "name", "garbage-id"),
        (f"7: '{ROOT}/{FIRST}/x.pt'", "name", "garbage-id"),
        (f"'x': '{ROOT}/{'g' * 64}/x.pt'", "url", "malformed-digest"),
        (f"'x': '{ROOT}/{FIRST[:40]}/x.pt'", "url", "malformed-digest"),
        (f"'x': 'file:///{FIRST}/x.pt'", "url", "malformed-digest"),
        ("'x': None", "url", "malformed-digest"),
        (f"'x': '{'y' * 10_000_000}'", "url", "malformed-digest"),
    ],
)
def test_a_bad_row_is_a_finding_and_the_others_stay(tmp_path: Path, row: str, field: str, problem: str) -> None:
    """Markup, marks that turn text around, no text, no digest, a line of ten megabytes."""
    found = harvest(tmp_path, row)
    assert [(finding.field, finding.problem) for finding in found.findings] == [(field, problem)]
    assert len(found.items) == 3
    assert len(found.findings[0].value) < 500


@pytest.mark.parametrize("text", ["X = 1\n", "_MODELS = make()\n", "_MODELS = {}\n", "_MODELS = {'x': 'y'}\n"])
def test_a_changed_layout_is_refused(tmp_path: Path, text: str) -> None:
    """No table, one made by a program, an empty one, and one without digests."""
    with pytest.raises(InputError, match="layout"):
        read(package(tmp_path, text), Known())


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    """Python that cannot be parsed; an archive that broke off."""
    with pytest.raises(SyntaxInputError):
        read(package(tmp_path, "_MODELS = {\n"), Known())
    files = {"PKG-INFO": "Version: 1.0\n", "whisper/__init__.py": TABLE}
    with pytest.raises(InputError):
        Package.open(cut_short(make_archive(tmp_path / "x.tar.gz", files)))
