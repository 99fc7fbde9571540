"""Model Openness Tool: what a file says of a model, and addresses that are of another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.harvest.packages import make_repository

from mirld.errors import InputError
from mirld.graph.terms import Iri
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.merge import merge
from mirld.harvest.package import Package
from mirld.harvest.sources.mot import SOURCE, read
from mirld.vocab import DCTERMS, MIR


def release(name: str, hub: str, *, version: str = "", weights: str = "", whole: str = "", more: str = "") -> str:
    return (
        "framework: {name: 'Model Openness Framework'}\n"
        f"release:\n  name: {name}\n  version: '{version}'\n  huggingface: '{hub}'\n  producer: Maker\n{more}"
        f"  license: {{distribution: {{name: '{whole}'}}}}\n"
        f"  components:\n    - {{name: 'Model parameters (Final)', license: '{weights}'}}\n"
        "    - {name: 'Research paper', component_path: 'https://arxiv.org/abs/2401.00001'}\n"
    )


GOOD = {
    "models/Orrery-7B.yml": release(
        "Orrery-7B",
        "https://huggingface.co/Maker/Orrery-7B-hf · Hugging Face",
        weights="Llama 2 Community License",
        more="  architecture: transformer decoder\n",
    )
}


def harvested(folder: Path, files: dict[str, str], known: Known | None = None) -> Harvest:
    return read(Package.open(make_repository(folder / "repository", files)), known or Known())


def said(item: Item, predicate: str) -> set[str]:
    return {str(term) if isinstance(term, Iri) else term.value for found, term in item.facts if found == predicate}


def problems(found: Harvest) -> dict[str, str]:
    return {finding.upstream_id: finding.problem for finding in found.findings}


def test_a_file_is_an_entry_with_the_licence_of_its_weights(tmp_path: Path) -> None:
    """Repository, network, paper and publisher as the file has them, the title taken from the repository."""
    known = Known(agents={"maker": "https://w3id.org/mir/agent/maker"})
    found = harvested(tmp_path, GOOD, known)
    (item,) = found.items
    assert (item.series, item.release, item.architecture, item.owner) == ("Orrery", "7B", "art", "Maker")
    assert {"hf:maker/orrery-7b-hf", "hf:maker/orrery-7b"} <= {*item.keys}
    assert said(item, DCTERMS.license) == {"https://w3id.org/mir/licence/llama2"}
    assert said(item, DCTERMS.publisher) == {"https://w3id.org/mir/agent/maker"}
    assert said(item, MIR.paper) == {"https://arxiv.org/abs/2401.00001"}
    assert not item.inferred
    assert merge(found, known, SOURCE.iri, "https://example.org").paths == {"mot:Orrery-7B": "model/art/orrery/7b"}


@pytest.mark.parametrize(
    ("weights", "whole", "licence"),
    [
        ("MIT", "Apache-2.0", {"https://spdx.org/licenses/MIT"}),
        ("", "Apache-2.0", {"https://spdx.org/licenses/Apache-2.0"}),
        ("unlicensed", "Apache-2.0", set()),
        ("Component not included", "", set()),
        ("", "", set()),
    ],
)
def test_the_licence_is_that_of_the_weights_or_of_the_whole(
    tmp_path: Path, weights: str, whole: str, licence: set[str]
) -> None:
    """Where the weights have none, nothing is stated."""
    files = {"models/a.yml": release("Orrery", "Maker/Orrery", weights=weights, whole=whole)}
    found = harvested(tmp_path, files)
    assert said(found.items[0], DCTERMS.license) == licence
    assert not found.findings


@pytest.mark.parametrize(
    ("name", "hub", "version", "problem"),
    [
        ("Orrery-2B", "Maker/Orrery-7B", "2B", "wrong-repository"),
        ("Orrery", "Maker/Orrery-7B", "2B", "wrong-repository"),
        ("Orrery-7B-Instruct", "Maker/Orrery-7B", "7B", "wrong-repository"),
        ("Orrery", "https://huggingface.co/papers/2309.16609", "", "wrong-repository"),
        ("Orrery", "Orrery: a paper on models", "", "wrong-repository"),
        ("Orrery", "", "7B", "no-publication"),
    ],
)
def test_what_is_published_elsewhere_or_nowhere_is_left_out(
    tmp_path: Path, name: str, hub: str, version: str, problem: str
) -> None:
    """An address that is of another size, of what is not tuned, or none of a repository."""
    found = harvested(tmp_path, {**GOOD, "models/b.yml": release(name, hub, version=version)})
    assert problems(found) == {"mot:b": problem}
    assert [item.key for item in found.items] == ["mot:Orrery-7B"]


def test_the_size_of_experts_is_one_of_theirs(tmp_path: Path) -> None:
    """The name of a mixture has the size of one expert."""
    files = {"models/a.yml": release("Orrery-8x7B", "Maker/Orrery-8x7B-v0.1", version="47B")}
    assert harvested(tmp_path, files).items[0].release == "8x7B-v0.1"


@pytest.mark.parametrize(
    ("more", "title", "architecture", "inferred"),
    [
        ("  architecture: transformer encoder-decoder\n", "Orrery", "stst", False),
        ("  architecture: RNN\n", "Orrery", "rnn", False),
        ("  architecture: diffusion\n", "Orrery", None, False),
        ("  architecture: transformer\n  type: language\n", "Orrery", "art", True),
        ("  type: language\n", "Orrery-T5", "stst", True),
        ("  type: code\n", "Orrery-30B-A3B", "moe", True),
        ("", "Orrery", None, False),
    ],
)
def test_the_network_is_as_the_file_says_or_concluded(
    tmp_path: Path, more: str, title: str, architecture: str | None, inferred: bool
) -> None:
    """From what the model does, where the file says no more than that it is a transformer."""
    found = harvested(tmp_path, {"models/a.yml": release(title, f"Maker/{title}", more=more)})
    item = found.items[0]
    assert item.architecture == architecture
    assert (MIR.architecture in item.inferred) == inferred


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("release: [", "malformed-record"),
        ("- release", "malformed-record"),
        ("release: none", "malformed-record"),
        ("a: &b {c: *b}", "malformed-record"),
        ('release: {huggingface: "Maker/a\\u202Eb", name: x}', "wrong-repository"),
        (f"release: {{huggingface: '{'x' * 10_000_000}', name: x}}", "wrong-repository"),
        (release("Orrery", "Maker/Orrery", more="  architecture: perpetual motion\n"), "unknown-reference"),
        (release("Orrery", "Maker/Orrery", weights="terms of our own"), "unknown-reference"),
    ],
)
def test_a_file_that_breaks_is_found_and_stops_nobody(tmp_path: Path, content: str, problem: str) -> None:
    """No YAML, no release, an anchor in itself, text that turns around, and a line of ten million characters."""
    found = harvested(tmp_path, {**GOOD, "models/b.yml": content})
    assert problems(found) == {"mot:b": problem}
    assert all(len(finding.value) < 500 and "\u202e" not in finding.value for finding in found.findings)
    assert "mot:Orrery-7B" in {item.key for item in found.items}


@pytest.mark.parametrize("files", [{"README.md": "moved"}, {"models/a.yml": "model: {name: renamed}"}])
def test_a_tool_of_another_layout_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    """Not a harvest of nothing."""
    with pytest.raises(InputError, match="layout changed"):
        harvested(tmp_path, files)
