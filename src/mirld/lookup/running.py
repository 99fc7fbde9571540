"""A program run: the one place where a package that the registry names is imported.

1. Only packages of a list are imported, by whole names; nothing is evaluated, and nothing that is run comes as text.
2. Nothing makes a library run code that comes with weights: such arguments stop it before anything is imported.
3. Only the steps that load are run: what the call works on is its reader's.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from mirld.errors import InputError, UsageError
from mirld.lookup.drafting import REMOTE
from mirld.lookup.loading import LoadCode
from mirld.lookup.program import Call, Constant, Expression, Made, Named, Program
from mirld.lookup.recipes import DISTRIBUTIONS, RECIPES

PACKAGES = frozenset(RECIPES) | {"torch"}
"""Packages that are imported, and no others."""


def run(code: LoadCode) -> object:
    """Load an entry as its code says, and return what that makes: a pipeline, a model, a scheduler.

    Raises UsageError when there is no code or the library is not installed, and InputError for a program that names
    what is not to be run, or what the installed library does not have. Errors of the library itself are its own.
    """
    if code.program is None:
        raise UsageError(f"{code.id} cannot be loaded: {code.unknown}")
    return run_program(code.program)


def run_program(program: Program) -> object:
    """Run the steps of a program that load, and return what they make."""
    for named in program.named():
        _allow(named)
    for call in program.calls():
        refused = sorted(REMOTE.intersection(call.keywords))
        if refused:
            raise InputError(f"{refused[0]} would run code that comes with the weights")
    made: dict[str, object] = {}
    for step in program.loading:
        if step.work is None:
            continue
        found = _value(step.work, made)
        if len(step.targets) > 1:
            made.update(zip(step.targets, found, strict=True))  # type: ignore[call-overload]  # several are returned
        elif step.targets:
            _put(step.targets[0], found, made)
    return made[program.result]


def _allow(named: Named) -> None:
    parts = (*named.module.split("."), named.name, *named.path)
    if named.module.partition(".")[0] not in PACKAGES:
        raise InputError(f"{named.module} is none of the packages that are imported: {', '.join(sorted(PACKAGES))}")
    if not all(part.isidentifier() and not part.startswith("_") for part in parts):
        raise InputError(f"{'.'.join(parts)} is no public name of a package")


def _put(target: str, found: object, made: dict[str, object]) -> None:
    """Put what was made under a name, or on an attribute of what is there."""
    head, dot, attribute = target.rpartition(".")
    if dot:
        setattr(_made(head, made), attribute, found)
    else:
        made[target] = found


def _made(text: str, made: Mapping[str, object]) -> object:
    head, *path = text.split(".")
    found = made[head]
    for attribute in path:
        found = getattr(found, attribute)
    return found


def _value(work: Expression, made: Mapping[str, object]) -> object:
    match work:
        case Constant(value=value):
            return value
        case Made(text=text):
            return _made(text, made)
        case Named():
            return _imported(work)
        case Call(function=function, arguments=arguments, keywords=keywords):
            called = _value(function, made)
            given = [_value(each, made) for each in arguments]
            by_name = {name: _value(each, made) for name, each in keywords.items()}
            if not callable(called):
                raise InputError(f"{function} of the installed library cannot be called")
            return called(*given, **by_name)


def _imported(named: Named) -> object:
    """Import what is named; UsageError with what to install when the package is not there."""
    package = named.module.partition(".")[0]
    try:
        module = importlib.import_module(named.module)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        install = DISTRIBUTIONS.get(package, package)
        raise UsageError(f"{package} is not installed", hint=f"pip install {install}") from error
    found: object = module
    for name in (named.name, *named.path):
        if not hasattr(found, name):
            version = getattr(module, "__version__", None)
            at = f" {version}" if isinstance(version, str) else ""
            raise InputError(f"the installed {package}{at} has no {named.module}.{'.'.join((named.name, *named.path))}")
        found = getattr(found, name)
    return found
