"""The tasks of the hub: models that their pages name, joined or named by title."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.harvest.packages import make_archive

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.merge import merge
from mirld.harvest.package import Package
from mirld.harvest.sources.hf_tasks import SOURCE, read
from mirld.vocab import MIR

TAGS = 'export const PIPELINE_DATA = {\n    "fill-mask": { name: "A" },\n    "image-to-smell": { name: "B" },\n};\n'
INDEX = (
    'import { PIPELINE_DATA } from "../pipelines.js";\n'
    'import fillMask from "./fill-mask/data.js";\nimport imageToSmell from "./image-to-smell/data.js";\n'
    'import placeholder from "./placeholder/data.js";\n'
    "export const TASKS_DATA = {\n"
    '    "fill-mask": getData("fill-mask", fillMask),\n'
    '    "image-to-smell": getData("image-to-smell", imageToSmell),\n'
    '    "graph-ml": undefined,\n'
    '    other: getData("other", placeholder),\n'
    "};\n"
)
BERT, NEW = "google-bert/bert-base-uncased", "owner/Some-Encoder-7B"


def page(*names: str, more: str = "") -> str:
    models = "".join(
        f'        {{\n            description: "d",\n            id: "{name}",\n        }},\n' for name in names
    )
    return (
        f"const taskData = {{\n    datasets: [],\n    models: [\n{models}{more}    ],\n}};\nexport default taskData;\n"
    )


def files(changed: Mapping[str, str] | None = None) -> dict[str, str]:
    return {
        "package.json": '{"version": "0.1.0"}',
        "dist/esm/pipelines.js": TAGS,
        "dist/esm/tasks/index.js": INDEX,
        "dist/esm/tasks/fill-mask/data.js": page(BERT, NEW),
        "dist/esm/tasks/image-to-smell/data.js": page(NEW),
        "dist/esm/tasks/placeholder/data.js": page("owner/of-no-page"),
        **(changed or {}),
    }


def known() -> Known:
    return Known(
        concepts={"task": frozenset(("fill-mask",))},
        by_key={"hf:google-bert/bert-base-uncased": "model/aet/bert/base-uncased"},
        kinds={"model/aet/bert/base-uncased": "Model"},
        series={"qwen3": ["info/art/qwen3", "info/moe/qwen3"]},
    )


def harvested(tmp_path: Path, changed: Mapping[str, str] | None = None) -> Harvest:
    return read(Package.open(make_archive(tmp_path / "tasks-0.1.0.tgz", files(changed))), known())


def tasks(item: Item) -> set[str]:
    return {str(term).rpartition("/")[2] for said, term in item.facts if said == MIR.task}


def test_the_models_of_a_page_do_its_task(tmp_path: Path) -> None:
    """One that two pages list does both; a tag that no concept stands for is a finding, and no task."""
    found = harvested(tmp_path)
    assert {item.key: tasks(item) for item in found.items} == {
        "hf:google-bert/bert-base-uncased": {"fill-mask"},
        "hf:owner/some-encoder-7b": {"fill-mask"},
    }
    assert [(one.problem, one.value) for one in found.findings] == [("unknown-reference", "image-to-smell")]
    assert found.items[1].place == "dist/esm/tasks/fill-mask/data.js:10"


def test_a_known_repository_is_joined_and_another_is_named_by_its_title(tmp_path: Path) -> None:
    """Series and release are the words of the title, of no architecture that the page would tell."""
    found = merge(harvested(tmp_path), known(), SOURCE.iri, "https://example.org")
    assert found.paths == {
        "hf:google-bert/bert-base-uncased": "model/aet/bert/base-uncased",
        "hf:owner/some-encoder-7b": "model/unclassified/some-encoder/7b",
    }
    repository = Iri("https://w3id.org/mir/model/unclassified/some-encoder/7b#repo-hf-owner-some-encoder-7b")
    assert (repository, Iri(MIR.host)) in {triple[:2] for triple in found.triples}


def test_a_family_in_two_architectures_is_told_by_its_experts(tmp_path: Path) -> None:
    """A title with experts goes to the one that has them, another to the other."""
    changed = {"dist/esm/tasks/fill-mask/data.js": page("Qwen/Qwen3-4B", "Qwen/Qwen3-30B-A3B")}
    found = harvested(tmp_path, changed)
    assert [item.architecture for item in found.items[:2]] == ["art", "moe"]


@pytest.mark.parametrize(
    "name", ["<b>owner</b>/x", "owner/a\\u202eb", "owner/a\\u0000b", "no-owner", "a/b/c", "owner/ x", "../x", ""]
)
def test_what_is_no_repository_is_a_finding(tmp_path: Path, name: str) -> None:
    """Markup, marks that turn text around, and names of nothing; the rest of the page is read."""
    found = harvested(tmp_path, {"dist/esm/tasks/fill-mask/data.js": page(name, BERT)})
    assert "hf:google-bert/bert-base-uncased" in {item.key for item in found.items}
    wrong = [one for one in found.findings if one.problem == "wrong-repository"]
    assert [one.upstream_id for one in wrong] == ["hf-task:fill-mask"]
    assert "\u202e" not in wrong[0].value


def test_a_model_without_a_name_is_a_finding(tmp_path: Path) -> None:
    """As is one that is no object."""
    found = harvested(tmp_path, {"dist/esm/tasks/fill-mask/data.js": page(BERT, more='{ id: 7 }, "x", { name: "y" },')})
    assert sum(one.problem == "wrong-repository" for one in found.findings) == 3


@pytest.mark.parametrize(
    ("path", "content", "error"),
    [
        ("dist/esm/pipelines.js", "export const OTHER = {};\n", "gives PIPELINE_DATA no value"),
        ("dist/esm/pipelines.js", "export const PIPELINE_DATA = {};\n", "lists no tags"),
        ("dist/esm/tasks/index.js", "export const TASKS_DATA = {};\n", "lists no pages"),
        ("dist/esm/tasks/fill-mask/data.js", "const taskData = { datasets: [] };\n", "no list of models"),
        ("dist/esm/tasks/fill-mask/data.js", "const taskData = { models: models() };\n", "without a run"),
        ("dist/esm/tasks/fill-mask/data.js", 'const taskData = { models: [{ id: "a/b" ', "cannot be read"),
    ],
)
def test_another_layout_stops_with_its_file(tmp_path: Path, path: str, content: str, error: str) -> None:
    """Rather than an empty harvest."""
    with pytest.raises((InputError, SyntaxInputError), match=error) as caught:
        harvested(tmp_path, {path: content})
    assert path in str(caught.value.file)


def test_a_missing_page_and_pages_without_models_stop(tmp_path: Path) -> None:
    """The index speaks of a file that is not there, or no page lists anything."""
    without = files()
    del without["dist/esm/tasks/fill-mask/data.js"]
    with pytest.raises(InputError, match="no such file"):
        read(Package.open(make_archive(tmp_path / "a.tgz", without)), known())
    empty = {f"dist/esm/tasks/{name}/data.js": page() for name in ("fill-mask", "image-to-smell")}
    with pytest.raises(InputError, match="no page of a task lists a model"):
        harvested(tmp_path, empty)


def test_a_truncated_archive_stops(tmp_path: Path) -> None:
    """It says that the archive is damaged."""
    path = make_archive(tmp_path / "tasks-0.1.0.tgz", files())
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(InputError, match="damaged"):
        Package.open(path)
