"""The modules of the Identify page give the answers of `mirld identify --json`: the same JSON, the same offences."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.site.headers import CONFORMANCE, small, write_case, write_file
from tests.site.static_api import KNOWN_SCHEMAS, SCHEMAS
from tests.weights.fuzzing import inputs

from mirld.errors import WeightError
from mirld.graph.corpus import Corpus
from mirld.graph.dataset import Dataset
from mirld.lookup.identifying import Identifier
from mirld.registry.layout_cases import read_layout_cases
from mirld.registry.module_layouts import read_module_layouts
from mirld.registry.place import open_index
from mirld.site.api_entries import digests, entries
from mirld.site.api_identify import identify_files
from mirld.site.api_shards import API, digits_of, named_by, shards
from mirld.site.material import Material
from mirld.weights import read
from mirld.weights.layout_text import read_layout

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "site" / "static" / "identify"
HERE = "not-in-the-browser"
"""Offence of what only the command reads."""

CASES = json.loads(CONFORMANCE.read_text(encoding="utf-8"))["cases"]

Answer = dict[str, Any]
Ask = Callable[[Sequence[Path]], list[Answer]]


@pytest.fixture(scope="module")
def material(corpus: Corpus, loaded: Dataset) -> Material:
    return Material.load(corpus, loaded)


@pytest.fixture(scope="module")
def api(material: Material, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the files of the static API that the page asks for."""
    folder = tmp_path_factory.mktemp("site")
    kinds = {}
    files = list(identify_files(material))
    for kind, found in (("digests", digests(material)), ("entries", entries(material))):
        kinds[kind] = {"digits": digits_of(kind, len(found)), "named_by": named_by(kind)}
        files += shards(kind, found)
    for path, data in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    (folder / API / "index.json").write_text(json.dumps({"kinds": kinds}))
    return folder / API


@pytest.fixture(scope="module")
def page(api: Path) -> Ask:
    """Ask the modules of the page."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")

    def ask(files: Sequence[Path]) -> list[Answer]:
        done = subprocess.run(
            [node, str(Path(__file__).with_name("identify.mjs")), str(MODULES), str(api)],
            input=json.dumps([str(file) for file in files]),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found: list[Answer] = json.loads(done.stdout)
        return found

    return ask


@pytest.fixture(scope="module")
def command() -> Iterator[Ask]:
    """Ask what `mirld identify --json` asks, by the names that files have in their folder."""
    with open_index(ROOT) as index:
        identifier = Identifier(index)

        def ask(files: Sequence[Path]) -> list[Answer]:
            return [_answer(identifier, file) for file in files]

        yield ask


def _answer(identifier: Identifier, file: Path) -> Answer:
    before = Path.cwd()
    os.chdir(file.parent)
    try:
        found: Answer = json.loads(json.dumps(identifier.identify(read(file.name)).as_dict()))
    except WeightError as error:
        return {"offence": error.offence, "message": error.message, "hint": error.hint}
    finally:
        os.chdir(before)
    return found


def same(files: Sequence[Path], page: Ask, command: Ask) -> list[Answer]:
    """Hold the answers of both to each other: all of each answer in its order, and of what is refused the offence."""
    answers = page(files)
    for file, theirs, ours in zip(files, answers, command(files), strict=True):
        if "offence" in ours or "offence" in theirs:
            assert theirs.get("offence") == ours.get("offence"), (file.name, theirs, ours)
        else:
            assert json.dumps(theirs) == json.dumps(ours), file.name
    return answers


def test_both_give_the_answers_of_the_conformance_file(
    page: Ask, command: Ask, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Every case, by both; what only the command reads is refused by the page, which names the command."""
    files = [write_case(tmp_path, case) for case in CASES]
    ours = command(files)
    if request.config.getoption("--remake-goldens"):
        for case, answer in zip(CASES, ours, strict=True):
            case.pop("answer", None)
            case.pop("offence", None)
            case |= {"offence": answer["offence"]} if "offence" in answer else {"answer": small(answer)}
        document = json.loads(CONFORMANCE.read_text(encoding="utf-8")) | {"cases": CASES}
        CONFORMANCE.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    for case, answer, theirs in zip(CASES, ours, page(files), strict=True):
        if "offence" in case:
            assert answer["offence"] == case["offence"], case["about"]
        else:
            assert small(answer) == case["answer"], case["about"]
        if case.get("page") == HERE:
            assert theirs["offence"] == HERE
            assert f"mirld identify {case['file']}" in theirs["hint"]
        elif "offence" in case:
            assert theirs["offence"] == case["offence"], case["about"]
        else:
            assert json.dumps(theirs) == json.dumps(answer), case["about"]


def test_both_give_one_answer_to_every_layout_that_a_signature_is_proved_by(
    page: Ask, command: Ask, material: Material, tmp_path: Path
) -> None:
    """Each as a file, a shape that is not known made up; and the same without one of its tensors."""
    files = []
    for case in read_layout_cases(material.dataset):
        layout = read_layout(case.lines)
        tensors = {name: ("F16", shape or (1,)) for name, shape in layout.shapes.items()}
        left = dict(list(tensors.items())[:-1])
        for number, kept in enumerate((tensors, left)):
            path = tmp_path / f"{case.name}-{number}.{'gguf' if _fits_gguf(tensors) else 'safetensors'}"
            write_file(path, kept, dict(layout.metadata))
            files.append(path)
    answers = same(files, page, command)
    known = sum(answer["level"] != "unknown" for answer in answers[::2])
    assert known >= 0.9 * len(answers[::2])


