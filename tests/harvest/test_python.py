"""Python source as data: what an expression is worth is told without running anything."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.harvest.packages import make_wheel

from mirld.errors import InputError, SyntaxInputError
from mirld.harvest import expressions
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
        ("f'{ROOT}a-{1}.pth'", "https://x/a-1.pth"),
        ("[n + '!' for n in BASE if n != 'a']", ["b!"]),
        ("{f'{k}{s}': v for k, v in BASE.items() for s in ('', '_q')}", {"b": 2, "b_q": 2}),
        ("dict(((k, v) for k, v in BASE.items() if k not in ('b',)), c=1)", {"c": 1}),
        ("ROOT.split('/', 1)[0]", "https:"),
        ("ROOT[:5].upper().replace('T', 't')", "HttPS"),
        ("1 if ROOT.startswith('http') and not BASE.get('c') else 2", 1),
        ("BASE.get('c', ()) or 3", 3),
        ("tuple([1 / (0.5 * 2)] * 3)", (1.0, 1.0, 1.0)),
        ("[*(1, 2), 3][-1]", 3),
        ("BASE | {'c': 3}", {"b": 2, "c": 3}),
        ("5 // 2 - 1", 1),
        ("list((1, 2)) + list(set(['a']))", [1, 2, "a"]),
    ],
)
def test_literals_have_their_value(text: str, expected: object) -> None:
    """And sums of them, names that stand for them, and tables that are made from tables."""
    assert worth(text, BASE={"b": 2}, ROOT="https://x/") == expected


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
        "dict(1)",
        "list(1)",
        "(1)[0]",
        "'a'.replace(1, 2)",
        "[[0] * 1000] * 2000",
        "[i for i in 5]",
        "dict({}, {})",
        "1 / 0",
        "b'a'",
        "2j",
        "...",
        "1e999",
        "1e308 * 10",
        "1e308 * (1 << 9)",
        "1.0 * 8 * " + "9" * 400,
        "f'{1!r}'",
        "f'{[]}'",
        "'a'.format(1)",
        "'a'.encode()",
        "[].append(1)",
        "{}['a']",
        "'a'[1]",
        "[1] == [1]",
        "1 in 2",
        "1 < 2",
        "[a for a, b in [(1,)]]",
        "'a' * 2_000_000",
        "[0] * 2_000_000",
        "('a' * 2000).replace('a', 'aa')",
        "1 + " * 1_500 + "1",
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


def test_loops_of_the_top_level_are_followed(tmp_path: Path) -> None:
    """Over tables, with conditions, copies and items that are set; what they change is known afterwards."""
    text = """
import copy
TABLE = {'a': {'hub': 'x/', 'notes': ('quick',)}, 'b': {'hub': 'x/b'}}
NAMES = [n for n, c in TABLE.items() if c.get('notes', ()) and 'quick' in c['notes'][0]]
for n in NAMES:
    c = copy.deepcopy(TABLE[n])
    if c['hub'] == 'x/':
        c['hub'] = 'x/' + n
    TABLE[n.replace('a', 'quick_a')] = c
MORE = {}
for k, v in TABLE.items():
    for t, u in v.items():
        MORE[f'{k}-{t}'] = u
TABLE.update(MORE)
SUM: int = 1
SUM += 1
(FIRST, SECOND) = THIRD = (1, 2)
if SUM == 2:
    FOURTH = 4
"""
    found = module(tmp_path, text).constants
    assert found["TABLE"]["quick_a"] == {"hub": "x/a", "notes": ("quick",)}
    assert found["TABLE"]["a"]["hub"] == "x/"
    assert found["TABLE"]["b-hub"] == "x/b"
    assert (found["SUM"], found["SECOND"], found["THIRD"], found["FOURTH"]) == (2, 2, (1, 2), 4)


@pytest.mark.parametrize(
    "change",
    [
        "for n in unknown():\n    TABLE[n] = 1",
        "for n in 'ab':\n    if n == 'b':\n        break\n    TABLE[n] = 1",
        "while True:\n    TABLE['b'] = 1",
        "try:\n    TABLE = 1\nexcept ValueError:\n    pass",
        "with open('x') as f:\n    TABLE['b'] = f",
        "if unknown:\n    TABLE['b'] = 1",
        "TABLE = unknown",
        "TABLE['b'] = unknown",
        "TABLE['b']['c'] = 1",
        "TABLE = [1]\nTABLE[0] = 2",
        "TABLE.x = 1",
        "TABLE.setdefault('b', 1)",
        "TABLE += 1",
        "del TABLE['a']",
    ],
)
def test_a_name_that_is_changed_in_a_way_that_cannot_be_told_has_no_value(tmp_path: Path, change: str) -> None:
    """An old value would be a wrong one."""
    found = module(tmp_path, f"TABLE = {{'a': 1}}\nOTHER = 1\n{change}\n").constants
    assert "TABLE" not in found
    assert found["OTHER"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "A = [1] * 1000\nA = [A] * 1000\nA = [A] * 1000\n",
        "A = [0]\nfor i in 'x' * 64:\n    A = [A, A]\n",
        "A = {}\nA['a'] = A\n",
        "A = 'x' * 1000\nfor i in 'x' * 64:\n    A = f'{A}{A}'\n",
        "A = 9\nfor i in 'x' * 64:\n    A = A * A\n",
        "A = [i for a in 'x' * 5000 for b in 'x' * 5000 for i in (a, b)]\n",
    ],
)
def test_no_package_makes_a_value_without_end(tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of the same lists, texts and numbers that double, loops in loops."""
    monkeypatch.setattr(expressions, "MOST_STEPS", 20_000)
    assert "A" not in module(tmp_path, text).constants


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
