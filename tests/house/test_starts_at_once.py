"""A look-up starts at once: it imports no library of RDF, nor anything else that it does not need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.weights.builders import safetensors

SMALL = Path(__file__).resolve().parents[1] / "fixtures" / "small"
HEAVY = (
    "rdflib",
    "pyshacl",
    "pyoxigraph",
    "jinja2",
    "torch",
    "numpy",
    "safetensors",
    "sqlite3.dump",
    "asyncio",
    "http",
    "mirld.graph",
    "mirld.site",
)
CODE = """
import json, sys
from mirld.cli import run
code = run(sys.argv[1:]) if sys.argv[1:] else 0
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""
LOOKUPS = {
    "import": [],
    "id": ["resolve", "mir:model.unet.orrery:base"],
    "old id": ["resolve", "orrery all"],
    "digest": ["resolve", "1111111111", "--json"],
    "settings": ["settings", "mir:model.unet.orrery:base"],
    "load": ["load", "mir:model.unet.orrery:base", "--json"],
    "words": ["resolve", "orery turbo"],
    "compat": ["compat", "mir:model.unet.orrery:base", "mir:info.unet.orrery"],
    "identify": ["identify", "FILE", "--json"],
    "help": ["--help"],
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_look_up_imports_no_rdf(name: str, tmp_path: Path) -> None:
    """With an index that is there, as `sys.modules` shows in a process of its own."""
    file = tmp_path / "lora.safetensors"
    file.write_bytes(safetensors({"a.lora_A.weight": ("F32", [1, 2]), "a.lora_B.weight": ("F32", [2, 1])}))
    words = [str(file) if word == "FILE" else word for word in LOOKUPS[name]]
    line = [sys.executable, "-c", CODE, *(["--root", str(SMALL), *words] if words else [])]
    for _ in range(2):  # the first may make the index
        done = subprocess.run(line, capture_output=True, text=True, env={"XDG_CACHE_HOME": str(tmp_path)}, check=False)
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code in (0, 1)
    assert [module for module in modules if module in HEAVY] == []


def test_import_mirld_imports_nothing_else_of_it() -> None:
    """Only its version; the rest is imported when it is asked for."""
    code = "import sys, mirld; print(sorted(name for name in sys.modules if name.startswith('mirld')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['mirld', 'mirld.version']\n"
