"""`mirld health` as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mirld.lookup.health import COVERED
from mirld.lookup.lineage import RELATIONS

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "fixtures" / "small"
SCHEMA = json.loads((ROOT / "site" / "content" / "schema" / "health.schema.json").read_text(encoding="utf-8"))


def health(folder: Path, *arguments: str, root: Path = ROOT, seed: str = "0") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mirld", "--root", str(root), "health", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": "", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8", "PYTHONHASHSEED": seed},
        check=False,
    )


def test_it_says_how_the_registry_is_and_that_is_no_judgement(tmp_path: Path) -> None:
    """Figures of the whole, of each source, and what to add next; exit code 0, and nothing beside the report."""
    done = health(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for words in ("Registry\n", "\nmodels that have ", "\nsource ", "\nupstream-mir: ", "\nWhat to add next\n"):
        assert words in done.stdout
    assert all(len(line) <= 100 for line in done.stdout.splitlines())


@pytest.mark.parametrize("root", [ROOT, SMALL], ids=["real", "small"])
def test_json_keeps_to_its_schema(tmp_path: Path, root: Path) -> None:
    """Every key is always there; what is counted is what the schema names."""
    done = health(tmp_path, "--json", root=root)
    found = json.loads(done.stdout)
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(found)
    assert [each["property"] for each in found["coverage"]] == list(found["next"]["series_lacking"]) == list(COVERED)
    assert SCHEMA["$defs"]["covered"]["enum"] == list(COVERED)
    relations = SCHEMA["properties"]["lineage"]["items"]["properties"]["relation"]["enum"]
    assert [each["relation"] for each in found["lineage"]] == relations == list(RELATIONS)


def test_the_same_registry_gives_the_same_bytes(tmp_path: Path) -> None:
    """Whatever the hash seed."""
    assert health(tmp_path, root=SMALL).stdout == health(tmp_path, root=SMALL, seed="7").stdout
    assert health(tmp_path, "--json", seed="1").stdout == health(tmp_path, "--json", seed="2").stdout
