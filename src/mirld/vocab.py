"""Namespaces and the names of terms: the one place where an IRI of a vocabulary is spelled.

`PREFIXES` is what every file of `data/` may use; a `Namespace` makes IRIs by attribute: `MIR.Model`.
"""

from __future__ import annotations

DEFAULT_BASE = "https://w3id.org/mir/"


class Namespace:
    """An IRI prefix; attribute and item access append a local name.

    No subclass of `str`: its methods would hide the local names `title`, `format` and `index`.

    >>> DCTERMS.title
    'http://purl.org/dc/terms/title'
    >>> SPDX_LICENSES["Apache-2.0"]
    'https://spdx.org/licenses/Apache-2.0'
    """

    def __init__(self, iri: str) -> None:
        self._iri = iri

    def __getattr__(self, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        # Kept, so that the next access is that of a plain attribute: a build asks for a term a hundred thousand times.
        iri = self.__dict__[name] = self._iri + name
        return iri

    def __getitem__(self, name: str) -> str:
        return self._iri + name

    def __str__(self) -> str:
        return self._iri


DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
FAIR4ML = Namespace("https://w3id.org/fair4ml#")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
MIR = Namespace("https://w3id.org/mir/ns#")
MIRS = Namespace("https://w3id.org/mir/shapes#")
MLS = Namespace("http://www.w3.org/ns/mls#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("https://schema.org/")
SH = Namespace("http://www.w3.org/ns/shacl#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
SPDX_LICENSES = Namespace("https://spdx.org/licenses/")
VANN = Namespace("http://purl.org/vocab/vann/")
VS = Namespace("http://www.w3.org/2003/06/sw-vocab-status/ns#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

PREFIXES: dict[str, str] = {
    "dcat": str(DCAT),
    "dcterms": str(DCTERMS),
    "fair4ml": str(FAIR4ML),
    "foaf": str(FOAF),
    "mir": str(MIR),
    "mirs": str(MIRS),
    "mls": str(MLS),
    "owl": str(OWL),
    "prov": str(PROV),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "schema": str(SCHEMA),
    "sh": str(SH),
    "skos": str(SKOS),
    "spdx": str(SPDX),
    "vann": str(VANN),
    "vs": str(VS),
    "xsd": str(XSD),
}

# The longest namespace first, so that a term of `ns#` is none of what lies above it.
_LONGEST_FIRST = sorted(PREFIXES.items(), key=lambda pair: -len(pair[1]))


def split_term(iri: str) -> tuple[str, str] | None:
    """Take an IRI of a known namespace apart into prefix and local name; None when it is of none.

    >>> split_term("http://purl.org/dc/terms/title"), split_term("https://w3id.org/mir/model/unet/kolors")
    (('dcterms', 'title'), None)
    """
    return next(((name, iri[len(start) :]) for name, start in _LONGEST_FIRST if iri.startswith(start)), None)


RDF_TYPE = RDF.type
RDFS_LABEL = RDFS.label

DOMAINS: tuple[str, ...] = ("model", "dev", "info", "operations")
"""The closed set of first path segments that are entries; see `ontology/domain.ttl` for what they mean."""

RESERVED_SEGMENTS: frozenset[str] = frozenset(
    {
        "agent",
        "api",
        "assets",
        "browse",
        "changes",
        "compat",
        "data",
        "docs",
        "graph",
        "hash",
        "identify",
        "ledger",
        "library",
        "licence",
        "map",
        "ns",
        "query",
        "schema",
        "search",
        "shapes",
        "source",
        "sparql",
        "vendor",
        "vocab",
    }
)
"""First path segments of the site that are not domains; no domain may ever take one of these names."""

ENTRY_CLASSES: tuple[str, ...] = tuple(
    MIR[name] for name in ("Info", "Model", "Adapter", "Operation", "Scheduler", "Development")
)

OPERATION_ARCHITECTURES = frozenset(("adapter", "guider", "patch", "precision", "quantization", "scheduler"))
"""Architectures of what is done with models; all others are of models."""

DIGEST_PROPERTIES: dict[str, str] = {
    MIR.fileSha256: "SHA-256 of the file",
    MIR.fileBlake3: "BLAKE3 of the file",
    MIR.weightsSha256: "SHA-256 of the weights, header left out",
    MIR.autoV1: "AutoV1 (sampled SHA-256, 8 digits)",
    MIR.autoV2: "AutoV2 (first 10 digits of the file's SHA-256)",
    MIR.autoV3: "AutoV3 (weights SHA-256, 12 digits)",
    MIR.sha256Prefix: "prefix of the file's SHA-256",
    MIR.layer256: "upstream layer digest, SHA-256 of the header text",
    MIR.layerBlake3: "upstream layer digest, BLAKE3 of the header text",
    MIR.layoutFingerprint: "layout fingerprint",
    MIR.layoutMd5: "layout MD5, as DiffSynth-Studio computes it",
}
"""Every kind of digest by its property, with the words a page shows for it."""

PART_PROPERTIES: dict[str, str] = {
    MIR.repository: MIR.Repository,
    MIR.file: MIR.File,
    MIR.layout: MIR.Layout,
    MIR.loader: MIR.Loader,
    MIR.setting: MIR.Setting,
    MIR.parameter: MIR.Parameter,
    MIR.component: MIR.Component,
    MIR.compatibility: MIR.Compatibility,
    MIR.trait: MIR.Trait,
    MIR.evidence: MIR.Evidence,
    MIR.classification: MIR.Classification,
}
"""Properties that lead from an entry to its parts (hash IRIs of the entry), and the class of the part."""
