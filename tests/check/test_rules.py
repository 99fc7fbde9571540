"""Every rule that SHACL core cannot say: one edit of a sound registry that breaks it, and what is said of that."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.registries import edit, make_checked_registry

from mirld.check import ledger, lint, parameters
from mirld.check.findings import Report
from mirld.check.run import check
from mirld.check.shapes import Shapes
from mirld.graph.corpus import Corpus
from mirld.graph.load import load

ORRERY = "data/curated/unet/orrery.ttl"
SWIFT = "data/curated/lora/swift.ttl"
RECORDS = "data/ledger/mirld.ttl"
OLD = "data/ledger/elsewhere.ttl"
LIST = "data/harvested/elsewhere/unet.ttl"


def report(root: Path, *overlays: Path) -> Report:
    corpus = Corpus.scan(root, overlays=overlays)
    return check(corpus, load(corpus), Shapes.read(root / "shapes"))


class Break(NamedTuple):
    """An edit, the code and the place of the one finding it makes, and words of its message."""

    code: str
    file: str
    old: str
    new: str
    at: str
    """Text of the line that the finding names, in `place` or else in `file`."""
    words: str
    place: str | None = None


BREAKS = [
    Break(
        code="lint:dangling",
        file=ORRERY,
        old="<https://spdx.org/licenses/Apache-2.0>",
        new="<licence/of-the-makers-words-alone>",
        at="<licence/of-the-makers-words-alone>",
        words="nothing describes <licence/of-the-makers-words-alone>: describe it, or leave the link out",
    ),
    Break(
        code="mirs:Adapter-adapterFor",
        file=SWIFT,
        old="adapterFor <info/unet/orrery>",
        new="adapterFor <info/unet/orery>",
        at="adapterFor <info/unet/orery>",
        words="; did you mean <info/unet/orrery>?",
    ),
    Break(
        code="lint:term",
        file=ORRERY,
        old="mir:paper <",
        new="mir:papre <",
        at="mir:papre <",
        words="mir:papre is no term of this registry: did you mean mir:paper?",
    ),
    Break(
        code="lint:term",
        file=ORRERY,
        old="dcterms:license <",
        new="dcterms:licence <",
        at="dcterms:licence <",
        words="dcterms:licence is no term of this registry: did you mean dcterms:license?",
    ),
    Break(
        code="lint:term",
        file=SWIFT,
        old="mir:supports mir:adapterFor",
        new="mir:supports mir:adapterFor, mir:adaptorFor",
        at="mir:adaptorFor",
        words="mir:adaptorFor is no term",
    ),
    Break(
        code="lint:part",
        file=ORRERY,
        old="    mir:repository <model/unet/orrery/small#repo-hf-clockworks-orrery-small> .",
        new='    mir:taskClass "A" .',
        at="a mir:Repository",
        words="write mir:repository <model/unet/orrery/small#repo-hf-clockworks-orrery-small> in <model/unet/",
    ),
    Break(
        code="lint:support",
        file=ORRERY,
        old="mir:supports dcterms:license, mir:paper",
        new="mir:supports dcterms:license",
        at="mir:paper",
        words="no evidence supports mir:paper",
    ),
    Break(
        code="ledger:lost",
        file=RECORDS,
        old="<info/lora/swift>",
        new="<info/lora/swallow>",
        at="mir:state",
        words="a name is never lost",
    ),
    Break(
        code="ledger:unrecorded",
        file=RECORDS,
        old="<info/lora/swift>",
        new="<info/lora/swallow>",
        at="a mir:Info",
        words="run mirld check --record",
        place=SWIFT,
    ),
    Break(
        code="ledger:double",
        file=OLD,
        old='"info.unet.orreries"',
        new='"info.unet.orrery-xl"',
        at="orrery-xl",
        words="has a record already, <ledger/info.unet.orreries>",
    ),
    Break(
        code="ledger:reused",
        file=OLD,
        old='"info.unet.orreries"',
        new='"mir:model.unet.orrery:base"',
        at="mir:model.unet.orrery:base",
        words="once meant something else",
    ),
    Break(
        code="ledger:target",
        file=OLD,
        old="    dcterms:isReplacedBy <model/unet/orrery/xl> ;\n",
        new="",
        at="vocab/state/alias",
        words="names the one entry",
    ),
    Break(
        code="ledger:target",
        file=OLD,
        old='    mir:reason "It never named anything."@en ;\n',
        new="",
        at="vocab/state/withdrawn",
        words="a mir:reason says why",
    ),
    Break(code="lint:form", file=LIST, old="    a mir:Info ;", new="    a mir:Info;", at="", words="run mirld fmt"),
    Break(
        code="lint:form",
        file=LIST,
        old="    a mir:Info ;",
        new="    a mir:Info ; # the series",
        at="# the series",
        words="say it as rdfs:comment",
    ),
    Break(
        code="lint:cycle",
        file=LIST,
        old='rdfs:label "orrery-base"@en',
        new='rdfs:label "orrery-base"@en ; mir:fineTunedFrom <model/unet/orrery/xl>',
        at="mir:fineTunedFrom <model/unet/orrery/xl>",
        words="base → xl → base",
    ),
    Break(
        code="mirs:Entry-label",
        file=SWIFT,
        old='"Swift"@en',
        new='"Swift"',
        at='"Swift"',
        words="The label is missing, without a language",
    ),
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: f"{broken.code}-{broken.new[:20]}")
def test_what_breaks_a_rule_is_found_where_it_stands(tmp_path: Path, broken: Break) -> None:
    """The finding has the code, the file, the line and a message that says how to mend it."""
    root = make_checked_registry(tmp_path / "r")
    edit(root, broken.file, broken.old, broken.new)
    found = [finding for finding in report(root).findings if finding.code == broken.code]
    assert len(found) == 1, [str(finding) for finding in report(root).findings]
    place = broken.place or broken.file
    assert found[0].file == place
    assert broken.words in found[0].message
    if broken.at:
        assert found[0].line is not None
        assert broken.at in (root / place).read_text(encoding="utf-8").splitlines()[found[0].line - 1]


def test_a_sound_registry_conforms(tmp_path: Path) -> None:
    """Nothing is said of it but where two sources differ."""
    found = report(make_checked_registry(tmp_path / "r"))
    assert found.conforms
    assert {finding.code for finding in found.findings} == {"lint:outvoted"}


def test_an_entry_in_the_file_of_another_series_is_found(tmp_path: Path) -> None:
    """One file a series, so that whoever looks for it finds it."""
    root = make_checked_registry(tmp_path / "r")
    (root / SWIFT).rename(root / "data/curated/lora/swallow.ttl")
    found = [finding for finding in report(root).findings if finding.code == "lint:file"]
    assert {finding.subject for finding in found} == {
        "https://w3id.org/mir/info/lora/swift",
        "https://w3id.org/mir/model/lora/swift/orrery",
    }
    assert all("move the entry to …/lora/swift.ttl" in finding.message for finding in found)


def test_a_name_that_is_no_id_is_found(tmp_path: Path) -> None:
    """The IRI of an entry is that of an id."""
    root = make_checked_registry(tmp_path / "r")
    path = root / SWIFT
    path.write_text(path.read_text(encoding="utf-8").replace("model/lora/swift/orrery", "model/lora/swift/Orrery"))
    assert any(
        finding.code == "lint:id" and "'O' at" in finding.message and finding.file == SWIFT
        for finding in report(root).findings
    )


DEV = """@base <https://w3id.org/mir/> .
@prefix mir: <https://w3id.org/mir/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

