"""Items into entries: joined by their keys, named by rule, and never renamed."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from itertools import permutations
from pathlib import Path

import pytest
from tests.conftest import SMALL

from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.graph.terms import Iri, Literal
from mirld.harvest.items import MODELSCOPE, Harvest, Item, file_key
from mirld.harvest.known import Known
from mirld.harvest.merge import Merged, merge
from mirld.vocab import DCAT, DEFAULT_BASE, MIR, RDF_TYPE, RDFS_LABEL, SKOS

SOURCE = f"{DEFAULT_BASE}source/list"


def model(
    key: str,
    series: str,
    release: str | None = None,
    *,
    architecture: str | None = "art",
    label: str | None = None,
    owner: str | None = None,
) -> Item:
    return Item(
        key=key,
        place="list.py:1",
        kind="Model",
        architecture=architecture,
        series=series,
        release=release,
        label=label,
        owner=owner,
    )


def merged(items: Iterable[Item], known: Known | None = None) -> Merged:
    return merge(Harvest(items=list(items)), known or Known(), SOURCE, "https://example.org/list")


def values(found: Merged, path: str, predicate: str) -> set[str]:
    return {
        term if isinstance(term, Iri) else term.value
        for subject, said, term in found.triples
        if subject == DEFAULT_BASE + path and said == predicate
    }


def test_a_new_model_gets_its_series_and_its_alias() -> None:
    """The series is made with it; what the source calls it is an alias."""
    found = merged([model("list:qwen-7b", "Qwen2.5", "7B-Instruct", label="Qwen2.5 7B Instruct")])
    path = "model/art/qwen2.5/7b-instruct"
    assert found.paths == {"list:qwen-7b": path}
    assert values(found, path, RDF_TYPE) == {MIR.Model}
    assert values(found, path, RDFS_LABEL) == {"Qwen2.5 7B Instruct"}
    assert values(found, path, MIR.alias) == {"list:qwen-7b"}
    assert values(found, "info/art/qwen2.5", RDFS_LABEL) == {"Qwen2.5"}


def test_a_repository_joins_an_entry_of_another_source() -> None:
    """Whatever the source calls the model; its label is then one more name, and the class is that of the entry."""
    known = Known(
        kinds={"model/unet/stable-diffusion-xl/base": "Model"},
        by_key={"hf:stabilityai/stable-diffusion-xl-base-1.0": "model/unet/stable-diffusion-xl/base"},
        labels={"model/unet/stable-diffusion-xl/base": frozenset({"Stable Diffusion XL base"})},
    )
    item = model("list:sdxl", "SDXL", label="SDXL 1.0")
    item.repository("stabilityai/stable-diffusion-xl-base-1.0")
    found = merged([item], known)
    path = "model/unet/stable-diffusion-xl/base"
    assert found.paths == {"list:sdxl": path}
    assert found.joined == 1
    assert values(found, path, RDFS_LABEL) == set()
    assert values(found, path, SKOS.altLabel) == {"SDXL 1.0"}


def test_an_entry_with_further_names_alone_keeps_the_name_this_source_gave_it() -> None:
    """Another source joined it and named it once more; harvested again, it does not lose its own name."""
    path = "model/cnn/resnet/resnet50.a1"
    known = Known(
        kinds={path: "Model"},
        mine={"list:resnet50.a1": path},
        labels={path: frozenset({"resnet50 V1"})},
        nameless={path},
    )
    found = merged([model("list:resnet50.a1", "ResNet", label="resnet50.a1", architecture="cnn")], known)
    assert values(found, path, RDFS_LABEL) == {"resnet50.a1"}
    assert values(found, path, SKOS.altLabel) == set()


def test_a_file_named_by_its_digest_joins_and_is_no_alias() -> None:
    """The same file in two sources is one model."""
    path = "model/cnn/resnet/resnet50.a1"
    known = Known(kinds={path: "Model"}, by_key={"file:resnet50-0676ba61.pth": path}, labels={path: frozenset({"a"})})
    item = model("list:resnet50", "ResNet", architecture="cnn")
    item.file("resnet50-0676ba61.pth", prefix="0676ba61")
    item.keys.append(file_key("resnet50-0676ba61.pth"))
    found = merged([item], known)
    assert found.paths == {"list:resnet50": path}
    assert values(found, path, MIR.alias) == {"list:resnet50"}


def test_a_reader_may_name_an_entry_by_its_id(tmp_path: Path) -> None:
    """The id joins where there is such an entry, and is no alias of it; where there is none, the rule names."""
    root = Path(shutil.copytree(SMALL, tmp_path / "registry"))
    known = Known.read(root, "list")
    items = [model("list:a", "Orrery", "else"), model("list:b", "Sextant", "base")]
    items[0].alias("mir:model.unet.orrery:base")
    items[1].alias("mir:model.unet.sextant:base")
    found = merged(items, known)
    assert found.paths == {"list:a": "model/unet/orrery/base", "list:b": "model/art/sextant/base"}
    assert values(found, "model/unet/orrery/base", MIR.alias) == {"list:a"}


def test_a_repository_of_a_pipeline_and_its_parts_is_that_of_the_pipeline(tmp_path: Path) -> None:
    """Text encoders and autoencoders name the repository they come with; two releases in one are still no key."""
    root = Path(shutil.copytree(SMALL, tmp_path / "registry"))
    prefixes = "@base <https://w3id.org/mir/> .\n@prefix mir: <https://w3id.org/mir/ns#> .\n"
    said = """
        <model/vae/sky/orrery> a mir:Model ; mir:repository <model/vae/sky/orrery#repo-x> .
        <model/vae/sky/orrery#repo-x> a mir:Repository ; mir:host "huggingface.co" ; mir:repositoryName "orrery/base" .
    """
    (root / "data/curated/vae.ttl").write_text(prefixes + said)
    assert "hf:orrery/base" not in Known.read(root, "list").by_key
    part = "<model/unet/orrery/base#component-vae> mir:entry <model/vae/sky/orrery> .\n"
    (root / "data/harvested/elsewhere/parts.ttl").write_text(prefixes + part)
    assert Known.read(root, "list").by_key["hf:orrery/base"] == "model/unet/orrery/base"
    # A source of a better rank says that another fills the role: it is a part all the same.
    single = "mir:entry a <http://www.w3.org/2002/07/owl#FunctionalProperty> .\n"
    (root / "data/curated/parts.ttl").write_text(prefixes + single + part.replace("sky/orrery", "sky/other"))
    assert any("sky/orrery" in str(triple) for _, triple in load(Corpus.scan(root)).outvoted)
    assert Known.read(root, "list").by_key["hf:orrery/base"] == "model/unet/orrery/base"


def test_a_mirror_is_the_repository_it_mirrors() -> None:
    """ModelScope has models under the names of the hub; what is said is where the source found it."""
    known = Known(by_key={"hf:qwen/qwen3-8b": "model/art/qwen3/8b"}, kinds={"model/art/qwen3/8b": "Model"})
    item = model("list:q", "Qwen3", "8B")
    part = item.repository("Qwen/Qwen3-8B", MODELSCOPE)
    assert merged([item], known).paths == {"list:q": "model/art/qwen3/8b"}
    assert (DCAT.landingPage, Iri("https://modelscope.cn/models/Qwen/Qwen3-8B")) in part.facts


def test_another_spelling_is_no_further_name() -> None:
    """Neither of a label, nor of what the path of the entry reads as."""
    path = "model/dit/flux-1/dev"
    known = Known(
        kinds={path: "Model", "info/dit/flux-1": "Info"},
        by_key={"hf:owner/dev": path},
        labels={path: frozenset({"FLUX.1 [dev]"}), "info/dit/flux-1": frozenset({"FLUX.1"})},
    )
    for label, also in (("FLUX.1-dev", set()), ("flux-1 dev", set()), ("Flux Developer", {"Flux Developer"})):
        item = model("list:f", "Some family", label=label, architecture="dit")
        item.repository("owner/dev")
        found = merged([item], known)
        assert values(found, path, SKOS.altLabel) == also
        assert values(found, "info/dit/flux-1", SKOS.altLabel) == set()


def test_a_shared_repository_joins_nothing() -> None:
    """A repository that holds several models is none of their keys."""
    first, second = model("list:a", "Family", "a"), model("list:b", "Family", "b")
    for item in (first, second):
        item.repository("owner/many", joins=False)
    assert set(merged([first, second]).paths.values()) == {"model/art/family/a", "model/art/family/b"}


def test_a_series_is_found_by_any_of_its_names() -> None:
    """Spelled otherwise, and in whatever architecture it is, when it is one alone."""
    known = Known(
        series={"stablediffusionxl": ["info/unet/stable-diffusion-xl"]}, kinds={"info/unet/stable-diffusion-xl": "Info"}
    )
    found = merged([model("list:t", "Stable Diffusion XL", "turbo", architecture=None)], known)
    assert found.paths["list:t"] == "model/unet/stable-diffusion-xl/turbo"


def test_a_series_of_two_architectures_is_chosen_by_the_architecture() -> None:
    """Wan is the name of transformers and of the autoencoder they use."""
    known = Known(series={"wan": ["info/dit/wan", "info/vae/wan"]})
    found = merged([model("list:v", "Wan", "2.1", architecture="vae")], known)
    assert found.paths["list:v"] == "model/vae/wan/2.1"


def test_a_model_is_never_of_the_series_of_a_scheduler_of_its_name() -> None:
    """Nor a scheduler of that of a model; the names of methods are those of the first networks they were used for."""
    known = Known(series={"ddpm": ["info/scheduler/ddpm"], "helios": ["info/dit/helios"]})
    scheduler = model("list:h", "helios", "scheduler", architecture="scheduler")
    scheduler.kind = "Scheduler"
    found = merged([model("list:d", "DDPM", "cat", architecture="unet"), scheduler], known)
    assert found.paths == {"list:d": "model/unet/ddpm/cat", "list:h": "operations/scheduler/helios/scheduler"}


def test_a_key_that_only_joins_is_no_alias() -> None:
    """A class and an id of ours are no names that another scheme gives."""
    item = model("list:a", "Llama", "7b").alias("class:here.Llama").alias("mir:model.art.llama:7b").alias("other:a")
    assert values(merged([item]), "model/art/llama/7b", MIR.alias) == {"list:a", "other:a"}


def test_a_part_may_speak_of_another_part_of_its_item() -> None:
    item = model("list:a", "Llama", "7b")
    loader = item.loader("here", "Llama")
    item.setting("steps", 4, "call", scope="here")
    item.part("setting", "here-call-steps").beside.append((MIR.appliesTo, loader))
    whole = f"{DEFAULT_BASE}model/art/llama/7b"
    statement = (Iri(f"{whole}#setting-here-call-steps"), Iri(MIR.appliesTo), Iri(f"{whole}#loader-here"))
    assert statement in merged([item]).triples


def test_a_method_and_a_model_of_one_name_are_no_family() -> None:
    """A method of quantisation has the name of a model, a number format that of a method: each has its own series."""
    known = Known(
        series={"gemma": ["info/art/gemma"], "gguf": ["info/precision/gguf"], "lora": ["info/adapter/lora"]},
        kinds={"operations/precision/gguf/q4-k-m": "Operation", "operations/adapter/lora/peft": "Operation"},
    )
    methods = [
        Item(key=f"list:{name}", place="list.py:1", kind="Operation", architecture="quantization", series=name)
        for name in ("gemma", "gguf")
    ]
    found = merged([*methods, model("list:lora", "LoRA", "7b", architecture=None)], known)
    assert found.paths == {
        "list:gemma": "operations/quantization/gemma/base",
        "list:gguf": "operations/quantization/gguf/base",
        "list:lora": "model/unclassified/lora/7b",
    }


def test_an_operation_of_precision_is_known_by_its_format() -> None:
    """Whoever names the format names the operation; the format is no other name for it."""
    known = Known(
        series={"float": ["info/precision/float"]},
        kinds={"operations/precision/float/f16": "Operation"},
        by_key={"precision:f16": "operations/precision/float/f16"},
    )
    item = Item(key="ggml:F16", place="list.py:1", kind="Operation", architecture="precision", series="GGML")
    found = merged([item.alias("precision:f16")], known)
    assert found.paths == {"ggml:F16": "operations/precision/float/f16"}
    assert values(found, "operations/precision/float/f16", MIR.alias) == {"ggml:F16"}


def test_a_name_that_is_taken_goes_to_nobody_else() -> None:
    """Not even when the entry is gone and only the ledger has it; the owner tells the two apart, then a number."""
    known = Known(taken={"model/art/llama/7b"})
    first, second = model("list:a", "Llama", "7b", owner="Bloke"), model("list:b", "Llama", "7b", owner="Bloke")
    found = merged([first, second], known)
    assert found.paths == {"list:a": "model/art/llama/7b-bloke", "list:b": "model/art/llama/7b-bloke-2"}


def test_what_was_named_keeps_its_name() -> None:
    """Though the rule would give another now: from the files of the source itself, or else from the ledger."""
    before = Known(mine={"list:a": "model/art/old/name"}, taken={"model/art/old/name"})
    recorded = Known(recorded={"list:a": "model/art/old/name"}, taken={"model/art/old/name"})
    for known in (before, recorded):
        assert merged([model("list:a", "New", "other")], known).paths == {"list:a": "model/art/old/name"}


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_order_of_the_rows_does_not_show(order: tuple[int, ...]) -> None:
    """Neither in names nor in what is said."""
    rows = [
        model("list:a", "Llama", "7b", owner="x"),
        model("list:b", "llama", "7B", owner="y"),
        Item(key="list:family", place="list.py:9", kind="Info", architecture="art", series="Llama"),
        model("list:c", "Llama", "13b").link(MIR.fineTunedFrom, "list:a"),
    ]
    usual, found = merged(rows), merged(rows[at] for at in order)
    assert found.paths == usual.paths
    assert set(found.triples) == set(usual.triples)


def test_a_link_to_nothing_is_a_finding() -> None:
    """Nothing dangles, and nothing is left out in silence."""
    found = merged([model("list:a", "Llama", "7b").link(MIR.quantizedFrom, "hf:nobody/nothing")])
    assert [(one.field, one.problem, one.value, one.place) for one in found.findings] == [
        ("quantizedFrom", "unknown-reference", "hf:nobody/nothing", "list.py:1")
    ]
    assert values(found, "model/art/llama/7b", MIR.quantizedFrom) == set()


def test_keys_of_two_entries_are_a_finding() -> None:
    """The first counts, and the finding names both."""
    known = Known(by_key={"hf:a/a": "model/art/a/base", "hf:b/b": "model/art/b/base"}, kinds={})
    item = model("list:x", "X")
    item.repository("a/a")
    item.repository("b/b")
    found = merged([item], known)
    assert found.paths == {"list:x": "model/art/a/base"}
    assert [(one.problem, one.value) for one in found.findings] == [
        ("ambiguous-id", "model/art/a/base, model/art/b/base")
    ]


def test_what_was_concluded_says_so() -> None:
    """By an evidence of its own, with the page that was read."""
    item = model("list:a", "Llama", "7b")
    item.inferred.add(MIR.task)
    found = merged([item])
    evidence = f"{DEFAULT_BASE}model/art/llama/7b#evidence-list"
    assert (Iri(evidence), Iri(MIR.confidence), Iri(f"{DEFAULT_BASE}vocab/confidence/inferred")) in found.triples
    assert (Iri(evidence), Iri(MIR.supports), Iri(MIR.task)) in found.triples


def test_a_part_is_named_by_what_it_is() -> None:
    """Two sources that describe one file describe one node."""
    digest = "ab" * 32
    item = model("list:a", "Llama", "7b")
    item.file("llama.gguf", sha256=digest, kind="gguf", size=7)
    part = Iri(f"{DEFAULT_BASE}model/art/llama/7b#file-{digest[:16]}")
    found = merged([item])
    assert (part, Iri(MIR.fileSha256), Literal(digest)) in found.triples
    assert (Iri(f"{DEFAULT_BASE}model/art/llama/7b"), Iri(MIR.file), part) in found.triples
