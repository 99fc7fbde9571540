"""Types of elements in every format, and how many bytes a tensor of one takes.

Names are those of safetensors, and of ggml for what only GGUF has.
"""

from __future__ import annotations

from typing import NamedTuple


class Block(NamedTuple):
    """How a type is stored: `elements` of the last dimension at a time, in `bits`."""

    elements: int
    bits: int


def _plain(**bits: int) -> dict[str, Block]:
    return {name: Block(1, width) for name, width in bits.items()}


SAFETENSORS: dict[str, Block] = {
    **_plain(BOOL=8, U8=8, I8=8, U16=16, I16=16, U32=32, I32=32, U64=64, I64=64),
    **_plain(F4=4, F6_E2M3=6, F6_E3M2=6, F8_E4M3=8, F8_E5M2=8, F8_E8M0=8, F8_E4M3FNUZ=8, F8_E5M2FNUZ=8),
    **_plain(F16=16, BF16=16, F32=32, F64=64, C64=64),
}
"""Types of safetensors 0.8."""

_OTHER = _plain(C32=32, C128=128, U2=2, U4=4, I2=2, I4=4)

_GGML: dict[int, tuple[str, Block]] = {
    0: ("F32", Block(1, 32)),
    1: ("F16", Block(1, 16)),
    2: ("Q4_0", Block(32, 18 * 8)),
    3: ("Q4_1", Block(32, 20 * 8)),
    6: ("Q5_0", Block(32, 22 * 8)),
    7: ("Q5_1", Block(32, 24 * 8)),
    8: ("Q8_0", Block(32, 34 * 8)),
    9: ("Q8_1", Block(32, 36 * 8)),
    10: ("Q2_K", Block(256, 84 * 8)),
    11: ("Q3_K", Block(256, 110 * 8)),
    12: ("Q4_K", Block(256, 144 * 8)),
    13: ("Q5_K", Block(256, 176 * 8)),
    14: ("Q6_K", Block(256, 210 * 8)),
    15: ("Q8_K", Block(256, 292 * 8)),
    16: ("IQ2_XXS", Block(256, 66 * 8)),
    17: ("IQ2_XS", Block(256, 74 * 8)),
    18: ("IQ3_XXS", Block(256, 98 * 8)),
    19: ("IQ1_S", Block(256, 50 * 8)),
    20: ("IQ4_NL", Block(32, 18 * 8)),
    21: ("IQ3_S", Block(256, 110 * 8)),
    22: ("IQ2_S", Block(256, 82 * 8)),
    23: ("IQ4_XS", Block(256, 136 * 8)),
    24: ("I8", Block(1, 8)),
    25: ("I16", Block(1, 16)),
    26: ("I32", Block(1, 32)),
    27: ("I64", Block(1, 64)),
    28: ("F64", Block(1, 64)),
    29: ("IQ1_M", Block(256, 56 * 8)),
    30: ("BF16", Block(1, 16)),
    # 4, 5, 31 to 33 and 36 to 38 were withdrawn; they are kept readable as types whose sizes are known.
    31: ("Q4_0_4_4", Block(32, 18 * 8)),
    32: ("Q4_0_4_8", Block(32, 18 * 8)),
    33: ("Q4_0_8_8", Block(32, 18 * 8)),
    34: ("TQ1_0", Block(256, 54 * 8)),
    35: ("TQ2_0", Block(256, 66 * 8)),
    36: ("IQ4_NL_4_4", Block(32, 18 * 8)),
    37: ("IQ4_NL_4_8", Block(32, 18 * 8)),
    38: ("IQ4_NL_8_8", Block(32, 18 * 8)),
    39: ("MXFP4", Block(32, 17 * 8)),
    40: ("NVFP4", Block(64, 36 * 8)),
    41: ("Q1_0", Block(128, 18 * 8)),
}

GGML: dict[int, str] = {number: name for number, (name, _) in _GGML.items()}
"""Types of ggml by their number in GGUF (gguf 0.19)."""

ONNX: dict[int, str] = {
    1: "F32",
    2: "U8",
    3: "I8",
    4: "U16",
    5: "I16",
    6: "I32",
    7: "I64",
    9: "BOOL",
    10: "F16",
    11: "F64",
    12: "U32",
    13: "U64",
    14: "C64",
    15: "C128",
    16: "BF16",
    17: "F8_E4M3",
    18: "F8_E4M3FNUZ",
    19: "F8_E5M2",
    20: "F8_E5M2FNUZ",
    21: "U4",
    22: "I4",
    23: "F4",
    24: "F8_E8M0",
    25: "U2",
    26: "I2",
    27: "F6_E2M3",
    28: "F6_E3M2",
}
"""Types of ONNX by their number in TensorProto (onnx 1.23), strings (8) left out: they have no size."""

TORCH_STORAGES: dict[str, str] = {
    "DoubleStorage": "F64",
    "FloatStorage": "F32",
    "HalfStorage": "F16",
    "BFloat16Storage": "BF16",
    "LongStorage": "I64",
    "IntStorage": "I32",
    "ShortStorage": "I16",
    "CharStorage": "I8",
    "ByteStorage": "U8",
    "BoolStorage": "BOOL",
    "ComplexFloatStorage": "C64",
    "ComplexDoubleStorage": "C128",
    "QInt8Storage": "I8",
    "QUInt8Storage": "U8",
    "QInt32Storage": "I32",
    "QUInt4x2Storage": "U8",
    "QUInt2x4Storage": "U8",
    "UntypedStorage": "U8",
}
"""Classes of storages in a pickle of PyTorch, and the type of what is in one."""

TORCH_DTYPES: dict[str, str] = {
    "float64": "F64",
    "double": "F64",
    "float32": "F32",
    "float": "F32",
    "float16": "F16",
    "half": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "long": "I64",
    "int32": "I32",
    "int": "I32",
    "int16": "I16",
    "short": "I16",
    "int8": "I8",
    "uint8": "U8",
    "uint16": "U16",
    "uint32": "U32",
    "uint64": "U64",
    "bool": "BOOL",
    "complex32": "C32",
    "complex64": "C64",
    "cfloat": "C64",
    "complex128": "C128",
    "cdouble": "C128",
    "float8_e4m3fn": "F8_E4M3",
    "float8_e5m2": "F8_E5M2",
    "float8_e8m0fnu": "F8_E8M0",
    "float8_e4m3fnuz": "F8_E4M3FNUZ",
    "float8_e5m2fnuz": "F8_E5M2FNUZ",
    "float4_e2m1fn_x2": "F4",
    "qint8": "I8",
    "quint8": "U8",
    "qint32": "I32",
}
"""Attributes of the module torch that are types."""

BLOCKS: dict[str, Block] = {**dict(_GGML.values()), **SAFETENSORS, **_OTHER}
"""How each type is stored."""
