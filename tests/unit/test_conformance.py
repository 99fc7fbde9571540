"""The published grammar and its conformance file say what the program does."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from abnf import Rule
from abnf.parser import ParseError
from tests.strategies import many_ids

from mirld import grammar
from mirld.errors import IdError
from mirld.grammar import MAX_LENGTH
from mirld.ids import MirId
from mirld.names import suggest_series

FOLDER = Path(__file__).resolve().parents[2] / "site" / "content" / "grammar"
CASES: dict[str, Any] = json.loads((FOLDER / "conformance.json").read_text(encoding="utf-8"))


class Published(Rule):
    """The rules of the published file."""


# RFC 5234 ends its lines in CRLF; the file in git does not.
Published.load_grammar((FOLDER / "mir.abnf").read_text(encoding="utf-8").replace("\n", "\r\n"))


def is_written_as(rule: str, text: str) -> bool:
    """Whether a text is written as a rule of the published ABNF says, which knows neither length nor order."""
    try:
        Published(rule).parse_all(text)
    except ParseError:
        return False
    return True


def shown(case: dict[str, Any]) -> str:
    """Name a case by its text, short enough for a terminal."""
    return repr(case["text"])[:60]


@pytest.mark.parametrize("case", CASES["accept"], ids=shown)
def test_an_accepted_text_has_these_parts(case: dict[str, Any]) -> None:
    """Both readers, the ABNF, the parts and the path agree."""
    found = MirId.parse(case["text"])
    assert [found.domain, found.architecture, found.series, found.compatibility, list(found.variants)] == [
        case[part] for part in ("domain", "architecture", "series", "compatibility", "variants")
    ]
    assert str(found) == case["text"]
    assert found.path == case["path"]
    assert MirId.from_path(case["path"]) == found
    assert is_written_as("mir-id", case["text"])
    assert is_written_as("path", case["path"])


@pytest.mark.parametrize("case", CASES["reject"], ids=shown)
def test_a_rejected_text_stops_here(case: dict[str, Any]) -> None:
    """Position, reason and suggestion are as published, and the ABNF or one of the two rules beside it refuses."""
    with pytest.raises(IdError) as caught:
        MirId.parse(case["text"])
    error = caught.value
    assert (error.position, error.message, error.suggestion) == (
        case["position"],
        case["reason"],
        case.get("suggestion"),
    )
    variants = case["text"].split("@")[1:]
    beside = len(case["text"]) > MAX_LENGTH or variants != sorted(set(variants))
    assert is_written_as("mir-id", case["text"]) <= beside


@pytest.mark.parametrize("case", CASES["find"], ids=shown)
def test_a_text_once_used_is_found(case: dict[str, Any]) -> None:
    """Every form once used leads to its name."""
    assert str(MirId.find(case["text"])) == case["id"]


@pytest.mark.parametrize("case", CASES["unreadable"], ids=shown)
def test_an_unreadable_text_is_refused(case: dict[str, Any]) -> None:
    """What would have to be guessed is refused, with the place and, when one is likely, a suggestion."""
    with pytest.raises(IdError) as caught:
        MirId.find(case["text"])
    error = caught.value
    assert (error.position, error.message, error.suggestion) == (
        case["position"],
        case["reason"],
        case.get("suggestion"),
    )


@pytest.mark.parametrize("case", CASES["suggest"], ids=lambda case: case["repository"])
def test_a_repository_has_this_suggestion(case: dict[str, Any]) -> None:
    """Upstream's 18 vectors of its function from the name of a repository to a series."""
    assert suggest_series(case["repository"]) == (case["series"], case["compatibility"])


# The grammar vectors of hyprstream, which implemented ids in June 2026 (its issue 283), as far as they are texts.
THIRD_PARTY_ACCEPTS = (
    "mir:model.transformer.clip-l:stable-diffusion-xl",
    "MIR:MODEL.TRANSFORMER.CLIP-L:Stable-Diffusion-XL",
    "mir:architecture.vae.base:demo",
    "mir:model.mamba2.base:falcon",
    "  mir:model.vae.base:demo",
)
THIRD_PARTY_REJECTS = (
    "model.transformer.clip-l:sdxl",
    "mir:model.transformer.clip-l",
    "mir:model.transformer:sdxl",
    "mir:.transformer.clip:sdxl",
    "mir:bogus.vae.base:demo",
    "mir:model.vae.base:demo:extra",
    "mir:model.vae.base.extra:demo",
)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [*((text, True) for text in THIRD_PARTY_ACCEPTS), *((text, False) for text in THIRD_PARTY_REJECTS)],
)
def test_a_third_party_vector_is_kept_or_explained(text: str, accepted: bool) -> None:
    """Each vector is a case of ours; where we read it otherwise, the file says why."""
    cases = {True: CASES["accept"], False: CASES["reject"]}
    ours = next(verdict for verdict, listed in cases.items() if text in {case["text"] for case in listed})
    assert ours == accepted or text in {case["text"] for case in CASES["differs"]}


def test_every_difference_is_a_case_with_a_reason() -> None:
    """What is said to differ is tested above in one of the lists, and says why."""
    listed = {case["text"] for name in ("accept", "reject", "find", "unreadable") for case in CASES[name]}
    for case in CASES["differs"]:
        assert case["text"] in listed
        assert case["theirs"]
        assert case["ours"]
        assert case["why"]


def test_no_case_is_listed_twice() -> None:
    """A list names each text once, and what is accepted is neither rejected nor unreadable."""
    texts = {name: [case["text"] for case in CASES[name]] for name in ("accept", "reject", "find", "unreadable")}
    for name, listed in texts.items():
        assert len(listed) == len(set(listed)), name
    assert not set(texts["accept"]) & {*texts["reject"], *texts["unreadable"]}
    assert not set(texts["find"]) & set(texts["unreadable"])


def test_the_published_rules_read_what_the_program_reads() -> None:
    """Ids that are made, and every text one edit away from some of them, get one verdict from both."""
    ids = sorted(many_ids(300, seed=3))
    for mir_id in ids:
        assert is_written_as("mir-id", str(mir_id))
        assert is_written_as("path", mir_id.path)
    for mir_id, (place, character) in itertools.product(ids[::60], itertools.product(range(30), "aA.:@-_~/ ")):
        text = str(mir_id)[:place] + character + str(mir_id)[place:]
        assert is_written_as("mir-id", text) == (grammar.MIR_ID.fullmatch(text) is not None), text


def test_the_docstring_of_the_grammar_is_the_published_one() -> None:
    """The productions in the source and the published ones are the same lines."""
    published = (FOLDER / "mir.abnf").read_text(encoding="utf-8")
    stated = [line.strip() for line in (grammar.__doc__ or "").splitlines() if line.startswith("    ")]
    assert stated
    assert [line for line in stated if line not in published] == []
