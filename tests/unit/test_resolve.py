"""Resolving a text, on a registry of a few imaginary entries."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirld.ids import MirId
from mirld.lookup import Resolution, resolve
from mirld.registry import (
    Component,
    Digest,
    Entry,
    File,
    Index,
    Layout,
    LedgerRecord,
    Loader,
    Ref,
    Registry,
    Repository,
)
from mirld.vocab import DEFAULT_BASE

SHA = "31e35c80fc4829d14f90153f4c74cd59c90b779f6afe05a74cd6120b893f7e5b"
OTHER = "31e35c80aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1"
LAYER = "62a5ab1b5fdfa4fedb32323841298c6effe1af25be94a8583350b0a7641503ef"


def entry(
    text: str,
    label: str,
    *,
    repositories: Iterable[str | Repository] = (),
    files: Iterable[File] = (),
    layouts: Iterable[str] = (),
    loaders: Iterable[Loader] = (),
    other: Iterable[str] = (),
    components: Iterable[str] = (),
    tasks: Iterable[str] = (),
) -> Entry:
    mir_id = MirId.parse(text)
    iri = mir_id.iri(DEFAULT_BASE)
    return Entry(
        id=mir_id,
        iri=iri,
        label=label,
        types=("Model",),
        other_labels=tuple(other),
        task_classes=tuple(tasks),
        repositories=tuple(
            found
            if isinstance(found, Repository)
            else Repository(iri=f"{iri}#repo-{found}", host="huggingface.co", name=found)
            for found in repositories
        ),
        files=tuple(files),
        layouts=tuple(Layout(iri=f"{iri}#layout", digests=(Digest("layer256", found),)) for found in layouts),
        loaders=tuple(loaders),
        components=tuple(
            Component(iri=f"{iri}#component-{n}", role="part", entry=Ref(MirId.parse(found).iri(DEFAULT_BASE), found))
            for n, found in enumerate(components)
        ),
    )


def file(name: str, *digests: tuple[str, str], variant: str | None = None, download: str | None = None) -> File:
    return File(
        iri=f"urn:file:{name}",
        name=name,
        variant=variant,
        download=download,
        digests=tuple(Digest(kind, value) for kind, value in digests),
    )


def loader(library: str, name: str, call: str | None = None, module: str | None = None) -> Loader:
    return Loader(iri=f"urn:loader:{library}:{name}", library=library, class_name=name, call=call, module=module)


def record(text: str, state: str, *targets: str, reason: str | None = None, last: str | None = None) -> LedgerRecord:
    return LedgerRecord(
        iri=LOST if text.endswith(":lost") else f"{DEFAULT_BASE}ledger/{text.encode().hex()}",
        text=text,
        state=state,
        targets=tuple(MirId.parse(target).iri(DEFAULT_BASE) for target in targets),
        reason=reason,
        last_seen=last,
    )


def index_of(entries: Iterable[Entry], ledger: Iterable[LedgerRecord] = ()) -> Index:
    return Index.of(Registry(base=DEFAULT_BASE, entries=entries, ledger=ledger))


LOST = f"{DEFAULT_BASE}model/unet/orrery/lost"
BASE = "mir:model.unet.orrery:base"
TURBO = "mir:model.unet.orrery:turbo"
SERIES = "mir:info.unet.orrery"
VAE = "mir:model.vae.kl:orrery"
SWIFT = "mir:model.lora.swift:orrery"
SWIFT_XL = "mir:model.lora.swift:comet-xl"
EULER = "mir:operations.scheduler.euler:discrete"


@pytest.fixture(scope="module")
def index() -> Index:
    return index_of(
        entries=[
            entry(
                SERIES,
                "Orrery",
                repositories=["Sky-Works/Orrery-Base-1.0"],
                loaders=[loader("diffusers", "OrreryPipeline")],
            ),
            entry(
                BASE,
                "Orrery Base",
                repositories=[
                    Repository(
                        iri="urn:repo",
                        host="huggingface.co",
                        name="Sky-Works/Orrery-Base-1.0",
                        revision="abcdef0123",
                        air="urn:air:orrery:checkpoint:civitai:101055@128078",
                        page="https://huggingface.co/Sky-Works/Orrery-Base-1.0",
                    )
                ],
                files=[file("orrery_base.safetensors", ("fileSha256", SHA), ("autoV2", SHA[:10]))],
                layouts=[LAYER],
                loaders=[loader("diffusers", "OrreryPipeline", module="diffusers.pipelines.orrery")],
                components=[VAE],
                tasks=["OrreryInpaintPipeline"],
                other=["Orrery One"],
            ),
            entry(
                TURBO,
                "Orrery Turbo",
                layouts=[LAYER],
                files=[file("turbo/model.safetensors", ("sha256Prefix", "feedc0de"))],
            ),
            entry(
                VAE,
                "KL of Orrery",
                repositories=["sky-works/orrery-base-1.0"],
                loaders=[loader("diffusers", "AutoencoderKL")],
            ),
            entry(
                SWIFT,
                "Swift for Orrery",
                repositories=["Sky-Works/Swift"],
                files=[
                    file("swift-8.safetensors", ("fileSha256", OTHER), variant="8step"),
                    file("swift-4.safetensors", variant="4step"),
                ],
                loaders=[loader("diffusers", "OrreryPipeline", call="load_lora_weights")],
            ),
            entry(SWIFT_XL, "Swift for Comet", repositories=["Sky-Works/Swift"]),
            entry(EULER, "Euler", loaders=[loader("diffusers", "EulerDiscreteScheduler")]),
        ],
        ledger=[
            record("info.unet.orrery:*", "replaced", BASE, last="2025-11-26"),
            record("info.unet.orrery-v1:F16", "alias", BASE),
            record("info.lora.swift:all", "replaced", SWIFT, SWIFT_XL),
            record("mir:model.unet.orrery:lost", "withdrawn", reason="It was a test."),
            record(BASE, "current"),
            record("info.vit.gone:*", "withdrawn", reason="Its repository never existed.", last="2025-07-05"),
        ],
    )


def ids(found: Resolution) -> list[str]:
    return [candidate.id for candidate in found.candidates]


def tied(found: Resolution) -> list[str]:
    return ids(found)[: found.tied]


@pytest.mark.parametrize(
    "text",
    [BASE, "model.unet.orrery:base", "MIR : Model . UNet . Orrery : Base", "model/unet/orrery/base", f"<{BASE}>",
     "https://w3id.org/mir/model/unet/orrery/base", "http://localhost:8000/model/unet/orrery/base/index.ttl"],
)  # fmt: skip
def test_an_id_resolves_in_every_form(index: Index, text: str) -> None:
    """Canonical text, spaces and capitals, a path and an address mean one entry, and only it."""
    found = resolve(index, text)
    assert ids(found) == [BASE]
    assert not found.ambiguous
    assert found.candidates[0].level == "exact"
    assert found.candidates[0].state == "current"


def test_the_reasons_are_plain_words(index: Index) -> None:
    """Each way in says which one it was."""
    reasons = {
        BASE: "is its canonical id",
        "info.unet.orrery:*": "was published as info.unet.orrery:* until 2025-11-26",
        "sky-works/orrery-base-1.0": "is the repository Sky-Works/Orrery-Base-1.0 on huggingface.co",
        SHA: "is the SHA-256 of the file orrery_base.safetensors",
        "diffusers.OrreryPipeline": "is the class OrreryPipeline in diffusers that loads it",
        "Orrery_Base.safetensors": "is the name of the file orrery_base.safetensors",
        "orrery:checkpoint:civitai:101055": "is the AIR of the repository Sky-Works/Orrery-Base-1.0 on huggingface.co",
    }  # fmt: skip
    assert {text: resolve(index, text).candidates[0].reasons[0] for text in reasons} == reasons


@pytest.mark.parametrize(
    "text",
    ["info.unet.orrery:*", "mir:info.unet.orrery:*", "Info.UNet.Orrery:*", "info.unet.orrery.*",
     "['info.unet.orrery', '*']",
     "mir://info.unet.orrery:*", "info.unet.orrery : *"],
)  # fmt: skip
def test_an_old_id_means_what_it_meant(index: Index, text: str) -> None:
    """What was published as the base model is not read as the series, though its text could be."""
    found = resolve(index, text)
    assert found.candidates[0].id == BASE
    assert found.candidates[0].state == "replaced"
    assert found.candidates[0].record is not None
    assert not found.ambiguous


def test_case_counts_in_no_old_id(index: Index) -> None:
    """A data type that was published in capitals is found in small letters too."""
    for text in ("info.unet.orrery-v1:F16", "info.unet.orrery-v1:f16", "mir:info.unet.orrery-v1:f16"):
        assert (resolve(index, text).candidates[0].id, resolve(index, text).candidates[0].state) == (
            BASE,
            "alias",
        )


def test_a_name_that_became_two_gives_both(index: Index) -> None:
    """Nothing is picked silently."""
    found = resolve(index, "info.lora.swift:all")
    assert sorted(ids(found)) == [SWIFT_XL, SWIFT]
    assert found.ambiguous


@pytest.mark.parametrize("text", ["mir:model.unet.orrery:lost", LOST, "model.unet.orrery:lost"])
def test_a_withdrawn_id_has_a_tombstone(index: Index, text: str) -> None:
    """It resolves to its record, with the reason."""
    (candidate,) = resolve(index, text).candidates
    assert (candidate.state, candidate.iri) == ("withdrawn", LOST)
    assert candidate.reasons == ("was published as mir:model.unet.orrery:lost and withdrawn: It was a test.",)


def test_a_name_of_another_scheme_hides_no_label() -> None:
    """Alone it may be the label of another entry, which stands in the answer; with its scheme it is that one name."""
    series = entry("mir:info.unet.comet", "Comet network")._replace(types=("Info",), aliases=("skylib:comet",))
    release = entry("mir:model.unet.comet:base", "comet")
    index = index_of(entries=[series, release])
    assert ids(resolve(index, "Comet")) == [str(release.id), str(series.id)]
    assert resolve(index, "comet").candidates[0].reasons == ("is its label",)
    assert ids(resolve(index, "skylib:comet")) == [str(series.id)]


def test_a_class_hides_no_label() -> None:
    """A model may be labelled as the class of another is called: both stand in the answer, tied."""
    loaded = entry("mir:model.unet.comet:base", "Comet base", loaders=[loader("skylib", "HTComet")])
    labelled = entry("mir:model.unet.comet:ht", "HTComet")
    found = resolve(index_of(entries=[loaded, labelled]), "HTComet")
    assert (ids(found), found.tied, found.reading) == ([str(labelled.id), str(loaded.id)], 2, "class")
    assert found.candidates[0].reasons == ("is its label",)


def test_a_variant_leads_to_its_release(index: Index) -> None:
    """The file that holds the variant is named; an unknown variant says so."""
    (candidate,) = resolve(index, f"{SWIFT}@8step").candidates
    assert (candidate.id, candidate.part, candidate.variant) == (SWIFT, "urn:file:swift-8.safetensors", "8step")
    (unknown,) = resolve(index, f"{SWIFT}@fp8").candidates
    assert (unknown.id, unknown.part) == (SWIFT, None)
    assert "no file is known" in unknown.reasons[0]


@pytest.mark.parametrize(
    "text",
    ["Sky-Works/Orrery-Base-1.0", "sky-works/orrery-base-1.0", "https://huggingface.co/Sky-Works/Orrery-Base-1.0",
     "https://huggingface.co/sky-works/orrery-base-1.0/tree/main", "hf.co/Sky-Works/Orrery-Base-1.0",
     "https://huggingface.co/Sky-Works/Orrery-Base-1.0/resolve/main/orrery_base.safetensors?download=true",
     "pkg:huggingface/Sky-Works/Orrery-Base-1.0@abcdef0123", "pkg:huggingface/sky-works/orrery-base-1.0",
     "hf://Sky-Works/Orrery-Base-1.0", "models--Sky-Works--Orrery-Base-1.0", "Sky-Works/Orrery-Base-1.0:Q4_K_M"],
)  # fmt: skip
def test_a_repository_is_its_release(index: Index, text: str) -> None:
    """Before the series that only describes it, and before the component that is stored in it."""
    found = resolve(index, text)
    assert found.reading == "repository"
    assert tied(found) == [BASE]
    assert {SERIES, VAE} >= set(ids(found)[1:])


@pytest.mark.parametrize(
    "text",
    ["sky/orrery/keras/orrery_base", "Sky/Orrery/Keras/Orrery_Base", "sky/orrery/keras/orrery_base/3",
     "kaggle://sky/orrery/keras/orrery_base", "kaggle:sky/orrery/keras/orrery_base/12",
     "https://www.kaggle.com/models/sky/orrery/keras/orrery_base/3", "kaggle.com/models/sky/orrery/Keras/orrery_base",
     "https://www.kaggle.com/models/sky/orrery"],
)  # fmt: skip
def test_names_of_four_parts_are_found(text: str) -> None:
    """Owner, model, framework and variation, with and without a version; the page of a model has all its variations."""
    repository = Repository(iri="urn:repo", host="kaggle.com", name="sky/orrery/keras/orrery_base", revision="2")
    index = index_of(entries=[entry(BASE, "Base", repositories=[repository]), entry(TURBO, "Turbo")])
    found = resolve(index, text)
    assert (found.reading, ids(found)) == ("repository", [BASE])


@pytest.mark.parametrize(
    "text",
    ["https://civitai.com/models/101055", "https://civitai.com/models/101055/orrery?modelVersionId=128078",
     "civitai:101055", "checkpoint:civitai:101055@128078", "urn:air:orrery:checkpoint:civitai:101055@128078"],
)  # fmt: skip
def test_a_page_of_civitai_is_its_air(index: Index, text: str) -> None:
    """By model, or by model and version."""
    assert ids(resolve(index, text)) == [BASE]


def test_an_address_of_nobody_is_read_as_words(index: Index) -> None:
    """Of its path alone: neither the host nor what leads to the model says what it is."""
    found = resolve(index, "https://example.org/library/orrery-turbo")
    assert (found.reading, found.candidates[0].id) == ("text", TURBO)


def test_an_id_with_a_typing_error_is_found_by_its_words(index: Index) -> None:
    """First."""
    assert resolve(index, "mir:model.unet.orery:turbo").candidates[0].id == TURBO
    assert resolve(index, "mir:model.lora.swfit:orrery").candidates[0].id == SWIFT


def test_another_host_is_another_repository(index: Index) -> None:
    """The same owner and name elsewhere is not the same thing."""
    assert resolve(index, "https://github.com/Sky-Works/Swift").reading != "repository"


def test_a_shared_repository_gives_ties(index: Index) -> None:
    """Files for several targets in one repository: all targets, and the answer says so."""
    found = resolve(index, "Sky-Works/Swift")
    assert sorted(tied(found)) == [SWIFT_XL, SWIFT]
    assert found.ambiguous


def test_the_address_of_a_file_decides_between_ties(index: Index) -> None:
    """Only one of the entries of the repository has it."""
    (candidate,) = resolve(index, "https://huggingface.co/Sky-Works/Swift/blob/main/swift-8.safetensors").candidates
    assert (candidate.id, candidate.variant) == (SWIFT, "8step")


@pytest.mark.parametrize(
    "text", [SHA, SHA.upper(), f"sha256:{SHA}", f"0x{SHA}", f"sha256-{SHA}", SHA[:10], SHA[:9], f"AutoV2:{SHA[:10]}"]
)
def test_a_digest_is_its_file(index: Index, text: str) -> None:
    """In any case, with what tools write before it, whole or by its first digits."""
    found = resolve(index, text)
    assert (ids(found), found.candidates[0].part) == ([BASE], "urn:file:orrery_base.safetensors")


def test_eight_digits_may_be_two_files(index: Index) -> None:
    """Both are given."""
    found = resolve(index, "31e35c80")
    assert sorted(tied(found)) == [SWIFT, BASE]


def test_a_whole_digest_meets_a_known_prefix(index: Index) -> None:
    """A registry that knows only the first digits still finds the file."""
    found = resolve(index, "feedc0de" + "0" * 56)
    assert ids(found) == [TURBO]
    assert "begins with" in found.candidates[0].reasons[0]


def test_a_layer_digest_says_what_it_does_not_prove(index: Index) -> None:
    """Releases with one layout share it."""
    found = resolve(index, LAYER)
    assert sorted(tied(found)) == [BASE, TURBO]
    assert "not which weights" in found.candidates[0].reasons[0]


def test_a_class_is_all_it_loads(index: Index) -> None:
    """The series gives way to releases; what is loaded whole comes before its adapters; the module must fit."""
    found = resolve(index, "OrreryPipeline")
    assert tied(found) == [BASE, SWIFT]
    assert ids(found)[-1] == SERIES
    assert tied(resolve(index, "diffusers.pipelines.orrery.OrreryPipeline")) == [BASE, SWIFT]
    assert resolve(index, "transformers.OrreryPipeline").reading != "class"
    assert tied(resolve(index, "EulerDiscreteScheduler")) == [EULER]
    assert ids(resolve(index, "OrreryInpaintPipeline")) == [BASE]


def test_a_file_name_is_found_behind_its_folders(index: Index) -> None:
    """A path on a user's disk, or only the last part of a published path."""
    assert ids(resolve(index, r"C:\models\orrery_base.safetensors")) == [BASE]
    assert ids(resolve(index, "model.safetensors")) == [TURBO]


