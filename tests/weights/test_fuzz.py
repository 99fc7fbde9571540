"""Wrong files of every kind; bench/fuzz_weights.py throws many more."""

from __future__ import annotations

import collections
from pathlib import Path

from tests.weights.fuzzing import attempt, inputs, seeds

from mirld.errors import WeightError
from mirld.weights import FORMATS, safetensors
from mirld.weights.source import Source


def test_a_wrong_file_is_read_or_refused(tmp_path: Path) -> None:
    """No other exception than WeightError comes out, and none takes long; some are read and most are not."""
    outcomes: collections.Counter[str] = collections.Counter()
    for data in inputs(3_000, 1):
        outcome, seconds = attempt(data, tmp_path)
        assert seconds < 1
        outcomes[outcome] += 1
    read = sum(count for outcome, count in outcomes.items() if outcome in FORMATS)
    assert 100 < read < 1_500
    assert len(outcomes) > 20


def test_the_quick_way_takes_nothing_that_the_other_refuses() -> None:
    """A wrong header that is taken apart in columns is one that is read tensor by tensor, with the same outcome."""
    taken = 0
    for data in inputs(20_000, 2, ["safetensors"]):
        text = data[8:].partition(b"}}")[0].decode("latin-1") + "}}"
        source = Source.of_bytes(data)
        try:
            found = safetensors._columns(source, text, 1)
        except WeightError:
            continue
        if found is not None:
            taken += 1
            assert found[:7] == safetensors.HeaderReader(source, text).read()[:7]
    assert taken > 300


def test_every_seed_is_sound(tmp_path: Path) -> None:
    """Else its mutations would all fail at one place; pickles stand for themselves, and no file is none."""
    for kind, found in seeds().items():
        if kind not in ("pickle", "other"):
            assert {attempt(data, tmp_path)[0] for data in found} <= set(FORMATS), kind
