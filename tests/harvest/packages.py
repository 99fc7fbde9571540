"""Packages for tests: a wheel, an archive and a repository made of files given as texts."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

_IDENTITY = {
    "GIT_AUTHOR_NAME": "nobody",
    "GIT_AUTHOR_EMAIL": "nobody@example.org",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_NAME": "nobody",
    "GIT_COMMITTER_EMAIL": "nobody@example.org",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def make_wheel(path: Path, files: Mapping[str, str], version: str = "1.0") -> Path:
    """Write a wheel that holds `files`, each at a fixed time, so that the same files give the same bytes."""
    name = path.name.partition("-")[0]
    whole = {
        **files,
        f"{name}-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for file, content in sorted(whole.items()):
            archive.writestr(zipfile.ZipInfo(file, (2026, 1, 2, 3, 4, 6)), content)
    return path


def make_archive(path: Path, files: Mapping[str, str]) -> Path:
    """Write a compressed archive with all files in one folder, as npm's and Python's are."""
    with tarfile.open(path, "w:gz") as archive:
        for file, content in sorted(files.items()):
            data = content.encode()
            member = tarfile.TarInfo(f"package/{file}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def cut_short(path: Path) -> Path:
    """Leave the first half of a file, as a download that broke off does."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def make_repository(folder: Path, files: Mapping[str, str]) -> Path:
    """Make a git repository with one commit, of a fixed day and author, so that the commit is always the same."""
    for file, content in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(content, encoding="utf-8")
    for arguments in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "-m", "all")):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, env={**os.environ, **_IDENTITY})
    return folder
