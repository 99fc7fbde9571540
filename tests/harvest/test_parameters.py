"""Parameters as classes declare them: fields and arguments, with types, defaults and listed values."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.harvest.packages import make_wheel

from mirld.graph.terms import Iri
from mirld.harvest.items import Harvest, Item
from mirld.harvest.package import Package
from mirld.harvest.parameters import arguments, enumerations, fields, state
from mirld.harvest.python import Module
from mirld.vocab import MIR


def module(tmp_path: Path, source: str) -> Module:
    return Module(Package.open(make_wheel(tmp_path / "x-1.0-py3-none-any.whl", {"x.py": source})), "x.py")


def item() -> Item:
    return Item(key="x:a", place="x.py:1", kind="Operation", architecture="adapter", series="a")


def stated(tmp_path: Path, source: str) -> tuple[dict[str, dict[str, Any]], Harvest]:
    """Read the fields of the last class of a file, and give what is said of each by local name."""
    found, harvest, one = module(tmp_path, source), Harvest(), item()
    state(one, fields(found, [*found.classes()][-1]), enumerations([found]), "2.5", harvest)
    said: dict[str, dict[str, Any]] = {}
    for part in one.parts.values():
        facts = said[part.key] = {}
        for predicate, term in part.facts:
            assert not isinstance(term, Iri)
            facts.setdefault(predicate.removeprefix(str(MIR)), []).append(
                (term.value, term.datatype.rpartition("#")[2])
            )
    return said, harvest


@pytest.mark.parametrize(
    ("written", "type_", "default"),
    [
        ("int = 8", "int", ("8", "integer")),
        ("float = 1e-4", "float", ("0.0001", "decimal")),
        ("bool = field(default=False, metadata={'help': 'h'})", "bool", ("false", "boolean")),
        ("Optional[str] = None", "Optional[str]", ("null", "JSON")),
        ("list[str] | None = field(default_factory=list)", "list[str] | None", ("[]", "JSON")),
        ("list = field(default_factory=lambda: [1, 2])", "list", ("[1,2]", "JSON")),
        ("tuple = (1, 'a')", "tuple", ('[1,"a"]', "JSON")),
        ("'Kind' = Kind.ONE", "Kind", ("one", "string")),
    ],
)
def test_a_field_has_its_type_and_its_default(
    tmp_path: Path, written: str, type_: str, default: tuple[str, str]
) -> None:
    """Of a data class, of its `field`, of a factory, and of an enumeration; None is the null of JSON."""
    source = f"import enum\nclass Kind(str, enum.Enum):\n    ONE = 'one'\nclass C:\n    r: {written}\n"
    said, harvest = stated(tmp_path, source)
    assert said["r"]["valueType"] == [(type_, "string")]
    assert said["r"]["defaultValue"] == [default]
    assert said["r"]["libraryVersion"] == [("==2.5", "string")]
    assert harvest.findings == []


def test_what_a_type_lists_is_allowed(tmp_path: Path) -> None:
    """With None beside it or not; a type that lists none allows anything."""
    source = (
        "class C:\n    a: Literal['x', 2] = 'x'\n    b: Optional[Literal[True]] = None\n"
        "    c: Literal['y'] | None = None\n    d: str = 'z'\n"
    )
    said, _ = stated(tmp_path, source)
    allowed = {name: [value for value, _ in facts.get("allowedValue", [])] for name, facts in said.items()}
    assert allowed == {"a": ["x", "2"], "b": ["true"], "c": ["y"], "d": []}


def test_a_field_that_must_be_given_has_no_default(tmp_path: Path) -> None:
    """Nor has one whose `field` names none; what nobody can set is no parameter."""
    source = (
        "class C:\n    a: int\n    b: int = field(metadata={})\n    c: int = field(default=1, init=False)\n"
        "    d: ClassVar[int] = 3\n    _e: int = 4\n    f = 5\n"
    )
    said, harvest = stated(tmp_path, source)
    assert list(said) == ["a", "b"]
    assert not any("defaultValue" in facts for facts in said.values())
    assert harvest.findings == []


@pytest.mark.parametrize(
    "written", ["make()", "field(default_factory=Other)", "OTHER", "a.b", "float('inf')", "[x for x in y]"]
)
def test_a_default_that_only_a_run_would_tell_is_a_finding(tmp_path: Path, written: str) -> None:
    """The parameter stays; what documentation stands beside it is not carried along."""
    said, harvest = stated(tmp_path, f"class C:\n    a: int = {written}\n")
    assert "defaultValue" not in said["a"]
    assert [(one.upstream_id, one.problem, one.place) for one in harvest.findings] == [
        ("x:a#a", "lost-field", "x.py:2")
    ]


def test_hostile_texts_are_left_out(tmp_path: Path) -> None:
    """As a name, as a type and as a default: marks that turn text around, markup, and texts without end."""
    source = (
        f"class C:\n    ö: int = 1\n    a: 'x\u202ey' = 1\n    b: str = '<b>x</b>'\n    c: str = '{'x' * 10_000_000}'\n"
    )
    said, harvest = stated(tmp_path, source)
    assert sorted(said) == ["a", "b", "c"]
    assert "valueType" not in said["a"]
    assert not any("defaultValue" in said[name] for name in ("b", "c"))
    assert [one.problem for one in harvest.findings] == ["garbage-id", "garbage-id", "lost-field", "lost-field"]
    assert all(len(one.value) < 500 and "\u202e" not in one.value for one in harvest.findings)


def test_the_arguments_of_a_method_are_parameters(tmp_path: Path) -> None:
    """But for the first, and for what ** takes; those behind * are named as well."""
    found = module(tmp_path, "def f(self, a, b: int = 2, *rest, c: str = 'x', d, **more):\n    pass\n")
    said = [(one.name, one.default is None) for one in arguments(found, next(found.functions()))]
    assert said == [("a", True), ("b", False), ("c", False), ("d", True)]


def test_a_later_declaration_replaces_an_earlier_one(tmp_path: Path) -> None:
    """As a class does with those above it."""
    found, one = module(tmp_path, "class A:\n    r: int = 1\nclass B(A):\n    r: int = 2\n"), item()
    state(one, [each for node in found.classes() for each in fields(found, node)], {}, "1.0", Harvest())
    values = [term.value for part in one.parts.values() for said, term in part.facts if said == MIR.defaultValue]
    assert values == ["2"]
