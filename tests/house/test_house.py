"""The house: floors, sizes, names of folders, and the documents that speak of them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from mirld import errors

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "mirld").rglob("*.py"))
MODULES = [path for path in SOURCES if "carried" not in path.parts]


def test_the_import_contracts_hold() -> None:
    """Floors, cycles and the standard-library rule, as pyproject.toml states them."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT / "src").as_posix())
def test_no_module_is_two_modules(path: Path) -> None:
    """A module past 400 lines is two modules in one file."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_module_is_a_drawer() -> None:
    """Modules are named after what they hold."""
    assert not {"utils", "helpers", "common", "base", "misc"} & {path.stem for path in MODULES}


def test_floors_without_libraries_import_only_the_standard_library() -> None:
    """Floors 0, 1, 3 and 4 start with nothing but Python."""
    allowed = sys.stdlib_module_names | {"mirld"}
    for path in MODULES:
        room = path.relative_to(ROOT / "src" / "mirld").parts[0].removesuffix(".py")
        if room not in {
            "ids",
            "spellings",
            "names",
            "grammar",
            "vocab",
            "errors",
            "config",
            "workers",
            "weights",
            "registry",
            "lookup",
        }:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            else:
                continue
            outside = {name.split(".")[0] for name in names} - allowed
            assert not outside, f"{path.name} imports {', '.join(sorted(outside))}"


def test_the_error_tree_is_drawn_as_it_is() -> None:
    """The drawing in the docstring of mirld.errors names every class, under its parent, with its exit code."""
    drawn = re.findall(r"^ {4}([│├└─ ]*)(\w+)\s+exit (\d+)", errors.__doc__ or "", re.MULTILINE)
    assert drawn
    stack: list[str] = []
    seen = set()
    for lead, name, code in drawn:
        depth = len(lead) // 4
        kind = getattr(errors, name)
        assert kind.exit_code == int(code)
        if depth:
            assert kind.__mro__[1].__name__ == stack[depth - 1]
        stack[depth:] = [name]
        seen.add(name)
    assert seen == {
        name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.MirldError)
    }


def test_every_public_function_says_what_it_does() -> None:
    """Each public function, method and class of src has a docstring."""
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{path.name}: {node.name}"


def test_version_and_licence_are_said_once() -> None:
    """The version lives in the package; the licences of code and data are named with their files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "version" in project["dynamic"]
    assert project["license"] == "Apache-2.0 AND CC0-1.0"
    for name in project["license-files"]:
        assert (ROOT / name).stat().st_size > 1_000


def test_documents_name_only_files_that_exist() -> None:
    """A relative link of README, ARCHITECTURE and docs/ leads to a file."""
    for page in [ROOT / "README.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_decisions_are_short() -> None:
    """A decision is under 40 lines and named NNNN-words.md."""
    for page in sorted((ROOT / "docs" / "decisions").iterdir()):
        assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)
        assert len(page.read_text(encoding="utf-8").splitlines()) < 40


@pytest.mark.parametrize("command", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]], ids=" ".join)
def test_the_linters_have_nothing_to_say(command: list[str]) -> None:
    """As pyproject.toml sets them."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
