"""From ids of upstream, of any year, to paths of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mirld.harvest.upstream_mir.naming import Names
from mirld.harvest.upstream_mir.past import packages, repositories
from mirld.harvest.upstream_mir.read import PastId, Upstream, UpstreamEntry

# Tokens of architectures that upstream gave up, and what it calls the same since.
_RETIRED = {
    "aetm": "aet",
    "artm": "art",
    "autoencoder": "aet",
    "autoregressive": "art",
    "embedding": "aet",
    "mamba": "ssm",
    "mix": "art",
    "seq2seq": "stst",
    "ststm": "stst",
    "transformer": "stst",
}
# Number formats: a name that PyTorch or upstream has for one, series and release of ours.
_FORMATS: dict[str, tuple[str, str]] = {
    **{f"{kind}{bits}": (kind, f"{kind[0]}{bits}") for kind in ("uint", "int") for bits in (*range(1, 9), 16, 32, 64)},
    **{f"complex{bits}": ("complex", f"complex{bits}") for bits in (32, 64, 128)},
    **{name: ("bits", name) for name in ("bits16", "bits1x8", "bits2x4", "bits4x2", "bits8")},
    **{name: ("quint", name) for name in ("quint2x4", "quint4x2", "quint8")},
    **{name: ("int", name) for name in ("qint32", "qint8")},
    "bfloat16": ("bfloat", "bf16"),
    "bool": ("bool", "bool"),
    "float16": ("float", "f16"),
    "float32": ("float", "f32"),
    "float4_e2m1fn_x2": ("float", "f4-e2m1"),
    "float64": ("float", "f64"),
    "float8_e4m3fn": ("float", "f8-e4m3fn"),
    "float8_e4m3fnuz": ("float", "f8-e4m3fnuz"),
    "float8_e5m2": ("float", "f8-e5m2"),
    "float8_e5m2fnuz": ("float", "f8-e5m2fnuz"),
    "float8_e8m0fnu": ("float", "f8-e8m0fnu"),
    "nf4": ("float", "nf4"),
}
_FORMAT_ALIASES = {
    "bf16": "bfloat16",
    "bfp16": "bfloat16",
    "f16": "float16",
    "f32": "float32",
    "f64": "float64",
    "f8_e4m3": "float8_e4m3fn",
    "f8_e5m2": "float8_e5m2",
    "fp16": "float16",
    "fp32": "float32",
    "fp64": "float64",
    "fp8_e4m3fn": "float8_e4m3fn",
    "fp8_e4m3fnuz": "float8_e4m3fnuz",
    "fp8_e5m2": "float8_e5m2",
    "fp8_e5m2fnuz": "float8_e5m2fnuz",
    "fp8_e8m0fnu": "float8_e8m0fnu",
    "fp8e4m3fn": "float8_e4m3fn",
    "fp8e5m2": "float8_e5m2",
    "i16": "int16",
    "i32": "int32",
    "i64": "int64",
    "i8": "int8",
    "u8": "uint8",
}
# How the targets of adapters were written over time, the first pattern that fits counts.
_TARGETS = (
    (r"stable-diffusion-xl", "stable-diffusion-xl"),
    (r"stable-diffusion-(?:1|v1)", "stable-diffusion-1.5"),
    (r"stable-diffusion-3", "stable-diffusion-3"),
    (r"flux", "flux-1"),
    (r"(?:segmind-)?ssd", "ssd-1b"),
    (r"(?:segmind-)?vega", "segmind-vega"),
    (r"pixart", "pixart-alpha"),
)


class Resolver:
    """Paths by id: of the release and the delta as they are claimed, of the past by what is known of it."""

    def __init__(self, upstream: Upstream, table: Names) -> None:
        self._names = table
        self.history = tuple(upstream.history.values())
        self.paths: dict[str, str] = {}
        self._by_series: dict[str, str] = {}
        self._by_repository: dict[str, str] = {}
        tokenizers = []
        for entry in (*upstream.entries, *upstream.delta):
            if entry.id in table.withdrawn:
                continue
            if entry.id.startswith("info.encoder.tokenizer:"):
                tokenizers.append(entry.id)
                continue
            path = self._path(entry)
            if path is None:
                continue
            self.paths[entry.id] = path
            for name in repositories(entry.fields):
                self._by_repository.setdefault(table.current(name).lower(), path)
            if entry.id.startswith("info."):
                self._by_series.setdefault(entry.id.partition(":")[0].split(".", 2)[2], path)
        for past in upstream.history.values():
            found = self._first_repository(past)
            if found and past.id.startswith("info."):
                self._by_series.setdefault(past.id.partition(":")[0].split(".", 2)[2], found)
        for upstream_id in tokenizers:
            path = self.tokenizer(upstream_id)
            if path is not None:
                self.paths[upstream_id] = path

    def __call__(self, upstream_id: str) -> str | None:
        """Path of an id of the release; without a compatibility, the one entry of the series."""
        if upstream_id in self.paths:
            return self.paths[upstream_id]
        if ":" in upstream_id:
            return number_format(upstream_id.partition(":")[2]) if upstream_id.startswith("ops.precision") else None
        found = {path for known, path in self.paths.items() if known.startswith(upstream_id + ":")}
        return found.pop() if len(found) == 1 else None

    def model_of(self, series: str) -> str | None:
        """Path of the model that upstream calls by a series, such as a tokenizer is named after."""
        return self._by_series.get(series)

    def tokenizer(self, upstream_id: str) -> str | None:
        """Path of a tokenizer, named after its model; None when upstream has no such model.

        `info.encoder.tokenizer:llama-2-hf` is `encoder/tokenizer/llama-2-7b`.
        """
        model = self.model_of(upstream_id.partition(":")[2])
        if model is None:
            return None
        _, series, release = model.split("/")
        return f"encoder/tokenizer/{series}" + ("" if release == "base" else f"-{release}")

    def _path(self, entry: UpstreamEntry) -> str | None:
        if entry.id.startswith("ops.precision."):
            return number_format(next(iter(entry.fields["pkg"]["0"]["torch"])))
        if entry.id.startswith("ops.scheduler.") and entry.id not in self._names.ids:
            return f"scheduler/{entry.id.removeprefix('ops.scheduler.').replace(':', '/')}"
        return self._names.entry(entry.id, next(iter(repositories(entry.fields)), None))

    def _first_repository(self, past: PastId) -> str | None:
        for name in repositories(past.fields):
            if "/" in name:
                return self.repository(name, past.id)
        return None

    def repository(self, name: str, upstream_id: str) -> str:
        """Path of what a repository holds: as the release has it, else by table and rule."""
        known = self._by_repository.get(self._names.current(name).lower())
        return known or self._names.repository(name, architecture_of(upstream_id))

    def past(self, past: PastId) -> tuple[str, ...]:
        """Paths an id of the past stands for: of releases, or of a series in two segments; none when nothing fits."""
        if past.id in self._names.history:
            return self._names.history[past.id]
        known = self.paths.get(past.id)
        if known:
            return (known,)
        domain, _, rest = past.id.partition(".")
        architecture, _, name = rest.partition(".")
        series, _, release = name.partition(":")
        if domain == "ops" and architecture in ("float", "precision"):
            return self._past_format(past, series, release)
        if domain == "ops" and architecture == "scheduler" and release in ("any", "[init]"):
            found = sorted(path for path in set(self.paths.values()) if path.startswith(f"scheduler/{series}/"))
            return (f"scheduler/{series}",) if found and release == "[init]" else tuple(found)
        if domain == "ops" and architecture == "scheduler" and packages(past.fields):
            return (f"scheduler/{series}/{release}",)
        if past.id.startswith("info.encoder.tokenizer:"):
            path = self.model_of(release) if is_model(past) else self.tokenizer(past.id)
            return (path,) if path else ()
        if architecture == "lora":
            target = self._past_adapter(series, release)
            if target:
                return target
        paths = [self.repository(name, past.id) for name in repositories(past.fields) if "/" in name]
        return tuple(dict.fromkeys(paths))

    def _past_format(self, past: PastId, series: str, release: str) -> tuple[str, ...]:
        libraries = packages(past.fields).get("0") or past.fields.get("dep_pkg")
        torch = libraries.get("torch", ()) if isinstance(libraries, dict) else ()
        said = [*torch, past.fields.get("variant"), past.fields.get("dtype"), series, release]
        found = (number_format(str(name)) for name in said if name)
        return tuple(path for path in found if path)[:1]

    def _past_adapter(self, series: str, release: str) -> tuple[str, ...]:
        if release == "[init]":
            return (f"lora/{series}",)
        for pattern, target in _TARGETS:
            if re.match(pattern, release):
                known = set(self.paths.values())
                both = [f"lora/{series}/{target}", f"lora/{series}/{target}.5"]
                return tuple(path for path in both if path in known)[:1]
        return ()


def is_model(past: PastId) -> bool:
    """Whether the class listed for a tokenizer is one of a model: for a while upstream took those of all models."""
    if not past.id.startswith("info.encoder.tokenizer:"):
        return False
    classes = [str(name) for package in packages(past.fields).values() for name in package.values()]
    return not any("oken" in name for name in classes)


def number_format(name: str) -> str | None:
    """Path of a number format by any name for it.

    >>> number_format("torch.bfloat16"), number_format("F8_E4M3"), number_format("pytorch")
    ('precision/bfloat/bf16', 'precision/float/f8-e4m3fn', None)
    """
    plain = name.removeprefix("torch.").lower()
    found = _FORMATS.get(_FORMAT_ALIASES.get(plain, plain))
    return f"precision/{found[0]}/{found[1]}" if found else None


def architecture_of(upstream_id: str) -> str:
    """Token of the architecture of an id of any year, as upstream calls it since."""
    token = upstream_id.split(".")[1]
    return _RETIRED.get(token, token)


def by_dots(paths: Mapping[str, str]) -> dict[str, str]:
    """Paths by the ids as upstream's tags write them, all parts joined by dots."""
    return {upstream_id.replace(":", "."): path for upstream_id, path in paths.items()}
