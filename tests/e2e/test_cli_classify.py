"""`mirld classify` as a user runs it, on the real registry."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "fixtures" / "small"
SCHEMA = json.loads((ROOT / "site" / "content" / "schema" / "classify.schema.json").read_text(encoding="utf-8"))
BASE = "mir:model.unet.stable-diffusion-xl:base"


def classify(folder: Path, *arguments: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mirld", "--root", str(root), "classify", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": "", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def test_an_entry_is_classified_scheme_by_scheme_with_grounds(tmp_path: Path) -> None:
    """What is said, and below it the rule and the facts; what is only recalled carries a mark."""
    done = classify(tmp_path, BASE)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{BASE}  Stable Diffusion XL Base 1.0\n    NIST AI use taxonomy\n")
    assert re.search(r"\n {8}supports Content creation\n {12}activity from the task: .*\btext to image\n", done.stdout)
    for words in (
        "        AI model type: Statistical\n            type from the architecture: U-Net\n",
        "        Discriminative or generative: Generative (not verified)\n",
        "        to consider: Generative AI risks\n",
    ):
        assert words in done.stdout


def test_a_card_answers_every_question_or_says_who_can(tmp_path: Path) -> None:
    """36 criteria and 16 activities, none left out; nothing is answered that a model cannot."""
    text = classify(tmp_path, BASE, "--card").stdout
    rows = re.findall(r"^\| (.+?) \| (.*?) \| (.*?) \|$", text, re.MULTILINE)
    lines = {question: (answer, rests) for question, answer, rests in rows if question not in ("criterion", "activity")}
    codes = [question for question in lines if re.match(r"(PP|EC|DI|AM|TO)\.\d+ ", question)]
    assert (len(codes), len(lines)) == (36, 52)
    assert lines["AM.2 AI model type"] == ("Statistical", "type from the architecture: U-Net")
    assert lines["AM.4 Discriminative or generative *not verified*"][0] == "Generative"
    assert lines["AM.6 Model-building from machine or human knowledge"] == ("not known", "")
    assert lines["TO.1 Task(s) of the system"][0] == "none: the list of 2022 has no task for generation"
    assert lines["TO.3 Action autonomy"][0] == "needs a deployment"
    answer, rests = lines["Content creation"]
    assert answer == "supported"
    assert re.fullmatch(r"activity from the task: (.*, )?text to image", rests)
    assert lines["Decision making"] == ("not known", "")
    assert {answer for question, (answer, _) in lines.items() if re.match(r"(PP|EC)\.", question)} == {
        "needs a deployment"
    }
    assert {lines[question][0] for question in codes if question.startswith("DI")} == {"needs a data set"}
    assert "Neither the OECD nor NIST made or endorsed this card" in text


@pytest.mark.parametrize("arguments", [[], ["--card"]])
@pytest.mark.parametrize("name", [BASE, "mir:info.dit.flux-1", "mir:model.vit.llava:hunyuanvideo", "euler"])
def test_json_keeps_to_its_schema(tmp_path: Path, name: str, arguments: list[str]) -> None:
    """A model, a series, one whose use is not known, and a name that is none."""
    done = classify(tmp_path, name, "--json", *arguments)
    if name == "euler":
        assert (done.returncode, done.stdout) == (1, "")
        return
    found: dict[str, Any] = json.loads(done.stdout)
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(found)
    every = found.get("classifications") or [each for line in found["oecd"] for each in line["answers"]]
    assert all(each["grounds"] and each["rules"] for each in every)
    assert all((each["concept"] is None) == (each["mode"] == "not-known") for each in every)


@pytest.mark.parametrize("name", ["no such thing", "mir:model.unet.orrery:lost", "orrery"])
def test_a_name_of_no_entry_is_no(tmp_path: Path, name: str) -> None:
    """Nothing like it, a withdrawn name, and words that only rank."""
    done = classify(tmp_path, name, root=SMALL)
    assert (done.returncode, done.stdout) == (1, "")
    assert name in done.stderr


def test_a_registry_without_rules_says_nothing_of_its_entries(tmp_path: Path) -> None:
    """The entry is known, and nothing of it by any framework."""
    done = classify(tmp_path, "mir:model.unet.orrery:base", root=SMALL)
    assert (done.returncode, done.stdout) == (0, "mir:model.unet.orrery:base  Orrery base\n")
