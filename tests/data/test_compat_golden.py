"""Whether entries of the real registry work together, against what was judged by hand and against another's classes."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mirld.lookup.compatibility import Verdict
from mirld.lookup.compatibility_asking import fit_of
from mirld.lookup.compatibility_kinds import Kinds
from mirld.lookup.compatibility_statements import Knowledge
from mirld.registry.place import open_index
from mirld.registry.values import Entry
from mirld.vocab import DEFAULT_BASE

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = json.loads((ROOT / "tests" / "data" / "golden" / "compat.json").read_text(encoding="utf-8"))
CLASSES = ROOT / "tests" / "data" / "golden" / "compat-classes.tsv"


@pytest.fixture(scope="module")
def known() -> Iterator[Knowledge]:
    with open_index(ROOT) as index:
        yield Knowledge(index)


def entry(known: Knowledge, text: str) -> Entry:
    found = known.entry(f"{DEFAULT_BASE}{text.removeprefix('mir:').replace('.', '/', 2).replace(':', '/')}")
    assert found is not None, f"{text} is no entry any more: judge the pair anew"
    return found


def test_every_pair_is_judged_as_by_hand(known: Knowledge) -> None:
    """No wrong yes, no wrong no, and unknown exactly where nobody says enough; whichever of the two comes first."""
    wrong = []
    for row in GOLDEN:
        one, other = entry(known, row["one"]), entry(known, row["other"])
        fits = (fit_of(known, one, other), fit_of(known, other, one))
        wrong += [f"{row['verdict']} since {row['reason']}, but {fit}" for fit in fits if fit.verdict != row["verdict"]]
    assert wrong == []


def test_the_pairs_are_many_and_of_every_verdict() -> None:
    """At least 120 in all, each once and with its reason; a tenth of them where the answer has to be unknown."""
    pairs = Counter(frozenset((row["one"], row["other"])) for row in GOLDEN)
    assert len(GOLDEN) >= 120
    assert max(pairs.values()) == 1
    assert all(row["reason"] for row in GOLDEN)
    counts = Counter(row["verdict"] for row in GOLDEN)
    assert counts["unknown"] > 30
    assert min(counts["yes"], counts["no"]) > 100


def test_every_verdict_names_who_says_so(known: Knowledge) -> None:
    """Whatever decides cites a page or the source that describes the entry, save that a release is of its series."""
    for row in GOLDEN:
        for fact in fit_of(known, entry(known, row["one"]), entry(known, row["other"])).evidence:
            assert fact.sources or fact.kind.iri.endswith("/release-of"), (row, fact)


def rows() -> Iterator[tuple[dict[str, str], dict[str, str], bool]]:
    """Pairs of SwarmUI's table of classes, with whether it puts both into one class or family.

    An adapter goes with models of its class, an autoencoder with those of its family, a network with its like.
    """
    with CLASSES.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file, delimiter="\t"))
    for one in read:
        for other in (row for row in read if row["sort"] == "model"):
            if one["sort"] == "adapter" or (one["sort"] == "model" and one["id"] < other["id"]):
                yield one, other, one["class"] == other["class"]
            if one["sort"] == "autoencoder" and other["vae family"]:
                yield one, other, one["vae family"] == other["vae family"]


def test_the_classes_of_another_tool_are_never_contradicted(known: Knowledge) -> None:
    """SwarmUI sorts models, adapters and autoencoders into classes; none of them was used to write a rule or a trait.

    Two of one class are never said not to fit, two of different classes never to fit. The share of unknown is bounded.
    """
    counts: Counter[tuple[bool, Verdict]] = Counter()
    wrong = []
    for one, other, is_one_class in rows():
        fit = fit_of(known, entry(known, one["id"]), entry(known, other["id"]))
        counts[is_one_class, fit.verdict] += 1
        if fit.verdict == ("no" if is_one_class else "yes"):
            wrong.append(f"{one['class'] or one['vae family']}, {other['class']}: {fit}")
    assert wrong == []
    total = sum(counts.values())
    assert total > 5_000
    assert counts[True, "yes"] / (counts[True, "yes"] + counts[True, "unknown"]) > 0.8
    assert (counts[True, "unknown"] + counts[False, "unknown"]) / total < 0.3


def test_every_kind_weighs_and_every_trait_follows_to_something(known: Knowledge) -> None:
    """A rank for each kind, a verdict for each trait; what is stated outweighs traits, and traits what is inherited."""
    kinds: Kinds = known.kinds
    tokens = [concept.iri.rpartition("/")[2] for concept in known.concepts()]
    assert len(tokens) > 20
    assert all(kinds[token].rank < 100 for token in tokens)
    stated = {"adapter-for", "component-of", "scheduler-for", "vae-for", "text-encoder-for", "control-for"}
    traits = [kind for above in (*stated, "same-architecture") for kind in kinds.traits(above)]
    assert len(traits) >= 9
    for trait in traits:
        assert all(kinds[token].rank < trait.rank < kinds[token].rank + kinds["release-of"].rank for token in stated)


def test_every_trait_of_the_registry_is_of_a_kind_that_decides(known: Knowledge) -> None:
    """No trait is stated that no question looks at."""
    with open_index(ROOT) as index:
        stated = {trait.kind.iri for each in index.entries() for trait in each.traits}
    assert stated
    assert all(known.kinds[iri.rpartition("/")[2]].is_trait for iri in stated)
