"""The Identify page in Chromium, from any static host and path: files are dropped, answers shown, nothing is sent."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser import Browser, browser, needs_browser, served
from tests.site.headers import CONFORMANCE, write_case

from mirld.lookup.identifying import Identifier
from mirld.registry.place import open_index
from mirld.weights import read
from mirld.weights.fingerprint import file_digests

pytestmark = needs_browser

ROOT = Path(__file__).resolve().parents[2]
CASES = {case["file"]: case for case in json.loads(CONFORMANCE.read_text(encoding="utf-8"))["cases"]}
SHOWN = ("flux-dev.safetensors", "joined.safetensors", "lora.safetensors", "flux-dev.gguf", "few.safetensors")
REFUSED = ("model.ckpt", "old.pt", "pytorch_model.bin", "evil.pth", "overlap.safetensors", "claims.gguf")
BUDGET = 125_000
"""Bytes of the page before a file is chosen, packed as hosts do."""


@pytest.fixture(scope="module")
def site(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the built site below a path of its own."""
    folder = tmp_path_factory.mktemp("host")
    (folder / "some").mkdir()
    (folder / "some" / "path").symlink_to(built, target_is_directory=True)
    with served(folder) as address:
        yield f"{address}/some/path"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def page(chromium: Browser, site: str) -> Browser:
    chromium.look(1280, 900)
    chromium.requests.clear()
    chromium.faults.clear()
    chromium.open(f"{site}/identify/")
    return chromium


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    return {name: write_case(folder, CASES[name]) for name in (*SHOWN, *REFUSED)}


def command(file: Path, *, hashed: bool = False) -> dict[str, Any]:
    """Answer as `mirld identify --json` in the folder of the file."""
    before = Path.cwd()
    os.chdir(file.parent)
    try:
        with open_index(ROOT) as index:
            digests = file_digests(file.name) if hashed else None
            answer = Identifier(index).identify(read(file.name), file_digests=digests).as_dict()
    finally:
        os.chdir(before)
    found: dict[str, Any] = json.loads(json.dumps(answer))
    return found


def dropped(page: Browser, *files: Path) -> dict[str, dict[str, Any]]:
    """Drop files, and return the answers that the page gives as JSON, by file."""
    page.drop("#drop", *files)
    name = files[-1].name if len(files) == 1 else "files read"
    page.until(
        f"document.querySelector('#said').textContent.includes({json.dumps(name + (':' if len(files) == 1 else ''))})"
    )
    texts = page.ask("[...document.querySelectorAll('#answers [data-copy^=\"[\"]')].map(e => e.dataset.copy)")
    return {answer["file"]: answer for text in texts for answer in json.loads(text)}


def test_the_answer_is_that_of_the_command_and_nothing_is_sent(
    page: Browser, site: str, files: dict[str, Path]
) -> None:
    """Five files at once; what the page asks its host for has nothing of them, and it asks nobody else."""
    answers = dropped(page, *(files[name] for name in SHOWN))
    for name in SHOWN:
        assert answers[name] == command(files[name]), name
    assert page.faults == []
    assert {request for request in page.requests if not request.startswith(f"{site}/")} == set()
    asked = [request.removeprefix(f"{site}/") for request in page.requests]
    assert any(path.startswith("api/v1/digests/") for path in asked)
    assert all(len(path.rpartition("/")[2].removesuffix(".json")) <= 2 for path in asked if "/digests/" in path)
    assert page.ask("document.querySelector('#said').textContent") == "5 files read: 4 known, 1 unknown"
    links = page.ask("[...document.querySelectorAll('.candidates a')].map(e => e.href)")
    assert links
    assert page.ask(f"Promise.all({json.dumps(sorted(set(links)))}.map(async (each) => (await fetch(each)).ok))") == [
        True
    ] * len(set(links))


