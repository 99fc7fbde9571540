"""`mirld check`, `fmt`, `new` and `harvest` as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from tests.registries import ROOT, edit, make_checked_registry

SWIFT = "data/curated/lora/swift.ttl"
UPSTREAM = ROOT / "tests" / "fixtures" / "upstream"


def mirld(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a registry, in a folder above it, with a cache of its own."""
    return subprocess.run(
        [sys.executable, "-m", "mirld", "--root", str(root), *arguments],
        cwd=root.parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={
            "PATH": "",
            "NO_COLOR": "1",
            "XDG_CACHE_HOME": str(root.parent / "cache"),
            "SOURCE_DATE_EPOCH": "1795737600",
        },
        check=False,
    )


def snapshot(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_checked_registry(tmp_path / "r")


def schema_of(name: str) -> Draft202012Validator:
    schema = json.loads((ROOT / "site" / "content" / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_a_sound_registry_is_said_to_conform(root: Path) -> None:
    """Exit code 0; what is only worth knowing is counted, and said when asked."""
    done = mirld(root, "check")
    assert done.returncode == 0
    assert done.stdout == "2 more, info only (lint:outvoted)\n"
    assert done.stderr.startswith("conforms: 2 info; ")
    assert mirld(root, "check", "--verbose").stdout.count("(lint:outvoted)\n") == 2


@pytest.mark.parametrize("changed", [(), ("--changed",)], ids=["everything", "changed"])
def test_a_finding_has_file_and_line_and_exit_code_1(root: Path, changed: tuple[str, ...]) -> None:
    """As a compiler says it, so that an editor can jump there."""
    assert mirld(root, "check").returncode == 0
    edit(root, SWIFT, '"Swift"@en', '"Swift"')
    line = (root / SWIFT).read_text(encoding="utf-8").split('"Swift" ')[0].count("\n") + 1
    done = mirld(root, "check", *changed)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{SWIFT}:{line}: violation: The label is missing, without a language")
    assert done.stdout.splitlines()[0].endswith(': "Swift" (mirs:Entry-label)')


def test_only_what_is_named_is_reported(root: Path) -> None:
    """A file of the registry, or a file of one's own that is laid over it."""
    edit(root, SWIFT, '"Swift"@en', '"Swift"')
    assert mirld(root, "check", "r/data/curated/unet").returncode == 0
    assert mirld(root, "check", "r/data/curated/lora/swift.ttl").returncode == 1
    mine = root.parent / "mine.ttl"
    mine.write_text(
        "@base <https://w3id.org/mir/> .\n@prefix mir: <https://w3id.org/mir/ns#> .\n"
        "<dev/lora/swift/mine> a mir:Development ; mir:fineTunedFrom <model/unet/orrery/bas> .\n"
    )
    done = mirld(root, "check", "mine.ttl")
    assert done.returncode == 1
    assert all(line.startswith("mine.ttl:3: violation: ") for line in done.stdout.splitlines())
    assert "did you mean <model/unet/orrery/base>?" in done.stdout
    assert "The label is missing" in done.stdout


def test_json_keeps_to_its_schema(root: Path) -> None:
    """Published beside the site."""
    edit(root, SWIFT, '"Swift"@en', '"Swift"')
    done = mirld(root, "check", "--json")
    document = json.loads(done.stdout)
    assert list(schema_of("check").iter_errors(document)) == []
    assert document["conforms"] is False
    assert document["counts"] == {"violation": 1, "warning": 0, "info": 2}


def test_what_is_formatted_or_new_is_told_as_json(root: Path) -> None:
    """By the schemas that are published."""
    report = json.loads((ROOT / "site/content/schema/check.schema.json").read_text(encoding="utf-8"))
    registry = Registry().with_resource(report["$id"], Resource.from_contents(report))
    done = mirld(root, "new", "mir:model.unet.mine", "--label", "Mine", "--json")
    assert done.returncode == 0
    schema = schema_of("new").schema
    assert list(Draft202012Validator(schema, registry=registry).iter_errors(json.loads(done.stdout))) == []
    (root / SWIFT).write_bytes((root / SWIFT).read_bytes().replace(b" ;\n", b";\n"))
    told = json.loads(mirld(root, "fmt", "--json").stdout)
    assert list(schema_of("fmt").iter_errors(told)) == []
    assert [Path(name).name for name in told["changed"]] == ["swift.ttl"]


def test_a_lost_name_is_found_against_an_earlier_registry(root: Path) -> None:
    """What `mirld check --record` put on record may not go."""
    earlier = make_checked_registry(root.parent / "earlier")
    assert mirld(root, "check", "--against", str(earlier)).returncode == 0
    (root / SWIFT).unlink()
    (root / "data/ledger/mirld.ttl").unlink()
    assert mirld(root, "check", "--record").returncode == 0
    done = mirld(root, "check", "--against", str(earlier))
    assert done.returncode == 1
    assert done.stdout.count("(ledger:missing)") == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<a> <b> ", f"error: {SWIFT}:1:9: this is no Turtle: "),
        ("<a> <b> dct:c .", f"error: {SWIFT}:1:9: this is no Turtle: The prefix dct: has not been declared\nhint: "),
        ("<a> <b> [] .", f"error: {SWIFT}:1:9: a blank node, which nothing can link to\nhint: give it a name"),
    ],
)
def test_a_file_that_does_not_parse_is_an_error_with_its_place(root: Path, content: str, says: str) -> None:
    """Exit code 3, for a check of everything and for one of what changed."""
    assert mirld(root, "check").returncode == 0
    (root / SWIFT).write_text(content)
    for more in ((), ("--changed",)):
        done = mirld(root, "check", *more)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.startswith(says)


def test_two_files_that_claim_an_entry_are_an_error(root: Path) -> None:
    """Neither is picked."""
    (root / "data/curated/lora/copy.ttl").write_bytes((root / SWIFT).read_bytes())
    for more in ((), ("--changed",)):
        done = mirld(root, "check", *more)
        assert done.returncode == 3
        assert "data/curated/lora/copy.ttl" in done.stderr
        assert "<info/lora/swift> is described in" in done.stderr


def test_formatting_keeps_the_statements_and_is_done_once(root: Path) -> None:
    """`--check` says what would change and exits with 1; a second run changes nothing."""
    before = (root / SWIFT).read_bytes()
    (root / SWIFT).write_bytes(before.replace(b" ;\n", b";\n\n").replace(b"@prefix rdfs", b"@prefix   rdfs"))
    assert mirld(root, "fmt", "--check").returncode == 1
    done = mirld(root, "fmt")
    assert (done.returncode, done.stderr) == (0, "1 of 13 files changed\n")
    assert done.stdout.endswith(f"{SWIFT}\n")
    assert (root / SWIFT).read_bytes() == before
    assert mirld(root, "fmt", "--check").returncode == 0


@pytest.mark.parametrize("wrong", ["<a> <b> ", "<a> <b> <c> . # why\n", "<a> <b> [] ."])
def test_formatting_writes_nothing_when_a_file_cannot_be_kept(root: Path, wrong: str) -> None:
    """A comment would be lost, so it is an error, with its line; other files are left alone as well."""
    (root / SWIFT).write_bytes((root / SWIFT).read_bytes().replace(b" ;\n", b";\n"))
    (root / "data/curated/unet/zodiac.ttl").write_text(wrong)
    before = snapshot(root)
    done = mirld(root, "fmt")
    assert done.returncode == 3
    assert "zodiac.ttl:1:" in done.stderr
    assert snapshot(root) == before


def test_a_new_entry_passes_the_check_and_is_in_form(root: Path) -> None:
    """Its series is made with it, both names are on record, and what is said has its evidence."""
    done = mirld(
        root, "new", "mir:model.lora.quick:orrery@4step", "--label", "Quick", "--adapter-for", "mir:info.unet.orrery",
        "--licence", "MIT", "--repository", "me/Quick_LoRA", "--source", "https://example.org/quick",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [Path(line).name for line in done.stdout.splitlines()] == ["quick.ttl", "mirld.ttl"]
    assert mirld(root, "fmt", "--check").returncode == 0
    done = mirld(root, "check")
    assert done.returncode == 0
    assert "warning" not in done.stderr
    assert mirld(root, "resolve", "me/quick_lora").stdout.startswith("mir:model.lora.quick:orrery@4step")
    again = mirld(root, "new", "mir:model.lora.quick:orrery", "--label", "Quick for all")
    assert again.returncode == 0, again.stderr
    assert (root / "data/curated/lora/quick.ttl").read_text(encoding="utf-8").count("a mir:Info") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("mir:model.unet.orrery:base",), 3, "there is an entry of this name"),
        (("mir:model.unet.Orrery",), 3, "hint: write mir:model.unet.orrery"),
        (("clockworks/Orrery-2.5-large",), 2, "perhaps mir:model.ARCHITECTURE.orrery-2:base"),
        (("mir:dev.unet.mine",), 2, "name it: --out"),
        (("mir:model.unet.mine", "--licence", "MIT"), 2, "--licence rests on no source"),
        (("mir:model.unet.mine", "--loader", "diffusers"), 2, "write diffusers:FluxPipeline"),
        (("mir:model.unet.mine", "--source", "a book"), 2, "--source is no web address"),
    ],
)
def test_what_cannot_be_new_is_refused_and_nothing_written(
    root: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    """One error, with what to do."""
    before = snapshot(root)
    done = mirld(root, "new", *arguments, "--label", "Mine")
    assert done.returncode == code
    assert says in done.stderr
    assert snapshot(root) == before


def test_a_name_that_was_used_is_not_used_again(root: Path) -> None:
    """Neither after its entry went, nor when upstream had it."""
    (root / "data/curated/scheduler/wheel.ttl").unlink()
    done = mirld(root, "new", "mir:operations.scheduler.wheel:discrete", "--label", "Wheel")
    assert done.returncode == 3
    assert "no name is used again" in done.stderr


def test_an_entry_of_ones_own_goes_into_a_file_of_ones_own(root: Path) -> None:
    """No record is made of it."""
    before = snapshot(root)
    done = mirld(root, "new", "mir:dev.unet.mine:1", "--label", "Mine", "--out", "mine.ttl")
    assert (done.returncode, done.stdout) == (0, "mine.ttl\n"), done.stderr
    assert snapshot(root) == before
    assert "<dev/unet/mine/1>" in (root.parent / "mine.ttl").read_text(encoding="utf-8")


def test_a_harvest_says_what_would_change_and_then_changes_it(root: Path) -> None:
    """With --check nothing is written and the exit code is 1; a second harvest changes nothing."""
    before = snapshot(root)
    asked = mirld(root, "harvest", "upstream-mir", "--from", str(UPSTREAM), "--check", "--json")
    document = json.loads(asked.stdout)
    assert asked.returncode == 1
    assert list(schema_of("harvest").iter_errors(document)) == []
    assert snapshot(root) == before
    assert mirld(root, "harvest", "upstream-mir", "--from", str(UPSTREAM)).returncode == 0
    assert all((root / name).is_file() for name in document["harvests"][0]["changed"])
    assert mirld(root, "harvest", "upstream-mir", "--from", str(UPSTREAM), "--check").returncode == 0


def test_a_list_that_is_not_upstreams_is_refused(root: Path) -> None:
    """And the registry is as it was."""
    other = root.parent / "package.json"
    other.write_text('{"name": "left-pad", "version": "1.0.0"}')
    before = snapshot(root)
    done = mirld(root, "harvest", "upstream-mir", "--from", str(other))
    assert done.returncode == 3
    assert "package.json" in done.stderr
    assert "hint: " in done.stderr
    assert snapshot(root) == before
