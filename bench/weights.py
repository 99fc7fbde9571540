"""How long reading a header takes, against reading and json-parsing it; signatures, import and memory.

    python bench/weights.py [--rounds 60]

The files are of 100, 1,000 and 10,000 tensors named and shaped like those of a transformer: as writers write them, with
the separators of Python's json, with metadata in front, in another order than the data, and indented. The least of the
rounds is given.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mirld.weights import read
from mirld.weights.signature import Blocks, Index, Key, Not, Shaped, Signature, Variable

LIMIT = 1.3
"""How many times the time of reading and parsing a reader may take."""

PARTS = (
    ("attn.to_q.weight", "BF16", [3072, 3072]),
    ("attn.to_q.bias", "BF16", [3072]),
    ("attn.norm_q.weight", "F32", [128]),
    ("ff.net.0.proj.weight", "BF16", [12288, 3072]),
    ("ff.net.2.bias", "BF16", [3072]),
)
WIDTHS = {"BF16": 2, "F32": 4}


def table(count: int) -> dict[str, object]:
    """Make the header of so many tensors."""
    found: dict[str, object] = {}
    end = 0
    for number in range(count):
        part, dtype, shape = PARTS[number % len(PARTS)]
        size = WIDTHS[dtype]
        for length in shape:
            size *= length
        name = f"transformer_blocks.{number // len(PARTS)}.{part}"
        found[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + size]}
        end += size
    return found


def write(path: Path, text: str, tensors: dict[str, object]) -> None:
    """Write a file whose data is a hole, so that ten gigabytes take no room."""
    raw = text.encode()
    raw += b" " * (-len(raw) % 8)
    size = max(tensor["data_offsets"][1] for tensor in tensors.values())  # type: ignore[index]
    with path.open("wb") as file:
        file.write(len(raw).to_bytes(8, "little") + raw)
        file.truncate(8 + len(raw) + size)


def parse(path: Path) -> object:
    """Read the header and parse it as JSON, and prove nothing."""
    with path.open("rb") as file:
        return json.loads(file.read(int.from_bytes(file.read(8), "little")))


def least(work: Callable[[], object], rounds: int) -> float:
    """Return the least milliseconds of so many rounds."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found) * 1000


def least_of_both(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the least milliseconds of two pieces of work that take turns, since a machine has other work."""
    pairs = [(least(first, 1), least(second, 1)) for _ in range(rounds)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)


def shuffled(tensors: dict[str, object]) -> dict[str, object]:
    """Put tensors in another order than that of their data."""
    names = list(tensors)
    random.Random(0).shuffle(names)  # noqa: S311 - the same order in every run
    return {name: tensors[name] for name in names}


def cold() -> tuple[float, float]:
    """Return the milliseconds and the megabytes of an import alone, less those of Python."""
    code = "import time; s = time.perf_counter(); {}print(time.perf_counter() - s)"
    code += "; print(open('/proc/self/status').read())"
    figures = []
    for statement in ("import mirld.weights; ", ""):
        rounds = []
        for _ in range(5):
            done = subprocess.run(
                [sys.executable, "-c", code.format(statement)], capture_output=True, text=True, check=True
            )
            peak = next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("VmHWM"))
            rounds.append((float(done.stdout.split(maxsplit=1)[0]) * 1000, int(peak) / 1024))
        figures.append(min(rounds))
    return figures[0][0], figures[0][1]


def matching(path: Path, count: int, rounds: int) -> float:
    """Return the milliseconds in which so many signatures, one of which is true, are held against a header."""
    name = "transformer_blocks.{i}.attn.to_q.weight"
    others = [
        Signature(
            identifies=f"other-{number}",
            conditions=(Key(f"blocks_{number}.{{i}}.weight"), Blocks(name, range(number)), Not(Key("x"))),
        )
        for number in range(1, count)
    ]
    one = Signature(
        identifies="one", conditions=(Shaped(name, (Variable("h"), Variable("h"))), Blocks(name, range(999)))
    )
    index = Index([one, *others])
    tensors = read(path).tensors
    if [match.signature.identifies for match in index.matches(tensors)] != ["one"]:
        raise SystemExit("the signature that is true was not found alone")
    return least(lambda: index.matches(tensors), rounds)


def main() -> int:
    """Print the tables; end with 1 when a file that writers write takes longer than the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60)
    given = parser.parse_args()
    worst = 0.0
    print(f"{'tensors':>8}  {'written':<24} {'KiB':>6} {'json ms':>8} {'read ms':>8} {'times':>6}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        for count in (100, 1_000, 10_000):
            tensors = table(count)
            forms = {
                "compact": json.dumps(tensors, separators=(",", ":")),
                "spaced": json.dumps(tensors),
                "metadata in front": json.dumps({"__metadata__": {"format": "pt"}, **tensors}, separators=(",", ":")),
                "another order": json.dumps(shuffled(tensors), separators=(",", ":")),
                "indented": json.dumps(tensors, indent=1),
            }
            for form, text in forms.items():
                write(path, text, tensors)
                rounds = max(25, given.rounds * 1_000 // (count + 900))
                base, ours = least_of_both(lambda: parse(path), lambda: read(path), rounds)
                if form in ("compact", "spaced", "metadata in front"):
                    worst = max(worst, ours / base)
                size = len(text) / 1024
                print(f"{count:8,}  {form:<24} {size:6.0f} {base:8.3f} {ours:8.3f} {ours / base:6.2f}")
        tensors = table(2_500)
        write(path, json.dumps(tensors, separators=(",", ":")), tensors)
        few, many = matching(path, 200, given.rounds), matching(path, 2_000, given.rounds)
        print(
            f"200 signatures against 2,500 tensors {few:.3f} ms, 2,000 signatures {many:.3f} ms: {many / few:.2f} times"
        )
    milliseconds, megabytes = cold()
    print(f"import {milliseconds:.0f} ms, a process with it {megabytes:.0f} MB")
    print(f"worst of what writers write: {worst:.2f} times, limit {LIMIT}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
