"""The curated entries hold to the rules of docs/decisions/0001 and 0003, one property a test."""

from __future__ import annotations

from collections import defaultdict

import pytest
from tests.curated import (
    CURATED,
    ROOT,
    Descriptions,
    describe,
    entries,
    parts,
    read_curated,
    read_file,
    short,
)

from mirld.graph.terms import Literal, Term
from mirld.graph.turtle import write_turtle
from mirld.vocab import DCTERMS, DEFAULT_BASE, FOAF, MIR, RDF_TYPE, RDFS_LABEL, SKOS

LINKS_TO_PARTS = frozenset(
    MIR[name]
    for name in (
        "compatibility",
        "component",
        "evidence",
        "file",
        "layout",
        "loader",
        "parameter",
        "repository",
        "setting",
        "trait",
    )
)
# What an entry is called and in how many words needs no page; every other property does.
NEEDS_NO_EVIDENCE = LINKS_TO_PARTS | {RDF_TYPE, RDFS_LABEL, DCTERMS.description, SKOS.altLabel}


@pytest.fixture(scope="module")
def curated() -> Descriptions:
    return read_curated()


def supported(entry: str, of: Descriptions) -> set[Term]:
    return {name for part in of[entry].get(MIR.evidence, ()) for name in of[part].get(MIR.supports, ())}


# Files


def test_files_are_in_the_one_form() -> None:
    """Reading a file and writing it again gives its bytes: run `mirld fmt` on what is listed."""
    changed = [
        str(path.relative_to(ROOT))
        for path in sorted(CURATED.rglob("*.ttl"))
        if write_turtle(read_file(path), DEFAULT_BASE).encode() != path.read_bytes()
    ]
    assert changed == []


def test_a_file_holds_one_series() -> None:
    """data/curated/<architecture>/<series>.ttl describes nothing else: move what is listed to its own file."""
    strays = [
        (str(path.relative_to(ROOT)), short(subject))
        for path in sorted(CURATED.glob("*/*.ttl"))
        if path.parent.name != "signature"  # what files of weights look like, family by family
        for subject in describe(read_file(path))
        if short(subject).partition("#")[0].split("/")[1:3] != [path.parent.name, path.stem]
    ]
    assert strays == []


def test_what_is_shared_has_one_file_each() -> None:
    """Agents, licences and the source stand beside the folders of series, each in one file."""
    assert sorted(path.name for path in CURATED.glob("*.ttl")) == ["agents.ttl", "licences.ttl", "source.ttl"]


# Sources of facts


def test_every_property_has_evidence(curated: Descriptions) -> None:
    """Each property of an entry is supported: add mir:supports to an evidence of the entry, or leave the fact out."""
    unsupported = [
        (short(entry), short(name))
        for entry in entries(curated)
        for name in sorted(set(curated[entry]) - NEEDS_NO_EVIDENCE - supported(entry, curated))
    ]
    assert unsupported == []


def test_evidence_supports_what_is_said(curated: Descriptions) -> None:
    """A supported property is stated: state it, or take it out of mir:supports."""
    unsaid = [
        (short(entry), short(name))
        for entry in entries(curated)
        for name in sorted(map(str, supported(entry, curated) - set(curated[entry])))
    ]
    assert unsaid == []


def test_every_part_has_a_source(curated: Descriptions) -> None:
    """Each part names the page it comes from: add dcterms:source."""
    assert [short(part) for part in parts(curated) if not curated[part].get(DCTERMS.source)] == []


def test_sources_are_pages_anyone_can_open(curated: Descriptions) -> None:
    """A source is a web address, and one on GitHub names a commit, a tag or a wiki page and not what will move."""
    moving = sorted(
        {
            str(source)
            for part in parts(curated)
            for source in curated[part].get(DCTERMS.source, ())
            if not str(source).startswith(("https://", "http://"))
            or (str(source).startswith("https://github.com/") and "/blob/main/" in str(source))
            or (str(source).startswith("https://github.com/") and "/blob/master/" in str(source))
        }
    )
    assert moving == []


