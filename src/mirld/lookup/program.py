"""A short program as a value: written out as Python, and run, from one description of it.

So what `load` prints is what `.load()` does. A program names classes and functions of packages (`Named`), what it made
before (`Made`), values, and calls of these; nothing else can be said in it.
"""

# Annotations are values here, for as texts each would be compiled whenever the named tuples are made.

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from mirld.lookup.python_text import is_keyword, is_torch_type, python_text

_WIDE = 88
_NONE: "Mapping[str, Expression]" = MappingProxyType({})
# Packages whose parts are written with the name of the package before them, as everybody writes them.
_WHOLE = frozenset(("torch", "timm", "open_clip", "whisper", "keras_hub", "onnx"))


class Named(NamedTuple):
    """A class or function of a package: `module` and `name` are imported, and `path` is taken of what that gives."""

    module: str
    name: str
    path: tuple[str, ...] = ()


class Made(NamedTuple):
    """Something that an earlier step made, with the attributes taken of it: `pipe.scheduler.config`."""

    text: str


class Call(NamedTuple):
    """A call of something that is named or made."""

    function: Named | Made
    arguments: "tuple[Expression, ...]" = ()
    keywords: "Mapping[str, Expression]" = _NONE


class Constant(NamedTuple):
    """A value of JSON."""

    value: object


Expression = Named | Made | Call | Constant


class Step(NamedTuple):
    """One line of work: `targets` get what `work` gives, or nothing does; `remark` stands above it."""

    work: Expression | None
    targets: tuple[str, ...] = ()
    remark: str | None = None


class Program(NamedTuple):
    """Steps that load something, which ends up under the name `result`, and steps that run it."""

    result: str
    loading: tuple[Step, ...]
    running: tuple[Step, ...] = ()

    def text(self) -> str:
        """Write the program as Python: imports, loading, running."""
        imports = _imports(self)
        blocks = ["\n".join(imports)] if imports else []
        blocks += ["\n".join(_lines(steps)) for steps in (self.loading, self.running) if steps]
        return "\n\n".join(blocks) + "\n"

    def named(self) -> tuple[Named, ...]:
        """Return everything of packages that it names, in order."""
        return tuple(dict.fromkeys(found for step in (*self.loading, *self.running) for found in _named(step.work)))

    def calls(self) -> tuple[Call, ...]:
        """Return every call, in order."""
        return tuple(found for step in (*self.loading, *self.running) for found in _calls(step.work))


def constant(value: object) -> Expression:
    """Return a value as it stands in a program: a type of torch is named, and everything else is what it is."""
    if is_torch_type(value):
        return Named("torch", str(value).removeprefix("torch."))
    return Constant(value)


def _parts(work: Expression | None) -> Iterator[Expression]:
    if work is None:
        return
    yield work
    if isinstance(work, Call):
        for part in (work.function, *work.arguments, *work.keywords.values()):
            yield from _parts(part)


def _named(work: Expression | None) -> Iterator[Named]:
    return (part for part in _parts(work) if isinstance(part, Named))


def _calls(work: Expression | None) -> Iterator[Call]:
    return (part for part in _parts(work) if isinstance(part, Call))


def _imports(program: Program) -> list[str]:
    whole: set[str] = set()
    single: dict[str, set[str]] = {}
    for each in program.named():
        if each.module.partition(".")[0] in _WHOLE:
            whole.add(each.module)
        else:
            single.setdefault(each.module, set()).add(each.name)
    lines = [f"import {module}" for module in sorted(whole)]
    return lines + [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(single.items())]


def _lines(steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        if step.remark:
            yield from (f"# {line}" for line in step.remark.splitlines())
        if step.work is not None:
            before = f"{', '.join(step.targets)} = " if step.targets else ""
            yield before + _text(step.work, len(before))


def _text(work: Expression, column: int) -> str:
    match work:
        case Constant(value=value):
            return python_text(value)
        case Made(text=text):
            return text
        case Named(module=module, name=name, path=path):
            whole = module.partition(".")[0] in _WHOLE
            return ".".join(((module,) if whole else ()) + (name, *path))
        case Call(function=function, arguments=arguments, keywords=keywords):
            name = _text(function, 0)
            inner = [_text(each, 0) for each in arguments]
            inner += [f"{key}={_text(value, 0)}" for key, value in keywords.items() if is_keyword(key)]
            rest = {key: value for key, value in keywords.items() if not is_keyword(key)}
            if rest:
                inner.append(f"**{{{', '.join(f'{python_text(k)}: {_text(v, 0)}' for k, v in rest.items())}}}")
            line = f"{name}({', '.join(inner)})"
            if column + len(line) <= _WIDE or not inner:
                return line
            return f"{name}(\n" + "".join(f"    {each},\n" for each in inner) + ")"
