"""Where statements, comments and blank nodes stand in a text of Turtle."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from mirld.errors import InputError
from mirld.graph import scan
from mirld.graph.load import parse_turtle
from mirld.graph.scan import blank_node, comments, statements
from mirld.graph.terms import Literal
from mirld.vocab import DEFAULT_BASE

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for folder in ("ontology", "data", "shapes") for path in (ROOT / folder).rglob("*.ttl"))

TEXT = r'''@base <http://b/x/> .
@prefix ex: <http://e/#> .
PREFIX : <#>
# a remark; not <a> statement .
<a> a ex:B.c ; # and another
    ex:d "one # two", """three
four ; five""", "six"@en-gb, 7.5, 8., <c?q#f> .
ex:e\-f :g true ; ex:h "x"^^<http://t> .
'''


def test_the_examples_of_the_manual_are_true() -> None:
    assert doctest.testmod(scan).failed == 0


def test_every_statement_has_its_line() -> None:
    """Strings, comments, dots in names and directives of both kinds are read for what they are."""
    assert [(found.subject, found.predicate.rpartition("#")[2], found.written, found.line) for found in
            statements(TEXT.replace("8., ", "8, "), "http://other/")] == [
        ("http://b/x/a", "type", "ex:B.c", 5),
        ("http://b/x/a", "d", '"one # two"', 6),
        ("http://b/x/a", "d", '"""three\nfour ; five"""', 6),
        ("http://b/x/a", "d", '"six"@en-gb', 7),
        ("http://b/x/a", "d", "7.5", 7),
        ("http://b/x/a", "d", "8", 7),
        ("http://b/x/a", "d", "<c?q#f>", 7),
        ("http://e/#e-f", "g", "true", 8),
        ("http://e/#e-f", "h", '"x"^^<http://t>', 8),
    ]  # fmt: skip


def test_comments_and_blank_nodes_are_found_outside_strings_only() -> None:
    """A hash in an IRI or a string is no comment, a bracket in a string no blank node."""
    assert comments(TEXT) == [4, 5]
    assert blank_node('<a> <b#[> "[ _:x" .') is None
    assert blank_node("<a> <b> ( 1 ) .") == 8


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_real_file_has_the_statements_that_a_parser_reads(path: Path) -> None:
    """Subjects, predicates and objects of every file that the registry carries."""
    text = path.read_text(encoding="utf-8")
    try:
        triples = parse_turtle(text.encode(), DEFAULT_BASE, path.name)
    except InputError:
        pytest.fail("a file of the registry does not parse")
    found = list(statements(text, DEFAULT_BASE))
    assert sorted((one.subject, one.predicate) for one in found) == sorted((one[0], one[1]) for one in triples)
    assert sorted(one.object for one in found if one.object) == sorted(
        str(one[2]) for one in triples if not isinstance(one[2], Literal)
    )
