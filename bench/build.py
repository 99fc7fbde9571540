"""How long a full build takes, beside Hugo on pages of the same number and size, and beside only writing the bytes.

    python bench/build.py [--root FOLDER] [--rounds 5] [--workers 2] [--no-check] [--folder TMP] [--json]

The registry is built once; every page of it becomes a page of a Hugo site: its title, links and texts as data that one
template goes through, its JSON-LD as data as well, and so much more text that both pages have the same size. Then the
contestants run by turns, whole processes into empty folders, each round in the other order. Hugo writes one file a
page; mirld checks the registry and writes four files a page, and the dumps. The floor is one process that writes the
bytes of mirld, which it has in memory.

On a machine that others use, compare CPU seconds: they are user and system time of a process and all it started.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_LAYOUT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{ .Title }}</title>
<meta name="description" content="{{ .Params.description }}">
<link rel="canonical" href="{{ .Permalink }}">
{{ with .Params.data }}<script type="application/ld+json">{{ . | safeJS }}</script>{{ end }}
</head>
<body>
<header><nav aria-label="Main">
{{ range .Site.Params.menu }}<a href="{{ .href }}">{{ .label }}</a>{{ end }}
</nav></header>
<main>
<h1>{{ .Title }}</h1>
{{ range .Params.items }}{{ if .href }}<li><a href="{{ .href }}">{{ .text }}</a></li>
{{ else }}<p>{{ .text }}</p>
{{ end }}{{ end }}
{{ with .Params.rest }}<pre>{{ . }}</pre>{{ end }}
</main>
</body>
</html>
"""
_CONFIG = {
    "baseURL": "https://example.org/",
    "disableKinds": ["taxonomy", "term", "RSS", "sitemap", "robotsTXT", "404", "section", "home"],
    "params": {
        "menu": [{"href": f"/{name}/", "label": name.title()} for name in ("browse", "vocab", "ns", "ledger", "data")]
    },
}


