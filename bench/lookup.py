"""How long look-ups take and how much memory: the commands as whole processes, the API warm, at any size.

    python bench/lookup.py [--root FOLDER] [--sizes 10000 1000000] [--rounds 15] [--sample 2000]

Commands are timed in turn with a bare interpreter that imports click, by the time of the processor, so that a busy
machine slows all of them and counts little. Besides the registry of this checkout, registries of so many imaginary
entries are made, each with a repository, a file, a loader and words of a vocabulary that grows as a language's does; a
million of them take some ten minutes and 2 GB.
"""

from __future__ import annotations

import argparse
import compileall
import os
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import mirld
from mirld.config import CORPUS_FOLDERS, registry_root
from mirld.errors import EXIT_NO, EXIT_UNKNOWN, EXIT_YES
from mirld.ids import MirId
from mirld.registry import Digest, Entry, File, Loader, Ref, Registry, Repository, read_registry
from mirld.registry.place import content_of, index_file, open_index, sources_of
from mirld.registry.writing import write_index
from mirld.version import __version__
from mirld.vocab import DEFAULT_BASE

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "el", "is", "or", "um")]
_ARCHITECTURES = ("art", "dit", "lora", "transformer", "unet", "vae", "vit")
_KNOWN = ("mir:model.dit.flux-1:dev", "mir:model.lora.hyper:flux-1")
"""What settings, load and compat are asked of, where the registry has it: a model, and an adapter of it."""

_ANSWERS = (EXIT_YES, EXIT_NO, EXIT_UNKNOWN)

