"""LocalAI's gallery: rows of one model put together, what they bring along, and rows made to break the reader."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

import pytest
from tests.harvest.packages import make_repository

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known, Titled
from mirld.harvest.merge import Merged, merge
from mirld.harvest.package import Package
from mirld.harvest.sources.localai import SOURCE, read
from mirld.vocab import DCAT, DCTERMS, DEFAULT_BASE, MIR

DIGEST = {name: hashlib.sha256(name.encode()).hexdigest() for name in "abcdefghij"}

GALLERY = f"""\
- &orrery
  name: orrery-8b-q4
  url: github:mudler/LocalAI/gallery/qwen3.yaml@master
  urls: [https://huggingface.co/Maker/Orrery-8B, https://huggingface.co/bartowski/Maker_Orrery-8B-GGUF]
  license: apache-2.0
  tags: [llm, gguf]
  overrides: {{parameters: {{model: Maker_Orrery-8B-Q4_K_M.gguf}}, known_usecases: [chat, embeddings]}}
  files:
    - filename: Maker_Orrery-8B-Q4_K_M.gguf
      uri: huggingface://bartowski/Maker_Orrery-8B-GGUF/Maker_Orrery-8B-Q4_K_M.gguf
      sha256: {DIGEST["a"]}
- !!merge <<: *orrery
  name: orrery-8b-q8
  overrides: {{parameters: {{model: Maker_Orrery-8B-Q8_0.gguf}}}}
  files:
    - filename: Maker_Orrery-8B-Q8_0.gguf
      uri: https://huggingface.co/bartowski/Maker_Orrery-8B-GGUF/resolve/main/Maker_Orrery-8B-Q8_0.gguf
      sha256: {DIGEST["b"]}
- !!merge <<: *orrery
  name: orrery-30b-a3b
  urls: [https://huggingface.co/unsloth/Orrery-30B-A3B-GGUF]
  overrides: {{parameters: {{model: Orrery-30B-A3B-Q4_K_M.gguf}}, known_usecases: [chat]}}
  files:
    - filename: Orrery-30B-A3B-Q4_K_M.gguf
      uri: huggingface://unsloth/Orrery-30B-A3B-GGUF/Orrery-30B-A3B-Q4_K_M.gguf
      sha256: {DIGEST["c"]}
"""

BROUGHT = f"""\
- name: comet-dev-ggml
  url: github:mudler/LocalAI/gallery/flux-ggml.yaml@master
  urls: [https://huggingface.co/Maker/Comet-dev]
  overrides: {{parameters: {{model: comet-dev-Q4_0.gguf}}}}
  files:
    - filename: comet-dev-Q4_0.gguf
      uri: huggingface://city96/Comet-dev-gguf/comet-dev-Q4_0.gguf
      sha256: {DIGEST["d"]}
    - {{filename: eye.safetensors, uri: "huggingface://Other/Eye-small/eye.safetensors", sha256: {DIGEST["e"]}}}
    - {{filename: known.safetensors, uri: "huggingface://Other/Known/known.safetensors", sha256: {DIGEST["f"]}}}
- name: whisper-base-q5_1
  url: github:mudler/LocalAI/gallery/whisper-base.yaml@master
  urls: [https://huggingface.co/ggerganov/whisper.cpp]
  overrides: {{parameters: {{model: ggml-base-q5_1.bin}}}}
  files:
    - filename: ggml-base-q5_1.bin
      uri: huggingface://ggerganov/whisper.cpp/ggml-base-q5_1.bin
      sha256: {DIGEST["g"]}
- name: voice-en_GB-ada-low
  url: github:mudler/LocalAI/gallery/piper.yaml@master
  overrides: {{parameters: {{model: en_GB-ada-low.onnx}}}}
  files:
    - filename: en_GB-ada-low.onnx
      uri: https://huggingface.co/rhasspy/piper-voices/resolve/main/en/en_GB/ada/low/en_GB-ada-low.onnx
      sha256: {DIGEST["h"]}
- name: voice-en-gb-ada-low
  url: github:mudler/LocalAI/gallery/piper.yaml@master
  overrides: {{parameters: {{model: en-gb-ada-low.onnx}}}}
  files:
    - filename: voice-en-gb-ada-low.tar.gz
      uri: https://github.com/rhasspy/piper/releases/download/v0.0.2/voice-en-gb-ada-low.tar.gz
      sha256: {DIGEST["i"]}
"""


def opened(folder: Path, gallery: str) -> Package:
    return Package.open(make_repository(folder / "repository", {"gallery/index.yaml": gallery}))


def harvested(folder: Path, gallery: str, known: Known | None = None) -> Harvest:
    return read(opened(folder, gallery), known or Known())


def merged(found: Harvest, known: Known | None = None) -> Merged:
    return merge(found, known or Known(), SOURCE.iri, "https://example.org/gallery")


def only(found: Harvest, key: str) -> Item:
    return next(item for item in found.items if item.key == key)


def said(item: Item, predicate: str) -> set[str]:
    return {
        term.rpartition("/")[2] if isinstance(term, Iri) else term.value
        for said, term in item.facts
        if said == predicate
    }


def files(item: Item) -> dict[str, set[str]]:
    """Name of each file with everything that is said of it, terms shortened to their last word."""
    found: dict[str, set[str]] = {}
    for part in item.parts.values():
        if part.kind == "file":
            values = {
                predicate: term.rpartition("/")[2] if isinstance(term, Iri) else term.value
                for predicate, term in part.facts
            }
            found[values[MIR.fileName]] = set(values.values())
    return found


def problems(found: Harvest) -> dict[str, str]:
    return {finding.problem: finding.upstream_id for finding in found.findings}


def test_rows_of_one_model_are_one_entry(tmp_path: Path) -> None:
    """Its repository, the packed one, the file of each row, and the names of all rows."""
    concepts = {"precision": frozenset({"q4-k", "q8-0"})}
    found = harvested(tmp_path, GALLERY, Known(concepts=concepts))
    item = only(found, "localai:orrery-8b-q4")
    assert (item.series, item.release, item.label, item.owner) == ("Orrery", "8B", "Orrery-8B", "Maker")
    assert set(item.keys) >= {"localai:orrery-8b-q8", "hf:maker/orrery-8b", "hf:bartowski/maker_orrery-8b-gguf"}
    assert files(item).keys() == {"Maker_Orrery-8B-Q4_K_M.gguf", "Maker_Orrery-8B-Q8_0.gguf"}
    assert {DIGEST["a"], "gguf", "q4-k"} <= files(item)["Maker_Orrery-8B-Q4_K_M.gguf"]
    assert "q8-0" in files(item)["Maker_Orrery-8B-Q8_0.gguf"]
    assert said(item, MIR.task) == {"text-generation"}
    assert said(item, DCTERMS.license) == {"Apache-2.0"}
    assert not item.inferred
    assert not found.findings
    assert merged(found).paths["localai:orrery-8b-q4"] == "model/art/orrery/8b"


def test_an_address_of_the_gallery_is_written_out(tmp_path: Path) -> None:
    """What is short for a repository of the hub becomes the address of the file there."""
    item = only(harvested(tmp_path, GALLERY), "localai:orrery-8b-q4")
    addresses = {
        str(term) for part in item.parts.values() for predicate, term in part.facts if predicate == DCAT.downloadURL
    }
    base = "https://huggingface.co/bartowski/Maker_Orrery-8B-GGUF/resolve/main"
    assert addresses == {f"{base}/Maker_Orrery-8B-Q4_K_M.gguf", f"{base}/Maker_Orrery-8B-Q8_0.gguf"}


def test_what_a_row_took_from_another_is_concluded(tmp_path: Path) -> None:
    """A licence under another model's name may be that of the other; experts show in the title."""
    item = only(harvested(tmp_path, GALLERY), "localai:orrery-30b-a3b")
    assert said(item, DCTERMS.license) == {"Apache-2.0"}
    assert DCTERMS.license in item.inferred
    assert said(item, MIR.architecture) == {"moe"}


def test_a_model_that_others_packed_joins_the_entry_of_its_title(tmp_path: Path) -> None:
    """And what a title says of the owner in front is a key as well."""
    path = "model/moe/orrery/30b-a3b"
    theirs = "hf:maker/orrery-30b-a3b"
    known = Known(
        kinds={path: "Model"}, by_key={theirs: path}, titles={"orrery30ba3b": Titled(theirs, ("maker/orrery-30b-a3b",))}
    )
    found = harvested(tmp_path, GALLERY, known)
    item = only(found, "localai:orrery-30b-a3b")
    assert MIR.repository in item.inferred
    assert merged(found, known).paths[item.key] == path


def test_what_a_row_brings_along_is_another_model(tmp_path: Path) -> None:
    """Out of another repository: an entry of its own, unless several entries have the very file already."""
    known = Known(keys=frozenset({f"sha256:{DIGEST['f']}"}))
    found = harvested(tmp_path, BROUGHT, known)
    assert files(only(found, "localai:comet-dev-ggml")).keys() == {"comet-dev-Q4_0.gguf"}
    brought = only(found, "localai:comet-dev-ggml/eye")
    assert (brought.series, brought.release) == ("Eye", "small")
    assert files(brought).keys() == {"eye.safetensors"}
    assert not any(DIGEST["f"] in facts for item in found.items for facts in files(item).values())


def test_an_eye_out_of_another_repository_is_of_the_model_it_is_called_like(tmp_path: Path) -> None:
    """And a draft of the model, which only begins like it, is another model."""
    listed = file(DIGEST["a"]) + "".join(
        file(DIGEST[digest], f"huggingface://Other/{uri}").partition("\n")[2]
        for digest, uri in (
            ("b", "Nova-9B-GGUF/mmproj-Nova-8B-f16.gguf"),
            ("c", "Nova-8B-Draft-GGUF/Nova-8B-Draft.gguf"),
        )
    )
    found = harvested(tmp_path, row("nova", files=listed))
    assert files(only(found, "localai:nova")).keys() == {"nova.gguf", "mmproj-Nova-8B-f16.gguf"}
    assert only(found, "localai:nova/Nova-8B-Draft").release == "8B-Draft"


def test_a_repository_of_many_models_is_no_key(tmp_path: Path) -> None:
    """There the file names the model; voices of the first release are others than those of today."""
    found = harvested(tmp_path, BROUGHT)
    whisper = only(found, "localai:whisper-base-q5_1")
    assert (whisper.series, whisper.release) == ("whisper", "base")
    assert "hf:ggerganov/whisper.cpp" not in whisper.keys
    assert ("repository", "hf-ggerganov-whisper.cpp") in whisper.parts
    new, old = only(found, "localai:voice-en_GB-ada-low"), only(found, "localai:voice-en-gb-ada-low")
    assert (new.series, new.release, new.label) == ("Piper", "en_GB-ada-low", "Piper en_GB-ada-low")
    assert (old.series, old.release) == ("Piper", "en-gb-ada-low-v0.0.2")
    assert said(new, MIR.task) == {"text-to-speech"}


def row(name: str, more: str = "", files: str = "") -> str:
    return f"- name: {name}\n  urls: [https://huggingface.co/Maker/Nova-8B]\n{more}{files}"


def file(digest: str, uri: str = "huggingface://Maker/Nova-8B/nova.gguf") -> str:
    return f'  files:\n    - {{filename: nova.gguf, uri: "{uri}", sha256: "{digest}"}}\n'


@pytest.mark.parametrize(
    ("gallery", "problem"),
    [
        (row('"a\\u202Eb"'), "garbage-id"),
        (row('"<b>bold</b>"'), "garbage-id"),
        (row('"a\\u0007b"'), "garbage-id"),
        (row('""'), "garbage-id"),
        (row("[1, 2]"), "garbage-id"),
        (row("two words"), "garbage-id"),
        (row("nova", files=file("")), "empty-digest"),
        (row("nova", files=file("abc123")), "malformed-digest"),
        (row("nova", files=file(DIGEST["a"], "huggingface://Maker/Nova-8B/../nova.gguf")), "garbage-id"),
        (row("nova", files=file(DIGEST["a"], "huggingface://Maker/Nova-8B/a\\u202Eb.gguf")), "garbage-id"),
        (row("nova", "  license: my-own-terms\n"), "unknown-reference"),
        (row("nova", "  overrides: {known_usecases: [levitation]}\n"), "unknown-reference"),
        (row("nova").replace("Maker/Nova-8B", "Maker/Nova 8B"), "wrong-repository"),
        ("- name: nova\n  urls: [https://github.com/maker/nova]\n", "no-publication"),
        ("- word\n", "garbage-id"),
    ],
)
def test_a_fault_of_a_row_is_found_and_stops_nobody(tmp_path: Path, gallery: str, problem: str) -> None:
    """The row, or what is wrong of it, is left out; the others are read."""
    found = harvested(tmp_path, gallery + GALLERY)
    assert problem in problems(found)
    assert only(found, "localai:orrery-8b-q4")
    assert not any("\u202e" in finding.value for finding in found.findings)


def test_a_repository_of_another_title_is_not_taken(tmp_path: Path) -> None:
    """The row names it and does not say how the two are related."""
    gallery = row("comet", files=file(DIGEST["a"], "huggingface://Other/Comet-8B-GGUF/comet.gguf"))
    found = harvested(tmp_path, gallery)
    assert [(finding.problem, finding.value) for finding in found.findings] == [("wrong-repository", "Maker/Nova-8B")]
    assert "hf:maker/nova-8b" not in found.items[0].keys


def test_files_of_another_row_are_not_taken(tmp_path: Path) -> None:
    """A row that runs a repository of its own kept the files of the row that it started from."""
    gallery = GALLERY + (
        "- !!merge <<: *orrery\n  name: comet-8b\n  urls: [https://huggingface.co/Other/Comet-8B]\n"
        "  overrides: {parameters: {model: Other/Comet-8B}}\n"
    )
    found = harvested(tmp_path, gallery)
    assert problems(found) == {"wrong-field": "localai:comet-8b"}
    assert not files(only(found, "localai:comet-8b"))


def test_a_row_that_runs_a_repository_may_bring_files_along(tmp_path: Path) -> None:
    """Such as a draft of the model, which is then a model of its own."""
    gallery = row("nova", "  overrides: {parameters: {model: Maker/Nova-8B}}\n", file(DIGEST["a"], "hf")).replace(
        '"hf"', "huggingface://Maker/Nova-8B-Draft/model.safetensors"
    )
    found = harvested(tmp_path, gallery)
    assert not files(only(found, "localai:nova"))
    assert files(only(found, "localai:nova/model")).keys() == {"model.safetensors"}
    assert not found.findings


def test_rows_that_disagree_on_a_licence_state_none(tmp_path: Path) -> None:
    """Which of the two is right nobody knows."""
    found = harvested(tmp_path, row("nova-a", "  license: mit\n") + row("nova-b", "  license: apache-2.0\n"))
    assert problems(found) == {"conflict": "localai:nova-a"}
    assert not said(found.items[0], DCTERMS.license)


def test_a_file_of_two_models_is_kept_at_each_and_found(tmp_path: Path) -> None:
    """One finding for the digest, and it joins nothing."""
    first = row("nova", files=file(DIGEST["a"]))
    second = row("comet", files=file(DIGEST["a"], "huggingface://Other/Comet-8B/comet.gguf")).replace(
        "Maker/Nova-8B]", "Other/Comet-8B]"
    )
    found = harvested(tmp_path, first + second)
    assert [finding.problem for finding in found.findings] == ["shared-digest"]
    assert len(set(merged(found).paths.values())) == 2


def test_one_file_under_two_names_is_one_file(tmp_path: Path) -> None:
    """The second name is remarked."""
    listed = file(DIGEST["a"]) + file(DIGEST["a"], "huggingface://Maker/Nova-8B/copy/nova.gguf").partition("\n")[2]
    item = harvested(tmp_path, row("nova", files=listed)).items[0]
    assert len(files(item)) == 1
    assert "The same file is published as copy/nova.gguf as well." in files(item)["nova.gguf"]


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ({"README.md": "moved"}, InputError, "no such file"),
        ({"gallery/index.yaml": "models: {}"}, SyntaxInputError, "no list"),
        ({"gallery/index.yaml": "- {title: renamed}"}, InputError, "layout changed"),
        ({"gallery/index.yaml": "- name: [\n- b"}, SyntaxInputError, "no YAML"),
    ],
)
def test_a_gallery_of_another_layout_is_refused(
    tmp_path: Path, files: dict[str, str], error: type[InputError], message: str
) -> None:
    """Moved, of another form, with other fields, or broken: not a harvest of nothing."""
    package = Package.open(make_repository(tmp_path / "repository", files))
    with pytest.raises(error, match=message):
        read(package, Known())


def test_a_row_of_ten_million_characters_is_found_in_time(tmp_path: Path) -> None:
    """Its name is shortened in the finding."""
    began = time.monotonic()
    found = harvested(tmp_path, f"- name: {'x' * 10_000_000}\n" + GALLERY)
    assert time.monotonic() - began < 20
    assert len(found.findings[0].value) < 500


def test_the_same_gallery_gives_the_same_statements(tmp_path: Path) -> None:
    """In the same order."""
    package = opened(tmp_path, GALLERY + BROUGHT)
    assert list(merged(read(package, Known())).triples) == list(merged(read(package, Known())).triples)


def test_every_entry_made_is_one_of_a_model_with_a_place_or_a_digest(tmp_path: Path) -> None:
    """Nothing else is in a gallery."""
    found = merged(harvested(tmp_path, GALLERY + BROUGHT))
    assert all(path.startswith("model/") for path in found.paths.values())
    told = {
        subject.partition("#")[0] for subject, predicate, _ in found.triples if predicate in (MIR.host, MIR.fileSha256)
    }
    assert told == {DEFAULT_BASE + path for path in found.paths.values()}


def test_the_title_of_a_collection_is_no_key(tmp_path: Path) -> None:
    """Models out of one repository are not of one title, so each is a model of its own."""
    row = """\
- name: {name}
  url: github:mudler/LocalAI/gallery/virtual.yaml@master
  urls: [https://huggingface.co/realrebelai/MiniMax-H3_GGUFs]
  overrides: {{parameters: {{model: {name}-Q4_K_M.gguf}}}}
  files:
    - filename: {name}-Q4_K_M.gguf
      uri: huggingface://realrebelai/MiniMax-H3_GGUFs/{name}-Q4_K_M.gguf
      sha256: {digest}
"""
    names = {"orrery-fl": "a", "orrery-ref": "b"}
    gallery = "".join(row.format(name=name, digest=DIGEST[letter]) for name, letter in names.items())
    found = merged(harvested(tmp_path, gallery))
    assert len(set(found.paths.values())) == 2
