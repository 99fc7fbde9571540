"""The schemas of what commands print as JSON are published at the addresses they give themselves."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from mirld.vocab import DEFAULT_BASE

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = sorted((ROOT / "site" / "content" / "schema").glob("*.json"))


def test_every_schema_lies_at_its_address(built: Path) -> None:
    """`$id` below the base is the path in the site."""
    for path in SCHEMAS:
        schema = json.loads(path.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        assert schema["$id"].startswith(DEFAULT_BASE)
        assert (built / schema["$id"].removeprefix(DEFAULT_BASE)).read_bytes() == path.read_bytes()


def test_every_command_with_json_has_a_schema() -> None:
    """Named after the command."""
    commands = {path.stem for path in (ROOT / "src" / "mirld" / "cli").glob("*.py") if "--json" in path.read_text()}
    assert commands - {"__init__"} <= {path.name.partition(".")[0] for path in SCHEMAS}
