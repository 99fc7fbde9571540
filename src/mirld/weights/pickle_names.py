"""Names in pickles: which reach into the system, and which a state dict may have."""

from __future__ import annotations

from mirld.weights.dtypes import TORCH_DTYPES, TORCH_STORAGES

DANGEROUS_MODULES = frozenset(
    [
        *("os", "nt", "posix", "sys", "subprocess", "pty", "shutil", "runpy", "importlib", "imp", "ctypes", "_ctypes"),
        *("socket", "ssl", "http", "urllib", "urllib2", "ftplib", "smtplib", "telnetlib", "requests", "webbrowser"),
        *("pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "zipimport", "pkgutil"),
        *("code", "codeop", "bdb", "pdb", "timeit", "cProfile", "profile", "trace", "doctest", "pydoc", "site", "venv"),
        *("operator", "_operator", "inspect", "types", "gc", "signal", "threading", "multiprocessing", "asyncio"),
        *("pip", "commands", "popen2", "idlelib", "lib2to3", "distutils", "setuptools", "platform", "tempfile", "io"),
    ]
)
"""Modules of the standard library and of installers that reach out of the process, or that make a name into code."""

DANGEROUS_BUILTINS = frozenset(
    [
        *("eval", "exec", "execfile", "compile", "open", "file", "input", "raw_input", "__import__", "apply"),
        *("getattr", "setattr", "delattr", "globals", "locals", "vars", "breakpoint", "exit", "quit", "help"),
    ]
)
"""Functions of Python that run, open or reach what a text says."""

BUILTINS = frozenset(("builtins", "__builtin__", "__builtins__"))
"""Names of the module that has them, in Python 2 and 3."""

REBUILDERS = frozenset(
    [
        *("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_qtensor", "_rebuild_parameter"),
        *("_rebuild_parameter_with_state", "_rebuild_meta_tensor_no_storage", "_rebuild_sparse_tensor"),
        "_rebuild_wrapper_subclass",
    ]
)
"""Functions of torch._utils that make a tensor."""

_PLAIN = frozenset(
    [
        *("set", "frozenset", "dict", "list", "tuple", "bytes", "bytearray", "complex", "slice", "range", "object"),
        *("int", "long", "float", "str", "unicode", "bool"),
    ]
)
_KNOWN: dict[str, frozenset[str]] = {
    "collections": frozenset(("OrderedDict", "defaultdict", "Counter")),
    "torch": frozenset(("Size", "Tensor", "device", "layout", "strided", "per_tensor_affine", "per_channel_affine")),
    "torch._utils": REBUILDERS,
    "torch._tensor": frozenset(("_rebuild_from_type_v2", "Tensor")),
    "torch.serialization": frozenset(("_get_layout",)),
    "torch.nn.parameter": frozenset(("Parameter", "Buffer")),
    "torch.nn.modules.container": frozenset(("ParameterDict", "ParameterList")),
    "torch.storage": frozenset(("UntypedStorage", "TypedStorage", "_UntypedStorage", "_TypedStorage")),
    "numpy": frozenset(("dtype", "ndarray")),
    "numpy.core.multiarray": frozenset(("_reconstruct", "scalar")),
    "numpy._core.multiarray": frozenset(("_reconstruct", "scalar")),
    "_codecs": frozenset(("encode",)),
    **dict.fromkeys(BUILTINS, _PLAIN),
}
"""Names that hold data and do nothing else, by module."""


def is_known(module: str, name: str) -> bool:
    """Say whether a name is one that a state dict may have."""
    return name in _KNOWN.get(module, ()) or (
        module in ("torch", "torch.cuda") and (name in TORCH_DTYPES or name in TORCH_STORAGES)
    )
