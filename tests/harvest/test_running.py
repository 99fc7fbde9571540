"""A whole harvest: what is written, what is refused, and that nothing is ever half done."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.conftest import SMALL, digests
from tests.harvest.packages import make_wheel

from mirld.check.ledger import RECORDS_FILE, record_names
from mirld.errors import InputError, OutputError
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.licences import claim_licence
from mirld.harvest.package import Package
from mirld.harvest.running import harvest
from mirld.harvest.source import Source


def read(package: Package, known: Known) -> Harvest:
    """Read a list of `key series release licence` rows."""
    found = Harvest()
    for number, row in enumerate(package.text("list.txt").splitlines(), start=1):
        key, series, release, licence = row.split()
        item = Item(
            key=f"list:{key}",
            place=f"list.txt:{number}",
            kind="Model",
            architecture="art",
            series=series,
            release=release,
        )
        item.repository(f"owner/{key}")
        claim_licence(item, licence, found)
        found.items.append(item)
    return found


SOURCE = Source(
    name="list",
    title="A list",
    description="Models of a list.",
    licence="MIT",
    origin="pip:list",
    page="https://example.org/list/{version}",
    rank=70,
    read=read,
)
ROWS = [f"m{number} Family{number % 3} {number}b mit" for number in range(20)]


def wheel(path: Path, rows: list[str], version: str = "1.0") -> Path:
    return make_wheel(path / f"list-{version}-py3-none-any.whl", {"list.txt": "\n".join(rows)}, version)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "registry"))


def entries(root: Path) -> set[str]:
    return {
        line.split()[0]
        for path in (root / "data/harvested/list").glob("*.ttl")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("<model/") and "#" not in line
    }


def test_a_harvest_writes_its_own_folder_and_nothing_else(root: Path, tmp_path: Path) -> None:
    """The source with its version, licence and digest, one file an architecture; a second harvest changes nothing."""
    before = digests(root)
    path = wheel(tmp_path, ROWS)
    report = harvest(SOURCE, path, root)
    after = digests(root)
    assert {name for name in after if after[name] != before.get(name)} == set(report.files) == set(report.changed)
    assert all(name.startswith("data/harvested/list/") for name in report.files)
    assert report.entries == {"Info": 3, "Model": 20}
    assert Package.open(path).revision in (root / "data/harvested/list/source.ttl").read_text(encoding="utf-8")
    assert harvest(SOURCE, path, root).changed == ()
    load(Corpus.scan(root))


def test_a_label_stays_with_who_gave_it(root: Path, tmp_path: Path) -> None:
    """Though another source has joined its series since, by another name: what was first is not read differently."""
    path = wheel(tmp_path, ROWS)
    harvest(SOURCE, path, root)
    other = root / "data/harvested/elsewhere/art.ttl"
    other.write_text(
        "@base <https://w3id.org/mir/> .\n@prefix mir: <https://w3id.org/mir/ns#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n"
        '<info/art/family0>\n    a mir:Info ;\n    skos:altLabel "The first family"@en .\n',
        encoding="utf-8",
    )
    assert harvest(SOURCE, path, root).changed == ()


def test_a_check_writes_nothing(root: Path, tmp_path: Path) -> None:
    """And says what would be written."""
    before = digests(root)
    assert harvest(SOURCE, wheel(tmp_path, ROWS), root, check=True).changed
    assert digests(root) == before


def test_a_drift_of_more_than_a_fifth_is_refused(root: Path, tmp_path: Path) -> None:
    """With the numbers, and nothing is written; a fifth is not too much, and a person may accept more."""
    harvest(SOURCE, wheel(tmp_path, ROWS), root)
    before = digests(root)
    with pytest.raises(InputError, match="23 entries before and gives 13 now"):
        harvest(SOURCE, wheel(tmp_path, ROWS[:10], "2.0"), root)
    assert digests(root) == before
    assert harvest(SOURCE, wheel(tmp_path, ROWS[:16], "3.0"), root).entries["Model"] == 16
    assert harvest(SOURCE, wheel(tmp_path, ROWS[:3], "4.0"), root, accept_drift=True).entries["Model"] == 3


def test_a_name_once_given_stays(root: Path, tmp_path: Path) -> None:
    """Though the source now spells family and release otherwise."""
    harvest(SOURCE, wheel(tmp_path, ROWS), root)
    before = entries(root)
    renamed = [row.replace("Family", "Kin").replace("b mit", "billion mit") for row in ROWS]
    harvest(SOURCE, wheel(tmp_path, renamed, "2.0"), root)
    assert entries(root) == before


def test_a_name_on_record_stays_though_the_folder_went(root: Path, tmp_path: Path) -> None:
    """The ledger knows what a name was given to."""
    harvest(SOURCE, wheel(tmp_path, ROWS), root)
    before = entries(root)
    (root / RECORDS_FILE).write_bytes(record_names(load(Corpus.scan(root)), "2026-01-02"))
    shutil.rmtree(root / "data/harvested/list")
    renamed = [row.replace("Family", "Kin") for row in reversed(ROWS)]
    harvest(SOURCE, wheel(tmp_path, renamed, "2.0"), root)
    assert entries(root) == before


def test_a_folder_that_goes_takes_its_source_with_it(root: Path, tmp_path: Path) -> None:
    """The rest of the registry is what it was."""
    before = load(Corpus.scan(root)).view
    harvest(SOURCE, wheel(tmp_path, ROWS), root)
    shutil.rmtree(root / "data/harvested/list")
    assert list(load(Corpus.scan(root)).view) == list(before)


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of the harvest before included."""
    harvest(SOURCE, wheel(tmp_path, ROWS), root)
    before, path = digests(root), wheel(tmp_path, ROWS[:16], "2.0")

    def full(path: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="no space left"):
        harvest(SOURCE, path, root)
    monkeypatch.undo()
    assert digests(root) == before


