"""Settings held to what their loaders and operations take: names, types, values and ranges.

    lint:unknown-parameter   a setting names no parameter of its loader or its operation
    lint:wrong-type          its value cannot be of the type that the parameter has
    lint:wrong-value         its value is none of those that the parameter takes

Only what is described refuses anything: a loader whose class the registry does not know, and an operation without
parameters, take whatever they are given. See docs/decisions/0012.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mirld.check.findings import Severity
from mirld.check.offers import Offer, Taken
from mirld.check.scope import Problem, Scope
from mirld.check.values import beyond, fits
from mirld.graph.terms import Literal
from mirld.lookup.fitting import holds
from mirld.vocab import MIR

_LIKE = 0.6
# A class that takes any name takes this one too, so only one that is very like a parameter of it is worth a word.
_VERY_LIKE = 0.85
# Loading gives to the constructor what it does not take itself.
_SERVING = {"load": ("load", "init")}


class _Taker(NamedTuple):
    """Something that takes settings: its name, and what it takes by name, None when that is not known.

    `elsewhere` are the phases of parameters that it takes in other phases.
    """

    label: str
    taken: Mapping[str, Taken] | None = None
    is_open: bool = False
    elsewhere: Mapping[str, str] = {}  # of a named tuple, and nobody changes it


def settings(scope: Scope, whole: str, subjects: Sequence[str]) -> Iterator[Problem]:
    """Check that a setting names a parameter of what it is for, with a value that this can have."""
    view = scope.view
    found = [subject for subject in subjects if MIR.Setting in view.types(subject)]
    loaders = [subject for subject in subjects if MIR.Loader in view.types(subject)] if found else []
    for subject in found:
        name, phase = view.text(subject, MIR.parameterName), view.text(subject, MIR.phase)
        value = view.value(subject, MIR.value)
        if name and phase and isinstance(value, Literal):
            for takers in _takers(scope, subject, phase.rpartition("/")[2], loaders):
                yield from _judged(subject, name, phase.rpartition("/")[2], value, takers)


def _takers(scope: Scope, subject: str, phase: str, loaders: Sequence[str]) -> Iterator[list[_Taker]]:
    """Give what a setting must fit, each as a list of which one member has to take it.

    One that links nothing it applies to may be meant for any of the loaders that its name speaks of, so one that takes
    it is enough.
    """
    applies = scope.view.iris(subject, MIR.appliesTo)
    operations = [each for each in applies if "#" not in each]
    named = [each for each in applies if each in loaders]
    yield from ([_of_operation(scope, each)] for each in operations)
    yield from (_of_loader(scope, each, phase) for each in named)
    meant = [] if operations or named else _spoken_of(scope, subject, phase, loaders)
    if meant:
        yield [taker for each in meant for taker in _of_loader(scope, each, phase)]


def _spoken_of(scope: Scope, setting: str, phase: str, loaders: Sequence[str]) -> Sequence[str]:
    """Return the loaders that the name of a setting speaks of: #setting-any-…, or the library or the name of one.

    A setting of InvokeAI is no setting of a class of diffusers that loads the same model.
    """
    spoken = setting.partition("#setting-")[2].partition(f"-{phase}-")[0]
    if spoken in ("", "any"):
        return loaders
    return [
        each
        for each in loaders
        if scope.view.text(each, MIR.library) == spoken or each.partition("#")[2] in (spoken, f"loader-{spoken}")
    ]


def _of_operation(scope: Scope, iri: str) -> _Taker:
    offer = scope.around.offer(iri)
    label = f"<{iri.removeprefix(scope.base)}>"
    return _Taker(label, _by_name(offer.parameters)) if offer and offer.parameters else _Taker(label)


def _of_loader(scope: Scope, loader: str, phase: str) -> list[_Taker]:
    """Return what a loader gives a setting to: its class or the configuration of that, and its scheduler."""
    view = scope.view
    library, name = view.text(loader, MIR.library) or "", view.text(loader, MIR.className) or ""
    found = [
        _of_class(scope, named.iri, phase, view.text(loader, MIR.libraryVersion), is_itself=named.is_itself)
        for named in scope.around.classes(library, name)
    ]
    if not found or (phase != "call" and view.value(loader, MIR.callable) is not None):
        # A method that is named takes what it takes, which is not what loading or constructing the class takes.
        found = [_Taker(name or library)]
    schedulers = [_of_operation(scope, each) for each in view.iris(loader, MIR.scheduler)] if phase == "init" else []
    return found + [each for each in schedulers if each.taken is not None]


def _of_class(scope: Scope, iri: str, phase: str, version: str | None, *, is_itself: bool) -> _Taker:
    above = _lineage(scope, iri)
    label, read = (above[0].label, above[0].version) if above else ("", None)
    is_of_version = version is None or read is None or holds(version, read.removeprefix("=="))
    parameters = {(taken.phase, taken.name): taken for offer in reversed(above) for taken in offer.parameters}
    asked = any(each == phase for each, _ in parameters)
    # A configuration is what a model is constructed from, and no more of it.
    if not is_of_version or not asked or (phase != "init" and not is_itself):
        return _Taker(label)
    serving = _SERVING.get(phase, (phase,))
    return _Taker(
        label=f"{label} {read.removeprefix('==')}" if read else label,
        taken=_by_name(taken for taken in parameters.values() if taken.phase in serving),
        is_open=any(each in serving for offer in above for each in offer.is_open),
        elsewhere={name: each for each, name in parameters if each not in serving},
    )


def _lineage(scope: Scope, iri: str) -> list[Offer]:
    """Return what a class offers, then what those that it extends offer, the nearest first."""
    result, waiting = [], [iri]
    for each in waiting:
        offer = scope.around.offer(each)
        if offer is not None:
            result.append(offer)
            waiting += [above for above in offer.extends if above not in waiting]
    return result


def _by_name(parameters: Iterable[Taken]) -> dict[str, Taken]:
    return {taken.name: taken for taken in parameters}


def _judged(subject: str, name: str, phase: str, value: Literal, takers: Sequence[_Taker]) -> Iterator[Problem]:
    # What stands behind a dot is inside the value of the parameter.
    head, dot, _ = name.partition(".")
    known = [taker.taken for taker in takers if taker.taken is not None]
    taken = [by_name[head] for by_name in known if head in by_name]
    faults = [None if dot else _fault(each, value) for each in taken]
    if taken and None not in faults:
        yield from (Problem(*fault, subject, MIR.value, value) for fault in faults[:1] if fault is not None)
    elif not taken and len(known) == len(takers):
        yield from _unknown(subject, head, phase, takers)


def _unknown(subject: str, name: str, phase: str, takers: Sequence[_Taker]) -> Iterator[Problem]:
    labels = " and ".join(dict.fromkeys(taker.label for taker in takers))
    names = sorted({known for taker in takers for known in taker.taken or ()})
    is_open = any(taker.is_open for taker in takers)
    near = difflib.get_close_matches(name, names, n=1, cutoff=_VERY_LIKE if is_open else _LIKE)
    other = next((taker.elsewhere[name] for taker in takers if name in taker.elsewhere), None)
    if is_open and not near:
        return
    mend = (
        f"it is a parameter of phase {other}, write <vocab/phase/{other}>"
        if other
        else f"did you mean {near[0]}?"
        if near
        else "leave it out, or name what it applies to"
    )
    severity: Severity = "warning" if is_open else "violation"
    message = f"{labels} has no parameter {name} of phase {phase}: {mend}"
    yield Problem("lint:unknown-parameter", severity, message, subject, MIR.parameterName)


def _fault(taken: Taken, value: Literal) -> tuple[str, Severity, str] | None:
    """Say what is wrong with a value of a parameter; None when nothing is."""
    name = taken.name
    if taken.type is not None and not fits(value, taken.type):
        return "lint:wrong-type", "violation", f"the type of {name} is {taken.type}: write a value of that type"
    if taken.allowed and value.value not in taken.allowed:
        return "lint:wrong-value", "violation", f"{name} is one of {', '.join(taken.allowed)}: write one of these"
    if beyond(value, taken.minimum, taken.maximum):
        bounds = [f"at least {taken.minimum}"] if taken.minimum else []
        bounds += [f"at most {taken.maximum}"] if taken.maximum else []
        return "lint:wrong-value", "violation", f"{name} is {' and '.join(bounds)}: write a value in range"
    return None
