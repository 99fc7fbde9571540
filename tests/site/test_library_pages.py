"""A class of a library has a page that says what it takes, and a parameter one that says who takes it, and how."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.registries import edit, make_checked_registry
from tests.site.reading import HtmlPage, read_page

from mirld.graph.corpus import Corpus
from mirld.graph.load import load
from mirld.site.build import Site
from mirld.site.linkcheck import check_links
from mirld.site.material import Material

ORRERY = "data/curated/unet/orrery.ttl"
CLASSES = "data/harvested/gears/classes.ttl"


def files_of(root: Path) -> dict[str, bytes]:
    corpus = Corpus.scan(root)
    return dict(Site(Material.load(corpus, load(corpus), ROOT / "site")).files())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return files_of(make_checked_registry(tmp_path_factory.mktemp("r") / "r"))


@pytest.fixture(scope="module")
def pages(files: Mapping[str, bytes]) -> dict[str, HtmlPage]:
    named = {path.removesuffix("/index.html"): data for path, data in files.items() if path.endswith("/index.html")}
    return {path: read_page(data.decode(), path) for path, data in named.items()}


def test_a_class_says_what_it_takes_by_when_it_is_given(pages: Mapping[str, HtmlPage]) -> None:
    """Type, default and range of each parameter, and where every definition of it stands."""
    page = pages["library/diffusers/class/stablediffusionpipeline"]
    assert page.h1 == ["StableDiffusionPipeline"]
    assert "A class of diffusers 0.42.1, and what it takes." in page.main
    assert "On constructionOne parameter." in page.main
    assert "At the call3 parameters." in page.main
    assert "num_inference_stepsint501 to 1000" in page.main
    assert "output_typeLiteral['latent', 'pil'] | Nonepillatent, pil" in page.main
    assert page.links["library/diffusers/parameter/g"] == ["guidance_scale"]
    assert "call-guidance_scale" in page.ids


def test_a_class_leads_to_what_it_extends_and_back(pages: Mapping[str, HtmlPage]) -> None:
    """What the class above it takes stands there, once."""
    above, below = "library/diffusers/class/diffusionpipeline", "library/diffusers/class/stablediffusionpipeline"
    assert "It takes as well what DiffusionPipeline takes" in pages[below].main
    assert above in pages[below].links
    assert below in pages[above].links
    assert "On loadingOne parameter." in pages[above].main
    assert "variantNone" in pages[above].main


def test_an_entry_leads_to_the_class_that_loads_it_and_back(pages: Mapping[str, HtmlPage]) -> None:
    """From its loader to what that takes, and from there to the entries that load with it."""
    entry, found = "model/unet/orrery/base", "library/diffusers/class/stablediffusionpipeline"
    assert "StableDiffusionPipeline what it takes" in pages[entry].main
    assert found in pages[entry].links
    assert entry in pages[found].links
    assert "One entry loads with it." in pages[found].main


def test_the_configuration_of_a_class_says_what_that_takes(tmp_path: Path) -> None:
    """A loader names a model, whose parameters are those of its configuration; one of its own comes first."""
    root = make_checked_registry(tmp_path / "r")
    old = 'mir:className "StableDiffusionPipeline" ;\n    mir:library "diffusers"'
    edit(root, ORRERY, old, 'mir:className "OrreryModel" ;\n    mir:library "orreries"')
    page = "model/unet/orrery/base/index.html"
    assert 'library/orreries/class/orreryconfig/">OrreryConfig</a>' in files_of(root)[page].decode()
    edit(root, CLASSES, 'className "DiffusionPipeline" ;\n    mir:library "diffusers"',
         'className "OrreryModel" ;\n    mir:library "orreries"')  # fmt: skip
    assert 'library/diffusers/class/diffusionpipeline/">DiffusionPipeline</a>' in files_of(root)[page].decode()


def test_a_parameter_shows_each_definition_and_who_shares_it(pages: Mapping[str, HtmlPage]) -> None:
    """Under its name, which is an anchor, as is each definition."""
    page = pages["library/diffusers/parameter/n"]
    assert page.h1 == ["Parameters of diffusers: n"]
    assert {"num_inference_steps", "num_inference_steps-00000003"} <= set(page.ids)
    assert "int501 to 1000callStableDiffusionPipeline" in page.main
    assert page.links["library/diffusers/class/stablediffusionpipeline"] == ["StableDiffusionPipeline"]


def test_lists_lead_to_every_library_class_and_parameter(pages: Mapping[str, HtmlPage]) -> None:
    """From the ways into the registry to libraries, from each to its classes and letters, and to every name."""
    assert {"library", "library/diffusers", "library/orreries"} <= set(pages["browse"].links)
    assert {"library/diffusers", "library/orreries"} <= set(pages["library"].links)
    assert "2 classes of diffusers 0.42.1, and what they take." in pages["library/diffusers"].main
    assert {
        "library/diffusers/class/stablediffusionpipeline",
        "library/diffusers/parameter/g",
        "library/diffusers/parameter",
    } <= set(pages["library/diffusers"].links)
    names = {text for texts in pages["library/diffusers/parameter"].links.values() for text in texts}
    assert {"guidance_scale", "num_inference_steps", "output_type", "requires_safety_checker", "variant"} <= names


def test_no_library_no_list(tmp_path: Path) -> None:
    """A registry that describes no class has no list of libraries."""
    root = make_checked_registry(tmp_path / "r")
    for path in (root / "data" / "harvested" / "gears").glob("*.ttl"):
        path.unlink()
    files = files_of(root)
    assert not [path for path in files if path.startswith("library")]
    assert b"All libraries" not in files["browse/index.html"]


def test_every_link_leads_somewhere(files: Mapping[str, bytes], tmp_path: Path) -> None:
    """Anchors of names and of definitions alike, and no page of a library is without a link to it."""
    for path, data in files.items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    assert [fault for fault in check_links(tmp_path) if "library" in f"{fault.page}{fault.href}"] == []
