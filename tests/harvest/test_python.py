"""Python source as data: what an expression is worth is told without running anything."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.harvest.packages import make_wheel

from mirld.errors import InputError, SyntaxInputError
from mirld.harvest.package import Package
from mirld.harvest.python import Module, NotLiteral, value


def module(folder: Path, text: str, **names: object) -> Module:
    return Module(Package.open(make_wheel(folder / "x-1.whl", {"x/a.py": text})), "x/a.py", names)


def worth(text: str, **names: object) -> object:
    return value(ast.parse(text, mode="eval").body, names)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("-2.5", -2.5),
        ("'a' + 'b'", "ab"),
        ("[1, (2, 3)]", [1, (2, 3)]),
        ("{'a': 1, **BASE}", {"a": 1, "b": 2}),
        ("dict(a=1, **BASE)", {"a": 1, "b": 2}),
        ("dict({'a': 1}, b=3)", {"a": 1, "b": 3}),
        ("16 / 32", 0.5),
        ("1024 * 4", 4096),
        ("None", None),
        ("BASE", {"b": 2}),
    ],
)
def test_literals_have_their_value(text: str, expected: object) -> None:
    """And sums of them, and names that stand for them."""
    assert worth(text, BASE={"b": 2}) == expected


@pytest.mark.parametrize(
    "text",
    [
        "open('/etc/passwd')",
        "__import__('os')",
        "x.y",
        "[i for i in range(3)]",
        "unknown",
        "lambda: 1",
        "'a' + 1",
        "-'a'",
        "{[]: 1}",
        "dict(**1)",
    ],
)
def test_what_only_a_run_would_tell_is_not_told(text: str) -> None:
    """Nothing is called, nothing imported."""
    with pytest.raises(NotLiteral):
        worth(text)


def test_a_function_that_only_returns_is_read(tmp_path: Path) -> None:
    """Its parameters stand for what a call gives, defaults for what it leaves out, and the rest for the rest."""
    text = """
MEAN = (0.5, 0.5)
def _cfg(url='', **kwargs):
    '''A docstring.'''
    return {'url': url, 'mean': MEAN, **kwargs}
def _more(url='', **kwargs):
    return _cfg(url=url, **dict({'size': 224}, **kwargs))
A = _more('https://x', crop=0.9)
B = _more(size=384)
"""
    found = module(tmp_path, text)
    assert found.constants["A"] == {"url": "https://x", "mean": (0.5, 0.5), "size": 224, "crop": 0.9}
    assert found.constants["B"] == {"url": "", "mean": (0.5, 0.5), "size": 384}


def test_a_function_that_does_more_is_not_run(tmp_path: Path) -> None:
    """One with steps, one that calls itself, and one that takes any number of arguments."""
    text = """
def steps():
    a = 1
    return a
def again(n=1):
    return again(n)
def many(*args):
    return args
A = steps()
B = again()
C = many(1)
"""
    assert {"A", "B", "C"} & module(tmp_path, text).constants.keys() == set()


def test_a_file_that_is_no_python_is_refused_with_its_place(tmp_path: Path) -> None:
    """File, line and column."""
    with pytest.raises(SyntaxInputError) as caught:
        module(tmp_path, "A = 1\nB = (\n")
    assert (caught.value.line, caught.value.file) == (2, "x-1.whl/x/a.py")


@pytest.mark.parametrize("text", ["A = '\x00'\n", "A = " + "(" * 5_000 + ")" * 5_000])
def test_a_file_that_cannot_be_parsed_is_refused(tmp_path: Path, text: str) -> None:
    """A null character, and more brackets than any parser takes."""
    with pytest.raises(SyntaxInputError, match="no Python"):
        module(tmp_path, text)


def test_a_name_that_is_gone_says_that_the_layout_changed(tmp_path: Path) -> None:
    """And one that is there gives its expression."""
    found = module(tmp_path, "A: int = 1\n")
    assert value(found.assigned("A")) == 1
    with pytest.raises(InputError, match="layout changed"):
        found.assigned("B")
    assert found.place(found.assigned("A")) == "x/a.py:1"
