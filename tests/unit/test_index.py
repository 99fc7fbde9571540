"""The index gives back what was put in, is found where it should be, and is made anew when it has to be."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mirld.errors import InputError
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset, Graph
from mirld.graph.load import load, parse_turtle
from mirld.registry import Index, Registry, read_registry
from mirld.registry.place import open_index
from mirld.registry.read import read_concepts, read_library
from mirld.registry.tables import Kind

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "fixtures" / "small"
CLASSES = """
@base <https://w3id.org/mir/> .
@prefix mir: <https://w3id.org/mir/ns#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
<library/skylib/class/orrerypipeline> a mir:LibraryClass ; mir:library "skylib" ; mir:className "OrreryPipeline" ;
    mir:extends <library/skylib/class/skypipeline> ; mir:libraryVersion "==1.0" ; mir:open <vocab/phase/call> ;
    mir:parameter <library/skylib/parameter/s#steps-1> , <library/skylib/parameter/s#scale-2> .
<library/skylib/class/skypipeline> a mir:LibraryClass ; mir:library "skylib" ; mir:className "SkyPipeline" ;
    mir:parameter <library/skylib/parameter/s#scale-2> .
<library/skylib/class/orreryconfig> a mir:LibraryClass ; mir:library "skylib" ; mir:className "OrreryConfig" ;
    mir:configures "OrreryModel" .
<library/skylib/parameter/s#steps-1> a mir:Parameter ; mir:parameterName "steps" ; mir:phase <vocab/phase/call> ;
    mir:valueType "int" ; mir:minimum 1 ; mir:maximum 100 ; mir:unit "steps" .
<library/skylib/parameter/s#scale-2> a mir:Parameter ; mir:parameterName "scale" ; mir:defaultValue "null"^^rdf:JSON ;
    mir:allowedValue "a" , "b" .