def test_every_part_is_linked_from_its_entry(curated: Descriptions) -> None:
    """A part that nothing links is lost on every page: link it from the entry its name begins with."""
    linked = {term for entry in entries(curated) for name in LINKS_TO_PARTS for term in curated[entry].get(name, ())}
    lost = [short(part) for part in parts(curated) if part not in linked]
    assert [part for part in lost if not part.startswith("identify#")] == []
    own = [
        (short(entry), short(str(term)))
        for entry in entries(curated)
        for name in LINKS_TO_PARTS
        for term in curated[entry].get(name, ())
        if term not in curated or str(term).partition("#")[0] != entry
    ]
    assert own == [], "links to parts that are not there, or are of another entry"


def test_labels_are_unique_within_a_series(curated: Descriptions) -> None:
    """A series and its releases all have names of their own: add the version, the size or (base)."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in entries(curated):
        for label in curated[entry][RDFS_LABEL]:
            assert isinstance(label, Literal)
            seen["/".join(short(entry).split("/")[1:3]), label.value].append(short(entry))
    assert [(label, held) for label, held in seen.items() if len(held) > 1] == []


# Links between entries

# Roles whose part is the release itself, or holds no weights that the registry names.
OWN_WEIGHTS = ("unet", "transformer", "transformer_2", "prior", "decoder", "vqgan", "image_normalizer")
NO_WEIGHTS = ("tokenizer", "feature_extractor", "image_processor", "processor", "safety_checker")

NO_ENTRY_FOR_COMPONENT = {
    "model/dit/stable-audio-open-1/base#component-projection_model": "made for this release alone",
    "model/unet/kolors/base#component-image_encoder": "only the IP-Adapter loads one",
    "model/unet/stable-diffusion-1.5/base#component-image_encoder": "only the IP-Adapter loads one",
    "model/unet/stable-diffusion-xl/base#component-image_encoder": "only the IP-Adapter loads one",
    "model/unet/stable-diffusion-xl/playground-2.5#component-vae": "no page says whether it is that of SDXL",
    "model/unet/stable-diffusion-2.1/512-base#component-vae": "no page says which of the published ones it is",
    "model/unet/stable-diffusion-2.1/768-v#component-vae": "no page says which of the published ones it is",
    "model/unet/stable-diffusion-2.1/unclip#component-vae": "no page says which of the published ones it is",
    "model/unet/stable-diffusion-2.1/unclip-l#component-vae": "no page says which of the published ones it is",
    "model/unet/stable-diffusion-2.1/unclip-small#component-vae": "no page says which of the published ones it is",
}


def test_components_name_entries(curated: Descriptions, described: Descriptions) -> None:
    """A component with weights names the entry that fills it: add mir:entry, or say above why there is none."""
    nameless, dangling = set(), []
    for part in parts(curated):
        if MIR.Component not in curated[part][RDF_TYPE]:
            continue
        dangling += [(short(part), str(term)) for term in curated[part].get(MIR.entry, ()) if term not in described]
        (role,) = curated[part][MIR.role]
        assert isinstance(role, Literal)
        if MIR.entry not in curated[part] and role.value not in OWN_WEIGHTS and not role.value.startswith(NO_WEIGHTS):
            nameless.add(short(part))
    assert dangling == []
    assert nameless == set(NO_ENTRY_FOR_COMPONENT)


def test_links_between_entries_lead_somewhere(curated: Descriptions, described: Descriptions) -> None:
    """Bases, targets, agents, licences of our own, subjects and objects are all described."""
    names = [
        *(
            MIR[name]
            for name in (
                "adapterFor",
                "derivedFrom",
                "distilledFrom",
                "fineTunedFrom",
                "mergedFrom",
                "object",
                "quantizedFrom",
                "scheduler",
                "subject",
                "variantOf",
            )
        ),
        DCTERMS.publisher,
        DCTERMS.license,
    ]
    dangling = [
        (short(subject), str(term))
        for subject, said in curated.items()
        for name in names
        for term in said.get(name, ())
        if str(term).startswith(DEFAULT_BASE) and term not in described
    ]
    assert dangling == []


def test_agents_are_used(curated: Descriptions) -> None:
    """An agent that no entry names is noise: take it out, or name it where it belongs."""
    used = {str(term) for entry in entries(curated) for terms in curated[entry].values() for term in terms}
    held = [iri for iri in curated if short(iri).startswith("agent/")]
    assert len(held) > 30
    assert [short(iri) for iri in held if iri not in used] == []
    assert [short(iri) for iri in held if not curated[iri].get(FOAF.homepage)] == []
