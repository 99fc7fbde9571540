"""How complete a registry is, counted on one that is small enough to count by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SMALL, copy_small
from tests.registries import edit

from mirld.cli import condition
from mirld.cli.condition import write_health
from mirld.cli.table import width_of
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset
from mirld.graph.load import load
from mirld.lookup.health import COVERED, DIGESTS, FACTS, LAYOUT_DIGESTS, Coverage, Health, SourceHealth, health
from mirld.lookup.lineage import RELATIONS
from mirld.registry import read_registry
from mirld.vocab import DEFAULT_BASE, DIGEST_PROPERTIES, MIR

ROOT = Path(__file__).resolve().parents[2]


def counted(dataset: Dataset) -> Health:
    return health(dataset, read_registry(dataset))


@pytest.fixture(scope="module")
def small() -> Health:
    return counted(load(Corpus.scan(SMALL)))


def source(found: Health, name: str) -> SourceHealth:
    return next(each for each in found.sources if each.source.iri.endswith(f"/source/{name}"))


def test_a_source_is_counted_by_what_its_own_files_state(small: Health) -> None:
    """Entries by domain, those that it alone describes, and how often it states what; its own licence is none of it."""
    elsewhere, curated = source(small, "elsewhere"), source(small, "curated")
    assert (elsewhere.entries, elsewhere.alone) == ({"model": 1}, 0)
    assert {name: count for name, count in elsewhere.facts.items() if count} == {
        "repositories": 1,
        "files": 1,
        "licences": 1,
        "parameter counts": 1,
        "aliases": 2,
        "sha256 of files": 1,
    }
    assert (curated.total, curated.alone) == (7, 6)
    assert (curated.facts["settings"], curated.facts["example repositories"]) == (2, 2)
    assert source(small, "ledger").total == 0


def test_what_a_source_never_states_is_named(small: Health) -> None:
    """All that is counted and is not there, in one order."""
    for each in small.sources:
        assert list(each.facts) == [*FACTS, *DIGESTS]
        assert [name for name in each.facts if not each.facts[name]] == list(each.empty)
    assert "papers" in source(small, "elsewhere").empty
    assert "papers" not in source(small, "curated").empty


def test_agreement_and_disagreement_are_counted_on_both_sides(small: Health) -> None:
    """Licence, digest, repository and a part of the names of tensors agree; a count and a label do not."""
    assert small.confirmed == {2: 4}
    assert (small.outvoted, small.reworded) == (1, 1)
    assert [(each.confirmed, each.outvoted, each.reworded) for each in small.sources] == [
        (4, 0, 0),
        (4, 1, 1),
        (0, 0, 0),
    ]


def test_findings_are_counted_by_problem(small: Health) -> None:
    """And the source with most of them is the first to look into."""
    assert source(small, "elsewhere").findings == {"malformed-digest": 1}
    assert [each.source.iri.rpartition("/")[2] for each in small.faulty()] == ["elsewhere"]


def test_a_digest_of_two_files_is_counted_once(small: Health) -> None:
    """Two layouts of the small registry share theirs."""
    assert small.digests == {"sha256 of files": 1, "other digests of files": 0, "layout digests": 1}


def test_every_kind_of_digest_is_counted_as_one_of_files_or_of_layouts(tmp_path: Path) -> None:
    """What the vocabulary has no group for would be left out of the figures."""
    root = copy_small(tmp_path / "registry")
    added = "".join(
        f"\n<model/unet/orrery/base#{'layout' if name in LAYOUT_DIGESTS else 'file'}-{number}>"
        f' <{name}> "{number:064x}" .\n'
        for number, name in enumerate(DIGEST_PROPERTIES, start=1)
    )
    (root / "data/curated/unet/digests.ttl").write_text(f"@base <{DEFAULT_BASE}> .\n{added}", encoding="utf-8")
    found = counted(load(Corpus.scan(root)))
    layouts = {"layer256", "layerBlake3", "layoutFingerprint", "layoutMd5"}
    assert {name.rpartition("#")[2] for name in LAYOUT_DIGESTS} == layouts
    assert found.digests == {
        "sha256 of files": 2,
        "other digests of files": len(DIGEST_PROPERTIES) - len(layouts) - 1,
        "layout digests": 1 + len(layouts),
    }


def test_relations_between_entries_are_counted(tmp_path: Path) -> None:
    """A part and its whole once, whichever states it; a role that names a class alone is one that lacks its link."""
    root = copy_small(tmp_path / "registry")
    edit(
        root,
        "data/curated/unet/orrery.ttl",
        "    mir:fineTunedFrom <",
        "    mir:mergedFrom <model/lora/swift/orrery> ;\n    mir:fineTunedFrom <",
    )
    (root / "data/curated/unet/parts.ttl").write_text(
        f"@base <{DEFAULT_BASE}> .\n@prefix mir: <{MIR}> .\n"
        """
