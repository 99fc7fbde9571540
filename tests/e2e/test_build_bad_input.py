"""What a build cannot use is named with its place, in one message; exit code 3, and the old site untouched."""

from __future__ import annotations

import errno
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.conftest import copy_small, digests, run_build

from mirld.errors import OutputError
from mirld.site.output import MARKER, Staging

WORKERS = ("1", "2")


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one error message, having checked that it is the only one and no traceback."""
    lines = done.stderr.splitlines()
    assert [line for line in lines if not line.startswith(("error: ", "hint: "))] == []
    assert len([line for line in lines if line.startswith("error: ")]) == 1
    assert done.stdout == ""
    return lines[0].removeprefix("error: ")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Make what looks like a site that was built before."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / MARKER).write_bytes(b"")
    (folder / "index.html").write_text("the old site", encoding="utf-8")
    return folder


def break_turtle(root: Path) -> None:
    (root / "data" / "curated" / "scheduler" / "wheel.ttl").write_text(
        '@prefix mir: <https://w3id.org/mir/ns#> .\n<a> a mir:Model ;\n    mir:label "open .\n', encoding="utf-8"
    )


def break_encoding(root: Path) -> None:
    (root / "data" / "curated" / "agents.ttl").write_bytes(b'# \xff\xfe\n<a> a <b> .\n<a> <c> "\xff" .\n')


def claim_twice(root: Path) -> None:
    shutil.copy(root / "data" / "curated" / "unet" / "orrery.ttl", root / "data" / "curated" / "unet" / "twin.ttl")


def blank_node(root: Path) -> None:
    (root / "data" / "curated" / "blank.ttl").write_text("<a> <b> [] .\n", encoding="utf-8")


def dangling_file(root: Path) -> None:
    (root / "data" / "curated" / "gone.ttl").symlink_to(root / "nowhere.ttl")


def break_template(root: Path) -> None:
    (root / "site" / "templates" / "pages" / "entry.html").write_text("<p>\n{% if %}\n", encoding="utf-8")


def break_base_template(root: Path) -> None:
    (root / "site" / "templates" / "base.html").write_text("<html>\n\n{{ head.title\n", encoding="utf-8")


def undefined_in_template(root: Path) -> None:
    path = root / "site" / "templates" / "pages" / "ledger.html"
    path.write_text(path.read_text(encoding="utf-8") + "\n{% block more %}{{ nobody_knows }}{% endblock %}\n")
    base = root / "site" / "templates" / "base.html"
    base.write_text(base.read_text(encoding="utf-8").replace("</main>", "{% block more %}{% endblock %}</main>"))


def lose_template(root: Path) -> None:
    (root / "site" / "templates" / "pages" / "source.html").unlink()


def lose_macros(root: Path) -> None:
    (root / "site" / "templates" / "macros.html").unlink()


def break_context(root: Path) -> None:
    (root / "ontology" / "context.jsonld").write_text('{"@context": ["no", "object"]}', encoding="utf-8")


def break_context_json(root: Path) -> None:
    (root / "ontology" / "context.jsonld").write_text('{"@context": ', encoding="utf-8")


def break_shapes(root: Path) -> None:
    (root / "shapes" / "entry.ttl").write_text("@prefix sh: <http://www.w3.org/ns/shacl#> .\n<x> sh:a .\n")


def break_conformance(root: Path) -> None:
    (root / "site" / "content" / "grammar" / "conformance.json").write_text("[1, 2", encoding="utf-8")


BROKEN: list[tuple[Callable[[Path], None], str]] = [
    (break_turtle, r"data/curated/scheduler/wheel\.ttl:3:\d+: this is no Turtle: .+"),
    (break_encoding, r"data/curated/agents\.ttl(:\d+:\d+)?: this is no Turtle: .+"),
    (claim_twice, r"data/curated/unet/twin\.ttl: <.+> is described in data/curated/unet/orrery\.ttl as well"),
    (blank_node, r"data/curated/blank\.ttl:1:9: a blank node, which nothing can link to"),
    (dangling_file, r"data/curated/gone\.ttl: cannot read the file: No such file or directory"),
    (break_template, r"site/templates/pages/entry\.html:2: this is no template: .+"),
    (break_base_template, r"site/templates/base\.html:3: this is no template: .+"),
    (undefined_in_template, r"site/templates/pages/ledger\.html:\d+: .*'nobody_knows' is undefined"),
    (lose_template, r"site/templates/pages/source\.html: there is no such template"),
    (lose_macros, r"site/templates/macros\.html: there is no such template"),
    (break_context, r"ontology/context\.jsonld: the @context is no object"),
    (break_context_json, r"ontology/context\.jsonld: this is no JSON-LD context"),
    (break_shapes, r"shapes/entry\.ttl:2:\d+: this is no Turtle: .+"),
    (break_conformance, r"site/content/grammar/conformance\.json: this is no conformance file"),
]


@pytest.mark.parametrize(("spoil", "message"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_broken_file_is_named_with_its_place(
    tmp_path: Path, small: Path, out: Path, spoil: Callable[[Path], None], message: str
) -> None:
    """File, line and column where there are any."""
    spoil(small)
    before = digests(out)
    done = run_build(small, out, "--no-check")
    assert re.fullmatch(message, said(done)), done.stderr
    assert done.returncode == 3
    assert digests(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["registry", "site"]


@pytest.mark.parametrize("spoil", [break_base_template, undefined_in_template, break_shapes])
def test_a_worker_says_what_one_process_says(small: Path, out: Path, spoil: Callable[[Path], None]) -> None:
    """What is only found when a page is made reads the same from a worker."""
    spoil(small)
    one, two = (run_build(small, out, "--no-check", "--workers", workers) for workers in WORKERS)
    assert (one.returncode, said(one)) == (two.returncode, said(two))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is unreadable to root")
def test_an_unreadable_file_is_named(small: Path, out: Path) -> None:
    """A file that this user may not read."""
    (small / "data" / "curated" / "agents.ttl").chmod(0)
    done = run_build(small, out, "--no-check")
    assert (done.returncode, said(done)) == (3, "data/curated/agents.ttl: cannot read the file: Permission denied")


@pytest.mark.parametrize("folder", ["data", "ontology", "shapes", "site"])
def test_a_folder_that_is_a_file_is_no_registry(small: Path, out: Path, folder: str) -> None:
    """What should be a folder and is a file, or leads nowhere, is said to be missing; that is a matter of usage."""
    for replace in (lambda path: path.write_text(""), lambda path: path.symlink_to("nowhere")):
        place = small / folder
        shutil.rmtree(place) if place.is_dir() else place.unlink()
        replace(place)
        done = run_build(small, out, "--no-check")
        assert done.returncode == 2
        assert f"{folder} missing" in said(done)
        assert (out / "index.html").read_text() == "the old site"


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_a_target_that_holds_something_else_is_refused(tmp_path: Path, small: Path, kind: str) -> None:
    """A folder with files that no build wrote, or a file of that name, is never replaced."""
    target = tmp_path / "home"
    if kind == "folder":
        (target / "letters").mkdir(parents=True)
        (target / "letters" / "dear.txt").write_text("dear")
        message = "this folder holds something else than a built site"
    else:
        target.write_text("dear")
        message = "the site cannot replace a file"
    done = run_build(small, target, "--no-check")
    assert done.returncode == 3
    assert message in said(done)
    assert "hint: " in done.stderr
    assert (target if kind == "file" else target / "letters" / "dear.txt").read_text() == "dear"


def test_an_empty_folder_and_a_new_one_are_taken(tmp_path: Path, small: Path) -> None:
    """As is a folder whose parents are not there yet."""
    (tmp_path / "empty").mkdir()
    for out in (tmp_path / "empty", tmp_path / "not" / "yet" / "there"):
        assert run_build(small, out, "--no-check").returncode == 0
        assert (out / MARKER).is_file()


def test_a_target_below_a_file_is_refused(tmp_path: Path, small: Path) -> None:
    """A path that leads through a file cannot be made."""
    (tmp_path / "file").write_text("")
    done = run_build(small, tmp_path / "file" / "site", "--no-check")
    assert done.returncode == 3
    assert "cannot write site: " in said(done)


@pytest.fixture
def tiny_disk(tmp_path: Path, small: Path) -> Iterator[Path]:
    """Mount a file system that holds the small site once and not twice."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    assert run_build(small, tmp_path / "measured", "--no-check").returncode == 0
    pages = sum(-(-path.stat().st_size // 4096) for path in (tmp_path / "measured").rglob("*") if path.is_file())
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={pages * 3 // 2 * 4}k", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("workers", WORKERS)
def test_a_full_disk_leaves_the_old_site(small: Path, tiny_disk: Path, workers: str) -> None:
    """The second build does not fit beside the first: one message, exit code 3, the first one whole, nothing left."""
    out = tiny_disk / "site"
    first = run_build(small, out, "--no-check")
    assert first.returncode == 0, first.stderr
    before = digests(out)
    done = run_build(small, out, "--no-check", "--workers", workers)
    assert done.returncode == 3
    assert re.fullmatch(r"cannot write .+: no space left on device", said(done))
    assert "what stood there before is untouched" in done.stderr
    assert digests(out) == before
    assert [path.name for path in tiny_disk.iterdir()] == ["site"]


@pytest.mark.parametrize("workers", WORKERS)
def test_a_file_that_may_not_grow_is_said(tmp_path: Path, small: Path, out: Path, workers: str) -> None:
    """A limit on the size of files stops the build like a full disk does."""
    before = digests(out)
    command = [sys.executable, "-m", "mirld", "--root", str(small), "build", "--out", str(out), "--workers", workers]
    done = subprocess.run(
        [*command, "--no-check"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 3
    assert re.fullmatch(r"cannot write .+: file too large", said(done))
    assert digests(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["registry", "site"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_failing_write_leaves_the_old_site(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """The disk fails in the middle of a file: the error says which file, the staging folder is gone."""
    before = digests(out)

    def fail(descriptor: int, data: bytes) -> int:
        raise OSError(number, os.strerror(number))

    def build_something() -> None:
        with Staging(out) as staging:
            staging.write("a/index.html", b"written")
            monkeypatch.setattr(os, "write", fail)
            staging.write("b/index.html", b"lost")

    with pytest.raises(OutputError, match=r"cannot write b/index\.html: ") as caught:
        build_something()
    monkeypatch.undo()
    assert (caught.value.hint is not None) == (number != errno.EIO)
    assert digests(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_write_that_comes_in_pieces_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that takes three bytes at a time still gets all of them."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    with Staging(tmp_path / "new") as staging:
        staging.write("a/b.txt", b"0123456789")
        staging.write(MARKER, b"")
    assert (tmp_path / "new" / "a" / "b.txt").read_bytes() == b"0123456789"


def test_the_same_registry_is_built_over_the_old_site(small: Path, out: Path) -> None:
    """What the old site held and the new one does not is gone."""
    (out / "old-page").mkdir()
    (out / "old-page" / "index.html").write_text("old")
    assert run_build(small, out, "--no-check").returncode == 0
    assert not (out / "old-page").exists()
    assert digests(out) == digests(_built_again(small, out))


def _built_again(small: Path, out: Path) -> Path:
    again = out.parent / "again"
    assert run_build(copy_small(out.parent / "copy"), again, "--no-check").returncode == 0
    return again