def test_a_text_with_two_meanings_gives_both() -> None:
    """A class whose name is also the first digits of a digest, say."""
    files = [file("one", ("fileSha256", "deadbeef" * 8))]
    index = index_of(
        entries=[entry(BASE, "B", loaders=[loader("diffusers", "DeadBeef")]), entry(TURBO, "T", files=files)],
    )
    found = resolve(index, "DeadBeef")
    assert ids(found) == [TURBO, BASE]
    assert found.ambiguous


@pytest.mark.parametrize(
    ("text", "best"),
    [("orrery base", BASE), ("orrery", SERIES), ("Orrery ONE", BASE), ("orery turbo", TURBO), ("swift comet", SWIFT_XL),
     ("swift 8 steps orrery", SWIFT), ("orreryturbo", TURBO), ("euler scheduler", EULER), ("orrery-base", BASE)],
)  # fmt: skip
def test_words_are_ranked_with_reasons(index: Index, text: str, best: str) -> None:
    """Whole names first, then rare words, typing errors included; every candidate says why."""
    found = resolve(index, text)
    assert (found.reading, found.candidates[0].id) == ("text", best)
    assert all(candidate.level == "ranked" and candidate.reasons for candidate in found.candidates)


def test_words_have_a_limit_that_counts(index: Index) -> None:
    """The answer says how many there were."""
    found = resolve(index, "orrery", limit=2)
    assert len(found.candidates) == 2
    assert found.total > 2


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "qqq zzz", "x" * 10_000, "a" * 1999, "💥", "\x00", "mir:", "@@@", "//", "a/b/c/d"]
)
def test_nothing_found_is_an_answer(index: Index, text: str) -> None:
    """No text makes it fail."""
    found = resolve(index, text)
    assert (found.candidates, found.reading, found.ambiguous) == ((), None, False)