<model/unet/orrery/base> mir:component <model/unet/orrery/base#component-text-encoder> .
<model/unet/orrery/base#component-text-encoder> a mir:Component ;
    mir:role "text_encoder" ; mir:entry <model/lora/swift/orrery> .
<model/lora/swift/orrery> mir:compatibility <model/lora/swift/orrery#compatibility-part> .
<model/lora/swift/orrery#compatibility-part> a mir:Compatibility ; mir:subject <model/lora/swift/orrery> ;
    mir:object <model/unet/orrery/base> ; mir:kind <vocab/compatibility/component-of> ;
    mir:verdict <vocab/verdict/fits> .
""",
        encoding="utf-8",
    )
    found = {each.name: (each.entries, each.links, each.unlinked) for each in counted(load(Corpus.scan(root))).lineage}
    assert list(found) == list(RELATIONS)
    assert {name: counts for name, counts in found.items() if any(counts)} == {
        "base model": (1, 1, 0),
        "merged from": (1, 1, 0),
        "adapter for": (1, 1, 0),
        "component of": (2, 2, 0),
        "needs encoder": (1, 1, 0),
        "needs VAE": (0, 0, 1),
        "scheduler default": (1, 1, 0),
    }


def test_what_a_series_says_counts_for_its_models_where_it_can(small: Health) -> None:
    """The task is stated of the series; a digest is of one model, whatever its series has."""
    found = {each.name: (each.own, each.all, each.models) for each in small.coverage}
    assert found["task"] == (1, 2, 3)
    assert found["licence"] == (1, 1, 3)
    assert found["digest"] == (1, 1, 3)
    assert Coverage(name="task", own=1, all=2, models=4).share == 0.5
    assert Coverage(name="task", own=0, all=0, models=0).share == 0.0


def test_series_that_lack_most_come_first(small: Health) -> None:
    """With how many of their models do."""
    gaps = {name: [(gap.text, gap.missing, gap.models) for gap in found] for name, found in small.gaps.items()}
    assert list(gaps) == list(COVERED)
    assert gaps["licence"] == [("mir:info.lora.swift", 1, 1), ("mir:info.unet.orrery", 1, 2)]
    assert gaps["task"] == [("mir:info.lora.swift", 1, 1)]


def test_shares_and_sums_of_the_real_registry_fit_together(dataset: Dataset) -> None:
    """Nothing is counted twice or lost: entries by domain, sources of confirmed facts, conflicts, coverage and gaps."""
    found = counted(dataset)
    models = found.entries["model"]
    assert all(0 < each.own <= each.all <= each.models == models for each in found.coverage)
    assert sum(each.confirmed for each in found.sources) == sum(n * count for n, count in found.confirmed.items())
    assert sum(each.outvoted + each.reworded for each in found.sources) >= found.outvoted + found.reworded > 0
    assert all(each.alone <= each.total for each in found.sources)
    assert sum(sum(each.findings.values()) for each in found.sources) > 800
    for each in found.coverage:
        gaps = found.gaps[each.name]
        assert len(gaps) <= 20
        assert sum(gap.missing for gap in gaps) <= each.models - each.all
        assert [gap.missing for gap in gaps] == sorted((gap.missing for gap in gaps), reverse=True)


@pytest.mark.parametrize("width", [80, 100])
def test_a_report_keeps_to_the_terminal(dataset: Dataset, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    """No line is longer, and no source, no domain and no property is left out."""
    found = counted(dataset)
    monkeypatch.setattr(condition, "terminal_width", lambda: width)
    text = write_health(found)
    assert max(map(width_of, text.splitlines())) <= width
    for each in found.sources:
        assert f"\n{each.source.iri.rpartition('/')[2]}" in text
    assert all(f"\n{name} " in text for name in (*COVERED, *RELATIONS))


def test_an_empty_registry_has_a_report(tmp_path: Path) -> None:
    """Nothing is counted, and nothing is divided by it."""
    (tmp_path / "data").mkdir()
    (tmp_path / "ontology").mkdir()
    text = write_health(counted(load(Corpus.scan(tmp_path))))
    assert text.startswith("Registry\n0 entries\n")
    assert "0%" in text
