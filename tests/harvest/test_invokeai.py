"""InvokeAI: a starter model is the entry it is a copy of, with what it needs beside it, and defaults by its family."""

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
from mirld.harvest.sources.invokeai.rows import DEFAULTS, MODELS
from mirld.vocab import DCAT, MIR

SOURCE = source("invokeai")
CASES = """
class Settings:
    def from_base(cls, base, variant=None, name=None):
        match base:
            case Base.StableDiffusionXL:
                return cls(width=1024, height=1024)
            case Base.Krea2:
                if variant == Krea2.Base:
                    return cls(steps=28, cfg_scale=5.5)
                return cls(steps=8, cfg_scale=1.0, note="no number")
            case Base.Flux2:
                if variant in (Flux2.Dev, Flux2.NoOneKnows):
                    return cls(steps=28)
                else:
                    return cls(steps=4)
            case _:
                return None
"""


def model(variable: str, kind: str, base: str, where: str, name: str = "", needs: str = "") -> str:
    needed = f", dependencies=[{needs}]" if needs else ""
    return (
        f'{variable} = StarterModel(\n    name="{name or variable}", base=Base.{base}, source="{where}",\n'
        f'    description="its words are not taken", type=Kind.{kind}{needed},\n)\n'
    )


HUB = "https://huggingface.co"
ROWS = [
    model("flux_vae", "VAE", "Flux", "black-forest-labs/FLUX.1-schnell::ae.safetensors"),
    model("clip_l_encoder", "CLIPEmbed", "Any", "InvokeAI/clip-text-encoder::bfloat16"),
    model("flux_dev", "Main", "Flux", "InvokeAI/flux_dev::transformer/flux1-dev.safetensors", "FLUX.1 dev",
          "clip_l_encoder, flux_vae"),
    model("krea2_turbo", "Main", "Krea2", "krea/Krea-2-Turbo", "Krea-2 Turbo"),
    model("krea2_turbo_gguf_q4_k_m", "Main", "Krea2", f"{HUB}/someone/Krea-2-Turbo-GGUF/resolve/main/krea2-Q4_K.gguf"),
    model("krea2_turbo_gguf_q8_0", "Main", "Krea2", f"{HUB}/someone/Krea-2-Turbo-GGUF/resolve/main/krea2-Q8_0.gguf"),
    model("z_image_turbo_sdnq", "Main", "ZImage", "someone/Z-Image-Turbo-SDNQ-4bit_svd"),
    model("my_finetune", "Main", "StableDiffusionXL", "someone/My-Finetune-v3", "My finetune", "easy_neg_sd1"),
    model("easy_neg_sd1", "TextualInversion", "StableDiffusionXL", f"{HUB}/embed/Easy/resolve/main/Easy.safetensors"),
    model("my_lora", "LoRA", "StableDiffusionXL", f"{HUB}/someone/loras/resolve/v1/my%20style.safetensors", "My style"),
    model("esrgan_srx4", "SpandrelImageToImage", "Any",
          "https://github.com/x/Real-ESRGAN/releases/download/v0.1/ESRGAN_SRx4-ff704c30.pth"),
    model("a_service", "ExternalImageGenerator", "External", "external://vendor/model"),
]  # fmt: skip


def repository(folder: Path, *rows: str, cases: str = CASES) -> Path:
    return make_repository(folder / "invoke", {MODELS: "".join(rows), DEFAULTS: cases})


def known() -> Known:
    """Make a registry that has the families, and number formats."""
    found = Known(concepts={"precision": frozenset({"q4-k", "q8-0"})})
    for path in ("info/dit/flux-1", "info/unet/stable-diffusion-xl"):
        _, architecture, series = path.split("/")
        found.kinds[path] = "Info"
        found.by_key[f"mir:info.{architecture}.{series}"] = path
        found.series[series.replace("-", "")] = [path]
    return found


