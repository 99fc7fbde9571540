"""How long a check takes: of the carried registry and of one of 10,000 entries, all of it and one changed entry.

    python bench/check.py [--entries 10000] [--rounds 5] [--folder TMP] [--json]

Whole processes, as a user runs them. Beside them, in this process: pySHACL over the same graph with nothing compiled in
between, whose report must be the same.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from mirld.check.shacl import run_pyshacl, validate
from mirld.check.shapes import Shapes
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from registries import make_registry

CHANGED = "data/curated/lora/hyper.ttl"


def timed(arguments: list[str], cache: Path) -> tuple[float, float]:
    """Run `mirld` and return seconds and the peak memory of the process in MB."""
    command = [sys.executable, "-m", "mirld", *arguments]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024


def edit(root: Path, number: int, wrong: bool) -> None:
    """Change the label of one entry, soundly or not."""
    path = root / CHANGED
    lines = path.read_text(encoding="utf-8").split("\n")
    at = next(index for index, line in enumerate(lines) if line.startswith("    rdfs:label "))
    lines[at] = f'    rdfs:label "Hyper {number}"{"" if wrong else "@en"} ;'
    path.write_text("\n".join(lines), encoding="utf-8")


def measure(root: Path, rounds: int, cache: Path) -> dict[str, dict[str, float]]:
    """Measure every way to check one registry."""
    check = ["--root", str(root), "check"]
    runs: dict[str, list[tuple[float, float]]] = {"everything": [], "nothing changed": [], "one entry changed": []}
    runs["one entry changed, wrong"] = []
    for number in range(rounds):
        edit(root, 2 * number, wrong=False)
        runs["everything"].append(timed(check, cache))
        runs["nothing changed"].append(timed([*check, "--changed"], cache))
        edit(root, 2 * number + 1, wrong=False)
        runs["one entry changed"].append(timed([*check, "--changed"], cache))
        edit(root, 2 * number + 1, wrong=True)
        runs["one entry changed, wrong"].append(timed([*check, "--changed"], cache))
    found = {}
    for name, times in runs.items():
        seconds = [run[0] for run in times]
        found[name] = {
            "median": statistics.median(seconds),
            "min": min(seconds),
            "max": max(seconds),
            "memory": max(run[1] for run in times),
        }
    edit(root, 0, wrong=False)
    return found


def beside_pyshacl(root: Path) -> dict[str, float]:
    """Time the shapes alone, compiled and by pySHACL over everything; the reports must be equal."""
    dataset = load(Corpus.scan(root))
    shapes = Shapes.read(root / "shapes")
    started = time.perf_counter()
    ours = validate(dataset.view, shapes)
    between = time.perf_counter()
    theirs = run_pyshacl(dataset.view, shapes)
    ended = time.perf_counter()
    if ours != theirs:
        raise SystemExit("the compiled shapes and pySHACL do not report the same")
    return {"triples": len(dataset.view), "compiled": between - started, "pyshacl": ended - between}


def main() -> None:
    """Run the benchmark and print a Markdown table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where to write, such as a folder in memory")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    document = []
    with tempfile.TemporaryDirectory(dir=told.folder, prefix="mirld-bench-") as name:
        for entries in (0, told.entries):
            root = Path(name) / f"registry-{entries}"
            root.mkdir()
            count = make_registry(root, entries, alike=entries > 0)
            document.append(
                {
                    "entries": count,
                    "checks": measure(root, told.rounds, Path(name) / "cache"),
                    "shapes": beside_pyshacl(root),
                }
            )
    if told.json:
        print(json.dumps({"cores": os.cpu_count(), "registries": document}, indent=2))
        return
    print("| entries | `mirld check` of | seconds (median) | range | peak memory, MB |")
    print("|---|---|---|---|---|")
    for found in document:
        for label, run in found["checks"].items():
            print(
                f"| {found['entries']:,} | {label} | {run['median']:.2f} | {run['min']:.2f} to {run['max']:.2f} "
                f"| {run['memory']:.0f} |"
            )
    print("\n| entries | triples | shapes, compiled | shapes, pySHACL alone, same report |")
    print("|---|---|---|---|")
    for found in document:
        shapes = found["shapes"]
        print(
            f"| {found['entries']:,} | {shapes['triples']:,} | {shapes['compiled']:.2f} s | {shapes['pyshacl']:.1f} s |"
        )


if __name__ == "__main__":
    main()