CLICK = [sys.executable, "-c", "import click"]
MIRLD = [sys.executable, "-m", "mirld"]
PEAK = """
import sys
from mirld.cli import run
run(sys.argv[1:])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""


def vocabulary(count: int) -> list[str]:
    """Make so many words, the same each time."""
    chance = random.Random(5)  # noqa: S311 - no secret
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(chance.choice(_SYLLABLES) for _ in range(chance.randint(2, 4)))] = None
    return list(found)


def imaginary(count: int) -> Iterator[Entry]:
    """Give so many entries, sorted by id."""
    known = vocabulary(round(40 * count**0.5) + 500)
    chance = random.Random(7)  # noqa: S311 - no secret
    ids: set[MirId] = set()
    while len(ids) < count:
        # Few words are common and most are rare, as in any language.
        words = [known[int(len(known) * chance.random() ** 3)] for _ in range(3)]
        number = chance.randint(1, 999)
        ids.add(MirId("model", chance.choice(_ARCHITECTURES), f"{words[0]}-{words[1]}", f"{words[2]}-{number}"))
    for mir_id in sorted(ids):
        iri = mir_id.iri()
        label = f"{mir_id.series} {mir_id.compatibility}".replace("-", " ").title()
        digits = sha256(iri.encode()).hexdigest()
        digests = (Digest("autoV2", digits[:10]), Digest("fileSha256", digits))
        name = f"{mir_id.series.partition('-')[0]}/{mir_id.series}-{mir_id.compatibility}"
        yield Entry(
            id=mir_id,
            iri=iri,
            label=label,
            types=("Model",),
            architectures=(Ref(f"{DEFAULT_BASE}vocab/architecture/{mir_id.architecture}", mir_id.architecture),),
            repositories=(Repository(iri=f"{iri}#repository-hf", host="huggingface.co", name=name),),
            files=(File(iri=f"{iri}#file-a", name=f"{name.partition('/')[2]}.safetensors", size=7, digests=digests),),
            loaders=(Loader(iri=f"{iri}#loader-a", library="diffusers", class_name=f"{label.split()[0]}Pipeline"),),
        )


def make_registry(folder: Path, count: int) -> Path:
    """Make a registry without files, and its index of so many entries in the cache."""
    for name in CORPUS_FOLDERS:
        (folder / name).mkdir(parents=True)
    sources = sources_of(folder)
    about = {"mirld": __version__, "files": sources.lines, "content": content_of(folder, sources)}
    file = Path(index_file(folder))
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file)
    write_index(connection, entries=imaginary(count), about=about)
    connection.close()
    return folder


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def spent(line: Sequence[str]) -> float:
    """Seconds of the processor that a command takes, of a process and of the system for it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(line, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in _ANSWERS:
        raise subprocess.CalledProcessError(done.returncode, line, stderr=done.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def in_turn(commands: dict[str, Sequence[str]], rounds: int) -> dict[str, float]:
    """Run commands in turn; return the median seconds of the processor that each takes."""
    for line in commands.values():
        spent(line)  # indexes are made, files are read once
    found: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, line in commands.items():
            found[name].append(spent(line))
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def commands(root: Path) -> dict[str, list[str]]:
    """Look-ups of one registry as commands, by what is looked up."""
    with open_index(root) as index:
        names = index.names()
        name = names[len(names) // 2]
        known = [each for each in _KNOWN if index.entry(each) is not None]
        asked = known if len(known) == len(_KNOWN) else [name.id, names[len(names) // 3].id]
        (digits,) = index.rows("SELECT key FROM key WHERE kind = 11 AND length(key) = 64 LIMIT 1 OFFSET 100")[0]
    command = [*MIRLD, "--root", str(root)]
    line = [*command, "resolve"]
    misspelt = name.label[:3] + name.label[4:]
    return {
        "resolve an id": [*line, name.id],
        "resolve a digest": [*line, digits],
        "resolve words": [*line, misspelt],
        "settings": [*command, "settings", asked[0]],
        "load": [*command, "load", asked[0]],
        "compat": [*command, "compat", asked[1], asked[0]],
    }


def cold(root: Path, rounds: int) -> None:
    """Print what commands take as whole processes, and how much memory."""
    lines = commands(root)
    found = in_turn({"import click": CLICK, **lines}, rounds)
    print("\n| cold | ms CPU | of import click | MB |\n|---|---:|---:|---:|")
    for name, seconds in found.items():
        peak = _peak(lines[name]) if name in lines and Path("/proc/self/status").exists() else ""
        print(f"| {name} | {seconds * 1e3:.1f} | {seconds / found['import click']:.2f} | {peak} |")


def _peak(line: Sequence[str]) -> str:
    done = subprocess.run([sys.executable, "-c", PEAK, *line[len(MIRLD) :]], capture_output=True, text=True, check=True)
    return f"{int(done.stderr.splitlines()[-1]) / 1024:.1f}"


def each(work: Callable[[str], object], asked: Sequence[str]) -> float:
    """Return the median microseconds of a look-up, each asked once."""
    return statistics.median(timed(lambda text=text: work(text)) for text in asked) * 1e6


def warm(root: Path, sample: int) -> None:
    """Print what look-ups of the API take once a registry is open."""
    with mirld.open(root, overlays=[]) as registry:
        names = registry.index.names()
        chance = random.Random(3)  # noqa: S311 - no secret
        some = chance.sample(names, min(sample, len(names)))
        digests = [key for (key,) in registry.index.rows("SELECT key FROM key WHERE kind = 11 AND length(key) = 64")]
        digests = chance.sample(digests, min(sample, len(digests)))
        ids = [name.id for name in some]
        typed = [name.label[:3] + name.label[4:] for name in some[:200]]
        rows = {
            "registry[id]": each(registry.__getitem__, ids),
            "resolve(id)": each(registry.resolve, ids),
            "resolve(digest)": each(registry.resolve, digests),
            "resolve(ten digits)": each(registry.resolve, [digits[:10] for digits in digests]),
            "resolve(label)": each(registry.resolve, [name.label for name in some[:200]]),
            "resolve(words with a typing error)": each(registry.resolve, typed),
        }
    print("\n| warm | µs, median |\n|---|---:|")
    for name, microseconds in rows.items():
        print(f"| {name} | {microseconds:.0f} |")


def readings(registry: Registry, root: Path, sample: int) -> None:
    """Print what every kind of reading takes, for texts of the registry itself."""
    found = {
        "id once published": list(registry.ledger),
        "address": [entry.iri for entry in registry],
        "repository": list(registry.by_repository),
        "class": list(registry.by_class),
        "file name": [file.name for entry in registry for file in entry.files if file.name],
        "nothing known": [f"zq{entry.id.series[::-1]}" for entry in registry],
    }
    print("\n| resolve | texts | µs, median |\n|---|---:|---:|")
    with mirld.open(root, overlays=[]) as opened:
        for kind, texts in found.items():
            some = texts[:: max(1, len(texts) // sample)][:sample]
            print(f"| {kind} | {len(some)} | {each(opened.resolve, some):.0f} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, help="registry to look up in; without it, that of this checkout")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000], help="imaginary registries to make as well")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--sample", type=int, default=2_000, help="texts of each kind")
    given = parser.parse_args()
    root = registry_root(given.root)
    compileall.compile_dir(Path(mirld.__file__).parent, quiet=2)  # as whoever installs a package does
    from mirld.graph.corpus import Corpus
    from mirld.graph.load import load

    registry = read_registry(load(Corpus.scan(root)))
    with tempfile.TemporaryDirectory(prefix="mirld-bench-") as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        made = timed(lambda: open_index(root).close())
        print(f"{len(registry):,} entries of {root}: index made in {made:.1f} s, {_size(root)}")
        cold(root, given.rounds)
        warm(root, given.sample)
        readings(registry, root, given.sample)
        roots = {}
        for count in given.sizes:
            place = Path(folder, f"imaginary-{count}")
            made = timed(lambda place=place, count=count: make_registry(place, count))
            roots[count] = place
            print(f"\n{count:,} imaginary entries: index made in {made:.0f} s, {_size(place)}")
            cold(place, given.rounds)
            warm(place, given.sample)
        if len(roots) > 1:
            print("\n| cold, in turn | ms CPU |\n|---|---:|")
            line = {f"{count:,}": commands(place)["resolve an id"] for count, place in roots.items()}
            for name, seconds in in_turn(line, given.rounds).items():
                print(f"| {name} | {seconds * 1e3:.1f} |")


def _size(root: Path) -> str:
    return f"{Path(index_file(root)).stat().st_size / 1e6:.1f} MB"


if __name__ == "__main__":
    main()