def read(folder: Path, *rows: str, cases: str = CASES) -> tuple[dict[str, Item], Harvest]:
    found = SOURCE.read(Package.open(repository(folder, *rows, cases=cases)), known())
    return {item.key.removeprefix("invokeai:"): item for item in found.items}, found


def settings(item: Item) -> set[str]:
    return {f"{name.rpartition('-')[2]}" for kind, name in item.parts if kind == "setting"}


def test_a_copy_of_a_model_is_that_model(tmp_path: Path) -> None:
    """By the id that a person gave; the repository of the copy holds other things, so it is no key."""
    items, _ = read(tmp_path, *ROWS)
    dev = items["flux_dev"]
    assert (dev.kind, dev.label, dev.keys) == ("Model", "FLUX.1 dev", ["mir:model.dit.flux-1:dev"])
    assert (MIR.fileName, literal("transformer/flux1-dev.safetensors")) in dev.parts[
        "file", "transformer-flux1-dev.safetensors"
    ].facts


def test_what_a_model_needs_is_a_part_of_it(tmp_path: Path) -> None:
    """In the role of its kind; what has no role is only said to work with it."""
    items, _ = read(tmp_path, *ROWS)
    roles = {part.key: part.links for (kind, _), part in items["flux_dev"].parts.items() if kind == "component"}
    assert roles == {
        "text_encoder": [Link(MIR.entry, "invokeai:clip_l_encoder")],
        "vae": [Link(MIR.entry, "invokeai:flux_vae")],
    }
    (part,) = (part for (kind, _), part in items["my_finetune"].parts.items() if kind == "compatibility")
    assert (MIR.kind, concept("compatibility", "declared-by-source")) in part.facts
    assert Link(MIR.object, "invokeai:easy_neg_sd1") in part.links


def test_packed_copies_are_files_of_the_model(tmp_path: Path) -> None:
    """Whoever packed them: each file with its number format, and the repository beside that of the model."""
    items, found = read(tmp_path, *ROWS)
    merged = merge(found, known(), SOURCE.iri, "https://example.org/")
    one, two = items["krea2_turbo_gguf_q4_k_m"], items["krea2_turbo_gguf_q8_0"]
    assert merged.paths[one.key] == merged.paths[two.key] == merged.paths["invokeai:krea2_turbo"]
    assert merged.paths[one.key] == "model/dit/krea-2/turbo"
    assert one.label == "Krea-2-Turbo"
    assert "hf:someone/krea-2-turbo-gguf" in one.keys
    assert (MIR.precision, concept("precision", "q8-0")) in two.parts["file", "krea2-q8_0.gguf"].facts
    assert not [finding for finding in merged.findings if finding.problem == "ambiguous-id"]


def test_a_rounded_copy_is_a_model_that_comes_from_another(tmp_path: Path) -> None:
    """It is named after the model and the method, whoever made it, so that another list gives it the same name."""
    items, found = read(tmp_path, *ROWS)
    merged = merge(found, known(), SOURCE.iri, "https://example.org/")
    one = items["z_image_turbo_sdnq"]
    assert merged.paths[one.key] == "model/dit/z-image/turbo-sdnq-4bit-svd"
    assert Link(MIR.quantizedFrom, "mir:model.dit.z-image:turbo") in one.links
    assert MIR.quantizedFrom in one.inferred


def test_a_model_that_nobody_listed_is_of_its_base(tmp_path: Path) -> None:
    """Under the title of its repository, in the family of the base; of an adapter that family is what it is for."""
    items, found = read(tmp_path, *ROWS)
    merged = merge(found, known(), SOURCE.iri, "https://example.org/")
    assert merged.paths["invokeai:my_finetune"] == "model/unet/stable-diffusion-xl/my-finetune-v3"
    assert merged.paths["invokeai:my_lora"] == "model/lora/my-style/stable-diffusion-xl"
    assert items["my_lora"].kind == "Adapter"
    assert items["my_lora"].links == [Link(MIR.adapterFor, "mir:info.unet.stable-diffusion-xl")]


