"""Signatures and their cases: one edit that breaks each rule, and what is said of it."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from tests.registries import edit, make_checked_registry

from mirld.check.changed import check_changed, check_everything
from mirld.check.findings import Finding, Report
from mirld.graph.corpus import Corpus

NAME = "data/curated/signature/orrery.ttl"
TEXT = """@base <https://w3id.org/mir/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix mir: <https://w3id.org/mir/ns#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

<cases/orrery>
    a mir:Layout ;
    rdfs:label "Orrery"@en ;
    dcterms:conformsTo <identify#orrery> ;
    dcterms:source <https://example.org/orrery> ;
    dcterms:tableOfContents "orbits.{0-8}.gear: bias [64], weight [64, 64]", "sun.weight [64, 4]" ;
    mir:confidence <vocab/confidence/derived> ;
    mir:layoutMd5 "8a488c4ee6cb566a781e9db6aced577c" .

<cases/orrery-xl>
    a mir:Layout ;
    rdfs:label "Orrery XL"@en ;
    dcterms:conformsTo <identify#orrery-moons> ;
    dcterms:source <https://example.org/orrery> ;
    dcterms:tableOfContents "moons.weight [64, 9]", "orbits.{0-8}.gear.weight [128, 128]", "sun.weight [128, 4]" ;
    mir:confidence <vocab/confidence/derived> .

<identify#orrery>
    a mir:Signature ;
    rdfs:label "Orrery"@en ;
    dcterms:source <https://example.org/orrery> ;
    mir:networkOf <model/unet/orrery/base> ;
    mir:requires "orbits.{i}.gear.weight x 9", "sun.weight [64, 4]" ;
    mir:role "diffusion" .

<identify#orrery-moons>
    a mir:Signature ;
    rdfs:label "Orrery XL with moons"@en ;
    dcterms:source <https://example.org/orrery> ;
    mir:networkOf <model/unet/orrery/xl> ;
    mir:requires "moons.weight", "sun.weight [128, 4]" ;
    mir:role "diffusion" ;
    prov:specializationOf <identify#orrery-xl> .

<identify#orrery-xl>
    a mir:Signature ;
    rdfs:label "Orrery XL"@en ;
    dcterms:source <https://example.org/orrery> ;
    mir:networkOf <model/unet/orrery/xl> ;
    mir:requires "orbits.{i}.gear.weight x 9", "sun.weight [128, 4]" ;
    mir:role "diffusion" .

<cases/orrery-xl-plain>
    a mir:Layout ;
    rdfs:label "Orrery XL"@en ;
    dcterms:conformsTo <identify#orrery-xl> ;
    dcterms:source <https://example.org/orrery> ;
    dcterms:tableOfContents "orbits.{0-8}.gear.weight [128, 128]", "sun.weight [128, 4]" ;
    mir:confidence <vocab/confidence/inferred> .
