"""The alignments say the same in SSSOM and in SKOS, and sub-class none of the vocabularies they only map to."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from rdflib import RDF, RDFS, SKOS, Graph, Namespace, URIRef

ROOT = Path(__file__).resolve().parents[2]
MIR = Namespace("https://w3id.org/mir/ns#")
LINES = (ROOT / "mappings" / "alignments.sssom.tsv").read_text(encoding="utf-8").splitlines()
CURIES = dict(re.findall(r'^#  ([\w-]+): "(\S+)"$', "\n".join(LINES), flags=re.M))
ROWS = list(csv.DictReader((line for line in LINES if not line.startswith("#")), delimiter="\t"))
REQUIRED = ("fair4ml", "mls", "dcat", "prov", "spdx", "it6", "nexus", "schema")
MAPPED_ONLY = ("spdx-ai", "spdx-core", "spdx-software", "it6", "nexus", "airo", "dpv-ai")


def expand(curie: str) -> URIRef:
    prefix, _, local = curie.partition(":")
    return URIRef(CURIES[prefix] + local)


def test_the_table_and_the_triples_say_the_same() -> None:
    table = {(expand(row["subject_id"]), expand(row["predicate_id"]), expand(row["object_id"])) for row in ROWS}
    assert len(table) == len(ROWS)
    assert table == set(Graph().parse(ROOT / "ontology" / "alignments.ttl"))


def test_every_row_is_a_whole_mapping() -> None:
    """A term of the ontology with its label, a SKOS mapping, a justification, a day and a confidence."""
    ontology = Graph().parse(ROOT / "ontology" / "mir.ttl")
    allowed = {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch}
    for row in ROWS:
        subject = expand(row["subject_id"])
        assert str(ontology.value(subject, RDFS.label)) == row["subject_label"]
        assert (subject, RDF.type, None) in ontology
        assert expand(row["predicate_id"]) in allowed
        assert row["mapping_justification"] == "semapv:ManualMappingCuration"
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", row["mapping_date"])
        assert 0 < float(row["confidence"]) <= 1


def test_the_vocabularies_asked_for_are_reached() -> None:
    reached = {row["object_id"].split(":")[0] for row in ROWS}
    assert set(REQUIRED) <= reached


def test_vocabularies_that_carry_their_version_or_their_duties_are_not_subclassed() -> None:
    ontology = Graph().parse(ROOT / "ontology" / "mir.ttl")
    above = {*ontology.objects(None, RDFS.subClassOf), *ontology.objects(None, RDFS.subPropertyOf)}
    assert not [term for term in above if str(term).startswith(tuple(CURIES[name] for name in MAPPED_ONLY))]


def test_schema_org_is_spelt_with_https() -> None:
    assert CURIES["schema"] == "https://schema.org/"
