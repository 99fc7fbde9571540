"""What follows from an entry's IRI, so that no file has to repeat it.

For every entry: `dcterms:identifier` (the `mir:` text), `owl:sameAs` (the `mir:` URI), `mir:domain`, the primary
`mir:architecture`, `mir:series`, `mir:source` (every source that describes it); for every part of an entry
`dcterms:isPartOf`.
"""

from __future__ import annotations

from functools import cache
from operator import itemgetter

from mirld.errors import IdError
from mirld.graph.dataset import Dataset
from mirld.graph.terms import Iri, Literal, Triple
from mirld.ids import MirId
from mirld.vocab import DCTERMS, ENTRY_CLASSES, MIR, OWL, RDF_TYPE

_ENTRY_CLASSES = frozenset(ENTRY_CLASSES)
_IDENTIFIER = Iri(DCTERMS.identifier)
_SAME_AS = Iri(OWL.sameAs)
_DOMAIN = Iri(MIR.domain)
_ARCHITECTURE = Iri(MIR.architecture)
_SERIES = Iri(MIR.series)
_SOURCE = Iri(MIR.source)
_PART_OF = Iri(DCTERMS.isPartOf)


@cache
def entry_id(iri: str, base: str) -> MirId:
    """Read the id of an entry off its IRI, once for all who ask; IdError when it is none."""
    return MirId.from_iri(iri, base)


def derive(dataset: Dataset) -> list[Triple]:
    """Return the derived triples of a dataset, merged or not: those of entries sorted by IRI, then those of parts."""
    base = dataset.base
    subjects: set[Iri] = set()
    stated_by: dict[str, set[str]] = {}
    for graph, triples in dataset.graphs.items():
        subjects.update(map(itemgetter(0), triples))
        source = dataset.sources[graph]
        if source is None:
            continue
        for subject, predicate, term in triples:
            if predicate == RDF_TYPE and term in _ENTRY_CLASSES:
                stated_by.setdefault(subject, set()).add(source)
    result: list[Triple] = []
    for iri in sorted(stated_by):
        try:
            mir_id = entry_id(iri, base)
        except IdError:
            continue  # the id check reports it with its file
        entry = Iri(iri)
        text = str(mir_id)
        result += [
            (entry, _IDENTIFIER, Literal(text)),
            (entry, _SAME_AS, Iri(text)),
            (entry, _DOMAIN, Iri(f"{base}vocab/domain/{mir_id.domain}")),
            (entry, _ARCHITECTURE, Iri(f"{base}vocab/architecture/{mir_id.architecture}")),
        ]
        if mir_id.domain != "info":
            result.append((entry, _SERIES, Iri(mir_id.series_id.iri(base))))
        result += [(entry, _SOURCE, Iri(source)) for source in sorted(stated_by[iri] - dataset.undescribed)]
    for part in sorted(subjects):
        whole, hash_sign, _ = part.partition("#")
        if hash_sign and whole in stated_by:
            result.append((part, _PART_OF, Iri(whole)))
    return result
