"""How long a look-up takes: loading the registry, each kind of reading, and the command as a whole.

    python bench/lookup.py [--root FOLDER] [--rounds 5] [--sample 200]

The texts are taken from the registry itself. The first look-up of a kind makes its table and is given apart; then every
text is asked once a round and the median of the rounds is printed. The command is timed as a whole process.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from mirld.config import registry_root
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.graph.query import Endpoint
from mirld.lookup import resolve
from mirld.registry import Registry, read_registry


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def texts(registry: Registry, sample: int) -> dict[str, list[str]]:
    """Texts of every kind, spread over the whole registry."""
    found = {
        "canonical id": [str(entry.id) for entry in registry],
        "address": [entry.iri for entry in registry],
        "id once published": list(registry.ledger),
        "repository": list(registry.by_repository),
        "digest": list(registry.by_digest),
        "first ten digits of a digest": [value[:10] for value in registry.by_digest],
        "class": list(registry.by_class),
        "file name": [file.name for entry in registry for file in entry.files if file.name],
        "words": [entry.label for entry in registry],
        "words with a typing error": [entry.label[:3] + entry.label[4:] for entry in registry if len(entry.label) > 8],
        "nothing known": [f"zq{entry.id.series[::-1]}" for entry in registry],
    }
    return {kind: all_of[:: max(1, len(all_of) // sample)][:sample] for kind, all_of in found.items() if all_of}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, help="registry to look up in; without it, that of this checkout")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sample", type=int, default=200, help="texts of each kind")
    given = parser.parse_args()
    root = registry_root(given.root)
    corpus = Corpus.scan(root)
    dataset = load(corpus)
    registry = read_registry(dataset)
    print(f"{len(registry):,} entries, {len(registry.ledger):,} ledger records, {len(dataset.view):,} triples\n")

    steps: dict[str, Callable[[], object]] = {
        "load the files": lambda: load(corpus),
        "read the values": lambda: read_registry(dataset),
        "fill the SPARQL store": lambda: Endpoint(dataset, named_graphs=False),
        "fill it with named graphs": lambda: Endpoint(dataset),
    }
    commands = {
        "mirld --help": ["--help"],
        "mirld resolve ID": ["--root", str(root), "resolve", str(next(iter(registry)).id)],
        "mirld resolve WORDS": ["--root", str(root), "resolve", next(iter(registry)).label],
        "mirld query ASK": ["--root", str(root), "query", "ASK { ?entry a mir:Model }"],
    }
    for name, arguments in commands.items():
        line = [sys.executable, "-m", "mirld", *arguments]
        steps[name] = lambda line=line: subprocess.run(line, capture_output=True, check=False)
    print("| step | ms |\n|---|---:|")
    for name, work in steps.items():
        print(f"| {name} | {statistics.median(timed(work) for _ in range(given.rounds)) * 1e3:.0f} |")

    print("\n| resolve | texts | first, ms | each, µs |\n|---|---:|---:|---:|")
    for kind, asked in texts(registry, given.sample).items():
        fresh = read_registry(dataset)
        first = timed(lambda fresh=fresh, asked=asked: resolve(fresh, asked[0]))
        rounds = [
            timed(lambda fresh=fresh, asked=asked: [resolve(fresh, text) for text in asked])
            for _ in range(given.rounds)
        ]
        each = statistics.median(rounds) / len(asked)
        print(f"| {kind} | {len(asked)} | {first * 1e3:.1f} | {each * 1e6:.0f} |")


if __name__ == "__main__":
    main()