"""


@pytest.fixture(scope="module")
def loaded() -> Dataset:
    return load(Corpus.scan(ROOT))


@pytest.fixture(scope="module")
def registry(loaded: Dataset) -> Registry:
    return read_registry(loaded)


@pytest.fixture(scope="module")
def index(loaded: Dataset, registry: Registry) -> Iterator[Index]:
    with Index.of(registry, concepts=read_concepts(loaded), classes=read_library(loaded)) as found:
        yield found


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mirld" / "index"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(SMALL, tmp_path / "registry")


def test_every_value_comes_back_as_it_was(index: Index, registry: Registry) -> None:
    """Entries with all their parts, records, sources: equal to what the graph gives, in the same order."""
    assert len(index) == len(registry) > 1_000
    assert list(index.entries()) == list(registry)
    assert [index.record(text) for text in registry.ledger] == list(registry.ledger.values())
    assert index.sources() == list(registry.sources.values())
    for iri, source in registry.sources.items():
        assert index.source(iri) == source


def test_an_entry_is_found_by_id_and_by_iri(index: Index, registry: Registry) -> None:
    """And nothing else is one."""
    for entry in list(registry)[::50]:
        assert index.entry(entry.id) == index.entry(str(entry.id)) == index.entry_at(entry.iri) == entry
    for text in ("", "mir:model.unet.orrery", "kolors", "mir:"):
        assert index.entry(text) is None
    assert index.entry_at("https://example.org/model/unet/kolors") is None


def test_groups_are_those_of_the_values(index: Index, registry: Registry) -> None:
    """Architecture, task, series, class of the ontology, licence: alone and together."""
    by_hand = {
        str(entry.id)
        for entry in registry
        if "Adapter" in entry.types and any(ref.iri.endswith("/architecture/lora") for ref in entry.architectures)
    }
    assert {name.id for name in index.among(architecture="lora", type="Adapter")} == by_hand != set()
    for task in ("text-to-image", "image-text-to-text"):
        expected = [str(entry.id) for entry in registry if any(ref.iri.endswith(f"/{task}") for ref in entry.tasks)]
        assert [name.id for name in index.among(task=task)] == expected
    for series, entries in list(registry.by_series.items())[::20]:
        assert [name.id for name in index.among(series=str(series))] == [str(entry.id) for entry in entries]
    assert index.among(architecture="lora", task="no-such-task") == []
    assert len(index.among(architecture=None)) == len(registry)


def test_links_are_known_at_their_end(index: Index, registry: Registry) -> None:
    """Every adapter, component, scheduler, origin and statement of compatibility."""
    count = 0
    for entry in registry:
        ends = [("adapterFor", ref.iri) for ref in entry.adapter_for]
        ends += [("component", part.entry.iri) for part in entry.components if part.entry]
        ends += [("scheduler", ref.iri) for loader in entry.loaders for ref in loader.schedulers]
        ends += [(name, ref.iri) for name, ref in entry.derived_from]
        ends += [("compatibility", ref.iri) for each in entry.compatibilities for ref in (each.subject, each.object)]
        for name, iri in ends:
            target = registry.by_iri.get(iri)
            if target is not None and target is not entry:
                count += 1
                assert (name, str(entry.id)) in [(by, found.id) for by, found in index.linking(target.id)]
    assert count > 100


def test_concepts_keep_what_is_said_of_them(index: Index) -> None:
    """Label, definition, scheme, broader ones, and properties that only some have."""
    found = index.concept("vocab/architecture/aet")
    assert found is not None
    assert (found.label, found.notation) == ("autoencoding transformer", "aet")
    assert found.broader == ("https://w3id.org/mir/vocab/architecture/transformer",)
    assert ("https://w3id.org/mir/ns#heuristicOrder", "11") in found.properties
    phases = index.concepts("https://w3id.org/mir/vocab/phase")
    assert [phase.notation for phase in phases] == ["call", "init", "load"]
    assert index.concept("vocab/phase/none") is None


def test_classes_of_libraries_come_with_what_they_take(small_dataset: Dataset) -> None:
    """A definition that two share once; a stated default of None is not the same as none; lineage nearest first."""
    registry = read_registry(small_dataset)
    with Index.of(registry, classes=read_library(small_dataset)) as index:
        found = index.library_class("skylib", "skylib.pipelines.orrerypipeline")
        assert found is not None
        steps, scale = sorted(found.parameters, key=lambda each: each.name, reverse=True)
        assert (steps.minimum, steps.maximum, steps.unit, steps.is_optional) == (1.0, 100.0, "steps", False)
        assert (scale.default, scale.is_optional, scale.allowed) == (None, True, ("a", "b"))
        assert (found.open_phases, found.version) == (("call",), "==1.0")
        assert [each.name for each in index.lineage(found)] == ["OrreryPipeline", "SkyPipeline"]
        assert [each.name for each in index.configurations("skylib", "OrreryModel")] == ["OrreryConfig"]
        assert index.library_class("otherlib", "OrreryPipeline") is None
        assert index.about()["parameter"] == "2"


@pytest.fixture
def small_dataset() -> Dataset:
    found = load(Corpus.scan(SMALL))
    more = Graph(parse_turtle(CLASSES.encode(), found.base, "classes.ttl"))
    found.view = found.view.with_more(more.sorted().blocks())
    return found


def test_another_base_needs_no_other_index(copy: Path, cache: Path) -> None:
    """IRIs are below the base that is asked for; words of the ontology keep theirs."""
    with open_index(copy) as usual, open_index(copy, base="https://example.org/m/") as other:
        assert len(list(cache.iterdir())) == 1
        for one, two in zip(usual.entries(), other.entries(), strict=True):
            assert two.iri == one.iri.replace("https://w3id.org/mir/", "https://example.org/m/")
            assert [each.supports for each in one.evidence] == [each.supports for each in two.evidence]
            assert other.entry_at(two.iri) == two


def test_the_same_files_make_the_same_bytes(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the seed of Python's hashes is, and whoever made it."""
    made = []
    for seed in ("1", "2"):
        place = tmp_path / f"index-{seed}"
        code = "import sys, pathlib as p, mirld.registry.place as m; m.make(*map(p.Path, sys.argv[1:]))"
        line = [sys.executable, "-c", code, str(copy), str(place)]
        subprocess.run(line, check=True, env={"PYTHONHASHSEED": seed})
        made.append(place.read_bytes())
    assert made[0] == made[1]


def files_of(index: Index) -> str:
    return str(index.rows("SELECT value FROM about WHERE name = 'files'")[0][0])


def test_it_is_made_once(copy: Path, cache: Path) -> None:
    """The second time it is only opened."""
    open_index(copy).close()
    (file,) = cache.iterdir()
    first = file.stat().st_mtime_ns, file.stat().st_ino
    open_index(copy).close()
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == first


