"""Templates and contexts promise each other what they hold: no name undefined, no field unused, no logic."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path

import jinja2
import pytest
from jinja2 import meta, nodes

from mirld.site.pages import VIEWS
from mirld.site.render import FILTERS as KEPT

TEMPLATES = Path(__file__).resolve().parents[2] / "site" / "templates"
ENVIRONMENT = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
ENVIRONMENT.filters.update(dict.fromkeys(KEPT, str))
# Each only words or counts what the context holds, or writes a value of it as HTML.
FILTERS = {"join", "length", "min", "format", *KEPT}


def parsed(name: str) -> nodes.Template:
    return ENVIRONMENT.parse((TEMPLATES / name).read_text(encoding="utf-8"))


def chain(name: str) -> list[str]:
    """List a template and those it extends."""
    found = [name]
    for parent in parsed(name).find_all(nodes.Extends):
        assert isinstance(parent.template, nodes.Const)
        found += chain(str(parent.template.value))
    return found


def names_in(template: str) -> set[str]:
    """List the names that a template and those it extends take from their context."""
    found: set[str] = set()
    own: set[str] = set()
    for name in chain(template):
        tree = parsed(name)
        found |= meta.find_undeclared_variables(tree)
        own |= {one.target for one in tree.find_all(nodes.Import)} | {one.name for one in tree.find_all(nodes.Macro)}
    return found - own


def fields_of(view: str) -> set[str]:
    context = typing.get_type_hints(VIEWS[view].context)["return"]
    return {field.name for field in dataclasses.fields(context)}


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_a_template_uses_the_fields_of_its_context_and_nothing_else(view: str) -> None:
    """A name that no context has would stop the build at the first page that shows it."""
    assert names_in(VIEWS[view].template) - fields_of(view) == set()


@pytest.mark.parametrize("template", sorted({view.template for view in VIEWS.values()}))
def test_every_field_of_a_context_is_shown(template: str) -> None:
    """What no template shows is work for nothing; a context that two templates share is shown by one of them."""
    contexts = {typing.get_type_hints(view.context)["return"] for view in VIEWS.values() if view.template == template}
    for context in contexts:
        shared = {view.template for view in VIEWS.values() if typing.get_type_hints(view.context)["return"] is context}
        used = set().union(*(names_in(one) for one in shared))
        assert {field.name for field in dataclasses.fields(context)} - used == set()


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_template_neither_trusts_nor_computes(path: Path) -> None:
    """Nothing switches escaping off, and there is no logic past if, for and macro."""
    tree = ENVIRONMENT.parse(path.read_text(encoding="utf-8"))
    assert {found.name for found in tree.find_all(nodes.Filter)} <= FILTERS
    assert not list(tree.find_all((nodes.ScopedEvalContextModifier, nodes.Assign, nodes.AssignBlock, nodes.Include)))
    calls = [found.node for found in tree.find_all(nodes.Call)]
    assert {node.attr for node in calls if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Const)} <= {
        "format"
    }


def test_every_template_is_used() -> None:
    """Each is a page of the table of views, or one that those extend or import."""
    used = {name for view in VIEWS.values() for name in chain(view.template)}
    used |= {
        str(found.template.value)
        for name in used
        for found in parsed(name).find_all(nodes.Import)
        if isinstance(found.template, nodes.Const)
    }
    assert {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")} == used
