"""The site of a small registry, byte for byte: whoever changes a page sees what changed.

The goldens are made again with `pytest tests/golden --remake-goldens`; look at what git says has changed before you
commit it. Left out are files that are copies (styles, fonts) and packed files, whose bytes depend on the zlib at hand.
"""

from __future__ import annotations

import difflib
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.conftest import ROOT, copy_small, run_build

GOLDEN = Path(__file__).parent / "small"
SHOWN_FILES = 5
SHOWN_LINES = 12
# Sums and sizes of packed files stand in two other files.
_PACKED_SUM = re.compile(rb"^[0-9a-f]{64}(?=  \S+\.gz$)", re.MULTILINE)
_PACKED_ROW = re.compile(rb'(\.gz">.*?</h3><p>[^<]*?, )[0-9,]+( bytes</p>.*?<code>)[0-9a-f]{64}')


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Build the small registry, and give what is to be compared."""
    folder = tmp_path_factory.mktemp("golden")
    done = run_build(copy_small(folder / "registry"), folder / "site", "--no-check")
    assert done.returncode == 0, done.stderr
    return comparable(folder / "site")


def comparable(site: Path) -> dict[str, bytes]:
    """Read a site by path, without copies and packed files, and with the sums of packed files blanked."""
    found = {}
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if path.is_file() and not name.startswith("assets/") and path.suffix != ".gz":
            found[name] = path.read_bytes()
    found["data/SHA256SUMS"] = _PACKED_SUM.sub(b"-", found["data/SHA256SUMS"])
    found["data/index.html"] = _PACKED_ROW.sub(rb"\1-\2-", found["data/index.html"])
    return found


def kept() -> dict[str, bytes]:
    return {
        path.relative_to(GOLDEN).as_posix(): path.read_bytes() for path in sorted(GOLDEN.rglob("*")) if path.is_file()
    }


def difference(name: str, golden: bytes, made: bytes) -> str:
    """Say where two files differ, in a few lines."""
    lines = difflib.unified_diff(
        golden.decode(errors="replace").splitlines(),
        made.decode(errors="replace").splitlines(),
        f"tests/golden/small/{name}",
        f"built/{name}",
        n=0,
        lineterm="",
    )
    shown = [line if len(line) <= 200 else f"{line[:200]}…" for line in lines]
    more = [f"… and {len(shown) - SHOWN_LINES} lines more"] if len(shown) > SHOWN_LINES else []
    return "\n".join([*shown[:SHOWN_LINES], *more]) or f"{name}: only the ends of lines differ"


def compare(golden: Mapping[str, bytes], made: Mapping[str, bytes]) -> str:
    """Say what differs between two sites; nothing when they are the same."""
    said = [f"not built: {name}" for name in sorted(golden.keys() - made.keys())]
    said += [f"no golden for: {name}" for name in sorted(made.keys() - golden.keys())]
    changed = [name for name in sorted(golden.keys() & made.keys()) if golden[name] != made[name]]
    said += [difference(name, golden[name], made[name]) for name in changed[:SHOWN_FILES]]
    if len(changed) > SHOWN_FILES:
        said.append(f"… and in {len(changed) - SHOWN_FILES} files more: {', '.join(changed[SHOWN_FILES:])}")
    return "\n".join(said)


def test_the_small_site_is_what_it_was(made: Mapping[str, bytes], request: pytest.FixtureRequest) -> None:
    """Every page, every form and every dump; where it is not, the message shows the lines."""
    if request.config.getoption("--remake-goldens"):
        shutil.rmtree(GOLDEN, ignore_errors=True)
        for name, data in made.items():
            place = GOLDEN / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
    found = compare(kept(), made)
    assert not found, f"{found}\nIf this is as it should be: pytest tests/golden --remake-goldens"


def test_what_is_copied_is_what_is_kept(tmp_path: Path) -> None:
    """Styles, scripts, fonts and the icon are published as they lie in site/static."""
    assert run_build(copy_small(tmp_path / "registry"), tmp_path / "site", "--no-check").returncode == 0
    static = ROOT / "site" / "static"
    for path in static.rglob("*"):
        if path.is_file():
            assert (tmp_path / "site" / "assets" / path.relative_to(static)).read_bytes() == path.read_bytes()


def test_a_difference_is_shown_with_its_file_and_lines() -> None:
    """A changed line, a file that is gone and one that is new are each named; equal sites have nothing said of them."""
    golden = {"a.html": b"one\ntwo\nthree\n", "gone.ttl": b"", "same.nt": b"x"}
    said = compare(golden, {"a.html": b"one\n2\nthree\n", "new.ttl": b"", "same.nt": b"x"})
    assert said.splitlines() == [
        "not built: gone.ttl",
        "no golden for: new.ttl",
        "--- tests/golden/small/a.html",
        "+++ built/a.html",
        "@@ -2 +2 @@",
        "-two",
        "+2",
    ]
    assert compare(golden, golden) == ""


def test_a_long_difference_is_cut() -> None:
    """Five files and twelve lines of each are enough to see what happened."""
    golden = {f"{number}.nt": b"a\n" * 100 for number in range(9)}
    said = compare(golden, dict.fromkeys(golden, b"b\n" * 100))
    assert len(said.splitlines()) == SHOWN_FILES * (SHOWN_LINES + 1) + 1
    assert "and in 4 files more: 5.nt, 6.nt, 7.nt, 8.nt" in said
