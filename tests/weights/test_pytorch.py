"""The readers of PyTorch's files: what real ones say, what hostile ones are refused for, and that nothing is run."""

from __future__ import annotations

import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.weights.builders import MAGIC, STORAGES, Pickle, torch, torch_legacy, torch_zip

from mirld.errors import WeightError
from mirld.weights import read, read_bytes
from mirld.weights.limits import MAX_OPERATIONS

CORPUS = Path(__file__).parent / "corpus" / "pytorch"
"""Files that PyTorch 2.13 wrote."""

SEQUENTIAL = {
    "0.weight": ("F16", (4, 3, 3, 3)),
    "0.bias": ("F16", (4,)),
    "1.weight": ("F16", (4,)),
    "1.bias": ("F16", (4,)),
    "1.running_mean": ("F16", (4,)),
    "1.running_var": ("F16", (4,)),
    "1.num_batches_tracked": ("I64", ()),
    "2.weight": ("F16", (2, 4)),
    "2.bias": ("F16", (2,)),
}


def facts(header: Any) -> dict[str, tuple[str | None, tuple[int, ...] | None]]:
    return {tensor.name: (tensor.dtype, tensor.shape) for tensor in header.tensors.rows()}


def refusal(data: bytes) -> WeightError:
    with pytest.raises(WeightError) as caught:
        read_bytes(data, "x.pt")
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    ("name", "form", "wrappers"),
    [
        ("plain.pt", "pytorch-zip", ()),
        ("plain-legacy.pt", "pytorch-legacy", ()),
        ("proto5-legacy.pt", "pytorch-legacy", ()),
        ("lightning.ckpt", "pytorch-zip", ("state_dict",)),
        ("args.pt", "pytorch-zip", ("model",)),
        ("module.pt", "pytorch-zip", ()),
    ],
)
def test_a_module_says_the_same_however_it_was_saved(name: str, form: str, wrappers: tuple[str, ...]) -> None:
    """As a state dict, with a trainer's values around it, or whole; in the form of today and of before 1.6."""
    header = read(CORPUS / name)
    assert facts(header) == SEQUENTIAL
    assert header.format == form
    assert header.wrappers == wrappers


def test_values_beside_the_tensors_are_metadata() -> None:
    """Step, epoch and name of a trainer; of a textual inversion its name and step."""
    assert read(CORPUS / "lightning.ckpt").metadata == {"epoch": 3, "global_step": 10, "lr": 0.0001, "name": "x"}
    inversion = read(CORPUS / "ti.pt")
    assert inversion.metadata == {"name": "t", "step": 499}
    assert facts(inversion)["string_to_param.*"] == ("F32", (2, 768))


def test_every_type_of_tensor_is_read() -> None:
    """Views, parameters, new types without a storage of their own, empty ones, and a single number."""
    assert facts(read(CORPUS / "types.pt")) == {
        "a": ("F32", (3, 2)),
        "b": ("F32", (2, 2)),
        "bf": ("BF16", (3,)),
        "f8": ("F8_E4M3", (3,)),
        "c": ("C64", (2,)),
        "u16": ("U16", (3,)),
        "bool": ("BOOL", (2,)),
        "p": ("F32", (1,)),
        "e": ("F32", (0, 3)),
        "s": ("I64", ()),
    }
    assert facts(read(CORPUS / "shared-legacy.pt")) == {"x": ("F32", (10,)), "y": ("F32", (3,))}
    assert facts(read(CORPUS / "quant.pt")) == {"q": ("I8", (3,))}
    assert facts(read(CORPUS / "sparse.pt"))["sp"] == ("F32", (3, 3))


