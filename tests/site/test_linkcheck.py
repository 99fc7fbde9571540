"""No link of a built site leads nowhere, and linkcheck finds every one that does."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import run_build

from mirld.errors import InputError
from mirld.site.linkcheck import Fault, check_links


def write(folder: Path, pages: dict[str, str]) -> Path:
    for name, text in pages.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder


HOME = '<a href="./a/">a</a>'
BACK = '<a href="../">home</a>'


def test_every_link_of_the_real_site_leads_somewhere(built: Path) -> None:
    """Pages, anchors, styles, scripts and fonts are all there, and no page is without a link to it."""
    assert list(check_links(built)) == []


def test_a_site_below_a_path_leads_somewhere_too(small: Path, tmp_path: Path) -> None:
    """Only the page for what is not there knows the path; everything else works under any."""
    done = run_build(small, tmp_path / "site", "--no-check", "--site-path", "/registry/")
    assert done.returncode == 0, done.stderr
    assert [fault for fault in check_links(tmp_path / "site", site_path="/registry/") if fault.href] == []
    assert {fault.page for fault in check_links(tmp_path / "site") if fault.href} == {"404.html"}


def test_a_whole_site_has_no_faults(tmp_path: Path) -> None:
    """Pages, files, anchors, the way home and links to elsewhere are all in order."""
    site = write(
        tmp_path,
        {
            "index.html": HOME + '<b id="top"></b><link href="s.css"><a href="https://example.org/gone">x</a>',
            "a/index.html": BACK + '<a href="#part">p</a><p id="part"></p><a href="../?q=1#top">q</a>',
            "s.css": 'body { background: url("icon.svg") }',
            "icon.svg": "<svg/>",
            "404.html": '<a href="/a/">a</a>',
        },
    )
    assert list(check_links(site)) == []


@pytest.mark.parametrize(
    ("href", "why"),
    [
        ("../b/", "there is no such file"),
        ("../a", "it names a folder without the slash at its end"),
        ("../../a/", "it leaves the site"),
        ("../..", "it leaves the site"),
        ("/elsewhere/", "there is no such file"),
        ("#nowhere", "the page has no such anchor"),
        ("../#nowhere", "the page has no such anchor"),
        ("./index.ttl", "there is no such file"),
        ("//[", "this is no link"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, href: str, why: str) -> None:
    """The page, the link as written and the reason are said."""
    site = write(tmp_path, {"index.html": HOME, "a/index.html": f'{BACK}<a href="{href}">x</a>'})
    assert list(check_links(site)) == [Fault("a/index.html", href, why)]


@pytest.mark.parametrize(
    ("tag", "href"),
    [
        ('<img src="x.png">', "x.png"),
        ('<script src="x.js"></script>', "x.js"),
        ('<link rel="stylesheet" href="x.css">', "x.css"),
        ('<form action="x/"></form>', "x/"),
        ('<meta http-equiv="refresh" content="3; URL=x/">', "x/"),
        ('<a href="x%20y/">x</a>', "x%20y/"),
        ('<svg><use href="#x"/></svg>', "#x"),
    ],
)
def test_every_kind_of_link_is_followed(tmp_path: Path, tag: str, href: str) -> None:
    """Images, scripts, styles, forms and redirects are links too."""
    site = write(tmp_path, {"index.html": HOME, "a/index.html": BACK + tag})
    assert [(fault.page, fault.href) for fault in check_links(site)] == [("a/index.html", href)]


def test_a_style_sheet_is_followed(tmp_path: Path) -> None:
    """A font that is not there is found from the style sheet that wants it."""
    site = write(tmp_path, {"index.html": HOME, "a/index.html": BACK, "s/x.css": "@font-face { src: url(f.woff2) }"})
    assert list(check_links(site)) == [Fault("s/x.css", "f.woff2", "there is no such file")]


def test_a_page_that_no_other_page_links_to_is_found(tmp_path: Path) -> None:
    """A link from a page to itself does not count, nor does 404.html need one."""
    site = write(
        tmp_path,
        {"index.html": HOME, "a/index.html": BACK, "b/index.html": '<a href="../b/">me</a>', "404.html": ""},
    )
    assert list(check_links(site)) == [Fault("b/index.html", "", "no other page links here")]


def test_data_in_a_page_holds_no_links(tmp_path: Path) -> None:
    """What stands in a script block is text, however much it looks like a link."""
    script = '<script type="application/ld+json">{"a": "<a href=\'gone/\'>"}</script>'
    site = write(tmp_path, {"index.html": HOME + script, "a/index.html": BACK})
    assert list(check_links(site)) == []


def test_links_from_the_root_honour_the_path_of_the_site(tmp_path: Path) -> None:
    """A site under /registry/ links to /registry/a/, and /a/ is outside of it."""
    site = write(tmp_path, {"index.html": HOME, "a/index.html": BACK, "404.html": '<a href="/registry/a/">a</a>'})
    assert list(check_links(site, site_path="/registry/")) == []
    assert list(check_links(site)) == [Fault("404.html", "/registry/a/", "there is no such file")]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    """An error with the name of the folder, not an empty list that looks like a whole site."""
    with pytest.raises(InputError, match="no such folder"):
        list(check_links(tmp_path / "gone"))
