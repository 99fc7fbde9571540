"""Packages of upstream: how a library opens an entry, with which arguments, precision and scheduler.

A package is `{library: class}` or `{library: {call: arguments}}`, with `generation`, `precision`, `scheduler`,
`module_path` and `stage_2` beside the library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from mirld.graph.terms import Iri, literal
from mirld.harvest.facts import concept
from mirld.harvest.upstream_mir.claims import Claims
from mirld.harvest.upstream_mir.read import UpstreamEntry
from mirld.vocab import MIR

_BESIDE = ("generation", "gen_kwargs", "precision", "scheduler", "module_path", "stage_2", "load")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

# The right name of a parameter that upstream misspells; mflux has `guidance`, diffusers fuses with `lora_scale`.
_PARAMETERS = {"gudance": "guidance", "fuse": "lora_scale"}
# The same, where it depends on the class or the scheduler that is given it; None where that has nothing of the kind.
_PARAMETERS_OF: dict[tuple[str, str], str | None] = {
    ("ShapEPipeline", "size"): "frame_size",
    ("StableDiffusionXLPipeline", "safety_checker"): None,
    ("scheduler/dpm/multistep", "order"): "solver_order",
}
_MISSPELT_MODULES = {".data.audioaudio_write": "data.audio.audio_write"}
_TORCH_TYPES = {"f16": "float16", "f32": "float32", "bf16": "bfloat16", "f64": "float64"}

Resolve = Callable[[str], str | None]
"""From an upstream id, with or without its compatibility, to a path of ours."""


def load_packages(claims: Claims, entry: UpstreamEntry, path: str, resolve: Resolve) -> None:
    """Claim the loaders and settings of an entry."""
    packages = entry.fields.get("pkg") or {}
    for number in sorted(packages, key=int):
        package = dict(packages[number])
        lost = claims.names.libraries.get(f"{entry.id}/{number}")
        if lost:
            library, _, name = lost.partition(".")
            package[library] = name
            claims.find(entry.id, "pkg", "lost-field", {library: name}, "An older release names the library.", path)
        _load(claims, entry, path, package, int(number), resolve)


def _load(
    claims: Claims,
    entry: UpstreamEntry,
    path: str,
    package: Mapping[str, Any],
    order: int,
    resolve: Resolve,
) -> None:
    subject = claims.entry(path)
    libraries = [name for name in package if name not in _BESIDE]
    loader: Iri | None = None
    scope, opener = "any", ""
    for library in libraries:
        loader, scope, opener = _loader(claims, entry, path, library, package, order)
    precision = package.get("precision")
    if precision:
        token = _precision(claims, entry, path, str(precision), resolve)
        if token and loader is not None:
            claims.add(loader, MIR.precision, concept("precision", token))
        elif token in _TORCH_TYPES:
            claims.setting(subject, "torch_dtype", _TORCH_TYPES[token], "load")
    if package.get("scheduler"):
        _scheduler(claims, entry, path, package["scheduler"], loader, resolve)
    if "gen_kwargs" in package:
        comment = "The arguments of the call stand under another name than everywhere else."
        claims.find(entry.id, "pkg", "wrong-field", {"gen_kwargs": package["gen_kwargs"]}, comment, path)
    for field, phase in (("generation", "call"), ("gen_kwargs", "call"), ("load", "load")):
        for name, value in (package.get(field) or {}).items():
            right, typed = mend_parameter(claims, entry.id, path, name, value, of=opener)
            if right is not None:
                claims.setting(subject, right, typed, phase, scope=scope, applies_to=loader)
    if package.get("stage_2"):
        _load(claims, entry, path, package["stage_2"], order + 1, resolve)


def _loader(
    claims: Claims,
    entry: UpstreamEntry,
    path: str,
    library: str,
    package: Mapping[str, Any],
    order: int,
) -> tuple[Iri | None, str, str]:
    """Claim the loaders of one library; the last of them, its scope, and the class or call that it opens with."""
    subject = claims.entry(path)
    opened = package[library]
    if opened == "":
        opened = {}
    calls = list(opened.items()) if isinstance(opened, dict) else [(str(opened), {})]
    right = claims.names.classes.get(entry.id)
    loader: Iri | None = None
    scope, opener = "any", ""
    for name, arguments in calls:
        if right is not None and library in ("transformers", "diffusers"):
            comment = "The class is of another model" + (f"; {right} opens this one." if right else ".")
            claims.find(entry.id, "pkg", "unlinked-class", name, comment, path)
            if not right:
                continue
            name = right
        opener = name
        key = claims.loader_key(subject, library, name)
        scope = f"loader-{key}"
        loader = claims.part(subject, "loader", key)
        if not claims.says(loader, MIR.order):
            claims.add(loader, MIR.library, literal(library.partition(".")[0]))
            claims.add(loader, MIR.order, literal(order))
        _spell(claims, entry, path, loader, library, name, package.get("module_path"))
        for parameter, value in (arguments or {}).items():
            found, typed = mend_parameter(claims, entry.id, path, parameter, value, of=name)
            if found is not None:
                claims.setting(subject, found, typed, "load", scope=scope, applies_to=loader)
    return loader, scope, opener


def _spell(
    claims: Claims, entry: UpstreamEntry, path: str, loader: Iri, library: str, name: str, module: str | None
) -> None:
    """Say which class or call a name is, and the module it is imported from."""
    if name in _MISSPELT_MODULES:
        comment = f"Two names were written as one; {_MISSPELT_MODULES[name]} is meant."
        claims.find(entry.id, "pkg", "unlinked-class", name, comment, path)
        name = _MISSPELT_MODULES[name]
    parent, _, last = name.rpartition(".")
    if not _CLASS.fullmatch(last) or last == library:
        return
    if parent:
        module = parent if parent.startswith(library + ".") else f"{library}.{parent}"
    kind = MIR.className if last[0].isupper() or library == "torch" else MIR.callable
    claims.add(loader, kind, literal(last))
    if module:
        claims.add(loader, MIR.modulePath, literal(module))


def _precision(claims: Claims, entry: UpstreamEntry, path: str, precision: str, resolve: Resolve) -> str | None:
    trimmed = precision.strip()
    if trimmed != precision:
        claims.find(entry.id, "pkg", "untrimmed-id", precision, "A space stands before the name.", path)
    series, _, release = trimmed.rpartition(".")
    found = resolve(f"{series}:{release}")
    if found is None:
        claims.find(entry.id, "pkg", "unknown-reference", precision, "No precision has this name.", path)
        return None
    return found.rpartition("/")[2]


def _scheduler(
    claims: Claims, entry: UpstreamEntry, path: str, scheduler: object, loader: Iri | None, resolve: Resolve
) -> None:
    wanted = scheduler if isinstance(scheduler, dict) else {str(scheduler): {}}
    for name, arguments in wanted.items():
        found = resolve(name)
        if name == "ops.scheduler.flow-match":
            found = "scheduler/flowmatcheuler/discrete"
            comment = "No entry has this name; an older release says that FlowMatchEulerDiscreteScheduler is meant."
            claims.find(entry.id, "pkg", "unknown-reference", name, comment, path)
        if found is None:
            claims.find(entry.id, "pkg", "unknown-reference", name, "No scheduler has this name.", path)
            continue
        operation = claims.entry(found)
        if loader is not None:
            claims.add(loader, MIR.scheduler, operation)
        for parameter, value in (arguments or {}).items() if isinstance(arguments, dict) else ():
            right, typed = mend_parameter(claims, entry.id, path, parameter, value, of=found)
            if right is not None:
                claims.setting(claims.entry(path), right, typed, "init", applies_to=operation)


def mend_parameter(
    claims: Claims, upstream_id: str, path: str, name: str, value: object, *, of: str = ""
) -> tuple[str | None, object]:
    """Spell the name of a parameter and type its value as the library has them; each change is a finding.

    `of` is the class, or the path of the scheduler, that is given it. The name is None where that has none of the kind.
    """
    right = _PARAMETERS_OF.get((of, name), _PARAMETERS.get(name, name))
    if right != name:
        comment = f"The parameter is called {right}." if right else f"{of} has no such parameter, so it is left out."
        claims.find(upstream_id, "pkg", "misspelt-parameter", name, comment, path)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        claims.find(upstream_id, "pkg", "wrong-type", {name: value}, "The number was written as a text.", path)
        return right, float(value) if "." in value else int(value)
    return right, value