def test_names_that_are_no_part_of_a_state_dict_are_handed_back() -> None:
    """Classes of modules and of scripts; arrays of NumPy are data."""
    assert "torch.nn.modules.conv.Conv2d" in read(CORPUS / "module.pt").code
    assert read(CORPUS / "script.pt").code == ("__torch__.torch.nn.modules.linear.Linear",)
    assert read(CORPUS / "args.pt").code == ("argparse.Namespace",)
    assert read(CORPUS / "numpy.pt").code == ()
    assert read(CORPUS / "plain.pt").code == ()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("nt", "system"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("__builtin__", "exec"),
        ("builtins", "getattr"),
        ("builtins", "eval.__call__"),
        ("importlib", "import_module"),
        ("runpy", "_run_code"),
        ("pickle", "loads"),
        ("operator", "attrgetter"),
        ("webbrowser", "open"),
    ],
)
@pytest.mark.parametrize("stacked", [False, True], ids=["lines", "stack"])
def test_names_that_reach_into_the_system_refuse_the_file(module: str, name: str, stacked: bool) -> None:
    """In both forms and by either instruction; the name is said."""
    content = Pickle()
    if stacked:
        content.text(module).text(name).op(b"\x93")
    else:
        content.name(module, name)
    content.op(b"(").text("touch x").op(b"tR.")
    for data in (
        torch_zip(bytes(content.data), []),
        pickle.dumps(MAGIC, 2) + pickle.dumps(1001, 2) + bytes(content.data),
    ):
        error = refusal(data)
        assert error.offence == "dangerous-code"
        assert f"{module}.{name}" in str(error)


