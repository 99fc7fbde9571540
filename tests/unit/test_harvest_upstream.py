"""The harvest on a small folder made like upstream's, one entry of it for every fault that upstream has."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from mirld.errors import InputError, OutputError
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset
from mirld.graph.load import load
from mirld.graph.terms import Iri, Literal
from mirld.harvest.report import HarvestReport
from mirld.harvest.upstream_mir import harvest
from mirld.harvest.upstream_mir.claims import Claims
from mirld.harvest.upstream_mir.loaders import mend_parameter
from mirld.harvest.upstream_mir.naming import is_cut, names
from mirld.vocab import DCTERMS, DEFAULT_BASE, MIR, RDFS, SKOS

ROOT = Path(__file__).resolve().parents[2]
UPSTREAM = Path(__file__).resolve().parents[1] / "fixtures" / "upstream"
ORRERY = "model/dit/orrery-2.5/large"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty(tmp_path_factory.mktemp("registry"))


@pytest.fixture(scope="module")
def report(out: Path) -> HarvestReport:
    return harvest(UPSTREAM, out)


@pytest.fixture(scope="module")
def found(out: Path, report: HarvestReport) -> Dataset:
    assert report.files
    return load(Corpus.scan(out))


def empty(folder: Path) -> Path:
    """Make a registry with words and no data."""
    shutil.copytree(ROOT / "ontology", folder / "ontology")
    (folder / "data").mkdir()
    return folder


def iri(path: str) -> str:
    return DEFAULT_BASE + path


def says(found: Dataset, path: str, predicate: str) -> set[str]:
    """Values of a property, IRIs without the base."""
    return {
        term.value if isinstance(term, Literal) else term.removeprefix(DEFAULT_BASE)
        for term in found.view.values(iri(path), predicate)
    }


def problems(found: Dataset, upstream_id: str) -> dict[str, list[str]]:
    """Find what is said of an upstream id: original values by kind of problem."""
    result: dict[str, list[str]] = {}
    for finding in found.view.instances(MIR.Finding):
        if found.view.text(finding, MIR.upstreamId) == upstream_id:
            kind = (found.view.text(finding, MIR.problem) or "").rpartition("/")[2]
            result.setdefault(kind, []).append(found.view.text(finding, MIR.originalValue) or "")
    return {kind: sorted(values) for kind, values in result.items()}


def record(found: Dataset, old: str) -> tuple[str, set[str]]:
    """State and targets of a ledger record."""
    (subject,) = (
        one for one in found.view.instances(MIR.LedgerRecord) if Literal(old) in found.view.values(one, SKOS.notation)
    )
    targets = {target.removeprefix(DEFAULT_BASE) for target in found.view.iris(subject, DCTERMS.isReplacedBy)}
    return (found.view.text(subject, MIR.state) or "").rpartition("/")[2], targets


def test_a_cut_name_is_restored_from_the_title(found: Dataset) -> None:
    """M2M100 is called m upstream."""
    assert says(found, "model/stst/m2m100/418m", RDFS.label) == {"m2m100 418M"}
    assert says(found, "info/stst/m2m100", RDFS.label) == {"M2M100"}
    assert problems(found, "info.stst.m:*")["lost-name"] == ["m"]
    assert is_cut("albert-xx-v2", "albert/albert-xxlarge-v2")
    assert not is_cut("glm-4-chat", "zai-org/glm-4-9b-chat")


def test_sizes_are_releases(found: Dataset) -> None:
    """The size stands in the name, since it is another set of weights."""
    assert says(found, "model/art/llama-2/7b#repo-hf-meta-llama-llama-2-7b-hf", MIR.repositoryName) == {
        "meta-llama/Llama-2-7b-hf"
    }


def test_a_wrong_architecture_is_set_right_and_said(found: Dataset) -> None:
    """Falcon was filed under state-space models, by a parameter it shares with some."""
    assert says(found, "model/art/falcon/7b", RDFS.label)
    assert problems(found, "info.ssm.falcon:*") == {"wrong-architecture": ["ssm"]}


def test_one_model_with_two_names_is_one_entry(found: Dataset) -> None:
    """Both loaders stand on it, the second under a number, and the second architecture."""
    path = "model/aet/bert/base-uncased"
    assert says(found, f"{path}#loader-transformers", MIR.className) == {"BertModel"}
    assert says(found, f"{path}#loader-transformers-2", MIR.className) == {"QDQBertModel"}
    assert "vocab/architecture/art" in says(found, path, MIR.architecture)
    assert "ambiguous-id" in problems(found, "info.art.bert-uncased:*")


def test_a_repository_of_nothing_is_mended(found: Dataset) -> None:
    """The right one is written, the wrong one is a label and a finding."""
    path = "model/art/chameleon/7b"
    assert says(found, f"{path}#repo-hf-facebook-chameleon-7b", MIR.repositoryName) == {"facebook/chameleon-7b"}
    assert says(found, path, SKOS.altLabel) == {"meta/chameleon-7B"}
    assert problems(found, "info.art.chameleon:*") == {"wrong-repository": ["meta/chameleon-7B"]}


def test_loaders_have_library_class_module_order_and_precision(found: Dataset) -> None:
    """Also those that upstream writes as a path, and the second stage of one."""
    first = f"{ORRERY}#loader-diffusers"
    assert says(found, first, MIR.className) == {"OrreryPipeline"}
    assert says(found, first, MIR.precision) == {"vocab/precision/bf16"}
    assert says(found, first, MIR.order) == {"0"}
    assert says(found, f"{ORRERY}#loader-mflux", MIR.modulePath) == {"mflux.flux.flux"}
    assert says(found, f"{ORRERY}#loader-audiocraft", MIR.modulePath) == {"audiocraft.models"}
    assert says(found, f"{ORRERY}#loader-audiocraft-2", MIR.callable) == {"audio_write"}


def test_settings_are_typed_and_spelt_right(found: Dataset) -> None:
    """A number written as text is a number, gudance is guidance, null is no setting."""
    setting = f"{ORRERY}#setting-loader-diffusers-call-num_inference_steps"
    assert found.view.value(iri(setting), MIR.value) == Literal("28", "http://www.w3.org/2001/XMLSchema#integer")
    assert says(found, f"{ORRERY}#setting-loader-diffusers-call-sizes", MIR.value) == {"[64,64]"}
    assert says(found, f"{ORRERY}#setting-loader-mflux-call-guidance", MIR.value) == {"3.5"}
    assert iri(f"{ORRERY}#setting-loader-diffusers-call-negative_prompt") not in found.view
    faults = problems(found, "info.dit.orrery-2:*")
    assert faults["wrong-type"] == ['{"num_inference_steps": "28"}']
    assert faults["misspelt-parameter"] == ["gudance"]
    assert faults["untrimmed-id"] == [" ops.precision.bfloat.B16"]


@pytest.mark.parametrize(
    ("of", "name", "right"),
    [
        ("OrreryPipeline", "size", "size"),
        ("ShapEPipeline", "size", "frame_size"),
        ("StableDiffusionXLPipeline", "safety_checker", None),
        ("scheduler/dpm/multistep", "order", "solver_order"),
        ("scheduler/wheel/discrete", "order", "order"),
        ("Flux1", "gudance", "guidance"),
    ],
)
def test_a_parameter_is_spelt_as_what_takes_it_has_it(of: str, name: str, right: str | None) -> None:
    """What it is called depends on the class or the scheduler; what that has nothing of is left out; each is said."""
    claims = Claims(names())
    assert mend_parameter(claims, "info.dit.orrery:*", "dit/orrery/base", name, 1, of=of) == (right, 1)
    assert [finding.problem for finding in claims.findings] == ([] if right == name else ["misspelt-parameter"])


def test_only_sound_digests_are_taken(found: Dataset) -> None:
    """Of None, cut short, empty: left out; glued: both halves; under two kinds: once."""
    files = says(found, ORRERY, MIR.file)
    assert files == {f"{ORRERY}#file-{'a1' * 8}"}
    layouts = {found.view.text(layout, MIR.layer256) for layout in found.view.iris(iri(ORRERY), MIR.layout)}
    assert layouts == {"b1" * 32, "b2" * 32, "c1" * 32, None}
    assert says(found, f"{ORRERY}#layout-{'d1' * 8}", MIR.layerBlake3) == {"d1" * 32}
    faults = problems(found, "info.dit.orrery-2:*")
    assert len(faults["digest-of-none"]) == 2
    assert faults["malformed-digest"] == [("a2" * 32)[:63]]
    assert faults["empty-digest"] == [""]
    assert faults["glued-digests"] == ["b1" * 32 + "b2" * 32]
    assert faults["layer-digest-equals-other-kind"] == ["c1" * 32]


def test_a_digest_of_two_entries_stays_on_both_and_is_said(found: Dataset) -> None:
    """Layouts of two releases may be equal."""
    for path in ("model/unet/orrery-1/base", "model/unet/orrery-1-turbo/base"):
        assert says(found, f"{path}#layout-{'d2' * 8}", MIR.layer256) == {"d2" * 32}
    assert problems(found, "info.unet.orrery-1:*")["shared-digest"] == ["d2" * 32]


def test_notes_say_precision_format_and_layout(found: Dataset) -> None:
    """And stay readable as they were."""
    file = f"{ORRERY}#file-{'a1' * 8}"
    assert says(found, file, MIR.precision) == {"vocab/precision/f16"}
    assert says(found, file, MIR.format) == {"vocab/format/safetensors"}
    assert says(found, file, MIR.layoutConvention) == {"vocab/layout/diffusers"}
    assert says(found, f"{ORRERY}#layout-{'d1' * 8}", MIR.layoutConvention) == {"vocab/layout/original"}


def test_no_component_dangles(found: Dataset) -> None:
    """A link is to an entry, to the right one, or there is a class or nothing in its stead."""
    role = f"{ORRERY}#component-"
    assert says(found, role + "scheduler", MIR.entry) == {"operations/scheduler/flowmatcheuler/discrete"}
    assert says(found, role + "tokenizer", MIR.className) == {"T5Tokenizer"}
    assert says(found, role + "text_encoder_2-2", MIR.className) == {"CLIPTextModelWithProjection"}
    assert {part for part in found.view.subjects() if part.startswith(iri(role))} == {
        iri(role + name)
        for name in ("scheduler", "tokenizer", "text_encoder", "transformer", "text_encoder_2", "text_encoder_2-2")
    }
    faults = problems(found, "info.dit.orrery-2:*")
    assert len(faults["wrong-component"]) == 3
    assert len(faults["dangling-component"]) == 1
    assert faults["unlinked-class"] == [".data.audioaudio_write", '{"safety_checker": "NoneType"}']


def test_tasks_are_of_the_family(found: Dataset) -> None:
    """Others, and classes that run no task, are findings."""
    assert says(found, ORRERY, MIR.taskClass) == {"OrreryImg2ImgPipeline"}
    assert says(found, "model/stst/m2m100/418m", MIR.taskClass) == {"M2M100ForConditionalGeneration"}
    assert problems(found, "info.stst.m:*")["foreign-task"] == [
        '["BartForConditionalGeneration"]',
        '["M2M100PreTrainedModel"]',
    ]


def test_signs_are_kept_and_lost_ones_found_again(found: Dataset) -> None:
    """Names, shapes and counts of tensors; where they belong to a series, on the series."""
    assert says(found, ORRERY, MIR.keyFragment) == {"blocks.0.weight"}
    assert says(found, ORRERY, MIR.tensorShape) == {"[8,4]"}
    assert says(found, ORRERY, MIR.tensorCount) == {"1234"}
    assert "clip-l" in says(found, "info/transformer/clip-l", MIR.keyFragment)
    assert "lost-field" in problems(found, "info.vit.clip-vit-patch14:*")


def test_adapters_say_what_they_are_for_and_files_have_settings(found: Dataset) -> None:
    """All files of a target stay on one entry, with the steps as variant."""
    path = "model/lora/hyper/flux-1"
    assert says(found, path, MIR.adapterFor) == {"info/dit/flux-1"}
    assert says(found, f"{path}#file-{'e1' * 8}", MIR.variant) == {"8step"}
    assert says(found, f"{path}#setting-any-call-num_inference_steps-{'e1' * 8}", MIR.appliesTo) == {
        f"{path}#file-{'e1' * 8}"
    }
    assert says(found, f"{path}#loader-diffusers", MIR.callable) == {"load_lora_weights"}
    assert says(found, f"{path}#loader-diffusers", MIR.scheduler) == {"operations/scheduler/flowmatcheuler/discrete"}
    assert says(found, f"{path}#setting-any-init-shift", MIR.value) == {"5"}
    assert "unknown-reference" in problems(found, "info.lora.hyper:flux1-dev")
    assert "wrong-field" in problems(found, "info.lora.hyper:stable-diffusion-xl-1")


def test_tags_give_task_licence_paper_and_base(found: Dataset) -> None:
    """Only what they say: not an unknown task, not one of several papers, not the base of another target."""
    assert says(found, "model/stst/m2m100/418m", MIR.task) == {"vocab/task/translation"}
    assert says(found, "model/stst/m2m100/418m", DCTERMS.license) == {"https://spdx.org/licenses/MIT"}
    assert says(found, "model/stst/m2m100/418m", MIR.paper) == {"https://arxiv.org/abs/2010.11125"}
    assert says(found, ORRERY, MIR.fineTunedFrom) == {"model/unet/orrery-1/base"}
    assert says(found, ORRERY, MIR.paper) == set()
    assert says(found, "model/lora/hyper/stable-diffusion-xl", MIR.adapterFor) == {"info/unet/stable-diffusion-xl"}
    assert says(found, "model/lora/hyper/stable-diffusion-xl", DCTERMS.license) == {
        "licence/creativeml-openrail-plus-plus-m"
    }


def test_dimensions_belong_to_the_program_they_are_from(found: Dataset) -> None:
    """And a variant of precision is a file of the same model."""
    path = "model/dit/flux-1/dev"
    assert says(found, f"{path}#setting-loader-divisor-init-axes_dim", MIR.value) == {"[16,56,56]"}
    assert says(found, f"{path}#setting-loader-divisor-init-depth", MIR.appliesTo) == {f"{path}#loader-divisor"}
    assert says(found, f"{path}#file-flux1-dev-fp8-e5m2.safetensors", MIR.precision) == {"vocab/precision/f8-e5m2"}


def test_every_id_has_a_record(found: Dataset, report: HarvestReport) -> None:
    """Aliases, series for heads of series, several targets, tombstones."""
    assert record(found, "info.artm.llama-2:7b") == ("alias", {"model/art/llama-2/7b"})
    assert record(found, "info.lora.hyper:flux-1:dev") == ("alias", {"model/lora/hyper/flux-1"})
    assert record(found, "info.lora.hyper:[init]") == ("alias", {"info/lora/hyper"})
    assert record(found, "ops.float.pytorch:BF16") == ("alias", {"operations/precision/bfloat/bf16"})
    assert record(found, "ops.scheduler.euler:any") == ("alias", {"operations/scheduler/euler/discrete"})
    assert record(found, "ops.scheduler.euler:[init]") == ("alias", {"info/scheduler/euler"})
    assert record(found, "info.encoder.tokenizer:llama-2-hf") == ("alias", {"model/encoder/tokenizer/llama-2-7b"})
    assert record(found, "info.encoder.tokenizer:falcon") == ("replaced", {"model/art/falcon/7b"})
    for lost in ("info.vit.`pretrainedconfig`:base", "info.dit.pre-trianed:*", "info.dit.lost-for-good:*"):
        assert record(found, lost) == ("withdrawn", set())
    ids = {*json.loads((UPSTREAM / "mir_id_history.json").read_text()), "info.dit.pre-trianed:*", "info.dit.orrery-3:*"}
    assert sum(report.ledger.values()) == len(ids)


def test_what_only_the_past_has_is_an_entry(found: Dataset) -> None:
    """With the fields of its day under today's names."""
    path = "model/unet/astrolabe/xl"
    assert says(found, f"{path}#loader-diffusers", MIR.className) == {"AstrolabePipeline"}
    assert says(found, f"{path}#setting-loader-diffusers-call-width", MIR.value) == {"512"}
    assert says(found, f"{path}#setting-loader-diffusers-load-variant", MIR.value) == {"fp16"}
    source = found.view.value(iri("ledger/info.unet.astrolabe~3abase"), DCTERMS.source)
    assert source == Iri("https://github.com/darkshapes/MIR/blob/4cc0d786dc/mir/config/mir.json")