"""


class Break(NamedTuple):
    """An edit, the code of the finding it makes, text of the line that it names, and words of its message."""

    code: str
    old: str
    new: str
    at: str
    words: str


BREAKS = [
    Break(
        code="signature:condition",
        old='"orbits.{i}.gear.weight x 9", "sun.weight [64, 4]"',
        new='"orbits.{i}.gear.weight x nine"',
        at="x nine",
        words="<orrery> is no signature: this is no dimension: nine; docs/identification.md lists",
    ),
    Break(
        code="signature:condition",
        old='"orbits.{i}.gear.weight x 9", "sun.weight [64, 4]"',
        new='"not moons.weight"',
        at="not moons.weight",
        words="it needs a name, a shape or blocks that must be there",
    ),
    Break(
        code="signature:layout",
        old="orbits.{0-8}.gear: bias [64]",
        new="orbits.{8-x}.gear: bias [64]",
        at="tableOfContents",
        words="the layout cannot be read: this is no name of tensors: orbits.{8-x}.gear",
    ),
    Break(
        code="signature:layout",
        old="bias [64], weight [64, 64]",
        new="bias [65], weight [64, 64]",
        at="mir:layoutMd5",
        words="its tensors have the digest",
    ),
    Break(
        code="signature:case",
        old="    dcterms:conformsTo <identify#orrery-xl> ;\n    dcterms:source <https://example.org/orrery> ;\n"
        '    dcterms:tableOfContents "orbits.{0-8}.gear.weight [128, 128]", "sun',
        new="    dcterms:source <https://example.org/orrery> ;\n"
        '    dcterms:tableOfContents "orbits.{0-7}.gear.weight [128, 128]", "sun',
        at="a mir:Signature",
        words="no case proves this signature: add one that conforms to it, as mirld signature draft FILE writes it",
    ),
    Break(
        code="signature:missed",
        old='x 9", "sun.weight [64, 4]"',
        new='x 8", "sun.weight [64, 4]"',
        at="dcterms:conformsTo <identify#orrery> ",
        words="orrery does not hold of its case orrery: orbits.{i}.gear.weight x 8 is asked, 9 is there; mend",
    ),
    Break(
        code="signature:overlap",
        old='x 9", "sun.weight [128, 4]"',
        new='x 9", "sun.weight [64|128, 4]"',
        at="mir:requires",
        words="orrery and orrery-xl both hold of orrery",
    ),
    Break(
        code="signature:claimed",
        old="    dcterms:conformsTo <identify#orrery-moons> ;\n",
        new="",
        at="a mir:Layout",
        words="orrery-moons holds of it as well, and it is not said to conform to that",
    ),
    Break(
        code="signature:overlap",
        old="    prov:specializationOf <identify#orrery-xl> .",
        new="    prov:specializationOf <identify#orrery> .",
        at="mir:requires",
        words="orrery-moons and orrery-xl both hold of orrery-xl: say in the narrower that it is a case of the wider",
    ),
]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = make_checked_registry(tmp_path / "r")
    (made / NAME).parent.mkdir()
    (made / NAME).write_text(TEXT, encoding="utf-8")
    return made


def proofs_of(report: Report) -> list[Finding]:
    return [found for found in report.findings if found.code.startswith("signature:")]


def test_signatures_that_are_proved_conform(root: Path) -> None:
    """A case of the narrower is one of the wider as well; nothing has to say so."""
    assert proofs_of(check_everything(Corpus.scan(root), None)) == []


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: f"{broken.code}-{broken.new[:20]}")
def test_what_breaks_a_proof_is_found_where_it_stands(root: Path, tmp_path: Path, broken: Break) -> None:
    """By a check of everything, and by one of the change alone; mended, nothing is left of it."""
    cache = tmp_path / "state"
    check_everything(Corpus.scan(root), cache)
    edit(root, NAME, broken.old, broken.new)
    found = proofs_of(check_everything(Corpus.scan(root), None))
    (first,) = [each for each in found if broken.words in each.message]
    assert (first.code, first.severity, first.file) == (broken.code, "violation", NAME)
    assert first.line is not None
    assert broken.at in (root / NAME).read_text(encoding="utf-8").splitlines()[first.line - 1]
    changed = check_changed(Corpus.scan(root), cache)
    assert proofs_of(changed) == found
    assert changed.checked < 20
    (root / NAME).write_text(TEXT, encoding="utf-8")
    assert proofs_of(check_changed(Corpus.scan(root), cache)) == []


def test_lines_that_move_are_found_where_they_stand_now(root: Path, tmp_path: Path) -> None:
    """A finding that stays keeps its place in the file, though nothing is said anew."""
    cache = tmp_path / "state"
    edit(root, NAME, 'x 9", "sun.weight [64, 4]"', 'x 8", "sun.weight [64, 4]"')
    (before,) = proofs_of(check_everything(Corpus.scan(root), cache))
    path = root / NAME
    path.write_text(
        path.read_text(encoding="utf-8").replace("\n<cases/orrery>", "\n\n\n<cases/orrery>"), encoding="utf-8"
    )
    (after,) = proofs_of(check_changed(Corpus.scan(root), cache))
    assert before.line is not None
    assert after.line == before.line + 2