def _fits_gguf(tensors: Mapping[str, tuple[str, Sequence[int]]]) -> bool:
    """Say whether a layout is written as GGUF: every second of those that it can hold."""
    return all(len(shape) <= 4 for _, shape in tensors.values()) and len(tensors) % 2 == 0


def test_both_give_one_answer_to_adapters_of_every_network(
    page: Ask, command: Ask, material: Material, tmp_path: Path
) -> None:
    """Some modules of each layout, by each method in turn, a few tensors dropped, in any order."""
    from tests.data.test_adapter_bases import KINDS, PREFIXES, adapter, linear

    files = []
    for turn, layout in enumerate(read_module_layouts(material.dataset)):
        chance = random.Random(layout.iri)  # noqa: S311 - the same cases each time
        sizes = linear(layout)
        some = chance.sample(sorted(sizes), max(1, int(len(sizes) * chance.uniform(0.02, 1))))
        prefix = chance.choice(PREFIXES[layout.role])
        made = adapter({name: sizes[name] for name in some}, prefix, KINDS[turn % len(KINDS)], 1 + turn % 16)
        kept = [(name, ("F16", shape)) for name, shape in made.items() if chance.random() > 0.02]
        chance.shuffle(kept)
        path = tmp_path / f"{layout.iri.rpartition('/')[2]}.safetensors"
        write_file(path, dict(kept) or {"a": ("F16", (1,))}, {"ss_base_model_version": "sdxl_base_v1-0"})
        files.append(path)
    answers = same(files, page, command)
    assert sum(bool(answer["candidates"]) for answer in answers) >= 0.9 * len(answers)


def test_both_refuse_damaged_files_for_one_offence(page: Ask, command: Ask, tmp_path: Path) -> None:
    """A thousand files with wrongs done to them: the same offence, or the same answer where they are still sound."""
    files = []
    for number, data in enumerate(inputs(1000, 20_261_128, ("safetensors", "gguf"))):
        path = tmp_path / f"{number}.safetensors"
        path.write_bytes(data)
        files.append(path)
    ours, theirs = command(files), page(files)
    for file, one, other in zip(files, ours, theirs, strict=True):
        if other.get("offence") == HERE:
            continue  # what only the command reads
        if "offence" in one or "offence" in other:
            assert other.get("offence") == one.get("offence"), (file.read_bytes()[:200], one, other)
        else:
            assert json.dumps(other) == json.dumps(one)
    assert len({one.get("offence") for one in ours}) > 15


def test_digests_are_those_of_everybody(tmp_path: Path) -> None:
    """SHA-256 and MD5 of texts whose padding differs, in pieces of any length."""
    import hashlib

    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    program = (
        f"import {{ Sha256, Md5 }} from {json.dumps((MODULES / 'digests.js').as_uri())};"
        "const found = [];"
        "for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000, 100000]) {"
        " const bytes = new Uint8Array(length).map((_, at) => at * 7);"
        " for (const Kind of [Sha256, Md5]) { const digest = new Kind();"
        " for (let at = 0; at < length; at += 61) digest.update(bytes.subarray(at, at + 61));"
        " found.push(digest.hex()); } }"
        "console.log(JSON.stringify(found));"
    )
    script = tmp_path / "digests.mjs"
    script.write_text(program, encoding="utf-8")
    done = subprocess.run([node, str(script)], capture_output=True, text=True, check=True)
    expected = []
    for length in (0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000, 100000):
        data = bytes(at * 7 % 256 for at in range(length))
        expected += [hashlib.sha256(data).hexdigest(), hashlib.md5(data, usedforsecurity=False).hexdigest()]
    assert json.loads(done.stdout) == expected


def test_both_files_are_valid_and_within_their_budget(api: Path) -> None:
    """By their schemas; 64 kB and 40 kB packed are what a page loads for the first file, and for an adapter."""
    import gzip

    for name, most in (("signatures", 64_000), ("modules", 40_000)):
        raw = (api / f"{name}.json").read_bytes()
        document = json.loads(raw)
        schema = SCHEMAS[f"api-{name}.schema.json"]
        faults = [
            error.message[:200] for error in Draft202012Validator(schema, registry=KNOWN_SCHEMAS).iter_errors(document)
        ]
        assert not faults, faults[:3]
        assert len(gzip.compress(raw, 9)) < most


def test_modules_of_the_page_stay_small() -> None:
    """Each is under 400 lines, imports only its neighbours, and no file of the page writes markup."""
    for path in MODULES.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") < 400, path.name
        assert not any(
            word in text for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write")
        ), path.name
        for line in text.splitlines():
            if " from " in line and line.startswith("import"):
                assert '"./' in line, line