class _Items(HTMLParser):
    """Links and texts of a page, in order, and its JSON-LD."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[dict[str, str]] = []
        self.title = self.description = self.data = ""
        self._in = ""
        self._href = ""
        self._main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._in = tag
        if tag == "main":
            self._main = True
        if tag == "meta" and found.get("name") == "description":
            self.description = found.get("content") or ""
        self._href = (found.get("href") or "") if tag == "a" else ""

    def handle_endtag(self, tag: str) -> None:
        self._in = ""
        if tag == "main":
            self._main = False

    def handle_data(self, data: str) -> None:
        if self._in == "title":
            self.title += data
        elif self._in == "script":
            self.data += data
        elif self._main and data.strip():
            item = {"text": data.strip()}
            if self._href:
                item["href"] = self._href
            self.items.append(item)


def make_hugo_site(built: Path, folder: Path) -> list[bytes]:
    """Write a Hugo site with a page for each page of a built site; return the bytes of the pages."""
    (folder / "layouts" / "_default").mkdir(parents=True)
    (folder / "layouts" / "_default" / "single.html").write_text(_LAYOUT)
    (folder / "config.json").write_text(json.dumps(_CONFIG))
    pages = []
    for number, path in enumerate(sorted(built.rglob("index.html"))):
        page = path.read_bytes()
        pages.append(page)
        reader = _Items()
        reader.feed(page.decode())
        front: dict[str, object] = {
            "title": reader.title,
            "description": reader.description,
            "items": reader.items,
            "data": reader.data,
        }
        markup = sum(len(item["text"]) + (len(item["href"]) + 26 if "href" in item else 8) for item in reader.items)
        there = 560 + 2 * len(reader.title) + len(reader.description) + len(reader.data) + markup
        front["rest"] = "a fact as long as it takes " * max(0, (len(page) - there) // 27)
        place = folder / "content" / "r" / f"{number:05}"
        place.mkdir(parents=True)
        (place / "index.md").write_text(json.dumps(front) + "\n")
    return pages


@dataclass(frozen=True)
class Run:
    """Wall and CPU seconds of one run, and the peak memory in MB of the largest of its processes."""

    seconds: float
    cpu: float
    memory: float


@dataclass
class Contestant:
    """One line of the table: `command` as a reader would type it, `bytes` those of its pages alone."""

    command: str
    start: Callable[[Path], Run]
    pages: int = 0
    bytes: int = 0
    runs: list[Run] = field(default_factory=list)

    def median(self, name: str) -> float:
        """Median over the runs of `seconds` or `cpu`."""
        return statistics.median(getattr(run, name) for run in self.runs)

    def as_dict(self, other: Contestant | None) -> dict[str, object]:
        """Return the figures as JSON values; `ratio` is of the medians, to another contestant."""
        seconds = [run.seconds for run in self.runs]
        found: dict[str, object] = {
            "command": self.command,
            "pages": self.pages,
            "bytes_per_page": round(self.bytes / self.pages) if self.pages else None,
            "seconds": round(self.median("seconds"), 3),
            "seconds_range": [round(min(seconds), 3), round(max(seconds), 3)],
            "pages_per_second": round(self.pages / self.median("seconds")),
            "cpu_seconds": round(self.median("cpu"), 3),
            "peak_memory_mb": round(max(run.memory for run in self.runs)),
            "runs": [asdict(run) for run in self.runs],
        }
        if other is not None:
            found["ratio"] = round(self.median("seconds") / other.median("seconds"), 3)
            found["cpu_ratio"] = round(self.median("cpu") / other.median("cpu"), 3)
        return found


def run_process(arguments: list[str]) -> Run:
    """Run a program of this checkout or of the system to its end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    started = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def write_all(files: dict[str, bytes], folder: Path) -> Run:
    """Write files into a folder in a process of its own, forked with all of them in memory."""
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        made = set()
        for path, data in files.items():
            place = f"{folder}/{path}"
            parent = place.rpartition("/")[0]
            if parent not in made:
                os.makedirs(parent, exist_ok=True)  # noqa: PTH103  # the floor should be low
                made.add(parent)
            with open(place, "xb", buffering=0) as file:  # noqa: PTH123
                file.write(data)
        os._exit(0)
    _, _, usage = os.wait4(pid, 0)
    return Run(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def pages_of(folder: Path) -> list[int]:
    """Return the sizes in bytes of the pages of a site."""
    return [path.stat().st_size for path in folder.rglob("index.html")]


def compete(contestants: list[Contestant], rounds: int, folder: Path) -> None:
    """Run all contestants so many times, in one order and in the other by turns."""
    for number in range(rounds):
        for contestant in contestants if number % 2 else contestants[::-1]:
            out = folder / "out"
            os.sync()
            contestant.runs.append(contestant.start(out))
            sizes = pages_of(out)
            contestant.pages, contestant.bytes = len(sizes), sum(sizes)
            shutil.rmtree(out)


def table(contestants: list[dict[str, object]]) -> str:
    """Write the figures as a table of Markdown."""
    lines = [
        "| | pages | bytes a page | seconds (median) | range | pages/s | CPU seconds | peak memory, MB "
        "| to Hugo: time | CPU |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for found in contestants:
        low, high = found["seconds_range"]  # type: ignore[misc]
        lines.append(
            f"| `{found['command']}` | {found['pages']:,} | {found['bytes_per_page']:,} | {found['seconds']:.2f} "
            f"| {low:.2f} to {high:.2f} | {found['pages_per_second']:,} | {found['cpu_seconds']:.2f} "
            f"| {found['peak_memory_mb']} | {found.get('ratio', '')} | {found.get('cpu_ratio', '')} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Run the benchmark and print a Markdown table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=ROOT, help="folder of the registry")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-check", action="store_true", help="build without checking the registry")
    parser.add_argument("--folder", type=Path, help="where to write, such as a folder in memory")
    parser.add_argument("--json", action="store_true", help="print JSON")
    told = parser.parse_args()
    hugo = shutil.which("hugo")
    options = ["build", "--workers", str(told.workers), *(["--no-check"] if told.no_check else [])]
    mirld = [sys.executable, "-m", "mirld", "--root", str(told.root), *options]
    with tempfile.TemporaryDirectory(dir=told.folder, prefix="mirld-bench-") as name:
        folder = Path(name)
        first = folder / "first"
        run_process([*mirld, "--out", str(first)])
        files = {
            path.relative_to(first).as_posix(): path.read_bytes() for path in sorted(first.rglob("*")) if path.is_file()
        }
        contestants = [
            Contestant(f"mirld {' '.join(options)}", lambda out: run_process([*mirld, "--out", str(out)])),
            Contestant("(writing the bytes of mirld)", lambda out: write_all(files, out)),
        ]
        if hugo is not None:
            make_hugo_site(first, folder / "hugo")
            arguments = [hugo, "--quiet", "-s", str(folder / "hugo"), "-d"]
            contestants.insert(1, Contestant("hugo", lambda out: run_process([*arguments, str(out)])))
        load = os.getloadavg()[0]
        compete(contestants, told.rounds, folder)
    theirs = next((one for one in contestants if one.command == "hugo"), None)
    if theirs is not None and theirs.pages != contestants[0].pages:
        raise SystemExit(f"Hugo made {theirs.pages} pages, not {contestants[0].pages}")
    results = [one.as_dict(theirs) for one in contestants]
    written = {"files": len(files), "bytes": sum(map(len, files.values()))}
    machine = {"cores": os.cpu_count(), "load_before": round(load, 2)}
    if told.json:
        print(json.dumps({"machine": machine, "mirld_writes": written, "rounds": told.rounds, "results": results}))
        return
    print(table(results))
    print(
        f"\n{told.rounds} rounds on {machine['cores']} cores, load before {machine['load_before']}. "
        f"mirld writes {written['files']:,} files, {written['bytes'] / 1e6:.1f} MB."
    )
    if theirs is None:
        print("There is no Hugo here to compare with (Debian: apt-get install hugo).")


if __name__ == "__main__":
    main()
