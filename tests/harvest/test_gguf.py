"""gguf: architectures joined by name, and types of tensors and of files as operations of precision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.harvest.packages import make_wheel

from mirld.errors import InputError, SyntaxInputError
from mirld.graph.terms import Iri, text
from mirld.harvest.items import Harvest, Item
from mirld.harvest.known import Known
from mirld.harvest.merge import Merged, merge
from mirld.harvest.package import Package
from mirld.harvest.sources.gguf import SOURCE, read
from mirld.vocab import MIR, RDFS

NAMES = {
    "LLAMA": "llama",
    "GPT_OSS": "gpt-oss",
    "QWEN3": "qwen3",
    "QWEN3MOE": "qwen3moe",
    "MAMBA9": "mamba9",
    "NEO_BERT": "neo-bert",
    "T9": "t9",
    "T9ENC": "t9enc",
    "WAV": "wav",
    "MMPROJ": "clip",
    "GEMMA": "gemma",
}
TENSORS = {
    "LLAMA": "OUTPUT",
    "GPT_OSS": "OUTPUT",
    "QWEN3": "OUTPUT",
    "QWEN3MOE": "FFN_GATE_EXP",
    "MAMBA9": "SSM_IN",
    "NEO_BERT": "FFN_UP",
    "T9": "DEC_FFN_UP",
    "T9ENC": "ENC_FFN_UP",
    "WAV": "POSNET_CONV1",
    "MMPROJ": "V_MMPROJ",
}
TYPES = {"F32": 0, "F16": 1, "Q4_K": 12, "Q9_K": 99}
SIZES = {"F32": "(1, 4)", "F16": "(1, 2)", "Q4_K": "(256, 2 + 2 + QK_K // 2 + 12)", "Q9_K": "(256, size())"}
FILE_TYPES = {"ALL_F32": 0, "MOSTLY_F16": 1, "MOSTLY_Q4_K_M": 15, "GUESSED": 1024}


def constants(names: Mapping[str, str] = NAMES) -> str:
    def members(name: str, given: Mapping[str, object]) -> str:
        return f"class {name}(IntEnum):\n" + "".join(f"    {member} = {value}\n" for member, value in given.items())

    def keyed(name: str, kind: str, given: Mapping[str, str]) -> str:
        return f"{name}: dict = {{\n" + "".join(f"    {kind}.{key}: {value},\n" for key, value in given.items()) + "}\n"

    return "".join(
        [
            "QK_K = 256\n",
            members("GGMLQuantizationType", TYPES),
            members("LlamaFileType", FILE_TYPES),
            keyed("MODEL_ARCH_NAMES", "MODEL_ARCH", {key: repr(value) for key, value in names.items()}),
            keyed("MODEL_TENSORS", "MODEL_ARCH", {key: f"[MODEL_TENSOR.{name}]" for key, name in TENSORS.items()}),
            keyed("GGML_QUANT_SIZES", "GGMLQuantizationType", SIZES),
        ]
    )


def known() -> Known:
    return Known(
        concepts={"precision": frozenset(("f16", "f32", "q4-k", "q4-k-m"))},
        by_key={"precision:f16": "operations/precision/float/f16"},
        kinds={"operations/precision/float/f16": "Operation"},
        series={
            "gptoss": ["info/moe/gpt-oss"],
            "qwen3": ["info/art/qwen3", "info/moe/qwen3"],
            "gemma": ["info/quantization/gemma"],
            "clip": ["info/vit/clip"],
        },
    )


def harvested(tmp_path: Path, text: str) -> Harvest:
    return read(Package.open(make_wheel(tmp_path / "gguf-1.0-py3-none-any.whl", {"gguf/constants.py": text})), known())


@pytest.fixture
def found(tmp_path: Path) -> Harvest:
    return harvested(tmp_path, constants())


@pytest.fixture
def merged(found: Harvest) -> Merged:
    return merge(found, known(), SOURCE.iri, "https://example.org")


def by_key(found: Harvest) -> dict[str, Item]:
    return {item.key: item for item in found.items}


def test_an_architecture_is_the_series_of_its_name(merged: Merged) -> None:
    """That of models, in whatever architecture it is; what projects into other models is none of them."""
    paths = {key: path for key, path in merged.paths.items() if key.startswith("gguf:")}
    assert paths == {
        "gguf:llama": "info/art/llama",
        "gguf:gpt-oss": "info/moe/gpt-oss",
        "gguf:qwen3": "info/art/qwen3",
        "gguf:qwen3moe": "info/art/qwen3moe",
        "gguf:mamba9": "info/ssm/mamba9",
        "gguf:neo-bert": "info/aet/neo-bert",
        "gguf:t9": "info/stst/t9",
        "gguf:t9enc": "info/aet/t9enc",
        "gguf:wav": "info/gan/wav",
        "gguf:clip": "info/vit/mmproj",
        "gguf:gemma": "info/art/gemma",
    }


def test_what_is_concluded_from_tensors_says_so(found: Harvest) -> None:
    """Of a series that was known in another architecture nothing is concluded."""
    items = by_key(found)
    assert items["gguf:mamba9"].inferred == {MIR.architecture}
    assert items["gguf:gpt-oss"].inferred == set()
    experts = [term for said, term in items["gguf:qwen3moe"].facts if said == MIR.architecture]
    assert experts == [Iri("https://w3id.org/mir/vocab/architecture/moe")]


def test_a_type_that_pytorch_has_is_its_operation_of_precision(merged: Merged) -> None:
    """Of a file of one type, that type; of a mixture, an operation of its own; that a file does not say is no type."""
    paths = {key: path for key, path in merged.paths.items() if not key.startswith("gguf:")}
    assert paths == {
        "ggml:F16": "operations/precision/float/f16",
        "ggml:F32": "operations/precision/float/f32",
        "ggml:Q4_K": "operations/precision/ggml/q4-k",
        "ggml:Q9_K": "operations/precision/ggml/q9-k",
        "llama-ftype:ALL_F32": "operations/precision/float/f32",
        "llama-ftype:MOSTLY_F16": "operations/precision/float/f16",
        "llama-ftype:MOSTLY_Q4_K_M": "operations/precision/gguf/q4-k-m",
    }


def test_a_block_says_how_many_bytes_its_values_take(found: Harvest) -> None:
    """One value alone is no block, and a size that a program makes is a finding, as is a type without a concept."""
    comments = {key: [term for said, term in item.facts if said == RDFS.comment] for key, item in by_key(found).items()}
    assert comments["ggml:Q4_K"] == [text("256 values take 144 bytes.", "en")]
    assert comments["ggml:F16"] == []
    assert [(one.upstream_id, one.field, one.problem, one.value) for one in sorted(found.findings)] == [
        ("ggml:Q9_K", "GGML_QUANT_SIZES", "lost-field", "(256, size())"),
        ("ggml:Q9_K", "precision", "unknown-reference", "q9-k"),
    ]


@pytest.mark.parametrize("name", ["ll\u202eama", "<i>x</i>", "", "x" * 10_000_000, "llama"])
def test_a_name_that_is_none_is_a_finding(tmp_path: Path, name: str) -> None:
    """Hostile ones, empty ones, and one that another architecture has."""
    found = harvested(tmp_path, constants({"LLAMA": "llama", "OTHER": name}))
    assert [item.key for item in found.items if item.kind == "Info"] == ["gguf:llama"]
    wrong = [one for one in found.findings if one.problem == "garbage-id"]
    assert [one.upstream_id for one in wrong] == ["gguf:OTHER"]
    assert len(wrong[0].value) < 500
    assert "\u202e" not in wrong[0].value


@pytest.mark.parametrize(
    ("gone", "error"),
    [
        ("class GGMLQuantizationType", "has no GGMLQuantizationType"),
        ("class LlamaFileType", "has no LlamaFileType"),
        ("MODEL_ARCH_NAMES", "gives MODEL_ARCH_NAMES no value"),
        ("MODEL_TENSORS", "gives MODEL_TENSORS no value"),
    ],
)
def test_another_layout_stops_with_its_file(tmp_path: Path, gone: str, error: str) -> None:
    """Rather than an empty harvest."""
    with pytest.raises(InputError, match=error) as caught:
        harvested(tmp_path, constants().replace(gone, f"{gone}Renamed"))
    assert str(caught.value.file).endswith("gguf/constants.py")


def test_a_table_that_is_made_by_a_program_stops(tmp_path: Path) -> None:
    """As does a file that is no Python."""
    with pytest.raises(InputError, match="no dictionary by members"):
        harvested(tmp_path, constants() + "MODEL_TENSORS = make()\n")
    with pytest.raises(SyntaxInputError, match="this is no Python"):
        harvested(tmp_path, constants() + "def (\n")
