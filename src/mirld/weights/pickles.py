"""Reads a pickle as a description, and runs none of it.

A pickle is a program. This machine follows the instructions that a saved state dict needs and builds stand-ins: a
global stays a name, a call stays a name with its arguments, a tensor is what its arguments say. Nothing is imported,
looked up or called. Names that no state dict needs are handed back as `code`, and those that reach into the system
refuse the file.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from mirld.weights.limits import MAX_OPERATIONS, MAX_WIDE_HEADER
from mirld.weights.pickle_names import BUILTINS, DANGEROUS_BUILTINS, DANGEROUS_MODULES
from mirld.weights.source import Source, shown

Item = object
"""What stands on the stack: a stand-in, or a plain value."""


class Global(NamedTuple):
    """A name of a module: `torch.FloatStorage`."""

    module: str
    name: str

    @property
    def path(self) -> str:
        """Module and name with a dot between."""
        return f"{self.module}.{self.name}"


class Table:
    """A dictionary as its pairs in order: keys of a stranger are not hashed, so that none can be made to collide."""

    __slots__ = ("pairs",)

    def __init__(self) -> None:
        self.pairs: list[tuple[Item, Item]] = []


class Call:
    """A call that would be made: the global, its arguments, and the state it would be given after."""

    __slots__ = ("args", "name", "state")

    def __init__(self, name: Item, args: Item) -> None:
        self.name = name
        self.args = args
        self.state: Item = None


class Reference(NamedTuple):
    """What is kept outside of the pickle: for PyTorch, a storage."""

    key: Item


class Pickle(NamedTuple):
    """What a pickle describes, the globals it names in order, what it keeps outside, and the byte behind it."""

    value: Item
    names: tuple[Global, ...]
    references: tuple[Reference, ...]
    end: int


class ShortError(Exception):
    """The bytes that were given end before the pickle does."""


def read_pickle(source: Source, data: bytes, start: int) -> Pickle:
    """Follow the pickle at `start` of `data`; ShortError when the data ends first, WeightError when it is none."""
    return _Machine(source, data, start).run()


class _Machine:
    """Stack, marks and memo of one pickle."""

    def __init__(self, source: Source, data: bytes, start: int) -> None:
        self._source = source
        self._data = data
        self._place = start
        self._stack: list[Item] = []
        self._marks: list[int] = []
        self._memo: dict[int, Item] = {}
        self._names: dict[Global, None] = {}
        self._references: list[Reference] = []
        self._done = 0
        self._not_ascii = 0

    def run(self) -> Pickle:
        """Follow the instructions up to the one that stops."""
        data, size, actions = self._data, len(self._data), _ACTIONS
        while True:
            if self._place >= size:
                raise ShortError
            code = data[self._place]
            self._place += 1
            self._done += 1
            if self._done > MAX_OPERATIONS:
                self._source.refuse("too-many-operations", f"its pickle has more than {MAX_OPERATIONS} instructions")
            if code == _STOP:
                value = self._pop()
                return Pickle(value, tuple(self._names), tuple(self._references), self._place)
            action = actions.get(code)
            if action is None:
                self._refuse(f"the instruction {code:#04x}, which no state dict needs, stands")
            action(self)

    def _refuse(self, what: str) -> NoReturn:
        self._source.refuse("malformed-pickle", f"{what} at byte {self._place - 1} of its pickle")

    def _take(self, length: int) -> bytes:
        end = self._place + length
        if end > len(self._data):
            raise ShortError
        found = self._data[self._place : end]
        self._place = end
        return found

    def _pass(self, length: int) -> None:
        self._take(length)

    def _number(self, form: struct.Struct) -> int:
        end = self._place + form.size
        if end > len(self._data):
            raise ShortError
        found: int = form.unpack_from(self._data, self._place)[0]
        self._place = end
        return found

    def _line(self) -> str:
        end = self._data.find(b"\n", self._place, self._place + _MAX_LINE)
        if end < 0:
            if len(self._data) - self._place < _MAX_LINE:
                raise ShortError
            self._refuse("a line that does not end stands")
        return self._text(self._take(end + 1 - self._place)[:-1])

    def _text(self, raw: bytes) -> str:
        if not raw.isascii():
            self._not_ascii += len(raw)
            if self._not_ascii > MAX_WIDE_HEADER:
                self._source.refuse("header-length", f"it has over {MAX_WIDE_HEADER} bytes of text that is not ASCII")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            self._source.refuse("encoding", f"its pickle has a text that is not UTF-8: {shown(raw.decode('latin-1'))}")

    def _pop(self) -> Item:
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            self._refuse("an instruction that takes from an empty stack stands")
        return self._stack.pop()

    def _top(self) -> Item:
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            self._refuse("an instruction that looks at an empty stack stands")
        return self._stack[-1]

    def _to_mark(self) -> list[Item]:
        if not self._marks:
            self._refuse("an instruction that needs a mark and finds none stands")
        mark = self._marks.pop()
        found = self._stack[mark:]
        del self._stack[mark:]
        return found

    def _push(self, value: Item) -> None:
        self._stack.append(value)

    def _drop(self) -> None:
        if self._marks and self._marks[-1] == len(self._stack):
            self._marks.pop()
        else:
            self._pop()

    def _set_item(self) -> None:
        value = self._pop()
        self._set([self._pop(), value])

    def _name_in_lines(self) -> None:
        module = self._line()
        self._name(module, self._line())

    def _name_on_stack(self) -> None:
        name, module = self._pop(), self._pop()
        if not isinstance(name, str) or not isinstance(module, str):
            self._refuse("a name that is no text stands")
        self._name(str(module), str(name))

    def _call(self) -> None:
        args = self._pop()
        self._call_of(self._pop(), args)

    def _call_with_keywords(self) -> None:
        keywords, args = self._pop(), self._pop()
        self._call_of(self._pop(), (args, keywords))

    def _build(self) -> None:
        state = self._pop()
        top = self._top()
        if isinstance(top, Call):
            top.state = state

    def _refer(self) -> None:
        key = self._pop()
        if isinstance(key, tuple) and len(key) > 1 and key[0] == "module" and isinstance(key[1], Global):
            # Files of before 1.6 keep the source of a class beside its name.
            self._push(key[1])
            return
        self._references.append(Reference(key))
        self._push(self._references[-1])

    def _tuple(self, length: int) -> None:
        found = [self._pop() for _ in range(length)]
        self._stack.append(tuple(reversed(found)))

    def _extend(self, items: list[Item]) -> None:
        top = self._top()
        if isinstance(top, list):
            top.extend(items)
        elif not isinstance(top, Call):
            self._refuse("an instruction that adds to what is no list stands")

    def _set(self, items: list[Item]) -> None:
        top = self._top()
        if len(items) % 2:
            self._refuse("a key without a value stands")
        if isinstance(top, Table):
            top.pairs.extend(zip(items[::2], items[1::2], strict=True))
        elif not isinstance(top, Call):
            self._refuse("an instruction that sets a key of what is no dictionary stands")

    def _name(self, module: str, name: str) -> None:
        root = module.split(".", 1)[0]
        if root in DANGEROUS_MODULES or (root in BUILTINS and name.split(".", 1)[0] in DANGEROUS_BUILTINS):
            self._source.refuse(
                "dangerous-code",
                f"loading it would reach for {shown(f'{module}.{name}')}",
                hint="do not load it: it is made to run code; look for the same weights as safetensors",
            )
        found = Global(module, name)
        self._names[found] = None
        self._stack.append(found)

    def _call_of(self, name: Item, args: Item) -> None:
        # A dictionary of another class is a dictionary: its pairs follow the call, or in old pickles are its argument.
        if isinstance(name, Global) and name in TABLES:
            table = Table()
            pairs = args[0] if isinstance(args, tuple) and len(args) == 1 else None
            for pair in pairs if isinstance(pairs, list) else ():
                if isinstance(pair, list | tuple) and len(pair) == 2:
                    table.pairs.append((pair[0], pair[1]))
            self._push(table)
        else:
            self._push(Call(name, args))

    def _remember(self, place: int) -> None:
        if place > self._done:
            self._refuse("a number of the memo that counts further than the instructions stands")
        self._memo[place] = self._top()

    def _recall(self, place: int) -> None:
        if place not in self._memo:
            self._refuse("an instruction that recalls what was not kept stands")
        self._stack.append(self._memo[place])


TABLES = frozenset(
    (
        *(Global("collections", name) for name in ("OrderedDict", "defaultdict", "Counter")),
        *(Global(module, "dict") for module in BUILTINS),
    )
)
"""Classes whose instances are read as dictionaries."""

_MAX_LINE = 1024
_STOP = ord(".")
_U8, _U16, _U32, _U64 = (struct.Struct(f"<{letter}") for letter in "BHIQ")
_I32, _F64 = struct.Struct("<i"), struct.Struct(">d")
_ACTIONS: dict[int, Callable[[_Machine], None]] = {
    0x80: lambda m: m._pass(1),
    0x95: lambda m: m._pass(8),
    ord("("): lambda m: m._marks.append(len(m._stack)),
    ord("0"): _Machine._drop,
    ord("1"): lambda m: m._to_mark().clear(),
    ord("2"): lambda m: m._push(m._top()),
    ord("N"): lambda m: m._push(None),
    0x88: lambda m: m._push(True),
    0x89: lambda m: m._push(False),
    ord("J"): lambda m: m._push(m._number(_I32)),
    ord("K"): lambda m: m._push(m._number(_U8)),
    ord("M"): lambda m: m._push(m._number(_U16)),
    0x8A: lambda m: m._push(int.from_bytes(m._take(m._number(_U8)), "little", signed=True)),
    ord("G"): lambda m: m._push(m._number(_F64)),
    0x8C: lambda m: m._push(m._text(m._take(m._number(_U8)))),
    ord("X"): lambda m: m._push(m._text(m._take(m._number(_U32)))),
    0x8D: lambda m: m._push(m._text(m._take(m._number(_U64)))),
    ord("C"): lambda m: m._push(m._take(m._number(_U8))),
    ord("B"): lambda m: m._push(m._take(m._number(_U32))),
    0x8E: lambda m: m._push(m._take(m._number(_U64))),
    0x96: lambda m: m._push(m._take(m._number(_U64))),
    ord("U"): lambda m: m._push(m._take(m._number(_U8)).decode("latin-1")),
    ord("T"): lambda m: m._push(m._take(m._number(_U32)).decode("latin-1")),
    ord(")"): lambda m: m._push(()),
    0x85: lambda m: m._tuple(1),
    0x86: lambda m: m._tuple(2),
    0x87: lambda m: m._tuple(3),
    ord("t"): lambda m: m._push(tuple(m._to_mark())),
    ord("]"): lambda m: m._push([]),
    ord("}"): lambda m: m._push(Table()),
    0x8F: lambda m: m._push([]),
    0x91: lambda m: m._push(m._to_mark()),
    ord("a"): lambda m: m._extend([m._pop()]),
    ord("e"): lambda m: m._extend(m._to_mark()),
    0x90: lambda m: m._extend(m._to_mark()),
    ord("s"): _Machine._set_item,
    ord("u"): lambda m: m._set(m._to_mark()),
    ord("c"): _Machine._name_in_lines,
    0x93: _Machine._name_on_stack,
    ord("R"): _Machine._call,
    0x81: _Machine._call,
    0x92: _Machine._call_with_keywords,
    ord("b"): _Machine._build,
    ord("Q"): _Machine._refer,
    ord("q"): lambda m: m._remember(m._number(_U8)),
    ord("r"): lambda m: m._remember(m._number(_U32)),
    0x94: lambda m: m._remember(len(m._memo)),
    ord("h"): lambda m: m._recall(m._number(_U8)),
    ord("j"): lambda m: m._recall(m._number(_U32)),
}
"""Instructions by their byte. Those of protocol 0, of the registry of extensions and of buffers outside are not among
them: PyTorch writes none."""
