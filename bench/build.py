"""How long a full build takes, beside Hugo on pages of the same number and size, and beside only writing the bytes.

    python bench/build.py [--root FOLDER] [--rounds 5] [--workers 2] [--check] [--folder TMP]

The registry is built once; every page of it becomes a page of a Hugo site: its title, links and texts as data that one
template goes through, its JSON-LD as data as well, and so much more text that both pages have the same size. Then the
programs run in turns, whole processes into empty folders, and the median of each is printed as a table.
Hugo writes one file a page; mirld writes four, and the dumps.
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
from html.parser import HTMLParser
from pathlib import Path

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


def timed(arguments: list[str], environment: dict[str, str] | None = None) -> tuple[float, float]:
    """Run a program; return seconds, and the peak memory of its largest process in MB."""
    started = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(f"{' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, usage.ru_maxrss / 1024


def main() -> None:
    """Run the benchmark and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, help="folder of the registry")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--check", action="store_true", help="check the registry in each build as well")
    parser.add_argument("--folder", type=Path, help="where to write, such as a folder in memory")
    told = parser.parse_args()
    hugo = shutil.which("hugo")
    if hugo is None:
        print("skipped: there is no hugo here (Debian: apt-get install hugo)")
        return
    root = ["--root", str(told.root)] if told.root else []
    with tempfile.TemporaryDirectory(dir=told.folder, prefix="mirld-bench-") as name:
        folder = Path(name)
        mirld = [sys.executable, "-m", "mirld", *root, "build", "--workers", str(told.workers)]
        mirld += [] if told.check else ["--no-check"]
        timed([*mirld, "--out", str(folder / "first")])
        pages = make_hugo_site(folder / "first", folder / "hugo")
        files = {
            path.relative_to(folder / "first").as_posix(): path.read_bytes()
            for path in sorted((folder / "first").rglob("*"))
            if path.is_file()
        }
        runs: dict[str, list[tuple[float, float]]] = {"mirld": [], "Hugo": [], "writing the bytes of mirld": []}
        made = 0
        for number in range(told.rounds):
            out = folder / f"out-{number}"
            os.sync()
            runs["mirld"].append(timed([*mirld, "--out", str(out / "mirld")]))
            os.sync()
            runs["Hugo"].append(timed([hugo, "--quiet", "-s", str(folder / "hugo"), "-d", str(out / "hugo")]))
            made = sum(path.stat().st_size for path in (out / "hugo").rglob("index.html"))
            count = sum(1 for _ in (out / "hugo").rglob("index.html"))
            if count != len(pages):
                raise SystemExit(f"Hugo made {count} pages, not {len(pages)}")
            os.sync()
            started = time.perf_counter()
            for path, data in files.items():
                place = out / "floor" / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
            runs["writing the bytes of mirld"].append((time.perf_counter() - started, 0.0))
            shutil.rmtree(out)
        html = sum(map(len, pages))
        print(f"{len(pages):,} pages, {html / len(pages):,.0f} bytes each (Hugo's: {made / len(pages):,.0f});")
        print(
            f"mirld writes {len(files):,} files, {sum(map(len, files.values())) / 1e6:.1f} MB; {os.cpu_count()} cores\n"
        )
        print("| | seconds (median) | range | pages/s | peak memory, MB |")
        print("|---|---|---|---|---|")
        for label, found in runs.items():
            seconds = [run[0] for run in found]
            median = statistics.median(seconds)
            memory = f"{max(run[1] for run in found):.0f}" if found[0][1] else ""
            spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
            print(f"| {label} | {median:.2f} | {spread} | {len(pages) / median:,.0f} | {memory} |")
        ours, theirs = (statistics.median(run[0] for run in runs[label]) for label in ("mirld", "Hugo"))
        print(f"\nmirld takes {ours / theirs:.2f} of Hugo's time for the same number of pages of the same size.")


if __name__ == "__main__":
    main()