def test_near_names_are_suggested_when_nothing_is_found(index: Index) -> None:
    """Three at most, nearest first."""
    found = resolve(index, "orrerybasics")
    assert found.candidates == ()
    assert BASE in found.nearest


def test_the_answer_is_the_same_every_time(index: Index) -> None:
    """Whatever was asked before."""
    once = [resolve(index, text).as_dict() for text in ("orrery", SHA, "swift")]
    assert once == [resolve(index, text).as_dict() for text in ("orrery", SHA, "swift")]


@given(st.text(max_size=200))
def test_no_text_makes_it_fail(index: Index, text: str) -> None:
    """Whatever is asked, an answer comes back, and its parts agree."""
    found = resolve(index, text)
    assert found.tied <= found.total
    assert (found.reading is None) == (not found.candidates)
    assert all(candidate.reasons for candidate in found.candidates)


@pytest.mark.parametrize("piece", ["a:", " ", ":", "a.", "a/", "@a", "%41", "hf.co/", "a-b_", "['", "00"])
def test_a_long_text_takes_no_longer_than_its_length_deserves(index: Index, piece: str) -> None:
    """No pattern goes back over and over what it read."""
    start = time.process_time()
    resolve(index, piece * (2_000 // len(piece)))
    resolve(index, "model.unet." + piece * (1_900 // len(piece)) + "!")
    assert time.process_time() - start < 1