def test_a_changed_file_is_seen(copy: Path, cache: Path) -> None:
    """Its text, a new file, and one that is gone; a file that was only touched changes nothing but times."""
    open_index(copy).close()
    path = next(path for path in sorted((copy / "data").rglob("*.ttl")) if "Orrery base" in path.read_text())
    path.touch()
    with open_index(copy) as index:
        content = index.about()["content"]
        assert str(path.stat().st_mtime_ns) in files_of(index)
    path.write_text(path.read_text(encoding="utf-8").replace("Orrery base", "Orrery bass"), encoding="utf-8")
    with open_index(copy) as index:
        assert index.about()["content"] != content
        assert [name.label for name in index.names() if name.id == "mir:model.unet.orrery:base"] == ["Orrery bass"]
    path.rename(path.with_name("another.ttl"))
    with open_index(copy) as index:
        assert "another.ttl" in files_of(index)
        assert index.about()["entry"] == str(len(list(index.entries())))
    path.with_name("another.ttl").unlink()
    with open_index(copy) as index:
        assert [name.label for name in index.names() if name.id == "mir:model.unet.orrery:base"] != ["Orrery bass"]
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize("damage", ["empty", "text", "short", "format", "mirld"])
def test_a_damaged_or_foreign_index_is_made_anew(copy: Path, cache: Path, damage: str) -> None:
    """No index at all, half of one, one of another format, one of another mirld."""
    open_index(copy).close()
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    if damage in ("format", "mirld"):
        connection = sqlite3.connect(file)
        connection.execute(
            "PRAGMA user_version=999" if damage == "format" else "UPDATE about SET value='9' WHERE name='mirld'"
        )
        connection.commit()
        connection.close()
    else:
        file.write_bytes({"empty": b"", "text": b"no index" * 1000, "short": whole[: len(whole) // 2]}[damage])
    with open_index(copy) as index:
        assert index.entry("mir:model.unet.orrery:base") is not None
        assert len(list(index.entries())) == len(index)
    assert file.read_bytes() == whole


def test_damage_that_shows_late_is_mended(copy: Path, cache: Path) -> None:
    """A page in the middle is gone: the question that meets it is answered all the same."""
    open_index(copy).close()
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 8192) + whole[-4096:])
    with open_index(copy) as index:
        assert index.entry("mir:model.unet.orrery:base") is not None
    assert file.read_bytes() == whole


def test_damage_that_cannot_be_mended_is_said() -> None:
    """An index in memory has nothing to be made from."""
    index = Index(sqlite3.connect(":memory:"))
    with pytest.raises(InputError, match="the index is damaged"):
        index.entry("mir:model.unet.orrery:base")


def test_without_a_cache_it_works_in_memory(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And that is said: the cache is a file here, which no user may write into."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    said: list[str] = []
    with open_index(copy, say=said.append) as index:
        assert index.entry("mir:model.unet.orrery:base") is not None
    assert len(said) == 1
    assert "the index is made in memory, for this once" in said[0]


def test_many_processes_make_it_at_once(copy: Path, cache: Path, tmp_path: Path) -> None:
    """All get an answer, one file is left."""
    code = f"""
from pathlib import Path
from mirld.registry.place import open_index
with open_index(Path({str(copy)!r})) as index:
    print(index.entry("mir:model.unet.orrery:base").label)
"""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            env={"XDG_CACHE_HOME": str(tmp_path / "cache")},
        )
        for _ in range(6)
    ]
    assert [process.communicate()[0] for process in running] == ["Orrery base\n"] * 6
    assert len(list(cache.iterdir())) == 1


def test_many_threads_ask_one_index(index: Index, registry: Registry) -> None:
    """Each gets its own answer."""
    entries = list(registry)[::10]
    wrong: list[str] = []

    def ask(start: int) -> None:
        order = entries[start:] + entries[:start]
        wrong.extend(str(entry.id) for entry in order if index.entry(entry.id) != entry)

    threads = [threading.Thread(target=ask, args=(start * 10,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_what_is_said_with_a_key_is_what_the_entry_has(index: Index, registry: Registry) -> None:
    """Digests: kind, part, name, variant."""
    for entry in registry:
        for file in entry.files:
            for digest in file.digests:
                found = [each for each in index.keys(Kind.DIGEST, digest.value) if index.entry_of(each.n) == entry]
                assert (digest.kind, file.iri, file.name or "", file.variant or "", "") in [each.said for each in found]


def test_rows_are_short_and_readable(index: Index) -> None:
    """A row is JSON once its marks are written out, so that others may read it."""
    ((text,),) = index.rows("SELECT value FROM entry ORDER BY length(value) DESC LIMIT 1")
    assert isinstance(json.loads(text.translate({code: f"{code}" for code in range(32)})), list)
