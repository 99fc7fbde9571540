"""How load, check and build grow with the registry: copies of the same entries, from 1,000 to 20,000.

    python bench/growth.py [--entries 1000 5000 20000] [--rounds 3] [--folder TMP] [--json]

Whole processes: reading all files and merging them, which is what a check and a build begin with, and, as a user runs
them, `mirld check` and `mirld build`, each with the peak memory of its largest process. What grows linearly takes the
same time an entry, whatever the number; the last column says how much more one takes than in the smallest registry.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from build import run_process

from registries import make_registry

_LOAD = """\
import sys
from pathlib import Path
from mirld.graph.corpus import Corpus
from mirld.graph.load import load

load(Corpus.scan(Path(sys.argv[1])))
"""


def measure(root: Path, rounds: int, folder: Path) -> dict[str, dict[str, float]]:
    """Time each command on one registry: medians of seconds, CPU seconds, and MB of the largest process."""
    mirld = [sys.executable, "-m", "mirld", "--root", str(root)]
    commands = {
        "load": [sys.executable, "-c", _LOAD, str(root)],
        "check": [*mirld, "check"],
        "build": [*mirld, "build", "--out", str(folder / "out")],
    }
    found = {}
    for name, command in commands.items():
        runs = []
        for _ in range(rounds):
            runs.append(run_process(command))
            shutil.rmtree(folder / "out", ignore_errors=True)
        found[name] = {
            "seconds": statistics.median(run.seconds for run in runs),
            "cpu": statistics.median(run.cpu for run in runs),
            "memory": max(run.memory for run in runs),
        }
    return found


def main() -> None:
    """Run the benchmark and print a Markdown table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, nargs="+", default=[1_000, 5_000, 20_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to write, such as a folder in memory")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    document = []
    for entries in told.entries:
        with tempfile.TemporaryDirectory(dir=told.folder, prefix="mirld-bench-") as name:
            root = Path(name) / "registry"
            root.mkdir()
            document.append(
                {"entries": make_registry(root, entries, alike=True), **measure(root, told.rounds, Path(name))}
            )
    if told.json:
        print(json.dumps({"cores": os.cpu_count(), "registries": document}, indent=2))
        return
    print("| | entries | seconds | CPU seconds | peak memory, MB | ms an entry | to the smallest |")
    print("|---|---|---|---|---|---|---|")
    for command in ("load", "check", "build"):
        first = document[0][command]["seconds"] / document[0]["entries"]
        for found in document:
            run = found[command]
            each = run["seconds"] / found["entries"]
            print(
                f"| {command} | {found['entries']:,} | {run['seconds']:.2f} | {run['cpu']:.2f} | {run['memory']:.0f} "
                f"| {each * 1000:.2f} | {each / first:.2f} |"
            )


if __name__ == "__main__":
    main()