<dev/lora/swift/mine>
    a mir:Development ;
    rdfs:label "Mine"@en .
"""


def test_a_development_entry_is_kept_out_of_the_registry_and_welcome_in_an_overlay(tmp_path: Path) -> None:
    """An overlay needs no source of its own, no evidence and no record of its names."""
    root = make_checked_registry(tmp_path / "r")
    overlay = tmp_path / "mine.ttl"
    overlay.write_text(DEV)
    assert [finding for finding in report(root, overlay).findings if finding.file == "mine.ttl"] == []
    (root / "data/curated/lora/swift.ttl").write_text((root / SWIFT).read_text() + "\n" + DEV)
    assert "lint:published" in {finding.code for finding in report(root).findings}


def test_a_registry_that_lost_a_name_is_found_out_by_an_earlier_one(tmp_path: Path) -> None:
    """Entries and records alike: whatever was on record stays so."""
    before = make_checked_registry(tmp_path / "before")
    now = make_checked_registry(tmp_path / "now")
    (now / SWIFT).unlink()
    records = (now / RECORDS).read_text(encoding="utf-8").split("\n\n")
    (now / RECORDS).write_text("\n\n".join(block for block in records if "swift" not in block))
    old = (now / OLD).read_text(encoding="utf-8").split("\n\n")
    (now / OLD).write_text("\n\n".join(block for block in old if "orreries" not in block))
    earlier, later = (load(Corpus.scan(root)) for root in (before, now))
    said = [re.split(" was ", problem.message)[0] for problem in ledger.missing(earlier, later)]
    assert said == ["info.unet.orreries", "mir:info.lora.swift", "mir:model.lora.swift:orrery"]
    assert list(ledger.missing(earlier, earlier)) == []


def test_recording_names_adds_and_never_changes(tmp_path: Path) -> None:
    """A new name gets the day it is recorded; a name that is there keeps its own, with its entry or without."""
    root = make_checked_registry(tmp_path / "r")
    before = (root / RECORDS).read_bytes()
    assert ledger.record_names(load(Corpus.scan(root)), "2030-01-01") == before
    (root / SWIFT).unlink()
    edit(
        root,
        ORRERY,
        "<info/unet/orrery>\n",
        '<info/unet/planetarium>\n    a mir:Info ;\n    rdfs:label "P"@en .\n\n<info/unet/orrery>\n',
    )
    after = ledger.record_names(load(Corpus.scan(root)), "2030-01-01").decode()
    new = '<info/unet/planetarium>\n    mir:firstSeen "2030-01-01"^^xsd:date ;\n    mir:state <vocab/state/current> .\n'
    assert "".join(after.split(new + "\n")).encode() == before
    assert new in after


def rules_named(module: object, start: str) -> set[str]:
    return set(re.findall(rf"{start}:\w+", getattr(module, "__doc__", "")))


@pytest.mark.parametrize(("module", "start"), [(lint, "lint"), (ledger, "ledger"), (parameters, "lint")])
def test_every_rule_has_a_test_that_breaks_it(module: Callable[..., object], start: str) -> None:
    """What the module says there is, this file breaks, or those on the boundary of models and on parameters."""
    files = ("rules", "boundary", "parameters")
    here = "".join(Path(__file__).with_name(f"test_{name}.py").read_text("utf-8") for name in files)
    tested = set(re.findall(rf"{start}:\w+", here)) | {"ledger:missing"} - {f"{start}:x"}
    assert rules_named(module, start) <= tested
