"""How many labelled adapters are known for what they are, and how long it takes.

    python bench/identify.py FOLDER [--registry .]

FOLDER has a MANIFEST.json, a list of cases with `id`, `file`, `kind` and `architecture`, and beside it the files: JSON,
gzipped or not, whose `keys` lead from the name of each tensor to its shape and type; a dimension of -1 is not known.
The base of an adapter is right when a series whose name begins with the architecture is among the answers, and alone
when all of them are of it. What is no adapter by its label must not be taken for one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import Counter
from pathlib import Path
from typing import Any

from mirld.lookup.adapter_facts import adapter_facts
from mirld.registry.place import open_index
from mirld.weights import Header, Tensor, Tensors

ADAPTERS = ("lora", "textual-inversion")
VERDICTS = ("right", "right alone", "by names alone", "wrong", "unknown", "not an adapter")


def header_of(path: Path) -> Header:
    """Read a case as the header of a file."""
    raw = path.read_bytes()
    case: dict[str, Any] = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    rows = [
        Tensor(name, dtype, None if shape is None or -1 in shape else tuple(shape), None, None)
        for name, (shape, dtype) in case["keys"].items()
    ]
    return Header(
        file=path.name,
        format="safetensors",
        size=0,
        bytes_read=0,
        tensors=Tensors.of_rows(rows),
        metadata=case.get("metadata") or {},
    )


def plain(name: str) -> str:
    """Leave letters and digits of a name, and the v that some write before a version."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"-v(?=\d)", "-", name.lower()))


def series_of(network: str) -> str:
    """Return the series of an IRI of a series or release."""
    parts = re.split(r"/(?:info|model)/", network)[-1].split("/")
    return plain(parts[1])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--registry", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--list", action="store_true", help="print what is not right alone")
    options = parser.parse_args()
    cases = json.loads((options.folder / "MANIFEST.json").read_text(encoding="utf-8"))
    counts: dict[str, Counter[str]] = {}
    times: list[float] = []
    with open_index(options.registry) as index:
        for case in cases:
            header = header_of(options.folder / case["file"])
            start = time.perf_counter()
            facts = adapter_facts(index, header)
            spent = (time.perf_counter() - start) * 1000
            count = counts.setdefault(case["kind"], Counter())
            count["cases"] += 1
            if facts is None:
                count["not an adapter"] += 1
                continue
            times.append(spent)
            found = {series_of(network) for network in facts.bases.networks}
            wanted = plain(case["architecture"] or "")
            right = {series for series in found if series.startswith(wanted)}
            verdict = "right" if right else "wrong" if found else "unknown"
            count[verdict] += 1
            count["right alone"] += bool(right) and right == found
            count["by names alone"] += bool(found) and not facts.bases.is_proved
            if options.list and not (right and right == found):
                print(f"{case['id']}: {facts.kind}, {', '.join(sorted(found)) or 'unknown'}; {wanted} was wanted")
    print(f"{'kind':20}{'cases':>7}" + "".join(f"{verdict:>16}" for verdict in VERDICTS))
    for kind in sorted(counts, key=lambda kind: (kind not in ADAPTERS, kind)):
        row = "".join(f"{counts[kind][verdict]:>16}" for verdict in VERDICTS)
        print(f"{kind:20}{counts[kind]['cases']:>7}{row}")
    times.sort()
    if times:
        print(
            f"milliseconds an adapter: {times[len(times) // 2]:.1f} median, {times[int(len(times) * 0.95)]:.1f} at 95 %"
        )


if __name__ == "__main__":
    main()
