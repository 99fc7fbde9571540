"""What the SPARQL endpoint says of itself: https://www.w3.org/TR/sparql11-service-description/."""

from __future__ import annotations

from mirld.graph.terms import Iri, Triple, literal, text
from mirld.graph.turtle import write_turtle
from mirld.vocab import PREFIXES, RDF_TYPE, Namespace

_SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS = Namespace("http://www.w3.org/ns/formats/")
_VOID = Namespace("http://rdfs.org/ns/void#")
_RESULTS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "SPARQL_Results_XML",
    "Turtle",
    "N-Triples",
)


def describe_service(base: str, triples: int) -> bytes:
    """Describe the endpoint as Turtle; `triples` counts the default graph."""
    service, dataset, graph = (Iri(f"{base}sparql{part}") for part in ("", "#dataset", "#graph"))
    described: list[Triple] = [
        (service, Iri(RDF_TYPE), Iri(_SD.Service)),
        (service, Iri(_SD.endpoint), service),
        (service, Iri(_SD.supportedLanguage), Iri(_SD.SPARQL11Query)),
        *((service, Iri(_SD.resultFormat), Iri(_FORMATS[name])) for name in _RESULTS),
        (service, Iri(_SD.defaultDataset), dataset),
        (dataset, Iri(RDF_TYPE), Iri(_SD.Dataset)),
        (dataset, Iri(_SD.defaultGraph), graph),
        (graph, Iri(RDF_TYPE), Iri(_SD.Graph)),
        (graph, Iri(_VOID.triples), literal(triples)),
        (graph, Iri(PREFIXES["rdfs"] + "label"), text("the merged view of all sources", "en")),
    ]
    prefixes = {
        "formats": str(_FORMATS),
        "rdfs": PREFIXES["rdfs"],
        "sd": str(_SD),
        "void": str(_VOID),
        "xsd": PREFIXES["xsd"],
    }
    return write_turtle(described, base, prefixes).encode()
