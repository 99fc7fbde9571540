"""JavaScript as data: literals are read, all else is refused with its place."""

from __future__ import annotations

import pytest

from mirld.errors import InputError, SyntaxInputError
from mirld.harvest.javascript import DEEPEST, constant


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("{ a: 1, \"b-c\": 'two', }", {"a": 1, "b-c": "two"}),
        ("{ 'd': [true, false, null, undefined] }", {"d": [True, False, None, None]}),
        ("[]", []),
        ("{}", {}),
        ("-1.5e3", -1500.0),
        ("0.25", 0.25),
        ('"a \\"b\\" \\n \\u00e9 \\x41"', 'a "b" \n é A'),
        ("`one\ntwo`", "one\ntwo"),
        ('"one " +\n  "two"', "one two"),
        ("{ // no: 1\n a: /* 2 */ 3 }", {"a": 3}),
    ],
)
def test_a_literal_is_read(written: str, value: object) -> None:
    """With keys quoted or not, comments, commas at the end, and texts put together."""
    assert constant(f"import x from 'y';\nexport const it = {written};\n", "it", "x.js") == value


@pytest.mark.parametrize(
    "written",
    [
        *("f(1)", "other", "{ a: b }", "{ ...other }", "[1, 2", "{ a: 1", "{ a }", "`a ${b}`", '"open', "1 + 1"),
        *("{ a: 1 } + 1", "function () {}", "new Map()", "/a/", "", "{ a: 1, , }", '"a" + b'),
    ],
)
def test_what_only_a_run_would_tell_is_refused(written: str) -> None:
    """With the line it stands on."""
    with pytest.raises(SyntaxInputError) as caught:
        constant(f"// one\nconst it = {written};\n", "it", "package/x.js")
    assert caught.value.file == "package/x.js"
    assert caught.value.line in (2, 3)


def test_a_missing_constant_is_another_layout() -> None:
    """One that is only spoken of does not count."""
    with pytest.raises(InputError, match="gives data no value"):
        constant("// const data = 1;\nlet data = 2;\n", "data", "x.js")


def test_what_is_nested_without_end_ends() -> None:
    """Neither the stack nor the clock runs out."""
    with pytest.raises(SyntaxInputError, match="too deep"):
        constant(f"const it = {'[' * (DEEPEST + 2)};", "it", "x.js")
    with pytest.raises(SyntaxInputError):
        constant("const it = " + "{ a: [" * 500_000, "it", "x.js")


def test_ten_million_characters_on_a_line_are_read() -> None:
    """As texts of others can be."""
    assert constant(f'const it = {{ a: "{"x" * 10_000_000}" }};', "it", "x.js") == {"a": "x" * 10_000_000}
