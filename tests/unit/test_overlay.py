"""What a user lays over the registry adds and prefers, and never changes what a published name means."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import mirld
from mirld.config import overlay_paths
from mirld.errors import ConflictError, InputError, UsageError

SMALL = Path(__file__).resolve().parents[1] / "fixtures" / "small"
HEAD = """@base <https://w3id.org/mir/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix mir: <https://w3id.org/mir/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
DEV = """<dev/lora/mine/orrery> a mir:Development ; rdfs:label "My private thing"@en ;
    mir:adapterFor <model/unet/orrery/base> ; mir:file <dev/lora/mine/orrery#file-a> ;
    mir:setting <dev/lora/mine/orrery#setting-any-call-steps> .
<dev/lora/mine/orrery#file-a> a mir:File ; mir:fileName "mine_zwergal.safetensors" ; mir:autoV3 "abcdefabcdef" .
<dev/lora/mine/orrery#setting-any-call-steps> a mir:Setting ; mir:parameterName "steps" ; mir:value 5 ;
    mir:phase <vocab/phase/call> .
"""
SETTING = """<model/unet/orrery/base> mir:setting <model/unet/orrery/base#setting-mine-call-steps> .
<model/unet/orrery/base#setting-mine-call-steps> a mir:Setting ; mir:parameterName "steps" ; mir:value 7 ;
    mir:phase <vocab/phase/call> .
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("MIRLD_OVERLAY", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "cache" / "mirld" / "index"


def overlay(tmp_path: Path, text: str, name: str = "mine") -> Path:
    folder = tmp_path / name
    folder.mkdir(exist_ok=True)
    (folder / "own.ttl").write_text(HEAD + text, encoding="utf-8")
    return folder


def test_a_private_entry_is_found_in_every_way(tmp_path: Path) -> None:
    """By id, file, digest, words with a typing error, group and link; and the registry's own are all there."""
    with mirld.open(SMALL, overlays=[]) as below:
        published = [(str(entry.id), entry.label) for entry in below]
    with mirld.open(SMALL, overlays=[overlay(tmp_path, DEV)]) as registry:
        mine = registry["mir:dev.lora.mine:orrery"]
        assert (mine.label, mine.settings[0].value, mine.adapter_for[0].label) == ("My private thing", 5, "Orrery base")
        for text in ("mine_zwergal.safetensors", "abcdefab", "my privte thing", "dev.lora.mine:orrery"):
            assert registry.resolve(text).candidates[0].id == str(mine.id), text
        assert [str(entry) for entry in registry.entries(architecture="lora", type="Development")] == [str(mine)]
        assert ("adapterFor", str(mine)) in [
            (by, n.id) for by, n in registry.index.linking("mir:model.unet.orrery:base")
        ]
        assert [(str(e.id), e.label) for e in registry if e != mine] == published
        assert len(registry) == len(published) + 1


def test_a_setting_is_preferred(tmp_path: Path) -> None:
    """It stands before those of the registry, and the index says whose it is; nothing else of the entry changes."""
    with mirld.open(SMALL, overlays=[]) as below:
        published = below["mir:model.unet.orrery:base"]
        assert below.index.overlaid(published.id) is None
    with mirld.open(SMALL, overlays=[overlay(tmp_path, SETTING)]) as registry:
        entry = registry["mir:model.unet.orrery:base"]
        assert [each.value for each in entry.settings] == [7, *(each.value for each in published.settings)]
        assert registry.index.overlaid(entry.id) == {
            "https://w3id.org/mir/model/unet/orrery/base#setting-mine-call-steps"
        }
        assert entry._replace(settings=published.settings) == published


def test_a_setting_of_the_registry_is_replaced(tmp_path: Path) -> None:
    """The one with the same IRI: what the user says of it holds."""
    with mirld.open(SMALL, overlays=[overlay(tmp_path, DEV, "one")]):
        pass
    again = DEV.replace("mir:value 5", "mir:value 9")
    with mirld.open(SMALL, overlays=[overlay(tmp_path, again, "one")]) as registry:
        assert registry["mir:dev.lora.mine:orrery"].settings[0].value == 9


