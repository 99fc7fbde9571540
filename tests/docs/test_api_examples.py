"""The examples of docs/api.md run as they stand, against `mirld serve` and against a server that only has files."""

from __future__ import annotations

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.serve.running import Served

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
FLUX = "mir:model.dit.flux-1:dev"

needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")


def blocks(mark: str) -> list[str]:
    """Return the code between two marks of the document, block by block."""
    inside = TEXT.partition(f"<!-- {mark} -->")[2].partition(f"<!-- /{mark} -->")[0]
    return re.findall(r"```\w+\n(.*?)```", inside, re.DOTALL)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name the standard library gives it
        pass


@pytest.fixture(scope="module")
def files(built: Path) -> Iterator[str]:
    """Serve the built site as `python -m http.server` does."""
    handler = functools.partial(_Quiet, directory=str(built))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as plain:
        thread = threading.Thread(target=plain.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{plain.server_port}"
        plain.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def served(built: Path) -> Iterator[str]:
    """Serve the built site with `mirld serve`."""
    with Served("--site", str(built), root=ROOT) as server:
        yield f"http://{server.host}:{server.port}"


def shell(block: str, site: str) -> str:
    done = subprocess.run(["sh", "-ec", block], env={"PATH": "/usr/bin:/bin", "SITE": site}, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@needs_curl
@pytest.mark.parametrize("how", ["files", "served"])
def test_examples_for_files_say_the_same_with_any_server(how: str, request: pytest.FixtureRequest) -> None:
    """What there is, a repository, an entry with its code, a digest."""
    there, repository, entry, digest = [shell(each, request.getfixturevalue(how)) for each in blocks("static")]
    assert json.loads(there)["version"] == 1
    assert FLUX in repository
    assert entry.startswith("['")
    assert "FluxPipeline.from_pretrained(" in entry
    assert "mir:model.unet.stable-diffusion-xl:base" in digest


@needs_curl
def test_examples_for_a_server_give_json(served: str) -> None:
    """One document a line of the example."""
    (block,) = blocks("served")
    lines = block.splitlines()
    found = [json.loads(shell(line, served)) for line in lines]
    assert [sorted(each)[0] for each in found] == ["ambiguous", "evidence", "entry", "class", "base"]


def test_the_javascript_finds_an_entry(files: str) -> None:
    """With what every browser and Node.js 20 have."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node.js on this machine")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.lstrip("v").partition(".")[0]) < 20:
        pytest.skip(f"this Node.js is older than 20: {version.strip()}")
    (code,) = blocks("javascript")
    asked = """
const [one] = await find("https://huggingface.co/black-forest-labs/FLUX.1-dev/");
console.log(JSON.stringify([one, await entry(one.id), await find("no such thing")]));
"""
    script = f"const site = {json.dumps(files)};\n{code}{asked}"
    done = subprocess.run([node, "--input-type=module", "-e", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    one, entry, nothing = json.loads(done.stdout)
    assert (one["id"], entry["id"], nothing) == (FLUX, FLUX, [])
