"""DiffSynth-Studio: a digest of a layout goes to whatever has it, and a wrong comment takes nothing along."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.harvest.conformity import harvest_checked
from tests.harvest.packages import make_repository

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import literal
from mirld.harvest.facts import concept
from mirld.harvest.items import Harvest, Item, Link
from mirld.harvest.known import Known
from mirld.harvest.merge import merge
from mirld.harvest.package import Package
from mirld.harvest.sources import source
from mirld.harvest.sources.diffsynth.rows import PATH
from mirld.vocab import MIR, RDFS

SOURCE = source("diffsynth")
DEV, ENCODER, VAE, WHOLE, PACKED, OLD = (digit * 32 for digit in "abcde1")


def row(
    network: str, digest: str, *examples: tuple[str, str], more: str = "", module: str = "diffsynth.models.x"
) -> str:
    said = "".join(
        f'\n    # Example: ModelConfig(model_id="{one}", origin_file_pattern="{two}")' for one, two in examples
    )
    name = "".join(part.title() for part in network.split("_"))
    return (
        f'  {{{said}\n    "model_hash": "{digest}",\n    "model_name": "{network}",'
        f'\n    "model_class": "{module}.{name}",{more}\n  }},\n'
    )


FLUX, SDXL, NF4 = (
    "black-forest-labs/FLUX.1-dev",
    "stabilityai/stable-diffusion-xl-base-1.0",
    "DiffSynth-Studio/MiniMax-H3-NF4",
)
ROWS = [
    row("flux_dit", DEV, (FLUX, "flux1-dev.safetensors"), more='\n    "extra_kwargs": {"blocks": ["a"] * 3},'),
    row("flux_dit", OLD),
    row("flux_text_encoder_clip", ENCODER, (FLUX, "text_encoder/model.safetensors")),
    row("flux_vae_encoder", VAE, (FLUX, "ae.safetensors")),
    row("flux_vae_decoder", VAE, (FLUX, "ae.safetensors")),
    row("stable_diffusion_xl_unet", WHOLE, (SDXL, "sd_xl_base_1.0.safetensors")),
    row("stable_diffusion_xl_vae", WHOLE, (SDXL, "sd_xl_base_1.0.safetensors")),
    row("stable_diffusion_text_encoder", ENCODER, (SDXL, "text_encoder/model.safetensors")),
    row(
        "minimax_h3_dit", PACKED, (NF4, "minimax-h3-fl2va-nf4.safetensors"),
        more='\n    "quant_config": {"method": "bitsandbytes_nf4", "load_prequantized": True},',
    ),
    row("wan_video_dit", "3" * 32, ("PAI/Wan2.1-Fun-14B-InP", "diffusion_pytorch_model*.safetensors")),
]  # fmt: skip


def package(folder: Path, *rows: str, name: str = "flux_series") -> Package:
    return Package.open(make_repository(folder / "studio", {PATH: f"{name} = [\n{''.join(rows)}]\n"}))


def read(folder: Path, *rows: str) -> tuple[dict[str, Item], Harvest]:
    found = SOURCE.read(package(folder, *rows), Known())
    return {item.key: item for item in found.items}, found


def digests(item: Item) -> set[str]:
    return {
        term.value
        for part in item.parts.values()
        for (predicate, term) in part.facts
        if predicate == MIR.layoutMd5 and not isinstance(term, str)
    }


def classes(item: Item) -> set[str]:
    return {
        getattr(term, "value", "")
        for part in item.parts.values()
        for predicate, term in part.facts
        if predicate == MIR.className
    }


def test_a_release_has_the_layouts_of_its_files(tmp_path: Path) -> None:
    """The one of a row without a repository as well, which makes the layouts concluded ones."""
    items, found = read(tmp_path, *ROWS)
    dev = items["diffsynth:flux-1:dev"]
    assert not found.findings
    assert (dev.kind, dev.architecture, dev.label) == ("Model", "dit", "FLUX.1-dev")
    assert digests(dev) == {DEV, OLD}
    assert dev.keys == ["hf:black-forest-labs/flux.1-dev", "mir:model.dit.flux-1:dev"]
    assert MIR.layout in dev.inferred
    assert MIR.layout not in items["diffsynth:stable-diffusion-xl:base"].inferred


def test_a_release_is_the_entry_that_there_is(tmp_path: Path) -> None:
    """By the repository, which a mirror has under the same name."""
    path = "model/dit/flux/developer"
    known = Known(by_key={"hf:black-forest-labs/flux.1-dev": path}, kinds={path: "Model"})
    _, found = read(tmp_path, *ROWS)
    merged = merge(found, known, SOURCE.iri, "https://example.org/")
    assert merged.paths["diffsynth:flux-1:dev"] == path
    said = {term for subject, predicate, term in merged.triples if predicate == MIR.layoutMd5 and path in subject}
    assert said == {literal(DEV), literal(OLD)}


def test_a_shared_layout_is_on_everything_that_has_it(tmp_path: Path) -> None:
    """One text encoder is in two pipelines; its entries are named after them."""
    items, _ = read(tmp_path, *ROWS)
    flux, xl = items["diffsynth:clip-l:flux-1"], items["diffsynth:clip-l:stable-diffusion-xl"]
    assert digests(flux) == digests(xl) == {ENCODER}
    assert flux.label == "CLIP-L of FLUX.1"
    assert flux.keys == ["mir:model.transformer.clip-l:flux-1"]  # the repository is that of the pipeline, so no key


def test_what_is_published_with_a_release_fills_its_roles(tmp_path: Path) -> None:
    """As concluded, where each role has one part; of two that could fill it, neither is said to."""
    other = row("z_image_text_encoder", OLD, (SDXL, "other/model.safetensors"))
    items, _ = read(tmp_path, *ROWS, other)
    roles = {
        key: {name: part.links for (kind, name), part in item.parts.items() if kind == "component"}
        for key, item in items.items()
    }
    assert {key: links for key, links in roles.items() if links} == {
        "diffsynth:flux-1:dev": {
            "text_encoder": [Link(MIR.entry, "diffsynth:clip-l:flux-1")],
            "vae": [Link(MIR.entry, "diffsynth:kl:flux-1")],
        }
    }
    assert MIR.component in items["diffsynth:flux-1:dev"].inferred


def test_two_halves_of_a_part_are_one_entry(tmp_path: Path) -> None:
    """Encoder and decoder of an autoencoder, each with its class."""
    items, _ = read(tmp_path, *ROWS)
    part = items["diffsynth:kl:flux-1"]
    assert digests(part) == {VAE}
    assert classes(part) == {"FluxVaeEncoder", "FluxVaeDecoder"}


def test_a_file_of_a_whole_pipeline_is_the_release(tmp_path: Path) -> None:
    """All its classes open it; no part gets the digest of the whole."""
    items, _ = read(tmp_path, *ROWS)
    whole = items["diffsynth:stable-diffusion-xl:base"]
    assert digests(whole) == {WHOLE}
    assert classes(whole) == {"StableDiffusionXlUnet", "StableDiffusionXlVae"}
    assert not any(WHOLE in digests(item) for item in items.values() if item is not whole)


def test_an_adapter_says_what_it_is_for(tmp_path: Path) -> None:
    """As concluded by a person, and so marked."""
    repository = "jasperai/Flux.1-dev-Controlnet-Upscaler"
    items, _ = read(tmp_path, row("flux_controlnet", "2" * 32, (repository, "diffusion_pytorch_model.safetensors")))
    adapter = items["diffsynth:upscaler:flux-1"]
    assert (adapter.kind, adapter.architecture) == ("Adapter", "controlnet")
    assert [link.key for link in adapter.links] == ["mir:info.dit.flux-1"]
    assert MIR.adapterFor in adapter.inferred


def test_a_packed_layout_says_its_number_format(tmp_path: Path) -> None:
    """And one of several models in a repository is not known by the repository."""
    items, _ = read(tmp_path, *ROWS)
    packed = items["diffsynth:minimax-h3:fl2va"]
    assert (MIR.precision, concept("precision", "nf4")) in packed.parts["layout", PACKED[:16]].facts
    assert packed.keys == []


def test_an_owner_of_another_name_on_the_hub_joins_by_it(tmp_path: Path) -> None:
    """The repository there is concluded, and so marked."""
    items, _ = read(tmp_path, *ROWS)
    item = items["diffsynth:wan-2.1-fun:14b-inp"]
    assert item.keys == ["hf:pai/wan2.1-fun-14b-inp", "hf:alibaba-pai/wan2.1-fun-14b-inp"]
    assert MIR.repository in item.inferred


def test_files_that_cannot_be_those_of_a_class_are_left_out(tmp_path: Path) -> None:
    """Two comments were swapped: each layout stays with the network of its class, and both are said."""
    repository = "Qwen/Qwen-Image"
    items, found = read(
        tmp_path,
        row("qwen_image_dit", "4" * 32, (repository, "text_encoder/model*.safetensors")),
        row("qwen_image_text_encoder", "5" * 32, (repository, "transformer/model*.safetensors")),
    )
    assert digests(items["diffsynth:qwen-image:base"]) == {"4" * 32}
    assert digests(items["diffsynth:qwen2.5-vl:qwen-image"]) == {"5" * 32}
    assert [finding.problem for finding in found.findings] == ["wrong-component", "wrong-component"]
    said = {predicate for item in items.values() for part in item.parts.values() for predicate, _ in part.facts}
    assert RDFS.comment not in said


def test_a_file_with_two_layouts_is_said_once(tmp_path: Path) -> None:
    """Both layouts are kept."""
    files = ("ideogram-ai/ideogram-4-fp8", "text_encoder/model.safetensors")
    items, found = read(
        tmp_path, row("ideogram4_text_encoder", "6" * 32, files), row("ideogram4_text_encoder", "7" * 32, files)
    )
    assert digests(items["diffsynth:qwen3-vl:ideogram-4"]) == {"6" * 32, "7" * 32}
    assert [finding.problem for finding in found.findings] == ["conflict"]


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (row("flux_dit", "A" * 32, (FLUX, "x.safetensors")), "malformed-digest"),
        (row("flux_dit", "8" * 64, (FLUX, "x.safetensors")), "malformed-digest"),
        (row("flux\u202e_dit", "8" * 32, (FLUX, "x.safetensors")), "garbage-id"),
        (row("<b>flux</b>", "8" * 32, (FLUX, "x.safetensors")), "garbage-id"),
        (row("flux_dit", "8" * 32, (FLUX, "x.safetensors"), module="not a module"), "unlinked-class"),
        (row("nobody_knows", "8" * 32, (FLUX, "x.safetensors")), "unknown-reference"),
        (row("flux_dit", "8" * 32, ("owner", "x.safetensors")), "wrong-repository"),
        (row("flux_dit", "8" * 32, (FLUX, "../../x.safetensors")), "wrong-field"),
        (row("flux_dit", "8" * 32, (FLUX, "x" * 10_000_000)), "wrong-field"),
        ("  make_row(1),\n", "lost-field"),
        ('  {**OTHER, "model_name": "flux_dit"},\n', "lost-field"),
    ],
)  # fmt: skip
def test_a_bad_row_is_said_and_spoils_nothing(tmp_path: Path, bad: str, problem: str) -> None:
    """Markup, marks that turn text, a line of ten megabytes, a path that leads out, and what only a run would tell."""
    items, found = read(tmp_path, bad, ROWS[2])
    assert [finding.problem for finding in found.findings] == [problem]
    assert found.findings[0].place.startswith(PATH)
    assert len(found.findings[0].value) < 1_000
    assert digests(items["diffsynth:clip-l:flux-1"]) == {ENCODER}


def test_another_layout_of_the_package_is_refused(tmp_path: Path) -> None:
    """The file is gone, holds no table, or is no Python: file and line are said."""
    with pytest.raises(InputError, match="layout changed"):
        SOURCE.read(package(tmp_path / "a", *ROWS, name="other"), Known())
    with pytest.raises(InputError, match="layout changed"):
        SOURCE.read(Package.open(make_repository(tmp_path / "b", {"setup.py": ""})), Known())
    with pytest.raises(SyntaxInputError) as caught:
        SOURCE.read(package(tmp_path / "c", *ROWS, "  {\n"), Known())
    assert caught.value.line


def test_a_harvest_conforms_and_repeats_itself(tmp_path: Path) -> None:
    """A check refuses nothing of it, and a second harvest changes no byte."""
    folder = make_repository(tmp_path / "studio", {PATH: f"flux_series = [\n{''.join(ROWS)}]\n"})
    report, wrong = harvest_checked(SOURCE, folder, tmp_path)
    assert wrong == []
    assert report.entries["Model"] == 7
    assert harvest_checked(SOURCE, folder, tmp_path)[0].changed == ()
