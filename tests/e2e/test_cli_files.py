"""A folder of weights files, as a user has it: identified in order, listed, and asked about by compat and load."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_cli_identify import FLUX, LORA, TYPE, UNKNOWN, VAE
from tests.weights.builders import safetensors

ROOT = Path(__file__).resolve().parents[2]
WORDS = {"emb_params": (TYPE, [2, 768])}
SCHNELL = {name: value for name, value in FLUX.items() if not name.startswith("guidance_in.")}
MINE = {
    "flux/dev.safetensors": safetensors(FLUX),
    "flux/dev-again.safetensors": safetensors(dict(reversed(FLUX.items())), {"title": "another"}),
    "flux/schnell.safetensors": safetensors(SCHNELL),
    "loras/style.safetensors": safetensors(LORA),
    "vae/ae.safetensors": safetensors(VAE),
    "broken.safetensors": b"\xff" * 40,
    "some.safetensors": safetensors(UNKNOWN),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the files once."""
    folder = tmp_path_factory.mktemp("models")
    for name, data in MINE.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def mirld(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run a command in the folder, on the real registry."""
    cache = tmp_path_factory.mktemp("cache")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mirld", "--root", str(ROOT), *arguments],
            cwd=models,
            capture_output=True,
            text=True,
            env={"XDG_CACHE_HOME": str(cache), "PATH": "", "COLUMNS": "200"},
            check=False,
        )

    return run


def test_many_files_are_identified_in_order(mirld: Any, models: Path) -> None:
    """More than one process answers for 80 files, and what is printed is what one after the other would print."""
    many = models.parent / "many"
    many.mkdir(exist_ok=True)
    names = [f"{number:02}.safetensors" for number in range(80)]
    for number, name in enumerate(names):
        (many / name).write_bytes(safetensors(UNKNOWN if number % 3 else WORDS))
    done = mirld("identify", "../many", "--recursive", "--json")
    answers = json.loads(done.stdout)
    assert [Path(answer["file"]).name for answer in answers] == names
    kinds = [answer["kind"] for answer in answers[:4]]
    assert kinds == ["textual-inversion", "unknown", "unknown", "textual-inversion"]
    assert "/80" not in done.stderr  # no bar where nobody looks


def test_an_inventory_lists_each_file_with_doubles_and_what_adapters_fit(mirld: Any) -> None:
    """Weights that lie in another order beside other metadata are the same; a file that cannot be read says why."""
    done = mirld("inventory", ".", "--format", "json")
    assert done.returncode == 3
    rows = {row["file"]: row for row in json.loads(done.stdout)}
    assert list(rows) == sorted(MINE)
    assert rows["flux/dev.safetensors"]["same"] == ["flux/dev-again.safetensors"]
    assert rows["flux/schnell.safetensors"]["same"] == []
    assert "mir:model.dit.flux-1:dev" in rows["flux/dev.safetensors"]["ids"]
    assert rows["loras/style.safetensors"]["fits"] == [
        "flux/dev-again.safetensors",
        "flux/dev.safetensors",
        "flux/schnell.safetensors",
    ]
    assert rows["vae/ae.safetensors"]["kind"] == "vae"
    assert rows["broken.safetensors"]["error"]
    assert "broken.safetensors" in done.stderr


def test_an_inventory_has_four_forms_of_the_same_rows(mirld: Any) -> None:
    """Text, CSV, and a page of HTML that asks for nothing from elsewhere."""
    table = list(csv.DictReader(io.StringIO(mirld("inventory", ".", "--format", "csv").stdout)))
    assert [row["file"] for row in table] == sorted(MINE)
    assert mirld("inventory", ".", "--no-doubles").stdout.count("\n") == len(MINE) + 1
    page = mirld("inventory", ".", "--format", "html").stdout
    assert page.count("<tr>") == len(MINE) + 1

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert tag not in ("script", "link", "img", "a")
            assert "src" not in dict(attrs)

    Links().feed(page)


def test_names_of_files_do_no_harm_in_an_inventory(mirld: Any, models: Path) -> None:
    """Neither as markup nor as the formula of a spreadsheet."""
    folder = models.parent / "named"
    folder.mkdir(exist_ok=True)
    (folder / "=cmd<script>.safetensors").write_bytes(safetensors(UNKNOWN))
    assert "<script>" not in mirld("inventory", "../named", "--format", "html").stdout
    assert mirld("inventory", "../named", "--format", "csv").stdout.splitlines()[1].startswith("'=cmd")


def test_compat_takes_files(mirld: Any) -> None:
    """Of an adapter by its modules, of models by all that they may be; where that differs it is unknown."""
    done = mirld("compat", "loras/style.safetensors", "flux/dev.safetensors", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["verdict"], answer["one"]["label"]) == (0, "yes", "style.safetensors")
    assert answer["evidence"][0]["steps"]
    assert mirld("compat", "loras/style.safetensors", "mir:model.unet.stable-diffusion-xl:base").returncode == 4
    assert mirld("compat", "vae/ae.safetensors", "flux/schnell.safetensors").returncode in (0, 4)
    assert mirld("compat", "some.safetensors", "flux/dev.safetensors").returncode == 3
    assert mirld("compat", "broken.safetensors", "flux/dev.safetensors").returncode == 3


def test_load_takes_a_file_that_is_one_entry(mirld: Any, models: Path) -> None:
    """Of several that share a header it names some, and of an adapter what it fits."""
    one = {**FLUX, "img_in.weight": (TYPE, [3072, 384])}
    (models.parent / "fill.safetensors").write_bytes(safetensors(one))
    done = mirld("load", "../fill.safetensors")
    assert done.returncode == 0
    assert "black-forest-labs/FLUX.1-Fill-dev" in done.stdout
    several = mirld("load", "flux/dev.safetensors")
    assert several.returncode != 0
    assert "say which" in several.stderr
    adapter = mirld("load", "loras/style.safetensors")
    assert adapter.returncode != 0
    assert "it is an adapter" in adapter.stderr