def test_nothing_is_imported_or_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a module that lies in the way and would leave a trace."""
    (tmp_path / "trap.py").write_text(
        f"open({str(tmp_path / 'sprung')!r}, 'w')\ndef spring(*a): pass\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    content = Pickle().op(b"}(").text("w").tensor("0", "F32", [2]).text("x").name("trap", "spring").op(b")Ru").end()
    assert read_bytes(torch_zip(content, [8])).code == ("trap.spring",)
    assert not (tmp_path / "sprung").exists()


def wrapped(content: bytes, sizes: list[int] | None = None) -> bytes:
    return torch_zip(content, [8] if sizes is None else sizes)


def named(build: Callable[[Pickle], Pickle], sizes: list[int] | None = None) -> bytes:
    """Write a dictionary whose one value is built."""
    return wrapped(build(Pickle().op(b"}(").text("w")).op(b"u").end(), sizes)


@pytest.mark.parametrize(
    ("data", "offence"),
    [
        (named(lambda p: p.tensor("0", "F32", [3], elements=2)), "out-of-bounds"),
        (named(lambda p: p.tensor("0", "F32", [2], offset=1, elements=2)), "out-of-bounds"),
        (named(lambda p: p.tensor("0", "F32", [2], offset=-1)), "out-of-bounds"),
        (named(lambda p: p.tensor("0", "F32", [3])), "truncated"),
        (named(lambda p: p.tensor("7", "F32", [2])), "truncated"),
        (named(lambda p: p.tensor("0", "F32", [-1, -2], elements=2)), "overflow"),
        (named(lambda p: p.tensor("0", "F32", [2**62, 4], elements=2)), "overflow"),
        (named(lambda p: p.tensor("0", "F32", [1] * 65, elements=2)), "dimensions"),
        (named(lambda p: p.name("torch._utils", "_rebuild_tensor_v2").op(b")R")), "malformed-pickle"),
        (named(lambda p: p.op(b"(").text("storage").op(b"tQ")), "malformed-pickle"),
        (named(lambda p: p.op(b"(").text("storage").name("torch", "Storage").op(b"NNNtQ")), "malformed-pickle"),
        (named(lambda p: p.tensor("0", "F32", [2]).text("b").tensor("0", "F16", [2])), "malformed-pickle"),
        (named(lambda p: p.tensor("0", "F32", [2]).text("w").tensor("0", "F32", [2])), "duplicate-key"),
        (wrapped(Pickle().op(b"}(").text("a").number(1).op(b"u").end()), "not-weights"),
        (wrapped(Pickle().op(b"}.").data + b"x"), "trailing-bytes"),
        (wrapped(bytes(Pickle().op(b"}").data)), "truncated"),
        (wrapped(b"\x80\x02X\xff\xff\xff\x7f."), "truncated"),
        (wrapped(b"\x80\x02\x8d" + b"\xff" * 8 + b"."), "truncated"),
        (wrapped(b"\x80\x02X\x01\x00\x00\x00\xff."), "encoding"),
        (wrapped(b"\x80\x02."), "malformed-pickle"),
        (wrapped(b"\x80\x02R."), "malformed-pickle"),
        (wrapped(b"\x80\x02t."), "malformed-pickle"),
        (wrapped(b"\x80\x02}]s."), "malformed-pickle"),
        (wrapped(b"\x80\x02]N(u."), "malformed-pickle"),
        (wrapped(b"\x80\x02}(NNNu."), "malformed-pickle"),
        (wrapped(b"\x80\x02h\x05."), "malformed-pickle"),
        (wrapped(b"\x80\x02Nr\xff\xff\xff\xff."), "malformed-pickle"),
        (wrapped(b"\x80\x02\x82\x01."), "malformed-pickle"),
        (wrapped(b"\x80\x02Ios\n."), "malformed-pickle"),
        (wrapped(b"\x80\x02c" + b"m" * 5000 + b"\nn\n."), "malformed-pickle"),
        (wrapped(b"\x80\x02" + b"N0" * (MAX_OPERATIONS // 2) + b"N."), "too-many-operations"),
        (wrapped(b"\x80\x02" + b"}(X\x01\x00\x00\x00a" * 40 + b"N" + b"u" * 40 + b"."), "nesting"),
        (wrapped(b"\x80\x02]" + b"(" + b"\x85" * 3 + b"e."), "malformed-pickle"),
        (torch_zip(Pickle().op(b"}").end(), [], method=zipfile.ZIP_DEFLATED), "compressed"),
        (torch_zip(Pickle().op(b"}").end(), [], folder="a/b"), "not-weights"),
        (torch({"w": ("F32", [2])})[:-30], "truncated"),
        (torch({"w": ("F32", [2])}) + b"x", "malformed-zip"),
        (torch_zip(Pickle().op(b"}").end(), [], more=["other/data.pkl"]), "not-weights"),
        (b"PK\x05\x06" + bytes(18), "not-weights"),
        (b"PK\x03\x04" + bytes(40), "truncated"),
        (torch_legacy({"w": ("F32", [2])})[:-1], "truncated"),
        (torch_legacy({"w": ("F32", [2])}) + b"x", "trailing-bytes"),
        (torch_legacy({"w": ("F32", [2])}, storages=False), "truncated"),
        (torch_legacy({"w": ("F32", [2])})[:60], "truncated"),
        (pickle.dumps(MAGIC, 2) + pickle.dumps(7, 2), "unknown-version"),
        (pickle.dumps({"w": 1}, 2), "not-weights"),
    ],
)  # fmt: skip
def test_a_file_with_a_fault_is_refused_by_its_name(data: bytes, offence: str) -> None:
    """Faults of the archive, of the pickle, and of tensors against their storages."""
    assert refusal(data).offence == offence


def test_a_member_whose_own_header_contradicts_the_directory_is_refused() -> None:
    """Else two readers of one file would see two models."""
    data = torch({"w": ("F32", [2])})
    assert refusal(data.replace(b"archive/data.pkl", b"archive/other.pk", 1)).offence == "malformed-zip"
    again = bytearray(data)
    again[8:10] = struct.pack("<H", zipfile.ZIP_DEFLATED)
    assert refusal(bytes(again)).offence == "malformed-zip"


def test_a_dictionary_that_holds_itself_ends() -> None:
    """Neither a cycle nor a list of lists of lists in each other many times over takes long."""
    cycle = b"\x80\x02}q\x00(X\x01\x00\x00\x00ah\x00u."
    assert refusal(wrapped(cycle)).offence in ("nesting", "not-weights")
    laughs = b"\x80\x02]q\x00" + b"".join(
        b"](" + b"h" + bytes([n]) * 1 + (b"h" + bytes([n])) * 9 + b"eq" + bytes([n + 1]) for n in range(14)
    )
    assert refusal(wrapped(laughs + b".")).offence in ("too-many-tensors", "nesting", "not-weights")


TENSORS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9),
    st.tuples(st.sampled_from(sorted(STORAGES)), st.lists(st.integers(0, 9), max_size=4)),
    min_size=1,
    max_size=6,
)


@given(tensors=TENSORS, write=st.sampled_from([torch, torch_legacy]))
def test_what_was_written_is_read(
    tensors: dict[str, tuple[str, list[int]]], write: Callable[[dict[str, tuple[str, list[int]]]], bytes]
) -> None:
    """Names, types and shapes, in both forms."""
    header = read_bytes(write(tensors))
    assert facts(header) == {name: (dtype, tuple(shape)) for name, (dtype, shape) in tensors.items()}
    assert header.code == ()
