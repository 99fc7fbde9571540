"""Every id of licences that the hub has and SPDX lacks: an IRI, an id for expressions of SPDX, its text and a page."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from tests.curated import Descriptions, describe, short

from mirld.graph.dataset import Dataset
from mirld.graph.terms import Literal
from mirld.harvest.licences import licence, says_nothing
from mirld.vocab import DCTERMS, DEFAULT_BASE, FOAF, RDF_TYPE, RDFS_LABEL, SKOS, SPDX_LICENSES

# The 33 of the 83 ids on https://huggingface.co/docs/hub/repositories-licenses (huggingface/hub-docs, 2026-08-22) that
# are none of SPDX in any capitals, each with the end of its IRI here where that is another.
ONLY_ON_THE_HUB = {
    "apple-amlr": "",
    "apple-ascl": "",
    "bigcode-openrail-m": "",
    "bigscience-bloom-rail-1.0": "",
    "bigscience-openrail-m": "",
    "bsd": "",
    "c-uda": "",
    "cc": "",
    "creativeml-openrail-m": "",
    "deepfloyd-if-license": "deepfloyd-if",
    "fair-noncommercial-research-license": "fair-noncommercial-research",
    "gemma": "",
    "gfdl": "",
    "grok2-community": "",
    "h-research": "",
    "intel-research": "",
    "lgpl": "",
    "lgpl-lr": "",
    "llama2": "",
    "llama3": "",
    "llama3.1": "",
    "llama3.2": "",
    "llama3.3": "",
    "llama4": "",
    "odbl": "",
    "odc-by": "",
    "openmdw-1.0": "",
    "openmdw-1.1": "",
    "openrail": "",
    "openrail++": "creativeml-openrail-plus-plus-m",
    "other": "",
    "pddl": "",
    "unknown": "",
}
# Those that SPDX lists under another id, which is what is stated of entries.
OTHERWISE_IN_SPDX = {
    "c-uda": "C-UDA-1.0",
    "lgpl-lr": "LGPLLR",
    "odbl": "ODbL-1.0",
    "odc-by": "ODC-By-1.0",
    "openmdw-1.0": "OpenMDW-1.0",
    "pddl": "PDDL-1.0",
}
SAYS_NOTHING = {"other", "unknown"}


@pytest.fixture(scope="module")
def described(loaded: Dataset) -> Descriptions:
    return {
        iri: said for iri, said in describe(loaded.view).items() if DCTERMS.LicenseDocument in said.get(RDF_TYPE, ())
    }


def iri_of(tag: str) -> str:
    # A page of ours would have the path of that of SPDX's licence, which is described instead.
    own = f"{DEFAULT_BASE}licence/{ONLY_ON_THE_HUB[tag] or tag}"
    return SPDX_LICENSES["OpenMDW-1.0"] if tag == "openmdw-1.0" else own


@pytest.mark.parametrize("tag", ONLY_ON_THE_HUB)
def test_an_id_of_the_hub_that_spdx_lacks_is_a_licence_here(described: Descriptions, tag: str) -> None:
    """With a name, where its text or the list of ids is, the id itself, and the id of SPDX where there is another."""
    said = described[iri_of(tag)]
    assert said[RDFS_LABEL]
    assert len(said[FOAF.page]) == 1
    assert Literal(tag) in [Literal(term.value) for term in said[SKOS.altLabel] if isinstance(term, Literal)]
    same = SPDX_LICENSES[OTHERWISE_IN_SPDX[tag]] if tag in OTHERWISE_IN_SPDX else None
    assert same in (None, iri_of(tag), *map(str, said.get(SKOS.exactMatch, ())))
    assert said[SKOS.notation] == [Literal(f"LicenseRef-{ONLY_ON_THE_HUB[tag] or tag}")]


@pytest.mark.parametrize("tag", ONLY_ON_THE_HUB)
def test_a_harvest_states_the_licence_that_an_id_names(tag: str) -> None:
    """The one of SPDX before the one here, and nothing for an id that says that nothing is known."""
    assert says_nothing(tag) == (tag in SAYS_NOTHING)
    if tag in OTHERWISE_IN_SPDX:
        assert licence(tag) == SPDX_LICENSES[OTHERWISE_IN_SPDX[tag]]
    elif tag not in SAYS_NOTHING:
        assert licence(tag) == iri_of(tag)


def test_every_licence_here_has_its_own_id_for_expressions(described: Descriptions) -> None:
    """LicenseRef and the end of its IRI, which no two share."""
    own = {iri: said for iri, said in described.items() if iri.startswith(DEFAULT_BASE)}
    found = {short(iri).removeprefix("licence/"): said.get(SKOS.notation) for iri, said in own.items()}
    assert len(found) > 50
    assert found == {token: [Literal(f"LicenseRef-{token}")] for token in found}


def test_tags_of_harvests_lead_to_licences_that_are_described(described: Descriptions) -> None:
    """Each token of the table is described, and its tag is among the names that the description gives."""
    table = tomllib.loads((files("mirld.harvest") / "licences.toml").read_text(encoding="utf-8"))
    for tag, token in table["document"].items():
        names = described[f"{DEFAULT_BASE}licence/{token}"][SKOS.altLabel]
        assert tag in [term.value for term in names if isinstance(term, Literal)]
    assert not table["document"].keys() & {*table["spdx"], *table["silent"]["tags"]}