def test_the_delta_is_read_with_its_own_fields(found: Dataset) -> None:
    """The release of 2026 writes library and components otherwise."""
    path = "model/dit/orrery-3/base"
    assert says(found, f"{path}#loader-diffusers", MIR.className) == {"Orrery3Pipeline"}
    assert says(found, f"{path}#component-transformer", MIR.className) == {"Orrery3Transformer"}


def test_harvesting_again_changes_nothing(out: Path, report: HarvestReport, tmp_path: Path) -> None:
    """Nor does a later day; `check` says so without writing, and says what would change."""
    before = {name: (out / name).read_bytes() for name in report.files}
    assert harvest(UPSTREAM, out).changed == ()
    assert {name: (out / name).read_bytes() for name in report.files} == before
    elsewhere = empty(tmp_path / "registry")
    assert set(harvest(UPSTREAM, elsewhere, check=True).changed) == set(report.files)
    assert list((elsewhere / "data").iterdir()) == []


def test_the_order_of_the_input_does_not_matter(out: Path, report: HarvestReport, tmp_path: Path) -> None:
    """Shuffled keys of the side files give the same bytes."""
    shuffled = tmp_path / "upstream"
    shutil.copytree(UPSTREAM, shuffled)
    for name in ("mir_id_history.json", "config/modes.json", "entries/hash_notes.json"):
        rows = json.loads((shuffled / name).read_text())
        (shuffled / name).write_text(json.dumps(dict(reversed(rows.items()))))
    elsewhere = empty(tmp_path / "registry")
    harvest(shuffled, elsewhere)
    for name in report.files:
        if not name.endswith("source.ttl"):
            assert (elsewhere / name).read_bytes() == (out / name).read_bytes(), name


