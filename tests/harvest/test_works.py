"""What a person decided of works and families: the tables hold together, and they come before what titles tell."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from mirld.graph.terms import Iri
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.merge import Merged, merge
from mirld.harvest.titles import read_title, settle
from mirld.harvest.works import family, same_work
from mirld.ids import MirId
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR

ROOT = Path(__file__).resolve().parents[2]
TABLE = tomllib.loads((files("mirld.harvest") / "works.toml").read_text(encoding="utf-8"))
ARCHITECTURES = set(
    re.findall(r"^<vocab/architecture/([\w-]+)>", (ROOT / "ontology" / "architecture.ttl").read_text("utf-8"), re.M)
)


def model(key: str, title: str, architecture: str | None = None, owner: str | None = None) -> Item:
    name = read_title(title, Known())
    return Item(
        key=key,
        place="list:1",
        kind="Model",
        architecture=architecture,
        series=name.series,
        release=name.release,
        label=name.label,
        owner=owner,
    )


def merged(*items: Item, known: Known | None = None) -> Merged:
    return merge(Harvest(items=list(items)), known or Known(), "https://example.org/s", "https://example.org/list")


def test_every_work_is_an_id_and_every_family_an_architecture_with_a_source() -> None:
    """Keys are in lower case, since they are looked up so; beginnings of titles are patterns."""
    for key, path in TABLE["same"].items():
        assert key == key.lower()
        assert MirId.from_path(f"model/{path}").architecture in ARCHITECTURES
    for start, said in TABLE["family"].items():
        assert re.compile(start)
        assert said["architecture"] in ARCHITECTURES
        assert said["source"].startswith("https://")


@pytest.mark.parametrize(
    ("title", "series", "release", "architecture"),
    [
        ("speech_paraformer-large_asr_nat-zh-cn", "Paraformer", "large_asr_nat-zh-cn", "stst"),
        ("speech_seaco_paraformer_large_asr", "SeACo-Paraformer", "large_asr", "stst"),
        ("streaming-zipformer-en-2023-06-26", "Streaming-Zipformer", "en-2023-06-26", "stst"),
        ("FLUX.2-klein-9B-GGUF", "FLUX.2", "klein-9B", "dit"),
        ("LongVU_Qwen2_7B", "LongVU", "Qwen2_7B", "vit"),
        ("Infinity-Instruct-7M-Gen-Llama3_1-70B", "Infinity-Instruct", "7M-Gen-Llama3.1-70B", "art"),
        ("DeepSeek-V4-Flash-MTP-Q4K", "DeepSeek-V4-Flash", "MTP", "moe"),
        ("CosyVoice2-0.5B", "CosyVoice2", "0.5B", "art"),
        ("moondream2", "moondream2", None, "vit"),
    ],
)
def test_the_beginning_of_a_title_tells_its_family(
    title: str, series: str, release: str | None, architecture: str
) -> None:
    """The longest beginning counts; where the table names no series, the title divides itself."""
    name = read_title(title, Known())
    assert (name.series, name.release) == (series, release)
    told = family(title)
    assert told is not None
    assert told.architecture == architecture


def test_a_title_that_only_begins_with_the_same_letters_is_of_another_family() -> None:
    """A beginning ends where a word ends."""
    assert family("CosyVoices-7B") is None
    assert family("Qwen3-TTS-1B") is None


def test_the_architecture_of_a_family_is_concluded_with_its_source() -> None:
    """The evidence names what describes the family, beside the list itself."""
    item = model("list:f5", "F5-TTS")
    settle([item], Known())
    found = merged(item)
    entry = f"{DEFAULT_BASE}model/dit/f5-tts/base"
    assert found.paths == {"list:f5": "model/dit/f5-tts/base"}
    evidence = Iri(f"{entry}#evidence-s")
    assert (evidence, MIR.supports, Iri(MIR.architecture)) in found.triples
    assert (evidence, DCTERMS.source, Iri("https://arxiv.org/abs/2410.06885")) in found.triples


def test_a_decided_work_keeps_its_id_whoever_comes_first() -> None:
    """Two lists give it, with other titles; neither gets a second name, and the evidence says that it was concluded."""
    path = "model/unet/stable-diffusion-1.5/inpainting"
    first, second = model("one:a", "sd-inpainting"), model("two:b", "stable-diffusion-inpainting")
    for item in (first, second):
        item.keys.append("hf:runwayml/stable-diffusion-inpainting")
    assert merged(first).paths["one:a"] == path
    known = Known(kinds={path: "Model"}, taken={path}, by_key={"hf:runwayml/stable-diffusion-inpainting": path})
    found = merged(second, known=known)
    assert (found.paths["two:b"], found.joined) == (path, 1)
    assert str(MIR.alias) in second.inferred


def test_what_was_named_before_keeps_its_name() -> None:
    """The ledger comes before the table."""
    item = model("one:a", "sd-inpainting")
    item.keys.append("hf:runwayml/stable-diffusion-inpainting")
    found = merged(item, known=Known(mine={"one:a": "model/unet/old/name"}))
    assert found.paths == {"one:a": "model/unet/old/name"}
    assert same_work(item.keys) == "model/unet/stable-diffusion-1.5/inpainting"


def test_a_place_of_several_entries_leads_to_the_decided_one() -> None:
    """Once the registry has it; until then to whatever the place is known for."""
    key, path = "hf:minimaxai/minimax-h3", "model/dit/minimax-h3/base"
    assert Known(kinds={path: "Model"}).entry(key) == path
    assert Known(by_key={key: "model/dit/other/base"}).entry(key) == "model/dit/other/base"
