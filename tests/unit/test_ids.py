"""MirId: what its parts must be, what its other names are, and what its errors say."""

from __future__ import annotations

import copy
import doctest
import pickle
from types import ModuleType

import pytest

from mirld import grammar, ids, names, spellings
from mirld.errors import EXIT_INPUT, IdError
from mirld.ids import MirId
from mirld.names import suggest_series


@pytest.mark.parametrize("module", [grammar, ids, names, spellings], ids=lambda module: module.__name__)
def test_the_examples_of_the_manual_are_true(module: ModuleType) -> None:
    """Doctests are the manual."""
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    "parts",
    [
        ("info.x", "y", "z"),
        ("model", "unet", "kolors:base"),
        ("model", "unet", "kolors@a", None, ("b",)),
        ("model", "unet", "kolors", "base@a"),
        ("model", "unet", "kolors", None, ("a@b",)),
        ("model", "unet", "kolors", ""),
        ("model", "unet", "kolors", "base", ("b", "a")),
        ("model", "unet", "kolors", "base", ("a", "a")),
        ("model", "un.et", "kolors"),
        ("bogus", "unet", "kolors"),
        ("model", "unet", ""),
    ],
)
def test_parts_that_make_no_id_are_refused(parts: tuple[str, str, str]) -> None:
    """An id cannot be built of parts whose text would be read as other parts."""
    with pytest.raises(IdError):
        MirId(*parts)


def test_an_error_says_place_and_remedy() -> None:
    """The error carries text, position and suggestion, exits as bad input, and hints at what to write."""
    with pytest.raises(IdError) as caught:
        MirId.parse("mir:model.lora.Hyper:flux-1")
    error = caught.value
    assert (error.text, error.position) == ("mir:model.lora.Hyper:flux-1", 15)
    assert error.suggestion == "mir:model.lora.hyper:flux-1"
    assert error.hint == "write mir:model.lora.hyper:flux-1"
    assert error.exit_code == EXIT_INPUT
    assert not error.message.endswith(".")


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("vae.taesd:flux-1", "mir:model.vae.taesd:flux-1"),
        ("adapter.lora:peft", "mir:operations.adapter.lora:peft"),
        ("quantization.gptq:transformers", "mir:operations.quantization.gptq:transformers"),
    ],
)
def test_a_key_without_its_domain_gets_the_one_of_its_architecture(text: str, suggestion: str) -> None:
    """What is done with models is an operation, all else that has a compatibility is released."""
    with pytest.raises(IdError) as caught:
        MirId.find(text)
    assert caught.value.suggestion == suggestion


def test_an_id_that_reads_but_is_too_long_is_refused_by_both() -> None:
    """The limit holds for `find` too, where the name is longer than what was written."""
    text = f"ops.scheduler.{'a' * 190}"
    with pytest.raises(IdError, match="at most 200 characters"):
        MirId.find(text)
    with pytest.raises(IdError, match="no id is this long"):
        MirId.find("a" * 3000)


def test_the_other_names_of_an_id() -> None:
    """Path, folder, IRI below any base, series and release."""
    mir_id = MirId("model", "lora", "hyper", "flux-1", ("8step", "cfg"))
    assert mir_id.path == mir_id.file_path == "model/lora/hyper/flux-1@8step@cfg"
    assert mir_id.iri("https://example.org/r/") == "https://example.org/r/model/lora/hyper/flux-1@8step@cfg"
    assert mir_id.series_id == MirId("info", "lora", "hyper")
    assert mir_id.without_variants == MirId("model", "lora", "hyper", "flux-1")
    assert MirId("model", "lora", "hyper", None, ("8step",)).path == "model/lora/hyper@8step"


def test_an_iri_of_another_base_is_refused() -> None:
    """`from_iri` reads below its base, and no part of an entry."""
    with pytest.raises(IdError, match="not below"):
        MirId.from_iri("https://example.org/model/lora/hyper")
    with pytest.raises(IdError, match="not that of an id"):
        MirId.from_iri("https://w3id.org/mir/model/lora/hyper#file-1")


@pytest.mark.parametrize("path", ["model/unet", "model/unet/a/b/c", "model/unet/con", "model/unet/x~", "/model/unet/x"])
def test_a_path_is_read_in_one_spelling(path: str) -> None:
    """`from_path` is the inverse of `path` and reads no other spelling."""
    with pytest.raises(IdError):
        MirId.from_path(path)


def test_a_series_sorts_before_its_releases() -> None:
    """Ids sort part by part; no compatibility comes first, a release before its variants."""
    texts = [
        "mir:info.a.b",
        "mir:model.a.b",
        "mir:model.a.b@x",
        "mir:model.a.b:a",
        "mir:model.a.b:a@x",
        "mir:model.a.c",
    ]
    assert [str(found) for found in sorted(map(MirId.parse, reversed(texts)))] == texts
    with pytest.raises(TypeError):
        assert MirId.parse(texts[0]) < texts[1]  # type: ignore[operator]  # the order is of ids alone


def test_an_id_is_a_value() -> None:
    """Ids are equal by their parts, hash so, and cannot be changed."""
    one, two = MirId.parse("mir:info.a.b"), MirId("info", "a", "b")
    assert one == two
    assert len({one, two}) == 1
    with pytest.raises(AttributeError):
        one.series = "c"  # type: ignore[misc]  # it is what the test is about


def test_a_suggestion_keeps_names_that_hold_a_dropped_word() -> None:
    """Only whole words are dropped, something is always left, and what names nothing is refused."""
    assert suggest_series("MiniMaxAI/MiniMax-Text-01-hf") == ("minimax-text-01-hf", None)
    assert suggest_series("facebook/m2m100_418M") == ("m2m100", None)
    assert suggest_series("someone/7B-base") == ("7b-base", None)
    with pytest.raises(IdError, match="no letter or digit"):
        suggest_series("someone/---")


def test_an_id_does_not_change() -> None:
    """No part of it is set or taken away, for it is a key of dictionaries."""
    found = MirId.parse("mir:model.lora.hyper:flux-1")
    with pytest.raises(AttributeError, match="an id does not change, and has no other series"):
        found.series = "lcm"
    with pytest.raises(AttributeError, match="an id does not change, and keeps its series"):
        del found.series
    assert found.series == "hyper"


def test_an_id_is_the_same_after_a_copy_and_in_another_process() -> None:
    """It is copied and pickled by its parts."""
    found = MirId.parse("mir:model.lora.hyper:flux-1@8step@cfg")
    for other in (copy.copy(found), copy.deepcopy(found), pickle.loads(pickle.dumps(found))):  # noqa: S301 - its own bytes
        assert other == found
        assert hash(other) == hash(found)
        assert repr(other) == repr(found)