def test_licences_are_ids_of_spdx_or_pages_of_ours(root: Path, tmp_path: Path) -> None:
    """A tag that says nothing gives nothing; a tag nobody knows is a finding with its row."""
    rows = ["a F 1b apache-2.0", "b F 2b gemma", "c F 3b other", "d F 4b no-such-licence"]
    report = harvest(SOURCE, wheel(tmp_path, rows), root)
    said = (root / "data/harvested/list/art.ttl").read_text(encoding="utf-8")
    assert "<https://spdx.org/licenses/Apache-2.0>" in said
    assert "<licence/gemma>" in said
    assert said.count("dcterms:license ") == 2
    assert report.findings == {"unknown-reference": 1}
    assert '"list.txt:4"' in (root / "data/harvested/list/findings.ttl").read_text(encoding="utf-8")


def test_an_overlay_is_written_where_the_user_says(root: Path, tmp_path: Path) -> None:
    """Each source in a folder of its own there; what else is in it stays, and the registry is not touched."""
    before = digests(root)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "own.ttl").write_text("")
    report = harvest(SOURCE, wheel(tmp_path, ROWS), root, into=tmp_path / "mine")
    assert digests(root) == before
    assert (tmp_path / "mine" / "own.ttl").is_file()
    assert all((tmp_path / "mine" / name).is_file() for name in report.files)


def test_a_model_that_nobody_could_find_has_no_entry(root: Path, tmp_path: Path) -> None:
    """No repository, no digest, no loader: a finding says so, and where it stands."""

    def bare(package: Package, known: Known) -> Harvest:
        found = read(package, known)
        found.items[0].parts.clear()
        found.items[0].keys.clear()
        return found

    report = harvest(replace(SOURCE, read=bare), wheel(tmp_path, ROWS), root)
    assert report.entries["Model"] == len(ROWS) - 1
    assert report.findings == {"no-publication": 1}
    assert '"list.txt:1"' in (root / "data/harvested/list/findings.ttl").read_text(encoding="utf-8")


def test_the_steps_are_said(root: Path, tmp_path: Path) -> None:
    """From opening to writing."""
    steps: list[str] = []
    harvest(SOURCE, wheel(tmp_path, ROWS), root, progress=steps.append)
    assert steps[0].startswith("opening")
    assert steps[-1].startswith("writing")
