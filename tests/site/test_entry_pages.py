"""What the page of an entry shows of the small registry."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SMALL

from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.site.contexts import Confirmed
from mirld.site.entry_contexts import EntryContext
from mirld.site.links import Link
from mirld.site.material import Material
from mirld.site.pages import context_of
from mirld.site.plan import Page
from mirld.site.render import Renderer

ROOT = Path(__file__).resolve().parents[2]
TOP = "../../../../"


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
    assert findings.rows[0].head == Link("info.unet.orrery:base", None, "list.json:12")


def test_what_sources_agree_on_says_so_on_its_row(material: Material) -> None:
    """The licence, the repository and the digest, each with the names of the sources; not what one says alone."""
    base = shown(material, "model/unet/orrery/base")
    both = (Confirmed((Link("Curated", f"{TOP}source/curated/"), Link("A list elsewhere", f"{TOP}source/elsewhere/"))),)
    assert {fact.term.label: fact.confirmed for fact in base.facts if fact.confirmed} == {"Licence": both}
    assert base.repositories is not None
    assert [row.confirmed for row in base.repositories.rows] == [both]
    assert [digest.confirmed for file in base.files for digest in file.digests] == [both]
    assert all(loading.confirmed == () for loading in base.loadings)


def test_of_several_values_it_says_which_are_meant(material: Material) -> None:
    """How many of how many, and their names."""
    (names, _) = shown(material, "model/unet/orrery/base").tensors
    assert [(found.what, found.share) for found in names.confirmed] == [("input_blocks.0", "1 of 2")]


def test_every_scheduler_of_a_loader_and_the_phase_of_a_parameter_are_links(small: Path) -> None:
    """A pipeline may take several schedulers; a parameter that is given on construction leads to that phase."""
    other = "operations/scheduler/wheel/other"
    with (small / "data" / "curated" / "unet" / "orrery.ttl").open("a", encoding="utf-8") as file:
        file.write(f"""
            <model/unet/orrery/base#loader-diffusers> mir:scheduler <operations/scheduler/wheel/discrete>, <{other}> .
            <{other}> a mir:Scheduler ; rdfs:label "Other wheel"@en ; mir:parameter <{other}#parameter-steps> .
            <{other}#parameter-steps> a mir:Parameter ; mir:parameterName "steps" ; mir:callable "set_timesteps" ;
                mir:phase <vocab/phase/call> .
        """)
    corpus = Corpus.scan(small)
    changed = Material.load(corpus, load(corpus), look=ROOT / "site")
    (loading,) = shown(changed, "model/unet/orrery/base").loadings
    assert [note.href for note in loading.notes if note.note == "scheduler"] == [
        f"{TOP}operations/scheduler/wheel/{name}/" for name in ("discrete", "other")
    ]
    parameters = shown(changed, other).parameters
    assert parameters is not None
    (row,) = parameters.rows
    assert row.cells[0] == ("Given to", (Link("set_timesteps"), Link("call", f"{TOP}vocab/phase/call/")))


def test_names_of_sources_are_text_that_a_key_opens(material: Material) -> None:
    """No title attribute, which neither a keyboard nor a finger reaches."""
    context = shown(material, "model/unet/orrery/base")
    html = Renderer(material.look / "templates").render("entry", context).decode()
    assert html.count('<details class="seen"><summary>confirmed by 2 sources</summary><a href=') == 3
    assert "<summary>1 of 2 confirmed by 2 sources</summary>input_blocks.0: <a href=" in html
    assert " title=" not in html


def test_a_licence_of_spdx_goes_by_its_id(material: Material) -> None:
    """One that the registry says nothing of is shown as SPDX names it, not by its address."""
    assert material.label("https://spdx.org/licenses/BSL-1.0") == "BSL-1.0"
