r"""Layouts of whole components as the registry writes them: few lines for thousands of tensors.

    line    = module ": " leaf *(", " leaf)         tensors of one module, by the last part of their names
            / leaf                                  one tensor, by its whole name
            / "@" field " = " text                  a field of the metadata
    leaf    = name [" [" dimensions "]"]            a shape, "[]" for a single number; none where it is not known
    name    may hold sets of numbers: "{0-18}", "{0|4-7}"

>>> read_layout(["blocks.{0-2}.proj: bias [8], weight [8, 4]"]).shapes["blocks.1.proj.bias"]
(8,)
>>> write_layout({"blocks.0.norm": (8,), "blocks.1.norm": (8,), "scale": ()})
('blocks.{0-1}.norm [8]', 'scale []')
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mirld.weights.header import Shape, Tensors

_LEAF = re.compile(r"([^\s,]+)(?: \[([\d, ]*)\])?")
_NOTED = re.compile(r"@(\S+) = (.+)")
_SET = re.compile(r"\{([\d|-]+)\}")
_SPAN = re.compile(r"(\d+)(?:-(\d+))?")
# A number that reads back as it was written, and that no name of a type holds millions of.
_NUMBER = re.compile(r"(?<!\d)(?:0|[1-9]\d{0,5})(?!\d)")
_PLAIN = re.compile(r"[^\s{}\[\],@:|]+")
MOST = 200_000
"""Tensors that a layout may have, as many as a file."""

Sets = tuple[frozenset[int], ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Shapes by the names of tensors, None where one is not known, and fields of the metadata."""

    shapes: Mapping[str, Shape | None]
    metadata: Mapping[str, str] = field(default_factory=dict)

    def tensors(self) -> Tensors:
        """Give the tensors as a header has them, of no type and nowhere."""
        nothing = (None,) * len(self.shapes)
        rows = dict(zip(self.shapes, range(len(self.shapes)), strict=True))
        return Tensors(rows, nothing, tuple(self.shapes.values()), nothing, nothing)


def read_layout(lines: Iterable[str]) -> Layout:
    """Read lines; ValueError for one that is none, or a name that stands twice."""
    shapes: dict[str, Shape | None] = {}
    metadata: dict[str, str] = {}
    number = 0
    for line in lines:
        if noted := _NOTED.fullmatch(line):
            metadata[noted[1]] = noted[2]
            continue
        for names, shape in _tensors(line):
            number += len(names)
            if number > MOST:
                raise ValueError(f"a layout of more than {MOST} tensors: {line}")
            shapes.update(dict.fromkeys(names, shape))
            if len(shapes) < number:
                raise ValueError(f"a name stands in two lines of the layout: {line}")
    return Layout(shapes, metadata)


def _tensors(line: str) -> Iterator[tuple[list[str], Shape | None]]:
    """Give names that share a shape, several at a time: a layout has thousands, and checks read many layouts."""
    module, colon, rest = line.partition(": ")
    if not colon:
        module, rest = "", line
    starts = _expanded(f"{module}.") if colon else None
    at = 0
    while match := _LEAF.match(rest, at):
        shape = None if match[2] is None else _shape(match[2], line)
        ends = _expanded(match[1])
        if starts is None:
            yield ends, shape
        elif len(starts) * len(ends) > MOST:
            raise ValueError(f"a layout of more than {MOST} tensors: {line}")
        else:
            yield [start + end for start in starts for end in ends], shape
        at = match.end()
        if at == len(rest):
            return
        if not rest.startswith(", ", at):
            break
        at += 2
    raise ValueError(f"this is no line of a layout: {line}")


def _shape(text: str, line: str) -> Shape:
    try:
        return tuple(map(int, text.split(", "))) if text else ()
    except ValueError as error:
        raise ValueError(f"this is no line of a layout: {line}") from error


def _expanded(name: str) -> list[str]:
    """List what a name with sets of numbers stands for."""
    if "{" not in name and "}" not in name:
        return [name]
    fixed = _SET.split(name)
    if any("{" in text or "}" in text for text in fixed[::2]):
        raise ValueError(f"this is no name of tensors: {name}")
    found = [fixed[0]]
    for numbers, text in zip(fixed[1::2], fixed[2::2], strict=True):
        ends = [number + text for number in _numbers(numbers)]
        if len(found) * len(ends) > MOST:
            raise ValueError(f"a name of more than {MOST} tensors: {name}")
        found = [start + end for start in found for end in ends]
    return found


def _numbers(text: str) -> list[str]:
    found: list[str] = []
    for part in text.split("|"):
        span = _SPAN.fullmatch(part)
        if span is None:
            raise ValueError(f"this is no set of numbers: {{{text}}}")
        first, last = int(span[1]), int(span[2] or span[1])
        if last - first >= MOST:
            raise ValueError(f"this is no set of numbers: {{{text}}}")
        found += map(str, range(first, last + 1))
    return found


def write_layout(shapes: Mapping[str, Shape | None], metadata: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Write tensors as few lines, sorted; ValueError for a name that no line can hold, such as one with a space."""
    by_form: dict[tuple[str, Shape | None], list[tuple[int, ...]]] = {}
    for name, shape in shapes.items():
        if not _PLAIN.fullmatch(name):
            raise ValueError(f"no line of a layout can hold this name: {name!r}")
        numbers = tuple(map(int, _NUMBER.findall(name)))
        by_form.setdefault((_NUMBER.sub("{}", name), shape), []).append(numbers)
    modules: dict[str, dict[str, str]] = {}
    for (form, shape), found in by_form.items():
        for sets in _boxes(found):
            name = form.format(*map(_written, sets))
            module, dot, leaf = name.rpartition(".")
            whole = dot and leaf and module
            text = "" if shape is None else f" [{', '.join(map(str, shape))}]"
            modules.setdefault(module if whole else "", {})[leaf if whole else name] = text
    lines = [f"@{name} = {value}" for name, value in (metadata or {}).items()]
    for module, leaves in modules.items():
        written = [leaf + text for leaf, text in sorted(leaves.items())]
        if not module:
            lines += written
        elif len(written) == 1:
            lines.append(f"{module}.{written[0]}")
        else:
            lines.append(f"{module}: {', '.join(written)}")
    return tuple(sorted(lines))


def _boxes(found: list[tuple[int, ...]]) -> list[Sets]:
    """Cover tuples of numbers by products of sets, each once: the fewer of those that both orders give."""
    places = range(len(found[0]))
    return min((_merged(found, order) for order in (places, places[::-1])), key=len)


def _merged(found: list[tuple[int, ...]], order: Iterable[int]) -> list[Sets]:
    boxes: list[Sets] = [tuple(frozenset((number,)) for number in numbers) for numbers in found]
    for place in order:
        joined: dict[Sets, frozenset[int]] = {}
        for sets in boxes:
            others = (*sets[:place], *sets[place + 1 :])
            joined[others] = joined.get(others, frozenset()) | sets[place]
        boxes = [(*others[:place], numbers, *others[place:]) for others, numbers in joined.items()]
    return boxes


def _written(numbers: frozenset[int]) -> str:
    ordered = sorted(numbers)
    if len(ordered) == 1:
        return str(ordered[0])
    spans: list[list[int]] = []
    for number in ordered:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return f"{{{'|'.join(str(a) if a == b else f'{a}-{b}' for a, b in spans)}}}"
