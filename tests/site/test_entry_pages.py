"""What the page of an entry shows of the small registry."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SMALL

from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.site.entry_contexts import EntryContext
from mirld.site.links import Link
from mirld.site.material import Material
from mirld.site.pages import context_of
from mirld.site.plan import Page

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def material() -> Material:
    corpus = Corpus.scan(SMALL)
    return Material.load(corpus, load(corpus), look=ROOT / "site")


def page(material: Material, path: str) -> Page:
    return next(page for page in material.pages if page.path == path)


def shown(material: Material, path: str) -> EntryContext:
    context = context_of(material, page(material, path))
    assert isinstance(context, EntryContext)
    return context


def test_names_in_other_schemes_are_grouped_by_scheme(material: Material) -> None:
    """A scheme that is a source of the registry leads to its page; only the first colon ends the scheme."""
    found = {
        fact.term: [value.label for value in fact.values]
        for fact in shown(material, "model/unet/orrery/base").elsewhere
    }
    assert found == {
        Link("elsewhere", "../../../../source/elsewhere/"): ["orrery_base.v1"],
        Link("hub"): ["orrery:1"],
    }


def test_examples_of_a_series_lead_to_the_hub(material: Material) -> None:
    """What is on no hub that is known is only named."""
    assert shown(material, "info/unet/orrery").examples == (
        Link("pkg:github/orrery/sky"),
        Link("orrery/base", "https://huggingface.co/orrery/base"),
    )


def test_a_finding_says_where_it_stands(material: Material) -> None:
    """The place in the source, as path and line."""
    findings = context_of(material, page(material, "source/elsewhere")).findings
    assert findings.headings[-1] == "Where"
    assert findings.rows[0].cells[-1] == ("Where", (Link("list.json:12"),))
