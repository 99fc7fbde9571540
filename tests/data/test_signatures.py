"""The signatures of the registry: each is read, names entries that are there, and holds of what it describes alone."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mirld.check.signature_draft import Proved, nearest_negative
from mirld.graph.corpus import Corpus
from mirld.lookup.identifying import Identifier
from mirld.registry.index import Index
from mirld.registry.place import open_index
from mirld.weights.header import Header, Tensor, Tensors

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def index() -> Index:
    return open_index()


def header(shapes: dict[str, tuple[int, ...]]) -> Header:
    rows = [Tensor(name, "BF16", shape, None, None) for name, shape in shapes.items()]
    return Header(file="x", format="safetensors", size=0, bytes_read=0, tensors=Tensors.of_rows(rows))


def blocks(name: str, number: int, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    return {name.replace("{i}", str(block)): shape for block in range(number)}


FLUX = {
    "img_in.weight": (3072, 64),
    "vector_in.in_layer.weight": (3072, 768),
    **blocks("double_blocks.{i}.img_attn.norm.key_norm.scale", 19, (128,)),
    **blocks("single_blocks.{i}.norm.key_norm.scale", 38, (128,)),
}
GUIDED = {**FLUX, "guidance_in.in_layer.weight": (3072, 256)}
VAE = {
    "decoder.conv_in.weight": (512, 16, 3, 3),
    "encoder.conv_out.weight": (32, 512, 3, 3),
    "decoder.mid.block_1.conv1.weight": (512, 512, 3, 3),
}


def test_entries_of_one_layout_are_given_together(index: Index) -> None:
    """Kontext and dev share a header: both are candidates, none alone, and what would settle it is said."""
    found = Identifier(index).identify(header(GUIDED))
    ids = {claim.id for claim in found.candidates}
    assert {"mir:model.dit.flux-1:dev", "mir:model.dit.flux-1:kontext-dev"} <= ids
    assert (found.kind, found.level) == ("diffusion", "series")
    assert found.components[0].settle is not None
    assert all(ground.found and ground.sources for ground in found.components[0].grounds)


def test_what_is_left_out_tells_as_well(index: Index) -> None:
    """Without guidance it is schnell, the nearest negative of dev."""
    ids = {claim.id for claim in Identifier(index).identify(header(FLUX)).candidates}
    assert "mir:model.dit.flux-1:schnell" in ids
    assert "mir:model.dit.flux-1:dev" not in ids


def test_a_checkpoint_is_taken_apart(index: Index) -> None:
    """The network below its prefix and the autoencoder below its own are components of one file."""
    joined = {f"model.diffusion_model.{name}": shape for name, shape in GUIDED.items()}
    joined |= {f"first_stage_model.{name}": shape for name, shape in VAE.items()}
    found = Identifier(index).identify(header(joined))
    assert found.kind == "checkpoint"
    assert [each.kind for each in found.components] == ["diffusion", "vae"]


@pytest.mark.parametrize("shapes", [{"fc.weight": (1000, 2048)}, {**GUIDED, "img_in.weight": (3072, 65)}])
def test_nothing_is_claimed_of_what_no_signature_fits(index: Index, shapes: dict[str, tuple[int, ...]]) -> None:
    """It is unknown, and the nearest is shown as such."""
    found = Identifier(index).identify(header(shapes))
    assert (found.kind, found.level, found.candidates) == ("unknown", "unknown", ())


def test_every_signature_names_entries_that_are_there(index: Index) -> None:
    """A name in mir:identifies that no entry has would make a group look smaller than it is."""
    from mirld.registry.signature_rows import Signatures

    every = list(Signatures(index))
    assert len(every) > 400
    missing = [(each.name, iri) for each in every for iri in each.identifies if index.entry_at(iri) is None]
    assert missing == []


UNET = {
    "time_embed.0.weight": (1280, 320),
    "input_blocks.0.0.weight": (320, 8, 3, 3),
    "input_blocks.1.0.in_layers.2.weight": (320, 320, 3, 3),
    "input_blocks.2.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
    "input_blocks.2.1.transformer_blocks.0.attn2.to_v.weight": (320, 768),
    "input_blocks.8.1.transformer_blocks.0.attn2.to_k.weight": (1280, 768),
    "middle_block.1.proj_in.weight": (1280, 1280, 1, 1),
    "output_blocks.11.0.in_layers.2.weight": (320, 640, 3, 3),
    "out.2.weight": (4, 320, 3, 3),
}


def test_the_narrowest_signature_is_given(index: Index) -> None:
    """InstructPix2Pix is no plain Stable Diffusion 1, nor just some UNet, and a tensor beside it makes it Zero123."""
    joined = {f"model.diffusion_model.{name}": shape for name, shape in UNET.items()}
    identifier = Identifier(index)
    assert [claim.id for claim in identifier.identify(header(UNET)).candidates] == [
        "mir:model.unet.instructpix2pix:base"
    ]
    (found,) = identifier.identify(header({**joined, "cc_projection.weight": (768, 772)})).components
    assert [claim.id for claim in found.candidates] == ["mir:model.unet.stable-zero123:base"]


def test_what_is_dropped_leaves_what_is_still_certain(index: Index) -> None:
    """Without its first layer both series stand, since the channels that tell them apart are not there."""
    less = {name: shape for name, shape in UNET.items() if name != "input_blocks.0.0.weight"}
    assert [claim.id for claim in Identifier(index).identify(header(less)).candidates] == [
        "mir:info.unet.instructpix2pix",
        "mir:info.unet.stable-diffusion-1.5",
    ]


def test_a_kind_alone_is_said_of_what_is_of_no_known_size(index: Index) -> None:
    """A UNet whose sizes nobody publishes is a diffusion model, and no more is claimed."""
    shapes = {
        "conv_in.weight": (48, 4, 3, 3),
        "conv_out.weight": (4, 48, 3, 3),
        "time_embedding.linear_1.weight": (192, 48),
        "down_blocks.0.resnets.0.conv1.weight": (48, 48, 3, 3),
    }
    found = Identifier(index).identify(header(shapes))
    assert (found.kind, found.level, found.candidates) == ("diffusion", "kind", ())


def test_every_signature_has_a_case_and_most_cases_are_whole() -> None:
    """The code of the network, the header of a file or a published list has its tensors for nine signatures in ten."""
    known = Proved.read(Corpus.scan(ROOT))
    proofs: dict[str, set[str]] = {}
    for case in known.cases.values():
        for iri in case.conforms:
            proofs.setdefault(iri, set()).add(case.proof or "")
    assert known.signatures.keys() <= proofs.keys()
    assert {proof for some in proofs.values() for proof in some} == {"declared", "derived", "inferred"}
    inferred = [iri for iri, some in proofs.items() if some == {"inferred"}]
    assert len(inferred) < len(known.signatures) / 10


def test_the_nearest_negative_of_a_signature_is_kept_out() -> None:
    """By one condition at least, for some drawn by a seed; a check of the registry proves that all others are."""
    known = Proved.read(Corpus.scan(ROOT))
    chance = random.Random(20261128)  # noqa: S311 - tests need repeatable numbers, not secret ones
    for signature in chance.sample(sorted(known.signatures.values()), 5):
        found = nearest_negative(signature, known)
        assert found is not None, signature.name
        case, lacking = found
        assert signature.iri not in case.conforms
        assert lacking, (signature.name, case.name)