def test_a_stale_file_goes(tmp_path: Path) -> None:
    """An architecture that a harvest no longer has leaves no file behind; other sources are not touched."""
    folder = empty(tmp_path / "registry")
    harvest(UPSTREAM, folder)
    (folder / "data/harvested/upstream-mir/gone.ttl").write_text("")
    (folder / "data/curated").mkdir()
    (folder / "data/curated/kept.ttl").write_text("")
    assert harvest(UPSTREAM, folder).changed == ("data/harvested/upstream-mir/gone.ttl",)
    assert not (folder / "data/harvested/upstream-mir/gone.ttl").exists()
    assert (folder / "data/curated/kept.ttl").exists()


def test_the_report_counts_and_reads_well(report: HarvestReport) -> None:
    """As a table for people, as JSON for programs."""
    assert report.items == 19
    assert re.search(r"^ +3 +withdrawn$", report.table(), re.MULTILINE)
    assert f"{sum(report.findings.values()):>6}  findings" in report.table()
    assert json.loads(json.dumps(report.as_json()))["ledger"] == report.ledger


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "this is no JSON"),
        ("[1, 2]", "not upstream's: it holds no object"),
        ('{"name": "left-pad", "version": "1.3.0"}', "not upstream's: 'name' is no key"),
        ('{"info.dit.x": {"*": []}}', "not upstream's: info.dit.x:* holds no fields"),
        ('{"info.dit.x": {"*": {"file_256": "abc"}}}', "info.dit.x:*: file_256 is no list or object"),
        ('{"info.dit.x": {"*": {"pkg": {"torch": "X"}}}}', "info.dit.x:*: package 'torch' is no numbered object"),
    ],
)
def test_json_that_is_not_upstreams_is_refused(tmp_path: Path, content: str, message: str) -> None:
    """One sentence, the file, and nothing written."""
    file = tmp_path / "mir.json"
    file.write_text(content)
    folder = empty(tmp_path / "registry")
    with pytest.raises(InputError) as caught:
        harvest(file, folder)
    assert message in str(caught.value)
    assert str(file) in str(caught.value)
    assert list((folder / "data").iterdir()) == []


