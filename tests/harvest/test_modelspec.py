"""ModelSpec: ids are read out of the text of the standard, those that it only hints at as well."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.harvest.conformity import harvest_checked
from tests.harvest.packages import make_repository

from mirld.errors import InputError
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.package import Package
from mirld.harvest.sources import source

SOURCE = source("modelspec")
LIST = """# A standard

- **No list yet:** `stable-diffusion-v1/lora`

### Architecture ID Listing

Words about it, with `an-id-of-no-row`.

- **Stable Diffusion:** `stable-diffusion-v1`, or change `v1` to any of: `v1`, `v2-512`, `xl-v1-base`
- **Adapters:** `stable-diffusion-v1/lora`, `stable-diffusion-v1/control-lora` (change `stable-diffusion-v1` at will)
- **Cascade:** `stable-cascade-v1-stage-b` (or `c`, some had `b-bf16`)
"""
END = "\n## Another heading\n\n- **Not in it:** `gpt-neo-x`\n"


def repository(folder: Path, text: str) -> Path:
    return make_repository(folder / "standard", {"README.md": text})


def read(folder: Path, text: str) -> tuple[dict[str, Item], Harvest]:
    found = SOURCE.read(Package.open(repository(folder, text)), Known())
    return {item.key.removeprefix("modelspec:"): item for item in found.items}, found


def test_ids_are_those_of_the_list_and_no_others(tmp_path: Path) -> None:
    """Written out, by what to change in the first, and by the last letter."""
    items, found = read(tmp_path, LIST + END)
    assert not found.findings
    assert set(items) == {
        "stable-cascade-v1-stage-b",
        "stable-cascade-v1-stage-b-bf16",
        "stable-cascade-v1-stage-c",
        "stable-diffusion-v1",
        "stable-diffusion-v1/control-lora",
        "stable-diffusion-v1/lora",
        "stable-diffusion-v2-512",
        "stable-diffusion-xl-v1-base",
    }
    assert items["stable-diffusion-v2-512"].keys == ["mir:model.unet.stable-diffusion-2.1:512-base"]
    assert items["stable-diffusion-v1"].kind == items["stable-diffusion-v1/lora"].kind == "Info"
    assert items["stable-diffusion-v2-512"].place == "README.md:9"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("- **New:** `nobody-knows`", "unknown-reference"),
        ("- **New:** `nobody-knows/lora`", "unknown-reference"),
        ("- **Bad:** `<b>x</b>`", "garbage-id"),
        ("- **Bad:** `a\u202eb`", "garbage-id"),
        (f"- **Bad:** `{'x' * 10_000_000}`", "garbage-id"),
    ],
)  # fmt: skip
def test_a_bad_id_is_said_and_spoils_nothing(tmp_path: Path, row: str, problem: str) -> None:
    """Nobody knows it, or it is no id at all."""
    items, found = read(tmp_path, f"{LIST}{row}\n{END}")
    assert [(finding.problem, finding.place) for finding in found.findings] == [(problem, "README.md:12")]
    assert len(items) == 8


@pytest.mark.parametrize("text", ["", "# Nothing\n", "### Architecture ID Listing\n\nNo rows.\n## End\n"])
def test_another_layout_of_the_text_is_refused(tmp_path: Path, text: str) -> None:
    """Without the heading, or with nothing below it."""
    with pytest.raises(InputError, match="layout changed"):
        read(tmp_path, text)


def test_a_harvest_conforms_and_repeats_itself(tmp_path: Path) -> None:
    """Its own terms, which SPDX has no id for, are among the licences that the registry describes."""
    folder = repository(tmp_path, LIST + END)
    report, wrong = harvest_checked(SOURCE, folder, tmp_path)
    assert wrong == []
    assert "modelspec/source.ttl" in report.files
    assert harvest_checked(SOURCE, folder, tmp_path)[0].changed == ()