def test_another_label_is_one_more_name(tmp_path: Path) -> None:
    """The label stays; the user's is found as well."""
    text = '<model/unet/orrery/base> rdfs:label "My favourite"@en .'
    with mirld.open(SMALL, overlays=[overlay(tmp_path, text)]) as registry:
        entry = registry["mir:model.unet.orrery:base"]
        assert (entry.label, "My favourite" in entry.other_labels) == ("Orrery base", True)
        assert registry.resolve("my favourite").candidates[0].id == str(entry.id)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<model/unet/orrery/base> a mir:Scheduler .", "types is"),
        ("<model/unet/orrery/base> a mir:Model ; mir:parameterCount 12 .", "parameter_count is"),
        (
            "<ledger/x> a mir:LedgerRecord ; <http://www.w3.org/2004/02/skos/core#notation> 'orrery all' ;"
            " mir:state <vocab/state/alias> ; dcterms:isReplacedBy <model/unet/orrery/base> .",
            "the name is published and means something else: orrery all",
        ),
        ("<model/unet/orrery/lost> a mir:Model ; rdfs:label 'L' .", "was published and is withdrawn"),
    ],
)
def test_what_is_published_keeps_its_meaning(tmp_path: Path, text: str, words: str) -> None:
    """Another class, another count, an old name sent elsewhere, a withdrawn name taken up: refused, nothing is made."""
    root = shutil.copytree(SMALL, tmp_path / "registry")
    base = root / "data" / "more.ttl"
    with pytest.raises(ConflictError, match=words) as caught:
        mirld.open(root, overlays=[overlay(tmp_path, text)])
    assert "of its own" in (caught.value.hint or "")
    assert not base.exists()


def test_a_digest_of_a_published_file_stays(tmp_path: Path) -> None:
    """Another digest of the same kind is another file; one of another kind is one more fact."""
    with mirld.open(SMALL, overlays=[]) as below:
        entry, file = next((e, f) for e in below for f in e.files if any(d.kind == "fileSha256" for d in f.digests))
    other = f"<{entry.iri}> mir:file <{file.iri}> . <{file.iri}> a mir:File ; mir:fileSha256 '{'9' * 64}' ."
    with pytest.raises(ConflictError, match=f"not {'9' * 64}"):
        mirld.open(SMALL, overlays=[overlay(tmp_path, other)])
    more = f"<{entry.iri}> mir:file <{file.iri}> . <{file.iri}> a mir:File ; mir:fileBlake3 '{'8' * 64}' ."
    with mirld.open(SMALL, overlays=[overlay(tmp_path, more)]) as registry:
        (found,) = (each for each in registry[entry.id].files if each.iri == file.iri)
        assert set(file.digests) < set(found.digests)
        assert registry.resolve("8" * 64).candidates[0].id == str(entry.id)


def test_what_is_broken_says_where(tmp_path: Path) -> None:
    """No Turtle, and no such folder."""
    with pytest.raises(InputError, match=r"own\.ttl"):
        mirld.open(SMALL, overlays=[overlay(tmp_path, "<a> <b>")])
    with pytest.raises(UsageError, match="there is no such overlay"):
        mirld.open(SMALL, overlays=[tmp_path / "nowhere"])


def test_a_change_of_an_overlay_is_seen(tmp_path: Path, cache: Path) -> None:
    """And makes only its own index anew, not that of the registry below."""
    mine = overlay(tmp_path, DEV)
    mirld.open(SMALL, overlays=[mine]).close()
    files = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert len(files) == 2
    overlay(tmp_path, DEV.replace("My private", "My very private"))
    with mirld.open(SMALL, overlays=[mine]) as registry:
        assert registry["mir:dev.lora.mine:orrery"].label == "My very private thing"
    assert sorted(path.stat().st_mtime_ns != stamp for path, stamp in files.items()) == [False, True]


def test_where_overlays_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the command line, else in MIRLD_OVERLAY, else in the nearest mirld.toml; each takes the place of the next."""
    below = tmp_path / "project" / "deep"
    below.mkdir(parents=True)
    (tmp_path / "project" / "mirld.toml").write_text('overlay = ["mine", "/others"]\n')
    assert overlay_paths() == ()
    monkeypatch.chdir(below)
    assert overlay_paths() == (tmp_path / "project" / "mine", Path("/others"))
    monkeypatch.setenv("MIRLD_OVERLAY", f"/a{os.pathsep}/b")
    assert overlay_paths() == (Path("/a"), Path("/b"))
    assert overlay_paths([Path("/c")]) == (Path("/c"),)
    monkeypatch.setenv("MIRLD_OVERLAY", "")
    assert overlay_paths() == ()
    monkeypatch.delenv("MIRLD_OVERLAY")
    for text in ("overlay = 5", "overlay = [", "overlay = [5]"):
        (tmp_path / "project" / "mirld.toml").write_text(text)
        with pytest.raises(UsageError, match=r"mirld\.toml"):
            overlay_paths()