def test_the_end_of_a_name_may_be_digits_of_a_digest(tmp_path: Path) -> None:
    """And a file that no repository of the hub has is at its address; a service is left out."""
    items, _ = read(tmp_path, *ROWS)
    (file,) = (part for (kind, _), part in items["esrgan_srx4"].parts.items() if kind == "file")
    assert (MIR.sha256Prefix, literal("ff704c30")) in file.facts
    assert any(predicate == DCAT.downloadURL for predicate, _ in file.facts)
    assert "a_service" not in items


def test_defaults_are_those_of_the_family_or_of_the_variant(tmp_path: Path) -> None:
    """Only numbers; a variant that no entry stands for is said."""
    items, found = read(tmp_path, *ROWS)
    family = items["StableDiffusionXL"]
    assert (family.kind, settings(family)) == ("Info", {"width", "height"})
    assert (MIR.unit, literal("px")) in family.parts["setting", "invokeai-call-width"].facts
    turbo = items["krea2_turbo"]
    assert settings(turbo) == {"steps", "cfg_scale"}
    assert (MIR.value, literal(8)) in turbo.parts["setting", "invokeai-call-steps"].facts
    values = {finding.value for finding in found.findings}
    assert {"Flux2.NoOneKnows", "mir:model.dit.krea-2:raw"} <= values


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (model("bad", "Main", "Flux", "no repository at all"), "wrong-repository"),
        (model("bad", "Main", "Flux", "owner/name::../../x.safetensors"), "wrong-repository"),
        (model("bad", "Main", "Flux", "https://example.org/owner/x.safetensors"), "wrong-repository"),
        (model("bad", "Main", "Flux", "owner/name", "<i>x</i>"), "garbage-id"),
        (model("bad", "Main", "Flux", "owner/name", "a\u202eb"), "garbage-id"),
        (model("bad", "Main", "Flux", "owner/" + "x" * 10_000_000), "garbage-id"),
        (model("bad", "Main", "Any", "owner/name"), "unknown-reference"),
        (model("bad", "NoKind", "Flux", "owner/name"), "unknown-reference"),
        ("bad = StarterModel(name=made(), base=Base.Flux, source='owner/name', type=Kind.Main)\n", "garbage-id"),
    ],
)
def test_a_bad_row_is_said_and_spoils_nothing(tmp_path: Path, bad: str, problem: str) -> None:
    """No repository, a path that leads out, markup, marks that turn text, ten megabytes, kinds nobody knows."""
    items, found = read(tmp_path, ROWS[0], bad, cases="def from_base():\n    pass\n")
    assert [finding.problem for finding in found.findings] == [problem]
    assert found.findings[0].upstream_id == "invokeai:bad"
    assert len(found.findings[0].value) < 1_000
    assert set(items) == {"flux_vae", "Flux"}


def test_another_layout_of_the_package_is_refused(tmp_path: Path) -> None:
    """No list, no models in it, no function of defaults, or no Python."""
    with pytest.raises(InputError, match="layout changed"):
        SOURCE.read(Package.open(make_repository(tmp_path / "a", {"README.md": ""})), Known())
    with pytest.raises(InputError, match="layout changed"):
        read(tmp_path / "b", "X = 1\n")
    with pytest.raises(InputError, match="layout changed"):
        read(tmp_path / "c", *ROWS, cases="X = 1\n")
    with pytest.raises(SyntaxInputError):
        read(tmp_path / "d", "x = StarterModel(\n")


def test_a_harvest_conforms_and_repeats_itself(tmp_path: Path) -> None:
    """A check refuses nothing of it but adapters of families that this small registry does not have."""
    folder = repository(tmp_path, *(row for row in ROWS if "LoRA" not in row and "Inversion" not in row))
    report, wrong = harvest_checked(SOURCE, folder, tmp_path)
    assert wrong == []
    assert report.entries["Model"] == 7
    assert harvest_checked(SOURCE, folder, tmp_path)[0].changed == ()