def test_a_place_without_upstream_is_refused(tmp_path: Path) -> None:
    """No such file; a folder that holds something else."""
    for place in (tmp_path / "nothing", tmp_path):
        with pytest.raises(InputError) as caught:
            harvest(place, tmp_path)
        assert caught.value.hint


def test_the_one_file_alone_is_enough(tmp_path: Path) -> None:
    """Without the history there is no ledger to write, and what is there stays."""
    folder = empty(tmp_path / "registry")
    report = harvest(UPSTREAM / "mir_2025-11-26_full.json", folder)
    assert report.items == 17
    assert "data/harvested/upstream-mir/dit.ttl" in report.files


def test_no_record_is_ever_lost(tmp_path: Path) -> None:
    """A harvest of less than before keeps every record, with what was known of it."""
    folder = empty(tmp_path / "registry")
    harvest(UPSTREAM, folder)
    before = (folder / "data/ledger/upstream-mir.ttl").read_text()
    harvest(UPSTREAM / "mir_2025-11-26_full.json", folder)
    assert (folder / "data/ledger/upstream-mir.ttl").read_text() == before


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    """A folder in the place of a file stops the harvest before any file is put in its place."""
    folder = empty(tmp_path / "registry")
    harvest(UPSTREAM, folder)
    aet = folder / "data/harvested/upstream-mir/aet.ttl"
    aet.write_text("before")
    blocked = folder / "data/harvested/upstream-mir/.unet.ttl.new"
    blocked.mkdir()
    with pytest.raises(OutputError):
        harvest(UPSTREAM, folder)
    assert aet.read_text() == "before"
    assert not list(aet.parent.glob(".aet*"))


def test_the_table_of_names_is_sound() -> None:
    """Every path is a name, no repository is listed twice, and nothing moves to itself."""
    table = names()
    assert not set(table.renamed) & set(table.mended)
    assert all(name.lower() != target.lower() for name, target in {**table.renamed, **table.mended}.items())
    text = (ROOT / "src/mirld/harvest/upstream_mir/names.toml").read_text(encoding="utf-8")
    section = text.partition("[repositories]\n")[2].partition("\n[")[0]
    listed = [line.split('"')[1].lower() for line in section.splitlines() if line.startswith('"')]
    assert len(listed) == len(set(listed))
