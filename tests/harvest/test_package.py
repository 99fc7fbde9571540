"""Packages as they are packed: what they hold, what pins them, and every way in which they can be damaged."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest
from tests.harvest.packages import make_archive, make_repository, make_wheel

from mirld.errors import InputError, SyntaxInputError
from mirld.harvest import package
from mirld.harvest.package import Package, parse_json

FILES = {"thing/models/a.py": "X = 1\n", "thing/models/b.py": "Y = 2\n", "thing/data.json": "{}\n"}


def test_a_wheel_is_pinned_by_its_version_and_the_digest_of_its_bytes(tmp_path: Path) -> None:
    """The version is the one its metadata states, whatever the file is called."""
    path = make_wheel(tmp_path / "thing-9.9-py3-none-any.whl", FILES, version="1.2.3")
    found = Package.open(path)
    assert (found.version, found.revision) == ("1.2.3", hashlib.sha256(path.read_bytes()).hexdigest())
    assert found.paths("thing/models/*.py") == ["thing/models/a.py", "thing/models/b.py"]
    assert found.text("thing/models/a.py") == "X = 1\n"
    assert "thing/models/c.py" not in found


@pytest.mark.parametrize(
    ("named", "content"),
    [("package.json", '{"version": "0.21.0"}'), ("PKG-INFO", "Metadata-Version: 2.1\nName: x\nVersion: 0.21.0\n")],
)
def test_an_archive_has_its_version_in_either_way(tmp_path: Path, named: str, content: str) -> None:
    """As npm writes it, and as Python does; the folder that holds all is left out of the paths."""
    found = Package.open(make_archive(tmp_path / "x.tgz", {**FILES, named: content}))
    assert found.version == "0.21.0"
    assert found.paths("thing/*.json") == ["thing/data.json"]


def test_a_repository_is_pinned_by_its_commit(tmp_path: Path) -> None:
    """Only what is committed is read; a bare copy gives the same."""
    folder = make_repository(tmp_path / "list", FILES)
    (folder / "thing" / "data.json").write_text("changed and not committed", encoding="utf-8")
    (folder / "new.txt").write_text("not committed", encoding="utf-8")
    found, bare = Package.open(folder), Package.open(folder / ".git")
    assert found.version == "2026-01-02"
    assert len(found.revision) == 40
    assert (bare.version, bare.revision, bare.paths()) == (found.version, found.revision, found.paths())
    assert found.text("thing/data.json") == bare.text("thing/data.json") == "{}\n"
    assert "new.txt" not in found


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    """A file, a folder, and nothing at all: each with a hint."""
    (tmp_path / "x.whl").write_bytes(b"no archive at all")
    (tmp_path / "folder").mkdir()
    for name in ("x.whl", "folder", "nothing.whl"):
        with pytest.raises(InputError) as caught:
            Package.open(tmp_path / name)
        assert caught.value.hint
        assert name in str(caught.value)


def test_an_archive_that_names_no_version_is_refused(tmp_path: Path) -> None:
    """Nothing could be pinned by it."""
    with pytest.raises(InputError, match="which version"):
        Package.open(make_archive(tmp_path / "x.tgz", FILES))


@pytest.mark.parametrize("kept", [0.2, 0.9])
@pytest.mark.parametrize("kind", ["wheel", "archive"])
def test_a_truncated_archive_is_refused(tmp_path: Path, kind: str, kept: float) -> None:
    """Wherever it was cut: with the file that is damaged, and no traceback of the reader of archives."""
    files = {**FILES, "package.json": '{"version": "1"}', "big.txt": "".join(map(str, range(40_000)))}
    path = make_wheel(tmp_path / "x-1.whl", files) if kind == "wheel" else make_archive(tmp_path / "x.tgz", files)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(InputError, match=r"damaged|no archive"):
        Package.open(path).read("big.txt")


def test_a_damaged_member_is_refused(tmp_path: Path) -> None:
    """The table of contents is whole, the bytes of a file are not."""
    path = make_wheel(tmp_path / "x-1.whl", FILES)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"X = 1\n", b"X = 7\n"))
    with pytest.raises(InputError, match="damaged"):
        Package.open(path).read("thing/models/a.py")


def test_a_missing_file_says_that_the_layout_changed(tmp_path: Path) -> None:
    """With the version that was opened."""
    found = Package.open(make_wheel(tmp_path / "thing-1.whl", FILES, version="3.0"))
    with pytest.raises(InputError, match="layout changed") as caught:
        found.read("thing/gone.py")
    assert "3.0" in str(caught.value.hint)


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is unpacked."""
    monkeypatch.setattr(package, "MOST_BYTES", 1_000)
    path = tmp_path / "x-1.whl"
    with zipfile.ZipFile(make_wheel(path, FILES), "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.txt", "0" * 1_001)
    with pytest.raises(InputError, match="more than 1,000"):
        Package.open(path).read("bomb.txt")


def test_text_that_is_no_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    """Counted from 1."""
    path = tmp_path / "x-1.whl"
    with zipfile.ZipFile(make_wheel(path, FILES), "a") as archive:
        archive.writestr("latin.txt", "one\ntwo\ncafé".encode("latin-1"))
    with pytest.raises(SyntaxInputError) as caught:
        Package.open(path).text("latin.txt")
    assert caught.value.line == 3


@pytest.mark.parametrize("text", [b"[1]", b'{"a": }', b"\xff", b"[" * 100_000])
def test_json_that_is_no_object_is_refused(text: bytes) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(SyntaxInputError, match="JSON"):
        parse_json(text, "x.json")
