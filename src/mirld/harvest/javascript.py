"""JavaScript as data: the literals that a module gives its constants; read, never run."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from mirld.errors import InputError, SyntaxInputError

DEEPEST = 100
"""Objects and lists in each other; more is no data."""

_BLANK = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_TEXT = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`(?:[^`\\$]|\\.|\$(?!\{))*`', re.DOTALL)
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0", "\n": ""}


def constant(source: str, name: str, shown: str) -> object:
    """Return the value of a constant of a module: texts, numbers, lists and objects, as JSON has them.

    `shown` is what messages call the file. InputError when there is no such constant, SyntaxInputError (line) when its
    value is no literal, such as a call.

    >>> constant("const data = { id: 'a', sizes: [1, 2.5,], /* no */ };", "data", "data.js")
    {'id': 'a', 'sizes': [1, 2.5]}
    """
    found = re.search(rf"^(?:export )?const {re.escape(name)} = ", source, re.MULTILINE)
    if found is None:
        raise InputError(f"the file gives {name} no value: it is another file, or its layout changed", file=shown)
    reader = _Reader(source, found.end(), shown)
    value = reader.value(0)
    if not reader.takes(";"):
        reader.refuse("more than a literal is assigned")
    return value


class _Reader:
    def __init__(self, source: str, at: int, shown: str) -> None:
        self._source = source
        self._at = at
        self._shown = shown

    def takes(self, mark: str) -> bool:
        """Pass over blanks and a mark; False where another stands."""
        self._blanks()
        if not self._source.startswith(mark, self._at):
            return False
        self._at += len(mark)
        return True

    def value(self, depth: int) -> object:
        """Read a literal."""
        if depth > DEEPEST:
            self.refuse("the literal is nested too deep")
        if self.takes("{"):
            return self._object(depth)
        if self.takes("["):
            return self._list(depth)
        text = self._text()
        if text is not None:
            while self.takes("+"):
                text += self._text() or self.refuse("something else than a text is joined to a text")
            return text
        number = self._match(_NUMBER)
        if number is not None:
            return json.loads(number) if re.fullmatch(r"-?(?:0|[1-9]\d*)", number) else float(number)
        word = self._match(_WORD)
        if word is None or word not in _WORDS:
            self.refuse("this is no literal")
        return _WORDS[word]

    def refuse(self, reason: str) -> NoReturn:
        """Raise SyntaxInputError where the reader stands."""
        line = self._source.count("\n", 0, self._at) + 1
        raise SyntaxInputError(f"{reason}, so it cannot be read without a run", file=self._shown, line=line)

    def _object(self, depth: int) -> dict[str, object]:
        result: dict[str, object] = {}
        while not self.takes("}"):
            self._blanks()
            text = self._text()
            key = text if text is not None else self._match(_WORD)
            if key is None or not self.takes(":"):
                self.refuse("this is no key with a value")
            result[key] = self.value(depth + 1)
            if not self.takes(","):
                if not self.takes("}"):
                    self.refuse("the object does not end")
                break
        return result

    def _list(self, depth: int) -> list[object]:
        result: list[object] = []
        while not self.takes("]"):
            result.append(self.value(depth + 1))
            if not self.takes(","):
                if not self.takes("]"):
                    self.refuse("the list does not end")
                break
        return result

    def _text(self) -> str | None:
        self._blanks()
        found = self._match(_TEXT)
        return None if found is None else _ESCAPE.sub(_unescaped, found[1:-1])

    def _match(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self._source, self._at)
        if found is None:
            return None
        self._at = found.end()
        return found[0]

    def _blanks(self) -> None:
        self._match(_BLANK)


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else _ESCAPED.get(found[3], found[3])