def test_layouts_of_modules_are_loaded_for_an_adapter_alone(page: Browser, files: dict[str, Path]) -> None:
    """And each file is loaded once."""
    dropped(page, files["flux-dev.safetensors"])
    assert not any("modules.json" in request for request in page.requests)
    dropped(page, files["lora.safetensors"])
    for name in ("modules.json", "signatures.json"):
        assert sum(request.endswith(f"/{name}") for request in page.requests) == 1, name


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_named_with_what_to_do(page: Browser, files: dict[str, Path], name: str) -> None:
    """A pickle with the command that reads it, a damaged file with its offence."""
    assert dropped(page, files[name]) == {}
    text = page.ask("document.querySelector('#answers').innerText")
    case = CASES[name]
    assert (f"mirld identify {name}" in text) == ("page" in case)
    assert case.get("page", case.get("offence")) in text
    assert page.faults == []


def test_a_whole_file_is_read_on_request(page: Browser, tmp_path: Path) -> None:
    """Its SHA-256 is looked up, as the command does with --hash."""
    file = write_case(tmp_path, CASES["empty.safetensors"])
    dropped(page, file)
    page.ask(
        "[...document.querySelectorAll('.acts button')].find(e => e.textContent.startsWith('Read the whole')).click()"
    )
    digits = hashlib.sha256(file.read_bytes()).hexdigest()
    page.until(f"document.querySelector('#answers').textContent.includes('{digits}')")
    (text,) = page.ask("[...document.querySelectorAll('#answers [data-copy^=\"[\"]')].map(e => e.dataset.copy)")
    assert json.loads(text) == [command(file, hashed=True)]


def test_the_keyboard_reaches_all_of_it(page: Browser, files: dict[str, Path]) -> None:
    """The chooser is the first thing of the page, and each button of an answer follows."""
    page.ask("document.querySelector('#main').setAttribute('tabindex', '-1'), document.querySelector('#main').focus()")
    page.press("Tab", 9)
    assert page.ask("document.activeElement.id") == "file"
    dropped(page, files["flux-dev.safetensors"])
    page.ask("document.querySelector('#file').focus()")
    reached = []
    for _ in range(40):
        page.press("Tab", 9)
        reached.append(page.ask("document.activeElement.textContent.trim()"))
    for wanted in ("Remove flux-dev.safetensors", "FLUX.1 [dev]", "Copy answer as JSON"):
        assert wanted in reached
    assert any(text.startswith("Read the whole file") for text in reached)


def test_it_fits_a_narrow_window(page: Browser, files: dict[str, Path]) -> None:
    """Nothing stands out at the side from 320 pixels on, with all that is folded away opened."""
    page.look(320, 700)
    dropped(page, *files.values())
    page.ask("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.ask("document.documentElement.scrollWidth") <= 320


def test_without_scripts_it_says_what_to_run(chromium: Browser, site: str) -> None:
    """Nothing stands there that would do nothing."""
    chromium.look(1280, 900)
    chromium.script(False)
    try:
        chromium.send("Page.navigate", url=f"{site}/identify/")
        chromium.until("document.readyState === 'complete' && location.pathname.endsWith('/identify/')")
        text = chromium.ask("document.body.innerText")
        assert "mirld identify model.safetensors" in text
        assert "Without JavaScript this page reads no file" in text
        assert "choose them" not in text
    finally:
        chromium.script(True)


def test_it_stays_within_its_budget(built: Path) -> None:
    """What is loaded before a file is chosen, fonts included; of what comes then another test has the budget."""
    import gzip

    paths = [
        *(built / "assets").glob("identify/*.js"),
        *((built / "assets") / name for name in ("site.css", "identify.css", "site.js", "sans.woff2", "mono.woff2")),
        built / "identify" / "index.html",
    ]
    sizes = {
        path.name: len(path.read_bytes() if path.suffix == ".woff2" else gzip.compress(path.read_bytes()))
        for path in paths
    }
    assert sum(sizes.values()) < BUDGET, sizes
