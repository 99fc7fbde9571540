"""Names at scale: the rules of docs/naming.md, on titles as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirld.harvest.cleaning import fault
from mirld.harvest.naming import LONGEST_TOKEN, candidates, same_name, split_title, token, unpacked
from mirld.ids import MirId


@pytest.mark.parametrize(
    ("title", "series", "release"),
    [
        ("Qwen2.5-7B-Instruct", "Qwen2.5", "7B-Instruct"),
        ("Qwen2.5-Coder-0.5B", "Qwen2.5-Coder", "0.5B"),
        ("Qwen3-30B-A3B-GGUF", "Qwen3", "30B-A3B"),
        ("Meta-Llama-3.1-8B-Instruct-Q4_K_M", "Llama-3.1", "8B-Instruct"),
        ("Mixtral-8x7B-Instruct-v0.1", "Mixtral", "8x7B-Instruct-v0.1"),
        ("DeepSeek-R1-Distill-Qwen-7B", "DeepSeek-R1-Distill-Qwen", "7B"),
        ("FLUX.1-dev-fp8", "FLUX.1", "dev"),
        ("whisper-large-v3-turbo", "whisper", "large-v3-turbo"),
        ("gemma-3n-E4B-it", "gemma-3n", "E4B-it"),
        ("InternVL3_5-8B", "InternVL3.5", "8B"),
        ("some-clip-vit_base_patch16_224", "some-clip-vit", "base-patch16-224"),
        ("gpt2", "gpt2", None),
        ("7B", "7B", None),
    ],
)
def test_a_title_is_divided_before_its_size_or_tuning(title: str, series: str, release: str | None) -> None:
    """The version stays with the family, packing goes, and the first word is always the family's."""
    found = split_title(title)
    assert (found.series, found.release) == (series, release)


@pytest.mark.parametrize(
    ("title", "packing"),
    [
        ("Llama-3-8B-Q4_K_M-GGUF", ("q4-k-m", "gguf")),
        ("Qwen2-7B-Instruct-AWQ", ("awq",)),
        ("gemma-2-9b-it-4bit", ("4bit",)),
        ("Llama-3-8B-IQ3_XXS", ("iq3-xxs",)),
        ("DeepSeek-V4-Flash-Q4K", ("q4k",)),
        ("c4ai-command-r-v01-iMat.GGUF", ("imat.gguf",)),
        ("FLUX.1-dev", ()),
    ],
)
def test_packing_is_kept_apart(title: str, packing: tuple[str, ...]) -> None:
    """It becomes a property, so it is not lost."""
    assert split_title(title).packing == packing
    assert not {*packing} & {*unpacked(title).lower().split("-")}


@given(st.text(max_size=500))
def test_whatever_the_text_a_token_is_one(text: str) -> None:
    """Or is empty: the grammar of ids takes it, in a series and in a release."""
    found = token(text)
    if found:
        assert len(found) <= LONGEST_TOKEN
        assert MirId("model", "unclassified", found, found).series == found


@given(st.text(max_size=100))
def test_a_token_of_a_token_is_itself(text: str) -> None:
    """So what was named once is named the same again."""
    assert token(token(text)) == token(text)


@given(st.text(alphabet="abcXYZ0127.-_ QqKk", min_size=1, max_size=60))
def test_no_word_of_a_title_is_lost(title: str) -> None:
    """What is neither in the series nor in the release is packing."""
    found = split_title(title)
    parts = same_name(found.series + (found.release or "") + "".join(found.packing))
    assert sorted(parts) == sorted(same_name(title))


def test_names_are_tried_from_the_plainest() -> None:
    """Without an owner, a number alone."""
    names = candidates("7B", None)
    assert [next(names) for _ in range(3)] == ["7b", "7b-2", "7b-3"]


def test_a_release_of_no_letters_is_the_base() -> None:
    """A name is never empty."""
    assert next(candidates("???", None)) == "base"


@pytest.mark.parametrize(
    "text",
    ["", " ", "a\x00b", "a\u202eb", "a\u200bb", "\ufeffa", "x" * 401, "<script>alert(1)</script>", "</b>", "\ud800"],
)
def test_hostile_text_is_no_name(text: str) -> None:
    """Empty, invisible, turned around, endless or markup."""
    assert fault(text)


@pytest.mark.parametrize("text", ["Qwen2.5", "C++", "通义千问", "naïve", "a < b", "RWKV-6 (7B)"])
def test_names_of_people_are_names(text: str) -> None:
    """In any script, and with signs that only look like markup."""
    assert fault(text) is None
