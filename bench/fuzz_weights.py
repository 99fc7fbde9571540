"""Throws wrong files at every reader of weights: no crash, no hang, no growth.

    python bench/fuzz_weights.py [--inputs 200000] [--seed 0] [--keep FOLDER]

Prints what came of the inputs, the slowest, and the memory it took. An input that does what it must not is kept in a
folder, and the command ends with 1.
"""

from __future__ import annotations

import argparse
import collections
import hashlib
import resource
import sys
import tempfile
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.weights.fuzzing import attempt, inputs

LIMIT = 1.0
"""Seconds of processor time that an input may take."""


def memory() -> float:
    """Return the most memory the process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Run the inputs and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    given = parser.parse_args()
    outcomes: collections.Counter[str] = collections.Counter()
    slowest, faults, early = 0.0, 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number, data in enumerate(inputs(given.inputs, given.seed)):
            try:
                outcome, seconds = attempt(data, Path(folder))
            except Exception:
                traceback.print_exc()
                outcome, seconds = "crash", 0.0
            if outcome == "crash" or seconds > LIMIT:
                faults += 1
                given.keep.mkdir(exist_ok=True)
                (given.keep / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            outcomes[outcome] += 1
            slowest = max(slowest, seconds)
            if number == given.inputs // 10:
                early = memory()
    for outcome, count in outcomes.most_common():
        print(f"{count:9,}  {outcome}")
    print(f"{given.inputs:,} inputs, {faults} faults, slowest {slowest * 1000:.1f} ms")
    print(f"memory {memory():.0f} MB at most, {early:.0f} MB after a tenth")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
