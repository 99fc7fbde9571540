"""One version of somebody's package or list: its files, read as bytes, and what pins them.

A wheel, a source archive (of Python or of npm), or a git repository, bare or with a work tree, of which the newest
commit is read. Nothing of it is ever imported or run, and nothing is unpacked onto the disk.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

from mirld.errors import InputError, SyntaxInputError

MOST_BYTES = 64 << 20
"""A larger file is refused: no list is that long, and a small archive can unpack to anything."""

_VERSION = re.compile(r"^Version: (\S+)\s*$", re.MULTILINE)
_METADATA = re.compile(r"[^/]+\.dist-info/METADATA|PKG-INFO")
_HINT = "give a wheel (.whl), an archive (.tar.gz, .tgz) or a git repository"


class Package:
    """Files by path; `version` as the package states it, `revision` the SHA-256 of the archive or the commit.

    For a repository `version` is the day of the commit, as YYYY-MM-DD.
    """

    def __init__(self, name: str, version: str, revision: str, files: Mapping[str, _File]) -> None:
        self.name = name
        self.version = version
        self.revision = revision
        self._files = files

    @classmethod
    def open(cls, path: Path) -> Package:
        """Open an archive or a repository; InputError when it is neither, or damaged."""
        if path.is_dir():
            return _open_repository(path)
        if not path.is_file():
            raise InputError("there is no such file or folder", file=str(path), hint=_HINT)
        files = _archive_files(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return cls(path.name, _version_of(files, path), digest, files)

    def paths(self, pattern: str = "*") -> list[str]:
        """List the paths that match a pattern of the shell, in which `*` also matches `/`; sorted."""
        return sorted(path for path in self._files if fnmatchcase(path, pattern))

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; InputError when it is missing or too large."""
        file = self._files.get(path)
        if file is None:
            raise InputError(
                "the package has no such file: it is another one, or its layout changed",
                file=f"{self.name}/{path}",
                hint=f"this harvest was written for another version than {self.version}",
            )
        return file.read(f"{self.name}/{path}")

    def text(self, path: str) -> str:
        """Return a file as text; SyntaxInputError when it is no UTF-8."""
        data = self.read(path)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise SyntaxInputError("this is no UTF-8", file=f"{self.name}/{path}", line=line) from error


class _File:
    """A file of a package that is read when it is asked for."""

    size: int

    def read(self, shown: str) -> bytes:
        """Return its bytes; `shown` is what messages call it."""
        if self.size > MOST_BYTES:
            raise InputError(f"the file has {self.size:,} bytes, more than {MOST_BYTES:,}", file=shown)
        return self.bytes(shown)

    def bytes(self, shown: str) -> bytes:
        """Return its bytes, of which there are few enough."""
        raise NotImplementedError


class _ZipFile(_File):
    def __init__(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        self.size = info.file_size
        self._archive, self._info = archive, info

    def bytes(self, shown: str) -> bytes:
        try:
            return self._archive.read(self._info)
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise InputError(f"the archive is damaged: {error}", file=shown) from error


class _TarFile(_File):
    def __init__(self, data: bytes | None, size: int) -> None:
        self.size = size
        self._data = data

    def bytes(self, shown: str) -> bytes:
        return self._data or b""


class _Blob(_File):
    def __init__(self, folder: Path, digest: str, size: int) -> None:
        self.size = size
        self._folder, self._digest = folder, digest

    def bytes(self, shown: str) -> bytes:
        return _git(self._folder, "cat-file", "blob", self._digest)


def _archive_files(path: Path) -> dict[str, _File]:
    try:
        if zipfile.is_zipfile(path):
            archive = zipfile.ZipFile(path)
            return {info.filename: _ZipFile(archive, info) for info in archive.infolist() if not info.is_dir()}
        with tarfile.open(path, "r:*") as tar:
            # A gzip is read from front to back, so what may be wanted is read on the way.
            members = [(member, _read_member(tar, member)) for member in tar if member.isfile()]
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        raise InputError(f"this is no archive, or a damaged one: {error}", file=str(path), hint=_HINT) from error
    # npm's archives and Python's hold all in one folder, whose name says nothing.
    return {member.name.partition("/")[2]: _TarFile(data, member.size) for member, data in members}


def _read_member(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes | None:
    file = tar.extractfile(member) if member.size <= MOST_BYTES else None
    return file.read() if file else None


def _version_of(files: Mapping[str, _File], path: Path) -> str:
    for name in sorted(files):
        if _METADATA.fullmatch(name):
            found = _VERSION.search(files[name].read(f"{path.name}/{name}").decode(errors="replace"))
            if found:
                return found[1]
    if "package.json" in files:
        shown = f"{path.name}/package.json"
        version = parse_json(files["package.json"].read(shown), shown).get("version")
        if isinstance(version, str):
            return version
    raise InputError("the archive does not say which version it is", file=str(path), hint=_HINT)


def _open_repository(folder: Path) -> Package:
    commit, day = _git(folder, "log", "-1", "--format=%H %cs").decode().split()
    files = dict(_blobs(folder, _git(folder, "ls-tree", "-r", "-l", "-z", commit).decode().split("\0")))
    return Package(folder.name, day, commit, files)


def _blobs(folder: Path, lines: Iterable[str]) -> Iterator[tuple[str, _File]]:
    for line in lines:
        head, _, path = line.partition("\t")
        if path:
            _, kind, digest, size = head.split()
            if kind == "blob":
                yield path, _Blob(folder, digest, int(size) if size.isdigit() else 0)


def _git(folder: Path, *arguments: str) -> bytes:
    # Paths and commits only: no hook, no filter and no configuration of the repository takes part in reading these.
    command = ["git", "-c", "safe.directory=*", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # no shell, and our own words
    except OSError as error:
        raise InputError("a repository is read with git, which is not installed", file=str(folder)) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = said[-1].removeprefix("fatal: ") if said else "git ended early"
        raise InputError(f"cannot read the repository: {reason}", file=str(folder), hint=_HINT)
    return done.stdout


def parse_json(data: bytes, shown: str) -> dict[str, object]:
    """Read a JSON object; SyntaxInputError (line, column) when it is none."""
    found = _load_json(data, shown)
    if not isinstance(found, dict):
        raise SyntaxInputError("this is no JSON object", file=shown)
    return found


def parse_json_list(data: bytes, shown: str) -> list[object]:
    """Read a JSON list; SyntaxInputError (line, column) when it is none."""
    found = _load_json(data, shown)
    if not isinstance(found, list):
        raise SyntaxInputError("this is no JSON list", file=shown)
    return found


def _load_json(data: bytes, shown: str) -> object:
    try:
        return json.loads(data)
    except json.JSONDecodeError as error:
        raise SyntaxInputError(
            f"this is no JSON: {error.msg.lower()}", file=shown, line=error.lineno, column=error.colno
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise SyntaxInputError("this is no JSON: it is no UTF-8, or nested too deep", file=shown) from error
