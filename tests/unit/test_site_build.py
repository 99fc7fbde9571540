"""A site as bytes by path: whole or not at all, the same from any number of processes, judged before it is placed."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from mirld.errors import InputError
from mirld.graph.collector import paused
from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.graph.terms import Iri
from mirld.site.build import Site, build
from mirld.site.links import Link
from mirld.site.material import Material
from mirld.site.render import Renderer, compile_templates, link_html, links_html, shown


@pytest.fixture
def material(small: Path) -> Material:
    """Make the material of the small registry."""
    corpus = Corpus.scan(small)
    return Material.load(corpus, load(corpus))


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_built_folder_holds_what_the_site_gives(material: Material, tmp_path: Path, workers: int) -> None:
    """File by file, whether one process makes it or several."""
    given = dict(Site(material).files())
    report = build(Site(material), tmp_path / "site", workers=workers)
    written = {
        path.relative_to(tmp_path / "site").as_posix(): path.read_bytes()
        for path in (tmp_path / "site").rglob("*")
        if path.is_file()
    }
    assert written == given
    assert (report.files, report.size) == (len(given), sum(map(len, given.values())))
    assert report.pages == sum(name.endswith("index.html") for name in given)


def test_progress_reaches_its_end(material: Material, tmp_path: Path) -> None:
    """Each task is told once."""
    told: list[tuple[int, int]] = []
    build(Site(material), tmp_path / "site", progress=lambda done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


def test_templates_compiled_before_make_the_same_pages(material: Material) -> None:
    """The way a build compiles them beside itself; bytes that are none of this Python are compiled anew."""
    codes = compile_templates(material.look / "templates")
    assert codes
    plain = dict(Site(material).files())
    assert dict(Site(material, codes=codes).files()) == plain
    assert dict(Site(material, codes=dict.fromkeys(codes, b"nonsense")).files()) == plain


def test_a_template_that_is_none_says_so_when_compiled_before(small: Path) -> None:
    """With its file and line, as when it is compiled for a page."""
    (small / "site" / "templates" / "base.html").write_text("line one\n{% if %}", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        compile_templates(small / "site" / "templates")
    assert (caught.value.file, caught.value.line) == ("site/templates/base.html", 2)


def test_links_are_escaped_in_every_part() -> None:
    """Label, target and note are as authored; kept or new, one or many."""
    hostile = Link("<b>\"&'", "https://e.org/?a=\"&b='", "<i>")
    for _ in range(2):
        assert str(link_html(hostile)) == (
            '<a href="https://e.org/?a=&#34;&amp;b=&#39;">&lt;b&gt;&#34;&amp;&#39;</a> <small>&lt;i&gt;</small>'
        )
        assert links_html((hostile, Link("<"))) == link_html(hostile) + ", " + link_html(Link("<"))
    assert str(link_html(Link("<b>"))) == "&lt;b&gt;"


@given(st.text(st.characters() | st.sampled_from("<>&'\"")))
def test_escaping_is_that_of_markupsafe(text: str) -> None:
    """Letter by letter, with something to escape or without, as a text or as a text of another type."""
    assert shown(text) == str(escape(text))
    assert shown(Iri(text)) == str(escape(text))
    assert shown(escape(text)) == escape(text)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        (Markup("<b>"), "<b>"),
        (Iri("urn:<b>"), "urn:&lt;b&gt;"),
        (["<b>"], "[&#39;&lt;b&gt;&#39;]"),
        (5, "5"),
    ],
)
def test_templates_escape_all_that_is_not_html_already(material: Material, value: object, written: str) -> None:
    """Whatever its type; in a page, in a macro and in what a macro hands on."""
    environment = Renderer(material.look / "templates")._environment
    source = "{% macro m(x) %}[{{ x }}]{% endmacro %}{{ value }}{{ m(value) }}{{ m(m(value)) }}"
    assert environment.from_string(source).render(value=value) == f"{written}[{written}][[{written}]]"


def test_an_error_in_a_template_is_on_its_line(small: Path) -> None:
    """What is compiled into templates beside their own text moves no line."""
    (small / "site" / "templates" / "pages" / "404.html").write_text("one\n\n{{ nothing.at_all }}", encoding="utf-8")
    corpus = Corpus.scan(small)
    with pytest.raises(InputError) as caught:
        dict(Site(Material.load(corpus, load(corpus))).files())
    assert (caught.value.file, caught.value.line) == ("site/templates/pages/404.html", 3)


def test_what_is_kept_belongs_to_its_templates(small: Path) -> None:
    """Two sites of one process, such as before and after a template was edited, each show their own."""
    templates = small / "site" / "templates"
    before = Renderer(templates)
    first = before._environment.filters["foot"]("../")
    text = (templates / "macros.html").read_text(encoding="utf-8")
    (templates / "macros.html").write_text(text.replace("<footer>", '<footer class="new">'), encoding="utf-8")
    second = Renderer(templates)._environment.filters["foot"]("../")
    assert "<footer>" in first
    assert '<footer class="new">' in second
    assert before._environment.filters["foot"]("../") == first


def test_the_collector_is_paused_and_left_as_it_was() -> None:
    """As a block and as a decorator, inside another pause, after an error; when it was off before it stays off."""

    @paused()
    def is_on() -> bool:
        return gc.isenabled()

    assert gc.isenabled()
    with paused():
        assert not is_on()
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(InputError), paused():
        raise InputError("broken")
    assert gc.isenabled()
    gc.disable()
    try:
        assert not is_on()
        assert not gc.isenabled()
    finally:
        gc.enable()
